"""A real nbgrader course in a folder of its own: the notebooks of some sections, released; for tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import started
from started import SHARED

from autograder.notebooks import build
from autograder.places import KIT as ROOT

ASSIGNMENT = build.ASSIGNMENT

Notebook = dict[str, Any]

#: Sections that several tests grade a class on: what their references do under its seed is observed once, too.
SETS = 1  # what observing them costs is not paid several times over
OFTEN_GRADED = ["setup", "training_loop", "cross_entropy"]


class Course:
    def __init__(self, folder: Path, sections: list[str]):
        self.folder = folder
        self.source.mkdir(parents=True)
        for section in sections:
            (self.source / f"{section}.ipynb").write_text(build.build(section), encoding="utf-8")
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        config = config.replace("os.path.dirname(os.path.abspath(__file__))", repr(str(ROOT)))
        config += f"\nc.Grade.sets = {SETS}\nc.ForStudents.lines_seconds = 600\nc.ForStudents.lines_each = 30\n"
        (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")

    def nbgrader(self, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = started.run("nbgrader", words, self.folder, dict(os.environ) | environment)
        if check and done.returncode:
            raise AssertionError(f"nbgrader {' '.join(words)}: {done.stdout[-3000:]}\n{done.stderr[-6000:]}")
        return done

    def release(self) -> Path:
        """As generate_assignment does it. In tests all notebooks are released once, and what is wanted is copied."""
        made = self.folder / "release" / ASSIGNMENT
        if SHARED not in os.environ:
            self.nbgrader("generate_assignment", ASSIGNMENT, "--create", "--force")
            return made
        whole = _everything_released(Path(os.environ[SHARED]))
        others = [section for section in build.sections() if not (self.source / f"{section}.ipynb").exists()]
        unwanted = shutil.ignore_patterns(*(f"{section}.ipynb" for section in others))
        shutil.copytree(whole / "release" / ASSIGNMENT, made, ignore=unwanted)
        shutil.copytree(whole / ".autograder", self.folder / ".autograder", dirs_exist_ok=True)
        shutil.copy(whole / "gradebook.db", self.folder)
        with self._gradebook() as gradebook:
            for section in others:
                gradebook.remove_notebook(section, ASSIGNMENT)
        return made

    @property
    def source(self) -> Path:
        return self.folder / "source" / ASSIGNMENT

    def _gradebook(self) -> Any:
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{self.folder}/gradebook.db")

    def released(self, section: str) -> Notebook:
        return json.loads((self.folder / "release" / ASSIGNMENT / f"{section}.ipynb").read_text(encoding="utf-8"))

    def submit(self, student: str, section: str, notebook: Notebook | bytes) -> Path:
        place = self.folder / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True, exist_ok=True)
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        (place / f"{section}.ipynb").write_bytes(data)
        return place

    def scores(self) -> dict[str, dict[str, float | None]]:
        """The automatic score of every graded cell, by student."""
        with self._gradebook() as gradebook:
            found: dict[str, dict[str, float | None]] = {}
            for submission in gradebook.assignment_submissions(ASSIGNMENT):
                for notebook in submission.notebooks:
                    mine = found.setdefault(submission.student.id, {})
                    mine |= {grade.name: grade.auto_score for grade in notebook.grades}
            return found

    def autograded(self, student: str, section: str) -> Notebook:
        path = self.folder / "autograded" / student / ASSIGNMENT / f"{section}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))


def _everything_released(shared: Path) -> Path:
    """The folder of a course with all notebooks released; by the first who asks, while others wait."""
    import fcntl

    from autograder.classroom import references, results  # they import nbgrader

    with open(shared / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = shared / "course"
        if not (whole / "released").exists():
            shutil.rmtree(whole, ignore_errors=True)
            made = Course(whole, build.sections())
            made.nbgrader("generate_assignment", ASSIGNMENT, "--create", "--force")
            for section in OFTEN_GRADED:
                references.of(whole, section, results.inputs_of(results.secret(whole), [], section, SETS))
            (whole / "released").touch()
    return whole


def answered(notebook: Notebook, answers: dict[str, str]) -> Notebook:
    """A released notebook in which some answer cells have been replaced, by grade_id without "-answer"."""
    made = json.loads(json.dumps(notebook))
    for cell in made["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        if name in answers and cell["cell_type"] == "code" and not cell["metadata"]["nbgrader"]["grade"]:
            cell["source"] = answers[name]
    return made


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
