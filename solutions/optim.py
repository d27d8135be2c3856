"""Section 5, optim: the update of the parameters moves out of the loop, into an object of its own.

True of every exercise here: a number may come back as a float or as a tensor without dimensions. What you are given
stays as it was, unless the prompt asks for the change, and torch records gradients afterwards as it did before.
"""

import torch
from torch import nn, optim


class Optimizer:
    """Plain SGD, as an object that knows the parameters and how to update them.

    `params` is a list, or a generator such as `model.parameters()`, which can be walked only once. Write two methods,
    without torch.optim:

    - `step()` takes lr times its gradient (`.grad`) off each parameter: in place, so that the model sees it, and not
      recorded by autograd. The gradients stay.
    - `zero_grad()` clears each gradient: zeros or None.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> w.grad = torch.tensor([4.0])
    >>> Optimizer([w], lr=0.1).step()
    >>> w
    tensor([0.6000], requires_grad=True)
    """

    def __init__(self, params, lr=0.5):
        self.params = list(params)
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= p.grad * self.lr

    def zero_grad(self):
        for p in self.params:
            p.grad = None


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
    return {"a", "c", "e"}


def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    """The third training loop: the optimizer does the updates.

    `opt` has `step()` and `zero_grad()` and knows the parameters of `model` and the learning rate: your Optimizer,
    torch.optim.SGD, or any other such object. As before: the rows of `x` and `y` in order, `bs` at a time, `epochs`
    times over, the last batch the shorter rest, none empty; `loss_func(model(xb), yb)` is the loss. Each batch makes
    one step, with the gradients of this batch alone (at first there are none). What you return does not matter.

    >>> fit_optimizer(model, Optimizer(model.parameters(), lr=0.5), F.cross_entropy, x_train, y_train, bs=64)
    """
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            opt.step()
            opt.zero_grad()


def get_model(n_in, nh, n_out, lr):
    """A fresh model and the optimizer that goes with it, so that training can start again at any time.

    Return two things: an nn.Sequential of nn.Linear (n_in to nh), nn.ReLU, nn.Linear (nh to n_out), then a
    torch.optim.SGD over its parameters. Its learning rate is `lr`, and it has no other options. Each
    call makes new ones.

    >>> model, opt = get_model(784, 50, 10, lr=0.5)
    """
    model = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))
    return model, optim.SGD(model.parameters(), lr=lr)
