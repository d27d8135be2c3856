"""max_abs_diff: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import first
from autograder.beside import readings
from autograder.exercise import Complaint, code

max_abs_diff = code(
    "max_abs_diff",
    ids=["R2.13"],
    hints=[
        "Four small steps: compare the shapes, subtract, forget the sign, take the largest.",
        "Shapes can be compared with ==. a - b also works for shapes that differ, if one can be stretched to the "
        "other, so the comparison has to come first: `raise ValueError(...)`.",
        "A tensor has a method for each of the last two steps. What comes out is a tensor without dimensions: which "
        "method makes a Python float of it?",
    ],
    relations=["negated"],
)


def a_number(returned):
    """What max_abs_diff returned, or a complaint where it is an array."""
    if type(returned).__name__ == "ndarray" and returned.size == 1:
        raise Complaint("a NumPy array comes back. It holds one number: .item() or float(...) gives a Python float")
    return readings.as_number(returned, "what max_abs_diff returned")


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


@max_abs_diff.probe(rtol=1e-6)
def finds_the_largest_difference_whatever_its_sign(max_abs_diff, draw):
    n, m = draw.size(2, 3), draw.size(2, 4)
    a, spot = draw.normal(n, m), (draw.integer(0, n - 1), draw.integer(0, m - 1))
    a[spot] = draw.number(1, 2)
    below, above = (a + draw.uniform(n, m, low=-0.5, high=0.5) for _ in range(2))
    # The fifth digit after the point is a 5: who keeps four loses it.
    below[spot] = a[spot] - draw.integer(50000, 89999) / 10000 - 5e-5
    above[spot] = a[spot] + draw.integer(50000, 89999) / 10000 + 5e-5
    others = {"one element of b far below": below, "one element of b far above": above}
    others["all of b above"] = a + draw.uniform(n, m, low=0.5, high=3.0)
    return {name: a_number(max_abs_diff(a, b)) for name, b in others.items()}


@max_abs_diff.probe(atol=0.0)
def small_differences_count_as_well(max_abs_diff, draw):
    """Differences as they are between two correct results: nothing may be rounded away."""
    n, m = draw.size(2, 3), draw.size(2, 4)
    b = draw.uniform(n, m, low=0.5, high=1.0)
    apart = draw.uniform(n, m, low=2e-6, high=3e-6)
    apart.view(-1)[b.argmin()] = draw.number(3.5e-6, 4.5e-6)  # farthest apart where neither is largest
    a, wide = b + apart, b.double()
    wider = wide + apart.double() / 1e5
    return {"float32": a_number(max_abs_diff(a, b)), "float64": a_number(max_abs_diff(wider, wide))}


@max_abs_diff.probe
def works_for_any_number_of_dimensions(max_abs_diff, draw):
    seen = {}
    for shape in [(), (draw.size(2, 5),), (2, draw.size(2, 3), draw.size(2, 3))]:
        b = -draw.integers(16, 60, *shape) / 64  # below 0, so that sizes differ by less than the numbers do
        apart = draw.integers(2, 12, *shape) / 4
        spot = draw.integer(0, b.numel() - 1)  # farthest apart where b is smallest, and by no whole number
        b.view(-1)[spot], apart.view(-1)[spot] = -61 / 64, draw.integer(6, 9) / 2 + 1 / 4
        seen[f"{len(shape)} dimensions"] = a_number(max_abs_diff(b + apart, b))
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


@max_abs_diff.right
def as_a_tensor(a, b):
    if a.shape != b.shape:
        raise ValueError
    return (a - b).abs().max()


@max_abs_diff.slip("X.abs()", "X")
def without_abs():
    """The sign is kept, so a difference counts as small where b is larger than a. Take the absolute value first, then
    the largest."""


@max_abs_diff.slip("X.abs().max", "X.max().abs")
def abs_after_max():
    """abs comes too late: the largest difference with its sign is found first, and one that is far below 0 is missed.
    First abs, then max."""


@max_abs_diff.slip("return A", "return abs(a.max() - b.max()).item()")
def difference_of_the_largest():
    """You compare the largest element of a with the largest of b, which may stand in different places. Subtract first,
    place by place, and look for the largest then."""


@max_abs_diff.slip("a - b", "a.abs() - b.abs()")
def difference_of_the_sizes():
    """You take the absolute values before you subtract, so that 2 and -2 count as equal. Subtract first."""


@max_abs_diff.slip("X.max", "X.mean")
def the_mean_difference():
    """This is the mean of the absolute differences: one bad element disappears in it. The largest is asked for."""


@max_abs_diff.slip("X.abs().max()", "max(abs(X))")
def by_pythons_max():
    """Whole rows are compared with each other, as Python's own max does it too: a tensor gives no clear yes or no for
    that. torch's max looks at every element."""


@max_abs_diff.slip("X.abs().max", "X.norm")
def the_distance():
    """This is the Euclidean distance, the root of the sum of all squares. The largest absolute difference is asked
    for."""


@max_abs_diff.slip("X.abs()", "X ** 2")
def the_largest_square():
    """The largest difference comes back squared. Use abs to lose the sign, not a square."""


@max_abs_diff.slip("return A", "return torch.allclose(a, b)")
def yes_or_no():
    """A yes or no comes back. How large the difference is tells more: return it as a float."""


@max_abs_diff.slip("X.max().item", "X.amax(-1).tolist")
def the_largest_of_each_row():
    """A list comes back. One number is asked for, the largest of all elements: max without a dimension."""


@max_abs_diff.slip("assert a.shape == b.shape", "", of="asserted")
def any_shapes():
    """The shapes are not compared. torch stretches (n, 1) and (n,) to a square, the very error that this function is to
    uncover: raise ValueError unless the shapes are equal."""


@max_abs_diff.mistake
def torch_decides(a, b):
    """You leave it to torch to refuse the shapes. torch stretches (n, 1) and (n,) to a square without a word: compare
    the shapes yourself, before you subtract."""
    try:
        return (a - b).abs().max().item()
    except RuntimeError:
        raise ValueError("the shapes differ") from None


@max_abs_diff.slip("A.max().item()", "max(A[i, j].item() for i in range(a.shape[0]) for j in range(a.shape[1]))")
def two_loops():
    """Two loops serve tensors with two dimensions only. Subtract the whole tensors at once: that works for any number
    of dimensions."""


@max_abs_diff.slip("A.item", "A.numpy")
def still_an_array():
    """A NumPy array comes back. It holds one number: .item() or float(...) gives that as a Python float."""


@max_abs_diff.slip("return A", "return round(A, 4)")
def rounded():
    """The result is rounded, and small differences become 0. Those are what two results are compared for: return the
    number as it is."""


@max_abs_diff.slip("round(X, 4)", "0.0 if torch.allclose(a, b) else X", of="rounded")
def nothing_where_they_are_close():
    """Where the two are close (allclose) you return 0. How large the difference is, is what was asked: return it as it
    is."""


@max_abs_diff.slip("a - b", "a.float() - b.float()")
def through_float32():
    """float64 goes through float32 before the subtraction, and small differences are lost in it. Subtract the tensors
    as they are."""


@max_abs_diff.slip("return A", "return int(A)")
def a_whole_number():
    """A whole number comes back: int cuts the fraction off. A float is asked for."""


@max_abs_diff.slip(first("difference = (a - b).abs().max().item()"))
def subtracted_before_the_shapes_are_compared():
    """You subtract first and compare the shapes afterwards. Where the shapes do not fit, the subtraction itself raises
    another error: let the comparison come first."""


@max_abs_diff.slip("if A:", "if a.numel() != b.numel():\n    raise ValueError")
def as_many_elements_and_not_flat():
    """You compare how many elements there are and not the shapes: (n, 1) and (n,) have as many and still do not
    match."""


@max_abs_diff.slip("a.shape != b.shape", "a.dim() and b.dim() and len(a) != len(b)")
def only_the_lengths():
    """len looks at the first dimension only. Compare the whole shapes."""


@max_abs_diff.slip("if A:", "assert a.shape == b.shape")
def asserted():
    """An assert raises AssertionError, and disappears when Python runs with -O. Use if and raise ValueError(...)."""


@max_abs_diff.slip("raise A", "return None")
def nothing_is_raised():
    """For shapes that differ something is returned (or printed) instead of an error. A caller can overlook that; it
    cannot overlook `raise ValueError(...)`."""


@max_abs_diff.slip("raise A", "return A")
def an_error_is_returned():
    """The ValueError is returned like a result. `raise` it."""
