"""Inputs for probes: random, but the same for everybody who draws with the same seed.

A draw can be made *smaller*: at level 0 sizes are the least allowed and values are small round numbers, at higher
levels both grow. The counter-example shown to a learner is the first, in that order, on which the answers differ.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import torch

from autograder.beside.spies import Journal
from autograder.beside.story import Followed
from autograder.declaring import near_to

#: So often a small draw is made again to have no row twice.
REDRAWN = 100


class Draw:
    """A stream of inputs. `seed` fixes them; `level` None draws at full size, 0, 1, 2, ... draws small."""

    def __init__(self, seed: int, level: int | None = None):
        self.level = level
        self.notes: dict[str, Any] = {}
        self.followed: list[Followed] = []
        self._random = random.Random(f"{seed}/{level}")
        self._generator = torch.Generator().manual_seed(self._random.getrandbits(48))

    def __getattr__(self, name: str) -> NoReturn:
        known = [word for word in vars(Draw) if not word.startswith("_")]
        told = near_to(name, known, "draw.") or f". There are {', '.join(known)}"
        raise AttributeError(f"there is no draw.{name}{told}")

    def note(self, **values: Any) -> None:
        """Name values that feedback should show beside a failing probe, where the call itself does not show them."""
        self.notes.update(values)

    def follow(self, journal: Journal, **data: Any) -> None:
        """Have what a training loop did told beside what the probe returns (story.py); `data` as of story.Followed."""
        self.followed.append(Followed(journal, **data))

    def size(self, low: int, high: int) -> int:
        """A whole number in low..high, both included: for shapes and counts that may shrink."""
        drawn = self.integer(low, high)
        return drawn if self.level is None else min(drawn, low + self.level)

    def integer(self, low: int, high: int) -> int:
        """A whole number in low..high, both included, that does not shrink."""
        _in_order(low, high)
        return self._random.randint(low, high)

    def number(self, low: float, high: float) -> float:
        """A float between low and high; with one decimal when the draw is small."""
        _in_order(low, high)
        drawn = self._random.uniform(low, high)
        return drawn if self.level is None else min(max(round(drawn, 1), low), high)

    def numbers(self, n: int, low: float = -2.0, high: float = 2.0) -> list[float]:
        """A list of n floats."""
        return [self.number(low, high) for _ in range(n)]

    def choice(self, options: Sequence[Any]) -> Any:
        """One of the options."""
        return self._random.choice(options)

    def shuffled(self, items: Sequence[Any]) -> list[Any]:
        """The items in another order, as a new list."""
        return self._random.sample(items, len(items))

    def probabilities(self, n: int) -> list[float]:
        """n positive floats that sum to one."""
        raw = [self._random.randint(1, 9) for _ in range(n)]
        return [value / sum(raw) for value in raw]

    def normal(self, *shape: int, scale: float = 1.0, grad: bool = False) -> torch.Tensor:
        """float32, normal around 0 with the standard deviation `scale`; no two equal when drawn at full size."""
        _shape(shape)
        values = torch.randn(shape, generator=self._generator, dtype=torch.float32) * scale
        if self.level is not None:
            values = values.mul(10 / scale).round().div(10).mul(scale)
        return values.requires_grad_(grad)

    def promised(self, *names: str) -> dict[str, torch.Tensor]:
        """Tables of scores for what prompts promise again and again, by name; all of them where none is named.

        "a row" (c,) and "three dimensions" (2, n, c), which belong to "any number of dimensions"; "float64" (n, c);
        "a single row" (1, c); "no rows" (0, c). Each c is at least 2. KeyError for any other name.

            return {name: softmax(x) for name, x in draw.promised().items()}
        """
        kinds = {
            "a row": lambda n, c: self.normal(c),
            "three dimensions": lambda n, c: self.normal(2, n, c),
            "float64": lambda n, c: self.normal(n, c).double(),
            "a single row": lambda n, c: self.normal(1, c),
            "no rows": lambda n, c: self.normal(0, c),
        }
        both = ["a row", "three dimensions"]
        chosen = [kind for name in names or kinds for kind in (both if name == "any number of dimensions" else [name])]
        return {kind: kinds[kind](self.size(2, 4), self.size(2, 5)) for kind in chosen}

    @staticmethod
    def raised(call: Callable[..., Any], *arguments: Any) -> str:
        """What kind of error a call raises, by name: "ValueError"; "" where it comes back. A stub stays one."""
        try:
            call(*arguments)
        except NotImplementedError:
            raise
        except Exception as error:
            return type(error).__name__
        return ""

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """float32, evenly spread over low..high. Small draws have a few values, and as far as these go no row twice."""
        _shape(shape)
        _in_order(low, high)
        for steps in [10] * REDRAWN + [100] * REDRAWN:
            values = torch.rand(shape, generator=self._generator, dtype=torch.float32)
            if self.level is None:
                break
            values = values.mul(steps).round().div(steps)
            if not shape or len(values.unique(dim=0)) == len(values):
                break  # a probe may know rows by their values
        return values * (high - low) + low

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """int64 in low..high, both included."""
        _shape(shape)
        _in_order(low, high)
        return torch.randint(low, high + 1, shape, generator=self._generator)

    def labels(self, n: int, classes: int) -> torch.Tensor:
        """n int64 class labels. The first ones are all different, so that no class is left out of small draws."""
        _in_order(1, classes)
        start = self._random.randrange(classes)
        first = [(start + i) % classes for i in range(min(n, classes))]
        return torch.cat([torch.tensor(first, dtype=torch.int64), self.integers(0, classes - 1, n - len(first))])

    def fill(self, module_or_parameters: Any, scale: float = 0.5) -> Any:
        """Overwrite every parameter of a module (or of an iterable of them) by drawn values; returns its argument."""
        own = getattr(module_or_parameters, "parameters", None)
        for parameter in own() if own else module_or_parameters:
            with torch.no_grad():
                parameter.copy_(self.normal(*parameter.shape, scale=scale))
        return module_or_parameters

    def linear(self, n_in: int, n_out: int) -> torch.nn.Linear:
        """A Linear layer with drawn weights; torch's global generator is not touched."""
        with torch.random.fork_rng(devices=[]):
            return self.fill(torch.nn.Linear(n_in, n_out))

    def network(self, n_in: int, nh: int, n_out: int) -> torch.nn.Sequential:
        """Linear, ReLU, Linear with drawn weights."""
        return torch.nn.Sequential(self.linear(n_in, nh), torch.nn.ReLU(), self.linear(nh, n_out))


def _in_order(low: float, high: float) -> None:
    if low > high:
        raise ValueError(f"nothing is in {low}..{high}. The smaller one comes first")


def _shape(shape: tuple[int, ...]) -> None:
    if not all(isinstance(size, int) and size >= 0 for size in shape):
        raise TypeError(f"{shape} is no shape. Write whole numbers, one by one, as draw.normal(2, 3)")
