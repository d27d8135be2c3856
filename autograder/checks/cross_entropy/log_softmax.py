"""log_softmax: its probes, other right answers and known mistakes."""

import torch

from autograder.checks.cross_entropy import far_apart, of_more_dimensions, with_gradient
from autograder.exercise import code

log_softmax = code(
    "log_softmax",
    ids=["R2.14"],
    hints=[
        "The log of exp(x) / sum(exp(x)) is a difference of two terms. One of them is x itself; what is the other "
        "called?",
        "torch.logsumexp(x, -1) has one value for each row. In what shape can it be subtracted from x?",
        "logsumexp takes keepdim=True as sum does. What is left to be done with x and that?",
    ],
    shortcut=["log_softmax", "cross_entropy", "cross_entropy_loss"],
    instead="logsumexp and a subtraction",
    relations=["negated", "transposed", "detached", "in_float64"],
)


@log_softmax.probe
def gives_the_log_of_each_probability(log_softmax, draw):
    n = draw.size(2, 4)
    x = draw.normal(n, n)
    wide = x.double() + draw.integer(1, 9) * 1e6  # in float32 there are no such digits behind the point
    return {"float32 scores": log_softmax(x), "float64 scores": log_softmax(wide)}


@log_softmax.probe
def works_on_a_single_row(log_softmax, draw):
    c = draw.size(2, 5)
    return {"a row": log_softmax(draw.normal(c)), "another row": log_softmax(draw.normal(c))}


@log_softmax.probe
def uses_the_last_of_three_dimensions(log_softmax, draw):
    return of_more_dimensions(log_softmax, draw)


# At 2000 two float32 neighbours are 0.0001 apart, and that is how exact a difference of such scores can be.
@log_softmax.probe(atol=5e-4)
def is_right_for_large_and_very_negative_scores(log_softmax, draw):
    n, m, distance = draw.size(2, 3), draw.size(2, 4), draw.number(1000, 2000)
    x = draw.normal(n, m)
    return {"large": log_softmax(x + distance), "very negative": log_softmax(x - distance)}


@log_softmax.probe(atol=5e-4)
def rows_far_apart_do_not_disturb_each_other(log_softmax, draw):
    return log_softmax(far_apart(draw, draw.size(2, 4), draw.size(2, 4), draw.number(1000, 2000)))


@log_softmax.probe(atol=5e-4)
def scores_far_apart_in_one_row_stay_finite(log_softmax, draw):
    n, c = draw.size(2, 3), draw.size(3, 4)
    x = draw.normal(n, c)
    far = torch.zeros(c)
    far[draw.integer(0, c - 1)] = draw.number(1000, 2000)
    return {"one far above": log_softmax(x + far), "one far below": log_softmax(x - far)}


@log_softmax.probe
def lets_gradients_through(log_softmax, draw):
    x = draw.normal(draw.size(2, 3), draw.size(2, 4), grad=True)
    return with_gradient(log_softmax(x), x)


@log_softmax.right
def with_unsqueeze(x):
    return x - torch.logsumexp(x, dim=-1).unsqueeze(-1)


@log_softmax.right
def with_the_largest_taken_out(x):
    shifted = x - x.max(-1, keepdim=True).values
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


@log_softmax.right
def row_by_row(x):
    rows = x.reshape(-1, x.shape[-1])
    return torch.stack([row - torch.logsumexp(row, 0) for row in rows.unbind()]).view_as(x)


@log_softmax.slip("x - X", "(x.exp() / x.exp().sum(-1, keepdim=True)).log()")
def log_of_softmax():
    """As in the first form, exp of a large score is infinity, and infinity divided by infinity is nan. Subtract the
    logsumexp of each row from x instead."""


@log_softmax.slip("x - x.logsumexp(-1, keepdim=True)", "x.softmax(-1).log()")
def log_of_a_stable_softmax():
    """A probability as small as exp(-1000) is rounded to 0, and its log is minus infinity. Do not go through
    probabilities: subtract the logsumexp of each row from x."""


@log_softmax.slip("x - x.logsumexp(-1, keepdim=True)", "(x.softmax(-1) + 1e-09).log()")
def with_an_added_epsilon():
    """A small number keeps the probabilities from 0, so all those below it get the same log. Subtract the logsumexp of
    each row from x: then none is needed."""


@log_softmax.slip("x.logsumexp(-1, keepdim=True)", "x.exp().sum(-1, keepdim=True).log()")
def minus_an_unstable_logsumexp():
    """x minus the log of the sum of the exponentials: right on paper, but exp of 1000 is infinity. torch's own
    logsumexp (and yours) takes the largest score out first."""


@log_softmax.slip("x.max(-1, keepdim=True).values", "x.max()", of="with_the_largest_taken_out")
def the_largest_of_all():
    """You take out the largest score of the whole tensor. In a row that lies far below it every exp is 0: each row
    needs its own largest score."""


@log_softmax.slip("x.max()", "x.amax(-1, keepdim=True).clamp(min=0)", of="the_largest_of_all")
def the_largest_but_at_least_0():
    """A row of very negative scores comes out infinite: 0 is taken out of it, and not its largest score. What keeps
    your largest from being below 0?"""


@log_softmax.slip("x.logsumexp", "x.amax")
def minus_the_largest():
    """You subtract the largest score of each row, which is close to logsumexp but not the same. The exponentials of a
    row must sum to one."""


@log_softmax.slip("x.logsumexp(-1, keepdim=True)", "x.logsumexp(-1)")
def without_keepdim():
    """logsumexp gives shape (n,), which is stretched over the columns: each score loses another row's value, or the
    shapes do not fit. Keep the reduced dimension."""


@log_softmax.slip("-1", "0")
def over_the_first_dimension():
    """You take the logsumexp of each column. The scores of one example stand in a row: the last dimension."""


@log_softmax.slip("x - X", "torch.stack([row - row.logsumexp(-1, keepdim=True) for row in x])")
def along_the_first_loop():
    """You loop over the first dimension. For a single row that gives single numbers, whose log_softmax is 0. Work on
    the last dimension, whatever comes before it."""


@log_softmax.slip("x - X", "X")
def logsumexp_alone():
    """This is the logsumexp of each row. It is what has to be subtracted from x."""


@log_softmax.slip("x - X", "(x - X).exp()")
def probabilities():
    """These are probabilities: the exp of what is asked for. x minus logsumexp is the result already."""


@log_softmax.slip("x - X", "x - X.detach()")
def the_logsumexp_without_a_graph():
    """The values are right and the gradient is not: the graph is cut at the logsumexp. Look for .detach(), .data or
    no_grad."""


@log_softmax.slip("x - X", "(x.float() - x.float().logsumexp(-1, keepdim=True)).to(x.dtype)")
def through_float32():
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of the input."""


@log_softmax.slip("x.logsumexp(-1, keepdim=True)", "x.flatten().logsumexp(0)")
def over_everything():
    """You take one logsumexp of all the elements, so all the rows together are one distribution. Each row has one of
    its own."""


@log_softmax.slip("x - x.logsumexp(-1, keepdim=True)", "x.softmax(-1).log().nan_to_num()")
def infinities_replaced():
    """Where the formula gives minus infinity you put a fixed number. Do not go through probabilities: subtract the
    logsumexp of each row from x, and no infinity comes up."""
