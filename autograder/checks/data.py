"""How section 6, the data, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import itertools
import operator
import random
import re

import torch

from autograder.beside.readings import learnt_from
from autograder.beside.spies import Journal, LossSpy, OptimizerSpy, squared_error, watch
from autograder.concept import concept
from autograder.exercise import Complaint, code

#: No loader or sampler here is asked for as many batches: one that never ends is cut off.
MOST_BATCHES = 60


class HiddenRows:
    """A dataset with a length and nothing else but indexing: what it holds goes by no name that a learner
    would use.
    """

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


Dataset = code(
    "Dataset",
    ids=["R6.1"],
    hints=[
        "What do `len(ds)` and `ds[i]` call? There is one special method for each, and one that stores x and y.",
        "You need not tell an int from a slice or an index tensor: a tensor takes all three between its brackets.",
        "`__len__` asks x for its length; `__getitem__` hands the index to x and to y and returns both results.",
    ],
    shortcut=["torch.utils.data.TensorDataset"],
    instead="three special methods: __init__, __len__ and __getitem__",
    is_class=True,
)


@Dataset.probe
def has_as_many_examples_as_x_has_rows(Dataset, draw):
    sizes = [draw.size(1, 40) for _ in range(3)]
    return [len(Dataset(draw.normal(n, draw.size(3, 6)), draw.labels(n, 10))) for n in sizes]


@Dataset.probe
def gives_one_example_for_an_int(Dataset, draw):
    n = draw.size(3, 8)
    ds = Dataset(draw.normal(n, draw.size(2, 4)), draw.labels(n, 10))
    return {f"ds[{i}]": pair(ds[i], f"ds[{i}]") for i in (0, n - 1, -1, -n, draw.integer(0, n - 1))}


@Dataset.probe
def gives_rows_for_a_slice(Dataset, draw):
    n = draw.size(5, 9)
    ds = Dataset(draw.normal(n, draw.size(2, 4)), draw.labels(n, 10))
    start = draw.integer(1, 3)
    return {
        f"ds[{start}:{start + 2}]": pair(ds[start : start + 2], "what a slice gives"),
        f"ds[{start}:{start + 1}]": pair(ds[start : start + 1], "what a slice gives"),
        f"ds[{n - 2}:{n + 3}]": pair(ds[n - 2 : n + 3], "what a slice gives"),
        "ds[::2]": pair(ds[::2], "what a slice gives"),
        "ds[-2:]": pair(ds[-2:], "what a slice gives"),
        "ds[:-2]": pair(ds[:-2], "what a slice gives"),
    }


@Dataset.probe
def gives_rows_for_an_index_tensor(Dataset, draw):
    n = draw.size(4, 8)
    ds = Dataset(draw.normal(n, draw.size(2, 4)), draw.labels(n, 10))
    rows = torch.tensor(draw.shuffled(range(n)))
    rows = torch.cat([rows, rows[:1]])  # out of order, and one row comes again
    draw.note(n=n, rows=rows)
    return {
        "ds[rows]": pair(ds[rows], "what an index tensor gives"),
        "ds[rows[:1]]": pair(ds[rows[:1]], "what an index tensor gives"),
    }


@Dataset.probe
def ends_with_an_index_error(Dataset, draw):
    n = draw.size(2, 40)
    draw.note(n=n)
    ds = Dataset(draw.normal(n, 3), draw.labels(n, 10))
    beyond = {}
    for name, i in (("ds[n]", n), ("ds[-n - 1]", -n - 1)):
        try:
            beyond[name] = ds[i]
        except IndexError:
            beyond[name] = "IndexError"
    return {**beyond, "items that a for loop sees": len(list(itertools.islice(ds, n + 3)))}


@Dataset.probe
def takes_tensors_of_any_shape_and_dtype(Dataset, draw):
    n = draw.size(3, 5)
    pixels = draw.integers(0, 255, n, 2, 2).to(torch.uint8)
    ds = Dataset(pixels, draw.normal(n, 2))
    told = {"ds[0]": pair(ds[0], "ds[0]"), "ds[1]": pair(ds[1], "ds[1]")}
    columns = Dataset(draw.normal(n, 1), draw.normal(n, 1, 1))
    return {**told, "columns[0]": pair(columns[0], "ds[0]"), "columns[0:1]": pair(columns[0:1], "ds[0:1]")}


@Dataset.probe
def keeps_two_datasets_apart(Dataset, draw):
    n = draw.size(3, 5)
    train = Dataset(draw.normal(n, 3), draw.labels(n, 10))
    valid = Dataset(draw.normal(n, 3), draw.labels(n, 10))
    return {"train_ds[0]": pair(train[0], "train_ds[0]"), "valid_ds[0]": pair(valid[0], "valid_ds[0]")}


@Dataset.right
def length_from_the_shape():
    class Dataset(torch.utils.data.Dataset):
        def __init__(self, x, y):
            super().__init__()
            self.inputs, self.targets = x, y

        def __len__(self):
            return self.inputs.shape[0]

        def __getitem__(self, index):
            return [self.inputs[index], self.targets[index]]

    return Dataset


@Dataset.right
def list_of_tensors():
    class Dataset:
        def __init__(self, *tensors):
            self.tensors = tensors

        def __len__(self):
            return self.tensors[-1].size(0)

        def __getitem__(self, index):
            return tuple(tensor[index] for tensor in self.tensors)

    return Dataset


@Dataset.right
def index_kind_by_kind():
    class Dataset:
        def __init__(self, x, y):
            self.x, self.y, self.n = x, y, len(y)

        def __len__(self):
            return self.n

        def __getitem__(self, i):
            if isinstance(i, slice):
                rows = torch.tensor(list(range(*i.indices(self.n))))
                return self.x.index_select(0, rows), self.y.index_select(0, rows)
            if isinstance(i, int):
                if not -self.n <= i < self.n:
                    raise IndexError(i)
                return self.x[i], self.y[i]
            return torch.stack([self.x[j] for j in i]), torch.stack([self.y[j] for j in i])

    return Dataset


@Dataset.mistake
def length_counts_the_columns():
    """`len(ds)` gives the number of columns of x. How many examples there are is the number of its rows."""

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return self.x.shape[-1]

        def __getitem__(self, i):
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def length_counts_x_and_y():
    """`len(ds)` is always 2: it counts x and y, where the rows of x should be counted."""

    class Dataset:
        def __init__(self, x, y):
            self.data = (x, y)

        def __len__(self):
            return len(self.data)

        def __getitem__(self, i):
            return self.data[0][i], self.data[1][i]

    return Dataset


@Dataset.mistake
def length_counts_the_elements():
    """`len(ds)` gives the number of elements of x, all pixels of all images. Count rows: what does `len` of
    a tensor give?
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return self.x.numel()

        def __getitem__(self, i):
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def y_comes_first():
    """The pair comes the wrong way round: targets first. Everything that says `xb, yb = ds[...]` would mix
    them up.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            return self.y[i], self.x[i]

    return Dataset


@Dataset.mistake
def gives_all_of_y():
    """You index x alone: with each item comes the whole of y. The same index belongs in both."""

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            return self.x[i], self.y

    return Dataset


@Dataset.mistake
def gives_x_alone():
    """Indexing gives the input and not its target. A training step needs both: return a pair."""

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            return self.x[i]

    return Dataset


@Dataset.mistake
def slices_become_lists_of_pairs():
    """For a slice you give a list of pairs, one for each row. A batch should be one pair of tensors: let
    the tensors do the slicing.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, slice):
                return [(self.x[j], self.y[j]) for j in range(*i.indices(len(self.x)))]
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def tensors_of_rows_become_lists_of_pairs():
    """For a tensor of row numbers you give a list of pairs. It should give what a slice gives, one pair of
    tensors: hand the index tensor to x and y as it is.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, torch.Tensor) and i.dim():
                return [(self.x[j], self.y[j]) for j in i]
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def ints_are_taken_as_slices():
    """`ds[3]` keeps a dimension of size 1, as if it were `ds[3:4]`. One example has the shape of one row:
    (784,), and its label is 0-d.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, int):
                i = range(len(self.x))[i]
                i = slice(i, i + 1)
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def dimensions_of_size_one_are_lost():
    """Dimensions of size 1 are lost (`squeeze`). A row of a tensor (n, 1) has the shape (1,): hand out what the index
    gives.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            return (self.x[i].squeeze(), self.y[i].squeeze()) if isinstance(i, int) else (self.x[i], self.y[i])

    return Dataset


@Dataset.mistake
def one_row_of_an_index_tensor_is_squeezed():
    """An index tensor with a single row number gives an example without its batch dimension. One row number in a
    tensor is still a batch, of one row.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, torch.Tensor):
                return self.x[i].squeeze(0), self.y[i].squeeze(0)
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def takes_slices_apart():
    """You count the rows of a slice yourself, from its start to its stop, and negative numbers are not what you take
    them for. A tensor understands the slice as it is.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, slice):
                n = len(self.x)
                i = torch.arange(i.start or 0, max(i.start or 0, min(i.stop or n, n)), i.step or 1)
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def wraps_round_below_zero():
    """Every negative number is taken as a row (`i % len`), however far it lies before the beginning. Beyond either end
    there is nothing but an IndexError.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, int) and i < 0:
                i = i % len(self.x)
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def refuses_negative_numbers():
    """`ds[-1]` is an IndexError. As for a list, it should be the last row; the tensors inside know that by
    themselves.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, int) and not 0 <= i < len(self.x):
                raise IndexError(i)
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def wraps_round():
    """Beyond the end you begin again at row 0, so `for item in ds` never ends. The tensors raise an
    IndexError there by themselves: let them.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            if isinstance(i, int):
                i = i % len(self.x)
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def changes_the_dtypes():
    """You turn x into floats or y into int64 on the way. A dataset hands out what it was given; a target
    may be a float.
    """

    class Dataset:
        def __init__(self, x, y):
            self.x, self.y = x.float(), y.long()

        def __len__(self):
            return len(self.x)

        def __getitem__(self, i):
            return self.x[i], self.y[i]

    return Dataset


@Dataset.mistake
def stored_on_the_class():
    """x and y are stored on the class (or in a global), so a second dataset overwrites the first. Store
    them on `self`.
    """

    class Dataset:
        def __init__(self, x, y):
            Dataset.x, Dataset.y = x, y

        def __len__(self):
            return len(Dataset.x)

        def __getitem__(self, i):
            return Dataset.x[i], Dataset.y[i]

    return Dataset


three_dataset_methods = concept(
    "three_dataset_methods",
    ids=["R6.2"],
    hints=[
        "Write a class whose `__getitem__` does nothing but print what it is given, and try `ds[3]`, "
        "`ds[3:7]` and a for loop.",
        "Python is older than `__iter__`: what does `for` do with an object that has `__getitem__` alone?",
    ],
    explanations={
        "a": "False. Python has no method for slices alone: `ds[3:7]` is `ds.__getitem__(slice(3, 7))`. One "
        "method serves all.",
        "b": "True. Calling the class makes the object and runs `__init__`; the other two wait until `len` "
        "or brackets ask.",
        "c": "True. `range(0, len(ds), bs)` is the loop's only knowledge of how much data there is.",
        "d": "False. Without `__iter__`, `for` tries ds[0], ds[1], ds[2], ... until an IndexError ends the "
        "loop, which the "
        "tensors inside raise. This is why a dataset need not define `__iter__`.",
        "e": "True. int, slice or tensor arrive unchanged, and `self.x[i]` passes them on to a tensor, which "
        "knows them all.",
        "f": "False. torch looks for `__getitem__` and `__len__` only; a plain list of pairs will do. The "
        "base class adds "
        "little more than `ds1 + ds2`.",
    },
    model_answer="`__init__` stores the two tensors, `__len__` tells how many examples there are, and "
    "`__getitem__` gives the "
    "pair (x[i], y[i]) for whatever index it gets. Because the index is handed on to the tensors, the same "
    "line serves a number, "
    "a slice and an index tensor. Length and indexing are all that a training loop or torch's DataLoader "
    "asks of a dataset.",
    rubric=[
        "1 point: names `__init__`, `__len__` and `__getitem__` with the task of each",
        "1 point: says that slices (or index tensors) reach `__getitem__` too, and are handed on to the tensors",
    ],
)


@three_dataset_methods.experiment
def a_class_that_tells_what_is_asked():
    asked = []

    class Told:
        def __len__(self):
            asked.append("len")
            return 3

        def __getitem__(self, i):
            asked.append(f"item {i!r}")
            return torch.arange(3)[i]

    def trace(text, action):
        asked.clear()
        action()
        return f"{text:<22}{', '.join(asked)}"

    ds = Told()
    return [
        "A class with __len__ and __getitem__ alone, over three rows, tells its calls:",
        trace("len(ds)", lambda: len(ds)),
        trace("ds[2]", lambda: ds[2]),
        trace("ds[1:3]", lambda: ds[1:3]),
        trace("for row in ds: pass", lambda: sum(1 for _ in ds)),
        trace("DataLoader(ds, 2)", lambda: list(torch.utils.data.DataLoader(ds, 2))),
        "The for loop went on until item 3 raised an IndexError.",
        "torch's DataLoader did not ask for a base class.",
    ]


def two_shapes(returned):
    shapes = pair(returned, "what comes back")
    for shape in shapes:
        if isinstance(shape, list):
            raise Complaint(f"each shape should be a torch.Size or a tuple; here is the list {shape!r:.60}")
        if isinstance(shape, tuple) and not all(isinstance(size, int) for size in shape):
            raise Complaint(f"the sizes in a shape are ints; here is {tuple(shape)!r:.60}")
    return shapes


batch_shapes = code(
    "batch_shapes",
    ids=["R6.3"],
    hints=[
        "A dataset gives the pair (x, y) for `ds[start:stop]`, whatever its tensors are called.",
        "Unpack the pair into xb and yb; every tensor has a `.shape`.",
    ],
)


@batch_shapes.probe
def tells_the_shapes_of_a_slice(batch_shapes, draw):
    n, start = draw.size(8, 12), draw.integer(1, 2)
    ds = HiddenRows(draw.normal(n, draw.size(2, 6)), draw.labels(n, 10))
    draw.note(n=n)
    return two_shapes(batch_shapes(ds, start, start + draw.size(2, 4)))


@batch_shapes.probe
def copes_with_a_stop_beyond_the_end(batch_shapes, draw):
    n = draw.size(4, 9)
    ds = HiddenRows(draw.normal(n, draw.size(2, 6)), draw.labels(n, 10))
    draw.note(n=n)
    return two_shapes(batch_shapes(ds, n - 2, n + 5))


@batch_shapes.probe
def keeps_every_dimension(batch_shapes, draw):
    n = draw.size(3, 9)
    ds = HiddenRows(draw.normal(n, draw.size(1, 3), draw.size(2, 5), 4), draw.normal(n, draw.size(1, 5)))
    draw.note(n=n)
    return two_shapes(batch_shapes(ds, 0, n))


@batch_shapes.right
def both_at_once(ds, start, stop):
    return [t.size() for t in ds[start:stop]]


@batch_shapes.right
def as_plain_tuples(ds, start, stop):
    batch = ds[slice(start, stop)]
    return tuple(batch[0].shape), tuple(batch[1].shape)


@batch_shapes.right
def stacked_one_by_one(ds, start, stop):
    xs, ys = zip(*[ds[i] for i in range(start, min(stop, len(ds)))], strict=True)
    return torch.stack(xs).shape, torch.stack(ys).shape


@batch_shapes.mistake
def as_lists(ds, start, stop):
    """The sizes are right, in lists. A shape is a tuple, or the torch.Size that `.shape` is: leave it as it comes."""
    xb, yb = ds[start:stop]
    return list(xb.shape), list(yb.shape)


@batch_shapes.mistake
def of_the_whole_dataset(ds, start, stop):
    """These are the shapes of the whole dataset. Index it by the slice first, then look at the shapes."""
    xb, yb = ds[:]
    return xb.shape, yb.shape


@batch_shapes.mistake
def from_the_beginning(ds, start, stop):
    """The rows are counted from 0: `start` is ignored."""
    xb, yb = ds[:stop]
    return xb.shape, yb.shape


@batch_shapes.mistake
def with_the_row_at_stop(ds, start, stop):
    """There is one row too many: as in every slice, `stop` itself is not part of it."""
    xb, yb = ds[start : stop + 1]
    return xb.shape, yb.shape


@batch_shapes.mistake
def of_one_example(ds, start, stop):
    """These are the shapes of one example, not of a batch: the number of rows is missing in front."""
    x, y = ds[start]
    return x.shape, y.shape


@batch_shapes.mistake
def by_arithmetic(ds, start, stop):
    """You compute the number of rows as stop - start. A slice that goes beyond the end has fewer: ask the
    dataset for it.
    """
    x, y = ds[0]
    return (stop - start, *x.shape), (stop - start, *y.shape)


@batch_shapes.mistake
def lengths_alone(ds, start, stop):
    """These are numbers of rows. A shape tells the size of every dimension: `.shape`, not `len`."""
    xb, yb = ds[start:stop]
    return len(xb), len(yb)


@batch_shapes.mistake
def two_dimensions_alone(ds, start, stop):
    """You tell the first two sizes of x and the first of y. The tensors may have more dimensions: give the
    whole `.shape`.
    """
    xb, yb = ds[start:stop]
    return xb.shape[:2], yb.shape[:1]


@batch_shapes.mistake
def y_before_x(ds, start, stop):
    """The shapes come in the wrong order: x's first, then y's."""
    xb, yb = ds[start:stop]
    return yb.shape, xb.shape


def watched_training(draw, n_in=3, n_out=2):
    """A model with drawn weights and what watches its training: (model, optimizer, loss function, journal)."""
    model = draw.network(n_in, 4, n_out)
    journal = Journal(model.parameters())
    watch(model, journal)
    opt = OptimizerSpy(model.parameters(), draw.number(0.1, 0.6), journal)
    return model, opt, LossSpy(squared_error, journal), journal


def what_was_learnt(journal, targets):
    """The batches as numbers of rows, the optimizer's steps, and the weights as they changed."""
    if any(not len(event.batch) for event in journal.of("backward")):
        raise Complaint(
            "there is a batch without a row in it, whose mean loss is nan: after it, so are all the weights"
        )
    return {
        "rows of each batch learnt from": learnt_from(journal, targets),
        "steps of opt": len(journal.of("step")),
        "weights after each update": journal.trajectory(),
    }


fit_dataset = code(
    "fit_dataset",
    ids=["R6.4"],
    hints=[
        "Where do the batches begin? `range` with three arguments counts 0, bs, 2 * bs, ...; up to which end?",
        "A slice of the dataset gives xb and yb at once: `xb, yb = train_ds[a:b]`. A slice beyond the end is "
        "cut short.",
        "For each batch: predictions, loss, backward, step, zero_grad. One loop over epochs round one over the starts.",
    ],
)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def takes_slices_in_order_with_a_short_last_one(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw)
    bs = draw.size(4, 6)
    n = bs * 2 + 1  # cutting it into three parts as equal as can be gives other batches
    x, y = draw.normal(n, 3), draw.normal(n, 2)
    draw.note(n=n, bs=bs)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs, 1)
    return what_was_learnt(journal, y)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def learns_from_fewer_rows_than_a_batch_may_have(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw)
    n = draw.size(2, 5)
    bs = n + draw.size(1, 4)
    x, y = draw.normal(n, 3), draw.normal(n, 2)
    draw.note(n=n, bs=bs)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs, 1)
    return what_was_learnt(journal, y)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def goes_through_full_batches_once_an_epoch(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw)
    bs, epochs = draw.size(2, 4), draw.integer(2, 3)
    n = bs * 2
    x, y = draw.normal(n, 3), draw.normal(n, 2)
    draw.note(n=n, bs=bs, epochs=epochs)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs, epochs)
    return what_was_learnt(journal, y)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def runs_one_epoch_unless_told_otherwise(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw)
    bs = draw.size(2, 4)
    x, y = draw.normal(bs, 3), draw.normal(bs, 2)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs)
    return what_was_learnt(journal, y)


@fit_dataset.right
def counting_batches(model, opt, loss_func, train_ds, bs, epochs=1):
    n = len(train_ds)
    for _ in range(epochs):
        for i in range((n - 1) // bs + 1):
            batch = train_ds[i * bs : (i + 1) * bs]
            opt.zero_grad()
            loss_func(model(batch[0]), batch[1]).backward()
            opt.step()


@fit_dataset.right
def with_index_tensors(model, opt, loss_func, train_ds, bs, epochs=1):
    losses = []
    for _ in range(epochs):
        for rows in torch.arange(len(train_ds)).split(bs):
            xb, yb = train_ds[rows]
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
            losses.append(loss.item())
    return losses


@fit_dataset.right
def with_while(model, opt, loss_func, train_ds, bs, epochs=1):
    model.train()
    while epochs > 0:
        start = 0
        while start < len(train_ds):
            xb, yb = train_ds[start : min(start + bs, len(train_ds))]
            for p in model.parameters():
                p.grad = None
            loss_func(model(xb), yb).backward()
            opt.step()
            start += bs
        epochs -= 1
    opt.zero_grad()


@fit_dataset.mistake
def targets_first(model, opt, loss_func, train_ds, bs, epochs=1):
    """You call the loss with the targets first. It is loss_func(predictions, targets): many losses are not
    symmetric.
    """
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(yb, model(xb)).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def drops_the_short_batch(model, opt, loss_func, train_ds, bs, epochs=1):
    """The last, short batch is left out. len(ds) // bs rounds down; where should the last batch begin?"""
    for _ in range(epochs):
        for i in range(len(train_ds) // bs):
            xb, yb = train_ds[i * bs : i * bs + bs]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def nothing_from_few_rows(model, opt, loss_func, train_ds, bs, epochs=1):
    """Where the dataset has fewer rows than `bs`, nothing is learnt from them. They are a short batch too."""
    if len(train_ds) < bs:
        return
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def cut_into_equal_parts(model, opt, loss_func, train_ds, bs, epochs=1):
    """The batches are as equal as can be (`chunk` cuts like that). Each should have bs rows, and the last what is
    left: `split` does that, or a start that moves on by bs.
    """
    for _ in range(epochs):
        for rows in torch.arange(len(train_ds)).chunk(-(-len(train_ds) // bs)):
            xb, yb = train_ds[rows[0].item() : rows[-1].item() + 1]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def never_steps(model, opt, loss_func, train_ds, bs, epochs=1):
    """The gradients are computed and cleared, and the weights stay as they are: `opt.step()` is not called. Are the
    parentheses there?
    """
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            opt.zero_grad()


@fit_dataset.mistake
def never_goes_backward(model, opt, loss_func, train_ds, bs, epochs=1):
    """The loss is computed and not followed back, so `opt.step()` has no gradients to go by. What computes them?"""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb)
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def steps_twice(model, opt, loss_func, train_ds, bs, epochs=1):
    """There are two steps for each batch. One is asked for."""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def yields_the_losses(model, opt, loss_func, train_ds, bs, epochs=1):
    """Nothing is trained: a function with `yield` in it runs only when somebody loops over what it returns. Train when
    called, and collect the losses in a list if you want them.
    """
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
            yield loss.item()


@fit_dataset.mistake
def returns_in_the_loop(model, opt, loss_func, train_ds, bs, epochs=1):
    """Training ends after the first batch: a `return` (or `break`) stands inside the loop over the batches."""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
            return loss


@fit_dataset.mistake
def epochs_inside(model, opt, loss_func, train_ds, bs, epochs=1):
    """Each batch is learnt from several times before the next one comes: the loop over the epochs stands inside the
    loop over the batches. An epoch is one pass through all the batches.
    """
    for start in range(0, len(train_ds), bs):
        xb, yb = train_ds[start : start + bs]
        for _ in range(epochs):
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def one_batch_too_many(model, opt, loss_func, train_ds, bs, epochs=1):
    """Where bs divides the length, there is an empty batch at the end: the mean of nothing is nan, and so
    are all weights after it. n // bs + 1 is one too many there.
    """
    for _ in range(epochs):
        for i in range(len(train_ds) // bs + 1):
            xb, yb = train_ds[i * bs : i * bs + bs]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def overlapping(model, opt, loss_func, train_ds, bs, epochs=1):
    """Each batch has one row too many, which comes again in the next: the end of a slice is not part of it."""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs + 1]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def ignores_epochs(model, opt, loss_func, train_ds, bs, epochs=1):
    """You go through the data once, whatever `epochs` says."""
    for start in range(0, len(train_ds), bs):
        xb, yb = train_ds[start : start + bs]
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


@fit_dataset.mistake
def two_epochs_by_default(model, opt, loss_func, train_ds, bs, epochs=2):
    """Without `epochs` you train for two or more: the default in the signature should stay 1."""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def all_rows_at_once(model, opt, loss_func, train_ds, bs, epochs=1):
    """Each epoch is one step on all the rows at once (or on 64 of them): `bs` is not used. Cut the dataset
    into batches of bs and step after each.
    """
    for _ in range(epochs):
        xb, yb = train_ds[:]
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


@fit_dataset.mistake
def one_row_at_a_time(model, opt, loss_func, train_ds, bs, epochs=1):
    """Each row is a batch of its own: the loop moves on by 1, and `bs` is not used."""
    for _ in range(epochs):
        for start in range(len(train_ds)):
            xb, yb = train_ds[start : start + 1]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def moves_on_by_one(model, opt, loss_func, train_ds, bs, epochs=1):
    """The batches have bs rows, but each begins one row after the one before: the start should move on by
    bs.
    """
    for _ in range(epochs):
        for start in range(len(train_ds)):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def keeps_old_gradients(model, opt, loss_func, train_ds, bs, epochs=1):
    """Gradients add up from batch to batch: nothing clears them. Which method of opt does?"""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            opt.step()


@fit_dataset.mistake
def clears_before_the_step(model, opt, loss_func, train_ds, bs, epochs=1):
    """You clear the gradients between backward and step, so the step has nothing to go by and the weights
    stay as they are.
    """
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            opt.zero_grad()
            opt.step()


@fit_dataset.mistake
def steps_before_backward(model, opt, loss_func, train_ds, bs, epochs=1):
    """You step before backward, so each step uses no gradient, or that of the batch before. First the
    gradients, then the step.
    """
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss = loss_func(model(xb), yb)
            opt.step()
            opt.zero_grad()
            loss.backward()


@fit_dataset.mistake
def steps_once_an_epoch(model, opt, loss_func, train_ds, bs, epochs=1):
    """Step and zero_grad stand outside the loop over batches: one step an epoch, from gradients that added
    up.
    """
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


@fit_dataset.mistake
def adds_the_losses_up(model, opt, loss_func, train_ds, bs, epochs=1):
    """You add up the losses of all batches and make one step from the sum. Each batch should make a step of
    its own.
    """
    for _ in range(epochs):
        total = 0
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            total = total + loss_func(model(xb), yb)
        total.backward()
        opt.step()
        opt.zero_grad()


@fit_dataset.mistake
def weighs_the_short_batch_less(model, opt, loss_func, train_ds, bs, epochs=1):
    """You scale the loss of a short batch by its size. The step should come from the loss as `loss_func`
    gives it.
    """
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            (loss_func(model(xb), yb) * len(xb) / bs).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def uses_another_loss(model, opt, loss_func, train_ds, bs, epochs=1):
    """You call a loss of your own (cross entropy, say) and not the `loss_func` that was passed in."""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            torch.nn.functional.cross_entropy(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.mistake
def updates_without_opt(model, opt, loss_func, train_ds, bs, epochs=1):
    """You update the parameters yourself. That is the task of `opt`, whatever its rule is: call its step."""
    for _ in range(epochs):
        for start in range(0, len(train_ds), bs):
            xb, yb = train_ds[start : start + bs]
            loss_func(model(xb), yb).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= opt.lr * p.grad
            opt.zero_grad()


@fit_dataset.mistake
def shuffles(model, opt, loss_func, train_ds, bs, epochs=1):
    """The rows come in a random order. That is for later: here the slices are taken in order."""
    for _ in range(epochs):
        for rows in torch.randperm(len(train_ds)).split(bs):
            xb, yb = train_ds[rows]
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


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
    is_class=True,
)


@SliceLoader.probe
def yields_slices_in_order_with_a_short_last_one(SliceLoader, draw):
    bs = draw.size(4, 6)
    n = bs * 2 + 1  # cutting it into three parts as equal as can be gives other batches
    draw.note(n=n, bs=bs)
    ds = HiddenRows(draw.normal(n, 3), draw.labels(n, 10))
    return pairs(one_pass(SliceLoader(ds, bs), "SliceLoader"), "SliceLoader")


@SliceLoader.probe
def yields_one_batch_where_bs_is_larger_than_the_data(SliceLoader, draw):
    n = draw.size(2, 5)
    bs = n + draw.size(1, 4)
    draw.note(n=n, bs=bs)
    ds = HiddenRows(draw.normal(n, 3), draw.labels(n, 10))
    return pairs(one_pass(SliceLoader(ds, bs), "SliceLoader"), "SliceLoader")


@SliceLoader.probe
def yields_no_empty_batch(SliceLoader, draw):
    bs = draw.size(2, 4)
    n = bs * draw.size(2, 4)
    draw.note(n=n, bs=bs)
    ds = HiddenRows(draw.normal(n, 3), draw.labels(n, 10))
    return pairs(one_pass(SliceLoader(ds, bs), "SliceLoader"), "SliceLoader")


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
    dl = SliceLoader(HiddenRows(draw.normal(n, 3), draw.normal(n)), 2)
    left = one_pass(dl, "SliceLoader", most=1)
    return {"y until the break": ys(left), "all y in the next loop": ys(one_pass(dl, "SliceLoader"))}


@SliceLoader.probe
def two_loops_do_not_disturb_each_other(SliceLoader, draw):
    n = 2 * draw.size(2, 4) + 1
    dl = SliceLoader(HiddenRows(draw.normal(n, 3), draw.normal(n)), 2)
    both = list(itertools.islice(zip(dl, dl, strict=False), MOST_BATCHES))
    return {"all y in one loop": ys([a for a, _ in both]), "all y in the other": ys([b for _, b in both])}


def ys(batches):
    """The y's of each batch."""
    return [pair(batch, "each batch of SliceLoader")[1].flatten().tolist() for batch in batches]


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


@SliceLoader.right
def by_number():
    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __len__(self):
            return (len(self.ds) + self.bs - 1) // self.bs

        def __getitem__(self, i):
            if i >= len(self):
                raise IndexError(i)
            return self.ds[i * self.bs : (i + 1) * self.bs]

    return SliceLoader


@SliceLoader.mistake
def one_place_for_all_loaders():
    """What a loader keeps is on the class, so a second loader changes the first. Keep it on the object: self."""

    class SliceLoader:
        def __init__(self, ds, bs):
            type(self).ds, type(self).bs = ds, bs

        def __iter__(self):
            return (self.ds[i : i + self.bs] for i in range(0, len(self.ds), self.bs))

    return SliceLoader


@SliceLoader.mistake
def iterates_once():
    """The loader is used up after one loop: its iterator is made once, in `__init__`. Make a new one
    whenever `__iter__` is called.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.batches = (ds[i : i + bs] for i in range(0, len(ds), bs))

        def __iter__(self):
            return self.batches

    return SliceLoader


@SliceLoader.mistake
def never_rewinds():
    """The place in the data is kept on the loader and set to 0 only in `__init__`, or at the end of a full
    pass: a loop left by `break` is continued by the next one.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs, self.start = ds, bs, 0

        def __iter__(self):
            return self

        def __next__(self):
            if self.start >= len(self.ds):
                self.start = 0
                raise StopIteration
            batch = self.ds[self.start : self.start + self.bs]
            self.start += self.bs
            return batch

    return SliceLoader


@SliceLoader.mistake
def one_place_for_all_loops():
    """`__iter__` rewinds the loader and returns the loader itself, so two loops over it share one place in
    the data and take batches away from each other. Keep the place in a local variable of a generator.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            self.start = 0
            return self

        def __next__(self):
            if self.start >= len(self.ds):
                raise StopIteration
            batch = self.ds[self.start : self.start + self.bs]
            self.start += self.bs
            return batch

    return SliceLoader


@SliceLoader.mistake
def keeps_its_place_on_itself():
    """The place in the data is kept on the loader (`self`), so two loops over it share it and take batches away from
    each other. Keep the place in a local variable of `__iter__`.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            self.start = 0
            while self.start < len(self.ds):
                self.start += self.bs
                yield self.ds[self.start - self.bs : self.start]

    return SliceLoader


@SliceLoader.mistake
def shortens_its_own_bs():
    """The short last batch changes the loader's own `bs`, so the next loop cuts smaller batches. What belongs to one
    loop should stay in a local variable.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            n = len(self.ds)
            for start in range(0, n, self.bs):
                self.bs = min(self.bs, n - start)
                yield self.ds[start : start + self.bs]

    return SliceLoader


@SliceLoader.mistake
def nothing_from_few_rows():
    """Where the dataset has fewer rows than `bs`, there is no batch at all. They are a short batch too."""

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            if self.bs <= len(self.ds):
                for start in range(0, len(self.ds), self.bs):
                    yield self.ds[start : start + self.bs]

    return SliceLoader


@SliceLoader.mistake
def cut_into_equal_parts():
    """The batches are as equal as can be (`chunk` cuts like that). Each should have bs rows, and the last what is
    left: `split` does that, or a start that moves on by bs.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            n = len(self.ds)
            for rows in torch.arange(n).chunk(-(-n // self.bs)):
                yield self.ds[rows[0].item() : rows[-1].item() + 1]

    return SliceLoader


@SliceLoader.mistake
def leaves_out_the_short_batch():
    """The last, short batch is missing. Where should the last batch begin when bs does not divide the
    length?
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            for i in range(len(self.ds) // self.bs):
                yield self.ds[i * self.bs : (i + 1) * self.bs]

    return SliceLoader


@SliceLoader.mistake
def leaves_out_the_last_batch():
    """The last batch is always missing, full or not: the end of the range is one batch too early."""

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            for start in range(0, len(self.ds) - self.bs, self.bs):
                yield self.ds[start : start + self.bs]

    return SliceLoader


@SliceLoader.mistake
def ends_with_an_empty_batch():
    """Where bs divides the length, an empty batch comes last. length // bs + 1 batches are one too many
    there.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            for i in range(len(self.ds) // self.bs + 1):
                yield self.ds[i * self.bs : (i + 1) * self.bs]

    return SliceLoader


@SliceLoader.mistake
def batches_overlap():
    """Each batch has one row too many, which comes again in the next: the end of a slice is not part of it."""

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            for start in range(0, len(self.ds), self.bs):
                yield self.ds[start : start + self.bs + 1]

    return SliceLoader


@SliceLoader.mistake
def returns_in_the_loop():
    """Only the first batch comes: `return` inside the loop ends it at once. `yield` hands out a batch and
    goes on.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            for start in range(0, len(self.ds), self.bs):
                return iter([self.ds[start : start + self.bs]])

    return SliceLoader


@SliceLoader.mistake
def yields_single_rows():
    """You yield one example after another. A batch is a slice of bs rows."""

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            for i in range(len(self.ds)):
                yield self.ds[i]

    return SliceLoader


@SliceLoader.mistake
def batch_size_64():
    """All rows (up to 64) come in one batch: `bs` is not used."""

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            for start in range(0, len(self.ds), 64):
                yield self.ds[start : start + 64]

    return SliceLoader


@SliceLoader.mistake
def returns_the_list_itself():
    """`__iter__` returns a list. It has to return an iterator: put iter(...) round the list, or yield its
    items.
    """

    class SliceLoader:
        def __init__(self, ds, bs):
            self.ds, self.bs = ds, bs

        def __iter__(self):
            return [self.ds[i : i + self.bs] for i in range(0, len(self.ds), self.bs)]

    return SliceLoader


class ChangingLoader:
    """Gives other batches in every pass, as a shuffling loader does; it has no length and goes by no other
    name.
    """

    def __init__(self, passes):
        self._passes, self._begun = passes, 0

    def __iter__(self):
        self._begun += 1
        if self._begun > len(self._passes):
            raise Complaint("the loader is iterated more often than there are epochs")
        yield from self._passes[self._begun - 1]


fit_loader = code(
    "fit_loader",
    ids=["R6.6"],
    hints=[
        "The loader already makes the batches: `for xb, yb in train_dl:` is all that this loop knows about data.",
        "Two loops, one inside the other. Which is the outer one?",
        "In the inner loop: predictions, loss, backward, step, zero_grad.",
    ],
)


@fit_loader.probe(rtol=1e-3, atol=1e-5)
def makes_one_step_for_each_batch(fit_loader, draw):
    model, opt, loss_func, journal = watched_training(draw)
    n, first = draw.size(5, 8), draw.integer(1, 3)
    x, y = draw.normal(n, 3), draw.normal(n, 2)
    batches = [(x[rows], y[rows]) for rows in (slice(0, first), slice(first, n - 1), slice(n - 1, n))]
    draw.note(sizes=[first, n - 1 - first, 1])
    fit_loader(1, model, loss_func, opt, ChangingLoader([batches]))
    return what_was_learnt(journal, y)


@fit_loader.probe(rtol=1e-3, atol=1e-5)
def asks_the_loader_anew_in_each_epoch(fit_loader, draw):
    model, opt, loss_func, journal = watched_training(draw)
    epochs = draw.integer(2, 4)
    x, y = draw.normal(2 * epochs, 3), draw.normal(2 * epochs, 2)
    rows = draw.shuffled(range(2 * epochs))
    passes = [[(x[rows[i : i + 2]], y[rows[i : i + 2]])] for i in range(0, 2 * epochs, 2)]
    draw.note(epochs=epochs)
    fit_loader(epochs, model, loss_func, opt, ChangingLoader(passes))
    return what_was_learnt(journal, y)


@fit_loader.right
def clears_first(epochs, model, loss_func, opt, train_dl):
    for _ in range(epochs):
        for xb, yb in train_dl:
            opt.zero_grad()
            loss_func(model(xb), yb).backward()
            opt.step()
    return model


@fit_loader.right
def counts_and_keeps_losses(epochs, model, loss_func, opt, train_dl):
    losses = []
    model.train()
    for epoch in range(epochs):
        for i, batch in enumerate(iter(train_dl)):
            loss = loss_func(model(batch[0]), batch[1])
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append((epoch, i, float(loss.detach())))
    return losses


@fit_loader.right
def with_next(epochs, model, loss_func, opt, train_dl):
    epoch = 0
    while epoch < epochs:
        batches = iter(train_dl)
        while (batch := next(batches, None)) is not None:
            loss_func(model(batch[0]), batch[1]).backward()
            opt.step()
            opt.zero_grad()
        epoch += 1


@fit_loader.mistake
def one_iterator_for_all_epochs(epochs, model, loss_func, opt, train_dl):
    """You learn from one pass alone: `epochs` is not used, or `iter(train_dl)` is called once, before the
    epochs, and is used up after the first. Begin a new loop over the loader in each epoch.
    """
    batches = iter(train_dl)
    for _ in range(epochs):
        for xb, yb in batches:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_loader.mistake
def never_steps(epochs, model, loss_func, opt, train_dl):
    """The gradients are computed and cleared, and the weights stay as they are: `opt.step()` is not called. Are the
    parentheses there?
    """
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.zero_grad()


@fit_loader.mistake
def never_goes_backward(epochs, model, loss_func, opt, train_dl):
    """The loss is computed and not followed back, so `opt.step()` has no gradients to go by. What computes them?"""
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb)
            opt.step()
            opt.zero_grad()


@fit_loader.mistake
def yields_the_losses(epochs, model, loss_func, opt, train_dl):
    """Nothing is trained: a function with `yield` in it runs only when somebody loops over what it returns. Train when
    called, and collect the losses in a list if you want them.
    """
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
            yield loss.item()


@fit_loader.mistake
def keeps_the_first_batches(epochs, model, loss_func, opt, train_dl):
    """You use the batches of the first epoch again and again: they are kept in a list, or the loop over the epochs
    stands inside the loop over the batches. Ask the loader in each epoch: a shuffling
    one gives other batches.
    """
    batches = list(train_dl)
    for _ in range(epochs):
        for xb, yb in batches:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_loader.mistake
def one_batch_an_epoch(epochs, model, loss_func, opt, train_dl):
    """Each epoch uses the first batch alone (`next(iter(...))`, `break`, or a line that is indented too
    little).
    """
    for _ in range(epochs):
        xb, yb = next(iter(train_dl))
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


@fit_loader.mistake
def last_batch_alone(epochs, model, loss_func, opt, train_dl):
    """Only the last batch of each epoch is learnt from: the lines of the training step are indented too
    little, so they stand after the inner loop.
    """
    for _ in range(epochs):
        for xb, yb in train_dl:  # noqa: B007
            pass
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


@fit_loader.mistake
def all_batches_in_one(epochs, model, loss_func, opt, train_dl):
    """You join the batches of an epoch into one big batch and make a single step."""
    for _ in range(epochs):
        xs, ys = zip(*train_dl, strict=True)
        loss_func(model(torch.cat(xs)), torch.cat(ys)).backward()
        opt.step()
        opt.zero_grad()


@fit_loader.mistake
def gradients_add_up(epochs, model, loss_func, opt, train_dl):
    """Gradients add up from batch to batch: nothing clears them. Which method of opt does?"""
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()


@fit_loader.mistake
def clears_once_an_epoch(epochs, model, loss_func, opt, train_dl):
    """zero_grad stands outside the loop over batches, so within an epoch the gradients add up."""
    for _ in range(epochs):
        opt.zero_grad()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()


@fit_loader.mistake
def step_once_an_epoch(epochs, model, loss_func, opt, train_dl):
    """Step and zero_grad stand outside the loop over batches: one step an epoch, from gradients that added
    up.
    """
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


@fit_loader.mistake
def cleared_too_early(epochs, model, loss_func, opt, train_dl):
    """You clear the gradients between backward and step, so the step has nothing to go by and the weights
    stay as they are.
    """
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.zero_grad()
            opt.step()


@fit_loader.mistake
def step_before_backward(epochs, model, loss_func, opt, train_dl):
    """You step before backward: each step uses no gradient, or that of the batch before. First the
    gradients, then the step.
    """
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)
            opt.step()
            opt.zero_grad()
            loss.backward()


@fit_loader.mistake
def loss_of_its_own(epochs, model, loss_func, opt, train_dl):
    """You call a loss of your own (cross entropy, say) and not the `loss_func` that was passed in."""
    for _ in range(epochs):
        for xb, yb in train_dl:
            torch.nn.functional.cross_entropy(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_loader.mistake
def loss_of_targets_first(epochs, model, loss_func, opt, train_dl):
    """You call the loss with the targets first. It is loss_func(predictions, targets): many losses are not
    symmetric.
    """
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(yb, model(xb)).backward()
            opt.step()
            opt.zero_grad()


@fit_loader.mistake
def updates_by_hand(epochs, model, loss_func, opt, train_dl):
    """You update the parameters yourself. That is the task of `opt`, whatever its rule is: call its step."""
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= opt.lr * p.grad
            opt.zero_grad()


why_shuffle_training_only = concept(
    "why_shuffle_training_only",
    ids=["R6.7"],
    hints=[
        "For each statement, ask what is computed from a batch: gradients and a step, or a number that is averaged?",
        "A mean does not care about the order of its terms. Does a sequence of steps?",
    ],
    explanations={
        "a": "False. A shuffle draws one order of rows and uses it for both, so each image keeps its label. "
        "Moved apart, there "
        "would be nothing to learn but noise.",
        "b": "True. Each step follows the gradient of its batch alone. If all of it is one class, predicting "
        "that class always is "
        "the quickest way down; the next class undoes it.",
        "c": "False. Nothing is learnt from validation rows in any order: no backward, no step. Shuffling "
        "them does no harm; it "
        "only does no good.",
        "d": "True. Both are averages over all the rows. The weights do not move in between, so the order "
        "cannot matter.",
        "e": "True. A batch's gradient is the full gradient plus noise that depends on who is in it. With "
        "new neighbours each "
        "time that noise averages out over the epochs; with fixed batches it comes back the same.",
    },
    model_answer="Training takes a step after every batch, so what stands in a batch, and in which order "
    "batches come, shapes where "
    "the weights go: sorted or fixed batches give one-sided or repeating gradients, shuffled ones give fair "
    "samples of the whole set. "
    "Validation only averages over rows with the weights held still, so the result is the same in any order, "
    "and shuffling would be "
    "wasted work.",
    rubric=[
        "1 point: shuffling makes each training batch a fair sample (no batches of one class, not the same "
        "batches every epoch)",
        "1 point: the validation result is an average with fixed weights, so order does not change it",
    ],
)


@why_shuffle_training_only.experiment
def sorted_against_shuffled():
    make = torch.Generator().manual_seed(1)
    centres = 0.8 * torch.randn(5, 8, generator=make)
    y = torch.arange(5).repeat_interleave(200)
    x = centres[y] + torch.randn(1000, 8, generator=make)

    def trained(shuffle):
        weights = torch.zeros(8, 5, requires_grad=True)
        for _ in range(3):
            rows = torch.randperm(1000, generator=make) if shuffle else torch.arange(1000)
            for batch in rows.split(20):
                loss = torch.nn.functional.cross_entropy(x[batch] @ weights, y[batch])
                (gradient,) = torch.autograd.grad(loss, [weights])
                with torch.no_grad():
                    weights -= 0.5 * gradient
        return weights.detach()

    def told(name, weights):
        guesses = (x @ weights).argmax(1)
        by_class = "  ".join(f"{(guesses[y == c] == c).float().mean():.2f}" for c in range(5))
        return f"{name:<10}{(guesses == y).float().mean():.3f}    {by_class}"

    plain, mixed = trained(False), trained(True)

    def measured(rows):
        losses = [torch.nn.functional.cross_entropy(x[b] @ mixed, y[b], reduction="sum") for b in rows.split(20)]
        return float(sum(losses)) / 1000

    return [
        "1,000 rows of 5 classes, sorted by class; 3 epochs of SGD in batches of 20:",
        "order     accuracy by class: 0     1     2     3     4",
        told("sorted", plain),
        told("shuffled", mixed),
        "The sorted run ends on batches of class 4 alone, and loses other classes to it.",
        "Only measured, with fixed weights, the loss does not depend on the order:",
        f"  in order {measured(torch.arange(1000)):.6f}",
        f"  shuffled {measured(torch.randperm(1000, generator=make)):.6f}",
    ]


when_to_reshuffle = concept(
    "when_to_reshuffle",
    ids=["R6.8"],
    hints=[
        "Write down two passes over four rows, in batches of two, for each way of shuffling. Which rows are "
        "used, how often?",
        "`for batch in sampler` calls `__iter__` each time; `__init__` ran long before.",
    ],
    explanations={
        "a": "True. An epoch is one pass over all rows; a new permutation at its beginning keeps that "
        "promise and gives each row "
        "new neighbours.",
        "b": "False. It is random once and then the same for ever: the very same batches, with the same "
        "one-sided gradients, come in "
        "every epoch.",
        "c": "True. This is drawing with replacement. A row is missed by n / bs batches in a row with "
        "probability (1 - bs/n)^(n/bs), "
        "about 1/e = 0.37.",
        "d": "False. `__init__` runs once, when the sampler is made. The order drawn there is used by every loop.",
        "e": "True. Each `for` calls `__iter__` once, at its beginning: the right moment for a new order.",
        "f": "False. A permutation of 50,000 numbers takes some milliseconds at most, an epoch of training seconds.",
    },
    model_answer="At the beginning of each epoch. One permutation for the whole epoch makes sure that every "
    "row is used exactly once, and a "
    "new one for the next epoch puts it among other neighbours, so that the same batches do not come again. "
    "Shuffling once leaves the batches "
    "fixed for ever; drawing each minibatch from all rows afresh repeats some rows and misses about a third "
    "of them in an epoch.",
    rubric=[
        "1 point: at the beginning of every epoch, so that each row comes once an epoch and in new company",
        "1 point: says what goes wrong otherwise: fixed batches when shuffled once, or rows missed and "
        "repeated when drawn per minibatch",
    ],
)


@when_to_reshuffle.experiment
def rows_seen_in_five_epochs():
    import time

    make = torch.Generator().manual_seed(2)
    n, bs = 1000, 50

    def mates(orders):
        """How many different neighbours row 0 has had in its batches."""
        seen = set()
        for order in orders:
            for batch in order.split(bs):
                if (batch == 0).any():
                    seen |= set(batch.tolist())
        return len(seen - {0})

    def missed(order):
        return n - len(set(order.tolist()))

    def fresh():
        return torch.randperm(n, generator=make)

    once = fresh()
    ways = {
        "once, before training": [once] * 5,
        "at each epoch": [fresh() for _ in range(5)],
        "at each minibatch": [torch.cat([fresh()[:bs] for _ in range(n // bs)]) for _ in range(5)],
    }
    lines = [
        "1,000 rows in batches of 50, five epochs:",
        "shuffled               rows missed, by epoch      neighbours of row 0",
    ]
    for name, orders in ways.items():
        lines.append(f"{name:<23}{[missed(order) for order in orders]!s:<31}{mates(orders):>4}")
    before = time.perf_counter()
    torch.randperm(50_000)
    took = time.perf_counter() - before
    return [
        *lines,
        "At each minibatch: the company varies most, but a third of the rows is not used.",
        f"An order for 50,000 rows was drawn in {took * 1000:.1f} milliseconds.",
    ]


def row_numbers(batches, name):
    """The batches as lists of ints, if they are lists of ints or 1-d int64 tensors."""
    told = []
    for batch in batches:
        if isinstance(batch, torch.Tensor):
            kind = (
                "" if batch.dtype == torch.int64 and batch.dim() == 1 else f"a {batch.dim()}-d tensor of {batch.dtype}"
            )
        elif isinstance(batch, list):
            odd = [row for row in batch if isinstance(row, (bool, torch.Tensor)) or not hasattr(row, "__index__")]
            kind = f"a list with a {type(odd[0]).__name__} in it" if odd else ""
        else:
            kind = f"a {type(batch).__name__}"
        if kind:
            raise Complaint(f"each batch of {name} should be a list of ints or a 1-d int64 tensor; here is {kind}")
        told.append([operator.index(row) for row in (batch.tolist() if isinstance(batch, torch.Tensor) else batch)])
    return told


def thoroughly(orders):
    """What 40 orders of 180 rows or more tell of how they were drawn, where any order is possible. Each of these
    numbers comes out differently by chance with a probability below 1e-9.
    """
    n = len(orders[0])
    if any(sorted(order) != list(range(n)) for order in orders):
        return {"the orders": "not each row once"}
    halves = [{order.index(row) * 2 // n for order in orders} for row in (0, n - 1)]
    staying = [sum(i == row for i, row in enumerate(order)) for order in orders]
    beside = [{frozenset(two) for two in itertools.pairwise(order)} for order in orders]
    shared = [len(one & other) for one, other in itertools.pairwise(beside)]
    return {
        "halves of an order in which the first row comes": sorted(halves[0]),
        "halves of an order in which the last row comes": sorted(halves[1]),
        "orders that leave 20 rows or more in their places": sum(count >= 20 for count in staying),
        "orders with 20 pairs of neighbours or more that the order before has": sum(count >= 20 for count in shared),
    }


def flat(batches):
    return [row for batch in batches for row in batch]


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
    is_class=True,
)


@Sampler.probe
def cuts_the_plain_order_into_batches(Sampler, draw):
    bs = draw.size(4, 6)
    # 2 * bs + 1 rows in three parts as equal as can be are other batches.
    ragged, full, few = 2 * bs + 1, bs * draw.size(1, 3), draw.integer(1, bs - 1)
    sampler = Sampler(ragged, bs, False)
    told = {f"Sampler({ragged}, {bs}, False)": sampler, "another loop over it": sampler}
    told |= {f"Sampler({n}, {bs}, False)": Sampler(n, bs, False) for n in (full, few)}
    return {name: row_numbers(one_pass(each, "Sampler"), "Sampler") for name, each in told.items()}


@Sampler.probe
def does_not_shuffle_by_default(Sampler, draw):
    # A shuffled order of 20 or more rows is the plain one with probability 1 in 20!, 4e-19.
    n, bs = draw.integer(20, 120), draw.size(2, 5)
    return flat(row_numbers(one_pass(Sampler(n, bs), "Sampler"), "Sampler"))


@Sampler.probe
def names_every_row_once_when_shuffled(Sampler, draw):
    # At least 22 rows: drawing with replacement names each of them once with probability 22!/22^22, 3e-9.
    bs = draw.size(3, 5)
    n = bs * draw.size(7, 9) + draw.integer(1, bs - 1)
    draw.note(n=n, bs=bs)
    batches = row_numbers(one_pass(Sampler(n, bs, True), "Sampler"), "Sampler")
    # Two batches of 15 rows each: those of another order have the same rows with probability 1/C(30, 15), 6e-9.
    sampler = Sampler(30, 15, True)
    beside = [batch for batch, _ in itertools.islice(zip(sampler, sampler, strict=False), MOST_BATCHES)]
    return {
        "batch sizes": [len(batch) for batch in batches],
        "all rows, sorted": sorted(flat(batches)),
        "all of 30 rows in a loop that runs beside another, sorted": sorted(flat(row_numbers(beside, "Sampler"))),
    }


@Sampler.probe
def draws_a_new_order_for_every_loop(Sampler, draw):
    # Five orders (the plain one, four passes) of at least 30 rows: two are alike with probability 10/30!, 4e-32.
    # Ten pairs of first batches, at least 15 among 30: alike as sets with probability 10/C(30, 15), 6e-8.
    # Four passes of two batches of at least 15 rows: one of them rising with probability 8/15!, 6e-12.
    bs = draw.integer(15, 40)
    n = 2 * bs
    sampler = Sampler(n, bs, True)
    passes = [row_numbers(one_pass(sampler, "Sampler"), "Sampler") for _ in range(4)]
    orders = {tuple(flat(batches)) for batches in passes} | {tuple(range(n))}
    first = {frozenset(batches[0]) for batches in passes if batches} | {frozenset(range(bs))}
    rising = [batch for batches in passes for batch in batches if batch and batch == sorted(batch)]
    # 150 passes over three rows: one of the six orders is missing with probability 6 * (5/6)^150, 8e-12.
    few = Sampler(3, 2, True)
    seen = {tuple(flat(row_numbers(one_pass(few, "Sampler"), "Sampler"))) for _ in range(150)}
    return {
        "rows, batch size": [n, bs],
        "different orders among the plain one and 4 passes": len(orders),
        "different sets of rows in the first batch of these": len(first),
        "batches whose rows stand in rising order": len(rising),
        "orders of three rows that are in none of 150 passes": sorted(set(itertools.permutations(range(3))) - seen),
    }


@Sampler.probe
def makes_every_order_possible(Sampler, draw):
    n, bs = draw.integer(180, 220), draw.integer(20, 90)
    sampler = Sampler(n, bs, True)
    told = thoroughly([flat(row_numbers(one_pass(sampler, "Sampler"), "Sampler")) for _ in range(40)])
    return {"rows, batch size": [n, bs], **told}


@Sampler.probe
def draws_another_order_in_another_sampler(Sampler, draw):
    # Three orders of 30 rows: two are alike with probability 3/30!, 1e-32.
    n = draw.integer(30, 90)
    orders = [flat(row_numbers(one_pass(Sampler(n, 7, True), "Sampler"), "Sampler")) for _ in range(3)]
    return {"rows": n, "different orders of 3 samplers": len({tuple(order) for order in orders})}


@Sampler.probe
def leaves_the_global_seeds_alone(Sampler, draw):
    # What each generator draws after a pass follows the seed that was set before the sampler was made: seeds one, one
    # and other give two different draws. Each has 53 bits or more: alike by chance in 1 of 1e15.
    import numpy

    one, other = draw.integer(1, 10**6), draw.integer(10**6 + 1, 2 * 10**6)
    after = {"torch": set(), "random": set(), "numpy": set()}
    for seed in (one, one, other):
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        numpy.random.seed(seed)
        one_pass(Sampler(12, 5, True), "Sampler")
        after["torch"].add(tuple(torch.rand(4, dtype=torch.float64).tolist()))
        after["random"].add(random.random())
        after["numpy"].add(float(numpy.random.random()))
    return {
        "different draws after seeds one, one, other": {name: len(drawn) for name, drawn in after.items()},
        "the seeds": [one, other],
    }


@Sampler.probe
def passes_do_not_disturb_each_other(Sampler, draw):
    n = 2 * draw.size(3, 30)
    sampler = Sampler(n, 2, False)
    left = row_numbers(one_pass(sampler, "Sampler", most=1), "Sampler")
    both = list(itertools.islice(zip(sampler, sampler, strict=False), MOST_BATCHES))
    return {
        "until a break": left,
        "rows in one loop": flat(row_numbers([a for a, _ in both], "Sampler")),
        "rows in another at the same time": flat(row_numbers([b for _, b in both], "Sampler")),
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


@Sampler.right
def split_of_a_sorted_draw():
    class Sampler(torch.utils.data.Sampler):
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.rand(self.n, dtype=torch.float64).argsort() if self.shuffle else torch.arange(self.n)
            yield from rows.split(self.bs)

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


@Sampler.right
def row_by_row():
    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            batch = []
            for row in random.sample(range(self.n), self.n) if self.shuffle else range(self.n):
                batch.append(row)
                if len(batch) == self.bs:
                    yield batch
                    batch = []
            if batch:
                yield batch

    return Sampler


@Sampler.mistake
def shuffles_once():
    """The order is drawn once, in `__init__`, and every pass repeats it. Draw it where each new loop
    begins.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs = n, bs
            self.rows = torch.randperm(n) if shuffle else torch.arange(n)

        def __iter__(self):
            for start in range(0, self.n, self.bs):
                yield self.rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def first_row_stays():
    """Some orders never come up: one row keeps its place in every pass. Any order should be possible, of all n
    rows.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rest = list(range(1, self.n))
            if self.shuffle:
                random.shuffle(rest)
            rows = [0, *rest]
            return iter([rows[i : i + self.bs] for i in range(0, self.n, self.bs)])

    return Sampler


@Sampler.mistake
def begins_somewhere_and_goes_round():
    """You begin at a random row and go on in the plain order from there: most orders never come up. Shuffle
    all the rows.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            start = random.randrange(self.n) if self.shuffle else 0
            rows = [(start + i) % self.n for i in range(self.n)]
            return iter([rows[i : i + self.bs] for i in range(0, self.n, self.bs)])

    return Sampler


@Sampler.mistake
def plain_order_used_up():
    """Without `shuffle` there is one pass and no more: the plain order is made once, in `__init__`, as an
    iterator. Make it in `__iter__`.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle
            self.plain = iter(torch.arange(n).split(bs))

        def __iter__(self):
            return iter(torch.randperm(self.n).split(self.bs)) if self.shuffle else self.plain

    return Sampler


@Sampler.mistake
def one_list_for_all_passes():
    """All passes share one list of rows. Where a new loop shuffles it in place, the loop that is still running
    goes on in the new order: some rows come twice, others never. Give each pass a list of its own.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.rows, self.bs, self.shuffle = list(range(n)), bs, shuffle

        def __iter__(self):
            if self.shuffle:
                random.shuffle(self.rows)
            for i in range(0, len(self.rows), self.bs):
                yield self.rows[i : i + self.bs]

    return Sampler


@Sampler.mistake
def never_shuffles():
    """The rows come in order although `shuffle` is True."""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs = n, bs

        def __iter__(self):
            for start in range(0, self.n, self.bs):
                yield torch.arange(self.n)[start : start + self.bs]

    return Sampler


@Sampler.mistake
def always_shuffles():
    """The rows come in a random order although `shuffle` is False."""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs = n, bs

        def __iter__(self):
            rows = torch.randperm(self.n)
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def shuffles_by_default():
    """Without the third argument the rows are shuffled: its default should stay False."""

    class Sampler:
        def __init__(self, n, bs, shuffle=True):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def shuffles_the_batches_alone():
    """You shuffle the order of the batches, but each holds neighbouring rows, in every pass the same ones
    together. Shuffle the rows, then cut.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            batches = list(torch.arange(self.n).split(self.bs))
            if self.shuffle:
                random.shuffle(batches)
            yield from batches

    return Sampler


@Sampler.mistake
def shuffles_inside_the_batches():
    """The same rows share a batch in every pass: only the order inside each batch is shuffled. Shuffle all
    the rows, then cut.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            for batch in torch.arange(self.n).split(self.bs):
                yield batch[torch.randperm(len(batch))] if self.shuffle else batch

    return Sampler


@Sampler.mistake
def draws_with_replacement():
    """Some rows come twice and others never: every batch (or row) is drawn from all of them afresh. One
    random order of all rows, cut into pieces, names each exactly once.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randint(0, self.n, (self.n,)) if self.shuffle else torch.arange(self.n)
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def shuffles_for_every_batch():
    """You draw a new order for every batch and take rows from it, so some rows come in several batches and
    others in none. Draw one order for the whole pass."""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            for start in range(0, self.n, self.bs):
                rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def reseeds_torch():
    """You call torch.manual_seed, so every pass has the same order, and all other random numbers of the
    program repeat too. Just draw.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            torch.manual_seed(42)
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def reseeds_torch_once():
    """You call torch.manual_seed in `__init__`: every sampler then draws the same orders, and all other
    random numbers of the program repeat too. Just draw.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle
            torch.manual_seed(42)

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def reseeds_with_the_time():
    """You seed a global generator (`torch.seed()`, `random.seed()`) to make the order fresh. A program that
    set a seed can then not be repeated; the generators are random enough as they are.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            torch.seed()
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def same_seed_for_each_sampler():
    """You give each sampler a generator of its own with the same fixed seed, so all of them draw the same
    orders. Leave out the seed, or draw it.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle
            self.random = random.Random(0)

        def __iter__(self):
            rows = list(range(self.n))
            if self.shuffle:
                self.random.shuffle(rows)
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def shuffles_nearby_rows_alone():
    """Rows change places with rows near them alone (a buffer is shuffled, or some are swapped), so the last rows never
    come early. Any order should be possible: shuffle all the row numbers together.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            far = 40 if self.shuffle else 0
            rows = sorted(range(self.n), key=lambda row: row + far * random.random())
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def cut_into_equal_parts():
    """The batches are as equal as can be (`chunk` cuts like that). Each should have bs rows, and the last what is
    left: `split` does that, or a start that moves on by bs.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            yield from rows.chunk(-(-self.n // self.bs))

    return Sampler


@Sampler.mistake
def nothing_from_few_rows():
    """Where there are fewer rows than `bs`, there is no batch at all. They are a short batch too."""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            yield from rows.split(self.bs) if self.bs <= self.n else ()

    return Sampler


@Sampler.mistake
def shortens_its_own_bs():
    """The short last batch changes the sampler's own `bs`, so the next loop cuts smaller batches. What belongs to one
    loop should stay in a local variable.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for start in range(0, self.n, self.bs):
                self.bs = min(self.bs, self.n - start)
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def goes_on_after_a_break():
    """The place in the order is kept on the sampler and set back only at the end of a full pass: a loop left by `break`
    is continued by the next one.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle, self.start = n, bs, shuffle, 0

        def __iter__(self):
            if self.shuffle:
                yield from torch.randperm(self.n).split(self.bs)
                return
            while self.start < self.n:
                start = self.start
                self.start += self.bs
                yield list(range(start, min(start + self.bs, self.n)))
            self.start = 0

    return Sampler


@Sampler.mistake
def lists_of_tensors():
    """Each row number is a tensor of its own, in a list. Make plain ints of them (`tolist`), or yield the batch as one
    tensor.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for batch in rows.split(self.bs):
                yield list(batch)

    return Sampler


@Sampler.mistake
def without_the_short_batch():
    """The last, short batch is missing, so some rows are never named. Where does the last batch begin?"""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for i in range(self.n // self.bs):
                yield rows[i * self.bs : (i + 1) * self.bs]

    return Sampler


@Sampler.mistake
def with_an_empty_batch():
    """Where bs divides n, an empty batch comes last."""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            for i in range(self.n // self.bs + 1):
                yield rows[i * self.bs : (i + 1) * self.bs]

    return Sampler


@Sampler.mistake
def single_rows():
    """You yield one row number after another. Yield batches of them."""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            yield from torch.randperm(self.n) if self.shuffle else torch.arange(self.n)

    return Sampler


@Sampler.mistake
def counted_from_one():
    """The rows are counted from 1 to n; Python counts from 0 to n - 1."""

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            rows = 1 + (torch.randperm(self.n) if self.shuffle else torch.arange(self.n))
            for start in range(0, self.n, self.bs):
                yield rows[start : start + self.bs]

    return Sampler


@Sampler.mistake
def used_up_by_one_pass():
    """The batches are made once, in `__init__`, as an iterator that is used up after one pass. Make them in
    `__iter__`.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            rows = torch.randperm(n) if shuffle else torch.arange(n)
            self.batches = iter(rows.split(bs))

        def __iter__(self):
            return self.batches

    return Sampler


@Sampler.mistake
def one_place_for_all_passes():
    """The place in the order is kept on the sampler, so two loops over it take batches away from each
    other. Keep it in a local variable of a generator.
    """

    class Sampler:
        def __init__(self, n, bs, shuffle=False):
            self.n, self.bs, self.shuffle = n, bs, shuffle

        def __iter__(self):
            self.rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
            return self

        def __next__(self):
            if not len(self.rows):
                raise StopIteration
            batch, self.rows = self.rows[: self.bs], self.rows[self.bs :]
            return batch

    return Sampler


sampler_batches = code(
    "sampler_batches",
    ids=["R6.10"],
    hints=[
        "Make a sampler and go through it once: what does each step of the loop give?",
        "If your sampler yields tensors, `.tolist()` makes a list of plain ints of each.",
    ],
)


@sampler_batches.probe
def lists_the_rows_in_order(sampler_batches, draw):
    bs = draw.integer(5, 40)  # 2 * bs + 1 rows, at least 11: in three parts as equal as can be they are other batches
    return lists_of_rows(sampler_batches(2 * bs + 1, bs, False))


@sampler_batches.probe
def lists_full_batches_alone_where_bs_divides_n(sampler_batches, draw):
    bs = draw.size(2, 5)
    return lists_of_rows(sampler_batches(bs * draw.size(2, 4), bs, False))


@sampler_batches.probe
def lists_one_batch_of_all_rows_where_bs_is_larger(sampler_batches, draw):
    n = draw.size(2, 5)
    return lists_of_rows(sampler_batches(n, n + draw.size(1, 4), False))


@sampler_batches.probe
def makes_every_order_possible(sampler_batches, draw):
    n, bs = draw.integer(180, 220), draw.integer(20, 90)
    told = thoroughly([flat(lists_of_rows(sampler_batches(n, bs, True))) for _ in range(40)])
    return {"rows, batch size": [n, bs], **told}


@sampler_batches.probe
def lists_every_row_once_when_shuffled(sampler_batches, draw):
    # The plain order and three calls on at least 30 rows: two orders are alike with probability 6/30!, 2e-32.
    bs = draw.integer(4, 20)
    n = bs * 8
    calls = [sampler_batches(n, bs, True) for _ in range(3)]
    calls = [lists_of_rows(call) for call in calls]  # not before all are made: none changes what another gave
    orders = {tuple(flat(batches)) for batches in calls} | {tuple(range(n))}
    # 24 batches of at least four rows: all of them rising with probability 1 in 24^24 (8 batches in the other case, in
    # three calls: 1 in 40320^3).
    return {
        "all rows, sorted": sorted(flat(calls[0])),
        "what the rows are": sorted({type(row).__name__ for row in flat(calls[0])}),
        "different orders among the plain one and 3 calls": len(orders),
        "whether the rows of every batch stand in rising order": all(
            list(batch) == sorted(batch) for batches in calls for batch in batches
        ),
        "whether the batches of every call stand in rising order": all(
            list(batches) == sorted(batches) for batches in calls
        ),
    }


def lists_of_rows(batches):
    if not isinstance(batches, list):
        raise Complaint(f"a list of lists should come back, not a {type(batches).__name__}")
    for batch in batches:
        if not isinstance(batch, list):
            raise Complaint(f"each batch should be a list of ints; here is a {type(batch).__name__}")
        for row in batch:
            if not isinstance(row, (int, torch.Tensor)):
                raise Complaint(f"each row number should be a plain int; here is a {type(row).__name__}")
    return batches


@sampler_batches.right
def slices_of_a_list(n, bs, shuffle):
    rows = random.sample(range(n), n) if shuffle else list(range(n))
    return [rows[i : i + bs] for i in range(0, n, bs)]


@sampler_batches.right
def from_split_tensors(n, bs, shuffle):
    rows = torch.randperm(n) if shuffle else torch.arange(n)
    return [[int(row) for row in batch] for batch in rows.split(bs)]


@sampler_batches.mistake
def batches_stay_tensors(n, bs, shuffle):
    """The batches are tensors. Lists of plain ints are asked for: which method of a tensor gives one?"""
    return list((torch.randperm(n) if shuffle else torch.arange(n)).split(bs))


@sampler_batches.mistake
def rows_stay_tensors(n, bs, shuffle):
    """The lists hold 0-d tensors: `list(tensor)` does that. For plain ints there is `.tolist()`."""
    return [list(batch) for batch in (torch.randperm(n) if shuffle else torch.arange(n)).split(bs)]


@sampler_batches.mistake
def cut_into_equal_parts(n, bs, shuffle):
    """The batches are as equal as can be (`chunk` cuts like that). Each should have bs rows, and the last what is
    left: `split` does that, or a start that moves on by bs.
    """
    rows = torch.randperm(n) if shuffle else torch.arange(n)
    return [batch.tolist() for batch in rows.chunk(-(-n // bs))]


@sampler_batches.mistake
def nothing_from_few_rows(n, bs, shuffle):
    """Where there are fewer rows than `bs`, there is no batch at all. They are a short batch too."""
    rows = torch.randperm(n) if shuffle else torch.arange(n)
    return [batch.tolist() for batch in rows.split(bs)] if bs <= n else []


@sampler_batches.mistake
def begins_somewhere_and_goes_round(n, bs, shuffle):
    """You begin at a random row and go on in the plain order from there: most orders never come up. Any order should
    be possible.
    """
    rows = torch.arange(n).roll(random.randrange(n) if shuffle else 0)
    return [batch.tolist() for batch in rows.split(bs)]


@sampler_batches.mistake
def tuples_of_rows(n, bs, shuffle):
    """The batches are tuples. A list of lists is asked for."""
    rows = torch.randperm(n) if shuffle else torch.arange(n)
    return [tuple(batch.tolist()) for batch in rows.split(bs)]


@sampler_batches.mistake
def one_list_for_all_calls(n, bs, shuffle, batches=[]):  # noqa: B006
    """All calls fill one and the same list (a default argument, or one outside the function). Make a new one in each
    call.
    """
    rows = torch.randperm(n) if shuffle else torch.arange(n)
    batches.extend(batch.tolist() for batch in rows.split(bs))
    return batches


@sampler_batches.mistake
def all_in_one_list(n, bs, shuffle):
    """All the rows stand in one flat list. There should be a list of its own for each batch."""
    return (torch.randperm(n) if shuffle else torch.arange(n)).tolist()


@sampler_batches.mistake
def shuffle_is_ignored(n, bs, shuffle):
    """The rows come in order whatever `shuffle` says: hand it on to the sampler."""
    return [batch.tolist() for batch in torch.arange(n).split(bs)]


@sampler_batches.mistake
def shuffled_in_any_case(n, bs, shuffle):
    """The rows are shuffled whatever `shuffle` says: hand it on to the sampler."""
    return [batch.tolist() for batch in torch.randperm(n).split(bs)]


@sampler_batches.mistake
def short_batch_missing(n, bs, shuffle):
    """The last, short batch is missing."""
    rows = (torch.randperm(n) if shuffle else torch.arange(n)).tolist()
    return [rows[i * bs : (i + 1) * bs] for i in range(n // bs)]


@sampler_batches.mistake
def empty_batch_at_the_end(n, bs, shuffle):
    """Where bs divides n, an empty batch comes last."""
    rows = (torch.randperm(n) if shuffle else torch.arange(n)).tolist()
    return [rows[i * bs : (i + 1) * bs] for i in range(n // bs + 1)]


@sampler_batches.mistake
def ten_by_three(n, bs, shuffle):
    """These are always 10 rows by 3, whatever the arguments say."""
    return [batch.tolist() for batch in (torch.randperm(10) if shuffle else torch.arange(10)).split(3)]


@sampler_batches.mistake
def sorts_each_batch(n, bs, shuffle):
    """The rows of each batch come sorted. Leave them in the order in which the sampler names them."""
    return [sorted(batch.tolist()) for batch in (torch.randperm(n) if shuffle else torch.arange(n)).split(bs)]


@sampler_batches.mistake
def sorts_the_batches(n, bs, shuffle):
    """The batches come sorted. Leave them in the order in which the sampler gives them."""
    return sorted(batch.tolist() for batch in (torch.randperm(n) if shuffle else torch.arange(n)).split(bs))


@sampler_batches.mistake
def first_batch_alone(n, bs, shuffle):
    """Only the first batch comes back: does a `return` stand inside the loop?"""
    rows = (torch.randperm(n) if shuffle else torch.arange(n)).tolist()
    return [rows[:bs]]


collate = code(
    "collate",
    ids=["R6.11"],
    hints=[
        "First part the pairs: all the x's on one side, all the y's on the other. `zip(*batch)` does that in one go.",
        "Each x has no batch dimension yet. Which torch function puts tensors of the same shape along a new first one?",
        "Stack the x's, stack the y's, return both.",
    ],
    shortcut=["torch.utils.data._utils.collate.collate"],  # whatever name it has, default_collate calls this
    instead="torch.stack, once for the inputs and once for the targets",
)


@collate.probe
def keeps_the_shape_of_each_input(collate, draw):
    shape = draw.size(1, 2), draw.size(2, 3), draw.size(2, 4)
    told = {"many dimensions": pair(collate([(draw.normal(*shape), y) for y in draw.normal(3)]), "what comes back")}
    return {**told, "none": pair(collate([(draw.normal(1)[0], y) for y in draw.normal(3)]), "what comes back")}


@collate.probe
def makes_a_batch_of_one(collate, draw):
    return pair(collate([(draw.normal(draw.size(2, 4)), draw.normal(1)[0])]), "what comes back")


@collate.probe
def stacks_inputs_and_targets_of_any_dtype(collate, draw):
    n, k = draw.size(2, 4), draw.size(2, 3)
    pixels, small = draw.integers(0, 255, n, k).to(torch.uint8), draw.integers(0, 255, n).to(torch.uint8)
    kinds = {
        "float32 and int64": (draw.normal(n, k), draw.labels(n, 10)),
        "uint8 and float32": (pixels, draw.normal(n)),
        "float64 and uint8": (draw.normal(n, k).double(), small),
    }
    return {name: pair(collate(list(zip(x, y, strict=True))), "what comes back") for name, (x, y) in kinds.items()}


@collate.right
def two_comprehensions(batch):
    return torch.stack([item[0] for item in batch]), torch.stack([item[1] for item in batch])


@collate.right
def cat_of_rows_and_tensor(batch):
    xs, ys = [x for x, _ in batch], [y for _, y in batch]
    return torch.cat([x[None] for x in xs]), torch.tensor([y.item() for y in ys], dtype=ys[0].dtype)


@collate.right
def filling_a_tensor(batch):
    x, y = batch[0]
    xb, yb = x.new_empty((len(batch), *x.shape)), y.new_empty(len(batch))
    for i, item in enumerate(batch):
        xb[i], yb[i] = item
    return [xb, yb]


@collate.mistake
def cat_of_inputs(batch):
    """The inputs are strung together along their own first dimension: that is torch.cat. A batch has one
    row for each input: torch.stack.
    """
    xs, ys = zip(*batch, strict=True)
    return torch.cat(xs), torch.stack(ys)


@collate.mistake
def stacked_along_the_last(batch):
    """The examples lie along the last dimension. They belong along the first: a batch is (len(batch), ...)."""
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs, -1), torch.stack(ys)


@collate.mistake
def lists_not_tensors(batch):
    """You part the pairs, but leave the inputs and targets as lists or tuples of tensors. Join each into
    one tensor.
    """
    xs, ys = zip(*batch, strict=True)
    return xs, ys


@collate.mistake
def targets_stay_a_list(batch):
    """The targets are still a list or tuple. They too should become one tensor."""
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs), ys


@collate.mistake
def targets_come_first(batch):
    """The pair is the wrong way round: inputs first, then targets."""
    xs, ys = zip(*batch, strict=True)
    return torch.stack(ys), torch.stack(xs)


@collate.mistake
def targets_as_floats(batch):
    """The targets have become floats (torch.Tensor(...) does that). Keep their dtype: class labels are
    int64.
    """
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs), torch.Tensor(ys)


@collate.mistake
def targets_as_int64(batch):
    """You turn the targets into int64, which cuts off the fraction where they are floats. Keep the dtype
    they have.
    """
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs), torch.stack(ys).long()


@collate.mistake
def targets_in_torchs_own_dtypes(batch):
    """You make a new tensor of the targets' numbers, and torch chooses its dtype: int64 or float32, whatever they were.
    Stacking keeps the dtype.
    """
    return torch.stack([x for x, _ in batch]), torch.tensor([y.item() for _, y in batch])


@collate.mistake
def inputs_as_floats(batch):
    """You turn the inputs into float32. Keep the dtype they have."""
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs).float(), torch.stack(ys)


@collate.mistake
def targets_as_a_column(batch):
    """The targets form a column (n, 1). One number for each example makes the shape (n,): no extra
    dimension.
    """
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs), torch.stack(ys)[:, None]


@collate.mistake
def inputs_flattened(batch):
    """You flatten each input into a row. Its shape should be kept behind the batch dimension."""
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs).flatten(1), torch.stack(ys)


@collate.mistake
def first_pair_alone(batch):
    """Only the first pair is used (with a batch dimension in front): the loop over the batch is missing, or
    returns too early.
    """
    x, y = batch[0]
    return x[None], y[None]


@collate.mistake
def squeezed(batch):
    """Dimensions of size 1 are lost (`squeeze`): a batch of one should keep its first dimension."""
    xs, ys = zip(*batch, strict=True)
    return torch.stack(xs).squeeze(), torch.stack(ys).squeeze()


@collate.mistake
def empties_the_list(batch):
    """The list that was passed in is changed (pop, sort or clear). Read it, and leave it as it was."""
    xs, ys = [], []
    while batch:
        x, y = batch.pop(0)
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)


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
    is_class=True,
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


def cut(draw, rows):
    """The rows in two or three batches of different sizes."""
    first = draw.integer(1, len(rows) - 2)
    return [rows[:first], rows[first:]]


def as_written(items):
    """A collate function that joins nothing: the examples, and a word that says who made this."""
    if not isinstance(items, (list, tuple)):
        raise Complaint(f"collate_fn is to be given a list of examples; it got a {type(items).__name__}")
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
    rows = draw.shuffled(range(n))
    sampler = cut(draw, [*rows, rows[-1]])  # a sampler may name a row twice
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
    lists = one_pass(DataLoader(ds, sampler, lambda items: items), "DataLoader")
    return {
        "sums": one_pass(DataLoader(ds, sampler, sum_of_inputs), "DataLoader"),
        "the lists themselves": [as_written(items)["from"] for items in lists],
    }


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
    def joined(items):
        return torch.stack([x for x, _ in items]), torch.stack([y for _, y in items])

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=joined):
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


@DataLoader.mistake
def each_row_once():
    """A row that the sampler names twice in a batch comes only once (a set or a dict does that). Give as many
    examples as the sampler names rows.
    """

    class Wrong(map_over_the_sampler()):
        def batch(self, rows):
            return self.collate_fn([self.ds[i] for i in dict.fromkeys(map(int, rows))])

    return Wrong


@DataLoader.mistake
def collates_a_generator():
    """`collate_fn` is given a generator, which has no length and can be walked only once. Give it a list: square
    brackets make one.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn or torch.utils.data.default_collate

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn(self.ds[i] for i in rows)

    return DataLoader


@DataLoader.mistake
def empties_the_row_lists():
    """You take the row numbers out of the sampler's own lists (`pop`), so there is nothing in them for the next loop.
    Read them, and leave them as they are.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn or torch.utils.data.default_collate

        def __iter__(self):
            for rows in self.sampler:
                left = rows if isinstance(rows, list) else rows.tolist()
                items = []
                while left:
                    items.append(self.ds[left.pop(0)])
                yield self.collate_fn(items)

    return DataLoader


@DataLoader.mistake
def one_list_for_all_batches():
    """One and the same list is filled and emptied for every batch: whoever kept an earlier batch finds other examples
    in it. Make a new list for each batch.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn or torch.utils.data.default_collate

        def __iter__(self):
            items = []
            for rows in self.sampler:
                items.clear()
                items.extend(self.ds[i] for i in rows)
                yield self.collate_fn(items)

    return DataLoader


@DataLoader.mistake
def one_place_for_all_loaders():
    """What a loader keeps is on the class, so a second loader changes the first. Keep it on the object: self."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            DataLoader.ds, DataLoader.sampler, DataLoader.join = ds, sampler, staticmethod(collate_fn)

        def __iter__(self):
            for rows in self.sampler:
                yield self.join([self.ds[i] for i in rows])

    return DataLoader


@DataLoader.mistake
def yields_in_the_inner_loop():
    """A batch is yielded after every single example: the `yield` stands inside the loop over the row numbers. First
    collect them all, then yield once.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn or torch.utils.data.default_collate

        def __iter__(self):
            for rows in self.sampler:
                items = []
                for i in rows:
                    items.append(self.ds[i])
                    yield self.collate_fn(items)

    return DataLoader


@DataLoader.mistake
def earlier_examples_stay():
    """Each batch also holds the examples of those before it: the list is never emptied. Make a new one each time."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn or torch.utils.data.default_collate

        def __iter__(self):
            items = []
            for rows in self.sampler:
                items += [self.ds[i] for i in rows]
                yield self.collate_fn(items)

    return DataLoader


@DataLoader.mistake
def takes_examples_for_pairs():
    """You take each example apart and make a pair of its first two things. What an example is made of is the business
    of `collate_fn`: hand on `ds[i]` as it is.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn or torch.utils.data.default_collate

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn([(self.ds[i][0], self.ds[i][1]) for i in rows])

    return DataLoader


@DataLoader.mistake
def ignores_collate_fn():
    """Your loader always joins the examples in the same way: the `collate_fn` that was passed in is never
    called.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=None):
            self.ds, self.sampler = ds, sampler

        def __iter__(self):
            for rows in self.sampler:
                xs, ys = zip(*[self.ds[i] for i in rows])  # noqa: B905
                yield torch.stack(xs), torch.stack(ys)

    return DataLoader


@DataLoader.mistake
def needs_a_collate_fn():
    """`DataLoader(ds, sampler)` fails: the third argument should be `collate` unless another is given."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn([self.ds[i] for i in rows])

    return DataLoader


@DataLoader.mistake
def does_not_collate():
    """You yield lists of single examples. Call `collate_fn` on the list and yield what it makes."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler = ds, sampler

        def __iter__(self):
            for rows in self.sampler:
                yield [self.ds[i] for i in rows]

    return DataLoader


@DataLoader.mistake
def indexes_by_the_whole_batch():
    """You index the dataset by a whole batch of rows. Ask it for one row at a time and hand the list of
    examples to collate_fn.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn(self.ds[rows])

    return DataLoader


@DataLoader.mistake
def collates_each_example():
    """collate_fn is called on one example at a time. It should get the list of all examples of a batch."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                yield [self.collate_fn([self.ds[i]]) for i in rows]

    return DataLoader


@DataLoader.mistake
def collates_the_row_numbers():
    """collate_fn gets the row numbers. It should get the examples that they name: `ds[i]` for each."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn([(torch.as_tensor(i), torch.as_tensor(i)) for i in rows])

    return DataLoader


@DataLoader.mistake
def sampler_asked_once():
    """The sampler is asked once, in `__init__`, so every loop gives the same batches and a shuffling
    sampler shuffles once. Go through it in `__iter__`.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.batches, self.collate_fn = ds, list(sampler), collate_fn

        def __iter__(self):
            for rows in self.batches:
                yield self.collate_fn([self.ds[i] for i in rows])

    return DataLoader


@DataLoader.mistake
def used_up_after_one_loop():
    """The loader is used up after one loop: an iterator made in `__init__` has one pass in it. Make a new
    one in `__iter__`.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.batches, self.collate_fn = ds, iter(sampler), collate_fn

        def __iter__(self):
            for rows in self.batches:
                yield self.collate_fn([self.ds[i] for i in rows])

    return DataLoader


@DataLoader.mistake
def one_place_in_the_sampler():
    """`__iter__` returns the loader itself, so two loops over it share one place in the sampler and take
    batches away from each other.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            self.batches = iter(self.sampler)
            return self

        def __next__(self):
            return self.collate_fn([self.ds[i] for i in next(self.batches)])

    return DataLoader


@DataLoader.mistake
def rows_in_sorted_order():
    """Within each batch the rows are sorted. Keep the order in which the sampler names them."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn([self.ds[i] for i in sorted(rows)])

    return DataLoader


@DataLoader.mistake
def needs_tensors_of_rows():
    """Your loader needs index tensors (`rows.tolist()`, `rows.shape`); a sampler may yield plain lists of
    ints. Loop over the batch: that works for both.
    """

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn([self.ds[i] for i in rows.tolist()])

    return DataLoader


@DataLoader.mistake
def needs_a_pair():
    """You unpack what collate_fn returns into xb and yb. It may make anything: yield it as it is."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                made = self.collate_fn([self.ds[i] for i in rows])
                if not isinstance(made, dict):
                    made = made[0], made[1]
                yield made

    return DataLoader


@DataLoader.mistake
def one_batch_alone():
    """Only the first batch comes: `return` (or a yield outside the loop) ends the pass too early."""

    class DataLoader:
        def __init__(self, ds, sampler, collate_fn=torch.utils.data.default_collate):
            self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn

        def __iter__(self):
            for rows in self.sampler:
                yield self.collate_fn([self.ds[i] for i in rows])
                return

    return DataLoader


why_collate = concept(
    "why_collate",
    ids=["R6.13"],
    hints=[
        "Follow one batch: who names the rows, who fetches them, who joins them?",
        "What are the shapes after torch.cat and after torch.stack of three tensors of shape (2,)?",
    ],
    explanations={
        "a": "False. The sampler chose them already; collate_fn gets the finished list of examples.",
        "b": "False. cat joins along a dimension that is there, giving (64 * 784,) = (50176,); stack makes a "
        "new one, giving (64, 784).",
        "c": "True. The layer multiplies a matrix (bs, 784) by its weights; a Python list of pairs has no such shape.",
        "d": "True. This is the usual reason to write one: stack demands equal shapes, and only at this "
        "point is it known how long the "
        "longest sentence of the batch is.",
        "e": "False. The loader hands on whatever comes: a dict, a triple with a mask, a list. Only your "
        "training loop has to know it.",
        "f": "True. A dataset sees one example at a time; blending images (mixup) or negatives taken from "
        "the same batch need several.",
    },
    model_answer="The dataset gives single examples, but a model computes on a tensor with a batch "
    "dimension, so the list of (x, y) pairs has "
    "to be joined: stack the x's and the y's along a new first dimension. Being a function that is passed "
    "in, it can be replaced: "
    "padding sentences to the longest of the batch, dicts instead of pairs, or mixing examples, without "
    "touching dataset, sampler or loader.",
    rubric=[
        "1 point: it turns a list of examples into batch tensors that the model can compute on",
        "1 point: gives a sensible variation (padding, dicts, augmentation across a batch, other structures)",
    ],
)


@why_collate.experiment
def stack_cat_and_padding():
    images = [torch.zeros(784) for _ in range(64)]
    sentences = [torch.tensor([5, 2]), torch.tensor([7, 1, 4, 4]), torch.tensor([3])]
    try:
        torch.stack(sentences)
        told = "works"
    except RuntimeError as error:
        told = f"{str(error)[:45]}..."
    longest = max(len(s) for s in sentences)
    padded = torch.stack([torch.cat([s, s.new_zeros(longest - len(s))]) for s in sentences])
    dicts = torch.utils.data.DataLoader(range(4), 2, collate_fn=lambda items: {"numbers": items, "sum": sum(items)})
    return [
        "64 images of shape (784,): "
        f"stack gives {tuple(torch.stack(images).shape)}, cat gives {tuple(torch.cat(images).shape)}",
        f"sentences of 2, 4, 1 words: {told}",
        f"a collate function that pads first: {padded.tolist()}",
        f"one that makes dicts, in torch's DataLoader: {next(iter(dicts))}",
    ]


plot_item = code(
    "plot_item",
    ids=["R6.14"],
    hints=[
        "A row of 784 numbers is an image of 28 rows of 28: which tensor method gives it that shape?",
        "`fig, ax = plt.subplots()` makes a figure with axes; `ax.imshow(...)` shows an image, "
        "`ax.set_title(...)` its title.",
        "The label is a 0-d tensor: `.item()` makes a plain int of it, and the title is a string. Return ax (or fig).",
    ],
)


def what_is_drawn(returned):
    """The image and the numbers in the title of a matplotlib figure or axes."""
    if returned is None:
        raise Complaint("nothing was returned: return the figure or the axes that you have drawn on")
    if hasattr(returned, "get_images"):
        panels = [returned]
    elif hasattr(returned, "get_axes"):
        panels = returned.get_axes()
    else:
        raise Complaint(f"return the figure or the axes that you have drawn on; a {type(returned).__name__} came back")
    panels = [panel for panel in panels if panel.get_images()]
    if not panels:
        raise Complaint("the figure holds no image: draw it with imshow")
    panel = panels[0]
    figure = panel.get_figure()
    titles = [panel.get_title(loc) for loc in ("center", "left", "right")] + [figure.get_suptitle()]
    data = torch.as_tensor(panel.get_images()[0].get_array().tolist(), dtype=torch.float64)
    spread = data.max() - data.min()
    return {
        "images": len(panels),
        "the image, scaled to 0..1": (data - data.min()) / spread if spread else data,
        "first row at the top": int(panel.yaxis_inverted()),
        "first column at the right": int(panel.xaxis_inverted()),
        "numbers in the title": [int(number) for title in titles for number in re.findall(r"-?\d+", title)],
    }


def drawn_by(plot_item, *arguments):
    import matplotlib

    matplotlib.use("Agg", force=True)
    import matplotlib.pyplot as plt

    try:
        return what_is_drawn(plot_item(*arguments))
    finally:
        plt.close("all")


@plot_item.probe
def shows_the_image_and_its_label(plot_item, draw):
    n = draw.size(3, 6)
    i = draw.integer(1, n - 1)
    labels = draw.labels(n, 10)
    # The index, the label and the first label are three different numbers.
    labels[0], labels[i] = draw.shuffled([label for label in range(10) if label != i])[:2]
    return drawn_by(plot_item, draw.uniform(n, 784), labels, i)


@plot_item.probe
def shows_the_first_unless_told_otherwise(plot_item, draw):
    n = draw.size(2, 4)
    return drawn_by(plot_item, draw.uniform(n, 784), draw.labels(n, 10))


@plot_item.right
def with_the_current_figure(xb, yb, i=0):
    import matplotlib.pyplot as plt

    plt.figure(figsize=(2, 2))
    plt.imshow(xb[i].view(28, 28))
    plt.title(f"label {yb[i]}")
    plt.axis("off")
    return plt.gcf()


@plot_item.right
def without_pyplot(xb, yb, i=0):
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    picture = axes.imshow(255 * xb[i].numpy().reshape(28, -1), cmap="binary", vmin=0, vmax=255)
    figure.colorbar(picture)
    figure.suptitle(str(int(yb[i])))
    return figure


@plot_item.right
def keyword_title(xb, yb, i=0):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, 1)
    axes.matshow(xb.unflatten(1, (28, 28))[i].tolist())
    axes.set(title=yb[i], xticks=[], yticks=[])
    return axes


@plot_item.mistake
def always_the_first(xb, yb, i=0):
    """The first item is shown whatever `i` says."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[0].view(28, 28))
    axes.set_title(str(yb[0].item()))
    return axes


@plot_item.mistake
def label_of_the_first(xb, yb, i=0):
    """The image is that of item `i`, the label that of item 0."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i].view(28, 28))
    axes.set_title(str(yb[0].item()))
    return axes


@plot_item.mistake
def index_as_title(xb, yb, i=0):
    """The title shows the index of the item and not its label."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i].view(28, 28))
    axes.set_title(f"item {i}")
    return axes


@plot_item.mistake
def no_title(xb, yb, i=0):
    """The image is there, but the title does not tell its label."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i].view(28, 28))
    return axes


@plot_item.mistake
def transposed_image(xb, yb, i=0):
    """The image is transposed: rows and columns have changed places. The 784 values are laid out row after
    row.
    """
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i].view(28, 28).t())
    axes.set_title(str(yb[i].item()))
    return axes


@plot_item.mistake
def upside_down(xb, yb, i=0):
    """The image stands on its head: the first row is at the bottom (`origin="lower"`, perhaps)."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i].view(28, 28), origin="lower")
    axes.set_title(str(yb[i].item()))
    return axes


@plot_item.mistake
def gives_the_picture(xb, yb, i=0):
    """You return what `imshow` returns, the picture inside the axes. Return the axes, or the figure."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.set_title(str(yb[i].item()))
    return axes.imshow(xb[i].view(28, 28))


@plot_item.mistake
def all_labels(xb, yb, i=0):
    """The title tells the labels of the whole batch. Index yb too."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i].view(28, 28))
    axes.set_title(str(yb.tolist()))
    return axes


@plot_item.mistake
def second_by_default(xb, yb, i=1):
    """Without `i`, the second item is shown: its default should stay 0."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i].view(28, 28))
    axes.set_title(str(yb[i].item()))
    return axes


@plot_item.mistake
def a_row_of_pixels(xb, yb, i=0):
    """You show the 784 values as one long row. Give them the shape of the image first."""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.imshow(xb[i][None])
    axes.set_title(str(yb[i].item()))
    return axes


why_batches_differ = concept(
    "why_batches_differ",
    ids=["R6.15"],
    hints=[
        "`iter(dl)` begins a pass; `next` takes the next batch of that pass. Count the passes in the three lines.",
        "What does `iter` give when it is called on something that is an iterator already?",
    ],
    explanations={
        "a": "True. They are two batches of one pass, and in one pass each row comes exactly once.",
        "b": "False. It starts at the beginning of a new pass, and the sampler has drawn a new order for it.",
        "c": "True. Another pass goes through the same rows again, in another order: some of them have been "
        "seen before.",
        "d": "False. `iter` of an iterator returns that iterator itself, so the pass goes on; only "
        "`iter(train_dl)` begins a new one.",
        "e": "True. Its order is 0, 1, 2, ... in every pass, so every first batch is the same.",
    },
    model_answer="`next` on the same iterator takes the following batch of the same pass, so it shows rows "
    "that have not been seen in it. "
    "`iter(train_dl)` begins a new pass, for which the sampler shuffles again, so its first batch is another "
    "one, possibly with rows "
    "seen before. The validation loader does not shuffle: each new pass begins with the same batch.",
    rubric=[
        "1 point: the next batch of one pass shares no row with those before it",
        "1 point: a new pass is a new order for the training loader, the same order for the validation loader",
    ],
)


@why_batches_differ.experiment
def three_batches():
    make = torch.Generator().manual_seed(3)

    class Loader:
        def __init__(self, shuffle):
            self.shuffle = shuffle

        def __iter__(self):
            rows = torch.randperm(12, generator=make) if self.shuffle else torch.arange(12)
            yield from (batch.tolist() for batch in rows.split(4))

    lines = ["12 rows in batches of 4; the rows in"]
    for name, dl in (("train_dl", Loader(True)), ("valid_dl", Loader(False))):
        batches = iter(dl)
        first, second, third = next(batches), next(batches), next(iter(dl))
        lines.append(f"  {name}: first {first}, second {second}, third {third}")
        shared = sorted(set(third) & (set(first) | set(second)))
        lines.append(f"    first and second share {sorted(set(first) & set(second))}; third has met {shared} before")
    batches = iter(Loader(False))
    next(batches)
    return [
        *lines,
        f"  iter(batches) is batches: {iter(batches) is batches}; next(iter(batches)): {next(iter(batches))}",
    ]


def torch_loaders(returned):
    """[train_dl, valid_dl], if they are torch's."""
    loaders = pair_of_loaders(returned)
    for which, dl in zip(("first", "second"), loaders, strict=True):
        if not isinstance(dl, torch.utils.data.DataLoader):
            kind = type(dl).__name__
            told = "your own, of this file" if kind == "DataLoader" else f"of the class {kind}"
            raise Complaint(f"the {which} of the two should be a torch.utils.data.DataLoader; it is {told}")
    return loaders


def pair_of_loaders(returned):
    if isinstance(returned, (tuple, list)) and len(returned) == 2:
        return list(returned)
    told = "None" if returned is None else f"something of the class {type(returned).__name__}"
    raise Complaint(f"two loaders should come back, for training and for validation; here is {told}")


def sampler_of(dl):
    sampler = getattr(dl.batch_sampler, "sampler", dl.sampler)
    data = torch.utils.data
    for kind in (data.RandomSampler, data.SequentialSampler):
        if isinstance(sampler, kind):
            return f"torch's {kind.__name__}"
    return f"a {type(sampler).__name__} that is none of torch's two"


def numbered(draw, first, n):
    """A dataset (a list of pairs) whose labels number its rows from `first`."""
    return [(draw.normal(2), torch.tensor(first + i)) for i in range(n)]


def labels_and_maker(items):
    """A collate function: the labels of the examples, and a word that says who made this."""
    return {"made by": "the collate_fn passed in", "labels": [int(y) for _, y in items]}


def made_labels(batch):
    if not isinstance(batch, dict):
        raise Complaint("the batches are not made by the collate_fn that was passed in")
    return batch["labels"]


explicit_loaders = code(
    "explicit_loaders",
    ids=["R6.16"],
    hints=[
        "torch.utils.data.DataLoader takes a dataset and a batch size; `sampler=` and `collate_fn=` name the "
        "other parts.",
        "A sampler is made for a dataset: torch.utils.data.RandomSampler(train_ds). Which one for which loader?",
        "Two calls, alike but for dataset and sampler: random for training, sequential for validation.",
    ],
)


@explicit_loaders.probe
def samples_training_rows_at_random(explicit_loaders, draw):
    # The plain order and three passes over at least 30 rows: two are alike with probability 6/30!, 2e-32.
    bs = draw.integer(4, 7)
    n = bs * draw.integer(8, 9) + draw.integer(1, bs - 1)
    draw.note(n=n, bs=bs)
    train_dl, _ = torch_loaders(explicit_loaders(numbered(draw, 0, n), numbered(draw, 100, 5), bs, labels_and_maker))
    passes = [[made_labels(batch) for batch in train_dl] for _ in range(3)]
    orders = {tuple(flat(batches)) for batches in passes} | {tuple(range(n))}
    return {
        "sampler": sampler_of(train_dl),
        "batch sizes": [len(batch) for batch in passes[0]],
        "labels, sorted": sorted(flat(passes[0])),
        "different orders among the plain one and 3 passes": len(orders),
    }


@explicit_loaders.probe
def goes_through_validation_rows_in_order(explicit_loaders, draw):
    bs = draw.integer(4, 7)
    n = bs * draw.integer(6, 7) + draw.integer(1, bs - 1)
    draw.note(n=n, bs=bs)
    _, valid_dl = torch_loaders(explicit_loaders(numbered(draw, 0, 8), numbered(draw, 100, n), bs, labels_and_maker))
    return {"sampler": sampler_of(valid_dl), "labels": [made_labels(batch) for batch in valid_dl]}


@explicit_loaders.right
def short_names(train_ds, valid_ds, bs, collate_fn):
    from torch.utils.data import DataLoader, RandomSampler, SequentialSampler

    return (
        DataLoader(train_ds, batch_size=bs, sampler=RandomSampler(train_ds), collate_fn=collate_fn, drop_last=False),
        DataLoader(valid_ds, batch_size=bs, sampler=SequentialSampler(valid_ds), collate_fn=collate_fn),
    )


@explicit_loaders.right
def with_batch_samplers(train_ds, valid_ds, bs, collate_fn):
    data, loaders = torch.utils.data, []
    for ds, kind in ((train_ds, data.RandomSampler), (valid_ds, data.SequentialSampler)):
        batches = data.BatchSampler(kind(ds), bs, False)
        loaders.append(data.DataLoader(ds, batch_sampler=batches, collate_fn=collate_fn))
    return loaders


@explicit_loaders.right
def by_switches(train_ds, valid_ds, bs, collate_fn):
    make = torch.utils.data.DataLoader
    return make(train_ds, bs, True, collate_fn=collate_fn), make(valid_ds, bs, False, collate_fn=collate_fn)


@explicit_loaders.mistake
def both_in_order(train_ds, valid_ds, bs, collate_fn):
    """The training rows come in order: the training loader has a SequentialSampler too."""
    data = torch.utils.data
    return tuple(data.DataLoader(ds, bs, collate_fn=collate_fn) for ds in (train_ds, valid_ds))


@explicit_loaders.mistake
def both_at_random(train_ds, valid_ds, bs, collate_fn):
    """The validation rows come in a random order: the validation loader has a RandomSampler too."""
    data = torch.utils.data
    return tuple(data.DataLoader(ds, bs, True, collate_fn=collate_fn) for ds in (train_ds, valid_ds))


@explicit_loaders.mistake
def samplers_swapped(train_ds, valid_ds, bs, collate_fn):
    """The samplers are the wrong way round: the training rows come in order, the validation rows at random."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, collate_fn=collate_fn),
        data.DataLoader(valid_ds, bs, True, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def sampler_of_the_other_set(train_ds, valid_ds, bs, collate_fn):
    """The training loader's sampler was made for the validation set: it names as many rows as that has. A
    sampler has to be made for the dataset it samples.
    """
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, sampler=data.RandomSampler(valid_ds), collate_fn=collate_fn),
        data.DataLoader(valid_ds, bs, sampler=data.SequentialSampler(valid_ds), collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def with_replacement(train_ds, valid_ds, bs, collate_fn):
    """The training rows are drawn with replacement: some come twice, some never. Each should come once a
    pass.
    """
    data = torch.utils.data
    sampler = data.RandomSampler(train_ds, replacement=True)
    return (
        data.DataLoader(train_ds, bs, sampler=sampler, collate_fn=collate_fn),
        data.DataLoader(valid_ds, bs, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def training_without_collate_fn(train_ds, valid_ds, bs, collate_fn):
    """The training loader does not use the collate_fn that was passed in."""
    data = torch.utils.data
    return data.DataLoader(train_ds, bs, True), data.DataLoader(valid_ds, bs, collate_fn=collate_fn)


@explicit_loaders.mistake
def validation_without_collate_fn(train_ds, valid_ds, bs, collate_fn):
    """The validation loader does not use the collate_fn that was passed in."""
    data = torch.utils.data
    return data.DataLoader(train_ds, bs, True, collate_fn=collate_fn), data.DataLoader(valid_ds, bs)


@explicit_loaders.mistake
def drops_a_short_batch(train_ds, valid_ds, bs, collate_fn):
    """The last batch is left out where it is short. Here both loaders keep it."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, True, collate_fn=collate_fn, drop_last=True),
        data.DataLoader(valid_ds, bs, collate_fn=collate_fn, drop_last=True),
    )


@explicit_loaders.mistake
def twice_the_validation_batch(train_ds, valid_ds, bs, collate_fn):
    """The validation batches are twice as big. Here both loaders have batches of bs."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, True, collate_fn=collate_fn),
        data.DataLoader(valid_ds, bs * 2, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def batches_of_64(train_ds, valid_ds, bs, collate_fn):
    """The batches have (up to) 64 rows, whatever `bs` says."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, 64, True, collate_fn=collate_fn),
        data.DataLoader(valid_ds, 64, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def batches_of_one(train_ds, valid_ds, bs, collate_fn):
    """Each batch has one row: the batch size is not passed on, and torch's default is 1."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, shuffle=True, collate_fn=collate_fn),
        data.DataLoader(valid_ds, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def training_loader_alone(train_ds, valid_ds, bs, collate_fn):
    """Only one loader comes back. Return two, the training loader first."""
    return torch.utils.data.DataLoader(train_ds, bs, True, collate_fn=collate_fn)


@explicit_loaders.mistake
def validation_first(train_ds, valid_ds, bs, collate_fn):
    """The loaders come in the wrong order: the training loader first, then the one for validation."""
    data = torch.utils.data
    return (
        data.DataLoader(valid_ds, bs, collate_fn=collate_fn),
        data.DataLoader(train_ds, bs, True, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def training_set_twice(train_ds, valid_ds, bs, collate_fn):
    """The validation loader goes through the training set."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, True, collate_fn=collate_fn),
        data.DataLoader(train_ds, bs, collate_fn=collate_fn),
    )


default_loaders = code(
    "default_loaders",
    ids=["R6.17"],
    hints=[
        "Two calls of torch.utils.data.DataLoader with a dataset and a batch size. Which switches does the first need?",
        "`shuffle` and `drop_last` are both False unless you say otherwise.",
    ],
)


def default_batch(batch):
    xb, yb = pair(batch, "each batch (with torch's default collate function)")
    return [xb, yb]


@default_loaders.probe
def shuffles_training_rows_and_drops_a_short_batch(default_loaders, draw):
    # The plain order and three passes over at least 28 rows: two are alike with probability 6/28!, 2e-29.
    bs = draw.integer(4, 7)
    n = bs * draw.integer(7, 9) + draw.integer(1, bs - 1)
    draw.note(n=n, bs=bs)
    train_dl, _ = torch_loaders(default_loaders(numbered(draw, 0, n), numbered(draw, 100, 5), bs))
    # Up to 6 rows of 55 are left out of a pass: one of them is left out of 12 passes with probability 2e-10.
    passes = [[default_batch(batch)[1].tolist() for batch in train_dl] for _ in range(12)]
    orders = {tuple(flat(batches)) for batches in passes[:3]} | {tuple(range(n))}
    seen = flat(passes[0])
    never = set(range(n)) - {row for batches in passes for row in flat(batches)}
    return {
        "batch sizes": [len(batch) for batch in passes[0]],
        "different training rows in a pass": len(set(seen) & set(range(n))),
        "different orders among the plain one and 3 passes": len(orders),
        "training rows that are in none of 12 passes": len(never),
    }


@default_loaders.probe
def keeps_full_training_batches(default_loaders, draw):
    bs = draw.integer(4, 7)
    n = bs * draw.integer(3, 6)
    draw.note(n=n, bs=bs)
    train_dl, _ = torch_loaders(default_loaders(numbered(draw, 0, n), numbered(draw, 100, 5), bs))
    batches = [default_batch(batch) for batch in train_dl]
    return {
        "shapes": [list(xb.shape) for xb, _ in batches],
        "labels, sorted": sorted(flat(yb.tolist() for _, yb in batches)),
    }


@default_loaders.probe
def goes_through_all_validation_rows_in_order(default_loaders, draw):
    bs = draw.integer(4, 7)
    n = bs * draw.integer(3, 5) + draw.integer(1, bs - 1)
    draw.note(n=n, bs=bs)
    _, valid_dl = torch_loaders(default_loaders(numbered(draw, 0, 8), numbered(draw, 100, n), bs))
    return [default_batch(batch) for batch in valid_dl]


@default_loaders.right
def by_keywords(train_ds, valid_ds, bs):
    from torch.utils.data import DataLoader

    train_dl = DataLoader(dataset=train_ds, batch_size=bs, shuffle=True, drop_last=True)
    return [train_dl, DataLoader(dataset=valid_ds, batch_size=bs, shuffle=False, drop_last=False)]


@default_loaders.right
def with_a_sampler_all_the_same(train_ds, valid_ds, bs):
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, sampler=data.RandomSampler(train_ds), drop_last=True),
        data.DataLoader(valid_ds, bs, sampler=data.SequentialSampler(valid_ds)),
    )


@default_loaders.right
def with_a_batch_sampler(train_ds, valid_ds, bs):
    data = torch.utils.data
    batches = data.BatchSampler(data.RandomSampler(train_ds), batch_size=bs, drop_last=True)
    return data.DataLoader(train_ds, batch_sampler=batches), data.DataLoader(valid_ds, bs)


@default_loaders.mistake
def keeps_the_short_batch(train_ds, valid_ds, bs):
    """The last training batch is short. `drop_last` should leave it out."""
    data = torch.utils.data
    return data.DataLoader(train_ds, bs, shuffle=True), data.DataLoader(valid_ds, bs)


@default_loaders.mistake
def leaves_training_in_order(train_ds, valid_ds, bs):
    """The training rows come in order: `shuffle` is missing there."""
    data = torch.utils.data
    return data.DataLoader(train_ds, bs, drop_last=True), data.DataLoader(valid_ds, bs)


@default_loaders.mistake
def drops_validation_rows(train_ds, valid_ds, bs):
    """The validation loader drops its last batch too, so some validation rows are never measured."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, shuffle=True, drop_last=True),
        data.DataLoader(valid_ds, bs, drop_last=True),
    )


@default_loaders.mistake
def shuffles_validation_too(train_ds, valid_ds, bs):
    """The validation rows are shuffled. It gains nothing there: leave them in order."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, shuffle=True, drop_last=True),
        data.DataLoader(valid_ds, bs, shuffle=True),
    )


@default_loaders.mistake
def same_switches_for_both(train_ds, valid_ds, bs):
    """Both loaders shuffle and drop the last batch. That is for training alone."""
    data = torch.utils.data
    return tuple(data.DataLoader(ds, bs, shuffle=True, drop_last=True) for ds in (train_ds, valid_ds))


@default_loaders.mistake
def switches_swapped(train_ds, valid_ds, bs):
    """The switches are at the wrong loader: the validation loader shuffles and drops, the training loader
    does not.
    """
    data = torch.utils.data
    return data.DataLoader(train_ds, bs), data.DataLoader(valid_ds, bs, shuffle=True, drop_last=True)


@default_loaders.mistake
def bigger_validation_batches(train_ds, valid_ds, bs):
    """The validation batches are twice as big. Here both loaders have batches of bs."""
    data = torch.utils.data
    return data.DataLoader(train_ds, bs, shuffle=True, drop_last=True), data.DataLoader(valid_ds, bs * 2)


@default_loaders.mistake
def fixed_batches_of_64(train_ds, valid_ds, bs):
    """The batches have (up to) 64 rows, whatever `bs` says."""
    data = torch.utils.data
    return data.DataLoader(train_ds, 64, shuffle=True, drop_last=True), data.DataLoader(valid_ds, 64)


@default_loaders.mistake
def always_one_batch_less(train_ds, valid_ds, bs):
    """The last training batch is left out even where it is full. `drop_last=True` drops it only where it is
    short.
    """
    data = torch.utils.data
    fewer = data.RandomSampler(train_ds, num_samples=(len(train_ds) - 1) // bs * bs)
    return data.DataLoader(train_ds, bs, sampler=fewer), data.DataLoader(valid_ds, bs)


@default_loaders.mistake
def cuts_the_end_off(train_ds, valid_ds, bs):
    """The same few rows at the end of the training set are never trained on. Shuffle all the rows and leave
    out the short batch, so that other rows are left out in each pass: `drop_last` does it.
    """
    data = torch.utils.data
    full = data.Subset(train_ds, range(len(train_ds) // bs * bs))
    return data.DataLoader(full, bs, shuffle=True), data.DataLoader(valid_ds, bs)


@default_loaders.mistake
def validation_set_for_both(train_ds, valid_ds, bs):
    """The training loader goes through the validation set."""
    data = torch.utils.data
    return data.DataLoader(valid_ds, bs, shuffle=True, drop_last=True), data.DataLoader(valid_ds, bs)


@default_loaders.mistake
def loader_for_training_alone(train_ds, valid_ds, bs):
    """Only one loader comes back. Return two, the training loader first."""
    return torch.utils.data.DataLoader(train_ds, bs, shuffle=True, drop_last=True)


what_the_defaults_do = concept(
    "what_the_defaults_do",
    ids=["R6.18"],
    hints=[
        "Make such a loader over a list of ten pairs and look at `dl.sampler`, and at what `next(iter(dl))` gives.",
        "With shuffling, which rows come last in a pass? And are they the same ones in the next pass?",
    ],
    explanations={
        "a": "True. Look at `dl.sampler`: the two switches are shorthand for the parts that you wrote out before.",
        "b": "False. Without one it uses torch's default_collate, which stacks: a batch is [xb, yb], two tensors.",
        "c": "False. The rows are shuffled first, so whichever come last in this pass are left out, others "
        "in the next.",
        "d": "True. default_collate works through dicts, tuples and numbers alike: {'x': ..., 'y': 3} "
        "becomes a dict of batch tensors.",
        "e": "False. Validation is not shuffled, so the last rows would never be measured: an accuracy of "
        "most of the set, not of the set.",
        "f": "False. It raises a ValueError: `shuffle` is a way to choose a sampler, and one is chosen already.",
    },
    model_answer="`shuffle` chooses the sampler (RandomSampler or SequentialSampler), the batch size and "
    "`drop_last` make a BatchSampler round it, and "
    "without collate_fn torch's default_collate stacks tensors, turns numbers into tensors and goes into "
    "dicts and tuples. So for (x, y) pairs of tensors the "
    "short form does the same as naming sampler and collate function ourselves; own parts are needed when "
    "sampling or joining should differ.",
    rubric=[
        "1 point: shuffle=True/False stands for RandomSampler/SequentialSampler",
        "1 point: default_collate stacks the examples (for tensors and numbers, and inside tuples and "
        "dicts), as our collate did",
    ],
)


@what_the_defaults_do.experiment
def looking_into_a_loader():
    data = torch.utils.data
    make = torch.Generator().manual_seed(4)
    pairs = [(torch.full((3,), float(i)), i) for i in range(10)]
    dl = data.DataLoader(pairs, 4, shuffle=True, drop_last=True, generator=make)
    xb, yb = next(iter(dl))
    dropped = [sorted(set(range(10)) - {int(i) for _, yb in dl for i in yb}) for _ in range(3)]
    rows = data.DataLoader([{"x": torch.ones(3), "y": i} for i in range(4)], 2)
    try:
        data.DataLoader(pairs, 4, shuffle=True, sampler=data.RandomSampler(pairs))
        told = "works"
    except ValueError as error:
        told = f"{error}"
    batch = next(iter(rows))
    return [
        f"shuffle=True: {type(dl.sampler).__name__}; otherwise: {type(data.DataLoader(pairs, 4).sampler).__name__}",
        f"a batch of (tensor, int) pairs: xb {tuple(xb.shape)}, yb {yb.tolist()}, {yb.dtype}",
        f"a batch of dicts: x {tuple(batch['x'].shape)}, y {batch['y']}",
        f"10 rows by 4, drop_last: left out in three passes: {dropped}",
        f"shuffle and sampler: {told}",
    ]
