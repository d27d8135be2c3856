"""DummyModule: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, body, change, first, inside, last, without
from autograder.checks.modules import attribute, container, some_names, three_sizes
from autograder.exercise import Complaint, code

DummyModule = code(
    "DummyModule",
    ids=["R4.8"],
    hints=[
        "In which order must `__init__` set its three attributes, if `__setattr__` puts l1 and l2 into `_modules`?",
        "Inside `__setattr__` an ordinary assignment would call `__setattr__` again, for ever: hand the name and the "
        "value on to `super().__setattr__`. Before that, look whether the name starts with an underscore.",
        "`parameters` goes through self._modules.values() and gives every item of each layer's own parameters(): "
        "`yield from`, or a list that is extended. `__repr__` can return an f-string with the registry in it.",
    ],
)


def registry(model):
    found = getattr(model, "_modules", None)
    if not isinstance(found, dict):
        what = "no attribute `_modules`" if found is None else f"a {type(found).__name__} in `_modules`"
        raise Complaint(f"a DummyModule has {what}; it should be a dict from each name to its layer")
    for name, layer in found.items():
        if not isinstance(layer, torch.nn.Module):
            raise Complaint(
                f"`_modules` holds a {type(layer).__name__} under {name!r}; it should hold the layer itself"
            )
    return found


def walked(model):
    """Everything that parameters() yields, as a list."""
    if not callable(getattr(model, "parameters", None)):
        raise Complaint("a DummyModule has no method `parameters`: check its spelling, and that it is inside the class")
    found = model.parameters()
    if not hasattr(found, "__iter__"):
        what = "None" if found is None else f"a {type(found).__name__}"
        raise Complaint(f"parameters() gave {what}; it should give a generator or a list of tensors")
    return list(found)


def own_layer(draw):
    """A layer of nobody's kind, whose parameter is neither a weight nor a bias."""
    layer = torch.nn.Module()
    layer.scale = torch.nn.Parameter(draw.normal(draw.size(1, 2)))
    return layer


@DummyModule.probe
def registers_its_layers_without_being_an_nn_module(DummyModule, draw):
    model = DummyModule(*three_sizes(draw, "smallest"))
    return {
        "registered": {name: [list(p.shape) for p in layer.parameters()] for name, layer in registry(model).items()},
        "inherits from": [base.__name__ for base in type(model).__mro__ if base.__module__.startswith("torch")],
    }


@DummyModule.probe
def a_name_set_again_stands_for_its_new_value(DummyModule, draw):
    model = DummyModule(2, 1, 1)
    model.l1 = draw.linear(2, draw.size(1, 2))
    draw.fill(attribute(model, "l2"))
    return {"model.l1.bias": attribute(model, "l1").bias, "parameters": walked(model)}


@DummyModule.probe
def leaves_names_with_an_underscore_out(DummyModule, draw):
    model = DummyModule(*three_sizes(draw, "smallest"))
    name = f"_{some_names(draw, 1)[0]}"
    setattr(model, name, draw.linear(1, draw.size(1, 2)))
    return {"registered": list(registry(model)), f"model.{name}.bias": attribute(model, name).bias}


@DummyModule.probe
def registers_and_yields_what_is_set_later(DummyModule, draw):
    """Any layer may be set: one without parameters, or one with layers inside it. All its parameters belong to it."""
    model = DummyModule(2, 3, 1)
    first, second, third = some_names(draw, 3)
    setattr(model, f"{first}_2", torch.nn.PReLU())
    setattr(model, f"{second}_", torch.nn.Sequential(draw.linear(1, 2), torch.nn.ReLU(), draw.linear(2, 1)))
    setattr(model, third, torch.nn.ReLU())
    setattr(model, first, container(inside=torch.nn.LayerNorm(draw.size(2, 3)).requires_grad_(False)))
    setattr(model, second, own_layer(draw))
    for name in ("l1", "l2", first, second, f"{first}_2", f"{second}_"):
        draw.fill(attribute(model, name))
    return {"registered": list(registry(model)), "parameters": walked(model)}


@DummyModule.probe
def yields_the_tensors_themselves(DummyModule, draw):
    """An update in place of what parameters() yields must change the layers."""
    model = DummyModule(*three_sizes(draw, "smallest"))
    for parameter in walked(model):
        if isinstance(parameter, torch.Tensor):
            with torch.no_grad():
                parameter.copy_(draw.normal(*parameter.shape))
    return {
        f"{name}.{part}": getattr(attribute(model, name), part) for name in ("l1", "l2") for part in ("weight", "bias")
    }


@DummyModule.probe
def can_be_walked_again_and_again(DummyModule, draw):
    model = DummyModule(*three_sizes(draw, "smallest"))
    return [[list(getattr(p, "shape", ())) for p in walked(model)] for _ in range(2)]


@DummyModule.probe
def keeps_two_models_apart(DummyModule, draw):
    n_in, nh, n_out = three_sizes(draw, "smallest")
    first, second = DummyModule(n_in, nh, n_out), DummyModule(n_in + 1, nh + 1, n_out + 1)
    return {
        what: [list(getattr(parameter, "shape", ())) for parameter in walked(model)]
        for what, model in (("parameters of the first", first), ("of the second", second))
    }


@DummyModule.probe
def shows_the_registry_in_its_repr(DummyModule, draw):
    """Expected in the string that repr(model) gives: each registered name, and each layer's own repr."""
    model = DummyModule(*three_sizes(draw, "smallest"))
    name = some_names(draw, 1)[0]
    setattr(model, name, draw.linear(draw.size(5, 9), draw.size(11, 19)))
    layers = {key: attribute(model, key) for key in ("l1", "l2", name)}
    try:
        text = repr(model)
    except TypeError as error:
        raise Complaint(f"repr(model) fails: {error}. Return the string") from None
    plain = " object at 0x" in text
    text = " ".join(text.split())
    shown = {part: part in text for key, layer in layers.items() for part in (key, repr(layer))}
    return shown | {"an address, as Python shows what has no __repr__": plain}


@DummyModule.right
def lists_them():
    class Model:
        def __init__(self, n_in, nh, n_out):
            object.__setattr__(self, "_modules", {})
            self.l1, self.l2 = torch.nn.Linear(n_in, nh), torch.nn.Linear(nh, n_out)

        def __setattr__(self, name, value):
            object.__setattr__(self, name, value)
            if name[0] != "_":
                self._modules[name] = value

        def __repr__(self):
            inside = "".join(f"  ({name}): {layer!r}\n" for name, layer in self._modules.items())
            return f"{type(self).__name__}(\n{inside})"

        def parameters(self):
            return [p for layer in self._modules.values() for p in layer.parameters()]

    return Model


@DummyModule.right
def through_its_dict():
    from collections import OrderedDict
    from itertools import chain

    class Model:
        def __init__(self, n_in, nh, n_out):
            self._modules = OrderedDict()
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

        def __setattr__(self, name, value):
            self.__dict__[name] = value
            if isinstance(value, torch.nn.Module) and not name.startswith("_"):
                self._modules.update({name: value})

        def __repr__(self):
            return str(dict(self._modules))

        def parameters(self):
            return chain.from_iterable(layer.parameters() for layer in self._modules.values())

        def __call__(self, x):
            return self.l2(self.l1(x).relu())

    return Model


@DummyModule.slip("super().__setattr__(name, value)", "if name.startswith('_'):\n    self.__dict__[name] = value")
def registers_and_does_not_set():
    """`__setattr__` puts the layer into the registry and stops there, so there is no attribute: model.l1 fails. The
    usual setting of an attribute, which you have replaced, is still needed."""


@DummyModule.slip("not name.startswith('_')", "name != '_modules'")
def registers_private_names():
    """Names that begin with an underscore are registered too. They are the object's own business: leave them out."""


@DummyModule.slip("if A:", "")
def registers_the_registry():
    """An attribute is asked for that is not there, or not yet. Does `__init__` set the registry first, and does
    `__setattr__` set names with an underscore without registering them?"""


@DummyModule.slip(after("if A:", "setattr(self, name, value)"), of="lists_them")
def calls_itself_for_ever():
    """Setting an attribute inside `__setattr__`, with `=` or with setattr(), calls `__setattr__` again,
    without end. Let the class above do the setting: super() knows how."""


@DummyModule.slip("for A in B:", "yield from self._modules.values()")
def yields_the_layers():
    """`parameters()` yields layers. Ask each layer for its own parameters, and yield those."""


@DummyModule.slip("yield from X", "yield X")
def yields_one_generator_a_layer():
    """`parameters()` yields a generator for each layer: one level too deep. Yield what is in each, one tensor
    at a time (`yield from`, or a second loop)."""


@DummyModule.slip("[p for layer in X for p in Y]", "[list(Y) for layer in X]", of="lists_them")
def yields_one_list_a_layer():
    """`parameters()` gives a list of lists, one for each layer. What is wanted is flat: one tensor after another."""


@DummyModule.slip("yield from layer.parameters()", "yield layer.weight\nyield layer.bias")
def yields_weight_and_bias():
    """You take `weight` and `bias` of each layer. A layer may have only one of them, or none, or other layers inside:
    ask it for its parameters()."""


@DummyModule.slip("yield from X", "return X")
def stops_after_the_first_layer():
    """Only the parameters of the first layer come back. Does a `return` stand inside the loop over the layers?"""


@DummyModule.slip("for A in B:", "yield from self.l1.parameters()\nyield from self.l2.parameters()")
def yields_those_of_l1_and_l2():
    """`parameters()` knows only l1 and l2. A layer that is set later is registered too: go through the registry."""


@DummyModule.slip("yield from X", "yield from [p.detach().clone().requires_grad_() for p in X]")
def yields_copies():
    """`parameters()` yields copies, so that updating them leaves the layers alone. Yield the tensors themselves."""


@DummyModule.slip(
    inside("parameters", change("return A", "self._made = getattr(self, '_made', iter(A))\nreturn self._made")),
    of="lists_them",
)
def one_generator_for_life():
    """The generator is made once and kept, so a second `parameters()` finds it used up. Make a new one at each call."""


@DummyModule.slip(
    inside("__init__", last("self._all = [*self.l1.parameters(), *self.l2.parameters()]")),
    inside("parameters", body("return self._all")),
)
def parameters_as_they_were():
    """The parameters are collected when the model is made. Layers that are set later, or set again, are
    missing: look into the registry when `parameters()` is called."""


@DummyModule.slip(change("self._modules = A", ""), first("_modules = {}"))
def one_registry_for_all():
    """All instances share one registry, in the class body or a default argument: a second model's layers get into the
    first's. Make a new dict in `__init__`."""


@DummyModule.slip("self._modules = {}", "type(self)._modules = {}")
def a_class_attribute_made_anew():
    """Each model puts a new dict into the class, where all instances share it: the first model loses its layers to the
    second. The registry belongs to self."""


@DummyModule.slip("X[name] = value", "X.setdefault(name, value)")
def keeps_the_first_value():
    """A name set again keeps its first layer in the registry. It should hold the new value, as the attribute does."""


@DummyModule.slip(inside("__init__", last("self._modules = {'l1': self.l1, 'l2': self.l2}")), of="without_a_setattr")
def fills_the_registry_by_hand():
    """`__init__` puts l1 and l2 into the registry by itself, and a layer that is set later is not registered. That is
    the work of `__setattr__`."""


@DummyModule.slip(change("layer.parameters()", "layer"), change("A = value", "A = list(value.parameters())"))
def registers_parameters():
    """The registry holds tensors or other things where layers should be. Put the value in as it comes."""


@DummyModule.slip(change("{}", "[]"), change("A[name] = value", "A.append(value)"), change("A.values()", "A"))
def a_list_for_registry():
    """The registry is a list. It should be a dict, from each name to its layer: otherwise, who is l1?"""


@DummyModule.slip(
    change("class DummyModule:", "class DummyModule(nn.Module):"),
    change("self._modules = {}", "super().__init__()"),
    without("__setattr__"),
    without("parameters"),
)
def an_nn_module():
    """The class inherits from nn.Module, which registers, shows and yields everything already. Take the base class away
    and do it yourself."""


@DummyModule.slip("return X", "_ = X")
def repr_that_prints():
    """`__repr__` returns None. Python does the printing: return the string."""


@DummyModule.slip("f'{X}'", "X")
def repr_that_is_a_dict():
    """`__repr__` returns the dict itself. It must return a string: put the registry into an f-string, or use str()."""


@DummyModule.slip("f'{X}'", "f'{list(X.values())}'")
def repr_of_layers():
    """`__repr__` shows the layers without their names. Show each name with its layer."""


@DummyModule.slip("f'{self._modules}'", "f'l1: {self.l1}, l2: {self.l2}'")
def repr_of_l1_and_l2():
    """`__repr__` shows l1 and l2 alone. A layer that is set later belongs in it as well: go through the registry."""


@DummyModule.slip(without("__repr__"))
def without_a_repr():
    """The class has no `__repr__` of its own, so Python shows only the class and an address. Check the
    spelling: two underscores on either side."""


@DummyModule.slip("if name[0] != '_':\n    self._modules[name] = value", "", of="lists_them")
def without_a_setattr():
    """Nothing gets into the registry: is there a `__setattr__`, with two underscores on either side and inside
    the class, and does it put the value into `_modules`?"""


@DummyModule.slip(after("if A:", "object.__setattr__(self, self, name, value)"), of="lists_them")
def super_with_self():
    """super() passes self on by itself: `super().__setattr__` takes the name and the value alone."""


@DummyModule.slip("X.values()", "X")
def walks_over_the_names():
    """`parameters()` asks the names for their parameters: a loop over a dict goes through its keys. The layers are its
    values."""


@DummyModule.slip("not name.startswith('_')", "'_' not in name")
def an_underscore_anywhere():
    """A name with an underscore further on (body_2) is not registered. Only a name that begins with one is left out."""


@DummyModule.slip("not X", "isinstance(value, (nn.Linear, nn.ReLU, nn.PReLU, nn.Sequential)) and (not X)")
def some_kinds_of_layers():
    """Layers of some kinds only are registered. Any value is, whose name does not begin with an underscore."""


@DummyModule.slip("[p for layer in X for p in Y]", "[p for layer in X for p in Y if p.requires_grad]", of="lists_them")
def yields_what_is_trained():
    """Parameters whose requires_grad is False are left out. Every parameter of each layer is asked for."""


@DummyModule.slip("f'{self._modules}'", "'{self._modules}'")
def repr_without_an_f():
    """`__repr__` returns a text without a name or a layer. Are there braces in it, and an f in front of the string?"""
