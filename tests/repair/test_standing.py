"""Without an edit that mends all: a known mistake is told where it reads so, a changed argument where it is changed."""

from __future__ import annotations

import pytest

from autograder.judging.verdict import Diagnosis
from conftest import Check

ROWS = """def get_data(images, labels, n_valid):
    x = images.reshape(len(images), 28 * 28).float() / 255
    y = labels.long()
    x_valid, x_train = x[:n_valid], x[n_valid:]
    y_valid, y_train = y[:n_valid], y[n_valid:]
    return x_train, y_train, x_valid, y_valid
"""
NAIVE = """import torch

def cross_entropy(input, target):
    n = input.shape[0]
    probs = input.exp() / input.exp().sum(dim=1, keepdim=True)
    right = probs[torch.arange(n), target]
    return -right.log().mean()
"""
DICT = "def unzip(pairs):\n    d = dict(pairs)\n    return list(d.keys()), list(d.values())\n"
POP = """def unzip(pairs):
    firsts, seconds = [], []
    while len(pairs) > 0:
        a, b = pairs.pop(0)
        firsts.append(a)
        if b not in seconds:
            seconds.append(b)
    return firsts, seconds
"""
STORE = """import math

def softmax_formula(xs):
    for i in range(len(xs)):
        xs[i] = math.exp(xs[i])
    total = 0
    for i in range(1, len(xs)):
        total = total + xs[i]
    return [e / total for e in xs]
"""


def _first(check: Check, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> Diagnosis:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.3")
    return check(name, text).diagnoses[0]


@pytest.mark.parametrize(
    ("name", "text", "mistake", "lines"),
    [
        ("get_data", ROWS, "the_first_rows_validate", {4, 5}),
        ("cross_entropy", NAIVE, "naive", {5}),
        ("unzip", DICT, "through_a_dict", {2, 3}),
    ],
)
def test_a_known_mistake_in_other_words_has_its_lines(
    name: str, text: str, mistake: str, lines: set[int], check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _first(check, monkeypatch, name, text)
    assert (found.mistake, found.known) == (mistake, True)
    assert found.lines
    assert set(found.lines) <= lines
    assert found.source == text.split("\n")[found.lines[0] - 1].strip()


@pytest.mark.parametrize(("name", "text", "line"), [("unzip", POP, 4), ("softmax_formula", STORE, 5)])
def test_an_argument_that_is_changed_is_told_at_the_line_that_does_it(
    name: str, text: str, line: int, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _first(check, monkeypatch, name, text)
    assert found.lines == (line,)
    assert found.mistake in ("in_place", "empties_the_list")


def test_where_a_copy_has_the_arguments_name_no_line_is_said_to_change_it(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "def unzip(pairs):\n    rest, pairs = pairs, list(pairs)\n    return [rest.pop(0) for _ in pairs], pairs\n"
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.3")
    assert not [found for found in check("unzip", text).diagnoses if found.lines == (3,)]


SHUFFLED = """import torch

def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    for epoch in range(epochs):
        idx = torch.randperm(len(x))
        for i in range(0, len(x), bs):
            b = idx[i:i + bs]
            opt.zero_grad()
            loss_func(model(x[b]), y[b]).backward()
            opt.step()
"""
#: Three mistakes, of which no two edits mend a check.
LOOKS = """import torch

def evaluate_batch(model, loss_func, xb, yb):
    model.zero_grad()
    with torch.no_grad():
        scores = model(xb)
        loss = loss_func(scores, yb)
        best = scores.max(dim=1)[0]
        acc = (best == yb).float().mean()
    return acc, loss
"""


def test_what_is_drawn_where_nothing_is_to_be_drawn_is_looked_at_first(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    assert [found.lines for found in check("fit_optimizer", SHUFFLED).diagnoses] == [(5,)]


def test_of_three_mistakes_each_is_told_at_its_line(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "8")
    found = check("evaluate_batch", LOOKS).diagnoses
    assert {one.lines for one in found} == {(4,), (8,), (10,)}
    assert "Line 4 calls model.zero_grad(), and that is not what is to happen there." in [one.message for one in found]


IN_AND_BELOW_A_HEADER = """def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    n = len(x)
    for epoch in range(epochs):
        for i in range(n // bs):
            xb, yb = x[i * bs : (i + 1) * bs], y[i * bs : (i + 1) * bs]
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
"""


def test_a_part_of_a_header_and_what_is_missing_below_it_are_two_places(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "8")
    found = check("fit_optimizer", IN_AND_BELOW_A_HEADER).diagnoses
    assert len(found) == 2
    assert ("drops_the_short_batch", (4,)) in [(one.mistake, one.lines) for one in found]


TWO_OF_A_LOOP = """def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    n_batches = x.shape[0] // bs + 1
    for epoch in range(epochs):
        for b in range(n_batches):
            loss = loss_func(model(x[b * bs:b * bs + bs]), y[b * bs:b * bs + bs])
            loss.backward()
            opt.step()
"""


def test_of_gradients_that_are_held_the_one_backward_is_told(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.1")  # neither of the two is found in so little time
    found = check("fit_optimizer", TWO_OF_A_LOOP).diagnoses
    assert [(one.mistake, one.lines) for one in found] == [("held", (6,))]


AT_THE_END = """def plot_item(xb, yb, i=0):
    from matplotlib import pyplot as plt
    fig, ax = plt.subplots()
    ax.imshow(xb[i].view(28, 28))
    ax.set_title(str(yb[i].item()))
"""
MEANS = """import torch

def validate(model, loss_func, dl):
    losses = []
    accs = []
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            losses.append(loss_func(out, yb).item())
            accs.append((out.argmax(1) == yb).float().mean().item())
    return sum(losses) / len(losses), sum(accs) / len(accs)
"""
STACKED = """import torch

def validate(model, loss_func, dl):
    losses, accs = [], []
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            losses.append(loss_func(out, yb))
            accs.append((out.argmax(1) == yb).float().mean())
    return torch.stack(losses).mean(), torch.stack(accs).mean()
"""
KEPT_LIST = """def sampler_batches(n, bs, shuffle, result=[]):
    sampler = Sampler(n, bs)
    for rows in sampler:
        numbers = []
        for r in rows:
            numbers.append(int(r))
        result.append(numbers)
    return result
"""


@pytest.mark.parametrize(
    ("name", "text", "mistake", "line"),
    [
        ("plot_item", AT_THE_END, "returns_nothing", 5),
        ("validate", MEANS, "the_mean_of_the_means", 11),
        ("validate", STACKED, "the_mean_of_the_means", 10),  # it reads like nothing, and gives what the mistake gives
        ("sampler_batches", KEPT_LIST, "one_list_for_all_calls", 1),
    ],
)
def test_a_known_mistake_is_told_where_it_reads_so_or_gives_the_same(
    name: str, text: str, mistake: str, line: int, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    found = check(name, text).diagnoses
    assert (mistake, (line,)) in [(one.mistake, one.lines) for one in found]


HIDDEN = """def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):
    size = len(train_ds)
    for start in range(0, size, bs):
        stop = min(start + bs, size)
        xb = train_ds.x[start:stop]
        yb = train_ds.y[start:stop]
        loss = loss_func(model(xb), yb)
        loss.backward()
        opt.zero_grad()
        opt.step()
"""
MISSPELT = "import torch\n\ndef softmax(x):\n    return x.sofmax(-1)\n"


def test_what_an_argument_need_not_have_is_told_where_it_is_asked(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.1")  # too little to find what mends it
    found = check("fit_dataset", HIDDEN).diagnoses[0]
    assert (found.mistake, found.lines) == ("not_promised", (5,))
    assert found.message.startswith("Line 5 asks for `.x`, which what it is given need not have")
    assert all(one.mistake != "not_promised" for one in check("softmax", MISSPELT).diagnoses)  # a tensor is torch's


NO_LENGTH = """class SliceLoader:
    def __init__(self, ds, bs):
        self.ds, self.bs = ds, bs
        self.n = len(ds.x)

    def __iter__(self):
        for i in range(0, self.n, self.bs):
            yield self.ds[i:i + self.bs]
"""


def test_it_is_told_so_too_where_the_line_is_mended(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    (found,) = check("SliceLoader", NO_LENGTH).diagnoses
    assert (found.mistake, found.lines, found.whole) == ("not_promised", (4,), True)


ADDED = """import math

def cross_entropy_formula(p, q):
    eps = 0.01
    terms = [a * math.log(b) for a, b in zip(p, q) if a]
    return -sum(terms) + eps
"""


def test_what_is_worked_out_for_a_part_too_many_goes_with_it(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    found = check("cross_entropy_formula", ADDED).diagnoses
    assert [one.lines for one in found] in ([(6,)], [(4,)])
    assert found[0].whole


BY_CLASSES = """import torch

def nll(log_probs, target):
    n, c = log_probs.shape
    total = 0.0
    for i in range(n):
        total = total - log_probs[i, target[i]].item()
    return total / c
"""


def test_a_name_beside_others_may_be_of_no_use_any_more(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    found = [(one.mistake, one.lines) for one in check("nll", BY_CLASSES).diagnoses]
    assert found == [("divided_by_the_classes", (8,)), ("call_extra", (7,))]


NEARER_BY_LUCK = """def batch_shapes(ds, start, stop):
    xb, yb = ds[start:stop + 1]
    x_shape = tuple(xb.shape)
    y_shape = len(yb)
    return x_shape, y_shape
"""


def test_of_what_is_only_nearer_no_kind_is_told_that_may_be_luck(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """`stop - 1` has the right number of rows for some draws: that a sign is wrong does not follow."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    found = check("batch_shapes", NEARER_BY_LUCK).diagnoses
    assert found
    assert "sign" not in [one.mistake for one in found]


BATCHES_SHUFFLED = """import random
import torch

class Sampler:
    def __init__(self, n, bs, shuffle=False):
        self.n, self.bs, self.shuffle = n, bs, shuffle

    def __iter__(self):
        batches = list(torch.arange(self.n).split(self.bs))
        if self.shuffle:
            random.shuffle(batches)
        return iter(batches)
"""


def test_nor_of_what_gives_more_steps_of_a_right(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """`self.n` in its place would shuffle one batch of all rows, as a step of a right has them."""
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    assert "attribute" not in [one.mistake for one in check("Sampler", BATCHES_SHUFFLED).diagnoses]


def test_a_length_that_a_loader_need_not_have_is_told(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    text = """def fit_loader(epochs, model, loss_func, opt, train_dl):
    for _ in range(epochs):
        total, n = 0, len(train_dl)
        for xb, yb in train_dl:
            opt.zero_grad()
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            total += loss.item() / n
"""
    assert "Line 3 asks for `len(train_dl)`, which what it is given need not have" in check("fit_loader", text).message


TWICE = """import torch

class Optimizer:
    def __init__(self, params, lr=0.5):
        self.params = list(params)
        self.lr = lr

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p -= p.grad * self.lr
                p.grad = None

    def zero_grad(self):
        for p in self.params:
            g = p.grad
            g = torch.zeros_like(p)
"""


def test_what_is_told_of_a_line_is_told_once(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    found = [(one.mistake, one.lines) for one in check("Optimizer", TWICE).diagnoses]
    assert found
    assert len(found) == len({*found})


OVER_LINES = """from torch.utils import data

def default_loaders(train_ds, valid_ds, bs):
    return (
        data.DataLoader(train_ds, bs, shuffle=True),
        data.DataLoader(valid_ds, bs, shuffle=True),
    )
"""


def test_a_part_of_what_goes_over_several_lines_is_told_as_such(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    found = check("default_loaders", OVER_LINES).diagnoses
    assert found
    assert not any("Part of line 4 " in one.message for one in found)


BACKWARDS = """def unzip(pairs):
    xs = []
    ys = []
    for i in range(len(pairs) - 1):
        xs.append(pairs[i][0])
        ys.insert(0, pairs[i][1])
    return xs, ys
"""


def test_where_what_mends_all_is_too_much_to_tell_what_mends_a_part_is_told(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    assert {line for one in check("unzip", BACKWARDS).diagnoses for line in one.lines} in ({4}, {6}, {4, 6})


CLAMPED = """def batch_shapes(ds, start, stop):
    last = min(stop, len(ds) - 1)
    xb, yb = ds[start:last]
    return xb.shape, yb.shape
"""
OF_TWO = """import torch

@torch.no_grad()
def validate(model, loss_func, dl):
    n, loss_sum, acc_sum = 0, 0.0, 0.0
    for xb, yb in dl:
        scores = model(xb)
        loss_sum += loss_func(scores, yb).item() * len(xb)
        acc_sum += (scores.argmax(1) == yb).float().mean().item()
        n += len(xb)
    return loss_sum / n, acc_sum / len(list(dl))
"""


def test_that_another_number_would_do_is_no_wrong_sign(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    found = check("batch_shapes", CLAMPED).diagnoses
    assert found
    assert "sign" not in [one.mistake for one in found]


def test_a_line_that_stands_in_a_right_is_no_place_whatever_its_names(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    told = {line for one in check("validate", OF_TWO).diagnoses for line in one.lines}
    assert told
    assert told <= {9, 11}
