"""What a learner waits for: a cold check against `import torch`, a warm one, and pytest over the exercises."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder import lesson, source
from autograder.judging.grade import check_text
from autograder.process.warm import warm
from benchmarks.measure import interleaved, python

WRONG = "def softmax(x):\n    return x.exp() / x.exp().sum()\n"


def cold(rounds: int) -> dict[str, float]:
    """A check from the shell, passing and failing, against a plain import of torch."""
    with tempfile.TemporaryDirectory() as folder:
        right, wrong = Path(folder, "right.py"), Path(folder, "wrong.py")
        right.write_text(source.solutions_path("cross_entropy").read_text(encoding="utf-8"), encoding="utf-8")
        wrong.write_text(WRONG, encoding="utf-8")
        check = ("-m", "autograder", "check", "softmax", "--file")
        taken = interleaved(
            {
                "import": python("-c", "import torch"),
                "passes": python(*check, str(right)),
                "fails": python(*check, str(wrong)),
            },
            rounds,
        )
    return {
        "cold check that passes / import torch": taken["passes"] / taken["import"],
        "cold check that fails / import torch": taken["fails"] / taken["import"],
        "import torch, seconds": taken["import"],
    }


def resident(rounds: int) -> dict[str, float]:
    """The second check from the shell, which finds what the first left behind; and pytest with one exercise."""
    environment = {"AUTOGRADER_RESIDENT": "1", "CI": ""}
    with tempfile.TemporaryDirectory() as folder:
        right, wrong, empty = Path(folder, "right.py"), Path(folder, "wrong.py"), Path(folder, "test_empty.py")
        right.write_text(source.solutions_path("cross_entropy").read_text(encoding="utf-8"), encoding="utf-8")
        wrong.write_text(WRONG, encoding="utf-8")
        empty.write_text("def test_nothing():\n    pass\n", encoding="utf-8")
        check = ("-m", "autograder", "check", "softmax", "--file")
        pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
        runs = {
            "import": python("-c", "import torch"),
            "passes": python(*check, str(right), **environment),
            "fails": python(*check, str(wrong), **environment),
            "empty pytest": python(*pytest, str(empty)),
            "pytest": python(*pytest, "exercises", "-k", "softmax", **environment),
        }
        runs["passes"]()  # leaves it behind
        try:
            taken = interleaved(runs, rounds)
        finally:
            python("-m", "autograder", "stop")()
    return {
        "second check that passes / import torch": taken["passes"] / taken["import"],
        "second check that fails / import torch": taken["fails"] / taken["import"],
        "pytest of one exercise, seconds over an empty pytest": taken["pytest"] - taken["empty pytest"],
    }


def warm_checks(rounds: int) -> dict[str, float]:
    """Checks in a process that has a warm one beside it: of softmax, and of every exercise of the lesson."""
    warm(preload=True)
    softmax = lesson.find("softmax")
    texts = {s: source.solutions_path(s).read_text(encoding="utf-8") for s in lesson.sections()}
    right, path = texts["cross_entropy"], "answer.py"

    def everything() -> None:
        for exercise in lesson.exercises():
            check_text(texts[exercise.section], path, exercise)

    everything()
    taken = interleaved(
        {
            "fork": lambda: warm().ask(
                {
                    "exercise": "softmax",
                    "probes": source.probes("cross_entropy", "softmax"),
                    "implementations": [],
                    "runs": [],
                }
            ),
            "passes": lambda: check_text(right, path, softmax),
            "fails": lambda: check_text(WRONG, path, softmax),
            "everything": everything,
        },
        rounds,
    )
    return {
        "warm check that passes, ms": 1000 * taken["passes"],
        "warm check that fails, ms": 1000 * taken["fails"],
        "warm check / forking a child": taken["passes"] / taken["fork"],
        "one more exercise in the same process, ms": 1000 * taken["everything"] / len(lesson.exercises()),
    }


def with_pytest(rounds: int) -> dict[str, float]:
    """`pytest exercises/` against pytest on an empty file that imports torch."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "test_empty.py")
        empty.write_text("import torch\n\ndef test_nothing():\n    pass\n", encoding="utf-8")
        taken = interleaved(
            {
                "import": python("-m", "pytest", "-q", "-p", "no:cacheprovider", str(empty)),
                "exercises": python("-m", "pytest", "-q", "-p", "no:cacheprovider", "exercises"),
            },
            rounds,
        )
    return {"pytest exercises/ / pytest with import torch": taken["exercises"] / taken["import"]}
