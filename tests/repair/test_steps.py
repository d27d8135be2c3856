"""Of several mistakes each is seen by the steps that are right without it, though what comes out is wrong still."""

from __future__ import annotations

import ast

import pytest

from autograder import lesson
from autograder.exercise import Exercise
from autograder.judging import observing
from autograder.judging.judge import by_probe, compare
from autograder.repair import edit, reading, steps
from autograder.repair.trial import STEP
from conftest import Check

CODE = [e for section in lesson.sections() for e in lesson.load(section).values() if e.kind == "code"]


@pytest.mark.parametrize("exercise", CODE, ids=lambda exercise: exercise.name)
def test_an_answer_whose_steps_are_told_does_what_it_did(exercise: Exercise) -> None:
    spec = observing._reference(exercise)
    tree = reading.read(spec["file"], exercise.name)
    assert tree is not None
    text = steps.marked(tree)
    assert text is not None
    assert STEP in text
    outcome = observing.observe(exercise, [spec | {"file": text, "steps": STEP}], [{"seed": 0}])
    seen, expected = by_probe(outcome), observing.expected(exercise, 0)
    for name, probe in exercise.probes.items():
        assert compare(exercise, probe, seen[name], expected[name])[0] == "agrees"
        assert seen[name]["steps"]


STRANGE = '''
class A(B, key=f(1)):
    n: int = g(2)

    def m(self, x=h(3), *rest):
        """Text."""
        self.n += x[1:2]
        del self.y[0], x.z
        with super().q() as w:
            return f"{x.t}", [*rest], {**x}, lambda a: a.b, (yield w), (v := x())
'''


def test_only_what_works_something_out_is_asked_and_names_keep_their_values() -> None:
    tree = ast.parse(STRANGE)
    edit.number(tree)
    text = steps.marked(tree)
    assert text is not None
    shown = ast.unparse(ast.parse(text))
    for kept in (
        "class A(B, key=f(1))",
        "x=h(3)",
        "f'{x.t}'",
        "del __step__",
        "*rest",
        "lambda a: __step__",
        "super())",
    ):
        assert kept in shown
    assert shown.count("self.n)") == 1


FAR_FROM_RIGHT = {
    "cross_entropy": (
        """import torch

def cross_entropy(input, target):
    lse = torch.logsumexp(input, dim=0, keepdim=True)
    logp = input - lse
    chosen = logp.gather(1, target.unsqueeze(1)).squeeze(1)
    mean = chosen.mean()
    return torch.tensor(mean.item())
""",
        [("dimension", (4,))],
    ),
    "logsumexp": (
        """import torch

def logsumexp(x):
    biggest = x.max(dim=1).values
    shifted = x - biggest
    s = torch.exp(shifted).sum(dim=1)
    return torch.log(s)
""",
        [("keepdim", (4,)), ("the_largest_is_not_added_back", (7,))],
    ),
    "fit_dataset": (
        """def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):
    n = len(train_ds)
    for epoch in range(epochs):
        i = 0
        while i < n:
            xb, yb = train_ds[i:i + bs]
            pred = model(xb)
            loss = loss_func(pred, yb)
            loss.backward()
            opt.step()
            i = i + bs + 1
""",
        [("operand_extra", (11,))],
    ),
}

WRONG = {"cross_entropy": {4, 7, 8}, "logsumexp": {4, 5, 7}, "fit_dataset": {9, 10, 11}}


@pytest.mark.parametrize("name", FAR_FROM_RIGHT)
def test_of_several_mistakes_each_is_seen_by_the_steps_that_are_right_without_it(
    name: str, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    text, wanted = FAR_FROM_RIGHT[name]
    found = check(name, text).diagnoses
    assert {*wanted} <= {(one.mistake, one.lines) for one in found}
    assert {line for one in found for line in one.lines} <= WRONG[name]


COINCIDENCE = """import torch

def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    trainable = [l for l in model.layers if hasattr(l, "weight")]
    for xb, yb in zip(x.split(bs), y.split(bs)):
        loss = loss_func(model(xb), yb)
        loss.backward()
        for l in trainable:
            l.weight.data -= lr * l.weight.grad
            l.bias.data -= l.bias.grad
            l.weight.grad = None
            l.bias.grad = None
"""


def test_what_one_check_alone_sees_may_be_by_luck(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bias that begins at 0 and grows by its gradient is that gradient, which rights know, too."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    assert "sign" not in [one.mistake for one in check("fit_layers", COINCIDENCE).diagnoses]
