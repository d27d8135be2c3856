"""How section 7, validation, is observed: what is learnt from, in which mode, and what is measured on what."""

import torch

from autograder.concept import concept
from autograder.exercise import code

# ----------------------------------------------------------------------------------------------------------------- fit

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
)


def _run(fit, draw, epochs, lr, learns=True):
    """Call fit with spies. Returns (journal, x_train, x_valid, what fit returned).

    A layer that behaves like dropout comes first, and is the one that is watched: setting the mode must reach it. The
    model is in evaluation mode when fit gets it. With `learns` False the layer is left out.
    """
    from autograder.beside import spies

    c, bs, valid_bs = draw.size(3, 4), draw.size(2, 3), draw.size(4, 5)
    full = draw.size(1, 2)
    n, n_valid = bs * full + draw.integer(1, bs - 1), valid_bs * (full + 2)  # one more batch than training has
    x_train, y_train = draw.normal(n, 2), draw.labels(n, c)
    x_valid = draw.normal(n_valid, 2)
    linear, first = draw.linear(2, c), spies.mode_switch() if learns else torch.nn.Identity()
    if not learns:  # scores so near to each other that no class has a probability above one half
        linear.weight.data *= 0.2
        linear.bias.data *= 0.2
    with torch.no_grad():  # before training the first validation batch is right, and so is the very last example
        ranked = linear(x_valid).argsort(1)
    y_valid = ranked[:, -1].clone()
    y_valid[valid_bs:-1] = ranked[valid_bs:-1, 1]  # wrong: neither the largest score nor the smallest
    model = torch.nn.Sequential(first, linear).eval()
    draw.note(epochs=epochs, lr=lr, training_examples=n, bs=bs, validation_examples=n_valid, validation_bs=valid_bs)
    journal = spies.Journal(model.parameters())
    spies.watch(first, journal, "layer")
    spies.watch(model, journal, "model")
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
    from autograder.beside import readings

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
    from autograder.beside import readings

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
    from autograder.beside import readings
    from autograder.exercise import Complaint

    if hasattr(returned, "__next__"):
        raise Complaint(
            f"what fit returned is a {type(returned).__name__}, which can be walked only once: return a list with one "
            "(loss, accuracy) for each epoch"
        )
    if isinstance(returned, torch.Tensor) or type(returned).__module__ == "numpy":
        raise Complaint(
            f"what fit returned is a {type(returned).__name__}: return a list with one (loss, accuracy) for each epoch"
        )
    return readings.as_pairs(returned, "what fit returned", epochs)


@fit.probe(rtol=1e-3, atol=1e-5)
def tells_the_epochs_one_by_one_in_order(fit, draw):
    """The losses while the model learns, from two calls, read when both are over."""
    epochs = draw.size(3, 4)
    runs = [_run(fit, draw, epochs, draw.number(0.1, 0.3))[3] for _ in range(2)]
    losses = [[loss for loss, _ in _history(returned, epochs)] for returned in runs]
    return {"losses of the first call": losses[0], "losses of the second call": losses[1]}


@fit.probe
def validates_at_the_end_of_each_epoch(fit, draw):
    """How many updates had been made at the times when the model was shown validation data."""
    journal, _, x_valid, _ = _run(fit, draw, draw.size(2, 3), draw.number(0.1, 0.4))
    return {"updates made by then": sorted({event.updates for event in _on(journal, x_valid, "model")})}


@fit.probe(fixed="the modes do not depend on the data")
def sets_the_mode_for_training_and_for_validation(fit, draw):
    """Two epochs. The modes of the model and of a layer in it, whenever they are given training or validation
    data."""
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
def weighted_in_a_tuple(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = ()
    for _ in range(epochs):
        model.train(True)
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            for p in model.parameters():
                p.grad = None
        model.train(False)
        total, right, n = 0.0, 0, 0
        for xb, yb in valid_dl:
            with torch.no_grad():
                scores = model(xb)
            total += float(loss_func(scores, yb)) * len(yb)
            right += sum(
                row.index(max(row)) == target for row, target in zip(scores.tolist(), yb.tolist(), strict=True)
            )
            n += len(yb)
        history += ((total / n, right / n),)
    return history


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


@fit.mistake
def yields_the_results(epochs, model, loss_func, opt, train_dl, valid_dl):
    """With `yield` in it, fit does nothing when it is called: it trains only when somebody loops over what it
    returned. Collect the pairs in a list, and return that."""
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        yield loss / len(valid_dl), accuracy / len(valid_dl)


@fit.mistake
def one_entry_for_all_epochs(epochs, model, loss_func, opt, train_dl, valid_dl):
    """Every epoch puts the same list into the history and overwrites what is in it, so that all entries show the last
    epoch. Make a new pair for each epoch."""
    history, entry = [], [0.0, 0.0]
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        entry[:] = loss / len(valid_dl), accuracy / len(valid_dl)
        history.append(entry)
    return history


@fit.mistake
def the_newest_first(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The history begins with the last epoch: new pairs go in at the front, or it is reversed. The first epoch comes
    first."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.insert(0, (loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def the_best_so_far(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The results are sorted, or are the best so far. Give each epoch's own result, in the order of the epochs, whether
    it is better or worse than the one before."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return sorted(history)


@fit.mistake
def one_history_for_all_calls(epochs, model, loss_func, opt, train_dl, valid_dl, history=[]):  # noqa: B006
    """The results of all calls go into one list: a default argument, or a list outside the function, is made only
    once. Begin a new list in each call."""
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def an_entry_for_each_batch(epochs, model, loss_func, opt, train_dl, valid_dl):
    """There is one entry for each validation batch: `append` stands inside the loop over the batches. It belongs after
    it, once an epoch."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
                history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def never_goes_backward(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The training loss is computed and not followed back, so the steps have no gradients to go by. What computes
    them?"""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb)
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def steps_after_validating(epochs, model, loss_func, opt, train_dl, valid_dl):
    """There is one step too many in each epoch, after the validation or the last batch. An optimizer with momentum
    would move the model once more: one step for each training batch."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        opt.step()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def targets_before_scores(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You call the loss with the targets first. It is `loss_func(scores, yb)`."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(yb, model(xb)).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(yb, out).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def the_best_row_of_each_class(epochs, model, loss_func, opt, train_dl, valid_dl):
    """argmax runs over the examples of the batch and finds one for each class. Each example is a row, and its scores
    stand side by side: which dimension is that?"""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(0) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def never_clears(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The gradients are never cleared, so each step uses the sum of those of all batches so far. Which method of
    the optimizer is missing in your loop?"""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def clears_once_an_epoch(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You clear the gradients once an epoch, so within it they pile up from batch to batch. Clear them for every
    batch."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
        opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def never_steps(epochs, model, loss_func, opt, train_dl, valid_dl):
    """Your training changes nothing: the parameters are the same in the end. Is `opt.step()` called, after
    backward() and before the gradients are cleared?"""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.zero_grad()
            opt.step()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def steps_once_an_epoch(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You take one step an epoch, with the gradients of all batches together. `opt.step()` and `opt.zero_grad()`
    belong inside the loop over the batches."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def steps_before_backward(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You step before backward(): each step uses the gradients of the batch before, and those of the last batch are
    lost or come too late."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss = loss_func(model(xb), yb)
            opt.step()
            opt.zero_grad()
            loss.backward()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def steps_on_its_own(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You update the parameters yourself, with a learning rate of 0.5. The optimizer that is passed in knows the
    learning rate: call its `step()`."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.5 * p.grad
            model.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def one_epoch_only(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You train and validate once, whatever `epochs` is. Is there a `return` inside the loop over the epochs?"""
    history = []
    for _ in range(1):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def cross_entropy_always(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`, in training and in validation."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            torch.nn.functional.cross_entropy(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += torch.nn.functional.cross_entropy(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def learns_from_the_validation_data(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You take training steps on the validation data too. It is there to measure with: nothing may be learnt from
    it."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        for xb, yb in valid_dl:
            out = model(xb)
            batch_loss = loss_func(out, yb)
            batch_loss.backward()
            opt.step()
            opt.zero_grad()
            loss += batch_loss.item()
            accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def trains_on_the_validation_data(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You train on `valid_dl`. Train on `train_dl`, and keep the validation data for measuring."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in valid_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def validates_on_the_training_data(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You measure on `train_dl`, the very data that was trained on. Go through `valid_dl` for that."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in train_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(train_dl), accuracy / len(train_dl)))
    return history


@fit.mistake
def stays_in_training_mode(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The model is in training mode while you validate: dropout would throw away a part of what it knows, and batch
    norm would go on adapting. What has to be called before the validation loop?"""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def never_returns_to_training_mode(epochs, model, loss_func, opt, train_dl, valid_dl):
    """After the first validation the model stays in evaluation mode, so from the second epoch on it trains with
    dropout switched off. `model.train()` belongs at the beginning of every epoch."""
    history = []
    model.train()
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def never_calls_train(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You never put the model into training mode: it trains in the mode in which it happens to be. Here that is
    evaluation mode, with dropout switched off."""
    history = []
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def switches_one_flag_alone(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You set the model's `training` flag, and its layers keep theirs. `model.train()` and `model.eval()` pass the
    mode on to every layer."""
    history = []
    for _ in range(epochs):
        model.training = True
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.training = False
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def the_modes_the_wrong_way_round(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The modes are the wrong way round: the model trains in evaluation mode and is validated in training mode."""
    history = []
    for _ in range(epochs):
        model.eval()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.train()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def builds_a_graph_while_validating(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The numbers are right, but the model builds a graph for every validation batch: memory and time for a
    backward() that never comes. Turning results into numbers afterwards does not help; the call of the model must
    not be recorded."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        for xb, yb in valid_dl:
            out = model(xb)
            loss += loss_func(out, yb).item()
            accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def validates_before_training(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You validate at the beginning of each epoch, so its numbers are those of the model before it was trained in
    this epoch. Train first."""
    history = []
    for _ in range(epochs):
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
    return history


@fit.mistake
def validates_after_every_batch(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You validate after every training batch. Once an epoch is asked for: look at the indentation of the
    validation loop."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
            model.eval()
            loss = accuracy = 0.0
            with torch.no_grad():
                for xb, yb in valid_dl:
                    out = model(xb)
                    loss += loss_func(out, yb).item()
                    accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def validates_only_at_the_end(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You validate once, after all epochs. One result is asked for after each of them: look at the indentation."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
    model.eval()
    loss = accuracy = 0.0
    with torch.no_grad():
        for xb, yb in valid_dl:
            out = model(xb)
            loss += loss_func(out, yb).item()
            accuracy += (out.argmax(1) == yb).float().mean().item()
    history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history * epochs


@fit.mistake
def sums_the_batches(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You add up the batches' losses and accuracies and return the sums. Their means are asked for."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss, accuracy))
    return history


@fit.mistake
def divides_by_the_examples(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You divide by the number of examples, and what you added up are means of batches already. Divide by the
    number of batches."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl.dataset), accuracy / len(valid_dl.dataset)))
    return history


@fit.mistake
def divides_by_the_training_batches(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You divide by the number of training batches. Divide by the number of batches that you added up, those of
    `valid_dl`."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(train_dl), accuracy / len(train_dl)))
    return history


@fit.mistake
def the_last_batch_alone(epochs, model, loss_func, opt, train_dl, valid_dl):
    """Your result is that of the last validation batch alone: each batch overwrites the one before. Add them up,
    and divide by their number."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss = loss_func(out, yb).item()
                accuracy = (out.argmax(1) == yb).float().mean().item()
        history.append((loss, accuracy))
    return history


@fit.mistake
def the_first_batch_alone(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You look at the first validation batch alone. All of them are asked for."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
                break
        history.append((loss, accuracy))
    return history


@fit.mistake
def totals_run_on(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The first epoch's result is right and the later ones grow: your totals run on from epoch to epoch. Set them
    to zero before each validation."""
    history = []
    loss = accuracy = 0.0
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def the_last_epoch_alone(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You return the result of the last epoch alone. Return a list with one pair for each epoch."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history[-1]


@fit.mistake
def losses_without_accuracies(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You return the losses alone. Each epoch's entry is a pair: loss, accuracy."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append(loss / len(valid_dl))
    return history


@fit.mistake
def accuracy_first(epochs, model, loss_func, opt, train_dl, valid_dl):
    """Your pairs have the accuracy first. The order asked for is: loss, accuracy."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((accuracy / len(valid_dl), loss / len(valid_dl)))
    return history


@fit.mistake
def counts_the_right_ones(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The losses are right; in place of the accuracy stands how many examples of a batch are right. It is a share."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).sum().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def one_epoch_too_many(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You train and validate once more than `epochs` says. `range(n)` counts n times."""
    history = []
    for _ in range(epochs + 1):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def accuracy_in_percent(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The losses are right; the accuracies are in percent. The share asked for lies between 0 and 1."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), 100 * accuracy / len(valid_dl)))
    return history


@fit.mistake
def only_the_accuracy_of_the_last_batch(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The losses are right; each accuracy is that of the last validation batch alone. Take its mean over the batches,
    like that of the loss."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy = (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy))
    return history


@fit.mistake
def only_the_loss_of_the_last_batch(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The accuracies are right; each loss is that of the last validation batch alone. Take its mean over the batches,
    like that of the accuracy."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss = loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss, accuracy / len(valid_dl)))
    return history


@fit.mistake
def cross_entropy_for_training(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You train with cross entropy, whatever loss function is passed in. Call `loss_func`."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            torch.nn.functional.cross_entropy(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def cross_entropy_for_validation(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You validate with cross entropy, whatever loss function is passed in. Call `loss_func`."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += torch.nn.functional.cross_entropy(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def asks_for_more_than_half(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The losses are right; an example counts as right only when the probability of its class is above one half. It
    need only be the largest of its row."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.softmax(1).gather(1, yb[:, None]) > 0.5).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def leaves_out_the_last_training_batch(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The last training batch is left out. Every batch that `train_dl` yields is to be learnt from."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in list(train_dl)[:-1]:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def steps_twice(epochs, model, loss_func, opt, train_dl, valid_dl):
    """You take two steps with the gradients of one batch. One `opt.step()` after each backward() is enough."""
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb).item()
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def leaves_recording_off(epochs, model, loss_func, opt, train_dl, valid_dl):
    """All is right but one thing: torch records no gradients after you return, since set_grad_enabled(False) stays in
    force. A `with` block, torch.no_grad(), switches back by itself."""
    history = []
    for _ in range(epochs):
        torch.set_grad_enabled(True)
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss = accuracy = 0.0
        torch.set_grad_enabled(False)
        for xb, yb in valid_dl:
            out = model(xb)
            loss += loss_func(out, yb).item()
            accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((loss / len(valid_dl), accuracy / len(valid_dl)))
    return history


@fit.mistake
def the_training_loss(epochs, model, loss_func, opt, train_dl, valid_dl):
    """The accuracy is right, but the loss that you return is the training loss: the mean over the training
    batches."""
    history = []
    for _ in range(epochs):
        model.train()
        seen = []
        for xb, yb in train_dl:
            batch_loss = loss_func(model(xb), yb)
            batch_loss.backward()
            seen.append(batch_loss.item())
            opt.step()
            opt.zero_grad()
        model.eval()
        accuracy = 0.0
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                accuracy += (out.argmax(1) == yb).float().mean().item()
        history.append((sum(seen) / len(seen), accuracy / len(valid_dl)))
    return history


# ---------------------------------------------------------------------------------------------------- when_to_validate

when_to_validate = concept(
    "when_to_validate",
    ids=["R7.2"],
    hints=[
        "What does validating cost, and what does it change in the model? Go through the statements with these two.",
        "Think of the curve of validation losses, one point for each epoch. What does it tell that its last point"
        " does not?",
    ],
    explanations={
        "a": "False. Validation must change nothing: no backward(), no step. If the model learnt from this data,"
        " it would no longer tell how the model does on examples that it has not seen.",
        "b": "False. Before the training of epoch 3 the model is the one that epoch 2 left: the numbers would be"
        " one epoch late. Validate after the training of the epoch.",
        "c": "True. One pass over the validation data, without backward(), costs a small part of an epoch, and"
        " gives one point of the curve for each epoch.",
        "d": "True. Validating does not change the model, so nothing is learnt from it. What grows is the time: one"
        " pass over the validation data for every single batch.",
        "e": "False. The last number may come long after the best one. Only the results after each epoch show when"
        " the validation loss began to rise again, and whether it was still falling at the end.",
    },
    model_answer="Usually once an epoch, after its training. Validation only measures: it changes nothing in the"
    " model, so doing it more often costs time and teaches it nothing. Doing it after each epoch gives a"
    " curve, and the curve shows whether the model is still getting better or has begun to overfit. A single"
    " validation at the end would show neither.",
    rubric=[
        "1 point: after the training of each epoch",
        "1 point: says that validating changes nothing, it costs time only",
        "1 point: says what the results over the epochs are good for (trend, overfitting, when to stop)",
    ],
)


@when_to_validate.experiment
def _each_epoch_or_each_batch():
    import time

    def train(after_each_batch):
        generator = torch.Generator().manual_seed(3)
        x, x_valid = torch.randn(320, 20, generator=generator), torch.randn(320, 20, generator=generator)
        rule = torch.randn(20, generator=generator)
        y, y_valid = (x @ rule > 0).long(), (x_valid @ rule > 0).long()
        w = (0.1 * torch.randn(20, 2, generator=generator)).requires_grad_()
        passes, curve, started = 0, [], time.perf_counter()
        for _epoch in range(4):
            for start in range(0, 320, 16):
                loss = torch.nn.functional.cross_entropy(x[start : start + 16] @ w, y[start : start + 16])
                loss.backward()
                with torch.no_grad():
                    w -= 0.1 * w.grad
                    w.grad.zero_()
                    if after_each_batch or start + 16 == 320:
                        passes += 1
                        share = ((x_valid @ w).argmax(1) == y_valid).float().mean().item()
            curve.append(share)
        return w.detach(), passes, curve, 1000 * (time.perf_counter() - started)

    train(False)  # the first time is slower
    w1, passes1, curve1, ms1 = train(False)
    w2, passes2, _, ms2 = train(True)
    return [
        "A small model, trained twice from the same start for 4 epochs of 20 batches:",
        f"  validated after each epoch: {passes1:3d} passes over the validation set, {ms1:4.0f} ms",
        f"  validated after each batch: {passes2:3d} passes over the validation set, {ms2:4.0f} ms",
        f"Largest difference between the weights of the two models: {(w1 - w2).abs().max().item():g}",
        "Accuracy after each epoch: " + "  ".join(f"{share:.3f}" for share in curve1),
        "The last number alone would not tell whether it was still rising.",
    ]


# -------------------------------------------------------------------------------------------------- why_validation_set

why_validation_set = concept(
    "why_validation_set",
    ids=["R7.3"],
    hints=[
        "Imagine a model that has learnt the training examples by heart. Which numbers would look splendid, and which"
        " would not?",
        "A high accuracy of the best of fifty settings: what part of it may be luck?",
    ],
    explanations={
        "a": "False. With enough parameters a model can learn all its training examples by heart, noise included, and"
        " still guess on new ones. How well it does there can only be seen there.",
        "b": "True. While the model learns what holds in general, both losses fall. Once it learns what is"
        " peculiar to the training examples, only the training loss goes on falling.",
        "c": "False. A small training loss is what training is for; a model that has learnt the rule perfectly has"
        " one too. It takes the comparison with examples that were not trained on.",
        "d": "True. On a training example, a rule and a good memory give the same answer.",
        "e": "False. Setting examples aside only takes them away from training. What helps is what you do with the"
        " results: stop earlier, choose a smaller model, use dropout or more data.",
        "f": "True. Among fifty results the best one is partly the best by luck on these very examples. That is why a"
        " test set, looked at once at the end, is kept besides.",
    },
    model_answer="A model can learn its training examples by heart, so its results on them do not tell whether it"
    " will do well on new ones. The validation set holds examples that no gradient has come from; the results"
    " there estimate how the model generalises. The model overfits when the training loss goes on falling while"
    " the validation loss stops falling or rises again. That comparison tells when to stop, and which of several"
    " settings to choose.",
    rubric=[
        "1 point: results on training examples do not tell how the model does on new ones",
        "1 point: no learning from the validation set",
        "1 point: overfitting = training loss falls further while validation loss rises (or stays)",
    ],
)


@why_validation_set.experiment
def _overfit_a_small_set():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        x, x_valid = torch.randn(30, 10), torch.randn(500, 10)

        def labels(x):
            noise = torch.rand(len(x)) < 0.15
            return ((x[:, 0] + x[:, 1] > 0) ^ noise).long()

        y, y_valid = labels(x), labels(x_valid)
        model = torch.nn.Sequential(torch.nn.Linear(10, 64), torch.nn.ReLU(), torch.nn.Linear(64, 2))
    measure = torch.nn.functional.cross_entropy
    lines = [
        "30 training examples, 300 to validate, 15 % of all labels wrong on purpose:",
        "  epoch   training: loss  accuracy   validation: loss  accuracy",
    ]
    lowest, at = float("inf"), 0
    for epoch in range(1, 301):
        model.zero_grad()
        measure(model(x), y).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.3 * p.grad
            if epoch in (1, 3, 6, 10, 15, 20, 30, 50, 100, 200, 300):
                row = f"  {epoch:5d}"
                for width, inputs, targets in ((16, x, y), (19, x_valid, y_valid)):
                    out = model(inputs)
                    loss, share = measure(out, targets).item(), (out.argmax(1) == targets).float().mean().item()
                    row += f"{loss:{width}.3f}{share:10.2f}"
                lines.append(row)
                lowest, at = min((lowest, at), (loss, epoch))
    return [
        *lines,
        "The training loss falls to the end. The validation loss, of those shown, is",
        f"lowest ({lowest:.3f}) after epoch {at}. From there on the model learns the wrong",
        "labels by heart.",
    ]


# -------------------------------------------------------------------------------------------------- why_train_and_eval

why_train_and_eval = concept(
    "why_train_and_eval",
    ids=["R7.4"],
    hints=[
        "Only a few kinds of layers look at the mode at all. Which of them do you know, and what does each do in"
        " the two modes?",
        "Two switches: one says how layers behave, the other whether operations are recorded. Which call turns which?",
    ],
    explanations={
        "a": "True. The larger ones make up for those that were set to zero, so that the sum stays about the same. In"
        " inference every unit takes part.",
        "b": "False. eval() tells the layers how to behave and nothing else: the graph is still built. no_grad()"
        " stops the recording and tells the layers nothing. Validation wants both.",
        "c": "True. While training it also moves the running averages a little towards each batch; in evaluation"
        " mode they are used and stay as they are.",
        "d": "True. Linear and ReLU do not look at the mode. Call train() and eval() all the same: the day"
        " somebody adds a Dropout layer, the loop is right already.",
        "e": "True. A mode stays until it is changed. This is why train() belongs at the beginning of every epoch,"
        " not once before the first.",
        "f": "False. That is training mode. In inference one image's prediction must not depend on its neighbours,"
        " and with the running averages it does not.",
    },
    model_answer="Some layers behave differently while training. Dropout switches units off at random, and BatchNorm"
    " normalises with the statistics of the batch and gathers running averages. In inference, that is when we only"
    " want predictions, all units should take part, and an example's prediction should not depend on chance or on its"
    " neighbours in the batch: eval() switches to that, with the running averages in BatchNorm. train() switches"
    " back, so both are called in every epoch. Neither has to do with recording gradients.",
    rubric=[
        "1 point: Dropout in both modes",
        "1 point: BatchNorm in both modes (batch statistics or running averages)",
        "1 point: inference is to give predictions that are free of chance and of the rest of the batch",
        "1 point: train() must be called again after validating",
    ],
)


@why_train_and_eval.experiment
def _both_modes():
    def shown(values):
        return "[" + ", ".join(f"{value:5.2f}" for value in values.flatten().tolist()) + "]"

    lines = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        x, dropout = torch.ones(6), torch.nn.Dropout(0.5)
        lines += [
            "Six ones through Dropout(0.5):",
            f"  training, once:       {shown(dropout(x))}",
            f"  training, once more:  {shown(dropout(x))}",
            f"  evaluation:           {shown(dropout.eval()(x))}",
        ]
        norm, same, others = torch.nn.BatchNorm1d(1), torch.tensor([[1.0]]), torch.tensor([[1.0], [5.0], [9.0]])
        norm(torch.randn(64, 1))
        mean = norm.running_mean.item()
        lines.append("The value 1.0 through BatchNorm1d, in two different batches:")
        for mode in (True, False):
            norm.train(mode)
            first, second = norm(torch.cat([same, others]))[0].item(), norm(torch.cat([same, -others]))[0].item()
            lines.append(f"  {'training: ' if mode else 'evaluation:':11} {first:6.3f} and {second:6.3f}")
            if mode:
                lines.append(
                    f"    (meanwhile its running mean moved from {mean:.3f} to {norm.running_mean.item():.3f})"
                )
        linear = torch.nn.Linear(2, 2).eval()
        lines.append(f"In evaluation mode, without no_grad: has the output a graph? {linear(x[:2]).requires_grad}")
    return lines


# ------------------------------------------------------------------------------------------------------------ validate

validate = code(
    "validate",
    ids=["R7.5"],
    hints=[
        "Take batches of 3 and 1 examples. How much should each of the two means count?",
        "A batch's mean times its size is its sum. Sums may be added up; what are they divided by in the end?",
        "Keep three totals: of loss times size, of right examples, of examples. Divide once, after the loop.",
    ],
)


def _ragged(draw, x, y):
    """Three batches or more, of 4 at first, of a single example at last, of 1 to 4 between."""
    sizes, left = [4], len(x) - 4
    while left > 1:
        sizes.append(min(left - 1, draw.integer(2, 4)))
        left -= sizes[-1]
    return list(zip(x.split([*sizes, left]), y.split([*sizes, left]), strict=True))


def _scaler(c):
    """A model that doubles its inputs, so that they are scores already, but not quite."""
    model = torch.nn.Linear(c, c, bias=False).eval()
    with torch.no_grad():
        model.weight.copy_(2 * torch.eye(c))
    return model


@validate.probe(points=2)
def counts_every_example_the_same(validate, draw):
    """The batches are of different sizes. The last is a single example: right where the others are wrong, or wrong
    where they are right."""
    from autograder.beside import readings, spies

    n, c, last_is_right = draw.size(6, 10), draw.size(2, 4), draw.choice([True, False])
    x, y = draw.normal(n, c), draw.labels(n, c)
    for i in range(n):
        is_right = last_is_right == (i == n - 1)
        x[i, y[i] if is_right else y[i] - 1] = x[i].max() + draw.integer(1, 5) / 10
    batches = _ragged(draw, x, y)
    draw.note(batch_sizes=[len(yb) for _, yb in batches])
    pair = validate(_scaler(c), spies.squared_error, spies.LoaderSpy(batches, spies.Journal(), "dl"))
    loss, accuracy = readings.as_pair(pair, "what validate returned")
    return {"loss": loss, "accuracy": accuracy}


@validate.probe
def starts_afresh_with_every_call(validate, draw):
    """Two calls, on two loaders with batches of one size."""
    from autograder.beside import readings, spies

    bs, c = draw.size(2, 3), draw.size(2, 4)
    results = []
    for _ in range(2):
        x, y = draw.normal(2 * bs, c), draw.labels(2 * bs, c)
        dl = spies.LoaderSpy(spies.batches(x, y, bs), spies.Journal(), "dl")
        pair = validate(_scaler(c), spies.squared_error, dl)
        results.append(readings.as_pair(pair, "what validate returned"))
    return {"first call": results[0], "second call": results[1]}


@validate.probe
def changes_nothing_in_the_model(validate, draw):
    """The weight has a gradient beforehand, the bias has none. A layer that behaves like dropout is in the model."""
    from autograder.beside import readings, spies

    linear = draw.linear(2, 2)
    linear.weight.grad = draw.normal(2, 2)
    model, journal = torch.nn.Sequential(spies.mode_switch(), linear).eval(), spies.Journal()
    spies.watch(model, journal)
    dl = spies.LoaderSpy(spies.batches(draw.normal(3, 2), draw.labels(3, 2), 2), spies.Journal(), "dl")
    readings.run_through(validate(model, spies.squared_error, dl))
    return {
        "torch records gradients": torch.is_grad_enabled(),
        "the parameters need gradients": [p.requires_grad for p in model.parameters()],
        "the model ran in training mode": any(event.training for event in journal.of("forward")),
        "the model and its layers are in training mode": [module.training for module in model.modules()],
        "weight": linear.weight.detach(),
        "gradient of the weight": linear.weight.grad,
        "largest gradient of the bias": readings.gradients_left([linear.bias])[0],
    }


@validate.right
def all_outputs_first(model, loss_func, dl):
    model.eval()
    with torch.inference_mode():
        pairs = [(model(xb), yb) for xb, yb in dl]
    out, target = torch.cat([a for a, _ in pairs]), torch.cat([b for _, b in pairs])
    return loss_func(out, target), out.argmax(1).eq(target).float().mean()


@validate.right
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
def example_by_example(model, loss_func, dl):
    losses, hits = [], []
    for xb, yb in dl:
        for i in range(len(xb)):
            with torch.no_grad():
                out = model(xb[i : i + 1])
            losses.append(float(loss_func(out, yb[i : i + 1])))
            hits.append(int(out.argmax()) == int(yb[i]))
    return sum(losses) / len(losses), sum(hits) / len(hits)


@validate.right
def by_the_dataset_length(model, loss_func, dl):
    total = torch.zeros(2, dtype=torch.float64)
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total[0] += loss_func(out, yb) * yb.numel()
            total[1] += (out.argmax(-1) == yb).sum()
    return total / len(dl.dataset)


@validate.mistake
def the_mean_of_the_means(model, loss_func, dl):
    """You average the batches' means, so an example in a short batch counts for more than the others. Weigh each
    batch by its size."""
    losses, shares = [], []
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            losses.append(loss_func(out, yb).item())
            shares.append((out.argmax(1) == yb).float().mean().item())
    return sum(losses) / len(losses), sum(shares) / len(shares)


@validate.mistake
def only_the_loss_weighted(model, loss_func, dl):
    """The loss is exact; the accuracy is the plain mean of the batches' accuracies. It needs the same weights."""
    loss, shares, n = 0.0, [], 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += loss_func(out, yb).item() * len(xb)
            shares.append((out.argmax(1) == yb).float().mean().item())
            n += len(xb)
    return loss / n, sum(shares) / len(shares)


@validate.mistake
def only_the_accuracy_weighted(model, loss_func, dl):
    """The accuracy is exact; the loss is the plain mean of the batches' losses. It needs the same weights."""
    losses, right, n = [], 0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            losses.append(loss_func(out, yb).item())
            right += (out.argmax(1) == yb).sum().item()
            n += len(xb)
    return sum(losses) / len(losses), right / n


@validate.mistake
def means_divided_by_examples(model, loss_func, dl):
    """You add up the batches' mean losses and divide by the number of examples. A mean must be multiplied by its
    batch's size before that."""
    loss, right, n = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += loss_func(out, yb).item()
            right += (out.argmax(1) == yb).sum().item()
            n += len(xb)
    return loss / n, right / n


@validate.mistake
def sums_divided_by_batches(model, loss_func, dl):
    """You add up sums over examples and divide by the number of batches. Divide by the number of examples."""
    loss, right, count = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += loss_func(out, yb).item() * len(xb)
            right += (out.argmax(1) == yb).sum().item()
            count += 1
    return loss / count, right / count


@validate.mistake
def never_divides(model, loss_func, dl):
    """You return totals over all examples. Divide both by the number of examples."""
    loss, right = 0.0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += loss_func(out, yb).item() * len(xb)
            right += (out.argmax(1) == yb).sum().item()
    return loss, right


@validate.mistake
def takes_all_batches_for_full(model, loss_func, dl):
    """You weigh every batch with the size of the first one. The sizes differ: take each batch's own length."""
    loss, right, n, size = 0.0, 0.0, 0, None
    with torch.no_grad():
        for xb, yb in dl:
            size = size or len(xb)
            out = model(xb)
            loss += loss_func(out, yb).item() * size
            right += (out.argmax(1) == yb).float().mean().item() * size
            n += len(xb)
    return loss / n, right / n


@validate.mistake
def the_last_batch_only(model, loss_func, dl):
    """Your result is that of the last batch alone: each batch overwrites the one before."""
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss, share = loss_func(out, yb).item(), (out.argmax(1) == yb).float().mean().item()
    return loss, share


@validate.mistake
def returns_inside_the_loop(model, loss_func, dl):
    """Your result is that of the first batch alone: a `return` (or break) stands inside the loop."""
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            return loss_func(out, yb).item(), (out.argmax(1) == yb).float().mean().item()


@validate.mistake
def leaves_out_the_last_batch(model, loss_func, dl):
    """The last, short batch is left out. Every example counts."""
    loss, right, n = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in list(dl)[:-1]:
            out = model(xb)
            loss += loss_func(out, yb).item() * len(xb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(xb)
    return loss / n, right / n


@validate.mistake
def uses_cross_entropy(model, loss_func, dl):
    """You use cross entropy, whatever loss function is passed in. Call `loss_func`."""
    loss, right, n = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += torch.nn.functional.cross_entropy(out, yb).item() * len(xb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(xb)
    return loss / n, right / n


@validate.mistake
def accuracy_then_loss(model, loss_func, dl):
    """You return the accuracy first. The order asked for is: loss, accuracy."""
    loss, right, n = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += loss_func(out, yb).item() * len(xb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(xb)
    return right / n, loss / n


@validate.mistake
def keeps_its_totals(model, loss_func, dl, totals=[0.0, 0, 0]):  # noqa: B006
    """The first call is right, and later ones count the examples of the calls before them too: your totals outlive
    the call. Are they global, or a default argument?"""
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            totals[0] += loss_func(out, yb).item() * len(xb)
            totals[1] += (out.argmax(1) == yb).sum().item()
            totals[2] += len(xb)
    return totals[0] / totals[2], totals[1] / totals[2]


@validate.mistake
def leaves_training_mode(model, loss_func, dl):
    """The numbers are right, but you return with the model in training mode. Whoever called you had put it into
    evaluation mode: leave it there."""
    total = right = n = 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total += loss_func(out, yb).item() * len(yb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(yb)
    model.train()
    return total / n, right / n


@validate.mistake
def validates_in_training_mode(model, loss_func, dl):
    """You put the model into training mode: dropout would throw away a part of what it knows while you measure. It
    comes to you in evaluation mode."""
    model.train()
    total = right = n = 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total += loss_func(out, yb).item() * len(yb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(yb)
    return total / n, right / n


@validate.mistake
def clears_gradients(model, loss_func, dl):
    """The numbers are right, but the model's gradients are gone: they were there before. Only measure here."""
    model.zero_grad()
    total = right = n = 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total += loss_func(out, yb).item() * len(yb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(yb)
    return total / n, right / n


@validate.mistake
def leaves_recording_off(model, loss_func, dl):
    """The numbers are right, but torch records no gradients after you return: set_grad_enabled(False) stays in force.
    A `with` block, torch.no_grad(), switches back by itself."""
    total = right = n = 0
    torch.set_grad_enabled(False)
    for xb, yb in dl:
        out = model(xb)
        total += loss_func(out, yb).item() * len(yb)
        right += (out.argmax(1) == yb).sum().item()
        n += len(yb)
    return total / n, right / n


@validate.mistake
def freezes_the_model(model, loss_func, dl):
    """The numbers are right, but the model's parameters need no gradient any more: it cannot be trained further. Keep
    torch from recording instead of changing the model."""
    for p in model.parameters():
        p.requires_grad_(False)
    total = right = n = 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total += loss_func(out, yb).item() * len(yb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(yb)
    return total / n, right / n


@validate.mistake
def accuracy_in_percent(model, loss_func, dl):
    """The loss is right; the accuracy is in percent. The share asked for lies between 0 and 1."""
    total = right = n = 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total += loss_func(out, yb).item() * len(yb)
            right += (out.argmax(1) == yb).sum().item()
            n += len(yb)
    return total / n, 100 * right / n


@validate.mistake
def divides_by_all_input_numbers(model, loss_func, dl):
    """You divide by how many numbers the inputs have (numel). Divide by the number of examples, one for each row."""
    total = right = n = 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total += loss_func(out, yb).item() * len(yb)
            right += (out.argmax(1) == yb).sum().item()
            n += xb.numel()
    return total / n, right / n


@validate.mistake
def weighs_all_like_the_first(model, loss_func, dl):
    """You weigh every batch by the size of the first one. Each has a size of its own: len(yb)."""
    size = len(next(iter(dl))[1])
    total = right = n = 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            total += loss_func(out, yb).item() * size
            right += (out.argmax(1) == yb).sum().item()
            n += len(yb)
    return total / n, right / n


@validate.mistake
def calls_backward(model, loss_func, dl):
    """The numbers are right, but you call backward() on the way, so gradients are left in the model. Only measure
    here."""
    loss, right, n = 0.0, 0, 0
    for xb, yb in dl:
        out = model(xb)
        batch_loss = loss_func(out, yb)
        if batch_loss.requires_grad:
            batch_loss.backward()
        loss += batch_loss.item() * len(xb)
        right += (out.argmax(1) == yb).sum().item()
        n += len(xb)
    return loss / n, right / n


# ----------------------------------------------------------------------------------------------- are_batch_means_exact

are_batch_means_exact = concept(
    "are_batch_means_exact",
    ids=["R7.6"],
    hints=[
        "Try it on paper: two batches, one of three examples with losses 1, 1, 1 and one of a single example with"
        " loss 5.",
        "What is the weight of one example in the mean of the means, if its batch has 64 examples, and if it has 16?",
    ],
    explanations={
        "a": "False. Losses 1, 1, 1 in one batch and 5 in another: the mean of the means is (1 + 5) / 2 = 3, the"
        " mean over the four examples is 2.",
        "b": "True. Then every example has the same weight: 1 / (number of batches * batch size).",
        "c": "True. Every batch has the same weight in the mean of the means; in a short one fewer examples share it.",
        "d": "False. A share is a mean too, of ones and zeros, and is off in the same way: 0 of 3 right and 1 of 1"
        " right make 1 of 4, not one half.",
        "e": "True. A mean times its number of examples is a sum again, and sums can be added up.",
    },
    model_answer="Not in general. The mean of the batches' means gives each batch the same weight, so the examples"
    " of a short batch count for more. It is exact only if all batches have the same size. To be exact with any"
    " sizes, multiply each batch's mean by its number of examples, add these up, and divide by the number of all"
    " examples. The same holds for the accuracy.",
    rubric=[
        "1 point: not exact when sizes differ, exact when they are the same",
        "1 point: says why (each batch weighs the same, so examples of a short one weigh more)",
        "1 point: says how to do it right",
    ],
)


@are_batch_means_exact.experiment
def _means_of_means():
    generator = torch.Generator().manual_seed(0)
    losses = torch.rand(100, generator=generator)
    losses[-4:] = 3.0
    lines = [
        "100 losses, the last four of them bad examples (3.0 each):",
        f"  mean over all examples     {losses.mean():.4f}",
    ]
    for bs in (25, 64, 48, 32):
        parts = losses.split(bs)
        plain = torch.stack([part.mean() for part in parts]).mean()
        weighed = sum(part.mean() * len(part) for part in parts) / len(losses)
        sizes = ", ".join(str(len(part)) for part in parts)
        lines.append(f"  batches of {sizes:16} mean of the means {plain:.4f}, weighed by size {weighed:.4f}")
    return lines


# ------------------------------------------------------------------------------------------------------------- get_dls

get_dls = code(
    "get_dls",
    ids=["R7.7"],
    hints=[
        "Two calls of DataLoader, which is imported at the top of the file. Which arguments differ between them?",
        "`shuffle=True` is wanted for one of the two only. And `**kwargs` in a call passes on what came in as kwargs.",
        "DataLoader(train_ds, batch_size=bs, ...) and DataLoader(valid_ds, batch_size=..., ...), both with **kwargs.",
    ],
)


def _datasets(draw, n, n_valid):
    """Two datasets of (x, y) pairs. y is the row number, from 0 for training and from 1000 for validation."""
    x = draw.normal(n + n_valid, 2)
    return [(x[i], i) for i in range(n)], [(x[n + i], 1000 + i) for i in range(n_valid)]


def _loaders(made):
    """The two loaders that get_dls made; a Complaint if they are not two of torch's."""
    from autograder.exercise import Complaint

    if not isinstance(made, (tuple, list)):
        raise Complaint(f"return the two loaders, train_dl, valid_dl; what came back is a {type(made).__name__}")
    if len(made) != 2:
        raise Complaint(f"return two loaders, train_dl, valid_dl; what came back is {len(made)}")
    for loader in made:
        if not isinstance(loader, torch.utils.data.DataLoader):
            raise Complaint(f"return two of torch's DataLoaders; one of them is a {type(loader).__name__}")
    return made


def _rows(loader):
    """One pass: the row numbers in each batch."""
    return [[int(label) for label in yb] for _, yb in loader]


@get_dls.probe(points=2)
def makes_the_validation_batches_twice_as_large(get_dls, draw):
    """The number of examples in each batch of the two loaders."""
    bs = draw.size(3, 12)  # not 2: there 2 * bs, bs + 2 and bs ** 2 are the same
    train_ds, valid_ds = _datasets(draw, bs * draw.size(1, 3) + 1, 2 * bs * draw.size(1, 2) + 1)
    draw.note(bs=bs, training_examples=len(train_ds), validation_examples=len(valid_ds))
    train_dl, valid_dl = _loaders(get_dls(train_ds, valid_ds, bs))
    return {"training": [len(b) for b in _rows(train_dl)], "validation": [len(b) for b in _rows(valid_dl)]}


@get_dls.probe
def shuffles_the_training_set_alone(get_dls, draw):
    """Two passes through each loader. By chance alone, 20 or more shuffled rows come in one given order with a
    probability of at most 1 / 20!, below 1e-18."""
    bs, n, n_valid = draw.integer(3, 6), draw.integer(20, 30), draw.integer(20, 30)
    train_dl, valid_dl = _loaders(get_dls(*_datasets(draw, n, n_valid), bs))
    first, second = ([row for batch in _rows(train_dl) for row in batch] for _ in range(2))
    return {
        "training rows, sorted": sorted(first),
        "training rows come in the order of the set": first == sorted(first),
        "a second pass has the same order": first == second,
        "validation rows": [row for batch in _rows(valid_dl) for row in batch],
    }


@get_dls.probe
def passes_further_arguments_to_both(get_dls, draw):
    """Called with drop_last=True, with a generator, and with a collate_fn that makes a number of every batch, always
    the same one."""
    number = draw.integer(100, 999)
    generator = torch.Generator().manual_seed(number)
    made = get_dls(*_datasets(draw, 8, 8), 2, drop_last=True, generator=generator, collate_fn=lambda pairs: number)
    train_dl, valid_dl = _loaders(made)
    return {
        "a training batch": next(iter(train_dl)),
        "a validation batch": next(iter(valid_dl)),
        "drop_last for training": train_dl.drop_last,
        "drop_last for validation": valid_dl.drop_last,
        "loaders that were given the generator": [dl.generator is generator for dl in (train_dl, valid_dl)],
    }


@get_dls.right
def with_samplers(train_ds, valid_ds, bs, **kwargs):
    data = torch.utils.data
    train_dl = data.DataLoader(train_ds, bs, sampler=data.RandomSampler(train_ds), **kwargs)
    valid_dl = data.DataLoader(valid_ds, bs + bs, sampler=data.SequentialSampler(valid_ds), **kwargs)
    return [train_dl, valid_dl]


@get_dls.right
def in_a_comprehension(train_ds, valid_ds, bs, **kwargs):
    from torch.utils.data import DataLoader

    settings = [(train_ds, bs, True), (valid_ds, 2 * bs, False)]
    return [DataLoader(ds, batch_size=size, shuffle=shuffle, **kwargs) for ds, size, shuffle in settings]


@get_dls.mistake
def the_same_size_for_both(train_ds, valid_ds, bs, **kwargs):
    """Both loaders have batches of `bs`. Those of the validation set are to be twice as large."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True, **kwargs), loader(valid_ds, batch_size=bs, **kwargs)


@get_dls.mistake
def the_training_batches_doubled(train_ds, valid_ds, bs, **kwargs):
    """The training batches are the larger ones. The validation batches are to be twice as large as `bs`."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs * 2, shuffle=True, **kwargs), loader(valid_ds, batch_size=bs, **kwargs)


@get_dls.mistake
def sizes_of_its_own(train_ds, valid_ds, bs, **kwargs):
    """Your batches have 64 and 128 examples, whatever `bs` is. Use the argument."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=64, shuffle=True, **kwargs), loader(valid_ds, batch_size=128, **kwargs)


@get_dls.mistake
def no_batch_size_for_validation(train_ds, valid_ds, bs, **kwargs):
    """The validation loader gives one example at a time: it was made without a batch size."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True, **kwargs), loader(valid_ds, **kwargs)


@get_dls.mistake
def validates_in_one_batch(train_ds, valid_ds, bs, **kwargs):
    """The validation set comes in one batch. It may be large: batches of twice `bs` are asked for."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True, **kwargs), loader(valid_ds, len(valid_ds), **kwargs)


@get_dls.mistake
def the_other_way_round(train_ds, valid_ds, bs, **kwargs):
    """You return the validation loader first. The order asked for is: train_dl, valid_dl."""
    loader = torch.utils.data.DataLoader
    return loader(valid_ds, batch_size=bs * 2, **kwargs), loader(train_ds, batch_size=bs, shuffle=True, **kwargs)


@get_dls.mistake
def one_set_for_both(train_ds, valid_ds, bs, **kwargs):
    """Both loaders read the training set. The second is for `valid_ds`."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True, **kwargs), loader(train_ds, batch_size=bs * 2, **kwargs)


@get_dls.mistake
def nothing_shuffled(train_ds, valid_ds, bs, **kwargs):
    """The training set comes in the same order each time. Which argument of DataLoader shuffles it?"""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, **kwargs), loader(valid_ds, batch_size=bs * 2, **kwargs)


@get_dls.mistake
def both_shuffled(train_ds, valid_ds, bs, **kwargs):
    """The validation set is shuffled too. Its results are the same in any order, so that is work for nothing, and
    the rows no longer come in an order that you can look up."""
    loader = torch.utils.data.DataLoader
    return (
        loader(train_ds, batch_size=bs, shuffle=True, **kwargs),
        loader(valid_ds, batch_size=bs * 2, shuffle=True, **kwargs),
    )


@get_dls.mistake
def the_wrong_one_shuffled(train_ds, valid_ds, bs, **kwargs):
    """You shuffle the validation set and not the training set. It should be the other way round."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, **kwargs), loader(valid_ds, batch_size=bs * 2, shuffle=True, **kwargs)


@get_dls.mistake
def shuffled_once(train_ds, valid_ds, bs, **kwargs):
    """The training set was shuffled once, so each pass has the same order. Let the loader shuffle: it does so anew
    for every pass."""
    loader = torch.utils.data.DataLoader
    mixed = [train_ds[i] for i in torch.randperm(len(train_ds)).tolist()]
    return loader(mixed, batch_size=bs, **kwargs), loader(valid_ds, batch_size=bs * 2, **kwargs)


@get_dls.mistake
def drops_the_rest(train_ds, valid_ds, bs, **kwargs):
    """The short last batch of the training set is dropped, which nobody asked for. That is up to kwargs."""
    loader = torch.utils.data.DataLoader
    kwargs = {"drop_last": True} | kwargs
    valid_kwargs = {**kwargs, "drop_last": False} if len(kwargs) == 1 else kwargs
    return loader(train_ds, batch_size=bs, shuffle=True, **kwargs), loader(valid_ds, batch_size=bs * 2, **valid_kwargs)


@get_dls.mistake
def drops_the_rest_of_validation(train_ds, valid_ds, bs, **kwargs):
    """The short last batch of the validation set is dropped, which nobody asked for. That is up to kwargs."""
    loader = torch.utils.data.DataLoader
    train_kwargs, kwargs = kwargs, {"drop_last": True} | kwargs
    return loader(train_ds, batch_size=bs, shuffle=True, **train_kwargs), loader(valid_ds, batch_size=bs * 2, **kwargs)


@get_dls.mistake
def half_the_size_for_validation(train_ds, valid_ds, bs, **kwargs):
    """The validation batches are half as large as the training batches. They are to be twice as large."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True, **kwargs), loader(valid_ds, max(bs // 2, 1), **kwargs)


@get_dls.mistake
def some_kwargs_alone(train_ds, valid_ds, bs, **kwargs):
    """You pick some of the further arguments by name and lose the others. `**kwargs` in a call passes on all of them,
    whatever they are."""
    loader = torch.utils.data.DataLoader
    known = {name: kwargs[name] for name in ("drop_last", "collate_fn", "num_workers") if name in kwargs}
    return loader(train_ds, bs, shuffle=True, **known), loader(valid_ds, bs * 2, **known)


@get_dls.mistake
def kwargs_left_out(train_ds, valid_ds, bs, **kwargs):
    """The further arguments reach neither loader. Pass them on: `**kwargs` in a call does that."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True), loader(valid_ds, batch_size=bs * 2)


@get_dls.mistake
def kwargs_for_training_only(train_ds, valid_ds, bs, **kwargs):
    """The further arguments reach the training loader alone. They are meant for both."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True, **kwargs), loader(valid_ds, batch_size=bs * 2)


@get_dls.mistake
def kwargs_for_validation_only(train_ds, valid_ds, bs, **kwargs):
    """The further arguments reach the validation loader alone. They are meant for both."""
    loader = torch.utils.data.DataLoader
    return loader(train_ds, batch_size=bs, shuffle=True), loader(valid_ds, batch_size=bs * 2, **kwargs)


# ---------------------------------------------------------------------------------------------------- why_double_batch

why_double_batch = concept(
    "why_double_batch",
    ids=["R7.8"],
    hints=[
        "The question is what becomes possible, not what becomes better. What limits the size of a batch?",
        "What must a training step remember between the forward and the backward pass?",
    ],
    explanations={
        "a": "False. The accuracy is a share of the examples; how they are cut into batches does not change"
        " whether one of them is right (in evaluation mode).",
        "b": "False. Any size does, as long as it fits into memory and the batches are weighed by their size:"
        " means are comparable, however many examples they are taken over. Twice is a rule of thumb.",
        "c": "False. When validating there is no gradient at all.",
        "d": "True. For backward() the outputs of the layers must be kept until it has run. Without it, a layer's"
        " output can be let go as soon as the next layer has used it.",
    },
    model_answer="In training, the outputs of the layers are kept until the backward pass has used them, and that"
    " takes most of the memory. Validation has no backward pass, so under no_grad they can be let go at once. The"
    " memory left over is room for more examples, and fewer, larger batches are quicker. The results do not change"
    " with the batch size; twice is a rule of thumb.",
    rubric=[
        "1 point: no backward pass, so less has to be kept",
        "1 point: that memory allows larger batches, which are quicker",
        "1 point: the results do not depend on it",
    ],
)


@why_double_batch.experiment
def _kept_for_backward():
    with torch.random.fork_rng(devices=[]):
        model = torch.nn.Sequential(torch.nn.Linear(784, 50), torch.nn.ReLU(), torch.nn.Linear(50, 10))
    own = {p.data_ptr() for p in model.parameters()}

    def kept(examples, record):
        seen = {}

        def pack(tensor):
            if tensor.data_ptr() not in own:
                seen[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
            return tensor

        x, y = torch.zeros(examples, 784), torch.zeros(examples, dtype=torch.int64)
        with torch.set_grad_enabled(record), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            loss = torch.nn.functional.cross_entropy(model(x), y)
        del loss
        return sum(seen.values()) / 1024

    lines = ["What one forward pass of the lesson's model keeps for backward():"]
    for examples, record in ((64, True), (128, True), (128, False)):
        size = kept(examples, record)
        what = "training  " if record else "validating"
        lines.append(f"  {what} with {examples:3d} examples: {size:6.1f} KiB")
    return [
        *lines,
        "(The parameters are not counted; the batch itself, which the first layer's",
        "gradient needs, is most of it.) It grows with the batch and with every layer.",
        "Without a graph nothing is kept, so there is room for more at a time.",
    ]


# ---------------------------------------------------------------------------------------- why_no_grad_when_validating

why_no_grad_when_validating = concept(
    "why_no_grad_when_validating",
    ids=["R7.9"],
    hints=[
        "Three things are easily mixed up: recording a graph, computing gradients, changing parameters. Which call"
        " does which of them?",
        "Who keeps a graph alive? Think of `total += loss`, without `.item()`.",
    ],
    explanations={
        "a": "False. Parameters change when an optimizer steps (or somebody subtracts from them). Building a graph"
        " changes nothing, and neither does leaving it unused.",
        "b": "False. The forward pass computes the same numbers, recorded or not.",
        "c": "True. The recording happens in the forward pass, since nobody can know there whether backward() will"
        " be called.",
        "d": "True. The sum's graph leads to every loss, and from there to every layer's outputs for every batch."
        " Under no_grad, or with .item(), there is nothing to hold on to.",
        "e": "False. no_grad() is about recording, eval() about how layers behave. Under no_grad alone, Dropout"
        " goes on dropping and BatchNorm goes on moving its running averages.",
    },
    model_answer="With gradients on, every forward pass records a graph and keeps the layers' outputs for a"
    " backward pass, whether or not backward() is ever called. When validating it never is, so that is time and"
    " memory for nothing, and if losses are added up as tensors, the graphs of all the batches pile up. no_grad()"
    " stops the recording. The numbers are the same without it, and it does not replace eval().",
    rubric=[
        "1 point: without it, a graph is recorded in the forward pass, although there is no backward pass",
        "1 point: names the cost, memory (and time)",
        "1 point: the results are the same; it is not eval()",
    ],
)


@why_no_grad_when_validating.experiment
def _validate_with_and_without():
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(784, 50), torch.nn.ReLU(), torch.nn.Linear(50, 10)).eval()
    own = {p.data_ptr() for p in model.parameters()}
    x, y = torch.rand(1280, 784, generator=generator), torch.randint(10, (1280,), generator=generator)

    def run(record):
        kept = []

        def pack(tensor):
            if tensor.data_ptr() not in own and tensor.untyped_storage().data_ptr() != x.untyped_storage().data_ptr():
                kept.append(tensor.numel() * tensor.element_size())
            return tensor

        total, after = 0.0, []
        with torch.set_grad_enabled(record), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            for xb, yb in zip(x.split(128), y.split(128), strict=True):
                total += torch.nn.functional.cross_entropy(model(xb), yb)
                after.append(sum(kept) / 1024)
        return total.item() / 10, after

    lines = ["Ten validation batches of 128, their losses added up as tensors:"]
    for record in (True, False):
        loss, after = run(record)
        what = "recording:    " if record else "under no_grad:"
        held = f"{after[0]:.0f}, {after[4]:.0f}, {after[9]:.0f} KiB kept after 1, 5, 10"
        lines.append(f"  {what} mean loss {loss:.5f}, {held}")
    return [
        *lines,
        "The loss is the same. What is kept, beside the data, waits for a backward()",
        "that never comes, and all the graphs are held as long as the sum is.",
    ]


# ------------------------------------------------------------------------------------------------ train_in_three_lines

train_in_three_lines = code(
    "train_in_three_lines",
    ids=["R7.10"],
    hints=[
        "What does fit need that you have not got yet? Two lines get it, the third calls fit.",
        "`a, b = f()` takes a pair apart. In which order does each of the functions return its two things?",
        "The third line begins with `return fit(epochs, ...`; the other five arguments follow in the order of the"
        " prompt.",
    ],
    relations=["returns_nothing"],
)


def _three_lines(train_in_three_lines, draw):
    """Call it with functions that do nothing but note what they are given."""
    from autograder.beside import spies
    from autograder.exercise import Complaint

    journal, made = spies.Journal(), []
    history = [(draw.number(0.1, 0.9), draw.number(0.1, 0.9)) for _ in range(3)]

    def get_dls(train_ds, valid_ds, bs, **kwargs):
        return spies.Token("train_dl"), spies.Token("valid_dl")

    def get_model():
        made.append(len(made) + 1)
        number = "" if made[-1] == 1 else f" no. {made[-1]}"
        return spies.Token("model" + number), spies.Token("opt" + number)

    def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
        return history

    result = train_in_three_lines(
        spies.Token("train_ds"),
        spies.Token("valid_ds"),
        draw.integer(10, 60),
        draw.integer(2, 9),
        spies.FunctionSpy(get_dls, journal),
        spies.FunctionSpy(get_model, journal),
        spies.FunctionSpy(fit, journal),
        spies.Token("loss_func"),
    )
    if hasattr(result, "__next__"):
        raise Complaint(
            f"train_in_three_lines gives a {type(result).__name__}: put `return` in front of the call of fit"
        )
    return journal, history, result


@train_in_three_lines.probe(points=2)
def hands_each_part_to_where_it_belongs(train_in_three_lines, draw):
    """The arguments of get_dls and fit, by name."""
    from autograder.beside import spies

    journal, _, _ = _three_lines(train_in_three_lines, draw)
    return {
        f"{who} was given": [{k: spies.name_of(v) for k, v in e.arguments.items()} for e in journal.of("call", who)]
        for who in ("get_dls", "fit")
    }


@train_in_three_lines.probe(fixed="each is to be called once, whatever was drawn")
def calls_each_function_once(train_in_three_lines, draw):
    journal, _, _ = _three_lines(train_in_three_lines, draw)
    return {who: len(journal.of("call", who)) for who in ("get_dls", "get_model", "fit")}


@train_in_three_lines.probe
def returns_what_fit_returns(train_in_three_lines, draw):
    return _three_lines(train_in_three_lines, draw)[2]


@train_in_three_lines.right
def in_one_line(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, *get_dls(train_ds, valid_ds, bs))


@train_in_three_lines.right
def by_name(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    made = get_model()
    loaders = get_dls(bs=bs, valid_ds=valid_ds, train_ds=train_ds)
    history = fit(epochs, loss_func=loss_func, model=made[0], opt=made[1], valid_dl=loaders[1], train_dl=loaders[0])
    return history


@train_in_three_lines.mistake
def yields_what_fit_returns(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """With `yield` in it, nothing is trained when it is called, only when somebody loops over what comes back. Return
    what `fit` returns."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    yield from fit(epochs, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def returns_the_model(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """You return something else than what `fit` returned."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    fit(epochs, model, loss_func, opt, train_dl, valid_dl)
    return model


@train_in_three_lines.mistake
def loaders_swapped(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`fit` gets the loaders in the wrong order: it would train on the validation data."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, valid_dl, train_dl)


@train_in_three_lines.mistake
def datasets_swapped(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`get_dls` gets the datasets in the wrong order. It takes the training set first."""
    train_dl, valid_dl = get_dls(valid_ds, train_ds, bs)
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def validates_on_the_training_set(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`get_dls` gets the training set twice, so validation would look at data that was trained on."""
    train_dl, valid_dl = get_dls(train_ds, train_ds, bs)
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def model_and_optimizer_swapped(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`fit` gets the optimizer as its model and the model as its optimizer. `get_model` returns the model first."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    opt, model = get_model()
    return fit(epochs, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def two_models(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """You call `get_model` twice and take the model of one call and the optimizer of the other: that optimizer would
    update a model that nobody uses. Take both from one call."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    return fit(epochs, get_model()[0], loss_func, get_model()[1], train_dl, valid_dl)


@train_in_three_lines.mistake
def loaders_made_twice(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """You call `get_dls` twice, once for each loader. One call gives both."""
    train_dl = get_dls(train_ds, valid_ds, bs)[0]
    valid_dl = get_dls(train_ds, valid_ds, bs)[1]
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def a_spare_model(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`get_model` is called once more than needed: the other model it makes is never used."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    get_model()
    return fit(epochs, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def a_batch_size_of_its_own(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`get_dls` gets a batch size of 64, whatever `bs` is. Hand the argument on."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, 64)
    model, opt = get_model()
    return fit(epochs, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def one_epoch_whatever_is_asked(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`fit` is told to train for one epoch, whatever `epochs` is. Hand the argument on."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    return fit(1, model, loss_func, opt, train_dl, valid_dl)


@train_in_three_lines.mistake
def fits_once_an_epoch(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """You call `fit` in a loop, one epoch at a time. It loops over the epochs itself: call it once."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    for _ in range(epochs):
        history = fit(1, model, loss_func, opt, train_dl, valid_dl)
    return history


@train_in_three_lines.mistake
def cross_entropy_handed_on(train_ds, valid_ds, bs, epochs, get_dls, get_model, fit, loss_func):
    """`fit` gets a loss function of your own choice. Hand on the one that is passed in."""
    train_dl, valid_dl = get_dls(train_ds, valid_ds, bs)
    model, opt = get_model()
    return fit(epochs, model, torch.nn.functional.cross_entropy, opt, train_dl, valid_dl)
