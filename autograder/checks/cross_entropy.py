"""How section 2, the loss, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import math

import torch

from autograder.complaint import Complaint
from autograder.exercise import code, concept


def with_gradient(result, leaf):
    """The result, and what flows back from it to the leaf that it was computed from (None where the graph is cut)."""
    if not isinstance(result, torch.Tensor):
        raise Complaint(f"return a tensor, not {type(result).__name__}: gradients flow through tensors only")
    if result.requires_grad:
        result.square().sum().backward()
    return {"result": result, "gradient": leaf.grad}


def log_probabilities(draw, n, c):
    """n rows of c log-probabilities."""
    return draw.normal(n, c).log_softmax(-1)


def far_apart(draw, n, c, distance):
    """n rows of scores: some around +distance, some around -distance, one around 0, in any order."""
    offsets = draw.shuffled([distance, -distance, 0.0, *(draw.choice([distance, -distance]) for _ in range(n - 3))])
    return draw.normal(n, c) + torch.tensor(offsets).unsqueeze(1)


# -------------------------------------------------------------------------------------------- softmax_formula

softmax_formula = code(
    "softmax_formula",
    ids=["R2.1"],
    hints=[
        "Do it by hand for [0.0, 1.0]: which two numbers do you add, and what do you divide by their sum?",
        "math.exp gives the exponential of one number. Make a list of the exponentials first, it is needed twice: "
        "for the sum and for the division.",
        "With exps = [math.exp(x) for x in xs] and total = sum(exps), each value of the result is one of exps "
        "divided by total; a second list comprehension collects them.",
    ],
    shortcut=["softmax", "log_softmax", "exp", "tensor", "as_tensor"],
    instead="math.exp, sum and a division; no torch in this one",
    relations=["negated"],
)


@softmax_formula.probe
def each_exponential_is_divided_by_their_sum(softmax_formula, draw):
    return softmax_formula(draw.numbers(draw.size(2, 6)))


@softmax_formula.probe(fixed="the softmax of a number that stands alone is 1")
def a_single_number_gets_1_at_every_call(softmax_formula, draw):
    return {call: softmax_formula(draw.numbers(1)) for call in ("first call", "second call")}


@softmax_formula.right
def in_a_loop(xs):
    total = 0.0
    for x in xs:
        total += math.exp(x)
    result = []
    for x in xs:
        result.append(math.exp(x) / total)
    return result


@softmax_formula.right
def with_the_largest_taken_out(xs):
    m = max(xs)
    total = math.fsum(math.exp(x - m) for x in xs)
    return [math.exp(x - m) / total for x in xs]


@softmax_formula.right
def by_powers_of_e(xs):
    return [math.e**x / sum(math.e**y for y in xs) for x in xs]


@softmax_formula.right
def by_differences(xs):
    return [1 / sum(math.exp(other - x) for other in xs) for x in xs]


@softmax_formula.mistake
def without_exponentials(xs):
    """You divide the numbers by their sum, without the exponential. With a negative number in the list the result is
    no distribution: take math.exp of each number first."""
    return [x / sum(xs) for x in xs]


@softmax_formula.mistake
def without_dividing(xs):
    """These are the exponentials. They are positive, but they do not sum to one yet: divide each by their sum."""
    return [math.exp(x) for x in xs]


@softmax_formula.mistake
def divided_by_the_sum_of_the_numbers(xs):
    """You divide the exponentials by the sum of the numbers. The divisor is the sum of the exponentials."""
    return [math.exp(x) / sum(xs) for x in xs]


@softmax_formula.mistake
def exponential_of_the_sum(xs):
    """You divide by the exponential of the sum. The order matters: exponentials first, then their sum."""
    return [math.exp(x) / math.exp(sum(xs)) for x in xs]


@softmax_formula.mistake
def normalised_before_the_exponential(xs):
    """You divide by the sum first and take the exponential then, so the values do not sum to one. Exponentials
    first."""
    total = sum(math.exp(x) for x in xs)
    return [math.exp(x / total) for x in xs]


@softmax_formula.mistake
def divided_by_the_mean(xs):
    """You divide by the mean of the exponentials, so the values sum to their number instead of one. Divide by the
    sum."""
    exps = [math.exp(x) for x in xs]
    return [e / (sum(exps) / len(exps)) for e in exps]


@softmax_formula.mistake
def divided_by_the_largest(xs):
    """You divide by the largest exponential, so that the largest value is 1. The sum of all the values must be 1."""
    exps = [math.exp(x) for x in xs]
    return [e / max(exps) for e in exps]


@softmax_formula.mistake
def divided_by_the_others(xs):
    """You divide each exponential by the sum of the others. The number's own exponential belongs to the sum, too."""
    exps = [math.exp(x) for x in xs]
    return [e / (sum(exps) - e) for e in exps]


@softmax_formula.mistake
def powers_of_two(xs):
    """You use powers of 2. The base is e: math.exp(x)."""
    return [2**x / sum(2**y for y in xs) for x in xs]


@softmax_formula.mistake
def the_logarithm_of_it(xs):
    """These are the logarithms of the softmax. They come later in this section; return the probabilities themselves."""
    total = sum(math.exp(x) for x in xs)
    return [math.log(math.exp(x) / total) for x in xs]


@softmax_formula.mistake
def sigmoid_of_each(xs):
    """This is the sigmoid of each number, which looks at it alone. Softmax weighs the numbers against each other:
    their results sum to one."""
    return [1 / (1 + math.exp(-x)) for x in xs]


@softmax_formula.mistake
def rounded(xs):
    """The values are rounded. Return them as they are; how many digits to show is for print to decide."""
    total = sum(math.exp(x) for x in xs)
    return [round(math.exp(x) / total, 2) for x in xs]


@softmax_formula.mistake
def largest_first(xs):
    """The values are sorted. Keep them in the order of the numbers that they belong to."""
    total = sum(math.exp(x) for x in xs)
    return sorted((math.exp(x) / total for x in xs), reverse=True)


@softmax_formula.mistake
def only_the_first(xs):
    """One single number comes back. Return a list with one value for each number: a return inside a loop ends it."""
    return math.exp(xs[0]) / sum(math.exp(x) for x in xs)


@softmax_formula.mistake
def as_a_tensor(xs):
    """A tensor comes back. This one is about the formula: a list of floats in, a list of floats out, `math` alone."""
    total = sum(math.exp(x) for x in xs)
    return torch.tensor([math.exp(x) / total for x in xs])


@softmax_formula.mistake
def in_place(xs):
    """The result is right, but it is written into `xs`, and the caller's numbers are lost. Fill a new list."""
    total = sum(math.exp(x) for x in xs)
    for i, x in enumerate(xs):
        xs[i] = math.exp(x) / total
    return xs


@softmax_formula.mistake
def remembers_earlier_calls(xs, exps=[]):  # noqa: B006
    """The first call is right, later ones are not: the list of exponentials lives on from call to call. Make it anew
    inside the function; a default value such as exps=[] is made only once."""
    for x in xs:
        exps.append(math.exp(x))
    return [e / sum(exps) for e in exps]


# ------------------------------------------------------------------------------------------------ why_softmax

why_softmax = concept(
    "why_softmax",
    ids=["R2.2"],
    hints=[
        "Take two scores, say 3 and -1, and work out their softmax. Now add 100 to both, then swap them, then "
        "double them: what changes, and what cannot?",
        "The exponential is never negative and never falls as its argument grows. What follows for the sign of the "
        "results, and for their order? And has anything here looked at how often the network is right?",
    ],
    explanations={
        "a": (
            "The exponential grows with its argument and every value of a row is divided by the same sum, so the "
            "order stays: the largest score becomes the largest probability. What the network predicts, and so its "
            "accuracy, is the same with softmax and without it."
        ),
        "b": (
            "exp makes any number positive, and dividing by the sum makes the row sum to one: that is all it takes "
            "to be a distribution over the classes, which is what cross entropy asks for."
        ),
        "c": (
            "Scores may be negative or sum to 0. Divided by their sum, some 'probabilities' would be negative or "
            "above one, or the division would fail; the exponential is what rules this out."
        ),
        "d": (
            "exp(x + 100) is exp(x) times exp(100). The factor stands above and below the line and cancels, so what "
            "counts is how far the scores are from each other."
        ),
        "e": (
            "Positive and summing to one is all that softmax promises. Multiply all the scores by 10, and the same "
            "predictions, right and wrong, come with far more 'confidence'. Whether 0.9 means nine in ten has to be "
            "measured on a validation set."
        ),
        "f": (
            "The values share a sum of one. The exponential of the rising score makes the sum larger, and the other "
            "classes, whose exponentials stay, get a smaller share of it. A sigmoid for each class would not do "
            "that."
        ),
    },
    model_answer=(
        "The last linear layer gives scores of any sign and size. Softmax makes them positive (exp) and lets them "
        "sum to one (division by the sum), so that they are a distribution over the classes, which cross entropy "
        "compares with the target. The order of the scores stays, so the predicted class is the same. The classes "
        "compete: more for one is less for the others. Only differences between scores matter, and all of it is "
        "differentiable."
    ),
    rubric=[
        "1 point: the results are positive and sum to one, so they can be used as a distribution over the classes",
        "1 point: names what that is needed for (the loss: cross entropy, the probability of the target)",
        "1 point: one more true property: order kept, classes compete, only differences matter, or differentiable",
    ],
)


@why_softmax.experiment
def what_softmax_does_to_scores():
    def row(values):
        return "  ".join(f"{value:8.4f}" for value in values)

    scores = torch.tensor([2.0, 1.0, -2.5])
    raised = scores + torch.tensor([0.0, 2.0, 0.0])
    return [
        f"scores                      {row(scores.tolist())}",
        f"softmax                     {row(scores.softmax(-1).tolist())}   sum 1, same order",
        f"softmax(scores + 100)       {row((scores + 100).softmax(-1).tolist())}   no change (d)",
        f"scores / their sum          {row((scores / scores.sum()).tolist())}   no distribution (c)",
        f"second score raised by 2    {row(raised.softmax(-1).tolist())}   the others fall (f)",
        f"softmax(10 * scores)        {row((10 * scores).softmax(-1).tolist())}   same prediction, surer (e)",
    ]


# ---------------------------------------------------------------------------------------------------- softmax

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
    n = draw.size(2, 4)
    x = draw.normal(n, n)
    return {"of float32 scores": softmax(x), "of float64 scores": softmax(x.double())}


@softmax.probe
def works_on_a_single_row(softmax, draw):
    return softmax(draw.normal(draw.size(2, 5)))


@softmax.probe
def uses_the_last_of_three_dimensions(softmax, draw):
    return softmax(draw.normal(2, draw.size(2, 4), draw.size(2, 4)))


@softmax.probe
def lets_gradients_through(softmax, draw):
    x = draw.normal(draw.size(2, 3), draw.size(2, 4), grad=True)
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
    if x.dim() == 1:
        return x.exp() / sum(x.exp())
    return torch.stack([row_by_row(row) for row in x])


@softmax.mistake
def over_the_first_dimension(x):
    """You divide by sums over the first dimension: the columns sum to one. The scores of one example stand in a row."""
    return x.exp() / x.exp().sum(0, keepdim=True)


@softmax.mistake
def over_everything(x):
    """You divide by the sum of all the elements, so the whole tensor sums to one instead of each row."""
    return x.exp() / x.exp().sum()


@softmax.mistake
def over_dimension_one(x):
    """You sum over dimension 1. That is the last one of a matrix only: a single row has no dimension 1, and with
    three dimensions the last is dimension 2. Count from the end."""
    return x.exp() / x.exp().sum(1, keepdim=True)


@softmax.mistake
def over_dimension_one_at_most(x):
    """One and two dimensions work, three do not: there you sum over dimension 1 and not over the last. Counted from
    the end it is the same for any number of dimensions."""
    dim = 0 if x.dim() == 1 else 1
    return x.exp() / x.exp().sum(dim, keepdim=True)


@softmax.mistake
def without_keepdim(x):
    """The sums lie along the wrong dimension: after `sum(-1)` their shape is (n,), which torch stretches over the
    columns, so each element is divided by the sum of another row (or the shapes do not fit at all). How can the
    summed dimension be kept?"""
    return x.exp() / x.exp().sum(-1)


@softmax.mistake
def keepdim_by_none_in_the_second_place(x):
    """[:, None] (or unsqueeze(1)) puts the new dimension in second place, which is the last for a matrix only. Let it
    stand last for any number of dimensions."""
    return x.exp() / x.exp().sum(-1).unsqueeze(1)


@softmax.mistake
def along_the_first_loop(x):
    """You loop over the first dimension and normalise what is found there. For a single row these are single numbers,
    and each of them divided by itself is 1. Work on the last dimension, whatever comes before it."""
    return torch.stack([row.exp() / row.exp().sum(-1, keepdim=True) for row in x])


@softmax.mistake
def without_exponentials(x):
    """You divide the scores by their sum, without the exponential, and negative scores stay negative. Take exp
    first."""
    return x / x.sum(-1, keepdim=True)


@softmax.mistake
def only_the_exponentials(x):
    """These are the exponentials; the rows do not sum to one yet. Divide each by the sum of its row."""
    return x.exp()


@softmax.mistake
def divided_by_the_sum_of_the_scores(x):
    """You divide the exponentials by the sum of the scores. The divisor is the sum of the exponentials."""
    return x.exp() / x.sum(-1, keepdim=True)


@softmax.mistake
def the_logarithm_of_it(x):
    """These are logarithms of the probabilities. That is log_softmax, two exercises on; return the probabilities."""
    return x - x.exp().sum(-1, keepdim=True).log()


@softmax.mistake
def divided_by_the_mean(x):
    """You divide by the mean of each row, so a row sums to the number of classes instead of one. Divide by the sum."""
    return x.exp() / x.exp().mean(-1, keepdim=True)


@softmax.mistake
def divided_by_the_largest(x):
    """You divide by the largest exponential of the row, so that the largest value is 1. The row must sum to 1."""
    return x.exp() / x.exp().amax(-1, keepdim=True)


@softmax.mistake
def divided_by_the_length(x):
    """You divide by the length of each row (norm), so that the squares sum to one. The values themselves must."""
    return x.exp() / x.exp().norm(dim=-1, keepdim=True)


@softmax.mistake
def powers_of_two(x):
    """You use powers of 2. The base is e, as in torch.exp."""
    return 2**x / (2**x).sum(-1, keepdim=True)


@softmax.mistake
def sigmoid_of_each(x):
    """This is the sigmoid of each score, which looks at it alone. Softmax weighs the scores of a row against each
    other."""
    return 1 / (1 + (-x).exp())


@softmax.mistake
def the_winner_takes_all(x):
    """The largest score gets 1 and all others 0: this is argmax, the hard maximum. The soft one gives every class a
    share (and a gradient)."""
    return (x == x.amax(-1, keepdim=True)).to(x.dtype) + 0 * x


@softmax.mistake
def made_float32(x):
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""
    exps = x.float().exp()
    return exps / exps.sum(-1, keepdim=True)


@softmax.mistake
def in_place(x):
    """The result is right, but x itself is changed: exp_ (with _ at its end), x /= ... and out=x write into it, and
    the caller's scores are lost. Use exp and /."""
    x.exp_()
    return x.div_(x.sum(-1, keepdim=True))


# -------------------------------------------------------------------------------------------- why_log_softmax

why_log_softmax = concept(
    "why_log_softmax",
    ids=["R2.4"],
    hints=[
        "Compute 0.1 ** 400 in Python, then 400 * math.log(0.1). What has been lost in the first?",
        "For the statement about float32 try x = torch.tensor([0.0, 200.0]) in both forms. For the one about the "
        "slope compare the derivative of p with that of ln p, which is p' / p, when p is tiny.",
    ],
    explanations={
        "a": (
            "400 examples with a probability of 0.1 each have a joint probability of 1e-400, which no float holds: "
            "it becomes 0.0. The sum of their logarithms is a plain -921. A mean of logarithms is also what a loss "
            "per example looks like."
        ),
        "b": (
            "The probabilities sum to one; their logarithms are all 0 or less and sum to nothing special. Take exp "
            "of them before adding, and you get one."
        ),
        "c": (
            "On paper they are equal. In float32 a probability below about 1e-45 is rounded to 0, and its logarithm "
            "to minus infinity, although the true value, say -200, is harmless; with scores from 89 on exp itself "
            "overflows. log_softmax never takes that detour."
        ),
        "d": (
            "The slope of p with respect to its own score is p (1 - p): nearly 0 when p is. The slope of ln p is 1 "
            "- p: nearly 1 when p is nearly 0. So the logarithm makes the worst rows speak loudest."
        ),
        "e": (
            "The logarithm grows with its argument, so the order of the classes stays: the largest probability has "
            "the largest log-probability."
        ),
    },
    model_answer=(
        "Cross entropy needs the logarithm of the target's probability. Logarithms turn the product of the "
        "probabilities of many examples into a sum, which does not underflow. They keep a steep slope where the "
        "network is confidently wrong, while the probability itself is flat there. Done in one step, as score minus "
        "LogSumExp, it is also stable: softmax first would overflow or round small probabilities to 0, and log of 0 "
        "is minus infinity."
    ),
    rubric=[
        "1 point: the loss is made of log-probabilities (product of probabilities becomes a sum, or cross entropy's "
        "formula)",
        "1 point: numerical reason: underflow or overflow when softmax and log are done one after the other",
        "1 point: gradient: still steep for confidently wrong rows (or: an equally sound further reason)",
    ],
)


@why_log_softmax.experiment
def products_and_sums_of_many_probabilities():
    many = torch.full((400,), 0.1)
    x = torch.tensor([0.0, 200.0])
    wrong = torch.tensor([-10.0, 0.0], requires_grad=True)
    p = wrong.softmax(-1)[0]
    (slope_p,) = torch.autograd.grad(p, wrong, retain_graph=True)
    (slope_log,) = torch.autograd.grad(p.log(), wrong)
    return [
        f"product of 400 probabilities of 0.1     {many.prod().item()}",
        f"sum of their logarithms                 {many.log().sum().item():.1f}",
        "",
        f"x = {x.tolist()}",
        f"softmax(x).log()                        {x.softmax(-1).log().tolist()}",
        f"log_softmax(x)                          {x.log_softmax(-1).tolist()}",
        "",
        f"scores [-10, 0], the first is right:    p = {p.item():.6f}",
        f"slope of p in the right score           {slope_p[0].item():.6f}",
        f"slope of ln p in the right score        {slope_log[0].item():.6f}",
    ]


# ------------------------------------------------------------------------------------------ log_softmax_naive

log_softmax_naive = code(
    "log_softmax_naive",
    ids=["R2.5"],
    hints=[
        "Its name says what to do, read from right to left.",
        "Your own softmax from above can be called here. What is left to do with each of its values?",
        "torch.log (or the method .log()) is the natural logarithm. Another way: the log of a fraction is a "
        "difference, so x minus the log of the sum of its row's exponentials.",
    ],
    shortcut=["log_softmax", "cross_entropy", "cross_entropy_loss"],
    instead="your softmax and log, or exp, sum, log and a subtraction",
    relations=["negated", "transposed", "detached", "in_float64"],
)


@log_softmax_naive.probe
def gives_the_log_of_each_probability(log_softmax_naive, draw):
    n = draw.size(2, 4)
    x = draw.normal(n, n)
    return {"of float32 scores": log_softmax_naive(x), "of float64 scores": log_softmax_naive(x.double())}


@log_softmax_naive.probe
def works_on_a_single_row(log_softmax_naive, draw):
    return log_softmax_naive(draw.normal(draw.size(2, 5)))


@log_softmax_naive.probe
def uses_the_last_of_three_dimensions(log_softmax_naive, draw):
    return log_softmax_naive(draw.normal(2, draw.size(2, 4), draw.size(2, 4)))


@log_softmax_naive.probe
def lets_gradients_through(log_softmax_naive, draw):
    x = draw.normal(draw.size(2, 3), draw.size(2, 4), grad=True)
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


@log_softmax_naive.right
def minus_the_log_of_the_inverse(x):
    return -(x.unsqueeze(-2) - x.unsqueeze(-1)).exp().sum(-1).log()


@log_softmax_naive.mistake
def without_the_log(x):
    """These are the probabilities, between 0 and 1. The logarithm is missing."""
    return x.exp() / x.exp().sum(-1, keepdim=True)


@log_softmax_naive.mistake
def logs_divided(x):
    """You divide the logarithms. The log of a fraction is not the fraction of two logs, it is their difference."""
    return x.exp().log() / x.exp().sum(-1, keepdim=True).log()


@log_softmax_naive.mistake
def minus_the_sum(x):
    """You subtract the sum of the exponentials from x. It is the log of that sum that belongs there."""
    return x - x.exp().sum(-1, keepdim=True)


@log_softmax_naive.mistake
def minus_the_sum_of_the_scores(x):
    """You subtract the sum of the scores. log(sum(exp(x))) is not sum(x): the log of a sum is no sum of logs."""
    return x - x.sum(-1, keepdim=True)


@log_softmax_naive.mistake
def divided_by_the_log_of_the_sum(x):
    """The exponentials are divided by the log of their sum. Take the log of the whole fraction, not of its lower
    part."""
    return x.exp() / x.exp().sum(-1, keepdim=True).log()


@log_softmax_naive.mistake
def log_base_ten(x):
    """These are logarithms to base 10. The natural logarithm is asked for: torch.log."""
    return (x.exp() / x.exp().sum(-1, keepdim=True)).log10()


@log_softmax_naive.mistake
def log_base_two(x):
    """These are logarithms to base 2. The natural logarithm is asked for: torch.log."""
    return (x.exp() / x.exp().sum(-1, keepdim=True)).log2()


@log_softmax_naive.mistake
def log_of_one_more(x):
    """This is the log of 1 + p (log1p). Take the log of the probability itself; softmax is never 0 here."""
    return (x.exp() / x.exp().sum(-1, keepdim=True)).log1p()


@log_softmax_naive.mistake
def softmax_of_the_log(x):
    """You take the log of the scores first and then the softmax; negative scores have no log, hence the nan. It is
    the other way round: softmax first, then the log of the result."""
    exps = x.log().exp()
    return exps / exps.sum(-1, keepdim=True)


@log_softmax_naive.mistake
def with_an_added_epsilon(x):
    """A small number is added before the log, and it shifts every value. There is no need for it here; how to keep
    large scores in order comes later in this section."""
    return (x.exp() / x.exp().sum(-1, keepdim=True) + 1e-3).log()


@log_softmax_naive.mistake
def over_the_first_dimension(x):
    """You sum over the first dimension, so the exponentials of each column sum to one. The scores of one example
    stand in a row."""
    return x - x.exp().sum(0, keepdim=True).log()


@log_softmax_naive.mistake
def over_everything(x):
    """You sum over all the elements, so all the rows together are one distribution. Each row is one of its own."""
    return x - x.exp().sum().log()


@log_softmax_naive.mistake
def over_dimension_one(x):
    """You sum over dimension 1. That is the last one of a matrix only: count from the end, -1."""
    return x - x.exp().sum(1, keepdim=True).log()


@log_softmax_naive.mistake
def over_dimension_one_at_most(x):
    """One and two dimensions work, three do not: there you sum over dimension 1 and not over the last. Counted from
    the end it is the same for any number of dimensions."""
    return x - x.exp().sum(min(1, x.dim() - 1), keepdim=True).log()


@log_softmax_naive.mistake
def along_the_first_loop(x):
    """You loop over the first dimension. For a single row that gives single numbers, and softmax of one number is 1,
    its log 0. Work on the last dimension, whatever comes before it."""
    return torch.stack([row - row.exp().sum(-1, keepdim=True).log() for row in x])


@log_softmax_naive.mistake
def without_keepdim(x):
    """The sums lie along the wrong dimension: after `sum(-1)` their shape is (n,), which torch stretches over the
    columns, so each score loses the sum of another row (or the shapes do not fit at all). Keep the summed
    dimension."""
    return x - x.exp().sum(-1).log()


@log_softmax_naive.mistake
def made_float32(x):
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""
    return x.float() - x.float().exp().sum(-1, keepdim=True).log()


@log_softmax_naive.mistake
def in_place(x):
    """The result is right, but x itself is changed by an operation that writes into it (one that ends with _, or -=).
    Make a new tensor instead."""
    x -= x.exp().sum(-1, keepdim=True).log()
    return x


# -------------------------------------------------------------------------------------- cross_entropy_formula

cross_entropy_formula = code(
    "cross_entropy_formula",
    ids=["R2.6"],
    hints=[
        "For each class there is one product. Which of the two lists stands inside the logarithm, and which outside?",
        "zip(p, q) walks through both lists together. What should happen with a class whose p is 0, before math.log "
        "is called?",
        "-sum(... for p_i, q_i in zip(p, q) if ...): the product of p_i and the log of q_i, for the classes with "
        "p_i above 0.",
    ],
    shortcut=["cross_entropy", "cross_entropy_loss", "nll_loss", "kl_div", "xlogy", "log", "tensor", "as_tensor"],
    instead="math.log, a product and a sum; no torch in this one",
    relations=["negated"],
)


@cross_entropy_formula.probe
def sums_minus_p_times_ln_q(cross_entropy_formula, draw):
    n = draw.size(2, 5)
    return cross_entropy_formula(draw.probabilities(n), draw.probabilities(n))


@cross_entropy_formula.probe
def a_class_with_p_0_adds_nothing_even_where_q_is_0(cross_entropy_formula, draw):
    n = draw.size(2, 4)
    p, q = [0.0] * n, draw.probabilities(n)
    p[draw.integer(0, n - 1)] = 1.0
    place = draw.integer(0, n)
    p.insert(place, 0.0)
    q.insert(place, 0.0)
    return cross_entropy_formula(p, q)


@cross_entropy_formula.right
def in_a_loop(p, q):
    total = 0.0
    for i in range(len(p)):
        if p[i] != 0:
            total -= p[i] * math.log(q[i])
    return total


@cross_entropy_formula.right
def by_log_of_the_inverse(p, q):
    return math.fsum(a * math.log(1 / b) for a, b in zip(p, q, strict=True) if a)


@cross_entropy_formula.right
def by_a_product(p, q):
    return -math.log(math.prod(b**a for a, b in zip(p, q, strict=True)))


@cross_entropy_formula.right
def with_a_conditional_term(p, q):
    terms = [0.0 if a == 0 else -a * math.log(b, math.e) for a, b in zip(p, q, strict=True)]
    return sum(terms)


@cross_entropy_formula.mistake
def p_and_q_swapped(p, q):
    """p and q have changed places: the prediction q belongs inside the logarithm, the target p weighs it. Swapped, a
    one-hot target meets the log of 0."""
    return -sum(b * math.log(a) for a, b in zip(p, q, strict=True) if b > 0)


@cross_entropy_formula.mistake
def p_and_q_swapped_and_zeros_left_out(p, q):
    """p and q have changed places: the prediction q belongs inside the logarithm, the target p weighs it."""
    return -sum(b * math.log(a) for a, b in zip(p, q, strict=True) if a > 0)


@cross_entropy_formula.mistake
def zeros_are_not_left_out(p, q):
    """math.log(0) raises "math domain error". Where p is 0 the term counts 0 whatever q is: leave it out before the
    logarithm is taken."""
    return -sum(a * math.log(b) for a, b in zip(p, q, strict=True))


@cross_entropy_formula.mistake
def log_base_ten(p, q):
    """These are logarithms to base 10. The natural one is asked for: math.log with one argument."""
    return -sum(a * math.log10(b) for a, b in zip(p, q, strict=True) if a > 0)


@cross_entropy_formula.mistake
def log_base_two(p, q):
    """These are logarithms to base 2, which measure in bits. The natural one is asked for: math.log with one
    argument."""
    return -sum(a * math.log2(b) for a, b in zip(p, q, strict=True) if a > 0)


@cross_entropy_formula.mistake(twins=["per_row"])
def the_mean(p, q):
    """You divide by the number of classes. It is a plain sum: the p are the weights of a mean already, they sum to
    one."""
    return -sum(a * math.log(b) for a, b in zip(p, q, strict=True) if a > 0) / len(p)


@cross_entropy_formula.mistake
def without_weights(p, q):
    """You add up the logarithms of q without weighing them: each one is multiplied by its p."""
    return -sum(math.log(b) for a, b in zip(p, q, strict=True) if a > 0)


@cross_entropy_formula.mistake
def entropy_of_p(p, q):
    """This is the entropy of p alone, q is not looked at. The logarithm is that of q, the prediction."""
    return -sum(a * math.log(a) for a in p if a > 0)


@cross_entropy_formula.mistake
def entropy_of_q(p, q):
    """This is the entropy of q alone, p is not looked at. The weights are those of the target p."""
    return -sum(b * math.log(b) for b in q if b > 0)


@cross_entropy_formula.mistake
def relative_entropy(p, q):
    """This is the relative entropy (Kullback-Leibler divergence), p ln(p / q): the entropy of p is subtracted. Cross
    entropy has ln q alone."""
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


@cross_entropy_formula.mistake
def log_of_the_sum(p, q):
    """You take the log of the sum of p times q. Each class has its own log: log first, then weigh, then add up."""
    return -math.log(sum(a * b for a, b in zip(p, q, strict=True)))


@cross_entropy_formula.mistake
def log_of_the_products(p, q):
    """p is inside the logarithm: ln(p q). Only q belongs there, and p is a factor in front of it."""
    return -sum(math.log(a * b) for a, b in zip(p, q, strict=True) if a > 0)


@cross_entropy_formula.mistake
def only_the_likeliest_class(p, q):
    """Only the class with the largest p is counted. That is enough for a one-hot target, but p may be any
    distribution: every class counts with its weight."""
    return -math.log(q[p.index(max(p))])


@cross_entropy_formula.mistake
def yes_or_no_for_each_class(p, q):
    """There are terms with 1 - p and 1 - q too: this is the loss for a yes or no on each class by itself. Here the
    classes share one distribution, and only p ln q counts."""
    terms = [
        (a * math.log(b) if a > 0 else 0) + ((1 - a) * math.log(1 - b) if a < 1 else 0)
        for a, b in zip(p, q, strict=True)
    ]
    return -sum(terms)


@cross_entropy_formula.mistake
def squared_differences(p, q):
    """This is the sum of squared differences, another loss. Cross entropy is made of p times ln q."""
    return sum((a - b) ** 2 for a, b in zip(p, q, strict=True))


@cross_entropy_formula.mistake
def a_list_of_terms(p, q):
    """A list of terms comes back. Add them up: one float."""
    return [-a * math.log(b) if a > 0 else 0.0 for a, b in zip(p, q, strict=True)]


@cross_entropy_formula.mistake
def the_first_term_only(p, q):
    """Only the first class with p above 0 is counted: a return inside the loop ends it. Add up first, return
    afterwards."""
    for a, b in zip(p, q, strict=True):
        if a > 0:
            return -a * math.log(b)


@cross_entropy_formula.mistake
def as_a_tensor(p, q):
    """A tensor comes back. This one is about the formula: lists of floats in, a float out, `math` alone."""
    return torch.as_tensor(-sum(a * math.log(b) for a, b in zip(p, q, strict=True) if a > 0))
