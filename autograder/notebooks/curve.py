"""A short training run with an answer of this kernel in it: the loss of each batch, beside the reference's.

In the full kit all other pieces are the reference's and the images are digits. The copy for a class has neither: there
the student's own answers and what torch has take their places (stand_ins.py), on images that are made up.
"""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass
from typing import Any

import torch

from autograder.milestones.composition import COMPOSED, DRAWN
from autograder.milestones.recipes import RECIPES, Pieces, Run
from autograder.notebooks.stand_ins import STAND_INS

EPOCHS = 2
EXAMPLES, VALID = 6_000, 500
#: Data for a class, whatever pieces surround it.
MADE_UP = {piece: STAND_INS[piece] for piece in ("get_data", "hyperparameters")}
#: Seconds; a run that takes longer is drawn as far as it came.
LIMIT = 5.0


class _TimeUp(BaseException):
    """Not an Exception, so that no `except Exception` in an answer keeps the run going."""


@dataclass
class Curve:
    """`on`: what the images are. `ended`: why the run ended before its end, or ""."""

    yours: list[float]
    reference: list[float]
    on: str
    ended: str = ""


def of_kit(name: str, answer: Any) -> Curve | None:
    """With the full kit; None for an answer that takes no part in a training run."""
    if name not in DRAWN:
        return None
    recipe = DRAWN[name]
    mine, ended = _train(recipe, _reference(recipe) | {name: answer}, *_digits())
    return Curve(mine, _reference_losses(recipe), f"{EXAMPLES:,} digits", ended)


def of_class(name: str, answer: Any, own: dict[str, Any], recorded: dict[str, list[float]]) -> Curve | None:
    """With the copy for a class, `own` being the student's answers that pass; None where a piece is missing too."""
    recipe = DRAWN.get(name, "")
    there = STAND_INS | own | {name: answer}
    if not recipe or not all(piece in there for piece in COMPOSED[recipe]):
        return None
    mine, ended = _train(recipe, there | MADE_UP, *_none())
    return Curve(mine, recorded[recipe], "made-up images", ended)


def to_record() -> dict[str, list[float]]:
    """For the copy for a class: the reference's losses, by recipe."""
    recipes = dict.fromkeys(DRAWN.values())
    return {recipe: _train(recipe, _reference(recipe) | MADE_UP, *_none())[0] for recipe in recipes}


def _train(recipe: str, pieces: dict[str, Any], images: torch.Tensor, labels: torch.Tensor) -> tuple[list[float], str]:
    losses: list[float] = []
    end = time.monotonic() + LIMIT

    def emit(event: dict[str, Any]) -> None:
        if event["event"] == "batch":
            losses.append(event["loss"])
            if time.monotonic() > end:
                raise _TimeUp

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for steps as small as these more of them only wait for each other
    try:
        RECIPES[recipe](Pieces(pieces, emit), Run(images, labels, VALID, EPOCHS, emit))
    except _TimeUp:
        return losses, f"stopped after {LIMIT:g} seconds"
    except KeyboardInterrupt:
        return losses, "stopped by you"
    except Exception as error:
        return losses, f"it ended with {type(error).__name__}: {error}"
    finally:
        torch.set_num_threads(threads)
    return losses, ""


@functools.cache
def _reference(recipe: str) -> dict[str, Any]:
    from autograder import source
    from autograder.beside.load import run_file

    found: dict[str, Any] = {}
    for name in COMPOSED[recipe]:
        section = source.section_of(name) or ""
        module, _ = run_file(
            f"solutions/{section}.py",
            source.solutions_path(section).read_text(encoding="utf-8"),
            f"reference_{section}",
        )
        found[name] = module.__dict__[name]
    return found


@functools.cache
def _reference_losses(recipe: str) -> list[float]:
    return _train(recipe, _reference(recipe), *_digits())[0]


@functools.cache
def _digits() -> tuple[torch.Tensor, torch.Tensor]:
    from autograder import mnist

    images, labels = mnist.load("train")
    return images[: EXAMPLES + VALID].clone(), labels[: EXAMPLES + VALID].clone()


def _none() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.empty(0), torch.empty(0)


if __name__ == "__main__":
    print(json.dumps(to_record()))
