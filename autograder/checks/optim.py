"""How section 5, optim, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import torch

from autograder.beside.readings import learnt_from
from autograder.beside.spies import Journal, LossSpy, mode_switch, squared_error, watch
from autograder.concept import concept
from autograder.exercise import Complaint, code

# Optimizer

Optimizer = code(
    "Optimizer",
    ids=["R5.1"],
    hints=[
        "What did your loop do with the parameters after backward()? Two things, and each becomes a method. "
        "What must the object remember for them?",
        "Two walks or more over the parameters: a generator survives one. In `step`, mind torch.no_grad(), "
        "change p in place, and skip it when p.grad is None.",
        "`__init__` keeps list(params) and lr. `step`: under torch.no_grad(), for each p with a gradient, p "
        "-= lr * p.grad. `zero_grad`: for each p, p.grad = None.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over the parameters, under torch.no_grad()",
    is_class=True,
)


def some_parameters(draw, n=3):
    """n parameters of different shapes, each with a gradient."""
    parameters = [draw.normal(draw.size(1, 3), i + 1, grad=True) for i in range(n)]
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


def cleared(parameter):
    """The gradient; zeros also stand for None."""
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


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
    parameter = draw.normal(1, grad=True)
    parameter.grad = draw.normal(1)
    Optimizer([parameter]).step()
    return parameter


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
    return {
        "values": parameters,
        "gradients": {name: cleared(parameter) for name, parameter in parameters.items()},
    }


@Optimizer.probe
def passes_over_parameters_without_a_gradient(Optimizer, draw):
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
    x, y = draw.normal(4, 2), draw.normal(4, 1)
    weight, bias = draw.normal(2, 1, grad=True), draw.normal(1, grad=True)
    opt = Optimizer([weight, bias], draw.number(0.05, 0.2))
    for _ in range(2):
        opt.zero_grad()
        (x @ weight + bias - y).square().mean().backward()
        opt.step()
        recorded = torch.is_grad_enabled()
        torch.set_grad_enabled(True)
    return {
        "weight": weight,
        "bias": bias,
        "can still be trained": [weight.is_leaf, bias.is_leaf],
        "operations after step() are recorded": recorded,
    }


@Optimizer.probe
def keeps_two_optimizers_apart(Optimizer, draw):
    mine, others = some_parameters(draw, 1), some_parameters(draw, 1)
    first, second = Optimizer(mine, draw.number(0.05, 0.2)), Optimizer(others, draw.number(0.3, 0.5))
    first.step()
    first.zero_grad()
    return {"of the first": mine, "of the second": others, "gradients of the second": [cleared(p) for p in others]} | {
        "optimizers": len([first, second])
    }


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


@Optimizer.right
def decorated():
    class Optimizer:
        def __init__(self, params, lr=0.5):
            self.params = tuple(params)
            self.lr = lr

        def with_gradient(self):
            return (p for p in self.params if p.grad is not None)

        @torch.no_grad()
        def step(self):
            for p in self.with_gradient():
                p.add_(p.grad, alpha=-self.lr)

        @torch.no_grad()
        def zero_grad(self):
            for p in self.with_gradient():
                p.grad.detach_()
                p.grad.zero_()

    return Optimizer


@Optimizer.mistake
def keeps_the_generator():
    """A generator is kept as it came: the first walk uses it up, and later steps see no parameters. What
    keeps its items?"""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            self.params, self.lr = params, lr

    return Wrong


@Optimizer.mistake
def climbs():
    """`step` adds lr times the gradient: the loss will grow. Which sign leads downhill?"""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p += p.grad * self.lr

    return Wrong


@Optimizer.mistake
def rebinds():
    """`step` changes no parameter. `p = p - ...` makes a new tensor and gives it the name p (or a place in
    your list); the model goes on with its own, which stays as it was. Update that one, in place."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p = p - p.grad * self.lr

    return Wrong


@Optimizer.mistake(twins=["with_the_graph_on_and_no_look_at_none", "with_the_graph_on_and_half_a_look"])
def with_the_graph_on():
    """Autograd watches the update and forbids it: a parameter that requires grad cannot be changed in place
    while operations are recorded. Where is torch.no_grad()?"""

    class Wrong(in_place()):
        def step(self):
            for p in self.params:
                if p.grad is not None:
                    p -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def with_the_graph_on_and_no_look_at_none():
    """Autograd watches the update and forbids it: a parameter that requires grad cannot be changed in place
    while operations are recorded. (And then mind parameters whose p.grad is None.)"""

    class Wrong(in_place()):
        def step(self):
            for p in self.params:
                p -= p.grad * self.lr

        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()

    return Wrong


@Optimizer.mistake(twins=["with_the_graph_on_and_no_look_at_none"])
def with_the_graph_on_and_half_a_look():
    """Autograd watches the update and forbids it: a parameter that requires grad cannot be changed in place
    while operations are recorded. (And then mind parameters whose p.grad is None.)"""

    class Wrong(with_the_graph_on_and_no_look_at_none()):
        def zero_grad(self):
            for p in self.params:
                p.grad = None

    return Wrong


@Optimizer.mistake
def asks_whether_the_gradient_is_true():
    """`if p.grad:` asks whether the gradient is true, which a tensor of several numbers cannot answer, and a
    zero denies. The question is whether it is None."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad:
                        p -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def no_grad_without_parentheses():
    """torch.no_grad is a class: `with` needs an object of it. The parentheses are missing."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad:
                for p in self.params:
                    if p.grad is not None:
                        p -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def rebinds_without_a_look_at_none():
    """`step` changes no parameter: `p = p - ...` makes a new tensor and gives it the name p. Update p itself,
    in place. (And then mind parameters whose p.grad is None.)"""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p = p - p.grad * self.lr

    return Wrong


@Optimizer.mistake
def climbs_without_a_look_at_none():
    """`step` adds lr times the gradient: the loss will grow. Which sign leads downhill? (And then mind
    parameters whose p.grad is None.)"""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p += p.grad * self.lr

    return Wrong


@Optimizer.mistake
def keeps_the_generator_without_a_look_at_none():
    """A generator is kept as it came: the first walk uses it up, and later steps see no parameters. What
    keeps its items? (And then mind parameters whose p.grad is None.)"""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            self.params, self.lr = params, lr

        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def rebinds_with_no_look_at_all():
    """`step` changes no parameter: `p = p - ...` makes a new tensor and gives it the name p. Update p itself,
    in place. (And then mind parameters whose p.grad is None.)"""

    class Wrong(rebinds_without_a_look_at_none()):
        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()

    return Wrong


@Optimizer.mistake
def climbs_with_no_look_at_all():
    """`step` adds lr times the gradient: the loss will grow. Which sign leads downhill? (And then mind
    parameters whose p.grad is None.)"""

    class Wrong(climbs_without_a_look_at_none()):
        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()

    return Wrong


@Optimizer.mistake
def keeps_the_generator_with_no_look_at_all():
    """A generator is kept as it came: the first walk uses it up, and later steps see no parameters. What
    keeps its items? (And then mind parameters whose p.grad is None.)"""

    class Wrong(keeps_the_generator_without_a_look_at_none()):
        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()

    return Wrong


@Optimizer.mistake
def keeps_copies():
    """The optimizer keeps copies of the parameters (clone, detach, deepcopy), so the model's own are never
    touched. Keep the very tensors that are passed."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            super().__init__([p.detach().clone() for p in params], lr)

    return Wrong


@Optimizer.mistake
def changes_the_gradients():
    """`step` changes the gradients and leaves the parameters as they are. It is p that has to change, and
    p.grad says how."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p.grad -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def makes_zeros_of_a_missing_gradient():
    """`step` gives a parameter that has no gradient one of zeros. Leave such a parameter alone: its gradient
    stays None."""

    class Wrong(in_place()):
        def step(self):
            for p in self.params:
                if p.grad is None:
                    p.grad = torch.zeros_like(p)
            super().step()

    return Wrong


@Optimizer.mistake
def limits_the_gradient():
    """Large gradients are cut off or left out. Plain SGD takes them as they are."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p -= p.grad.clamp(-5, 5) * self.lr

    return Wrong


@Optimizer.mistake
def clears_those_of_all_optimizers():
    """zero_grad() of one optimizer clears the gradients of another's parameters as well, so the list belongs
    to the class or the module. Keep it in self."""
    known = []

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            super().__init__(params, lr)
            known.extend(self.params)

        def zero_grad(self):
            for p in known:
                p.grad = None

    return Wrong


@Optimizer.mistake
def one_list_for_all():
    """All optimizers share one list, since it stands in the class body (or is a default argument): the second
    steps for the first one's parameters too. Make a list for each in `__init__`."""
    known = []

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            known.extend(params)
            self.params, self.lr = known, lr

    return Wrong


@Optimizer.mistake
def names_that_end_with_init():
    """`params = ...` in `__init__` is a local variable, gone when `__init__` ends. What the object is to
    remember belongs to self."""

    class Optimizer:
        def __init__(self, params, lr=0.5):
            params = list(params)

        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p -= p.grad * self.lr

        def zero_grad(self):
            for p in self.params:
                p.grad = None

    return Optimizer


@Optimizer.mistake
def leaves_recording_off():
    """After `step` autograd records nothing any more, so the next backward() fails: set_grad_enabled(False)
    holds until it is undone. torch.no_grad() in a `with` ends by itself."""

    class Wrong(in_place()):
        def step(self):
            super().step()
            torch.set_grad_enabled(False)

    return Wrong


@Optimizer.mistake
def stops_requiring_grad():
    """After `step` the parameters no longer require grad, so the next backward() passes them by.
    torch.no_grad() around the update is enough; leave requires_grad alone."""

    class Wrong(in_place()):
        def step(self):
            for p in self.params:
                p.requires_grad_(False)
                if p.grad is not None:
                    p -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def ignores_lr():
    """The learning rate is 0.5 whatever `lr` says. Keep the argument in `__init__`, and use it in `step`."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            super().__init__(params, 0.5)

    return Wrong


@Optimizer.mistake
def without_lr():
    """The whole gradient is taken off the parameters: `lr` is not used."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            super().__init__(params, 1.0)

    return Wrong


@Optimizer.mistake
def another_default():
    """When `lr` is left out, it should be 0.5."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.1):
            super().__init__(params, lr)

    return Wrong


@Optimizer.mistake
def lr_must_be_given():
    """`lr` has no default. When it is left out, it should be 0.5."""

    class Wrong(in_place()):
        def __init__(self, params, lr):
            super().__init__(params, lr)

    return Wrong


@Optimizer.mistake
def divides_by_lr():
    """The gradient is divided by lr instead of multiplied: a small lr takes giant steps."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p -= p.grad / self.lr

    return Wrong


@Optimizer.mistake
def only_the_direction():
    """Each entry moves by lr, whatever the size of its gradient: only the sign of the gradient is used."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p -= p.grad.sign() * self.lr

    return Wrong


@Optimizer.mistake
def shrinks_the_parameter():
    """lr times the parameter is taken off, too or instead. Only lr times its gradient is to go."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p -= p * self.lr

    return Wrong


@Optimizer.mistake
def scales_the_gradient_itself():
    """`step` multiplies the gradient by lr in place and so changes p.grad. Gradients are to stay as
    backward() left them: use an expression that makes a new tensor."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p.grad *= self.lr
                        p -= p.grad

    return Wrong


@Optimizer.mistake
def step_clears_too():
    """`step` clears the gradients as well. That is for zero_grad() to do, when the loop says so."""

    class Wrong(in_place()):
        def step(self):
            super().step()
            self.zero_grad()

    return Wrong


@Optimizer.mistake
def zero_grad_does_nothing():
    """The gradients are still there after `zero_grad()`. Assigning to a variable in a loop changes no tensor:
    zero the gradient in place, or set p.grad."""

    class Wrong(in_place()):
        def zero_grad(self):
            for p in self.params:
                gradient = p.grad
                gradient = 0  # noqa: F841

    return Wrong


@Optimizer.mistake
def zero_grad_zeroes_the_parameters():
    """`zero_grad()` sets the parameters to zero instead of their gradients: the model forgets all it has
    learnt."""

    class Wrong(in_place()):
        def zero_grad(self):
            with torch.no_grad():
                for p in self.params:
                    p.zero_()

    return Wrong


@Optimizer.mistake
def zero_grad_clears_the_first():
    """`zero_grad()` clears the gradient of the first parameter only: a `return` or a `break` stands in the
    loop."""

    class Wrong(in_place()):
        def zero_grad(self):
            for p in self.params[:1]:
                p.grad = None

    return Wrong


@Optimizer.mistake
def updates_the_first():
    """`step` updates the first parameter only: a `return` or a `break` stands in the loop."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is not None:
                        p -= p.grad * self.lr
                        return

    return Wrong


@Optimizer.mistake
def needs_every_gradient():
    """`step` fails for a parameter without a gradient: where p.grad is None there is nothing to multiply.
    Leave such a parameter alone."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def zeroes_what_is_not_there():
    """`zero_grad` fails for a parameter without a gradient: None has no zero_(). Leave such a parameter
    alone."""

    class Wrong(in_place()):
        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()

    return Wrong


@Optimizer.mistake
def needs_gradients_everywhere():
    """Both `step` and `zero_grad` fail for a parameter without a gradient: where p.grad is None there is
    nothing to multiply and nothing to zero. Leave such a parameter alone."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    p -= p.grad * self.lr

        def zero_grad(self):
            for p in self.params:
                p.grad.zero_()

    return Wrong


@Optimizer.mistake
def sets_the_gradient_to_a_number():
    """A gradient is a tensor of the parameter's shape, or None: the number 0 cannot be one. Zero it in place,
    or set it to None."""

    class Wrong(in_place()):
        def zero_grad(self):
            for p in self.params:
                p.grad = 0

    return Wrong


@Optimizer.mistake
def stops_at_a_missing_gradient():
    """One parameter without a gradient ends the loop, and those after it are not updated: go on with the next
    (`continue` rather than `return` or `break`)."""

    class Wrong(in_place()):
        def step(self):
            with torch.no_grad():
                for p in self.params:
                    if p.grad is None:
                        break
                    p -= p.grad * self.lr

    return Wrong


@Optimizer.mistake
def gives_up_without_all_gradients():
    """As soon as one gradient is missing, no parameter is updated at all. Look at each parameter by
    itself."""

    class Wrong(in_place()):
        def step(self):
            if all(p.grad is not None for p in self.params):
                super().step()

    return Wrong


@Optimizer.mistake
def with_momentum():
    """Each step carries on a part of the one before it (momentum). Plain SGD looks at the present gradient
    alone."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            super().__init__(params, lr)
            self.moving = [torch.zeros_like(p) for p in self.params]

        def step(self):
            with torch.no_grad():
                for p, v in zip(self.params, self.moving, strict=True):
                    if p.grad is not None:
                        v.mul_(0.9).add_(p.grad)
                        p -= v * self.lr

    return Wrong


@Optimizer.mistake
def remembers_the_gradients():
    """The gradients are read when the optimizer is made, so later ones are never seen. Read p.grad in
    `step`."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            super().__init__(params, lr)
            self.grads = [None if p.grad is None else p.grad.clone() for p in self.params]

        def step(self):
            with torch.no_grad():
                for p, gradient in zip(self.params, self.grads, strict=True):
                    if gradient is not None:
                        p -= gradient * self.lr

    return Wrong


@Optimizer.mistake
def sorts_out_when_made():
    """Parameters that have no gradient when the optimizer is made are left out for ever, and at that time
    none has one yet. Look at p.grad in `step`."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            super().__init__([p for p in params if p.grad is not None], lr)

    return Wrong


@Optimizer.mistake
def shared_by_all():
    """All optimizers share their parameters and learning rate, since these belong to the class. Keep them in
    self."""

    class Wrong(in_place()):
        def __init__(self, params, lr=0.5):
            type(self).params, type(self).lr = list(params), lr

    return Wrong


# why_no_grad_in_step

why_no_grad_in_step = concept(
    "why_no_grad_in_step",
    ids=["R5.2"],
    hints=[
        "Take the no_grad out of your `step` and read the error. Then try p = p - lr * p.grad in its place.",
        "What does autograd record operations for, and is there a backward() that should pass through the update?",
    ],
    explanations={
        "a": "True. The error is a RuntimeError: a leaf Variable that requires grad is being used in an "
        "in-place operation. Changing the very tensor that gradients are taken for would make the record of "
        "it meaningless.",
        "b": "False. no_grad does not touch gradients that are there: `step` reads them. Clearing them is "
        "what zero_grad is for.",
        "c": "True. The error is gone and so is the training: the model still has the old tensor. Were the "
        "new one used, it would be no leaf: backward() would leave no .grad in it, and its graph would grow "
        "with each step.",
        "d": "False. no_grad says what is recorded inside its block. requires_grad of the parameters stays "
        "True all the while, and after the block recording goes on by itself.",
        "e": "True. We want the gradient of the loss with respect to the parameters as they are now. How "
        "they became what they are is not differentiated, and recording it would only cost time and memory.",
        "f": "False. The direction is decided by the sign in the update. no_grad changes no number that is computed.",
    },
    model_answer="The parameters require grad, so autograd would record the update as if it were a part of "
    "the model. In place that is forbidden for such a tensor and raises a RuntimeError; out of place it "
    "makes a new tensor, with a graph, that the model does not use. But the update is not a part of the "
    "function that we differentiate, so it is made where nothing is recorded. no_grad changes neither the "
    "gradients nor requires_grad.",
    rubric=[
        "1 point: operations on parameters would be recorded by autograd.",
        "1 point: what happens then (an error in place; a new tensor or a growing graph out of place).",
        "1 point: the update does not belong to the function to be differentiated.",
    ],
)


@why_no_grad_in_step.experiment
def step_without_no_grad():
    lines = ["One parameter w = 3.0, the loss w ** 2, so its gradient is 6.0; lr = 0.1"]

    def parameter():
        w = torch.tensor(3.0, requires_grad=True)
        (w**2).backward()
        return w

    w = parameter()
    try:
        w -= 0.1 * w.grad
    except RuntimeError as error:
        lines += ["w -= lr * w.grad raises RuntimeError:", f"  {str(error)[:76]}"]
    models_own = w = parameter()
    w = w - 0.1 * w.grad
    lines += ["w = w - lr * w.grad", f"  a new tensor {w.item():.1f}, a leaf: {w.is_leaf}"]
    lines.append(f"  the tensor that the model has is still {models_own.item():.1f}")
    for _ in range(2):
        w = w - 0.1 * 2 * w
    depth, node = 0, w.grad_fn
    while node is not None:
        depth, node = depth + 1, next((f for f, _ in node.next_functions if f is not None), None)
    lines.append(f"  after three such steps the graph behind w is {depth} operations deep")
    w = parameter()
    with torch.no_grad():
        w -= 0.1 * w.grad
    lines += ["with torch.no_grad(): w -= lr * w.grad", f"  {w.item():.1f}, a leaf: {w.is_leaf}"]
    lines.append(f"  requires grad: {w.requires_grad}, and its gradient is still {w.grad.item():.1f}")
    return lines


# fit_optimizer

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


# get_model

get_model = code(
    "get_model",
    ids=["R5.4"],
    hints=[
        "You have made such an nn.Sequential before. What does an optimizer need to know to go with it?",
        "torch.optim.SGD takes the parameters of the model, and lr by name. The parameters must be those of "
        "the very model that you return.",
        "Make the model, then optim.SGD(model.parameters(), lr=lr); return both, separated by a comma.",
    ],
    relations=["returns_nothing"],
)


def model_and_optimizer(pair):
    if pair is None:
        raise Complaint("get_model returned None: return the model and the optimizer")
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise Complaint(f"return two things, the model and the optimizer; this is {_kind(pair)}")
    model, opt = pair
    if not isinstance(model, torch.nn.Sequential):
        raise Complaint(f"the first of the two should be an nn.Sequential; it is {_kind(model)}")
    if not isinstance(opt, torch.optim.Optimizer):
        raise Complaint(f"the second of the two should be a torch.optim.SGD; it is {_kind(opt)}")
    return model, opt


def _kind(value):
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, (tuple, list)):
        return f"{len(value)} things"
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOU' or name == 'SGD' else 'a'} {name}"


def different_sizes(draw):
    smallest = draw.size(2, 4)
    middle = smallest + draw.size(1, 2)
    return tuple(draw.shuffled([smallest, middle, middle + draw.size(2, 4)]))


def computes(model):
    """Whether it begins with a float32 Linear layer, so that it can be called."""
    weight = getattr(model[0], "weight", None) if len(model) else None
    return isinstance(weight, torch.Tensor) and weight.dim() == 2 and weight.dtype == torch.float32


@get_model.probe
def the_model_is_linear_relu_linear(get_model, draw):
    n_in, nh, n_out = different_sizes(draw)
    model, _ = model_and_optimizer(get_model(n_in, nh, n_out, draw.number(0.05, 2)))
    kinds = (torch.nn.Linear, torch.nn.ReLU)
    return {
        "layers": [
            next((kind.__name__ for kind in kinds if isinstance(layer, kind)), type(layer).__name__) for layer in model
        ],
        "shapes of the parameters": [list(parameter.shape) for parameter in model.parameters()],
        "their dtypes": sorted({str(parameter.dtype) for parameter in model.parameters()}),
        "in training mode": model.training,
        "output": draw.fill(model)(draw.normal(2, model[0].weight.shape[1])) if computes(model) else None,
    }


@get_model.probe
def the_optimizer_steps_for_the_whole_model(get_model, draw):
    """Two steps, with gradients that are given."""
    lr = draw.number(0.05, 2)
    draw.note(lr=lr)
    model, opt = model_and_optimizer(get_model(*different_sizes(draw), lr))
    draw.fill(model)
    for _ in range(2):
        for parameter in model.parameters():
            parameter.grad = draw.normal(*parameter.shape).to(parameter.dtype)
        opt.step()
    kind = "SGD" if isinstance(opt, torch.optim.SGD) else type(opt).__name__
    options = {
        name: sorted({float(group.get(name) or 0) for group in opt.param_groups})
        for name in ("momentum", "weight_decay")
    }
    return {"optimizer": kind, "weights": list(model.parameters()), "options": options}


@get_model.probe
def each_call_starts_anew(get_model, draw):
    sizes = different_sizes(draw)
    first, _ = model_and_optimizer(get_model(*sizes, 0.1))
    draw.fill(first)
    second, opt = model_and_optimizer(get_model(*sizes, 0.1))
    for parameter in [*first.parameters(), *second.parameters()]:
        parameter.grad = torch.ones_like(parameter)
    opt.step()
    known = sum(len(group["params"]) for group in opt.param_groups)
    return {"weights of the first model": list(first.parameters()), "parameters that the second optimizer has": known}


@get_model.right
def in_one_line_each(n_in, nh, n_out, lr):
    layers = [torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)]
    model = torch.nn.Sequential(*layers)
    return [model, torch.optim.SGD(params=list(model.parameters()), lr=lr)]


@get_model.right
def with_names_and_groups(n_in, nh, n_out, lr):
    from collections import OrderedDict

    nn = torch.nn
    model = nn.Sequential(OrderedDict(l1=nn.Linear(n_in, nh), relu=nn.ReLU(), l2=nn.Linear(nh, n_out)))
    groups = [{"params": model.l1.parameters()}, {"params": model.l2.parameters()}]
    return model, torch.optim.SGD(groups, lr, momentum=0)


@get_model.mistake
def optimizer_first(n_in, nh, n_out, lr):
    """The optimizer comes first. The order is model, optimizer."""
    model, opt = in_one_line_each(n_in, nh, n_out, lr)
    return opt, model


@get_model.mistake
def the_model_alone(n_in, nh, n_out, lr):
    """Only the model comes back. Return the optimizer with it."""
    return in_one_line_each(n_in, nh, n_out, lr)[0]


@get_model.mistake
def a_class_for_an_optimizer(n_in, nh, n_out, lr):
    """The second thing is the class SGD itself. Make an optimizer of it, with the parameters and lr."""
    return in_one_line_each(n_in, nh, n_out, lr)[0], torch.optim.SGD


@get_model.mistake
def lr_of_the_lesson(n_in, nh, n_out, lr):
    """The learning rate is 0.5 whatever `lr` says."""
    return in_one_line_each(n_in, nh, n_out, 0.5)


@get_model.mistake
def lr_left_out(n_in, nh, n_out, lr):
    """The learning rate is SGD's own default, 0.001: `lr` is not passed on."""
    return in_one_line_each(n_in, nh, n_out, 0.001)


@get_model.mistake
def with_momentum(n_in, nh, n_out, lr):
    """The optimizer has momentum. Plain SGD is asked for: no options but lr."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0]
    return model, torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


@get_model.mistake
def with_weight_decay(n_in, nh, n_out, lr):
    """The optimizer has weight decay. Plain SGD is asked for: no options but lr."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0]
    return model, torch.optim.SGD(model.parameters(), lr=lr, weight_decay=0.01)


@get_model.mistake
def adam(n_in, nh, n_out, lr):
    """The optimizer is Adam. SGD is asked for."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0]
    return model, torch.optim.Adam(model.parameters(), lr=lr)


@get_model.mistake
def for_another_model(n_in, nh, n_out, lr):
    """The optimizer has the parameters of another model than the one that is returned, so training would
    never change that one. Make the model once, and use it for both."""
    nn = torch.nn
    other = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))
    return in_one_line_each(n_in, nh, n_out, lr)[0], torch.optim.SGD(other.parameters(), lr=lr)


@get_model.mistake
def last_layer_only(n_in, nh, n_out, lr):
    """The optimizer knows the last layer only. Give it the parameters of the whole model."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0]
    return model, torch.optim.SGD(model[-1].parameters(), lr=lr)


@get_model.mistake
def weights_only(n_in, nh, n_out, lr):
    """The optimizer knows the weights and not the biases. Give it all the parameters of the model."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0]
    return model, torch.optim.SGD([p for p in model.parameters() if p.dim() > 1], lr=lr)


@get_model.mistake
def fifty_hidden_units(n_in, nh, n_out, lr):
    """The hidden layer has 50 units, whatever nh is."""
    return in_one_line_each(n_in, 50, n_out, lr)


@get_model.mistake
def without_relu(n_in, nh, n_out, lr):
    """There is no ReLU between the two Linear layers."""
    model = torch.nn.Sequential(torch.nn.Linear(n_in, nh), torch.nn.Linear(nh, n_out))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def softmax_last(n_in, nh, n_out, lr):
    """A softmax comes last. The loss function takes raw scores: nothing is to follow the last Linear."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out), nn.LogSoftmax(-1))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def sizes_of_mnist(n_in, nh, n_out, lr):
    """The layers have the sizes of MNIST, whatever is passed. Use the arguments."""
    return in_one_line_each(784, nh, 10, lr)


@get_model.mistake
def all_sizes_of_mnist(n_in, nh, n_out, lr):
    """The layers have the sizes of MNIST, 784, 50 and 10, whatever is passed. Use the arguments."""
    return in_one_line_each(784, 50, 10, lr)


@get_model.mistake
def outputs_before_inputs(n_in, nh, n_out, lr):
    """The sizes of a layer are the wrong way round: nn.Linear takes the number of inputs first, then of
    outputs."""
    model = torch.nn.Sequential(torch.nn.Linear(nh, n_in), torch.nn.ReLU(), torch.nn.Linear(n_out, nh))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def relu_last_too(n_in, nh, n_out, lr):
    """A second ReLU comes after the last layer, so no score is ever negative. Nothing is to follow the last
    Linear."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out), nn.ReLU())
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def sigmoid_for_relu(n_in, nh, n_out, lr):
    """The layer in the middle is a Sigmoid, not a ReLU."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(n_in, nh), nn.Sigmoid(), nn.Linear(nh, n_out))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def without_bias(n_in, nh, n_out, lr):
    """The layers have no bias. An nn.Linear has one unless it is told otherwise."""
    nn = torch.nn
    model = nn.Sequential(nn.Linear(n_in, nh, bias=False), nn.ReLU(), nn.Linear(nh, n_out, bias=False))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def parameters_not_called(n_in, nh, n_out, lr):
    """model.parameters is a method: call it, with parentheses, to get the parameters."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0]
    return model, torch.optim.SGD(model.parameters, lr=lr)


@get_model.mistake
def the_model_for_its_parameters(n_in, nh, n_out, lr):
    """SGD is given the model. It wants the parameters of the model."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0]
    return model, torch.optim.SGD(model, lr=lr)


@get_model.mistake
def a_class_for_a_layer(n_in, nh, n_out, lr):
    """nn.ReLU is only the class: call it, nn.ReLU(), to make a layer."""
    model = torch.nn.Sequential(torch.nn.Linear(n_in, nh), torch.nn.ReLU, torch.nn.Linear(nh, n_out))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def a_list_for_the_layers(n_in, nh, n_out, lr):
    """nn.Sequential is given a list. It takes each layer as an argument of its own."""
    model = torch.nn.Sequential([torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)])
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def a_sequential_that_ends_in_softmax(n_in, nh, n_out, lr):
    """The layers are right, but calling the model gives something else than the last layer's scores: is there
    a `forward` of your own?"""

    class Model(torch.nn.Sequential):
        def forward(self, x):
            return super().forward(x).softmax(-1)

    model = Model(torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out))
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def in_float64(n_in, nh, n_out, lr):
    """The parameters are float64. Leave them in float32, as nn.Linear makes them."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0].double()
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def in_eval_mode(n_in, nh, n_out, lr):
    """The model is in eval mode. A fresh model is there to be trained: leave it in training mode."""
    model = in_one_line_each(n_in, nh, n_out, lr)[0].eval()
    return model, torch.optim.SGD(model.parameters(), lr=lr)


@get_model.mistake
def at_least_as_many_hidden_units_as_outputs(n_in, nh, n_out, lr):
    """The sizes are put in order, or limited. nh may be smaller than n_in and n_out: use it as it is."""
    return in_one_line_each(n_in, max(nh, n_out), n_out, lr)


_one_optimizer = []


@get_model.mistake
def one_optimizer_for_all(n_in, nh, n_out, lr):
    """The same optimizer comes back at each call, and still trains the models of earlier calls. Make a new
    one inside the function."""
    model, opt = in_one_line_each(n_in, nh, n_out, lr)
    if _one_optimizer:
        _one_optimizer[0].add_param_group({"params": list(model.parameters()), "lr": lr})
    else:
        _one_optimizer.append(opt)
    return model, _one_optimizer[0]


_made_before = {}


@get_model.mistake
def one_model_for_all(n_in, nh, n_out, lr):
    """The same model comes back at each call, as trained as it is by then. Make a new one inside the
    function."""
    if (n_in, nh, n_out) not in _made_before:
        _made_before[n_in, nh, n_out] = in_one_line_each(n_in, nh, n_out, lr)[0]
    model = _made_before[n_in, nh, n_out]
    return model, torch.optim.SGD(model.parameters(), lr=lr)
