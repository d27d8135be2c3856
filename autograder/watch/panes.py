"""What the full screen is made of: the prompt above, the verdict below, and how they share out the lines."""

from __future__ import annotations

from textual.containers import Container, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from autograder.watch.engine import Checked


class Panes(Container):
    """Prompt and verdict. It says when there is another size to share out between them."""

    class Resized(Message): ...

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class Said(Static):
    """What is said below the prompt: when it takes more or fewer lines, they are shared out anew."""

    def on_resize(self) -> None:
        self.post_message(Panes.Resized())


class VerdictPane(VerticalScroll):
    """The verdict. Its title says what goes on."""

    def show_work(self, checked: Checked | None) -> None:
        """What is done with this answer; None where it is about to be checked."""
        doing = "arrow keys scroll, Tab goes to the prompt"
        if checked is None or checked.running:
            doing = "checking ..."
        elif checked.looking:
            doing = "looking for the place ..."
        self.border_title = f"verdict: {doing}"
