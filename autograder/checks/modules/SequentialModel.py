"""SequentialModel: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, body, change, everywhere, inside, method
from autograder.checks.modules import a_stack, kept_among, layers_of, modes, outputs_with_new_weights, registered
from autograder.exercise import code

SequentialModel = code(
    "SequentialModel",
    ids=["R4.17"],
    hints=[
        "What did you have to do by hand in the fourth model, so that the layers of the list were registered?",
        "nn.ModuleList(layers) is a list that is a module itself: setting an attribute to it registers all "
        "that is in it.",
        "`__init__` sets up the module and keeps the nn.ModuleList as `layers`. `forward` goes through it as the "
        "fourth model goes through its list.",
    ],
)


@SequentialModel.probe
def registers_the_layers_in_a_module_list(SequentialModel, draw):
    layers = a_stack(draw, draw.size(2, 3))
    passed = list(layers)
    seen = registered(SequentialModel(layers), "SequentialModel(...)")
    return seen | {"the list that was passed": kept_among(layers, passed)} | modes(passed)


@SequentialModel.probe(rtol=1e-4, atol=5e-5)  # six layers, and a ReLU near 0 among them
def applies_the_very_layers_one_after_the_other(SequentialModel, draw):
    """The layers' weights are drawn anew after the model has been made, and the model must follow."""
    return outputs_with_new_weights(SequentialModel, draw)


@SequentialModel.probe
def applies_a_layer_twice_that_stands_twice(SequentialModel, draw):
    shared = draw.linear(3, 3)
    layers = [shared, torch.nn.Tanh(), shared, torch.nn.Tanh()]
    model = SequentialModel(list(layers))
    return {"output": model(draw.normal(2, draw.size(2, 4), 3)), "layers kept": kept_among(layers_of(model), layers)}


@SequentialModel.right
def appended_and_indexed():
    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.layers = torch.nn.ModuleList()
            for layer in layers:
                self.layers.append(layer)

        def __call__(self, x):
            for i in range(len(self.layers)):
                x = self.layers[i](x)
            return x

    return Model


@SequentialModel.right
def added_to_a_comprehension():
    import functools

    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.add_module("layers", torch.nn.ModuleList([layer for layer in layers]))  # noqa: C416

        def forward(self, x):
            return functools.reduce(lambda out, layer: layer(out), self.layers, x)

    return Model


@SequentialModel.slip("layers", "[]")
def an_empty_list():
    """The nn.ModuleList is empty: the layers that are passed are not put into it."""


@SequentialModel.slip("layers", "[layers.pop(0) for _ in list(layers)]")
def empties_the_list_that_was_passed():
    """The list that was passed in is changed (pop, sort or clear). Read it, and leave it as it was."""


@SequentialModel.slip("layers", "[layers]")
def a_list_in_a_list():
    """A whole list arrives where one layer is taken, as in an nn.ModuleList of a list. SequentialModel gets one
    argument, `layers`, and that is a list as it comes."""


@SequentialModel.slip(
    change("for layer in A:", "for layer in self.order:"),
    change("self.layers = A", "self.order = layers\nself.layers = nn.ModuleList(dict.fromkeys(layers))"),
)
def each_layer_once():
    """A layer that stands in the list twice is kept once. The nn.ModuleList is to hold all that the list holds."""


@SequentialModel.slip("for layer in A:", "for layer in self.layers.children():")
def over_the_children():
    """A layer that stands in the list twice is applied once: children() gives each module a single time. Loop over the
    nn.ModuleList itself."""


@SequentialModel.slip(
    change("nn.ModuleList(A)", "type('ModuleList', (nn.ModuleDict,), {})({str(i): m for i, m in enumerate(A)})"),
    change("for layer in A:", "for layer in self.layers.values():"),
)
def in_a_module_dict():
    """The layers are in an nn.ModuleDict or another container. Here it is nn.ModuleList."""


@SequentialModel.slip("nn.ModuleList(layers)", "layers")
def a_plain_list():
    """The layers are in a plain list, so none of them is registered and the model has no parameters. Which
    list of torch.nn registers what is in it?"""


@SequentialModel.slip("nn.ModuleList(layers)", "layers", of="registered_twice")
def with_add_module():
    """The layers are registered one by one, layer_0, layer_1, ..., as in the fourth model. Let nn.ModuleList do it."""


@SequentialModel.slip("nn.ModuleList(layers)", "nn.Sequential(*layers)")
def in_an_nn_sequential():
    """The layers are in an nn.Sequential, the next question. Here it is nn.ModuleList: you call the layers yourself."""


@SequentialModel.slip(everywhere("self.layers", "self.module_list"))
def under_another_name():
    """The nn.ModuleList is there, but the attribute is not called `layers`."""


@SequentialModel.slip(after("self.layers = A", "for i, m in enumerate(layers):\n    self.add_module(f'layer_{i}', m)"))
def registered_twice():
    """The layers are children of the model a second time, beside the nn.ModuleList. One registration is enough."""


@SequentialModel.slip(method("def forward(self, x):\n    return self.layers(x)"))
def calls_the_module_list():
    """An nn.ModuleList cannot be called: it keeps modules and has no `forward`. Go through it and call each layer."""


@SequentialModel.slip("x = X", "if list(layer.parameters()):\n    x = X")
def leaves_out_what_has_no_parameters():
    """`forward` leaves out layers without parameters, such as ReLU. Call each layer."""


@SequentialModel.slip(inside("forward", body("return self.layers[2](self.layers[1](self.layers[0](x)))")))
def three_layers_and_no_more():
    """`forward` calls the first three layers, however many there are. Go through the list."""


@SequentialModel.slip("layers", "*layers")
def unpacked_into_the_list():
    """nn.ModuleList takes one list of layers, not the layers as separate arguments: no star is needed."""


@SequentialModel.slip("A.__init__()", "")
def super_init_forgotten():
    """nn.Module is not set up when the list of layers arrives: call `super().__init__()` first."""
