"""The feedback page: nbgrader's, with what is for graders alone taken out and the questions called by their names."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.api import Gradebook
from traitlets import Bool, Float

from autograder import course, lesson
from autograder.classroom import cell_tests, released
from autograder.classroom.lines import Place, Search
from autograder.classroom.plugin import OURS
from autograder.classroom.submission import grade_id, runs
from autograder.report import html
from autograder.report.places import more, sentence

CHANGED = "Whoever graded this changed the points: {score:g}, where the checks gave {auto:g}."
UNREAD = "**Nobody has read this answer yet: its points are still to come.**"
LOOK = "The line to look at:"
OVER = (
    "The {seconds:g} seconds for looking for students' lines are used up: of the rest none is shown. The next "
    "`nbgrader generate_feedback {assignment} --force` goes on from here (c.ForStudents.lines_seconds)."
)


class ForStudents(Preprocessor):
    """Without rubrics, model answers and the numbers for nbgrader; with a word where a person changed the points.

    Where an answer does not pass, the line of it that is to be looked at is shown, if it can be found.
    """

    enabled = Bool(True, help="Whether to use this preprocessor.").tag(config=True)
    lines_seconds = Float(300.0, help="Seconds of computing for finding lines, for all students of one run.").tag(
        config=True
    )
    lines_each = Float(4.0, help="Seconds of computing for finding the lines of one answer.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        nb.cells = [cell for cell in nb.cells if not cell.metadata.get(OURS, {}).get("rubric")]
        checked = [c for c in nb.cells if c.cell_type == "code" and utils.is_grade(c) and not utils.is_solution(c)]
        graded = {grade_id(cell) for cell in checked}
        sources = [cell.source for cell in nb.cells if runs(cell, graded)]
        assignment = resources["nbgrader"]["assignment"]
        planned = course.assignment(assignment)
        shows = planned.feedback if planned else course.FEEDBACK
        observed = graded - cell_tests.locked(nb.cells)[1].keys() if "lines" in shows else set()
        observed -= released.gone(resources["nbgrader"]["notebook"], observed).keys()
        for cell in _unread(nb.cells, resources["nbgrader"]):
            cell.source += f"\n\n{'# ' if cell.cell_type == 'code' else ''}{UNREAD}"
        for cell in checked:
            place = self._place(cell, sources, assignment, shows) if grade_id(cell) in observed else []
            cell.outputs = [out for out in cell.outputs if out.output_type != "execute_result"] + place + _changed(cell)
        return nb, resources

    def _place(
        self, cell: NotebookNode, sources: list[str], assignment: str, shows: Collection[str]
    ) -> list[NotebookNode]:
        auto, most = utils.determine_grade(cell)
        if auto is None or auto >= most:
            return []
        search = _searches.setdefault(Path.cwd(), Search(Path.cwd(), self.lines_seconds, self.lines_each))
        was_over = search.over
        found = search.places(lesson.find(grade_id(cell)), sources)
        if search.over and not was_over:
            notes.append(OVER.format(seconds=self.lines_seconds, assignment=assignment))
            self.log.warning(notes[-1])
        told = " ".join(str(out["data"].get("text/plain", "")) for out in cell.outputs if "data" in out)
        return [_shown(found, told, "diagnoses" in shows)] if found else []


#: One for each course whose feedback this process makes: the students of a run share its seconds.
_searches: dict[Path, Search] = {}
#: What there is to say of the pages that this process made.
notes: list[str] = []


def _unread(cells: list[NotebookNode], of: dict[str, Any]) -> list[NotebookNode]:
    """Answers and tasks whose zero is none of a grader's yet."""
    by_hand = [cell for cell in cells if (utils.is_grade(cell) and utils.is_solution(cell)) or utils.is_task(cell)]
    if not by_hand:
        return []
    with Gradebook(of["db_url"]) as gradebook:
        submitted = gradebook.find_submission_notebook(of["notebook"], of["assignment"], of["student"])
        waits = {str(grade.name) for grade in submitted.grades if grade.needs_manual_grade}
    return [cell for cell in by_hand if grade_id(cell) in waits]


def _shown(found: list[Place], told: str, kinds: bool) -> NotebookNode:
    """The first place, and how many more there are; what is `told` already is not said again."""
    first = found[0]
    says = sentence(first.diagnosis) if kinds else ""
    says = LOOK if _bare(says) in _bare(told) else says
    says = " ".join(filter(None, [says, more([place.diagnosis for place in found])]))
    place = {"file": f"your cell [{first.cell + 1}]", "line": first.line}
    place |= {"source": first.source, "columns": first.columns}
    data = {
        "text/plain": f"{says}\n{place['file']}, line {first.line}:\n{first.source}",
        "text/html": html.place(says, place),
    }
    return from_dict({"output_type": "display_data", "data": data, "metadata": {}})


def _bare(text: str) -> str:
    """Without what only sets it, and however its lines are broken."""
    return " ".join(text.replace("`", "").split())


def _changed(cell: NotebookNode) -> list[NotebookNode]:
    """GetGrades has put the score of the gradebook into the cell; what the checks gave is still its output."""
    score, auto = cell.metadata.nbgrader.get("score"), utils.determine_grade(cell)[0]
    if score is None or auto is None or abs(score - auto) < 1e-6:
        return []
    told = CHANGED.format(score=score, auto=auto)
    return [from_dict({"output_type": "display_data", "data": {"text/plain": told}, "metadata": {}})]


#: What a browser is to load for the page: its own styles, and the pictures in it. Nothing runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Page(HTMLExporter):
    """A page that runs and fetches nothing, wherever it is opened: formulas stay as they were typed.

    The contents list calls a question by its name, where nbgrader's template calls each one "Test cell".
    """

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> Any:
        page, resources = super().from_notebook_node(nb, resources, **kw)
        page = re.sub(r"<script\b.*?</script>", "", str(page), flags=re.DOTALL)  # nbgrader's: MathJax, from elsewhere
        page = page.replace("<head>", f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">', 1)
        page = re.sub(r'<a href="#([^"]*)">Test cell</a>', r'<a href="#\1">\1</a>', page)
        page = re.sub(r'<a href="#([^"]*)-words">Written response</a>', r'<a href="#\1-words">\1, in words</a>', page)
        return page, resources
