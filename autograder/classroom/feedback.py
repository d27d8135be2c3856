"""The feedback page: nbgrader's, with what is for graders alone taken out and the questions called by their names."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.classroom.plugin import OURS

CHANGED = "Whoever graded this changed the points: {score:g}, where the checks gave {auto:g}."


class ForStudents(NbGraderPreprocessor):
    """Without rubrics, model answers and the numbers for nbgrader; with a word where a person changed the points."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        nb.cells = [cell for cell in nb.cells if not cell.metadata.get(OURS, {}).get("rubric")]
        for cell in nb.cells:
            if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
                cell.outputs = [out for out in cell.outputs if out.output_type != "execute_result"] + _changed(cell)
        return nb, resources


def _changed(cell: NotebookNode) -> list[NotebookNode]:
    """GetGrades has put the score of the gradebook into the cell; what the checks gave is still its output."""
    score, auto = cell.metadata.nbgrader.get("score"), utils.determine_grade(cell)[0]
    if score is None or auto is None or abs(score - auto) < 1e-6:
        return []
    told = CHANGED.format(score=score, auto=auto)
    return [from_dict({"output_type": "display_data", "data": {"text/plain": told}, "metadata": {}})]


class Page(HTMLExporter):
    """The contents list calls a question by its name, where nbgrader's template calls each one "Test cell"."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> Any:
        page, resources = super().from_notebook_node(nb, resources, **kw)
        page = re.sub(r'<a href="#([^"]*)">Test cell</a>', r'<a href="#\1">\1</a>', str(page))
        page = re.sub(r'<a href="#([^"]*)-words">Written response</a>', r'<a href="#\1-words">\1, in words</a>', page)
        return page, resources
