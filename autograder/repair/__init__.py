"""Repair: which small changes of the learner's own text make every probe pass, and so what is wrong, and where.

All of it is on the trusted side and works on syntax trees alone. Nothing here imports torch, runs a learner's code or
has words for people: candidates run in the child as further implementations, and autograder/report/places.py words
what was found. docs/design.md, *Diagnosis*, says which findings may be told.
"""

from __future__ import annotations

import os


def patience() -> float:
    """Seconds for finding the places that keep an answer from passing: AUTOGRADER_EXPLAIN, 0 for none."""
    return float(os.environ.get("AUTOGRADER_EXPLAIN", "2"))
