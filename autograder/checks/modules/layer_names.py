"""layer_names: its probes, other right answers and known mistakes."""

import torch

from autograder.checks.modules import container, some_names
from autograder.exercise import code

layer_names = code(
    "layer_names",
    ids=["R4.3"],
    hints=[
        "nn.Module can list its children together with their names. Look at what `dir(model)` has with `named` in it.",
        "`model.named_children()` yields pairs (name, layer), for the layers directly in the model.",
        "Collect the first part of each pair into a list, and return it.",
    ],
)


@layer_names.probe
def names_the_layers_in_order(layer_names, draw):
    """Every layer counts, with parameters or without; a model may give its layers any names."""
    names = some_names(draw, draw.size(3, 5))
    if names == sorted(names):
        names.reverse()
    layers = draw.shuffled([draw.linear(2, 2), torch.nn.ReLU(), torch.nn.Tanh(), draw.linear(2, 2), torch.nn.ReLU()])
    return {
        "a model of its own": layer_names(container(**dict(zip(names, layers, strict=False)))),
        "nn.Sequential": layer_names(torch.nn.Sequential(*layers[: draw.size(2, 5)])),
    }


@layer_names.probe
def leaves_out_layers_inside_layers(layer_names, draw):
    """The layer that they are inside of is a child, and counts."""
    outer, other, first, second = some_names(draw, 4)
    inner = container(**{first: draw.linear(2, 2), second: torch.nn.ReLU()})
    return layer_names(container(**{outer: inner, other: torch.nn.Sequential(draw.linear(2, 2))}))


@layer_names.probe
def finds_none_in_a_single_layer(layer_names, draw):
    own = some_names(draw, 1)[0]
    return {
        "nn.Linear": layer_names(draw.linear(2, 1)),
        "around it": layer_names(container(**{own: draw.linear(2, 1)})),
    }


@layer_names.right
def from_the_registry(model):
    return list(model._modules)


@layer_names.right
def unzipped(model):
    pairs = list(model.named_children())
    return [] if not pairs else [*next(zip(*pairs, strict=True))]


@layer_names.right
def names_without_a_dot(model):
    return [name for name, _ in model.named_modules() if name and "." not in name]


@layer_names.mistake
def with_the_layers_inside(model):
    """Layers inside layers are named as well (named_modules goes all the way down). Only the model's own
    children are asked for."""
    return [name for name, _ in model.named_modules() if name]


@layer_names.mistake
def with_the_model_itself(model):
    """The list begins with an empty name, which stands for the model itself: that is named_modules. Which
    method goes through the children alone?"""
    return [name for name, _ in model.named_modules()]


@layer_names.mistake
def names_of_the_parameters(model):
    """These are the names of the parameters (l1.weight, l1.bias, ...). Which method yields the names of the
    layers?"""
    return [name for name, _ in model.named_parameters()]


@layer_names.mistake
def layers_that_have_parameters(model):
    """Layers without parameters, such as ReLU, are missing: take the names from the children, not from the
    parameters."""
    return list(dict.fromkeys(name.split(".")[0] for name, _ in model.named_parameters() if "." in name))


@layer_names.mistake
def names_of_the_classes(model):
    """These are the classes of the layers (Linear, ReLU). Asked for are the names under which the model knows
    them."""
    return [type(child).__name__ for child in model.children()]


@layer_names.mistake
def the_pairs(model):
    """Each entry is a pair (name, layer). Keep the names only."""
    return list(model.named_children())


@layer_names.mistake
def the_layers(model):
    """The list holds the layers themselves. Asked for are their names, which are strings."""
    return list(model.children())


@layer_names.mistake
def a_generator(model):
    """A generator comes back, not a list: put the names into a list."""
    return (name for name, _ in model.named_children())


@layer_names.mistake
def the_first_name(model):
    """Only the first name comes back: the `return` stands inside the loop."""
    for name, _ in model.named_children():
        return [name]


@layer_names.mistake
def descriptions_of_the_layers(model):
    """These are the layers as they are printed. Asked for are the names under which the model knows them."""
    return [str(child) for child in model.children()]


@layer_names.mistake
def in_one_string(model):
    """The names come back in one string. Return a list with a string for each."""
    return ", ".join(name for name, _ in model.named_children())


@layer_names.mistake
def a_view_of_keys(model):
    """What comes back can be looped over, but is no list (the keys of a dict, for instance). Make a list of
    it."""
    return dict(model.named_children()).keys()


@layer_names.mistake
def layers_without_layers_inside(model):
    """A layer that has layers inside it is left out. It is a child like the others: list its name."""
    return [name for name, child in model.named_children() if not list(child.children())]


@layer_names.mistake
def method_not_called(model):
    """model.named_children is a method: call it, with parentheses, to get the pairs of name and layer."""
    return [name for name, _ in model.named_children]


@layer_names.mistake
def pairs_of_no_pairs(model):
    """children() yields layers alone, which cannot be taken apart into name and layer. Which method yields
    both?"""
    return [name for name, _ in model.children()]


@layer_names.mistake
def in_alphabetical_order(model):
    """The names are sorted. Keep the order in which the model holds its layers: it matters."""
    return sorted(name for name, _ in model.named_children())


@layer_names.mistake
def as_a_set(model):
    """A set has no order, and the order of the layers matters: return a list."""
    return {name for name, _ in model.named_children()}


@layer_names.mistake
def their_positions(model):
    """You number the layers. That fits an nn.Sequential only: other models give their layers other names."""
    return [str(i) for i, _ in enumerate(model.children())]


@layer_names.mistake
def l1_and_l2(model):
    """The answer is the same for every model. Ask the model that is passed for the names of its children."""
    return ["l1", "l2"]


@layer_names.mistake
def itself_when_it_is_a_layer(model):
    """A model without children, a single nn.Linear for instance, gives the empty list."""
    return [name for name, _ in model.named_children()] or [type(model).__name__]
