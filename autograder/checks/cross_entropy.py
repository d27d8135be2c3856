"""How section 2, the loss, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import math

import torch

from autograder.concept import concept
from autograder.exercise import Complaint, code


def with_gradient(result, leaf):
    """The result, and what flows back from it to the leaf that it was computed from (None where the graph is cut)."""
    if not isinstance(result, torch.Tensor):
        raise Complaint(f"return a tensor, not {type(result).__name__}: gradients flow through tensors only")
    if result.requires_grad:
        try:
            result.square().sum().backward()
        except RuntimeError as error:
            if "inplace" not in str(error):
                raise
            raise Complaint(
                "the gradient cannot be computed: on the way to the result a tensor is overwritten (by -=, /=, or a "
                "method whose name ends with _) whose values backward needs; make a new tensor instead"
            ) from None
    return {"result": result, "gradient": leaf.grad}


def log_probabilities(draw, n, c):
    """n rows of c log-probabilities."""
    return draw.normal(n, c).log_softmax(-1)


def far_apart(draw, n, c, distance):
    """n rows of scores: at least one around 0 and one around `distance`, in any order."""
    offsets = draw.shuffled([0.0, distance, *(draw.choice([0.0, distance]) for _ in range(n - 2))])
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


def a_list(returned):
    """What softmax_formula returned, or a complaint where it is another kind of collection."""
    if isinstance(returned, (tuple, set, dict)) or hasattr(returned, "__next__"):
        raise Complaint(f"a {type(returned).__name__} comes back: return a list, [...] or list(...)")
    return returned


@softmax_formula.probe(rtol=1e-9, atol=1e-15)
def each_exponential_is_divided_by_their_sum(softmax_formula, draw):
    smallest, largest = draw.number(-3.0, -2.1), draw.number(2.1, 3.0)
    return a_list(softmax_formula([smallest, largest, *draw.numbers(draw.size(1, 4)), smallest]))


@softmax_formula.probe(rtol=1e-9, atol=1e-15)
def numbers_far_below_0_share_1_too(softmax_formula, draw):
    lowest = draw.number(-40.0, -30.0)
    return a_list(softmax_formula([lowest + x for x in draw.numbers(draw.size(2, 4))]))


@softmax_formula.probe
def every_call_starts_anew(softmax_formula, draw):
    n = draw.size(2, 3)
    calls = {call: a_list(softmax_formula(draw.numbers(n))) for call in ("first call", "second call")}
    return calls | {"a single number": a_list(softmax_formula(draw.numbers(1)))}


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
def exponential_of_the_list(xs):
    """math.exp takes one number, and `xs` is a list of them: take the exponential of each in a loop or a list
    comprehension."""
    return math.exp(xs) / sum(math.exp(xs))


@softmax_formula.mistake
def the_numbers_themselves_divided(xs):
    """You divide the numbers themselves by the sum of the exponentials. It is the exponentials that are divided."""
    return [x / sum(math.exp(y) for y in xs) for x in xs]


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
def the_largest_taken_out_above_alone(xs):
    """You take the largest number out of the exponentials above the line and not of those below it. It has to be both
    or neither: the same exponentials, divided by their own sum."""
    total = sum(math.exp(x) for x in xs)
    return [math.exp(x - max(xs)) / total for x in xs]


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
def with_an_added_epsilon(xs):
    """A small number is added to the sum, so the values do not sum to one: where all the numbers are far below 0 it
    outweighs their exponentials. An exponential is never 0 here, so nothing needs to be added."""
    total = sum(math.exp(x) for x in xs) + 1e-10
    return [math.exp(x) / total for x in xs]


@softmax_formula.mistake
def a_rounded_e(xs):
    """You type e in with a few digits, and the values are off by as much. math.exp(x) knows all of them."""
    return [2.718**x / sum(2.718**y for y in xs) for x in xs]


@softmax_formula.mistake
def of_the_negative_numbers(xs):
    """The largest number gets the smallest value: the sign is turned before the exponential."""
    return [math.exp(-x) / sum(math.exp(-y) for y in xs) for x in xs]


@softmax_formula.mistake
def the_sum_so_far(xs):
    """Each exponential is divided by the sum of those up to it, which is not complete yet: find the whole sum first,
    and divide in a second loop."""
    result, total = [], 0.0
    for x in xs:
        total += math.exp(x)
        result.append(math.exp(x) / total)
    return result


@softmax_formula.mistake
def returns_inside_the_loop(xs):
    """The list has one value, whatever `xs` holds: the return stands inside the loop and ends it. Look at its
    indentation."""
    result = []
    for x in xs:
        result.append(math.exp(x) / sum(math.exp(y) for y in xs))
        return result


@softmax_formula.mistake
def the_list_itself_sorted(xs):
    """You sort `xs` itself, and the caller's numbers change places. Leave it as it was; each value belongs to the
    number in the same place."""
    xs.sort()
    total = sum(math.exp(x) for x in xs)
    return [math.exp(x) / total for x in xs]


@softmax_formula.mistake
def one_list_for_all_calls(xs, result=[]):  # noqa: B006
    """Every call returns the same list object, so a later call changes what an earlier one gave. Make a new list inside
    the function."""
    total = sum(math.exp(x) for x in xs)
    result[:] = [math.exp(x) / total for x in xs]
    return result


@softmax_formula.mistake
def as_a_tuple(xs):
    """A tuple comes back. A list is asked for: square brackets, or list(...) around it."""
    total = sum(math.exp(x) for x in xs)
    return tuple(math.exp(x) / total for x in xs)


@softmax_formula.mistake
def as_a_dict(xs):
    """A dict comes back, from each number to its value; equal numbers share one entry in it. A list is asked for."""
    total = sum(math.exp(x) for x in xs)
    return {x: math.exp(x) / total for x in xs}


@softmax_formula.mistake
def largest_first(xs):
    """The values are sorted. Keep them in the order of the numbers that they belong to."""
    total = sum(math.exp(x) for x in xs)
    return sorted((math.exp(x) / total for x in xs), reverse=True)


@softmax_formula.mistake
def smallest_first(xs):
    """The values are sorted. Keep them in the order of the numbers that they belong to."""
    total = sum(math.exp(x) for x in xs)
    return sorted(math.exp(x) / total for x in xs)


@softmax_formula.mistake
def equal_numbers_counted_once(xs):
    """A number that occurs twice is counted once in the sum: a dict or a set keeps one of each. Every place in the list
    counts."""
    exps = {x: math.exp(x) for x in xs}
    return [exps[x] / sum(exps.values()) for x in xs]


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


@softmax_formula.mistake
def keeps_adding_to_the_total(xs, total=[0.0]):  # noqa: B006
    """The first call is right, later ones are not: the sum of the exponentials goes on from call to call. Start it
    from 0 inside the function."""
    for x in xs:
        total[0] += math.exp(x)
    return [math.exp(x) / total[0] for x in xs]


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
            "False. The exponential grows with its argument and every value of a row is divided by the same "
            "sum, so the order stays: the largest score becomes the largest probability. What the network "
            "predicts, and so its accuracy, is the same with softmax and without it."
        ),
        "b": (
            "True. exp makes any number positive, and dividing by the sum makes the row sum to one: that is "
            "all it takes to be a distribution over the classes, which is what cross entropy asks for."
        ),
        "c": (
            "False. Scores may be negative or sum to 0. Divided by their sum, some 'probabilities' would be "
            "negative or above one, or the division would fail; the exponential is what rules this out."
        ),
        "d": (
            "True. exp(x + 100) is exp(x) times exp(100). The factor stands above and below the line and "
            "cancels, so what counts is how far the scores are from each other."
        ),
        "e": (
            "False. Positive and summing to one is all that softmax promises. Multiply all the scores by "
            "10, and the same predictions, right and wrong, come with far more 'confidence'. Whether 0.9 "
            "means nine in ten has to be measured on a validation set."
        ),
        "f": (
            "True. The values share a sum of one. The exponential of the rising score makes the sum larger, "
            "and the other classes, whose exponentials stay, get a smaller share of it. A sigmoid for each "
            "class would not do that."
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
        f"softmax(10 * scores)        {row((10 * scores).softmax(-1).tolist())}   surer (e)",
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
    wide = x.double() + draw.number(400, 600)  # no overflow in float64, but in float32
    return {"float32 scores": softmax(x), "float64 scores": softmax(wide)}


@softmax.probe
def works_on_a_single_row(softmax, draw):
    """Nothing may be left from one row to the next, and no score may be cut off or drowned by something added."""
    c = draw.size(2, 5)
    row, far_apart = draw.normal(c), draw.normal(c)
    far_apart[draw.integer(0, c - 1)] += 27
    return {
        "a row": softmax(row),
        "another row": softmax(draw.normal(c)),
        "a row far below 0": softmax(draw.normal(c) - draw.number(25, 30)),
        "one score far above the others": softmax(far_apart),
    }


@softmax.probe
def uses_the_last_of_three_dimensions(softmax, draw):
    x, thin = draw.normal(2, draw.size(2, 4), draw.size(2, 4)), draw.normal(2, 1, draw.size(2, 4))
    return {
        "of the shape (2, n, c)": softmax(x),
        "of the shape (2, 1, c)": softmax(thin),
        "of the shape (2, 1, n, c)": softmax(x.unsqueeze(1)),
    }


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
    def of(x):
        return x.exp() / sum(x.exp()) if x.dim() == 1 else torch.stack([of(row) for row in x])

    return of(x)


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
def by_math_exp(x):
    """math.exp takes one number and cannot be applied to a whole tensor. torch.exp (or x.exp()) works on every
    element."""
    return math.exp(x) / math.exp(x).sum(-1, keepdim=True)


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
def squeezed(x):
    """squeeze() at the end takes away every dimension of size 1, also one that was in x from the start. The result has
    the shape of x: nothing needs to be squeezed."""
    exps = x.exp()
    return (exps / exps.sum(-1, keepdim=True)).squeeze()


@softmax.mistake
def the_sum_without_a_graph(x):
    """The values are right and the gradient is not: the graph is cut at the sum (.detach(), .data, .item() or no_grad),
    so that the scores of a row no longer work on each other."""
    exps = x.exp()
    return exps / exps.sum(-1, keepdim=True).detach()


@softmax.mistake
def with_an_added_epsilon(x):
    """A small number is added to the sum, so the values do not sum to one: where all the scores of a row are far below
    0 it outweighs their exponentials. An exponential is not 0 here, so nothing needs to be added."""
    return x.exp() / (x.exp().sum(-1, keepdim=True) + 1e-8)


@softmax.mistake
def scores_clamped(x):
    """The scores are cut off at some limit before the exponential, so beyond it they make no difference. Take them as
    they are."""
    exps = x.clamp(-10, 10).exp()
    return exps / exps.sum(-1, keepdim=True)


@softmax.mistake
def through_float32(x):
    """float64 goes through float32 on the way, where a score of 400 overflows and digits are lost; the dtype at the end
    does not bring them back. Compute in the dtype of the input."""
    exps = x.float().exp()
    return (exps / exps.sum(-1, keepdim=True)).to(x.dtype)


@softmax.mistake
def remembers_an_earlier_result(x, known={}):  # noqa: B006
    """A second call with other scores gives the result of the first: something is kept from call to call. Compute
    everything from x, inside the function."""
    key = x.shape, x.dtype
    if key not in known:
        known[key] = x.exp() / x.exp().sum(-1, keepdim=True)
    return known[key]


@softmax.mistake
def of_the_negative_scores(x):
    """The largest score gets the smallest probability: the sign is turned before the exponential."""
    return (-x).exp() / (-x).exp().sum(-1, keepdim=True)


@softmax.mistake
def through_transposes(x):
    """A transpose before the division and one after it serve a matrix only. Leave the rows where they are, and let the
    summed dimension be kept instead."""
    exps = x.exp()
    return (exps.T / exps.sum(-1)).T


@softmax.mistake
def two_results(x):
    """Two values come back. Return the probabilities alone."""
    exps = x.exp()
    return exps, exps / exps.sum(-1, keepdim=True)


@softmax.mistake
def as_a_list(x):
    """A Python list comes back. Keep everything in tensors, so that gradients can flow."""
    return (x.exp() / x.exp().sum(-1, keepdim=True)).tolist()


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
            "True. 400 examples with a probability of 0.1 each have a joint probability of 1e-400, which no "
            "float holds: it becomes 0.0. The sum of their logarithms is a plain -921. A mean of logarithms "
            "is also what a loss per example looks like."
        ),
        "b": (
            "False. The probabilities sum to one; their logarithms are all 0 or less and sum to nothing "
            "special. Take exp of them before adding, and you get one."
        ),
        "c": (
            "False. On paper they are equal. In float32 a probability below about 1e-45 is rounded to 0, "
            "and its logarithm to minus infinity, although the true value, say -200, is harmless; with "
            "scores from 89 on exp itself overflows. log_softmax never takes that detour."
        ),
        "d": (
            "True. The slope of p with respect to its own score is p (1 - p): nearly 0 when p is. The slope "
            "of ln p is 1 - p: nearly 1 when p is nearly 0. So the logarithm makes the worst rows speak "
            "loudest."
        ),
        "e": (
            "False. The logarithm grows with its argument, so the order of the classes stays: the largest "
            "probability has the largest log-probability."
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
    wide = x.double() + draw.number(400, 600)  # no overflow in float64, but in float32
    return {"float32 scores": log_softmax_naive(x), "float64 scores": log_softmax_naive(wide)}


@log_softmax_naive.probe
def works_on_a_single_row(log_softmax_naive, draw):
    """Nothing may be left from one row to the next, and no score may be cut off or drowned by something added."""
    c = draw.size(2, 5)
    row, far_apart = draw.normal(c), draw.normal(c)
    far_apart[draw.integer(0, c - 1)] += 27
    return {
        "a row": log_softmax_naive(row),
        "another row": log_softmax_naive(draw.normal(c)),
        "a row far below 0": log_softmax_naive(draw.normal(c) - draw.number(25, 30)),
        "one score far above the others": log_softmax_naive(far_apart),
    }


@log_softmax_naive.probe
def uses_the_last_of_three_dimensions(log_softmax_naive, draw):
    x, thin = draw.normal(2, draw.size(2, 4), draw.size(2, 4)), draw.normal(2, 1, draw.size(2, 4))
    return {
        "of the shape (2, n, c)": log_softmax_naive(x),
        "of the shape (2, 1, c)": log_softmax_naive(thin),
        "of the shape (2, 1, n, c)": log_softmax_naive(x.unsqueeze(1)),
    }


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
def the_sum_without_a_graph(x):
    """The values are right and the gradient is not: the graph is cut at the sum (.detach(), .data, .item() or no_grad),
    so that the scores of a row no longer work on each other."""
    return x - x.exp().sum(-1, keepdim=True).log().detach()


@log_softmax_naive.mistake
def squeezed(x):
    """squeeze() at the end takes away every dimension of size 1, also one that was in x from the start. The result has
    the shape of x: nothing needs to be squeezed."""
    return (x - x.exp().sum(-1, keepdim=True).log()).squeeze()


@log_softmax_naive.mistake
def without_the_log(x):
    """These are the probabilities, between 0 and 1. The logarithm is missing."""
    return x.exp() / x.exp().sum(-1, keepdim=True)


@log_softmax_naive.mistake
def by_math_log(x):
    """math.log takes one number and cannot be applied to a whole tensor. torch.log (or the method .log()) works on
    every element."""
    return math.log(x.softmax(-1))


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
    """A small number is added before the log. It shifts every value, and a probability that is smaller than it gets a
    wrong log altogether. There is no need for it here; how to keep large scores in order comes later on."""
    return (x.exp() / x.exp().sum(-1, keepdim=True) + 1e-8).log()


@log_softmax_naive.mistake
def probabilities_clamped(x):
    """The probabilities are kept above a limit (clamp), so whatever is less likely than that gets the same log. Take
    the log of each as it is."""
    return (x.exp() / x.exp().sum(-1, keepdim=True)).clamp(min=1e-7).log()


@log_softmax_naive.mistake
def scores_clamped(x):
    """The scores are cut off at some limit before the exponential, so beyond it they make no difference. Take them as
    they are."""
    return x.clamp(-10, 10).softmax(-1).log()


@log_softmax_naive.mistake
def through_float32(x):
    """float64 goes through float32 on the way, where a score of 400 overflows and digits are lost; the dtype at the end
    does not bring them back. Compute in the dtype of the input."""
    exps = x.float().exp()
    return (exps / exps.sum(-1, keepdim=True)).log().to(x.dtype)


@log_softmax_naive.mistake
def remembers_an_earlier_result(x, known={}):  # noqa: B006
    """A second call with other scores gives the result of the first: something is kept from call to call. Compute
    everything from x, inside the function."""
    key = x.shape, x.dtype
    if key not in known:
        known[key] = x.softmax(-1).log()
    return known[key]


@log_softmax_naive.mistake
def softmax_twice(x):
    """There is a softmax too many: probabilities go through softmax once more before the log. Take the log of the
    first."""
    return x.softmax(-1).softmax(-1).log()


@log_softmax_naive.mistake
def log_twice(x):
    """The log is taken twice, and the log of a negative number is nan. softmax once, log once."""
    return x.softmax(-1).log().log()


@log_softmax_naive.mistake
def minus_the_log_of_the_mean(x):
    """You subtract the log of the mean of the exponentials; softmax divides by their sum."""
    return x - x.exp().mean(-1, keepdim=True).log()


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


@cross_entropy_formula.probe(rtol=1e-9, atol=1e-12)
def sums_minus_p_times_ln_q(cross_entropy_formula, draw):
    n = draw.size(2, 5)
    p, q = draw.probabilities(n), draw.probabilities(n)
    seen = {"result": cross_entropy_formula(p, q)}
    for name, exponent in {"close to 0": -draw.integer(12, 15), "closer still": -draw.integer(100, 200)}.items():
        unlikely = 10.0**exponent
        q = [unlikely, *(value * (1 - unlikely) for value in draw.probabilities(n - 1))]
        seen[f"result with a q {name}"] = cross_entropy_formula(p, q)
    rare = draw.integer(1, 9) / 1000
    p = [rare, *(value * (1 - rare) for value in draw.probabilities(n - 1))]
    return seen | {"result with a p close to 0": cross_entropy_formula(p, draw.probabilities(n))}


@cross_entropy_formula.probe
def zeros_may_stand_anywhere_in_p(cross_entropy_formula, draw):
    a, b, c = draw.probabilities(3)
    p = [0.0, a, 0.0, b, c, 0.0]
    return cross_entropy_formula(p, draw.probabilities(6))


@cross_entropy_formula.probe
def a_class_with_p_0_adds_nothing_even_where_q_is_0(cross_entropy_formula, draw):
    n = draw.size(2, 4)
    p, q = [0.0] * n, draw.probabilities(n)
    p[draw.integer(0, n - 1)] = 1.0
    place = draw.integer(0, n)
    p.insert(place, 0.0)
    q.insert(place, 0.0)
    return cross_entropy_formula(p, q)


@cross_entropy_formula.mistake
def with_an_added_epsilon(p, q):
    """A small number is added to q so that ln never meets 0. It changes what a class costs that the model finds very
    unlikely. Leave out the classes whose p is 0, then nothing needs to be added."""
    return -sum(a * math.log(b + 1e-9) for a, b in zip(p, q, strict=True))


@cross_entropy_formula.mistake
def with_a_tiny_added_epsilon(p, q):
    """A tiny number is added to q so that ln never meets 0. A q that is smaller still costs too little then. Leave out
    the classes whose p is 0, then nothing needs to be added."""
    return -sum(a * math.log(b + 1e-20) for a, b in zip(p, q, strict=True))


@cross_entropy_formula.mistake
def small_p_left_out(p, q):
    """A class with a small p is left out as if it were 0. Every p above 0 counts, however small it is."""
    return -sum(a * math.log(b) for a, b in zip(p, q, strict=True) if a > 0.01)


@cross_entropy_formula.mistake
def stops_at_the_first_zero(p, q):
    """You stop at the first class whose p is 0, and those behind it are not counted: break and return end the loop.
    Skip that one class and go on."""
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a == 0:
            break
        total -= a * math.log(b)
    return total


@cross_entropy_formula.mistake
def p_of_1_alone(p, q):
    """Only a class whose p is exactly 1 is counted. That is enough for a one-hot target, but p may be any distribution:
    every p above 0 counts with its weight."""
    return -sum(a * math.log(b) for a, b in zip(p, q, strict=True) if a == 1)


@cross_entropy_formula.mistake
def returns_inside_the_loop(p, q):
    """Only the first class is looked at: the return stands inside the loop and ends it. Look at its indentation."""
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total -= a * math.log(b)
        return total


@cross_entropy_formula.mistake
def softmax_of_q_first(p, q):
    """q goes through a softmax before the log. It is a distribution already: take it as it is."""
    total = sum(math.exp(b) for b in q)
    return -sum(a * math.log(math.exp(b) / total) for a, b in zip(p, q, strict=True) if a > 0)


@cross_entropy_formula.mistake
def rounded(p, q):
    """The result is rounded. Return it as it is; how many digits to show is for print to decide."""
    return round(-sum(a * math.log(b) for a, b in zip(p, q, strict=True) if a > 0), 4)


@cross_entropy_formula.mistake
def q_kept_above_a_limit(p, q):
    """q is kept above a limit so that ln never meets 0. A class that the model finds still less likely then costs too
    little. Leave out the classes whose p is 0, then no limit is needed."""
    return -sum(a * math.log(max(b, 1e-7)) for a, b in zip(p, q, strict=True))


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
def the_last_class_left_out(p, q):
    """The last class is left out: range(n) counts from 0 to n - 1 already, so nothing is to be taken off."""
    return -sum(p[i] * math.log(q[i]) for i in range(len(p) - 1) if p[i] > 0)


@cross_entropy_formula.mistake
def each_class_replaces_the_one_before(p, q):
    """Only the last class that counts is left: each one replaces the total instead of being added to it."""
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total = -a * math.log(b)
    return total


@cross_entropy_formula.mistake
def the_total_starts_again_each_time(p, q):
    """Only the last class is left: the total is set to 0 inside the loop, again for each class. Do that once, before
    the loop."""
    for a, b in zip(p, q, strict=True):
        total = 0.0
        if a > 0:
            total -= a * math.log(b)
    return total


@cross_entropy_formula.mistake
def log_of_the_list(p, q):
    """math.log takes one number, and `q` is a list of them: go through the classes in a loop."""
    return -sum(p * math.log(q))


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


# ------------------------------------------------------------------------------------------ why_cross_entropy

why_cross_entropy = concept(
    "why_cross_entropy",
    ids=["R2.7"],
    hints=[
        "Write the sum out for the target [0, 1, 0]. What is left? Then let the probability of the right class go "
        "from 0.9 down to 0.0001 and watch the loss.",
        "Does anything in the formula know that 3 is nearer to 2 than 9 is? And: a row can be right with 0.51 or "
        "with 0.99. Accuracy counts both alike; does the loss?",
    ],
    explanations={
        "a": (
            "True. All p but one are 0, and that one is 1: the sum has one term, -ln q of the right class. "
            "This is why the loss can be computed by picking one log-probability from each row."
        ),
        "b": (
            "False. The labels are names. Nothing in the formula uses how far one class number is from "
            "another: only the probability given to the right class counts. A squared difference of class "
            "numbers would behave as the statement says, and a 3 is not nearer to a 2 than a 9 is."
        ),
        "c": (
            "False. Accuracy counts rows, cross entropy weighs how sure each answer was. One row that is "
            "wrong with great confidence can cost more than many that are just barely wrong: the experiment "
            "has the more accurate model with the higher loss."
        ),
        "d": (
            "True. -ln q grows without limit as q goes to 0: 0.69 at one half, 4.6 at 0.01, 9.2 at 0.0001. "
            "Mistakes that the model is sure of weigh most."
        ),
        "e": (
            "False. Accuracy moves in steps: a small change of a weight changes no prediction at all, or "
            "turns one round at once. Its slope is 0 nearly everywhere, so gradient descent has nothing to "
            "follow."
        ),
        "f": (
            "True. The exponential and the logarithm cancel in the derivative, and probabilities minus "
            "target is left: never larger than 1, zero when the prediction is perfect, and at full strength "
            "when the row is confidently wrong."
        ),
    },
    model_answer=(
        "The target is a class, not a quantity, so the loss must not depend on class numbers being near each other. "
        "Cross entropy compares two distributions: with a one-hot target it is minus the log of the probability of "
        "the right class. It is 0 for a perfect prediction and grows without limit the more confidently wrong the "
        "model is. Unlike accuracy it changes smoothly with the weights, and with softmax its gradient is simply "
        "probabilities minus target."
    ),
    rubric=[
        "1 point: with a one-hot target it is -ln of the probability given to the right class",
        "1 point: classes have no order or distance, so a loss on class numbers (squared error) does not fit",
        "1 point: punishes confident mistakes heavily, or is smooth with a useful gradient where accuracy is not",
    ],
)


@why_cross_entropy.experiment
def accuracy_and_loss_disagree():
    target = torch.zeros(4, dtype=torch.int64)
    bold = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.0001, 0.9999]])
    timid = torch.tensor([[0.55, 0.45], [0.55, 0.45], [0.45, 0.55], [0.45, 0.55]])
    lines = ["probability of the right class in four rows      accuracy   cross entropy"]
    for name, q in [("bold", bold), ("timid", timid)]:
        right = (q.argmax(1) == target).float().mean().item()
        loss = -q[:, 0].log().mean().item()
        given = "  ".join(f"{value:.4f}" for value in q[:, 0].tolist())
        lines.append(f"{name:6} {given:42}{right:8.2f}{loss:16.3f}")
    scores = torch.tensor([2.0, -1.0, 0.5], requires_grad=True)
    torch.nn.functional.cross_entropy(scores[None], torch.tensor([1])).backward()
    lines += [
        "",
        "-ln q for q = 0.9, 0.5, 0.01, 0.0001:  " + "  ".join(f"{-math.log(q):.2f}" for q in (0.9, 0.5, 0.01, 0.0001)),
        "",
        "scores [2.0, -1.0, 0.5], the second class is right:",
        f"gradient of the loss      {[round(value, 4) for value in scores.grad.tolist()]}",
        f"softmax minus target      {[round(v, 4) for v in (scores.softmax(-1) - torch.tensor([0, 1, 0])).tolist()]}",
    ]
    return lines


# -------------------------------------------------------------------------------------------------------- nll

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


@nll.probe
def averages_minus_the_targets_log_probability(nll, draw):
    n, c = draw.size(5, 7), draw.size(2, 4)  # more rows than classes: log_probs[target] exists and is wrong
    log_probs, target = log_probabilities(draw, n, c), draw.labels(n, c)
    wide = log_probs.double()
    return {
        "float32 log_probs": nll(log_probs, target),
        "float64 log_probs": nll(wide, target),
        "other log_probs": nll(log_probabilities(draw, n, c), target),
        "one row": nll(log_probs[:1], torch.tensor([c - 1])),
    }


@nll.probe
def takes_the_numbers_as_they_are(nll, draw):
    """As in the example of the prompt: rounded log-probabilities, whose exponentials do not sum to one exactly."""
    c = draw.size(2, 4)
    n = c + draw.size(0, 2)
    return nll((log_probabilities(draw, n, c) * 2).round() / 2 - 0.5, draw.labels(n, c))


@nll.probe(rtol=1e-9, atol=1e-12)
def keeps_the_digits_of_float64(nll, draw):
    c = draw.size(2, 4)
    n = c + draw.size(0, 2)
    return nll(draw.normal(n, c).double().log_softmax(-1), draw.labels(n, c))


@nll.probe
def the_highest_class_need_not_occur(nll, draw):
    n, c = draw.size(2, 5), draw.size(3, 5)
    return nll(log_probabilities(draw, n, c), draw.labels(n, c - 1))


@nll.probe
def lets_gradients_through(nll, draw):
    n, c = draw.size(2, 5), draw.size(2, 4)
    scores = draw.normal(n, c, grad=True)
    return with_gradient(nll(scores.log_softmax(-1), draw.labels(n, c)), scores)


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
def by_range(log_probs, target):
    return (-log_probs)[range(target.shape[0]), target].mean()


@nll.right
def by_the_diagonal(log_probs, target):
    return log_probs[:, target].diag().mean().neg()


@nll.mistake
def every_column_for_every_target(log_probs, target):
    """log_probs[:, target] takes the columns of all targets from every row: (n, n) numbers, and their mean mixes the
    examples. One number for each row is needed: index rows and columns in pairs."""
    return -log_probs[:, target].mean()


@nll.mistake
def gather_without_a_column(log_probs, target):
    """gather wants an index with as many dimensions as log_probs has: make a column of the target, one entry in each
    row."""
    return -log_probs.gather(1, target).mean()


@nll.mistake
def rows_named_by_the_target(log_probs, target):
    """log_probs[target] takes whole rows, as if the labels were row numbers. The label names a column, and each row
    needs one of its own."""
    return -log_probs[target].mean()


@nll.mistake
def rows_and_columns_swapped(log_probs, target):
    """Rows and columns have changed places in the index: the first picks the row (the example), the second the column
    (the class)."""
    return -log_probs[target, torch.arange(len(target))].mean()


@nll.mistake
def without_the_mean(log_probs, target):
    """One value comes back for each example. The loss is a single number: their mean."""
    return -log_probs[torch.arange(len(target)), target]


@nll.mistake
def returns_inside_the_loop(log_probs, target):
    """Only the first example is counted: the return stands inside the loop and ends it. Look at its indentation."""
    total = 0
    for i in range(len(target)):
        total = total - log_probs[i, target[i]]
        return total / len(target)


@nll.mistake
def by_python_numbers(log_probs, target):
    """The mean is computed with Python's numbers and put into a new tensor, so the graph is cut (and the dtype lost).
    Stay with tensors all the way."""
    return torch.tensor(sum(-log_probs[i, target[i]].item() for i in range(len(target))) / len(target))


@nll.mistake
def as_many_rows_as_classes(log_probs, target):
    """You number the rows up to the number of classes. There are as many rows as examples: len(target)."""
    return -log_probs[torch.arange(log_probs.shape[1]), target].mean()


@nll.mistake
def divided_by_all_elements(log_probs, target):
    """You divide by n times c. The picked values are n, one for each example, so that is what their sum is divided
    by."""
    mask = torch.nn.functional.one_hot(target, log_probs.shape[1])
    return -(log_probs * mask).mean()


@nll.mistake
def divided_by_the_classes(log_probs, target):
    """You divide by the number of classes. The mean is over the examples: divide by n."""
    return -log_probs[torch.arange(len(target)), target].sum() / log_probs.shape[1]


@nll.mistake
def divided_by_the_batch_size_of_the_lesson(log_probs, target):
    """You divide by 64, whatever the number of rows. Use mean, or the length of target: the last batch may be short."""
    return -log_probs[torch.arange(len(target)), target].sum() / 64


@nll.mistake
def mean_over_all_classes(log_probs, target):
    """You take the mean over all the classes: the target is not used. Only the log-probability of the right class
    counts."""
    return -log_probs.mean() + 0 * target.sum()


@nll.mistake
def the_predicted_class(log_probs, target):
    """You pick the largest log-probability of each row, which is what the model believes. Pick the one of the target,
    which is what is true."""
    return -log_probs.amax(1).mean()


@nll.mistake
def the_next_class(log_probs, target):
    """You pick the column one to the left of the target's. Labels count from 0, as columns do: no subtraction is
    needed."""
    return -log_probs[torch.arange(len(target)), target - 1].mean()


@nll.mistake
def probabilities_instead_of_logs(log_probs, target):
    """You turn the log-probabilities into probabilities (by exp or a softmax) before you average. It is the
    logarithms that are averaged: just pick them."""
    return -log_probs.exp()[torch.arange(len(target)), target].mean()


@nll.mistake
def log_taken_twice(log_probs, target):
    """You take the log of what is a log already, and the log of a negative number is nan. Use the values as they
    are."""
    return -log_probs.log()[torch.arange(len(target)), target].mean()


@nll.mistake
def log_of_the_mean(log_probs, target):
    """You average the probabilities and take the log of that. The log of a mean is not the mean of the logs: average
    the log-probabilities."""
    return -log_probs[torch.arange(len(target)), target].exp().mean().log()


@nll.mistake
def the_median(log_probs, target):
    """You take the median (the value in the middle). The mean is asked for."""
    return -log_probs[torch.arange(len(target)), target].median()


@nll.mistake
def one_hot_without_the_number_of_classes(log_probs, target):
    """one_hot counts the classes by the largest label that it sees. In a batch without the highest class it makes too
    few columns: tell it how many there are, log_probs.shape[1]."""
    mask = torch.nn.functional.one_hot(target)
    return -(log_probs * mask).sum() / len(target)


@nll.mistake
def a_loop_over_the_classes(log_probs, target):
    """The loop runs over as many rows as there are classes, so rows beyond that are left out. One step for each
    example: len(target)."""
    picked = [log_probs[i, target[i]] for i in range(min(log_probs.shape[1], len(target)))]
    return -sum(picked) / len(picked)


@nll.mistake
def normalised_once_more(log_probs, target):
    """The log-probabilities go through a softmax and a log (or log_softmax) once more. They are log-probabilities
    already: just pick them."""
    return -log_probs.log_softmax(1)[torch.arange(len(target)), target].mean()


@nll.mistake
def through_float32(log_probs, target):
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of log_probs."""
    return -log_probs.float()[torch.arange(len(target)), target].mean().to(log_probs.dtype)


@nll.mistake
def squeezed(log_probs, target):
    """With a single row a dimension is lost: squeeze takes away every dimension of size 1. Index rows and columns of
    log_probs as it is."""
    return -log_probs.squeeze()[torch.arange(len(target)), target].mean()


@nll.mistake
def ten_classes(log_probs, target):
    """You count on ten classes. How many there are is log_probs.shape[1]."""
    return -(log_probs * torch.nn.functional.one_hot(target, 10)).sum() / len(target)


@nll.mistake
def the_mean_of_the_classes_means(log_probs, target):
    """You average each class first and then the classes, so that an example of a rare class weighs more. Every example
    counts alike: one mean over all n."""
    return torch.stack([-log_probs[target == k, k].mean() for k in target.unique()]).mean()


@nll.mistake
def without_the_last_row(log_probs, target):
    """The last example is left out: range(n) counts from 0 to n - 1 already, so nothing is to be taken off."""
    return -torch.stack([log_probs[i, target[i]] for i in range(max(len(target) - 1, 1))]).mean()


@nll.mistake
def divided_by_one_less(log_probs, target):
    """You divide by n - 1. The mean is the sum divided by n."""
    return -log_probs[torch.arange(len(target)), target].sum() / (len(target) - 1)


@nll.mistake
def made_float32(log_probs, target):
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of log_probs."""
    return -log_probs.float()[torch.arange(len(target)), target].mean()


@nll.mistake
def in_place(log_probs, target):
    """The result is right, but log_probs comes back with its sign turned: neg_ and *= write into the tensor that was
    given. Use a plain minus."""
    log_probs *= -1
    return log_probs[torch.arange(len(target)), target].mean()


# ----------------------------------------------------------------------------------------------- why_negative

why_negative = concept(
    "why_negative",
    ids=["R2.9"],
    hints=[
        "What is ln 1? And on which side of 0 is the logarithm of a smaller number, say 0.2?",
        "Gradient descent makes its loss smaller. What would become of ln p of the right class if ln p itself, "
        "without a minus, were the loss?",
    ],
    explanations={
        "a": (
            "False. The sign of the scores plays no part: softmax makes probabilities of any scores, and "
            "their logarithms are at most 0 anyway. With scores that are all positive the log-probabilities "
            "are just as negative."
        ),
        "b": (
            "True. ln 1 is 0, and for anything smaller ln is below 0. So minus ln p starts at 0 for a "
            "perfect prediction and grows as the probability of the right class falls, as a loss should."
        ),
        "c": (
            "True. To make the right answers as likely as possible is to make ln p large. An optimizer "
            "makes a number small, so it is given -ln p: the smallest loss is the largest likelihood."
        ),
        "d": (
            "True. The loss would then be ln p, and lower means less probable: the steps would push the "
            "right class down, without any limit, since ln p has none."
        ),
        "e": (
            "False. Its value is -ln 1 = 0, and less is not possible. It is p that is 1, and the loss is as "
            "low as it gets."
        ),
    },
    model_answer=(
        "Probabilities are at most 1, so their logarithms are at most 0. We want the likelihood of the right "
        "classes to grow, while gradient descent makes its objective smaller. The minus turns the log-likelihood "
        "into a loss that is 0 for a perfect prediction, grows as the prediction gets worse, and whose descent "
        "makes the right answers more likely."
    ),
    rubric=[
        "1 point: the log of a probability is 0 or negative",
        "1 point: a likelihood is to be maximised, a loss is minimised (or: without the minus training would go the "
        "wrong way)",
    ],
)


@why_negative.experiment
def three_steps_with_and_without_the_minus():
    lines = ["p            " + "".join(f"{p:10.2f}" for p in (1.0, 0.9, 0.5, 0.1, 0.01))]
    lines += ["-ln p        " + "".join(f"{abs(math.log(p)):10.2f}" for p in (1.0, 0.9, 0.5, 0.1, 0.01)), ""]
    lines += ["probability of the right class, from equal scores on, in four descents:"]
    for name, sign in (("loss = -ln p", -1), ("loss = +ln p", 1)):
        scores = torch.zeros(3, requires_grad=True)
        seen = []
        for _ in range(5):
            log_p = scores.log_softmax(-1)[0]
            seen.append(log_p.exp().item())
            (gradient,) = torch.autograd.grad(sign * log_p, scores)
            scores = (scores - gradient).detach().requires_grad_()
        lines.append(f"{name} " + "".join(f"{p:10.3f}" for p in seen))
    positive = torch.tensor([1.0, 2.0, 3.0])
    lines += ["", f"scores {positive.tolist()}, all positive: log-probabilities "]
    lines[-1] += "  ".join(f"{value:.3f}" for value in positive.log_softmax(-1).tolist())
    return lines


# --------------------------------------------------------------------------------------------- what_logsumexp

what_logsumexp = concept(
    "what_logsumexp",
    ids=["R2.10"],
    hints=[
        "Work it out for two scores that are equal, then for two that are far apart: which simple function is it "
        "close to?",
        "exp(x + 5) = exp(5) exp(x), so exp(5) can be taken out of the whole sum. What becomes of it in the "
        "logarithm? Is there such a rule for exp(2 x)?",
    ],
    explanations={
        "a": (
            "True. The sum is at least its largest term, exp(max), and at most n times that. Take the "
            "logarithm of both ends: between max and max + ln n. The largest score dominates the more, the "
            "further it is ahead."
        ),
        "b": (
            "False. ln undoes exp of one number, but here a whole sum stands in between, and the log of a "
            "sum is not the sum of the logs. For [0, 0] it is ln 2 = 0.69, while the sum is 0."
        ),
        "c": (
            "True. exp(x + 5) is exp(5) exp(x). The factor exp(5) can be taken out of the sum, and its log "
            "is 5. The stable form rests on this."
        ),
        "d": (
            "False. For [0, 0] doubling changes nothing in the scores, and LogSumExp stays at 0.69 instead "
            "of going to 1.39. Adding a number passes through, multiplying does not."
        ),
        "e": (
            "True. softmax is exp(x) divided by the sum of the exponentials. Its log is x minus the log of "
            "that sum, and that is LogSumExp: all that log_softmax needs."
        ),
        "f": (
            "True. The derivative of ln S is S' / S. With S the sum of the exponentials, S' in the "
            "direction of one score is the exponential of that score: divided by S this is its softmax."
        ),
    },
    model_answer=(
        "LogSumExp is the logarithm of the sum of the exponentials of the scores. It is a smooth version of the "
        "maximum: at least the largest score and at most ln n more. Adding a number to all scores adds it to the "
        "result. It is what normalises softmax in log space: log_softmax(x) = x - LogSumExp(x), and its gradient is "
        "the softmax."
    ),
    rubric=[
        "1 point: says what it computes, ln of the sum of the exponentials",
        "1 point: relates it to the maximum (smooth maximum), or to softmax and log_softmax (normalising term, "
        "gradient)",
    ],
)


@what_logsumexp.experiment
def logsumexp_beside_max_and_sum():
    lines = ["scores                     max     LogSumExp   max + ln n   sum"]
    for scores in ([0.0, 0.0], [5.0, 5.0], [1.0, 2.0, 4.0], [2.0, 4.0, 8.0], [0.0, 0.0, 20.0]):
        x = torch.tensor(scores)
        most = max(scores)
        lines.append(
            f"{scores!s:24} {most:6.2f} {x.logsumexp(-1).item():12.4f} {most + math.log(len(scores)):12.4f} "
            f"{sum(scores):6.1f}"
        )
    x = torch.tensor([1.0, 2.0, 4.0], requires_grad=True)
    x.logsumexp(-1).backward()
    lines += [
        "",
        "for the scores [1, 2, 4]:",
        f"gradient of LogSumExp          {[round(value, 4) for value in x.grad.tolist()]}",
        f"softmax                        {[round(value, 4) for value in x.softmax(-1).tolist()]}",
        f"ln of softmax                  {[round(value, 4) for value in x.softmax(-1).log().tolist()]}",
        f"scores - LogSumExp             {[round(value, 4) for value in (x - x.logsumexp(-1)).tolist()]}",
    ]
    return lines


# ---------------------------------------------------------------------------------------- why_logsumexp_trick

why_logsumexp_trick = concept(
    "why_logsumexp_trick",
    ids=["R2.11"],
    hints=[
        "Try torch.tensor(89.0).exp() and torch.tensor(-110.0).exp(): both ends of what float32 can hold. Then "
        "math.exp(710).",
        "What is left of the row [-1000.0, -1001.0] after 0 has been taken out of it, because another row holds a "
        "0? And what does exp(-200) add to 1, even before it is rounded to 0?",
    ],
    explanations={
        "a": (
            "False. Nothing is given up: exp(x) = exp(m) exp(x - m) for every m, so both forms are equal on "
            "paper. What changes is which numbers the computer meets on its way, and with m taken out the "
            "rounding errors are smaller, if anything."
        ),
        "b": (
            "True. This is what makes it a trick: mathematically nothing happens. With real numbers any m "
            "gives the same, and it serves only because floats end somewhere."
        ),
        "c": (
            "False. If another row holds a score that is 1000 higher, all the terms of this row become "
            "exp(-1000) = 0, and the log of 0 is minus infinity. Each row needs a largest score of its own."
        ),
        "d": (
            "False. Next to the term that is 1, exp(-200) = 1e-87 could not change a single digit: float32 "
            "has about 7 of them. Rounding it to 0 is right to the last digit, as the experiment shows."
        ),
        "e": (
            "True. The largest score minus itself is 0 and exp(0) is 1. All other terms lie between 0 and "
            "1, so the sum lies between 1 and n: nothing overflows, and the log stays between 0 and ln n."
        ),
        "f": (
            "False. float32 overflows from exp(89) on, float64 from exp(710): the wall stands further back, "
            "but it stands. The other end, exp(-746) = 0, has one too."
        ),
    },
    model_answer=(
        "exp of a large score overflows to infinity (in float32 from 89 on), and if all scores are very negative "
        "every exp is 0 and the log gives minus infinity, although the true result is an ordinary number near the "
        "largest score. Because exp(x) = exp(m) exp(x - m), the largest score of the row can be taken out without "
        "changing the value. Then one term is exactly 1 and the others lie between 0 and 1, so neither can happen. "
        "It is called a trick since it changes nothing mathematically, only the numbers that the computer meets."
    ),
    rubric=[
        "1 point: names the problem: exp overflows (or all terms underflow and the log of 0 is taken)",
        "1 point: says that subtracting the maximum and adding it back leaves the value as it is (an exact identity)",
        "1 point: why it then works: the largest exponent is 0, so the sum lies between 1 and n",
    ],
)


@why_logsumexp_trick.experiment
def the_overflow_and_the_way_round_it():
    def plain(x):
        return x.exp().sum(-1).log()

    def taken_out(x, m):
        return m + (x - m.unsqueeze(-1)).exp().sum(-1).log()

    x = torch.tensor([[1000.0, 999.0], [-1000.0, -1001.0], [0.0, -200.0]])
    wide = x.double()
    rows = [f"[{row[0]:.0f}, {row[1]:.0f}]" for row in x.tolist()]

    def line(name, values):
        return f"{name:26}" + "".join(f"{value:17.5f}" for value in values.tolist())

    small = torch.tensor([1.0, 2.0, 3.0])
    return [
        "exp in float32   "
        + "   ".join(f"exp({v:.0f}) = {torch.tensor(v).exp().item():.3g}" for v in (88.0, 89.0, -104.0)),
        "exp in float64   "
        + "   ".join(f"exp({v:.0f}) = {wide.new_tensor(v).exp().item():.3g}" for v in (709, 710, -746)),
        "",
        f"{'row':26}" + "".join(f"{row:>17}" for row in rows),
        line("as the formula stands", plain(x)),
        line("the same in float64", plain(wide)),
        line("largest of the batch out", taken_out(x, x.max())),
        line("largest of each row out", taken_out(x, x.amax(-1))),
        "",
        f"scores [1, 2, 3] as the formula stands   {plain(small).item():.6f}",
        f"with 3, the largest, taken out           {taken_out(small, torch.tensor(3.0)).item():.6f}",
        f"with any number taken out, say 7         {taken_out(small, torch.tensor(7.0)).item():.6f}",
    ]


# -------------------------------------------------------------------------------------------------- logsumexp

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
    n, c = draw.size(2, 4), draw.size(2, 5)
    x = draw.normal(n, n)
    return {
        "a matrix": logsumexp(x),
        "a single row": logsumexp(draw.normal(c)),
        "another single row": logsumexp(draw.normal(c)),
    }


@logsumexp.probe(rtol=1e-9, atol=1e-12)
def keeps_the_digits_of_float64(logsumexp, draw):
    return logsumexp(draw.normal(draw.size(2, 4), draw.size(2, 4)).double() / 3)


@logsumexp.probe
def uses_the_last_of_three_dimensions(logsumexp, draw):
    n, c = draw.size(2, 4), draw.size(2, 4)
    return {
        "of the shape (2, n, c)": logsumexp(draw.normal(2, n, c)),
        "of the shape (n, 1, c)": logsumexp(draw.normal(n, 1, c)),
    }


# At 9000 two float32 neighbours are 0.001 apart.
@logsumexp.probe(rtol=1e-6)
def is_right_for_large_scores(logsumexp, draw):
    x = draw.normal(draw.size(2, 3), draw.size(2, 4))
    return {
        "hundreds": logsumexp(x + draw.number(100, 600)),
        "thousands": logsumexp(x + draw.number(1000, 9000)),
        "millions": logsumexp(x + draw.integer(1, 9) * 1e6),
    }


@logsumexp.probe(rtol=1e-6)
def is_right_for_very_negative_scores(logsumexp, draw):
    n, c = draw.size(2, 3), draw.size(2, 4)
    return {
        "thousands": logsumexp(draw.normal(n, c) - draw.number(1000, 9000)),
        "millions": logsumexp(draw.normal(n, c) - draw.integer(1, 9) * 1e6),
    }


@logsumexp.probe(rtol=1e-6)
def rows_far_apart_do_not_disturb_each_other(logsumexp, draw):
    return logsumexp(far_apart(draw, draw.size(2, 4), draw.size(2, 4), draw.number(1000, 9000)))


@logsumexp.probe(atol=2e-3)
def scores_far_apart_in_one_row_do_no_harm(logsumexp, draw):
    n, c = draw.size(2, 3), draw.size(2, 4)
    x = draw.normal(n, c)
    far = torch.zeros(c)
    far[draw.integer(0, c - 1)] = draw.number(1000, 9000)
    return {"one far above": logsumexp(x + far), "one far below": logsumexp(x - far)}


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


@logsumexp.right
def by_log_softmax(x):
    return x[..., 0] - x.log_softmax(-1)[..., 0]


@logsumexp.mistake
def as_the_formula_stands(x):
    """This is right for small scores, but exp of a large one is infinity, and if all are very negative every exp is
    0, its log minus infinity. Take the largest score of each row out first."""
    return x.exp().sum(-1).log()


@logsumexp.mistake
def the_largest_of_all(x):
    """You take out the largest score of the whole tensor. A row that lies far below it is left with zeros, and their
    log is minus infinity: each row needs its own largest score."""
    m = x.max()
    return m + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_largest_of_each_column(x):
    """You take out the largest score of each column (the first dimension). The sum runs along the last dimension, so
    that is where the largest is to be looked for."""
    m = x.amax(0)
    return (x - m).exp().sum(-1).log() + m[..., :1].expand(x.shape[:-1])


@logsumexp.mistake
def the_largest_size_without_sign(x):
    """You take out the score with the largest size, whatever its sign. For negative scores that is none of them, and
    taking it out makes all of them far smaller still: use the largest score, not the largest absolute value."""
    m = x.abs().amax(-1, keepdim=True)
    return m.squeeze(-1) + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def not_the_largest(x):
    """What you take out of each row is not its largest score, but another number such as its smallest score or its
    mean. A score far above it still overflows: take out the largest, so that no exponent is above 0."""
    m = x.amin(-1, keepdim=True)
    return m.squeeze(-1) + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_largest_but_at_least_0(x):
    """A row whose scores are all very negative comes out as minus infinity: what is taken out of it is 0 and not its
    largest score. A search for the largest must not start from 0, nor may a clamp (or a ReLU) raise it to 0."""
    m = x.amax(-1, keepdim=True).clamp(min=0)
    return m.squeeze(-1) + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def a_fixed_number(x):
    """You take out one fixed number. It helps scores near that number only: take out the largest score of each row."""
    return 1000 + (x.double() - 1000).exp().sum(-1).log().to(x.dtype)


@logsumexp.mistake
def in_double_on_the_way(x):
    """float64 on the way only moves the wall: it overflows from exp(710) on. Take the largest score of each row out,
    then no exponent is above 0, in any dtype."""
    return x.double().exp().sum(-1).log().to(x.dtype)


@logsumexp.mistake
def clamped(x):
    """You limit the scores so that nothing overflows, and with them the result. Nothing may be cut off: take the
    largest score out and add it back."""
    return x.clamp(-80, 80).exp().sum(-1).log()


@logsumexp.mistake
def with_an_added_epsilon(x):
    """A small number is added so that the log of 0 is never taken. Where all scores are very negative, the result is
    then the log of that number, and large scores overflow as before. Take the largest score of each row out first."""
    return (x.exp().sum(-1) + 1e-9).log()


@logsumexp.mistake
def max_gives_a_pair(x):
    """max with a dimension gives two things, the largest values and where they stand, and a pair cannot be subtracted.
    Take the values out of it."""
    m = x.max(-1, keepdim=True)
    exps = (x - m).exp()
    return m.squeeze(-1) + exps.sum(-1).log()


@logsumexp.mistake
def the_largest_is_not_added_back(x):
    """The largest score is subtracted, but not added back at the end: log(sum(exp(x))) = m + log(sum(exp(x - m)))."""
    return (x - x.amax(-1, keepdim=True)).exp().sum(-1).log()


@logsumexp.mistake
def the_largest_multiplied(x):
    """You multiply by the largest score at the end. A factor exp(m) of the sum becomes a summand m in its log: add
    it."""
    m = x.amax(-1, keepdim=True)
    return m.squeeze(-1) * (x - m).exp().sum(-1).log()


@logsumexp.mistake
def only_the_largest(x):
    """This is the largest score alone. It is close, but the other scores add something: the log of the sum of the
    exponentials after the largest is taken out."""
    return x.amax(-1)


@logsumexp.mistake
def the_sum_of_the_scores(x):
    """log and exp do not cancel here, because the sum is taken in between: exp first, then sum, then log."""
    return x.sum(-1)


@logsumexp.mistake
def log_of_the_mean(x):
    """You take the mean of the exponentials in place of their sum, so ln n is missing from the result."""
    m = x.amax(-1, keepdim=True)
    return m.squeeze(-1) + (x - m).exp().mean(-1).log()


@logsumexp.mistake
def log_base_ten(x):
    """The logarithm is to base 10, but exp is to base e, and the one does not undo the other. Use torch.log."""
    m = x.amax(-1, keepdim=True)
    return m.squeeze(-1) + (x - m).exp().sum(-1).log10()


@logsumexp.mistake
def log1p_for_log(x):
    """log1p(s) is the log of 1 + s, one too much: the largest score's own term is in the sum already. Use log."""
    m = x.amax(-1, keepdim=True)
    return m.squeeze(-1) + (x - m).exp().sum(-1).log1p()


@logsumexp.mistake
def over_the_first_dimension(x):
    """You reduce the first dimension, so there is one value for each column. The scores of one example stand in a
    row."""
    m = x.amax(0, keepdim=True)
    return m.squeeze(0) + (x - m).exp().sum(0).log()


@logsumexp.mistake
def over_dimension_one(x):
    """You reduce dimension 1. That is the last one of a matrix only: count from the end, -1."""
    m = x.amax(1, keepdim=True)
    return m.squeeze(1) + (x - m).exp().sum(1).log()


@logsumexp.mistake
def over_dimension_one_at_most(x):
    """One and two dimensions work, three do not: there you reduce dimension 1 and not the last. Counted from the end
    it is the same for any number of dimensions."""
    dim = min(1, x.dim() - 1)
    m = x.amax(dim, keepdim=True)
    return m.squeeze(dim) + (x - m).exp().sum(dim).log()


@logsumexp.mistake
def over_everything(x):
    """A single number comes back for the whole tensor. Each row has a value of its own: tell max and sum the
    dimension."""
    return x.max() + (x - x.max()).exp().sum().log()


@logsumexp.mistake
def without_keepdim(x):
    """The largest scores have the shape (n,), which torch stretches over the columns: from each row the largest scores
    of other rows are subtracted (or the shapes do not fit at all). Keep the reduced dimension for the subtraction."""
    m = x.amax(-1)
    return m + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_formula_over_everything(x):
    """A single number comes back for the whole tensor. Each row has a value of its own: tell sum the dimension. And
    large scores overflow: take the largest of each row out first."""
    return x.exp().sum().log()


@logsumexp.mistake
def stretched_to_a_square(x):
    """The largest scores stand in a column, shape (n, 1), and the logs in a row, (n,): added, they are stretched to a
    square. Take the kept dimension away, squeeze(-1), before you add."""
    m = x.amax(-1, keepdim=True)
    return m + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_largest_squeezed_too_far(x):
    """squeeze() without a dimension takes away every dimension of size 1, also one that was in x from the start. Tell
    it which: squeeze(-1)."""
    m = x.amax(-1, keepdim=True)
    return m.squeeze() + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_result_squeezed_too_far(x):
    """squeeze() at the end takes away every dimension of size 1, also one that was in x from the start. Tell it
    which: squeeze(-1)."""
    m = x.amax(-1, keepdim=True)
    return (m + (x - m).exp().sum(-1, keepdim=True).log()).squeeze()


@logsumexp.mistake
def made_float32(x):
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""
    m = x.float().amax(-1, keepdim=True)
    return m.squeeze(-1) + (x.float() - m).exp().sum(-1).log()


@logsumexp.mistake
def through_float32(x):
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of the input."""
    m = x.float().amax(-1, keepdim=True)
    return (m.squeeze(-1) + (x.float() - m).exp().sum(-1).log()).to(x.dtype)


@logsumexp.mistake
def clamped_far_out(x):
    """You limit the scores to some thousands, and scores beyond that with them. Nothing may be cut off: once the
    largest score of each row is taken out, no limit is needed."""
    x = x.clamp(-10000, 10000)
    m = x.amax(-1, keepdim=True)
    return m.squeeze(-1) + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_first_of_each_row(x):
    """What you take out of each row is its first score, which need not be the largest: one that lies far above it still
    overflows."""
    m = x[..., :1]
    return m.squeeze(-1) + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_largest_of_the_first_row(x):
    """You take the largest score of one row out of all the rows. Each row needs its own: a maximum along the last
    dimension."""
    m = x.reshape(-1, x.shape[-1])[0].max()
    return m + (x - m).exp().sum(-1).log()


@logsumexp.mistake
def the_largest_subtracted_at_the_end(x):
    """The largest score is subtracted once more at the end. It was taken out before, so now it has to be added back."""
    m = x.amax(-1, keepdim=True)
    return (x - m).exp().sum(-1).log() - m.squeeze(-1)


@logsumexp.mistake
def without_the_log(x):
    """The logarithm of the sum is missing: log(sum(exp(x))) = m + log(sum(exp(x - m)))."""
    m = x.amax(-1, keepdim=True)
    return m.squeeze(-1) + (x - m).exp().sum(-1)


@logsumexp.mistake
def infinities_replaced(x):
    """Where the formula gives infinity you put another number (a very large one, or the largest score) in its place.
    The true value is an ordinary number close to the largest score: take that out before exp, and nothing overflows."""
    return x.exp().sum(-1).log().nan_to_num()


@logsumexp.mistake
def by_python_numbers(x):
    """The rows are computed with Python's numbers and put into a new tensor, so the graph is cut (and the dtype
    lost). Use torch's max, exp, sum and log on the tensor itself."""
    if x.dim() > 1:
        return torch.stack([by_python_numbers(row) for row in x])
    m = x.max().item()
    return torch.tensor(m + math.log(sum(math.exp(value - m) for value in x.tolist())))


@logsumexp.mistake
def in_place(x):
    """The result is right, but the largest score is subtracted from x itself: sub_ and -= write into the caller's
    tensor. Make a new one: x - m."""
    m = x.amax(-1, keepdim=True)
    x -= m
    return m.squeeze(-1) + x.exp().sum(-1).log()


# ----------------------------------------------------------------------------------------------- max_abs_diff

max_abs_diff = code(
    "max_abs_diff",
    ids=["R2.13"],
    hints=[
        "Four small steps: compare the shapes, subtract, forget the sign, take the largest.",
        "Shapes can be compared with ==. a - b also works for shapes that differ, if one can be stretched to the "
        "other, so the comparison has to come first: `raise ValueError(...)`.",
        "(a - b).abs().max() is a tensor without dimensions; .item() turns it into a Python float.",
    ],
    relations=["negated"],
)


def a_number(returned):
    """What max_abs_diff returned, or a complaint where it is an array."""
    if type(returned).__name__ == "ndarray":
        raise Complaint("a NumPy array comes back. It holds the number: .item() or float(...) gives a Python float")
    return returned


def unless_refused(function, a, b):
    """What came back for two shapes that do not match, or that ValueError was raised, as it should be."""
    try:
        returned = function(a, b)
    except ValueError:
        return "raises ValueError"
    except NotImplementedError:
        raise
    except (RuntimeError, AssertionError, TypeError, IndexError) as error:
        shapes = f"{tuple(a.shape)} and {tuple(b.shape)}"
        raise Complaint(
            f"{type(error).__name__} was raised for the shapes {shapes}: compare the shapes yourself, before anything "
            "else, and raise ValueError"
        ) from None
    kind = returned if isinstance(returned, type) else type(returned)
    if issubclass(kind, BaseException):
        raise Complaint(f"the error is returned, as if it were the result: `raise {kind.__name__}(...)` it")
    return f"returns {returned:.4g}" if isinstance(returned, (int, float)) else f"returns {returned}"


@max_abs_diff.probe
def finds_the_largest_difference_whatever_its_sign(max_abs_diff, draw):
    n, m = draw.size(2, 3), draw.size(2, 4)
    a, spot = draw.normal(n, m), (draw.integer(0, n - 1), draw.integer(0, m - 1))
    a[spot] = draw.number(1, 2)
    below, above = (a + draw.uniform(n, m, low=-0.5, high=0.5) for _ in range(2))
    below[spot] -= draw.number(5, 9)
    above[spot] += draw.number(5, 9)
    all_above = a + draw.uniform(n, m, low=0.5, high=3.0)
    return {
        "one element of b far below": a_number(max_abs_diff(a, below)),
        "one element of b far above": a_number(max_abs_diff(a, above)),
        "all of b above": a_number(max_abs_diff(a, all_above)),
    }


@max_abs_diff.probe(atol=0.0)
def small_differences_count_as_well(max_abs_diff, draw):
    """Differences as they are between two correct results: nothing may be rounded away."""
    n, m = draw.size(2, 3), draw.size(2, 4)
    b = draw.uniform(n, m, low=0.5, high=1.0)
    a = b + draw.uniform(n, m, low=2e-6, high=3e-6)
    wide = b.double()
    wider = wide + draw.uniform(n, m, low=2e-11, high=3e-11).double()
    return {"float32": a_number(max_abs_diff(a, b)), "float64": a_number(max_abs_diff(wider, wide))}


@max_abs_diff.probe
def works_for_any_number_of_dimensions(max_abs_diff, draw):
    seen = {}
    for shape in [(), (draw.size(2, 5),), (2, draw.size(2, 3), draw.size(2, 3))]:
        b = draw.normal(*shape)
        seen[f"{len(shape)} dimensions"] = max_abs_diff(b + draw.uniform(*shape, low=0.5, high=3.0), b)
    return seen


@max_abs_diff.probe(fixed="an error is to be raised, whatever the numbers are")
def refuses_shapes_that_torch_would_stretch(max_abs_diff, draw):
    n = draw.size(2, 4)
    a = draw.normal(n, 1)
    wide = draw.normal(n, n + 1)
    pairs = {
        "(n, 1) and (n,)": (a, a[:, 0]),
        "(n, 1) and (1, n)": (a, a.T),
        "(n,) and ()": (a[:, 0], a[0, 0]),
        "(n, m) and (1, m)": (wide, wide[:1]),
        "(n, m) and (m,)": (wide, wide[0]),
    }
    return {name: unless_refused(max_abs_diff, *pair) for name, pair in pairs.items()}


@max_abs_diff.probe(fixed="an error is to be raised, whatever the numbers are")
def refuses_shapes_that_do_not_fit(max_abs_diff, draw):
    n = draw.size(2, 4)
    a = draw.normal(n, n + 1)
    pairs = {"(n, m) and (n, m - 1)": (a, a[:, 1:]), "(n, m) and (m, n)": (a, a.T)}
    return {name: unless_refused(max_abs_diff, *pair) for name, pair in pairs.items()}


@max_abs_diff.right
def by_python(a, b):
    if list(a.shape) != list(b.shape):
        raise ValueError("shapes")
    return max(abs(p - q) for p, q in zip(a.flatten().tolist(), b.flatten().tolist(), strict=True))


@max_abs_diff.right
def by_both_ends(a, b):
    if a.size() == b.size():
        difference = torch.sub(a, b)
        return float(max(difference.max(), -difference.min()))
    raise ValueError(a.shape, b.shape)


@max_abs_diff.right
def by_the_infinity_norm(a, b):
    if a.shape != b.shape:
        raise ValueError
    return torch.linalg.vector_norm(a - b, ord=float("inf")).item()


@max_abs_diff.right
def by_numpy(a, b):
    import numpy as np

    if a.shape != b.shape:
        raise ValueError
    return np.abs(a.detach().numpy() - b.detach().numpy()).max()


@max_abs_diff.mistake
def without_abs(a, b):
    """The sign is kept, so where b is larger than a the difference is negative and never the largest. Take the
    absolute value first, then the largest."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).max().item()


@max_abs_diff.mistake
def abs_after_max(a, b):
    """abs comes too late: the largest difference with its sign is found first, and one that is far below 0 is missed.
    First abs, then max."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).max().abs().item()


@max_abs_diff.mistake
def difference_of_the_largest(a, b):
    """You compare the largest element of a with the largest of b, which may stand in different places. Subtract
    first, place by place, and look for the largest then."""
    if a.shape != b.shape:
        raise ValueError
    return abs(a.max() - b.max()).item()


@max_abs_diff.mistake
def difference_of_the_sizes(a, b):
    """You take the absolute values before you subtract, so that 2 and -2 count as equal. Subtract first."""
    if a.shape != b.shape:
        raise ValueError
    return (a.abs() - b.abs()).abs().max().item()


@max_abs_diff.mistake
def the_mean_difference(a, b):
    """This is the mean of the absolute differences: one bad element disappears in it. The largest is asked for."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).abs().mean().item()


@max_abs_diff.mistake
def by_pythons_max(a, b):
    """Python's own max compares whole rows, for which a tensor gives no clear yes or no. torch's max looks at every
    element: torch.max(...) or the method .max()."""
    if a.shape != b.shape:
        raise ValueError
    return max(abs(a - b)).item()


@max_abs_diff.mistake
def raises_where_the_shapes_are_equal(a, b):
    """ValueError is raised where the shapes are the same, and not where they differ: the condition is the wrong way
    round."""
    if a.shape == b.shape:
        raise ValueError
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def the_sum_of_differences(a, b):
    """This is the sum of the absolute differences. The largest one of them is asked for."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).abs().sum().item()


@max_abs_diff.mistake
def the_smallest_difference(a, b):
    """This is the smallest absolute difference, where the two agree best. The largest is asked for."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).abs().min().item()


@max_abs_diff.mistake
def the_distance(a, b):
    """This is the Euclidean distance, the root of the sum of all squares. The largest absolute difference is asked
    for."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).norm().item()


@max_abs_diff.mistake
def the_largest_square(a, b):
    """The largest difference comes back squared. Use abs to lose the sign, not a square."""
    if a.shape != b.shape:
        raise ValueError
    return ((a - b) ** 2).max().item()


@max_abs_diff.mistake
def relative_to_b(a, b):
    """The difference is divided by the size of b. The plain, absolute difference is asked for."""
    if a.shape != b.shape:
        raise ValueError
    return ((a - b).abs() / b.abs()).max().item()


@max_abs_diff.mistake
def yes_or_no(a, b):
    """A yes or no comes back. How large the difference is tells more: return it as a float."""
    if a.shape != b.shape:
        raise ValueError
    return torch.allclose(a, b)


@max_abs_diff.mistake
def still_a_tensor(a, b):
    """A tensor comes back. It holds the right number: .item() or float(...) gives it as a Python float."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).abs().max()


@max_abs_diff.mistake
def the_largest_of_each_row(a, b):
    """There is one value for each row. The largest of all elements is asked for: max without a dimension."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).abs().amax(-1).tolist()


@max_abs_diff.mistake
def any_shapes(a, b):
    """The shapes are not compared. torch stretches (n, 1) and (n,) to a square and compares elements that have
    nothing to do with each other, which is the very error that this function is to uncover: raise ValueError unless
    the shapes are the same."""
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def torch_decides(a, b):
    """You leave it to torch to refuse the shapes. torch stretches (n, 1) and (n,) to a square without a word: compare
    the shapes yourself, before you subtract."""
    try:
        return (a - b).abs().max().item()
    except RuntimeError:
        raise ValueError("the shapes differ") from None


@max_abs_diff.mistake
def two_loops(a, b):
    """Two loops serve tensors with two dimensions only. Subtract the whole tensors at once: that works for any number
    of dimensions."""
    if a.shape != b.shape:
        raise ValueError
    return max(abs(a[i, j] - b[i, j]).item() for i in range(a.shape[0]) for j in range(a.shape[1]))


@max_abs_diff.mistake
def still_an_array(a, b):
    """A NumPy array comes back. It holds the right number: .item() or float(...) gives it as a Python float."""
    if a.shape != b.shape:
        raise ValueError
    return (a - b).abs().max().numpy()


@max_abs_diff.mistake
def rounded(a, b):
    """The result is rounded, and small differences become 0. Those are what two results are compared for: return the
    number as it is."""
    if a.shape != b.shape:
        raise ValueError
    return round((a - b).abs().max().item(), 4)


@max_abs_diff.mistake
def rounded_a_little(a, b):
    """The result is rounded, and small differences become 0. Those are what two results are compared for: return the
    number as it is."""
    if a.shape != b.shape:
        raise ValueError
    return round((a - b).abs().max().item(), 6)


@max_abs_diff.mistake
def nothing_where_they_are_close(a, b):
    """Where the two are close (allclose) you return 0. How large the difference is, is what was asked: return it as it
    is."""
    if a.shape != b.shape:
        raise ValueError
    return 0.0 if torch.allclose(a, b) else (a - b).abs().max().item()


@max_abs_diff.mistake
def through_float32(a, b):
    """float64 goes through float32 before the subtraction, and small differences are lost in it. Subtract the tensors
    as they are."""
    if a.shape != b.shape:
        raise ValueError
    return (a.float() - b.float()).abs().max().item()


@max_abs_diff.mistake
def a_whole_number(a, b):
    """A whole number comes back: int cuts the fraction off. A float is asked for."""
    if a.shape != b.shape:
        raise ValueError
    return int((a - b).abs().max())


@max_abs_diff.mistake
def only_the_last_dimension(a, b):
    """You compare the last dimension alone. The others have to be equal too: compare the whole shapes."""
    if a.shape[-1:] != b.shape[-1:]:
        raise ValueError
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def subtracted_before_the_shapes_are_compared(a, b):
    """You subtract first and compare the shapes afterwards. Where the shapes do not fit, the subtraction itself raises
    another error: let the comparison come first."""
    difference = (a - b).abs().max().item()
    if a.shape != b.shape:
        raise ValueError
    return difference


@max_abs_diff.mistake
def as_many_elements(a, b):
    """You compare how many elements there are and not the shapes: (2, 3) and (3, 2) have as many and still do not
    match."""
    if a.numel() != b.numel():
        raise ValueError
    return (a.flatten() - b.flatten()).abs().max().item()


@max_abs_diff.mistake
def as_many_elements_and_not_flat(a, b):
    """You compare how many elements there are and not the shapes: (n, 1) and (n,) have as many and still do not
    match."""
    if a.numel() != b.numel():
        raise ValueError
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def only_the_lengths(a, b):
    """len looks at the first dimension only. Compare the whole shapes, a.shape and b.shape."""
    if a.dim() and b.dim() and len(a) != len(b):
        raise ValueError
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def only_the_number_of_dimensions(a, b):
    """You compare how many dimensions there are (dim, or len of the shape), not how long they are. Compare the whole
    shapes."""
    if a.dim() != b.dim():
        raise ValueError
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def asserted(a, b):
    """An assert raises AssertionError, and disappears when Python runs with -O. Use if and raise ValueError(...)."""
    assert a.shape == b.shape
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def nothing_is_raised(a, b):
    """For shapes that differ something is returned (or printed) instead of an error. A caller can overlook that; it
    cannot overlook `raise ValueError(...)`."""
    if a.shape != b.shape:
        return None
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def an_error_is_returned(a, b):
    """The ValueError is returned like a result. `raise` it."""
    if a.shape != b.shape:
        return ValueError("the shapes differ")
    return (a - b).abs().max().item()


@max_abs_diff.mistake
def in_place(a, b):
    """The result is right, but the difference is written into a: sub_ and -= change the tensor that was given. Use a
    - b."""
    if a.shape != b.shape:
        raise ValueError
    a -= b
    return a.abs().max().item()


# ------------------------------------------------------------------------------------------------ log_softmax

log_softmax = code(
    "log_softmax",
    ids=["R2.14"],
    hints=[
        "The log of exp(x) / sum(exp(x)) is a difference of two terms. One of them is x itself; what is the other "
        "called?",
        "torch.logsumexp(x, -1) has one value for each row. In what shape can it be subtracted from x?",
        "logsumexp takes keepdim=True as sum does. x minus that is all.",
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
    x, thin = draw.normal(2, draw.size(2, 4), draw.size(2, 4)), draw.normal(2, 1, draw.size(2, 4))
    return {"of the shape (2, n, c)": log_softmax(x), "of the shape (2, 1, c)": log_softmax(thin)}


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
    n, c = draw.size(2, 3), draw.size(2, 4)
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
def by_differences(x):
    return -(x.unsqueeze(-2) - x.unsqueeze(-1)).logsumexp(-1)


@log_softmax.right
def row_by_row(x):
    rows = x.reshape(-1, x.shape[-1])
    return torch.stack([row - torch.logsumexp(row, 0) for row in rows.unbind()]).view_as(x)


@log_softmax.mistake
def log_of_softmax(x):
    """This is the first form again: exp of a large score is infinity, and infinity divided by infinity is nan.
    Subtract the logsumexp of each row from x instead: there is no exp left to overflow."""
    return (x.exp() / x.exp().sum(-1, keepdim=True)).log()


@log_softmax.mistake
def log_of_a_stable_softmax(x):
    """The softmax is stable, but a probability as small as exp(-1000) is rounded to 0, and its log is minus infinity.
    Do not go through probabilities at all: subtract the logsumexp of each row from x."""
    return x.softmax(-1).log()


@log_softmax.mistake
def with_an_added_epsilon(x):
    """A small number is added so that log never meets 0. Every probability smaller than that number then gets the
    same log, however unlikely it is. Do not go through probabilities: subtract the logsumexp of each row from x."""
    return (x.softmax(-1) + 1e-9).log()


@log_softmax.mistake
def minus_an_unstable_logsumexp(x):
    """x minus the log of the sum of the exponentials: right on paper, but exp of 1000 is infinity. torch's own
    logsumexp (and yours) takes the largest score out first."""
    return x - x.exp().sum(-1, keepdim=True).log()


@log_softmax.mistake
def the_largest_of_all(x):
    """You take out the largest score of the whole tensor. In a row that lies far below it every exp is 0: each row
    needs its own largest score, as logsumexp takes it."""
    shifted = x - x.max()
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


@log_softmax.mistake
def the_largest_but_at_least_0(x):
    """A row whose scores are all very negative comes out infinite: what is taken out of it is 0 and not its largest
    score. A search for the largest must not start from 0; logsumexp does it right."""
    shifted = x - x.amax(-1, keepdim=True).clamp(min=0)
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


@log_softmax.mistake
def clamped(x):
    """The scores are cut off so that nothing overflows, and the result with them. Subtract the logsumexp of each row
    from x, then nothing needs to be cut."""
    x = x.clamp(-80, 80)
    return x - x.logsumexp(-1, keepdim=True)


@log_softmax.mistake
def minus_the_largest(x):
    """You subtract the largest score of each row, which is close to logsumexp but not the same. The exponentials of a
    row must sum to one."""
    return x - x.amax(-1, keepdim=True)


@log_softmax.mistake
def without_keepdim(x):
    """logsumexp gives one value for each row, shape (n,), and torch stretches that over the columns: each score loses
    the logsumexp of another row (or the shapes do not fit at all). Keep the reduced dimension."""
    return x - x.logsumexp(-1)


@log_softmax.mistake
def over_the_first_dimension(x):
    """You take the logsumexp of each column. The scores of one example stand in a row: the last dimension."""
    return x - x.logsumexp(0, keepdim=True)


@log_softmax.mistake
def over_dimension_one(x):
    """You reduce dimension 1. That is the last one of a matrix only: count from the end, -1."""
    return x - x.logsumexp(1, keepdim=True)


@log_softmax.mistake
def over_dimension_one_at_most(x):
    """One and two dimensions work, three do not: there you reduce dimension 1 and not the last. Counted from the end
    it is the same for any number of dimensions."""
    return x - x.logsumexp(min(1, x.dim() - 1), keepdim=True)


@log_softmax.mistake
def along_the_first_loop(x):
    """You loop over the first dimension. For a single row that gives single numbers, whose log_softmax is 0. Work on
    the last dimension, whatever comes before it."""
    return torch.stack([row - row.logsumexp(-1, keepdim=True) for row in x])


@log_softmax.mistake
def divided_by_logsumexp(x):
    """You divide by logsumexp. The log of a fraction is a difference: subtract it."""
    return x / x.logsumexp(-1, keepdim=True)


@log_softmax.mistake
def logsumexp_alone(x):
    """This is the logsumexp of each row. It is what has to be subtracted from x."""
    return x.logsumexp(-1, keepdim=True)


@log_softmax.mistake
def exponentials_minus_logsumexp(x):
    """You subtract from exp(x). The log of exp(x) is x itself: no exp is needed."""
    return x.exp() - x.logsumexp(-1, keepdim=True)


@log_softmax.mistake
def probabilities(x):
    """These are probabilities: the exp of what is asked for. x minus logsumexp is the result already."""
    return (x - x.logsumexp(-1, keepdim=True)).exp()


@log_softmax.mistake
def log_base_ten(x):
    """These are logarithms to base 10. The natural ones are asked for: nothing needs to be converted."""
    return (x - x.logsumexp(-1, keepdim=True)) / math.log(10)


@log_softmax.mistake
def squeezed(x):
    """squeeze() at the end takes away every dimension of size 1, also one that was in x from the start. The result has
    the shape of x: nothing needs to be squeezed."""
    return (x - x.logsumexp(-1, keepdim=True)).squeeze()


@log_softmax.mistake
def the_logsumexp_without_a_graph(x):
    """The values are right and the gradient is not: the graph is cut at the logsumexp (.detach(), .data or no_grad), so
    that the scores of a row no longer work on each other."""
    return x - x.logsumexp(-1, keepdim=True).detach()


@log_softmax.mistake
def made_float32(x):
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""
    return x.float() - x.float().logsumexp(-1, keepdim=True)


@log_softmax.mistake
def through_float32(x):
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of the input."""
    return (x.float() - x.float().logsumexp(-1, keepdim=True)).to(x.dtype)


@log_softmax.mistake
def plus_logsumexp(x):
    """You add logsumexp. The log of a fraction is a difference: subtract it."""
    return x + x.logsumexp(-1, keepdim=True)


@log_softmax.mistake
def minus_the_log_of_logsumexp(x):
    """You take the log of logsumexp. It has the log in it already: subtract it as it is."""
    return x - x.logsumexp(-1, keepdim=True).log()


@log_softmax.mistake
def logsumexp_of_the_exponentials(x):
    """You give exp(x) to logsumexp. It takes the exponentials itself: give it x."""
    return x - x.exp().logsumexp(-1, keepdim=True)


@log_softmax.mistake
def over_everything(x):
    """You take one logsumexp of all the elements, so all the rows together are one distribution. Each row has one of
    its own."""
    return x - x.flatten().logsumexp(0)


@log_softmax.mistake
def results_cut_off(x):
    """The result is kept above some limit. However unlikely a class is, its log-probability counts as it is."""
    return (x - x.logsumexp(-1, keepdim=True)).clamp(min=-100)


@log_softmax.mistake
def infinities_replaced(x):
    """Where the formula gives minus infinity you put a fixed number in its place. Do not go through probabilities:
    subtract the logsumexp of each row from x, and no infinity comes up."""
    return x.softmax(-1).log().nan_to_num()


@log_softmax.mistake
def in_place(x):
    """The result is right, but it is written into x: sub_ and -= change the tensor that was given. Use x - ..."""
    x -= x.logsumexp(-1, keepdim=True)
    return x


# ---------------------------------------------------------------------------------------------- cross_entropy

cross_entropy = code(
    "cross_entropy",
    ids=["R2.15"],
    hints=[
        "Two functions that you have built give it, one applied to the result of the other. Which two?",
        "nll wants log-probabilities, and the input holds scores. Which function makes the one of the other, and is "
        "right for scores of any size?",
        "Apply log_softmax to input, and nll to that and target. Return what nll gives.",
    ],
    shortcut=["cross_entropy", "cross_entropy_loss"],
    instead="your log_softmax and your nll",
    relations=["negated", "times_n", "per_row", "as_number", "detached", "in_float64", "still_two_dimensional"],
)


def scores_and_target(draw, n, c):
    """Scores of n rows, and a target that is neither the largest nor always the smallest score."""
    return draw.normal(n, c, scale=2.0), draw.labels(n, c)


@cross_entropy.probe
def averages_minus_the_log_of_the_targets_softmax(cross_entropy, draw):
    x, target = scores_and_target(draw, draw.size(5, 7), draw.size(3, 4))
    wide = x.double()
    return {
        "float32 scores": cross_entropy(x, target),
        "float64 scores": cross_entropy(wide, target),
        "one row": cross_entropy(x[:1], torch.tensor([x.shape[1] - 1])),
    }


@cross_entropy.probe(rtol=1e-9, atol=1e-12)
def keeps_the_digits_of_float64(cross_entropy, draw):
    c = draw.size(2, 4)
    n = c + draw.size(0, 2)
    return cross_entropy(draw.normal(n, c).double() / 3, draw.labels(n, c))


@cross_entropy.probe
def the_highest_class_need_not_occur(cross_entropy, draw):
    n, c = draw.size(2, 5), draw.size(3, 5)
    return cross_entropy(draw.normal(n, c), draw.labels(n, c - 1))


@cross_entropy.probe(atol=5e-4)
def is_right_for_large_and_very_negative_scores(cross_entropy, draw):
    x, target = scores_and_target(draw, draw.size(3, 5), draw.size(3, 4))
    distance = draw.number(1000, 2000)
    return {"large": cross_entropy(x + distance, target), "very negative": cross_entropy(x - distance, target)}


@cross_entropy.probe(atol=5e-4)
def rows_far_apart_do_not_disturb_each_other(cross_entropy, draw):
    n, c = draw.size(2, 4), draw.size(2, 4)
    return cross_entropy(far_apart(draw, n, c, draw.number(1000, 2000)), draw.labels(n, c))


@cross_entropy.probe(atol=5e-4)
def confidently_wrong_rows_cost_what_they_should(cross_entropy, draw):
    n, c = draw.size(2, 4), draw.size(2, 4)
    x, target = draw.normal(n, c), draw.labels(n, c)
    x[torch.arange(n), (target + 1) % c] += draw.number(1000, 2000)
    return cross_entropy(x, target)


@cross_entropy.probe
def lets_gradients_through(cross_entropy, draw):
    n, c = draw.size(2, 5), draw.size(2, 4)
    x = draw.normal(n, c, grad=True)
    return with_gradient(cross_entropy(x, draw.labels(n, c)), x)


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


@cross_entropy.right
def by_differences(input, target):
    behind = input - input.gather(1, target[:, None])
    return behind.logsumexp(-1).mean()


@cross_entropy.mistake
def nll_of_the_scores(input, target):
    """The scores themselves are averaged: the log of the softmax is missing. nll wants log-probabilities."""
    return -input[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def nll_of_the_probabilities(input, target):
    """Probabilities are averaged: the logarithm is missing. nll wants log-probabilities, softmax gives
    probabilities."""
    return -input.softmax(1)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def log_of_the_mean_probability(input, target):
    """You average the probabilities of the targets and take the log of that. The log of a mean is not the mean of the
    logs: log first (in log_softmax), then the mean."""
    return -input.softmax(1)[torch.arange(len(target)), target].mean().log()


@cross_entropy.mistake
def softmax_twice(input, target):
    """There is a softmax too many: probabilities go into log_softmax, which takes a softmax of its own. Give it the
    scores."""
    return -input.softmax(1).log_softmax(1)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def nll_of_the_probabilities_of_the_formula(input, target):
    """Probabilities are averaged: the logarithm is missing. nll wants log-probabilities, softmax gives
    probabilities."""
    q = input.exp() / input.exp().sum(1, keepdim=True)
    return -q[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def softmax_of_the_formula_twice(input, target):
    """There is a softmax too many: probabilities go into log_softmax, which takes a softmax of its own. Give it the
    scores."""
    q = input.exp() / input.exp().sum(1, keepdim=True)
    return -q.log_softmax(1)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def naive(input, target):
    """This is right for small scores, but exp of a large one is infinity and the loss becomes nan. Use the stable
    log_softmax that you built last."""
    q = input.exp() / input.exp().sum(1, keepdim=True)
    return -q.log()[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def log_of_a_stable_softmax(input, target):
    """Where the model is confidently wrong, the probability of the right class is rounded to 0 and its log is minus
    infinity: the loss explodes. Do not go through probabilities: use the stable log_softmax."""
    return -input.softmax(1).log()[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def with_an_added_epsilon(input, target):
    """A small number is added to the probabilities, so that log never meets 0. Confidently wrong rows then cost too
    little, and their gradient is gone. Use the stable log_softmax; it needs no such number."""
    return -(input.softmax(1) + 1e-9).log()[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def probabilities_clamped(input, target):
    """The probabilities are kept away from 0 by clamp. Confidently wrong rows then all cost the same, and no gradient
    comes from them. Use the stable log_softmax; it needs no clamp."""
    return -input.softmax(1).clamp(min=1e-7).log()[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def scores_clamped(input, target):
    """The scores are cut off before the softmax, so beyond that they make no difference. Use the stable log_softmax,
    which takes scores of any size."""
    return -input.clamp(-50, 50).log_softmax(1)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def the_largest_of_all(input, target):
    """The largest score of the whole batch is taken out, so in rows that lie far below it every exp is 0. Each row
    needs its own largest score, as logsumexp takes it."""
    shifted = input - input.max()
    log_q = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -log_q[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def the_largest_but_at_least_0(input, target):
    """A row whose scores are all very negative comes out infinite: what is taken out of it is 0 and not its largest
    score. A search for the largest must not start from 0; logsumexp does it right."""
    shifted = input - input.amax(1, keepdim=True).clamp(min=0)
    log_q = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -log_q[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def over_the_first_dimension(input, target):
    """The softmax runs over the first dimension, so the examples compete with each other. The classes of one example
    do: the last dimension."""
    return -input.log_softmax(0)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def over_everything(input, target):
    """The softmax runs over the whole tensor, so all examples share one distribution. Each row has its own."""
    return -(input - input.flatten().logsumexp(0))[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def every_column_for_every_target(input, target):
    """[:, target] takes the columns of all targets from every row, and their mean mixes the examples. Pick one value
    for each row, as nll does."""
    return -input.log_softmax(1)[:, target].mean()


@cross_entropy.mistake
def rows_named_by_the_target(input, target):
    """[target] takes whole rows, as if the labels were row numbers. Pick from each row the column that its label
    names, as nll does."""
    return -input.log_softmax(1)[target].mean()


@cross_entropy.mistake
def without_the_mean(input, target):
    """One value comes back for each example. The loss is their mean."""
    return -input.log_softmax(1)[torch.arange(len(target)), target]


@cross_entropy.mistake
def divided_by_all_elements(input, target):
    """You divide by n times c. The mean is over the examples: divide by n."""
    mask = torch.nn.functional.one_hot(target, input.shape[1])
    return -(input.log_softmax(1) * mask).mean()


@cross_entropy.mistake
def the_predicted_class(input, target):
    """You take the largest log-probability of each row: what the model believes. The target, what is true, is not
    used."""
    return -input.log_softmax(1).amax(1).mean()


@cross_entropy.mistake
def mean_over_all_classes(input, target):
    """You take the mean over all the classes; the target is not used. Only the right class counts."""
    return -input.log_softmax(1).mean()


@cross_entropy.mistake
def log_base_two(input, target):
    """These are logarithms to base 2. The natural ones are asked for."""
    return -input.log_softmax(1)[torch.arange(len(target)), target].mean() / math.log(2)


@cross_entropy.mistake
def yes_or_no_for_each_class(input, target):
    """This is the loss for a yes or no on each class by itself (a sigmoid for each). Here the classes compete: one
    softmax for each row."""
    mask = torch.nn.functional.one_hot(target, input.shape[1]).to(input.dtype)
    return torch.nn.functional.binary_cross_entropy_with_logits(input, mask)


@cross_entropy.mistake
def one_hot_without_the_number_of_classes(input, target):
    """one_hot counts the classes by the largest label that it sees. In a batch without the highest class it makes too
    few columns: tell it how many there are, input.shape[1]."""
    mask = torch.nn.functional.one_hot(target)
    return -(input.log_softmax(1) * mask).sum() / len(target)


@cross_entropy.mistake
def through_float32(input, target):
    """float64 goes through float32 on the way, and digits are lost that the dtype at the end does not bring back.
    Compute in the dtype of the input."""
    return -input.float().log_softmax(1)[torch.arange(len(target)), target].mean().to(input.dtype)


@cross_entropy.mistake
def squeezed(input, target):
    """With a single row a dimension is lost: squeeze takes away every dimension of size 1. Leave input as it is."""
    return -input.squeeze().log_softmax(-1)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def the_column_before(input, target):
    """You pick the column one to the left of the target's. Labels count from 0, as columns do: no subtraction is
    needed."""
    return -input.log_softmax(1)[torch.arange(len(target)), target - 1].mean()


@cross_entropy.mistake
def losses_cut_off(input, target):
    """The log-probabilities are kept above some limit, so that beyond it a confidently wrong row costs no more. The
    stable log_softmax is finite by itself: nothing needs to be cut off."""
    return -input.log_softmax(1).clamp(min=-100)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def squared_differences(input, target):
    """This is a mean of squared differences between probabilities and the one-hot target, another loss. Take minus the
    log of the target's probability."""
    return ((input.softmax(1) - torch.nn.functional.one_hot(target, input.shape[1])) ** 2).mean()


@cross_entropy.mistake
def the_mean_of_the_classes_means(input, target):
    """You average each class first and then the classes, so that an example of a rare class weighs more. Every example
    counts alike: one mean over all n."""
    losses = -input.log_softmax(1)[torch.arange(len(target)), target]
    return torch.stack([losses[target == k].mean() for k in target.unique()]).mean()


@cross_entropy.mistake
def ten_classes(input, target):
    """You count on ten classes. How many there are is input.shape[1]."""
    return -(input.log_softmax(1) * torch.nn.functional.one_hot(target, 10)).sum() / len(target)


@cross_entropy.mistake
def made_float32(input, target):
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""
    return -input.float().log_softmax(1)[torch.arange(len(target)), target].mean()


@cross_entropy.mistake
def in_place(input, target):
    """The result is right, but the scores are overwritten on the way: -= and functions whose name ends with _ change
    the tensor that was given."""
    input -= input.logsumexp(1, keepdim=True)
    return -input[torch.arange(len(target)), target].mean()
