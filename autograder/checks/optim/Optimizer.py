"""Optimizer: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, before, change, everywhere, inside, last
from autograder.checks.optim import cleared
from autograder.exercise import code

Optimizer = code(
    "Optimizer",
    ids=["R5.1"],
    hints=[
        "What did your loop do with the parameters after backward()? Two things, and each becomes a method. "
        "What must the object remember for them?",
        "Two walks or more over the parameters: a generator survives one. In `step`, mind torch.no_grad(), "
        "and change p in place.",
        "`__init__` keeps list(params) and lr. `step` and `zero_grad` each go through that list: which of them changes "
        "p itself, and which only its p.grad?",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over the parameters, under torch.no_grad()",
)


def some_parameters(draw, n=3):
    """n parameters of different shapes, each with a gradient."""
    parameters = [draw.normal(draw.size(2, 3), i + 1, grad=True) for i in range(n)]
    for parameter in parameters:
        parameter.grad = draw.normal(*parameter.shape)
    return parameters


def parameters_of_every_kind(draw):
    """By name, each with a gradient."""
    shape = draw.size(2, 3)
    parameters = {
        "a single number": torch.tensor(draw.number(-1, 1), requires_grad=True),
        "a vector": draw.normal(shape, grad=True),
        "another of that shape": draw.normal(shape, grad=True),
        "a float64 vector": draw.normal(2).double().requires_grad_(),
        "one with three dimensions": draw.normal(1, 2, 2, grad=True),
    }
    for parameter in parameters.values():
        parameter.grad = draw.normal(*parameter.shape, scale=100).to(parameter.dtype)
    parameters["a vector"].grad[0] = 0
    return parameters


@Optimizer.probe
def step_takes_lr_times_the_gradient_off(Optimizer, draw):
    """Each parameter is to lose lr times its gradient, and each gradient to stay as it is."""
    parameters = some_parameters(draw)
    lr = draw.number(0.05, 2)
    draw.note(lr=lr)
    Optimizer(parameters, lr).step()
    return {"parameters": parameters, "gradients": [parameter.grad for parameter in parameters]}


@Optimizer.probe
def takes_parameters_of_every_kind(Optimizer, draw):
    """A single number, two of one shape, float64; gradients that are large, or zero in places."""
    parameters = parameters_of_every_kind(draw)
    Optimizer(list(parameters.values()), draw.number(0.05, 0.4)).step()
    return parameters


@Optimizer.probe
def lr_is_a_half_unless_given(Optimizer, draw):
    parameters = some_parameters(draw, 1)
    Optimizer(parameters).step()
    return parameters


@Optimizer.probe
def takes_a_generator(Optimizer, draw):
    """What a generator yields can be walked only once, and there are several steps to make."""
    parameters = some_parameters(draw, 2)
    opt = Optimizer((parameter for parameter in parameters), draw.number(0.05, 0.4))
    for _ in range(2):
        opt.step()
        opt.zero_grad()
        for parameter in parameters:
            parameter.grad = draw.normal(*parameter.shape)
    opt.step()
    return parameters


@Optimizer.probe
def zero_grad_clears_every_gradient(Optimizer, draw):
    """Zeros stand here for None as well."""
    parameters = parameters_of_every_kind(draw)
    Optimizer(list(parameters.values()), draw.number(0.05, 0.4)).zero_grad()
    return {"values": parameters, "gradients": {name: cleared(p) for name, p in parameters.items()}}


@Optimizer.remark
def passes_over_parameters_without_a_gradient(Optimizer, draw):
    """A parameter can be without a gradient (p.grad is None), a frozen one or one that the loss does not use. Yours
    stops or does something else there; torch's optimizers leave it alone."""
    parameters = some_parameters(draw)
    parameters[draw.choice([0, 1])].grad = None
    opt = Optimizer(parameters, draw.number(0.05, 0.4))
    opt.step()
    with_gradient = [parameter.grad is not None for parameter in parameters]
    opt.zero_grad()
    return {"parameters": parameters, "which have a gradient after step()": with_gradient}


@Optimizer.probe(rtol=1e-4)
def uses_gradients_that_come_after_it_was_made(Optimizer, draw):
    """The usual order: optimizer, then backward(), then step(); and so on from batch to batch."""
    x, y = draw.uniform(4, 2, low=-1), draw.uniform(4, 1, low=-1)
    weight, bias = draw.normal(2, 1, scale=0.2, grad=True), draw.normal(1, scale=0.2, grad=True)
    opt = Optimizer([weight, bias], draw.number(0.05, 0.2))
    for _ in range(2):
        (x @ weight + bias - y).square().mean().backward()
        opt.step()
        recorded = torch.is_grad_enabled()
        torch.set_grad_enabled(True)
        opt.zero_grad()
    return {
        "weight": weight,
        "bias": bias,
        "can still be trained": [weight.is_leaf, bias.is_leaf],
        "operations after step() are recorded": recorded,
    }


@Optimizer.probe
def keeps_two_optimizers_apart(Optimizer, draw):
    mine, others = some_parameters(draw, 1), some_parameters(draw, 1)
    first = Optimizer(mine, draw.number(0.05, 0.2))
    Optimizer(others, draw.number(0.3, 0.5))  # which is not to change the first
    first.step()
    first.zero_grad()
    return {"of the first": mine, "of the second": others, "gradients of the second": [cleared(p) for p in others]}


@Optimizer.right
def in_place():
    class Optimizer:
        def __init__(self, params, lr=0.5):
            self.params, self.lr = list(params), lr

        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p -= p.grad * self.lr

        def zero_grad(self):
            for p in self.params:
                if p.grad is not None:
                    p.grad.zero_()

    return Optimizer


@Optimizer.right
def through_data():
    class Optimizer:
        def __init__(self, params, lr=0.5):
            self.p = [*params]
            self.rate = lr

        def step(self):
            for p in self.p:
                if p.grad is None:
                    continue
                p.data = p.data - self.rate * p.grad.data

        def zero_grad(self, set_to_none=False):
            for p in self.p:
                p.grad = None if set_to_none or p.grad is None else torch.zeros_like(p)

    return Optimizer


@Optimizer.right(remarks=["passes_over_parameters_without_a_gradient"])
def as_in_the_lesson():
    class Optimizer:
        def __init__(self, params, lr=0.5):
            self.params, self.lr = list(params), lr

        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p -= p.grad * self.lr

        def zero_grad(self):
            for p in self.params:
                p.grad.data.zero_()

    return Optimizer


@Optimizer.slip("list(params)", "params", of="in_place")
def keeps_the_generator():
    """A generator is kept as it came: one walk uses it up, and later steps see no parameters. What keeps its items?"""


@Optimizer.slip("p -= X", "p = p - X")
def rebinds():
    """`step` changes no parameter. Does `p = p - ...` give a name, or a place in a list, to a new tensor? Or is the
    update never reached?"""


@Optimizer.slip("X is not None", "X")
def asks_whether_the_gradient_is_true():
    """A condition such as `if p.grad:` asks whether the gradient is true, which a tensor of several numbers cannot
    answer, and a zero denies. Is it to ask for None?"""


@Optimizer.slip("params", "[p.detach().clone() for p in params]")
def keeps_copies():
    """Neither method changes the parameters that were passed, or their gradients. Are copies kept (clone, detach), or
    is something new made where the tensors themselves are to change?"""


@Optimizer.slip("X * Y", "X.clamp(-5, 5) * Y")
def limits_the_gradient():
    """Large gradients are cut off or left out. Plain SGD takes them as they are."""


@Optimizer.slip("self.params = X", "params = X")
def names_that_end_with_init():
    """`step` does not find what it needs. Is a name misspelt, or set in `__init__` without `self.`: a local variable,
    gone when `__init__` ends?"""


@Optimizer.slip(after("with A:", "torch.set_grad_enabled(False)"))
def leaves_recording_off():
    """After `step` torch records nothing any more, so the next backward() fails: set_grad_enabled(False) holds until it
    is undone. torch.no_grad() in a `with` ends by itself."""


@Optimizer.slip(before("if A:", "p.requires_grad_(False)"))
def stops_requiring_grad():
    """After `step` the parameters no longer require grad, so the next backward() passes them by.
    torch.no_grad() around the update is enough; leave requires_grad alone."""


@Optimizer.slip("lr", "1.0")
def without_lr():
    """The whole gradient is taken off the parameters: `lr` is not used."""


@Optimizer.slip("def __init__(self, params, lr=0.5):", "def __init__(self, params, lr):")
def lr_must_be_given():
    """`lr` has no default. When it is left out, it should be 0.5."""


@Optimizer.slip(change("X * self.lr", "X"), before("p -= A", "p.grad *= self.lr"))
def scales_the_gradient_itself():
    """`step` multiplies the gradient by lr in place and so changes p.grad. Gradients are to stay as
    backward() left them: use an expression that makes a new tensor."""


@Optimizer.slip(inside("step", after("for p in A:", "self.zero_grad()")), of="through_data")
def step_clears_too():
    """`step` clears the gradients as well. That is for zero_grad() to do, when the loop says so."""


@Optimizer.slip("p.grad = A", "gradient = p.grad\ngradient = 0")
def zero_grad_does_nothing():
    """The gradients are still there after `zero_grad()`. Assigning to a variable in a loop changes no tensor:
    zero the gradient in place, or set p.grad."""


@Optimizer.slip("p.grad = A", "p.data.zero_()")
def zero_grad_zeroes_the_parameters():
    """`zero_grad()` sets the parameters to zero instead of their gradients: the model forgets all it has learnt."""


@Optimizer.slip("p.grad = A", "p.grad[:] = 0")
def zero_grad_needs_a_dimension():
    """`p.grad[:] = 0` needs a dimension, and a parameter that is a single number has none: zero_() does not ask."""


@Optimizer.slip(after("p -= A", "return"))
def updates_the_first():
    """`step` updates the first parameter only. Does a `return` or a `break` stand in the loop?"""


@Optimizer.slip("p -= A", "p.moving = 0.9 * getattr(p, 'moving', 0) + p.grad\np -= p.moving * self.lr")
def with_momentum():
    """Each step carries on a part of the one before it (momentum). Plain SGD looks at the present gradient alone."""


@Optimizer.slip(
    inside("__init__", last("for p in self.params:\n    p.seen = None if p.grad is None else p.grad.clone()")),
    inside("step", everywhere("p.grad", "p.seen")),
)
def remembers_the_gradients():
    """The gradients are read when the optimizer is made, so later ones are never seen. Read p.grad in `step`."""


@Optimizer.slip(everywhere("(self.params, self.lr)", "(type(self).params, type(self).lr)"), of="in_place")
def shared_by_all():
    """All optimizers share their parameters and learning rate, since these belong to the class. Keep them in self."""
