"""Diagnosis, help from earlier pieces, and many calls in one process."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from autograder import check_file, lesson
from autograder.judging import known_mistakes, observing
from autograder.judging.answer_file import UnreadableFile
from autograder.judging.diagnosis import diagnose
from autograder.judging.judge import compare
from autograder.lesson import UnknownName
from conftest import Check

RIGHT = "def softmax(x):\n    return x.exp() / x.exp().sum(-1, keepdim=True)\n"


def test_a_known_mistake_is_named(check: Check) -> None:
    verdict = check("softmax", "def softmax(x):\n    e = 2.718281828459045 ** x\n    return e / e.sum()\n")
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.message in verdict.message


def test_an_unknown_mistake_is_not_given_a_name(check: Check) -> None:
    verdict = check("softmax", "def softmax(x):\n    return x * 0.123\n")
    assert verdict.outcome == "failed"
    assert verdict.diagnosis is None


def _once(observe: Any) -> Any:
    """The same, but what was asked before is not observed again: every mistake looks at the others on some probe."""
    seen: dict[str, Any] = {}

    def asked(*arguments: Any, **named: Any) -> Any:
        key = repr((arguments, named))
        if key not in seen:
            seen[key] = observe(*arguments, **named)
        return seen[key]

    return asked


@pytest.mark.parametrize("name", ["softmax", "nll", "Optimizer", "fit_parameters"])
def test_the_quick_look_for_a_mistake_finds_what_the_thorough_one_finds(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each known mistake, as if it were the first wrong answer to an exercise in this process."""
    exercise, observed = lesson.find(name), observing.observe
    monkeypatch.setattr(known_mistakes, "observe", _once(observed))
    known, right = known_mistakes.known(exercise, 0), observing.expected(exercise, 0)
    assert len(known) == len(known_mistakes._variants(exercise))
    kept = known_mistakes._known.pop((name, 0))
    for _, frames in known.values():
        failing = next(
            (p for p in right if compare(exercise, exercise.probes[p], frames[p], right[p])[0] != "agrees"), ""
        )
        if failing:
            assert diagnose(exercise, frames, known_mistakes.suspects(exercise, frames, failing, 0)) == diagnose(
                exercise, frames, known
            )
    known_mistakes._known[name, 0] = kept


def test_what_torch_does_not_implement_is_an_error_and_no_stub(check: Check) -> None:
    text = "import torch\ndef cross_entropy(scores, target):\n    return torch.log_softmax(target, 0)[0]\n"
    verdict = check("cross_entropy", text)
    assert "not implemented for 'Long'" in verdict.message
    assert verdict.outcome == "error"
    assert check("softmax", "def softmax(x):\n    raise NotImplementedError\n").outcome == "not_started"


def test_references_that_are_observed_together_give_what_each_gives_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [lesson.find(name) for name in ("softmax", "why_softmax", "Sampler")]
    alone = {exercise.name: observing.expected(exercise, 7) for exercise in chosen}
    monkeypatch.setattr(observing, "of_references", {})
    observing.expect(chosen, 7)
    assert [name for name, _ in observing.of_references] == [exercise.name for exercise in chosen]
    for exercise in chosen:
        together = observing.of_references[exercise.name, 7]
        assert {name: frame["value"] for name, frame in together.items()} == {
            name: frame["value"] for name, frame in alone[exercise.name].items()
        }


def test_an_earlier_answer_that_fails_does_not_make_a_later_one_fail(check: Check) -> None:
    text = (
        "def log_softmax(x):\n    raise NotImplementedError\n\n"
        "def nll(log_probs, target):\n    return 0\n\n"
        "def cross_entropy(input, target):\n    return nll(log_softmax(input), target)\n"
    )
    verdict = check("cross_entropy", text)
    assert verdict.passed, verdict.message
    assert set(verdict.stood_in) == {"nll", "log_softmax"}
    assert not check("nll", text).passed


@pytest.mark.parametrize(
    "piece", ["", "class Sampler:\n    def __init__(self, *args):\n        raise NotImplementedError\n"]
)
def test_of_a_wrong_answer_over_a_piece_that_is_not_there_its_own_mistake_is_told(piece: str, check: Check) -> None:
    text = (
        "def sampler_batches(n, bs, shuffle):\n    rows = []\n    for batch in Sampler(n, bs, shuffle):\n"
        "        rows += [int(row) for row in batch]\n    return rows\n"
    )
    verdict = check("sampler_batches", piece + text)
    assert verdict.stood_in == ["Sampler"]
    assert verdict.diagnosis
    assert verdict.diagnosis.mistake == "all_in_one_list"


LOADER = """class DataLoader:
    def __init__(self, ds, sampler, collate_fn=collate):
        self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

    def __iter__(self):
        for rows in self.sampler:
            yield self.collate_fn([self.ds[row] for row in rows])
"""


def test_a_header_that_names_an_earlier_exercise_is_read_where_the_file_has_none(check: Check) -> None:
    verdict = check("DataLoader", LOADER)
    assert verdict.passed, verdict.message
    assert verdict.stood_in == ["collate"]
    below = check("DataLoader", LOADER + "\n\ndef collate(examples):\n    return examples\n")
    assert below.outcome == "error", "the file stops there by itself, too"
    wrong = check("DataLoader", LOADER.replace("[self.ds[row] for row in rows]", "self.ds[rows]"))
    assert wrong.diagnosis
    assert wrong.stood_in == ["collate"]


WRONG_PIECE = """def logsumexp(x):
    return x.exp().sum().log()

def log_softmax(x):
    return x - logsumexp(x)
"""


def test_of_a_wrong_answer_over_a_wrong_piece_its_own_mistake_is_told(check: Check) -> None:
    verdict = check("log_softmax", WRONG_PIECE)
    assert verdict.stood_in == ["logsumexp"]
    assert verdict.diagnosis
    assert verdict.diagnosis.mistake == "without_keepdim"
    right = check("log_softmax", WRONG_PIECE.replace(".sum()", ".sum(-1)"))  # but for large scores
    assert right.diagnosis == verdict.diagnosis


def test_another_error_of_the_same_type_is_not_a_known_mistake(check: Check) -> None:
    """One check alone sees the mean of booleans: in the others the comparison before it does not come to an end."""
    mean = "def accuracy(out, yb):\n    return ({} == yb).mean()\n"
    assert check("accuracy", mean.format("out")).diagnosis is None
    found = check("accuracy", mean.format("out.argmax(1)")).diagnosis
    assert found
    assert found.mistake == "booleans_averaged"


def test_own_earlier_pieces_with_a_wider_signature_keep_working(check: Check) -> None:
    text = (
        "def softmax(x, dim=-1, log=False):\n    y = x - x.logsumexp(dim, keepdim=True)\n"
        "    return y if log else y.exp()\n\n"
        "def log_softmax(x):\n    return softmax(x, log=True)\n"
    )
    verdict = check("log_softmax", text)
    assert verdict.passed, verdict.message
    assert verdict.stood_in == []


def test_an_answer_remembered_from_one_seed_fails_under_another(tmp_path: Path) -> None:
    path = tmp_path / "answer.py"
    path.write_text(RIGHT, encoding="utf-8")
    assert all(check_file(path, "softmax", seed=seed).passed for seed in range(5))


@pytest.mark.parametrize(
    "how",
    [
        "from autograder.beside.spies import OptimizerSpy as Optimizer\n",
        "import autograder.beside.spies\nclass Optimizer(autograder.beside.spies.OptimizerSpy): pass\n",
    ],
)
def test_a_part_of_the_kit_is_no_answer(how: str, check: Check) -> None:
    verdict = check("Optimizer", how)
    assert verdict.points == 0
    assert verdict.outcome in ("shortcut", "failed", "error")


def test_a_check_inside_the_learners_file_does_nothing(check: Check) -> None:
    text = f"from autograder import check, hint\n{RIGHT}\ncheck(softmax)\nhint('softmax')\n"
    verdict = check("softmax", text)
    assert verdict.passed
    assert verdict.trouble is None


def test_bad_names_and_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean"):
        check_file(tmp_path / "answer.py", "softmaks")
    with pytest.raises(UnreadableFile, match="no file"):
        check_file(tmp_path / "answer.py", "softmax")
    with pytest.raises(UnreadableFile, match="folder"):
        check_file(tmp_path, "softmax")


def test_two_errors_of_one_type_with_other_messages_are_not_one_mistake(check: Check) -> None:
    """The check that agrees, since an error is asked for, says nothing of why the others do not."""
    text = (
        "def get_layer(model, name):\n    for n, layer in model.named_children():\n        if n == name:\n"
        "            return layer\n        raise AttributeError(name)\n"
    )
    verdict = check("get_layer", text)
    assert [p.passed for p in verdict.probes] == [False, False, True]
    assert verdict.diagnosis is None
    known = check("get_layer", "def get_layer(model, name):\n    return getattr(model, 'name')\n")
    assert known.diagnosis is not None
    assert known.diagnosis.mistake == "the_attribute_called_name"


def test_a_mistake_in_part_explains_the_check_that_is_shown(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing moves, as when the step comes after the loop; which rows are learnt from says that it is not so."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.2")
    text = (
        "def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):\n    for epoch in range(epochs):\n"
        "        for i in range((len(x) - 1) // bs):\n"
        "            loss = loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs])\n"
        "            loss.backward()\n            opt.zero_grad()\n            opt.step()\n            return loss\n"
    )
    verdict = check("fit_optimizer", text)
    assert verdict.first_failure is not None
    assert all(verdict.first_failure.name in found.probes for found in verdict.diagnoses if found.known)
    assert "outside the loop" not in verdict.message


HANGS = "import torch\n\ndef {name}({arguments}):\n    n = 0\n    while n < 1:\n        n = n * 1\n    return n\n"


def test_of_a_loop_without_end_the_line_is_told_and_the_pieces_are_not_blamed(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_TIMEOUT", "2")
    verdict = check("softmax", HANGS.format(name="softmax", arguments="x"))
    assert verdict.outcome == "timeout"
    assert re.search(
        r"in the check “normalises each row”, in line [56] \(`(while n < 1:|n = n \* 1)`\)", verdict.message
    )
    text = "def log_softmax(x):\n    return x\n\n" + HANGS.format(name="cross_entropy", arguments="input, target")
    verdict = check("cross_entropy", text.replace("n = 0", "n = 0 * log_softmax(input).sum()"))
    assert verdict.outcome == "timeout"
    assert verdict.stood_in == []


def test_a_loop_without_end_in_the_file_itself_is_told_with_its_line(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_TIMEOUT", "2")
    verdict = check("softmax", "while True:\n    pass\ndef softmax(x):\n    return x\n")
    assert verdict.outcome == "timeout"
    assert re.search(r"while the file was being read, before any check, in line [12] \(`", verdict.message)


SHOWS = "def show():\n    import matplotlib.pyplot as plt\n    plt.show()\n"
COLLATE = "def collate(b):\n    xs, ys = zip(*b)\n    return torch.stack(xs), torch.stack(ys)\n"


@pytest.mark.parametrize(
    ("before", "ahead"),
    [
        ("import matplotlib.pyplot as plt\n", ["matplotlib.pyplot"]),
        (f"{SHOWS}show()\n", ["matplotlib.pyplot"]),
        (SHOWS, []),
    ],
)
def test_what_is_slow_to_import_is_imported_ahead_where_the_file_does_it_as_soon_as_it_is_run(
    before: str, ahead: list[str]
) -> None:
    job = observing._job(lesson.find("collate"), [{"file": before + COLLATE}], [])
    assert job["imports"] == ahead
