"""hyperparameters: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change
from autograder.exercise import Complaint, code

hyperparameters = code(
    "hyperparameters",
    ids=["R1.2"],
    hints=[
        "Two of the numbers are the shape of x_train. Which is the number of rows, which the number of columns?",
        "Class labels count from 0. If the largest label is 9, how many classes are there?",
        "n, m = x_train.shape gives the first two. For c look at the largest value in y_train, and for nh there is "
        "nothing to compute: 50.",
    ],
)


def four_numbers(returned):
    """n, m, c and nh by name, as plain numbers where they can be: 0-d tensors and floats that are whole count too."""
    if hasattr(returned, "__next__"):
        returned = list(returned)  # map(...) and a generator can be unpacked as a tuple can
    if getattr(returned, "ndim", 0) == 1:
        returned = returned.tolist()
    if not isinstance(returned, (tuple, list)) or len(returned) != 4:
        many = f" of {len(returned)}" if isinstance(returned, (tuple, list)) else ""
        kinds = ", ".join(type(part).__name__ for part in returned) if many else ""
        came = f"{type(returned).__name__}{many}" + (f" ({kinds})" if 0 < len(kinds) < 60 else "")
        raise Complaint(f"return four numbers in the order n, m, c, nh; what came back is: {came}")
    plain = [v.item() if isinstance(v, torch.Tensor) and v.numel() == 1 else v for v in returned]
    return dict(zip(["n", "m", "c", "nh"], plain, strict=True))


def some_data(draw, more=0):
    """(x_train, y_train) with (so many) more rows than classes; the two largest come last but one."""
    n, m, c = draw.size(12, 16) + more, draw.size(7, 9), draw.size(4, 6)
    others = draw.shuffled(draw.labels(n - 4, c - 2).tolist())
    return draw.uniform(n, m), torch.tensor([0, *others, c - 2, c - 1, 1])


@hyperparameters.probe
def n_is_the_number_of_examples(hyperparameters, draw):
    return {f"n, data set {i}": four_numbers(hyperparameters(*some_data(draw)))["n"] for i in (1, 2, 3)}


@hyperparameters.probe
def m_is_the_number_of_inputs(hyperparameters, draw):
    return {f"m, data set {i}": four_numbers(hyperparameters(*some_data(draw)))["m"] for i in (1, 2, 3)}


@hyperparameters.probe
def c_is_the_number_of_classes(hyperparameters, draw):
    more = {"data set 1": 0, "data set 2": 0, "a large data set": 1000}
    return {f"c, {name}": four_numbers(hyperparameters(*some_data(draw, rows)))["c"] for name, rows in more.items()}


@hyperparameters.probe(fixed="the lesson chooses 50 hidden units for any data")
def nh_is_fifty(hyperparameters, draw):
    return {"nh": four_numbers(hyperparameters(*some_data(draw)))["nh"]}


@hyperparameters.right
def as_a_zero_dimensional_tensor(x_train, y_train):
    n, m = x_train.shape
    return n, m, y_train.max() + 1, 50


@hyperparameters.right
def by_counting_different_labels(x_train, y_train):
    return [len(x_train), len(x_train[0]), len(y_train.unique()), 50]


@hyperparameters.slip(change("X + 1", "int(X) + 1"), change("(n, m)", "(m, n)"), of="as_a_zero_dimensional_tensor")
def n_and_m_swapped():
    """n and m have changed places: examples are the rows of x_train, its first dimension; inputs are the columns."""


@hyperparameters.slip("(n, m, A, B)", "(x_train.numel(), m, A, B)")
def n_counts_every_value():
    """n counts every value in x_train. An example is a whole row."""


@hyperparameters.slip("(n, m, A, B)", "(50000, m, A, B)")
def n_is_50000():
    """n is 50000 whatever the data. Read it off x_train, so that a smaller training set works too."""


@hyperparameters.slip("(n, m, A, B)", "(n, 784, A, B)")
def m_is_784():
    """m is 784 whatever the data. Read it off x_train, so that images of another size work too."""


@hyperparameters.slip("int(A) + 1", "10")
def c_is_ten():
    """c is 10 whatever the data. Read it off y_train: there may be fewer classes, or more."""


@hyperparameters.slip("return A", "return 50000, 784, 10, 50")
def the_sizes_of_mnist():
    """These are the sizes of the real training images, typed in. Read n, m and c off x_train and y_train: other data
    gives other numbers."""


@hyperparameters.slip("A + 1", "A")
def c_is_the_largest_label():
    """c is one too small: it is the largest label. Labels count from 0, so labels up to 9 are ten classes."""


@hyperparameters.slip("int(A) + 1", "len(y_train)")
def c_counts_the_labels():
    """c is how many labels there are, one for each example. How many different ones are there?"""


@hyperparameters.slip("y_train.max()", "y_train[-1]")
def c_from_the_last_label():
    """c is taken from the last label, as if the labels were sorted. They come in any order: look at all of them."""


@hyperparameters.slip("y_train.max()", "y_train[:20].max()")
def c_from_the_first_labels():
    """c is taken from the first labels alone. They come in any order, and the largest may be any of them: look at
    all."""


@hyperparameters.slip("(n, m, A, B)", "(x_train.shape, A, B)")
def the_shape_as_one():
    """Three things come back, the first being the whole shape. n and m are two numbers: take the shape apart."""


@hyperparameters.right
def one_by_one(x_train, y_train):
    yield len(y_train)
    yield x_train[0].numel()
    yield y_train.bincount().numel()
    yield 50


@hyperparameters.slip("(n, m, A, B)", "(n, m, B, A)")
def c_and_nh_swapped():
    """c and nh have changed places: return n, m, c, nh, in this order."""


@hyperparameters.slip("50", "64")
def nh_is_the_batch_size():
    """nh is 64, which is the lesson's batch size. The hidden units are 50."""


@hyperparameters.slip("nh = 50", "nh = (m + c) // 2")
def nh_between_in_and_out():
    """nh is computed from the other sizes. That is a rule of thumb, but here it is a plain choice, 50 for any data."""


@hyperparameters.slip("(n, m, A, B)", "(n, m, A)")
def without_nh():
    """Three numbers come back, and four are asked for. Which of n, m, c and nh is missing?"""
