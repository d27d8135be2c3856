"""logsumexp: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import before, change, everywhere
from autograder.checks.cross_entropy import far_apart, with_gradient
from autograder.exercise import code

logsumexp = code(
    "logsumexp",
    ids=["R2.12"],
    hints=[
        "Its name read from right to left is the recipe. It works for small scores; what does exp give for 1000, "
        "and for -1000?",
        "Take the largest score m of each row out: log(sum(exp(x))) = m + log(sum(exp(x - m))). What shape must m "
        "have to be subtracted from x, and what shape to be added to the result?",
        "x.amax(-1, keepdim=True), or x.max(-1, keepdim=True).values, is m in the right shape for x - m. Before it "
        "is added at the end, take its last dimension away: m.squeeze(-1).",
    ],
    shortcut=["logsumexp", "logcumsumexp", "cross_entropy", "cross_entropy_loss"],
    instead="max, exp, sum and log",
    relations=["negated", "detached", "in_float64", "still_two_dimensional"],
)


@logsumexp.probe
def gives_one_value_for_each_row(logsumexp, draw):
    n = draw.size(2, 4)
    return {
        "as many rows as classes": logsumexp(draw.normal(n, n)),
        "one row": logsumexp(draw.normal(1, n)),
        "more classes than rows": logsumexp(draw.normal(n, n + 1)),
    }


@logsumexp.probe(rtol=1e-9, atol=1e-12)
def keeps_the_digits_of_float64(logsumexp, draw):
    return logsumexp(draw.normal(draw.size(2, 4), draw.size(4, 5)).double() / 3)


@logsumexp.remark
def takes_any_number_of_dimensions(logsumexp, draw):
    """It is right for a table of scores. For a single row, or for three dimensions, it is not: `[:, None]` and dim=1
    count from the front, and dim=-1 from the end."""
    n, c = draw.size(2, 4), draw.size(2, 4)
    return {
        "a single row": logsumexp(draw.normal(c)),
        "of the shape (2, n, c)": logsumexp(draw.normal(2, n, c)),
        "of the shape (n, 1, c)": logsumexp(draw.normal(n, 1, c)),
    }


# At 9000 two float32 neighbours are 0.001 apart.
@logsumexp.probe(points=2, rtol=1e-6)
def is_right_for_large_and_very_negative_scores(logsumexp, draw):
    n, c = draw.size(2, 3), draw.size(2, 4)
    x = draw.normal(n, c)
    return {
        "hundreds": logsumexp(x + draw.number(100, 600)),
        "thousands": logsumexp(x + draw.number(1000, 9000)),
        "millions": logsumexp(x + draw.integer(1, 9) * 1e6),
        "thousands below zero": logsumexp(x - draw.number(1000, 9000)),
        "millions below zero": logsumexp(x - draw.integer(1, 9) * 1e6),
    }


@logsumexp.probe(rtol=1e-6)
def rows_far_apart_do_not_disturb_each_other(logsumexp, draw):
    n = draw.size(2, 4)
    x = far_apart(draw, n, n + draw.size(1, 2), draw.number(1000, 9000))
    x = x[x[:, 0].argsort()]
    return {"the lowest row first": logsumexp(x), "the highest row first": logsumexp(x.flip(0))}


@logsumexp.probe(atol=2e-3)
def scores_far_apart_in_one_row_do_no_harm(logsumexp, draw):
    """Where one score rules alone the logarithm is 0: a limit on it hardly moves the value, and cuts the gradient."""
    n, c = draw.size(2, 3), draw.size(3, 4)
    x = draw.normal(n, c)
    far = torch.zeros(c)
    far[draw.integer(0, c - 1)] = draw.number(1000, 9000)
    above = (x + far).requires_grad_()
    seen = with_gradient(logsumexp(above), above)
    return {"one far above": seen["result"], "its gradient": seen["gradient"], "one far below": logsumexp(x - far)}


@logsumexp.probe
def lets_gradients_through(logsumexp, draw):
    x = draw.normal(draw.size(2, 3), draw.size(2, 4), grad=True)
    return with_gradient(logsumexp(x), x)


@logsumexp.right
def with_max_values(x):
    m, _ = x.max(dim=-1)
    return m + torch.log(torch.exp(x - m[..., None]).sum(dim=-1))


@logsumexp.right
def by_pairs(x):
    total = x[..., 0]
    for i in range(1, x.shape[-1]):
        larger, smaller = torch.maximum(total, x[..., i]), torch.minimum(total, x[..., i])
        total = larger + (smaller - larger).exp().log1p()
    return total


@logsumexp.right
def row_by_row(x):
    rows = x.reshape(-1, x.shape[-1])
    results = [sum(torch.exp(value - max(row.tolist())) for value in row).log() + max(row.tolist()) for row in rows]
    return torch.stack(results).reshape(x.shape[:-1])


@logsumexp.right
def with_a_constant_maximum(x):
    with torch.no_grad():
        m = x.amax(-1, keepdim=True)
    return ((x - m).exp().sum(-1, keepdim=True).log() + m)[..., 0]


@logsumexp.right(remarks=["takes_any_number_of_dimensions"])
def as_in_the_lesson(x):
    m = x.max(-1)[0]
    return m + (x - m[:, None]).exp().sum(-1).log()


@logsumexp.slip("return A", "return x.exp().sum(-1).log()")
def as_the_formula_stands():
    """This is right for small scores. exp of a large one is infinity, and of a very negative one 0. Take the largest
    score of each row out first."""


@logsumexp.slip("x.amax(-1, keepdim=True)", "x.max()")
def the_largest_of_all():
    """You take out the largest score of the whole tensor. A row far below it is left with zeros, whose log is minus
    infinity: each row needs its own largest."""


@logsumexp.slip("x.amax", "x.amin")
def not_the_largest():
    """What you take out of each row is not its largest score, but its smallest, say, or its mean. A score far above
    that still overflows."""


@logsumexp.slip("largest = X", "largest = X.clamp(min=0)")
def the_largest_but_at_least_0():
    """A row of very negative scores comes out as minus infinity: 0 is taken out of it, and not its largest score. What
    keeps your largest from being below 0?"""


@logsumexp.slip("return A", "return 1000 + (x.double() - 1000).exp().sum(-1).log().to(x.dtype)")
def a_fixed_number():
    """You take out one fixed number. It helps scores near that number only: take out the largest score of each row."""


@logsumexp.slip("return A", "return x.double().exp().sum(-1).log().to(x.dtype)")
def in_double_on_the_way():
    """float64 on the way only helps up to scores of about 709: beyond them exp overflows again. Take the largest score
    of each row out first."""


@logsumexp.slip("return A", "return x.clamp(-80, 80).exp().sum(-1).log()")
def clamped():
    """You limit the scores so that nothing overflows, and with them the result. Nothing may be cut off: take the
    largest score out and add it back."""


@logsumexp.slip("return A", "return (x.exp().sum(-1) + 1e-9).log()")
def with_an_added_epsilon():
    """A small number keeps the sum from 0, so very negative scores give the log of that number, and large ones overflow
    as before. Take each row's largest out first."""


@logsumexp.slip(before("return A", "exps = (x - largest).exp()"), change("x.amax", "x.max"))
def max_gives_a_pair():
    """max with a dimension gives two things, the largest values and where they stand, and a pair cannot be subtracted.
    Take the values out of it."""


@logsumexp.slip("largest.squeeze(X) + Y", "Y")
def the_largest_is_not_added_back():
    """The largest score is subtracted, and not added back: each result is off by it."""


@logsumexp.slip("A + B", "A")
def only_the_largest():
    """This is the largest score alone. It is close, but the other scores add something: the log of their sum, after the
    largest is taken out."""


@logsumexp.slip("return A", "return x.sum(-1)")
def the_sum_of_the_scores():
    """This is the sum of the scores. log and exp do not cancel, because the sum stands between them: exp first, then
    sum, then log."""


@logsumexp.slip("X.sum", "X.mean")
def log_of_the_mean():
    """You take the mean of the exponentials in place of their sum, so ln n is missing from the result."""


@logsumexp.slip(everywhere("-1", "0"))
def over_the_first_dimension():
    """You reduce the first dimension, so there is one value for each column. The scores of one example stand in a
    row."""


@logsumexp.slip("return A", "return x.max() + (x - x.max()).exp().sum().log()")
def over_everything():
    """A single number comes back for the whole tensor. Each row has a value of its own: tell max and sum the
    dimension."""


@logsumexp.slip("largest.squeeze(-1)", "largest")
def stretched_to_a_square():
    """The largest scores stand in a column, (n, 1), and the logs in a row, (n,): added, they are stretched to a square.
    Take the kept dimension away before."""


@logsumexp.slip("largest.squeeze(X) + Y.sum(X).log()", "(largest + Y.sum(X, keepdim=True).log()).squeeze()")
def the_result_squeezed_too_far():
    """squeeze() takes away every dimension of size 1, also one that was in x from the start: a single row loses it.
    Tell it which one."""


@logsumexp.slip(everywhere("x", "x.float()"), change("return A", "return A.to(x.dtype)"))
def through_float32():
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of the input."""


@logsumexp.slip("x.amax(-1, keepdim=True)", "x[..., :1]")
def the_first_of_each_row():
    """What you take out of each row is its first score, which need not be the largest: one that lies far above it still
    overflows."""


@logsumexp.slip("x.amax(-1, keepdim=True)", "x.reshape(-1, x.shape[-1])[0].max()")
def the_largest_of_the_first_row():
    """You take the largest score of one row out of all the rows. Each row needs its own: a maximum along the last
    dimension."""


@logsumexp.slip("X.log()", "X")
def without_the_log():
    """The logarithm of the sum is missing: the sum itself is added to the largest score."""


@logsumexp.slip("return A", "return x.exp().sum(-1).log().nan_to_num()")
def infinities_replaced():
    """Where the formula gives infinity you put another number in its place. The true value is close to the largest
    score: take that out before exp, and nothing overflows."""


@logsumexp.slip("return A", "return torch.tensor(A.tolist())")
def by_python_numbers():
    """The result is put into a new tensor, which cuts the graph and may lose the dtype. Use torch's max, exp, sum and
    log on the tensor itself."""


@logsumexp.slip("X.log()", "X.log().clamp_min(1e-6)", of="with_a_constant_maximum")
def a_limit_on_the_logarithm():
    """A limit on the logarithm cuts the gradient where one score of a row is far above the others. With the largest
    taken out, the sum is at least 1."""


@logsumexp.slip("X.log()", "X.log().detach()")
def the_logarithm_cut_off():
    """Only the largest score of each row gets a gradient: the logarithm that is added to it is cut off from the graph.
    Every score has its share."""
