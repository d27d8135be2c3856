"""Section 5, optim: the update of the parameters moves out of the loop, into an object of its own."""

import torch
from torch import nn, optim


class Optimizer:
    """Plain SGD, as an object that knows the parameters and how to update them.

    Optimizer(params, lr=0.5) gets the parameters (tensors that require grad) as a list or as a generator such
    as `model.parameters()`, which can be walked only once, and the learning rate `lr`. Write two methods:
    - `step()` updates each parameter once: it takes lr times the gradient (`.grad`) off the parameter. The
      update is made in place, so that the model sees it, and is not recorded by autograd; what comes after
      it is recorded again. The gradients stay as they are.
    - `zero_grad()` clears the gradient of each parameter: afterwards it is all zeros or None, either is
      right. Both leave a parameter alone that has no gradient (`.grad` is None).

    Build it from tensors: no torch.optim.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> w.grad = torch.tensor([4.0])
    >>> Optimizer([w], lr=0.1).step()
    >>> w
    tensor([0.6000], requires_grad=True)
    """

    def __init__(self, params, lr=0.5):
        raise NotImplementedError


def why_no_grad_in_step():
    """Why does `step` update the parameters under torch.no_grad()?

    Which of these are true? Return the set of their letters, for example {"a", "c"}.

    a) A parameter requires grad, so PyTorch refuses to change it in place while operations are recorded.
    b) Under no_grad every `p.grad` reads as zero, so that no gradient is counted twice.
    c) `p = p - lr * p.grad` without no_grad raises no error, but makes a new tensor that the model does not
       use.
    d) no_grad has to be undone after the step, since the parameters no longer require grad.
    e) The update is not a part of the function whose gradient we want, so nothing about it has to be
       recorded.
    f) Without no_grad the parameters would move up the gradient instead of down.
    """
    raise NotImplementedError


def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    """The third training loop: the optimizer does the updates.

    `opt` has `step()` and `zero_grad()`, both without arguments, and knows the parameters of `model` and the
    learning rate already: it may be your Optimizer, torch.optim.SGD, or any other such object.

    Go through `x` (n, n_in) and `y` (n,) in order, `bs` rows at a time; the last batch is shorter when bs
    does not divide n, and never empty. For each batch compute `loss_func(model(xb), yb)`, a scalar tensor,
    and the gradients of this batch alone, and let `opt` make one step with them. Do all of this `epochs`
    times.

    The model is trained in place; what you return does not matter.
    """
    raise NotImplementedError


def get_model(n_in, nh, n_out, lr):
    """A fresh model and the optimizer that goes with it, so that training can start again at any time.

    Return two things, in this order: an nn.Sequential of nn.Linear (n_in to nh), nn.ReLU, nn.Linear (nh to
    n_out); and a torch.optim.SGD over its parameters with the learning rate `lr` and no other options. Each
    call makes new ones.

    >>> model, opt = get_model(784, 50, 10, lr=0.5)
    """
    raise NotImplementedError
