"""For a notebook: `check(softmax)`, `hint("softmax")`, `answer("softmax")`, `progress()`. Each shows one block.

A check looks at what the name means in the kernel right now, so there is nothing to save first.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder import lesson, places, state
from autograder.exercise import Exercise
from autograder.judging.verdict import Diagnosis, Verdict
from autograder.notebooks import place, waiting
from autograder.notebooks.oracle import oracle
from autograder.report import html, notebook_curve
from autograder.report.notebook_text import plain
from autograder.report.places import worded
from autograder.report.pointers import following
from autograder.report.words import HEADLINES, Feedback, feedback

if TYPE_CHECKING:
    from autograder.notebooks.curve import Curve

_oracle = oracle()
_oracle.start()  # it imports torch while the learner reads

#: Outcomes with which there is nothing left to do here.
DONE = ("passed", "well_formed")

_outcomes: dict[str, str] = {}
#: The name of the exercise that was checked last.
_checked: list[str] = []
_hints: dict[str, int] = {}
#: The place that the last check of an exercise told, and what hints have said of places.
_places: dict[str, Diagnosis] = {}
_pointers: dict[str, dict[str, Any]] = {}


class Block:
    """Something shown under a cell: rich where that can be shown, plain text elsewhere."""

    def __init__(self, plain: str, rich: str):
        self.plain, self.rich = plain, rich

    def __repr__(self) -> str:
        return self.plain

    def _repr_html_(self) -> str:
        return self.rich

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.plain, "text/html": self.rich}


class Report(Block):
    """The feedback on one exercise. `verdict` is the same plain data as everywhere else.

    Under it comes a picture of the loss of a short training run, where the answer has a part in one.
    """

    def __init__(
        self, verdict: Verdict, told: Feedback, lines: list[str], after: str, line: waiting.Line, answer: Any = None
    ):
        self.answer, self.lines, self.after, self.line = answer, lines, after, line
        self._say(verdict, told)

    def _say(self, verdict: Verdict, told: Feedback) -> None:
        self.verdict = verdict
        passed = verdict.outcome in DONE
        super().__init__(plain(told), html.block(told, passed, self.lines, html.prose(self.after)))

    @waiting.stoppable()
    def _ipython_display_(self) -> None:
        from IPython.display import publish_display_data

        there = self.line.given_up()
        shown = {"display_id": there or uuid.uuid4().hex}
        # at once: what follows takes a moment
        publish_display_data(self._repr_mimebundle_(), transient=shown, update=bool(there))
        if self.explain():
            publish_display_data(self._repr_mimebundle_(), transient=shown, update=True)
        curve = self.curve() if self.verdict.outcome in ("passed", "failed") else None
        if curve and len(curve.yours) > 1:
            publish_display_data(notebook_curve.bundle(self.verdict.exercise, curve))

    def explain(self) -> bool:
        """Say also where in its cell the answer goes wrong, or that an earlier one does; whether there is more to
        say."""
        from autograder.notebooks import live

        found = live.explained(lesson.find(self.verdict.exercise), self.answer, self.verdict, _oracle)
        if found is None:
            return False
        if found.passed:
            _outcomes[found.exercise], self.after = found.outcome, ""
            _count(found, self.answer)
        else:
            worded(found)
            _places[found.exercise] = found.diagnoses[0]
        self._say(found, feedback(found))
        return True

    def curve(self) -> Curve | None:
        """The losses of the training run, None for an answer that takes no part in one."""
        from autograder.notebooks.live import undisturbed

        names = place.namespace()
        own = {name: names[name] for name, told in _outcomes.items() if told == "passed" and name in names}
        with undisturbed():
            return _oracle.curve(self.verdict.exercise, self.answer, own)


@waiting.stoppable()
def check(what: Any = None) -> Block:
    """Check an exercise, given as the function or class itself or by its name; without either the last one again."""
    what = _last() if what is None else what
    try:
        exercise = _find(what)
    except lesson.UnknownName as error:
        return _note(str(error).removesuffix(" `make list` shows them all."))
    if isinstance(what, str):
        if what not in place.namespace():
            return _note(f"{what} is not defined yet: run the cell that defines it, then check again.")
        what = place.namespace()[what]
    once = "" if _outcomes else " The first check takes a few seconds."
    with waiting.told(f"Checking {exercise.name} ...{once}") as line:
        from autograder.notebooks import live

        verdict = live.verdict(exercise, what, _oracle)
    _outcomes[exercise.name] = verdict.outcome
    _checked[:] = [exercise.name]
    _count(verdict, what)
    _places.pop(exercise.name, None)
    if verdict.outcome == "well_formed":
        return Report(verdict, _well_formed(exercise, verdict), [], "", line)
    told = feedback(verdict)
    if verdict.outcome == "not_started":
        told.says = ["Write your answer in the cell above, in place of `raise NotImplementedError()`, and run it."]
    lines = _oracle.experiment(exercise) if told.statements else []
    after = "" if verdict.passed else f'Stuck? `hint("{exercise.name}")`'
    return Report(verdict, told, lines, after if exercise.hints else "", line, what)


def _count(verdict: Verdict, answer: Any) -> None:
    """Remember the attempt where a workspace does, for its notebooks alone."""
    from autograder.notebooks.written import written

    if Path.cwd() in (places.NOTEBOOKS, places.WORKSPACE / "open") and (source := written(answer)):
        state.record_elsewhere(verdict.exercise, verdict.outcome, verdict.points, source.text)


def _well_formed(exercise: Exercise, verdict: Verdict) -> Feedback:
    seen = [result.frame.get("value") for result in verdict.probes if result.frame]
    chosen = seen if exercise.ordered else [p.name[-1] for p, v in zip(verdict.probes, seen, strict=True) if v]
    says = f"Your answer, {', '.join(map(str, chosen))}, can be graded. Whether it is right is told when it has been."
    return Feedback(f"{exercise.name} is answered", [], [says])


def hint(name: Any = None) -> Block:
    """The next hint for an exercise, or for the one checked last, a little stronger at each call."""
    name = _last() if name is None else name
    try:
        exercise = _find(name)
    except lesson.UnknownName as error:
        return _note(str(error).removesuffix(" `make list` shows them all."))
    if not exercise.hints:
        return _note(f"This copy of the kit has no hints for {exercise.name}.")
    if pointer := following(_pointers.setdefault(exercise.name, {}), _places.get(exercise.name)):
        return _note(f"Hint on your answer: {pointer}")
    given = _hints[exercise.name] = min(_hints.get(exercise.name, 0) + 1, len(exercise.hints))
    last = "" if given < len(exercise.hints) else " (the last one)"
    return _note(f"Hint {given} of {len(exercise.hints)}{last}: {exercise.hints[given - 1]}")


def answer(name: Any = None, give_up: bool = False) -> Block:
    """The reference answer of an exercise, or of the one checked last, once yours passes, or with `give_up=True`."""
    from autograder import source

    name = _last() if name is None else name
    try:
        exercise = _find(name)
    except lesson.UnknownName as error:
        return _note(str(error).removesuffix(" `make list` shows them all."))
    known = source.answers(exercise.section)
    if exercise.name not in known:
        return _note("This copy of the kit has no answers.")
    if not give_up and _outcomes.get(exercise.name) != "passed":
        return _note(
            f'{exercise.name} does not pass yet. To see its answer all the same: answer("{exercise.name}", True)'
        )
    shown = source.without_prompt(known[exercise.name].text).rstrip()
    statements = [(s.letter, s.explanation) for s in exercise.statements.values() if s.explanation]
    lines = [shown, *(f"{letter}) {told}" for letter, told in statements)]
    rich = html.pre(shown) + "".join(html.statement(letter, told) for letter, told in statements)
    if exercise.model_answer:
        lines.append(f"In words: {exercise.model_answer}")
        rich += html.statement("", f"In words: {exercise.model_answer}")
    return Block("\n".join(lines), f"<div style='max-width:60em'>{rich}</div>")


def progress() -> Block:
    """What has been checked in this kernel so far, section by section."""
    sections = {e.section: lesson.load(e.section) for name in _outcomes for e in [lesson.find(name)]}
    if not sections:
        return _note("Nothing has been checked yet.")
    lines, rows = [], ""
    for section, exercises in sections.items():
        passed = sum(_outcomes.get(name) in DONE for name in exercises)
        lines.append(f"{section}: {passed} of {len(exercises)}")
        rows += f"<div><b>{html.text(section)}</b> {_bar(passed, len(exercises))} {passed} of {len(exercises)}</div>"
        for name in filter(_outcomes.get, exercises):
            told = "answered" if _outcomes[name] == "well_formed" else HEADLINES[_outcomes[name]]
            lines.append(f"  {name}: {told}")
            rows += html.marked(_outcomes[name] in DONE, name, told)
        if rest := [name for name in exercises if name not in _outcomes]:
            lines.append(f"  not checked: {', '.join(rest)}")
            rows += f"<div style='margin:.2em 0 .6em .4em;{html.QUIET}'>not checked: {html.text(', '.join(rest))}</div>"
    return Block("\n".join(lines), f"<div style='max-width:60em'>{rows}</div>")


def _bar(done: int, total: int) -> str:
    full = round(100 * done / total)
    colours = f"linear-gradient(90deg,{html.GOOD} {full}%,rgba(128,128,128,.3) {full}%)"
    return f"<span style='display:inline-block;width:10em;height:.6em;background:{colours}'></span>"


def _find(name: Any) -> Exercise:
    if name is None:
        raise lesson.UnknownName("Say which one, as in check(softmax).")
    if not isinstance(name, str) and not callable(name):
        kind = type(name).__name__
        one = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        raise lesson.UnknownName(f"This is what an answer gave ({one}). The answer itself is named without a call.")
    return lesson.find(name if isinstance(name, str) else _name_of(name))


def _name_of(answer: Any) -> str:
    """Its own name; if that is no exercise's, as a lambda's, the one that it was given in this notebook."""
    own = getattr(answer, "__name__", type(answer).__name__)
    given = [name for name, value in place.namespace().items() if value is answer]
    return next((name for name in [own, *given] if lesson.home(name)), own)


def _last() -> str | None:
    """The exercise that was checked last in this kernel."""
    return _checked[0] if _checked else None


def _note(text: str) -> Block:
    return Block(text, f"<div>{html.prose(text)}</div>")


__all__ = ["answer", "check", "hint", "plain", "progress"]
