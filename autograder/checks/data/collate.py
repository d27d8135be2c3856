"""collate: its probes, other right answers and known mistakes."""

import torch

from autograder.checks.data import pair
from autograder.exercise import code

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
    shape = draw.size(2, 3), draw.size(2, 3), draw.size(2, 4)
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


@collate.slip("torch.stack(xs)", "torch.cat(xs)")
def cat_of_inputs():
    """The inputs are strung together along their own first dimension: that is torch.cat. A batch has one row for each
    input: torch.stack."""


@collate.slip("torch.stack(xs)", "torch.stack(xs, -1)")
def stacked_along_the_last():
    """The examples lie along the last dimension. They belong along the first: a batch is (len(batch), ...)."""


@collate.slip("return A, B", "return xs, ys")
def lists_not_tensors():
    """You part the pairs, but leave the inputs and targets as lists or tuples of tensors. Join each into one tensor."""


@collate.slip("return A, B", "return A, ys")
def targets_stay_a_list():
    """The targets are still a list or tuple. They too should become one tensor."""


@collate.slip("return A, B", "return B, A")
def targets_come_first():
    """The pair is the wrong way round: inputs first, then targets."""


@collate.slip("torch.stack(ys)", "torch.Tensor(ys)")
def targets_as_floats():
    """The targets have become floats (torch.Tensor(...) and float(...) do that). Keep their dtype: labels are int64."""


@collate.slip("return A, B", "return A, B.long()")
def targets_as_int64():
    """You turn the targets into int64, which cuts off the fraction where they are floats. Keep the dtype they have."""


@collate.slip("return A, B", "return A, torch.tensor([y.item() for y in ys])")
def targets_in_torchs_own_dtypes():
    """You make a new tensor of the targets' numbers, and torch chooses its dtype: int64 or float32, whatever they were.
    Stacking keeps the dtype."""


@collate.slip("torch.stack(xs)", "torch.stack(xs).float()")
def inputs_as_floats():
    """You turn the inputs into float32. Keep the dtype they have."""


@collate.slip("return A, B", "return A, B[:, None]")
def targets_as_a_column():
    """The targets form a column (n, 1). One number for each example makes the shape (n,): no extra dimension."""


@collate.slip("return A, B", "return A.flatten(1), B")
def inputs_flattened():
    """You flatten each input into a row. Its shape should be kept behind the batch dimension."""


@collate.slip("return A, B", "return xs[0][None], ys[0][None]")
def first_pair_alone():
    """Only the first pair is used (with a batch dimension in front): the loop over the batch is missing, or returns too
    early."""


@collate.slip("return A, B", "return A.squeeze(), B.squeeze()")
def squeezed():
    """Dimensions of size 1 are lost (`squeeze`): a batch of one should keep its first dimension."""
