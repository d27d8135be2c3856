"""fit_layers: its probes, other right answers and known mistakes."""

import torch

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
        "Under torch.no_grad(): `layer.weight -= lr * layer.weight.grad`, then `layer.weight.grad.zero_()`, and the"
        " same for the bias.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over model.layers that updates each weight and bias",
)


# ---------------------------------------------------------------------------------------------- helpers of the probes
def _list_model(layers):
    """A model as section 1 makes it: no nn.Module, its layers in a plain list."""

    class ListModel:
        def __init__(self, layers):
            self.layers = layers

        def __call__(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

        forward = __call__

    return ListModel(layers)


def _parameters(model):
    return [p for layer in model.layers for p in layer.parameters()]


def _fit(fit_layers, draw, n, bs, *epochs, of=""):
    """Train one small layer on drawn data; the rows of each batch learnt from, and the parameters after each
    update."""
    from autograder.beside import readings, spies

    model, x, y = _list_model([draw.linear(2, 1)]), draw.normal(n, 2), draw.normal(n, 1)
    lr = draw.number(0.1, 0.4)
    if not of:
        draw.note(n=n, bs=bs, lr=lr)
    journal = spies.Journal(_parameters(model))
    fit_layers(model, spies.LossSpy(spies.log_cosh_error, journal), x, y, bs, lr, *epochs)
    return {
        f"rows of x in each batch{of}": readings.learnt_from(journal, y),
        f"weights and bias after each update{of}": journal.trajectory(),
    }


@fit_layers.probe(points=2, rtol=1e-3, atol=1e-5)
def takes_a_step_after_every_batch(fit_layers, draw):
    """One epoch, the last batch is short. The first entry that differs is the first step that went wrong."""
    bs = draw.size(2, 4)
    seen = _fit(fit_layers, draw, bs * draw.size(2, 3) + draw.integer(1, bs - 1), bs)
    seen |= _fit(fit_layers, draw, bs - 1, bs, of=f" (only {bs - 1} examples, bs={bs})")
    return seen | _fit(fit_layers, draw, 3, 1, of=" (3 examples, bs=1)")


@fit_layers.probe(rtol=1e-3, atol=1e-5)
def goes_through_the_data_once_an_epoch(fit_layers, draw):
    """Several epochs, each of a whole number of batches: there is no rest, and no empty batch."""
    epochs, bs = draw.size(2, 4), draw.size(2, 3)
    draw.note(epochs=epochs)
    return _fit(fit_layers, draw, bs * draw.integer(2, 3), bs, epochs)


@fit_layers.probe(rtol=1e-3, atol=1e-5)
def updates_every_layer_however_many_there_are(fit_layers, draw):
    """A deeper model, that is to tell classes apart. Each weight and bias after two batches."""
    from autograder.beside import spies

    sizes = [draw.size(2, 3) for _ in range(draw.integer(3, 4))]
    layers = []
    for n_in, n_out in zip(sizes, [*sizes[1:], 2], strict=True):
        layers += [draw.linear(n_in, n_out), torch.nn.Tanh()]
    layers.pop()
    named = [(f"layers[{i}].{name}", p) for i, layer in enumerate(layers) for name, p in layer.named_parameters()]
    x, y = draw.normal(4, sizes[0]), draw.labels(4, 2)
    fit_layers(_list_model(layers), spies.squared_error, x, y, 2, draw.number(0.1, 0.4))
    return {name: p.detach() for name, p in named}


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


@fit_layers.mistake
def never_clears(model, loss_func, x, y, bs, lr, epochs=1):
    """The first update is right, the later ones are not: gradients pile up, since backward() adds to those that are
    there. Clear them after each update."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad


@fit_layers.mistake
def clears_once_an_epoch(model, loss_func, x, y, bs, lr, epochs=1):
    """You clear the gradients once an epoch, so within it they pile up from batch to batch. Clear them for every
    batch."""
    for _ in range(epochs):
        for p in [p for layer in model.layers for p in layer.parameters()]:
            p.grad = None
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad


@fit_layers.mistake
def clears_the_weights_alone(model, loss_func, x, y, bs, lr, epochs=1):
    """The weights' gradients are cleared, the biases' are not: those pile up from batch to batch."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                    if hasattr(layer, "weight"):
                        layer.weight.grad = None


@fit_layers.mistake
def goes_uphill(model, loss_func, x, y, bs, lr, epochs=1):
    """Your updates go up: they add lr times the gradient. The gradient points where the loss grows."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p += lr * p.grad
                        p.grad = None


@fit_layers.mistake
def no_parameter_moves(model, loss_func, x, y, bs, lr, epochs=1):
    """Your loop sees the right batches, but the model's parameters stay as they are. Either a new tensor (or a new
    Parameter) takes the place of the old one, which whoever holds it does not see: change it in place; or the
    gradients are cleared before the update uses them."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            for layer in model.layers:
                for p in layer.parameters():
                    p.grad.zero_()
                    p.data -= lr * p.grad


@fit_layers.mistake
def drops_the_short_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """The examples of the short last batch are never used: `len(x) // bs` counts full batches alone. Round up."""
    for _ in range(epochs):
        for i in range(len(x) // bs):
            loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def always_drops_the_last_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """Your loop stops one batch early, whether the last batch is short or full. How many batches are there?"""
    for _ in range(epochs):
        for i in range((len(x) - 1) // bs):
            loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def an_empty_batch_at_the_end(model, loss_func, x, y, bs, lr, epochs=1):
    """When the batches come out even, your loop takes one more: an empty one, whose loss is a mean over no
    examples, nan. How many batches are there really?"""
    for _ in range(epochs):
        for i in range(len(x) // bs + 1):
            loss_func(model(x[i * bs : (i + 1) * bs]), y[i * bs : (i + 1) * bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def overlapping_batches(model, loss_func, x, y, bs, lr, epochs=1):
    """Your batches overlap: each takes the first row of the next one too. A slice's end is not part of the slice."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs + 1]), y[start : start + bs + 1]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def sliding_by_one(model, loss_func, x, y, bs, lr, epochs=1):
    """Each of your batches begins one row after the one before. The next batch begins `bs` rows further on."""
    for _ in range(epochs):
        for start in range(len(x)):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def batch_numbers_as_starts(model, loss_func, x, y, bs, lr, epochs=1):
    """Your slices begin at the number of the batch: 0, 1, 2, ... Batch number i begins at row i * bs."""
    for _ in range(epochs):
        for start in range((len(x) - 1) // bs + 1):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def the_first_batch_again_and_again(model, loss_func, x, y, bs, lr, epochs=1):
    """Every step uses the first batch: the slice does not move on. Use the loop variable as its start."""
    for _ in range(epochs):
        for _start in range(0, len(x), bs):
            loss_func(model(x[:bs]), y[:bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def everything_in_one_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """You train on all the data at once, one update an epoch: `bs` is not used, or is replaced by a large number."""
    for _ in range(epochs):
        loss_func(model(x), y).backward()
        with torch.no_grad():
            for layer in model.layers:
                for p in layer.parameters():
                    p -= lr * p.grad
                    p.grad = None


@fit_layers.mistake
def the_whole_data_for_each_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """You make as many updates as there are batches, but each of them uses all the data. Put the slice into the
    model."""
    for _ in range(epochs):
        for _start in range(0, len(x), bs):
            loss_func(model(x), y).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def one_update_an_epoch(model, loss_func, x, y, bs, lr, epochs=1):
    """You call backward() for every batch and update once an epoch, with the sum of all their gradients. The update
    belongs inside the loop over the batches: look at the indentation."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        with torch.no_grad():
            for layer in model.layers:
                for p in layer.parameters():
                    p -= lr * p.grad
                    p.grad = None


@fit_layers.mistake
def learns_from_the_last_batch_alone(model, loss_func, x, y, bs, lr, epochs=1):
    """Only the last batch of an epoch is learnt from: backward() and the update stand outside the loop over the
    batches. Look at the indentation."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss = loss_func(model(x[start : start + bs]), y[start : start + bs])
        loss.backward()
        with torch.no_grad():
            for layer in model.layers:
                for p in layer.parameters():
                    p -= lr * p.grad
                    p.grad = None


@fit_layers.mistake
def one_epoch_only(model, loss_func, x, y, bs, lr, epochs=1):
    """You go through the data once, whatever `epochs` is. Is there a `return` inside the loop, or no loop over
    epochs?"""
    for start in range(0, len(x), bs):
        loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
        with torch.no_grad():
            for layer in model.layers:
                for p in layer.parameters():
                    p -= lr * p.grad
                    p.grad = None


@fit_layers.mistake
def each_batch_all_its_epochs_at_once(model, loss_func, x, y, bs, lr, epochs=1):
    """Each batch is learnt from `epochs` times in a row before the next one comes: the two loops stand the wrong way
    round. An epoch goes through all the batches."""
    for start in range(0, len(x), bs):
        for _ in range(epochs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def one_epoch_too_many(model, loss_func, x, y, bs, lr, epochs=1):
    """You go through the data once more than `epochs` says. `range(n)` counts n times."""
    for _ in range(epochs + 1):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def a_learning_rate_of_its_own(model, loss_func, x, y, bs, lr, epochs=1):
    """Your steps are as long as if the learning rate were 0.5, whatever `lr` is. Use the argument."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= 0.5 * p.grad
                        p.grad = None


@fit_layers.mistake
def without_a_learning_rate(model, loss_func, x, y, bs, lr, epochs=1):
    """Your steps are as long as if the learning rate were 1: does `lr` appear in the update?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= p.grad
                        p.grad = None


@fit_layers.mistake
def divides_by_the_batch_size_again(model, loss_func, x, y, bs, lr, epochs=1):
    """Your steps are too short by the size of the batch. The loss is a mean already, so its gradient is too."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            xb, yb = x[start : start + bs], y[start : start + bs]
            loss_func(model(xb), yb).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad / len(xb)
                        p.grad = None


@fit_layers.mistake
def a_loss_of_its_own(model, loss_func, x, y, bs, lr, epochs=1):
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            torch.nn.functional.cross_entropy(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def biases_stay(model, loss_func, x, y, bs, lr, epochs=1):
    """The weights move and the biases do not. Both have a gradient; update both."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    if hasattr(layer, "weight"):
                        layer.weight -= lr * layer.weight.grad
                        layer.zero_grad()


@fit_layers.mistake
def the_first_and_third_layer_only(model, loss_func, x, y, bs, lr, epochs=1):
    """Only `layers[0]` and `layers[2]` are updated. A model may have more layers: go through the list."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers[:3:2]:
                    for p in layer.parameters():
                        p -= lr * p.grad
                for layer in model.layers:
                    layer.zero_grad()


@fit_layers.mistake
def the_last_layer_only(model, loss_func, x, y, bs, lr, epochs=1):
    """Only the last layer is updated. Do the lines of the update stand inside the loop over the layers?"""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.layers[-1].parameters():
                    p -= lr * p.grad
                for layer in model.layers:
                    layer.zero_grad()


@fit_layers.mistake
def nothing_from_less_than_a_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """Where there are fewer examples than `bs` nothing is learnt. They make a batch too, a short one."""
    if len(x) < bs:
        return
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def counts_on_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    """You call model.parameters(), which only an nn.Module has. This model has its list, `model.layers`: go through
    that."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
                    p.grad = None


@fit_layers.mistake
def every_layer_has_a_weight(model, loss_func, x, y, bs, lr, epochs=1):
    """You ask each layer for its weight, and one like ReLU or Tanh has none. Leave out the layers without."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    layer.weight -= lr * layer.weight.grad
                    layer.bias -= lr * layer.bias.grad
                    layer.weight.grad, layer.bias.grad = None, None


@fit_layers.mistake
def updates_while_torch_records(model, loss_func, x, y, bs, lr, epochs=1):
    """torch refuses to change a parameter in place while it records what happens. The update is no part of the model:
    do it under torch.no_grad()."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            for layer in model.layers:
                if hasattr(layer, "weight"):
                    layer.weight -= lr * layer.weight.grad
                    layer.bias -= lr * layer.bias.grad


@fit_layers.mistake
def has_no_gradient_to_use(model, loss_func, x, y, bs, lr, epochs=1):
    """A gradient is None when your update wants to use it: backward() has not run yet, or the gradients were set to
    None before the update."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs])
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def clears_the_last_layer_alone(model, loss_func, x, y, bs, lr, epochs=1):
    """Only the last layer's gradients are cleared: the lines that clear stand after the loop over the layers. Move them
    into it."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                layer.zero_grad()


@fit_layers.mistake
def limits_the_gradients(model, loss_func, x, y, bs, lr, epochs=1):
    """Long steps come out too short: you limit the gradients (clipping) before the update. Plain gradient descent takes
    them as they are."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad.clamp(-0.5, 0.5)
                        p.grad = None


@fit_layers.mistake
def returns_after_one_batch(model, loss_func, x, y, bs, lr, epochs=1):
    """You learn from the first batch alone: a return stands inside the loop over the batches and ends it."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None
            return


@fit_layers.mistake
def the_last_batch_filled_up(model, loss_func, x, y, bs, lr, epochs=1):
    """The short last batch is filled up with rows that had their turn already. Let it be short: each example once an
    epoch."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            start = max(0, min(start, len(x) - bs))
            loss_func(model(x[start : start + bs]), y[start : start + bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def swaps_the_arguments_of_the_loss(model, loss_func, x, y, bs, lr, epochs=1):
    """The loss function gets its two arguments the wrong way round: the model's outputs come first, then the
    targets."""
    for _ in range(epochs):
        for start in range(0, len(x), bs):
            loss_func(y[start : start + bs], model(x[start : start + bs])).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None


@fit_layers.mistake
def in_random_order(model, loss_func, x, y, bs, lr, epochs=1):
    """The examples come in another order than they have in the data. Shuffling comes later in the lesson; here take
    them in order."""
    for _ in range(epochs):
        order = torch.arange(len(x)).flip(0)
        for start in range(0, len(x), bs):
            rows = order[start : start + bs]
            loss_func(model(x[rows]), y[rows]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    for p in layer.parameters():
                        p -= lr * p.grad
                        p.grad = None
