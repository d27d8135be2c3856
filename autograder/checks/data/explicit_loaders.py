"""explicit_loaders: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change
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
    n = bs * draw.integer(8, 9) + draw.integer(1, bs - 1)
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
def short_names(train_ds, valid_ds, bs, collate_fn):
    from torch.utils.data import DataLoader, RandomSampler, SequentialSampler

    return (
        DataLoader(train_ds, batch_size=bs, sampler=RandomSampler(train_ds), collate_fn=collate_fn, drop_last=False),
        DataLoader(valid_ds, batch_size=bs, sampler=SequentialSampler(valid_ds), collate_fn=collate_fn),
    )


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


@explicit_loaders.mistake
def both_in_order(train_ds, valid_ds, bs, collate_fn):
    """The training rows come in order: the training loader has a SequentialSampler too."""
    data = torch.utils.data
    return tuple(data.DataLoader(ds, bs, collate_fn=collate_fn) for ds in (train_ds, valid_ds))


@explicit_loaders.mistake
def both_at_random(train_ds, valid_ds, bs, collate_fn):
    """The validation rows come in a random order: the validation loader has a RandomSampler too."""
    data = torch.utils.data
    return tuple(data.DataLoader(ds, bs, True, collate_fn=collate_fn) for ds in (train_ds, valid_ds))


@explicit_loaders.mistake
def samplers_swapped(train_ds, valid_ds, bs, collate_fn):
    """The samplers are the wrong way round: the training rows come in order, the validation rows at random."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, collate_fn=collate_fn),
        data.DataLoader(valid_ds, bs, True, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def sampler_of_the_other_set(train_ds, valid_ds, bs, collate_fn):
    """The training loader's sampler was made for the validation set: it names as many rows as that has. A sampler has
    to be made for the dataset it samples."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, sampler=data.RandomSampler(valid_ds), collate_fn=collate_fn),
        data.DataLoader(valid_ds, bs, sampler=data.SequentialSampler(valid_ds), collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def training_without_collate_fn(train_ds, valid_ds, bs, collate_fn):
    """The training loader does not use the collate_fn that was passed in."""
    data = torch.utils.data
    return data.DataLoader(train_ds, bs, True), data.DataLoader(valid_ds, bs, collate_fn=collate_fn)


@explicit_loaders.mistake
def validation_without_collate_fn(train_ds, valid_ds, bs, collate_fn):
    """The validation loader does not use the collate_fn that was passed in."""
    data = torch.utils.data
    return data.DataLoader(train_ds, bs, True, collate_fn=collate_fn), data.DataLoader(valid_ds, bs)


@explicit_loaders.mistake
def drops_a_short_batch(train_ds, valid_ds, bs, collate_fn):
    """The last batch is left out where it is short. Here both loaders keep it."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, True, collate_fn=collate_fn, drop_last=True),
        data.DataLoader(valid_ds, bs, collate_fn=collate_fn, drop_last=True),
    )


@explicit_loaders.mistake
def twice_the_validation_batch(train_ds, valid_ds, bs, collate_fn):
    """The validation batches are twice as big. Here both loaders have batches of bs."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, bs, True, collate_fn=collate_fn),
        data.DataLoader(valid_ds, bs * 2, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def batches_of_one(train_ds, valid_ds, bs, collate_fn):
    """Each batch has one row: the batch size is not passed on, and torch's default is 1."""
    data = torch.utils.data
    return (
        data.DataLoader(train_ds, shuffle=True, collate_fn=collate_fn),
        data.DataLoader(valid_ds, collate_fn=collate_fn),
    )


@explicit_loaders.mistake
def training_loader_alone(train_ds, valid_ds, bs, collate_fn):
    """Only one loader comes back. Return two, the training loader first."""
    return torch.utils.data.DataLoader(train_ds, bs, True, collate_fn=collate_fn)


@explicit_loaders.mistake
def validation_first(train_ds, valid_ds, bs, collate_fn):
    """The loaders come in the wrong order: the training loader first, then the one for validation."""
    data = torch.utils.data
    return (
        data.DataLoader(valid_ds, bs, collate_fn=collate_fn),
        data.DataLoader(train_ds, bs, True, collate_fn=collate_fn),
    )


@explicit_loaders.slip(change("bs * 2", "bs"), change("valid_ds", "train_ds"), of="twice_the_validation_batch")
def training_set_twice():
    """The validation loader goes through the training set."""
