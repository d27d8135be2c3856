"""parameter_shapes: its probes, other right answers and known mistakes."""

import torch

from autograder.checks.modules import three_sizes
from autograder.exercise import Complaint, code

parameter_shapes = code(
    "parameter_shapes",
    ids=["R4.13"],
    hints=[
        "The module is asked for its parameters, and each of them is a tensor. What does a tensor know "
        "about its own size?",
        "Use nothing of the module but `parameters()`: a DummyModule has no named_parameters() and no children().",
        "Walk through what `parameters()` yields, and collect one entry for each. It is an attribute of a tensor: "
        "print it for one of them.",
    ],
    relations=["returns_nothing"],
)


class PlainModule:
    """Not an nn.Module: it has parameters() and nothing else. Gives a generator, or the list when `as_list`."""

    def __init__(self, tensors, as_list):
        self._tensors, self._as_list = tensors, as_list

    def parameters(self):
        return list(self._tensors) if self._as_list else (tensor for tensor in self._tensors)


def as_shapes(shapes):
    """What came back, looked at closely where it holds lists or something else than whole numbers."""
    for shape in shapes if isinstance(shapes, (list, tuple)) else ():
        if isinstance(shape, list):
            raise Complaint(f"the shapes are lists, such as {shape}; each should be a tuple or a torch.Size")
        if isinstance(shape, tuple) and any(type(size) is float for size in shape):
            raise Complaint(f"the sizes in a shape are whole numbers (int), not floats as in {shape}")
    return shapes


@parameter_shapes.probe
def lists_the_shapes_of_an_nn_module(parameter_shapes, draw):
    n_in, nh, n_out = three_sizes(draw)
    convolution = torch.nn.Conv2d(1, draw.size(2, 3), 2)
    model = torch.nn.Sequential(convolution, draw.network(n_in, nh, n_out), torch.nn.LayerNorm(n_out))
    model.register_parameter("scale", torch.nn.Parameter(torch.ones(n_out, 1)))
    return as_shapes(parameter_shapes(model))


@parameter_shapes.probe
def lists_the_shapes_of_anything_with_parameters(parameter_shapes, draw):
    tensors = [draw.normal(*draw.shuffled([1, 2, draw.size(3, 5)])[: draw.integer(1, 3)], grad=True) for _ in range(3)]
    return {
        "from a generator": parameter_shapes(PlainModule(tensors, as_list=False)),
        "from a list": parameter_shapes(PlainModule(tensors[1:], as_list=True)),
        "with a single number": parameter_shapes(PlainModule([torch.tensor(1.0), *tensors], as_list=False)),
        "without parameters": parameter_shapes(PlainModule([], as_list=False)),
        "with one twice": parameter_shapes(PlainModule([*tensors, tensors[0]], as_list=False)),
    }


@parameter_shapes.right
def by_size(module):
    shapes = []
    for tensor in module.parameters():
        shapes.append(tensor.size())
    return shapes


@parameter_shapes.right
def mapped(module):
    return list(map(lambda p: p.detach().numpy().shape, module.parameters()))  # noqa: C417


@parameter_shapes.slip("p.shape", "p.numel()")
def how_many_numbers():
    """You list how many numbers each parameter has. Its shape is asked for: (50, 784) rather than 39200."""


@parameter_shapes.slip("p.shape", "p.dim()")
def how_many_dimensions():
    """You list how many dimensions each parameter has. Its shape is asked for: the size of each dimension."""


@parameter_shapes.slip("p.shape", "p.shape[0] if p.dim() else 1")
def first_dimension_only():
    """Only the size of the first dimension is there (len of a tensor). A shape has the sizes of all dimensions."""


@parameter_shapes.slip("[X for p in Y]", "[X for p in Y if p.dim() > 1]")
def matrices_only():
    """Parameters with fewer than two dimensions, such as biases, are missing."""


@parameter_shapes.slip("[X for p in Y]", "[size for p in Y for size in X]")
def all_in_one_list():
    """All sizes stand in one flat list (extend, or +). Append each shape as a whole."""


@parameter_shapes.slip("shapes.append(B)", "shapes = [tensor.shape]", of="by_size")
def the_last_one():
    """Only the last shape is there: each turn of the loop replaces what was found before."""


@parameter_shapes.slip("p.shape", "p.size")
def size_not_called():
    """p.size is a method, and a method that is not called is no shape."""


@parameter_shapes.slip("module.parameters", "{id(p): p for p in module.parameters()}.values")
def each_tensor_once():
    """A tensor that is yielded twice is listed once. There is to be one entry for each that is yielded."""


@parameter_shapes.slip("[X for p in module.parameters()]", "{name: X for name, p in module.named_parameters()}")
def in_a_dict():
    """A dict with names comes back. Return the list of the shapes alone; and mind that not everything with
    parameters() has named_parameters()."""


@parameter_shapes.slip("module.parameters()", "module.parameters")
def method_not_called():
    """module.parameters is a method: call it, with parentheses."""


@parameter_shapes.slip("p.shape", "p.shape()")
def shape_called():
    """p.shape is no method, so no parentheses come after it. (p.size() is one.)"""


@parameter_shapes.slip("p.shape", "str(tuple(p.shape))")
def as_text():
    """The shapes are strings. Leave them as they are: tuples of ints or torch.Size."""


@parameter_shapes.slip("[X for p in module.parameters()]", "[X for _, p in module.named_parameters()]")
def by_name():
    """You use what nn.Module has and a DummyModule has not, such as named_parameters(). Use parameters() alone."""


@parameter_shapes.slip("[X for p in Y]", "[X for layer in module.children() for p in layer.parameters()]")
def of_the_children():
    """You go through the module's children (or its `_modules`). Not everything with parameters has these, and some
    parameters belong to no child: use parameters() alone."""


@parameter_shapes.slip("return [X for p in Y]", "for p in Y:\n    return [X]")
def of_the_first():
    """Only the first parameter is looked at. Does a `return` stand inside the loop?"""


@parameter_shapes.slip("[p.shape for p in X]", "list(X)")
def the_parameters():
    """The list holds the parameters themselves. Which attribute of a tensor is its shape?"""


@parameter_shapes.slip("[X for p in Y]", "list(dict.fromkeys((X for p in Y)))")
def each_shape_once():
    """A shape that occurs twice is listed once. There is to be one entry for each parameter."""
