"""How section 2, the loss, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import torch

from autograder.exercise import code

softmax = code(
    "softmax",
    ids=["R2.3"],
    hints=[
        "What does the formula say for one row? Do the same for all rows at once.",
        "The sum has one value a row. How must it be shaped so that the division lines up with the rows?",
        "`sum` takes a dimension, and `keepdim=True` keeps the summed dimension with size 1.",
    ],
    shortcut=["softmax", "log_softmax"],
    instead="exp, sum and a division",
)


@softmax.probe
def normalises_each_row(softmax, draw):
    return softmax(draw.normal(draw.size(2, 4), draw.size(2, 5)))


@softmax.probe
def tells_rows_from_columns_in_a_square(softmax, draw):
    n = draw.size(2, 4)
    return softmax(draw.normal(n, n))


@softmax.probe
def works_on_a_single_row(softmax, draw):
    return softmax(draw.normal(draw.size(2, 5)))


@softmax.probe
def uses_the_last_of_three_dimensions(softmax, draw):
    return softmax(draw.normal(2, draw.size(2, 4), draw.size(2, 4)))


@softmax.right
def one_expression(x):
    return torch.exp(x) / torch.exp(x).sum(dim=-1).unsqueeze(-1)


@softmax.mistake
def over_the_first_dimension(x):
    """You divide by sums over the first dimension: the columns sum to one. The scores of one example stand in a row."""
    return x.exp() / x.exp().sum(0, keepdim=True)


@softmax.mistake
def over_everything(x):
    """You divide by the sum of all the elements, so the whole tensor sums to one instead of each row."""
    return x.exp() / x.exp().sum()
