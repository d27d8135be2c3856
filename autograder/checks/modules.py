"""How section 4, modules, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import itertools

import torch

from autograder.beside.readings import learnt_from
from autograder.beside.spies import Journal, LossSpy, mode_switch, squared_error, watch
from autograder.concept import concept
from autograder.exercise import Complaint, code


def three_sizes(draw):
    """n_in, nh and n_out, all different and in no order, so that none can be taken for another."""
    smallest = draw.size(2, 4)
    middle = smallest + draw.size(1, 2)
    n_in, nh, n_out = draw.shuffled([smallest, middle, middle + draw.size(2, 4)])
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


def gradients(model, x):
    """The gradient of every parameter, by name, of the summed squares of the outputs."""
    out = model(x)
    if not getattr(out, "requires_grad", False):
        raise Complaint("model(x) has no graph, so no gradient reaches the layers: is it detached, or under no_grad?")
    out.square().sum().backward()
    return {name: parameter.grad for name, parameter in model.named_parameters()}


# AttributeModel

AttributeModel = code(
    "AttributeModel",
    ids=["R4.1"],
    hints=[
        "Two things to write: which layers there are (`__init__`) and what happens to x (`forward`).",
        "nn.Module must be set up before it can take in a layer: call `super().__init__()` first. Then set "
        "`self.l1` and `self.l2` to nn.Linear layers of the sizes that were passed.",
        "`forward(self, x)` gives x to self.l1, the result to F.relu, and that to self.l2, and returns it.",
    ],
    is_class=True,
)


@AttributeModel.probe
def has_two_linear_layers_and_no_other_child(AttributeModel, draw):
    model = as_module(AttributeModel(*three_sizes(draw)), "AttributeModel(...)")
    return {"parameters": parameter_table(model), "children": dict(sorted(kinds_of_children(model).items()))}


@AttributeModel.probe
def computes_l2_of_relu_of_l1(AttributeModel, draw):
    n_in, nh, n_out = three_sizes(draw)
    model = filled(AttributeModel(n_in, nh, n_out), draw)
    bs = draw.size(2, 5)
    first, second, single = draw.normal(bs, n_in), draw.normal(bs, n_in, scale=20), draw.normal(1, n_in)
    seen = {"a batch": model(first), "another": model(second), "a single row": model(single)}
    return seen | {"the batch itself, afterwards": first}


@AttributeModel.probe
def keeps_two_models_apart(AttributeModel, draw):
    """Two models must not share their layers."""
    sizes = three_sizes(draw)
    first = filled(AttributeModel(*sizes), draw)
    filled(AttributeModel(*sizes), draw)
    return first(draw.normal(2, sizes[0]))


@AttributeModel.probe(rtol=1e-4)
def lets_gradients_reach_both_layers(AttributeModel, draw):
    n_in, nh, n_out = three_sizes(draw)
    return gradients(filled(AttributeModel(n_in, nh, n_out), draw), draw.normal(draw.size(2, 5), n_in))


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


@AttributeModel.mistake
def fifty_hidden_units():
    """The hidden layer has 50 units, whatever nh is. Which of the arguments is not used?"""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, 50, n_out)

    return Model


@AttributeModel.mistake
def outputs_before_inputs():
    """The sizes of a layer are the wrong way round: nn.Linear takes the number of inputs first, then of
    outputs."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            torch.nn.Module.__init__(self)
            self.l1 = torch.nn.Linear(nh, n_in)
            self.l2 = torch.nn.Linear(n_out, nh)

    return Model


@AttributeModel.mistake
def sizes_of_mnist():
    """The layers are made for 784 inputs and 10 outputs, whatever n_in and n_out are. Use the arguments."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(784, nh, 10)

    return Model


@AttributeModel.mistake
def without_relu():
    """There is no relu between l1 and l2. Two linear layers in a row can do no more than a single one."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(self.l1(x))

    return Model


@AttributeModel.mistake
def relu_after_the_last_layer_too():
    """relu is applied to the final scores as well, so none is ever negative. It belongs between the layers
    alone."""

    class Model(torch_relu()):
        def forward(self, x):
            return torch.relu(self.l2(torch.relu(self.l1(x))))

    return Model


@AttributeModel.mistake
def relu_after_the_last_layer_instead():
    """relu is applied after l2, and not between l1 and l2: it has moved one layer too far."""

    class Model(torch_relu()):
        def forward(self, x):
            return torch.relu(self.l2(self.l1(x)))

    return Model


@AttributeModel.mistake
def relu_on_the_input():
    """relu is applied to x before l1, where it cuts the negative inputs off; it belongs between l1 and l2."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(self.l1(torch.relu(x)))

    return Model


@AttributeModel.mistake
def softmax_at_the_end():
    """The model ends in a softmax. It should return raw scores: the loss function does the rest."""

    class Model(torch_relu()):
        def forward(self, x):
            return super().forward(x).softmax(-1)

    return Model


@AttributeModel.mistake
def log_softmax_at_the_end():
    """The model ends in a log softmax. It should return raw scores: the loss function does the rest."""

    class Model(torch_relu()):
        def forward(self, x):
            return super().forward(x).log_softmax(-1)

    return Model


@AttributeModel.mistake
def sigmoid_for_relu():
    """The function between the layers is not relu: it looks like a sigmoid."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(torch.sigmoid(self.l1(x)))

    return Model


@AttributeModel.mistake
def relu_in_an_attribute():
    """An nn.ReLU is kept as a third child. It works, but the question is to leave it out of the attributes:
    apply relu as a function in `forward`."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, nh, n_out)
            self.relu = torch.nn.ReLU()

        def forward(self, x):
            return self.l2(self.relu(self.l1(x)))

    return Model


@AttributeModel.mistake
def layers_in_a_list():
    """The layers are in a plain list, as in the first model, so nn.Module knows none of them: it has no
    parameters. Give each layer an attribute of its own."""

    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super().__init__()
            self.layers = [torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)]

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    return Model


@AttributeModel.mistake
def without_setting_up_the_module():
    """nn.Module is not set up when the first layer arrives: call `super().__init__()` before setting the
    layers."""

    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

    return Model


@AttributeModel.mistake
def without_forward():
    """There is no `forward`, so the model cannot be called. Check its spelling, and that it stands inside the
    class, as far to the right as `__init__`."""

    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super().__init__()
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

        def froward(self, x):
            return self.l2(torch.relu(self.l1(x)))

    return Model


@AttributeModel.mistake
def without_bias():
    """The layers have no bias. An nn.Linear has one unless it is told otherwise."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, nh, n_out)
            self.l1.bias = self.l2.bias = None

    return Model


@AttributeModel.mistake
def detached_between_the_layers():
    """The graph is cut between l1 and l2 (.detach(), .data or a new tensor), so l1 gets no gradient and never
    learns."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(torch.relu(self.l1(x)).detach())

    return Model


@AttributeModel.mistake
def under_no_grad():
    """`forward` runs under no_grad, so there is no graph and nothing can be learnt. Take the no_grad away
    here: it belongs to the update of the parameters."""

    class Model(torch_relu()):
        @torch.no_grad()
        def forward(self, x):
            return super().forward(x)

    return Model


@AttributeModel.mistake
def prints_the_scores():
    """`forward` returns None: is there a `return` in front of the result?"""

    class Model(torch_relu()):
        def forward(self, x):
            super().forward(x)

    return Model


@AttributeModel.mistake
def sizes_of_mnist_all():
    """The layers have the sizes of MNIST, 784, 50 and 10, whatever is passed. Use the arguments."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(784, 50, 10)

    return Model


@AttributeModel.mistake
def inputs_again():
    """l2 is made for n_in inputs. What does it get, and how many numbers does l1 put out?"""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, nh, n_out)
            self.l2 = torch.nn.Linear(n_in, n_out)

    return Model


@AttributeModel.mistake
def layers_in_local_variables():
    """`l1 = ...` in `__init__` is a local variable, gone when `__init__` ends. The layers belong to self."""

    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super().__init__()

        def forward(self, x):
            return self.l2(torch.relu(self.l1(x)))

    return Model


@AttributeModel.mistake
def a_layer_for_a_function():
    """nn.ReLU(...) makes a layer, and does not apply it: x is taken for an option. F.relu(x) and torch.relu(x)
    are functions."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(torch.nn.ReLU(self.l1(x)))

    return Model


@AttributeModel.mistake
def leaky():
    """What is applied between the layers lets some of the negative values through. relu makes each of them
    0."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(torch.nn.functional.leaky_relu(self.l1(x)))

    return Model


@AttributeModel.mistake
def no_more_than_six():
    """What is applied between the layers limits large values too (relu6, a clamp with two ends). relu leaves
    those above 0 as they are."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(self.l1(x).clamp(0, 6))

    return Model


@AttributeModel.mistake
def squeezed():
    """For a single row the output has lost a dimension: squeeze() takes away each one of size 1. The output
    has the shape (bs, n_out) for bs = 1 as well."""

    class Model(torch_relu()):
        def forward(self, x):
            return super().forward(x).squeeze()

    return Model


@AttributeModel.mistake
def remembers_the_first_output():
    """The output of an earlier call comes back. Compute it anew at each call."""

    class Model(torch_relu()):
        out = None

        def forward(self, x):
            if self.out is None or len(self.out) != len(x):
                self.out = super().forward(x)
            return self.out

    return Model


@AttributeModel.mistake
def changes_its_input():
    """Calling the model changes x. Use operations that make a new tensor, without an underscore at the end of
    their name."""

    class Model(torch_relu()):
        def forward(self, x):
            out = super().forward(x)
            x.clamp_(0, 0.1)
            return out

    return Model


@AttributeModel.mistake
def registered_a_second_time():
    """The layers are registered a second time, in a list of layers beside l1 and l2. These two are to be the
    only children."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, nh, n_out)
            self.layers = torch.nn.ModuleList([self.l1, self.l2])

    return Model


_layers_made = {}


@AttributeModel.mistake
def shares_its_layers():
    """Two models share their layers, so training one changes the other. Make new layers in each
    `__init__`."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, nh, n_out)
            self.l1, self.l2 = _layers_made.setdefault((n_in, nh, n_out), (self.l1, self.l2))

    return Model


@AttributeModel.mistake
def at_least_as_many_hidden_units():
    """The sizes are put in order, or limited. nh may be smaller than n_in and n_out: use it as it is."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, max(nh, n_in, n_out), n_out)

    return Model


@AttributeModel.mistake
def layers_of_its_own_kind():
    """l1 and l2 compute what they should, but they are no nn.Linear. Use that one here."""

    class Layer(torch.nn.Module):
        def __init__(self, n_in, n_out):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(n_out, n_in))
            self.bias = torch.nn.Parameter(torch.zeros(n_out))

        def forward(self, x):
            return x @ self.weight.t() + self.bias

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            torch.nn.Module.__init__(self)
            self.l1, self.l2 = Layer(n_in, nh), Layer(nh, n_out)

    return Model


# why_attributes

why_attributes = concept(
    "why_attributes",
    ids=["R4.2"],
    hints=[
        "Make a small nn.Module with a list of layers in an attribute, print it, and look at list(model.parameters()).",
        "nn.Module acts when an attribute is set, and looks at what the value is. What does it see when it is a list?",
    ],
    explanations={
        "a": "False. Setting an attribute to a list sets it to a list: nn.Module looks whether the value "
        "itself is a module or an nn.Parameter, never at what is inside it. The layers work, but the model "
        "has no parameters.",
        "b": "True. nn.Module has its own __setattr__: a value that is a module is put into the registry of "
        "children under the attribute's name. (`super().__init__()` has to have made that registry first.)",
        "c": "True. The same two matrix products and the same relu run in the same order. What changes is "
        "who knows about the layers, not what they compute.",
        "d": "False. ReLU has no parameters, in an attribute or out of it. That is why it can be a "
        "function: there is nothing to keep between two calls.",
        "e": "True. All of these walk through the registered children, so they find both layers by "
        "themselves. With a plain list each of them silently finds nothing.",
    },
    model_answer="An nn.Module notices when one of its attributes is set to a layer and registers the layer "
    "under the attribute's name. So the model knows its own parts: it can list, print, save and move them, "
    "and give all their parameters to the training loop. The first model had the layers in a plain list, "
    "which PyTorch does not look into, so our loop had to know how the model is built. ReLU has no "
    "parameters, so it can be a function. What the model computes is the same.",
    rubric=[
        "1 point: setting the attribute registers the layer; a plain list is not looked into.",
        "1 point: says what that is good for (parameters, printing, saving, moving).",
        "1 point: the computation itself is unchanged, or relu needs no attribute as it has no parameters.",
    ],
)


@why_attributes.experiment
def list_against_attributes():
    nn = torch.nn

    class InAList(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10)]

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    class InAttributes(nn.Module):
        def __init__(self, l1, l2):
            super().__init__()
            self.l1, self.l2 = l1, l2

        def forward(self, x):
            return self.l2(self.l1(x).relu())

    listed = InAList()
    known = InAttributes(listed.layers[0], listed.layers[2])
    x = torch.rand(64, 784)
    lines = ["The same two Linear layers in an nn.Module, in a list and in attributes:"]
    for what, model in (("list", listed), ("attributes", known)):
        children = [name for name, _ in model.named_children()]
        lines.append(f"  {what:11} children: {children}")
        lines.append(f"  {'':11} parameters: {len(list(model.parameters()))}, in state_dict: {len(model.state_dict())}")
    difference = float((listed(x) - known(x)).abs().max().detach())
    lines.append(f"Largest difference between their outputs on 64 rows: {difference}")
    lines.append(f"Parameters of an nn.ReLU: {len(list(nn.ReLU().parameters()))}")
    return lines


# layer_names

layer_names = code(
    "layer_names",
    ids=["R4.3"],
    hints=[
        "nn.Module can list its children together with their names. Look at what `dir(model)` has with `named` in it.",
        "`model.named_children()` yields pairs (name, layer), for the layers directly in the model.",
        "Collect the first part of each pair into a list, and return it.",
    ],
)


def container(**children):
    """A module with these children, in this order."""
    model = torch.nn.Module()
    for name, child in children.items():
        model.add_module(name, child)
    return model


def some_names(draw, n):
    return draw.shuffled(["stem", "body", "head", "neck", "left", "right", "first", "last", "norm"])[:n]


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


# get_layer

get_layer = code(
    "get_layer",
    ids=["R4.4"],
    hints=[
        "You have listed the names of the children. The same method gives you the layers that belong to them.",
        "Pairs of name and layer make a dict. What does a dict do for a key that is not there?",
        "dict(model.named_children()) maps every name to its layer; look the name up in it with square brackets.",
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
        return get_layer(model, name)
    except (AttributeError, KeyError):
        return "AttributeError or KeyError"


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


@get_layer.mistake
def a_copy(model, name):
    """You return a copy of the layer: changing it leaves the model as it is. Return the model's own layer."""
    import copy

    return copy.deepcopy(getattr(model, name))


@get_layer.mistake
def none_for_a_missing_name(model, name):
    """For a name that is not there None comes back, and the trouble shows up far from its cause. Let it
    raise: look the name up in a way that has no default."""
    return dict(model.named_children()).get(name)


@get_layer.mistake
def a_message_for_a_missing_name(model, name):
    """For a name that is not there a text is returned. Raise an error instead: a caller cannot mistake it for
    a layer."""
    return dict(model.named_children()).get(name, f"no layer {name}")


@get_layer.mistake
def a_name_that_begins_like_it(model, name):
    """A layer whose name only begins with `name` is found as well. The whole name must be the same: compare with ==."""
    for own, layer in model.named_children():
        if own.startswith(name):
            return layer
    raise KeyError(name)


@get_layer.mistake
def a_name_that_contains_it(model, name):
    """A layer whose name only contains `name` is found as well: `in` looks for a part of a text. The whole name must be
    the same: compare with ==."""
    for own, layer in model.named_children():
        if name in own:
            return layer
    raise KeyError(name)


@get_layer.mistake
def stop_iteration(model, name):
    """next() without a default raises StopIteration where nothing is found, which loops take for their end.
    AttributeError or KeyError is asked for; a dict raises the latter by itself."""
    return next(layer for own, layer in model.named_children() if own == name)


@get_layer.mistake
def a_value_error(model, name):
    """ValueError is raised for a name that is not there. Raise AttributeError or KeyError, as Python itself does for
    attributes and dicts, so that callers know what to catch."""
    found = dict(model.named_children())
    if name not in found:
        raise ValueError(name)
    return found[name]


@get_layer.mistake
def raises_at_the_first_other_name(model, name):
    """Only the first child is ever looked at: the `raise` stands inside the loop. Only when the loop has come
    to its end without finding the name is it not there."""
    for own, layer in model.named_children():
        if own == name:
            return layer
        raise KeyError(name)
    raise KeyError(name)


@get_layer.mistake
def an_index_error(model, name):
    """IndexError is raised for a name that is not there: the list of what was found is empty. AttributeError
    or KeyError is asked for; a dict raises the latter by itself."""
    found = [layer for own, layer in model.named_children() if own == name]
    return found[0]


@get_layer.mistake
def capitals_do_not_count(model, name):
    """A layer whose name differs from `name` in capital letters is found as well. The whole name must be the
    same."""
    return {own.lower(): layer for own, layer in model.named_children()}[name.lower()]


@get_layer.mistake
def layers_with_parameters_only(model, name):
    """Layers without parameters, such as ReLU, are not found. They are children too."""
    return {own: layer for own, layer in model.named_children() if list(layer.parameters())}[name]


@get_layer.mistake
def a_shallow_copy(model, name):
    """A copy of the layer comes back, even if it shares the parameters. Return the model's own layer."""
    import copy

    return copy.copy(dict(model.named_children())[name])


@get_layer.mistake
def takes_it_out(model, name):
    """The layer is taken out of the model (`pop`), or put back in another place. Only look it up."""
    return model._modules.pop(name)


@get_layer.mistake
def leaves_something_behind(model, name):
    """Asking for a name that is not there adds a child to the model. Only look it up."""
    if name not in model._modules:
        model.add_module(name, torch.nn.ReLU())
        raise KeyError(name)
    return model._modules[name]


@get_layer.mistake
def in_eval_mode(model, name):
    """The layer comes back in eval mode. Return it as it is in the model."""
    return dict(model.named_children())[name].eval()


@get_layer.mistake
def brackets_after_the_generator(model, name):
    """named_children() gives a generator, and a generator has no square brackets. A dict has them."""
    return model.named_children()[name]


@get_layer.mistake
def brackets_after_the_model(model, name):
    """A model has no square brackets, unless it is a container such as nn.Sequential, and there they take
    positions. Which of your tools goes by name?"""
    return model[name]


@get_layer.mistake
def the_first_layer(model, name):
    """The first layer comes back whatever the name is. Where do you compare it with `name`?"""
    return next(model.children())


@get_layer.mistake
def by_position(model, name):
    """The name is turned into a number. That works for an nn.Sequential alone: a name may be any string."""
    return list(model.children())[int(name)]


@get_layer.mistake
def by_pasting_code(model, name):
    """The name is pasted into the code `model.<name>`. Names such as "0", as in an nn.Sequential, cannot be
    written after a dot. getattr(model, name) can read them, and so can a dict."""
    return eval(f"model.{name}")


@get_layer.mistake
def the_attribute_called_name(model, name):
    """`model.name` asks for an attribute that is called "name"; the value of the variable `name` is not
    looked at."""
    return model.name


@get_layer.mistake
def name_and_layer(model, name):
    """A pair of the name and the layer comes back. Return the layer alone."""
    return next(pair for pair in model.named_children() if pair[0] == name)


@get_layer.mistake
def its_parameters(model, name):
    """The layer's parameters come back instead of the layer itself."""
    return list(getattr(model, name).parameters())


@get_layer.mistake
def anywhere_below(model, name):
    """A layer inside another layer is found as well. Only children directly in the model count: any other
    name must raise."""
    for path, layer in model.named_modules():
        if path.split(".")[-1] == name:
            return layer
    raise AttributeError(name)


# fit_parameters

fit_parameters = code(
    "fit_parameters",
    ids=["R4.5"],
    hints=[
        "What changes from the loop over the layers? Batches, loss and backward stay; who is updated, and "
        "how are they found?",
        "Inside torch.no_grad(), loop over model.parameters() and update each p in place, with an operator "
        "like -=, by its own p.grad. `model.zero_grad()` clears all the gradients.",
        "Three loops, one inside another: over the epochs, over range(0, len(x), bs) for the starts of the "
        "batches, and, after backward(), over the parameters: each loses lr times its gradient.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over model.parameters() that subtracts lr times the gradient",
)


def watched_fit(fit, draw, n, bs, lr, *epochs):
    """What a loop learns from, and how the parameters move: a small network on drawn data with one target a
    row."""
    x, y = draw.normal(n, 3), draw.normal(n)
    model = draw.network(3, 4, 1)
    journal = Journal(model.parameters())
    watch(model, journal)
    draw.note(n=n, bs=bs, lr=lr, epochs=epochs[0] if epochs else "left out")
    fit(model, LossSpy(squared_error, journal), x, y, bs, lr, *epochs)
    recorded = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return {
        "rows of each batch": learnt_from(journal, y),
        "weights after each update": journal.trajectory(),
        "operations after it are recorded": recorded,
    }


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def updates_after_every_batch_the_short_one_too(fit_parameters, draw):
    bs = draw.size(2, 4)
    n = bs * draw.size(2, 3) + draw.size(1, bs - 1)
    return watched_fit(fit_parameters, draw, n, bs, draw.number(0.05, 0.2))


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def goes_through_the_data_once_an_epoch(fit_parameters, draw):
    """When bs divides n, the last batch is a full one, and the next epoch follows it."""
    bs = draw.size(2, 4)
    return watched_fit(fit_parameters, draw, bs * draw.size(2, 3), bs, draw.number(0.05, 0.2), draw.integer(2, 3))


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def takes_batches_of_any_size(fit_parameters, draw):
    """A single row at a time, or more than there are rows: then all of them are one batch."""
    n, lr = draw.size(2, 4), draw.number(0.05, 0.2)
    return {f"bs = {bs}": watched_fit(fit_parameters, draw, n, bs, lr) for bs in (1, n + draw.size(1, 3))}


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def trains_parameters_that_are_in_no_linear_layer(fit_parameters, draw):
    """A parameter may belong to any layer, to a layer inside a layer, or to the model itself, and have any
    name. The model is in training mode."""

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))
            self.block = torch.nn.Sequential(draw.network(2, 3, 4), torch.nn.PReLU(), torch.nn.LayerNorm(4))
            self.switch = mode_switch()

        def forward(self, x):
            return self.scale * self.switch(self.block(x)).sum(1, keepdim=True)

    model = filled(Scaled(), draw)
    n = 2 * draw.size(2, 3)
    fit_parameters(model, squared_error, draw.normal(n, 2), draw.normal(n), 2, draw.number(0.01, 0.02))
    return dict(model.named_parameters())


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def follows_the_loss_function_it_is_given(fit_parameters, draw):
    """The loss function is an argument: it need not be cross entropy, nor a mean, and may be below zero."""
    model, weight = draw.network(2, 3, 3), draw.number(200, 400)

    def weighted_cross_entropy(predictions, targets):
        return weight * (torch.nn.functional.cross_entropy(predictions, targets) - 5)

    n = 2 * draw.size(2, 3)
    fit_parameters(model, weighted_cross_entropy, draw.normal(n, 2), draw.labels(n, 3), 2, draw.number(0.0005, 0.001))
    return dict(model.named_parameters())


@fit_parameters.right
def zero_grad_first(model, loss_func, x, y, bs, lr, epochs=1):
    n = x.shape[0]
    for _epoch in range(epochs):
        for i in range((n - 1) // bs + 1):
            rows = slice(i * bs, (i + 1) * bs)
            model.zero_grad()
            loss = loss_func(model(x[rows]), y[rows])
            loss.backward()
            for p in model.parameters():
                p.data -= lr * p.grad.data
    return model


@fit_parameters.right
def with_split_and_sub(model, loss_func, x, y, bs, lr, epochs=1):
    params = list(model.parameters())
    for _ in range(epochs):
        for xb, yb in zip(x.split(bs), y.split(bs), strict=True):
            loss = loss_func(model.forward(xb), yb)
            loss.backward()
            with torch.no_grad():
                for p in params:
                    p.sub_(p.grad, alpha=lr)
                    p.grad = None


@fit_parameters.right
def with_autograd_grad(model, loss_func, x, y, bs, lr, epochs=1):
    for start in [i for _ in range(epochs) for i in range(0, len(x), bs)]:
        params = list(model.parameters())
        loss = loss_func(model(x[start : start + bs]), y[start : start + bs])
        for p, gradient in zip(params, torch.autograd.grad(loss, params), strict=True):
            p.data = p.data - lr * gradient


@fit_parameters.right
def reports_the_loss(model, loss_func, x, y, bs, lr, epochs=1):
    losses = []
    for _ in range(epochs):
        start = 0
        while start < len(y):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for _, p in model.named_parameters():
                    p.add_(-lr * p.grad)
                    p.grad.zero_()
            start += bs
        with torch.no_grad():
            losses.append(loss_func(model(x), y).item())
    return losses


@fit_parameters.mistake
def parameters_asked_for_once(model, loss_func, x, y, bs, lr, epochs=1):
    """Only the first batch changes anything: model.parameters() is a generator, and one walk uses it up. Ask for it at
    every batch, or keep a list of it."""
    parameters = model.parameters()
    for start in [i for _ in range(epochs) for i in range(0, len(x), bs)]:
        loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        with torch.no_grad():
            for p in parameters:
                p -= lr * p.grad
        model.zero_grad()


@fit_parameters.mistake
def targets_before_predictions(model, loss_func, x, y, bs, lr, epochs=1):
    """The loss function gets its arguments the wrong way round: the predictions come first, then the targets."""
    for start in [i for _ in range(epochs) for i in range(0, len(x), bs)]:
        loss_func(y[start : start + bs], model(x[start : start + bs])).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
        model.zero_grad()


@fit_parameters.mistake
def divided_by_the_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """The gradient is divided by the number of rows. Whether the loss is a mean is the loss function's own business:
    each parameter loses lr times its gradient, as it is."""
    for start in [i for _ in range(epochs) for i in range(0, len(x), bs)]:
        xb, yb = x[start : start + bs], y[start : start + bs]
        loss_func(model(xb), yb).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad / len(xb)
        model.zero_grad()


@fit_parameters.mistake
def forgets_to_clear_the_gradients(model, loss_func, x, y, bs, lr, epochs=1):
    """The gradients are never cleared, so every backward() adds to the old ones and each step follows the sum
    of all batches so far."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr


@fit_parameters.mistake
def clears_once_an_epoch(model, loss_func, x, y, bs, lr, epochs=1):
    """The gradients are cleared once an epoch, and add up from batch to batch within it. Clear them for each
    batch."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
        model.zero_grad()


@fit_parameters.mistake
def climbs(model, loss_func, x, y, bs, lr, epochs=1):
    """The parameters move along the gradient, so the loss grows. Which sign leads downhill?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p += p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def changes_nothing(model, loss_func, x, y, bs, lr, epochs=1):
    """No parameter ever changes. `p = p - ...` gives the name p to a new tensor and leaves the model's own
    alone: update in place. If you do, look whether the gradients are cleared before they are used."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p = p - p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def updates_with_the_graph_on(model, loss_func, x, y, bs, lr, epochs=1):
    """Autograd watches the update and forbids it: a parameter that requires grad cannot be changed in place
    while operations are recorded. Where is torch.no_grad()?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            for p in model.parameters():
                p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def drops_the_short_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """The last batch is left out when it is shorter than bs: `n // bs` counts full batches only."""
    for _ in range(epochs):
        for i in range(len(x) // bs):
            loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def an_empty_batch_at_the_end(model, loss_func, x, y, bs, lr, epochs=1):
    """When bs divides n there is one batch too many: it is empty, its mean loss is nan, and nan gets into
    every parameter. Check how many batches there are for n = 6, bs = 3."""
    for _ in range(epochs):
        for i in range(len(x) // bs + 1):
            loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def overlapping_batches(model, loss_func, x, y, bs, lr, epochs=1):
    """Neighbouring batches share a row: a slice leaves its end out already, so no + 1 is needed."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs + 1]), y[start : start + bs + 1]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def all_the_data_every_time(model, loss_func, x, y, bs, lr, epochs=1):
    """Each step uses all the rows of x and y. Cut the batch out first, and predict from it."""
    for _ in range(epochs):
        for _start in range(0, len(x), bs):
            loss_func(model(x), y).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def one_update_an_epoch(model, loss_func, x, y, bs, lr, epochs=1):
    """The parameters are updated once an epoch, with the gradients of all batches added up. Is the update
    indented far enough to be inside the loop over the batches?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def returns_after_the_first_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """Training stops after the first batch: a `return` or a `break` stands inside the loop."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()
            return


@fit_parameters.mistake
def only_one_epoch(model, loss_func, x, y, bs, lr, epochs=1):
    """There is one epoch whatever `epochs` says."""
    for start in range(0, len(x), bs):
        loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def its_own_learning_rate(model, loss_func, x, y, bs, lr, epochs=1):
    """The learning rate is 0.5 whatever `lr` says."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * 0.5
                model.zero_grad()


@fit_parameters.mistake
def its_own_batch_size(model, loss_func, x, y, bs, lr, epochs=1):
    """The batches have 64 rows whatever `bs` says."""
    for _ in range(epochs):
        for start in range(0, len(x), 64):
            loss_func(model(x[start : start + 64]), y[start : start + 64]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def its_own_loss(model, loss_func, x, y, bs, lr, epochs=1):
    """The loss is always cross entropy; `loss_func` is not called."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            torch.nn.functional.cross_entropy(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def divides_by_the_batch_size(model, loss_func, x, y, bs, lr, epochs=1):
    """The gradient is divided by the batch size before it is used. The loss function has taken the mean
    already, if it means to."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr / bs
                model.zero_grad()


@fit_parameters.mistake
def weights_and_biases_of_the_layers(model, loss_func, x, y, bs, lr, epochs=1):
    """Only what is called weight or bias and belongs to a layer is trained. The model may have other
    parameters, its own for instance: loop over model.parameters()."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.modules():
                    if layer is not model and hasattr(layer, "weight"):
                        layer.weight -= layer.weight.grad * lr
                        if hasattr(layer, "bias"):
                            layer.bias -= layer.bias.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def weights_without_biases(model, loss_func, x, y, bs, lr, epochs=1):
    """Only matrices are updated; biases and other parameters with fewer than two dimensions stay as they
    were."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    if p.dim() > 1:
                        p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def shuffled(model, loss_func, x, y, bs, lr, epochs=1):
    """The rows are shuffled. Go through them in order here; shuffling has its own section."""
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), bs):
            rows = order[start : start + bs]
            loss_func(model(x[rows]), y[rows]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def no_gradients_at_the_update(model, loss_func, x, y, bs, lr, epochs=1):
    """At the update p.grad is None: there is no gradient yet, or no longer. Is backward() called on the loss, and
    are the gradients cleared only when all the parameters have been updated?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
                    model.zero_grad()


@fit_parameters.mistake
def no_gradients_at_the_update_either(model, loss_func, x, y, bs, lr, epochs=1):
    """At the update p.grad is None: there is no gradient yet, or no longer. Is backward() called on the loss, and
    are the gradients cleared only when all the parameters have been updated?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
                    model.zero_grad()


@fit_parameters.mistake
def no_grad_without_parentheses(model, loss_func, x, y, bs, lr, epochs=1):
    """torch.no_grad is a class: `with` needs an object of it. The parentheses are missing."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad:
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def parameters_without_parentheses(model, loss_func, x, y, bs, lr, epochs=1):
    """model.parameters is a method: call it, with parentheses, to get the parameters."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters:
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def loss_without_a_graph(model, loss_func, x, y, bs, lr, epochs=1):
    """backward() has nothing to follow: the loss is computed under no_grad, or cut off from the model by detach(). Only
    the update belongs under no_grad."""
    with torch.no_grad():
        for _ in range(epochs):
            for start in range(0, len(x), bs):
                loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
                with torch.no_grad():
                    for p in model.parameters():
                        p -= p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def without_lr(model, loss_func, x, y, bs, lr, epochs=1):
    """The whole gradient is taken off the parameters: `lr` is not used."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad
            model.zero_grad()


@fit_parameters.mistake
def a_batch_at_every_row(model, loss_func, x, y, bs, lr, epochs=1):
    """A batch begins at every row, so that neighbouring batches overlap. range() has a third argument: the step."""
    for _ in range(epochs):
        for start in range(len(x)):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def a_row_at_a_time(model, loss_func, x, y, bs, lr, epochs=1):
    """There is an update for each row, whatever `bs` says. Each batch is to have `bs` rows."""
    for _ in range(epochs):
        for start in range(len(x)):
            loss_func(model(x[start : start + 1]), y[start : start + 1]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def stops_a_batch_early(model, loss_func, x, y, bs, lr, epochs=1):
    """The last batch is always left out, full or short: the starts are to go on up to len(x)."""
    for _ in range(epochs):
        for start in range(0, len(x) - bs, bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def the_last_batch_made_full(model, loss_func, x, y, bs, lr, epochs=1):
    """The last batch is filled up to bs rows with rows that the batch before it had. Let it be shorter."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            start = max(0, min(start, len(x) - bs))
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def one_epoch_too_few(model, loss_func, x, y, bs, lr, epochs=1):
    """There is one epoch too few, none at all when epochs is 1. How many numbers are in range(1, epochs)?"""
    for _ in range(1, epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def one_epoch_too_many(model, loss_func, x, y, bs, lr, epochs=1):
    """There is one epoch too many. How many numbers are in range(epochs)?"""
    for _ in range(epochs + 1):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def updates_with_the_last_batch_alone(model, loss_func, x, y, bs, lr, epochs=1):
    """The parameters are updated once an epoch, with the gradients of the last batch alone. Is the update indented far
    enough to be inside the loop over the batches?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            model.zero_grad()
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= p.grad * lr


@fit_parameters.mistake
def in_eval_mode(model, loss_func, x, y, bs, lr, epochs=1):
    """The model is set to eval mode, in which layers such as dropout do not act as they should in training. Leave its
    mode alone here."""
    model.eval()
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def limits_the_gradients(model, loss_func, x, y, bs, lr, epochs=1):
    """Large gradients are cut down before the update. Nobody asked for that: take them as they are."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad.clamp(-5, 5) * lr
            model.zero_grad()


@fit_parameters.mistake
def a_loss_above_zero(model, loss_func, x, y, bs, lr, epochs=1):
    """The loss is changed before backward(). A loss function may give negative numbers: follow it as it is."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).abs().backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def leaves_recording_off(model, loss_func, x, y, bs, lr, epochs=1):
    """After training autograd records nothing any more: set_grad_enabled(False) holds until it is undone.
    torch.no_grad() in a `with` ends by itself."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            torch.set_grad_enabled(True)
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            torch.set_grad_enabled(False)
            for p in model.parameters():
                p -= p.grad * lr
            model.zero_grad()


@fit_parameters.mistake
def a_batch_smaller_than_the_data(model, loss_func, x, y, bs, lr, epochs=1):
    """When bs is greater than the number of rows, all the rows should be one batch."""
    bs = min(bs, len(x) - 1)
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr
            model.zero_grad()


# layers_or_parameters

layers_or_parameters = concept(
    "layers_or_parameters",
    ids=["R4.6"],
    hints=[
        "Make nn.Linear(784, 50) and nn.ReLU(), and look at list(layer.parameters()) of each.",
        "Which of the two, layer or parameter, do you call with x? Which of the two has a .grad?",
    ],
    explanations={
        "a": "True. A layer is code together with state: calling it computes something. A parameter is the "
        "state: a tensor that requires grad, and has a .grad after backward().",
        "b": "False. nn.ReLU has none and takes part all the same: gradients pass through it to the layers "
        "before it. There is just nothing in it to update.",
        "c": "False. It yields tensors: the weight of the first layer, its bias, the weight of the next. "
        "named_children() is what yields layers; and not every layer has a weight and a bias.",
        "d": "True. The weight has 50 x 784 = 39,200 entries and the bias 50. Two tensors, so two "
        "parameters, whatever their size.",
        "e": "False. A plain tensor in an attribute is just that. It counts as a parameter when it is an "
        "nn.Parameter; nn.Linear wraps its weight and bias in one.",
    },
    model_answer="A layer is a module: it has a forward method, and is called with an input. A parameter is "
    "a tensor (an nn.Parameter) that layers compute with and that training changes. A layer can have "
    "several parameters, as nn.Linear has a weight and a bias, or none, as ReLU. named_children() gives the "
    "layers of a model, parameters() the tensors of all its layers, however deep they are.",
    rubric=[
        "1 point: a layer is a module that computes; a parameter is a tensor that is trained.",
        "1 point: a layer has several parameters or none, with an example.",
    ],
)


@layers_or_parameters.experiment
def count_both():
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10))
    model.note = torch.zeros(3)
    lines = ["Linear(784, 50), ReLU, Linear(50, 10), and a plain tensor in attribute `note`:"]
    for name, layer in model.named_children():
        held = [f"{tuple(p.shape)}: {p.numel():,} numbers" for p in layer.parameters()]
        lines.append(f"  layer {name}, {type(layer).__name__:7} {'; '.join(held) or 'no parameters'}")
    lines.append(f"Layers: {len(list(model.children()))}. Parameters: {len(list(model.parameters()))}.")
    lines.append(f"Their names: {', '.join(name for name, _ in model.named_parameters())} (no `note`).")
    lines.append(f"What parameters() yields first: {type(next(model.parameters())).__name__}")
    return lines


# why_parameters_are_shorter

why_parameters_are_shorter = concept(
    "why_parameters_are_shorter",
    ids=["R4.7"],
    hints=[
        "Put both loops side by side. Which lines of the first ask how the model is built?",
        "Count the tensors that each of the two loops updates in one step, and see what becomes of their .grad.",
    ],
    explanations={
        "a": "True. The first loop needs an `if hasattr(layer, 'weight')`; parameters() never comes across "
        "ReLU, since there is no tensor in it.",
        "b": "False. The same four tensors are updated: a weight and its bias are two parameters. Only the "
        "lines are fewer.",
        "c": "True. Plain SGD takes lr times the gradient off each tensor, whatever part that tensor plays, "
        "so nothing has to be said about weights and biases one by one.",
        "d": "False. A gradient stays until somebody clears it, and backward() adds to it. What became "
        "shorter is the way to clear them.",
        "e": "True. A convolution, a layer in a layer, a parameter of the model itself: all of them are in "
        "parameters(). The first loop would have missed what is not a weight or a bias of a layer in its "
        "list.",
        "f": "True. zero_grad() of a module goes through its parameters for you. A plain Python list has no "
        "such method.",
    },
    model_answer="Plain SGD treats all parameters alike, so it needs a sequence of tensors and nothing "
    "else. model.parameters() is that sequence: it leaves out layers that have none and goes into layers "
    "inside layers, so the loop asks no longer which layer has a weight and which a bias. model.zero_grad() "
    "clears all the gradients in one call. The update itself, and the tensors that are updated, are the "
    "same as before.",
    rubric=[
        "1 point: all parameters are updated by one rule, so no question about the kind of layer is left.",
        "1 point: the module finds the parameters (and clears their gradients), since it knows its layers.",
    ],
)


@why_parameters_are_shorter.experiment
def both_loops_on_other_models():
    nn = torch.nn
    plain = nn.Sequential(nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 3))
    nested = nn.Sequential(nn.Linear(8, 5), nn.Sequential(nn.ReLU(), nn.Linear(5, 5)), nn.Linear(5, 3))
    lines = ["Tensors that are found               through each layer's    by parameters()"]
    lines.append("                                     weight and bias")
    for what, model in (("Linear, ReLU, Linear", plain), ("with a ReLU, Linear block inside", nested)):
        by_layers = sum(hasattr(layer, "weight") + hasattr(layer, "bias") for layer in model)
        lines.append(f"  {what:35}{by_layers:8}{len(list(model.parameters())):24}")
    plain(torch.rand(4, 8)).sum().backward()
    once = float(plain[2].bias.grad[0])
    plain(torch.rand(4, 8)).sum().backward()
    lines.append(f"A gradient after backward(): {once}; after another, if not cleared: {float(plain[2].bias.grad[0])}")
    plain.zero_grad()
    lines.append(f"All four after model.zero_grad(): {[p.grad for p in plain.parameters()]}")
    return lines


# DummyModule

DummyModule = code(
    "DummyModule",
    ids=["R4.8"],
    hints=[
        "In which order must `__init__` set its three attributes, if `__setattr__` puts l1 and l2 into `_modules`?",
        "Inside `__setattr__` an ordinary assignment would call `__setattr__` again, for ever: hand the "
        "name and the value on to `super().__setattr__`. Before that, look whether the name starts with an "
        "underscore.",
        "`parameters` goes through self._modules.values() and gives every item of each layer's own "
        "parameters(): `yield from`, or a list that is extended. `__repr__` can return an f-string with the "
        "registry in it.",
    ],
    is_class=True,
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


def attribute(model, name):
    try:
        return getattr(model, name)
    except AttributeError:
        raise Complaint(f"model.{name} raises AttributeError, although it was set: is it set as usual, too?") from None


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
    model = DummyModule(*three_sizes(draw))
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
    model = DummyModule(*three_sizes(draw))
    name = f"_{some_names(draw, 1)[0]}"
    setattr(model, name, draw.linear(1, draw.size(1, 2)))
    return {"registered": list(registry(model)), f"model.{name}.bias": attribute(model, name).bias}


@DummyModule.probe
def registers_and_yields_what_is_set_later(DummyModule, draw):
    """Any layer may be set: one without parameters, or one with layers inside it. All its parameters belong
    to it."""
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
    model = DummyModule(*three_sizes(draw))
    for parameter in walked(model):
        if isinstance(parameter, torch.Tensor):
            with torch.no_grad():
                parameter.copy_(draw.normal(*parameter.shape))
    return {
        f"{name}.{part}": getattr(attribute(model, name), part) for name in ("l1", "l2") for part in ("weight", "bias")
    }


@DummyModule.probe
def can_be_walked_again_and_again(DummyModule, draw):
    model = DummyModule(*three_sizes(draw))
    return [[list(getattr(p, "shape", ())) for p in walked(model)] for _ in range(2)]


@DummyModule.probe
def keeps_two_models_apart(DummyModule, draw):
    n_in, nh, n_out = three_sizes(draw)
    first, second = DummyModule(n_in, nh, n_out), DummyModule(n_in + 1, nh + 1, n_out + 1)
    return {
        what: [list(getattr(parameter, "shape", ())) for parameter in walked(model)]
        for what, model in (("parameters of the first", first), ("of the second", second))
    }


@DummyModule.probe
def shows_the_registry_in_its_repr(DummyModule, draw):
    """Expected in the string that repr(model) gives: each registered name, and each layer's own repr."""
    model = DummyModule(*three_sizes(draw))
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
def yields_one_by_one():
    class Model:
        def __init__(self, n_in, nh, n_out):
            self._modules = {}
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

        def __setattr__(self, k, v):
            if not k.startswith("_"):
                self._modules[k] = v
            super().__setattr__(k, v)

        def __repr__(self):
            return f"{self._modules}"

        def parameters(self):
            for layer in self._modules.values():
                yield from layer.parameters()

    return Model


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


@DummyModule.mistake
def registers_and_does_not_set():
    """`__setattr__` puts the layer into the registry and stops there, so there is no attribute: model.l1
    fails. The usual setting of an attribute, which you have replaced, is still needed."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            if name.startswith("_"):
                self.__dict__[name] = value
            else:
                self._modules[name] = value

    return Model


@DummyModule.mistake
def registers_private_names():
    """Names that begin with an underscore are registered as well. Those are the object's own business: leave
    them out."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            if name != "_modules":
                self._modules[name] = value
            object.__setattr__(self, name, value)

    return Model


@DummyModule.mistake(twins=["never_sets_the_registry", "layers_before_the_registry"])
def registers_the_registry():
    """Something is to be registered while there is no `_modules` yet. Does `__setattr__` leave alone what
    begins with an underscore, `_modules` itself above all, and still set it? Does `__init__` set the registry
    first? (And mind that an assignment such as `self.name = value` inside `__setattr__` calls it again.)"""

    class DummyModule(yields_one_by_one()):
        def __setattr__(self, name, value):
            self._modules[name] = value
            object.__setattr__(self, name, value)

    return DummyModule


@DummyModule.mistake(twins=["layers_before_the_registry"])
def never_sets_the_registry():
    """Something is to be registered while there is no `_modules` yet. Does `__setattr__` leave alone what
    begins with an underscore, `_modules` itself above all, and still set it? Does `__init__` set the registry
    first? (And mind that an assignment such as `self.name = value` inside `__setattr__` calls it again.)"""

    class DummyModule(yields_one_by_one()):
        def __setattr__(self, name, value):
            if not name.startswith("_"):
                self._modules[name] = value
                object.__setattr__(self, name, value)

    return DummyModule


@DummyModule.mistake
def layers_before_the_registry():
    """Something is to be registered while there is no `_modules` yet. Does `__setattr__` leave alone what
    begins with an underscore, `_modules` itself above all, and still set it? Does `__init__` set the registry
    first? (And mind that an assignment such as `self.name = value` inside `__setattr__` calls it again.)"""

    class DummyModule(yields_one_by_one()):
        def __init__(self, n_in, nh, n_out):
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)
            self._modules = {}

    return DummyModule


@DummyModule.mistake
def calls_itself_for_ever():
    """Setting an attribute inside `__setattr__`, with `=` or with setattr(), calls `__setattr__` again,
    without end. Let the class above do the setting: super() knows how."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            if not name.startswith("_"):
                self._modules[name] = value
            setattr(self, name, value)

    return Model


@DummyModule.mistake
def yields_the_layers():
    """`parameters()` yields layers. Ask each layer for its own parameters, and yield those."""

    class Model(yields_one_by_one()):
        def parameters(self):
            yield from self._modules.values()

    return Model


@DummyModule.mistake
def yields_one_generator_a_layer():
    """`parameters()` yields a generator for each layer: one level too deep. Yield what is in each, one tensor
    at a time (`yield from`, or a second loop)."""

    class Model(yields_one_by_one()):
        def parameters(self):
            for layer in self._modules.values():
                yield layer.parameters()

    return Model


@DummyModule.mistake
def yields_one_list_a_layer():
    """`parameters()` gives a list of lists, one for each layer. What is wanted is flat: one tensor after
    another."""

    class Model(yields_one_by_one()):
        def parameters(self):
            return [list(layer.parameters()) for layer in self._modules.values()]

    return Model


@DummyModule.mistake
def yields_names_and_tensors():
    """`parameters()` yields pairs of a name and a tensor. That is named_parameters; yield the tensors
    alone."""

    class Model(yields_one_by_one()):
        def parameters(self):
            for layer in self._modules.values():
                yield from layer.named_parameters()

    return Model


@DummyModule.mistake
def yields_weights_only():
    """The biases are missing: every parameter of a layer is asked for, and its own `parameters()` has them
    all."""

    class Model(yields_one_by_one()):
        def parameters(self):
            for layer in self._modules.values():
                for p in layer.parameters():
                    if p.dim() > 1:
                        yield p

    return Model


@DummyModule.mistake
def yields_weight_and_bias():
    """You take `weight` and `bias` of each layer. A layer may have only one of them, or none, or other layers
    inside: ask it for its parameters()."""

    class Model(yields_one_by_one()):
        def parameters(self):
            for layer in self._modules.values():
                yield layer.weight
                yield layer.bias

    return Model


@DummyModule.mistake
def stops_after_the_first_layer():
    """Only the parameters of the first layer come back: a `return` stands inside the loop over the layers."""

    class Model(yields_one_by_one()):
        def parameters(self):
            for layer in self._modules.values():
                return layer.parameters()

    return Model


@DummyModule.mistake
def yields_those_of_l1_and_l2():
    """`parameters()` knows only l1 and l2. A layer that is set later is registered too: go through the
    registry."""

    class Model(yields_one_by_one()):
        def parameters(self):
            yield from self.l1.parameters()
            yield from self.l2.parameters()

    return Model


@DummyModule.mistake
def yields_copies():
    """`parameters()` yields copies of the tensors, so that updating them leaves the layers alone. Yield the
    tensors themselves."""

    class Model(yields_one_by_one()):
        def parameters(self):
            for layer in self._modules.values():
                yield from [p.detach().clone().requires_grad_() for p in layer.parameters()]

    return Model


@DummyModule.mistake
def one_generator_for_life():
    """The generator is made once and kept, so a second call of `parameters()` finds it used up. Make a new
    one at each call."""

    class Model(yields_one_by_one()):
        def parameters(self):
            if not hasattr(self, "_generator"):
                self._generator = super().parameters()
            return self._generator

    return Model


@DummyModule.mistake
def parameters_as_they_were():
    """The parameters are collected when the model is made. Layers that are set later, or set again, are
    missing: look into the registry when `parameters()` is called."""

    class Model(yields_one_by_one()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, nh, n_out)
            self._all = list(super().parameters())

        def parameters(self):
            return self._all

    return Model


@DummyModule.mistake
def one_registry_for_all():
    """All instances share one registry, since the dict stands in the class body (or is a default argument): a
    second model's layers get into the first's. Make a new dict in `__init__`."""

    class Model(yields_one_by_one()):
        _modules = {}  # noqa: RUF012

        def __init__(self, n_in, nh, n_out):
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

    return Model


@DummyModule.mistake
def a_class_attribute_made_anew():
    """A new dict is made for each model, and put into the class, where all the instances share it: the first
    model loses its layers to the second. The registry belongs to self."""

    class Model(yields_one_by_one()):
        def __init__(self, n_in, nh, n_out):
            type(self)._modules = {}
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

    return Model


@DummyModule.mistake
def keeps_the_first_value():
    """A name that is set again keeps its first layer in the registry. The registry should hold the new value,
    as the attribute does."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            if not name.startswith("_"):
                self._modules.setdefault(name, value)
            object.__setattr__(self, name, value)

    return Model


@DummyModule.mistake
def fills_the_registry_by_hand():
    """`__init__` puts l1 and l2 into the registry by itself, and a layer that is set later is not registered.
    That is the work of `__setattr__`."""

    class Model(yields_one_by_one()):
        def __init__(self, n_in, nh, n_out):
            self._modules = {"l1": torch.nn.Linear(n_in, nh), "l2": torch.nn.Linear(nh, n_out)}
            self.l1, self.l2 = self._modules.values()

        def __setattr__(self, name, value):
            object.__setattr__(self, name, value)

    return Model


@DummyModule.mistake
def registers_parameters():
    """The registry holds tensors or other things where layers should be. Put the value in as it comes."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            if not name.startswith("_"):
                self._modules[name] = list(value.parameters())
            object.__setattr__(self, name, value)

        def parameters(self):
            return [p for held in self._modules.values() for p in held]

    return Model


@DummyModule.mistake
def a_list_for_registry():
    """The registry is a list. It should be a dict, from each name to its layer: otherwise, who is l1?"""

    class Model(yields_one_by_one()):
        def __init__(self, n_in, nh, n_out):
            self._modules = []
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

        def __setattr__(self, name, value):
            if not name.startswith("_"):
                self._modules.append(value)
            object.__setattr__(self, name, value)

        def parameters(self):
            for layer in self._modules:
                yield from layer.parameters()

    return Model


@DummyModule.mistake
def an_nn_module():
    """The class inherits from nn.Module, which registers, shows and yields everything already. Take the base
    class away and do it yourself."""

    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            super().__init__()
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

        def __repr__(self):
            return f"{self._modules}"

    return Model


@DummyModule.mistake
def repr_that_prints():
    """`__repr__` prints and returns None. Python does the printing: return the string."""

    class Model(yields_one_by_one()):
        def __repr__(self):
            _ = f"{self._modules}"

    return Model


@DummyModule.mistake
def repr_that_is_a_dict():
    """`__repr__` returns the dict itself. It must return a string: put the registry into an f-string, or use
    str()."""

    class Model(yields_one_by_one()):
        def __repr__(self):
            return self._modules

    return Model


@DummyModule.mistake
def repr_of_names():
    """`__repr__` shows the names and not the layers. Show each layer's own repr with its name."""

    class Model(yields_one_by_one()):
        def __repr__(self):
            return f"{list(self._modules)}"

    return Model


@DummyModule.mistake
def repr_of_layers():
    """`__repr__` shows the layers without their names. Show each name with its layer."""

    class Model(yields_one_by_one()):
        def __repr__(self):
            return f"{list(self._modules.values())}"

    return Model


@DummyModule.mistake
def repr_of_l1_and_l2():
    """`__repr__` shows l1 and l2 alone. A layer that is set later belongs in it as well: go through the
    registry."""

    class Model(yields_one_by_one()):
        def __repr__(self):
            return f"l1: {self.l1}, l2: {self.l2}"

    return Model


@DummyModule.mistake
def without_a_repr():
    """The class has no `__repr__` of its own, so Python shows only the class and an address. Check the
    spelling: two underscores on either side."""

    class Model(yields_one_by_one()):
        __repr__ = object.__repr__

    return Model


@DummyModule.mistake
def without_a_setattr():
    """Nothing gets into the registry: is there a `__setattr__`, with two underscores on either side and inside
    the class, and does it put the value into `_modules`?"""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            object.__setattr__(self, name, value)

    return Model


@DummyModule.mistake
def super_with_self():
    """super() passes self on by itself: `super().__setattr__` takes the name and the value alone."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            if not name.startswith("_"):
                self._modules[name] = value
            object.__setattr__(self, self, name, value)

    return Model


@DummyModule.mistake
def walks_over_the_names():
    """`parameters()` asks the names for their parameters: a loop over a dict goes through its keys. The layers
    are its values()."""

    class Model(yields_one_by_one()):
        def parameters(self):
            for layer in self._modules:
                yield from layer.parameters()

    return Model


@DummyModule.mistake
def outputs_before_inputs():
    """The sizes of a layer are the wrong way round: nn.Linear takes the number of inputs first, then of
    outputs."""

    class Model(yields_one_by_one()):
        def __init__(self, n_in, nh, n_out):
            self._modules = {}
            self.l1 = torch.nn.Linear(nh, n_in)
            self.l2 = torch.nn.Linear(n_out, nh)

    return Model


@DummyModule.mistake
def an_underscore_anywhere():
    """A name with an underscore further on (body_2) is not registered. Only a name that begins with one is
    left out."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            if "_" not in name:
                self._modules[name] = value
            object.__setattr__(self, name, value)

    return Model


@DummyModule.mistake
def some_kinds_of_layers():
    """Layers of some kinds only are registered. Any value is, whose name does not begin with an
    underscore."""

    class Model(yields_one_by_one()):
        def __setattr__(self, name, value):
            nn = torch.nn
            kinds = (nn.Linear, nn.ReLU, nn.PReLU, nn.Sequential)
            if isinstance(value, kinds) and not name.startswith("_"):
                self._modules[name] = value
            object.__setattr__(self, name, value)

    return Model


@DummyModule.mistake
def yields_what_is_trained():
    """Parameters whose requires_grad is False are left out. Every parameter of each layer is asked for."""

    class Model(yields_one_by_one()):
        def parameters(self):
            return [p for layer in self._modules.values() for p in layer.parameters() if p.requires_grad]

    return Model


@DummyModule.mistake
def yields_weights_and_biases_wherever():
    """Only what is called weight or bias comes back. A layer may have parameters with other names: ask it for
    its parameters()."""

    class Model(yields_one_by_one()):
        def parameters(self):
            inner = [part for layer in self._modules.values() for part in layer.modules()]
            found = [getattr(part, name, None) for part in inner for name in ("weight", "bias")]
            return [p for p in found if p is not None]

    return Model


@DummyModule.mistake
def repr_without_an_f():
    """`__repr__` returns a text that shows no name and no layer. Are there braces in it, and an f in front of
    the string?"""

    class Model(yields_one_by_one()):
        def __repr__(self):
            return "{self._modules}"

    return Model


@DummyModule.mistake
def fifty_hidden_units_again():
    """The hidden layer has 50 units, whatever nh is. Which of the arguments is not used?"""

    class Model(yields_one_by_one()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, 50, n_out)

    return Model


# three_dunders

three_dunders = concept(
    "three_dunders",
    ids=["R4.9"],
    hints=[
        "Put a print into each of the three methods of a small class, make an object, set one of its "
        "attributes and read it.",
        "Which of the three hands something back to whoever called it? What does Python do with that?",
    ],
    explanations={
        "a": "False. The object is there before `__init__` runs (it arrives as self), and `__init__` fills "
        "it. It returns None; returning anything else is a TypeError.",
        "b": "True. `self.l1 = ...` calls it, wherever the line stands. That is why the registry has to "
        "exist before the first layer is set in `__init__`.",
        "c": "False. Reading takes another way (`__getattribute__`, then `__getattr__`); `__setattr__` is "
        "about setting only.",
        "d": "False. It returns a string, and whoever asked decides what happens to it: print shows it, a "
        "notebook displays it, a debugger or a list puts it into a longer text.",
        "e": "True. print asks for str(model), and str falls back on `__repr__` when there is no `__str__`. "
        "A notebook cell that ends in `model` uses `__repr__` directly.",
    },
    model_answer="Python calls `__init__` when a new object has been made, to fill it; `__setattr__` "
    "whenever an attribute of the object is set, also inside `__init__`; and `__repr__` when a description "
    "is needed, as in a notebook or by print. DummyModule uses the second one to register each layer that "
    "it is given and the third one to show what is registered.",
    rubric=[
        "1 point: `__init__` fills a new object.",
        "1 point: `__setattr__` runs at each assignment to an attribute (not when one is read).",
        "1 point: `__repr__` returns the string by which the object is shown.",
    ],
)


@three_dunders.experiment
def who_is_called_when():
    calls = []

    class Watched:
        def __init__(self):
            calls.append("__init__")
            self.size = 3

        def __setattr__(self, name, value):
            calls.append(f"__setattr__({name!r}, {value!r})")
            super().__setattr__(name, value)

        def __repr__(self):
            calls.append("__repr__")
            return "<watched>"

    lines = ["A class whose methods tell when they are called; __init__ sets self.size = 3:"]

    def during(line, action):
        calls.clear()
        result = action()
        told = "" if result is None else f"  and gives {result!r}"
        lines.append(f"  {line:18}calls {', '.join(calls) or 'none of them'}{told}")

    during("model = Watched()", lambda: Watched() and None)
    model = Watched()
    during("model.size = 4", lambda: setattr(model, "size", 4))
    during("model.size", lambda: model.size)
    during("str(model)", lambda: str(model))
    during("str([model])", lambda: str([model]))
    return lines


# what_parameters_yields

what_parameters_yields = concept(
    "what_parameters_yields",
    ids=["R4.10"],
    hints=[
        "Look at list(model.parameters()): how many items are there, and what is the type of each?",
        "Keep `params = model.parameters()` and walk through it twice. Then call model.parameters() twice.",
    ],
    explanations={
        "a": "False. Those are in the registry; `parameters()` goes one level further and yields what each "
        "layer's own parameters() yields, which are tensors.",
        "b": "True. Layers in the order of registration, and within nn.Linear first the weight, then the bias.",
        "c": "True. No copies are made: the optimizer's update reaches the layers because it gets these very tensors.",
        "d": "False. An item is a tensor, however many numbers are in it. With sizes 784, 50 and 10 there "
        "are four items and 39,760 numbers.",
        "e": "True. A generator goes forwards once. Whoever needs the parameters again, as an optimizer "
        "does at every step, keeps them in a list; or asks again, and gets a fresh generator.",
    },
    model_answer="`parameters()` goes through the registered layers in order and yields every parameter of "
    "each: for two nn.Linear layers four tensors, weight and bias of the first and of the second. They are "
    "the layers' own tensors, so an update in place changes the model. As it is a generator it can be "
    "walked once; each call makes a new one.",
    rubric=[
        "1 point: tensors, not layers: weight and bias of each layer, in order.",
        "1 point: the tensors themselves, so that an update reaches the model; or what being a generator means.",
    ],
)


@what_parameters_yields.experiment
def walk_through_them():
    nn = torch.nn
    layers = {"l1": nn.Linear(784, 50), "l2": nn.Linear(50, 10)}

    def parameters():
        for layer in layers.values():
            yield from layer.parameters()

    lines = ["A generator over the parameters of Linear(784, 50) and Linear(50, 10):"]
    lines += [f"  {type(p).__name__} of shape {tuple(p.shape)}" for p in parameters()]
    lines.append(f"Numbers in them: {sum(p.numel() for p in parameters()):,}")
    walk = parameters()
    lines.append(f"One generator, walked twice: {len(list(walk))} items, then {len(list(walk))}")
    lines.append(f"Two calls: {len(list(parameters()))} items, then {len(list(parameters()))}")
    with torch.no_grad():
        next(parameters()).zero_()
    lines.append(
        f"Largest weight of l1 after zeroing the first item in place: {float(layers['l1'].weight.detach().abs().max())}"
    )
    return lines


# what_setattr_does

what_setattr_does = concept(
    "what_setattr_does",
    ids=["R4.11"],
    hints=[
        "Which object is it whose attribute is set in each of these lines, and is an attribute set there at all?",
        "Take your DummyModule, try each line, and look at model._modules before and after.",
    ],
    explanations={
        "a": "True. Once a class has its own `__setattr__`, Python does nothing else for it. What it does "
        "not pass on to the usual setting never becomes an attribute.",
        "b": "False. The attribute that is set is `weight`, and the object that gets it is the layer: "
        "nn.Linear's own `__setattr__` is called. `model.l1` is only read.",
        "c": "False. Python calls it for every value: numbers, lists, anything. nn.Module's version looks "
        "at the value to see whether it is a module; ours looks at the name.",
        "d": "False. The list changes, but no attribute is set, so nobody notices the new layer. That is "
        "the gap that nn.ModuleList fills.",
        "e": "True. Setting `_modules` is an assignment like any other. If it were to be registered, the "
        "registry would be needed in order to make the registry.",
        "f": "True. What is in the registry is shown by `__repr__`, and `parameters()` goes through the "
        "same registry. Each nn.Linear should add two tensors.",
    },
    model_answer="Python calls `__setattr__` at every assignment to an attribute. Ours puts the value into "
    "the registry under its name, unless the name begins with an underscore, and then lets Python set the "
    "attribute as usual. So a layer is known to the model the moment it is assigned. To check, look at the "
    "repr, which shows the registry, or count the tensors that parameters() yields and compare their shapes "
    "with the sizes of the layers.",
    rubric=[
        "1 point: registers the value at the assignment, except for names with an underscore.",
        "1 point: the attribute is still set as usual.",
        "1 point: a way to check: repr, the registry, or number and shapes of the parameters.",
    ],
)


@what_setattr_does.experiment
def which_lines_call_it():
    nn = torch.nn
    calls = []

    class Watched:
        def __setattr__(self, name, value):
            calls.append(name)
            super().__setattr__(name, value)

    model = Watched()
    lines = ["Each line, and the name for which the model's __setattr__ was called:"]

    def during(line):
        calls.clear()
        exec(line, {"model": model, "nn": nn})
        lines.append(f"  {line:40} {', '.join(calls) or '(not called)'}")

    during("model.l1 = nn.Linear(2, 2)")
    during("model.l1.bias = nn.Linear(2, 2).bias")
    during("model.blocks = []")
    during("model.blocks.append(nn.Linear(2, 2))")
    during("model.size = 3")
    return lines


# what_repr_does

what_repr_does = concept(
    "what_repr_does",
    ids=["R4.12"],
    hints=[
        "Print your model before and after one training step. What is the same, what is different?",
        "Take the `__repr__` out of your class for a moment and print the model again.",
    ],
    explanations={
        "a": "False. It only reads. Registering is done by `__setattr__`; a repr that changes its object "
        "would be a nasty surprise, since debuggers and notebooks call it whenever they like.",
        "b": "False. nn.Linear's repr has its sizes and whether there is a bias; a trained model prints as "
        "an untrained one does. To see values, print a parameter.",
        "c": "True. Our repr shows the dict, and a dict shows its values by their own reprs: "
        "Linear(in_features=784, out_features=50, bias=True). So a layer that was forgotten is easily "
        "noticed.",
        "d": "False. Every class inherits a `__repr__` from object, which gives the name of the class and "
        "an address. It works and says little.",
    },
    model_answer="`__repr__` returns the string by which the model is shown, in a notebook or by print. "
    "Ours shows the registry: each name with its layer, and the layer shows itself with its sizes. That is "
    "how one sees whether each layer was registered and has the right size. It changes nothing, and does "
    "not show the values of the weights.",
    rubric=[
        "1 point: returns the string that describes the object, used by print and notebooks.",
        "1 point: shows the registered layers, so that one can check them.",
    ],
)


@what_repr_does.experiment
def with_and_without_a_repr():
    class Silent:
        def __init__(self):
            self.registry = {"l1": torch.nn.Linear(784, 50), "l2": torch.nn.Linear(50, 10)}

    class Telling(Silent):
        def __repr__(self):
            return f"{self.registry}"

    model = Telling()
    before = repr(model)
    with torch.no_grad():
        model.registry["l1"].weight.zero_()
    inherited = object.__repr__(Silent()).rsplit(".", 1)[-1].split(" at ")[0]
    return [
        f"Without a __repr__ of its own:  <{inherited} at 0x...>",
        "With one that shows the registry:",
        *(f"  {part}" for part in before.replace(", 'l2'", ",\n 'l2'").splitlines()),
        f"The same after all weights of l1 were set to zero: {repr(model) == before}",
    ]


# parameter_shapes

parameter_shapes = code(
    "parameter_shapes",
    ids=["R4.13"],
    hints=[
        "The module is asked for its parameters, and each of them is a tensor. What does a tensor know "
        "about its own size?",
        "Use nothing of the module but `parameters()`: a DummyModule has no named_parameters() and no children().",
        "One list with p.shape for each p that module.parameters() yields.",
    ],
    relations=["returns_nothing"],
)


class PlainModule:
    """Not an nn.Module: it has parameters() and nothing else. Gives a generator, or the list when
    `as_list`."""

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
def as_tuples(module):
    return [tuple(p.shape) for p in module.parameters()]


@parameter_shapes.right
def by_size(module):
    shapes = []
    for tensor in module.parameters():
        shapes.append(tensor.size())
    return shapes


@parameter_shapes.right
def mapped(module):
    return list(map(lambda p: p.detach().numpy().shape, module.parameters()))  # noqa: C417


@parameter_shapes.mistake
def how_many_numbers(module):
    """You list how many numbers each parameter has. Its shape is asked for: (50, 784) rather than 39200."""
    return [p.numel() for p in module.parameters()]


@parameter_shapes.mistake
def how_many_dimensions(module):
    """You list how many dimensions each parameter has. Its shape is asked for: the size of each dimension."""
    return [p.dim() for p in module.parameters()]


@parameter_shapes.mistake
def first_dimension_only(module):
    """Only the size of the first dimension is there (len of a tensor). A shape has the sizes of all
    dimensions."""
    return [p.shape[0] if p.dim() else 1 for p in module.parameters()]


@parameter_shapes.mistake
def the_other_way_round(module):
    """The sizes of each shape are in reverse order. nn.Linear keeps its weight as (outputs, inputs): report
    it as it is."""
    return [tuple(reversed(p.shape)) for p in module.parameters()]


@parameter_shapes.mistake
def matrices_only(module):
    """Parameters with fewer than two dimensions, such as biases, are missing."""
    return [p.shape for p in module.parameters() if p.dim() > 1]


@parameter_shapes.mistake
def all_in_one_list(module):
    """All sizes stand in one flat list (extend, or +). Append each shape as a whole."""
    return [size for p in module.parameters() for size in p.shape]


@parameter_shapes.mistake
def the_last_one(module):
    """Only the last shape is there: each turn of the loop replaces what was found before."""
    shapes = []
    for p in module.parameters():
        shapes = [p.shape]
    return shapes


@parameter_shapes.mistake
def size_not_called(module):
    """p.size is a method: call it, with parentheses, or take p.shape."""
    return [p.size for p in module.parameters()]


@parameter_shapes.mistake
def as_lists(module):
    """Each shape is a list. Leave it as it comes, a torch.Size, or make it a tuple."""
    return [list(p.shape) for p in module.parameters()]


@parameter_shapes.mistake
def each_tensor_once(module):
    """A tensor that is yielded twice is listed once. There is to be one entry for each that is yielded."""
    return [p.shape for p in {id(p): p for p in module.parameters()}.values()]


@parameter_shapes.mistake
def in_a_dict(module):
    """A dict with names comes back. Return the list of the shapes alone; and mind that not everything with
    parameters() has named_parameters()."""
    return {name: p.shape for name, p in module.named_parameters()}


@parameter_shapes.mistake
def method_not_called(module):
    """module.parameters is a method: call it, with parentheses."""
    return [p.shape for p in module.parameters]


@parameter_shapes.mistake
def shape_called(module):
    """p.shape is no method, so no parentheses come after it. (p.size() is one.)"""
    return [p.shape() for p in module.parameters()]


@parameter_shapes.mistake
def as_text(module):
    """The shapes are strings. Leave them as they are: tuples of ints or torch.Size."""
    return [str(tuple(p.shape)) for p in module.parameters()]


@parameter_shapes.mistake
def one_after_the_other(module):
    """A generator comes back, not a list: put the shapes into a list."""
    return (p.shape for p in module.parameters())


@parameter_shapes.mistake
def by_name(module):
    """named_parameters() belongs to nn.Module; a DummyModule does not have it. Use parameters() alone."""
    return [p.shape for _, p in module.named_parameters()]


@parameter_shapes.mistake
def of_the_children(module):
    """You go through the module's children (or its `_modules`). Not everything with parameters has these, and
    a module may have parameters that belong to none of its children: use parameters() alone."""
    return [p.shape for layer in module.children() for p in layer.parameters()]


@parameter_shapes.mistake
def of_the_first(module):
    """Only the first parameter is looked at: a `return` stands inside the loop."""
    for p in module.parameters():
        return [p.shape]


@parameter_shapes.mistake
def the_parameters(module):
    """The list holds the parameters themselves. Which attribute of a tensor is its shape?"""
    return list(module.parameters())


@parameter_shapes.mistake
def each_shape_once(module):
    """A shape that occurs twice is listed once. There is to be one entry for each parameter."""
    return list(dict.fromkeys(p.shape for p in module.parameters()))


# RegisteredModel

RegisteredModel = code(
    "RegisteredModel",
    ids=["R4.14"],
    hints=[
        "The list does the computing, as in the first model. What is new is that the module is told about each layer.",
        "`self.add_module(name, layer)` registers one layer. `enumerate(layers)` gives the numbers for the "
        "names, from 0.",
        "In `__init__`: super().__init__(), self.layers = layers, then a loop that registers each layer as "
        'f"layer_{i}". In `forward`: x = layer(x) for each layer of self.layers, then return x.',
    ],
    is_class=True,
)


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


def layers_of(model):
    kept = getattr(model, "layers", None)
    if kept is None or not hasattr(kept, "__iter__"):
        raise Complaint("the model has no attribute `layers` with the layers in it")
    return list(kept)


@RegisteredModel.probe
def registers_layer_0_layer_1_and_so_on(RegisteredModel, draw):
    model = as_module(RegisteredModel(a_stack(draw, draw.size(2, 3))), "RegisteredModel(...)")
    return {"children": kinds_of_children(model), "parameters": parameter_table(model)}


@RegisteredModel.probe
def keeps_the_list(RegisteredModel, draw):
    layers = a_stack(draw, draw.size(2, 3))
    passed = list(layers)
    kept = layers_of(RegisteredModel(layers))
    return {"layers kept": kept_among(kept, passed), "the list that was passed": kept_among(layers, passed)}


@RegisteredModel.probe
def applies_the_very_layers_one_after_the_other(RegisteredModel, draw):
    """The layers' weights are drawn anew after the model has been made, and the model must follow."""
    return outputs_with_new_weights(RegisteredModel, draw)


@RegisteredModel.probe
def applies_a_layer_twice_that_stands_twice(RegisteredModel, draw):
    """nn.Module's own listings (children, parameters) name the same layer only once."""
    shared = draw.linear(3, 3)
    model = RegisteredModel([shared, torch.nn.Tanh(), shared, torch.nn.Tanh()])
    names = [name for name in ("layer_0", "layer_2") if getattr(model, name, None) is shared]
    return {"output": model(draw.normal(2, draw.size(2, 4), 3)), "names of the layer": names}


@RegisteredModel.right
def counting():
    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.layers = layers
            for i in range(len(layers)):
                self.add_module("layer_" + str(i), layers[i])

        def forward(self, x):
            for layer in self.layers:
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


@RegisteredModel.mistake
def list_without_registering():
    """The layers are only in the list, so nn.Module does not know them: no children, no parameters. Register
    each one."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers

    return Model


@RegisteredModel.mistake
def numbered_by_index():
    """`layers.index(layer)` finds the first place of a layer, so one that stands in the list twice is registered under
    its first number only. enumerate gives every place its number."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for layer in layers:
                self.add_module(f"layer_{layers.index(layer)}", layer)

    return Model


@RegisteredModel.mistake
def counting_from_one():
    """The names begin with layer_1. The first layer is layer_0."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for i, layer in enumerate(layers, 1):
                self.add_module(f"layer_{i}", layer)

    return Model


@RegisteredModel.mistake
def names_without_underscore():
    """The names are layer0, layer1, ...: there is to be an underscore before the number."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for i, layer in enumerate(layers):
                self.add_module(f"layer{i}", layer)

    return Model


@RegisteredModel.mistake
def names_are_numbers():
    """The names are the bare numbers 0, 1, 2, ...: they are to be layer_0, layer_1, layer_2, ..."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for i, layer in enumerate(layers):
                self.add_module(str(i), layer)

    return Model


@RegisteredModel.mistake
def one_name_for_all():
    """Each layer is registered under the same name, so that only the last one stays. Put its number into the
    name (is there an f in front of the string?)."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for layer in layers:
                self.add_module("layer_{i}", layer)

    return Model


@RegisteredModel.mistake
def only_layers_with_parameters():
    """Layers without parameters, such as ReLU, are not registered. Register each layer of the list."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for i, layer in enumerate(layers):
                if list(layer.parameters()):
                    self.add_module(f"layer_{i}", layer)

    return Model


@RegisteredModel.mistake
def in_a_module_list():
    """The layers are registered in an nn.ModuleList (names layers.0, layers.1, ...). That is the next
    question: keep the plain list here, and register each layer with add_module."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = torch.nn.ModuleList(layers)

    return Model


@RegisteredModel.mistake
def without_keeping_the_list():
    """The layers are registered, but there is no attribute `layers` with the list."""

    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.n = len(layers)
            for i, layer in enumerate(layers):
                self.add_module(f"layer_{i}", layer)

        def forward(self, x):
            for i in range(self.n):
                x = getattr(self, f"layer_{i}")(x)
            return x

    return Model


@RegisteredModel.mistake
def copies_of_the_layers():
    """The model works with copies of the layers: what happens to the ones that were passed no longer reaches
    it. Keep the very same layers."""
    import copy

    class Model(counting()):
        def __init__(self, layers):
            super().__init__(copy.deepcopy(layers))

    return Model


@RegisteredModel.mistake
def registers_copies():
    """The registered layers are copies, while `forward` uses the layers of the list: training the parameters
    would change nothing that is computed. Register the very same layers."""
    import copy

    class Model(counting()):
        def __init__(self, layers):
            super().__init__(copy.deepcopy(layers))
            self.layers = layers

    return Model


@RegisteredModel.mistake
def in_order_of_the_names():
    """`forward` goes through the names in alphabetical order, where layer_10 comes before layer_2. Go through
    the list."""

    class Model(counting()):
        def forward(self, x):
            for name in sorted(f"layer_{i}" for i in range(len(self.layers))):
                x = getattr(self, name)(x)
            return x

    return Model


@RegisteredModel.mistake
def one_list_for_all():
    """All models share one list, that of the model made last (it is kept in the class or in the module).
    It belongs to self."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            type(self).layers = layers
            for i, layer in enumerate(layers):
                self.add_module(f"layer_{i}", layer)

    return Model


@RegisteredModel.mistake
def names_for_the_layers():
    """`layers` does not hold the layers that were passed, but copies or something else. Keep the list
    itself."""
    import copy

    class Model(counting()):
        def __init__(self, layers):
            super().__init__(layers)
            self.layers = copy.deepcopy(layers)

        def forward(self, x):
            for i in range(len(self.layers)):
                x = getattr(self, f"layer_{i}")(x)
            return x

    return Model


@RegisteredModel.mistake
def cut_off_from_the_input():
    """The graph is cut (detach(), .data or a new tensor), so no gradient comes through. Give each layer just
    what the one before it returned."""

    class Model(counting()):
        def forward(self, x):
            return super().forward(x.detach())

    return Model


@RegisteredModel.mistake
def rows_made_flat():
    """The input is reshaped before the first layer gets it. Give it to that layer as it is."""

    class Model(counting()):
        def forward(self, x):
            return super().forward(x.reshape(len(x), -1))

    return Model


@RegisteredModel.mistake
def results_not_kept():
    """`forward` calls each layer and drops what it returns. Assign each result to x."""

    class Model(counting()):
        def forward(self, x):
            for layer in self.layers:
                layer(x)
            return x

    return Model


@RegisteredModel.mistake
def no_activation_at_the_end():
    """A layer without parameters at the end of the list is left out. Apply each layer of the list."""

    class Model(counting()):
        def forward(self, x):
            for i, layer in enumerate(self.layers):
                if i < len(self.layers) - 1 or list(layer.parameters()):
                    x = layer(x)
            return x

    return Model


@RegisteredModel.mistake
def registers_the_last():
    """Only the last layer is registered: add_module stands after the loop. It belongs inside, with each
    layer."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            self.add_module(f"layer_{len(layers) - 1}", layers[-1])

    return Model


@RegisteredModel.mistake
def registers_in_forward():
    """The layers are registered only when the model is called. An optimizer asks for the parameters before
    that: register them in `__init__`."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers

        def forward(self, x):
            for i, layer in enumerate(self.layers):
                self.add_module(f"layer_{i}", layer)
                x = layer(x)
            return x

    return Model


@RegisteredModel.mistake
def layers_as_arguments():
    """The list arrives as if it were a layer: `*layers` collects several arguments, and here there is one, the
    list. No star is needed."""

    class Model(counting()):
        def __init__(self, *layers):
            super().__init__(layers)

    return Model


@RegisteredModel.mistake
def layer_before_name():
    """add_module takes the name first, and then the layer."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for i, layer in enumerate(layers):
                self.add_module(layer, f"layer_{i}")

    return Model


@RegisteredModel.mistake
def layer_before_number():
    """enumerate yields the number first, and then the layer."""

    class Model(counting()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for layer, i in enumerate(layers):
                self.add_module(f"layer_{i}", layer)

    return Model


@RegisteredModel.mistake
def calls_the_list():
    """A list cannot be called. Go through it and call each layer."""

    class Model(counting()):
        def forward(self, x):
            return self.layers(x)

    return Model


@RegisteredModel.mistake
def skips_the_last_layer():
    """`forward` leaves the last layer out."""

    class Model(counting()):
        def forward(self, x):
            for layer in self.layers[:-1]:
                x = layer(x)
            return x

    return Model


@RegisteredModel.mistake
def returns_after_the_first_layer():
    """`forward` returns after the first layer: the `return` stands inside the loop."""

    class Model(counting()):
        def forward(self, x):
            for layer in self.layers:
                return layer(x)

    return Model


@RegisteredModel.mistake
def each_layer_on_the_input():
    """Each layer gets the input of the model, and all results but the last are lost. Give each layer what the
    one before it returned."""

    class Model(counting()):
        def forward(self, x):
            for layer in self.layers:
                out = layer(x)
            return out

    return Model


@RegisteredModel.mistake
def always_three_layers():
    """`forward` calls layer_0, layer_1 and layer_2, however many layers there are. Go through the list."""

    class Model(counting()):
        def forward(self, x):
            return self.layer_2(self.layer_1(self.layer_0(x)))

    return Model


@RegisteredModel.mistake
def returns_what_came_in():
    """`forward` returns its input: the layers' results are not kept. Assign each result to x again."""

    class Model(counting()):
        def forward(self, x):
            out = x
            for layer in self.layers:
                out = layer(out)
            return x

    return Model


@RegisteredModel.mistake
def forward_returns_none():
    """Calling the model gives None: `forward` has no `return` after the loop."""

    class Model(counting()):
        def forward(self, x):
            super().forward(x)

    return Model


@RegisteredModel.mistake
def a_relu_of_its_own():
    """A relu is applied after each layer, beside the layers that were passed. Apply those layers and nothing
    else."""

    class Model(counting()):
        def forward(self, x):
            for layer in self.layers:
                x = layer(x).relu()
            return x

    return Model


@RegisteredModel.mistake
def a_softmax_of_its_own():
    """There is a softmax at the end that was not among the layers. Apply the layers that were passed, and
    nothing else."""

    class Model(counting()):
        def forward(self, x):
            return super().forward(x).softmax(-1)

    return Model


@RegisteredModel.mistake
def through_the_children():
    """`forward` goes through the children. A layer that stands in the list twice is one child only, so it is
    applied once: go through your list."""

    class Model(counting()):
        def forward(self, x):
            for layer in self.children():
                x = layer(x)
            return x

    return Model


@RegisteredModel.mistake
def module_not_set_up():
    """nn.Module is not set up when the first layer is registered: call `super().__init__()` first."""

    class RegisteredModel(counting()):
        def __init__(self, layers):
            self.layers = layers
            for i, layer in enumerate(layers):
                self.add_module(f"layer_{i}", layer)

    return RegisteredModel


@RegisteredModel.mistake
def no_forward_at_all():
    """There is no `forward`, so the model cannot be called. Check its spelling, and that it stands inside the
    class, as far to the right as `__init__`."""

    class Model(counting()):
        forward = torch.nn.Module.forward

    return Model


# what_registering_is

what_registering_is = concept(
    "what_registering_is",
    ids=["R4.15"],
    hints=[
        "Look at model._modules after add_module, and at whether model.layer_0 is the very layer that you passed.",
        "Which methods of nn.Module go through the registered modules? Which one computes the output, and "
        "who writes it?",
    ],
    explanations={
        "a": "True. `_modules` is a dict from name to module, in order; registering is one more entry in "
        "it. You have built the same in DummyModule.",
        "b": "False. Nothing is copied. The outer module holds a reference to the inner one, and finds its "
        "parameters by going there whenever it is asked.",
        "c": "True. Setting an attribute to a module registers it under the attribute's name, and a "
        "registered module can be read as an attribute. add_module is for names that are made up while the "
        "program runs.",
        "d": "False. Registering says what belongs to the model, not what it does. Without a `forward`, "
        "calling it raises NotImplementedError.",
        "e": "False. `forward` may call whatever it likes, a layer in a plain list too. That is what makes "
        "a forgotten registration hard to see: the output is fine, only nothing is learnt there.",
        "f": "True. The layer computes with the weights it was born with, while the rest of the model is trained.",
    },
    model_answer="To register a module is to note it under a name in the outer module's `_modules`. "
    "Everything that nn.Module does for a model goes through these entries: parameters(), printing, "
    "state_dict(), moving to a device, train() and eval(). Setting an attribute to a module does it; "
    "add_module does it under a name given as a string. A layer that is not registered still computes, but "
    "it is not trained, saved or moved.",
    rubric=[
        "1 point: the outer module notes the inner one under a name (no copy, no call).",
        "1 point: parameters and other services are found through it.",
        "1 point: what goes wrong without it.",
    ],
)


@what_registering_is.experiment
def train_with_a_forgotten_layer():
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self, register):
            super().__init__()
            self.layers = [nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1)]
            self.add_module("layer_2", self.layers[2])
            if register:
                self.add_module("layer_0", self.layers[0])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    lines = ["Linear(4, 16), ReLU, Linear(16, 1), 300 steps from the same start:"]
    for register in (True, False):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            x = torch.randn(200, 4)
            y = x[:, :1].abs() + x[:, 1:2] * x[:, 2:3]
            model = Model(register)
        first = model.layers[0].weight.detach().clone()
        for _ in range(300):
            loss = (model(x) - y).square().mean()
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.05 * p.grad
        moved = float((model.layers[0].weight - first).detach().abs().max())
        lines.append("  both layers registered:" if register else "  the first layer not registered:")
        lines.append(f"    tensors in parameters(): {len(list(model.parameters()))}")
        lines.append(f"    first weight moved by up to {moved:.3f}, loss at the end {float(loss.detach()):.3f}")
    one, other, layer = nn.Module(), nn.Module(), nn.Linear(2, 2)
    one.layer_0 = layer
    other.add_module("layer_0", layer)
    lines.append(f"`self.layer_0 = layer` registers {list(one._modules)}, add_module {list(other._modules)}")
    lines.append(f"Is it the very layer, not a copy? {other.layer_0 is layer}")
    return lines


# read_the_repr

read_the_repr = concept(
    "read_the_repr",
    ids=["R4.16"],
    hints=[
        "Make the same model (an nn.Sequential will do) and look at its parameters and their shapes.",
        "Of which dimensions is the weight of nn.Linear(3, 2)? And what does a repr know of the code in `forward`?",
    ],
    explanations={
        "a": "False. There are four: weight and bias of each Linear. The ReLU has a line and no parameter; "
        "a line stands for a module.",
        "b": "True. The name in parentheses is the name under which the module is registered, and "
        "registered modules can be read as attributes.",
        "c": "False. nn.Linear keeps its weight as (outputs, inputs), here (50, 784), and computes x @ "
        "weight.T + bias.",
        "d": "True. 784 * 50 + 50 = 39,250 in the first layer and 50 * 10 + 10 = 510 in the last.",
        "e": "False. The repr shows what is registered, in that order. What `forward` does with it, nobody "
        "can tell from it: it might skip a layer, or use one twice.",
        "f": "True. nn.Module's repr goes through the registry. It would be just RegisteredModel().",
    },
    model_answer="The repr lists the registered modules with the names under which they are registered; "
    "each shows itself, an nn.Linear with its sizes. So one can check that each layer is there, and count "
    "the parameters: 784*50 + 50 and 50*10 + 10, in four tensors, while ReLU has none. It does not say what "
    "forward does, and would not show layers that are only in a list.",
    rubric=[
        "1 point: names and modules are those that are registered.",
        "1 point: counts the parameters from the sizes (four tensors, or 39,760 numbers).",
        "1 point: says what the repr does not show (forward, or what is not registered).",
    ],
)


@read_the_repr.experiment
def print_three_of_them():
    nn = torch.nn

    class RegisteredModel(nn.Module):
        def __init__(self, layers, register):
            super().__init__()
            self.layers = layers
            for i, layer in enumerate(layers if register else []):
                self.add_module(f"layer_{i}", layer)

        def forward(self, x):
            return self.layers[0](x)  # skips all but the first, and the repr does not know

    layers = [nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10)]
    model = RegisteredModel(layers, True)
    lines = repr(model).splitlines()
    lines.append(f"model.layer_1: {model.layer_1}   shape of layer_0.weight: {tuple(model.layer_0.weight.shape)}")
    lines.append(f"tensors: {len(list(model.parameters()))}   numbers: {sum(p.numel() for p in model.parameters()):,}")
    shape = tuple(model(torch.rand(64, 784)).shape)
    lines.append(f"This one's forward skips two layers: its output has the shape {shape}")
    lines.append(f"The same list, not registered, prints as: {RegisteredModel(layers, False)!r}")
    return lines


# SequentialModel

SequentialModel = code(
    "SequentialModel",
    ids=["R4.17"],
    hints=[
        "What did you have to do by hand in the fourth model, so that the layers of the list were registered?",
        "nn.ModuleList(layers) is a list that is a module itself: setting an attribute to it registers all "
        "that is in it.",
        "In `__init__`: super().__init__() and self.layers = nn.ModuleList(layers). In `forward`: x = "
        "layer(x) for each layer of self.layers, then return x.",
    ],
    is_class=True,
)


@SequentialModel.probe
def registers_the_layers_in_a_module_list(SequentialModel, draw):
    model = as_module(SequentialModel(a_stack(draw, draw.size(2, 3))), "SequentialModel(...)")
    return {"children": kinds_of_children(model), "parameters": parameter_table(model)}


@SequentialModel.probe
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
def module_list():
    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.layers = torch.nn.ModuleList(layers)

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    return Model


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


@SequentialModel.mistake
def through_its_children():
    """`forward` goes through .children(), where a layer that stands in the list twice comes once. Go through the
    nn.ModuleList itself."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers.children():
                x = layer(x)
            return x

    return Model


@SequentialModel.mistake
def relu_between_the_layers():
    """A relu is applied between the layers, beside the layers that were passed. Apply those layers and nothing else:
    the list has its own activations."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers[:-1]:
                x = layer(x).relu()
            return self.layers[-1](x)

    return Model


@SequentialModel.mistake
def results_not_kept():
    """`forward` calls each layer and drops what it returns. Assign each result to x."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers:
                layer(x)
            return x

    return Model


@SequentialModel.mistake
def an_empty_list():
    """The nn.ModuleList is empty: the layers that are passed are not put into it."""

    class Model(module_list()):
        def __init__(self, layers):
            super().__init__([])

    return Model


@SequentialModel.mistake
def a_list_in_a_list():
    """nn.ModuleList is given a list that holds the list of layers. `layers` is a list already: no brackets are
    needed."""

    class Model(module_list()):
        def __init__(self, layers):
            super().__init__([layers])

    return Model


@SequentialModel.mistake
def without_forward():
    """There is no `forward`, so the model cannot be called. Check its spelling, and that it stands inside the
    class, as far to the right as `__init__`."""

    class Model(module_list()):
        forward = torch.nn.Module.forward

    return Model


@SequentialModel.mistake
def each_layer_once():
    """A layer that stands in the list twice is kept once. The nn.ModuleList is to hold what the list holds, in
    all its places."""

    class Model(module_list()):
        def __init__(self, layers):
            super().__init__(dict.fromkeys(layers))
            self.order = layers

        def forward(self, x):
            for layer in self.order:
                x = layer(x)
            return x

    return Model


@SequentialModel.mistake
def cut_off_from_the_input():
    """The graph is cut (detach(), .data or a new tensor), so no gradient comes through. Give each layer just
    what the one before it returned."""

    class Model(module_list()):
        def forward(self, x):
            return super().forward(x.detach())

    return Model


@SequentialModel.mistake
def in_a_module_dict():
    """The layers are in an nn.ModuleDict or another container. Here it is nn.ModuleList."""

    class ModuleList(torch.nn.ModuleDict):
        pass

    class Model(module_list()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = ModuleList({str(i): layer for i, layer in enumerate(layers)})

        def forward(self, x):
            for layer in self.layers.values():
                x = layer(x)
            return x

    return Model


@SequentialModel.mistake
def limits_what_passes():
    """Large values are cut off on the way, or the input is changed. Give each layer just what the one before
    it returned."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers:
                x = layer(x).clamp(-5, 5)
            return x

    return Model


@SequentialModel.mistake
def a_plain_list():
    """The layers are in a plain list, so none of them is registered and the model has no parameters. Which
    list of torch.nn registers what is in it?"""

    class Model(module_list()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers

    return Model


@SequentialModel.mistake
def with_add_module():
    """The layers are registered one by one as layer_0, layer_1, ... as in the fourth model. Let nn.ModuleList
    do that."""

    class Model(module_list()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = layers
            for i, layer in enumerate(layers):
                self.add_module(f"layer_{i}", layer)

    return Model


@SequentialModel.mistake
def in_an_nn_sequential():
    """The layers are in an nn.Sequential, which is the next question. Here it is nn.ModuleList: you call the
    layers yourself."""

    class Model(module_list()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = torch.nn.Sequential(*layers)

    return Model


@SequentialModel.mistake
def under_another_name():
    """The nn.ModuleList is there, but the attribute is not called `layers`."""

    class Model(torch.nn.Module):
        def __init__(self, layers):
            super().__init__()
            self.module_list = torch.nn.ModuleList(layers)

        def forward(self, x):
            for layer in self.module_list:
                x = layer(x)
            return x

    return Model


@SequentialModel.mistake
def registered_twice():
    """The layers are children of the model a second time, beside the nn.ModuleList. One registration is
    enough."""

    class Model(module_list()):
        def __init__(self, layers):
            super().__init__(layers)
            for i, layer in enumerate(layers):
                self.add_module(f"layer_{i}", layer)

    return Model


@SequentialModel.mistake
def calls_the_module_list():
    """An nn.ModuleList cannot be called: it keeps modules and has no `forward`. Go through it and call each
    layer."""

    class Model(module_list()):
        def forward(self, x):
            return self.layers(x)

    return Model


@SequentialModel.mistake
def copies_them():
    """The nn.ModuleList holds copies of the layers. Put the very layers in that were passed."""
    import copy

    class Model(module_list()):
        def __init__(self, layers):
            super().__init__(copy.deepcopy(layers))

    return Model


@SequentialModel.mistake
def leaves_out_the_last():
    """`forward` leaves the last layer out."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers[:-1]:
                x = layer(x)
            return x

    return Model


@SequentialModel.mistake
def leaves_out_what_has_no_parameters():
    """`forward` leaves out layers without parameters, such as ReLU. Call each layer."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers:
                if list(layer.parameters()):
                    x = layer(x)
            return x

    return Model


@SequentialModel.mistake
def stops_after_one():
    """`forward` returns after the first layer: the `return` stands inside the loop."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers:
                return layer(x)

    return Model


@SequentialModel.mistake
def always_the_input():
    """Each layer gets the input of the model. Give each layer what the one before it returned."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers:
                out = layer(x)
            return out

    return Model


@SequentialModel.mistake
def three_layers_and_no_more():
    """`forward` calls the first three layers, however many there are. Go through the list."""

    class Model(module_list()):
        def forward(self, x):
            return self.layers[2](self.layers[1](self.layers[0](x)))

    return Model


@SequentialModel.mistake
def no_return():
    """Calling the model gives None: `forward` has no `return` after the loop."""

    class Model(module_list()):
        def forward(self, x):
            super().forward(x)

    return Model


@SequentialModel.mistake
def softmax_added():
    """There is a softmax at the end that was not among the layers. Apply the layers that were passed, and
    nothing else."""

    class Model(module_list()):
        def forward(self, x):
            return super().forward(x).softmax(-1)

    return Model


@SequentialModel.mistake
def relu_added():
    """A relu is applied after each layer, beside the layers that were passed. Apply those layers and nothing
    else."""

    class Model(module_list()):
        def forward(self, x):
            for layer in self.layers:
                x = layer(x).relu()
            return x

    return Model


@SequentialModel.mistake
def unpacked_into_the_list():
    """nn.ModuleList takes one list of layers, not the layers as separate arguments: no star is needed."""

    class Model(module_list()):
        def __init__(self, layers):
            torch.nn.Module.__init__(self)
            self.layers = torch.nn.ModuleList(*layers)

    return Model


@SequentialModel.mistake
def super_init_forgotten():
    """nn.Module is not set up when the list of layers arrives: call `super().__init__()` first."""

    class Model(module_list()):
        def __init__(self, layers):
            self.layers = torch.nn.ModuleList(layers)

    return Model


# what_modulelist_does

what_modulelist_does = concept(
    "what_modulelist_does",
    ids=["R4.18"],
    hints=[
        "Make nn.ModuleList([nn.Linear(2, 2)]), append another layer, look at its parameters, and call it with some x.",
        "Compare with your fourth model: which of its lines does the list replace, and which not?",
    ],
    explanations={
        "a": "False. It is no layer: it keeps modules and leaves it to your `forward` what to do with them. "
        "Calling it raises NotImplementedError. nn.Sequential is the one that runs them.",
        "b": "True. It does the loop with add_module that you wrote in the fourth model, with the positions "
        "as names; and being a module itself, it is registered in your model under the attribute's name.",
        "c": "True. Its append, extend and insert register what they are given. That is the difference from "
        "appending to a plain list in an attribute.",
        "d": "False. It holds the very modules. Two models made from the same layers share their weights.",
        "e": "True. It behaves like a list in these ways; a slice is a new nn.ModuleList with the same modules.",
        "f": "False. The computation is the same. It is the parameters that are found now, so that they can "
        "be trained, saved and moved.",
    },
    model_answer="nn.ModuleList is a list that is a module: it registers each module in it under its "
    "position, also those that are appended later. So the model that has it in an attribute finds all their "
    "parameters, which it would not in a plain list. It can be indexed and looped over like a list. It does "
    "not call its modules; that stays the work of forward.",
    rubric=[
        "1 point: registers the modules of a list, so that their parameters are found.",
        "1 point: otherwise a list; it does not run them (forward does).",
    ],
)


@what_modulelist_does.experiment
def three_containers():
    nn = torch.nn
    lines = ["Linear(4, 3) in a container in an attribute, then Linear(3, 2) appended to it:"]
    x = torch.rand(5, 4)
    for kind in (list, nn.ModuleList, nn.Sequential):
        model = nn.Module()
        first = nn.Linear(4, 3)
        model.layers = nn.Sequential(first) if kind is nn.Sequential else kind([first])
        model.layers.append(nn.Linear(3, 2))
        try:
            called = f"gives {tuple(model.layers(x).shape)}"
        except (TypeError, NotImplementedError) as error:
            called = f"raises {type(error).__name__}"
        names = ", ".join(name for name, _ in model.named_parameters() if name.endswith("weight"))
        lines.append(f"  {kind.__name__:11} weights found: {names or 'none'}")
        lines.append(f"  {'':11} calling it {called}")
    lines.append(f"Is what nn.ModuleList holds the very module? {nn.ModuleList([first])[0] is first}")
    return lines


# sequential_model

sequential_model = code(
    "sequential_model",
    ids=["R4.19"],
    hints=[
        "No class and no forward: nn.Sequential has both.",
        "nn.Sequential takes its layers as separate arguments, in order. ReLU has to be a layer here, not a function.",
        "Return nn.Sequential(...) of an nn.Linear with the first two sizes, an nn.ReLU(), and an nn.Linear "
        "with the last two.",
    ],
    relations=["returns_nothing"],
)


def as_sequential(model):
    if not isinstance(model, torch.nn.Sequential):
        raise Complaint(f"return an nn.Sequential; this is {type(model).__name__}")
    return model


@sequential_model.probe
def is_linear_relu_linear_of_the_given_sizes(sequential_model, draw):
    model = as_sequential(sequential_model(*three_sizes(draw)))
    return {
        "layers": list(kinds_of_children(model).values()),
        "shapes of the parameters": [list(parameter.shape) for parameter in model.parameters()],
        "which of them are trained": [parameter.requires_grad for parameter in model.parameters()],
        "in training mode": model.training,
    }


@sequential_model.probe
def makes_a_new_model_each_time(sequential_model, draw):
    """Two models must not share their layers."""
    n_in, nh, n_out = three_sizes(draw)
    first = draw.fill(as_sequential(sequential_model(n_in, nh, n_out)))
    draw.fill(as_sequential(sequential_model(n_in, nh, n_out)))
    return {"output of the first": first(draw.normal(2, n_in))}


@sequential_model.right
def from_a_list(n_in, nh, n_out):
    layers = [torch.nn.Linear(n_in, nh), torch.nn.ReLU(inplace=True), torch.nn.Linear(nh, n_out)]
    return torch.nn.Sequential(*layers)


@sequential_model.right
def with_names(n_in, nh, n_out):
    from collections import OrderedDict

    nn = torch.nn
    return nn.Sequential(OrderedDict(l1=nn.Linear(n_in, nh), relu=nn.ReLU(), l2=nn.Linear(nh, n_out)))


@sequential_model.right
def appended(n_in, nh, n_out):
    model = torch.nn.Sequential()
    model.append(torch.nn.Linear(n_in, nh)).append(torch.nn.ReLU())
    model.add_module("out", torch.nn.Linear(nh, n_out))
    return model


@sequential_model.mistake
def no_relu(n_in, nh, n_out):
    """There is no ReLU between the two Linear layers."""
    return torch.nn.Sequential(torch.nn.Linear(n_in, nh), torch.nn.Linear(nh, n_out))


@sequential_model.mistake
def relu_last(n_in, nh, n_out):
    """The ReLU comes last; it belongs between the two Linear layers."""
    return torch.nn.Sequential(torch.nn.Linear(n_in, nh), torch.nn.Linear(nh, n_out), torch.nn.ReLU())


@sequential_model.mistake
def two_relus(n_in, nh, n_out):
    """A second ReLU comes after the last layer, so no score is ever negative. Nothing is to follow the last
    Linear."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out), nn.ReLU())


@sequential_model.mistake
def with_softmax(n_in, nh, n_out):
    """A softmax comes last. The loss function takes raw scores: nothing is to follow the last Linear."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out), nn.Softmax(-1))


@sequential_model.mistake
def with_log_softmax(n_in, nh, n_out):
    """A log softmax comes last. The loss function takes raw scores: nothing is to follow the last Linear."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out), nn.LogSoftmax(-1))


@sequential_model.mistake
def with_sigmoid(n_in, nh, n_out):
    """The layer in the middle is a Sigmoid, not a ReLU."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, nh), nn.Sigmoid(), nn.Linear(nh, n_out))


@sequential_model.mistake
def hidden_50(n_in, nh, n_out):
    """The hidden layer has 50 units, whatever nh is."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, 50), nn.ReLU(), nn.Linear(50, n_out))


@sequential_model.mistake
def outputs_before_inputs(n_in, nh, n_out):
    """The sizes of a layer are the wrong way round: nn.Linear takes the number of inputs first, then of
    outputs."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(nh, n_in), nn.ReLU(), nn.Linear(n_out, nh))


@sequential_model.mistake
def inputs_again(n_in, nh, n_out):
    """The last layer is made for n_in inputs. What does it get, and how many numbers does the first layer put
    out?"""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(n_in, n_out))


@sequential_model.mistake
def all_sizes_of_mnist(n_in, nh, n_out):
    """The layers have the sizes of MNIST, 784, 50 and 10, whatever is passed. Use the arguments."""
    return from_a_list(784, 50, 10)


@sequential_model.mistake
def as_many_hidden_units_as_inputs(n_in, nh, n_out):
    """The sizes are put in order, or limited. nh may be smaller than n_in and n_out: use it as it is."""
    return from_a_list(n_in, max(nh, n_in), n_out)


@sequential_model.mistake
def in_eval_mode(n_in, nh, n_out):
    """The model is in eval mode. A new model is there to be trained: leave it in training mode."""
    return from_a_list(n_in, nh, n_out).eval()


@sequential_model.mistake
def a_forward_of_its_own(n_in, nh, n_out):
    """The layers are right, but calling the model gives something else than the last layer's scores: is there
    a `forward` of your own, or a hook?"""

    class Model(torch.nn.Sequential):
        def forward(self, x):
            return super().forward(x).log_softmax(-1)

    return Model(*from_a_list(n_in, nh, n_out))


@sequential_model.mistake
def mnist_sizes(n_in, nh, n_out):
    """The sizes are those of MNIST, 784 in and 10 out, whatever n_in and n_out are."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(784, nh), nn.ReLU(), nn.Linear(nh, 10))


@sequential_model.mistake
def no_bias(n_in, nh, n_out):
    """The layers have no bias. An nn.Linear has one unless it is told otherwise."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, nh, bias=False), nn.ReLU(), nn.Linear(nh, n_out, bias=False))


@sequential_model.mistake
def one_layer_more(n_in, nh, n_out):
    """There is a second hidden layer. Two Linear layers are asked for."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, nh), nn.ReLU(), nn.Linear(nh, n_out))


@sequential_model.mistake
def a_list(n_in, nh, n_out):
    """A plain list of layers comes back. It cannot be called, and it registers nothing: put the layers into
    an nn.Sequential."""
    return [torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)]


@sequential_model.mistake
def not_a_layer(n_in, nh, n_out):
    """nn.Sequential is given something that is not a layer. Each layer is an argument of its own, so a list
    needs a star in front; and nn.ReLU is only the class: call it, nn.ReLU(), to make a layer."""
    return torch.nn.Sequential(torch.nn.Linear(n_in, nh), torch.nn.ReLU, torch.nn.Linear(nh, n_out))


@sequential_model.mistake
def a_frozen_bias(n_in, nh, n_out):
    """Some of the parameters do not require grad, so they would never be trained. Leave them as nn.Linear makes
    them."""
    model = from_a_list(n_in, nh, n_out)
    model[0].bias.requires_grad_(False)
    return model


@sequential_model.mistake
def a_list_for_the_layers(n_in, nh, n_out):
    """nn.Sequential is given a list. It takes each layer as an argument of its own: a star in front of the
    list makes it so."""
    return torch.nn.Sequential([torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, n_out)])


@sequential_model.mistake
def a_function_for_a_layer(n_in, nh, n_out):
    """F.relu is a function. nn.Sequential takes layers: which class of torch.nn does the same?"""
    relu = torch.nn.functional.relu
    return torch.nn.Sequential(torch.nn.Linear(n_in, nh), relu, torch.nn.Linear(nh, n_out))


@sequential_model.mistake
def flatten_first(n_in, nh, n_out):
    """There is a layer more than asked for, which flattens or passes on its input. The rows of x are flat
    already: Linear, ReLU, Linear, and no other."""
    nn = torch.nn
    return nn.Sequential(nn.Flatten(), nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))


_made_before = {}


@sequential_model.mistake
def one_model_for_all(n_in, nh, n_out):
    """The same model comes back at each call, with its layers as they are by then. Make new layers inside the
    function."""
    if (n_in, nh, n_out) not in _made_before:
        _made_before[n_in, nh, n_out] = from_a_list(n_in, nh, n_out)
    return _made_before[n_in, nh, n_out]


# why_sequential

why_sequential = concept(
    "why_sequential",
    ids=["R4.20"],
    hints=[
        "Compare the lines of the fifth model with those of the sixth. Which ones could you leave out, and "
        "who does their work?",
        "Make nn.Sequential(nn.Linear(4, 3), nn.Linear(99, 2)). Does it complain? When?",
    ],
    explanations={
        "a": "True. It is the fifth model ready-made: it registers its layers under their positions, and "
        "its `forward` is the loop over them.",
        "b": "False. It takes any modules. Sizes that do not fit show up at the first call, as a matrix "
        "product of shapes that do not match.",
        "c": "False. The layers do the same work at the same speed. What is saved is our time.",
        "d": "True. A chain is all that it can do: the output of each layer is the one input of the next.",
        "e": "False. It knows nothing of how results could be combined. For x + layer(x), or for two "
        "inputs, you write a class with a `forward` of its own.",
    },
    model_answer="nn.Sequential is a module that registers the layers it is given and whose forward calls "
    "them one after the other. For a model that is a plain chain of layers, which many are, neither a class "
    "nor a loop has to be written, so less can go wrong. A model in which results are combined otherwise "
    "needs a forward of its own. Nothing is computed faster.",
    rubric=[
        "1 point: registering and forward are done already.",
        "1 point: fits chains of layers alone, or computes the same as a class of one's own.",
    ],
)


@why_sequential.experiment
def what_it_can_do():
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Linear(50, 10))
    x = torch.rand(64, 784)
    by_hand = x
    for layer in model:
        by_hand = layer(by_hand)
    lines = [f"Largest difference to a loop over its layers: {float((model(x) - by_hand).detach().abs().max())}"]
    misfit = nn.Sequential(nn.Linear(784, 50), nn.Linear(99, 10))
    lines.append(f"Linear(784, 50) and Linear(99, 10) go in without complaint: {len(misfit)} layers.")
    try:
        misfit(x)
    except RuntimeError as error:
        lines.append(f"Called, they raise {type(error).__name__}:")
        lines.append(f"  {str(error).splitlines()[0]}")
    chain = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    z = torch.ones(1, 3)
    plain = chain[1](chain[0](z))
    same = torch.equal(chain(z), plain)
    lines.append(f"chain(z) is l2(l1(z)): {same}; is it l2(l1(z)) + z? {torch.equal(chain(z), plain + z)}")
    return lines
