"""ListModel: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import change, first, method
from autograder.exercise import Complaint, code

ListModel = code(
    "ListModel",
    ids=["R1.3"],
    hints=[
        "`__init__` has one thing to do: make the three layers and keep them in a list, self.layers. What does "
        "torch.nn call them?",
        "To be called like a function, model(x), a plain class needs a method named `__call__`. In a subclass of "
        "nn.Module, nn.Module has it already and passes x on to `forward`.",
        "Walk through the list with a for loop. Each layer is called with what the one before it gave; give x "
        "itself to the first, and return what the last one gives.",
    ],
)


def its_layers(model):
    """The three entries of the list, or a complaint about what is there instead."""
    if not hasattr(model, "layers"):
        raise Complaint("the model has no attribute `layers`: keep the list with self.layers = [...]")
    if not isinstance(model.layers, list):
        kind = type(model.layers).__name__
        raise Complaint(f"`layers` is a {kind}: keep the layers in a plain Python list, [..., ..., ...]")
    if len(model.layers) != 3:
        raise Complaint(f"`layers` has {len(model.layers)} entries, not the three Linear, ReLU, Linear")
    for place in (0, 2):
        layer = model.layers[place]
        if not (hasattr(layer, "weight") and hasattr(layer, "bias")):
            raise Complaint(f"layers[{place}] is no Linear layer with a weight and a bias")
    return model.layers


def telling(draw, sizes, *counts):
    """A network of these sizes, and batches of so many rows, for which a ReLU too many, too few or leaky shows in the
    scores. None of the values that its ReLU gets is large."""
    draw.note(**dict(zip(("n_in", "nh", "n_out"), sizes, strict=True)))
    for _ in range(50):
        network, batches = draw.network(*sizes), [draw.normal(n, sizes[0]) for n in counts]
        first, _, last = network
        with torch.no_grad():
            x = torch.cat(batches)
            hidden, scores = first(x), network(x)
            rivals = [last(hidden), last(torch.where(hidden > 0, hidden, 0.01 * hidden)), scores.relu()]
            rivals += [network(x.relu())]
            # A row of which nothing is left behind the ReLU gives the last layer's bias, whatever went in.
            active = hidden.relu().amax(1, keepdim=True).clamp(max=1)
            if hidden.max() < 5 and min(((rival - scores) * active).abs().max() for rival in rivals) > 0.001:
                break
    return network, batches


def with_weights_of(network, model):
    """The model, with the weights of a network wherever it has a place of the same shape for them."""
    first, _, last = its_layers(model)
    for layer, drawn in ((first, network[0]), (last, network[2])):
        for own, value in ((layer.weight, drawn.weight), (layer.bias, drawn.bias)):
            if own is not None and own.shape == value.shape:
                with torch.no_grad():
                    own.copy_(value)
    return model


def sizes_with_nh_the_largest(draw):
    n_in, n_out = draw.size(2, 4), draw.size(2, 4)
    return n_in, max(n_in, n_out) + draw.size(1, 2), n_out


def scores(model, x):
    if not callable(model):
        raise Complaint(
            "model(x) does not work, the model cannot be called: a plain class needs a method `__call__`, "
            "a subclass of nn.Module a method `forward`"
        )
    return model(x)


@ListModel.probe
def keeps_linear_relu_linear_in_a_list(ListModel, draw):
    n_in, nh, n_out = draw.size(2, 4), draw.size(5, 7), draw.size(8, 9)
    draw.note(n_in=n_in, nh=nh, n_out=n_out)
    first, middle, last = its_layers(ListModel(n_in, nh, n_out))
    both = {"layers[0]": first, "layers[2]": last}
    seen = {f"{name}.weight.shape": list(layer.weight.shape) for name, layer in both.items()}
    biases = {name: layer.bias for name, layer in both.items()}
    seen |= {f"{name}.bias.shape": "no bias" if bias is None else list(bias.shape) for name, bias in biases.items()}
    if isinstance(middle, type) or not callable(middle):
        kind = f"the class {middle.__name__}" if isinstance(middle, type) else f"of type {type(middle).__name__}"
        raise Complaint(f"layers[1] is {kind}, not a layer: nn.ReLU() makes one, and the brackets matter")
    return seen | {"layers[1] of some values": middle(torch.tensor(draw.shuffled([-20.0, 20.0, *draw.numbers(3)])))}


@ListModel.probe
def sends_x_through_its_layers(ListModel, draw):
    """The weights in `layers` were set after the model was made: what comes out must follow from them alone."""
    n_in, nh, n_out = sizes = sizes_with_nh_the_largest(draw)
    network, batches = telling(draw, sizes, *(draw.size(4, 6) for _ in range(4)))
    model = with_weights_of(network, ListModel(n_in, nh, n_out))
    seen = {f"model(x), {call} call": scores(model, x) for call, x in zip(("first", "second"), batches, strict=False)}
    for other, size, x in (("another model", nh, batches[2]), ("a larger model", nh + 1, batches[3])):
        with_weights_of(draw.network(n_in, size, n_out), ListModel(n_in, size, n_out))
        seen[f"model(x), after {other} was made"] = scores(model, x)
    return seen


@ListModel.probe
def one_example_is_a_batch_too(ListModel, draw):
    n = draw.size(2, 4)
    network, (x,) = telling(draw, (n, n, n), 1)
    return {"model(x), x being one row": scores(with_weights_of(network, ListModel(n, n, n)), x)}


@ListModel.probe
def gradients_reach_both_layers(ListModel, draw):
    sizes = sizes_with_nh_the_largest(draw)
    network, (x,) = telling(draw, sizes, draw.size(3, 5))
    model = with_weights_of(network, ListModel(*sizes))
    layers = list(model.layers)
    out = scores(model, x)
    if not isinstance(out, torch.Tensor):
        raise Complaint(f"model(x) gives a tensor of scores, not {type(out).__name__}")
    if out.requires_grad:
        out.square().sum().backward()
    return {f"layers[{i}].weight.grad": layers[i].weight.grad for i in (2, 0)}


@ListModel.right
def as_a_module():
    class ListModel(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super().__init__()
            self.layers = [torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)]

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    return ListModel


@ListModel.right
def with_a_function_as_relu():
    class ListModel:
        def __init__(self, n_in, nh, n_out):
            self.layers = [torch.nn.Linear(n_in, nh), torch.relu, torch.nn.Linear(nh, n_out)]

        def forward(self, x):
            first, relu, last = self.layers
            return last(relu(first(x)))

        __call__ = forward

    return ListModel


@ListModel.right
def appended_and_reduced():
    import functools

    class ListModel:
        def __init__(self, n_in, nh, n_out):
            self.layers = []
            self.layers.append(torch.nn.Linear(in_features=n_in, out_features=nh))
            self.layers.append(torch.nn.ReLU(inplace=True))
            self.layers.append(torch.nn.Linear(in_features=nh, out_features=n_out))

        def __call__(self, x):
            return functools.reduce(lambda value, layer: layer(value), self.layers, x)

    return ListModel


@ListModel.slip("[X, nn.ReLU(), Y]", "[X, Y]")
def without_relu():
    """The list has two entries, not three. Are Linear, ReLU and Linear all in it? Two Linear layers in a row can do no
    more than one."""


@ListModel.slip("for layer in self.layers:", "for layer in self.layers[::2]:")
def relu_is_not_applied():
    """The ReLU is in the list, but x never goes through it: the negative values pass between the two Linear layers."""


@ListModel.slip("return x", "return x.relu()")
def relu_at_the_end_too():
    """The scores go through a ReLU as well, so that none is negative. The last Linear's result is what to return."""


@ListModel.slip(change("torch.relu", "torch.nn.ReLU"), change("relu(A)", "torch.relu(A)"), of="with_a_function_as_relu")
def the_relu_class_unused():
    """layers[1] is the class nn.ReLU and not a layer made from it. How are the Linear layers made from theirs?"""


@ListModel.slip("nn.ReLU()", "nn.ReLU")
def the_relu_class():
    """layers[1] is the class nn.ReLU and not a layer made from it. How are the Linear layers made from theirs?"""


@ListModel.slip("[A, B, C]", "nn.ModuleList([A, B, C])")
def in_a_module_list():
    """`layers` is an nn.ModuleList, which comes three sections on. Here a plain list [...] is asked for, so that you
    can see later what it lacks."""


@ListModel.slip("[A, B, C]", "nn.Sequential(A, B, C)")
def in_a_sequential():
    """`layers` is an nn.Sequential, which does the walking for you. Keep a plain list [...] and walk through it
    yourself."""


@ListModel.slip("self.layers = A", "layers = A")
def layers_are_forgotten():
    """The model has no attribute `layers`. A local variable is gone when `__init__` ends, and an attribute of another
    name does not count: keep the list on self."""


@ListModel.slip(first("layers = []"), change("self.layers = A", "self.layers += A"))
def all_models_share_the_list():
    """All models share one list, so every further model adds its layers to those of the first. Make a new list in each
    `__init__`."""


@ListModel.slip("self.layers = A", "ListModel.layers = A")
def the_class_keeps_the_list():
    """All models walk through the layers of the one made last: they share the list, on the class or in another place.
    Keep it on the object, self."""


@ListModel.slip("def __call__(self, x):", "def forward(self, x):")
def forward_without_a_module():
    """model(x) looks for a method `__call__`, and the class has none. nn.Module brings a `__call__` that calls
    `forward`; a plain class has to define it itself."""


@ListModel.slip("super().__init__()", "", of="as_a_module")
def super_is_not_called():
    """The class is an nn.Module that was never set up: what has an `__init__` of your own to call before anything
    else?"""


@ListModel.slip(
    change("self.layers = A", "self.layers, self.new = A, lambda: A"), change("for A in B:", "for layer in self.new():")
)
def new_layers_at_every_call():
    """model(x) makes new layers each time instead of using those in self.layers: nothing that they learn would be
    kept."""


@ListModel.slip(method("def __call__(self, x):\n    return self.layers(x)"))
def the_list_is_called():
    """A list cannot be called: self.layers(x) works for an nn.Sequential alone. Call the layers in it, one after the
    other."""


@ListModel.slip("for A in B:", "while self.layers:\n    x = self.layers.pop(0)(x)")
def layers_are_used_up():
    """The first call works and the next does not: a call takes the layers out of the list. Walk through it with a for
    loop, which leaves it alone."""


@ListModel.slip("return x", "return x.squeeze()")
def squeezed():
    """With one single example the result loses a dimension: squeeze takes away every dimension of size 1. Leave the
    shape as the last layer gives it, (bs, n_out)."""


@ListModel.slip("last(X)", "last(X.detach())", of="with_a_function_as_relu")
def cut_between_the_layers():
    """No gradient reaches the first layer, so it would never learn: the graph is cut between the layers. Look for
    .detach(), .data or no_grad."""
