"""Watching without a full screen: plain lines, one after the other, as a screen reader wants them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import click

from autograder import source
from autograder.report import plain
from autograder.watch import editor
from autograder.watch.engine import Checked, Engine
from autograder.watch.follow import Follower
from autograder.watch.session import Session

KEYS = "n next, p previous, l list, h hint, a answer, r run again, e edit, x reset, q quit, ? these keys; then Enter"


class Plain:
    def __init__(self, session: Session, say: Callable[[str], None] = click.echo):
        self.session, self._say = session, say
        self._saying = threading.Lock()
        self.engine = Engine(self.tell)
        self.follower = Follower(source.exercises_path(session.current.section).parent, self.engine.wake)
        self.checked: Checked | None = None
        #: The key that yes confirms, after a question.
        self.asked = ""

    def say(self, *lines: str) -> None:
        with self._saying:
            for line in lines:
                self._say(line)

    def tell(self, checked: Checked) -> None:
        about_this = checked.exercise.name == self.session.current.name
        if not about_this or not (checked.verdict or checked.trouble or checked.running):
            return
        before, self.checked = self.checked, checked
        if checked.found_nothing(before):
            return
        if before and checked.verdict and before.verdict is checked.verdict:
            self.say("See for yourself:", *(checked.experiment or []))
        elif checked.explained and checked.verdict:
            self.say(*plain.found(checked.verdict))
        elif checked.running:
            self.say("Checking ...")
        elif checked.verdict is None:
            self.say(checked.trouble)
        else:
            lines = plain.verdict(checked.verdict, checked.experiment)
            if checked.verdict.passed and (self.session.progress().done):
                lines.append(self.session.closing())
            self.say("", *lines)

    def start(self) -> None:
        self.engine.start()
        self.follower.start()
        self.arrive()

    def stop(self) -> None:
        self.follower.stop()
        self.engine.stop()

    def arrive(self) -> None:
        exercise = self.session.current
        number = f"{self.session.position + 1} of {len(self.session.names)}"
        self.say("", f"Exercise {number}: {exercise.name}, in exercises/{exercise.section}.py", self.session.prompt())
        self.engine.go(exercise)

    def key(self, typed: str) -> bool:
        """Do what was typed; False to quit."""
        typed = typed.strip().lower()
        if self.asked:
            confirmed, self.asked = self.asked if typed in ("y", "yes") else "", ""
            if confirmed == "x":
                self.say(self.session.reset())
                self.engine.again()
            elif confirmed == "a":
                self.say(*plain.answer(self.session.current))
            return True
        match typed:
            case "n" | "p":
                if self.session.move(1 if typed == "n" else -1):
                    self.arrive()
                else:
                    self.say(self.session.closing() if typed == "n" else "This is the first exercise.")
            case "l":
                outcomes = self.session.outcomes()
                self.say(*(f"{name}: {plain.outcome(outcomes[name])}" for name in self.session.names))
                self.say("To go to one, type its name.")
            case "h":
                self.say(self.session.hint(self.checked.verdict if self.checked else None))
            case "a":
                if self.checked and self.checked.verdict and self.checked.verdict.passed:
                    self.say(*plain.answer(self.session.current))
                else:
                    self.asked = "a"
                    self.say(f"{self.session.current.name} does not pass yet. Show the answer all the same? y or n")
            case "r":
                self.engine.again()
            case "e":
                command = self.session.edit_command()
                if command is None:
                    self.say(editor.missing())
                else:
                    subprocess.run(command, check=False)
            case "x":
                self.asked = "x"
                self.say(f"Make {self.session.current.name} a stub again? Your text is kept in a backup. y or n")
            case "q":
                return False
            case "":
                pass
            case name if name in [n.lower() for n in self.session.names]:
                self.session.go(next(n for n in self.session.names if n.lower() == name))
                self.arrive()
            case _:
                self.say(KEYS)
        return True


def run(name: str | None) -> None:
    """Until q, the end of the input, or Ctrl-C. Where nobody types (no terminal), until it is stopped."""
    watching = Plain(Session(name))
    watching.say("Watching: save your file and hear the verdict.", KEYS)
    watching.start()
    try:
        for line in sys.stdin:
            if not watching.key(line):
                return
        if not sys.stdin.isatty():
            watching.engine.join()
    finally:
        watching.stop()
