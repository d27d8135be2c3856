"""default_loaders: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change, first, swap
from autograder.checks.data import flat, numbered, pair, torch_loaders
from autograder.exercise import code

default_loaders = code(
    "default_loaders",
    ids=["R6.17"],
    hints=[
        "Two calls of torch.utils.data.DataLoader with a dataset and a batch size. Which switches does the first need?",
        "`shuffle` and `drop_last` are both False unless you say otherwise.",
    ],
)


def default_batch(batch):
    return pair(batch, "each batch (with torch's default collate function)")


@default_loaders.probe
def shuffles_training_rows_and_drops_a_short_batch(default_loaders, draw):
    # The plain order and three passes over at least 28 rows: two are alike with probability 6/28!, 2e-29.
    bs = draw.integer(4, 7)
    n = bs * draw.integer(7, 9) + draw.integer(2, bs - 1)
    draw.note(n=n, bs=bs)
    train_dl, _ = torch_loaders(default_loaders(numbered(draw, 0, n), numbered(draw, 100, 5), bs))
    # Up to 6 rows of 55 are left out of a pass: one of them is left out of 12 passes with probability 2e-10.
    passes = [[default_batch(batch)[1].tolist() for batch in train_dl] for _ in range(12)]
    orders = {tuple(flat(batches)) for batches in passes[:3]} | {tuple(range(n))}
    seen = flat(passes[0])
    never = set(range(n)) - {row for batches in passes for row in flat(batches)}
    return {
        "batch sizes": [len(batch) for batch in passes[0]],
        "different training rows in a pass": len(set(seen) & set(range(n))),
        "different orders among the plain one and 3 passes": len(orders),
        "training rows that are in none of 12 passes": len(never),
    }


@default_loaders.probe
def keeps_full_training_batches(default_loaders, draw):
    bs = draw.integer(4, 7)
    n = bs * draw.integer(3, 6)
    draw.note(n=n, bs=bs)
    train_dl, _ = torch_loaders(default_loaders(numbered(draw, 0, n), numbered(draw, 100, 5), bs))
    batches = [default_batch(batch) for batch in train_dl]
    more, _ = torch_loaders(default_loaders(numbered(draw, 0, n + 1), numbered(draw, 100, 5), bs))
    return {
        "shapes": [list(xb.shape) for xb, _ in batches],
        "labels, sorted": sorted(flat(yb.tolist() for _, yb in batches)),
        "batch sizes with one row more": [len(default_batch(batch)[1]) for batch in more],
    }


@default_loaders.probe
def goes_through_all_validation_rows_in_order(default_loaders, draw):
    bs = draw.integer(4, 7)
    n = bs * draw.integer(3, 5) + draw.integer(1, bs - 1)
    draw.note(n=n, bs=bs)
    _, valid_dl = torch_loaders(default_loaders(numbered(draw, 0, 8), numbered(draw, 100, n), bs))
    return [default_batch(batch) for batch in valid_dl]


@default_loaders.right
def by_keywords(train_ds, valid_ds, bs):
    from torch.utils.data import DataLoader

    train_dl = DataLoader(dataset=train_ds, batch_size=bs, shuffle=True, drop_last=True)
    return [train_dl, DataLoader(dataset=valid_ds, batch_size=bs, shuffle=False, drop_last=False)]


@default_loaders.right
def with_a_sampler_all_the_same(train_ds, valid_ds, bs):
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, sampler=data.RandomSampler(train_ds), drop_last=True),
        data.DataLoader(valid_ds, bs, sampler=data.SequentialSampler(valid_ds)),
    )


@default_loaders.right
def with_a_batch_sampler(train_ds, valid_ds, bs):
    data = torch.utils.data
    batches = data.BatchSampler(data.RandomSampler(train_ds), batch_size=bs, drop_last=True)
    return data.DataLoader(train_ds, batch_sampler=batches), data.DataLoader(valid_ds, bs)


@default_loaders.slip("A(train_ds, bs, shuffle=True, drop_last=True)", "A(train_ds, bs, shuffle=True)")
def keeps_the_short_batch():
    """The last training batch is short. `drop_last` should leave it out."""


@default_loaders.slip(
    "A(train_ds, bs, shuffle=True, drop_last=True)",
    "A(train_ds, bs, shuffle=True, drop_last=len(train_ds) % bs > 1)",
)
def keeps_a_single_row():
    """A last training batch of a single row stays, and longer ones are left out. Leave out whatever is shorter than
    `bs`."""


@default_loaders.slip("A(train_ds, bs, shuffle=True, drop_last=True)", "A(train_ds, bs, drop_last=True)")
def leaves_training_in_order():
    """The training rows come in order: `shuffle` is missing there."""


@default_loaders.slip("A(valid_ds, bs)", "A(valid_ds, bs, drop_last=True)")
def drops_validation_rows():
    """The validation loader drops its last batch too, so some validation rows are never measured."""


@default_loaders.slip("A(valid_ds, bs)", "A(valid_ds, bs, shuffle=True)")
def shuffles_validation_too():
    """The validation rows are shuffled. It gains nothing there: leave them in order."""


@default_loaders.slip("A(valid_ds, bs)", "A(valid_ds, bs, shuffle=True, drop_last=True)")
def same_switches_for_both():
    """Both loaders shuffle and drop the last batch. That is for training alone."""


@default_loaders.slip(swap("train_ds", "valid_ds"), change("return A, B", "return B, A"))
def switches_swapped():
    """The switches are at the wrong loader: the validation loader shuffles and drops, the training loader does not."""


@default_loaders.slip("A(valid_ds, bs)", "A(valid_ds, bs * 2)")
def bigger_validation_batches():
    """The validation batches are twice as big. Here both loaders have batches of bs."""


@default_loaders.mistake
def always_one_batch_less(train_ds, valid_ds, bs):
    """The last training batch is left out even where it is full. `drop_last=True` drops it only where it is short."""
    data = torch.utils.data
    fewer = data.RandomSampler(train_ds, num_samples=(len(train_ds) - 1) // bs * bs)
    return data.DataLoader(train_ds, bs, sampler=fewer), data.DataLoader(valid_ds, bs)


@default_loaders.slip(first("train_ds = torch.utils.data.Subset(train_ds, range(len(train_ds) // bs * bs))"))
def cuts_the_end_off():
    """The same few rows at the end of the training set are never trained on. Which rows are left out should change from
    pass to pass."""


@default_loaders.slip("train_ds", "valid_ds")
def validation_set_for_both():
    """The training loader goes through the validation set."""
