"""nll: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import indent
from autograder.checks.cross_entropy import log_probabilities_of, sizes, telling, with_gradient
from autograder.exercise import code

nll = code(
    "nll",
    ids=["R2.8"],
    hints=[
        "For each row you need one single number: the log-probability in the column that target names. What would a "
        "for loop over the rows do?",
        "A tensor can be indexed by two index tensors at once, log_probs[rows, columns]: they are walked through in "
        "pairs. Which rows, and which columns, give one number for each example?",
        "The rows are 0, 1, ..., n - 1 (torch.arange(n) or range(n)), the columns are target. Then take the mean, "
        "and mind the sign.",
    ],
    shortcut=["nll_loss", "cross_entropy", "cross_entropy_loss"],
    instead="indexing (or gather), a mean and a minus",
    relations=["negated", "times_n", "per_row", "as_number", "detached", "in_float64", "still_two_dimensional"],
)


def log_probabilities(draw, n, c):
    """n rows of c log-probabilities."""
    return log_probabilities_of(draw.normal(n, c))


@nll.probe
def averages_minus_the_targets_log_probability(nll, draw):
    n, c = sizes(draw)
    log_probs, target = telling(draw, lambda: log_probabilities(draw, n, c), n, c)
    wide = log_probs.double()
    return {
        "float32 log_probs": nll(log_probs, target),
        "float64 log_probs": nll(wide, target),
        "other log_probs": nll(log_probabilities(draw, n, c), target),
        "one row": nll(log_probs[:1], torch.tensor([c - 1])),
    }


@nll.probe
def takes_the_numbers_as_they_are(nll, draw):
    """As in the example of the prompt: rounded log-probabilities, whose exponentials do not sum to one exactly. And
    those of a model that is sure of the first class, and always wrong: those of the others are around -200."""
    n, c = sizes(draw)
    log_probs, target = telling(draw, lambda: (log_probabilities(draw, n, c) * 2).round() / 2 - 0.5, n, c)
    sure = log_probs - 200
    sure[:, 0] = 0
    return {"rounded": nll(log_probs, target), "sure and wrong": nll(sure, target.clamp(min=1))}


@nll.probe(rtol=1e-9, atol=1e-12)
def keeps_the_digits_of_float64(nll, draw):
    n, c = sizes(draw)
    rows = torch.arange(n)
    for _ in range(50):  # float32 is to lose some
        log_probs, target = telling(draw, lambda: log_probabilities_of(draw.normal(n, c).double()), n, c)
        loss, digits = (some[rows, target].mean().item() for some in (log_probs, log_probs.float()))
        if abs(loss - digits) > 1e-8 * abs(loss):
            break
    return nll(log_probs, target)


@nll.probe
def the_highest_class_need_not_occur(nll, draw):
    n, c = sizes(draw)
    return nll(*telling(draw, lambda: log_probabilities(draw, n + 1, c + 1), n + 1, c + 1, classes=c))


@nll.probe
def lets_gradients_through(nll, draw):
    n, c = sizes(draw)

    def scores():
        drawn = draw.normal(n, c, grad=True)
        return log_probabilities_of(drawn), drawn

    (log_probs, leaf), target = telling(draw, scores, n, c)
    return with_gradient(nll(log_probs, target), leaf)


@nll.right
def by_gather(log_probs, target):
    return -log_probs.gather(1, target.unsqueeze(1)).squeeze(1).mean()


@nll.right
def row_after_row(log_probs, target):
    total = 0
    for row, label in zip(log_probs, target, strict=True):
        total = total - row[label]
    return total / len(target)


@nll.right
def by_one_hot(log_probs, target):
    mask = torch.nn.functional.one_hot(target, log_probs.shape[1])
    return -(log_probs * mask).sum() / log_probs.size(0)


@nll.right
def by_the_diagonal(log_probs, target):
    return log_probs[:, target].diag().mean().neg()


@nll.slip("log_probs[rows, target]", "log_probs.gather(1, target)")
def gather_without_a_column():
    """gather wants an index with as many dimensions as log_probs has: make a column of the target, one entry in each
    row."""


@nll.slip("(rows, target)", "target")
def rows_named_by_the_target():
    """Whole rows are taken, as if the labels were row numbers. The label names a column, and each row needs one of its
    own."""


@nll.slip(indent("return A"), of="row_after_row")
def returns_inside_the_loop():
    """Only the first example is counted. A return that stands inside a loop ends it: look at the indentation."""


@nll.slip("def nll(log_probs, target):", "def nll(target, log_probs):")
def targets_come_first():
    """Two indices are given to something with one dimension. nll is called as nll(log_probs, target): do your two names
    stand the other way round?"""


@nll.slip("return A", "return torch.tensor(A.item())")
def by_python_numbers():
    """The result goes through Python's numbers into a new tensor, so the graph is cut (and the dtype may be lost). Stay
    with tensors all the way."""


@nll.slip("(rows, target)", "(torch.arange(log_probs.shape[1]), target)")
def as_many_rows_as_classes():
    """You number the rows up to the number of classes. There are as many rows as examples."""


@nll.slip("-X.sum() / log_probs.size(0)", "-X.mean()", of="by_one_hot")
def divided_by_all_elements():
    """You divide by n times c. The values that count are n, one for each example, so that is what their sum is divided
    by."""


@nll.slip("-X.mean()", "-X.sum() / log_probs.shape[1]")
def divided_by_the_classes():
    """You divide by the number of classes. The mean is over the examples: divide by n."""


@nll.slip("-X.mean()", "-X.sum() / 64")
def divided_by_the_batch_size_of_the_lesson():
    """You divide by 64, whatever the number of rows. Use mean, or the length of target: the last batch may be short."""


@nll.slip("for A in B:", "return -log_probs.mean() + total * target.sum()", of="row_after_row")
def mean_over_all_classes():
    """You take the mean over all the classes: the target is not used. Only the log-probability of the right class
    counts."""


@nll.slip("X.mean", "X.exp().mean().log")
def log_of_the_mean():
    """You average the probabilities and take the log of that. The log of a mean is not the mean of the logs: average
    the log-probabilities."""


@nll.slip("log_probs", "log_probs.exp().log()")
def through_probabilities():
    """Log-probabilities around -200 come out infinite: their exponential is 0 in float32, and a log of it is none. Take
    them as they are."""


@nll.slip("log_probs", "log_probs.log_softmax(1)")
def normalised_once_more():
    """The log-probabilities go through a softmax and a log (or log_softmax) once more. They are log-probabilities
    already: just pick them."""


@nll.slip("log_probs[X].mean()", "log_probs.float()[X].mean().to(log_probs.dtype)")
def through_float32():
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of log_probs."""


@nll.slip("log_probs", "log_probs.squeeze()")
def squeezed():
    """With a single row a dimension is lost: squeeze takes away every dimension of size 1. Index rows and columns of
    log_probs as it is."""
