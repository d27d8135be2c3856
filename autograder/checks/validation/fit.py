"""fit: its probes, other right answers and known mistakes."""

import torch

from autograder.authoring.slips import after, before, change, everywhere, indent, swap
from autograder.beside import readings, spies
from autograder.exercise import Complaint, code

fit = code(
    "fit",
    ids=["R7.1"],
    hints=[
        "One loop over the epochs, and in it two loops, one after the other: over train_dl, and then over valid_dl.",
        "Each of the two loops wants the model in its own mode. What has to be called, when, and how often?",
        "The training loop: loss, backward(), opt.step(), opt.zero_grad(). The validation loop needs the model and"
        " loss_func, and none of the other three. What keeps torch from building a graph there?",
        "Collect the losses and the accuracies of the validation batches in two lists, new ones for each epoch; the"
        " means of the two are the pair of the epoch.",
    ],
    shortcut=["torch.optim.Optimizer"],
    instead="the optimizer that is passed in",
    refuses={"rounded": "which checks see it depends on the digits that are drawn"},
)


def _all_directions(draw, n):
    """n rows of two numbers that point in all directions: who learns from them gets better on others, too."""
    for _ in range(50):
        x = draw.normal(n, 2)
        values = torch.linalg.svdvals(torch.cat([x, torch.ones(n, 1)], 1))
        if values[0] < 3 * values[-1]:
            break
    return x


def _run(fit, draw, epochs, lr, learns=True, scale=1):
    """Call fit with spies. Returns (journal, x_train, x_valid, what fit returned).

    A layer that behaves like dropout comes first, and is the one that is watched: setting the mode must reach it. The
    model is in evaluation mode when fit gets it. With `learns` False the layer is left out, and the scores are so near
    to each other that no class has a probability above one half. The weights are `scale` times as large as usual.
    """
    c, bs = draw.size(3, 4), draw.size(2, 3)
    valid_bs = c + draw.size(1, 2)
    full = draw.size(1, 2)
    n, n_valid = bs * full + draw.integer(1, bs - 1), valid_bs * (full + 2)  # one more batch than training has
    x_train, y_train = _all_directions(draw, n), draw.labels(n, c)
    x_valid = draw.normal(n_valid, 2)
    linear, first = draw.linear(2, c), spies.mode_switch() if learns else torch.nn.Identity()
    for p in linear.parameters():
        p.data *= scale if learns else 0.2
    with torch.no_grad():  # before training the first validation batch is right, and so is the very last example
        ranked = linear(x_valid).argsort(1)
    y_valid = ranked[:, -1].clone()
    y_valid[valid_bs:-1] = ranked[valid_bs:-1, 1]  # wrong: neither the largest score nor the smallest
    model = torch.nn.Sequential(first, linear).eval()
    draw.note(epochs=epochs, lr=lr, training_examples=n, bs=bs, validation_examples=n_valid, validation_bs=valid_bs)
    journal = spies.Journal(model.parameters())
    spies.watch(first, journal, "layer")
    spies.watch(model, journal, "model")
    draw.follow(journal, inputs=x_train, targets=y_train, looked_at=x_valid)
    returned = fit(
        epochs,
        model,
        spies.LossSpy(spies.squared_error, journal),
        spies.OptimizerSpy(model.parameters(), lr, journal),
        spies.LoaderSpy(spies.batches(x_train, y_train, bs), journal, "train_dl"),
        spies.LoaderSpy(spies.batches(x_valid, y_valid, valid_bs), journal, "valid_dl"),
    )
    return journal, x_train, x_valid, returned


def _on(journal, data, who):
    """The forward passes of one spy on rows of this data."""
    return [event for event in journal.of("forward", who) if -1 not in readings.rows_of(event.batch, data)]


def _followed(journal, who):
    """The forward passes of one spy that backward() followed: to look at training data once more is no learning."""
    found, last = [], None
    for event in journal.events:
        if event.what == "forward" and event.who == who:
            last = event
        elif event.what == "backward" and last is not None:
            found.append(last)
    return found


@fit.probe(points=2, rtol=1e-3, atol=1e-5)
def takes_a_step_after_every_training_batch(fit, draw):
    """The first entry that differs is the first step that went wrong. The last training batch is short."""
    journal, x_train, _, _ = _run(fit, draw, 2, draw.number(0.1, 0.4))
    return {
        "training rows in each batch learnt from": readings.learnt_from(journal, inputs=x_train),
        "steps of opt": len(journal.of("step")),
        "parameters after each step": journal.trajectory(),
    }


@fit.probe(points=2)
def gives_the_means_of_the_validation_batches(fit, draw):
    """The optimizer's learning rate is 0 here, so that the model stays what it is, in every epoch."""
    epochs = draw.size(3, 4)
    _, _, _, returned = _run(fit, draw, epochs, 0.0, learns=False)
    return [{"loss": loss, "accuracy": accuracy} for loss, accuracy in _history(returned, epochs)]


def _history(returned, epochs):
    """[loss, accuracy] for each epoch; a Complaint if nothing of the kind was returned."""
    once = hasattr(returned, "__next__")
    if once or isinstance(returned, torch.Tensor) or type(returned).__module__ == "numpy":
        kind = type(returned).__name__ + ", which can be walked only once" * once
        raise Complaint(f"what fit returned is a {kind}: return a list with one (loss, accuracy) for each epoch")
    return readings.as_pairs(returned, "what fit returned", epochs)


@fit.probe(rtol=1e-3, atol=1e-5)
def tells_the_epochs_one_by_one_in_order(fit, draw):
    """The losses while the model learns, from two calls, read when both are over. In the first they fall; in the second
    the learning rate is below zero, and they rise."""
    epochs = draw.size(3, 4)
    runs = [_run(fit, draw, epochs, draw.number(*rates), scale=10)[3] for rates in ((0.02, 0.04), (-0.2, -0.1))]
    losses = [[loss for loss, _ in _history(returned, epochs)] for returned in runs]
    return {"losses of the first call": losses[0], "losses of the second call": losses[1]}


@fit.probe
def validates_at_the_end_of_each_epoch(fit, draw):
    """How many updates had been made at the times when the model was shown validation data."""
    journal, _, x_valid, _ = _run(fit, draw, draw.size(2, 3), draw.number(0.1, 0.4))
    return {"updates made by then": sorted({event.updates for event in _on(journal, x_valid, "model")})}


@fit.probe(fixed="the modes do not depend on the data")
def sets_the_mode_for_training_and_for_validation(fit, draw):
    """Two epochs. The modes of the model and of a layer in it, whenever they are given training or validation data."""
    journal, _, x_valid, _ = _run(fit, draw, 2, draw.number(0.1, 0.4))
    return {
        f"mode of the {who} while {what}": sorted({"training" if event.training else "evaluation" for event in events})
        for who in ("model", "layer")
        for what, events in (("learning", _followed(journal, who)), ("validating", _on(journal, x_valid, who)))
    }


@fit.probe(fixed="no graph is to be built, whatever was drawn")
def builds_no_graph_while_validating(fit, draw):
    """The model's outputs for validation data should have no graph; and afterwards torch should record again."""
    journal, _, x_valid, _ = _run(fit, draw, 1, draw.number(0.1, 0.4))
    return {
        "the outputs had a graph": any(event.graph for event in _on(journal, x_valid, "model")),
        "torch records gradients afterwards": torch.is_grad_enabled(),
    }


@fit.right
def with_lists_and_tensors(epochs, model, loss_func, opt, train_dl, valid_dl):
    results = []
    for _epoch in range(epochs):
        model.train()
        for batch in train_dl:
            opt.zero_grad()
            loss = loss_func(model.forward(batch[0]), batch[1])
            loss.backward()
            opt.step()
        model.eval()
        losses, accuracies = [], []
        with torch.inference_mode():
            for xb, yb in valid_dl:
                pred = model(xb)
                losses.append(loss_func(pred, yb))
                accuracies.append((torch.max(pred, 1)[1] == yb).float().mean())
        results.append([torch.stack(losses).mean(), torch.stack(accuracies).mean()])
    return tuple(results)


@fit.right
def in_two_passes_that_print(epochs, model, loss_func, opt, train_dl, valid_dl):
    @torch.no_grad()
    def mean_of(measure):
        model.eval()
        values = [measure(model(xb), yb).item() for xb, yb in valid_dl]
        return sum(values) / len(values)

    history = torch.zeros(epochs, 2)
    for epoch in range(epochs):
        for xb, yb in list(train_dl):
            model.train()
            loss = loss_func(model(xb), yb)
            model.zero_grad()
            loss.backward()
            opt.step()
        history[epoch, 0] = mean_of(loss_func)
        history[epoch, 1] = mean_of(lambda out, yb: out.argmax(-1).eq(yb).double().mean())
        print(epoch, history[epoch])
    return history.tolist()


@fit.slip("return history", "return sorted(history)")
def the_best_so_far():
    """The results are sorted, or are the best so far. Give each epoch's own result, in the order of the epochs, better
    or worse than the one before."""


@fit.slip("history = []", "history = fit.__dict__.setdefault('history', [])")
def one_history_for_all_calls():
    """The results of all calls go into one list: a default argument, or a list outside the function, is made only once.
    Begin a new list in each call."""


@fit.slip(indent("history.append(A)"), indent("history.append(A)"))
def an_entry_for_each_batch():
    """There is one entry for each validation batch: `append` stands inside the loop over the batches. It belongs after
    it, once an epoch."""


@fit.slip("loss_func(out, yb)", "loss_func(yb, out)")
def targets_before_scores():
    """You call the loss with the targets first. It is `loss_func(scores, yb)`."""


@fit.slip(swap("opt.step()", "opt.zero_grad()"))
def never_steps():
    """Your training changes nothing: the parameters are the same in the end. Is `opt.step()` called, after
    backward() and before the gradients are cleared?"""


@fit.slip("opt.step()", "with torch.no_grad():\n    for p in model.parameters():\n        p -= 0.5 * p.grad")
def steps_on_its_own():
    """You update the parameters yourself, with a learning rate of 0.5. The optimizer that is passed in knows the
    learning rate: call its `step()`."""


@fit.slip(change("with A:", ""), after("loss += A", "loss_func(out, yb).backward()\nopt.step()\nopt.zero_grad()"))
def learns_from_the_validation_data():
    """You take training steps on the validation data too. It is there to measure with: nothing may be learnt from
    it."""


@fit.slip(everywhere("valid_dl", "train_dl"))
def validates_on_the_training_data():
    """You measure on `train_dl`, the very data that was trained on. Go through `valid_dl` for that."""


@fit.slip(change("model.train()", ""), after("history = []", "model.train()"))
def never_returns_to_training_mode():
    """After the first validation the model stays in evaluation mode, so from the second epoch on it trains without
    dropout. How often is `model.train()` called?"""


@fit.slip("model.train()", "model.training = True")
def switches_one_flag_alone():
    """You set the model's `training` flag, and its layers keep theirs. `model.train()` and `model.eval()` pass the
    mode on to every layer."""


@fit.slip(swap("model.train()", "model.eval()"))
def the_modes_the_wrong_way_round():
    """The modes are the wrong way round: the model trains in evaluation mode and is validated in training mode."""


@fit.slip(
    swap("model.train()", "loss = accuracy = 0.0"),
    swap("for A in train_dl:", "model.eval()"),
    swap("for A in train_dl:", "with B:"),
)
def validates_before_training():
    """You validate at the beginning of each epoch, so its numbers are those of the model before it was trained in
    this epoch. Train first."""


@fit.slip(indent("model.eval()"), indent("loss = accuracy = 0.0"), indent("with A:"))
def validates_after_every_batch():
    """You validate after every training batch. Once an epoch is asked for: look at the indentation of the
    validation loop."""


@fit.slip(before("model.eval()", "if _ + 1 < epochs:\n    continue"), change("return A", "return A * epochs"))
def validates_only_at_the_end():
    """You validate once, after all epochs. One result is asked for after each of them: look at the indentation."""


@fit.slip(everywhere("A / len(valid_dl)", "A"))
def sums_the_batches():
    """You add up the batches' losses and accuracies and return the sums. Their means are asked for."""


@fit.slip(everywhere("len(valid_dl)", "len(valid_dl.dataset)"))
def divides_by_the_examples():
    """You divide by the number of examples, and what you added up are means of batches already. Divide by the
    number of batches."""


@fit.slip(everywhere("len(valid_dl)", "len(train_dl)"))
def divides_by_the_training_batches():
    """You divide by the number of training batches. Divide by the number of batches that you added up, those of
    `valid_dl`."""


@fit.slip(change("loss += A", "loss = A"), change("accuracy += A", "accuracy = A"), of="sums_the_batches")
def the_last_batch_alone():
    """Your result is that of the last validation batch alone: each batch overwrites the one before. Add them up, and
    divide by their number."""


@fit.slip(after("accuracy += A", "break"), of="sums_the_batches")
def the_first_batch_alone():
    """You look at the first validation batch alone. All of them are asked for."""


@fit.slip(change("loss = accuracy = 0.0", ""), after("history = []", "loss = accuracy = 0.0"))
def totals_run_on():
    """The first epoch's result is right and the later ones grow: your totals run on from epoch to epoch. Set them
    to zero before each validation."""


@fit.slip("return history", "return history[-1]")
def the_last_epoch_alone():
    """Two things come back, whatever `epochs` is: the pair of one epoch, or one list of losses and one of accuracies.
    Return a list with one pair for each epoch."""


@fit.slip("(X, accuracy / Y)", "X")
def losses_without_accuracies():
    """You return the losses alone. Each epoch's entry is a pair: loss, accuracy."""


@fit.slip(swap("loss / len(valid_dl)", "accuracy / len(valid_dl)"))
def accuracy_first():
    """Your pairs have the accuracy first. The order asked for is: loss, accuracy."""


@fit.slip(change("accuracy / len(valid_dl)", "accuracy"), change("accuracy += X", "accuracy = X"))
def only_the_accuracy_of_the_last_batch():
    """The losses are right; each accuracy is that of the last validation batch alone. Take its mean over the batches,
    like that of the loss."""


@fit.slip(change("loss / len(valid_dl)", "loss"), change("loss += X", "loss = X"))
def only_the_loss_of_the_last_batch():
    """The accuracies are right; each loss is that of the last validation batch alone. Take its mean over the batches,
    like that of the accuracy."""


@fit.slip("loss_func(model(xb), yb)", "torch.nn.functional.cross_entropy(model(xb), yb)")
def cross_entropy_for_training():
    """You train with cross entropy, whatever loss function is passed in. Call `loss_func`."""


@fit.slip("loss_func(out, yb)", "torch.nn.functional.cross_entropy(out, yb)")
def cross_entropy_for_validation():
    """You validate with cross entropy, whatever loss function is passed in. Call `loss_func`."""


@fit.slip(
    change("A.backward()", "trained = A\ntrained.backward()\nlosses.append(trained.item())"),
    after("model.train()", "losses = []"),
    change("loss / A", "sum(losses) / len(losses)"),
)
def the_training_loss():
    """The accuracy is right, but the loss that you return is the training loss: the mean over the training batches."""
