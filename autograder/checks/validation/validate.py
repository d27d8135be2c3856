"""validate: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, before, change, first
from autograder.beside import readings, spies
from autograder.checks.training_loop import _scores
from autograder.exercise import code

validate = code(
    "validate",
    ids=["R7.5"],
    hints=[
        "Take batches of 3 and 1 examples. How much should each of the two means count?",
        "A batch's mean times its size is its sum. Sums may be added up; what are they divided by in the end?",
        "Keep three totals: of loss times size, of right examples, of examples. Divide once, after the loop.",
    ],
    refuses={"rounded": "which checks see it depends on the digits that are drawn"},
)


def _ragged(draw, x, y):
    """Three batches or more, of 4 at first, of a single example at last, of 1 to 3 between."""
    sizes, left = [4], len(x) - 4
    while left > 1:
        sizes.append(min(left - 1, draw.integer(2, 3)))
        left -= sizes[-1]
    return list(zip(x.split([*sizes, left]), y.split([*sizes, left]), strict=True))


def _scaler(c):
    """A model that doubles its inputs, so that they are scores already, but not quite."""
    model = torch.nn.Linear(c, c, bias=False).eval()
    with torch.no_grad():
        model.weight.copy_(2 * torch.eye(c))
    return model


def _none_is_least(x, y):
    """The scores, of three classes or more, with none that is the smallest of its row at its target."""
    for row, target in zip(x, y, strict=True):
        least, above = row.argsort()[:2].tolist()
        if least == target:
            row[least], row[above] = row[above].item(), row[least].item()
    return x


@validate.probe(points=2)
def counts_every_example_the_same(validate, draw):
    """The batches are of different sizes. The last is a single example: right where the others are wrong, or wrong
    where they are right."""
    n, c, last_is_right = draw.size(6, 10), draw.size(2, 3), draw.choice([True, False])  # no batch of 4 has c rows
    x, y = draw.normal(n, c), draw.labels(n, c)
    for i in range(n):
        is_right = last_is_right == (i == n - 1)
        if not is_right:  # then its class has the smallest score, so that nobody is right by looking for that
            x[i, y[i]] = x[i].min() - draw.integer(1, 5) / 10
        x[i, y[i] if is_right else y[i] - 1] = x[i].max() + draw.integer(1, 5) / 10
    batches = _ragged(draw, x, y)
    draw.note(batch_sizes=[len(yb) for _, yb in batches])
    pair = validate(_scaler(c), spies.squared_error, spies.LoaderSpy(batches, spies.Journal(), "dl"))
    loss, accuracy = readings.as_pair(pair, "what validate returned")
    return {"loss": loss, "accuracy": accuracy}


@validate.probe
def starts_afresh_with_every_call(validate, draw):
    """Two calls, on two loaders with batches of one size."""
    bs = draw.size(2, 3)
    c = bs + 1
    results = []
    for _ in range(2):
        y = draw.labels(2 * bs, c)
        x = _none_is_least(_scores(draw, y, c, draw.integer(1, 2 * bs - 1)), y)
        dl = spies.LoaderSpy(spies.batches(x, y, bs), spies.Journal(), "dl")
        pair = validate(_scaler(c), spies.squared_error, dl)
        results.append(readings.as_pair(pair, "what validate returned"))
    return {"first call": results[0], "second call": results[1]}


@validate.probe
def changes_nothing_in_the_model(validate, draw):
    """The weight has a gradient beforehand, the bias has none. A layer that behaves like dropout is in the model, and a
    frozen one. In a second call torch records no gradients to begin with."""
    linear, frozen = draw.linear(2, 2), draw.linear(2, 2).requires_grad_(False)
    linear.weight.grad = draw.normal(2, 2)
    model, journal = torch.nn.Sequential(spies.mode_switch(), frozen, linear).eval(), spies.Journal()
    spies.watch(model, journal)
    dl = spies.LoaderSpy(spies.batches(draw.normal(3, 2), draw.labels(3, 2), 2), spies.Journal(), "dl")
    readings.run_through(validate(model, spies.squared_error, dl))
    told = {
        "torch records gradients": torch.is_grad_enabled(),
        "the parameters need gradients": [p.requires_grad for p in model.parameters()],
        "the model ran in training mode": any(event.training for event in journal.of("forward")),
        "the model and its layers are in training mode": [module.training for module in model.modules()],
        "weight": spies.copied(linear.weight),
        "gradient of the weight": spies.copied(linear.weight.grad),
        "largest gradient of the bias": readings.gradients_left([linear.bias])[0],
    }
    with torch.no_grad():
        readings.run_through(validate(model, spies.squared_error, dl))
        return {**told, "called under no_grad, torch records gradients": torch.is_grad_enabled()}


@validate.remark
def builds_no_graph(validate, draw):
    """torch recorded a graph while the model ran, for a backward() that never comes. `with torch.no_grad():` saves its
    time and memory."""
    c = draw.size(2, 3)
    journal = spies.Journal()
    model = spies.watch(_scaler(c), journal)
    x, y = draw.normal(4, c), draw.labels(4, c)
    validate(model, spies.squared_error, spies.LoaderSpy(spies.batches(x, y, 2), spies.Journal(), "dl"))
    return {"the model's outputs had a graph": any(event.graph for event in journal.of("forward"))}


@validate.right
def all_outputs_first(model, loss_func, dl):
    model.eval()
    with torch.inference_mode():
        pairs = [(model(xb), yb) for xb, yb in dl]
    out, target = torch.cat([a for a, _ in pairs]), torch.cat([b for _, b in pairs])
    return loss_func(out, target), out.argmax(1).eq(target).float().mean()


@validate.right(remarks=["builds_no_graph"])
def with_weights(model, loss_func, dl):
    sizes, losses, accuracies = [], [], []
    for xb, yb in dl:
        scores = model.forward(xb)
        sizes.append(len(yb))
        losses.append(loss_func(scores, yb).detach())
        accuracies.append((scores.max(1).indices == yb).float().mean())
    weights = torch.tensor(sizes) / sum(sizes)
    return [(weights * torch.stack(losses)).sum().item(), float(weights @ torch.stack(accuracies))]


@validate.right
def by_the_dataset_length(model, loss_func, dl):
    total = torch.zeros(2, dtype=torch.float64)
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total[0] += loss_func(out, yb) * yb.numel()
            total[1] += (out.argmax(-1) == yb).sum()
    return total / len(dl.dataset)


@validate.slip(change("X * len(xb)", "X"), change("X.sum()", "X.float().mean()"), change("n += len(xb)", "n += 1"))
def the_mean_of_the_means():
    """You average the batches' means, so an example in a short batch counts for more than the others. Weigh each batch
    by its size."""


@validate.slip(change("right / n", "right / len(dl)"), change("X.sum()", "X.float().mean()"))
def only_the_loss_weighted():
    """The loss is exact; the accuracy is not. Every example is to count the same in it, in whatever batch it is."""


@validate.slip(change("loss / n", "loss / len(dl)"), change("X * len(xb)", "X"))
def only_the_accuracy_weighted():
    """The accuracy is exact; the loss is not. Every example is to count the same in it, in whatever batch it is."""


@validate.slip("X * len(xb)", "X")
def means_divided_by_examples():
    """The batches' mean losses are added up as they are. To divide by the number of examples, each must be multiplied
    by its batch's size before."""


@validate.slip("n += len(xb)", "n += 1")
def sums_divided_by_batches():
    """You add up sums over examples and divide by the number of batches. Divide by the number of examples."""


@validate.slip("(loss / n, right / n)", "(loss, right)")
def never_divides():
    """You return totals over all examples. Divide both by the number of examples."""


@validate.slip("n += len(xb)", "n = len(xb)")
def divides_by_the_last_batch():
    """You divide by the size of the last batch alone: the number of examples is replaced in each round, where it should
    grow."""


@validate.slip("X.sum().item()", "X.float().mean().item() * size", of="weighs_all_like_the_first")
def takes_all_batches_for_full():
    """You weigh every batch with the size of the first one. The sizes differ: take each batch's own length."""


@validate.slip(change("loss += X", "loss = X"), change("right += X", "right = X"), change("n += X", "n = X"))
def the_last_batch_only():
    """Your result is that of the last batch alone: each batch overwrites the one before."""


@validate.slip(after("n += len(xb)", "return loss / n, right / n"))
def returns_inside_the_loop():
    """Your result is that of the first batch alone. Does a `return` or a `break` stand inside the loop?"""


@validate.slip("dl", "list(dl)[:-1]")
def leaves_out_the_last_batch():
    """The last, short batch is left out. Every example counts."""


@validate.slip("return A, B", "return B, A")
def accuracy_then_loss():
    """You return the accuracy first. The order asked for is: loss, accuracy."""


@validate.slip(
    change("def validate(model, loss_func, dl):", "def validate(model, loss_func, dl, totals=[0.0, 0, 0]):"),
    change("(loss, right, n) = A", "(loss, right, n) = totals"),
    after("with A:", "totals[:] = loss, right, n"),
)
def keeps_its_totals():
    """The first call is right, and later ones count the examples of the calls before them too: your totals outlive the
    call. Are they global, or a default argument?"""


@validate.slip(after("with A:", "model.train()"))
def leaves_training_mode():
    """The numbers are right, but you return with the model in training mode. Whoever called you had put it into
    evaluation mode: leave it there."""


@validate.slip(first("model.train()"))
def validates_in_training_mode():
    """You put the model into training mode: dropout would throw away a part of what it knows while you measure. It
    comes to you in evaluation mode."""


@validate.slip(change("with torch.no_grad():", ""), before("for A in B:", "torch.set_grad_enabled(False)"))
def leaves_recording_off():
    """The numbers are right, but torch records no gradients after you return: set_grad_enabled(False) stays in force.
    A `with` block, torch.no_grad(), switches back by itself."""


@validate.slip(first("for p in model.parameters():\n    p.requires_grad_(False)"))
def freezes_the_model():
    """The numbers are right, but the model's parameters need no gradient any more: it cannot be trained further. Keep
    torch from recording instead of changing the model."""


@validate.slip(
    change("with A:", ""),
    before("for A in B:", "for p in model.parameters():\n    p.requires_grad_(False)"),
    before("return A", "for p in model.parameters():\n    p.requires_grad_(True)"),
)
def thaws_all_parameters():
    """The numbers are right, but every parameter needs gradients afterwards, also one that was frozen before. Keep
    torch from recording instead of changing the model."""


@validate.slip(first("model.zero_grad()"))
def clears_the_gradients():
    """The numbers are right, but the model's gradients are gone: they were there before, and somebody may still need
    them."""


@validate.slip(before("return A", "torch.set_grad_enabled(True)"), of="leaves_recording_off")
def always_switches_recording_on():
    """The numbers are right, but torch records gradients after you return even if it did not before. Put back what
    you found; a `with` block does that by itself."""


@validate.slip("n += len(xb)", "n += xb.numel()")
def divides_by_all_input_numbers():
    """You divide by how many numbers the inputs have (numel). Divide by the number of examples, one for each row."""


@validate.slip(first("size = len(next(iter(dl))[1])"), change("X * len(xb)", "X * size"))
def weighs_all_like_the_first():
    """You weigh every batch by the size of the first one. Each has a size of its own."""


@validate.slip(change("with A:", ""), after("out = A", "loss_func(out, yb).backward()"))
def calls_backward():
    """The numbers are right, but you call backward() on the way, so gradients are left in the model. Only measure
    here."""
