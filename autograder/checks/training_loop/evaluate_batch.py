"""evaluate_batch: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, first
from autograder.beside import readings, spies
from autograder.checks.training_loop import _as_left
from autograder.exercise import code

evaluate_batch = code(
    "evaluate_batch",
    ids=["R3.4"],
    hints=[
        "Put the batch through the model once; both results are made from its scores.",
        "The loss comes from `loss_func`, the accuracy from the function that you wrote before.",
        "Two values after `return`, with a comma between them, make a pair.",
    ],
)


@evaluate_batch.probe(points=2)
def gives_loss_and_accuracy(evaluate_batch, draw):
    c = draw.size(3, 5)
    n = c + draw.size(1, 2)  # a count divided by the classes is another number, then
    model, x, y = draw.network(2, 3, c), draw.normal(n, 2), draw.labels(n, c)
    with torch.no_grad():
        # One at least is right, one is the least likely class, and one is neither: the share of those that are not
        # the least likely class is another number, then.
        y[0], y[1], y[2] = model(x[0]).argmax(), model(x[1]).argmin(), model(x[2]).argsort()[1]
    alone = draw.network(2, 3, c)
    batches = {"": (model, x, y), " of a batch of one": (alone, x[:1], alone(x[:1]).argmax(1))}
    seen = {}
    for of, (model, xb, yb) in batches.items():
        pair = readings.as_pair(evaluate_batch(model, spies.squared_error, xb, yb), "what evaluate_batch returned")
        seen |= {f"loss{of}": pair[0], f"accuracy{of}": pair[1]}
    return seen


@evaluate_batch.probe
def only_looks(evaluate_batch, draw):
    """The parameters and their gradients should stay as they are. The weight has a gradient beforehand, the bias has
    none."""
    n, c = draw.size(5, 6), draw.size(2, 4)  # never as many rows as classes
    model, x, y = draw.linear(2, c), draw.normal(n, 2), draw.labels(n, c)
    model.weight.grad = draw.normal(c, 2)
    evaluate_batch(model, spies.squared_error, x, y)
    return _as_left(model)


@evaluate_batch.right
def as_floats(model, loss_func, xb, yb):
    with torch.no_grad():
        scores = model(xb)
        correct = sum(int(a == b) for a, b in zip(scores.argmax(-1), yb, strict=True))
        return float(loss_func(scores, yb)), correct / len(yb)


@evaluate_batch.right
def as_a_list_in_two_passes(model, loss_func, xb, yb):
    loss = loss_func(model(xb), yb).detach()
    chosen = model(xb).max(dim=1)[1]
    return [loss, chosen.eq(yb).float().mean()]


@evaluate_batch.right
def in_eval_mode(model, loss_func, xb, yb):
    model.eval()
    with torch.inference_mode():
        out = model.forward(xb)
        return loss_func(out, yb).item(), (out.argmax(dim=1) == yb).to(out.dtype).mean().item()


@evaluate_batch.slip("return A, B", "return B, A")
def the_other_way_round():
    """You return the accuracy first. The order asked for is: loss, accuracy."""


@evaluate_batch.slip("model(xb)", "model(xb).softmax(1)")
def probabilities_into_the_loss():
    """You put the scores through softmax before the loss function gets them. It takes the model's scores as they
    are."""


@evaluate_batch.slip("accuracy(out, yb)", "(out.argmax(1) == yb).sum() / 64")
def divides_the_count_by_64():
    """The loss is right; for the accuracy you divide by 64, whatever the size of the batch. Of how many examples are
    they?"""


@evaluate_batch.slip("accuracy(out, yb)", "100 * (out.argmax(1) == yb).float().mean()")
def a_percentage_for_accuracy():
    """The loss is right; the accuracy is in percent. The share asked for lies between 0 and 1."""


@evaluate_batch.slip("(X, accuracy(out, yb))", "(X * len(xb), (out.argmax(1) == yb).float().mean())")
def the_loss_summed():
    """The loss is n times too large. `loss_func` gives the mean of the batch already: return it as it is."""


@evaluate_batch.slip("accuracy(out, yb)", "(out.argmax(1) == yb).sum() / out.shape[1]")
def divides_the_count_by_the_classes():
    """The loss is right; for the accuracy you divide the right answers by the number of classes. Of how many examples
    are they?"""


@evaluate_batch.slip("(X, accuracy(out, yb))", "((out.argmax(1) == yb).sum() / out.shape[1], X)")
def the_count_by_the_classes_and_first():
    """You return the accuracy first, and it is the right answers divided by the number of classes. Of how many examples
    are they?"""


@evaluate_batch.slip("(X, accuracy(out, yb))", "X")
def the_loss_alone():
    """One value comes back. Return two: loss, accuracy."""


@evaluate_batch.slip(after("out = A", "loss_func(out, yb).backward()"))
def calls_backward():
    """Both values are right, but you call backward() on the way, so gradients are left in the model. Only look here."""


@evaluate_batch.slip("loss_func(out, yb)", "loss_func(out.argmax(1).float(), yb)")
def the_chosen_classes_into_the_loss():
    """The loss function gets one number for each row, as the chosen classes are. It needs all the scores, as the model
    gives them."""


@evaluate_batch.slip("accuracy(out, yb)", "(out.argmax(1) != yb).float().mean()")
def the_error_rate():
    """The loss is right; for the accuracy you return the share of wrong examples."""


@evaluate_batch.mistake
def squeezed(model, loss_func, xb, yb):
    """In a batch of one the scores lose a dimension: squeeze takes away every dimension of size 1. Leave them as the
    model gives them."""
    out = model(xb).squeeze()
    return loss_func(out, yb), (out.argmax(-1) == yb).sum() / len(out)


@evaluate_batch.slip(after("out = A", "for p in model.parameters():\n    p.grad = None"))
def clears_gradients():
    """Both values are right, but the model's gradients are gone: they were there before, and somebody may still need
    them. Only look here."""


@evaluate_batch.slip(first("torch.set_grad_enabled(False)"))
def switches_recording_off():
    """Both values are right, but torch records no gradients after you return: set_grad_enabled(False) stays in force.
    A `with` block, torch.no_grad(), switches back by itself."""


@evaluate_batch.slip(first("for p in model.parameters():\n    p.requires_grad_(False)"))
def freezes_the_parameters():
    """Both values are right, but the model's parameters need no gradient any more: it cannot be trained further. Only
    look here."""
