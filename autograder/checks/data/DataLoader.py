"""DataLoader: its probes, other right answers and known mistakes."""

import itertools
import operator
from collections.abc import Iterable

import torch

from autograder.authoring.slips import after, before, body, change, inside, method
from autograder.checks.data import MOST_BATCHES, cut, one_pass, pairs
from autograder.exercise import Complaint, code

DataLoader = code(
    "DataLoader",
    ids=["R6.12"],
    hints=[
        "Two loops are at work: one over the batches of the sampler, one over the row numbers in a batch.",
        "For one batch of row numbers: make the list of `ds[i]`, then call `collate_fn` on that list.",
        "`__iter__` goes through self.sampler; for each batch of it, it yields self.collate_fn([...]) of its items.",
    ],
    shortcut=["torch.utils.data.DataLoader"],
    instead="a loop over the sampler that yields collate_fn of the examples",
)


class ByRow:
    """A dataset that can be asked for one row at a time and nothing else; it has no length."""

    def __init__(self, *held):
        self._held = held

    def __getitem__(self, row):
        try:
            row = operator.index(row)
        except TypeError:
            raise Complaint(
                f"the dataset was indexed by a {type(row).__name__} of several rows; ask it for one row at a time"
            ) from None
        return tuple(part[row] for part in self._held)


class ChangingSampler:
    """Iterating over it gives the batches of the next of several passes; it has no length."""

    def __init__(self, passes):
        self._passes, self._begun = passes, 0

    def __iter__(self):
        batches = self._passes[self._begun % len(self._passes)]
        self._begun += 1
        yield from batches


def as_written(items):
    """A collate function that joins nothing: the examples, and a word that says who made this."""
    if not isinstance(items, Iterable):
        raise Complaint(f"collate_fn is to be given the examples of a batch; it got a {type(items).__name__}")
    return {"made by": "the collate_fn passed in", "from": [list(item) for item in items]}


@DataLoader.probe
def collates_the_rows_that_the_sampler_names(DataLoader, draw):
    n = draw.size(5, 9)
    ds = ByRow(draw.normal(n, draw.size(2, 3)), draw.labels(n, 10))
    sampler = [torch.tensor(rows) for rows in cut(draw, draw.shuffled(range(n)))]
    draw.note(sampler=sampler)
    return pairs(one_pass(DataLoader(ds, sampler), "DataLoader"), "DataLoader")


@DataLoader.probe
def takes_lists_of_row_numbers(DataLoader, draw):
    n = draw.size(4, 6)
    ds = ByRow(draw.normal(n, 2), draw.labels(n, 10), draw.normal(n))  # an example need not be a pair
    for _ in range(50):  # some batch is to be out of order
        rows = draw.shuffled(range(n))
        sampler = cut(draw, [*rows, rows[-1]])  # a sampler may name a row twice
        if any(batch != sorted(batch) for batch in sampler):
            break
    draw.note(sampler=[list(rows) for rows in sampler])
    return {
        "batches": one_pass(DataLoader(ds, sampler, as_written), "DataLoader"),
        "the sampler's lists after it": sampler,
    }


@DataLoader.probe
def asks_the_sampler_anew_in_every_loop(DataLoader, draw):
    n = draw.size(4, 6)
    ds = ByRow(draw.normal(n, 2), draw.normal(n))
    passes = [[torch.tensor(rows) for rows in cut(draw, draw.shuffled(range(n)))] for _ in range(3)]
    draw.note(n=n)
    dl = DataLoader(ds, ChangingSampler(passes), as_written)
    DataLoader(ByRow(draw.normal(1)), [[0]], sum_of_inputs)  # it has nothing to do with the first
    return {f"loop {i + 1}": one_pass(dl, "DataLoader") for i in range(3)}


@DataLoader.probe
def loops_do_not_disturb_each_other(DataLoader, draw):
    n = draw.size(5, 8)
    y = draw.normal(n)
    dl = DataLoader(ByRow(draw.normal(n, 2), y), torch.arange(n).split(2), as_written)
    left = one_pass(dl, "DataLoader", most=1)
    both = list(itertools.islice(zip(dl, dl, strict=False), MOST_BATCHES))
    return {"until a break": left, "one loop": [a for a, _ in both], "another at the same time": [b for _, b in both]}


@DataLoader.probe
def yields_whatever_the_collate_fn_makes(DataLoader, draw):
    n = draw.size(4, 6)
    ds, sampler = ByRow(draw.normal(n), draw.labels(n, 10)), torch.arange(n).split(2)
    lists = one_pass(DataLoader(ds, sampler, kept), "DataLoader")
    return {
        "sums": one_pass(DataLoader(ds, sampler, sum_of_inputs), "DataLoader"),
        "the lists themselves": [as_written(items)["from"] for items in lists],
    }


def kept(items):
    """The very list, where it is one: whoever fills it again changes an earlier batch."""
    return items if isinstance(items, list) else list(items)


def sum_of_inputs(items):
    return sum(x for x, _ in items)


@DataLoader.right
def map_over_the_sampler():
    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            return map(self.batch, self.sampler)

        def batch(self, rows):
            return self.collate_fn([self.ds[int(i)] for i in rows])

    return DataLoader


@DataLoader.right
def a_list_in_every_loop():
    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __len__(self):
            return len(self.sampler)

        def __iter__(self):
            batches = []
            for rows in self.sampler:
                items = []
                for i in rows:
                    items.append(self.ds[i])
                batches.append(self.collate_fn(items))
            return iter(batches)

    return DataLoader


@DataLoader.right
def as_in_the_lesson():
    def joined(items):
        xs, ys = zip(*items, strict=True)
        return torch.stack(xs), torch.stack(ys)

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=joined):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            yield from (self.collate_fn(self.ds[i] for i in rows) for rows in self.sampler)

    return DataLoader


@DataLoader.right
def iterator_with_next():
    class Batches:
        def __init__(self, dl):
            self.dl, self.rows = dl, iter(dl.sampler)

        def __iter__(self):
            return self

        def __next__(self):
            rows = next(self.rows)
            return self.dl.collate_fn(tuple(self.dl.ds[i] for i in rows))

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler = ds, sampler
            self.collate_fn = collate_fn or (lambda b: [torch.stack(part) for part in zip(*b, strict=True)])

        def __iter__(self):
            return Batches(self)

    return DataLoader


@DataLoader.slip("rows", "dict.fromkeys(map(int, rows))", of="map_over_the_sampler")
def each_row_once():
    """A row that the sampler names twice in a batch comes only once (a set or a dict does that). Give as many examples
    as the sampler names rows."""


@DataLoader.slip(
    before("yield A", "rows = rows if isinstance(rows, list) else rows.tolist()"),
    change("[A for i in rows]", "[self.ds[rows.pop(0)] for _ in range(len(rows))]"),
)
def empties_the_row_lists():
    """You take the row numbers out of the sampler's own lists (`pop`), so there is nothing in them for the next loop.
    Read them, and leave them as they are."""


@DataLoader.slip("items += A", "items.clear()\nitems.extend((self.ds[i] for i in rows))", of="earlier_examples_stay")
def one_list_for_all_batches():
    """One and the same list is filled and emptied for every batch: whoever kept an earlier batch finds other examples
    in it. Make a new list for each batch."""


@DataLoader.slip(
    "yield A", "items = []\nfor i in rows:\n    items.append(self.ds[i])\n    yield self.collate_fn(items)"
)
def yields_in_the_inner_loop():
    """A batch is yielded after every single example. Does the `yield` stand inside the loop over the row numbers? First
    collect them all."""


@DataLoader.slip(
    before("for rows in A:", "items = []"),
    change("yield self.collate_fn(B)", "items += B\nyield self.collate_fn(items)"),
)
def earlier_examples_stay():
    """Each batch also holds the examples of those before it: the list is never emptied. Make a new one each time."""


@DataLoader.slip("X[i]", "(X[i][0], X[i][1])")
def takes_examples_for_pairs():
    """You take each example apart and make a pair of its first two things. What is in an example is the business of
    `collate_fn`: hand on `ds[i]` itself."""


@DataLoader.slip("yield self.collate_fn(A)", "xs, ys = zip(*A)\nyield torch.stack(xs), torch.stack(ys)")
def ignores_collate_fn():
    """Your loader always joins the examples in the same way: the `collate_fn` that was passed in is never called."""


@DataLoader.slip("def __init__(self, ds, sampler, collate_fn=collate):", "def __init__(self, ds, sampler, collate_fn):")
def needs_a_collate_fn():
    """`DataLoader(ds, sampler)` fails: the third argument should be `collate` unless another is given."""


@DataLoader.slip("self.collate_fn(A)", "A")
def does_not_collate():
    """You yield lists of single examples. Call `collate_fn` on the list and yield what it makes."""


@DataLoader.slip("[X[i] for i in rows]", "X[rows]")
def indexes_by_the_whole_batch():
    """You index the dataset by a whole batch of rows. Ask for one row at a time, and hand the list to collate_fn."""


@DataLoader.slip("self.collate_fn([X for i in rows])", "[self.collate_fn([X]) for i in rows]")
def collates_each_example():
    """collate_fn is called on one example at a time. It should get the list of all examples of a batch."""


@DataLoader.slip("sampler", "list(sampler)")
def sampler_asked_once():
    """The sampler is asked once, so every loop gives the same batches and a shuffling sampler shuffles once. Go through
    it whenever `__iter__` is called."""


@DataLoader.slip(
    inside("__iter__", body("self.batches = iter(self.sampler)\nreturn self")),
    method("def __next__(self):\n    return self.collate_fn([self.ds[i] for i in next(self.batches)])"),
)
def one_place_in_the_sampler():
    """`__iter__` returns the loader itself, so two loops over it share one place in the sampler and take batches away
    from each other."""


@DataLoader.slip("[X for i in rows]", "[X for i in rows.tolist()]")
def needs_tensors_of_rows():
    """Your loader needs index tensors (`rows.tolist()`, `rows.shape`); a sampler may yield plain lists of ints. Loop
    over the batch: that works for both."""


@DataLoader.slip(after("yield self.collate_fn([self.ds[i] for i in rows])", "return"))
def one_batch_alone():
    """Only the first batch comes. Does a `return` end the pass too early, or the `yield` stand outside the loop?"""
