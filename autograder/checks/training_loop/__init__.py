"""What the exercises of section 3, the basic training loop, share in how they are observed."""

import torch


def _as_left(model):
    """What an answer that is to look and change nothing has left: a linear model, and whether torch records."""
    from autograder.beside import readings

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
    from autograder.beside import spies

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
