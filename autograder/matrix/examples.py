"""Whether the examples of a prompt, its lines that begin with `>>>`, show what the reference gives."""

from __future__ import annotations

import ast
import doctest
from typing import Any

from autograder import proofread, source
from autograder.exercise import Exercise
from autograder.process.warm import warm

#: What gives the same so often is not drawn.
TIMES = 3
#: What stands below the references when they are tried.
TRIED = """

def tried():
    from autograder.matrix.examples import differing
    return differing({prompt!r}, globals())
"""


class _Differing(doctest.DocTestRunner):
    """Notes what differs, until an example uses what only its reader has: `fit(model, x_train, ...)`."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
        self.noted: list[str] = []
        self.ended = False

    def report_start(self, out: Any, test: Any, example: Any) -> None:
        pass

    def report_failure(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
        if example.want:
            self._note(example, f"gives {got.strip() or 'nothing'}")

    def report_unexpected_exception(self, out: Any, test: Any, example: doctest.Example, exc_info: Any) -> None:
        if not issubclass(exc_info[0], NameError):
            self._note(example, f"raises {exc_info[0].__name__}: {exc_info[1]}")
        self.ended = True

    def _note(self, example: doctest.Example, does: str) -> None:
        if not self.ended:
            self.noted.append(" ".join(f"{example.lineno} `{example.source.strip()}` {does}".split()))


def differing(prompt: str, names: dict[str, Any]) -> list[str]:
    """ "3 `f(2)` gives 5" for each example of another result, after its line in the prompt, counted from 0.

    An example without a result shows how a call is written, and may give anything; so may one that draws.
    """
    runs = []
    for _ in range(TIMES):
        runner = _Differing()
        runner.run(doctest.DocTestParser().get_doctest(prompt, dict(names), "prompt", None, 0))
        runs.append(runner.noted)
    return [noted for noted in runs[0] if all(noted in run for run in runs)]


def untrue(exercise: Exercise) -> list[str]:
    """A finding for each example that shows another result than the reference gives."""
    solutions = source.solutions_path(exercise.section)
    asked = next(node for node in proofread.definitions(solutions) if node.name == exercise.name)
    prompt = ast.get_docstring(asked, clean=False) or ""
    if ">>>" not in prompt:
        return []
    text = solutions.read_text(encoding="utf-8") + TRIED.format(prompt=prompt)
    outcome = warm().ask({"experiment": {"file": text, "path": str(solutions), "name": "tried"}})
    first = asked.body[0].lineno
    findings = []
    for frame in outcome.frames:
        if "failed" in frame:
            findings.append(f"{proofread.at(solutions, first)}: the examples cannot be tried: {frame['failed']}")
        for noted in frame.get("lines", ()):
            line, _, told = noted.partition(" ")
            place = proofread.at(solutions, first + int(line))
            findings.append(f"{place}: the example {told}: write what it gives")
    return findings
