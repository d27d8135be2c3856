"""What is likely is tried early: counted in runs, which are the same on every machine."""

from __future__ import annotations

import pytest

from autograder import lesson
from autograder.repair import measure

EARLY = {
    "a line that is indented too little, of which there are many": (
        "fit_parameters",
        """
def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    n = x.shape[0]
    for _ in range(epochs):
        pos = 0
        while pos < n:
            xb = x[pos:pos + bs]
            yb = y[pos:pos + bs]
            loss = loss_func(model(xb), yb)
            loss.backward()
            for p in model.parameters():
                p.data -= lr * p.grad
            pos += bs
        model.zero_grad()
""",
        [(14,)],
    ),
    "two likely mistakes in one line": (
        "nll",
        """
def nll(log_probs, target):
    n = len(target)
    return log_probs[range(n), target].sum() / log_probs.shape[1]
""",
        [(4,), (4,)],
    ),
    "the same mistake in two lines, and another one": (
        "fit_optimizer",
        """
def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    for epoch in range(epochs):
        opt.zero_grad()
        for start in range(0, len(x), bs):
            xb = x[start:bs]
            yb = y[start:bs]
            pred = model(xb)
            loss = loss_func(pred, yb)
            loss.backward()
            opt.step()
""",
        [(6,), (7,), (4,)],
    ),
}


@pytest.mark.parametrize("what", EARLY)
def test_what_is_likely_is_tried_early(what: str) -> None:
    name, text, lines = EARLY[what]
    looked = measure.look(lesson.find(name), text, 30.0)
    assert looked.found
    assert [edit.lines for edit in looked.found.edits] == lines
    assert looked.runs < 450
