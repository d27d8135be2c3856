"""cross_entropy_formula: its probes, other right answers and known mistakes."""

import math

import torch

from autograder.authoring.slips import change, first, indent
from autograder.beside import readings
from autograder.exercise import code

cross_entropy_formula = code(
    "cross_entropy_formula",
    ids=["R2.6"],
    hints=[
        "For each class there is one product. Which of the two lists stands inside the logarithm, and which outside?",
        "zip(p, q) walks through both lists together. What should happen with a class whose p is 0, before math.log "
        "is called?",
        "A generator expression can leave classes out: sum(... for p_i, q_i in zip(p, q) if ...). What is added up, "
        "and for which classes? Mind the sign.",
    ],
    shortcut=["cross_entropy", "cross_entropy_loss", "nll_loss", "kl_div", "xlogy", "log", "tensor", "as_tensor"],
    instead="math.log, a product and a sum; no torch in this one",
    relations=["negated"],
)


def cost(cross_entropy_formula, p, q):
    """A float, from a float or a tensor without dimensions."""
    return readings.as_number(cross_entropy_formula(p, q), "what cross_entropy_formula returned")


@cross_entropy_formula.probe(rtol=1e-9, atol=1e-12)
def sums_minus_p_times_ln_q(cross_entropy_formula, draw):
    n = draw.size(2, 5)
    p, q = draw.probabilities(n), draw.probabilities(n)
    seen = {"result": cost(cross_entropy_formula, p, q)}
    for name, exponent in {"close to 0": -draw.integer(12, 15), "closer still": -draw.integer(100, 200)}.items():
        unlikely = 10.0**exponent
        q = [unlikely, *(value * (1 - unlikely) for value in draw.probabilities(n - 1))]
        seen[f"result with a q {name}"] = cost(cross_entropy_formula, p, q)
    rare = draw.integer(1, 9) / 1000
    p = [rare, *(value * (1 - rare) for value in draw.probabilities(n - 1))]
    return seen | {"result with a p close to 0": cost(cross_entropy_formula, p, draw.probabilities(n))}


@cross_entropy_formula.probe(rtol=1e-11, atol=1e-12)
def zeros_may_stand_anywhere_in_p(cross_entropy_formula, draw):
    a, b, c = draw.probabilities(3)
    p = [0.0, a, 0.0, b, c, 0.0]
    for _ in range(50):  # the weighted mean of the logarithms is to be none of them, nor the logarithm of the mean
        q = draw.probabilities(6)
        weighed = sum(weight * math.log(value) for weight, value in zip(p, q, strict=True) if weight)
        others = [*q, sum(weight * value for weight, value in zip(p, q, strict=True))]
        if min(abs(math.log(other) - weighed) for other in others) > 0.001:
            break
    return cost(cross_entropy_formula, p, q)


@cross_entropy_formula.probe(rtol=1e-11, atol=1e-12)
def a_class_with_p_0_adds_nothing_even_where_q_is_0(cross_entropy_formula, draw):
    n, (first, last) = draw.size(2, 4), draw.probabilities(2)  # classes on both sides of the zeros count
    for _ in range(50):  # the entropy of q is to be another number, and so is what one class alone would give
        q = draw.probabilities(n)
        entropy = sum(value * math.log(value) for value in q)
        weighed = first * math.log(q[0]) + last * math.log(q[-1])
        if min(abs(other - weighed) for other in (entropy, math.log(q[0]), math.log(q[-1]))) > 0.01:
            break
    q.insert(draw.integer(1, n - 1), 0.0)
    return cost(cross_entropy_formula, [first, *[0.0] * (n - 1), last], q)


@cross_entropy_formula.slip("return A", "return -sum(a * math.log(b + 1e-9) for a, b in zip(p, q, strict=True))")
def with_an_added_epsilon():
    """A small number is added to q, and it changes what an unlikely class costs. Leave out the classes whose p is 0,
    then nothing needs to be added."""


@cross_entropy_formula.slip("1e-09", "1e-20", of="with_an_added_epsilon")
def with_a_tiny_added_epsilon():
    """A tiny number is added to q, so a q that is smaller still costs too little. Leave out the classes whose p is 0:
    nothing needs adding."""


@cross_entropy_formula.slip("0", "0.01")
def small_p_left_out():
    """A class with a small p is left out as if it were 0. Every p above 0 counts, however small it is."""


@cross_entropy_formula.slip("if p[i] != 0:", "if p[i] == 0:\n    break\ntotal -= p[i] * math.log(q[i])", of="in_a_loop")
def stops_at_the_first_zero():
    """You stop at the first 0, and the classes behind it are not counted: break and return end the loop. Skip that one
    class and go on."""


@cross_entropy_formula.slip("p[i] == 0", "q[i] == 0", of="stops_at_the_first_zero")
def stops_where_q_is_0():
    """You stop at the first 0, and the classes behind it are not counted: break and return end the loop. Skip that one
    class and go on."""


@cross_entropy_formula.slip("p_i > 0", "p_i == 1")
def p_of_1_alone():
    """For these p the result is 0: no term is added up. Does a condition ask for p = 1, or is each term worked out and
    not added?"""


@cross_entropy_formula.slip(indent("return total"), of="in_a_loop")
def returns_inside_the_loop():
    """Only the first class is looked at. A return that stands inside a loop ends it: look at the indentation."""


@cross_entropy_formula.slip(first("q = softmax_formula(q)"))
def softmax_of_q_first():
    """q goes through a softmax before the log. It is a distribution already: take it as it is."""


@cross_entropy_formula.slip("b + 1e-09", "max(b, 1e-7)", of="with_an_added_epsilon")
def q_kept_above_a_limit():
    """q is kept above a limit, so a class still less likely costs too little. Leave out the classes whose p is 0, then
    no limit is needed."""


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


@cross_entropy_formula.right
def into_a_tensor_without_dimensions(p, q):
    total = torch.zeros((), dtype=torch.float64)
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total -= a * math.log(b)
    return total


@cross_entropy_formula.slip("(p_i, q_i)", "(q_i, p_i)")
def p_and_q_swapped():
    """p and q have changed places: the prediction q belongs inside the logarithm, the target p weighs it. Swapped, a
    one-hot target meets the log of 0."""


@cross_entropy_formula.slip(change("p_i > 0", "q_i > 0"), change("(p_i, q_i)", "(q_i, p_i)"))
def p_and_q_swapped_and_zeros_left_out():
    """p and q have changed places: the prediction q belongs inside the logarithm, the target p weighs it."""


@cross_entropy_formula.slip("(X for p_i, q_i in Y if p_i > 0)", "(X for p_i, q_i in Y)")
def zeros_are_not_left_out():
    """math.log(0) raises an error. Where p is 0 the term counts 0 whatever q is: leave it out before the logarithm is
    taken."""


@cross_entropy_formula.slip("return A", "return A / len(p)", twins=["per_row"])
def the_mean():
    """You divide by the number of classes. It is a plain sum: the p are the weights of a mean already, they sum to
    one."""


@cross_entropy_formula.slip("p_i * X", "X")
def without_weights():
    """You add up the logarithms of q without weighing them: each one is multiplied by its p."""


@cross_entropy_formula.slip("math.log(q_i)", "math.log(p_i)")
def entropy_of_p():
    """This is the entropy of p alone, q is not looked at. The logarithm is that of q, the prediction."""


@cross_entropy_formula.slip("return A", "return -sum(b * math.log(b) for b in q if b > 0)")
def entropy_of_q():
    """This is the entropy of q alone, p is not looked at. The weights are those of the target p."""


@cross_entropy_formula.slip(change("1", "a"), change("math.fsum", "sum"), of="by_log_of_the_inverse")
def relative_entropy():
    """This is the relative entropy (Kullback-Leibler divergence), p ln(p / q): the entropy of p is subtracted. Cross
    entropy has ln q alone."""


@cross_entropy_formula.slip("return A", "return -math.log(sum(a * b for a, b in zip(p, q, strict=True)))")
def log_of_the_sum():
    """You take the log of the sum of p times q. Each class has its own log: log first, then weigh, then add up."""


@cross_entropy_formula.slip("p_i * math.log(q_i)", "math.log(p_i * q_i)")
def log_of_the_products():
    """p is inside the logarithm: ln(p q). Only q belongs there, and p is a factor in front of it."""


@cross_entropy_formula.slip("return A", "return -math.log(q[p.index(max(p))])")
def only_the_likeliest_class():
    """Only the class with the largest p is counted. That is enough for a one-hot target, but p may be any distribution:
    every class counts with its weight."""


@cross_entropy_formula.slip("return A", "return A - sum((1 - a) * math.log(1 - b) for a, b in zip(p, q) if a < 1)")
def yes_or_no_for_each_class():
    """There are terms with 1 - p and 1 - q too: a loss for a yes or no on each class by itself. Here only p ln q
    counts."""


@cross_entropy_formula.slip("return A", "return sum((a - b) ** 2 for a, b in zip(p, q, strict=True))")
def squared_differences():
    """This is the sum of squared differences, another loss. Cross entropy is made of p times ln q."""


@cross_entropy_formula.slip("sum(terms)", "terms", of="with_a_conditional_term")
def a_list_of_terms():
    """A list of terms comes back. Add them up: one float."""


@cross_entropy_formula.slip("len(p)", "len(p) - 1", of="in_a_loop")
def the_last_class_left_out():
    """The last class is left out. range(n) counts from 0 to n - 1 already, so nothing is to be taken off it."""


@cross_entropy_formula.slip("total -= A", "total = -A", of="in_a_loop")
def each_class_replaces_the_one_before():
    """Only the last class that counts is left: each one replaces the total instead of being added to it."""


@cross_entropy_formula.slip("return A", "return -sum(p * math.log(q))")
def log_of_the_list():
    """A function of `math` takes one number, and here it gets a list of them: go through the classes in a loop."""


@cross_entropy_formula.slip("total -= A", "return -A", of="in_a_loop")
def the_first_term_only():
    """Only the first class with p above 0 is counted: a return inside the loop ends it. Add up first, return
    afterwards."""


@cross_entropy_formula.slip("return A", "return torch.zeros(()) + A")
def through_float32():
    """Your result has the seven digits of float32, in which torch computes unless told otherwise. A Python float keeps
    sixteen: plain Python is enough here."""
