"""indices: its probes, other right answers and known mistakes."""

import itertools
import random

import torch

from autograder.authoring.slips import everywhere, first
from autograder.beside.readings import draws_afterwards
from autograder.checks.data import thoroughly
from autograder.exercise import Complaint, code

indices = code(
    "indices",
    ids=["R8.5"],
    hints=[
        "One torch function counts, another draws a permutation. Both take n. Which dtype do they give?",
        "torch.arange counts. The other has `perm`, for permutation, in its name: look through dir(torch).",
    ],
)


def row_numbers(result):
    if isinstance(result, torch.Tensor):
        return result
    told = "None" if result is None else f"a {type(result).__name__}"
    raise Complaint(f"a 1-d int64 tensor should come back, not {told}")


@indices.probe
def counts_from_zero(indices, draw):
    # A random order of 15 or more numbers is the plain one with probability 1 in 15!, 8e-13.
    return {f"n = {n}": row_numbers(indices(n, False)) for n in (draw.size(15, 60), 1)}


@indices.probe
def holds_every_number_once_when_shuffled(indices, draw):
    # As a sorted tensor, so that any order will do. Drawing with replacement names each of 20 numbers or more once with
    # probability 20!/20^20, 2e-8.
    drawn = {f"n = {n}": row_numbers(indices(n, True)) for n in (draw.size(20, 60), 1)}
    return {name: rows.sort().values for name, rows in drawn.items()}


@indices.probe
def draws_a_new_order_in_every_call(indices, draw):
    # The plain order and four calls on at least 30 numbers: two are alike with probability 10/30!, 4e-32.
    n = draw.integer(30, 90)
    orders = {tuple(row_numbers(indices(n, True)).flatten().tolist()) for _ in range(4)} | {tuple(range(n))}
    # 400 calls on three numbers: one of the six orders is missing with probability 6 * (5/6)^400, 1e-31, and where
    # numbers may repeat with 6 * (26/27)^400, 2e-6.
    few = {tuple(row_numbers(indices(3, True)).flatten().tolist()) for _ in range(400)}
    return {
        "n": n,
        "different orders among the plain one and 4 calls": len(orders),
        "orders of three numbers among 400 calls": len(few & set(itertools.permutations(range(3)))),
    }


@indices.probe
def makes_every_order_possible(indices, draw):
    n = draw.integer(180, 220)
    drawn = [row_numbers(indices(n, True)) for _ in range(40)]
    orders = [order.flatten().tolist() for order in drawn]  # not before all are drawn: none changes an earlier one
    return {"n, and how many numbers come": [n, len(orders[0])], **thoroughly(orders)}


@indices.probe
def leaves_the_seeds_alone(indices, draw):
    one, other = draw.integer(1, 10**6), draw.integer(10**6 + 1, 2 * 10**6)
    return draws_afterwards(one, other, lambda: indices(12, True))


@indices.right
def from_a_shuffled_list(n, shuffle):
    rows = list(range(n))
    if shuffle:
        random.shuffle(rows)
    return torch.tensor(rows)


@indices.right
def arange_indexed(n, shuffle):
    rows = torch.arange(0, n, dtype=torch.int64)
    if shuffle:
        return rows[torch.randperm(n)]
    return rows


@indices.right
def sorted_noise(n, shuffle):
    import numpy

    generator = numpy.random.default_rng()
    return torch.from_numpy(generator.permutation(n) if shuffle else numpy.arange(n))


@indices.mistake
def one_tensor_for_all_calls(n, shuffle, kept={}):  # noqa: B006
    """Every call fills the same tensor, so an order that was drawn before changes. Make a new one in each call."""
    rows = kept.setdefault(n, torch.arange(n))
    return rows.copy_(torch.randperm(n) if shuffle else torch.arange(n))


@indices.slip("torch.randperm(n)", "torch.randperm(n, dtype=torch.int32)")
def another_dtype_when_shuffled():
    """The shuffled numbers are not int64. An index tensor should have the dtype that torch.arange gives."""


@indices.slip("return X", "return X + 1")
def counts_from_one():
    """The numbers run from 1 to n. Rows are counted from 0 to n - 1."""


@indices.slip(everywhere("n", "n + 1"))
def up_to_n_included():
    """There is one number too many: n itself is not a row."""


@indices.slip(everywhere("n", "n - 1"))
def without_the_last():
    """The last row, n - 1, is never named: there should be n numbers."""


@indices.slip("torch.randperm(n)", "torch.randint(0, n, (n,))")
def random_with_repeats():
    """torch.randint draws each number afresh: some come twice, others never. A permutation has each exactly once."""


@indices.slip("list(range(n))", "torch.arange(n)", of="from_a_shuffled_list")
def random_shuffle_on_a_tensor():
    """Some numbers are lost and others come twice. `random.shuffle` does that to a tensor, whose rows are views of it:
    shuffle a list, or let torch draw."""


@indices.slip("return X", "return X.float() if shuffle else torch.arange(float(n))", of="always_random")
def floats():
    """The numbers are floats, which cannot be an index. torch.arange gives int64 if all its arguments are ints."""


@indices.slip("return X", "return X.tolist()")
def a_list():
    """A list (or range) of numbers comes back. A tensor is asked for."""


@indices.slip("torch.randperm(n) if shuffle else X", "X")
def always_in_order():
    """With `shuffle` the numbers come in order all the same."""


@indices.slip("X if shuffle else torch.arange(n)", "X")
def always_random():
    """The numbers come in a random order whatever `shuffle` says."""


@indices.slip(first("torch.manual_seed(0)"))
def sets_the_seed():
    """You call torch.manual_seed, so every call gives the same order, and all other random numbers repeat too."""


@indices.slip(first("torch.seed()"))
def seeds_from_the_clock():
    """You seed a global generator (`torch.seed()`, `random.seed()`) before drawing. A program that set a seed can then
    not be repeated; just draw."""


@indices.slip("torch.randperm(n)", "torch.randperm(n, generator=torch.Generator().manual_seed(0))")
def a_generator_with_a_fixed_seed():
    """You draw from a generator that is made with the same seed in every call, so the order is always the same."""
