"""Sampler: its probes, other right answers and known mistakes."""

import itertools
import operator
import random

import torch

from autograder.authoring.slips import after, before, body, change, inside, last
from autograder.beside.readings import draws_afterwards
from autograder.checks.data import MOST_BATCHES, flat, one_pass, thoroughly
from autograder.exercise import Complaint, code

Sampler = code(
    "Sampler",
    ids=["R6.9"],
    hints=[
        "First decide on the order of all n rows, then cut it into pieces of bs.",
        "torch.arange(n) is the plain order; which torch function gives the numbers 0 to n - 1 in a random order?",
        "`__iter__` runs at the beginning of each loop: draw the order there, then yield slices of it.",
    ],
    shortcut=[
        "torch.utils.data.RandomSampler",
        "torch.utils.data.SequentialSampler",
        "torch.utils.data.BatchSampler",
        "torch.utils.data.DataLoader",
    ],
    instead="an order of the row numbers, cut into slices",
)


def row_numbers(batch):
    """A batch as a list of ints, if it is a list of ints or a 1-d int64 tensor."""
    kind = f"a {type(batch).__name__}"
    if isinstance(batch, torch.Tensor):
        if batch.dtype == torch.int64 and batch.dim() == 1:
            return batch.tolist()
        kind = f"a {batch.dim()}-d tensor of {batch.dtype}"
    elif isinstance(batch, list):
        odd = [row for row in batch if isinstance(row, (bool, torch.Tensor)) or not hasattr(row, "__index__")]
        if not odd:
            return [operator.index(row) for row in batch]
        kind = f"a list with a {type(odd[0]).__name__} in it"
    raise Complaint(f"each batch of Sampler should be a list of ints or a 1-d int64 tensor; here is {kind}")


def batches_of(sampler, most=MOST_BATCHES):
    return [row_numbers(batch) for batch in one_pass(sampler, "Sampler", most)]


@Sampler.probe
def cuts_the_plain_order_into_batches(Sampler, draw):
    bs = draw.size(4, 6)
    # 2 * bs + 1 rows in three parts as equal as can be are other batches.
    ragged, full, few = 2 * bs + 1, bs * draw.size(1, 3), draw.integer(1, bs - 1)
    sampler = Sampler(ragged, bs, False)
    told = {f"Sampler({ragged}, {bs}, False)": sampler, "another loop over it": sampler}
    told |= {f"Sampler({n}, {bs}, False)": Sampler(n, bs, False) for n in (full, few)}
    return {name: batches_of(each) for name, each in told.items()}


@Sampler.probe
def does_not_shuffle_by_default(Sampler, draw):
    # A shuffled order of 20 or more rows is the plain one with probability 1 in 20!, 4e-19.
    bs = draw.size(2, 5)
    n = bs * draw.integer(10, 24)
    return flat(batches_of(Sampler(n, bs), n + 1))


@Sampler.probe
def names_every_row_once_when_shuffled(Sampler, draw):
    # At least 22 rows: drawing with replacement names each of them once with probability 22!/22^22, 3e-9.
    bs = draw.size(3, 5)
    n = bs * draw.size(8, 10)
    draw.note(n=n, bs=bs)
    batches = batches_of(Sampler(n, bs, True))
    return {"batch sizes": [len(batch) for batch in batches], "all rows, sorted": sorted(flat(batches))}


@Sampler.probe
def draws_a_new_order_for_every_loop(Sampler, draw):
    # Five orders (the plain one, four passes) of at least 30 rows: two are alike with probability 10/30!, 4e-32.
    # Ten pairs of first batches, at least 15 among 30: alike as sets with probability 10/C(30, 15), 6e-8.
    # Four passes of two batches of at least 15 rows: one of them rising with probability 8/15!, 6e-12.
    bs = draw.integer(15, 32)
    n = 2 * bs
    sampler = Sampler(n, bs, True)
    passes = [batches_of(sampler) for _ in range(4)]
    orders = {tuple(flat(batches)) for batches in passes} | {tuple(range(n))}
    first = {frozenset(batches[0]) for batches in passes if batches} | {frozenset(range(bs))}
    rising = [batch for batches in passes for batch in batches if batch and batch == sorted(batch)]
    # 400 passes over three rows: one of the six orders is missing with probability 6 * (5/6)^400, 1e-31, and with
    # 6 * (26/27)^400, 2e-6, where rows are drawn with replacement, which another probe is there to see.
    few = Sampler(3, 2, True)
    seen = {tuple(flat(batches_of(few))) for _ in range(400)}
    return {
        "rows, batch size": [n, bs],
        "different orders among the plain one and 4 passes": len(orders),
        "different sets of rows in the first batch of these": len(first),
        "batches whose rows stand in rising order": len(rising),
        "orders of three rows among 400 passes": len(seen & set(itertools.permutations(range(3)))),
    }


@Sampler.probe
def makes_every_order_possible(Sampler, draw):
    bs = draw.integer(36, 44)
    n = 5 * bs
    sampler = Sampler(n, bs, True)
    told = thoroughly([flat(batches_of(sampler)) for _ in range(40)])
    return {"rows, batch size": [n, bs], **told}


@Sampler.probe
def draws_another_order_in_another_sampler(Sampler, draw):
    # Orders that begin somewhere and go round are all alike with probability 1/200^2, 3e-5, and others never.
    n = draw.integer(200, 400)
    orders = [flat(batches_of(Sampler(n, 7, True))) for _ in range(3)]
    return {"rows": n, "whether 3 samplers give one order": len({tuple(order) for order in orders}) == 1}


@Sampler.probe
def leaves_the_global_seeds_alone(Sampler, draw):
    one, other = draw.integer(1, 10**6), draw.integer(10**6 + 1, 2 * 10**6)
    return draws_afterwards(one, other, lambda: one_pass(Sampler(12, 5, True), "Sampler"))


@Sampler.probe
def begins_anew_after_a_break(Sampler, draw):
    n = 2 * draw.size(3, 30)
    told = {}
    for where in (1, 2):
        sampler = Sampler(n, 2, False)
        told[f"until a break in batch {where}"] = batches_of(sampler, most=where)
        told[f"in the loop after a break in batch {where}"] = flat(batches_of(sampler))
    # Orders that begin somewhere among 60 rows and go round are all alike with probability 1/60^4, 8e-8.
    shuffled = Sampler(60, 15, True)
    beginnings = {tuple(flat(batches_of(shuffled, most=1))) for _ in range(5)}
    return {**told, "whether 5 shuffled loops, each left with a break, begin alike": len(beginnings) == 1}


@Sampler.remark
def passes_do_not_disturb_each_other(Sampler, draw):
    """Two loops over it at the same time, as in zip(sampler, sampler), disturb each other: the order or the place in it
    is kept on the sampler itself."""
    n = 2 * draw.size(3, 30)
    sampler = Sampler(n, 2, False)
    # Two batches of 15 rows each: those of another order have the same rows with probability 1/C(30, 15), 6e-9.
    shuffled = Sampler(30, 15, True)
    beside = [batch for batch, _ in itertools.islice(zip(shuffled, shuffled, strict=False), MOST_BATCHES)]
    both = list(itertools.islice(zip(sampler, sampler, strict=False), MOST_BATCHES))
    return {
        "all of 30 rows in a loop that runs beside another, sorted": sorted(flat(map(row_numbers, beside))),
        "rows in one loop": flat(row_numbers(a) for a, _ in both),
        "rows in another at the same time": flat(row_numbers(b) for _, b in both),
    }


@Sampler.right
def a_shuffled_list():
    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __len__(self):
            return (self.n + self.bs - 1) // self.bs

        def __iter__(self):
            rows = list(range(self.n))
            if self.shuffle:
                random.shuffle(rows)
            return iter([rows[i : i + self.bs] for i in range(0, self.n, self.bs)])

    return Sampler


@Sampler.right(remarks=["passes_do_not_disturb_each_other"])
def as_in_the_lesson():
    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            self.idxs = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for i in range(0, self.n, self.bs):
                yield self.idxs[i : i + self.bs]

    return Sampler


@Sampler.right
def a_generator_of_its_own():
    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            import numpy

            self.n, self.bs, self.shuffle = n, bs, shuffle
            self.generator = numpy.random.default_rng()

        def __iter__(self):
            rows = self.generator.permutation(self.n) if self.shuffle else range(self.n)
            for start in range(0, self.n, self.bs):
                yield [int(row) for row in rows[start : start + self.bs]]

    return Sampler


@Sampler.slip(
    inside("__init__", last("self.rows = torch.randperm(n) if shuffle else torch.arange(n)")),
    change("rows = A", "rows = self.rows"),
)
def shuffles_once():
    """The order is drawn once, in `__init__`, and every pass repeats it. Draw it where each new loop begins."""


@Sampler.slip(inside("__iter__", last("self.rows = self.rows[torch.randperm(self.n)]")), of="shuffles_once")
def shuffles_at_the_end_of_a_loop():
    """The order for the next loop is drawn at the end of a loop, so after a `break` the same order comes again. Draw it
    where each new loop begins."""


@Sampler.slip(
    inside("__init__", last("self.plain = iter(torch.arange(n).split(bs))")),
    inside("__iter__", body("return iter(torch.randperm(self.n).split(self.bs)) if self.shuffle else self.plain")),
)
def plain_order_used_up():
    """Without `shuffle` there is one pass and no more: the plain order is made once, in `__init__`, as an iterator.
    Make it in `__iter__`."""


@Sampler.slip("rows[X]", "torch.arange(self.n)[X]")
def never_shuffles():
    """The rows come in order although `shuffle` is True."""


@Sampler.slip("X if self.shuffle else torch.arange(Y)", "X")
def always_shuffles():
    """The rows come in a random order although `shuffle` is False."""


@Sampler.slip("False", "True")
def shuffles_by_default():
    """Without the third argument the rows are shuffled: its default should stay False."""


@Sampler.slip(
    after("rows = A", "parts = torch.arange(self.n).split(self.bs)\nmixed = torch.randperm(len(parts))"),
    before("yield A", "rows = torch.cat([parts[i] for i in mixed]) if self.shuffle else rows"),
)
def shuffles_the_batches_alone():
    """You shuffle the order of the batches, but each holds neighbouring rows, in every pass the same ones together.
    Shuffle the rows, then cut."""


@Sampler.slip(
    change("rows = A", "rows = torch.arange(self.n)"),
    change("yield A", "batch = A\nyield batch[torch.randperm(len(batch))] if self.shuffle else batch"),
)
def shuffles_inside_the_batches():
    """The same rows share a batch in every pass: only the order inside each batch is shuffled. Shuffle all the rows,
    then cut."""


@Sampler.slip("torch.randperm(X)", "torch.randint(0, X, (X,))")
def draws_with_replacement():
    """Some rows come twice and others never: every batch (or row) is drawn from all of them afresh. One random order of
    all rows names each exactly once."""


@Sampler.slip(
    change("rows = A", ""), before("yield A", "rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)")
)
def shuffles_for_every_batch():
    """You draw a new order for every batch and take rows from it, so some rows come several times and others never.
    Draw one order for the whole pass."""


@Sampler.slip(before("rows = A", "torch.manual_seed(42)"))
def reseeds_torch():
    """You call torch.manual_seed: every pass has the same order, and all other random numbers repeat too. Just draw."""


@Sampler.slip(before("rows = A", "torch.seed()"))
def reseeds_with_the_time():
    """You seed a global generator (`torch.seed()`, `random.seed()`) to make the order fresh. A program that set a seed
    cannot be repeated then; the generators are random enough."""


@Sampler.slip(
    inside("__init__", last("self.generator = torch.Generator().manual_seed(0)")),
    change("torch.randperm(self.n)", "torch.randperm(self.n, generator=self.generator)"),
)
def same_seed_for_each_sampler():
    """You give each sampler a generator of its own with the same fixed seed, so all of them draw the same orders. Leave
    out the seed, or draw it."""


@Sampler.slip("for A in B:", "yield from (torch.randperm(self.n) if self.shuffle else torch.arange(self.n))")
def single_rows():
    """You yield one row number after another. Yield batches of them."""
