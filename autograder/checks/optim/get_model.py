"""get_model: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change, first
from autograder.checks.modules import kinds_of_children, three_sizes
from autograder.exercise import Complaint, code

get_model = code(
    "get_model",
    ids=["R5.4"],
    hints=[
        "You have made such an nn.Sequential before. What does an optimizer need to know to go with it?",
        "torch.optim.SGD takes the parameters of the model, and lr by name. The parameters must be those of "
        "the very model that you return.",
        "Make the model first and give it a name: the optimizer needs it. Return both, separated by a comma.",
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


def computes(model):
    """Whether it begins with a float32 Linear layer, so that it can be called."""
    weight = getattr(model[0], "weight", None) if len(model) else None
    return isinstance(weight, torch.Tensor) and weight.dim() == 2 and weight.dtype == torch.float32


@get_model.probe
def the_model_is_linear_relu_linear(get_model, draw):
    n_in, nh, n_out = three_sizes(draw, "smallest")
    model, _ = model_and_optimizer(get_model(n_in, nh, n_out, draw.number(0.05, 2)))
    return {
        "layers": list(kinds_of_children(model).values()),
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
    model, opt = model_and_optimizer(get_model(*three_sizes(draw, "largest"), lr))
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
    sizes = three_sizes(draw, "largest")
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


@get_model.slip("(model, X)", "(X, model)")
def optimizer_first():
    """You return the optimizer first. The order is model, optimizer."""


@get_model.slip("(model, optim.SGD(model.parameters(), lr=lr))", "model")
def the_model_alone():
    """Only the model comes back. Return the optimizer with it."""


@get_model.slip("optim.SGD(model.parameters(), lr=lr)", "optim.SGD")
def a_class_for_an_optimizer():
    """The second thing is the class SGD itself. Make an optimizer of it, with the parameters and lr."""


@get_model.slip("lr", "0.001")
def lr_left_out():
    """The learning rate is SGD's own default, 0.001: `lr` is not passed on."""


@get_model.slip("optim.SGD(X, lr=lr)", "optim.SGD(X, lr=lr, momentum=0.9)")
def with_momentum():
    """The optimizer has momentum. Plain SGD is asked for: no options but lr."""


@get_model.slip(change("model.parameters", "copy.deepcopy(model).parameters"), first("import copy"))
def for_another_model():
    """The optimizer has the parameters of another model than the one that is returned, so training would
    never change that one. Make the model once, and use it for both."""


@get_model.slip("model.parameters", "model[-1].parameters")
def last_layer_only():
    """The optimizer knows the last layer only. Give it the parameters of the whole model."""


@get_model.slip("model.parameters()", "model")
def the_model_for_its_parameters():
    """SGD is given the model, or its layers. It wants the parameters of the model."""


@get_model.slip("nn.ReLU()", "nn.ReLU")
def a_class_for_a_layer():
    """nn.ReLU is only the class, and no layer yet. How are the Linear layers made from theirs?"""


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
