"""Lists, shapes and other sequences: what comes back, and what becomes of the one that was passed in."""

from autograder.authoring.families import slip
from autograder.authoring.slips import everywhere


@slip("return [A for B in C]", "return (A for B in C)")
def a_generator():
    """A generator comes back, not a list: put what it yields into a list."""


@slip(everywhere("A.shape", "list(A.shape)"))
def as_lists():
    """Each shape is a list. Leave it as it comes, a torch.Size, or make it a tuple."""


@slip("zip(*A, strict=True)", "zip(*[A.pop(0) for _ in list(A)], strict=True)")
def empties_the_list():
    """The list that was passed in is changed (pop, sort or clear). Read it, and leave it as it was."""
