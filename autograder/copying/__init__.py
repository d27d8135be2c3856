"""`make copy`: answers written in a notebook go to exercises/, or the other way, and nothing is lost.

splice.py    one definition put in the place of another: the prompt of the one, the lines of the other
places.py    where answers live: a .py file, or the cells of a notebook
transfer.py  which answers go over, which stay because both were written, and what they need beside them
"""
