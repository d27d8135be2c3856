"""softmax: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change
from autograder.checks.cross_entropy import (
    far_apart,
    of_both_dtypes,
    of_more_dimensions,
    of_single_rows,
    with_gradient,
)
from autograder.exercise import code

softmax = code(
    "softmax",
    ids=["R2.3"],
    hints=[
        "What does the formula say for one row? Do the same for all rows at once: exp works on every element of a "
        "tensor.",
        "The sum has one value for each row. Which dimension has to be summed away, and how must the sums be shaped "
        "so that the division lines up with the rows? Print the shapes of both.",
        "`sum` takes the dimension: -1 is always the last. With `keepdim=True` the summed dimension stays with size "
        "1, and the division stretches it along the row.",
    ],
    shortcut=["softmax", "log_softmax"],
    instead="exp, sum and a division",
    relations=["negated", "transposed", "detached", "in_float64"],
)


@softmax.probe
def normalises_each_row(softmax, draw):
    seen = of_both_dtypes(softmax, draw)
    apart = far_apart(draw, draw.size(3, 4), 2, 120.0) - 60  # exp of these neither overflows nor is 0
    return seen | {"rows around 60 and -60": softmax(apart)}


@softmax.probe
def works_on_a_single_row(softmax, draw):
    """Nothing may be left from one row to the next, and no score may be cut off or drowned by something added."""
    return of_single_rows(softmax, draw)


@softmax.probe
def uses_the_last_of_three_dimensions(softmax, draw):
    return of_more_dimensions(softmax, draw)


@softmax.probe
def lets_gradients_through(softmax, draw):
    n = draw.size(2, 3)
    x = draw.normal(n, n + draw.size(1, 2), grad=True)  # of no shape that another probe has shown
    return with_gradient(softmax(x), x)


@softmax.right
def one_expression(x):
    return torch.exp(x) / torch.exp(x).sum(dim=-1).unsqueeze(-1)


@softmax.right
def with_the_largest_taken_out(x):
    exps = (x - x.max(dim=-1, keepdim=True)[0]).exp()
    return exps / exps.sum(axis=-1, keepdims=True)


@softmax.right
def by_einsum(x):
    exps = torch.exp(x)
    return torch.einsum("...i,...->...i", exps, 1 / torch.einsum("...i->...", exps))


@softmax.right
def row_by_row(x):
    def of(x):
        return x.exp() / sum(x.exp()) if x.dim() == 1 else torch.stack([of(row) for row in x])

    return of(x)


@softmax.slip("-1", "0")
def over_the_first_dimension():
    """You divide by sums over the first dimension: the columns sum to one. The scores of one example stand in a row."""


@softmax.slip("exps.sum(-1, keepdim=True)", "exps.sum()")
def over_everything():
    """You divide by the sum of all the elements, so the whole tensor sums to one instead of each row."""


@softmax.slip("x.exp()", "(x - x.max()).exp()")
def the_largest_of_all_taken_out():
    """A row far below the others comes out as nan: before exp, one number is taken off the whole tensor, and nothing
    is left of that row. Each has a largest score of its own."""


@softmax.slip("-1", "min(2, x.dim() - 1)")
def over_dimension_two_at_most():
    """Up to three dimensions work, four do not: there you sum over dimension 2, which is not the last. Counted from
    the end it is the same for any number of dimensions."""


@softmax.slip("-1", "1")
def over_dimension_one():
    """You sum over dimension 1, which is the last of a matrix only: a single row has none, and of three dimensions it
    is the middle. Count from the end."""


@softmax.slip("exps / X", "torch.stack([row.exp() / row.exp().sum(-1, keepdim=True) for row in x])")
def along_the_first_loop():
    """You loop over the first dimension. In a single row that gives single numbers, each of which becomes 1. Work on
    the last dimension, whatever comes before it."""


@softmax.slip("x.exp()", "x")
def without_exponentials():
    """You divide the scores by their sum, without the exponential, and negative scores stay negative. Take exp
    first."""


@softmax.slip("exps.sum", "math.exp(x).sum")
def by_math_exp():
    """A function of `math`, or float(), takes one number and not a whole tensor. torch.exp (or x.exp()) works on every
    element."""


@softmax.slip("exps / exps.sum(-1, keepdim=True)", "exps")
def only_the_exponentials():
    """These are the exponentials; the rows do not sum to one yet. Divide each by the sum of its row."""


@softmax.slip("exps.sum", "x.sum")
def divided_by_the_sum_of_the_scores():
    """You divide the exponentials by the sum of the scores. The divisor is the sum of the exponentials."""


@softmax.slip("exps / X", "x - X.log()")
def the_logarithm_of_it():
    """These are logarithms of the probabilities. That is log_softmax, two exercises on; return the probabilities."""


@softmax.slip("exps.sum", "x.exp().mean")
def divided_by_the_mean():
    """You divide by the mean of each row, so a row sums to the number of classes instead of one. Divide by the sum."""


@softmax.slip("exps.sum", "x.exp().amax")
def divided_by_the_largest():
    """You divide by the largest exponential of the row, so that the largest value is 1. The row must sum to 1."""


@softmax.slip("x.exp()", "2**x")
def powers_of_two():
    """You use powers of 2. The base is e, as in torch.exp."""


@softmax.slip("exps / X", "1 / (1 + (-x).exp())")
def sigmoid_of_each():
    """This is the sigmoid of each score, which looks at it alone. Softmax weighs the scores of a row against each
    other."""


@softmax.slip("return X", "return (x == x.amax(-1, keepdim=True)).to(x.dtype) + 0 * x")
def the_winner_takes_all():
    """The largest score gets 1 and all others 0: this is argmax, the hard maximum. The soft one gives every class a
    share (and a gradient)."""


@softmax.slip("return X", "return X.squeeze()")
def squeezed():
    """A dimension of size 1 is lost that was in x from the start: squeeze() takes away every one of them. The result
    has the shape of x."""


@softmax.slip("exps / X", "exps / X.detach()")
def the_sum_without_a_graph():
    """The values are right and the gradient is not: the graph is cut at the sum. Look for .detach(), .data, .item() or
    no_grad."""


@softmax.slip("exps / X", "torch.tensor((exps / X).tolist())")
def in_a_new_tensor():
    """The result is put into a new tensor, which cuts the graph and may lose the dtype. Use torch's exp and sum on the
    tensor itself."""


@softmax.slip("exps / X", "exps / (X + 1e-8)")
def with_an_added_epsilon():
    """A small number is added to the sum, so the values do not sum to one, least of all where the scores are far below
    0. Add nothing."""


@softmax.slip(change("return X", "return X.to(x.dtype)"), change("x.exp", "x.float().exp"))
def through_float32():
    """float64 goes through float32 on the way: digits are lost, and a score of 400 overflows. Compute in the dtype of
    the input."""


@softmax.mistake
def remembers_an_earlier_result(x, known={}):  # noqa: B006
    """A second call with other scores gives the result of the first: something is kept from call to call. Compute
    everything from x, inside the function."""
    return known.setdefault((x.shape, x.dtype), x.exp() / x.exp().sum(-1, keepdim=True))


@softmax.slip("x", "-x")
def of_the_negative_scores():
    """The largest score gets the smallest probability: the sign is turned before the exponential."""


@softmax.slip("exps / exps.sum(-1, keepdim=True)", "(exps.T / exps.sum(-1)).T")
def through_transposes():
    """A transpose before the division and one after it serve a matrix only. Leave the rows where they are, and let the
    summed dimension be kept instead."""


@softmax.slip("return X", "return exps, X")
def two_results():
    """Two values come back. Return the probabilities alone."""


@softmax.slip(change("x.exp()", "x.exp_()"), change("A / B", "A.div_(B)"))
def in_place():
    """The result is right, but x itself is changed, and the caller's scores are lost: exp_ (with _ at its end), x /=
    ... and out=x write into it."""
