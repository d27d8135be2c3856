"""RegisteredModel: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import before, body, change, first, inside, method
from autograder.checks.modules import a_stack, kept_among, layers_of, modes, outputs_with_new_weights, registered
from autograder.exercise import code

RegisteredModel = code(
    "RegisteredModel",
    ids=["R4.14"],
    hints=[
        "The list does the computing, as in the first model. What is new is that the module is told about each layer.",
        "`self.add_module(name, layer)` registers one layer. `enumerate(layers)` gives the numbers for the "
        "names, from 0.",
        "`__init__` sets up the module, keeps the list as `layers`, and registers each layer under its number in a "
        "loop. `forward` sends x through the list, as the first model does.",
    ],
)


@RegisteredModel.probe
def registers_layer_0_layer_1_and_so_on(RegisteredModel, draw):
    return registered(RegisteredModel(a_stack(draw, draw.size(2, 3))), "RegisteredModel(...)")


@RegisteredModel.probe
def keeps_the_list(RegisteredModel, draw):
    layers = a_stack(draw, draw.size(2, 3))
    passed = list(layers)
    kept = layers_of(RegisteredModel(layers))
    seen = {"layers kept": kept_among(kept, passed), "the list that was passed": kept_among(layers, passed)}
    return seen | modes(passed)


@RegisteredModel.probe(rtol=1e-4, atol=5e-5)  # six layers, and a ReLU near 0 among them
def applies_the_very_layers_one_after_the_other(RegisteredModel, draw):
    """The layers' weights are drawn anew after the model has been made, and the model must follow."""
    return outputs_with_new_weights(RegisteredModel, draw)


@RegisteredModel.probe
def hands_on_what_the_last_layer_gives(RegisteredModel, draw):
    """The last layer may be an activation, and the input may have three dimensions."""
    linear, n = draw.linear(3, 2), draw.size(2, 4)
    for _ in range(50):  # a ReLU more is to show
        x = draw.normal(2, n, 3)
        if linear(x).min() < -0.1:
            break
    return {"output": RegisteredModel([linear, torch.nn.Tanh()])(x)}


@RegisteredModel.remark
def applies_a_layer_twice_that_stands_twice(RegisteredModel, draw):
    """A layer that stands in the list twice, as one nn.ReLU may, is not applied or not named twice: nn.Module's own
    listings (children) name it only once."""
    shared = draw.linear(3, 3)
    model = RegisteredModel([shared, torch.nn.Tanh(), shared, torch.nn.Tanh()])
    names = [name for name in ("layer_0", "layer_2") if getattr(model, name, None) is shared]
    return {"output": model(draw.normal(2, draw.size(2, 4), 3)), "names of the layer": names}


@RegisteredModel.right(remarks=["applies_a_layer_twice_that_stands_twice"])
def over_its_children():
    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.layers = layers
            for i, layer in enumerate(layers):
                self.add_module(f"layer_{i}", layer)

        def forward(self, x):
            for layer in self.children():
                x = layer(x)
            return x

    return Model


@RegisteredModel.right
def by_setattr_and_call():
    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.layers = list(layers)
            for i, layer in enumerate(self.layers):
                setattr(self, f"layer_{i}", layer)

        def __call__(self, x):
            for i in range(len(self.layers)):
                x = getattr(self, f"layer_{i}")(x)
            return x

    return Model


@RegisteredModel.right
def reduced():
    import functools

    class Model(torch.nn.Module):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = tuple(layers)
            [self.register_module("layer_%d" % i, layer) for i, layer in enumerate(layers)]  # noqa: UP031

        def forward(self, inputs):
            return functools.reduce(lambda x, layer: layer.forward(x), self.layers, inputs)

    return Model


@RegisteredModel.slip("for i, layer in A:", "nn.Module.__init__(self)")
def list_without_registering():
    """The layers are only in the list, so nn.Module knows none of them: no children, no parameters. Register each."""


@RegisteredModel.slip("self.layers = layers", "layers = self.layers = [layers.pop(0) for _ in list(layers)]")
def empties_the_list_that_was_passed():
    """The list that was passed in is changed (pop, sort or clear). Read it, and leave it as it was."""


@RegisteredModel.slip("enumerate(layers)", "enumerate(layers, 1)")
def counting_from_one():
    """The names begin with layer_1. The first layer is layer_0."""


@RegisteredModel.slip("f'layer_{i}'", "f'layer{i}'")
def names_without_underscore():
    """The names are layer0, layer1, ...: there is to be an underscore before the number."""


@RegisteredModel.slip("f'layer_{i}'", "str(i)")
def names_are_numbers():
    """The names are the bare numbers 0, 1, 2, ...: they are to be layer_0, layer_1, layer_2, ..."""


@RegisteredModel.slip("f'layer_{i}'", "'layer_{i}'")
def one_name_for_all():
    """Each layer is registered under the same name, so that only the last one stays. Put its number into the
    name (is there an f in front of the string?)."""


@RegisteredModel.slip("self.add_module(B, layer)", "if list(layer.parameters()):\n    self.add_module(B, layer)")
def only_layers_with_parameters():
    """Layers without parameters, such as ReLU, are not registered. Register each layer of the list."""


@RegisteredModel.slip(inside("__init__", body("super().__init__()\nself.layers = nn.ModuleList(layers)")))
def in_a_module_list():
    """The layers are registered in an nn.ModuleList (names layers.0, layers.1, ...). That is the next question: keep
    the plain list here, and register each layer with add_module."""


@RegisteredModel.slip(change("self.layers = A", ""), change("for layer in A:", "for layer in self._modules.values():"))
def without_keeping_the_list():
    """The layers are registered, but there is no attribute `layers` with the list."""


@RegisteredModel.slip("for layer in A:", "for layer in [self._modules[name] for name in sorted(self._modules)]:")
def in_order_of_the_names():
    """`forward` goes through the names in alphabetical order: layer_10 comes before layer_2. Go through the list."""


@RegisteredModel.slip(
    change("self.layers = A", "self.layers = [f'layer_{i}' for i in range(len(A))]"),
    change("for layer in A:", "for layer in self._modules.values():"),
)
def names_for_the_layers():
    """`layers` does not hold the layers that were passed, but copies or something else. Keep the list itself."""


@RegisteredModel.slip(inside("forward", first("x = x.reshape(len(x), -1)")))
def rows_made_flat():
    """The input is reshaped before the first layer gets it. Give it to that layer as it is."""


@RegisteredModel.slip("layer(x)", "layer(x) if list(layer.parameters()) or layer is not self.layers[-1] else x")
def no_activation_at_the_end():
    """A layer without parameters at the end of the list is left out. Apply each layer of the list."""


@RegisteredModel.slip("for i, layer in A:", "self.add_module(f'layer_{len(layers) - 1}', layers[-1])")
def registers_the_last():
    """Only the last layer is registered. Does add_module stand after the loop? It belongs inside, with each layer."""


@RegisteredModel.slip(
    before("x = layer(x)", "self.add_module(f'layer_{len(self._modules)}', layer)"), of="list_without_registering"
)
def registers_in_forward():
    """The layers are registered only when the model is called. An optimizer asks for the parameters before
    that: register them in `__init__`."""


@RegisteredModel.slip("def __init__(self, layers):", "def __init__(self, *layers):")
def layers_as_arguments():
    """A whole list arrives where add_module takes a layer. Is `layers` passed in place of one of them, or does
    `*layers` put the list into another one?"""


@RegisteredModel.slip("self.add_module(X, layer)", "self.add_module(layer, X)")
def layer_before_name():
    """add_module takes the name first, and then the layer."""


@RegisteredModel.slip(method("def forward(self, x):\n    return self.layers(x)"))
def calls_the_list():
    """A list cannot be called. Go through it and call each layer."""


@RegisteredModel.slip(inside("forward", body("return self.layer_2(self.layer_1(self.layer_0(x)))")))
def always_three_layers():
    """`forward` calls layer_0, layer_1 and layer_2, however many layers there are. Go through the list."""


@RegisteredModel.slip(before("for layer in A:", "out = x"), change("x = X", "out = layer(out)"))
def returns_what_came_in():
    """`forward` returns its input: the layers' results are not kept. Assign each result to x again."""


@RegisteredModel.slip("A.__init__()", "")
def module_not_set_up():
    """The object has no attribute of that name, or not yet. Is it spelt right, and is nn.Module set up first, by
    `super().__init__()`?"""
