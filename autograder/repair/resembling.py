"""Where a known mistake stands in an answer that behaves like it, though no small edit mends the answer: at the lines
that read like the author's text of the mistake, and like no right answer."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator

from autograder.authoring import variants
from autograder.authoring.families import complete
from autograder.exercise import Exercise
from autograder.repair import rights

#: A line reads like another when they share so much, and so much more than it shares with any line of a right; or when
#: it has a run of so many words that is in the mistake and in no right.
LIKE, CLEARLY, NEARLY_AS_MUCH = 0.6, 0.06, 0.05
RUN = 3
MOST = 3

Words = tuple[str, ...]


def lines(exercise: Exercise, mistake: str, theirs: ast.stmt) -> tuple[int, ...]:
    """The lines of `theirs` that read like what the mistake has and no right has; () where none does."""
    variant = exercise.mistakes.get(mistake) or complete(exercise).get(mistake)
    if variant is None:
        return ()
    wrong = variants.tree(exercise, mistake)[0]
    right = [variants.tree(exercise, variant.of)[0], *(node for _, node in rights.right_answers(exercise))]
    if type(wrong) is not type(theirs):
        return ()
    own = [rights.renamed(rights.cleaned(n, exercise.name), theirs) for n in (wrong, *right) if type(n) is type(theirs)]
    fine = {words for node in own[1:] for _, words in _steps(node)}
    amiss = {words for _, words in _steps(own[0])} - fine
    steps = list(_steps(theirs))
    return _where([(_closer(words, amiss, fine), step.lineno) for step, words in steps]) or _where(
        [(_told(words, amiss, fine), step.lineno) for step, words in steps]
    )


def _where(seen: list[tuple[float, int]]) -> tuple[int, ...]:
    best = max(seen, default=(0.0, 0))[0]
    found = sorted({line for like, line in seen if like and like >= best - NEARLY_AS_MUCH})
    return tuple(found) if len(found) <= MOST else ()


def _steps(tree: ast.AST) -> Iterator[tuple[ast.stmt, Words]]:
    """Every statement, and of one that holds others its header, as the words that it is made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node is not tree:
            text = ast.unparse(node)
            yield node, tuple(re.findall(r"\w+|\S", text.split("\n")[0] if hasattr(node, "body") else text))


def _closer(words: Words, amiss: set[Words], fine: set[Words]) -> float:
    """How much a line is like one of the mistake, 0 where it is nearly as much like one of a right."""
    like, unlike = _most(words, amiss), _most(words, fine)
    return like if like >= LIKE and like >= unlike + CLEARLY else 0.0


def _most(words: Words, others: set[Words]) -> float:
    return max((difflib.SequenceMatcher(None, words, other).ratio() for other in others), default=0.0)


def _told(words: Words, amiss: set[Words], fine: set[Words]) -> float:
    """How many runs of words a line shares with the mistake, and with no right."""
    return len(_runs({words}) & _runs(amiss) - _runs(fine))


def _runs(lines: set[Words]) -> set[Words]:
    return {words[i : i + RUN] for words in lines for i in range(len(words) - RUN + 1)}
