"""Section 3, the basic training loop: predict, measure, differentiate, update, batch after batch.

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import torch
import torch.nn.functional as F
from torch import nn


def training_steps():
    """What happens to one batch in a training loop, in which order?

    Put these four steps into the order in which they must happen. Return the list of their letters, for example
    ["a", "b", "c", "d"].

    a) Change each parameter by a small amount, against its gradient.
    b) Let the model predict: put the batch through it and get its outputs.
    c) Work out the gradient of the loss with respect to every parameter.
    d) Compare the outputs with the targets of the batch: that gives the loss, a single number.
    """
    raise NotImplementedError


def training_step(model, loss_func, xb, yb, lr):
    """Train the model on one batch, once.

    `model` is an nn.Module, `loss_func(model(xb), yb)` its loss on the batch, a tensor without dimensions; `lr` is the
    learning rate.

    Predict, get the loss, call `backward()`. Then move every parameter against its gradient, by `lr` times that
    gradient, in place: whoever holds it must see its new value. No optimizer yet. Last, clear the gradients:
    each is None or all zeros when you return.

    Return the loss from before the update.

    >>> training_step(nn.Linear(4, 3), F.cross_entropy, torch.rand(8, 4), torch.arange(8) % 3, lr=0.1)   # perhaps
    tensor(1.1874)
    """
    raise NotImplementedError


def accuracy(out, yb):
    """The share of examples that the model gets right.

    `out`  float tensor (n, c): a score for each of c classes, one example in each row; any real numbers
    `yb`   int64 tensor (n,): the right class of each example

    An example counts as right when the largest score of its row is that of its right class. Return the number of
    right examples divided by n, between 0 and 1, as a float or as a tensor without dimensions.

    >>> accuracy(torch.tensor([[0.1, 2.0], [3.0, -1.0]]), torch.tensor([1, 1]))
    tensor(0.5000)
    """
    raise NotImplementedError


def evaluate_batch(model, loss_func, xb, yb):
    """How well does the model do on one batch?

    `model(xb)` gives scores (n, c), for each of n examples one for each of c classes, and `loss_func(scores, yb)` the
    loss, a tensor without dimensions. `yb` are int64 class labels (n,).

    Return a pair: the loss, then the accuracy (the share of right examples, from 0 to 1). Only look: the model's
    parameters and their gradients stay as they are.

    >>> loss, acc = evaluate_batch(model, loss_func, xb, yb)
    """
    raise NotImplementedError


def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    """The first training loop, for a model that keeps its layers in a list, `model.layers`.

    Go through the rows of `x` and `y` in order, `bs` at a time, `epochs` times over; the last batch may be short, none
    is empty. `loss_func(model(xb), yb)` is the loss of a batch, a tensor without dimensions. Take `lr` times its
    gradient, of this batch alone (at first there are none), off the `weight` and the `bias` of each layer that has
    them, in place. A layer has both or, as a ReLU, neither.

    There may be any number of layers, and no `model.parameters()`. No optimizer yet. What you return does not matter.

    >>> fit_layers(ListModel(784, 50, 10), F.cross_entropy, x_train, y_train, bs=64, lr=0.5)
    """
    raise NotImplementedError


def evaluate(model, loss_func, x, y):
    """The loss and the accuracy of a trained model over all the examples.

    `model(x)` gives scores (n, c), `loss_func(scores, y)` the mean loss, a tensor without dimensions. `y` are int64
    class labels (n,).

    Return a pair of plain numbers: the loss and the accuracy over all n examples. Let no graph be built while the model
    runs, and leave it as you found it: its parameters, their gradients, and its mode (training or evaluation).

    >>> loss, acc = evaluate(model, loss_func, x_valid, y_valid)
    """
    raise NotImplementedError
