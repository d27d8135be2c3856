"""`check` and its sisters as a notebook shows them, in a real IPython shell."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import autograder
from autograder import source


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=config)
    made.run_cell("import torch, math\nfrom autograder import answer, check, hint, progress")
    yield made
    InteractiveShell.clear_instance()


def run(shell: Any, code: str) -> Any:
    done = shell.run_cell(code)
    done.raise_error()
    return done.result


def test_a_right_answer_passes_as_function_and_by_name(shell: Any) -> None:
    run(shell, source.answers("cross_entropy")["softmax"].text)
    for call in ("check(softmax)", "check('softmax')"):
        report = run(shell, call)
        assert report.verdict.outcome == "passed"
        assert "softmax passed" in repr(report)
        assert "✓" in report._repr_html_()


def test_a_wrong_answer_shows_probes_diagnosis_and_the_smallest_case(shell: Any) -> None:
    run(shell, "def softmax(x):\n    return x.exp() / x.exp().sum(0, keepdim=True)")
    report = run(shell, "check(softmax)")
    assert report.verdict.outcome == "failed"
    assert report.verdict.diagnosis is not None
    rich = report._repr_html_()
    assert "✗" in rich
    assert "The smallest failing case" in rich
    assert "rgba(70,130,240" in rich, "the tensors are heat maps"
    assert re.search(r"outline:2px[^>]*>\*", rich), "a wrong element is framed and starred"
    assert report._repr_mimebundle_()["text/html"] == rich


def test_an_error_shows_the_line_of_the_cell_and_its_variables(shell: Any) -> None:
    run(shell, "def softmax(x):\n    rows = x.sum()\n    return x.reshape(rows.shape) + 'no'")
    report = run(shell, "check(softmax)")
    assert report.verdict.outcome == "error"
    assert "x.reshape(rows.shape)" in report._repr_html_()
    assert "float32" in report._repr_html_()
    assert "line 3" in repr(report)


def test_a_stub_says_what_to_do(shell: Any) -> None:
    run(shell, "def softmax(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()")
    report = run(shell, "check(softmax)")
    assert report.verdict.outcome == "not_started"
    assert "in the cell above" in repr(report)


def test_what_is_not_defined_or_not_known_is_said(shell: Any) -> None:
    assert "not defined yet" in repr(run(shell, "check('hyperparameters')"))
    for call in ("check('softmaxx')", "hint('softmaxx')", "answer('softmaxx')"):
        assert "Did you mean softmax" in repr(run(shell, call))


def test_a_check_disturbs_neither_random_numbers_nor_the_screen(shell: Any, capsys: Any) -> None:
    run(shell, "def softmax(x):\n    print('noise')\n    return torch.softmax(x, -1)")
    first = run(shell, "torch.manual_seed(3); check(softmax); torch.rand(1).item()")
    second = run(shell, "torch.manual_seed(3); torch.rand(1).item()")
    assert first == second
    assert "noise" not in capsys.readouterr().out
    assert run(shell, "check(softmax)").verdict.outcome == "shortcut"


def test_markup_in_what_the_learner_wrote_is_shown_as_text(shell: Any) -> None:
    run(shell, "def softmax(x):\n    raise ValueError('<script>alert(1)</script>')")
    assert "<script" not in run(shell, "check(softmax)")._repr_html_()


def test_hint_answer_and_progress_are_one_call_each(shell: Any) -> None:
    assert "Hint 1 of" in repr(run(shell, "hint('softmax')"))
    assert "Hint 2 of" in repr(run(shell, "hint(softmax)"))
    assert "does not pass yet" in repr(run(shell, "answer('softmax')"))
    assert "return" in repr(run(shell, "answer('softmax', True)"))
    told = run(shell, "progress()")
    assert "cross_entropy: 0 of" in repr(told)
    assert "softmax" in told._repr_html_()


def test_the_functions_are_those_of_the_package() -> None:
    assert {autograder.check, autograder.hint, autograder.answer, autograder.progress}
