"""log_softmax_naive: its probes, other right answers and known mistakes."""

import torch

from autograder.checks.cross_entropy import of_both_dtypes, of_more_dimensions, of_single_rows, with_gradient
from autograder.exercise import code

log_softmax_naive = code(
    "log_softmax_naive",
    ids=["R2.5"],
    hints=[
        "Its name says what to do, read from right to left.",
        "Your own softmax from above can be called here. What is left to do with each of its values?",
        "torch.log (or the method .log()) is the natural logarithm. Another way: the log of a fraction is a "
        "difference. Of which two terms here?",
    ],
    shortcut=["log_softmax", "cross_entropy", "cross_entropy_loss"],
    instead="your softmax and log, or exp, sum, log and a subtraction",
    relations=["negated", "transposed", "detached", "in_float64"],
)


@log_softmax_naive.probe
def gives_the_log_of_each_probability(log_softmax_naive, draw):
    return of_both_dtypes(log_softmax_naive, draw)


@log_softmax_naive.probe
def works_on_a_single_row(log_softmax_naive, draw):
    """Nothing may be left from one row to the next, and no score may be cut off or drowned by something added."""
    return of_single_rows(log_softmax_naive, draw)


@log_softmax_naive.probe
def uses_the_last_of_three_dimensions(log_softmax_naive, draw):
    return of_more_dimensions(log_softmax_naive, draw)


@log_softmax_naive.probe
def lets_gradients_through(log_softmax_naive, draw):
    n = draw.size(2, 3)
    x = draw.normal(n, n + draw.size(1, 2), grad=True)  # of no shape that another probe has shown
    return with_gradient(log_softmax_naive(x), x)


@log_softmax_naive.right
def as_a_difference(x):
    return x - x.exp().sum(-1, keepdim=True).log()


@log_softmax_naive.right
def from_the_definition(x):
    return torch.log(torch.exp(x) / torch.sum(torch.exp(x), dim=-1, keepdim=True))


@log_softmax_naive.right
def log_of_torchs_softmax(x):
    return torch.softmax(x, dim=-1).log()


@log_softmax_naive.right
def with_logsumexp(x):
    return x - torch.logsumexp(x, -1).unsqueeze(-1)


@log_softmax_naive.slip("x - X.log()", "x.exp() / X", of="as_a_difference")
def without_the_log():
    """These are the probabilities, between 0 and 1. The logarithm is missing."""


@log_softmax_naive.slip("softmax(x).log()", "math.log(x.softmax(-1))")
def by_math_log():
    """A function of `math`, or float(), takes one number and not a whole tensor. torch has functions of these names,
    and methods, that work on every element."""


@log_softmax_naive.slip("x - X", "x.exp().log() / X", of="as_a_difference")
def logs_divided():
    """You divide the logarithms. The log of a fraction is not the fraction of two logs, it is their difference."""


@log_softmax_naive.slip("softmax(x).log()", "x - x.sum(-1, keepdim=True)")
def minus_the_sum_of_the_scores():
    """You subtract the sum of the scores. log(sum(exp(x))) is not sum(x): the log of a sum is no sum of logs."""


@log_softmax_naive.slip("x - X", "x.exp() / X", of="as_a_difference")
def divided_by_the_log_of_the_sum():
    """The exponentials are divided by the log of their sum. Take the log of the whole fraction, not of its lower
    part."""


@log_softmax_naive.slip("x - X.log()", "(x.exp() / X).log10()", of="as_a_difference")
def log_base_ten():
    """These are logarithms to base 10. The natural logarithm is asked for: torch.log."""


@log_softmax_naive.slip("softmax(x).log()", "softmax(x.log())")
def softmax_of_the_log():
    """You take the log of the scores first, and negative scores have none: hence the nan. Softmax comes first, then the
    log of the result."""


@log_softmax_naive.slip("x - X.log()", "(x.exp() / X + 1e-08).log()", of="as_a_difference")
def with_an_added_epsilon():
    """A small number is added before the log. It shifts every value, most of all where the probability is small.
    Nothing needs to be added here."""


@log_softmax_naive.slip("softmax(x)", "x.clamp(-10, 10).softmax(-1)")
def scores_clamped():
    """The scores are cut off at some limit before the exponential, so beyond it they make no difference. Take them as
    they are."""


@log_softmax_naive.slip("softmax(x).log()", "softmax(x.float()).log().to(x.dtype)")
def through_float32():
    """float64 goes through float32 on the way: digits are lost, and a score of 400 overflows. Compute in the dtype of
    the input."""


@log_softmax_naive.mistake
def remembers_an_earlier_result(x, known={}):  # noqa: B006
    """A second call with other scores gives the result of the first: something is kept from call to call. Compute
    everything from x, inside the function."""
    return known.setdefault((x.shape, x.dtype), x.softmax(-1).log())


@log_softmax_naive.slip("softmax(x)", "x.softmax(-1).softmax(-1)")
def softmax_twice():
    """There is a softmax too many: probabilities go through softmax once more before the log. Take the log of the
    first."""


@log_softmax_naive.slip("softmax(x)", "x.softmax(-1).log()")
def log_twice():
    """The log is taken twice, and the log of a negative number is nan. softmax once, log once."""


@log_softmax_naive.slip("softmax(x).log()", "x - x.exp().sum().log()")
def over_everything():
    """You sum over all the elements, so all the rows together are one distribution. Each row is one of its own."""
