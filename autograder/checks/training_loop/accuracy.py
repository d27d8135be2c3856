"""accuracy: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import body
from autograder.beside import readings
from autograder.checks.training_loop import _scores
from autograder.exercise import code

accuracy = code(
    "accuracy",
    ids=["R3.3"],
    hints=[
        "Which class does the model choose for a row? `argmax` gives the position of the largest value.",
        "Along which dimension stand the scores of one example? Compare the positions with yb: that gives True or False"
        " for each row.",
        "The mean of True and False, taken as 1 and 0, is the share of True. `mean` wants floats.",
    ],
    relations=["times_n"],
)


@accuracy.probe(points=2)
def is_the_share_of_right_rows(accuracy, draw):
    """Several tables of scores for the same targets: none of the rows right, all of them, and everything between."""
    c, n = draw.size(3, 4), draw.size(6, 9)  # shares of so many do not end after two digits
    yb = draw.labels(n, c)
    outs = [_scores(draw, yb, c, right) for right in draw.shuffled(range(n + 1))]
    return [readings.as_number(accuracy(out, yb), "the accuracy") for out in outs]


@accuracy.probe
def takes_scores_of_any_size(accuracy, draw):
    """Scores of some hundreds, as a model may well give them, and such as hardly differ; more than ten classes."""
    n, c = draw.choice([7, 9]), draw.integer(11, 14)
    yb = draw.labels(n, c)
    yb[0] = c - 1
    right = draw.integer(n // 2 + 1, n - 1)  # more than have the smallest score there, or all have one class
    for _ in range(50):  # another share is to be right among the first ten classes
        out = torch.cat([draw.normal(2, c), _scores(draw, yb[2:], c, right - 1)])
        out[1, int(yb[1] == 0)] = out[1].max() + 0.6
        out[1, yb[1]] = out[1].max() - 0.3  # wrong, and the second best
        out[0, yb[0]] = out.max() + 1
        if (out[:, :10].argmax(1) == yb).sum() != right:
            break
    tables = {"scores of some hundreds": 10 * out + draw.integer(200, 500), "scores close together": 1.01 + out / 10000}
    return {name: readings.as_number(accuracy(table, yb), "the accuracy") for name, table in tables.items()}


@accuracy.probe(fixed="a single row is right or wrong: 1 or 0")
def one_row_is_a_batch_too(accuracy, draw):
    row = torch.tensor([draw.number(0.1, 0.4), draw.number(1.5, 2.5), draw.number(5.0, 6.0)])
    # Column i gets the score numbered order[i]. It is not the first that gets the largest.
    order = torch.tensor(draw.choice([(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0)]))
    targets = {"right": (order == 2).nonzero()[0], "wrong": (order == 0).nonzero()[0]}
    return {name: readings.as_number(accuracy(row[order][None], y), "the accuracy") for name, y in targets.items()}


@accuracy.right
def by_counting(out, yb):
    right = 0
    for row, target in zip(out.tolist(), yb.tolist(), strict=True):
        if row.index(max(row)) == target:
            right += 1
    return right / len(yb)


@accuracy.right
def by_max(out, yb):
    _, predicted = torch.max(out, 1)
    return torch.sum(predicted == yb).item() / out.shape[0]


@accuracy.right
def by_comparing_scores(out, yb):
    own = out.gather(1, yb[:, None])
    return (own >= out).all(1).double().mean()


@accuracy.right
def by_softmax_first(out, yb):
    return torch.eq(torch.softmax(out, -1).topk(1).indices.squeeze(-1), yb).to(torch.float32).mean()


@accuracy.slip("return A", "return 100 * A")
def in_percent():
    """You return a percentage. The share asked for lies between 0 and 1."""


@accuracy.slip("out.argmax(dim=1)", "out.argmax()")
def one_choice_for_all_rows():
    """One position is found for the whole table, as `argmax()` without a dimension does. Each row needs its own."""


@accuracy.slip("out.argmax(dim=1)", "out.max(1).values")
def compares_the_largest_scores():
    """No row counts as right. If the largest score itself is compared with the target: its position is what counts."""


@accuracy.slip("out.argmax(dim=1) == yb", "out.argmax(1) != yb")
def is_the_error_rate():
    """You return the share of wrong rows: 1 minus the accuracy."""


@accuracy.slip("A.float().mean()", "A.sum() / 64")
def divides_by_64():
    """You divide by 64, whatever the batch. How many rows has this one?"""


@accuracy.slip("(out.argmax(dim=1) == yb).float().mean", "(out.argmax(1) == yb).float")
def one_answer_for_each_row():
    """n values come back, one for each row. One number is asked for: the mean of whether each row is right."""


@accuracy.slip("A.float().mean()", "float(A.all())")
def all_or_nothing():
    """You return 1 when every row is right and 0 otherwise. `all`, torch.equal or a division with `//` does that; a
    mean is asked for."""


@accuracy.slip("(own >= out).all(1).double", "(own > 0.5).float", of="by_comparing_scores")
def looks_at_the_targets_score_alone():
    """You count an example as right when the score of its target is above one half. Only the other scores of its row
    can tell: is it the largest?"""


@accuracy.slip("out.argmax(dim=1)", "out.argmax(1, keepdim=True)")
def compares_every_row_with_every_target():
    """Each row's choice is compared with the targets of all rows: a column (n, 1) beside yb, (n,), gives a table of n x
    n. Look at the shapes."""


@accuracy.slip("out.argmax(dim=1) == yb", "out.softmax(1).gather(1, yb[:, None]) > 0.5")
def asks_for_more_than_half():
    """An example counts as right only when the probability of its class is above one half. It need only be the largest
    of its row, which can be less."""


@accuracy.slip("(out.argmax(dim=1) == yb).float()", "out.softmax(1).gather(1, yb[:, None])")
def the_mean_probability():
    """You return how sure the model is of the right classes on average. Each row counts in full or not at all: has the
    right class the largest score?"""


@accuracy.slip("out.argmax(dim=1)", "out[:, :10].argmax(1)")
def the_first_ten_classes():
    """You look at the first ten scores of each row alone. There may be more classes: take all of them."""


@accuracy.slip("out.argmax(dim=1)", "out.relu().argmax(1)")
def searches_from_0():
    """In a row whose scores are all negative you do not find the largest. Does your search start from 0, or does a ReLU
    make all of them 0?"""


@accuracy.slip("out.argmax(dim=1)", "out.abs().argmax(1)")
def the_largest_size_whatever_its_sign():
    """You look for the largest absolute value, so that -5 beats 2. Compare the scores with their signs."""


@accuracy.slip("out.argmax(dim=1)", "out.int().argmax(1)")
def whole_scores():
    """The scores are cut or rounded to whole numbers first, and different ones become equal. Compare them as they
    are."""


@accuracy.slip("out.argmax(dim=1)", "out.bfloat16().argmax(1)")
def in_half_precision():
    """The scores lose digits on the way (half precision, or rounding), and different ones become equal. Compare them as
    they are."""


@accuracy.slip(body("out = out.squeeze()\nreturn (out.argmax(-1) == yb).sum() / len(out)"))
def squeezed():
    """With a single row the table loses a dimension: squeeze takes away every dimension of size 1. Leave `out` as it
    is."""


@accuracy.slip("return A", "return round(float(A), 2)")
def rounded_to_two_digits():
    """Your share is rounded. Return it as it is; how many digits to show is for print to decide."""


@accuracy.slip("out.argmax(dim=1) == yb", "(out.topk(2, 1).indices == yb[:, None]).any(1)")
def right_among_the_best_two():
    """You count an example as right when its class has one of the two largest scores. It has to be the largest."""


@accuracy.slip("out.argmax(dim=1)", "out.argmax(1) + 1")
def counts_classes_from_1():
    """Positions and labels are compared one apart: is 1 added, or taken off? Classes count from 0, as positions do:
    compare them as they are."""


@accuracy.mistake
def goes_on_counting(out, yb, seen=[]):  # noqa: B006
    """The first call is right, later ones are not: what was counted goes on from call to call. Start anew inside the
    function."""
    seen.extend((out.argmax(1) == yb).tolist())
    return sum(seen) / len(seen)
