"""What several test files use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import lesson
from autograder.grade import check_text
from autograder.judge import Verdict

Check = Callable[..., Verdict]


@pytest.fixture
def check() -> Check:
    """Grade a text as the learner's file: check("softmax", "def softmax(x): ...")."""

    def graded(name: str, text: str, path: str = "answer.py") -> Verdict:
        return check_text(text, path, lesson.find(name))

    return graded


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a learner's file and return its path."""

    def written(text: str) -> Path:
        path = tmp_path / "answer.py"
        path.write_text(text, encoding="utf-8")
        return path

    return written
