"""How section 4, modules, is observed: probes, rights and mistakes of each exercise, in the order of the lesson."""

import torch

from autograder.complaint import Complaint
from autograder.exercise import code, concept
from autograder.spies import Journal, LossSpy, learnt_from, squared_error, watch


def three_sizes(draw):
    """n_in, nh and n_out, all different, so that none can be taken for another."""
    n_in = draw.size(2, 4)
    n_out = n_in + draw.size(1, 2)
    nh = n_out + draw.size(2, 4)
    draw.note(n_in=n_in, nh=nh, n_out=n_out)
    return n_in, nh, n_out


def as_module(model, what):
    if not isinstance(model, torch.nn.Module):
        raise Complaint(f"{what} should be an nn.Module; it is {type(model).__name__}")
    return model


def filled(model, draw):
    """Drawn values for every parameter, by name: it does not matter which layer was made first."""
    draw.fill([parameter for _, parameter in sorted(model.named_parameters(), key=lambda pair: pair[0])])
    return model


def parameter_table(model):
    return {name: list(parameter.shape) for name, parameter in model.named_parameters()}


def kinds_of_children(model):
    return {name: type(child).__name__ for name, child in model.named_children()}


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
    return {"parameters": parameter_table(model), "children": sorted(kinds_of_children(model))}


@AttributeModel.probe
def computes_l2_of_relu_of_l1(AttributeModel, draw):
    n_in, nh, n_out = three_sizes(draw)
    return filled(AttributeModel(n_in, nh, n_out), draw)(draw.normal(draw.size(2, 5), n_in))


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
    """relu is applied to the final scores as well, so none is ever negative. It belongs between the layers alone."""

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
    """An nn.ReLU is kept as a third child. It works, but the question is to leave it out of the attributes: apply relu
    as a function in `forward`."""

    class Model(torch_relu()):
        def __init__(self, n_in, nh, n_out):
            super().__init__(n_in, nh, n_out)
            self.relu = torch.nn.ReLU()

        def forward(self, x):
            return self.l2(self.relu(self.l1(x)))

    return Model


@AttributeModel.mistake
def layers_in_a_list():
    """The layers are in a plain list, as in the first model, so nn.Module knows none of them: it has no parameters. Give
    each layer an attribute of its own."""

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
    """nn.Module is not set up when the first layer arrives: call `super().__init__()` before setting the layers."""

    class Model(torch.nn.Module):
        def __init__(self, n_in, nh, n_out):
            self.l1 = torch.nn.Linear(n_in, nh)
            self.l2 = torch.nn.Linear(nh, n_out)

    return Model


@AttributeModel.mistake
def without_forward():
    """There is no `forward`, so the model cannot be called. Check its spelling, and that it stands inside the class,
    as far to the right as `__init__`."""

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
    """The graph is cut between l1 and l2 (.detach(), .data or a new tensor), so l1 gets no gradient and never learns."""

    class Model(torch_relu()):
        def forward(self, x):
            return self.l2(torch.relu(self.l1(x)).detach())

    return Model


@AttributeModel.mistake
def under_no_grad():
    """`forward` runs under no_grad, so there is no graph and nothing can be learnt. Take the no_grad away here: it
    belongs to the update of the parameters."""

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


# why_attributes

why_attributes = concept(
    "why_attributes",
    ids=["R4.2"],
    hints=[
        "Make a small nn.Module with a list of layers in an attribute, print it, and look at list(model.parameters()).",
        "nn.Module acts when an attribute is set, and looks at what the value is. What does it see when it is a list?",
    ],
    explanations={
        "a": "False. Setting an attribute to a list sets it to a list: nn.Module looks whether the value itself is a "
        "module or an nn.Parameter, never at what is inside it. The layers work, but the model has no parameters.",
        "b": "True. nn.Module has its own __setattr__: a value that is a module is put into the registry of children "
        "under the attribute's name. (`super().__init__()` has to have made that registry first.)",
        "c": "True. The same two matrix products and the same relu run in the same order. What changes is who knows about "
        "the layers, not what they compute.",
        "d": "False. ReLU has no parameters, in an attribute or out of it. That is why it can be a function: there is "
        "nothing to keep between two calls.",
        "e": "True. All of these walk through the registered children, so they find both layers by themselves. With a "
        "plain list each of them silently finds nothing.",
    },
    model_answer="An nn.Module notices when one of its attributes is set to a layer and registers the layer under the "
    "attribute's name. So the model knows its own parts: it can list, print, save and move them, and give all their "
    "parameters to the training loop. The first model had the layers in a plain list, which PyTorch does not look into, "
    "so our loop had to know how the model is built. ReLU has no parameters, so it can be a function. What the model "
    "computes is the same.",
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
    lines = ["The same two Linear layers, once in a list and once in attributes of an nn.Module:"]
    for what, model in (("list", listed), ("attributes", known)):
        lines.append(
            f"  {what:10}  children {[name for name, _ in model.named_children()]!s:12}  parameters "
            f"{len(list(model.parameters()))}  entries in state_dict {len(model.state_dict())}"
        )
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
    layers = draw.shuffled([draw.linear(2, 2), torch.nn.ReLU(), torch.nn.Tanh(), draw.linear(2, 2), torch.nn.ReLU()])
    return {
        "a model of its own": layer_names(container(**dict(zip(names, layers, strict=False)))),
        "nn.Sequential": layer_names(torch.nn.Sequential(*layers[: draw.size(2, 5)])),
    }


@layer_names.probe
def leaves_out_layers_inside_layers(layer_names, draw):
    outer, first, second = some_names(draw, 3)
    return layer_names(container(**{outer: container(**{first: draw.linear(2, 2), second: torch.nn.ReLU()})}))


@layer_names.probe
def finds_none_in_a_single_layer(layer_names, draw):
    own = some_names(draw, 1)[0]
    return {"nn.Linear": layer_names(draw.linear(2, 1)), "around it": layer_names(container(**{own: draw.linear(2, 1)}))}


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
    """Layers inside layers are named as well (named_modules goes all the way down). Only the model's own children are
    asked for."""
    return [name for name, _ in model.named_modules() if name]


@layer_names.mistake
def with_the_model_itself(model):
    """The list begins with an empty name, which stands for the model itself: that is named_modules. Which method goes
    through the children alone?"""
    return [name for name, _ in model.named_modules()]


@layer_names.mistake
def names_of_the_parameters(model):
    """These are the names of the parameters (l1.weight, l1.bias, ...). Which method yields the names of the layers?"""
    return [name for name, _ in model.named_parameters()]


@layer_names.mistake
def layers_that_have_parameters(model):
    """Layers without parameters, such as ReLU, are missing: take the names from the children, not from the parameters."""
    return list(dict.fromkeys(name.split(".")[0] for name, _ in model.named_parameters() if "." in name))


@layer_names.mistake
def names_of_the_classes(model):
    """These are the classes of the layers (Linear, ReLU). Asked for are the names under which the model knows them."""
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
    for name in draw.shuffled(names)[:2]:
        draw.fill(as_layer(get_layer(model, name)))
    return {f"weight of {name}": child.weight for name, child in model.named_children()}


@get_layer.probe
def finds_a_layer_of_a_sequential(get_layer, draw):
    model = torch.nn.Sequential(torch.nn.ReLU(), draw.linear(1, draw.size(1, 2)), torch.nn.ReLU(), draw.linear(1, 1))
    name = draw.choice(["1", "3"])
    return {"name": name, "weight": getattr(as_layer(get_layer(model, name)), "weight", None)}


@get_layer.probe
def a_name_of_no_child_raises(get_layer, draw):
    """A layer inside another layer is no child of the model."""
    outer, inner, missing = some_names(draw, 3)
    model = container(**{outer: container(**{inner: draw.linear(1, 1)})})
    return {
        f"{missing}, which is nowhere": looked_up(get_layer, model, missing),
        f"{inner}, which is inside {outer}": looked_up(get_layer, model, inner),
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
    """For a name that is not there None comes back, and the trouble shows up far from its cause. Let it raise: look the
    name up in a way that has no default."""
    return dict(model.named_children()).get(name)


@get_layer.mistake
def a_message_for_a_missing_name(model, name):
    """For a name that is not there a text is returned. Raise an error instead: a caller cannot mistake it for a layer."""
    return dict(model.named_children()).get(name, f"no layer {name}")


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
    """The name is pasted into the code `model.<name>`. Names such as "0", as in an nn.Sequential, cannot be written
    after a dot. getattr(model, name) can read them, and so can a dict."""
    return eval(f"model.{name}")


@get_layer.mistake
def the_attribute_called_name(model, name):
    """`model.name` asks for an attribute that is called "name"; the value of the variable `name` is not looked at."""
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
    """A layer inside another layer is found as well. Only children directly in the model count: any other name must
    raise."""
    for path, layer in model.named_modules():
        if path.split(".")[-1] == name:
            return layer
    raise AttributeError(name)


# fit_parameters

fit_parameters = code(
    "fit_parameters",
    ids=["R4.5"],
    hints=[
        "What changes from the loop over the layers? Batches, loss and backward stay; who is updated, and how are they found?",
        "Inside torch.no_grad(), loop over model.parameters() and update each p in place, with an operator like -=, by its "
        "own p.grad. `model.zero_grad()` clears all the gradients.",
        "Three loops, one inside another: over the epochs, over range(0, len(x), bs) for the starts of the batches, and, "
        "after backward(), over the parameters: each loses lr times its gradient.",
    ],
)


def watched_fit(fit, draw, n, bs, lr, *epochs):
    """What a loop learns from, and how the parameters move: a small network on drawn data with one target a row."""
    x, y = draw.normal(n, 3), draw.normal(n)
    model = draw.network(3, 4, 1)
    journal = Journal(model.parameters())
    watch(model, journal)
    draw.note(n=n, bs=bs, lr=lr, epochs=epochs[0] if epochs else "left out")
    fit(model, LossSpy(squared_error, journal), x, y, bs, lr, *epochs)
    return {"rows of each batch": learnt_from(journal, y), "weights after each update": journal.trajectory()}


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
def trains_parameters_that_are_in_no_linear_layer(fit_parameters, draw):
    """A parameter may belong to any layer, to a layer inside a layer, or to the model itself, and have any name."""

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))
            self.block = torch.nn.Sequential(draw.network(2, 3, 2), torch.nn.PReLU(), torch.nn.LayerNorm(2))

        def forward(self, x):
            return self.scale * self.block(x).sum(1, keepdim=True)

    model = filled(Scaled(), draw)
    n = draw.size(3, 6)
    fit_parameters(model, squared_error, draw.normal(n, 2), draw.normal(n), 2, draw.number(0.05, 0.1))
    return dict(model.named_parameters())


@fit_parameters.probe(rtol=1e-3, atol=1e-5)
def follows_the_loss_function_it_is_given(fit_parameters, draw):
    """The loss function is an argument: it need not be cross entropy, nor a mean."""
    model, weight = draw.network(2, 3, 3), draw.number(2, 4)

    def weighted_cross_entropy(predictions, targets):
        return weight * torch.nn.functional.cross_entropy(predictions, targets)

    n = draw.size(3, 6)
    fit_parameters(model, weighted_cross_entropy, draw.normal(n, 2), draw.labels(n, 3), 2, draw.number(0.05, 0.1))
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
def forgets_to_clear_the_gradients(model, loss_func, x, y, bs, lr, epochs=1):
    """The gradients are never cleared, so every backward() adds to the old ones and each step follows the sum of all
    batches so far."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr


@fit_parameters.mistake
def clears_once_an_epoch(model, loss_func, x, y, bs, lr, epochs=1):
    """The gradients are cleared once an epoch, and add up from batch to batch within it. Clear them for each batch."""
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
    """No parameter ever changes. `p = p - ...` gives the name p to a new tensor and leaves the model's own alone: update
    in place. If you do, look whether the gradients are cleared before they are used."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p = p - p.grad * lr
                model.zero_grad()


@fit_parameters.mistake
def updates_with_the_graph_on(model, loss_func, x, y, bs, lr, epochs=1):
    """Autograd watches the update and forbids it: a parameter that requires grad cannot be changed in place while
    operations are recorded. Where is torch.no_grad()?"""
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
    """When bs divides n there is one batch too many: it is empty, its mean loss is nan, and nan gets into every
    parameter. Check how many batches there are for n = 6, bs = 3."""
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
    """The parameters are updated once an epoch, with the gradients of all batches added up. Is the update indented
    far enough to be inside the loop over the batches?"""
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
    """The gradient is divided by the batch size before it is used. The loss function has taken the mean already, if it
    means to."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= p.grad * lr / bs
                model.zero_grad()


@fit_parameters.mistake
def weights_and_biases_of_the_layers(model, loss_func, x, y, bs, lr, epochs=1):
    """Only what is called weight or bias and belongs to a layer is trained. The model may have other parameters, its own
    for instance: loop over model.parameters()."""
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
    """Only matrices are updated; biases and other parameters with fewer than two dimensions stay as they were."""
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
