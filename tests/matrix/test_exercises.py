"""The grader graded, over all exercises: the stub is red, the reference and every right green, every mistake red and
diagnosed as itself, every probe needed, no mutant of the reference unnoticed. `make matrix` prints the same findings.
"""

from __future__ import annotations

import pytest
from equivalent_mutants import EQUIVALENT

from autograder import lesson, source, workspace
from autograder.api import check_text
from autograder.matrix.mutants import mutants
from autograder.matrix.selfcheck import examine

EXERCISES = {exercise.name: exercise for exercise in lesson.exercises()}
#: The rows of the lesson's outline. None may be dropped or merged away.
ROWS = {1: 3, 2: 15, 3: 6, 4: 20, 5: 5, 6: 18, 7: 10, 8: 9}
MILESTONE = "R5.5"


@pytest.mark.parametrize("name", EXERCISES)
def test_the_grading_is_sharp_and_fair(name: str) -> None:
    found = examine(EXERCISES[name])
    assert found.findings == []
    surprising = [s for s in found.survivors if s.split("  ->  ")[1] not in EQUIVALENT.get(name, {})]
    assert surprising == [], "mutants of the reference that no probe catches"


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_passes_as_a_learners_file(name: str) -> None:
    exercise = EXERCISES[name]
    text = source.solutions_path(exercise.section).read_text(encoding="utf-8")
    verdict = check_text(text, "answer.py", exercise, seed=7)
    assert verdict.passed, verdict.message
    assert verdict.points == verdict.max_points


def test_every_equivalent_mutant_still_exists() -> None:
    for name, lines in EQUIVALENT.items():
        made = {m.description.split("  ->  ")[1] for m in mutants(EXERCISES[name].section, name)}
        assert set(lines) <= made


def test_every_row_of_the_outline_is_an_exercise_or_a_milestone() -> None:
    rows = {f"R{section}.{row}" for section, count in ROWS.items() for row in range(1, count + 1)}
    ids = [i for exercise in EXERCISES.values() for i in exercise.ids]
    assert sorted(ids) == sorted(set(ids)), "an id twice"
    assert rows - set(ids) == {MILESTONE}
    assert not [i for i in set(ids) - rows if not i.startswith("X")], "of your own: X1, X2, ..."


def test_the_order_in_solutions_is_the_order_in_checks() -> None:
    for section in lesson.sections():
        assert list(source.answers(section)) == list(lesson.load(section)), section


@pytest.mark.parametrize("section", lesson.sections())
def test_the_learners_file_is_generated_from_the_solutions(section: str) -> None:
    text = source.exercises_path(section).read_text(encoding="utf-8")
    for name, answer in source.answers(section).items():
        present = workspace.definition(text, name)
        assert present is not None, "run `make build`"
        assert present == source.stub(answer) or not workspace.is_stub(present), "run `make build`"


@pytest.mark.parametrize("section", lesson.sections())
def test_what_runs_beside_a_learner_holds_no_secret(section: str) -> None:
    released = source.probes(section)
    for exercise in lesson.load(section).values():
        for variant in [*exercise.rights.values(), *exercise.mistakes.values()]:
            assert f"def {variant.name}(" not in released
            assert not variant.message or variant.message not in " ".join(released.split())
        for text in [*exercise.hints, *(s.explanation for s in exercise.statements.values())]:
            assert text not in released


@pytest.mark.parametrize("name", [name for name, e in EXERCISES.items() if e.kind == "concept"])
def test_a_concept_question_has_true_and_false_statements_and_explains_each(name: str) -> None:
    exercise = EXERCISES[name]
    prompt = source.answers(exercise.section)[name].prompt
    letters = list(exercise.statements)
    assert 4 <= len(letters) <= 6
    for letter in letters:
        assert f"\n{letter}) " in prompt, f"statement {letter} is not in the prompt"
        assert exercise.statements[letter].explanation
    assert f"\n{chr(ord(letters[-1]) + 1)}) " not in prompt, "a statement without explanation"
    assert exercise.model_answer
    assert exercise.rubric
