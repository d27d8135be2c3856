"""fit_dataset: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import before, change, first, outdent
from autograder.checks.data import HiddenRows, watched_training, what_was_learnt
from autograder.exercise import code

fit_dataset = code(
    "fit_dataset",
    ids=["R6.4"],
    hints=[
        "Where do the batches begin? `range` with three arguments counts 0, bs, 2 * bs, ...; up to which end?",
        "A slice of the dataset gives xb and yb at once: `xb, yb = train_ds[a:b]`. A slice beyond the end is "
        "cut short.",
        "For each batch: predictions, loss, backward, step, zero_grad. One loop over epochs round one over the starts.",
    ],
)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def takes_slices_in_order_with_a_short_last_one(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw, 3, 1)
    bs = draw.size(4, 6)
    n = bs * 2 + 1  # cutting it into three parts as equal as can be gives other batches
    x, y = draw.normal(n, 3), draw.normal(n)
    draw.note(n=n, bs=bs)
    draw.follow(journal, inputs=x, targets=y)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs, 1)
    return what_was_learnt(journal, y)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def learns_from_fewer_rows_than_a_batch_may_have(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw, 3, 1)
    n = draw.size(8, 9)  # so many rows hardly come out of a shuffle as they were
    bs = n + draw.size(1, 4)
    x, y = draw.normal(n, 3), draw.normal(n)
    draw.note(n=n, bs=bs)
    draw.follow(journal, inputs=x, targets=y)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs, 1)
    return what_was_learnt(journal, y)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def goes_through_full_batches_once_an_epoch(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw, 3, 1)
    bs, epochs = draw.size(4, 5), draw.integer(2, 3)
    n = bs * 2
    x, y = draw.normal(n, 3), draw.normal(n)
    draw.note(n=n, bs=bs, epochs=epochs)
    draw.follow(journal, inputs=x, targets=y)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs, epochs)
    return what_was_learnt(journal, y)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def runs_one_epoch_unless_told_otherwise(fit_dataset, draw):
    model, opt, loss_func, journal = watched_training(draw, 3, 1)
    bs = draw.size(8, 9)
    x, y = draw.normal(bs, 3), draw.normal(bs)
    draw.follow(journal, inputs=x, targets=y)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs)
    return what_was_learnt(journal, y)


@fit_dataset.right
def counting_batches(model, opt, loss_func, train_ds, bs, epochs=1):
    n = len(train_ds)
    for _ in range(epochs):
        for i in range((n - 1) // bs + 1):
            batch = train_ds[i * bs : (i + 1) * bs]
            opt.zero_grad()
            loss_func(model(batch[0]), batch[1]).backward()
            opt.step()


@fit_dataset.right
def with_index_tensors(model, opt, loss_func, train_ds, bs, epochs=1):
    losses = []
    for _ in range(epochs):
        for rows in torch.arange(len(train_ds)).split(bs):
            xb, yb = train_ds[rows]
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
            losses.append(loss.item())
    return losses


@fit_dataset.slip(first("if len(train_ds) < bs:\n    return"))
def nothing_from_few_rows():
    """Where the dataset has fewer rows than `bs`, nothing is learnt from them. They are a short batch too."""


@fit_dataset.slip(
    change("for start in A:", "for rows in torch.arange(len(train_ds)).chunk(-(-len(train_ds) // bs)):"),
    change("train_ds[A]", "train_ds[rows[0].item() : rows[-1].item() + 1]"),
)
def cut_into_equal_parts():
    """The batches are as equal as can be, as `chunk` cuts them. Each should have bs rows, and the last one what is
    left."""


@fit_dataset.mistake
def epochs_inside(model, opt, loss_func, train_ds, bs, epochs=1):
    """Each batch is learnt from several times before the next one comes. An epoch is one pass through all the batches:
    which of the two loops is the outer one?"""
    for start in range(0, len(train_ds), bs):
        xb, yb = train_ds[start : start + bs]
        for _ in range(epochs):
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()


@fit_dataset.slip("1", "2")
def two_epochs_by_default():
    """Without `epochs` you train for two or more: the default in the signature should stay 1."""


@fit_dataset.slip(change("for start in A:", ""), change("train_ds[A]", "train_ds[:]"))
def all_rows_at_once():
    """Each epoch is one step on all the rows (or on 64 of them): `bs` is not used. Cut the dataset into batches of bs
    and step after each."""


@fit_dataset.slip(change("start + bs", "start + 1"), change("range(0, X, bs)", "range(X)"))
def one_row_at_a_time():
    """Each row is a batch of its own: the loop moves on by 1, and `bs` is not used."""


@fit_dataset.slip(
    before("for start in A:", "total = 0"),
    change("loss.backward()", "total = total + loss"),
    outdent("opt.zero_grad()"),
    outdent("opt.step()"),
    before("opt.step()", "total.backward()"),
)
def adds_the_losses_up():
    """You add up the losses of all batches and make one step from the sum. Each batch should make a step of its own."""


@fit_dataset.slip("loss.backward", "(loss_func(model(xb), yb) * len(xb) / bs).backward")
def weighs_the_short_batch_less():
    """You scale the loss of a short batch by its size. The step should come from the loss as `loss_func` gives it."""
