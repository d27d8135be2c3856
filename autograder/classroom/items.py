"""Item analysis of an assignment in its usual terms: difficulty, discrimination and point-biserial correlation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: The usual bounds: of the difficulty (the mean share of the points), and the least of the two others.
DIFFICULTY = (0.2, 0.9)
LEAST = 0.2
#: The part of a class at each end that discrimination compares.
ENDS = 0.27
#: Fewer students than this say little about a question.
FEW = 20
#: For whoever reads the numbers; `ends` in per cent.
USUAL = {"difficulty": DIFFICULTY, "least": LEAST, "ends": round(100 * ENDS), "students": FEW}

Numbers = NDArray[np.float64]


def analyse(shares: Numbers, points: Numbers) -> list[dict[str, Any]]:
    """For each exercise (a column of `shares`, which has a row a student and nan where nothing was graded)."""
    return [_item(shares[:, i], _rest(shares, points, i)) for i in range(shares.shape[1])]


def _rest(shares: Numbers, points: Numbers, item: int) -> Numbers:
    """Each student's share of the points in all other exercises: an item must not be compared with itself."""
    others = np.delete(shares, item, axis=1)
    weights = np.where(np.isnan(others), 0.0, np.delete(points, item))
    whole = weights.sum(axis=1)
    earned = (np.nan_to_num(others) * weights).sum(axis=1)
    return np.divide(earned, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _item(share: Numbers, rest: Numbers) -> dict[str, Any]:
    known = ~np.isnan(share)
    difficulty = _rounded(share[known].mean()) if known.any() else None
    known &= ~np.isnan(rest)
    share, rest = share[known], rest[known]
    discrimination, correlation = _discrimination(share, rest), _correlation(share, rest)
    marked = []
    if difficulty is not None and not DIFFICULTY[0] <= difficulty <= DIFFICULTY[1]:
        marked.append("difficulty")
    marked += ["discrimination"] if discrimination is not None and discrimination < LEAST else []
    marked += ["point_biserial"] if correlation is not None and correlation < LEAST else []
    return {
        "difficulty": difficulty,
        "discrimination": discrimination,
        "point_biserial": correlation,
        "out_of_bounds": marked,
    }


def _discrimination(share: Numbers, rest: Numbers) -> float | None:
    """The mean share of the best in the rest, less that of the weakest; ties stand in the order of the class."""
    if len(share) < 2 or np.ptp(rest) == 0:
        return None
    size = max(1, round(ENDS * len(share)))
    order = np.argsort(rest, kind="stable")
    return _rounded(share[order[-size:]].mean() - share[order[:size]].mean())


def _correlation(share: Numbers, rest: Numbers) -> float | None:
    """Between having passed it and the rest; none where all or nobody passed."""
    passed = (share >= 1.0).astype(float)
    if len(share) < 3 or np.ptp(passed) == 0 or np.ptp(rest) == 0:
        return None
    return _rounded(np.corrcoef(passed, rest)[0, 1])


def _rounded(value: Any) -> float:
    return round(float(value), 3)
