"""How section 3, the basic training loop, is observed: mostly by its trajectory, through spies."""

import torch

from autograder.concept import concept
from autograder.exercise import code

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


def _parameters(model):
    return [p for layer in model.layers for p in layer.parameters()]


# ------------------------------------------------------------------------------------------------------ training_steps

training_steps = concept(
    "training_steps",
    ids=["R3.1"],
    hints=[
        "For each step, ask what it needs. Which of them needs nothing but the batch?",
        "The gradient is the gradient of something. What must be there before it can be worked out?",
        "Read the code backwards: an update needs gradients, gradients need a loss, a loss needs outputs.",
    ],
    explanations={
        "a": "The update comes last. It uses the gradients, so before backward() there is nothing to use (or worse, the"
        " gradients of the batch before).",
        "b": "Predicting comes first: it needs only the batch and the parameters as they are, and all else is made from"
        " its outputs.",
        "c": "backward() starts from the loss and ends at the parameters, so the loss must exist, and the update must"
        " still be to come.",
        "d": "The loss compares outputs with targets: it can be had as soon as there are outputs, and it is what"
        " backward() starts from.",
    },
    model_answer="First the model predicts: the batch goes through it and comes out as scores. The loss function"
    " compares the scores with the targets and gives one number. backward() works out how that number changes with each"
    " parameter. Then each parameter moves a little against its gradient, in steps set by the learning rate. Before the"
    " next batch the gradients are cleared, since backward() adds to what is there.",
    rubric=[
        "1 point: names prediction, loss, gradients and update",
        "1 point: has them in this order",
        "1 point: says what each step needs from the one before it",
    ],
    ordered=True,
)


@training_steps.experiment
def _three_orders():
    x, y, lr = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 4.0, 6.0]), 0.05

    def losses(order, steps=5):
        w = torch.zeros(1, requires_grad=True)
        seen, loss = [], None
        for _ in range(steps):
            for step in order:
                if step == "loss":
                    loss = ((w * x - y) ** 2).mean()
                    seen.append(loss.item())
                elif step == "backward":
                    loss.backward()
                elif w.grad is not None:
                    with torch.no_grad():
                        w -= lr * w.grad
                        w.grad.zero_()
        return "".join(f"{value:9.4f}" for value in seen)

    return [
        "One weight w, starting at 0, is to learn y = 2x. Five steps in two orders:",
        "  predict, loss, gradient, update:",
        f"    losses {losses(['loss', 'backward', 'update'])}",
        "  predict, loss, update, gradient:",
        f"    losses {losses(['loss', 'update', 'backward'])}",
        "In the second order the first update finds no gradient at all, and each",
        "later one uses the gradient of the step before, taken where w no longer is:",
        "it lags behind, overshoots, and turns back late.",
    ]


# ------------------------------------------------------------------------------------------------------- training_step

training_step = code(
    "training_step",
    ids=["R3.2"],
    hints=[
        "Write the four steps as four lines, in the order of the previous question; the update is a loop.",
        "After backward() each `p` of model.parameters() has a `p.grad`. What is p to become?"
        " And does `p = p - ...` change the parameter, or only what the name p stands for?",
        "An in-place change of a parameter must not be recorded: do it under torch.no_grad(), with `p -= ...`,"
        " and clear `p.grad` in the same loop, after it was used.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="a loop over model.parameters() that subtracts lr times the gradient",
)


def _scaled(inner, gain):
    """A module that multiplies what `inner` gives by a parameter of its own."""

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner, self.gain = inner, torch.nn.Parameter(gain)

        def forward(self, x):
            return self.gain * self.inner(x)

    return Scaled()


@training_step.probe
def returns_the_loss_before_the_update(training_step, draw):
    from autograder.beside import readings, spies

    n, c = draw.size(2, 5), draw.size(2, 4)
    model, lr = draw.network(3, 4, c), draw.number(0.1, 0.4)
    loss = training_step(model, spies.squared_error, draw.normal(n, 3), draw.labels(n, c), lr)
    return {"loss": readings.as_number(loss, "what training_step returned")}


@training_step.probe(points=2)
def moves_every_parameter_against_its_gradient(training_step, draw):
    """After one step, each parameter should be what it was minus lr times its gradient. The second of the two models
    has a parameter that belongs to no layer and is called neither weight nor bias."""
    from autograder.beside import spies

    n, c = draw.size(2, 5), draw.size(2, 4)
    lr = draw.number(0.1, 0.4)
    seen = {}
    for model in (draw.network(2, 3, c), _scaled(draw.linear(2, c), draw.normal(c))):
        named = dict(model.named_parameters())  # taken before, so that a parameter that is replaced shows as unchanged
        training_step(model, spies.squared_error, draw.normal(n, 2), draw.labels(n, c), lr)
        seen |= {f"{name} after the step": p.detach() for name, p in named.items()}
    return seen


@training_step.probe(rtol=1e-4, atol=1e-3)
def a_steep_loss_makes_a_long_step(training_step, draw):
    """The inputs are large and so are the gradients: the step should be as long as they say."""
    from autograder.beside import spies

    n, c = draw.size(2, 5), draw.size(2, 4)
    model, lr = draw.linear(2, c), draw.number(0.1, 0.4)
    x = draw.normal(n, 2, scale=3.0) + 20
    training_step(model, spies.squared_error, x, draw.labels(n, c), lr)
    return {"weight after the step": model.weight.detach(), "bias after the step": model.bias.detach()}


@training_step.probe(rtol=1e-3, atol=1e-5)
def goes_on_from_where_the_last_step_ended(training_step, draw):
    """Three steps in a row, on three batches: each should use the gradient of its own batch alone."""
    from autograder.beside import spies

    bs, c = draw.size(2, 4), draw.size(2, 3)
    model, lr = draw.linear(2, c), draw.number(0.1, 0.3)
    x, y = draw.normal(3 * bs - 1, 2), draw.labels(3 * bs - 1, c)
    weights = []
    for xb, yb in spies.batches(x, y, bs):
        training_step(model, spies.squared_error, xb, yb, lr)
        weights.append(model.weight.detach().clone())
    return {"weight after each step": weights}


@training_step.probe(fixed="nothing is to be left, whatever was drawn")
def leaves_no_gradient_behind(training_step, draw):
    """When the step returns, each parameter's gradient should be None or all zeros."""
    from autograder.beside import readings, spies

    n, c = draw.size(2, 4), draw.size(2, 3)
    model = draw.network(2, 3, c)
    training_step(model, spies.squared_error, draw.normal(n, 2), draw.labels(n, c), draw.number(0.1, 0.4))
    left = readings.gradients_left(model.parameters())
    return {"largest gradient left": dict(zip(dict(model.named_parameters()), left, strict=True))}


@training_step.right
def clears_all_at_the_end(model, loss_func, xb, yb, lr):
    loss = loss_func(model.forward(xb), yb)
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad, alpha=-lr)
    model.zero_grad()
    return loss.item()


@training_step.right
def with_gradients_as_values(model, loss_func, xb, yb, lr):
    parameters = list(model.parameters())
    loss = loss_func(model(xb), yb)
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for p, g in zip(parameters, gradients, strict=True):
            p.sub_(lr * g)
    return loss


@training_step.right
def clears_before_and_after(model, loss_func, xb, yb, lr):
    for p in model.parameters():
        p.grad = None
    loss = loss_func(model(xb), yb)
    loss.backward()
    torch.set_grad_enabled(False)
    for p in model.parameters():
        p.data = p.data - lr * p.grad.data
        p.grad = None
    torch.set_grad_enabled(True)
    return float(loss)


@training_step.mistake
def forgets_to_clear(model, loss_func, xb, yb, lr):
    """The gradients are still there when your step ends, so the next backward() adds its own to them. Which step is
    missing at the end?"""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss


@training_step.mistake
def clears_only_before_backward(model, loss_func, xb, yb, lr):
    """Your updates are right, but you clear the gradients at the start of a step, so those of this batch are still
    there when you return. Here they are to be cleared once they have been used."""
    model.zero_grad()
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
    return loss


@training_step.mistake
def ascends(model, loss_func, xb, yb, lr):
    """Your step goes up: it adds lr times the gradient. The gradient points where the loss grows."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p += lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def nothing_moves(model, loss_func, xb, yb, lr):
    """The model's parameters are the same after your step as before. Either `p = p - ...` made a new tensor and let
    the name p stand for it (the model still has the old one: change it in place), or the gradients were cleared
    before the update used them."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p.grad.zero_()
            p -= lr * p.grad
    return loss


@training_step.mistake
def puts_new_parameters_in_place(model, loss_func, xb, yb, lr):
    """You give the model new parameters instead of changing those that it has: whoever holds one of the old ones (an
    optimizer will) does not see the step. Change them in place."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    for name, p in list(model.named_parameters()):
        owner, _, attribute = name.rpartition(".")
        setattr(model.get_submodule(owner), attribute, torch.nn.Parameter(p.detach() - lr * p.grad))
        p.grad = None
    return loss


@training_step.mistake
def returns_the_loss_afterwards(model, loss_func, xb, yb, lr):
    """The update is right, but the loss you return is computed with the parameters after it. Keep the one that you
    called backward() on."""
    loss_func(model(xb), yb).backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
        return loss_func(model(xb), yb)


@training_step.mistake
def ignores_lr(model, loss_func, xb, yb, lr):
    """Your step is as long as if the learning rate were 1: does `lr` appear in the update?"""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def has_its_own_lr(model, loss_func, xb, yb, lr):
    """Your step is as long as if the learning rate were 0.5, whatever `lr` is. Use the argument."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.5 * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def divides_by_the_batch_size(model, loss_func, xb, yb, lr):
    """Your step is n times too short, n being the size of the batch. The loss is a mean already, so its gradient is
    too."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad / len(xb)
            p.grad.zero_()
    return loss


@training_step.mistake
def ignores_loss_func(model, loss_func, xb, yb, lr):
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`."""
    loss = torch.nn.functional.cross_entropy(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def leaves_out_the_biases(model, loss_func, xb, yb, lr):
    """The weights move and the biases do not. Every parameter has a gradient; update them all."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            if p.dim() > 1:
                p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def moves_the_first_parameter_only(model, loss_func, xb, yb, lr):
    """Only the first parameter moves. Does a `return` stand inside your loop, one level too deep?"""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        p = next(model.parameters())
        p -= lr * p.grad
    model.zero_grad()
    return loss


@training_step.mistake
def updates_before_backward(model, loss_func, xb, yb, lr):
    """You update before backward() has run, so each step uses the gradients of the batch before it (the first has
    none)."""
    loss = loss_func(model(xb), yb)
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None
    loss.backward()
    return loss


@training_step.mistake
def clears_at_the_wrong_level(model, loss_func, xb, yb, lr):
    """Only the last parameter's gradient is cleared: the line that clears stands after the loop, where `p` is the
    last one. Move it into the loop."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
        p.grad.zero_()
    return loss


@training_step.mistake
def clips_the_gradients(model, loss_func, xb, yb, lr):
    """Long steps come out too short: you limit the gradients (clipping) before the update. Plain gradient descent takes
    them as they are."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def clips_each_gradient(model, loss_func, xb, yb, lr):
    """Long steps come out too short: you limit the gradients (clipping) before the update. Plain gradient descent takes
    them as they are."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def weights_and_biases_alone(model, loss_func, xb, yb, lr):
    """You update what is called weight or bias, and a parameter of another name stays as it was. model.parameters() has
    all of them, whatever they are called."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name.endswith(("weight", "bias")):
                p -= lr * p.grad
    model.zero_grad()
    return loss


@training_step.mistake
def decays_the_weights(model, loss_func, xb, yb, lr):
    """Each parameter shrinks a little beside its step (weight decay). Subtract lr times the gradient and nothing
    else."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * (p.grad + 1e-3 * p)
            p.grad.zero_()
    return loss


@training_step.mistake
def follows_the_sign_alone(model, loss_func, xb, yb, lr):
    """Every parameter moves by the same amount: only the sign of its gradient is used. Its size counts too."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad.sign()
            p.grad.zero_()
    return loss


@training_step.mistake
def makes_all_steps_equally_long(model, loss_func, xb, yb, lr):
    """You divide the gradient by its length, so that all steps are equally long. Take it as it is."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad / p.grad.norm()
            p.grad.zero_()
    return loss


@training_step.mistake
def puts_the_step_in_place_of_the_parameter(model, loss_func, xb, yb, lr):
    """The step itself takes the place of the parameter: it becomes minus lr times its gradient. Subtract that from what
    the parameter was."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(-lr * p.grad)
            p.grad.zero_()
    return loss


@training_step.mistake
def probabilities_into_the_loss(model, loss_func, xb, yb, lr):
    """You put the outputs through softmax before the loss function gets them. It takes the model's outputs as they
    are."""
    loss = loss_func(model(xb).softmax(-1), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def calls_backward_twice(model, loss_func, xb, yb, lr):
    """Your step is twice as long as it should be: backward() runs twice, and the second run adds its gradients to those
    of the first."""
    loss = loss_func(model(xb), yb)
    loss.backward(retain_graph=True)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def returns_inside_the_loop(model, loss_func, xb, yb, lr):
    """Only the first parameter moves, and only its gradient is cleared: the return stands inside the loop and ends it.
    Look at its indentation."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
            return loss
    return loss


@training_step.mistake
def returns_the_outputs(model, loss_func, xb, yb, lr):
    """You return the model's outputs. The loss is asked for."""
    outputs = model(xb)
    loss_func(outputs, yb).backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return outputs


@training_step.mistake
def returns_the_loss_times_n(model, loss_func, xb, yb, lr):
    """The loss that you return is n times too large. `loss_func` gives the mean of the batch already: return it as it
    is."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss * len(xb)


@training_step.mistake
def the_loss_is_rounded(model, loss_func, xb, yb, lr):
    """The loss that you return is rounded. Return it as it is; how many digits to show is for print to decide."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return round(loss.item(), 3)


@training_step.mistake
def swaps_the_arguments_of_the_loss(model, loss_func, xb, yb, lr):
    """The loss function gets its two arguments the wrong way round: the model's outputs come first, then the
    targets."""
    loss = loss_func(yb, model(xb))
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def updates_while_torch_records(model, loss_func, xb, yb, lr):
    """torch refuses to change a parameter in place while it records what happens. The update is no part of the model:
    do it under torch.no_grad()."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    for p in model.parameters():
        p -= lr * p.grad
        p.grad.zero_()
    return loss


@training_step.mistake
def has_no_gradient_to_use(model, loss_func, xb, yb, lr):
    """`p.grad` is None when your update wants to use it: backward() has not run yet, or the gradients were set to None
    before the update."""
    loss = loss_func(model(xb), yb)
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def parameters_without_brackets(model, loss_func, xb, yb, lr):
    """model.parameters is a method, and it has to be called: put a pair of brackets after it."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    for p in model.parameters:
        p.data -= lr * p.grad
    return loss


@training_step.mistake
def predicts_under_no_grad(model, loss_func, xb, yb, lr):
    """The model ran under torch.no_grad(), so nothing was recorded that backward() could follow. Only the update
    belongs under it."""
    with torch.no_grad():
        loss = loss_func(model(xb), yb)
        loss.backward()
        for p in model.parameters():
            p -= lr * p.grad
            p.grad.zero_()
    return loss


@training_step.mistake
def clears_the_gradient_of_a_new_tensor(model, loss_func, xb, yb, lr):
    """`p = p - ...` makes a new tensor and lets the name p stand for it: the model still has the old one, and the new
    one has no gradient to clear. Change the parameter in place: `p -= ...`."""
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p = p - lr * p.grad
            p.grad.zero_()
    return loss


# ------------------------------------------------------------------------------------------------------------ accuracy

accuracy = code(
    "accuracy",
    ids=["R3.3"],
    hints=[
        "Which class does the model choose for a row? `argmax` gives the position of the largest value.",
        "Along which dimension stand the scores of one example? Compare the positions with yb: that gives True or False"
        " for each row.",
        "The mean of True and False, taken as 1 and 0, is the share of True. `mean` wants floats.",
    ],
    relations=["times_n"],
)


def _scores(draw, yb, c, right):
    """Scores of which exactly `right` rows, at random, are highest at their target."""
    n = len(yb)
    out = draw.normal(n, c) - draw.number(0, 3)
    chosen = set(draw.shuffled(range(n))[:right])
    for i in range(n):
        winner = int(yb[i]) if i in chosen else (int(yb[i]) + draw.integer(1, c - 1)) % c
        out[i, winner] = out[i].max() + draw.integer(1, 5) / 10
    return out


@accuracy.probe(points=2)
def is_the_share_of_right_rows(accuracy, draw):
    """Several tables of scores for the same targets: none of the rows right, all of them, and everything between."""
    from autograder.beside import readings

    c = draw.size(3, 4)
    n = c + draw.size(1, 4)
    yb = draw.labels(n, c)
    outs = [_scores(draw, yb, c, right) for right in draw.shuffled(range(n + 1))]
    return [readings.as_number(accuracy(out, yb), "the accuracy") for out in outs]


@accuracy.probe
def takes_scores_of_any_size(accuracy, draw):
    """Scores of some hundreds, as a model may well give them, and such as hardly differ; more than ten classes."""
    from autograder.beside import readings

    n, c = draw.choice([7, 9]), draw.integer(11, 14)
    yb = draw.labels(n, c)
    yb[0] = c - 1
    zeros = int((yb == 0).sum())  # who chooses class 0 for every row is to be wrong
    out = _scores(draw, yb, c, draw.choice([right for right in range(1, n) if right not in (zeros, zeros - 1)]))
    out[0, yb[0]] = out.max() + 1
    tables = {"scores of some hundreds": 10 * out + draw.integer(200, 500), "scores close together": 1 + out / 10000}
    return {name: readings.as_number(accuracy(table, yb), "the accuracy") for name, table in tables.items()}


@accuracy.probe(fixed="a single row is right or wrong: 1 or 0")
def one_row_is_a_batch_too(accuracy, draw):
    from autograder.beside import readings

    yb = draw.labels(1, 3)
    outs = {"right": _scores(draw, yb, 3, 1), "wrong": _scores(draw, yb, 3, 0)}
    return {name: readings.as_number(accuracy(out, yb), "the accuracy") for name, out in outs.items()}


@accuracy.right
def by_counting(out, yb):
    right = 0
    for row, target in zip(out.tolist(), yb.tolist(), strict=True):
        if row.index(max(row)) == target:
            right += 1
    return right / len(yb)


@accuracy.right
def by_max(out, yb):
    _, predicted = torch.max(out, 1)
    return torch.sum(predicted == yb).item() / out.shape[0]


@accuracy.right
def by_comparing_scores(out, yb):
    own = out.gather(1, yb[:, None])
    return (own >= out).all(1).double().mean()


@accuracy.right
def by_softmax_first(out, yb):
    return torch.eq(torch.softmax(out, -1).topk(1).indices.squeeze(-1), yb).to(torch.float32).mean()


@accuracy.mistake
def in_percent(out, yb):
    """You return a percentage. The share asked for lies between 0 and 1."""
    return 100 * (out.argmax(1) == yb).float().mean()


@accuracy.mistake
def one_choice_for_all_rows(out, yb):
    """`argmax()` without a dimension gives one position for the whole table. Each row needs its own: name the
    dimension."""
    return (out.argmax() == yb).float().mean()


@accuracy.mistake
def compares_the_largest_scores(out, yb):
    """You compare the largest score itself with the target. Compare its position: argmax, or the `indices` of max."""
    return (out.max(1).values == yb).float().mean()


@accuracy.mistake
def is_the_error_rate(out, yb):
    """You return the share of wrong rows: 1 minus the accuracy."""
    return (out.argmax(1) != yb).float().mean()


@accuracy.mistake
def looks_at_the_smallest(out, yb):
    """You choose the class with the smallest score. The higher the score, the more the model is for that class."""
    return (out.argmin(1) == yb).float().mean()


@accuracy.mistake
def divides_by_the_classes(out, yb):
    """You divide by the number of classes. Divide by the number of rows, len(yb)."""
    return (out.argmax(1) == yb).sum() / out.shape[1]


@accuracy.mistake
def divides_by_64(out, yb):
    """You divide by 64, whatever the batch. Divide by the number of rows, len(yb)."""
    return (out.argmax(1) == yb).sum() / 64


@accuracy.mistake
def one_answer_for_each_row(out, yb):
    """You return whether each row is right, n values. Their mean is the share of right ones."""
    return (out.argmax(1) == yb).float()


@accuracy.mistake
def all_or_nothing(out, yb):
    """You return 1 when every row is right and 0 otherwise. `all`, torch.equal or a division with `//` does that; a
    mean is asked for."""
    return float((out.argmax(1) == yb).all())


@accuracy.mistake
def overflows(out, yb):
    """You take exponentials of the scores as they are, and these overflow for large scores (inf / inf is nan). The
    largest score can be found without them."""
    exps = out.exp()
    return ((exps / exps.sum(1, keepdim=True)).argmax(1) == yb).float().mean()


@accuracy.mistake
def looks_at_the_targets_score_alone(out, yb):
    """You count an example as right when the score of its target is above one half. A score means something only
    beside the other scores of its row: is it the largest?"""
    return (out.gather(1, yb[:, None]) > 0.5).float().mean()


@accuracy.mistake
def rounds_the_share(out, yb):
    """Your share is rounded to a whole number: 0 or 1. Leave it as it is."""
    return round(float((out.argmax(1) == yb).float().mean()))


@accuracy.mistake
def compares_every_row_with_every_target(out, yb):
    """You compare each row's choice with the targets of all rows: `keepdim=True` makes a column of the choices, and
    comparing that with yb gives a table of n x n. Look at the shape before you take the mean."""
    return (out.argmax(1, keepdim=True) == yb).float().mean()


@accuracy.mistake
def asks_for_more_than_half(out, yb):
    """You count an example as right when the probability of its class is above one half. It need only be the largest
    of its row: with three classes or more that can be less."""
    return (out.softmax(1).gather(1, yb[:, None]) > 0.5).float().mean()


@accuracy.mistake
def the_mean_probability(out, yb):
    """You return how sure the model is of the right classes on average. Each row counts in full or not at all: is the
    right class the one with the largest score?"""
    return out.softmax(1).gather(1, yb[:, None]).mean()


@accuracy.mistake
def the_first_ten_classes(out, yb):
    """You look at the first ten scores of each row alone. There may be more classes: take all of them."""
    return (out[:, :10].argmax(1) == yb).float().mean()


@accuracy.mistake
def searches_from_0(out, yb):
    """In a row whose scores are all negative you do not find the largest: your search starts from 0 (or a ReLU makes
    all of them 0). Start from the first score of the row."""
    return (out.relu().argmax(1) == yb).float().mean()


@accuracy.mistake
def the_largest_size_whatever_its_sign(out, yb):
    """You look for the largest absolute value, so that -5 beats 2. Compare the scores with their signs."""
    return (out.abs().argmax(1) == yb).float().mean()


@accuracy.mistake
def whole_scores(out, yb):
    """The scores are cut or rounded to whole numbers first, and different ones become equal. Compare them as they
    are."""
    return (out.int().argmax(1) == yb).float().mean()


@accuracy.mistake
def in_half_precision(out, yb):
    """The scores lose digits on the way (half precision), and different ones become equal. Compare them as they are."""
    return (out.bfloat16().argmax(1) == yb).float().mean()


@accuracy.mistake
def squeezed(out, yb):
    """With a single row the table loses a dimension: squeeze takes away every dimension of size 1. Leave `out` as it
    is."""
    out = out.squeeze()
    return (out.argmax(-1) == yb).sum() / len(out)


@accuracy.mistake
def rounded_to_two_digits(out, yb):
    """Your share is rounded. Return it as it is; how many digits to show is for print to decide."""
    return round(float((out.argmax(1) == yb).float().mean()), 2)


@accuracy.mistake
def right_among_the_best_two(out, yb):
    """You count an example as right when its class has one of the two largest scores. It has to be the largest."""
    return (out.topk(2, 1).indices == yb[:, None]).any(1).float().mean()


@accuracy.mistake
def counts_classes_from_1(out, yb):
    """You add 1 to the position of the largest score. Classes count from 0, as positions do: compare them as they
    are."""
    return (out.argmax(1) + 1 == yb).float().mean()


@accuracy.mistake
def the_mean_of_true_and_false(out, yb):
    """True and False have no mean in torch until they are numbers. Turn them into floats first."""
    return (out.argmax(1) == yb).mean()


@accuracy.mistake
def goes_on_counting(out, yb, seen=[]):  # noqa: B006
    """The first call is right, later ones are not: what was counted goes on from call to call. Start anew inside the
    function."""
    seen.extend((out.argmax(1) == yb).tolist())
    return sum(seen) / len(seen)


# ------------------------------------------------------------------------------------------------------ evaluate_batch

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
    from autograder.beside import readings, spies

    n, c = draw.size(4, 7), draw.size(3, 5)
    model, x, y = draw.network(2, 3, c), draw.normal(n, 2), draw.labels(n, c)
    with torch.no_grad():
        y[0], y[1] = model(x[0]).argmax(), model(x[1]).argmin()  # one at least is right, and one is wrong
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
    from autograder.beside import spies

    n, c = draw.size(2, 5), draw.size(2, 4)
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
        return loss_func(out, yb), (out.argmax(1) == yb).to(out.dtype).mean()


@evaluate_batch.mistake
def the_other_way_round(model, loss_func, xb, yb):
    """You return the accuracy first. The order asked for is: loss, accuracy."""
    out = model(xb)
    return (out.argmax(1) == yb).float().mean(), loss_func(out, yb)


@evaluate_batch.mistake
def always_cross_entropy(model, loss_func, xb, yb):
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`."""
    out = model(xb)
    return torch.nn.functional.cross_entropy(out, yb), (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def probabilities_into_the_loss(model, loss_func, xb, yb):
    """You put the scores through softmax before the loss function gets them. It takes the model's scores as they
    are."""
    out = model(xb).softmax(1)
    return loss_func(out, yb), (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def log_probabilities_into_the_loss(model, loss_func, xb, yb):
    """You put the scores through log_softmax before the loss function gets them. It takes the scores as they are."""
    out = model(xb).log_softmax(1)
    return loss_func(out, yb), (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def a_count_for_accuracy(model, loss_func, xb, yb):
    """The loss is right; for the accuracy you return how many examples are right, not their share."""
    out = model(xb)
    return loss_func(out, yb), (out.argmax(1) == yb).sum()


@evaluate_batch.mistake
def divides_the_count_by_64(model, loss_func, xb, yb):
    """The loss is right; for the accuracy you divide by 64, whatever the size of the batch. Divide by its own
    length."""
    out = model(xb)
    return loss_func(out, yb), (out.argmax(1) == yb).sum() / 64


@evaluate_batch.mistake
def a_percentage_for_accuracy(model, loss_func, xb, yb):
    """The loss is right; the accuracy is in percent. The share asked for lies between 0 and 1."""
    out = model(xb)
    return loss_func(out, yb), 100 * (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def the_loss_summed(model, loss_func, xb, yb):
    """The loss is n times too large. `loss_func` gives the mean of the batch already: return it as it is."""
    out = model(xb)
    return loss_func(out, yb) * len(xb), (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def the_loss_alone(model, loss_func, xb, yb):
    """You return the loss alone. Return two values: loss, accuracy."""
    return loss_func(model(xb), yb)


@evaluate_batch.mistake
def calls_backward(model, loss_func, xb, yb):
    """Both values are right, but you call backward() on the way, so gradients are left in the model. Only look
    here."""
    out = model(xb)
    loss = loss_func(out, yb)
    if loss.requires_grad:
        loss.backward()
    return loss, (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def swaps_the_arguments_of_the_loss(model, loss_func, xb, yb):
    """The loss function gets its two arguments the wrong way round: the scores come first, then the labels."""
    out = model(xb)
    return loss_func(yb, out), (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def the_chosen_classes_into_the_loss(model, loss_func, xb, yb):
    """The loss function gets the classes that the model chose. It needs the scores, as the model gives them."""
    out = model(xb)
    chosen = out.argmax(1)
    return loss_func(chosen.float(), yb), (chosen == yb).float().mean()


@evaluate_batch.mistake
def the_error_rate(model, loss_func, xb, yb):
    """The loss is right; for the accuracy you return the share of wrong examples."""
    out = model(xb)
    return loss_func(out, yb), (out.argmax(1) != yb).float().mean()


@evaluate_batch.mistake
def squeezed(model, loss_func, xb, yb):
    """In a batch of one the scores lose a dimension: squeeze takes away every dimension of size 1. Leave them as the
    model gives them."""
    out = model(xb).squeeze()
    return loss_func(out, yb), (out.argmax(-1) == yb).sum() / len(out)


@evaluate_batch.mistake
def rounded(model, loss_func, xb, yb):
    """The numbers are rounded. Return them as they are; how many digits to show is for print to decide."""
    out = model(xb)
    return round(float(loss_func(out, yb)), 3), round(float((out.argmax(1) == yb).float().mean()), 3)


@evaluate_batch.mistake
def takes_a_training_step(model, loss_func, xb, yb):
    """Both values are right, but the model's parameters have changed: that is a training step. Only look here."""
    out = model(xb)
    loss = loss_func(out, yb)
    if loss.requires_grad:
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, g in zip(model.parameters(), gradients, strict=True):
                p -= 0.5 * g
    return loss, (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def clears_gradients(model, loss_func, xb, yb):
    """Both values are right, but the model's gradients are gone: they were there before, and somebody may still need
    them. Only look here."""
    out = model(xb)
    for p in model.parameters():
        p.grad = None
    return loss_func(out, yb), (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def switches_recording_off(model, loss_func, xb, yb):
    """Both values are right, but torch records no gradients after you return: set_grad_enabled(False) stays in force.
    A `with` block, torch.no_grad(), switches back by itself."""
    torch.set_grad_enabled(False)
    out = model(xb)
    return loss_func(out, yb), (out.argmax(1) == yb).float().mean()


@evaluate_batch.mistake
def freezes_the_parameters(model, loss_func, xb, yb):
    """Both values are right, but the model's parameters need no gradient any more: it cannot be trained further. Only
    look here."""
    for p in model.parameters():
        p.requires_grad_(False)
    out = model(xb)
    return loss_func(out, yb), (out.argmax(1) == yb).float().mean()


# ---------------------------------------------------------------------------------------------------------- fit_layers

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


# ------------------------------------------------------------------------------------------------------------ evaluate

evaluate = code(
    "evaluate",
    ids=["R3.6"],
    hints=[
        "It is evaluate_batch with all of the data as the batch, and two changes: no graph, and plain numbers.",
        "Which context manager keeps torch from recording the operations inside it, and switches back by itself?",
        "`.item()` turns a tensor with one value into a Python number.",
    ],
)


@evaluate.probe
def measures_loss_and_accuracy(evaluate, draw):
    from autograder.beside import readings, spies

    n, c = draw.size(3, 7), draw.size(3, 5)
    model, x, y = draw.network(2, 3, c), draw.normal(n, 2), draw.labels(n, c)
    seen = {}
    alone = draw.network(2, 3, c)
    examples = {"": (model, x, y), " of one example": (alone, x[:1], alone(x[:1]).argmax(1))}
    for of, (model, some_x, some_y) in examples.items():
        pair = readings.as_pair(evaluate(model, spies.squared_error, some_x, some_y), "what evaluate returned")
        seen |= {f"loss{of}": pair[0], f"accuracy{of}": pair[1]}
    return seen


@evaluate.probe
def counts_every_example(evaluate, draw):
    """The accuracy over more examples than fit into a usual batch; the last ones are all wrong."""
    from autograder.beside import readings, spies

    n = draw.integer(70, 120)
    draw.note(n=n)
    y = torch.arange(n) % 3
    x = torch.cat([_scores(draw, y[:64], 3, draw.integer(30, 60)), _scores(draw, y[64:], 3, 0)])
    _, accuracy = readings.as_pair(evaluate(torch.nn.Identity(), spies.squared_error, x, y), "what evaluate returned")
    return {"accuracy": accuracy}


@evaluate.probe(fixed="a number and a number, whatever was drawn")
def gives_plain_numbers(evaluate, draw):
    """Both results should be Python floats, not tensors."""
    from autograder.beside import readings, spies

    n, c = draw.size(2, 4), draw.size(2, 3)
    pair = evaluate(draw.linear(2, c), spies.squared_error, draw.normal(n, 2), draw.labels(n, c))
    readings.as_pair(pair, "what evaluate returned")
    kinds = ["number" if isinstance(part, (int, float)) else type(part).__name__ for part in pair]
    return {"the loss is a": kinds[0], "the accuracy is a": kinds[1]}


@evaluate.probe(fixed="no graph is to be built, whatever was drawn")
def builds_no_graph(evaluate, draw):
    """The model's outputs should have no graph: no memory is spent on a backward() that never comes."""
    from autograder.beside import spies

    n, c = draw.size(2, 4), draw.size(2, 3)
    journal = spies.Journal()
    model = spies.watch(draw.linear(2, c), journal)
    evaluate(model, spies.squared_error, draw.normal(n, 2), draw.labels(n, c))
    return {"the model's outputs had a graph": any(event.graph for event in journal.of("forward"))}


@evaluate.probe
def leaves_everything_as_it_was(evaluate, draw):
    """A model in training mode; its weight has a gradient beforehand, its bias has none. Afterwards nothing should
    have changed; nor should it when the model is in evaluation mode and torch records no gradients to begin with."""
    from autograder.beside import spies

    n, c = draw.size(2, 4), draw.size(2, 3)
    model, x, y = draw.linear(2, c), draw.normal(n, 2), draw.labels(n, c)
    model.weight.grad = draw.normal(c, 2)
    evaluate(model, spies.squared_error, x, y)
    left = _as_left(model) | {"the model is in training mode": model.training}
    model.eval()
    with torch.no_grad():
        evaluate(model, spies.squared_error, x, y)
        left["called under no_grad, torch records gradients"] = torch.is_grad_enabled()
    return left | {"in evaluation mode before, the model is in training mode": model.training}


@evaluate.right
def under_inference_mode(model, loss_func, x, y):
    with torch.inference_mode():
        out = model.forward(x)
        loss = float(loss_func(out, y))
    return loss, sum(row.argmax().item() == target for row, target in zip(out, y.tolist(), strict=True)) / len(y)


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


@evaluate.mistake
def builds_a_graph(model, loss_func, x, y):
    """The numbers are right, but a graph was built while the model ran: turning the result into a number
    afterwards, or detaching it, comes too late. Wrap the call of the model."""
    out = model(x)
    return loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def gives_tensors(model, loss_func, x, y):
    """The values are right, but they are tensors. Plain numbers are asked for: what does .item() do?"""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y), (out.argmax(1) == y).float().mean()


@evaluate.mistake
def gives_the_loss_as_a_tensor(model, loss_func, x, y):
    """The accuracy is a plain number and the loss is still a tensor. Turn it into a number too."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def gives_the_accuracy_as_a_tensor(model, loss_func, x, y):
    """The loss is a plain number and the accuracy is still a tensor. Turn it into a number too."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item(), (out.argmax(1) == y).float().mean()


@evaluate.mistake
def leaves_gradients_off(model, loss_func, x, y):
    """The numbers are right, but torch records no gradients after you return: set_grad_enabled(False) stays in
    force, and the next training step would fail. A `with` block switches back by itself."""
    torch.set_grad_enabled(False)
    out = model(x)
    return loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def always_switches_recording_on(model, loss_func, x, y):
    """The numbers are right, but torch records gradients after you return even if it did not before. Put back what
    you found; a `with` block does that by itself."""
    torch.set_grad_enabled(False)
    out = model(x)
    pair = loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()
    torch.set_grad_enabled(True)
    return pair


@evaluate.mistake
def leaves_evaluation_mode(model, loss_func, x, y):
    """The numbers are right, but the model was in training mode and is now in evaluation mode. Whoever goes on
    training it would train without dropout: put the mode back, or do not touch it."""
    if isinstance(model, torch.nn.Module):
        model.eval()
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def always_ends_in_training_mode(model, loss_func, x, y):
    """The numbers are right, but the model was in evaluation mode and is now in training mode. Put back the mode that
    you found (model.training tells it beforehand), or do not touch it."""
    with torch.no_grad():
        out = model(x)
        pair = loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()
    model.train()
    return pair


@evaluate.mistake
def gives_arrays(model, loss_func, x, y):
    """The values are right, but they are NumPy arrays. Plain numbers are asked for: .item() instead of .numpy()."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).numpy(), (out.argmax(1) == y).float().mean().numpy()


@evaluate.mistake
def swaps_the_arguments_of_the_loss(model, loss_func, x, y):
    """The loss function gets its two arguments the wrong way round: the scores come first, then the labels."""
    with torch.no_grad():
        out = model(x)
        return loss_func(y, out).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def no_grad_without_brackets(model, loss_func, x, y):
    """`with` needs an object, and torch.no_grad is the class of it: put a pair of brackets after it."""
    with torch.no_grad:
        out = model(x)
        return loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def the_loss_times_n(model, loss_func, x, y):
    """The loss is n times too large. `loss_func` gives the mean already: return it as it is."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item() * len(x), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def the_loss_divided_by_n(model, loss_func, x, y):
    """The loss is n times too small. `loss_func` gives the mean already: return it as it is."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item() / len(x), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def probabilities_into_the_loss(model, loss_func, x, y):
    """You put the scores through softmax before the loss function gets them. It takes the model's scores as they
    are."""
    with torch.no_grad():
        out = model(x).softmax(1)
        return loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def the_share_of_wrong_ones(model, loss_func, x, y):
    """The loss is right; for the accuracy you return the share of wrong examples."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item(), (out.argmax(1) != y).float().mean().item()


@evaluate.mistake
def rounded(model, loss_func, x, y):
    """The numbers are rounded. Return them as they are; how many digits to show is for print to decide."""
    with torch.no_grad():
        out = model(x)
        return round(loss_func(out, y).item(), 3), round((out.argmax(1) == y).float().mean().item(), 3)


@evaluate.mistake
def squeezed(model, loss_func, x, y):
    """With a single example the scores lose a dimension: squeeze takes away every dimension of size 1. Leave them as
    the model gives them."""
    with torch.no_grad():
        out = model(x).squeeze()
        return loss_func(out, y).item(), ((out.argmax(-1) == y).sum() / len(out)).item()


@evaluate.mistake
def clears_the_gradients(model, loss_func, x, y):
    """The numbers are right, but the model's gradients are gone: they were there before, and somebody may still need
    them."""
    for p in model.parameters():
        p.grad = None
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def freezes_the_model(model, loss_func, x, y):
    """The numbers are right and no graph was built, but the model's parameters need no gradient any more: it cannot
    be trained further. Keep torch from recording instead of changing the model."""
    for p in model.parameters():
        p.requires_grad_(False)
    out = model(x)
    return loss_func(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def the_first_64_examples(model, loss_func, x, y):
    """You look at the first 64 examples alone. All of them are asked for."""
    with torch.no_grad():
        out = model(x[:64])
        return loss_func(out, y[:64]).item(), (out.argmax(1) == y[:64]).float().mean().item()


@evaluate.mistake
def averages_batches_of_64(model, loss_func, x, y):
    """You average over batches of 64, and the short last batch weighs as much as a full one. Weigh each by its
    size, or put all of x through the model at once."""
    with torch.no_grad():
        pairs = [(model(xb), yb) for xb, yb in zip(x.split(64), y.split(64), strict=True)]
        losses = [loss_func(out, yb).item() for out, yb in pairs]
        shares = [(out.argmax(1) == yb).float().mean().item() for out, yb in pairs]
    return sum(losses) / len(losses), sum(shares) / len(shares)


@evaluate.mistake
def accuracy_before_loss(model, loss_func, x, y):
    """You return the accuracy first. The order asked for is: loss, accuracy."""
    with torch.no_grad():
        out = model(x)
        return (out.argmax(1) == y).float().mean().item(), loss_func(out, y).item()


@evaluate.mistake
def cross_entropy_whatever_is_passed(model, loss_func, x, y):
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`."""
    with torch.no_grad():
        out = model(x)
        return torch.nn.functional.cross_entropy(out, y).item(), (out.argmax(1) == y).float().mean().item()


@evaluate.mistake
def how_many_are_right(model, loss_func, x, y):
    """The loss is right; for the accuracy you return how many examples are right, not their share."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item(), (out.argmax(1) == y).sum().item()


@evaluate.mistake
def accuracy_in_percent(model, loss_func, x, y):
    """The loss is right; the accuracy is in percent. The share asked for lies between 0 and 1."""
    with torch.no_grad():
        out = model(x)
        return loss_func(out, y).item(), 100 * (out.argmax(1) == y).float().mean().item()
