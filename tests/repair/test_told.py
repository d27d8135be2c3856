"""What is told of wrong answers is true: a fixed sample of hand-written ones, whose wrong lines are known."""

from __future__ import annotations

import ast
import functools
import logging
from collections.abc import Iterator

import pytest

from autograder import lesson
from autograder.api import check_text
from autograder.judging.verdict import Verdict
from autograder.repair import places
from autograder.repair.trial import text_of
from autograder.report import terminal
from conftest import Check
from repair.marked import Marked, answers

SAMPLE = answers()[::31]


@pytest.fixture(autouse=True)
def with_places(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Places are looked for, and what goes wrong meanwhile, and is no learner's affair, fails the test."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "2")
    with caplog.at_level(logging.DEBUG, places.log.name):
        yield
    assert not caplog.get_records("call"), caplog.text


@functools.cache
def graded(marked: Marked) -> Verdict:
    return check_text(marked.text, "answer.py", lesson.find(marked.exercise))


@pytest.mark.parametrize("marked", SAMPLE, ids=lambda marked: f"{marked.exercise}-{len(marked.lines)}")
def test_every_line_that_is_told_is_a_wrong_one(marked: Marked) -> None:
    told = [line for diagnosis in graded(marked).diagnoses for line in diagnosis.lines]
    assert not graded(marked).passed
    assert marked.is_true(told), (told, sorted(marked.lines))


@pytest.mark.parametrize("marked", SAMPLE, ids=lambda marked: f"{marked.exercise}-{len(marked.lines)}")
def test_what_is_told_first_is_what_the_first_check_sees_whose_case_is_shown(marked: Marked) -> None:
    for first in graded(marked).diagnoses[:1]:
        of_another = "of another check: {}".format(first.said.get("check", "none"))
        seen = not first.probes or graded(marked).failing[0] in first.probes
        assert seen or first.message.startswith("The check “"), of_another


@pytest.mark.parametrize("marked", answers("with_helpers"), ids=lambda marked: marked.exercise)
def test_a_fault_in_a_function_that_an_answer_calls_is_told_at_its_line_there(marked: Marked) -> None:
    told = [line for diagnosis in graded(marked).diagnoses for line in diagnosis.lines]
    assert told
    assert marked.is_exact(told), (told, sorted(marked.lines))


def test_most_of_them_get_a_place() -> None:
    placed = [marked for marked in SAMPLE if any(d.lines for d in graded(marked).diagnoses)]
    assert len(placed) >= len(SAMPLE) / 2


def test_a_right_answer_and_a_stub_have_no_diagnosis(check: Check) -> None:
    right = "def softmax(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)\n"
    for text in (right, "def softmax(x):\n    raise NotImplementedError\n"):
        assert check("softmax", text).to_dict()["diagnoses"] == []


TWO_PLACES = "def softmax(x):\n    e = (-x).exp()\n    return e / e.sum(0, keepdim=True)\n"


def test_each_of_two_places_is_told_and_the_first_is_the_diagnosis(check: Check) -> None:
    told = check("softmax", TWO_PLACES).to_dict()
    assert sorted(line for found in told["diagnoses"] for line in found["lines"]) == [2, 3]
    assert all(set(found) == {"mistake", "message", "lines", "probes", "whole"} for found in told["diagnoses"])
    assert all(found["message"] and found["probes"] and found["whole"] for found in told["diagnoses"])
    first = told["diagnoses"][0]
    assert told["diagnosis"] == {"mistake": first["mistake"], "message": first["message"]}


def test_an_import_that_the_answer_does_not_use_adds_no_place(check: Check) -> None:
    text = "def softmax(x):\n    return x.exp() / x.exp().sum(0, keepdim=True)\n\nimport matplotlib.pyplot as plt\n"
    told = check("softmax", text).diagnoses
    assert [(found.mistake, found.lines) for found in told] == [("over_the_first_dimension", (2,))]


def test_an_exercise_that_is_right_is_no_place_for_the_mistake_of_another(check: Check) -> None:
    text = (
        "import torch\n\ndef nll(lp, t):\n    rows = torch.arange(len(t))\n    return -lp[rows, t].mean()\n\n"
        "def log_softmax(x):\n    return x - torch.logsumexp(x, dim=-1, keepdim=True)\n\n"
        "def of_rows(lp, t):\n    return lp[range(len(t)), t].mean()\n\n"
        "def cross_entropy(input, target):\n    return of_rows(log_softmax(input), target)\n"
    )
    told = check("cross_entropy", text).diagnoses
    assert [found.mistake for found in told] == ["negated"]
    assert not {4, 5, 8} & set(told[0].lines)  # lines of nll and log_softmax


def test_a_method_that_is_missing_has_no_line_and_its_class_is_not_called_wrong(check: Check) -> None:
    text = (
        "class Dataset:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n\n"
        "    def __getitem__(self, i):\n        return self.x[i], self.y[i]\n"
    )
    verdict = check("Dataset", text)
    assert [(found.mistake, found.lines) for found in verdict.diagnoses] == [("method_missing", ())]
    page = terminal.text(verdict)
    assert "A method is missing from the class." in page
    assert "answer.py, line" not in page


def test_the_terminal_shows_the_line_with_its_place_marked_and_counts_the_rest(check: Check) -> None:
    verdict = check("softmax", TWO_PLACES)
    page = terminal.text(verdict)
    first = verdict.diagnoses[0]
    assert f"answer.py, line {first.lines[0]}" in page
    assert first.source in page
    assert "^^" in page
    assert "1 more place" in page


def test_a_call_whose_result_is_dropped_is_the_place(check: Check) -> None:
    text = "def softmax(x):\n    e = x\n    x.exp()\n    return e / e.sum(-1, keepdim=True)\n"
    told = check("softmax", text).diagnoses
    assert all(set(found.lines) <= {2, 3} for found in told)


def test_two_edits_that_do_not_go_together_are_none() -> None:
    tree = ast.parse("-x")
    for node in ast.walk(tree):
        if isinstance(node, ast.UnaryOp):
            node.op = node  # type: ignore[assignment]
    assert text_of(tree) is None


TWO_IN_A_LOOP = """def nll(log_probs, target):
    total = 0
    for i in range(len(target) - 1):
        total += log_probs[i, target[i]]
    return total / len(target)
"""


def test_of_two_mistakes_none_is_told_as_if_the_rest_were_right(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    told = check("nll", TWO_IN_A_LOOP).diagnoses
    assert {line for found in told for line in found.lines} == {3, 5}
    for found in told:
        assert "is right" not in found.message  # the size is not: a row is missing
        assert "operation" not in found.message  # 1 is too much; another operation with it would say so in a riddle


#: Two mistakes, or one that is two: a name -> the answer and the lines that are told.
HIDDEN_BY_EACH_OTHER = {
    "accuracy": (
        "def accuracy(out, yb):\n    right = 0\n    for i in range(len(yb)):\n        if out[i].max() == yb[i]:\n"
        "            right += 1\n    return right / out.shape[1]\n",
        {4, 6},
    ),
    "collate": (
        "import torch\n\ndef collate(batch):\n    xs = []\n    ys = []\n    for x, y in batch[1:]:\n"
        "        xs.append(x)\n        ys.append(y)\n    return torch.stack(xs), ys\n",
        {6, 9},
    ),
    "nll": (
        "def nll(log_probs, target):\n    loss = 0\n    for i, t in enumerate(target):\n"
        "        loss = loss - log_probs[t, i]\n    return loss\n",
        {4, 5},
    ),
    "cross_entropy": (
        "def cross_entropy(input, target):\n    logp = input - input.logsumexp(1, keepdim=True)\n    loss = 0\n"
        "    for i in range(len(target)):\n        loss = logp[i, target[i]]\n    return loss / len(target)\n",
        {5},
    ),
}


#: A statement that is put in mends them: a name -> the answer and the line of theirs whose work it does.
DISPLACED = {
    "training_step": (
        "import torch\n\ndef training_step(model, loss_func, xb, yb, lr):\n    loss = loss_func(model(xb), yb)\n"
        "    loss.backward()\n    with torch.no_grad():\n        for p in model.parameters():\n"
        "            p.grad.zero_()\n            p -= p.grad / lr\n    return loss.detach()\n",
        {9},
    ),
    "RegisteredModel": (
        "from torch import nn\n\nclass RegisteredModel(nn.Module):\n    def __init__(self, layers):\n"
        "        super().__init__()\n        self.layers = layers\n        for l in layers:\n"
        "            self.add_module('layer', l)\n    def forward(self, x):\n        for l in self.layers:\n"
        "            l(x)\n        return x\n",
        {8, 11},
    ),
}


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [(name, *told) for table in (HIDDEN_BY_EACH_OTHER, DISPLACED) for name, told in table.items()],
)
def test_each_of_these_lines_is_told(
    name: str, text: str, lines: set[int], check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    assert {line for found in check(name, text).diagnoses for line in found.lines} == lines


#: Two mistakes each, which different checks see: a name -> the answer and the line that the first of them is about.
SEEN_APART = {
    "RegisteredModel": (
        "from torch import nn\n\nclass RegisteredModel(nn.Module):\n    def __init__(self, layers):\n"
        "        super().__init__()\n        self.layers = layers\n        for i in layers:\n"
        "            self.add_module('layer_i', i)\n    def forward(self, x):\n        for l in self.layers:\n"
        "            l(x)\n        return x\n",
        8,
    ),
    "SliceLoader": (
        "class SliceLoader:\n    def __init__(self, ds, bs):\n        self.ds, self.bs = ds, bs\n        self.i = 0\n"
        "    def __iter__(self):\n        return self\n    def __next__(self):\n        if self.i > len(self.ds):\n"
        "            raise StopIteration\n        b = self.ds[self.i : self.i + self.bs]\n        self.i += self.bs\n"
        "        return b\n",
        8,
    ),
    "max_abs_diff": (
        "def max_abs_diff(a, b):\n    if a.shape != b.shape:\n        return ValueError\n"
        "    return (a - b).max().abs()\n",
        4,
    ),
}


@pytest.mark.parametrize("name", SEEN_APART)
def test_of_two_mistakes_the_one_that_the_first_check_sees_is_told(
    name: str, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    text, line = SEEN_APART[name]
    told = check(name, text)
    assert told.diagnoses[0].lines == (line,)
    assert len(told.diagnoses) == 2
    assert told.failing[0] in told.diagnoses[0].probes


#: Seen by the same checks in one line, and a known mistake that only the last of them sees.
IN_ONE_LINE = """import math

def cross_entropy_formula(p, q):
    total = 0
    for a, b in zip(p, q):
        total += a * math.log10(b)
    return -total
"""


def test_in_one_line_what_the_first_check_sees_is_told_first(check: Check) -> None:
    told = check("cross_entropy_formula", IN_ONE_LINE)
    assert [found.mistake for found in told.diagnoses] == ["function", "zeros_are_not_left_out"]


#: Behaves like a known mistake, and its line says otherwise, or where it is: a name -> the answer, what is told, where.
BY_ITS_LINE = {
    "accuracy": (
        "def accuracy(out, yb):\n    right = 0\n    for i in range(len(yb)):\n        if out[i].argmax() == yb[i]:\n"
        "            right + 1\n    return right / len(out)\n",
        ("result_dropped", (5,)),
    ),
    "max_abs_diff": (
        "def max_abs_diff(a, b):\n    assert a.shape == b.shape\n    return (a - b).abs().max()\n",
        ("asserted", (2,)),
    ),
}


@pytest.mark.parametrize("name", BY_ITS_LINE)
def test_what_can_be_seen_in_a_line_is_told_at_it(name: str, check: Check) -> None:
    text, told = BY_ITS_LINE[name]
    assert [(found.mistake, found.lines) for found in check(name, text).diagnoses] == [told]


def test_what_could_be_put_in_instead_takes_no_kind_away(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    text = (
        "def training_step(model, loss_func, xb, yb, lr):\n    loss = loss_func(model(xb), yb)\n    loss.backward()\n"
        "    for p in model.parameters():\n        p.data -= lr * p.grad\n    p.grad = None\n    return loss.item()\n"
    )
    assert [(found.mistake, found.lines) for found in check("training_step", text).diagnoses] == [("indent", (6,))]


def test_what_changes_its_argument_is_not_told_as_something_else(check: Check) -> None:
    verdict = check("softmax", "def softmax(x):\n    x.exp_()\n    return x / x.sum(-1, keepdim=True)\n")
    assert [found.lines for found in verdict.diagnoses] == [(2,)]
    assert "divisor" not in verdict.message


@pytest.mark.parametrize("marked", answers("kinds"), ids=lambda marked: f"{marked.exercise}-{len(marked.lines)}")
def test_all_lines_of_these_are_told(marked: Marked, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign in two places, names exchanged, twins, a call of a module that is imported otherwise or not at all, ..."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    told = {line for diagnosis in graded(marked).diagnoses for line in diagnosis.lines}
    assert told == set(marked.lines)


def test_a_module_that_is_not_imported_is_all_that_is_known(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the call that names it, the answer would behave like another mistake, which it is not."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    text = "def log_softmax_naive(x):\n    e = x.exp()\n    return torch.log2(e / e.sum(-1, keepdim=True))\n"
    assert check("log_softmax_naive", text).diagnoses == []


RAISES_AT_ITS_END = """import torch


def validate(model, loss_func, dl):
    losses, accs, ns = [], [], []
    with torch.no_grad():
        for xb, yb in dl:
            pred = model(xb)
            losses.append(loss_func(pred, yb))
            accs.append((pred.argmax(1) == yb).float().mean())
            ns.append(len(yb))
    total = sum(ns)
    loss = sum(l * n for l, n in zip(losses, ns)) / len(ns)
    acc = sum(a * n for a, n in zip(accs, total)) / total
    return loss, acc
"""
NEVER_ENTERED = """def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    results = []
    for epoch in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        model.eval
        losses, accs = [], []
        for xb, yb in valid_dl:
            pred = model(xb)
            losses.append(loss_func(pred, yb))
            accs.append(accuracy(pred, yb))
            results.append((sum(losses) / len(losses), sum(accs) / len(accs)))
    return results
"""


@pytest.mark.parametrize("seconds", ["0.5", "2", "6"])
@pytest.mark.parametrize(
    ("exercise", "text", "lines"), [("validate", RAISES_AT_ITS_END, {13, 14}), ("fit", NEVER_ENTERED, {10, 12, 15, 16})]
)
def test_an_error_that_is_only_avoided_is_not_mended(
    exercise: str, text: str, lines: set[int], seconds: str, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`range(-epochs)` makes one check agree: the line that raises is not reached any more."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", seconds)
    assert {line for found in check(exercise, text).diagnoses for line in found.lines} <= lines
