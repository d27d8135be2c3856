"""A real nbgrader course in a folder of its own: the notebooks of some sections, released; for tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograder.lesson import ROOT
from autograder.notebooks import build

ASSIGNMENT = build.ASSIGNMENT

Notebook = dict[str, Any]


class Course:
    def __init__(self, folder: Path, sections: list[str]):
        self.folder = folder
        source = folder / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        for section in sections:
            (source / f"{section}.ipynb").write_text(build.build(section), encoding="utf-8")
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        config = config.replace("os.path.dirname(os.path.abspath(__file__))", repr(str(ROOT)))
        (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")

    def nbgrader(self, *words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env=os.environ | environment,
        )
        if check and done.returncode:
            raise AssertionError(f"nbgrader {' '.join(words)}: {done.stdout[-3000:]}\n{done.stderr[-6000:]}")
        return done

    def release(self) -> Path:
        self.nbgrader("generate_assignment", ASSIGNMENT, "--create", "--force")
        return self.folder / "release" / ASSIGNMENT

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
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            found: dict[str, dict[str, float | None]] = {}
            for submission in gradebook.assignment_submissions(ASSIGNMENT):
                for notebook in submission.notebooks:
                    mine = found.setdefault(submission.student.id, {})
                    mine |= {grade.name: grade.auto_score for grade in notebook.grades}
            return found

    def autograded(self, student: str, section: str) -> Notebook:
        path = self.folder / "autograded" / student / ASSIGNMENT / f"{section}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))


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
