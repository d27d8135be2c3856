"""The full screen: exercise, prompt, progress, verdict, and every key that does something."""

from __future__ import annotations

import os
import subprocess
from typing import Any, ClassVar

from rich.console import Group
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from autograder import source
from autograder.judging import grade
from autograder.notebooks import prose
from autograder.process.conversation import Superseded
from autograder.report import pages, terminal
from autograder.watch import editor
from autograder.watch.dialogs import Chooser, Question, Reader
from autograder.watch.engine import Checked, Engine
from autograder.watch.follow import Follower
from autograder.watch.panes import Panes, Said, VerdictPane
from autograder.watch.session import Session

KEYS = [
    ("n", "next"),
    ("p", "previous"),
    ("l", "list"),
    ("h", "hint"),
    ("a", "answer"),
    ("r", "again"),
    ("e", "edit"),
    ("x", "reset"),
    ("q", "quit"),
]


class WatchApp(App[None]):
    """Everything that takes time happens in the engine's thread, so that a key is always answered at once."""

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, name, name) for key, name in KEYS),
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    class Told(Message):
        def __init__(self, checked: Checked):
            super().__init__()
            self.checked = checked

    def __init__(self, session: Session):
        super().__init__(ansi_color=True)
        self.session = session
        self.notes: list[str] = []
        self.checked: Checked | None = None
        #: Whether there has been a verdict, so that torch is imported.
        self.ready = False
        self.engine = Engine(self._tell)
        self.follower = Follower(source.exercises_path(session.current.section).parent, self.engine.wake)

    def _tell(self, checked: Checked) -> None:
        self.post_message(self.Told(checked))

    def compose(self) -> ComposeResult:
        yield Static(id="where", markup=False)
        yield Static(id="progress", markup=False)
        with Panes(id="panes"):
            with VerticalScroll(id="prompt-pane"):
                yield Static(id="prompt", markup=False)
            with VerdictPane(id="verdict-pane"):
                yield Said(id="notes", markup=False)
                yield Said(id="verdict", markup=False)
        # no line break between a key and what it does
        yield Static("  ".join(f"{key}\u00a0{name}" for key, name in KEYS), classes="keys", markup=False)

    def on_mount(self) -> None:
        self.theme = "ansi-dark"
        self.engine.start()
        self.follower.start()
        self.query_one("#prompt-pane").border_title = "prompt"
        self.query_one("#verdict-pane").focus()
        self._arrive()

    def on_unmount(self) -> None:
        self.follower.stop()
        self.engine.stop()

    # What is shown

    def _arrive(self) -> None:
        """Show the current exercise and check it."""
        self.notes, self.checked = [], None
        self._show_place()
        prompt = Markdown(prose.markdown(self.session.prompt()), code_theme="ansi_dark")
        self.query_one("#prompt", Static).update(prompt)
        self.query_one("#prompt-pane").scroll_home(animate=False)
        self._show_notes()
        self.query_one(VerdictPane).show_work(None)
        self.query_one("#verdict", Static).update("Checking ...")
        self.query_one("#panes").set_class(True, "-reading")
        self.engine.go(self.session.current)

    def _show_place(self) -> None:
        exercise, line = self.session.current, self.session.line()
        kind = "a question" if exercise.kind == "concept" else "code"
        place = f"exercises/{exercise.section}.py" + (f":{line}" if line else "")
        number = f"{self.session.position + 1} of {len(self.session.names)}"
        where = Text(exercise.name, style="bold").append(f"   {number}, {kind}, {place}", style="not bold")
        self.query_one("#where", Static).update(where)
        progress = self.session.progress()
        filled = int(20 * progress.earned / progress.points) if progress.points else 0
        self.query_one("#progress", Static).update(f"[{'#' * filled}{'.' * (20 - filled)}] {progress}")

    def _show_notes(self) -> None:
        notes = self.query_one("#notes", Static)
        notes.display = bool(self.notes)
        notes.update("\n".join(self.notes))

    def note(self, text: str) -> None:
        """Say something beside the verdict, until one moves on."""
        self.notes = [*(n for n in self.notes if n != text), text][-4:]
        self._show_notes()

    def on_watch_app_told(self, message: Told) -> None:
        checked = message.checked
        if not self.query("#where"):  # the screen is being taken down
            return
        if checked.exercise.name != self.session.current.name:
            self._show_place()
            return
        if checked.verdict is None and not checked.trouble and not checked.running:
            return
        self.query_one(VerdictPane).show_work(checked)
        before, self.checked = self.checked, checked
        if checked.found_nothing(before):
            return
        self.query_one("#verdict", Static).update(self._words(checked))
        if not checked.running:
            self.ready = True
            begun = checked.verdict is None or checked.verdict.outcome != "not_started"
            self.query_one("#panes").set_class(not begun, "-reading")
            if not checked.explained:  # it is added to what is being read
                self.query_one("#verdict-pane").scroll_home(animate=False)
            self._show_place()
            self._share_out()

    def on_panes_resized(self) -> None:
        self._share_out()

    def _share_out(self) -> None:
        """Let the prompt have the lines that the verdict leaves free, when there is one below the other."""
        panes, prompt = self.query_one("#panes"), self.query_one("#prompt-pane")
        needed = sum(part.outer_size.height for part in self.query("#notes, #verdict")) + 1
        least = 2 if self.screen.has_class("-short") else panes.size.height * 3 // 10  # its title and a line
        share = max(least, panes.size.height - needed)
        prompt.styles.max_height = None if panes.has_class("-reading") or self.screen.has_class("-wide") else share

    def _words(self, checked: Checked) -> Any:
        if checked.running and not self.ready:
            return "Checking ... (torch is being imported, which takes a few seconds once)"
        if checked.running:
            return "Checking ... (it is taking its time; save again or press r to start over)"
        if checked.verdict is None:
            return checked.trouble
        parts = terminal.body(checked.verdict, checked.experiment)
        if checked.verdict.passed:
            progress = self.session.progress()
            last = self.session.position + 1 == len(self.session.names)
            following = "n goes to the next one. a compares with the reference."
            says = self.session.closing() if progress.done or last else following
            parts.append(Padding(Text(says, style="bold"), (1, 0, 0, 0), expand=False))
        return Group(*parts)

    # What the keys do

    def action_next(self) -> None:
        if self.session.move(1):
            self._arrive()
        else:
            self.note(self.session.closing())

    def action_previous(self) -> None:
        if self.session.move(-1):
            self._arrive()
        else:
            self.note("This is the first exercise.")

    def action_list(self) -> None:
        outcomes = self.session.outcomes()
        rows = [(e.name, e.section, outcomes[e.name]) for e in self.session.exercises]

        def go(name: str | None) -> None:
            if name:
                self.session.go(name)
                self._arrive()

        self.push_screen(Chooser(rows, self.session.current.name), go)

    def action_hint(self) -> None:
        self.note(self.session.hint(self.checked.verdict if self.checked else None))

    def action_answer(self) -> None:
        name = self.session.current.name
        if self.checked and self.checked.verdict and self.checked.verdict.passed:
            self._show_answer()
            return

        def decide(yes: bool | None) -> None:
            if yes:
                self._show_answer()

        self.push_screen(Question(f"{name} does not pass yet. Show the answer all the same?"), decide)

    def _show_answer(self) -> None:
        exercise = self.session.current

        def work() -> None:
            try:
                experiment = grade.experiment(exercise) if exercise.experiment_function else None
            except Superseded:
                experiment = None
            self.call_from_thread(self.push_screen, Reader(pages.answer(exercise, experiment)))

        self.run_worker(work, thread=True)

    def action_again(self) -> None:
        self.engine.again()

    def action_reset(self) -> None:
        name = self.session.current.name

        def decide(yes: bool | None) -> None:
            if yes:
                self.note(self.session.reset())
                self.engine.again()

        self.push_screen(Question(f"Make {name} a stub again? Your text is kept in a backup."), decide)

    def action_edit(self) -> None:
        command = self.session.edit_command()
        if command is None:
            self.note(editor.missing())
            return
        try:
            with self.suspend():
                subprocess.run(command, check=False)
        except SuspendNotSupported:  # Windows: the editor has a window of its own
            subprocess.Popen(command)
        except OSError as error:
            self.note(f"{command[0]} does not start: {error.strerror}.")
        self.refresh(layout=True)


def run(name: str | None) -> None:
    for size in ("COLUMNS", "LINES"):  # exported by some shells and tools; the window's own size is what counts
        os.environ.pop(size, None)
    WatchApp(Session(name)).run()
