"""Which edits are tried first: those that learners' mistakes ask for most, and those that lead towards a right."""

from __future__ import annotations

import ast
import bisect
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from autograder.repair import undoing
from autograder.repair.edit import Edit, distance, labels
from autograder.repair.sets import WHOLESALE

#: How unlikely a kind is by itself; what is not named here is 3.
USUAL = {
    "dimension": 0.0, "keepdim": 0.0, "sign": 0.5, "constant": 1.0, "statement_missing": 1.0, "outdent": 0.5,
    "indent": 0.5, "moved": 1.0, "statement_extra": 1.0, "function": 1.0, "no_grad_missing": 1.0, "comparison": 0.5,
    "call_extra": 1.0, "call_missing": 2.5, "operands_swapped": 1.0, "arguments_swapped": 1.0, "argument_extra": 1.5,
    "argument_missing": 1.5, "operand_missing": 2.0, "operand_extra": 1.5, "operator": 1.0, "order": 1.0, "name": 1.5,
    "dimension_missing": 0.5, "return_missing": 0.5, "overwrites": 1.0, "accumulates": 1.0, "not_in_place": 0.5,
    "result_dropped": 0.0, "in_place": 0.5, "condition_missing": 1.5, "condition_extra": 0.5, "with_extra": 1.5,
    "index": 1.5, "rounding": -2.0, "names_exchanged": 1.0, "not_called": -1.0, "method_name": -1.0, "divisor": 0.5,
    "element_extra": 1.0, "element_missing": 2.0,
}  # fmt: skip
OTHER = 3.0
#: Kinds whose place is seen from the text alone: nothing comes of what stands there.
EFFECTLESS, SEEN = {"result_dropped"}, -6.0
#: What counts for an edit that only moves or exchanges what is there: as if two thirds of it led towards a right.
UNCHANGED = 2.0
#: What counts at least for these kinds, whatever number or function rights have there.
LEAST = {"dimension": 1.5, "function": 1.0}
#: Each part more that a right has as well makes it less likely that it is there by chance.
SURER = 0.4
#: For two calls beside each other that change places: a step before backward() is a mistake of many.
EXCHANGED = 5.0
#: Of the edits of a kind only one or two are it: how much less likely each is with each doubling of those before it.
SHARED = 1.0
#: For an edit that takes out what draws at random, where no right does: of what is drawn nothing agrees but by luck.
DRAWS = {n for name in ("randperm", "randint", "randrange", "shuffle", "sample", "choice") for n in (name, f".{name}")}
LUCK = 6.0
#: For an edit that is the one by which the known mistake would be undone.
LIKE_UNDOING = 4.0


def ranked(
    tree: ast.Module, edits: list[Edit], rights: list[Counter[str]], bonus: float = 0.0, undone: Sequence[Edit] = ()
) -> list[Edit]:
    """The edits with their rank, likeliest first.

    `bonus` is for edits that a right suggests, `undone` what undoes the known mistake that the answer behaves like.
    """
    whole = labels(tree)
    nearest = sorted(rights, key=lambda right: distance(whole, right))[:3]
    drawn = set() if any(DRAWS & right.keys() for right in rights) else DRAWS & whole.keys()
    found: list[Edit] = []
    for edit in edits:
        rank = USUAL.get(edit.kind, OTHER) + 0.2 * edit.cost - 1.5 * _towards(edit, whole, nearest) - bonus
        rank -= LIKE_UNDOING * undoing.likeness(edit, undone) if undone else 0.0
        if edit.kind in EFFECTLESS:
            rank = SEEN
        if edit.said.get("past") == "call":
            rank -= EXCHANGED
        if drawn & edit.gone.keys():
            rank -= LUCK
        found.append(replace(edit, rank=round(rank, 6)))
    of_kind: dict[str, list[float]] = {}
    for edit in sorted(found, key=lambda edit: edit.rank):
        of_kind.setdefault(edit.kind, []).append(edit.rank)
    before = [bisect.bisect_right(of_kind[edit.kind], edit.rank) for edit in found]
    found = [replace(e, rank=e.rank + SHARED * math.log2(n)) for e, n in zip(found, before, strict=True)]
    return sorted(found, key=lambda edit: edit.rank)


def _towards(edit: Edit, whole: Counter[str], rights: list[Counter[str]]) -> float:
    """How much nearer the edit brings the bag of what the text is made of to a right's, from -3 to 3."""
    count = edit.come.total() + edit.gone.total()
    if not count:
        return UNCHANGED
    best = LEAST.get(edit.kind, -3.0)
    for right in rights:
        gain = 0
        for label, many in edit.gone.items():
            gain += abs(whole[label] - right[label]) - abs(whole[label] - many - right[label])
        for label, many in edit.come.items():
            gain += abs(whole[label] - right[label]) - abs(whole[label] + many - right[label])
        sure = 0 if edit.kind in WHOLESALE else SURER * max(0, min(gain, 4) - 1)
        best = max(best, 3 * gain / count + sure)
    return best
