"""What prompts promise again and again, and whether any probe of the exercise tries it.

A promise is known by the prompt's own words; whether it is tried shows in what the reference was called with and what
it gave. For a class no calls are recorded, so there only errors are looked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autograder import proofread, source
from autograder.exercise import Exercise
from autograder.judging.verdict import Frame


@dataclass(frozen=True)
class Promise:
    words: str  # a regular expression that the prompt matches
    tried: Callable[[list[Any]], bool]  # given every argument of every recorded call
    remedy: str
    of_one: bool = False  # where the line of a parameter says it, of that parameter


def _tensors(arguments: list[Any]) -> Iterator[dict[str, Any]]:
    """The tensors among the arguments, also those in a list of them."""
    for argument in arguments:
        if isinstance(argument, dict) and "tensor" in argument:
            yield argument
        elif isinstance(argument, list):
            yield from _tensors(argument)


def _any_rank(arguments: list[Any]) -> bool:
    ranks = {len(tensor["shape"]) for tensor in _tensors(arguments)}
    return 1 in ranks and max(ranks) > 2


def _float64(arguments: list[Any]) -> bool:
    return any(tensor["tensor"] == "float64" for tensor in _tensors(arguments))


def _one(arguments: list[Any]) -> bool:
    """The number 1, a list of one thing, or a tensor of one element or one row."""
    lists = [argument for argument in arguments if isinstance(argument, list)]
    lists += [tensor["values"] or [] for tensor in _tensors(arguments)]
    rows = [tensor["shape"][0] for tensor in _tensors(arguments) if tensor["shape"]]
    return 1 in [*map(len, lists), *rows, *(number for number in arguments if isinstance(number, int))]


def _absent_label(arguments: list[Any]) -> bool:
    """Labels of which the highest class of the table beside them is not one."""
    tables = [t["shape"][-1] for t in _tensors(arguments) if len(t["shape"]) == 2]
    labels = [t["values"] for t in _tensors(arguments) if t["tensor"] == "int64" and t["shape"]]
    return any(max(values) < classes - 1 for values, classes in zip(labels, tables, strict=False))


PROMISES = [
    Promise(
        r"any\s+number\s+of\s+dimensions",
        _any_rank,
        'try one dimension, and three: draw.promised("any number of dimensions")',
    ),
    Promise(
        r"same(\s+shape\s+and)?\s+dtype|dtypes?\s+(of\s+`|as\s+they)|input's\s+dtype",
        _float64,
        'try float64: draw.promised("float64")',
    ),
    Promise(
        r"at\s+least\s+(one|1)\b(?!\s+and)", _one, 'try 1, a list of one, or draw.promised("a single row")', of_one=True
    ),
    Promise(
        r"need\s+(not\s+)?occur",
        _absent_label,
        "try labels in which the last class does not occur: draw.labels(n, classes - 1)",
    ),
]
#: A dtype in words -> how those begin that it means.
DTYPES = {"float": "float", "float32": "float32", "float64": "float64", "int64": "int64", "int": "int", "bool": "bool"}
GIVEN = re.compile(rf"^((\w+)(?:, \w+)*: (?:an? )?({'|'.join(DTYPES)}) tensors?\b)(?!.*\bor\b)", re.MULTILINE)
GIVES = re.compile(rf"(Returns? (?:an? )?(?:new )?({'|'.join(DTYPES)}) tensor)\b(?!.*\bor\b)")
ERROR = re.compile(r"\b(?:[Rr]aises?|is an?)\s+((?:[A-Z]\w+Error)(?:\s+or\s+[A-Z]\w+Error)*)")


def _meant(prompt: str, at: int, calls: list[dict[str, Any]]) -> list[Any]:
    """What was given for the one parameter that the line of the prompt describes, as `every: int, at least 1`."""
    line = prompt[prompt.rfind("\n", 0, at) + 1 : at]
    named = re.match(r"(\w+): ", line)
    return [call["arguments"][named[1]] for call in calls if named and named[1] in call.get("arguments", {})]


def _other_dtypes(prompt: str, calls: list[dict[str, Any]]) -> list[str]:
    """Of each tensor of which the prompt says a dtype, that every call has another."""
    told = [
        (one[1], one[3], [c.get("arguments", {}).get(one[2]) for c in calls], "is given")
        for one in GIVEN.finditer(prompt)
    ]
    told += [(one[1], one[2], [c.get("result") for c in calls], "comes back") for one in GIVES.finditer(prompt)]
    found = []
    for words, dtype, values, how in told:
        seen = {value["tensor"] for value in values if isinstance(value, dict) and "tensor" in value}
        if seen and not any(one.startswith(DTYPES[dtype]) for one in seen):
            found.append(f'the prompt says "{words}", and {" and ".join(sorted(seen))} {how}: change either')
    return found


def untried(exercise: Exercise, reference: dict[str, Frame]) -> list[str]:
    """A sentence for each promise of the prompt that no probe tries, with what to add."""
    if exercise.kind == "concept":
        return []
    found = []
    answer = source.answers(exercise.section)[exercise.name]
    prompt, place = answer.prompt, proofread.at(source.solutions_path(exercise.section), answer.first)
    calls = [call for frame in reference.values() for call in frame["calls"]]
    arguments = [argument for call in calls for argument in call.get("arguments", {}).values()]
    for promise in PROMISES if arguments else ():
        words = re.search(promise.words, prompt)
        if words and not promise.tried((promise.of_one and _meant(prompt, words.start(), calls)) or arguments):
            found.append(
                f'{place}: no probe tries what the prompt promises, "{" ".join(words[0].split())}": {promise.remedy}'
            )
    found += [f"{place}: {told}" for told in _other_dtypes(prompt, calls)]
    seen = json.dumps([[frame.get("value"), frame.get("raised", {}).get("type")] for frame in reference.values()])
    for match in ERROR.finditer(prompt):
        if not any(error in seen for error in re.findall(r"\w+Error", match[1])):
            remedy = "return draw.raised(NAME, ...) of a call that raises it"
            found.append(f'{place}: no probe tries what the prompt promises, "{match[1]}": {remedy}')
    return found
