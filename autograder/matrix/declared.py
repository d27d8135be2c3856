"""What an author has declared, read before anything runs: is it complete, and does every name in it exist?"""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path

from autograder import lesson, proofread, source
from autograder.authoring.families import slips
from autograder.authoring.relations import RELATIONS
from autograder.declaring import near_to
from autograder.exercise import Exercise
from autograder.process.frames import Outcome
from autograder.process.warm import warm

LEAST_RIGHTS, LEAST_MISTAKES, LEAST_HINTS = 2, 4, 2
#: Code of so many letters may stand in a hint, though it is all that the reference returns, or a line of it.
LONGEST_PART, LONGEST_LINE = 10, 25


def declared(exercise: Exercise) -> list[str]:
    """The names of its mistakes, those included that are a relation to the reference."""
    return [*exercise.mistakes, *(name for name in exercise.relations if name in RELATIONS and not exercise.is_class)]


def incomplete(exercise: Exercise) -> list[str]:
    """What is still to be declared, and names that stand for nothing."""
    findings = _families(exercise) + _told(exercise) + _hidden(exercise)
    if exercise.kind == "code":
        findings += _names(exercise)
        if len(exercise.rights) < LEAST_RIGHTS:
            findings.append(f"{len(exercise.rights)} right answers: declare at least {LEAST_RIGHTS} in other styles")
        if len(declared(exercise)) < LEAST_MISTAKES:
            findings.append(f"{len(declared(exercise))} mistakes: declare at least {LEAST_MISTAKES}")
    else:
        findings += [
            f"{_at(exercise, s.letter)}: statement {s.letter} is not explained: write why it is true or false"
            for s in exercise.statements.values()
            if not s.explanation
        ]
    if len(exercise.hints) < LEAST_HINTS or not all(hint.strip() for hint in exercise.hints):
        told = f"{len(exercise.hints)} hints: give at least {LEAST_HINTS}, the last just short of the answer"
        findings.append(f"{_at(exercise, exercise.name)}: {told}")
    others = [other for other in lesson.exercises() if other.name != exercise.name]
    for one in exercise.ids:
        if twice := [other.name for other in others if one in other.ids and not one.startswith("X")]:
            findings.append(f"{_at(exercise, one)}: {one} is an id of {twice[0]} too: each row is asked once")
    if not exercise.ids:
        findings.append(f'{_at(exercise, exercise.name)}: no id: write ids=["X1"], or a row of the outline')
    return findings


def _told(exercise: Exercise) -> list[str]:
    """Where prompt, reference and hints do not go together: a print or a parameter too many, an answer given away."""
    solutions = source.solutions_path(exercise.section)
    (asked,) = (node for node in proofread.definitions(solutions) if node.name == exercise.name)
    prompt, findings = ast.get_docstring(asked) or "", []
    calls = [node for node in ast.walk(asked) if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"]
    if calls and "print" not in prompt.lower():
        told = "the reference prints: take print(...) out, or say in the prompt that it does"
        findings.append(f"{proofread.at(solutions, calls[0].lineno)}: {told}")
    for line in proofread.left_below(solutions, exercise.name):
        told = "every learner's file would have this: take it out of the solutions"
        findings.append(f"{proofread.at(solutions, line)}: {told}")
    for line in proofread.brought_along(solutions):
        told = "learners do not have what this imports: write what is needed here, or hand it over as an argument"
        findings.append(f"{proofread.at(solutions, line)}: {told}")
    if isinstance(asked, ast.FunctionDef) and (told := _misnamed(asked, prompt)):
        findings.append(f"{proofread.at(solutions, asked.lineno)}: {told}")
    ends = [ast.unparse(node.value) for node in ast.walk(asked) if isinstance(node, ast.Return) and node.value]
    lines = [ast.unparse(node) for node in ast.walk(asked) if isinstance(node, ast.Assign | ast.AugAssign)]
    for hint in exercise.hints if exercise.kind == "code" else ():
        longer = [code for code in ends if len(code) > LONGEST_PART] + [
            code for code in lines if len(code) > LONGEST_LINE
        ]
        if given := next((code for code in longer if code in hint), None):
            told = f"this hint hands the answer out: leave `{given}` to the learner"
            findings.append(f"{_at(exercise, hint)}: {told}")
    return findings


def _hidden(exercise: Exercise) -> list[str]:
    """Names that its probes use and the checks of another exercise define anew: a notebook has all in one text."""
    section, findings = exercise.section, []
    own = source.checks_paths(section, exercise.name)
    mine: dict[str, Path] = {name: path for path in own for name in source.defined(path)[0]}
    used = source.defined(own[-1])[1]
    others = [path for name in lesson.load(section) for path in source.checks_paths(section, name) if path not in own]
    for other in dict.fromkeys(others):
        for name in sorted(mine.keys() & used & source.defined(other)[0].keys()):
            line = source.defined(mine[name])[0][name]
            told = f"another `{name}` would hide this one where the section's checks are one text: rename one of them"
            findings.append(
                f"{proofread.at(other, source.defined(other)[0][name])}: {told} ({proofread.at(mine[name], line)})"
            )
    return findings


def _misnamed(asked: ast.FunctionDef, prompt: str) -> str:
    """A name in the prompt, described or between backticks, that was meant for a parameter."""
    taken = [node.arg for node in ast.walk(asked.args) if isinstance(node, ast.arg)]
    described = re.findall(r"\w+", " ".join(re.findall(r"^(\w+(?:, \w+)*): ", prompt, re.MULTILINE)))
    used = {*re.findall(r"\w+", "".join(map(ast.unparse, asked.body[1:]))), *dir(builtins)}
    quoted = [name for name in re.findall(r"`(\w+)`", prompt) if name not in used]
    unknown = [name for name in described + quoted if name not in taken]
    missed = [name for name in taken if not re.search(rf"\b{name}\b", prompt)]
    if unknown and missed:
        told = f"which is no parameter, and not `{missed[0]}`, which is one: call them alike"
        return f"the prompt names `{unknown[0]}`, {told}"
    near = next((name for name in unknown if name in quoted and near_to(name, taken)), "")
    return f"the prompt names `{near}`, which is no parameter{near_to(near, taken)}" if near else ""


def _names(exercise: Exercise) -> list[str]:
    """Relations that there are not, twins that there are not, and twins whose readers are told different things."""
    findings = []
    for name in exercise.relations:
        if name not in RELATIONS:
            near = near_to(name, list(RELATIONS)) or f". There are {', '.join(RELATIONS)}"
            if name in slips():
                near = ": a slip that sister exercises share counts by itself. Leave it out"
            findings.append(f"{_at(exercise, name)}: there is no relation {name}{near}")
        elif name in exercise.mistakes:
            told = f"the relation {name} is a mistake of this exercise too. Rename that, or drop it"
            findings.append(f"{place_of(exercise, name)}: {told}")
        elif exercise.is_class:
            findings.append(f"{_at(exercise, name)}: a relation changes what a function returns; leave {name} out")
    asked = warm().ask({"shortcuts": exercise.shortcut}) if exercise.shortcut else Outcome()
    for frame in asked.frames:
        for name, told in frame["unknown"].items():
            findings.append(f'{_at(exercise, name)}: the shortcut "{name}" {told}')
    checks = proofread.read(source.checks_path(exercise.section, exercise.name))
    for mistake in exercise.mistakes.values():
        place = place_of(exercise, mistake.name)
        if not mistake.message:
            told = "write its docstring"
            if re.search(rf"def {mistake.name}\(.*\):\s+[rR]?f[rR]?['\"]", checks):
                told = "its docstring has an f in front, with which Python takes it for code. Leave the f out"
            findings.append(f"{place}: {mistake.name} tells learners nothing: {told}")
        for twin in mistake.twins:
            if twin == mistake.name:
                findings.append(f"{place}: {twin} is named as its own twin: name the other mistake, or drop it")
            elif twin not in exercise.mistakes and twin not in RELATIONS:
                near = near_to(twin, [*exercise.mistakes, *RELATIONS])
                findings.append(f"{place}: {mistake.name} names a twin {twin} that there is not{near}")
            elif twin in exercise.mistakes and exercise.mistakes[twin].message != mistake.message:
                findings.append(f"{place}: the twins {mistake.name} and {twin} say different things: say one")
    return findings


def place_of(exercise: Exercise, name: str) -> str:
    """File and line where a probe, a right or a mistake is declared; of a relation where it is named."""
    if name in exercise.watched:
        return proofread.at(*exercise.watched[name].place)
    if variant := ((exercise.family or {}) | exercise.rights | exercise.mistakes).get(name):
        return proofread.at(*variant.declared)
    return _at(exercise, name)


def _at(exercise: Exercise, text: str) -> str:
    """Where this text stands in the checks of the exercise."""
    checks = source.checks_path(exercise.section, exercise.name)
    return proofread.at(checks, proofread.declared_at(checks, text))


def _families(exercise: Exercise) -> list[str]:
    known = slips()
    unknown = sorted(exercise.refuses.keys() - known.keys())
    findings = [f"{_at(exercise, n)}: there is no family slip {n} to refuse{near_to(n, list(known))}" for n in unknown]
    silent = [name for name, why in exercise.refuses.items() if not why.strip()]
    return findings + [f"{_at(exercise, name)}: say why {name} is refused" for name in silent]
