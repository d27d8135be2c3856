"""The learner's run beside the reference's. The reference's is the same every time, so its figures are kept."""

from __future__ import annotations

import hashlib
import json
import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autograder import mnist, source, state
from autograder.milestones import pieces, results
from autograder.milestones.composition import COMPOSED
from autograder.milestones.pieces import Piece
from autograder.milestones.run import Events, Run

#: Seconds for a whole run. Pieces that are right take some ten; loaders that fetch item by item, twenty.
LIMIT = 600.0
EPOCHS = 5
EXAMPLES = 50_000


@dataclass
class Pair:
    """Two runs of one milestone: the learner's, and the reference's, which may be a remembered one."""

    section: str
    pieces: list[Piece]
    mine: Run
    reference: Run

    @property
    def runs(self) -> list[Run]:
        return [self.mine, self.reference]


def train(
    section: str,
    chosen: list[Piece],
    epochs: int = EPOCHS,
    examples: int = EXAMPLES,
    limit: float = LIMIT,
    watch: Callable[[Pair], None] = lambda pair: None,
    files: list[dict[str, Any]] | None = None,
) -> Pair:
    """Train both and return when both are done. `watch` is called whenever there is something new, and now and then.

    `files`: what the learner's pieces are taken from, if not from exercises/.

    An interrupt (KeyboardInterrupt) stops both; what there is by then is returned.
    """
    events: Events = queue.Queue()
    common = {"section": section, "epochs": epochs, "examples": examples}
    mine = Run(common | {"files": files or pieces.files(chosen)}, events, limit)
    reference = Run(common | {"files": pieces.files(pieces.reference(section))}, events, limit)
    pair = Pair(section, chosen, mine, reference)
    key = _key(reference.job)
    running = [mine]
    if not _recall(reference, key):
        running.append(reference)
    try:
        for run in running:
            run.start()
        while not all(run.outcome for run in pair.runs):
            _take(events)
            for run in running:
                run.check_time()
            if mine.outcome and not mine.batch_losses:
                reference.stop("interrupted")  # there is nothing to compare with it
            watch(pair)
    except KeyboardInterrupt:
        for run in running:
            run.stop("interrupted")
    finally:
        for run in running:
            run.kill()
    if reference in running and reference.outcome == "finished":
        _remember(reference, key)
    return pair


def _take(events: Events, seconds: float = 0.1) -> None:
    """Hand out what has arrived; wait for it a little if nothing has."""
    try:
        run, event = events.get(timeout=seconds)
        while True:
            run.take(event)
            run, event = events.get_nowait()
    except queue.Empty:
        return


def _key(job: dict[str, Any]) -> str:
    """What the reference's figures depend on."""
    digest = hashlib.sha256(json.dumps(job, sort_keys=True).encode())
    digest.update(version("torch").encode() + (Path(__file__).with_name("recipes.py")).read_bytes())
    return digest.hexdigest()[:16]


REMEMBERED = ["untrained", "epochs", "batch_losses", "batches", "seconds"]


def _recall(run: Run, key: str) -> bool:
    try:
        kept = json.loads(_kept(run).read_text(encoding="utf-8"))
        if kept["key"] != key:
            return False
        for name in REMEMBERED:
            setattr(run, name, kept[name])
    except (OSError, ValueError, KeyError):
        return False
    run.outcome = "finished"
    return True


def _remember(run: Run, key: str) -> None:
    kept = _kept(run)
    kept.parent.mkdir(parents=True, exist_ok=True)
    told = {"key": key} | {name: getattr(run, name) for name in REMEMBERED}
    kept.write_text(json.dumps(results.finite(told)) + "\n", encoding="utf-8")


def _kept(run: Run) -> Path:
    job = run.job
    return results.RESULTS / "reference" / f"{job['section']}_{job['examples']}_{job['epochs']}.json"


def result(pair: Pair, message: str, figure: Path | None) -> results.Result:
    """What is kept of the two; the format is told in results.py."""
    mine, reference = pair.mine, pair.reference
    return {
        "section": pair.section,
        "when": state.now(),
        "outcome": mine.outcome,
        "message": message,
        "pieces": {piece.name: "yours" if piece.yours else "reference" for piece in pair.pieces},
        "examples": mine.job["examples"],
        "seconds": round(mine.seconds, 2),
        "untrained": mine.untrained,
        "epochs": mine.epochs,
        "batch_losses": mine.batch_losses,
        "reference": reference.epochs,
        "reference_batch_losses": reference.batch_losses,
        "figure": figure.relative_to(results.FOLDER.parent).as_posix() if figure else None,
    }


def mistaken(predicted: Iterable[int], n_valid: int = 10_000) -> list[tuple[int, int, int]]:
    """(position among the validation images, label, what it was taken for) of each that was taken for another."""
    labels = mnist.unpack(mnist.FOLDER, "train-labels-idx1-ubyte")[-n_valid:]
    return [
        (i, label, guess) for i, (label, guess) in enumerate(zip(labels, predicted, strict=False)) if label != guess
    ]


def furthest() -> str:
    """The last milestone in whose own section the learner has a piece that passes; the first when there is none."""
    for section in reversed(results.MILESTONES):
        own = [name for name in COMPOSED[section] if source.section_of(name) == section]
        if any(pieces.outcome_of(name, section) == "passed" for name in own):
            return section
    return results.MILESTONES[0]
