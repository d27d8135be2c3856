"""sequential_model: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change, first
from autograder.checks.modules import kinds_of_children, three_sizes
from autograder.exercise import Complaint, code

sequential_model = code(
    "sequential_model",
    ids=["R4.19"],
    hints=[
        "No class and no forward: nn.Sequential has both.",
        "nn.Sequential takes its layers as separate arguments, in order. ReLU has to be a layer here, not a function.",
        "How many numbers does the first nn.Linear take, and how many does it put out? The second one takes what the "
        "first put out.",
    ],
    relations=["returns_nothing"],
)


def as_sequential(model):
    if not isinstance(model, torch.nn.Sequential):
        raise Complaint(f"return an nn.Sequential; this is {type(model).__name__}")
    return model


@sequential_model.probe
def is_linear_relu_linear_of_the_given_sizes(sequential_model, draw):
    seen = {}
    for hidden in ("smallest", "largest"):
        model = as_sequential(sequential_model(*three_sizes(draw, hidden)))
        seen[f"with nh the {hidden} of the sizes"] = {
            "layers": list(kinds_of_children(model).values()),
            "shapes of the parameters": [list(parameter.shape) for parameter in model.parameters()],
            "which of them are trained": [parameter.requires_grad for parameter in model.parameters()],
            "in training mode": model.training,
        }
    return seen


@sequential_model.probe
def makes_a_new_model_each_time(sequential_model, draw):
    """Two models must not share their layers."""
    n_in, nh, n_out = three_sizes(draw, "smallest")
    first = draw.fill(as_sequential(sequential_model(n_in, nh, n_out)))
    draw.fill(as_sequential(sequential_model(n_in, nh, n_out)))
    x = draw.normal(2, n_in)
    return {"output of the first": first(torch.cat([x, -10 * x]))}  # one of both is negative before the ReLU


@sequential_model.right
def from_a_list(n_in, nh, n_out):
    layers = [torch.nn.Linear(n_in, nh), torch.nn.ReLU(inplace=True), torch.nn.Linear(nh, n_out)]
    return torch.nn.Sequential(*layers)


@sequential_model.right
def with_names(n_in, nh, n_out):
    from collections import OrderedDict

    nn = torch.nn
    return nn.Sequential(OrderedDict(l1=nn.Linear(n_in, nh), relu=nn.ReLU(), l2=nn.Linear(nh, n_out)))


@sequential_model.right
def appended(n_in, nh, n_out):
    model = torch.nn.Sequential()
    model.append(torch.nn.Linear(n_in, nh)).append(torch.nn.ReLU())
    model.add_module("out", torch.nn.Linear(nh, n_out))
    return model


@sequential_model.slip("nn.Sequential(A, B, C)", "nn.Sequential(A, C, B)")
def relu_last():
    """The ReLU comes last; it belongs between the two Linear layers."""


@sequential_model.slip("nn.Sequential(X, Y, A)", "nn.Sequential(X, Y, A, nn.Softmax(-1))")
def with_softmax():
    """A softmax comes last. The loss function takes raw scores: nothing is to follow the last Linear."""


@sequential_model.slip("nn.Linear(nh, n_out)", "nn.Linear(n_in, n_out)")
def inputs_again():
    """The last layer is made for n_in inputs. What does it get, and how many numbers does the first layer put out?"""


@sequential_model.slip("return A", "return A.eval()")
def in_eval_mode():
    """The model is in eval mode. A new model is there to be trained: leave it in training mode."""


@sequential_model.slip(
    "return A", "model = A\nmodel.register_forward_hook(lambda _, x, out: out.log_softmax(-1))\nreturn model"
)
def a_forward_of_its_own():
    """The layers are right, but calling the model gives something else than the last layer's scores: is there
    a `forward` of your own, or a hook?"""


@sequential_model.slip("nn.Sequential(X, Y, A)", "nn.Sequential(X, Y, nn.Linear(nh, nh), Y, A)")
def one_layer_more():
    """There is a second hidden layer. Two Linear layers are asked for."""


@sequential_model.slip("nn.Sequential(X, Y, A)", "[X, Y, A]")
def a_list():
    """A plain list of layers comes back. It cannot be called and registers nothing: put them into an nn.Sequential."""


@sequential_model.slip("nn.ReLU()", "nn.ReLU")
def not_a_layer():
    """nn.Sequential is given something that is not a layer. It takes each layer as an argument of its own, not in a
    list; and nn.ReLU alone is only the class."""


@sequential_model.slip("return A", "model = A\nmodel[0].bias.requires_grad_(False)\nreturn model")
def a_frozen_bias():
    """Some parameters do not require grad, so they would never be trained. Leave them as nn.Linear makes them."""


@sequential_model.slip(change("nn.ReLU()", "relu"), first("relu = F.relu"))
def a_function_for_a_layer():
    """F.relu is a function. nn.Sequential takes layers: which class of torch.nn does the same?"""
