"""The dialogs of the full screen: the list with its filter, a question with yes or no, and a text to read."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from autograder.report.words import HEADLINES


class Chooser(ModalScreen[str | None]):
    """The exercises, narrowed down by what is typed. Enter goes to one, Escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back"),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]

    def __init__(self, rows: list[tuple[str, str, str]], current: str):
        """`rows` has (exercise, section, outcome)."""
        super().__init__()
        self.rows, self.current = rows, current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            yield Static("Go to an exercise: type a part of its name, its section, or “not yet”", markup=False)
            yield Input(placeholder="all", compact=True)
            yield OptionList(markup=False, compact=True)
            yield Static("Enter goes there, Escape goes back", classes="keys", markup=False)

    def on_mount(self) -> None:
        self._fill("")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, typed: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        words = typed.lower().split()
        for name, section, outcome in self.rows:
            line = f"{HEADLINES[outcome]:<12} {section:<14} {name}"
            if all(word in line.lower() for word in words):
                options.add_option(Option(line, id=name))
        names = [str(option.id) for option in options.options]
        options.highlighted = names.index(self._meant(typed.strip().lower(), names)) if names else None

    def _meant(self, typed: str, names: list[str]) -> str:
        """The name that was typed in full, or begins so; without anything typed, where one is."""
        if not typed:
            return self.current if self.current in names else names[0]
        begun = [name for name in names if name.lower().startswith(typed)]
        return next((name for name in begun if name.lower() == typed), (begun or names)[0])

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            there = (options.highlighted or 0) + by
            options.highlighted = max(0, min(options.option_count - 1, there))

    def on_input_submitted(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self.dismiss(options.get_option_at_index(options.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)


class Question(ModalScreen[bool]):
    """A question that y answers with yes, and n, Escape or Enter with no."""

    def __init__(self, text: str):
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.text, markup=False)
            yield Static("y yes   n no", classes="keys", markup=False)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in ("y", "Y"):
            self.dismiss(True)
        elif event.key in ("n", "N", "escape", "enter", "q"):
            self.dismiss(False)


class Reader(ModalScreen[None]):
    """Something to read, as long as one likes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,a,enter", "dismiss(None)", "back"),
    ]

    def __init__(self, content: Any):
        super().__init__()
        self.content = content

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            with VerticalScroll():
                yield Static(self.content, markup=False)
            yield Static("Escape goes back, the arrow keys scroll", classes="keys", markup=False)
