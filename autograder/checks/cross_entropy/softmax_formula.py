"""softmax_formula: its probes, other right answers and known mistakes."""

import itertools
import math

from autograder.authoring.slips import change, everywhere, first, indent
from autograder.exercise import Complaint, code

softmax_formula = code(
    "softmax_formula",
    ids=["R2.1"],
    hints=[
        "Do it by hand for [0.0, 1.0]: which two numbers do you add, and what do you divide by their sum?",
        "math.exp gives the exponential of one number. Make a list of the exponentials first, it is needed twice: "
        "for the sum and for the division.",
        "Give the list of exponentials a name, and their sum another. What is each value of the result, in terms of "
        "these two? A second loop or list comprehension collects them.",
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


def in_no_order(draw, n):
    """n numbers, neither rising nor falling, and no two of them close to each other."""
    for _ in range(50):
        xs = draw.numbers(n)
        rising = sorted(xs)
        if xs not in (rising, rising[::-1]) and min(b - a for a, b in itertools.pairwise(rising)) > 0.3:
            break
    return xs


@softmax_formula.probe(rtol=1e-9, atol=1e-15)
def each_exponential_is_divided_by_their_sum(softmax_formula, draw):
    smallest, largest = draw.number(-3.0, -2.1), draw.number(2.1, 3.0)
    return a_list(softmax_formula([smallest, largest, *draw.numbers(draw.size(1, 4)), smallest]))


@softmax_formula.probe(rtol=1e-9, atol=1e-15)
def numbers_far_below_0_share_1_too(softmax_formula, draw):
    lowest = draw.number(-40.0, -30.0)
    return a_list(softmax_formula([lowest + x for x in in_no_order(draw, draw.size(3, 4))]))


@softmax_formula.probe
def every_call_starts_anew(softmax_formula, draw):
    n = draw.size(3, 4)
    calls = {call: a_list(softmax_formula(in_no_order(draw, n))) for call in ("first call", "second call")}
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


@softmax_formula.slip("math.exp(x)", "x")
def without_exponentials():
    """You divide the numbers by their sum, without the exponential. With a negative number in the list the result is no
    distribution: take math.exp of each number first."""


@softmax_formula.slip("[e / total for e in exps]", "exps")
def without_dividing():
    """These are the exponentials. They are positive, but they do not sum to one yet: divide each by their sum."""


@softmax_formula.slip("sum(exps)", "sum(xs)")
def divided_by_the_sum_of_the_numbers():
    """You divide the exponentials by the sum of the numbers. The divisor is the sum of the exponentials."""


@softmax_formula.slip("[math.exp(x) for x in xs]", "math.exp(xs)")
def exponential_of_the_list():
    """A function of `math` takes one number, and `xs` is a list of them: take the exponential of each in a loop or a
    list comprehension."""


@softmax_formula.slip(change("other - x", "other"), change("1", "x"), of="by_differences")
def the_numbers_themselves_divided():
    """You divide the numbers themselves by the sum of the exponentials. It is the exponentials that are divided."""


@softmax_formula.slip("sum(exps)", "math.exp(sum(xs))")
def exponential_of_the_sum():
    """You divide by the exponential of the sum. The order matters: exponentials first, then their sum."""


@softmax_formula.slip("return A", "return [math.exp(x / total) for x in xs]")
def normalised_before_the_exponential():
    """You divide by the sum first and take the exponential then, so the values do not sum to one. Exponentials
    first."""


@softmax_formula.slip("e / total", "e / max(exps)")
def divided_by_the_largest():
    """You divide by the largest exponential, so that the largest value is 1. The sum of all the values must be 1."""


@softmax_formula.slip(everywhere("math.e", "2"), of="by_powers_of_e")
def powers_of_two():
    """You use powers of 2. The base is e: math.exp(x)."""


@softmax_formula.slip("return A", "return [1 / (1 + math.exp(-x)) for x in xs]")
def sigmoid_of_each():
    """This is the sigmoid of each number, which looks at it alone. Softmax weighs the numbers against each other: their
    results sum to one."""


@softmax_formula.slip("sum(exps)", "sum(exps) + 1e-10")
def with_an_added_epsilon():
    """A small number is added to the sum, so the values do not sum to one, least of all for numbers far below 0.
    Nothing needs to be added here."""


@softmax_formula.slip(everywhere("math.e", "2.718"), of="by_powers_of_e")
def a_rounded_e():
    """You type e in with a few digits, and the values are off by as much. math.exp(x) knows all of them."""


@softmax_formula.slip("math.exp(x)", "math.exp(-x)")
def of_the_negative_numbers():
    """The largest number gets the smallest value: the sign is turned before the exponential."""


@softmax_formula.slip("return A", "return [e / sum(exps[: i + 1]) for i, e in enumerate(exps)]")
def the_sum_so_far():
    """Each exponential is divided by the sum of those up to it, which is not complete yet: find the whole sum first,
    and divide in a second loop."""


@softmax_formula.slip(indent("return A"), of="in_a_loop")
def returns_inside_the_loop():
    """The list has one value, whatever `xs` holds. A return that stands inside a loop ends it: look at the
    indentation."""


@softmax_formula.slip(first("xs.sort()"))
def the_list_itself_sorted():
    """You sort `xs` itself, and the caller's numbers change places. Leave it as it was; each value belongs to the
    number in the same place."""


@softmax_formula.mistake
def one_list_for_all_calls(xs, result=[]):  # noqa: B006
    """Every call returns the same list object, so a later call changes what an earlier one gave. Make a new list inside
    the function."""
    result[:] = in_a_loop(xs)
    return result


@softmax_formula.slip("return A", "return {x: math.exp(x) / total for x in xs}")
def as_a_dict():
    """A dict comes back, in which equal keys share one entry. A list is asked for."""


@softmax_formula.slip("return A", "return sorted(A, reverse=True)")
def largest_first():
    """The values are sorted. Keep them in the order of the numbers that they belong to."""


@softmax_formula.slip("return A", "return sorted(A)")
def smallest_first():
    """The values are sorted. Keep them in the order of the numbers that they belong to."""


@softmax_formula.slip("sum(exps)", "sum({x: math.exp(x) for x in xs}.values())")
def equal_numbers_counted_once():
    """A number that occurs twice is counted once in the sum: a dict or a set keeps one of each. Every place in the list
    counts."""


@softmax_formula.slip("return A", "return exps[0] / total")
def only_the_first():
    """One single number comes back. Return a list with one value for each number: a return inside a loop ends it."""


@softmax_formula.slip("return A", "return torch.tensor(A)")
def as_a_tensor():
    """A tensor comes back. This one is about the formula: a list of floats in, a list of floats out, `math` alone."""


@softmax_formula.slip("return A", "xs[:] = A\nreturn xs")
def in_place():
    """The result is right, but it is written into `xs`, and the caller's numbers are lost. Fill a new list."""


@softmax_formula.mistake
def remembers_earlier_calls(xs, exps=[]):  # noqa: B006
    """The first call is right, later ones are not: the list of exponentials lives on from call to call. A default value
    such as exps=[] is made only once."""
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
