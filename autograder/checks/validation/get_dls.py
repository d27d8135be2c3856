"""get_dls: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import first, swap
from autograder.exercise import Complaint, code

get_dls = code(
    "get_dls",
    ids=["R7.7"],
    hints=[
        "Two calls of DataLoader, which is imported at the top of the file. Which arguments differ between them?",
        "`shuffle=True` is wanted for one of the two only. And `**kwargs` in a call passes on what came in as kwargs.",
        "DataLoader(train_ds, batch_size=bs, ...) and DataLoader(valid_ds, batch_size=..., ...), both with **kwargs.",
    ],
)


def _datasets(draw, n, n_valid):
    """Two datasets of (x, y) pairs. y is the row number, from 0 for training and from 1000 for validation."""
    x = draw.normal(n + n_valid, 2)
    return [(x[i], i) for i in range(n)], [(x[n + i], 1000 + i) for i in range(n_valid)]


def _loaders(made):
    """The two loaders that get_dls made; a Complaint if they are not two of torch's."""
    if not isinstance(made, (tuple, list)):
        raise Complaint(f"return the two loaders, train_dl, valid_dl; what came back is a {type(made).__name__}")
    if len(made) != 2:
        raise Complaint(f"return two loaders, train_dl, valid_dl; what came back is {len(made)}")
    for loader in made:
        if not isinstance(loader, torch.utils.data.DataLoader):
            raise Complaint(f"return two of torch's DataLoaders; one of them is a {type(loader).__name__}")
    return made


def _rows(loader):
    """One pass: the row numbers in each batch."""
    return [[int(label) for label in yb] for _, yb in loader]


@get_dls.probe(points=2)
def makes_the_validation_batches_twice_as_large(get_dls, draw):
    """The number of examples in each batch of the two loaders."""
    bs = draw.size(4, 12)  # not 2: there 2 * bs, bs + 2 and bs ** 2 are the same, nor 3, whose half is 1
    train_ds, valid_ds = _datasets(draw, bs * draw.choice([1, 3]) + 1, 2 * bs * draw.size(1, 2) + 1)
    draw.note(bs=bs, training_examples=len(train_ds), validation_examples=len(valid_ds))
    train_dl, valid_dl = _loaders(get_dls(train_ds, valid_ds, bs))
    return {"training": [len(b) for b in _rows(train_dl)], "validation": [len(b) for b in _rows(valid_dl)]}


@get_dls.probe
def shuffles_the_training_set_alone(get_dls, draw):
    """Two passes through each loader. By chance alone, 20 or more shuffled rows come in one given order with a
    probability of at most 1 / 20!, below 1e-18."""
    bs = draw.integer(4, 6)
    n, n_valid = bs * draw.integer(5, 7), 2 * bs * draw.integer(3, 4)  # all batches are full
    train_dl, valid_dl = _loaders(get_dls(*_datasets(draw, n, n_valid), bs))
    first, second = ([row for batch in _rows(train_dl) for row in batch] for _ in range(2))
    return {
        "training rows, sorted": sorted(first),
        "training rows come in the order of the set": first == sorted(first),
        "a second pass has the same order": first == second,
        "validation rows": [row for batch in _rows(valid_dl) for row in batch],
    }


@get_dls.probe
def passes_further_arguments_to_both(get_dls, draw):
    """Called with drop_last=True, with a generator, and with a collate_fn that makes a number of every batch, always
    the same one."""
    number = draw.integer(100, 999)
    generator = torch.Generator().manual_seed(number)
    made = get_dls(*_datasets(draw, 8, 8), 2, drop_last=True, generator=generator, collate_fn=lambda pairs: number)
    train_dl, valid_dl = _loaders(made)
    return {
        "a training batch": next(iter(train_dl)),
        "a validation batch": next(iter(valid_dl)),
        "drop_last for training": train_dl.drop_last,
        "drop_last for validation": valid_dl.drop_last,
        "loaders that were given the generator": [dl.generator is generator for dl in (train_dl, valid_dl)],
    }


@get_dls.right
def with_samplers(train_ds, valid_ds, bs, **kwargs):
    data = torch.utils.data
    train_dl = data.DataLoader(train_ds, bs, sampler=data.RandomSampler(train_ds), **kwargs)
    valid_dl = data.DataLoader(valid_ds, bs + bs, sampler=data.SequentialSampler(valid_ds), **kwargs)
    return [train_dl, valid_dl]


@get_dls.right
def in_a_comprehension(train_ds, valid_ds, bs, **kwargs):
    from torch.utils.data import DataLoader

    settings = [(train_ds, bs, True), (valid_ds, 2 * bs, False)]
    return [DataLoader(ds, batch_size=size, shuffle=shuffle, **kwargs) for ds, size, shuffle in settings]


@get_dls.slip("bs * 2", "bs")
def the_same_size_for_both():
    """Both loaders have batches of `bs`. Those of the validation set are to be twice as large."""


@get_dls.slip("[A, B]", "[(train_ds, 2 * bs, True), (valid_ds, bs, False)]", of="in_a_comprehension")
def the_training_batches_doubled():
    """The training batches are the larger ones. The validation batches are to be twice as large as `bs`."""


@get_dls.slip("DataLoader(valid_ds, batch_size=bs * 2, **kwargs)", "DataLoader(valid_ds, **kwargs)")
def no_batch_size_for_validation():
    """The validation loader gives one example at a time: it was made without a batch size."""


@get_dls.slip("bs * 2", "len(valid_ds)")
def validates_in_one_batch():
    """The validation set comes in one batch. It may be large: batches of twice `bs` are asked for."""


@get_dls.slip("return A, B", "return B, A")
def the_other_way_round():
    """You return the validation loader first. The order asked for is: train_dl, valid_dl."""


@get_dls.slip("valid_ds", "train_ds")
def one_set_for_both():
    """Both loaders read the training set. The second is for `valid_ds`."""


@get_dls.slip("True", "False")
def nothing_shuffled():
    """The training set comes in the same order each time. Which argument of DataLoader shuffles it?"""


@get_dls.slip("False", "True", of="in_a_comprehension")
def both_shuffled():
    """The validation set is shuffled too. Its results are the same in any order, so that is work for nothing."""


@get_dls.slip(swap("True", "False"), of="in_a_comprehension")
def the_wrong_one_shuffled():
    """You shuffle the validation set and not the training set. It should be the other way round."""


@get_dls.slip(first("train_ds = [train_ds[i] for i in torch.randperm(len(train_ds)).tolist()]"), of="nothing_shuffled")
def shuffled_once():
    """The training set was shuffled once, so each pass has the same order. Let the loader shuffle: it does so anew
    for every pass."""


@get_dls.slip("kwargs", "{'drop_last': shuffle} | kwargs", of="in_a_comprehension")
def drops_the_rest():
    """The short last batch of the training set is dropped, which nobody asked for. That is up to kwargs."""


@get_dls.slip("bs * 2", "max(bs // 2, 1)")
def half_the_size_for_validation():
    """The validation batches are half as large as the training batches. They are to be twice as large."""


@get_dls.slip(first("kwargs = {k: v for k, v in kwargs.items() if k in ('drop_last', 'collate_fn', 'num_workers')}"))
def some_kwargs_alone():
    """You pick some of the further arguments by name and lose the others. `**kwargs` in a call passes on all of them,
    whatever they are."""


@get_dls.slip("return A", "return DataLoader(train_ds, bs, shuffle=True), DataLoader(valid_ds, bs * 2)")
def kwargs_left_out():
    """The further arguments reach neither loader. Pass them on: `**kwargs` in a call does that."""


@get_dls.slip("kwargs", "kwargs if shuffle else {}", of="in_a_comprehension")
def kwargs_for_training_only():
    """The further arguments reach the training loader alone. They are meant for both."""


@get_dls.slip("kwargs", "{} if shuffle else kwargs", of="in_a_comprehension")
def kwargs_for_validation_only():
    """The further arguments reach the validation loader alone. They are meant for both."""
