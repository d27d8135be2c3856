"""Answers whose sentence was false once, or led away: what must be said of them, and what must not."""

from __future__ import annotations

import pytest

from conftest import Check

LIST_MODEL = """
from torch import nn
class ListModel:
    def __init__(self, n_in, nh, n_out):
        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]
"""
SEQUENTIAL = """
from torch import nn
class SequentialModel(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
MERGE = "def softmax(x):\n<<<<<<< HEAD\n    return x\n=======\n    return x.exp()\n>>>>>>> theirs\n"


@pytest.mark.parametrize(
    ("name", "text", "must", "must_not"),
    [
        ("ListModel", LIST_MODEL, "looks for a method `__call__`, and the class has none", "has `forward`"),
        ("SequentialModel", SEQUENTIAL, "gets one argument, `layers`", "brackets"),
        ("get_layer", "def get_layer(model, name):\n    return model.l1\n", "taken as it is written", "model.name"),
        ("softmax", MERGE, "holds an unfinished merge", "Python cannot read"),
    ],
    ids=["no_forward_at_all", "layers_as_arguments", "one_layer_always", "conflict_markers"],
)
def test_what_is_said_is_true_of_the_answer(check: Check, name: str, text: str, must: str, must_not: str) -> None:
    said = check(name, text).message
    assert must in said
    assert must_not not in said


def test_a_tensor_without_dimensions_is_a_number(check: Check) -> None:
    refuses = "def max_abs_diff(a, b):\n    if a.shape != b.shape:\n        raise ValueError\n"
    text = refuses + "    return (a - b).abs().max()\n"
    assert check("max_abs_diff", text).passed
