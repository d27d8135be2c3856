"""Section 4, modules: six ways to write one model, and how PyTorch comes to know the parameters in it.

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import torch
import torch.nn.functional as F
from torch import nn


class AttributeModel(nn.Module):
    """The second model: Linear, ReLU, Linear as an nn.Module whose layers are attributes.

    AttributeModel(n_in, nh, n_out) keeps two nn.Linear layers with bias, its only children: `l1` from n_in to nh and
    `l2` from nh to n_out. ReLU has nothing to learn, so apply it as a function. model(x), for x of shape (bs, n_in),
    returns l2(relu(l1(x))), of shape (bs, n_out). Define `forward`; calling the model runs it.

    >>> AttributeModel(784, 50, 10)(torch.rand(64, 784)).shape
    torch.Size([64, 10])
    """

    def __init__(self, n_in, nh, n_out):
        raise NotImplementedError


def why_attributes():
    """The first model kept its layers in a plain Python list and called each layer of it. AttributeModel is
    an nn.Module that keeps its layers in attributes. What is different now?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) nn.Module searches its attributes for layers, so a plain list `self.layers = [...]` would be found just
       as well.
    b) Setting an attribute of an nn.Module to a layer is enough: from then on the module knows the layer by
       that name.
    c) With the same weights, both models compute the same output.
    d) ReLU became a function because an nn.ReLU in an attribute would bring parameters of its own to train.
    e) `model.parameters()`, `model.state_dict()` and `model.to(device)` now reach both layers without our
       writing a line for it.
    """
    raise NotImplementedError


def layer_names(model):
    """The names of a model's layers, as nn.Module knows them.

    `model` is any nn.Module. Return the list of the names (strings) of its children, in order: of the layers
    directly in it, not of layers inside these. A model without children has the empty list.

    >>> layer_names(nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
    ['0', '1']
    """
    raise NotImplementedError


def get_layer(model, name):
    """One layer of a model, by its name.

    `model` is any nn.Module, `name` (a string) the name of one of its children. Return that very child, not a
    copy. If no child directly in the model has this name, raise AttributeError or KeyError, whichever comes
    more easily. (Names of other attributes, such as "training", and names with a dot are not asked for.)

    >>> get_layer(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), "1")
    ReLU()
    """
    raise NotImplementedError


def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    """The second training loop: train any nn.Module through its parameters, without knowing its layers.

    As before: the rows of `x` and `y` in order, `bs` at a time, `epochs` times over, the last batch the shorter rest,
    none empty; `loss_func(model(xb), yb)` is the loss. For each batch get its gradients, of this batch alone (at first
    there are none), and take `lr` times its gradient off every parameter of `model.parameters()`, in place. No
    torch.optim yet. What you return does not matter.

    >>> fit_parameters(AttributeModel(784, 50, 10), F.cross_entropy, x_train, y_train, bs=64, lr=0.5)
    """
    raise NotImplementedError


def layers_or_parameters():
    """What is the difference between the layers of a module and its parameters?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) A layer is a module, something to call with an input; a parameter is a tensor that a layer computes
       with.
    b) Every layer has at least one parameter, or it could not take part in training.
    c) `model.parameters()` yields the layers one by one, and each has a `weight` and a `bias`.
    d) nn.Linear(784, 50) has two parameters, which hold 39,250 numbers together.
    e) Every tensor that a module keeps in an attribute is one of its parameters.
    """
    raise NotImplementedError


def why_parameters_are_shorter():
    """The loop over `model.parameters()` is shorter than the one that went through the layers, asked which of
    them had a weight, and updated weight and bias. Why?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) No layer needs to be asked what it has: one without parameters, such as ReLU, just adds nothing to the
       sequence.
    b) Fewer tensors are updated, since a weight and its bias count as one parameter.
    c) A weight and a bias are updated by the same rule, so one line serves every tensor that is yielded.
    d) Gradients need not be cleared any more: parameters forget theirs once they have been updated.
    e) The loop stays as it is for a model with other layers, or with layers inside layers.
    f) `model.zero_grad()` clears every gradient at once, since nn.Module knows all the parameters.
    """
    raise NotImplementedError


class DummyModule:
    """The third model: do in plain Python what nn.Module does for you, without inheriting from it.

    `__init__` sets the registry, an empty dict `_modules`; then `l1` and `l2`, nn.Linear layers from n_in to nh and
    from nh to n_out. Write three more methods:

    - `__setattr__(self, name, value)` runs at every assignment. It registers the value under its name, unless that
      begins with an underscore, and sets the attribute as usual.
    - `__repr__` returns a string with each registered name and its layer's own repr.
    - `parameters()` yields every parameter of every layer registered by then, in order.

    >>> model = DummyModule(784, 50, 10)
    >>> model.extra = nn.Linear(10, 2)
    >>> len(list(model.parameters()))
    6
    """

    def __init__(self, n_in, nh, n_out):
        raise NotImplementedError


def three_dunders():
    """DummyModule defines `__init__`, `__setattr__` and `__repr__`. Python calls such methods by itself:
    when, and what for?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) `__init__` makes the new object and has to return it.
    b) `__setattr__` runs at every assignment to an attribute, those inside `__init__` included.
    c) `__setattr__` also runs when an attribute is read, as in `model.l1(x)`.
    d) `__repr__` should print the description of the object.
    e) `print(model)` shows what `__repr__` gives, as long as the class defines no `__str__`.
    """
    raise NotImplementedError


def what_parameters_yields():
    """DummyModule has two nn.Linear layers, l1 and l2. What does its `parameters()` yield?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) The two layers, l1 and then l2.
    b) Four tensors: the weight and the bias of l1, then the weight and the bias of l2.
    c) The layers' own tensors: changing one of them in place changes the model.
    d) As many items as there are numbers to train in the model.
    e) When it is a generator, one walk over it uses it up; calling `model.parameters()` again gives a fresh
       one.
    """
    raise NotImplementedError


def what_setattr_does():
    """What does the `__setattr__` of DummyModule do, and how can you check that a layer was registered
    properly?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) If it put the value into the registry and did nothing else, `model.l1` would raise AttributeError.
    b) The line `model.l1.weight = w` calls the `__setattr__` of `model`, with the name "l1.weight".
    c) Python calls it for layers alone, since it sees that these are modules.
    d) Appending a layer to a list in an attribute, `model.blocks.append(layer)`, calls it too.
    e) It skips names that begin with an underscore, or setting `self._modules = {}` would already need the
       registry.
    f) A good check: the name stands in `repr(model)`, and `parameters()` yields that layer's weight and bias
       too.
    """
    raise NotImplementedError


def what_repr_does():
    """What does the `__repr__` of DummyModule do?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) It registers layers that are not in the registry yet, so that they can be shown.
    b) It shows the values of the weights, so you can watch them change while the model is trained.
    c) It shows what is registered, each layer by that layer's own repr; what is missing there was not
       registered.
    d) Without it, Python could not print the model at all: `print(model)` would raise an error.
    """
    raise NotImplementedError


def parameter_shapes(module):
    """The shape of every parameter of a module.

    `module` is anything with a method `parameters()`: an nn.Module, your DummyModule, or another object.
    Return the list of the shapes of what it yields, in the same order, each as a tuple of ints or a
    torch.Size.

    >>> parameter_shapes(nn.Linear(784, 50))
    [torch.Size([50, 784]), torch.Size([50])]
    """
    raise NotImplementedError


class RegisteredModel(nn.Module):
    """The fourth model: the list of layers again, and each of them registered.

    RegisteredModel(layers) keeps a list of any number of nn.Modules as the attribute `layers` and registers each, the
    very layer that was passed, with `add_module` under the names layer_0, layer_1, ... It has no other children.
    model(x) gives x to the first layer, its result to the next, and so on, and returns what the last one gives.

    >>> model = RegisteredModel([nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)])
    >>> [name for name, _ in model.named_parameters()]
    ['layer_0.weight', 'layer_0.bias', 'layer_2.weight', 'layer_2.bias']
    """

    def __init__(self, layers):
        raise NotImplementedError


def what_registering_is():
    """What does it mean to register a module in another one, as `add_module` does?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) The outer module notes the inner one under a name, in its `_modules`.
    b) The parameters of the inner module are copied into the outer one.
    c) `self.add_module("layer_0", layer)` and `self.layer_0 = layer` register the layer in the same way.
    d) Registered modules are called in the order of registration, so no `forward` is needed.
    e) A layer that is not registered cannot be used in `forward`.
    f) A layer that is not registered is missing in `parameters()`, so an optimizer given these never updates
       it.
    """
    raise NotImplementedError


def read_the_repr():
    """A RegisteredModel over a list of three layers is printed:

        RegisteredModel(
          (layer_0): Linear(in_features=784, out_features=50, bias=True)
          (layer_1): ReLU()
          (layer_2): Linear(in_features=50, out_features=10, bias=True)
        )

    What can you tell from this?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) `list(model.parameters())` has three tensors, one for each line.
    b) `model.layer_1` is the ReLU.
    c) `model.layer_0.weight` has the shape (784, 50).
    d) The model has 39,760 numbers to train.
    e) `forward` is sure to apply the three layers, in this order.
    f) If the layers had only been put into the list, without registering them, none of the three would be
       shown.
    """
    raise NotImplementedError


class SequentialModel(nn.Module):
    """The fifth model: a list that registers its layers, nn.ModuleList.

    SequentialModel(layers) gets a list of any number of layers (nn.Modules) and keeps them, the very same
    ones, in an nn.ModuleList as its attribute `layers`: its only child.

    model(x) gives x to the first layer, its result to the next, and so on, and returns what the last one
    gives. A layer that stands in the list twice is applied twice.

    >>> model = SequentialModel([nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)])
    >>> [name for name, _ in model.named_parameters()]
    ['layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias']
    """

    def __init__(self, layers):
        raise NotImplementedError


def what_modulelist_does():
    """What does nn.ModuleList do for us?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) Called with x, it runs its modules one after the other.
    b) It registers each of its modules under its position, so parameters get names like layers.0.weight.
    c) A module that is appended to it later is registered as well.
    d) It makes copies of the modules that it is given, so that each model has its own.
    e) It can be indexed, sliced and looped over like a list.
    f) In place of a plain list it makes the model's outputs more accurate.
    """
    raise NotImplementedError


def sequential_model(n_in, nh, n_out):
    """The sixth model: Linear, ReLU, Linear, with no class of your own.

    Return an nn.Sequential of three layers: nn.Linear from n_in to nh, nn.ReLU, nn.Linear from nh to n_out,
    both Linear layers with bias. Nothing comes after the last one.

    >>> sequential_model(784, 50, 10)(torch.rand(64, 784)).shape
    torch.Size([64, 10])
    """
    raise NotImplementedError


def why_sequential():
    """Why does nn.Sequential make the job easier?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) It registers its layers and calls them in order, so neither `__init__` nor `forward` has to be written.
    b) When it is made, it checks that the sizes of neighbouring layers fit each other.
    c) It trains faster than a class of your own with the same layers.
    d) It suits models in which each layer needs the result of the layer before it and nothing else.
    e) A shortcut such as x + layer(x) between two of its layers is found by it and added by itself.
    """
    raise NotImplementedError
