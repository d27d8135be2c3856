"""Other implementations of an exercise, each as the text of a file that a learner could have handed in.

Rights, mistakes, slips and relations, and the reference itself: made on the trusted side with `ast` alone, from the
text of the checks and of the solutions. A text defines the exercise's name and has in it what the definition reaches,
no more; it needs nothing but imports. So what runs beside a learner's code never looks into checks or solutions.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder import lesson, source
from autograder.authoring import relations
from autograder.authoring.patterns import has_docstring
from autograder.authoring.slips import Misfit, slip_of
from autograder.declaring import near_to
from autograder.exercise import Exercise, Variant
from autograder.trees import copied, walk

Definition = ast.FunctionDef | ast.ClassDef
Spec = dict[str, Any]


def implementation(exercise: Exercise, kind: str, name: str = "") -> Spec:
    """{"file": text, "path": label}; kind is "reference", "right", "mistake" (a slip, too), "family" or "relation"."""
    return {"file": _text(exercise.name, kind, name), "path": f"{name or exercise.name}.py"}


def rounded(exercise: Exercise, name: str = "") -> Spec:
    """The reference (no name) or a right, whose last digits differ as another order of summing makes them differ."""
    text = _text(exercise.name, "right" if name else "reference", name)
    around = f"from autograder.beside.rounding import rounded\n{exercise.name} = rounded({exercise.name})\n"
    return {"file": text + around, "path": f"{name or exercise.name}.py"}


def experiment(exercise: Exercise) -> Spec:
    """The experiment of a concept question: the text defines a function of that name, without arguments."""
    assert exercise.experiment_function is not None
    module = ast.parse(source.checks(exercise.section, exercise.name))
    definition = copied(_definition(module, exercise.experiment_function.__name__))
    definition.decorator_list = []
    return {"file": _unparsed(definition, module), "path": f"{exercise.name}.py", "name": definition.name}


def edited(exercise: Exercise, mistake: str) -> str:
    """The source of a mistake as an author wants to see it: the definition alone."""
    return ast.unparse(tree(exercise, mistake)[0])


def with_words(exercise: Exercise, name: str) -> tuple[ast.AST, set[str]]:
    """The reference (no name) or a right as a tree, and every word in it."""
    definition = tree(exercise, name)[0]
    return definition, set(re.findall(r"\w+", ast.unparse(definition)))


def same_as(exercise: Exercise, right: str) -> str:
    """Which other right answer this one is word for word, if it is."""
    for other in ["", *list(exercise.rights)[: list(exercise.rights).index(right)]]:
        if _bare(exercise, other) == _bare(exercise, right):
            return other or "the reference"
    return ""


def _bare(exercise: Exercise, name: str) -> str:
    """A right answer without its name."""
    definition = copied(tree(exercise, name)[0])
    if exercise.is_class and isinstance(definition, ast.FunctionDef):
        definition = next((node for node in definition.body if isinstance(node, ast.ClassDef)), definition)
    definition.name = exercise.name
    return ast.unparse(definition)


@functools.cache
def _text(exercise_name: str, kind: str, name: str) -> str:
    exercise = lesson.find(exercise_name)
    if kind == "relation":
        module = parsed(Path(relations.__file__).read_text(encoding="utf-8"))
        change, related = (_unparsed(_definition(module, wanted), module) for wanted in (name, "related"))
        # Apart, so that what the change itself raises is not taken for a line of the answer.
        around = f"exec(compile({change + related!r}, 'relation', 'exec'))"
        reference = _text(exercise_name, "reference", "")
        return f"{reference}\n{around}\n{exercise.name} = related({name}, {exercise.name})\n"
    definition, module = tree(exercise, name if kind != "reference" else "")
    text = _unparsed(definition, module)
    if definition.name == exercise.name:
        return text
    return text + f"\n{exercise.name} = {definition.name}{'()' if exercise.is_class else ''}\n"


def tree(exercise: Exercise, name: str) -> tuple[Definition, ast.Module]:
    """The definition of the reference (no name), a right or a mistake, and the module whose names it uses."""
    family = exercise.family or {}
    variant: Variant | None = exercise.rights.get(name) or exercise.mistakes.get(name) or family.get(name)
    if not name:
        module = parsed(source.solutions_path(exercise.section).read_text(encoding="utf-8"))
        return _definition(module, exercise.name), module
    if variant is None:
        raise KeyError(f"{exercise.name} has no {name}")
    if not variant.edits:
        module = parsed(source.checks(exercise.section, exercise.name))
        return _definition(module, name), module
    slip = slip_of(variant)
    known = [*exercise.rights, *exercise.mistakes]
    if slip.of and slip.of not in known:
        raise Misfit(slip.file, slip.line, f"there is no right {slip.of!r}{near_to(slip.of, known)}")
    chain = [name, slip.of]
    while chain[-1] in exercise.mistakes:
        if chain[-1] in chain[:-1]:
            raise Misfit(slip.file, slip.line, f"`{name}` is an edit of itself. Name a right in of=, or leave it out")
        chain.append(exercise.mistakes[chain[-1]].of)
    definition, module = tree(exercise, slip.of)
    made = slip.apply(definition)
    if ast.dump(made) == ast.dump(definition):
        raise Misfit(slip.file, slip.line, f"`{name}` changes nothing: its new code is the old code")
    return made, module


def misfits(exercise: Exercise) -> list[str]:
    """Each slip of the exercise that cannot be made, with file, line and what to write."""
    found = []
    for name in exercise.mistakes:
        try:
            tree(exercise, name)
        except Misfit as error:
            found.append(str(error))
    return found


@functools.lru_cache(maxsize=32)
def parsed(text: str) -> ast.Module:
    """A module, parsed, without the kit's decorators, docstrings and annotations."""
    module = ast.parse(text)
    for node in walk(module):
        if isinstance(node, Definition):
            if has_docstring(node.body):
                node.body[:1] = [] if node.body[1:] else [ast.copy_location(ast.Pass(), node.body[0])]
            node.decorator_list = [d for d in node.decorator_list if not _declares(d)]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
    return module


def _declares(decorator: ast.expr) -> bool:
    """Whether this is `@softmax.right` or `@softmax.mistake(...)`, which says what the function is to the kit."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    kinds = ("probe", "remark", "right", "mistake", "slip", "experiment")
    return (isinstance(target, ast.Name) and target.id == "relation") or (
        isinstance(target, ast.Attribute) and target.attr in kinds
    )


def _definition(module: ast.Module, name: str) -> Definition:
    return next(node for node in module.body if isinstance(node, Definition) and node.name == name)


def _unparsed(definition: Definition, module: ast.Module) -> str:
    """The definition and what it reaches of its module, in the order in which they stand there."""
    by_name = {name: node for node in module.body for name in bound(node)}
    original = by_name.get(definition.name)
    needed, queue = {id(original)}, [definition]
    while queue:
        for name in _names(queue.pop()):
            node = by_name.get(name)
            if node is not None and id(node) not in needed:
                needed.add(id(node))
                queue.append(node)  # type: ignore[arg-type]
    kept = [definition if node is original else node for node in module.body if id(node) in needed]
    return ast.unparse(ast.fix_missing_locations(ast.Module(kept, []))) + "\n"


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in walk(node) if isinstance(inner, ast.Name)}


def bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module binds."""
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.split(".")[0]
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and not _is_exercise(node.value):
        for inner in walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id


def _is_exercise(value: ast.expr | None) -> bool:
    """Whether this declares an exercise; a variable of that name is something else."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("code", "concept")
