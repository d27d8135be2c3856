"""AttributeModel: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, change, everywhere, first
from autograder.checks.modules import as_module, filled, gradients, kinds_of_children, parameter_table, three_sizes
from autograder.exercise import code

AttributeModel = code(
    "AttributeModel",
    ids=["R4.1"],
    hints=[
        "Two things to write: which layers there are (`__init__`) and what happens to x (`forward`).",
        "nn.Module must be set up before it can take in a layer: call `super().__init__()` first. Then set "
        "`self.l1` and `self.l2` to nn.Linear layers of the sizes that were passed.",
        "`forward(self, x)` gives x to self.l1, the result to F.relu, and that to self.l2, and returns it.",
    ],
)


@AttributeModel.probe
def has_two_linear_layers_and_no_other_child(AttributeModel, draw):
    model = as_module(AttributeModel(*three_sizes(draw, "smallest")), "AttributeModel(...)")
    return {"parameters": parameter_table(model), "children": dict(sorted(kinds_of_children(model).items()))}


@AttributeModel.probe(rtol=1e-4, atol=1e-4)  # a sum of numbers around 40 may come near 0
def computes_l2_of_relu_of_l1(AttributeModel, draw):
    # Where nh is the smallest, n_out in its place is the same as the larger of the two.
    n_in, nh, n_out = three_sizes(draw, "largest")
    model = filled(AttributeModel(n_in, nh, n_out), draw)
    bs = draw.size(4, 6)
    first, second, single = draw.normal(bs, n_in), draw.normal(bs, n_in, scale=40), draw.normal(1, n_in)
    seen = {"a batch": model(first), "another": model(second), "a single row": model(single)}
    return seen | {"the batch itself, afterwards": first}


def telling(model, draw):
    """The model, filled so that a ReLU too many or too few shows: for x and -x its units give numbers of both signs,
    and its first output lies below 0."""
    filled(model, draw)
    for name, parameter in model.named_parameters():
        if name == "l1.bias":
            parameter.data.zero_()
        elif name == "l2.bias":
            parameter.data[0] = -3
    return model


def of_both_signs(draw, n_in):
    x = draw.normal(draw.size(3, 4), n_in, scale=0.5)
    return torch.cat([x, -x])


@AttributeModel.probe
def keeps_two_models_apart(AttributeModel, draw):
    """Two models must not share their layers."""
    sizes = three_sizes(draw, "smallest")
    first = telling(AttributeModel(*sizes), draw)
    filled(AttributeModel(*sizes), draw)
    return first(of_both_signs(draw, sizes[0]))


@AttributeModel.probe(rtol=1e-4)
def lets_gradients_reach_both_layers(AttributeModel, draw):
    n_in, nh, n_out = three_sizes(draw, "smallest")
    return gradients(telling(AttributeModel(n_in, nh, n_out), draw), of_both_signs(draw, n_in))


@AttributeModel.right
def torch_relu():
    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super().__init__()
            self.l2, self.l1 = torch.nn.Linear(nh, n_out), torch.nn.Linear(n_in, nh)

        def forward(self, x):
            x = self.l1(x)
            x = torch.relu(x)
            return self.l2(x)

    return Model


@AttributeModel.right
def its_own_call():
    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            torch.nn.Module.__init__(self)
            self.add_module("l1", torch.nn.Linear(n_in, nh))
            self.add_module("l2", torch.nn.Linear(nh, n_out))

        def __call__(self, inputs):
            return self.l2(self.l1(inputs).clamp_min(0))

    return Model


@AttributeModel.right
def from_weights_and_a_fresh_relu():
    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super(Model, self).__init__()  # noqa: UP008
            self.sizes = n_in, nh, n_out
            self.l1 = torch.nn.Linear(in_features=n_in, out_features=nh)
            self.l2 = torch.nn.Linear(in_features=nh, out_features=n_out)

        def forward(self, x):
            hidden = torch.nn.ReLU(inplace=True)(x @ self.l1.weight.t() + self.l1.bias)
            return torch.nn.functional.linear(hidden, self.l2.weight, self.l2.bias)

    return Model


@AttributeModel.slip("x = torch.relu(x)", "", of="torch_relu")
def without_relu():
    """There is no relu between l1 and l2. Two linear layers in a row can do no more than a single one."""


@AttributeModel.slip("return A", "return F.relu(A)")
def relu_after_the_last_layer_too():
    """relu is applied to the final scores as well, so none is ever negative. It belongs between the layers alone."""


@AttributeModel.slip("self.l2(F.relu(A))", "F.relu(self.l2(A))")
def relu_after_the_last_layer_instead():
    """relu is applied after l2, and not between l1 and l2: it has moved one layer too far."""


@AttributeModel.slip("self.l2(x)", "self.l2(x).softmax(-1)", of="torch_relu")
def softmax_at_the_end():
    """The model ends in a softmax. It should return raw scores: the loss function does the rest."""


@AttributeModel.slip(after("(self.l2, self.l1) = A", "self.relu = torch.nn.ReLU()"), of="torch_relu")
def relu_in_an_attribute():
    """An nn.ReLU is kept as a third child. It works, but the question is to leave it out of the attributes:
    apply relu as a function in `forward`."""


@AttributeModel.slip(
    change("self.l1 = A\nself.l2 = B", "self.layers = [A, nn.ReLU(), B]"),
    change("return C", "for layer in self.layers:\n    x = layer(x)\nreturn x"),
)
def layers_in_a_list():
    """The layers are in a plain list, as in the first model, so nn.Module knows none of them: it has no
    parameters. Give each layer an attribute of its own."""


@AttributeModel.slip("A.__init__()", "")
def without_setting_up_the_module():
    """nn.Module is not set up when the first layer arrives: call `super().__init__()` before setting the layers."""


@AttributeModel.slip("torch.relu(x)", "torch.relu(x).detach()", of="torch_relu")
def detached_between_the_layers():
    """The graph is cut between l1 and l2 (.detach(), .data, a new tensor), so l1 gets no gradient and never learns."""


@AttributeModel.slip("self.l1 = nn.Linear(n_in, nh)\nself.l2 = nn.Linear(nh, n_out)", "")
def layers_in_local_variables():
    """The model has no `l1` and `l2`. A name set in `__init__` without `self.` is gone when `__init__` ends, and a
    layer in a list has no name."""


@AttributeModel.slip("torch.relu", "torch.nn.ReLU", of="torch_relu")
def a_layer_for_a_function():
    """nn.ReLU(...) makes a layer, and does not apply it: x is taken for an option. Asked for is a function."""


@AttributeModel.slip("torch.relu", "torch.nn.functional.leaky_relu", of="torch_relu")
def leaky():
    """What is applied between the layers lets some of the negative values through. relu makes each of them 0."""


@AttributeModel.slip("self.l2(x)", "self.l2(x).squeeze()", of="torch_relu")
def squeezed():
    """For a single row the output has lost a dimension: squeeze() takes away each one of size 1. The shape is (bs,
    n_out) for bs = 1 as well."""


@AttributeModel.slip("return A", "return vars(self).setdefault(f'out of {len(x)} rows', A)")
def remembers_the_first_output():
    """The output of an earlier call comes back. Compute it anew at each call."""


@AttributeModel.slip(first("made = {}"), everywhere("nn.Linear(A, B)", "self.made.setdefault((A, B), nn.Linear(A, B))"))
def shares_its_layers():
    """Two models share their layers, so training one changes the other. Make new layers in each `__init__`."""


@AttributeModel.mistake
def layers_of_its_own_kind():
    """l1 and l2 compute what they should, but they are no nn.Linear. Use that one here."""

    class Layer(torch.nn.Module):
        forward = torch.nn.Linear.forward

        def __init__(self, n_in, n_out):
            super().__init__()
            self.weight, self.bias = torch.nn.Linear(n_in, n_out).parameters()

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            torch.nn.Module.__init__(self)
            self.l1, self.l2 = Layer(n_in, nh), Layer(nh, n_out)

    return Model
