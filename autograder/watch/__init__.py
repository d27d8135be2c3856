"""`make watch`: a companion beside the editor, which checks the current exercise at every save.

follow.py    notices that something in exercises/ was saved
engine.py    one thread that checks the newest text; a check of an older one is stopped
session.py   where one is in the lesson, and what each key does, apart from any screen
app.py       the full screen, with its dialogs in dialogs.py and its parts in panes.py
plain.py     the same as plain lines, for screen readers and for terminals that cannot do more
editor.py    which editor is opened, and how it is told the line
"""
