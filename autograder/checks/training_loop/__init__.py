"""What the exercises of section 3, the basic training loop, share in how they are observed."""

import torch

from autograder.beside import readings, spies


def _as_left(model):
    """What an answer that is to look and change nothing has left: a linear model, and whether torch records."""
    recording = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return {
        "torch records gradients": recording,
        "the parameters need gradients": [p.requires_grad for p in model.parameters()],
        "weight": model.weight.detach(),
        "bias": model.bias.detach(),
        "gradient of the weight": model.weight.grad,
        "largest gradient of the bias": readings.gradients_left([model.bias])[0],
    }


def gentle(model):
    """The model, with weights so small that small inputs give no long gradient: whether an answer takes the long ones
    as they are is seen where they are long for certain."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= 0.25
    return model


def rounding_shows(draw, model, n, n_in, c):
    """n rows and labels, for which the squared error of the model is no number of three digits or nearly so."""
    for _ in range(50):
        x, y = draw.normal(n, n_in), draw.labels(n, c)
        with torch.no_grad():
            loss = spies.squared_error(model(x), y).item()
        if abs(loss - round(loss, 3)) > 1e-4:
            break
    return x, y


def _scores(draw, yb, c, right):
    """Scores of which exactly `right` rows, at random, are highest at their target."""
    n = len(yb)
    out = draw.normal(n, c) - draw.number(0, 3)
    chosen = set(draw.shuffled(range(n))[:right])
    for i in range(n):
        winner = int(yb[i]) if i in chosen else (int(yb[i]) + draw.integer(1, c - 1)) % c
        out[i, winner] = out[i].max() + draw.integer(1, 5) / 10
    return out


def watched_loop(draw, n, bs, epochs, fit):
    """What a loop over slices learns from, and how the parameters move: a small network on drawn data with one target a
    row. `fit(model, loss_func, x, y)` runs the loop; `epochs` are what it passes on for them, or nothing.
    """
    x, y = draw.uniform(n, 3, low=-1), draw.uniform(n, low=-1)
    model = gentle(draw.network(3, 4, 1))
    journal = spies.Journal(model.parameters())
    spies.watch(model, journal)
    draw.follow(journal, inputs=x, targets=y)
    draw.note(n=n, bs=bs, epochs=epochs[0] if epochs else "left out")
    fit(model, spies.LossSpy(spies.squared_error, journal), x, y)
    recorded = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return {
        "rows of each batch": readings.learnt_from(journal, y),
        "weights after each update": journal.trajectory(),
        "operations after it are recorded": recorded,
    }


def far_from_zero(weight):
    """A loss function that is neither a mean nor above zero."""

    def weighted_cross_entropy(predictions, targets):
        return weight * (torch.nn.functional.cross_entropy(predictions, targets) - 5)

    return weighted_cross_entropy
