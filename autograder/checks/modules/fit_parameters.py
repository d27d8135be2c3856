"""fit_parameters: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import before, change, first, indent, outdent
from autograder.beside.spies import mode_switch, squared_error
from autograder.checks.modules import filled
from autograder.checks.training_loop import far_from_zero, gentle, watched_loop
from autograder.exercise import code

fit_parameters = code(
    "fit_parameters",
    ids=["R4.5"],
    hints=[
        "What changes from the loop over the layers? Batches, loss and backward stay; who is updated, and "
        "how are they found?",
        "Inside torch.no_grad(), loop over model.parameters() and update each p in place, with an operator "
        "like -=, by its own p.grad. `model.zero_grad()` clears all the gradients.",
        "Three loops, one inside another: over the epochs, over range(0, len(x), bs) for the starts of the "
        "batches, and, after backward(), over the parameters: each loses lr times its gradient.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over model.parameters() that subtracts lr times the gradient",
)


def watched_fit(fit, draw, n, bs, lr, *epochs):
    draw.note(lr=lr)
    return watched_loop(draw, n, bs, epochs, lambda model, loss, x, y: fit(model, loss, x, y, bs, lr, *epochs))


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def updates_after_every_batch_the_short_one_too(fit_parameters, draw):
    bs = draw.size(2, 4)
    n = bs * draw.size(4, 5) + draw.size(1, bs - 1)
    return watched_fit(fit_parameters, draw, n, bs, draw.number(0.05, 0.2))


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def goes_through_the_data_once_an_epoch(fit_parameters, draw):
    """When bs divides n, the last batch is a full one, and the next epoch follows it."""
    bs = draw.size(2, 4)
    return watched_fit(fit_parameters, draw, bs * draw.size(4, 5), bs, draw.number(0.05, 0.2), draw.integer(2, 3))


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def takes_batches_of_any_size(fit_parameters, draw):
    """A single row at a time, or more than there are rows: then all of them are one batch."""
    n, lr = draw.size(8, 9), draw.number(0.05, 0.2)  # so many rows hardly come out of a shuffle as they were
    return {f"bs = {bs}": watched_fit(fit_parameters, draw, n, bs, lr) for bs in (1, n + draw.size(1, 3))}


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def trains_parameters_that_are_in_no_linear_layer(fit_parameters, draw):
    """A parameter may belong to any layer, to a layer inside a layer, or to the model itself, and have any
    name. The model is in training mode."""

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))
            self.block = torch.nn.Sequential(draw.network(2, 3, 4), torch.nn.PReLU(), torch.nn.LayerNorm(4))
            self.switch = mode_switch()

        def forward(self, x):
            return self.scale * self.switch(self.block(x)).sum(1, keepdim=True)

    model, n = filled(Scaled(), draw), 2 * draw.size(5, 6)
    gentle(model.block[-1])
    model.scale.data *= 0.25
    x, y = draw.uniform(n, 2, low=-1), draw.uniform(n, low=-0.5, high=0.5)
    fit_parameters(model, squared_error, x, y, 2, draw.number(0.02, 0.05))
    return dict(model.named_parameters())


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def follows_the_loss_function_it_is_given(fit_parameters, draw):
    """The loss function is an argument: it need not be cross entropy, nor a mean, and may be below zero."""
    model, loss_func, n = draw.network(2, 3, 3), far_from_zero(draw.number(200, 400)), 2 * draw.size(5, 6)
    fit_parameters(model, loss_func, draw.normal(n, 2), draw.labels(n, 3), 2, draw.number(0.0005, 0.001))
    return dict(model.named_parameters())


@fit_parameters.right
def zero_grad_first(model, loss_func, x, y, bs, lr, epochs=1):
    n = x.shape[0]
    for _epoch in range(epochs):
        for i in range((n - 1) // bs + 1):
            rows = slice(i * bs, (i + 1) * bs)
            model.zero_grad()
            loss = loss_func(model(x[rows]), y[rows])
            loss.backward()
            for p in model.parameters():
                p.data -= lr * p.grad.data
    return model


@fit_parameters.right
def with_split_and_sub(model, loss_func, x, y, bs, lr, epochs=1):
    params = list(model.parameters())
    for _ in range(epochs):
        for xb, yb in zip(x.split(bs), y.split(bs), strict=True):
            loss = loss_func(model.forward(xb), yb)
            loss.backward()
            with torch.no_grad():
                for p in params:
                    p.sub_(p.grad, alpha=lr)
                    p.grad = None


@fit_parameters.right
def with_autograd_grad(model, loss_func, x, y, bs, lr, epochs=1):
    for start in [i for _ in range(epochs) for i in range(0, len(x), bs)]:
        params = list(model.parameters())
        loss = loss_func(model(x[start : start + bs]), y[start : start + bs])
        for p, gradient in zip(params, torch.autograd.grad(loss, params), strict=True):
            p.data = p.data - lr * gradient


@fit_parameters.slip(first("parameters = model.parameters()"), change("for p in A:", "for p in parameters:"))
def parameters_asked_for_once():
    """Only the first batch changes anything: model.parameters() is a generator, and one walk uses it up. Ask for it at
    every batch, or keep a list of it."""


@fit_parameters.slip("model.zero_grad()", "")
def forgets_to_clear_the_gradients():
    """The gradients are never cleared, so every backward() adds to the old ones and each step follows the sum
    of all batches so far."""


@fit_parameters.slip(outdent("model.zero_grad()"), of="zero_grad_first")
def clears_once_an_epoch():
    """The gradients are cleared once an epoch, and add up from batch to batch within it. Clear them for each batch."""


@fit_parameters.slip("p -= X", "p = p - X")
def changes_nothing():
    """No parameter ever changes. Does `p = p - ...` give the name p to a new tensor, beside the model's own? Or are
    gradients cleared before they are used?"""


@fit_parameters.slip(outdent("with A:"))
def one_update_an_epoch():
    """The parameters are updated once an epoch, with the gradients of all batches added up. Is the update
    indented far enough to be inside the loop over the batches?"""


@fit_parameters.slip(
    "model.parameters()", "[p for name, p in model.named_parameters() if name.endswith(('.weight', '.bias'))]"
)
def weights_and_biases_of_the_layers():
    """Only what belongs to a layer is trained, or only what is called weight or bias. The model may have other
    parameters, its own for instance: loop over model.parameters()."""


@fit_parameters.slip(
    change("for start in A:", "for rows in torch.randperm(len(x)).split(bs):"),
    change("loss_func(A, B)", "loss_func(model(x[rows]), y[rows])"),
)
def shuffled():
    """The rows are shuffled. Go through them in order here; shuffling has its own section."""


@fit_parameters.slip(indent("model.zero_grad()"))
def no_gradients_at_the_update():
    """At the update p.grad is None: there is no gradient yet, or no longer. Has backward() run, and are the gradients
    cleared only after the update?"""


@fit_parameters.slip(outdent("with A:"), before("A.backward()", "model.zero_grad()"))
def updates_with_the_last_batch_alone():
    """The parameters are updated once an epoch, with the gradients of the last batch alone. Is the update indented far
    enough to be inside the loop over the batches?"""


@fit_parameters.slip("p.grad", "p.grad.clamp(-5, 5)")
def limits_the_gradients():
    """Large gradients are cut down before the update. Nobody asked for that: take them as they are."""
