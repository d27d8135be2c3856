"""fit_layers: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, before, change, everywhere, outdent
from autograder.beside import readings, spies
from autograder.checks.training_loop import gentle
from autograder.exercise import code

fit_layers = code(
    "fit_layers",
    ids=["R3.5"],
    hints=[
        "Three loops: over the epochs, in it over the batches, and in that, after backward(), over the layers.",
        "`range(0, len(x), bs)` gives the start of every batch; what is the slice that begins there? A slice may reach"
        " past the end.",
        "`hasattr(layer, 'weight')` tells a layer with parameters from one without. What has to happen to their"
        " gradients before the next batch?",
        "Under torch.no_grad() each weight loses lr times its own `.grad`, in place; then that `.grad` is cleared. The"
        " same for the bias.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over model.layers that updates each weight and bias",
)


class ListModel:
    """A model as section 1 makes it: no nn.Module, its layers in a plain list."""

    def __init__(self, layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    forward = __call__


def _parameters(model):
    return [p for layer in model.layers for p in layer.parameters()]


def _fit(fit_layers, draw, n, bs, *epochs, of="", far=0):
    """Train one small layer on drawn data; the rows of each batch learnt from, and the parameters after each
    update. With targets that are not `far` off, all gradients are short."""
    model = ListModel([gentle(draw.linear(2, 1))])
    x, y = draw.uniform(n, 2, low=-0.4, high=0.4), draw.uniform(n, 1, low=-0.2, high=0.2) + far
    lr = draw.number(0.1, 0.4)
    if not of:
        draw.note(n=n, bs=bs, lr=lr)
    journal = spies.Journal(_parameters(model))
    draw.follow(journal, targets=y)
    fit_layers(model, spies.LossSpy(spies.log_cosh_error, journal), x, y, bs, lr, *epochs)
    return {
        f"rows of x in each batch{of}": readings.learnt_from(journal, y),
        f"weights and bias after each update{of}": journal.trajectory(),
    }


@fit_layers.probe(points=2, rtol=1e-3, atol=1e-5)
def takes_a_step_after_every_batch(fit_layers, draw):
    """One epoch, the last batch is short. The first entry that differs is the first step that went wrong."""
    bs = draw.size(2, 4)
    seen = _fit(fit_layers, draw, bs * draw.size(2, 3) + draw.integer(1, bs - 1), bs, far=4)
    seen |= _fit(fit_layers, draw, bs - 1, bs, of=f" (only {bs - 1} examples, bs={bs})")
    seen |= _fit(fit_layers, draw, 9, 4, of=" (9 examples, bs=4)")  # which are no three equal parts
    return seen | _fit(fit_layers, draw, 3, 1, of=" (3 examples, bs=1)")


@fit_layers.probe(rtol=1e-3, atol=1e-5)
def goes_through_the_data_once_an_epoch(fit_layers, draw):
    """Several epochs, each of a whole number of batches: there is no rest, and no empty batch."""
    epochs, bs = draw.size(2, 4), draw.size(2, 3)
    draw.note(epochs=epochs)
    return _fit(fit_layers, draw, bs * draw.integer(2, 3), bs, epochs)


@fit_layers.probe(rtol=1e-3, atol=1e-5)
def updates_every_layer_however_many_there_are(fit_layers, draw):
    """A deeper model, that is to tell classes apart; its first layer, a LayerNorm, has a weight and a bias too. Each of
    them after two batches."""
    sizes = [3, *(draw.size(2, 3) for _ in range(draw.integer(2, 3)))]  # two values come out of a LayerNorm as 1 and -1
    layers = [torch.nn.LayerNorm(sizes[0])]
    for n_in, n_out in zip(sizes, [*sizes[1:], 2], strict=True):
        layers += [draw.linear(n_in, n_out), torch.nn.Tanh()]
    layers.pop()
    layers[-1].bias.data += 3  # far from any target, so that the steps are long
    named = [(f"layers[{i}].{name}", p) for i, layer in enumerate(layers) for name, p in layer.named_parameters()]
    x, y = draw.normal(4, sizes[0]), draw.labels(4, 2)
    fit_layers(ListModel(layers), spies.squared_error, x, y, 2, draw.number(0.1, 0.4))
    return {name: p.detach() for name, p in named}


@fit_layers.slip('hasattr(layer, "weight")', "isinstance(layer, torch.nn.Linear)")
def trains_linear_layers_alone():
    """Only nn.Linear layers are trained. Others may have a weight and a bias too: ask each layer whether it has one."""


@fit_layers.right
def with_batch_numbers(model, loss_func, x, y, bs, lr, epochs=1):
    n = x.shape[0]
    for _epoch in range(epochs):
        for i in range((n - 1) // bs + 1):
            xb, yb = x[i * bs : i * bs + bs], y[i * bs : i * bs + bs]
            loss = loss_func(model(xb), yb)
            loss.backward()
            for layer in model.layers:
                for p in layer.parameters():
                    p.data.sub_(lr * p.grad.data)
                    p.grad = None


@fit_layers.right
def clearing_first(model, loss_func, x, y, bs, lr, epochs=1):
    trained = [layer for layer in model.layers if hasattr(layer, "weight")]
    for _ in range(epochs):
        for xb, yb in zip(x.split(bs), y.split(bs), strict=True):
            for layer in trained:
                layer.zero_grad()
            loss_func(model(xb), yb).backward()
            with torch.no_grad():
                for layer in trained:
                    layer.weight.copy_(layer.weight - layer.weight.grad * lr)
                    layer.bias.add_(layer.bias.grad, alpha=-lr)


@fit_layers.right
def as_one_while_loop(model, loss_func, x, y, bs, lr, epochs=1):
    start, losses = 0, []
    while epochs > 0:
        stop = min(start + bs, len(x))
        out = x[start:stop]
        for layer in model.layers:
            out = layer(out)
        loss = loss_func(out, y[start:stop])
        parameters = [p for layer in model.layers for p in layer.parameters()]
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradients, strict=True):
                p -= lr * g
        losses.append(loss.item())
        start = stop
        if start == len(x):
            start, epochs = 0, epochs - 1
    return losses


@fit_layers.right
def parameter_by_parameter(model, loss_func, x, y, bs, lr, epochs=1):
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.slip("p.grad = A", "", of="parameter_by_parameter")
def never_clears():
    """The first update is right, the later ones are not: gradients pile up, since backward() adds to those that are
    there. Clear them after each update."""


@fit_layers.slip(before("for start in A:", "for layer in model.layers:\n    layer.zero_grad()"), of="never_clears")
def clears_once_an_epoch():
    """You clear the gradients once an epoch, so within it they pile up from batch to batch. Clear them for every
    batch."""


@fit_layers.slip("p -= lr * p.grad\np.grad = None", "p.grad.zero_()\np -= lr * p.grad", of="parameter_by_parameter")
def no_parameter_moves():
    """The batches are right, but the parameters stay. Is a new tensor put in place of one that others hold? Or are
    gradients cleared before the update?"""


@fit_layers.slip("range(0, X, bs)", "range((X - 1) // bs + 1)")
def batch_numbers_as_starts():
    """Your slices begin at the number of the batch: 0, 1, 2, ... At which row does each batch begin?"""


@fit_layers.slip(everywhere("A[start : start + bs]", "A[:bs]"))
def the_first_batch_again_and_again():
    """Every step uses the first batch: the slice does not move on. What is another number in each round of the
    loop?"""


@fit_layers.slip(before("for start in A:", "bs = len(x)"))
def everything_in_one_batch():
    """You train on all the data at once, one update an epoch: `bs` is not used, or is replaced by a large number."""


@fit_layers.slip(outdent("with A:"))
def one_update_an_epoch():
    """You call backward() for every batch and update once an epoch, with the sum of all gradients. The update belongs
    inside the loop over the batches: look at the indentation."""


@fit_layers.slip(outdent("with A:"), outdent("A.backward()"))
def learns_from_the_last_batch_alone():
    """Only the last batch of an epoch is learnt from: backward() and the update stand outside the loop over the
    batches. Look at the indentation."""


@fit_layers.slip(change("for _ in A:", ""), change("for start in A:", "for start in sorted([*A] * epochs):"))
def each_batch_all_its_epochs_at_once():
    """Each batch is learnt from `epochs` times in a row before the next one comes: the two loops stand the wrong way
    round. An epoch goes through all the batches."""


@fit_layers.slip(everywhere("lr * A", "A"))
def without_a_learning_rate():
    """Your steps are as long as if the learning rate were 1: does `lr` appear in the update?"""


@fit_layers.slip("layer.bias -= A", "")
def biases_stay():
    """The weights move and the biases do not. Is each updated, and before its gradient is cleared?"""


@fit_layers.slip("model.layers", "model.layers[:3:2]")
def the_first_and_third_layer_only():
    """Only some layers are updated: `layers[0]`, perhaps with `layers[2]`. A model may have more layers: go through the
    list."""


@fit_layers.slip("p -= X", "if layer is model.layers[-1]:\n    p -= X", of="parameter_by_parameter")
def the_last_layer_only():
    """Only the last layer is updated. Do the lines of the update stand inside the loop over the layers?"""


@fit_layers.slip("model.layers", "model.parameters()")
def counts_on_parameters():
    """You ask the model for something that only an nn.Module has, such as parameters(). This model has its list,
    `model.layers`: go through that."""


@fit_layers.slip("if A:", "")
def every_layer_has_a_weight():
    """You ask each layer for its weight, and one like ReLU or Tanh has none. Leave out the layers without."""


@fit_layers.slip("X.backward()", "X")
def has_no_gradient_to_use():
    """A gradient is None when your update wants to use it: backward() has not run yet, or the gradients were set to
    None before the update."""


@fit_layers.slip(after("for layer in A:", "layer.zero_grad()"), change("p.grad = A", ""), of="parameter_by_parameter")
def clears_the_last_layer_alone():
    """Only the last layer's gradients are cleared. Do the lines that clear stand after the loop over the layers?"""


@fit_layers.slip("lr * X", "lr * X.clamp(-0.5, 0.5)", of="parameter_by_parameter")
def limits_the_gradients():
    """Long steps come out too short: you limit the gradients (clipping) before the update. Plain gradient descent takes
    them as they are."""


@fit_layers.slip(after("with A:", "return"))
def returns_after_one_batch():
    """You learn from the first batch alone. Does a `return` or a `break` stand inside the loop over the batches?"""


@fit_layers.slip(before("A.backward()", "start = max(0, min(start, len(x) - bs))"), of="parameter_by_parameter")
def the_last_batch_filled_up():
    """The short last batch is filled up with rows that had their turn already. Let it be short: each example once an
    epoch."""
