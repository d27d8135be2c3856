"""training_step: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, before, change, first, swap
from autograder.beside import readings, spies
from autograder.checks.training_loop import gentle, rounding_shows
from autograder.exercise import code

training_step = code(
    "training_step",
    ids=["R3.2"],
    hints=[
        "Write the four steps as four lines, in the order of the previous question; the update is a loop.",
        "After backward() each `p` of model.parameters() has a `p.grad`. What is p to become?"
        " And does `p = p - ...` change the parameter, or only what the name p stands for?",
        "An in-place change of a parameter must not be recorded: do it under torch.no_grad(), with `p -= ...`,"
        " and clear `p.grad` in the same loop, after it was used.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over model.parameters() that subtracts lr times the gradient",
)


def _scaled(inner, gain):
    """A module that multiplies what `inner` gives by a parameter of its own, and by two while it is trained."""

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner, self.gain = inner, torch.nn.Parameter(gain)

        def forward(self, x):
            return (2 if self.training else 1) * self.gain * self.inner(x)

    return Scaled()


@training_step.probe
def returns_the_loss_before_the_update(training_step, draw):
    n, c = draw.size(2, 5), draw.size(2, 4)
    model, lr = draw.network(3, 4, c), draw.number(0.1, 0.4)
    x, y = rounding_shows(draw, model, n, 3, c)
    loss = training_step(model, spies.squared_error, x, y, lr)
    return {"loss": readings.as_number(loss, "what training_step returned")}


@training_step.probe(points=2)
def moves_every_parameter_against_its_gradient(training_step, draw):
    """After one step, each parameter should be what it was minus lr times its gradient. `gain` is one too: it belongs
    to no layer and is neither weight nor bias. The model is in training mode."""
    n, c = draw.size(2, 5), draw.size(3, 4)
    lr = draw.number(0.1, 0.4)
    seen = {}
    for model in map(gentle, (draw.network(2, 3, c), _scaled(draw.linear(2, c), draw.normal(c)))):
        named = dict(model.named_parameters())  # taken before, so that a parameter that is replaced shows as unchanged
        training_step(model, spies.squared_error, draw.normal(n, 2, scale=0.3), draw.labels(n, c), lr)
        seen |= {f"{name} after the step": p.detach() for name, p in named.items()}
    return seen | {"the model is in training mode": model.training}


@training_step.probe(rtol=1e-4, atol=1e-3)
def a_steep_loss_makes_a_long_step(training_step, draw):
    """The inputs are large and so are the gradients: the step should be as long as they say."""
    n, c = draw.size(2, 5), draw.size(2, 4)
    model, lr = draw.linear(2, c), draw.number(0.1, 0.4)
    x = draw.normal(n, 2, scale=3.0) + 20
    training_step(model, spies.squared_error, x, draw.labels(n, c), lr)
    return {"weight after the step": model.weight.detach(), "bias after the step": model.bias.detach()}


@training_step.probe
def goes_on_from_where_the_last_step_ended(training_step, draw):
    """Three steps in a row, on three batches: each should use the gradient of its own batch alone."""
    bs, c = draw.size(2, 4), draw.size(3, 4)
    model, lr = gentle(draw.linear(2, c)), draw.number(0.1, 0.3)
    x, y = draw.normal(3 * bs - 1, 2, scale=0.3), draw.labels(3 * bs - 1, c)
    journal = spies.Journal(model.parameters())
    spies.watch(model, journal)
    draw.follow(journal, inputs=x, targets=y, batches=True)
    weights = []
    for xb, yb in spies.batches(x, y, bs):
        training_step(model, spies.LossSpy(spies.squared_error, journal), xb, yb, lr)
        weights.append(model.weight.detach().clone())
    return {"weight after each step": weights}


@training_step.probe(fixed="nothing is to be left, whatever was drawn")
def leaves_no_gradient_behind(training_step, draw):
    """When the step returns, each parameter's gradient should be None or all zeros."""
    n, c = draw.size(2, 4), draw.size(2, 3)
    model = draw.network(2, 3, c)
    training_step(model, spies.squared_error, draw.normal(n, 2), draw.labels(n, c), draw.number(0.1, 0.4))
    left = readings.gradients_left(model.parameters())
    return {"largest gradient left": dict(zip(dict(model.named_parameters()), left, strict=True))}


@training_step.right
def clears_all_at_the_end(model, loss_func, xb, yb, lr):
    loss = loss_func(model.forward(xb), yb)
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad, alpha=-lr)
    model.zero_grad()
    return loss.item()


@training_step.right
def with_gradients_as_values(model, loss_func, xb, yb, lr):
    parameters = list(model.parameters())
    loss = loss_func(model(xb), yb)
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for p, g in zip(parameters, gradients, strict=True):
            p.sub_(lr * g)
    return loss


@training_step.right
def clears_before_and_after(model, loss_func, xb, yb, lr):
    model.train()
    for p in model.parameters():
        p.grad = None
    loss = loss_func(model(xb), yb)
    loss.backward()
    torch.set_grad_enabled(False)
    for p in model.parameters():
        p.data = p.data - lr * p.grad.data
        p.grad = None
    torch.set_grad_enabled(True)
    return float(loss)


@training_step.slip("A.zero_()", "")
def forgets_to_clear():
    """The gradients are still there when your step ends, so the next backward() adds its own to them. Which step is
    missing at the end?"""


@training_step.slip(change("A.zero_()", ""), first("model.zero_grad()"))
def clears_only_before_backward():
    """Your updates are right, but this batch's gradients are still there when you return: you clear at the start of a
    step. Clear them once they have been used."""


@training_step.slip(swap("p -= A", "A.zero_()"))
def nothing_moves():
    """The parameters are the same after your step as before. Does `p = p - ...` only name a new tensor? Or are
    gradients cleared before the update?"""


@training_step.mistake
def puts_new_parameters_in_place(model, loss_func, xb, yb, lr):
    """You give the model new parameters: whoever holds one of the old ones (an optimizer will) does not see the step.
    Change the old ones in place."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    for name, p in list(model.named_parameters()):
        owner, _, attribute = name.rpartition(".")
        setattr(model.get_submodule(owner), attribute, torch.nn.Parameter(p.detach() - lr * p.grad))
        p.grad = None
    return loss


@training_step.slip(after("for p in A:", "return loss_func(model(xb), yb)"))
def returns_the_loss_afterwards():
    """The update is right, but the loss you return is computed with the parameters after it. Keep the one that you
    called backward() on."""


@training_step.slip("lr * X", "X")
def ignores_lr():
    """Your step is as long as if the learning rate were 1: does `lr` appear in the update?"""


@training_step.slip(first("model.eval()"))
def in_evaluation_mode():
    """The model is set to evaluation mode, in which layers such as dropout do not act as they should in training."""


@training_step.slip("p -= X", "if p.dim() > 1:\n    p -= X")
def leaves_out_the_biases():
    """The weights move and the biases do not. Is each updated, and before its gradient is cleared?"""


@training_step.slip("for p in A:", "p = next(model.parameters())\np -= lr * p.grad\nmodel.zero_grad()")
def moves_the_first_parameter_only():
    """Only the first parameter moves. Does a `return`, or what clears all gradients, stand inside your loop, one level
    too deep?"""


@training_step.slip(
    swap("loss.backward()", "with A:"), change("for p in A:", "for p in (p for p in A if p.grad is not None):")
)
def updates_before_backward():
    """You update before backward() has run, so each step uses the gradients of the batch before it (the first has
    none)."""


@training_step.slip(before("with A:", "torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)"))
def clips_the_gradients():
    """Long steps come out too short: you limit the gradients (clipping) before the update. Plain gradient descent takes
    them as they are."""


@training_step.slip(before("with A:", "torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)"))
def clips_each_gradient():
    """Long steps come out too short: you limit the gradients (clipping) before the update. Plain gradient descent takes
    them as they are."""


@training_step.slip("p -= A", "p.copy_(-lr * p.grad)")
def puts_the_step_in_place_of_the_parameter():
    """The step itself takes the place of the parameter: it becomes minus lr times its gradient. Subtract that from what
    the parameter was."""


@training_step.slip("model(xb)", "model(xb).softmax(-1)")
def probabilities_into_the_loss():
    """You put the outputs through softmax before the loss function gets them. It takes the model's outputs as they
    are."""


@training_step.slip(after("A.zero_()", "return loss"))
def returns_inside_the_loop():
    """Only the first parameter moves, and only its gradient is cleared. Does a `return` stand inside the loop?"""


@training_step.slip(change("model(xb)", "(outputs := model(xb))"), change("loss.detach()", "outputs"))
def returns_the_outputs():
    """You return the model's outputs. The loss is asked for."""


@training_step.slip("loss.detach()", "loss * len(xb)")
def returns_the_loss_times_n():
    """The loss that you return is n times too large. `loss_func` gives the mean of the batch already: return it as it
    is."""


@training_step.slip("loss.backward()", "")
def has_no_gradient_to_use():
    """`p.grad` is None when your update wants to use it: backward() has not run yet, or the gradients were set to None
    before the update."""


@training_step.slip("p -= X", "p = p - X")
def clears_the_gradient_of_a_new_tensor():
    """zero_() is called on a gradient that is None: before the first backward() there is none, and a new tensor, as `p
    = p - ...` makes it, has none."""
