from __future__ import annotations

import ast

from autograder import source
from autograder.matrix.mutants import mutants


def test_mutants_change_one_answer_in_one_place() -> None:
    original = ast.unparse(ast.parse(source.solutions_path("cross_entropy").read_text(encoding="utf-8")))
    made = mutants("cross_entropy", "softmax")
    assert len(made) > 5
    assert len({mutant.text for mutant in made}) > 5
    for mutant in made:
        compile(mutant.text, "mutant", "exec")
        assert mutant.text != original
        assert " -> " in mutant.description


def test_docstrings_are_not_mutated() -> None:
    prompt = source.answers("cross_entropy")["softmax"].prompt.splitlines()[0]
    assert all(prompt in mutant.text for mutant in mutants("cross_entropy", "softmax"))
