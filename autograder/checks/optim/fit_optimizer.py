"""fit_optimizer: its probes, other right answers and known mistakes."""

import torch

from autograder.beside.readings import learnt_from
from autograder.beside.spies import Journal, LossSpy, mode_switch, squared_error, watch
from autograder.checks.optim import cleared
from autograder.exercise import code

fit_optimizer = code(
    "fit_optimizer",
    ids=["R5.3"],
    hints=[
        "It is your second loop with less in it. Which lines does the optimizer take over?",
        "After backward() comes opt.step(), and opt.zero_grad() before the next backward(). Neither lr nor "
        "no_grad is needed.",
        "Over the epochs, and over range(0, len(x), bs): the loss of the batch, its backward(), opt.step(), "
        "opt.zero_grad().",
    ],
)


class HalfStep:
    """An optimizer of its own kind, not plain SGD: each step moves the parameters by less. Notes the
    gradients at each step."""

    def __init__(self, params, lr):
        self.params, self.lr, self.seen = list(params), lr, []

    def step(self):
        self.seen.append(torch.cat([cleared(p).flatten() for p in self.params]).clone())
        with torch.no_grad():
            for p in self.params:
                p -= cleared(p) * self.lr
        self.lr /= 2

    def zero_grad(self):
        for p in self.params:
            p.grad = None


def watched_fit(fit, draw, n, bs, *epochs):
    """What a loop learns from, and the gradients at each step: a small network on drawn data with one target
    a row."""
    x, y = draw.normal(n, 3), draw.normal(n)
    model = draw.network(3, 4, 1)
    journal = Journal(model.parameters())
    watch(model, journal)
    opt = HalfStep(model.parameters(), draw.number(0.1, 0.3))
    draw.note(n=n, bs=bs, epochs=epochs[0] if epochs else "left out")
    fit(model, opt, LossSpy(squared_error, journal), x, y, bs, *epochs)
    recorded = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return {
        "rows of each batch": learnt_from(journal, y),
        "gradients at each step": opt.seen,
        "weights after each update": journal.trajectory(),
        "operations after it are recorded": recorded,
    }


@fit_optimizer.probe(rtol=1e-3, atol=1e-5)
def makes_a_step_for_every_batch_the_short_one_too(fit_optimizer, draw):
    bs = draw.size(2, 4)
    return watched_fit(fit_optimizer, draw, bs * draw.size(2, 3) + draw.size(1, bs - 1), bs)


@fit_optimizer.probe(rtol=1e-3, atol=1e-5)
def goes_through_the_data_once_an_epoch(fit_optimizer, draw):
    """When bs divides n, the last batch is a full one, and the next epoch follows it."""
    bs = draw.size(2, 4)
    return watched_fit(fit_optimizer, draw, bs * draw.size(2, 3), bs, draw.integer(2, 3))


@fit_optimizer.probe(rtol=1e-3, atol=1e-5)
def takes_batches_of_any_size(fit_optimizer, draw):
    """A single row at a time, or more than there are rows: then all of them are one batch."""
    n = draw.size(2, 4)
    return {f"bs = {bs}": watched_fit(fit_optimizer, draw, n, bs) for bs in (1, n + draw.size(1, 3))}


@fit_optimizer.probe(rtol=1e-3, atol=1e-5)
def follows_the_loss_function_it_is_given(fit_optimizer, draw):
    """The loss function is an argument: it need not be cross entropy, nor a mean, and may be below zero."""
    model, weight = draw.network(2, 3, 3), draw.number(100, 200)

    def weighted_cross_entropy(predictions, targets):
        return weight * (torch.nn.functional.cross_entropy(predictions, targets) - 5)

    opt = HalfStep(model.parameters(), draw.number(0.0005, 0.001))
    n = 2 * draw.size(2, 3)
    fit_optimizer(model, opt, weighted_cross_entropy, draw.normal(n, 2), draw.labels(n, 3), 2)
    return opt.seen


@fit_optimizer.probe(rtol=1e-3, atol=1e-5)
def trains_any_model(fit_optimizer, draw):
    """The model need not be an nn.Sequential: what it computes is what its call gives, as it is now, in
    training mode."""

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))
            self.block = torch.nn.Sequential(draw.network(2, 3, 1), mode_switch())

        def forward(self, x):
            return self.scale * self.block(x)

    model = Scaled()
    opt = HalfStep(model.parameters(), draw.number(0.05, 0.1))
    n = 2 * draw.size(2, 3)
    fit_optimizer(model, opt, squared_error, draw.normal(n, 2), draw.normal(n), 2)
    return opt.seen


@fit_optimizer.probe(rtol=1e-3, atol=1e-5)
def serves_torch_optim_too(fit_optimizer, draw):
    """torch.optim.SGD has step() and zero_grad() as yours has, but not your attributes."""
    model = draw.network(3, 4, 1)
    opt = torch.optim.SGD(model.parameters(), lr=draw.number(0.05, 0.2))
    n = 2 * draw.size(2, 3)
    fit_optimizer(model, opt, squared_error, draw.normal(n, 3), draw.normal(n), 2)
    return dict(model.named_parameters())


@fit_optimizer.right
def zero_grad_first(model, opt, loss_func, x, y, bs, epochs=1):
    n = len(x)
    for _epoch in range(epochs):
        for i in range((n - 1) // bs + 1):
            xb, yb = x[i * bs : (i + 1) * bs], y[i * bs : (i + 1) * bs]
            opt.zero_grad()
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
    return model


@fit_optimizer.right
def with_split(model, opt, loss_func, x, y, bs, epochs=1):
    batches = [*zip(torch.split(x, bs), torch.split(y, bs), strict=True)] * epochs
    for xb, yb in batches:
        loss_func(model.forward(xb), yb).backward()
        opt.step()
        model.zero_grad()


@fit_optimizer.right
def reports_as_it_goes(model, opt, loss_func, x, y, bs, epochs=1):
    report = []
    while len(report) < epochs:
        rows = list(range(len(x)))
        while rows:
            batch, rows = rows[:bs], rows[bs:]
            loss = loss_func(model(x[batch]), y[batch])
            opt.zero_grad()
            loss.backward()
            opt.step()
        with torch.no_grad():
            report.append(float(loss_func(model(x), y)))
    return report


@fit_optimizer.mistake
def never_clears(model, opt, loss_func, x, y, bs, epochs=1):
    """The gradients are never cleared, so each step follows the sum of all batches so far."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()


@fit_optimizer.mistake
def clears_once_an_epoch(model, opt, loss_func, x, y, bs, epochs=1):
    """The gradients are cleared once an epoch, and add up from batch to batch within it. Clear them for each
    batch."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
        opt.zero_grad()


@fit_optimizer.mistake
def clears_before_the_step(model, opt, loss_func, x, y, bs, epochs=1):
    """The gradients are cleared between backward() and step(), so the step finds none and nothing is learnt.
    Clear them after the step, or before backward()."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.zero_grad()
            opt.step()


@fit_optimizer.mistake
def steps_before_backward(model, opt, loss_func, x, y, bs, epochs=1):
    """`step()` comes before `backward()`: it uses the gradients of the batch before, and the last batch's are
    never used."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss = loss_func(model(x[start : start + bs]), y[start : start + bs])
            opt.step()
            opt.zero_grad()
            loss.backward()


@fit_optimizer.mistake
def never_steps(model, opt, loss_func, x, y, bs, epochs=1):
    """`opt.step()` is never called, so no parameter changes. Are the parentheses there?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.zero_grad()


@fit_optimizer.mistake
def no_backward(model, opt, loss_func, x, y, bs, epochs=1):
    """The loss is computed, but backward() is never called on it, so there are no gradients to step with."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs])
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def one_step_an_epoch(model, opt, loss_func, x, y, bs, epochs=1):
    """There is one step an epoch, with the gradients of all batches added up. Is `opt.step()` indented far
    enough to be inside the loop over the batches?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        opt.step()
        opt.zero_grad()


@fit_optimizer.mistake
def steps_with_the_last_batch_alone(model, opt, loss_func, x, y, bs, epochs=1):
    """There is one step an epoch, with the gradients of the last batch alone. Is `opt.step()` indented far
    enough to be inside the loop over the batches?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            opt.zero_grad()
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        opt.step()


@fit_optimizer.mistake
def a_batch_at_every_row(model, opt, loss_func, x, y, bs, epochs=1):
    """A batch begins at every row, so that neighbouring batches overlap. range() has a third argument: the
    step."""
    for _ in range(epochs):
        for start in range(len(x)):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def a_row_at_a_time(model, opt, loss_func, x, y, bs, epochs=1):
    """There is a step for each row, whatever `bs` says. Each batch is to have `bs` rows."""
    for _ in range(epochs):
        for start in range(len(x)):
            loss_func(model(x[start : start + 1]), y[start : start + 1]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def the_first_row_of_each_batch(model, opt, loss_func, x, y, bs, epochs=1):
    """Each batch has one row only: x[start] is a row. A slice, from start to start + bs, is a batch."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + 1]), y[start : start + 1]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def stops_a_batch_early(model, opt, loss_func, x, y, bs, epochs=1):
    """The last batch is always left out, full or short: the starts are to go on up to len(x)."""
    for _ in range(epochs):
        for start in range(0, len(x) - bs, bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def one_epoch_too_few(model, opt, loss_func, x, y, bs, epochs=1):
    """There is one epoch too few, none at all when epochs is 1. How many numbers are in range(1, epochs)?"""
    for _ in range(1, epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def one_epoch_too_many(model, opt, loss_func, x, y, bs, epochs=1):
    """There is one epoch too many. How many numbers are in range(epochs)?"""
    for _ in range(epochs + 1):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def the_last_batch_made_full(model, opt, loss_func, x, y, bs, epochs=1):
    """The last batch is filled up to bs rows with rows that the batch before it had. Let it be shorter."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            start = max(0, min(start, len(x) - bs))
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def a_step_for_each_parameter(model, opt, loss_func, x, y, bs, epochs=1):
    """`opt.step()` stands in a loop over the parameters, so each batch makes several steps. One call updates
    all the parameters."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            for _p in model.parameters():
                opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def loss_without_a_graph(model, opt, loss_func, x, y, bs, epochs=1):
    """backward() has nothing to follow: the loss is computed under no_grad, or cut off from the model by
    detach(). Let the prediction and the loss be recorded."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            with torch.no_grad():
                loss = loss_func(model(x[start : start + bs]), y[start : start + bs])
            loss.backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def in_eval_mode(model, opt, loss_func, x, y, bs, epochs=1):
    """The model is set to eval mode, in which layers such as dropout do not act as they should in training.
    Leave its mode alone here."""
    model.eval()
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def layer_by_layer(model, opt, loss_func, x, y, bs, epochs=1):
    """The layers are called one by one in a loop over the model. That fits an nn.Sequential alone: call the
    model."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            out = x[start : start + bs]
            for layer in model:
                out = layer(out)
            loss_func(out, y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def limits_the_gradients(model, opt, loss_func, x, y, bs, epochs=1):
    """Large gradients are cut down before the step. Nobody asked for that: the optimizer gets them as they
    are."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def leaves_recording_off(model, opt, loss_func, x, y, bs, epochs=1):
    """After training autograd records nothing any more: set_grad_enabled(False) holds until it is undone."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            torch.set_grad_enabled(True)
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            torch.set_grad_enabled(False)
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def a_batch_smaller_than_the_data(model, opt, loss_func, x, y, bs, epochs=1):
    """When bs is greater than the number of rows, all the rows should be one batch."""
    bs = min(bs, len(x) - 1)
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def two_steps_a_batch(model, opt, loss_func, x, y, bs, epochs=1):
    """There are two steps for each batch. One is enough."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def updates_by_itself(model, opt, loss_func, x, y, bs, epochs=1):
    """The loop updates the parameters by itself, or with an optimizer of its own, and does not call
    `opt.step()`. How the update is made, and of which parameters, is the business of the optimizer that is
    passed."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.5 * p.grad
            opt.zero_grad()


@fit_optimizer.mistake
def updates_by_itself_too(model, opt, loss_func, x, y, bs, epochs=1):
    """The parameters are updated twice: by `opt.step()`, and again by the loop. The optimizer does all of
    it."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.5 * p.grad
            opt.zero_grad()


@fit_optimizer.mistake
def uses_its_attributes(model, opt, loss_func, x, y, bs, epochs=1):
    """The loop takes `params` and `lr` out of the optimizer and updates by itself. Not every optimizer has
    these, nor makes its step so: call `opt.step()`."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in opt.params:
                    p -= opt.lr * p.grad
            opt.zero_grad()


@fit_optimizer.mistake
def asks_for_param_groups(model, opt, loss_func, x, y, bs, epochs=1):
    """The loop uses something that torch's optimizers have and yours has not (param_groups, set_to_none,
    ...). `step()` and `zero_grad()`, without arguments, are all that is promised."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad(set_to_none=True)


@fit_optimizer.mistake
def clears_what_is_in_params(model, opt, loss_func, x, y, bs, epochs=1):
    """The gradients are cleared through an attribute of the optimizer that not every optimizer has. Call
    `opt.zero_grad()`."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            for p in opt.params:
                p.grad = None


@fit_optimizer.mistake
def targets_first(model, opt, loss_func, x, y, bs, epochs=1):
    """The loss is called with the targets first. It is loss_func(predictions, targets): many losses are not
    symmetric."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(y[start : start + bs], model(x[start : start + bs])).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def drops_the_short_batch(model, opt, loss_func, x, y, bs, epochs=1):
    """The last batch is left out when it is shorter than bs: `n // bs` counts full batches only."""
    for _ in range(epochs):
        for i in range(len(x) // bs):
            loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def an_empty_batch_at_the_end(model, opt, loss_func, x, y, bs, epochs=1):
    """When bs divides n there is one batch too many: it is empty, its mean loss is nan, and nan gets into
    every parameter. Check how many batches there are for n = 6, bs = 3."""
    for _ in range(epochs):
        for i in range(len(x) // bs + 1):
            loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def overlapping_batches(model, opt, loss_func, x, y, bs, epochs=1):
    """Neighbouring batches share a row: a slice leaves its end out already, so no + 1 is needed."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs + 1]), y[start : start + bs + 1]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def all_the_data_every_time(model, opt, loss_func, x, y, bs, epochs=1):
    """Each step uses all the rows of x and y. Cut the batch out first, and predict from it."""
    for _ in range(epochs):
        for _start in range(0, len(x), bs):
            loss_func(model(x), y).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def returns_after_the_first_batch(model, opt, loss_func, x, y, bs, epochs=1):
    """Training stops after the first batch: a `return` or a `break` stands inside the loop."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()
            return


@fit_optimizer.mistake
def only_one_epoch(model, opt, loss_func, x, y, bs, epochs=1):
    """There is one epoch whatever `epochs` says."""
    for start in range(0, len(x), bs):
        loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        opt.step()
        opt.zero_grad()


@fit_optimizer.mistake
def its_own_batch_size(model, opt, loss_func, x, y, bs, epochs=1):
    """The batches have 64 rows whatever `bs` says."""
    for _ in range(epochs):
        for start in range(0, len(x), 64):
            loss_func(model(x[start : start + 64]), y[start : start + 64]).backward()
            opt.step()
            opt.zero_grad()


@fit_optimizer.mistake
def its_own_loss(model, opt, loss_func, x, y, bs, epochs=1):
    """The loss is always cross entropy; `loss_func` is not called."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            torch.nn.functional.cross_entropy(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()
