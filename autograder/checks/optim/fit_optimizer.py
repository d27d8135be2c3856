"""fit_optimizer: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import before, change, everywhere, outdent
from autograder.beside.spies import mode_switch, squared_error
from autograder.checks.optim import cleared
from autograder.checks.training_loop import far_from_zero, gentle, watched_loop
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
    made = []

    def run(model, loss_func, x, y):
        made.append(HalfStep(model.parameters(), draw.number(0.1, 0.3)))
        fit(model, made[0], loss_func, x, y, bs, *epochs)

    return watched_loop(draw, n, bs, epochs, run) | {"gradients at each step": made[0].seen}


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
    model, loss_func = draw.network(2, 3, 3), far_from_zero(draw.number(100, 200))
    opt = HalfStep(model.parameters(), draw.number(0.0005, 0.001))
    n = 2 * draw.size(2, 3)
    fit_optimizer(model, opt, loss_func, draw.normal(n, 2), draw.labels(n, 3), 2)
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

    model = gentle(Scaled())
    opt = HalfStep(model.parameters(), draw.number(0.05, 0.1))
    n = 2 * draw.size(2, 3)
    fit_optimizer(model, opt, squared_error, draw.uniform(n, 2, low=-1), draw.uniform(n, low=-1), 2)
    return {"gradients at each step": opt.seen, "the model is in training mode afterwards": model.training}


@fit_optimizer.probe(rtol=1e-3, atol=1e-5)
def serves_torch_optim_too(fit_optimizer, draw):
    """torch.optim.SGD has step() and zero_grad() as yours has, but not your attributes."""
    model = gentle(draw.network(3, 4, 1))
    opt = torch.optim.SGD(model.parameters(), lr=draw.number(0.05, 0.2))
    n = 2 * draw.size(2, 3)
    fit_optimizer(model, opt, squared_error, draw.uniform(n, 3, low=-1), draw.uniform(n, low=-1), 2)
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


@fit_optimizer.slip(outdent("opt.step()"), change("opt.zero_grad()", ""), before("A.backward()", "opt.zero_grad()"))
def steps_with_the_last_batch_alone():
    """There is one step an epoch, with the gradients of the last batch alone. Is `opt.step()` indented far
    enough to be inside the loop over the batches?"""


@fit_optimizer.slip(everywhere("start + bs", "start + 1"))
def the_first_row_of_each_batch():
    """Each batch has one row only. It should have `bs` of them: where does its slice end?"""


@fit_optimizer.slip("opt.step()", "for _p in model.parameters():\n    opt.step()")
def a_step_for_each_parameter():
    """`opt.step()` stands in a loop over the parameters, so each batch makes several steps. One call updates
    all the parameters."""


@fit_optimizer.slip(before("A.backward()", "layers = [*model]"))
def layer_by_layer():
    """The layers are called one by one in a loop over the model. That fits an nn.Sequential alone: call the model."""


@fit_optimizer.slip(before("opt.step()", "nn.utils.clip_grad_norm_(model.parameters(), 10)"))
def limits_the_gradients():
    """Large gradients are cut down before the step. Nobody asked for that: the optimizer gets them as they are."""


@fit_optimizer.slip("opt.step()", "with torch.no_grad():\n    for p in model.parameters():\n        p -= 0.5 * p.grad")
def updates_by_itself():
    """The parameters are updated by the loop itself, or by an optimizer of its own, and not by `opt.step()`. How they
    are updated is the business of `opt`."""


@fit_optimizer.slip("opt.zero_grad()", "opt.zero_grad(set_to_none=True)")
def asks_for_param_groups():
    """The loop uses something that torch's optimizers have and yours has not (param_groups, set_to_none,
    ...). `step()` and `zero_grad()`, without arguments, are all that is promised."""


@fit_optimizer.slip("opt.zero_grad()", "for p in opt.params:\n    p.grad = None")
def clears_what_is_in_params():
    """An attribute of the optimizer is used that not every optimizer has. `step()` and `zero_grad()`, which clears the
    gradients, are all that is promised."""
