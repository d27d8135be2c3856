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
    outer, other, first, second = sorted(some_names(draw, 4))  # the order of names has a check of its own
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


@layer_names.slip("name and '.' not in name", "name", of="names_without_a_dot")
def with_the_layers_inside():
    """Layers inside layers are named too (named_modules goes all the way down). Only the model's own children count."""


@layer_names.slip("model.named_children", "model.named_modules")
def with_the_model_itself():
    """The list begins with an empty name, which stands for the model itself: that is named_modules. Which
    method goes through the children alone?"""


@layer_names.slip("[name for name, _ in X]", "[name for name, child in X if list(child.parameters())]")
def layers_that_have_parameters():
    """Layers without parameters, such as ReLU, are missing. A child has a name also where it has nothing to learn."""


@layer_names.slip("return A", "return [type(child).__name__ for child in model.children()]")
def names_of_the_classes():
    """These are the classes of the layers (Linear, ReLU). Asked for are the names under which the model knows them."""


@layer_names.slip("[name for name, _ in X]", "list(X)")
def the_pairs():
    """Each entry is a pair (name, layer). Keep the names only."""


@layer_names.slip("return A", "return list(model.children())")
def the_layers():
    """The list holds the layers themselves. Asked for are their names, which are strings."""


@layer_names.slip("return A", "for name, _ in model.named_children():\n    return [name]")
def the_first_name():
    """Only the first name comes back. Does the `return` stand inside the loop?"""


@layer_names.slip("list(model._modules)", "[str(child) for child in model.children()]", of="from_the_registry")
def descriptions_of_the_layers():
    """These are the layers as they are printed. Asked for are the names under which the model knows them."""


@layer_names.slip("[name for name, _ in X]", "', '.join((name for name, _ in X))")
def in_one_string():
    """The names come back in one string. Return a list with a string for each."""


@layer_names.slip("[name for name, _ in X]", "dict(X).keys()")
def a_view_of_keys():
    """What comes back can be looped over, but is no list (the keys of a dict, for instance). Make a list of it."""


@layer_names.slip("[name for name, _ in X]", "[name for name, child in X if not list(child.children())]")
def layers_without_layers_inside():
    """A layer that has layers inside it is left out. It is a child like the others: list its name."""


@layer_names.slip("model.named_children()", "model.named_children")
def method_not_called():
    """A method of the model, such as named_children, stands there without parentheses. Call it to get what it lists."""


@layer_names.slip("[name for name, _ in X]", "sorted((name for name, _ in X))")
def in_alphabetical_order():
    """The names are sorted. Keep the order in which the model holds its layers: it matters."""


@layer_names.slip("[name for name, _ in X]", "{name for name, _ in X}")
def as_a_set():
    """A set has no order, and the order of the layers matters: return a list."""


@layer_names.slip("return A", "return [str(i) for i, _ in enumerate(model.children())]")
def their_positions():
    """You number the layers. That fits an nn.Sequential only: other models give their layers other names."""


@layer_names.slip("return A", "return ['l1', 'l2']")
def l1_and_l2():
    """The answer is the same for every model. Ask the model that is passed for the names of its children."""


@layer_names.slip("return X", "return X or [type(model).__name__]")
def itself_when_it_is_a_layer():
    """For a model without children, such as a single nn.Linear, a name comes back. There is none: the list is empty."""
