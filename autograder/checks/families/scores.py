"""Rows of scores, and the classes that are picked from them: the dimension, the columns, the mean."""

from autograder.authoring.families import slip
from autograder.authoring.slips import change, everywhere


@slip("return x - X", "return (x - X).squeeze()")
def squeezed():
    """A dimension of size 1 is lost that was in x from the start: squeeze() takes away every one of them. The result
    has the shape of x."""


@slip(change("return x - X", "return x - X"), everywhere("-1", "1"))
def over_dimension_one():
    """You reduce dimension 1. That is the last one of a matrix only: count from the end."""


@slip(change("return x - X", "return x - X"), everywhere("-1", "min(1, x.dim() - 1)"))
def over_dimension_one_at_most():
    """One and two dimensions work, three do not: there you reduce dimension 1 and not the last. Counted from the end
    it is the same for any number of dimensions."""


@slip(change("return x - X", "return x - X"), everywhere("-1", "min(2, x.dim() - 1)"))
def over_dimension_two_at_most():
    """Up to three dimensions work, four do not: there you reduce dimension 2 and not the last. Counted from the end it
    is the same for any number of dimensions."""


@slip("-A.mean()", "-A")
def without_the_mean():
    """One value comes back for each example. The loss is a single number: their mean."""


@slip("A[B, target]", "A[:, target]")
def every_column_for_every_target():
    """From every row the columns of all targets are taken, as [:, target] does: (n, n) numbers, whose mean mixes the
    examples. Each row has one number to give."""


@slip("A[B, target]", "A.amax(1)")
def the_predicted_class():
    """You take the largest log-probability of each row, which is what the model believes. Pick the one of the target,
    which is what is true."""


@slip("A.one_hot(target, B)", "A.one_hot(target)")
def one_hot_without_the_number_of_classes():
    """The classes are counted by the largest label in target, as one_hot does by itself. A batch without the highest
    class gets too few columns: how many are there to be?"""
