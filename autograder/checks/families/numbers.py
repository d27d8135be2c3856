"""Rows and columns, means and sums, numbers and tensors."""

from autograder.authoring.families import slip
from autograder.authoring.slips import everywhere


@slip("A.mean()", "A.sum()")
def a_sum_for_the_mean():
    """You add up where the mean is asked for."""


@slip("A.mean()", "A.mean(0)")
def a_mean_for_each_column():
    """The mean is taken over the rows alone, so that a number for each column is left. One mean of all is asked for."""


@slip("A.sum(-1, keepdim=True)", "A.sum(-1)")
def without_keepdim():
    """The dimension that is summed over is gone, so what follows stretches the sums along the wrong one. Keep it."""


@slip("A.sum(-1, keepdim=True)", "A.sum(0, keepdim=True)")
def summed_over_the_first_dimension():
    """You sum over the first dimension, down the columns. The scores of one example stand in a row."""


@slip("A.amax(-1, keepdim=True)", "A.max(-1, keepdim=True)")
def a_pair_for_the_largest():
    """`max` with a dimension gives two things, the values and where they stand. Take its `.values`, or use `amax`."""


@slip("A.amax(-1, keepdim=True)", "A.amax(-1)")
def the_largest_without_keepdim():
    """Each row's largest score does not meet its own row: look at the shapes of both. Is the dimension that it was
    taken over gone?"""


@slip("A.amax(-1, keepdim=True)", "A.amax(0, keepdim=True)")
def the_largest_of_each_column():
    """You take the largest of each column. The scores of one example stand in a row."""


@slip("A.argmax(dim=1)", "A.max(dim=1)")
def a_pair_for_the_position():
    """A single yes or no comes out of the comparison, as when one side is no tensor. `max` along a dimension gives a
    pair, `argmax` the places alone."""


@slip("A.argmax(dim=1)", "A.argmax(dim=0)")
def the_row_for_each_class():
    """You look for the likeliest row of each class. It is the likeliest class of each row that counts."""


@slip("A.argmax(dim=1)", "A.argmin(dim=1)")
def the_least_likely_class():
    """You look for the smallest score of each row. Which score has the class that the model chooses?"""


@slip("(A == B).float().mean()", "(A == B).mean()")
def booleans_averaged():
    """torch takes no mean of booleans: turn them into floats first."""


@slip(everywhere("A.item()", "A"))
def tensors_for_numbers():
    """Tensors come back where numbers are asked for: `.item()` makes a number of one."""


@slip(everywhere("x", "x.float()"))
def made_float32():
    """float64 went in and float32 came out: something on the way converts. Keep the dtype of the input."""


@slip(everywhere("loss_func(A, B)", "loss_func(A, B)"), everywhere("A.item()", "round(A.item(), 3)"))
def rounded():
    """The numbers are rounded. Return them as they are; how many digits to show is for print to decide."""
