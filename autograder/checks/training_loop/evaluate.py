"""evaluate: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import before, change, everywhere, first
from autograder.beside import readings, spies
from autograder.checks.training_loop import _as_left
from autograder.exercise import code

evaluate = code(
    "evaluate",
    ids=["R3.6"],
    hints=[
        "It is evaluate_batch with all of the data as the batch, and two changes: no graph, and plain numbers.",
        "Which context manager keeps torch from recording the operations inside it, and switches back by itself?",
        "`.item()` turns a tensor with one value into a Python number.",
    ],
)


@evaluate.probe(points=2)
def measures_loss_and_accuracy(evaluate, draw):
    n, c = draw.size(3, 7), draw.size(3, 5)
    model, x, y = draw.network(2, 3, c), draw.normal(n, 2), draw.labels(n, c)
    y[0] = model(x)[0].argmax()  # right at least once
    seen = {}
    alone = draw.network(2, 3, c)
    examples = {"": (model, x, y), " of one example": (alone, x[:1], alone(x[:1]).argmax(1))}
    many = draw.choice([1153, 1217])  # primes, one more than so many times 64: no share ends after three digits
    examples[" of more than a usual batch"] = (model, draw.normal(many, 2), draw.labels(many, c))
    examples[" of more than a usual batch"][1][-1] *= 30  # its loss is another one alone than among many
    for of, (model, some_x, some_y) in examples.items():
        pair = readings.as_pair(evaluate(model, spies.squared_error, some_x, some_y), "what evaluate returned")
        seen |= {f"loss{of}": pair[0], f"accuracy{of}": pair[1]}
    return seen


@evaluate.remark
def gives_plain_numbers(evaluate, draw):
    """What comes back holds a tensor. `.item()` makes a plain number of it, which prints better and keeps nothing
    alive."""
    n, c = draw.size(4, 5), draw.size(2, 3)
    pair = evaluate(draw.linear(2, c), spies.squared_error, draw.normal(n, 2), draw.labels(n, c))
    readings.as_pair(pair, "what evaluate returned")
    kinds = ["number" if isinstance(part, (int, float)) else type(part).__name__ for part in pair]
    return {"the loss is a": kinds[0], "the accuracy is a": kinds[1]}


@evaluate.probe(fixed="no graph is to be built, whatever was drawn")
def builds_no_graph(evaluate, draw):
    """The model's outputs should have no graph: no memory is spent on a backward() that never comes."""
    n, c = draw.size(4, 5), draw.size(2, 3)  # never as many rows as classes
    journal = spies.Journal()
    model = spies.watch(draw.linear(2, c), journal)
    evaluate(model, spies.squared_error, draw.normal(n, 2), draw.labels(n, c))
    return {"the model's outputs had a graph": any(event.graph for event in journal.of("forward"))}


@evaluate.probe
def leaves_everything_as_it_was(evaluate, draw):
    """A model in training mode; its weight has a gradient beforehand, its bias has none. Afterwards nothing should
    have changed; nor should it when the model is in evaluation mode, its bias is frozen and torch records no gradients
    to begin with."""
    n, c = draw.size(4, 5), draw.size(2, 3)  # never as many rows as classes
    model, x, y = draw.linear(2, c), draw.normal(n, 2), draw.labels(n, c)
    model.weight.grad = draw.normal(c, 2)
    evaluate(model, spies.squared_error, x, y)
    left = _as_left(model) | {"the model is in training mode": model.training}
    model.eval().bias.requires_grad_(False)
    with torch.no_grad():
        evaluate(model, spies.squared_error, x, y)
        left["called under no_grad, torch records gradients"] = torch.is_grad_enabled()
    left["frozen before, the bias needs gradients"] = model.bias.requires_grad
    return left | {"in evaluation mode before, the model is in training mode": model.training}


@evaluate.right
def under_inference_mode(model, loss_func, x, y):
    with torch.inference_mode():
        out = model.forward(x)
        loss = float(loss_func(out, y))
    return loss, sum(row.argmax().item() == target for row, target in zip(out, y.tolist(), strict=True)) / len(y)


@evaluate.right(remarks=["gives_plain_numbers"])
def as_tensors(model, loss_func, x, y):
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y), (out.argmax(1) == y).float().mean()


@evaluate.right
def as_a_decorator(model, loss_func, x, y):
    @torch.no_grad()
    def inner():
        out = model(x)
        return [loss_func(out, y).item(), out.max(1).indices.eq(y).double().mean().item()]

    return inner()


@evaluate.right
def with_the_mode_switched_and_restored(model, loss_func, x, y):
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        loss, out = loss_func(model(x), y), model(x)
    finally:
        torch.set_grad_enabled(before)
    return loss.item(), (out.argmax(-1) == y).float().mean().item()


@evaluate.right
def puts_the_mode_back(model, loss_func, x, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        out = model(x)
        loss, share = loss_func(out, y).item(), (out.argmax(dim=1) == y).float().mean().item()
    model.train(was_training)
    return loss, share


@evaluate.slip("with torch.no_grad():", "")
def builds_a_graph():
    """The numbers are right, but a graph was built while the model ran. Turning the result into a number afterwards, or
    detaching it, comes too late."""


@evaluate.slip(change("with torch.no_grad():", ""), first("torch.set_grad_enabled(False)"))
def leaves_gradients_off():
    """The numbers are right, but torch records no gradients after you return: set_grad_enabled(False) stays in
    force, and the next training step would fail. A `with` block switches back by itself."""


@evaluate.slip("return A", "pair = A\ntorch.set_grad_enabled(True)\nreturn pair", of="leaves_gradients_off")
def always_switches_recording_on():
    """The numbers are right, but torch records gradients after you return even if it did not before. Put back what
    you found; a `with` block does that by itself."""


@evaluate.slip(first("if isinstance(model, torch.nn.Module):\n    model.eval()"))
def leaves_evaluation_mode():
    """The numbers are right, but the model was in training mode and is now in evaluation mode: it would train on
    without dropout. Leave the mode as you found it."""


@evaluate.slip(before("return A", "model.train()"))
def always_ends_in_training_mode():
    """The numbers are right, but the model was in evaluation mode and is now in training mode. Leave it as you found
    it: model.training tells which it is."""


@evaluate.slip("accuracy(out, y)", "(out.argmax(1) != y).float().mean()")
def the_share_of_wrong_ones():
    """The loss is right; for the accuracy you return the share of wrong examples."""


@evaluate.slip(first("for p in model.parameters():\n    p.grad = None"))
def clears_the_gradients():
    """The numbers are right, but the model's gradients are gone: they were there before, and somebody may still need
    them."""


@evaluate.slip(first("for p in model.parameters():\n    p.requires_grad_(False)"), of="builds_a_graph")
def freezes_the_model():
    """The numbers are right and no graph was built, but the model's parameters need no gradient any more: it cannot be
    trained further. Keep torch from recording instead."""


@evaluate.slip(
    "return A",
    "pair = A\nfor p in model.parameters():\n    p.requires_grad_(True)\nreturn pair",
    of="freezes_the_model",
)
def thaws_all_parameters():
    """The numbers are right, but every parameter needs gradients afterwards, also one that was frozen before. Keep
    torch from recording instead of changing the model."""


@evaluate.slip(everywhere("x", "x[:64]"), everywhere("y", "y[:64]"))
def the_first_64_examples():
    """You look at the first 64 examples alone. All of them are asked for."""


@evaluate.slip(everywhere("A(out, y)", "torch.stack([A(*ab) for ab in zip(out.split(64), y.split(64))]).mean()"))
def averages_batches_of_64():
    """You average over batches of 64, and the short last batch weighs as much as a full one. Weigh each by its size, or
    take all of x at once."""


@evaluate.slip(everywhere("x", "x[:1000]"), everywhere("y", "y[:1000]"))
def the_first_1000_examples():
    """You look at the first 1000 examples alone. All of them are asked for."""


@evaluate.slip(everywhere("A(out, y)", "torch.stack([A(*ab) for ab in zip(out.split(256), y.split(256))]).mean()"))
def averages_batches_of_256():
    """You average over batches of 256, and the short last batch weighs as much as a full one. Weigh each by its size,
    or take all of x at once."""


@evaluate.slip("loss_func(out, y)", "torch.stack([loss_func(*ab) for ab in zip(out.split(64), y.split(64))]).mean()")
def averages_the_losses_of_batches_of_64():
    """The loss is an average over batches of 64, and the short last batch weighs as much as a full one. Weigh each by
    its size, or do without batches."""


@evaluate.slip("return A, B", "return B, A")
def accuracy_before_loss():
    """You return the accuracy first. The order asked for is: loss, accuracy."""


@evaluate.slip("accuracy(out, y).item()", "100 * (out.argmax(1) == y).float().mean().item()")
def accuracy_in_percent():
    """The loss is right; the accuracy is in percent. The share asked for lies between 0 and 1."""
