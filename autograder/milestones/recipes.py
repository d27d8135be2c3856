"""How the pieces of a section make a training run. Untrusted side: the pieces are the learner's.

A recipe takes the pieces (`use.fit_layers` is the learner's fit_layers, or the reference's) and the run, to which it
tells what comes out. composition.COMPOSED lists what each of them takes.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any

import torch

Emit = Callable[[dict[str, Any]], None]


class Pieces:
    """The pieces by name. Calling a function of them tells first which one it is, unless another one is running."""

    def __init__(self, found: dict[str, Any], emit: Emit):
        self._found, self._emit, self._depth = found, emit, 0

    def __getattr__(self, name: str) -> Any:
        piece = self._found[name]
        if isinstance(piece, type):
            return piece

        def called(*args: Any, **kwargs: Any) -> Any:
            if not self._depth:
                self._emit({"event": "call", "piece": name})
            self._depth += 1
            try:
                return piece(*args, **kwargs)
            finally:
                self._depth -= 1

        return called


class Run:
    """The data, the settings of the lesson, and where to tell what happens."""

    bs, lr = 64, 0.5

    def __init__(self, images: torch.Tensor, labels: torch.Tensor, n_valid: int, epochs: int, emit: Emit):
        self.images, self.labels, self.n_valid, self.epochs = images, labels, n_valid, epochs
        self.emit = emit

    def seed(self, number: int) -> None:
        """The same random numbers for the learner's run and the reference's, from whichever source they draw."""
        random.seed(number)
        torch.manual_seed(number)

    def watched(self, loss_func: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
        """The loss function, telling the loss of each batch that is trained on: the others build no graph."""

        def watched_loss(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            loss = loss_func(out, target)
            if getattr(loss, "requires_grad", False):
                self.emit({"event": "batch", "loss": float(loss.detach())})
            return loss

        return watched_loss

    def start(self, n: int) -> None:
        self.emit({"event": "start", "batches": -(-int(n) // self.bs), "epochs": self.epochs})

    def untrained(self, figures: Any) -> None:
        loss, accuracy = figures
        self.emit({"event": "untrained", "loss": float(loss), "accuracy": float(accuracy)})

    def each_epoch(self) -> Iterator[int]:
        for epoch in range(self.epochs):
            self.seed(1 + epoch)
            yield epoch

    def epoch(self, figures: Any, model: Any, x_valid: torch.Tensor) -> None:
        """Tell loss and accuracy after an epoch, and what the model now takes each validation image for."""
        loss, accuracy = figures
        with torch.no_grad(), evaluating(model):
            predicted = [int(guess) for guess in model(x_valid).argmax(1).tolist()]
        self.emit({"event": "epoch", "loss": float(loss), "accuracy": float(accuracy), "predicted": predicted})


@contextlib.contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Evaluation mode for a model that knows modes; a plain class does not."""
    training = getattr(model, "training", False)
    if training:
        model.eval()
    yield
    if training:
        model.train()


def _data(use: Any, run: Run) -> tuple[Any, ...]:
    x_train, y_train, x_valid, y_valid = use.get_data(run.images, run.labels, run.n_valid)
    n, m, c, nh = use.hyperparameters(x_train, y_train)
    return x_train, y_train, x_valid, y_valid, n, m, c, nh


def training_loop(use: Any, run: Run) -> None:
    x_train, y_train, x_valid, y_valid, n, m, c, nh = _data(use, run)
    run.seed(0)
    model = use.ListModel(m, nh, c)
    loss_func = use.cross_entropy
    run.start(n)
    run.untrained(use.evaluate(model, loss_func, x_valid, y_valid))
    for _ in run.each_epoch():
        use.fit_layers(model, run.watched(loss_func), x_train, y_train, run.bs, run.lr)
        run.epoch(use.evaluate(model, loss_func, x_valid, y_valid), model, x_valid)


def optim(use: Any, run: Run) -> None:
    x_train, y_train, x_valid, y_valid, n, m, c, nh = _data(use, run)
    run.seed(0)
    model, _ = use.get_model(m, nh, c, run.lr)
    opt = use.Optimizer(model.parameters(), run.lr)
    loss_func = use.cross_entropy
    run.start(n)
    run.untrained(use.evaluate(model, loss_func, x_valid, y_valid))
    for _ in run.each_epoch():
        use.fit_optimizer(model, opt, run.watched(loss_func), x_train, y_train, run.bs)
        run.epoch(use.evaluate(model, loss_func, x_valid, y_valid), model, x_valid)


def data(use: Any, run: Run) -> None:
    x_train, y_train, x_valid, y_valid, n, m, c, nh = _data(use, run)
    train_ds = use.Dataset(x_train, y_train)
    train_dl = use.DataLoader(train_ds, use.Sampler(len(train_ds), run.bs, True), use.collate)
    run.seed(0)
    model, opt = use.get_model(m, nh, c, run.lr)
    loss_func = use.cross_entropy
    run.start(n)
    run.untrained(use.evaluate(model, loss_func, x_valid, y_valid))
    for _ in run.each_epoch():
        use.fit_loader(1, model, run.watched(loss_func), opt, train_dl)
        run.epoch(use.evaluate(model, loss_func, x_valid, y_valid), model, x_valid)


def validation(use: Any, run: Run) -> None:
    x_train, y_train, x_valid, y_valid, n, m, c, nh = _data(use, run)
    train_ds, valid_ds = use.Dataset(x_train, y_train), use.Dataset(x_valid, y_valid)

    def get_model() -> tuple[Any, Any]:
        run.seed(0)
        return use.get_model(m, nh, c, run.lr)

    def fit(epochs: int, model: Any, loss_func: Any, opt: Any, train_dl: Any, valid_dl: Any) -> list[Any]:
        """The learner's fit, one epoch at a time, so that each can be told when it is done.

        fit averages over batches; validate is exact, so its figures are the ones to tell.
        """
        run.untrained(use.validate(model, loss_func, valid_dl))
        history = []
        for _ in run.each_epoch():
            history += list(use.fit(1, model, run.watched(loss_func), opt, train_dl, valid_dl))
            with evaluating(model):
                figures = use.validate(model, loss_func, valid_dl)
            run.epoch(figures, model, x_valid)
        return history

    run.start(n)
    parts = use.get_dls, get_model, fit, use.cross_entropy
    use.train_in_three_lines(train_ds, valid_ds, run.bs, run.epochs, *parts)


def step_by_step(use: Any, run: Run) -> None:
    x_train, y_train, _, _, n, m, c, nh = _data(use, run)
    run.seed(0)
    model = use.sequential_model(m, nh, c)
    loss_func = run.watched(use.cross_entropy)
    run.start(n)
    for _ in run.each_epoch():
        for i in range(0, n, run.bs):
            use.training_step(model, loss_func, x_train[i : i + run.bs], y_train[i : i + run.bs], run.lr)


def through_parameters(use: Any, run: Run) -> None:
    x_train, y_train, _, _, n, m, c, nh = _data(use, run)
    run.seed(0)
    model = use.AttributeModel(m, nh, c)
    run.start(n)
    use.fit_parameters(model, run.watched(use.cross_entropy), x_train, y_train, run.bs, run.lr, run.epochs)


def over_a_dataset(use: Any, run: Run) -> None:
    x_train, y_train, _, _, n, m, c, nh = _data(use, run)
    run.seed(0)
    model, opt = use.get_model(m, nh, c, run.lr)
    run.start(n)
    loss_func = run.watched(use.cross_entropy)
    use.fit_dataset(model, opt, loss_func, use.Dataset(x_train, y_train), run.bs, run.epochs)


def over_slices(use: Any, run: Run) -> None:
    x_train, y_train, _, _, n, m, c, nh = _data(use, run)
    run.seed(0)
    model, opt = use.get_model(m, nh, c, run.lr)
    run.start(n)
    train_dl = use.SliceLoader(use.Dataset(x_train, y_train), run.bs)
    use.fit_loader(run.epochs, model, run.watched(use.cross_entropy), opt, train_dl)


RECIPES: dict[str, Callable[[Any, Run], None]] = {
    "training_loop": training_loop,
    "optim": optim,
    "data": data,
    "validation": validation,
    # Not milestones: short runs that show what one answer does to the loss.
    "step_by_step": step_by_step,
    "through_parameters": through_parameters,
    "over_a_dataset": over_a_dataset,
    "over_slices": over_slices,
}
