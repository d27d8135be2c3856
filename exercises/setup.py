"""Section 1, the setting: the data, its sizes, and a first model."""

import torch
from torch import nn


def get_data(images, labels, n_valid):
    """Turn the raw images and labels into tensors to train with and tensors to validate with.

    images: uint8 tensor of shape (N, 28, 28), one grey image each, pixels from 0 (black) to 255 (white)
    labels: integer tensor of shape (N,), of any integer dtype (uint8 in the original files)
    n_valid: how many of the images validate, at least 1 and less than N

    Return four tensors in this order: x_train, y_train, x_valid, y_valid.

    - x: float32, one flat row of 784 values for each image (its pixel rows one after the other), 0 to 255 scaled to
      0.0 to 1.0 by one and the same factor for all images, bright or dark
    - y: int64, one label for each row of x
    - the LAST n_valid images validate, all the others train; the order stays as it is

    With the real data, get_data(images, labels, 10000) makes 50000 rows to train with and 10000 to validate with.
    """
    raise NotImplementedError


def hyperparameters(x_train, y_train):
    """Read the sizes that a network for this data needs off the data.

    x_train: float tensor of shape (n, m), a row for each example
    y_train: int64 tensor of shape (n,), class labels 0, 1, 2, ... in any order; every class occurs

    Return four whole numbers in this order: n, m, c, nh.

    - n: how many examples there are
    - m: how many input values each example has
    - c: how many classes there are
    - nh: how many hidden units to use; this one is your choice, not the data's: choose 50, as the lesson does

    For the real training images that is 50000, 784, 10, 50. Other data gives other numbers.
    """
    raise NotImplementedError


class ListModel:
    """A first network with one hidden layer: the layers are kept in a plain list, and x walks through them.

    n_in: how many values one example has
    nh: how many hidden units there are
    n_out: how many scores come out for each example, one for each class

    Keep the layers as attribute `layers`, a plain Python list of three: a Linear from n_in to nh, a ReLU, and a Linear
    from nh to n_out, all from torch.nn, both Linear layers with bias. Each model has layers of its own. Calling the
    model, `model(x)`, sends x of shape (bs, n_in) through the layers, one after the other, and returns what comes out
    of the last: scores of shape (bs, n_out), with the graph that gradients need to flow back to both Linear layers. No
    softmax here: that is part of the next section.

    A class of your own with `__call__`, or a subclass of nn.Module with `forward`: either is right.

    >>> model = ListModel(784, 50, 10)
    >>> model(torch.zeros(64, 784)).shape
    torch.Size([64, 10])
    """

    def __init__(self, n_in, nh, n_out):
        raise NotImplementedError
