"""fit_dataset: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, before, change
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


def what_it_learns(fit_dataset, draw, training, n, bs, *epochs):
    model, opt, loss_func, journal = training
    x, y = draw.normal(n, 3), draw.normal(n)
    draw.note(n=n, bs=bs)
    draw.follow(journal, inputs=x, targets=y)
    fit_dataset(model, opt, loss_func, HiddenRows(x, y), bs, *epochs)
    return what_was_learnt(journal, y, model)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def takes_slices_in_order_with_a_short_last_one(fit_dataset, draw):
    training, bs = watched_training(draw, 3, 1), draw.size(4, 6)
    n = bs * 2 + 1  # cutting it into three parts as equal as can be gives other batches
    return what_it_learns(fit_dataset, draw, training, n, bs, 1)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def learns_from_fewer_rows_than_a_batch_may_have(fit_dataset, draw):
    training, n = (
        watched_training(draw, 3, 1),
        draw.size(8, 9),
    )  # so many rows hardly come out of a shuffle as they were
    return what_it_learns(fit_dataset, draw, training, n, n + draw.size(1, 4), 1)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def goes_through_full_batches_once_an_epoch(fit_dataset, draw):
    training, bs, epochs = watched_training(draw, 3, 1), draw.size(4, 5), draw.integer(2, 3)
    draw.note(epochs=epochs)
    return what_it_learns(fit_dataset, draw, training, bs * 2, bs, epochs)


@fit_dataset.probe(rtol=1e-3, atol=1e-5)
def runs_one_epoch_unless_told_otherwise(fit_dataset, draw):
    training, bs = watched_training(draw, 3, 1), draw.size(8, 9)
    return what_it_learns(fit_dataset, draw, training, bs, bs)


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


@fit_dataset.slip(
    change("for start in A:", "for epoch in range(epochs):"),
    change("for _ in A:", "for start in range(0, len(train_ds), bs):"),
)
def epochs_inside():
    """Each batch is learnt from several times before the next one comes. An epoch is one pass through all the batches:
    which of the two loops is the outer one?"""


@fit_dataset.slip("1", "2")
def two_epochs_by_default():
    """Without `epochs` you train for two or more: the default in the signature should stay 1."""


@fit_dataset.slip(change("for start in A:", ""), change("train_ds[A]", "train_ds[:]"))
def all_rows_at_once():
    """Each epoch is one step on all the rows (or on 64 of them): `bs` is not used. Cut the dataset into batches of bs
    and step after each."""


@fit_dataset.slip(
    change("loss.backward()\nopt.step()\nopt.zero_grad()", "losses.append(loss)"),
    before("for start in A:", "losses = []"),
    after("for start in A:", "sum(losses).backward()\nopt.step()\nopt.zero_grad()"),
)
def adds_the_losses_up():
    """You add up the losses of all batches and make one step from the sum. Each batch should make a step of its own."""


@fit_dataset.slip("loss.backward", "(loss_func(model(xb), yb) * len(xb) / bs).backward")
def weighs_the_short_batch_less():
    """You scale the loss of a short batch by its size. The step should come from the loss as `loss_func` gives it."""
