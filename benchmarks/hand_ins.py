"""`python -m benchmarks.hand_ins`: a class in which everybody hands in in another way; is each accounted for?

Each kind says what is expected of it: the student's row, a part of what is told, the points, and the points once the
command that was told has been typed. Prints a table, and exits with 1 where something is otherwise.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))  # the tests' course, under the name that the tests give it

import started  # noqa: E402
from course import ASSIGNMENT, Course, Notebook, answered  # noqa: E402

from autograder import source  # noqa: E402

#: Three exercises of 4 points each; and one with a box for a written answer.
CODE, WRITTEN = "setup", "training_loop"
FULL = 12.0
Cell = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    name: str
    about: str
    hand_in: Callable[[Desk], None]
    row: str
    #: A part of what is told: to the instructor, or on the student's page.
    says: str
    points: float | None
    #: The points once what is told has been typed; None where there is nothing to type.
    mended: float | None


class Desk:
    """Where one student's files are put together."""

    def __init__(self, course: Course, student: str):
        self.course, self.student = course, student
        self.home = course.folder / "submitted" / student
        self.folder = self.home / ASSIGNMENT

    def right(self, section: str = CODE, **others: str) -> Notebook:
        """The released notebook, rightly answered but for what is given."""
        answers = {name: answer.text for name, answer in source.answers(section).items()}
        return answered(self.course.released(section), answers | others)

    def put(self, notebook: Notebook | bytes | str, place: str = f"{ASSIGNMENT}/{CODE}.ipynb") -> Path:
        path = self.home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        data = json.dumps(notebook) if isinstance(notebook, dict) else notebook
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def here(self, notebook: Notebook | bytes | str, name: str = f"{CODE}.ipynb") -> Path:
        return self.put(notebook, f"{ASSIGNMENT}/{name}")


KINDS: dict[str, Kind] = {}


def kind(
    row: str = "graded", says: str = "", points: float | None = FULL, mended: float | None = None
) -> Callable[[Callable[[Desk], None]], Callable[[Desk], None]]:
    def register(hand_in: Callable[[Desk], None]) -> Callable[[Desk], None]:
        name = hand_in.__name__
        about = (hand_in.__doc__ or "").strip()
        KINDS[name] = Kind(name, about, hand_in, row, says, points, mended)
        return hand_in

    return register


def code(text: str) -> Cell:
    return {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}, "outputs": [], "source": text}


def cell(notebook: Notebook, grade_id: str) -> Cell:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def position(notebook: Notebook, grade_id: str) -> int:
    return notebook["cells"].index(cell(notebook, grade_id))


# Names and folders


@kind()
def as_released(desk: Desk) -> None:
    """All right, under the name that it was released with."""
    desk.here(desk.right())


@kind("renamed", "which is setup", None, FULL)
def renamed(desk: Desk) -> None:
    """The notebook has the student's name in its own."""
    desk.here(desk.right(), "ada setup (1).ipynb")


@kind("renamed", "which is setup", None, FULL)
def other_case(desk: Desk) -> None:
    """Setup.ipynb."""
    desk.here(desk.right(), "Setup.ipynb")


@kind("renamed", "which is setup", None, FULL)
def other_ending(desk: Desk) -> None:
    """setup.IPYNB."""
    desk.here(desk.right(), "setup.IPYNB")


@kind("other file", "setup.py is no notebook", None)
def script(desk: Desk) -> None:
    """A script in place of the notebook."""
    desk.here((source.solutions_path(CODE)).read_text(encoding="utf-8"), "setup.py")


@kind("other file", "all.zip is no notebook", None, FULL)
def zipped(desk: Desk) -> None:
    """The notebook in a zip file."""
    path = desk.here("", "all.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("setup.ipynb", json.dumps(desk.right()))


@kind("misplaced", "a folder too deep", None, FULL)
def too_deep(desk: Desk) -> None:
    """The assignment's folder in the assignment's folder."""
    desk.here(desk.right(), f"{ASSIGNMENT}/setup.ipynb")


@kind("missing", "there is no notebook", None)
def empty_folder(desk: Desk) -> None:
    """The assignment's folder with nothing in it."""
    desk.folder.mkdir(parents=True)


@kind("missing", "the folder is empty", None)
def nothing(desk: Desk) -> None:
    """The student's folder with nothing in it."""
    desk.home.mkdir(parents=True)


@kind("misplaced", f"outside a folder {ASSIGNMENT}", None, FULL)
def no_folder(desk: Desk) -> None:
    """The notebook in the student's folder."""
    desk.put(desk.right(), "setup.ipynb")


@kind("misplaced", "the folder is called Minibatch-Training", None, FULL)
def folder_in_other_case(desk: Desk) -> None:
    """The assignment's folder in other letters."""
    desk.put(desk.right(), "Minibatch-Training/setup.ipynb")


@kind("misplaced", "the student's folder stands inside the assignment's", None, FULL)
def swapped(desk: Desk) -> None:
    """The student's folder in the assignment's."""
    Desk(desk.course, ASSIGNMENT).put(desk.right(), f"{desk.student}/setup.ipynb")


@kind("misplaced", "the folder is called minibatch", None, FULL)
def other_assignment(desk: Desk) -> None:
    """A folder with nearly the assignment's name."""
    desk.put(desk.right(), "minibatch_trainin/setup.ipynb")


@kind("second notebook", "setup.ipynb is as it was released", None, FULL)
def blank_beside_the_answers(desk: Desk) -> None:
    """The blank notebook, and a browser's second download with the answers."""
    desk.here(desk.course.released(CODE))
    desk.here(desk.right(), "setup (1).ipynb")


@kind(says="setup.ipynb is the one graded")
def a_copy_beside(desk: Desk) -> None:
    """A second download, where both are written."""
    desk.here(desk.right())
    desk.here(desk.right(), "setup (1).ipynb")


@kind("link", "is a link", None)
def link(desk: Desk) -> None:
    """A link in place of the notebook."""
    desk.folder.mkdir(parents=True)
    (desk.folder / "setup.ipynb").symlink_to(desk.course.folder / "gradebook.db")


@kind()
def litter(desk: Desk) -> None:
    """What systems leave beside files."""
    desk.here(desk.right())
    desk.here("x", ".DS_Store")
    desk.here("x", "__MACOSX/._setup.ipynb")


# Files that cannot be read


@kind("unreadable", "its JSON is broken", None)
def conflict(desk: Desk) -> None:
    """A merge's conflict markers."""
    text = json.dumps(desk.right(), indent=1)
    desk.here(text.replace(' "cells": [', '<<<<<<< HEAD\n "cells": [\n=======\n>>>>>>> theirs', 1))


@kind("unreadable", "The file is empty", None)
def no_bytes(desk: Desk) -> None:
    """Zero bytes."""
    desk.here("")


@kind("unreadable", "not UTF-8", None)
def utf_16(desk: Desk) -> None:
    """Saved as UTF-16."""
    desk.here(json.dumps(desk.right()).encode("utf-16"))


@kind("unreadable", "its JSON is broken", None)
def cut_off(desk: Desk) -> None:
    """The upload ended in the middle."""
    desk.here(json.dumps(desk.right())[:3000])


@kind("unreadable", "not a notebook", None)
def other_json(desk: Desk) -> None:
    """JSON, and no notebook."""
    desk.here('["setup"]')


@kind("timestamp", "which is no time", None, FULL)
def odd_time(desk: Desk) -> None:
    """A timestamp that nobody can read."""
    desk.here(desk.right())
    desk.here("gestern abend", "timestamp.txt")


# Other programs


@kind()
def with_a_mark_before_it(desk: Desk) -> None:
    """UTF-8 with the mark that some editors put before it."""
    desk.here(b"\xef\xbb\xbf" + json.dumps(desk.right()).encode())


@kind()
def format_3(desk: Desk) -> None:
    """nbformat 3: worksheets, and `input` in place of `source`."""
    made = desk.right()
    cells = [
        {**c, "input": c["source"], "language": "python"} if c["cell_type"] == "code" else c for c in made["cells"]
    ]
    desk.here({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]})


@kind()
def colab(desk: Desk) -> None:
    """From Colab: its own metadata, another kernel, nbformat 4.0."""
    made = desk.right() | {"nbformat_minor": 0}
    made["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for one in made["cells"]:
        one["metadata"] |= {"id": one.pop("id", "x"), "colab": {"base_uri": "https://localhost:8080/"}}
    desk.here(made)


@kind()
def vs_code(desk: Desk) -> None:
    """From VS Code: the kernel of its own environment, languages in the cells."""
    made = desk.right()
    made["metadata"] = {"kernelspec": {"name": "myenv", "display_name": ".venv (3.12)", "language": "python"}}
    for one in made["cells"]:
        one["metadata"]["vscode"] = {"languageId": "python"}
    desk.here(made)


@kind()
def without_metadata(desk: Desk) -> None:
    """A program dropped all metadata."""
    made = desk.right()
    for one in made["cells"]:
        one["metadata"] = {}
    desk.here(made)


@kind()
def odd_ids(desk: Desk) -> None:
    """Cell ids that nbformat does not allow, one of them twice."""
    made = desk.right()
    for number, one in enumerate(made["cells"]):
        one["id"] = ["ümläut/../x", "a" * 100, "twice", "twice"][number % 4]
    desk.here(made)


@kind()
def large_outputs(desk: Desk) -> None:
    """30 MB of outputs."""
    made = desk.right()
    made["cells"].append(
        code("1") | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 30_000_000}]}
    )
    desk.here(made)


# Cells


@kind()
def deleted(desk: Desk) -> None:
    """The locked cells are gone."""
    made = desk.right()
    made["cells"] = [c for c in made["cells"] if not c["metadata"].get("nbgrader", {}).get("locked")]
    desk.here(made)


@kind()
def duplicated(desk: Desk) -> None:
    """Every cell twice."""
    made = desk.right()
    desk.here(made | {"cells": [*made["cells"], *made["cells"]]})


@kind()
def merged(desk: Desk) -> None:
    """All answers in one cell."""
    made = desk.right()
    texts = [c["source"] for c in made["cells"] if c["cell_type"] == "code" and "check(" not in "".join(c["source"])]
    whole = "\n\n".join("".join(text) for text in texts)
    made["cells"] = [c for c in made["cells"] if "nbgrader" not in c["metadata"]] + [code(whole)]
    desk.here(made)


@kind()
def split(desk: Desk) -> None:
    """An answer in two cells, the other with no id."""
    made = desk.right(
        hyperparameters="def hyperparameters(x_train, y_train):\n    return (*sizes(x_train, y_train), 50)\n"
    )
    helper = "def sizes(x, y):\n    n, m = x.shape\n    return n, m, int(y.max()) + 1\n"
    made["cells"].insert(position(made, "hyperparameters-answer"), code(helper))
    desk.here(made)


@kind()
def moved(desk: Desk) -> None:
    """All cells from last to first."""
    made = desk.right()
    made["cells"].reverse()
    desk.here(made)


@kind(says="There is an answer above", points=8.0)
def above_the_stub(desk: Desk) -> None:
    """An answer in a new cell above the stub, which defines the name again."""
    made, blank = desk.right(), desk.course.released(CODE)
    place = position(made, "hyperparameters-answer")
    mine = code("".join(made["cells"][place]["source"]))
    made["cells"][place]["source"] = cell(blank, "hyperparameters-answer")["source"]
    made["cells"].insert(place, mine)
    desk.here(made)


@kind(points=0.0, says="is missing")
def no_cells(desk: Desk) -> None:
    """Everything was deleted."""
    desk.here(desk.right() | {"cells": []})


@kind(points=0.0, says="is not started")
def untouched(desk: Desk) -> None:
    """Handed in as it was released."""
    desk.here(desk.course.released(CODE))


# Code


@kind()
def endless_cell(desk: Desk) -> None:
    """`while True` in a cell of their own, below the answers."""
    made = desk.right()
    made["cells"].append(code("while True:\n    pass"))
    desk.here(made)


@kind(points=8.0, says="time")
def endless_answer(desk: Desk) -> None:
    """`while True` in one answer."""
    desk.here(desk.right(hyperparameters="def hyperparameters(x_train, y_train):\n    while True:\n        pass\n"))


@kind()
def failing_import(desk: Desk) -> None:
    """An import that is not there, in the cell that imports torch."""
    made = desk.right()
    first = next(c for c in made["cells"] if c["cell_type"] == "code")
    first["source"] = "import wandb\nfrom google.colab import drive\n" + "".join(first["source"])
    desk.here(made)


@kind(points=8.0, says="SyntaxError")
def syntax_error(desk: Desk) -> None:
    """One answer that Python cannot read."""
    desk.here(desk.right(hyperparameters="def hyperparameters(x_train, y_train:\n    return 1\n"))


@kind()
def ends_the_process(desk: Desk) -> None:
    """A cell that ends Python."""
    made = desk.right()
    made["cells"].append(code("import os\nos._exit(1)"))
    desk.here(made)


@kind(points=8.0, says="Give your answer exactly this name")
def misspelt(desk: Desk) -> None:
    """One answer under another name."""
    desk.here(desk.right(hyperparameters="def hyper_parameters(x, y):\n    return *x.shape, 1 + int(y.max()), 50\n"))


# Written answers: of a notebook that has nothing else, so that none of its points are the grader's


WORDS = "One forward pass, the loss, the backward pass, and a step against the gradient."
BOX = "training_steps-words"


def text(kind: str) -> Cell:
    return {"cell_type": kind, "id": "mine", "metadata": {}, "source": WORDS}


@kind("graded", "waits for a reader", 0.0)
def beside_the_box(desk: Desk) -> None:
    """A written answer in a new cell below its box."""
    made = desk.course.released(WRITTEN)
    made["cells"].insert(position(made, BOX) + 1, text("markdown"))
    desk.here(made, f"{WRITTEN}.ipynb")


@kind("graded", "waits for a reader", 0.0)
def raw_cell(desk: Desk) -> None:
    """A written answer in a raw cell."""
    made = desk.course.released(WRITTEN)
    made["cells"].insert(position(made, BOX) + 1, text("raw"))
    desk.here(made, f"{WRITTEN}.ipynb")


#: Between the others, in the large class.
ORDINARY = ["as_released"] * 8


# The class


@dataclass(frozen=True)
class Seen:
    row: str
    says: str
    points: float | None

    def is_right(self, kind: Kind) -> bool:
        return self.row == kind.row and kind.says in self.says and self.points == kind.points


def hand_in(course: Course, kinds: Iterable[str]) -> dict[str, Kind]:
    """One student for each; by name of the student."""
    students = {}
    for number, name in enumerate(kinds, 1):
        student = f"s{number:02d}"
        students[student] = KINDS[name]
        KINDS[name].hand_in(Desk(course, student))
    return students


def grade(course: Course, students: dict[str, Kind]) -> tuple[dict[str, Seen], dict[str, Any]]:
    """What became of each, and the report."""
    words = ["grade", ASSIGNMENT, "--json"]
    done = started.run("autograder", words, course.folder, os.environ | {"PYTHONPATH": str(ROOT)})
    report = json.loads(done.stdout or "{}")
    if not report:
        raise AssertionError(done.stderr)
    course.nbgrader("export")
    with open(course.folder / "grades.csv", encoding="utf-8") as file:
        score = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    rows = {row["student"]: row["state"] for row in report["rows"]}
    seen = {}
    for student, kind in students.items():
        name = ASSIGNMENT if kind.name == "swapped" and student not in rows else student
        told = [one["why"] for one in report["not_graded"] if one["student"] == name]
        told += [f"{one['notebook']} ran out of time" for one in report["out_of_time"] if one["student"] == name]
        told += _pages(course, name)
        points = score.get(name, "")
        seen[student] = Seen(rows.get(name, "no row"), "\n".join(told), float(points) if points else None)
    return seen, report


def _pages(course: Course, student: str) -> list[str]:
    """What stands below the graded cells of a student, and whether an answer waits for a reader."""
    told = []
    for path in sorted((course.folder / "autograded" / student / ASSIGNMENT).glob("*.ipynb")):
        for one in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            told += ["".join(output.get("text", "")) for output in one.get("outputs", [])]
            told += ["".join(output.get("data", {}).get("text/plain", "")) for output in one.get("outputs", [])]
            told += ["an answer waits for a reader"] * (WORDS in "".join(one["source"]) and BOX in json.dumps(one))
    return told


def type_what_is_told(course: Course, report: dict[str, Any]) -> None:
    """The commands, and not what is to be asked for."""
    for one in report["not_graded"]:
        if re.match(r"(mv|mkdir|unzip|echo) ", one["do"]):
            subprocess.run(one["do"], shell=True, cwd=course.folder, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder, "course"), [CODE, WRITTEN])
        course.release()
        students = hand_in(course, [*KINDS, *ORDINARY])
        start = time.perf_counter()
        seen, report = grade(course, students)
        seconds = time.perf_counter() - start
        type_what_is_told(course, report)
        after, _ = grade(course, students)
    table = Table("student", "kind", "row", "points", "once mended", "", box=None)
    wrong = 0
    for student, kind in students.items():
        one, later = seen[student], after[student].points
        right = one.is_right(kind) and (kind.mended is None or later == kind.mended)
        wrong += not right
        why = "" if right else f"expected {kind.row}, {kind.points}, {kind.says!r}, {kind.mended}: {one.says[:200]!r}"
        table.add_row(student, kind.name, one.row, _number(one.points), _number(later), why)
    Console(width=200).print(table)
    print(f"{len(students)} students, {len(KINDS)} kinds: {wrong} otherwise than expected, in {seconds:.0f} s.")
    sys.exit(bool(wrong))


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


if __name__ == "__main__":
    main()
