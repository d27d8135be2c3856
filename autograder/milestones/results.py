"""What is kept of a milestone's last run: one JSON file a section, `.autograder/milestones/<section>.json`.

    {
     "section": "optim",
     "when": "2026-01-31T12:00:00+01:00",
     "outcome": "finished",                 or "interrupted", "timeout", "error", "diverged"
     "message": "",                         one sentence on any outcome but "finished"
     "pieces": {"Optimizer": "yours", "evaluate": "reference", ...},
     "examples": 50000,
     "seconds": 8.1,
     "untrained": {"loss": 2.30, "accuracy": 0.10} or null,
     "epochs": [{"loss": 0.21, "accuracy": 0.94}, ...],       on the validation set, after each epoch that was finished
     "batch_losses": [2.31, ...],                             of the training batches, in order
     "reference": [{"loss": 0.21, "accuracy": 0.94}, ...],    the reference's epochs
     "reference_batch_losses": [2.31, ...],
     "figure": ".autograder/milestones/optim.png" or null     relative to the repository's root
    }

A number that is not finite is null. A file holds the last run that got somewhere: one that breaks before it has
finished an epoch does not replace one that had. A run on fewer images or epochs than a milestone has is a quick look:
it goes into <section>_quick.json, beside the real one.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from autograder import lesson
from autograder.state import FOLDER

MILESTONES = list(lesson.current().milestones)
RESULTS = FOLDER / "milestones"

Result = dict[str, Any]


def path(section: str) -> Path:
    return RESULTS / f"{section}.json"


def read(section: str) -> Result | None:
    """The last run of a section's milestone; None when there is none, or none that can be read."""
    try:
        found = json.loads(path(section).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("epochs"), list) else None


def read_all() -> dict[str, Result]:
    """The last run of each milestone that has been tried, in lesson order."""
    return {section: result for section in MILESTONES if (result := read(section))}


def write(name: str, result: Result) -> bool:
    """Keep a result, unless it has no epoch and the one that is there has. Returns whether it was kept."""
    earlier = read(name)
    if not result["epochs"] and earlier and earlier["epochs"]:
        return False
    RESULTS.mkdir(parents=True, exist_ok=True)
    new = path(name).with_suffix(".new")
    new.write_text(json.dumps(finite(result), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    new.replace(path(name))
    return True


def finite(value: Any) -> Any:
    """The same with null for every number that JSON has no word for; losses to six digits, which is what they are."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    return [finite(part) for part in value] if isinstance(value, list) else value
