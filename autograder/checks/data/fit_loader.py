"""fit_loader: its probes, other right answers and known mistakes."""

from autograder.authoring.slips import change, first, outdent
from autograder.checks.data import watched_training, what_was_learnt
from autograder.exercise import Complaint, code

fit_loader = code(
    "fit_loader",
    ids=["R6.6"],
    hints=[
        "The loader already makes the batches: `for xb, yb in train_dl:` is all that this loop knows about data.",
        "Two loops, one inside the other. Which is the outer one?",
        "In the inner loop: predictions, loss, backward, step, zero_grad.",
    ],
)


class ChangingLoader:
    """Gives other batches in every pass, as a shuffling loader does; it has no length and goes by no other name."""

    def __init__(self, passes):
        self._passes, self._begun = passes, 0

    def __iter__(self):
        self._begun += 1
        if self._begun > len(self._passes):
            raise Complaint("the loader is iterated more often than there are epochs")
        yield from self._passes[self._begun - 1]


@fit_loader.probe(rtol=1e-3, atol=1e-5)
def makes_one_step_for_each_batch(fit_loader, draw):
    model, opt, loss_func, journal = watched_training(draw, 3, 1)
    n, first = draw.size(5, 8), draw.integer(1, 3)
    x, y = draw.normal(n, 3), draw.normal(n)
    batches = [(x[rows], y[rows]) for rows in (slice(0, first), slice(first, n - 1), slice(n - 1, n))]
    draw.note(sizes=[first, n - 1 - first, 1])
    draw.follow(journal, inputs=x, targets=y)
    fit_loader(1, model, loss_func, opt, ChangingLoader([batches]))
    return what_was_learnt(journal, y, model)


@fit_loader.probe(rtol=1e-3, atol=1e-5)
def asks_the_loader_anew_in_each_epoch(fit_loader, draw):
    model, opt, loss_func, journal = watched_training(draw, 3, 1)
    epochs = draw.integer(2, 4)
    x, y = draw.normal(2 * epochs, 3), draw.normal(2 * epochs)
    rows = draw.shuffled(range(2 * epochs))
    passes = [[(x[rows[i : i + 2]], y[rows[i : i + 2]])] for i in range(0, 2 * epochs, 2)]
    draw.note(epochs=epochs)
    draw.follow(journal, inputs=x, targets=y)
    fit_loader(epochs, model, loss_func, opt, ChangingLoader(passes))
    return what_was_learnt(journal, y, model)


@fit_loader.right
def clears_first(epochs, model, loss_func, opt, train_dl):
    for _ in range(epochs):
        for xb, yb in train_dl:
            opt.zero_grad()
            loss_func(model(xb), yb).backward()
            opt.step()
    return model


@fit_loader.right
def counts_and_keeps_losses(epochs, model, loss_func, opt, train_dl):
    losses = []
    model.train()
    for epoch in range(epochs):
        for i, batch in enumerate(iter(train_dl)):
            loss = loss_func(model(batch[0]), batch[1])
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append((epoch, i, float(loss.detach())))
    return losses


@fit_loader.right
def with_next(epochs, model, loss_func, opt, train_dl):
    epoch = 0
    while epoch < epochs:
        batches = iter(train_dl)
        while (batch := next(batches, None)) is not None:
            loss_func(model(batch[0]), batch[1]).backward()
            opt.step()
            opt.zero_grad()
        epoch += 1


@fit_loader.slip("range(epochs)", "range(epochs + 1)")
def one_epoch_too_many():
    """The loader is looped over more often than there are epochs. Is there one epoch too many, or does something else
    go through it too, as list() and next(iter(...)) do?"""


@fit_loader.slip(change("train_dl", "batches"), first("batches = iter(train_dl)"))
def one_iterator_for_all_epochs():
    """You learn from one pass alone. Is `epochs` used, does a `return` stand inside its loop, or is an iterator made
    before the first epoch, which uses it up?"""


@fit_loader.slip(change("train_dl", "batches"), first("batches = list(train_dl)"))
def keeps_the_first_batches():
    """You use the batches of the first epoch again and again, or each for all epochs at once. Ask the loader in each
    epoch: a shuffling one gives others."""


@fit_loader.slip("for xb, yb in A:", "xb, yb = next(iter(train_dl))", of="last_batch_alone")
def one_batch_an_epoch():
    """Each epoch uses the first batch alone (`next(iter(...))`, `break`, or a line that is indented too little)."""


@fit_loader.slip(outdent("loss = A\nloss.backward()\nopt.step()\nopt.zero_grad()"))
def last_batch_alone():
    """Only the last batch of each epoch is learnt from. Are the lines of the training step indented far enough to be in
    the inner loop?"""


@fit_loader.slip("for xb, yb in A:", "xb, yb = map(torch.cat, zip(*A))", of="last_batch_alone")
def all_batches_in_one():
    """You join the batches of an epoch into one big batch and make a single step."""
