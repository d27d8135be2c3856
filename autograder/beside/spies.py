"""Spies: what a probe passes in, to watch a training loop from the inside.

All spies of one probe share a Journal, which notes what happened, in order, and looks at the parameters whenever
something is noted. What a loop did is then read off the journal, however the loop is written:

    model = draw.network(3, 4, 2)
    journal = Journal(model.parameters())
    watch(model, journal)                              # notes every forward pass: its batch, mode, graph
    loss_func = LossSpy(squared_error, journal)        # notes every loss, and whether backward() was called on it
    opt = OptimizerSpy(model.parameters(), lr, journal)
    fit(model, opt, loss_func, LoaderSpy(batches(x, y, bs), journal, "train"))
    return {"weights after each update": journal.trajectory(), "batches": rows_of(journal.of("forward"), x)}

Spies stand for real things and behave like them: models are real modules with real parameters, losses are tensors with
a graph, an OptimizerSpy does plain SGD. Beware of noting more than was promised: a loop may evaluate the model once
more, zero gradients before or after the step, or go through a loader twice. What was learnt from is what counts:
readings.py reads it off the journal.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch


@dataclass
class Event:
    """One thing that happened. Fields that do not apply to it are None."""

    what: str  # "forward", "loss", "backward", "step", "zero_grad", "pass", "batch", "call"
    #: Which spy noted it, where a probe has several of a kind.
    who: str = ""
    #: How often the parameters had changed by then.
    updates: int = 0
    #: forward: the inputs; loss and backward: the targets; batch: the inputs. Detached copies.
    batch: Any = None
    #: loss and backward: the inputs of the forward pass before it.
    inputs: Any = None
    #: forward, and loss and backward of the forward pass before it: whether the model was in training mode.
    training: bool | None = None
    #: forward and loss: whether the result has a graph that backward() could follow.
    graph: bool | None = None
    #: backward: whether gradients were there when it began, of no parameter (0), of some (1), of all (2).
    held: int = 0
    #: backward: a number that what one call of backward() follows back has in common.
    run: int = -1
    #: loss and backward: the value of the loss, a float.
    value: float | None = None
    #: call: the arguments by name.
    arguments: dict[str, Any] = field(default_factory=dict)


class Journal:
    """What happened, in order, and every state that the parameters went through."""

    def __init__(self, parameters: Iterable[torch.Tensor] = ()):
        self.events: list[Event] = []
        self.parameters = list(parameters)
        self.states = [self._state()]

    def note(self, what: str, **details: Any) -> Event:
        self.look()
        event = Event(what, updates=len(self.states) - 1, **details)
        self.events.append(event)
        return event

    def look(self) -> None:
        """Keep the parameters' values if they have changed since the last look."""
        state = self._state()
        if not torch.equal(state, self.states[-1]):
            self.states.append(state)

    def trajectory(self) -> list[torch.Tensor]:
        """The values after every update, the start left out: all parameters in a row, as one flat tensor each time."""
        self.look()
        return self.states[1:]

    def of(self, what: str, who: str | None = None) -> list[Event]:
        """The events of one kind, of one spy if `who` is given."""
        return [event for event in self.events if event.what == what and who in (None, event.who)]

    def words(self, *kinds: str) -> list[str]:
        """What happened, as a list of words in order; of the given kinds only, if there are any."""
        return [event.what for event in self.events if not kinds or event.what in kinds]

    def held(self) -> int:
        """Of how many parameters there are gradients that are not zero: none (0), some (1), all (2)."""
        there = [parameter.grad is not None and bool(parameter.grad.any()) for parameter in self.parameters]
        return any(there) + (any(there) and all(there))

    def _state(self) -> torch.Tensor:
        flat = [parameter.detach().flatten() for parameter in self.parameters]
        return torch.cat(flat) if flat else torch.empty(0)


def watch(model: Any, journal: Journal, who: str = "model") -> Any:
    """Make a model note each forward pass, whether it is called or its `forward` is. Returns the model itself.

    For a module, or for any object whose class has a `__call__`. It stays an instance of its class.
    """
    kind = type(model)
    entry = "forward" if hasattr(kind, "forward") else "__call__"
    original = getattr(kind, entry)

    def forward(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        out = original(self, x, *args, **kwargs)
        journal.note(
            "forward",
            who=who,
            batch=copied(x),
            training=getattr(self, "training", None),
            graph=getattr(out, "requires_grad", False),
        )
        return out

    watched = {entry: forward, "__module__": kind.__module__, "__doc__": kind.__doc__}
    model.__class__ = type(kind.__name__, (kind,), watched)
    return model


class LossSpy:
    """A loss function (out, target) -> 0-d tensor that notes each call, and each backward() through its result."""

    def __init__(self, function: Callable[..., torch.Tensor], journal: Journal, who: str = "loss_func"):
        self.function, self.journal, self.who = function, journal, who
        self.__name__ = who

    def __call__(self, out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        loss = self.function(out, target)
        forward = self.journal.of("forward")
        inputs = forward[-1].batch if forward else None
        details = {"who": self.who, "batch": copied(target), "inputs": inputs}
        details |= {"training": forward[-1].training if forward else None}
        details |= {"value": float(loss.detach())}
        self.journal.note("loss", graph=loss.requires_grad, **details)
        if loss.requires_grad:
            loss.register_hook(lambda gradient: self._followed_back(details))
        return loss

    def _followed_back(self, details: dict[str, Any]) -> None:
        self.journal.note("backward", held=self.journal.held(), run=_backward(), **details)

    def __repr__(self) -> str:
        return getattr(self.function, "__name__", self.who)


def _backward() -> int:
    """The number of the backward() that is running; torch has no public name for it."""
    number = getattr(torch._C, "_current_graph_task_id", None)
    return number() if number else -1


class OptimizerSpy:
    """Plain SGD that notes step() and zero_grad(). Not a torch.optim.Optimizer: the first of these takes a second."""

    def __init__(self, params: Iterable[torch.Tensor], lr: float, journal: Journal, who: str = "opt"):
        self.params, self.lr, self.journal, self.who = list(params), lr, journal, who
        self.param_groups = [{"params": self.params, "lr": lr}]

    def step(self) -> None:
        self.journal.note("step", who=self.who)
        with torch.no_grad():
            for parameter in self.params:
                if parameter.grad is not None:
                    parameter -= self.lr * parameter.grad
        self.journal.look()

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.journal.note("zero_grad", who=self.who)
        for parameter in self.params:
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def __repr__(self) -> str:
        return self.who


class LoaderSpy:
    """Yields the given (xb, yb) batches at every new pass, and notes each pass begun and each batch handed out.

    Like torch's DataLoader it has a length in batches and a `dataset` with a length in examples.
    """

    def __init__(self, batches: Sequence[tuple[torch.Tensor, torch.Tensor]], journal: Journal, who: str = "dl"):
        self.batches, self.journal, self.who = list(batches), journal, who
        self.dataset = [pair for xb, yb in self.batches for pair in zip(xb, yb, strict=True)]

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        self.journal.note("pass", who=self.who)
        for xb, yb in self.batches:
            self.journal.note("batch", who=self.who, batch=copied(xb))
            yield xb.clone(), yb.clone()

    def __len__(self) -> int:
        return len(self.batches)

    def __repr__(self) -> str:
        return self.who


class FunctionSpy:
    """A function that notes its arguments by the names of its parameters, however they were passed."""

    def __init__(self, function: Callable[..., Any], journal: Journal, who: str = ""):
        self.function, self.journal = function, journal
        self.__name__ = self.who = who or function.__name__
        self.__signature__ = inspect.signature(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = self.__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        self.journal.note("call", who=self.who, arguments=dict(bound.arguments))
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return self.__name__


class Token:
    """A thing to be handed on and nothing else; it has a name. `name_of` tells which one arrived."""

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return self.name


def name_of(value: Any) -> Any:
    """The name of a Token or a spy; anything else as it is."""
    return getattr(value, "name", None) or getattr(value, "who", None) or value


def mode_switch() -> torch.nn.Module:
    """Stands in for dropout, without chance: a layer that doubles its input while training, and only then."""

    class ModeSwitch(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * x if self.training else x

    return ModeSwitch()


class Named:
    """A function whose repr is its name, for feedback that shows what was passed in."""

    def __init__(self, function: Callable[..., Any]):
        self.function, self.__name__, self.__doc__ = function, function.__name__, function.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return self.__name__


@Named
def squared_error(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared error of the scores. Class labels (int64) stand for one-hot rows: it is not cross entropy."""
    if not target.is_floating_point():
        target = torch.nn.functional.one_hot(target, out.shape[-1])
    return ((out - target.to(out.dtype).view(out.shape)) ** 2).mean()


@Named
def log_cosh_error(out: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """A loss that nobody writes unasked. Its slope is never above 1, so that no trajectory runs away."""
    return torch.log(torch.cosh(out - target)).mean()


def batches(x: torch.Tensor, y: torch.Tensor, bs: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """(xb, yb) slices in order; the last may be short."""
    return [(x[i : i + bs], y[i : i + bs]) for i in range(0, len(x), bs)]


def copied(value: Any) -> Any:
    """A detached copy of a tensor, since learner code may change it later; anything else as it is."""
    return value.detach().clone() if isinstance(value, torch.Tensor) else value
