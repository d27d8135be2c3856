"""An error says what Python or torch means by it, where that is sure, and shows the variables that say something."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import lesson
from autograder.api import check_text
from autograder.report import terminal
from autograder.report.words import summary
from conftest import Check

SAMPLER = """class Sampler:
    def __init__(self, n, bs, shuffle=False):
        self.n, self.bs = n, bs
    def __iter__(self):
        {line}
"""
SOFTMAX = "import torch\n\ndef softmax(x):\n    {line}\n"
TOLD = {
    "a misspelt variable": ("softmax", SOFTMAX, "exps = x.exp(); return exp / 2", "There is `exps`: is that meant?"),
    "a misspelt method": ("softmax", SOFTMAX, "return x.sofmax(-1)", "There is `softmax`: is that meant?"),
    "an unknown word": ("softmax", SOFTMAX, "return jabberwocky", "name 'jabberwocky' is not defined"),
    "a loader that has no length": (
        "fit_loader",
        "def fit_loader(epochs, model, loss_func, opt, train_dl):\n    {line}\n",
        "return len(train_dl)",
        "has no len(). What it is given here has only what the prompt promises",
    ),
    "self forgotten": ("Sampler", SAMPLER, "return iter(range(bs))", "There is `self.bs`: is that meant?"),
    "self forgotten in a module": (
        "AttributeModel",
        "from torch import nn\n\nclass AttributeModel(nn.Module):\n    def __init__(self, n_in, nh, n_out):\n"
        "        super().__init__()\n        self.l1 = nn.Linear(n_in, nh)\n        self.l2 = nn.Linear(nh, n_out)\n"
        "    def forward(self, x):\n        {line}\n",
        "return l2(self.l1(x).relu())",
        "There is `self.l2`: is that meant?",
    ),
    "a module that is not set up": (
        "SequentialModel",
        "from torch import nn\n\nclass SequentialModel(nn.Module):\n    def __init__(self, layers):\n"
        "        {line}\n    def forward(self, x):\n        return x\n",
        "self.list = layers",
        "nn.Module is not set up: its own `__init__` has to run before anything else",
    ),
    "an exercise of another section": (
        "softmax",
        SOFTMAX,
        "return accuracy(x, x)",
        "It is an exercise of the section training_loop, and is not known here.",
    ),
    "a tab for four spaces": (
        "softmax",
        "def softmax(x):\n\te = x.exp()\n    {line}\n",
        "return e",
        "A tab may look like",
    ),
    "a question to the keyboard": ("softmax", SOFTMAX, "return x * input()", "input() waits for somebody to type"),
    "a debugger": ("softmax", SOFTMAX, "breakpoint(); return x", "print shows what a value is."),
    "a length that asks for itself": (
        "Dataset",
        "class Dataset:\n    def __init__(self, x, y):\n        pass\n    def __len__(self):\n        {line}\n",
        "return len(self)",
        "What is called there leads back to the same call, without end.",
    ),
    "an argument not kept": (
        "Sampler",
        SAMPLER,
        "return iter(range(self.n if shuffle else 0))",
        "An argument of `__init__` is known in `__iter__` only if it was kept, as `self.shuffle`.",
    ),
    "an attribute not kept": (
        "Sampler",
        SAMPLER,
        "return iter(range(self.n if self.shuffle else 0))",
        "An argument of `__init__` is an attribute only if it was kept, as `self.shuffle`.",
    ),
    "no import": ("softmax", "def softmax(x):\n    {line}\n", "return torch.exp(x)", "`import torch` at the top"),
    "a method not called": ("softmax", SOFTMAX, "return x - x.exp", "its result comes when it is called, with ()."),
    "a method given to torch": ("softmax", SOFTMAX, "return torch.exp(x.exp)", "when it is called, with ()."),
    "Python's max": ("softmax", SOFTMAX, "return max(x, -x)", "this tensor holds several."),
    "a pair": ("softmax", SOFTMAX, "m = x.max(-1); return x - m", "`m` holds both."),
    "a number gone through": ("softmax", SOFTMAX, "return [y for y in 5]", "a range or a list can."),
    "None after a sum": ("softmax", SOFTMAX, "return x.exp() / x.exp().sum(-1)[:, None]", "may have none."),
    "a dimension that is not there": ("softmax", SOFTMAX, "return x.exp() / x.exp().sum(5)", "the last one is -1"),
    "sizes that do not fit": ("softmax", SOFTMAX, "return x.unsqueeze(0) + torch.ones(97)", "neither is 1 there"),
    "a list of epochs taken for a pair": (
        "train_in_three_lines",
        "def train_in_three_lines(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):\n    {line}\n",
        "loss, acc = fit(epochs, *get_model(), loss_func, *get_dls(train_ds, valid_ds, bs)); return loss",
        "more things on the right than names",
    ),
    "a pair compared": (
        "evaluate_batch",
        "def evaluate_batch(model, loss_func, xb, yb):\n    {line}\n",
        "out = model(xb); return loss_func(out, yb), (out.max(1) == yb).float().mean()",
        "where its sides are not both tensors",
    ),
    "a zip of nothing": (
        "unzip",
        "def unzip(pairs):\n    {line}\n",
        "xs, ys = zip(*pairs[:0]); return xs, ys",
        "to take apart",
    ),
    "a stack of nothing": (
        "collate",
        "import torch\ndef collate(b):\n    {line}\n",
        "return torch.stack([]), b",
        "An empty list came",
    ),
    "no underscores": (
        "Dataset",
        "class Dataset:\n    def __init__(self, x, y):\n        {line}\n    def len(self):\n        return 1\n",
        "self.x, self.y = x, y",
        "works through a method `__len__`",
    ),
    "another signature": (
        "softmax",
        "def softmax(self, x):\n    {line}\n",
        "return x.exp()",
        "Does it take the arguments of the prompt, and no others?",
    ),
    "a number not worked out": (
        "evaluate",
        "def evaluate(model, loss_func, x, y):\n    {line}\n    return loss, 0.5\n",
        "loss = loss_func(model(x), y).item",
        "should be a number, not the function item itself, which nobody called.",
    ),
}


@pytest.mark.parametrize("what", TOLD)
def test_it_says_what_is_meant_by(what: str, check: Check) -> None:
    name, text, line, says = TOLD[what]
    told = summary(check(name, text.format(line=line)))
    assert says in told


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("Sampler", SAMPLER, "return iter(range(jabberwocky))"),  # no argument of __init__
        ("softmax", SOFTMAX, "m = x.max(-1); return m.values + jabberwocky"),  # the pair is known as one
        # nn.Module's own __init__ it is that takes one argument, and self is not what is too much
        ("AttributeModel", "from torch import nn\n\nclass AttributeModel(nn.Module):\n    {line}\n", "_init_ = 1"),
    ],
)
def test_nothing_is_said_that_is_not_so(name: str, text: str, line: str, check: Check) -> None:
    told = summary(check(name, text.format(line=line)))
    assert "`" not in told
    assert "both" not in told
    assert "is that meant" not in told


def test_a_variable_is_shown_where_that_says_something(check: Check) -> None:
    text = """import torch
import matplotlib.pyplot as plt
weight = torch.zeros(2)
def fit_loader(epochs, model, loss_func, opt, train_dl):
    for epoch in range(epochs):
        for xb, yb in train_dl:
            for p in model.parameters():
                plt, p - 0.1 * p.grad - weight, loss_func
"""
    page = terminal.text(check("fit_loader", text))
    assert "its .grad is None" in page
    assert "weight is tensor 2, float32, cpu (from outside the function)" in page
    assert "plt " not in page.partition("loss_func")[2]  # a module
    assert "loss_func is loss_func" not in page


def test_a_comprehension_is_told_once(check: Check) -> None:
    page = terminal.text(check("softmax", SOFTMAX.format(line="n = 3; return [row / n.y for row in x]")))
    assert page.count("[row / n.y for row in x]") == 1
    assert "n   is 3" in page
    assert "row is tensor 4, float32, cpu" in page


def test_where_python_cannot_read_the_file_the_line_to_edit_is_the_one_that_it_stops_at(tmp_path: Path) -> None:
    path = tmp_path / "answer.py"
    path.write_text(f"def softmax(x):\n    return x\n\ny = {'1 + ' * 30}1)\n")
    verdict = check_text(path.read_text(), str(path), lesson.find("softmax"))
    assert terminal.next_steps(verdict)[0] == ("Edit", f"{path}, line 4")
    assert "^" not in terminal.text(verdict)  # the line is told in two


def test_a_definition_of_nearly_the_name_is_named(check: Check) -> None:
    told = summary(check("softmax", "def soft_max(x):\n    return x\n"))
    assert "answer.py does not define softmax, but soft_max: is that meant?" in told
    other = summary(check("log_softmax", "def log_softmax_naive(x):\n    return x\n"))  # an exercise of its own
    assert "Bring the stub back" in other
