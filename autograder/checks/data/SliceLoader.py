"""SliceLoader: its probes, other right answers and known mistakes."""

import itertools

from autograder.authoring.slips import before
from autograder.checks.data import MOST_BATCHES, HiddenRows, one_pass, pairs, ys
from autograder.exercise import code

SliceLoader = code(
    "SliceLoader",
    ids=["R6.5"],
    hints=[
        "`for batch in dl` calls `dl.__iter__()` and then takes what that yields, one batch after the other.",
        "If `__iter__` contains `yield`, each call of it gives a new generator that starts at the first batch.",
        "In `__iter__`, let a start run through range(0, length, bs) and yield the dataset's slice from there.",
    ],
    shortcut=["torch.utils.data.DataLoader"],
    instead="a class whose __iter__ yields slices of the dataset",
)


def sliced(SliceLoader, draw, n, bs):
    draw.note(n=n, bs=bs)
    ds = HiddenRows(draw.normal(n, 3), draw.labels(n, 10))
    return pairs(one_pass(SliceLoader(ds, bs), "SliceLoader"), "SliceLoader")


@SliceLoader.probe
def yields_slices_in_order_with_a_short_last_one(SliceLoader, draw):
    bs = draw.size(4, 6)  # 2 * bs + 1 rows in three parts as equal as can be are other batches
    return sliced(SliceLoader, draw, bs * 2 + 1, bs)


@SliceLoader.probe
def yields_one_batch_where_bs_is_larger_than_the_data(SliceLoader, draw):
    n = draw.size(2, 5)
    return sliced(SliceLoader, draw, n, n + draw.size(1, 4))


@SliceLoader.probe
def yields_no_empty_batch(SliceLoader, draw):
    bs = draw.size(2, 4)
    return sliced(SliceLoader, draw, bs * draw.size(2, 4), bs)


@SliceLoader.probe
def begins_anew_in_every_loop(SliceLoader, draw):
    n = 2 * draw.size(2, 4) + 1
    y = draw.normal(n)
    dl = SliceLoader(HiddenRows(draw.normal(n, 3), y), 2)
    SliceLoader(HiddenRows(draw.normal(n + 1, 3), draw.normal(n + 1)), 3)  # it has nothing to do with the first
    first, second = one_pass(dl, "SliceLoader"), one_pass(dl, "SliceLoader")
    return {"all y in the first loop": ys(first), "all y in the second loop": ys(second)}


@SliceLoader.probe
def begins_anew_after_a_break(SliceLoader, draw):
    n = 2 * draw.size(2, 4) + 1
    told = {}
    for where in (1, 2):
        dl = SliceLoader(HiddenRows(draw.normal(n, 3), draw.normal(n)), 2)
        told[f"y until a break in batch {where}"] = ys(one_pass(dl, "SliceLoader", most=where))
        told[f"all y in the loop after a break in batch {where}"] = ys(one_pass(dl, "SliceLoader"))
    return told


@SliceLoader.remark
def two_loops_do_not_disturb_each_other(SliceLoader, draw):
    """Two loops over it at the same time, as in zip(dl, dl), share one place in the data and take batches away from
    each other. The place is kept on the loader itself."""
    n = 2 * draw.size(2, 4) + 1
    dl = SliceLoader(HiddenRows(draw.normal(n, 3), draw.normal(n)), 2)
    both = list(itertools.islice(zip(dl, dl, strict=False), MOST_BATCHES))
    return {"all y in one loop": ys([a for a, _ in both]), "all y in the other": ys([b for _, b in both])}


@SliceLoader.right
def a_list_of_slices():
    class SliceLoader:
        def __init__(self, ds, bs):
            self.batches = [ds[i * bs : (i + 1) * bs] for i in range((len(ds) + bs - 1) // bs)]

        def __len__(self):
            return len(self.batches)

        def __iter__(self):
            return iter(self.batches)

    return SliceLoader


@SliceLoader.right(remarks=["two_loops_do_not_disturb_each_other"])
def with_its_place_on_itself():
    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            self.start = 0
            while self.start < len(self.ds):
                self.start += self.bs
                yield self.ds[self.start - self.bs : self.start]

    return SliceLoader


@SliceLoader.right
def a_separate_iterator():
    class Batches:
        def __init__(self, loader):
            self.loader, self.start = loader, 0

        def __iter__(self):
            return self

        def __next__(self):
            if self.start >= len(self.loader.ds):
                raise StopIteration
            batch = self.loader.ds[self.start : self.start + self.loader.bs]
            self.start += self.loader.bs
            return batch

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            return Batches(self)

    return SliceLoader


@SliceLoader.slip(before("yield A", "self.bs = min(self.bs, len(self.ds) - start)"))
def shortens_its_own_bs():
    """The short last batch changes the loader's own `bs`, so the next loop cuts smaller batches. What belongs to one
    loop should stay in a local variable."""


@SliceLoader.slip(
    "for A in B:",
    "n = len(self.ds)\nfor rows in torch.arange(n).chunk(-(-n // self.bs)):\n    yield self.ds[rows[0] : rows[-1] + 1]",
)
def cut_into_equal_parts():
    """The batches are as equal as can be, as `chunk` cuts them. Each should have bs rows, the last one the rest."""


@SliceLoader.slip("yield X", "return iter([X])")
def returns_in_the_loop():
    """Only the first batch comes. Is there a `return` in the loop, which ends it at once, or does the loop take another
    step than the `bs` of this loader?"""


@SliceLoader.slip("for A in B:", "for i in range(len(self.ds)):\n    yield self.ds[i]")
def yields_single_rows():
    """You yield one example after another. A batch is a slice of bs rows."""


@SliceLoader.slip("for A in B:", "return [self.ds[i:i + self.bs] for i in range(0, len(self.ds), self.bs)]")
def returns_the_list_itself():
    """`__iter__` returns a list. It has to return an iterator: which function makes one of a list?"""
