"""Milestones: at the end of a section the learner's own pieces train on the real digits.

results.py      what is kept of a run, and where: the format that other parts of the kit read
composition.py  what each recipe is made of, and which recipe shows which answer at work
pieces.py       which pieces are the learner's, and which the reference's because theirs are not done
recipes.py      how the pieces of each section make a training run (untrusted side)
child.py        the process that a run lives in: the learner's code is here, and nowhere else (untrusted side)
run.py          starting such a process, listening to it, stopping it
training.py     the learner's run beside the reference's
command.py      `python -m autograder train`
"""
