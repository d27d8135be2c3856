"""Section 3, the basic training loop: predict, measure, differentiate, update, batch after batch."""

import torch


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

    `model`      an nn.Module: `model(xb)` gives its outputs, `model.parameters()` its parameters
    `loss_func`  called as `loss_func(outputs, yb)`: the loss of the batch, a tensor without dimensions
    `xb`, `yb`   the batch: inputs, one example in each row, and their targets
    `lr`         the learning rate, a float

    Predict, get the loss, and call `backward()`. Then move every parameter by plain gradient descent: it becomes
    what it was minus `lr` times its gradient. Change the parameters themselves, in place: whoever holds one must see
    its new value. Last, clear the gradients: when you return, each must be None or all zeros.

    Return the loss as it was before the update, as a float or as a tensor without dimensions. No optimizer yet: the
    update is yours to write.
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

    `model`      called as `model(xb)`: scores (n, c), for each of n examples one for each of c classes
    `loss_func`  called as `loss_func(scores, yb)`: the loss, a tensor without dimensions
    `xb`, `yb`   the batch: inputs (n, ...), and int64 class labels (n,)

    Return a pair: the loss, then the accuracy (the share of right examples, from 0 to 1). Each may be a float or a
    tensor without dimensions. Only look: the model's parameters and their gradients stay as they are, and torch goes on
    recording gradients after you return.
    """
    raise NotImplementedError


def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    """Train a model that keeps its layers in a plain list, batch after batch.

    `model`      `model(xb)` gives the outputs of a batch, and `model.layers` is the list of its layers, as many as it
                 has. It need not be an nn.Module, so do not count on `model.parameters()` or `model.zero_grad()`.
                 A layer like ReLU has no parameters; one that does has a `weight` and a `bias`, like nn.Linear.
    `loss_func`  called as `loss_func(outputs, yb)`: the loss of the batch, a tensor without dimensions
    `x`, `y`     all the examples, one in each row of x, and their targets
    `bs`         how many examples make a batch; if they do not come out even, the last batch is the shorter rest,
                 and if they do, there is no further, empty batch
    `lr`         the learning rate, a float
    `epochs`     how often to go through all the data

    Take the batches in the order of the data, each example once an epoch. After every batch update the weight and the
    bias of each layer that has them: subtract `lr` times the gradient, in place. Gradients must not pile up from one
    batch to the next. No optimizer yet: the updates are yours to write. You need not return anything.
    """
    raise NotImplementedError


def evaluate(model, loss_func, x, y):
    """The loss and the accuracy of a trained model over all the examples, as two plain numbers.

    `model`      called as `model(x)`: scores (n, c)
    `loss_func`  called as `loss_func(scores, y)`: the mean loss, a tensor without dimensions
    `x`, `y`     all n examples: inputs (n, ...), and int64 class labels (n,)

    Return a pair: the loss and the accuracy over all n examples, both as Python floats. Nothing is to be learnt here,
    so let no graph be built while the model runs. Leave everything as you found it: the model's parameters, their
    gradients and its mode (training or evaluation), and whether torch records gradients once you have returned.
    """
    raise NotImplementedError
