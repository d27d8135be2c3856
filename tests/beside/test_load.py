from __future__ import annotations

from pathlib import Path

from autograder.beside.load import put_pieces, read_pieces, run_file


def test_a_line_that_raises_costs_itself_alone() -> None:
    module, failed = run_file("answer.py", "a = 1\nb = 1 / 0\nc = 3\n")
    assert (module.a, module.c) == (1, 3)
    assert failed is not None
    assert (failed["type"], failed["frames"][-1]["line"]) == ("ZeroDivisionError", 2)


def test_a_syntax_error_names_its_line() -> None:
    _, failed = run_file("answer.py", "a = 1\ndef f(:\n    pass\n")
    assert failed is not None
    assert failed["frames"][0]["line"] == 2
    assert failed["frames"][0]["source"] == "def f(:"


def test_future_imports_and_dataclasses_work() -> None:
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Point:\n    x: int\n    other: Point | None = None\n"
    )
    module, failed = run_file("answer.py", text)
    assert failed is None
    assert module.Point(1).x == 1


def test_the_variables_of_the_failing_line_are_described() -> None:
    text = "import torch\ndef f(x, lr):\n    big = torch.ones(64, 10)\n    return big @ x\nf(torch.ones(3), 0.5)\n"
    _, failed = run_file("answer.py", text)
    assert failed is not None
    frame = failed["frames"][-1]
    assert frame["source"] == "return big @ x"
    assert frame["variables"] == {"big": "tensor 64x10, float32, cpu", "x": "tensor 3, float32, cpu"}


def test_an_endless_recursion_is_told_by_its_last_calls() -> None:
    _, failed = run_file("answer.py", "def f():\n    f()\nf()\n")
    assert failed is not None
    assert failed["type"] == "RecursionError"
    assert len(failed["frames"]) == 4
    assert failed["more"] > 500


def test_a_file_beside_it_can_be_imported_and_hides_no_library(tmp_path: Path) -> None:
    (tmp_path / "helper_of_mine.py").write_text("value = 7\n")
    (tmp_path / "math.py").write_text("raise RuntimeError\n")
    text = "from helper_of_mine import value\nimport math\npi = math.pi\n"
    module, failed = run_file(str(tmp_path / "answer.py"), text)
    assert failed is None
    assert module.value == 7


def test_earlier_pieces_replace_the_learners() -> None:
    module, _ = run_file("answer.py", "def a(): return 'own'\ndef b(): return a()\n")
    put_pieces(module, read_pieces("def a(): return 'kit'\n", ["a"]))
    assert module.b() == "kit"
