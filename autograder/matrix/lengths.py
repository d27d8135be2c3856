"""Sentences that are too long for whoever reads them between two tries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder import proofread, source
from autograder.exercise import Exercise
from autograder.matrix.declared import place_of

MOST = 30
#: What begins a line of prompts that is no going on of the one before: a list, a letter, a table, an example.
BEGINS = re.compile(r"\n(?=\s*(?:- |[a-z]\) |>>> |\S+( \S+)?: |`[^`]+`(?:, `[^`]+`)*  |\n))")
#: How much of a sentence is quoted.
QUOTED = 5


def too_long(exercise: Exercise) -> list[str]:
    """A line for each sentence of the prompt, the hints, the mistakes and so on that has too many words."""
    return [
        f'{place}: this sentence has {len(words)} words, and at most {MOST} are read: "{" ".join(words[:QUOTED])} ..."'
        for place, text in _texts(exercise)
        for words in _sentences(text)
        if len(words) > MOST
    ]


def _sentences(text: str) -> Iterator[list[str]]:
    for paragraph in BEGINS.split(text):
        if paragraph and not paragraph.lstrip().startswith(">>>"):
            text = re.sub(r"^\s*[a-z]\)", "", paragraph)
            yield from (sentence.split() for sentence in re.split(r"(?<=[.?!])\s", text))


def _texts(exercise: Exercise) -> Iterator[tuple[str, str]]:
    answer = source.answers(exercise.section)[exercise.name]
    solutions = source.solutions_path(exercise.section)
    yield proofread.at(solutions, answer.first), answer.prompt
    checks = source.checks_path(exercise.section, exercise.name)
    explained = [statement.explanation for statement in exercise.statements.values()]
    for text in (*exercise.hints, *explained, exercise.model_answer, *exercise.rubric):
        yield proofread.at(checks, proofread.declared_at(checks, text)), text
    said = {probe.name: probe.says for probe in exercise.watched.values()}
    said |= {mistake.name: mistake.message for mistake in exercise.mistakes.values()}
    for name, text in said.items():
        yield place_of(exercise, name), text
