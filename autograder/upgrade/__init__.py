"""`make upgrade`: what is new upstream comes in, and what the learner wrote stays where it is, byte for byte.

git.py       calling git, and the few questions that are put to it
merge.py     the tree that is to be: upstream's, with the learner's own files left out of it
command.py   the order of things: fetch, back up, bring in, then new stubs
finish.py    the part that the new code does itself, in a process of its own
"""
