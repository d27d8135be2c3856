"""cross_entropy: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change, first
from autograder.checks.cross_entropy import far_apart, log_probabilities_of, sizes, telling, with_gradient
from autograder.exercise import code

cross_entropy = code(
    "cross_entropy",
    ids=["R2.15"],
    hints=[
        "Two functions that you have built give it, one applied to the result of the other. Which two?",
        "nll wants log-probabilities, and the input holds scores. Which function makes the one of the other, and is "
        "right for scores of any size?",
        "From scores to log-probabilities, and from these to one number: each step is one call of a function "
        "that you have.",
    ],
    shortcut=["cross_entropy", "cross_entropy_loss"],
    instead="your log_softmax and your nll",
    relations=["negated", "times_n", "per_row", "as_number", "detached", "in_float64", "still_two_dimensional"],
)


def scores_and_target(draw, n, c, classes=None, make=None, grad=False):
    """Scores of n rows, and a target whose loss is none that nearby wrong answers give.

    No probability is so small that a number like 1e-9, added to it, shows.
    """

    def drawn():
        x = make() if make else draw.uniform(n, c, low=-3.5, high=3.5).requires_grad_(grad)
        return log_probabilities_of(x.double()), x

    (_, x), target = telling(draw, drawn, n, c, classes)
    return x, target


@cross_entropy.probe
def averages_minus_the_log_of_the_targets_softmax(cross_entropy, draw):
    x, target = scores_and_target(draw, *sizes(draw))
    wide = x.double()
    return {
        "float32 scores": cross_entropy(x, target),
        "float64 scores": cross_entropy(wide, target),
        "one row": cross_entropy(x[:1], torch.tensor([x.shape[1] - 1])),
    }


@cross_entropy.probe(rtol=1e-9, atol=1e-12)
def keeps_the_digits_of_float64(cross_entropy, draw):
    n, c = sizes(draw)
    rows = torch.arange(n)
    for _ in range(50):  # float32 is to lose some
        x, target = scores_and_target(draw, n, c, make=lambda: draw.normal(n, c).double() / 3)
        loss, digits = (log_probabilities_of(some)[rows, target].mean().item() for some in (x, x.float()))
        if abs(loss - digits) > 1e-8 * abs(loss):
            break
    return cross_entropy(x, target)


@cross_entropy.probe
def the_highest_class_need_not_occur(cross_entropy, draw):
    n, c = sizes(draw)
    return cross_entropy(*scores_and_target(draw, n + 1, c + 1, classes=c))


@cross_entropy.probe(atol=5e-4)
def is_right_for_large_and_very_negative_scores(cross_entropy, draw):
    x, target = scores_and_target(draw, *sizes(draw))
    distance = draw.number(1000, 2000)
    return {"large": cross_entropy(x + distance, target), "very negative": cross_entropy(x - distance, target)}


@cross_entropy.probe(atol=5e-4)
def rows_far_apart_do_not_disturb_each_other(cross_entropy, draw):
    n, c = sizes(draw)
    distance = draw.number(1000, 2000)
    return cross_entropy(*scores_and_target(draw, n, c, make=lambda: far_apart(draw, n, c, distance)))


@cross_entropy.probe(atol=5e-4)
def confidently_wrong_rows_cost_what_they_should(cross_entropy, draw):
    n, c = sizes(draw)
    rows = torch.arange(n + 1)
    for _ in range(50):  # the mean of the rows is to be none of the classes' means
        x, target = scores_and_target(draw, n + 1, c + 1)
        x[rows, (target == 0).long()] += draw.number(1000, 2000)  # never in the column of class 2
        picked = log_probabilities_of(x)[rows, target]
        if abs(torch.stack([picked[target == k].mean() for k in target.unique()]).mean() - picked.mean()) > 0.1:
            break
    return cross_entropy(x, target)


@cross_entropy.probe
def lets_gradients_through(cross_entropy, draw):
    x, target = scores_and_target(draw, *sizes(draw), grad=True)
    return with_gradient(cross_entropy(x, target), x)


@cross_entropy.right
def by_torchs_two_halves(input, target):
    return torch.nn.functional.nll_loss(torch.log_softmax(input, 1), target)


@cross_entropy.right
def logsumexp_minus_the_score(input, target):
    return (input.logsumexp(1) - input[range(len(target)), target]).mean()


@cross_entropy.right
def by_one_hot(input, target):
    p = torch.nn.functional.one_hot(target, input.shape[-1]).to(input.dtype)
    log_q = input - input.amax(1, keepdim=True)
    log_q = log_q - log_q.exp().sum(1, keepdim=True).log()
    return -(p * log_q).sum(dim=1).mean()


@cross_entropy.right
def row_after_row(input, target):
    losses = []
    for row, label in zip(input, target.tolist(), strict=True):
        losses.append(torch.logsumexp(row, 0) - row[label])
    return sum(losses) / len(losses)


@cross_entropy.slip("nll(log_softmax(input), target)", "-input[torch.arange(len(target)), target].mean()")
def nll_of_the_scores():
    """The scores themselves are averaged: the log of the softmax is missing. nll wants log-probabilities."""


@cross_entropy.slip("input", "input.softmax(1)", of="nll_of_the_scores")
def nll_of_the_probabilities():
    """Probabilities are averaged: the logarithm is missing. nll wants log-probabilities, softmax gives
    probabilities."""


@cross_entropy.slip(change("input", "input.softmax(1)"), change("A.mean()", "A.mean().log()"), of="nll_of_the_scores")
def log_of_the_mean_probability():
    """You take the log of the mean of the targets' probabilities. That is not the mean of their logs: log first (in
    log_softmax), then the mean."""


@cross_entropy.slip("input", "input.softmax(1).log_softmax(1)", of="nll_of_the_scores")
def softmax_twice():
    """There is a softmax too many: probabilities go into log_softmax, which takes a softmax of its own. Give it the
    scores."""


@cross_entropy.slip("X.log()", "X", of="naive")
def nll_of_the_probabilities_of_the_formula():
    """Probabilities are averaged: the logarithm is missing. nll wants log-probabilities, softmax gives
    probabilities."""


@cross_entropy.slip("X.log()", "X.log_softmax(1)", of="naive")
def softmax_of_the_formula_twice():
    """There is a softmax too many: probabilities go into log_softmax, which takes a softmax of its own. Give it the
    scores."""


@cross_entropy.slip("input", "(input.exp() / input.exp().sum(1, keepdim=True)).log()", of="nll_of_the_scores")
def naive():
    """This is right for small scores, but exp of a large one is infinity and the loss becomes nan. Use the stable
    log_softmax that you built last."""


@cross_entropy.slip("input", "input - input.exp().sum(1, keepdim=True).log()", of="nll_of_the_scores")
def the_naive_log_softmax():
    """This is right for ordinary scores, but exp of a large one is infinity, and of a very negative one 0: so is the
    sum. Use a log_softmax that is built on logsumexp."""


@cross_entropy.slip("input", "input.softmax(1).log()", of="nll_of_the_scores")
def log_of_a_stable_softmax():
    """Where the model is confidently wrong, the probability of the right class is rounded to 0, and the loss becomes
    infinite. Do not go through probabilities: use the stable log_softmax."""


@cross_entropy.slip("input", "(input.softmax(1) + 1e-9).log()", of="nll_of_the_scores")
def with_an_added_epsilon():
    """A small number is added to the probabilities, so confidently wrong rows cost too little and their gradient is
    gone. Use the stable log_softmax; it needs no such number."""


@cross_entropy.slip("input", "input.softmax(1).clamp(min=1e-7).log()", of="nll_of_the_scores")
def probabilities_clamped():
    """The probabilities are kept away from 0 by clamp. Confidently wrong rows then all cost the same and give no
    gradient. The stable log_softmax needs no clamp."""


@cross_entropy.slip("input", "input.clamp(-50, 50).log_softmax(1)", of="nll_of_the_scores")
def scores_clamped():
    """The scores are cut off before the softmax, so beyond that they make no difference. Use the stable log_softmax,
    which takes scores of any size."""


@cross_entropy.slip(first("input = input - input.max()"), of="the_naive_log_softmax")
def the_largest_of_all():
    """The largest score of the whole batch is taken out, so in rows that lie far below it every exp is 0. Each row
    needs its own largest score."""


@cross_entropy.slip("input.max()", "input.amax(1, keepdim=True).clamp(min=0)", of="the_largest_of_all")
def the_largest_but_at_least_0():
    """A row of very negative scores comes out infinite: 0 is taken out of it, and not its largest score. What keeps
    your largest from being below 0?"""


@cross_entropy.slip("input", "input.log_softmax(0)", of="nll_of_the_scores")
def over_the_first_dimension():
    """The softmax runs over the first dimension, so the examples compete with each other. The classes of one example
    do: the last dimension."""


@cross_entropy.slip("input", "input - input.flatten().logsumexp(0)", of="nll_of_the_scores")
def over_everything():
    """The softmax runs over the whole tensor, so all examples share one distribution. Each row has its own."""


@cross_entropy.slip("X.sum(dim=1).mean()", "X.mean()", of="by_one_hot")
def divided_by_all_elements():
    """You divide by n times c. The mean is over the examples: divide by n."""


@cross_entropy.slip("-A.mean()", "torch.nn.functional.binary_cross_entropy_with_logits(input, p)", of="by_one_hot")
def yes_or_no_for_each_class():
    """This is the loss for a yes or no on each class by itself (a sigmoid for each). Here the classes compete: one
    softmax for each row."""


@cross_entropy.slip("A.mean()", "A.mean().to(input.dtype)", of="made_float32")
def through_float32():
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of the input."""


@cross_entropy.slip("input", "input.squeeze().log_softmax(-1)", of="nll_of_the_scores")
def squeezed():
    """With a single row a dimension is lost: squeeze takes away every dimension of size 1. Leave input as it is."""


@cross_entropy.slip("(X, target)", "(X, target - 1)", of="logsumexp_minus_the_score")
def the_column_before():
    """You pick the column one to the left of the target's. Labels count from 0, as columns do: no subtraction is
    needed."""


@cross_entropy.slip("input", "input.log_softmax(1).clamp(min=-100)", of="nll_of_the_scores")
def losses_cut_off():
    """The log-probabilities are kept above some limit, so that beyond it a confidently wrong row costs no more. The
    stable log_softmax is finite by itself: cut nothing off."""


@cross_entropy.slip("return A", "return ((input.softmax(1) - p) ** 2).mean()", of="by_one_hot")
def squared_differences():
    """This is a mean of squared differences between probabilities and the one-hot target, another loss. Take minus the
    log of the target's probability."""


@cross_entropy.mistake
def the_mean_of_the_classes_means(input, target):
    """You average each class first and then the classes, so that an example of a rare class weighs more. Every example
    counts alike: one mean over all n."""
    losses = -input.log_softmax(1)[torch.arange(len(target)), target]
    return torch.stack([losses[target == k].mean() for k in target.unique()]).mean()


@cross_entropy.slip("input", "input.float().log_softmax(1)", of="nll_of_the_scores")
def made_float32():
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""


@cross_entropy.slip(first("input -= input.logsumexp(1, keepdim=True)"), of="nll_of_the_scores")
def in_place():
    """The result is right, but the scores are overwritten on the way: -= and functions whose name ends with _ change
    the tensor that was given."""
