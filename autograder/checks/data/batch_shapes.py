"""batch_shapes: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change
from autograder.checks.data import HiddenRows, pair
from autograder.exercise import Complaint, code

batch_shapes = code(
    "batch_shapes",
    ids=["R6.3"],
    hints=[
        "A dataset gives the pair (x, y) for `ds[start:stop]`, whatever its tensors are called.",
        "Unpack the pair into xb and yb; every tensor has a `.shape`.",
    ],
)


def two_shapes(returned):
    shapes = pair(returned, "what comes back")
    for shape in shapes:
        if isinstance(shape, list):
            raise Complaint(f"each shape should be a torch.Size or a tuple; here is the list {shape!r:.60}")
        if isinstance(shape, tuple) and not all(isinstance(size, int) for size in shape):
            raise Complaint(f"the sizes in a shape are ints; here is {tuple(shape)!r:.60}")
    return shapes


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
    return {"all rows": two_shapes(batch_shapes(ds, 0, n)), "one row": two_shapes(batch_shapes(ds, n - 1, n))}


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


@batch_shapes.slip("ds[start:stop]", "ds[:]")
def of_the_whole_dataset():
    """These are the shapes of the whole dataset. Index it by the slice first, then look at the shapes."""


@batch_shapes.slip("ds[start:stop]", "ds[:stop]")
def from_the_beginning():
    """The rows are counted from 0: `start` is ignored."""


@batch_shapes.slip("stop", "stop + 1")
def with_the_row_at_stop():
    """There is one row too many: as in every slice, `stop` itself is not part of it."""


@batch_shapes.slip("ds[start:stop]", "ds[start]")
def of_one_example():
    """These are the shapes of one example, not of a batch: the number of rows is missing in front."""


@batch_shapes.slip("return X, Y", "return (stop - start, *X[1:]), (stop - start, *Y[1:])")
def by_arithmetic():
    """You compute the number of rows as stop - start. A slice beyond the end has fewer: ask the dataset for it."""


@batch_shapes.slip("(xb.shape, yb.shape)", "(len(xb), len(yb))")
def lengths_alone():
    """These are numbers of rows. A shape tells the size of every dimension: `.shape`, not `len`."""


@batch_shapes.slip("return X, Y", "return X[:2], Y[:1]")
def two_dimensions_alone():
    """You tell the first two sizes of x and the first of y. There may be more dimensions: give the whole `.shape`."""


@batch_shapes.slip(change("xb.shape", "xb.squeeze().shape"), change("yb.shape", "yb.squeeze().shape"))
def sizes_of_one_are_lost():
    """Sizes of 1 are missing (`squeeze` takes such dimensions away). A slice of one row still has its number of rows in
    front: give the shape as it is."""


@batch_shapes.slip(change("yb.shape", "xb.shape"), change("(X, X)", "(yb.shape, X)"))
def y_before_x():
    """The shapes come in the wrong order: x's first, then y's."""
