"""What the exercises of section 4, modules, share in how they are observed."""

import itertools

import torch

from autograder.exercise import Complaint


def three_sizes(draw, hidden=""):
    """n_in, nh and n_out, all different and in no order, so that none can be taken for another.

    Or with nh the "smallest" or the "largest" for certain: a limit on it then shows.
    """
    smallest = draw.size(2, 4)
    middle = smallest + draw.size(1, 2)
    sizes = [smallest, middle, middle + draw.size(2, 3)]  # below the 10 classes of MNIST
    if hidden:
        nh = sizes.pop(0 if hidden == "smallest" else -1)
        n_in, n_out = draw.shuffled(sizes)
    else:
        n_in, nh, n_out = draw.shuffled(sizes)
    draw.note(n_in=n_in, nh=nh, n_out=n_out)
    return n_in, nh, n_out


def as_module(model, what):
    if not isinstance(model, torch.nn.Module):
        raise Complaint(f"{what} is no nn.Module: the class {type(model).__name__} does not inherit from it")
    return model


def filled(model, draw):
    """Drawn values for every parameter, by name: it does not matter which layer was made first."""
    draw.fill([parameter for _, parameter in sorted(model.named_parameters(), key=lambda pair: pair[0])])
    return model


def parameter_table(model):
    return {name: list(parameter.shape) for name, parameter in model.named_parameters()}


def kinds_of_children(model):
    """By name; a class that is derived from one of torch's counts as that one."""
    nn = torch.nn
    known = (nn.Linear, nn.Tanh, nn.LeakyReLU, nn.ReLU, nn.ModuleList, nn.Sequential)
    return {
        name: next((kind.__name__ for kind in known if isinstance(child, kind)), type(child).__name__)
        for name, child in model.named_children()
    }


def registered(model, what):
    """The children and parameters that a model knows of."""
    return {"children": kinds_of_children(as_module(model, what)), "parameters": parameter_table(model)}


def gradients(model, x):
    """The gradient of every parameter, by name, of the summed squares of the outputs."""
    out = model(x)
    if not getattr(out, "requires_grad", False):
        raise Complaint("model(x) has no graph, so no gradient reaches the layers: is it detached, or under no_grad?")
    out.square().sum().backward()
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def container(**children):
    """A module with these children, in this order."""
    model = torch.nn.Module()
    for name, child in children.items():
        model.add_module(name, child)
    return model


def some_names(draw, n):
    return draw.shuffled(["stem", "body", "head", "neck", "left", "right", "first", "last", "norm"])[:n]


def attribute(model, name):
    try:
        return getattr(model, name)
    except AttributeError:
        raise Complaint(f"model.{name} raises AttributeError, although it was set: is it set as usual, too?") from None


def a_stack(draw, linears):
    """A list of Linear layers with drawn weights, and an activation after each but the last; 3 inputs."""
    sizes = [3, *(draw.integer(2, 4) for _ in range(linears))]
    layers = []
    for a, b in itertools.pairwise(sizes):
        layers += [draw.linear(a, b), draw.choice([torch.nn.Tanh, torch.nn.LeakyReLU])()]
    return layers[:-1]


def outputs_with_new_weights(model_class, draw):
    """Of a model with one layer and of one with many; both are made before the weights are drawn. And what
    gradient reaches the input."""
    stacks = [a_stack(draw, linears) for linears in (1, 6)]
    models = [model_class(list(layers)) for layers in stacks]
    seen = {}
    for layers, model in zip(stacks, models, strict=True):
        for layer in layers:
            draw.fill(layer, scale=1)
        what = f"with {len(layers)} layer{'s' * (len(layers) > 1)}"
        x = draw.normal(draw.size(2, 8), 3, grad=True)
        out = seen[f"output {what}"] = model(x)
        seen |= {f"its {name}": parameter for name, parameter in model.named_parameters()}
        if getattr(out, "requires_grad", False):
            out.sum().backward()
        seen[f"gradient of the input {what}"] = x.grad
    batch = draw.normal(draw.size(2, 3), 3, scale=20)
    seen["output in eval mode"] = models[0].eval()(batch)
    return seen | {"the input of that, afterwards": batch}


def kept_among(kept, layers):
    """For each of the kept things, which of the layers that were passed it is."""
    return [next((f"layer {i}" for i, own in enumerate(layers) if own is layer), "none of them") for layer in kept]


def modes(layers):
    return {"the layers that were passed are in training mode": [layer.training for layer in layers]}


def layers_of(model):
    kept = getattr(model, "layers", None)
    if kept is None or not hasattr(kept, "__iter__"):
        raise Complaint("the model has no attribute `layers` with the layers in it")
    return list(kept)
