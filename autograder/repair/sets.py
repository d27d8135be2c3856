"""Sets of edits: the text with them made, whether it passes, whether it is fair, and which is the best of some."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.judging.verdict import Diagnosis, Frame
from autograder.repair import alive
from autograder.repair.edit import Edit, apply, labels, number_of
from autograder.repair.reading import is_text
from autograder.repair.statements import taken_out
from autograder.repair.trial import Frames, Trials, behaviour, text_of
from autograder.trees import walk

#: So many sets that pass are compared with each other; one that costs so much more is as good.
MOST_COMPARED, NEARLY_AS_GOOD = 12, 2.0
#: A set that changes more of the answer than this leaves too little of it to speak of "all but".
MOST_CHANGED = 0.5
#: So many statements are asked whether they still matter.
STEPS, MOST_STEPS = (ast.Expr, ast.Assign, ast.AugAssign, ast.For, ast.While), 12
#: Kinds that take away a part, and bring nothing in its place.
TAKEN_AWAY = {"operand_extra", "argument_extra", "call_extra", "element_extra"}
#: Of several names that a statement gives, a change of so little may leave one unread.
SMALL = 3
#: Kinds that replace what stood there, and so say nothing where little else stands.
WHOLESALE = {"expression", "statement", "statement_missing", "method_missing", "return_missing", "argument"}


@dataclass
class Found:
    """Edits with which every probe passes, no part of them being enough."""

    edits: tuple[Edit, ...]
    #: What is seen of the answer as it is.
    base: Frames
    #: What is seen when all of the edits but this one are made.
    without: list[Frames] = field(default_factory=list)
    #: Whether by all of the edits but this one nothing of theirs dies, so that what is seen then is about their text.
    theirs: list[bool] = field(default_factory=list)
    #: Other sets that are as good.
    others: list[tuple[Edit, ...]] = field(default_factory=list)
    #: What is seen with all edits made, where that does not pass yet.
    after: Frames | None = None
    #: The probes that come nearer then, where none comes to agree.
    nearer: tuple[str, ...] = ()
    #: Whether that is seen by what its steps give.
    stepped: bool = False
    #: The known mistake that the answer behaves like then.
    met: Diagnosis | None = None

    @property
    def cost(self) -> float:
        return cost(self.edits)


def cost(edits: Iterable[Edit]) -> float:
    return sum(edit.cost + 1.5 + 0.5 * edit.rank for edit in edits)


class Sets:
    """What can be asked of sets of edits of this answer, of which these probes fail."""

    def __init__(self, tree: ast.Module, trials: Trials, failing: list[str], base: Frames):
        self.tree, self.trials, self.failing, self.base = tree, trials, failing, base
        self._dead = alive.dead(tree)
        self._size = labels(tree).total()

    def text(self, edits: tuple[Edit, ...]) -> str | None:
        """The text with these edits made; None where they cannot be."""
        tree = apply(self.tree, edits)
        return text_of(tree) if tree is not None else None

    def is_fair(self, edits: tuple[Edit, ...]) -> bool:
        """Whether enough of the learner's answer stays, and nothing of what stays dies by the edits."""
        if sum(e.cost for e in edits if e.kind in WHOLESALE) > MOST_CHANGED * self._size:
            return False
        if len(edits) > 1 and any(e.kind == "statement_extra" and e.gone.keys() & {"For", "While"} for e in edits):
            return False  # a loop is taken out, and what it worked out comes from elsewhere
        if any(e.kind == "no_grad_missing" for e in edits) and any(".data" in e.gone for e in edits):
            return False  # `.data` did it without a record: that one is needed is our doing
        tree = apply(self.tree, edits)
        gone = {inner for e in edits if e.kind == "statement_extra" for inner, _ in e.parts}
        gone |= {number_of(step) for step in walk(self.tree) for edit in edits if _goes_with(step, edit)}
        return tree is not None and not alive.kills(self._dead, tree, gone)

    def all_pass(self, sets: list[tuple[Edit, ...]], careful: bool = True) -> list[tuple[Edit, ...]]:
        part = [(s, t) for s in sets if (t := self.text(s))]
        first = self.failing[:1]
        seen = self.trials.run([t for _, t in part], first)
        part = [p for p, frames in zip(part, seen, strict=True) if not self.trials.failing(frames, first)]
        seen = self.trials.run([t for _, t in part], None)
        passing = [s for (s, _), frames in zip(part, seen, strict=True) if not self.trials.failing(frames)]
        return [s for s in passing if not careful or self.is_fair(s)]

    def best(self, sets: list[tuple[Edit, ...]]) -> Found | None:
        """The cheapest of these sets, all of which pass, that holds nothing needless; with what else is as good."""
        sets = sorted(sets, key=cost)[:MOST_COMPARED]
        sets = [s for s in self._minimal(sets) if not self._bypasses(s) and not self._leaves_idle(s)]
        if not sets:
            return None
        best = sets[0]
        others = [s for s in sets[1:] if cost(s) <= cost(best) + NEARLY_AS_GOOD and len(s) == len(best)]
        if len(best) == 1:
            return Found(best, self.base, [self.base], [True], others)
        rests = [tuple(e for e in best if e is not edit) for edit in best]
        texts = [self.text(rest) for rest in rests]
        seen = iter(self.trials.run([t for t in texts if t], None))
        return Found(best, self.base, [next(seen) if t else {} for t in texts], list(map(self.is_fair, rests)), others)

    def _bypasses(self, edits: tuple[Edit, ...]) -> bool:
        """Whether what these edits put under a condition need never run: they compute the answer anew beside it."""
        tree = apply(self.tree, edits)
        if tree is None or not alive.never(tree) or not (text := text_of(tree)):
            return False
        (seen,) = self.trials.run([text], None)
        return not self.trials.failing(seen)

    def _leaves_idle(self, edits: tuple[Edit, ...]) -> bool:
        """Whether a statement that mattered is needed no more: one edit computes the answer anew without it."""
        if len(edits) > 1 or edits[0].kind not in WHOLESALE:
            return False
        inside = [n for n in walk(self.tree) if isinstance(n, STEPS) and n.lineno not in edits[0].lines]
        out = [taken_out(step) for step in inside if not alive.prints(step) and not is_text(step)][:MOST_STEPS]
        pairs = [(self.text((edit,)), self.text((*edits, edit))) for edit in out]
        texts = [text for pair in pairs for text in pair if all(pair) and text]
        seen = dict(zip(texts, self.trials.run(texts, None), strict=True))
        return any(
            not self.trials.failing(seen[mended]) and self.behaviour(seen[bare]) != self.behaviour(self.base)
            for bare, mended in pairs
            if bare and mended
        )

    def behaviour(self, frames: Frames) -> list[Frame]:
        """How an answer behaves in the probes that fail."""
        return [behaviour(frames.get(name, {})) for name in self.failing]

    def _minimal(self, sets: list[tuple[Edit, ...]]) -> list[tuple[Edit, ...]]:
        """The sets of which every part leaves a probe failing."""
        parts = [[p for n in range(1, len(s)) for p in itertools.combinations(s, n)] for s in sets]
        enough = {_key(p) for p in self.all_pass([p for some in parts for p in some], careful=False)}
        return [s for s, some in zip(sets, parts, strict=True) if not any(_key(p) in enough for p in some)]


def _goes_with(step: ast.AST, edit: Edit) -> bool:
    """Whether it is of no use, or of less, without what the edit takes away: it was only worked out for it, or one of
    several names that it gives is."""
    names = alive.given(step) if isinstance(step, ast.Assign) else set()
    if edit.kind in TAKEN_AWAY and not edit.come:
        return bool(names) and names <= edit.gone.keys()
    return len(names) > 1 and edit.cost <= SMALL and bool(names & edit.gone.keys())


def _key(edits: tuple[Edit, ...]) -> tuple[int, ...]:
    return tuple(map(id, edits))
