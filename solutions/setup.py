"""Section 1, the setting: the data, its sizes, and a first model.

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import torch
from torch import nn


def get_data(images, labels, n_valid):
    """Turn raw images and labels into tensors to train and to validate with.

    images: uint8 tensor (N, 28, 28), pixels from 0 to 255
    labels: tensor (N,) of any integer dtype
    n_valid: how many images validate, at least 1 and less than N

    Return x_train, y_train, x_valid, y_valid. Each x is float32, a flat row of 784 values an image, with 0 to 255
    scaled to 0.0 to 1.0; each y is int64. The LAST n_valid images validate, the others train, in their order.

    >>> x_train, y_train, x_valid, y_valid = get_data(images, labels, 10000)
    >>> x_train.shape, x_valid.shape
    (torch.Size([50000, 784]), torch.Size([10000, 784]))
    """
    x = images.flatten(1).to(torch.float32) / 255
    y = labels.to(torch.int64)
    n_train = len(x) - n_valid
    return x[:n_train], y[:n_train], x[n_train:], y[n_train:]


def hyperparameters(x_train, y_train):
    """Read the sizes that a network for this data needs off the data.

    x_train: float tensor (n, m), a row for each example
    y_train: int64 tensor (n,), class labels 0, 1, 2, ... in any order; every class occurs

    Return four whole numbers: n examples, m input values, c classes, and nh hidden units. The last one is your choice
    and not the data's: choose 50, as the lesson does.

    >>> hyperparameters(x_train, y_train)        # for the real images; other data gives other numbers
    (50000, 784, 10, 50)
    """
    n, m = x_train.shape
    c = int(y_train.max()) + 1
    nh = 50
    return n, m, c, nh


class ListModel:
    """A first network with one hidden layer, its layers in a plain list.

    ListModel(n_in, nh, n_out) keeps a Python list `layers` of its own: a Linear from n_in to nh, a ReLU and a Linear
    from nh to n_out. All are torch.nn's, with bias. Called with x (bs, n_in), it sends x through them in turn and
    returns the scores (bs, n_out). No softmax: that comes next.

    A class with `__call__`, or an nn.Module with `forward`: either is right.

    >>> model = ListModel(784, 50, 10)
    >>> model(torch.zeros(64, 784)).shape
    torch.Size([64, 10])
    """

    def __init__(self, n_in, nh, n_out):
        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
