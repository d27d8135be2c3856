"""Whether an edit makes steps of the answer give what steps of a right answer give, though the whole is still wrong.

Of several mistakes each may be seen so, where what comes out tells nothing of them. A step is an expression that works
something out, a value that is changed in place, or what a loop hands out.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from autograder.repair.edit import Edit, apply, having, inside, is_theirs, number, number_of
from autograder.repair.trial import STEP, Trials, text_of
from autograder.trees import copied, walk

#: Rights that are looked at.
MOST_RIGHTS = 12
STEPS = ast.Attribute | ast.BinOp | ast.Call | ast.Compare | ast.IfExp | ast.ListComp | ast.Subscript | ast.UnaryOp
#: Attributes of parameters, which are worked out elsewhere.
HELD = {"data", "grad"}
LOAD = ast.Load()
#: What is not asked: it is no step, or is written in a way of its own.
LEFT = (ast.JoinedStr, ast.arguments, ast.Match)
#: Of these only some parts are asked.
PARTS = {ast.FunctionDef: "body", ast.ClassDef: "body", ast.AnnAssign: "value"}


def marked(tree: ast.Module) -> str | None:
    """The program, each of its numbered steps handing what it gives to the function STEP; None where it is none."""
    return text_of(_marked(tree))


def _marked(node: Any, itself: bool = True) -> Any:
    if isinstance(node, LEFT):
        return node
    fields: dict[str, Any] = {}
    for name, value in ast.iter_fields(node):
        if name != PARTS.get(type(node), name):
            continue
        if isinstance(value, ast.AST):
            fields[name] = _marked(value, itself=not (isinstance(node, ast.Call) and name == "func"))
        elif isinstance(value, list):
            fields[name] = [new for item in value for new in (_in_block(item) if isinstance(item, ast.AST) else [item])]
    new = having(node, **fields)
    if isinstance(node, ast.For):
        given = [n for n in walk(node.target) if isinstance(n, ast.Name) and is_theirs(n)]
        new.body = [*(ast.Expr(_handed(n, n)) for n in given), *new.body]
    is_step = itself and isinstance(node, STEPS) and is_theirs(node) and getattr(node, "attr", "") not in HELD
    return _handed(node, new) if is_step and isinstance(getattr(node, "ctx", LOAD), ast.Load) else new


def _in_block(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.AugAssign) and is_theirs(node):
        return [_marked(node), ast.Expr(_handed(node, node.target))]
    return [_marked(node)]


def _handed(step: ast.AST, value: Any) -> ast.Call:
    if isinstance(getattr(value, "ctx", None), ast.Store):
        value = having(value, ctx=ast.Load())
    return ast.Call(ast.Name(STEP, ast.Load()), [ast.Constant(number_of(step)), value], [])


#: A step, and which of its results.
Result = tuple[int, int]


class Agreement:
    """Which results of an answer's steps are results of steps of right answers as well, under a probe."""

    def __init__(self, tree: ast.Module, trials: Trials, rights: Sequence[ast.Module]):
        self._tree, self._trials = tree, trials
        self._rights = [copied(right) for right in rights[:MOST_RIGHTS]]
        for right in self._rights:
            number(right)
        self._of_rights: dict[str, set[str]] = {}

    def gains(self, chosen: tuple[Edit, ...], more: list[Edit], probe: str) -> list[tuple[int, Edit]]:
        """Each edit that has more results agree when it is made as well, and how many more. None may agree no more, but
        those of the step that is changed, which rights may take in either way."""
        if not self._right(probe):
            return []
        before, *after = self._agreeing([chosen, *((*chosen, edit) for edit in more)], probe)
        gains = []
        for results, edit in zip(after, more, strict=True):
            lost = before - results
            if len(results) > len(before) and {step for step, _ in lost} <= {place for place, _ in edit.parts}:
                gains.append((len(results) - len(before), edit))
        return gains

    def like(self, wrong: Sequence[ast.Module], probe: str) -> list[int]:
        """The lines with a step that gives what a step of one of these programs gives, and no step of a right."""
        for program in wrong:
            number(program)
        mine, *texts = (marked(program) or "" for program in (self._tree, *wrong))
        seen = self._seen([mine, *texts], probe)
        amiss = {what for text in texts for what in seen[text].values()} - self._right(probe)
        steps = {step for (step, _), what in seen[mine].items() if what in amiss}
        return sorted({node.lineno for node in inside(self._tree) if number_of(node) in steps})  # type: ignore[attr-defined]

    def _agreeing(self, sets: list[tuple[Edit, ...]], probe: str) -> list[set[Result]]:
        fine = self._right(probe)
        trees = [apply(self._tree, edits) for edits in sets]
        texts = [marked(tree) if tree is not None else None for tree in trees]
        seen = self._seen([text for text in texts if text], probe)
        return [{r for r, what in seen.get(text or "", {}).items() if what in fine} for text in texts]

    def _right(self, probe: str) -> set[str]:
        if probe not in self._of_rights:
            texts = [text for right in self._rights if (text := marked(right))]
            seen = self._seen(texts, probe).values()
            self._of_rights[probe] = {what for results in seen for what in results.values()}
        return self._of_rights[probe]

    def _seen(self, texts: list[str], probe: str) -> dict[str, dict[Result, str]]:
        found = {}
        for text, frames in zip(texts, self._trials.run(texts, [probe]), strict=True):
            steps = frames.get(probe, {}).get("steps", {}).items()
            found[text] = {(int(step), i): what for step, results in steps for i, what in enumerate(results)}
        return found
