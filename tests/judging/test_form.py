"""One formal slip that runs through a whole answer costs the points of one check, and passes nowhere."""

from __future__ import annotations

import pytest

from conftest import Check

SOFTMAX = "def softmax(x):\n    e = (x - x.amax(-1, keepdim=True)).exp()\n    return {}\n"


@pytest.mark.parametrize(
    ("name", "text", "lost"),
    [
        ("softmax", SOFTMAX.format("(e / e.sum(-1, keepdim=True)).unsqueeze(-1)"), 1),
        ("softmax", SOFTMAX.format("(e / e.sum(-1, keepdim=True)).detach()"), 1),
        (
            "logsumexp",
            "def logsumexp(x):\n    m = x.amax(-1, keepdim=True)\n    return m + (x - m).exp().sum(-1, True).log()\n",
            1,
        ),
        ("softmax", SOFTMAX.format("e / e.sum()"), None),
    ],
)
def test_a_formal_slip_costs_one_check(name: str, text: str, lost: int | None, check: Check) -> None:
    verdict = check(name, "import torch\n" + text)
    assert verdict.outcome == "failed"
    assert not verdict.passed
    if lost is None:
        assert verdict.points == sum(p.max_points for p in verdict.probes if p.passed)
    else:
        assert verdict.points == verdict.max_points - lost
