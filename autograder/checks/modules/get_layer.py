"""get_layer: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, change, first
from autograder.checks.modules import container, some_names
from autograder.exercise import Complaint, code

get_layer = code(
    "get_layer",
    ids=["R4.4"],
    hints=[
        "You have listed the names of the children. The same method gives you the layers that belong to them.",
        "Pairs of name and layer make a dict. What does a dict do for a key that is not there?",
        "A dict made of those pairs finds a layer by its name, and its square brackets raise where there is none.",
    ],
    relations=["returns_nothing"],
)


def as_layer(layer):
    if not isinstance(layer, torch.nn.Module):
        what = "None" if layer is None else f"a {type(layer).__name__}"
        raise Complaint(f"get_layer returned {what}; return the layer, which is an nn.Module")
    return layer


def looked_up(get_layer, model, name):
    try:
        return f"returns {type(get_layer(model, name)).__name__}"
    except (AttributeError, KeyError):
        return "raises AttributeError or KeyError"


@get_layer.probe
def returns_the_very_layer(get_layer, draw):
    """What happens to the layer that you return must happen to the model's."""
    names = some_names(draw, 3)
    model = container(**{name: draw.linear(1, draw.size(1, 2)) for name in names})
    came = {}
    for name in draw.shuffled(names)[:2]:
        layer = draw.fill(as_layer(get_layer(model, name)))
        came[name] = next((own for own, child in model.named_children() if child is layer), "no layer of the model")
    modes = {name: child.training for name, child in model.named_children()}
    weights = {f"weight of {name}": child.weight for name, child in model.named_children()}
    return weights | {
        "which layer came for each name": came,
        "children afterwards": list(weights),
        "in training mode, as before": modes,
    }


@get_layer.probe
def finds_a_layer_of_a_sequential(get_layer, draw):
    model = torch.nn.Sequential(torch.nn.ReLU(), draw.linear(1, draw.size(1, 2)), torch.nn.ReLU(), draw.linear(1, 1))
    names = [draw.choice(["1", "3"]), draw.choice(["0", "2"])]
    layers = {name: as_layer(get_layer(model, name)) for name in names}
    return {
        name: [type(layer).__name__, [own for own, child in model.named_children() if child is layer]]
        for name, layer in layers.items()
    }


@get_layer.probe
def a_name_of_no_child_raises(get_layer, draw):
    """A layer inside another layer is no child of the model."""
    outer, inner, missing = some_names(draw, 3)
    model = container(**{outer: container(**{inner: draw.linear(1, 1)})})
    return {
        f"{missing}, which is nowhere": looked_up(get_layer, model, missing),
        f"{outer[:-1]}, with which {outer} begins": looked_up(get_layer, model, outer[:-1]),
        f"{outer[1:]}, with which {outer} ends": looked_up(get_layer, model, outer[1:]),
        f"{inner}, which is inside {outer}": looked_up(get_layer, model, inner),
        f"{outer.upper()}, while there is {outer}": looked_up(get_layer, model, outer.upper()),
        "children afterwards": [name for name, _ in model.named_children()],
    }


@get_layer.right
def by_attribute(model, name):
    return getattr(model, name)


@get_layer.right
def by_submodule(model, name):
    return model.get_submodule(name)


@get_layer.right
def by_searching(model, name):
    for own, layer in model.named_children():
        if own == name:
            return layer
    raise KeyError(f"no layer is called {name}")


@get_layer.slip(change("return X", "return copy.deepcopy(X)"), first("import copy"), of="by_attribute")
def a_copy():
    """You return a copy of the layer: changing it leaves the model as it is. Return the model's own layer."""


@get_layer.slip("X[name]", "X.get(name)")
def none_for_a_missing_name():
    """For a name that is not there None comes back, and the trouble shows up far from its cause. Look the name up in a
    way that has no default."""


@get_layer.slip("X[name]", "X.get(name, f'no layer {name}')")
def a_message_for_a_missing_name():
    """For a name that is not there a text comes back. Raise an error: a caller cannot mistake that for a layer."""


@get_layer.slip("own == name", "own.startswith(name)", of="by_searching")
def a_name_that_begins_like_it():
    """A layer whose name only begins with `name` is found as well. The whole name must be the same."""


@get_layer.slip("dict(X)[name]", "next((layer for own, layer in X if own == name))")
def stop_iteration():
    """next() without a default raises StopIteration where nothing is found, which loops take for their end.
    AttributeError or KeyError is asked for; a dict raises the latter by itself."""


@get_layer.slip(first("if name not in dict(model.named_children()):\n    raise ValueError(name)"))
def a_value_error():
    """ValueError is raised for a name that is not there. Raise AttributeError or KeyError, as Python itself does for
    attributes and dicts, so that callers know what to catch."""


@get_layer.slip(after("if A:", "raise KeyError(name)"), of="by_searching")
def raises_at_the_first_other_name():
    """Only the first child is ever looked at. Does the `raise` stand inside the loop? Only when the loop has come to
    its end is the name not there."""


@get_layer.slip("dict(X)[name]", "[layer for own, layer in X if own == name][0]")
def an_index_error():
    """IndexError is raised for a name that is not there: the list of what was found is empty. AttributeError or
    KeyError is asked for; a dict raises KeyError itself."""


@get_layer.slip("dict(X)", "{own: layer for own, layer in X if list(layer.parameters())}")
def layers_with_parameters_only():
    """Layers without parameters, such as ReLU, are not found. They are children too."""


@get_layer.slip("model.get_submodule", "model._modules.pop", of="by_submodule")
def takes_it_out():
    """The layer is taken out of the model (`pop`), or put back in another place. Only look it up."""


@get_layer.slip("X[name]", "X[name].eval()")
def in_eval_mode():
    """The layer comes back in eval mode. Return it as it is in the model."""


@get_layer.slip("dict(X)", "X")
def brackets_after_the_generator():
    """named_children() gives a generator, and a generator has no square brackets. A dict has them."""


@get_layer.slip("dict(model.named_children())", "model")
def brackets_after_the_model():
    """A model has no square brackets, unless it is a container such as nn.Sequential, and there they take
    positions. Which of your tools goes by name?"""


@get_layer.slip("getattr(model, name)", "next(model.children())", of="by_attribute")
def the_first_layer():
    """The first layer comes back, also when the name is another one's. Where do you compare it with `name`?"""


@get_layer.slip("dict(model.named_children())[name]", "list(model.children())[int(name)]")
def by_position():
    """The name is turned into a number. That works for an nn.Sequential alone: a name may be any string."""


@get_layer.slip("getattr(model, name)", "eval(f'model.{name}')", of="by_attribute")
def by_pasting_code():
    """The name is pasted into the code `model.<name>`. Names such as "0", as in an nn.Sequential, cannot be written
    after a dot. Which of your tools takes a string?"""


@get_layer.slip("getattr(model, name)", "model.name", of="by_attribute")
def the_attribute_called_name():
    """What stands after a dot, or in quotes, is taken as it is written: the same attribute is asked for each time,
    whatever the variable `name` holds."""


@get_layer.slip("dict(X)[name]", "next((pair for pair in X if pair[0] == name))")
def name_and_layer():
    """A pair of the name and the layer comes back. Return the layer alone."""


@get_layer.slip("return X", "return list(X.parameters())", of="by_attribute")
def its_parameters():
    """The layer's parameters come back instead of the layer itself."""


@get_layer.slip("dict(model.named_children())", "{own.split('.')[-1]: layer for own, layer in model.named_modules()}")
def anywhere_below():
    """A layer inside another layer is found as well. Only the model's own children count: other names must raise."""
