"""The instructor's notebook of each section, from the section's solutions and checks.

Where a function or class has a prompt, the learner writes what follows it: nbgrader's solution marks stand round the
same lines that `exercises/` leaves out. Building twice gives the same bytes.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder import lesson, source, workspace
from autograder.exercise import Exercise
from autograder.notebooks import cells, plots, prose, videos
from autograder.notebooks.cells import Cell
from autograder.source import Answer

ASSIGNMENT = lesson.current().name
WHEEL = f"{ASSIGNMENT}_checks"

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

_START = f"""
Work from top to bottom: read, write your answer in place of `raise NotImplementedError()`, run the cell, and run the
`check` below it. It says what is right, and if something is not, what your answer did. `progress()` in a cell of your
own shows what has passed.

Install first what this notebook uses, in a terminal or in a cell, with the file that came with it:

```
%pip install torch matplotlib {WHEEL}-*.whl
```
"""
_LENT = """
{names} may be called, and no answer of this assignment defines {them}. To try yours here, put your own from an earlier
one into a new cell above. When this is graded, the kit's own stand in for what is not there.
"""
_WORDS = "**{title}: in your own words.** Two to four sentences. This is graded by a person, out of {points}."


def path(section: str) -> Path:
    return lesson.current().folder / "source" / ASSIGNMENT / f"{section}.ipynb"


def build_all() -> dict[str, bool]:
    """Write the notebook of every section that has solutions and checks; whether each was out of date."""
    return {section: write(path(section), build(section)) for section in sections()}


def write(file: Path, text: str) -> bool:
    """Write a notebook; whether it was out of date."""
    renewed = not file.exists() or file.read_text(encoding="utf-8") != text
    if renewed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return renewed


def sections() -> list[str]:
    return [section for section in lesson.sections() if source.answers(section) and lesson.load(section)]


def build(section: str, chosen: Mapping[str, float] | None = None) -> str:
    """The text of the section's notebook. `chosen`: these exercises alone, each worth so much."""
    text = source.solutions_path(section).read_text(encoding="utf-8")
    exercises, answers = lesson.load(section), source.answers(section)
    given_away = {*answers, *lesson.names(section)}  # what would be, as a cell of its own
    made = [*_header(section, text), cells.code("imports", _imports(text))]
    for node in ast.parse(text).body:
        name = getattr(node, "name", "")
        if name in answers and name in exercises:
            if chosen is None or name in chosen:
                exercise = exercises[name]
                made += _exercise(exercise, answers[name], exercise.points if chosen is None else chosen[name])
                if chosen is not None:
                    made += _lent(name, section, chosen)
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr) and name not in given_away:
            made.append(cells.code(f"given-{name or node.lineno}", ast.get_source_segment(text, node) or ""))
    return cells.notebook(made)


def _header(section: str, text: str) -> list[Cell]:
    told = " ".join((ast.get_docstring(ast.parse(text)) or section).split())
    title, _, rest = told.partition(": ")
    link = videos.of_section(section, "Watch this part of the lesson:")
    watch = f"\n\n{link}" if link else ""
    rest = rest[:1].upper() + rest[1:]
    return [cells.text("title", f"# {title}\n\n{rest}{watch}"), cells.text("start", _START)]


def _imports(text: str) -> str:
    own = [ast.unparse(node) for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join([*own, *([""] if own else []), "from autograder import check, progress"])


def _lent(name: str, section: str, chosen: Mapping[str, float]) -> list[Cell]:
    """Which earlier answers this one may call that are no part of the assignment."""
    uses = workspace.uses(source.solutions_path(section).read_text(encoding="utf-8"), name)
    lent = [other for other in source.answers(section) if other in uses and other not in chosen]
    if not lent:
        return []
    names = " and ".join(f"`{other}`" for other in lent)
    return [cells.text(f"{name}-lent", _LENT.format(names=names, them="them" if lent[1:] else "it"))]


def _exercise(exercise: Exercise, answer: Answer, points: float) -> list[Cell]:
    name = exercise.name
    link = videos.of_exercise(name)
    heading = f"## {_title(exercise, answer)}" + (f" · {link}" if link else "")
    made = [
        cells.text(f"{name}-prompt", f"{heading}\n\n{prose.markdown(answer.prompt)}"),
        cells.answer(name, solution(answer)),
        cells.grade(name, f"check({name})", points),
    ]
    if name in plots.PLOTS:
        made.append(cells.code(f"{name}-plot", plots.PLOTS[name]))
    if exercise.kind == "concept":
        made.append(_in_words(exercise))
    return made


def _title(exercise: Exercise, answer: Answer) -> str:
    """How it is called, or the question in short.

    Never the bare name: the heading's anchor would be the grade_id, by which formgrader finds the place of a score.
    """
    if exercise.kind == "concept":
        return _spoken(exercise.name)
    node: Any = ast.parse(answer.text).body[0]
    if isinstance(node, ast.ClassDef):
        node = next((n for n in node.body if getattr(n, "name", "") == "__init__"), None)
    arguments = ast.unparse(node.args) if node else ""
    return prose.safe(f"{exercise.name}({arguments.removeprefix('self').removeprefix(', ')})")


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _in_words(exercise: Exercise) -> Cell:
    points = written_points(exercise)
    told = _WORDS.format(title=_spoken(exercise.name), points=_count(points))
    answer = [told, "", BEGIN, exercise.model_answer or "(No model answer is written yet.)", END]
    return cells.words(exercise.name, "\n".join(answer), points)


def _count(points: int) -> str:
    return f"{points} point{'s' if points != 1 else ''}"


def written_points(exercise: Exercise) -> int:
    """A point for each line of the rubric."""
    return len(exercise.rubric) or 2


def solution(answer: Answer) -> str:
    """The definition with the first paragraph of its prompt, and marks round the lines that the learner writes."""
    lines = answer.text.splitlines()
    node = ast.parse(answer.text).body[0]
    prompt = node.body[0]  # type: ignore[attr-defined]
    written = answer.first_written - answer.first
    indent = " " * (len(lines[written]) - len(lines[written].lstrip())) if written < len(lines) else "    "
    between = lines[prompt.end_lineno : written]
    while between and (not between[-1].strip() or between[-1].strip().startswith("#")):
        between.pop()
    kept = len(lines[: prompt.end_lineno]) + len(between)
    return "\n".join(
        [
            *lines[: prompt.lineno - 1],
            *_docstring(prose.first_sentence(answer.prompt)),
            *between,
            f"{indent}{BEGIN}",
            *_trim(lines[kept:]),
            f"{indent}{END}",
        ]
    )


def _docstring(text: str, width: int = 76) -> list[str]:
    import textwrap

    lines = textwrap.wrap(text.replace("\\", "\\\\"), width)
    lines[0] = '    """' + lines[0]
    lines[-1] += '"""'
    return [lines[0], *(f"    {line}" for line in lines[1:])]


def _trim(lines: list[str]) -> list[str]:
    while lines and not lines[0].strip():
        lines = lines[1:]
    return lines
