"""What the exercises of section 6, the data, share in how they are observed."""

import itertools

import torch

from autograder.beside.readings import learnt_from
from autograder.beside.spies import Journal, LossSpy, OptimizerSpy, squared_error, watch
from autograder.checks.training_loop import gentle
from autograder.exercise import Complaint

#: No loader or sampler here is asked for as many batches: one that never ends is cut off.
MOST_BATCHES = 60


class HiddenRows:
    """A dataset with a length and nothing else but indexing: what it holds goes by no name that a learner would use."""

    def __init__(self, *held):
        self._held = held

    def __len__(self):
        return len(self._held[0])

    def __getitem__(self, rows):
        return tuple(part[rows] for part in self._held)


def pair(value, what):
    """[x, y] from a tuple or list of two; Complaint names `what` when it is neither."""
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return list(value)
    told = "None" if value is None else f"a {type(value).__name__}"
    told += f" of {len(value)}" if isinstance(value, (tuple, list)) else ""
    raise Complaint(f"{what} should be a pair of two: x first, then y. It is {told}.")


def one_pass(loader, name, most=MOST_BATCHES):
    """The batches of a new loop over `loader`, at most so many."""
    try:
        batches = iter(loader)
    except TypeError as error:
        raise Complaint(
            f"`for batch in {name}(...)` does not work ({error}): __iter__ should yield the batches one by one, "
            "or return an iterator over them, such as iter(a list)."
        ) from None
    return list(itertools.islice(batches, most))


def pairs(batches, name):
    return [pair(batch, f"each batch of {name}") for batch in batches]


def watched_training(draw, n_in=3, n_out=2):
    """A model with drawn weights and what watches its training: (model, optimizer, loss function, journal)."""
    model = gentle(draw.network(n_in, 4, n_out))
    journal = Journal(model.parameters())
    watch(model, journal)
    opt = OptimizerSpy(model.parameters(), draw.number(0.1, 0.4), journal)
    return model, opt, LossSpy(squared_error, journal), journal


def what_was_learnt(journal, targets, model):
    """The batches as numbers of rows, the optimizer's steps, the weights as they changed, the mode that is left."""
    if any(not len(event.batch) for event in journal.of("backward")):
        raise Complaint(
            "there is a batch without a row in it, whose mean loss is nan: after it, so are all the weights"
        )
    return {
        "rows of each batch learnt from": learnt_from(journal, targets),
        "steps of opt": len(journal.of("step")),
        "the model was in training mode in each batch": [event.training for event in journal.of("backward")],
        "weights after each update": journal.trajectory(),
        "the model is in training mode afterwards": model.training,
    }


def ys(batches):
    """The y's of each batch."""
    return [pair(batch, "each batch of SliceLoader")[1].flatten().tolist() for batch in batches]


def thoroughly(orders):
    """What 40 orders of 180 rows or more tell of how they were drawn, where any order is possible. Each of these
    numbers comes out differently by chance with a probability below 1e-9."""
    n = len(orders[0])
    if any(sorted(order) != list(range(n)) for order in orders):
        return {"the orders": "not each row once"}
    halves = [len({order.index(row) * 2 // n for order in orders}) for row in (0, n - 1)]
    staying = [sum(i == row for i, row in enumerate(order)) for order in orders]
    beside = [{frozenset(two) for two in itertools.pairwise(order)} for order in orders]
    shared = [len(one & other) for one, other in itertools.pairwise(beside)]
    return {
        "halves of an order in which the first row comes": halves[0],
        "halves of an order in which the last row comes": halves[1],
        "orders that leave 20 rows or more in their places": sum(count >= 20 for count in staying),
        "orders with 40 pairs of neighbours or more that the order before has": sum(count >= 40 for count in shared),
    }


def flat(batches):
    return [row for batch in batches for row in batch]


def cut(draw, rows):
    """The rows in two or three batches of different sizes."""
    first = draw.integer(1, len(rows) - 2)
    return [rows[:first], rows[first:]]


def torch_loaders(returned):
    """[train_dl, valid_dl], if they are torch's."""
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        told = "None" if returned is None else f"something of the class {type(returned).__name__}"
        raise Complaint(f"two loaders should come back, for training and for validation; here is {told}")
    for which, dl in zip(("first", "second"), returned, strict=True):
        if not isinstance(dl, torch.utils.data.DataLoader):
            kind = type(dl).__name__
            told = "your own, of this file" if kind == "DataLoader" else f"of the class {kind}"
            raise Complaint(f"the {which} of the two should be a torch.utils.data.DataLoader; it is {told}")
    return returned


def numbered(draw, first, n):
    """A dataset (a list of pairs) whose labels number its rows from `first`."""
    return [(draw.normal(2), torch.tensor(first + i)) for i in range(n)]
