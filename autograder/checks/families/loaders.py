"""Loaders and samplers: what they keep from one loop to the next, and the orders in which their rows come."""

from autograder.authoring.families import slip
from autograder.authoring.slips import after, before, change, everywhere, first, inside, last, method


@slip(
    change("def __iter__(self):", "def batches(self):"),
    method("def __iter__(self):\n    return vars(self).setdefault('made', self.batches())"),
)
def iterates_once():
    """After one loop nothing is left: what goes through the rows is made, or set to its beginning, only once. Begin
    anew whenever `__iter__` is called."""


@slip(
    change("range(0, A, self.bs)", "range(self.start, A, self.bs)"),
    before("yield B", "self.start = start + self.bs"),
    inside("__iter__", last("self.start = 0")),
    first("start = 0"),
)
def never_rewinds():
    """A loop left by `break` is continued by the next one: its place in the data is kept on the object itself. When is
    it set back to 0?"""


@slip(
    change("range(0, A, self.bs)", "range(self.start, A, self.bs)"),
    after("yield B", "self.start = start + self.bs"),
    inside("__iter__", last("self.start = 0")),
    first("start = 0"),
)
def goes_on_where_it_was_left():
    """A `break` in the second batch or later makes the next loop begin at that batch: the place in the data is kept on
    the object itself. When is it set back to 0?"""


@slip(everywhere("self.ds", "self.ds"), everywhere("self", "type(self)"))
def one_place_for_all_loaders():
    """All loaders share what they keep (on the class, perhaps), so a second loader changes the first. Keep it on the
    object: self."""


@slip("return train_dl, valid_dl", "return train_dl")
def training_loader_alone():
    """Only one loader comes back. Return two, the training loader first."""


@slip("torch.randperm(A)", "torch.arange(A).roll(int(torch.randint(A, ())))")
def begins_somewhere_and_goes_round():
    """You begin at a random row and go on in the plain order from there: most orders never come up. Any order should be
    possible."""


@slip("torch.randperm(A)", "(lambda p: torch.empty_like(p).scatter(0, p, p.roll(1)))(torch.randperm(A))")
def no_row_stays():
    """In a shuffled order no row is ever at its own place, so that most orders never come. In a fair shuffle a row may
    stay where it was."""


@slip("torch.randperm(A)", "torch.tensor(sorted(range(A), key=lambda row: row + 40 * torch.rand(1)))")
def shuffles_nearby_rows_alone():
    """Rows change places with rows near them alone, so the last ones never come early. Any order should be possible:
    shuffle all of them together."""
