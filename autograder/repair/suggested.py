"""The edits that are tried of an answer: what it differs in from the nearest rights, and all small changes of it."""

from __future__ import annotations

import ast
import functools
import itertools

from autograder.exercise import Exercise
from autograder.judging.verdict import Diagnosis
from autograder.repair import differ, expressions, likely, methods, reading, rights, statements, undoing
from autograder.repair.edit import Edit, distance, labels
from autograder.repair.reading import Definition
from autograder.repair.vocabulary import Vocabulary, vocabulary

#: Rights that a difference is made to, nearest first, and those whose words are used.
NEAREST, READ = 5, 6
#: How much likelier an edit is that leads to a right.
SUGGESTED = 3.0
#: So many of the likeliest edits of each sort.
LIKELY = 50


class Suggested:
    """The edits to try: those of the differences to the nearest rights, and all others once they are asked for."""

    def __init__(
        self,
        exercise: Exercise,
        name: str,
        tree: ast.Module,
        answers: list[tuple[str, ast.stmt]],
        apart: set[str],
        alone: Diagnosis | None = None,
    ) -> None:
        self.tree, self.places = tree, reading.editable(tree, apart)
        found = [n for n in self.places if isinstance(n, Definition) and n.name == name]
        self.asked = found[-1] if found else None
        right = [rights.as_imported(node, reading.imports(tree)) for _, node in answers]
        self.differences: list[list[Edit]] = []
        self.undone: list[Edit] = []
        if self.asked is not None:
            self.undone = undoing.edits(exercise, alone.mistake, self.asked) if alone else []
            mine = labels(self.asked)
            alike = [node for node in right if type(node) is type(self.asked)]
            alike.sort(key=lambda node: distance(mine, labels(node)))
            right = [rights.renamed(node, self.asked) for node in alike[:NEAREST]]
            made = [differ.difference(self.asked, node) for node in right]
            made.sort(key=lambda edits: sum(edit.cost for edit in edits))
            bags = [labels(node) for node in right]
            self.differences = [likely.ranked(tree, edits, bags, SUGGESTED, self.undone) for edits in made if edits]
        self.right = right[:READ]

    @property
    def likely(self) -> list[Edit]:
        """The likeliest edits, of those that lead to a right and of all others by turns."""
        towards = sorted((e for d in self.differences for e in d), key=lambda edit: edit.rank)
        pairs = itertools.zip_longest(self.edits[:LIKELY], towards[:LIKELY])
        return [edit for pair in pairs for edit in pair if edit is not None]

    @functools.cached_property
    def edits(self) -> list[Edit]:
        """Every single edit, likeliest first: made when it is asked for."""
        known = vocabulary(self.right)
        given = {name for node in self.tree.body for name in reading.binds(node)}
        imported = {name for node in reading.imports(self.tree) for name in reading.binds(node)}
        found: list[Edit] = []
        for place in self.places:
            words = known if place is self.asked or self.asked is None else Vocabulary()
            if isinstance(place, ast.ClassDef):
                found += methods.edits(place, methods.asked_for(self.right))
            for function in _functions(place):
                names = reading.scope(function) | given
                found += expressions.edits(function, names, imported, words)
                found += statements.edits(function, names, words)
        return likely.ranked(self.tree, found, known.bags, undone=self.undone)


def _functions(place: ast.stmt) -> list[ast.AST]:
    """What has names of its own: the methods of a class apart, since a local of one is unknown in the next."""
    if not isinstance(place, ast.ClassDef):
        return [place]
    return [node for node in place.body if hasattr(node, "number")]
