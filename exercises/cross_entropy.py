"""Section 2, the loss: from scores to cross entropy, one small function at a time."""

import math

import torch


def softmax_formula(xs):
    """Softmax of a list of numbers, as a formula: divide the exponential of each number by the sum of them all.

    Return a list of floats as long as `xs`. Use `math` alone, no torch: this is the formula itself.

    >>> softmax_formula([0.0, 0.0])
    [0.5, 0.5]
    """
    raise NotImplementedError


def softmax(x):
    """Softmax over the last dimension, on tensors.

    `x` is a float tensor of any shape, with at least one dimension; the scores of one example stand along the last.
    Return a tensor of the same shape and dtype in which each example's values are positive and sum to one. `x` itself
    stays as it was. Very large scores are not asked for yet.

    Build it from `exp`, `sum` and a division.
    """
    raise NotImplementedError
