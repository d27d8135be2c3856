"""What is said of a place is of its kind, and of the place alone: what a beginner's first attempt does there."""

from __future__ import annotations

import ast
import dataclasses
import re

import pytest

from autograder.judging.verdict import Diagnosis
from autograder.repair import kinds, naming
from autograder.repair.edit import Edit
from autograder.repair.sets import Found
from autograder.report import places
from autograder.report.words import feedback
from conftest import Check

#: One line, before the first of each answer.
IMPORTS = "import math; import torch; from torch import nn, optim\n"

NEVER_CALLED = """def fit_loader(epochs, model, loss_func, opt, train_dl):
    for epoch in range(epochs):
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)
            loss.backward
            opt.step()
            opt.zero_grad
"""
ANOTHER_OPERATION = """def training_step(model, loss_func, xb, yb, lr):
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= p.grad / lr
            p.grad = 0
    return loss
"""
IN_PLACE = """def softmax(x):
    exps = x.exp_()
    total = exps.sum(dim=-1)
    return exps / total
"""
SET_AND_NOT_ADDED = """def accuracy(out, yb):
    pred = out.argmax(-1)
    n = 0
    for p, y in zip(pred, yb):
        if p == y:
            n = +1
    return n / out.shape[1]
"""
DROPPED = "def softmax(x):\n    torch.exp(x) / torch.exp(x).sum(dim=-1)\n"
NOT_APPENDED = """def parameter_shapes(module):
    shapes = []
    for p in module.parameters:
        shapes = p.shape
    return shapes
"""
AN_ERROR_BEFORE_ALL_ELSE = """class SequentialModel(nn.Module):
    def __init__(self, layers):
        super().__init__
        self.layers = nn.ModuleList(*layers)

    def forward(self, x):
        for l in self.layers:
            x = self.l(x)
        return x
"""
#: A right that picks by gather needs two other edits, which would say that argmax is another function.
ALONG_THE_ROWS = """def accuracy(out, yb):
    preds = out.argmax(dim=0)
    return (preds == yb).sum()
"""
#: To print `acc` is no use of it: what gives it its value must not be left out of the mended answer.
PRINTED = """def evaluate_batch(model, loss_func, xb, yb):
    preds = model(xb)
    loss = loss_func(preds, yb)
    acc = (preds.argmax(-1) == yb).sum() / yb.sum()
    print("loss", loss, "acc", acc)
    return loss, acc
"""
#: What is put in before the assert is about the assert.
ASSERTED = """def max_abs_diff(a, b):
    assert a.shape == b.shape
    return max(abs(a - b))
"""
RETURNS_AND_FORGETS = """class Sampler:
    def __init__(self, n, bs, shuffle=False):
        self.n, self.bs, self.shuffle = n, bs, shuffle

    def __iter__(self):
        idx = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
        for i in range(0, self.n, self.bs):
            return idx[i : i + self.bs]
"""
YIELDS_A_GENERATOR = """class DummyModule:
    def __init__(self, n_in, nh, n_out):
        self._modules = {}
        self.l1, self.l2 = nn.Linear(n_in, nh), nn.Linear(nh, n_out)
    def __setattr__(self, name, value):
        if not name.startswith("_"):
            self._modules[name] = value
        super().__setattr__(name, value)
    def parameters(self):
        for l in self._modules.values():
            yield l.parameters()
    def __repr__(self):
        return str(self._modules)
"""
WITHOUT_UNDERSCORES = """class Dataset:
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def len(self):
        return len(self.x)
    def getitem(self, i):
        return self.x[i], self.y[i]
"""
ANOTHER_NAME = """class AttributeModel(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.l1 = nn.Linear(n_in, nh)
        self.l2 = nn.Linear(nh, n_out)

    def __forward__(self, x):
        return self.l2(torch.relu(self.l1(x)))
"""
LOGARITHM_OF_TWO = """def log_softmax_naive(x):
    e = x.exp()
    s = e.sum(-1, keepdim=True)
    return torch.log2(e / s)
"""
ONE_ELEMENT_MORE = """def sequential_model(n_in, nh, n_out):
    layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out), nn.Linear(n_out, n_out)]
    return nn.Sequential(*layers)
"""
ROW_BY_ROW = """def softmax(x):
    shape = x.shape
    rows = x.reshape(-1, shape[-1])
    result = torch.zeros_like(rows)
    for i, row in enumerate(rows):
        e = torch.exp(row.detach())
        result[i] = e / e.mean()
    return result.reshape(shape)
"""
ANOTHER_LAYER_AND_ONE_MORE = """def sequential_model(n_in, nh, n_out):
    return nn.Sequential(
        nn.Linear(n_in, nh),
        nn.Sigmoid(),
        nn.Linear(nh, n_out),
        nn.Softmax(dim=1),
    )
"""
A_LAYER_LESS = """def get_model(n_in, nh, n_out, lr):
    model = nn.Sequential(
        nn.Linear(n_in, nh),
        nn.Linear(nh, n_out),
    )
    return model, torch.optim.Adam(model.parameters(), lr=lr)
"""
TARGETS_FIRST = """class Dataset:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __len__(self):
        return self.x.shape[1]
    def __getitem__(self, i):
        return self.y[i], self.x[i]
"""
NAMED_ANEW = """def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    n = len(x)
    for _ in range(epochs):
        for i in range(n // bs + 1):
            xb, yb = x[i * bs : i * bs + bs], y[i * bs : i * bs + bs]
            loss = loss_func(model(xb), yb)
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p = p - lr * p.grad
                model.zero_grad()
"""
NEVER_CLEARED = """def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    n = len(x)
    for epoch in range(epochs):
        for i in range((n - 1) // bs):
            start = i * bs
            end = start + bs
            loss = loss_func(model(x[start:end]), y[start:end])
            loss.backward()
            opt.step()
"""
LIMITED = """def cross_entropy_formula(p, q):
    loss = 0.0
    for pi, qi in zip(p, q):
        if qi > 1e-9:
            loss -= pi * math.log(qi)
    return loss
"""


@pytest.mark.parametrize(
    ("exercise", "text", "told"),
    [
        ("sequential_model", ANOTHER_LAYER_AND_ONE_MORE, {4: "with_sigmoid", 6: "with_softmax"}),
        ("get_model", A_LAYER_LESS, {3: "no_relu", 6: "function"}),
        ("Dataset", TARGETS_FIRST, {5: "length_counts_the_columns", 7: "y_comes_first"}),
        ("fit_parameters", NAMED_ANEW, {4: "an_empty_batch_at_the_end", 10: "changes_nothing"}),
        ("fit_optimizer", NEVER_CLEARED, {4: "stops_a_batch_early", 9: "never_clears"}),
        ("cross_entropy_formula", LIMITED, {4: "condition"}),
        ("sequential_model", ONE_ELEMENT_MORE, {2: "element_extra"}),
        ("softmax", ROW_BY_ROW, {6: "call_extra", 7: "divided_by_the_mean"}),
        ("fit_loader", NEVER_CALLED, {5: "never_goes_backward", 7: "never_clears"}),
        ("training_step", ANOTHER_OPERATION, {6: "operator", 7: "constant"}),
        ("softmax", IN_PLACE, {2: "in_place", 3: "keepdim"}),
        ("accuracy", SET_AND_NOT_ADDED, {6: "overwrites", 7: "divisor"}),
        ("accuracy", ALONG_THE_ROWS, {2: "dimension", 3: "operand_missing"}),
        ("evaluate_batch", PRINTED, {4: "divisor"}),
        ("Sampler", RETURNS_AND_FORGETS, {8: "return_not_yield"}),
        ("DummyModule", YIELDS_A_GENERATOR, {11: "yields_one_generator_a_layer"}),
        ("Dataset", WITHOUT_UNDERSCORES, {5: "method_name", 7: "method_name"}),
        ("AttributeModel", ANOTHER_NAME, {7: "without_forward"}),
        ("max_abs_diff", ASSERTED, {2: "asserted", 3: "by_pythons_max"}),
        ("softmax", DROPPED, {2: "result_dropped"}),
        ("parameter_shapes", NOT_APPENDED, {3: "method_not_called", 4: "overwrites"}),
        (
            "SequentialModel",
            AN_ERROR_BEFORE_ALL_ELSE,
            {3: "super_init_forgotten", 4: "unpacked_into_the_list", 8: "expression"},
        ),
    ],
)
def test_each_line_has_its_own_kind(
    exercise: str, text: str, told: dict[int, str], check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    found = check(exercise, IMPORTS + text).diagnoses
    assert {line - 1: each.mistake for each in found for line in each.lines} == told


UPHILL_AND_ON = """def training_step(model, loss_func, xb, yb, lr):
    loss = loss_func(model(xb), yb)
    loss.backward()
    for p in model.parameters():
        p.data += lr * p.grad
    return loss
"""


def test_a_line_that_could_be_replaced_is_told_by_what_is_wrong_in_it(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    found = check("training_step", UPHILL_AND_ON).diagnoses
    assert {each.mistake for each in found} == {"climbs", "forgets_to_clear"}


ATTRIBUTE_FORGOTTEN = """class ListModel:
    def __init__(self, n_in, nh, n_out):
        layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(n_in, n_out)]

    def __call__(self, x):
        for layer in self.layers:
            layer(x)
        return x
"""


def test_of_an_answer_that_stops_at_once_no_later_line_is_part_of_why(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    told = check("ListModel", IMPORTS + ATTRIBUTE_FORGOTTEN).diagnoses
    assert told[0].mistake == "layers_are_forgotten"
    assert 8 not in told[0].lines


STEP_BEFORE_BACKWARD = """def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    for epoch in range(epochs):
        for i in range(0, len(x), bs):
            xb, yb = x[i:i+bs], y[i:i+bs]
            pred = model(xb)
            loss = loss_func(pred, yb)
            opt.zero_grad()
            opt.step()
            loss.backward()
"""


SHUFFLED_BY_PYTHON = """import random
def indices(n, shuffle):
    idx = torch.arange(n)
    if shuffle:
        random.shuffle(idx)
    return idx
"""


def test_a_line_that_works_out_anew_what_a_call_did_is_not_the_place(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`return torch.randperm(n) if shuffle else idx` passes, and says nothing of the call above it."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "8")
    told = check("indices", IMPORTS + SHUFFLED_BY_PYTHON).diagnoses
    assert told[0].mistake == "random_shuffle_on_a_tensor"
    assert {line for found in told for line in found.lines} <= {6}


def test_a_mistake_that_explains_the_first_check_alone_is_told_as_that() -> None:
    found = Diagnosis("never_divides", "You return totals.", probes=("first",), whole=False)
    assert places.sentence(found) == "To the first check that fails it looks like this: You return totals."
    again = dataclasses.replace(found, message=places.sentence(found))
    assert places.sentence(again) == places.sentence(found)
    assert places.sentence(dataclasses.replace(found, whole=True)) == "You return totals."


def test_of_what_another_check_sees_than_the_one_that_is_shown_the_check_is_told() -> None:
    found = Diagnosis("statement", lines=(3,), known=False, said={"check": "only_looks"})
    assert places.sentence(found).startswith("The check “only looks” sees this: Line 3 does something else")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("x.detach()", "In line 3, detach() keeps gradients from flowing back through a value."),
        (
            "row[t].item()",
            "In line 3, item() makes a plain number: no tensor any more, and no gradient flows through it.",
        ),
        ("x.float()", "Line 3 does one thing too many to a value."),
        ("", "Line 3 does one thing too many to a value."),
    ],
)
def test_a_call_too_many_that_cuts_the_graph_is_told_as_that(what: str, sentence: str) -> None:
    found = Diagnosis("call_extra", said={"what": what}, known=False, lines=(3,))
    assert places.sentence(found) == sentence


@pytest.mark.parametrize(
    ("source", "what", "sentence"),
    [
        ("[p.size() for p in ps if p.requires_grad]", "p.requires_grad", "The condition in line 3"),
        ("if isinstance(i, int):", "i", "The condition in line 3"),
        ("y = a if flag else b", "flag", "The condition in line 3"),
        ("y = a if flag else self.bs", "self.bs", "Line 3 uses `self.bs`"),
        ("if flag: y = self.bs", "self.bs", "Line 3 uses `self.bs`"),
        ("y = self.bs if flag else 1", "self.bs", "Line 3 uses `self.bs`"),
    ],
)
def test_in_a_condition_it_is_told_when_it_holds(source: str, what: str, sentence: str) -> None:
    first = re.search(rf"\b{re.escape(what)}\b", source).start()  # type: ignore[union-attr]
    kind = "attribute" if "." in what else "name"
    found = Diagnosis(kind, lines=(3,), source=source, columns=(first, first + len(what)), said={"what": what})
    assert places.sentence(found).startswith(sentence)


def test_what_changes_a_value_in_place_is_told_as_that() -> None:
    found = Diagnosis("result_dropped", lines=(3,), source="p.data.neg_()", said={"what": "p.data.neg_"})
    assert places.sentence(found) == "Line 3 changes a value that others still hold."
    other = dataclasses.replace(found, source="torch.zeros_like(p)", said={"what": "torch.zeros_like"})
    assert "nothing is done with it" in places.sentence(other)


@pytest.mark.parametrize(("source", "told"), [("return child", "the block that ends with line 3"), ("x = 1", "line 3")])
def test_a_step_is_missing_behind_a_block_where_that_leaves(source: str, told: str) -> None:
    found = Diagnosis("statement_missing", lines=(3,), source=source)
    assert places.sentence(found) == f"A step is missing after {told}."


@pytest.mark.parametrize(
    ("source", "told"), [("torch.set_grad_enabled(False)", "sets"), ("p -= p.grad", "is recorded")]
)
def test_a_line_that_turns_recording_off_is_not_told_to_be_recorded(source: str, told: str) -> None:
    assert told in places.sentence(Diagnosis("no_grad_missing", lines=(3,), source=source))


@pytest.mark.parametrize(("line", "told"), [("x.numpy().T", "`.T`"), ("x.abs()", "abs()"), ("torch.sqrt(x)", "sqrt()")])
def test_what_is_too_much_is_named(line: str, told: str) -> None:
    node = ast.parse(line, mode="eval").body
    found = Diagnosis("call_extra", said=kinds.said_of(node, node, "call_extra"), known=False, lines=(3,))
    assert places.sentence(found) == f"In line 3, {told} is one thing too many."


NEXT_WITHOUT_END = """class SliceLoader:
    def __init__(self, ds, bs):
        self.ds = ds
        self.bs = bs
    def __iter__(self):
        self.i = 0
        return self
    def __next__(self):
        batch = self.ds[self.i : self.bs]
        self.i = self.i + self.bs
        return batch
"""
SHUFFLED_NEVER = """class Sampler:
    def __init__(self, n, bs, shuffle=False):
        self.n, self.bs, self.shuffle = n, bs, shuffle
    def __iter__(self):
        if self.shuffle:
            idx = torch.randperm(self.n - 1)
        idx = torch.arange(self.n)
        for i in range(0, self.n, self.bs):
            return idx[i : i + self.bs]
"""


def test_a_method_that_would_be_of_no_use_any_more_says_nothing(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a loop that yields in `__iter__` every check passes, and `__next__` is never called."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "8")
    told = check("SliceLoader", IMPORTS + NEXT_WITHOUT_END).diagnoses
    assert not {line for found in told for line in found.lines} & {7, 8}


def test_what_is_shown_of_an_error_is_explained_first(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "20")
    verdict = check("Sampler", IMPORTS + SHUFFLED_NEVER)
    assert [found.lines for found in verdict.diagnoses][:2] == [(10,), (8,)]
    assert "__iter__ should yield" in verdict.message


def test_a_call_that_is_to_come_before_the_one_above_it_comes_too_late(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "8")
    verdict = check("fit_optimizer", IMPORTS + STEP_BEFORE_BACKWARD)
    assert [(found.mistake, found.lines) for found in verdict.diagnoses] == [("moved", (10,))]
    assert "What line 10 does is needed, but it comes too late." in verdict.message
    assert "some were changed before it ran" in verdict.message
    assert "anomaly detection" not in verdict.message


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("(yield x)", "(yield from x)", "yields_whole"),
        ("x.exp_", "x.exp", "in_place"),
        ("x.exp", "x.exp()", "not_called"),
        ("nn.ReLU()", "nn.ReLU", "called"),
        ("a / b", "b / a", "operands_swapped"),
        ("a / b", "b * a", "operator"),
        ("x.sum(0)", "x.mean(0)", "function"),
        ("x.argmax(0)", "x.gather(1, y)", "expression"),
        ("a if shuffle else b", "b if shuffle else a", "condition"),
        ("torch.optim.Adam(p, lr=lr)", "optim.SGD(p, lr=lr)", "function"),
        ("a.sub_(b).max().item()", "(a - b).max().item()", "expression"),
    ],
)
def test_an_edit_of_an_expression_is_of_one_kind(old: str, new: str, kind: str) -> None:
    assert kinds.classify(*(ast.parse(text, mode="eval").body for text in (old, new))) == kind


def test_the_print_at_the_end_is_the_place_whatever_else_is_wrong(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.1")
    text = "def softmax(x):\n    e = torch.exp(x)\n    e = e * 3 / torch.sum(e * 7, dim=0)\n    print(e)\n"
    assert [(found.mistake, found.lines) for found in check("softmax", IMPORTS + text).diagnoses] == [
        ("returns_nothing", (5,))
    ]
    kept = text.replace("    print(e)\n", "    e = e + 1\n")
    assert [found.lines for found in check("softmax", IMPORTS + kept).diagnoses] == [(5,)]  # it ends there


def test_beside_an_error_nothing_is_said_that_says_less(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "8")
    verdict = check("log_softmax_naive", IMPORTS + "def log_softmax_naive(x):\n    return x - x.exp().sum(-1).log\n")
    assert [found.mistake for found in verdict.diagnoses] == ["expression"]
    assert "Part of line" not in verdict.message
    assert "it is called, with ()." in verdict.message
    told = check("accuracy", "def accuracy(out, yb):\n    return (out == yb).float().mean()\n")
    told.diagnosis = Diagnosis("comparison", lines=(2,), known=False)
    assert feedback(told).says[0].startswith("RuntimeError: The size of tensor a")


def test_what_is_called_is_a_function_to_its_reader(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "30")
    (found,) = check("log_softmax_naive", IMPORTS + LOGARITHM_OF_TWO).diagnoses
    assert places.sentence(found) == "Line 5 calls torch.log2(), where another function is needed."


def test_a_mode_that_is_set_is_wrong_later_on_and_not_where_it_is_set() -> None:
    found = Diagnosis("statement_extra", "", lines=(4,), source="model.eval()", said={"what": "model.eval()"})
    assert "another mode than it should be in later on" in places.sentence(found)
    assert "mode" not in places.sentence(dataclasses.replace(found, said={"what": "model(x)"}))
    other = dataclasses.replace(found, mistake="attribute", source="model.train()", columns=(0, 11))
    assert "another mode" in places.sentence(dataclasses.replace(other, said={"what": "model.train"}))
    other = dataclasses.replace(other, source="model.step()", columns=(0, 10), said={"what": "model.step"})
    assert places.sentence(other) == "Line 4 calls model.step(), and that is not what is to happen there."
    taken = dataclasses.replace(other, source="x = model.step()", columns=(4, 14))
    assert "another function" in places.sentence(taken)


@pytest.mark.parametrize(("line", "name"), [(1, "expression"), (2, "drops_the_short_batch")])
def test_a_division_is_not_named_by_what_it_does_with_another_number(line: int, name: str) -> None:
    """`(n - 1) // bs`, rounded up and without its `- 1`: only one of these made, it is no longer their division."""
    rounding, number = Edit("rounding", ((1, lambda n: n),), (1,)), Edit("constant", ((2, lambda n: n),), (line,))
    found = Found((rounding, number), {}, [{"p": {"value": 1}}, {}], [True, True])
    known = Diagnosis("drops_the_short_batch", "It is left out.", probes=("p",))
    text = "a = (n - 1) // bs\nb = 1\n"
    told = naming.told(found, text, None, lambda frames: ["p"], lambda frames, fails: known if frames else None)
    assert told[0].mistake == name
