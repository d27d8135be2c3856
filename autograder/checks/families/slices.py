"""Batches as slices: where they begin and end, and how many there are."""

from autograder.authoring.families import slip
from autograder.authoring.slips import before, change, everywhere


@slip("range(0, A, B)", "range(A)")
def a_batch_at_every_row():
    """A batch begins at every row, so that neighbouring batches overlap. range() has a third argument: the step."""


@slip(everywhere("start + A", "start + 1"), change("range(0, A, B)", "range(A)"))
def a_row_at_a_time():
    """Each row is a batch of its own, whatever `bs` says. Each batch is to have `bs` rows."""


@slip("range(0, A, B)", "range(0, A - B, B)")
def stops_a_batch_early():
    """The last batch is always left out, full or short: the batches are to go on up to the number of rows."""


@slip("range(0, A, B)", "range(0, A - B + 1, B)")
def drops_the_short_batch():
    """The last batch is left out when it is shorter than the others. A division such as n // bs, the end of a
    range() or a condition may count only the full ones."""


@slip(everywhere("start + A", "start + A + 1"))
def overlapping_batches():
    """Neighbouring batches share a row: a slice leaves its end out already, so no + 1 is needed."""


@slip(everywhere("start + A", "A"))
def every_slice_ends_at_bs():
    """Every slice ends at bs, so that from the second batch on nothing is left. Where does a batch end that begins
    further down?"""


@slip("loss_func(model(x[A]), y[A])", "loss_func(model(x), y)")
def all_the_data_every_time():
    """Each step uses all the rows of x and y. Cut the batch out first, and predict from it."""


@slip(
    change("for start in range(0, len(x), bs):", "for start in range(0, len(x), bs):"),
    before("A.backward()", "start = max(0, min(start, len(x) - bs))"),
)
def the_last_batch_made_full():
    """The last batch is filled up to bs rows with rows that the batch before it had. Let it be shorter."""


@slip(
    change("range(0, len(x), bs)", "range(0, len(x), bs)"),
    before("for _ in range(epochs):", "bs = min(bs, len(x) - 1)"),
)
def a_batch_smaller_than_the_data():
    """When bs is greater than the number of rows, all the rows should be one batch."""


@slip(everywhere("bs", "64"))
def its_own_batch_size():
    """The batches have 64 rows whatever `bs` says."""


@slip("(A - 1) // B + 1", "(A - 1) // B", twins=["stops_a_batch_early"])
def one_batch_too_few():
    """The last batch is always left out, full or short: the batches are to go on up to the number of rows."""


@slip("(A - 1) // B + 1", "A // B", twins=["drops_the_short_batch"])
def full_batches_only():
    """The last batch is left out when it is shorter than the others. A division such as n // bs, the end of a
    range() or a condition may count only the full ones."""


@slip("range(0, A, B)", "range(0, A if A >= B else 0, B)")
def nothing_from_few_rows():
    """Where there are fewer rows than `bs`, there is no batch at all. They are a short batch too."""


@slip(everywhere("A.split(B)", "A.chunk(-(-len(A) // B))"))
def cut_into_equal_parts():
    """The batches are as equal as can be, as `chunk` cuts them. Each should have bs rows, the last one the rest."""


@slip("(A - 1) // B + 1", "A // B + 1")
def an_empty_batch_at_the_end():
    """Where the size of a batch divides the number of rows, there is one batch too many, and it is empty."""


@slip("range(0, A, B)", "range(0, A + 1, B)", twins=["an_empty_batch_at_the_end"])
def with_an_empty_batch():
    """Where the size of a batch divides the number of rows, there is one batch too many, and it is empty."""
