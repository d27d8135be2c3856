"""`check` and its sisters as a notebook shows them, in a real IPython shell."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import autograder
from autograder import overview, places, source, state
from autograder.notebooks import waiting
from autograder.report import html, notebook


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


def test_of_many_columns_both_heat_maps_show_those_that_differ(shell: Any) -> None:
    run(
        shell,
        """def get_data(images, labels, n_valid):
    x, y = images.flatten(1) / 256, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]""",
    )
    rich = run(shell, "check(get_data)")._repr_html_()
    tables = re.findall(r"<table.*?</table>", rich, re.S)
    expected, yours = (re.findall(r"<td[^>]*>(.*?)</td>", table) for table in tables)
    assert [mine.strip("*") != right for right, mine in zip(expected, yours, strict=True)] == [
        "*" in it for it in yours
    ]
    assert sum("*" in it for it in yours) > 1
    assert "…" in yours
    assert "784, some left out" in rich


def test_the_losses_of_a_training_loop_are_drawn_under_its_feedback(shell: Any) -> None:
    run(shell, source.answers("modules")["fit_parameters"].text)
    with capture_output() as shown:
        run(shell, "check(fit_parameters)")
    feedback, picture = (output.data for output in shown.outputs)
    assert "fit_parameters passed" in feedback["text/html"]
    assert picture.keys() == {"text/plain", "image/png"}
    with capture_output() as shown:
        run(shell, "def fit_parameters(*args):\n    raise NotImplementedError()")
        run(shell, "check(fit_parameters)")
    assert len(shown.outputs) == 1


def test_the_place_in_the_cell_is_added_to_the_verdict(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shell, "import torch.nn as nn\nprint('once')\ndef exps(x): return (-x).exp()")
    run(shell, "# mine\ndef softmax(x):\n    e = exps(x)\n    return e / e.sum(0, keepdim=True)")
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    with capture_output() as shown:
        run(shell, "check(softmax)")
    first, added = (output.data["text/html"] for output in shown.outputs[:2])
    assert "softmax does not pass yet" in first
    assert "line 4" not in first
    assert "line 4" in added
    assert "<b class='text-danger'" in added, "the part that is meant is marked"
    assert shown.outputs[1].update
    run(shell, "def softmax(x):\n    return (x * 2).exp() / x.exp().sum(-1, keepdim=True)")
    report = run(shell, "check(softmax)")
    assert report.explain()
    assert "line 2: return (x * 2).exp()" in repr(report)
    monkeypatch.setattr(notebook, "_hints", {})
    told = [repr(run(shell, "hint(softmax)")) for _ in range(3)]
    assert "Hint on your answer: " in told[0]
    assert any("line 2: " in text for text in told[:2])
    assert "Hint 1 of" in told[1] + told[2]


def test_a_place_in_a_helpers_cell_is_told_with_that_cell(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run_cell("import torch\n\ndef exps_of(x):\n    turned = -x\n    return turned.exp()", store_history=True)
    shell.run_cell("def softmax(x):\n    e = exps_of(x)\n    return e / e.sum(-1, keepdim=True)", store_history=True)
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    report = run(shell, "check(softmax)")
    assert report.explain()
    assert re.search(r"line 4: turned = -x", repr(report)), repr(report)


def test_an_answer_that_an_earlier_one_makes_fail_passes_with_the_kits(
    shell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, "def softmax(x):\n    return x.exp() / x.exp().sum(0, keepdim=True)")
    run(shell, "def log_softmax_naive(x):\n    return softmax(x).log()")
    monkeypatch.setattr(notebook, "_outcomes", {})
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    with capture_output() as shown:
        run(shell, "check(log_softmax_naive)")
    first, then = (output.data["text/plain"] for output in shown.outputs[:2])
    assert "log_softmax_naive does not pass yet" in first
    assert "log_softmax_naive passed" in then
    assert "Checked with the kit's softmax in place of yours" in then
    assert "log_softmax_naive: passed" in repr(run(shell, "progress()"))


def test_an_error_shows_the_line_of_the_cell_and_its_variables(shell: Any) -> None:
    run(shell, "def softmax(x):\n    rows = x.sum()\n    return x.reshape(rows.shape) + 'no'")
    report = run(shell, "check(softmax)")
    assert report.verdict.outcome == "error"
    assert "x.reshape(rows.shape)" in report._repr_html_()
    assert "float32" in report._repr_html_()
    assert "line 3" in repr(report)


def test_an_endless_answer_ends_in_time_and_its_line_is_told(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_TIMEOUT", "0.5")
    before = [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)]
    run(shell, "def softmax(x):\n    while True:\n        x = x + 1")
    report = run(shell, "check(softmax)")
    assert report.verdict.outcome == "timeout"
    assert re.search(
        r"still running when its time was up in the check .*, in cell \[\d+\], line [23] \(`", repr(report)
    )
    assert before == [signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)]


def test_a_check_that_takes_its_time_says_so_and_the_verdict_stands_in_its_place(
    shell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, "import time\ndef softmax(x):\n    time.sleep(0.05)\n    return x.softmax(-1)")
    with capture_output() as shown:
        run(shell, "check(softmax)")
    assert not any("Checking" in output.data["text/plain"] for output in shown.outputs)  # this is no kernel

    monkeypatch.setattr(shell, "kernel", None, raising=False)
    monkeypatch.setattr(waiting, "IN_SILENCE", 0.01)
    with capture_output() as shown:
        run(shell, "check(softmax)")
    line, gone, verdict = (output for output in shown.outputs[:3])
    assert line.data == {"text/plain": "Checking softmax ..."}
    assert gone.data == {"text/plain": ""}
    assert "softmax" in verdict.data["text/html"]
    assert [output.update for output in (line, gone, verdict)] == [False, True, True]
    assert line.transient == gone.transient == verdict.transient
    shell.run_cell("report = check(softmax)", store_history=True)
    with capture_output() as shown:
        shell.run_cell("report", store_history=True)
    assert not shown.outputs[0].update  # the line was another cell's

    run(shell, "import signal\ndef softmax(x):\n    time.sleep(0.05)\n    signal.raise_signal(signal.SIGINT)")
    with capture_output() as shown:
        shell.run_cell("check(softmax)")
    assert [output.data["text/plain"] for output in shown.outputs] == ["Checking softmax ...", ""]


def test_stop_shows_the_learners_line_alone(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "import signal\ndef softmax(x):\n    signal.raise_signal(signal.SIGINT)")
    done = shell.run_cell("check(softmax)")
    assert isinstance(done.error_in_exec, KeyboardInterrupt)
    told = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).strip()
    assert re.fullmatch(r"Stopped in cell \[\d+\], line 3: signal.raise_signal\(signal.SIGINT\)", told)


@pytest.mark.parametrize("step", ["expected", "told", "curve"])
def test_stop_shows_nothing_of_the_kit_while_that_is_at_work(
    shell: Any, step: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, "def softmax(x):\n    return x.exp() / x.exp().sum(0, keepdim=True)")
    monkeypatch.setattr(notebook._oracle, step, lambda *_: signal.raise_signal(signal.SIGINT))
    shell.run_cell("check(softmax)")
    told = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).strip()
    assert told.endswith("Stopped."), told
    assert "Traceback" not in told


def test_attempts_and_passes_count_in_the_workspaces_notebooks(
    shell: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(state, "FOLDER", tmp_path / "state")
    monkeypatch.setattr(state, "PATH", tmp_path / "state" / "progress.json")
    run(shell, "def unzip(pairs):\n    return 3")
    run(shell, "check(unzip)")
    assert state.read() == {}  # this test does not run in notebooks/
    monkeypatch.setattr(places, "NOTEBOOKS", Path.cwd())
    for _ in range(2):
        run(shell, "check(unzip)")
    assert state.read()["exercises"]["unzip"]["attempts"] == 1
    run(shell, "def unzip(pairs):\n    return [p[0] for p in pairs], [p[1] for p in pairs]")
    run(shell, "check(unzip)")
    entry = state.read()["exercises"]["unzip"]
    assert entry["attempts"] == 2
    assert "passed" in entry
    monkeypatch.setattr(overview, "quietly", lambda exercise: ("not_started", 0))
    assert [row["name"] for row in overview.rows() if row["outcome"] == "passed"] == ["unzip"]


def test_a_stub_says_what_to_do(shell: Any) -> None:
    run(shell, "def softmax(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()")
    report = run(shell, "check(softmax)")
    assert report.verdict.outcome == "not_started"
    assert "in the cell above" in repr(report)


def test_what_is_not_defined_or_not_known_is_said(shell: Any) -> None:
    assert "not defined yet" in repr(run(shell, "check('hyperparameters')"))
    for call in ("check('softmaxx')", "hint('softmaxx')", "answer('softmaxx')"):
        assert "Did you mean softmax" in repr(run(shell, call))


def test_without_a_name_the_one_checked_last_is_meant(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "_checked", [])
    for call in ("check()", "hint()", "answer()"):
        assert repr(run(shell, call)) == "Say which one, as in check(softmax)."
    run(shell, "def nll(log_probs, target):\n    return -log_probs.mean()")
    run(shell, "check(nll)")
    assert run(shell, "check()").verdict.exercise == "nll"
    assert "Hint" in repr(run(shell, "hint()"))
    assert "nll does not pass yet" in repr(run(shell, "answer()"))


def test_what_an_answer_gave_is_not_the_answer(shell: Any) -> None:
    told = repr(run(shell, "check([0.5, 0.5])"))
    assert told == "This is what an answer gave (a list). The answer itself is named without a call."
    assert "(an int)" in repr(run(shell, "hint(3)"))
    assert repr(run(shell, "check(zip)")).startswith("There is no exercise called 'zip'. Did you mean unzip")
    assert repr(run(shell, "check('qqqq')")) == "There is no exercise called 'qqqq'."  # there may be no make here


def test_an_answer_without_a_name_of_its_own_has_the_one_that_it_was_given(shell: Any) -> None:
    run(shell, "accuracy = lambda out, yb: (out.argmax(1) == yb).float().mean()")
    assert "accuracy passed" in repr(run(shell, "check(accuracy)"))
    assert repr(run(shell, "check(lambda x: x)")) == "There is no exercise called '<lambda>'."


def test_a_variable_from_another_cell_is_shown_as_one(shell: Any) -> None:
    run(shell, "lp = torch.zeros(2, 3)\ndef nll(log_probs, target):\n    return lp[range(len(target)), target].sum()")
    assert "lp is tensor 2x3, float32, cpu (from outside the function)" in repr(run(shell, "check(nll)"))


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


def test_feedback_pages_show_words_and_no_markup(shell: Any) -> None:
    from nbconvert.filters import clean_html  # what nbgrader's pages do with HTML

    from autograder.classroom import told

    for answer in ("return x.exp() / x.exp().sum(0, keepdim=True)", "rows = x.sum()\n    return x[rows]", "return x"):
        run(shell, f"def softmax(x):\n    {answer}")
        shown = clean_html(told.texts(run(shell, "check(softmax)").verdict)[1])
        assert "&lt;" not in shown
        assert 'class="text-danger"' in shown


@pytest.mark.parametrize("colour", [html.GOOD, html.BAD])
@pytest.mark.parametrize("page", ["#ffffff", "#111111"], ids=["light", "dark"])
def test_colours_are_legible_in_both_themes(colour: str, page: str) -> None:
    bright, dark = sorted(map(luminance, (colour, page)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) > 4.25, "near 4.5, which no colour can reach on both"


def luminance(colour: str) -> float:
    """As the W3C's guidelines for accessible pages define it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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
