"""explicit_loaders: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import everywhere, swap
from autograder.checks.data import flat, numbered, torch_loaders
from autograder.exercise import Complaint, code

explicit_loaders = code(
    "explicit_loaders",
    ids=["R6.16"],
    hints=[
        "torch.utils.data.DataLoader takes a dataset and a batch size; `sampler=` and `collate_fn=` name the "
        "other parts.",
        "A sampler is made for a dataset: torch.utils.data.RandomSampler(train_ds). Which one for which loader?",
        "Two calls, alike but for dataset and sampler: random for training, sequential for validation.",
    ],
)


def sampler_of(dl):
    sampler = getattr(dl.batch_sampler, "sampler", dl.sampler)
    data = torch.utils.data
    for kind in (data.RandomSampler, data.SequentialSampler):
        if isinstance(sampler, kind):
            return f"torch's {kind.__name__}"
    return f"a {type(sampler).__name__} that is none of torch's two"


def labels_and_maker(items):
    """A collate function: the labels of the examples, and a word that says who made this."""
    return {"made by": "the collate_fn passed in", "labels": [int(y) for _, y in items]}


def made_labels(batch):
    if not isinstance(batch, dict):
        raise Complaint("the batches are not made by the collate_fn that was passed in")
    return batch["labels"]


@explicit_loaders.probe
def samples_training_rows_at_random(explicit_loaders, draw):
    # The plain order and three passes over at least 30 rows: two are alike with probability 6/30!, 2e-32.
    bs = draw.integer(4, 7)
    n = bs * draw.integer(8, 9) + 1  # a last batch of one row, which some would leave out, is one too
    draw.note(n=n, bs=bs)
    train_dl, _ = torch_loaders(explicit_loaders(numbered(draw, 0, n), numbered(draw, 100, 5), bs, labels_and_maker))
    passes = [[made_labels(batch) for batch in train_dl] for _ in range(3)]
    orders = {tuple(flat(batches)) for batches in passes} | {tuple(range(n))}
    return {
        "sampler": sampler_of(train_dl),
        "batch sizes": [len(batch) for batch in passes[0]],
        "labels, sorted": sorted(flat(passes[0])),
        "different orders among the plain one and 3 passes": len(orders),
    }


@explicit_loaders.probe
def goes_through_validation_rows_in_order(explicit_loaders, draw):
    bs = draw.integer(4, 7)
    n = bs * draw.integer(6, 7) + draw.integer(1, bs - 1)
    draw.note(n=n, bs=bs)
    _, valid_dl = torch_loaders(explicit_loaders(numbered(draw, 0, 8), numbered(draw, 100, n), bs, labels_and_maker))
    return {"sampler": sampler_of(valid_dl), "labels": [made_labels(batch) for batch in valid_dl]}


@explicit_loaders.right
def with_batch_samplers(train_ds, valid_ds, bs, collate_fn):
    data, loaders = torch.utils.data, []
    for ds, kind in ((train_ds, data.RandomSampler), (valid_ds, data.SequentialSampler)):
        batches = data.BatchSampler(kind(ds), bs, False)
        loaders.append(data.DataLoader(ds, batch_sampler=batches, collate_fn=collate_fn))
    return loaders


@explicit_loaders.right
def by_switches(train_ds, valid_ds, bs, collate_fn):
    make = torch.utils.data.DataLoader
    return make(train_ds, bs, True, collate_fn=collate_fn), make(valid_ds, bs, False, collate_fn=collate_fn)


@explicit_loaders.slip("data.RandomSampler", "data.SequentialSampler")
def both_in_order():
    """The training rows come in order: the training loader has a SequentialSampler."""


@explicit_loaders.slip("data.SequentialSampler", "data.RandomSampler")
def both_at_random():
    """The validation rows come in a random order: the validation loader has a RandomSampler too."""


@explicit_loaders.slip(swap("data.RandomSampler", "data.SequentialSampler"))
def samplers_swapped():
    """The samplers are the wrong way round: the training rows come in order, the validation rows at random."""


@explicit_loaders.slip("data.RandomSampler(train_ds)", "data.RandomSampler(valid_ds)")
def sampler_of_the_other_set():
    """The training loader's sampler was made for the validation set: it names as many rows as that has. A sampler has
    to be made for the dataset it samples."""


@explicit_loaders.slip("data.RandomSampler(train_ds)", "data.RandomSampler(train_ds, replacement=True)")
def with_replacement():
    """The training rows are drawn with replacement: some come twice, some never. Each should come once a pass."""


@explicit_loaders.slip("A(train_ds, bs, sampler=B, collate_fn=C)", "A(train_ds, bs, sampler=B)")
def training_without_collate_fn():
    """The training loader does not use the collate_fn that was passed in."""


@explicit_loaders.slip("A(valid_ds, bs, sampler=B, collate_fn=C)", "A(valid_ds, bs, sampler=B)")
def validation_without_collate_fn():
    """The validation loader does not use the collate_fn that was passed in."""


@explicit_loaders.slip(
    everywhere("A(B, bs, sampler=C, collate_fn=D)", "A(B, bs, sampler=C, collate_fn=D, drop_last=True)")
)
def drops_a_short_batch():
    """The last batch is left out where it is short. Here both loaders keep it."""


@explicit_loaders.slip("A(valid_ds, bs, sampler=B, collate_fn=C)", "A(valid_ds, bs * 2, sampler=B, collate_fn=C)")
def twice_the_validation_batch():
    """The validation batches are twice as big. Here both loaders have batches of bs."""


@explicit_loaders.slip(everywhere("bs", "1"))
def batches_of_one():
    """Each batch has one row: the batch size is not passed on, and torch's default is 1."""


@explicit_loaders.slip("return A, B", "return B, A")
def validation_first():
    """The loaders come in the wrong order: the training loader first, then the one for validation."""


@explicit_loaders.slip(everywhere("valid_ds", "train_ds"))
def training_set_twice():
    """The validation loader goes through the training set."""
