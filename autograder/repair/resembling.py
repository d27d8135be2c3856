"""Where a known mistake stands in an answer that behaves like it, though no small edit mends the answer: at the lines
that read like the author's text of the mistake, and like no right answer."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Sequence

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
    """The lines of `theirs` that read like what the mistake, or a twin, has and no right has; () where none does."""
    known, named = complete(exercise) | exercise.mistakes, texts(exercise, mistake)
    wrong = [variants.tree(exercise, name)[0] for name in named]
    right: list[ast.stmt] = [variants.tree(exercise, known[name].of)[0] for name in named]
    right += [node for _, node in rights.right_answers(exercise)]
    fine, amiss = (_words(exercise, nodes, theirs) for nodes in (right, wrong))
    fine |= {words for node in right for _, words in _steps(node)}  # whatever names were taken for whose
    amiss -= fine
    steps = list(_steps(theirs))
    return _where([(_closer(words, amiss, fine), step.lineno) for step, words in steps]) or _where(
        [(_told(words, amiss, fine), step.lineno) for step, words in steps]
    )


def texts(exercise: Exercise, mistake: str) -> list[str]:
    """The names of the mistake and of its twins, as far as there is a text of them."""
    known = complete(exercise) | exercise.mistakes
    return [name for name in (mistake, *sorted(exercise.twins_of(mistake))) if name in known]


def _words(exercise: Exercise, nodes: Sequence[ast.stmt], theirs: ast.stmt) -> set[Words]:
    """What the steps of these programs are made of, with the learner's names."""
    alike = [rights.cleaned(node, exercise.name) for node in nodes if type(node) is type(theirs)]
    return {words for node in alike for _, words in _steps(rights.renamed(node, theirs))}


def _where(seen: list[tuple[float, int]]) -> tuple[int, ...]:
    best = max(seen, default=(0.0, 0))[0]
    found = sorted({line for like, line in seen if like and like >= best - NEARLY_AS_MUCH})
    return tuple(found) if len(found) <= MOST else ()


def _steps(tree: ast.AST) -> Iterator[tuple[ast.stmt, Words]]:
    """Every statement, and of one that holds others its header, as the words that it is made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name):
            continue  # it says nothing of what is returned
        if isinstance(node, ast.stmt) and (node is not tree or isinstance(node, ast.FunctionDef)):
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
