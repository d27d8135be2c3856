"""One failure is not to cause another: an answer that uses earlier ones that fail is tried with the kit's instead.

So is one that uses what belongs to another assignment of the course, and is not there.

The kit's answers enter the sandbox for this alone: a child of its own for each such exercise gets, when its cells have
run, those *earlier* answers that stand in and what they are made of, as code without any text, and ends with it. Of
what comes out only agreement with the reference is used, no word of text: whatever the submission does with what it
sees there, it has nobody to tell. Which known mistake it behaves like is agreement too.
"""

from __future__ import annotations

import ast
import builtins

from autograder import lesson, source
from autograder.classroom.confirm import forbidden
from autograder.classroom.run import Lent, Run
from autograder.exercise import Exercise
from autograder.judging.verdict import Verdict
from autograder.process.frames import Outcome

FAILING = ("failed", "error")
#: A line of the submission, of which nothing is told.
NOWHERE = {"file": "", "line": 0, "function": "", "source": "", "variables": {}}


def lend(run: Run, verdicts: dict[str, Verdict]) -> dict[str, Outcome]:
    """Replace verdicts by those reached with earlier pieces lent; what was observed of the answers then.

    Not one that would be worse. One as good is taken, since the mistake that shows now is the answer's own.
    """
    seen = {}
    uses = _uses(run.sources)
    answers = list(source.answers(run.section))
    for name, exercise in lesson.load(run.section).items():
        verdict = verdicts[name]
        if exercise.kind != "code" or verdict.outcome not in FAILING or _nothing_there(verdict):
            continue
        earlier = answers[: answers.index(name)]
        broken = [e for e in reachable(name, uses) if e in earlier and e in verdicts and not verdicts[e].passed]
        broken = [e for e in broken if lesson.load(run.section)[e].kind == "code"]
        if broken:
            better, observed = _with(run, exercise, loan(run.section, name, broken))
            if better.points > verdict.points or (better.points == verdict.points and better.outcome in FAILING):
                better.stood_in = sorted(broken)
                verdicts[name], seen[name] = better, observed
    return seen


def loan(section: str, name: str, broken: list[str]) -> Lent:
    """The reference's pieces of what comes before `name`, to stand for those that are broken."""
    tree = ast.parse(source.pieces(name, section)[0])
    wanted, kept = set(broken), set[ast.stmt]()
    for node in reversed(tree.body):  # a name is defined before it is used, but for those inside of definitions
        if _gives(node) & wanted or isinstance(node, ast.Import | ast.ImportFrom):
            kept.add(node)
            wanted |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    tree.body = [node for node in tree.body if node in kept]
    return Lent(compile(tree, "<lent>", "exec", dont_inherit=True, optimize=2), sorted(broken))


def _gives(node: ast.stmt) -> set[str]:
    """The names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _nothing_there(verdict: Verdict) -> bool:
    return (verdict.trouble or {}).get("kind") in ("missing", "not_callable", "ending", "unreadable")


def _with(run: Run, exercise: Exercise, lent: Lent) -> tuple[Verdict, Outcome]:
    """What the answer earns with these lent; and without what it was to be built without (confirm.py), at once."""
    name = exercise.name
    again = run.again([name], lent, forbidden(exercise))
    for frame in again.seen[name].frames if name in again.seen else []:
        frame["printed"] = ""
        if "raised" in frame:
            raised = frame["raised"]
            raised |= {"message": "", "frames": [NOWHERE] if raised["frames"] else []}
            raised["type"] = raised["type"] if hasattr(builtins, raised["type"]) else "Exception"
    return again.verdict(name), again.seen.get(name) or Outcome()


def _uses(sources: list[str]) -> dict[str, set[str]]:
    """The names that each top-level definition mentions; those of all definitions of one name together."""
    found: dict[str, set[str]] = {}
    for text in sources:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                found.setdefault(node.name, set()).update(names)
    return found


def reachable(name: str, uses: dict[str, set[str]]) -> set[str]:
    """Every name that a definition mentions, through helpers too, defined here or not."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for other in uses.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen - {name}
