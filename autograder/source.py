"""Reading solutions and checks as text: prompts, answers, stubs, and probes without their secrets.

One rule makes the stubs: where a function or class has a prompt (a docstring), the learner writes what follows it.
Spans are kept as line numbers, so that comments and layout survive.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from autograder import places
from autograder.declaring import SECRET_WORDS
from autograder.lesson import current, load, names
from autograder.section_files import checks_folder, module_of_checks, solutions_path

Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Answer:
    """A reference in solutions/<section>.py. Lines are counted from 1, the last one included."""

    name: str
    section: str
    prompt: str
    first: int
    last: int
    #: Lines that the learner writes; `first_written - 1` ends the prompt (or a class's `def __init__` line).
    first_written: int
    is_class: bool
    text: str


def checks_path(section: str, name: str) -> Path:
    return checks_folder(section) / f"{name}.py"


def exercises_path(section: str) -> Path:
    return places.EXERCISES / f"{section}.py"


def statements(section: str, name: str) -> dict[str, str]:
    """The statements of a concept question by letter, as its prompt has them."""
    prompt = answers(section)[name].prompt
    found = re.finditer(r"^ *([a-z])\) (.*?)(?=^ *[a-z]\) |^ *$|\Z)", prompt, re.MULTILINE | re.DOTALL)
    return {one[1]: " ".join(one[2].split()) for one in found}


@functools.cache
def answers(section: str) -> dict[str, Answer]:
    """The answers of a section, by name, in order; a name that is defined twice is none (proofread.py tells)."""
    path = solutions_path(section)
    if not path.exists():
        return {}
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    found = {}
    try:
        body = ast.parse(text).body
    except SyntaxError:  # proofread.py tells
        return {}
    definitions = [node for node in body if isinstance(node, Definition)]
    times = Counter(node.name for node in definitions)
    for node in definitions:
        if times[node.name] == 1 and ast.get_docstring(node):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            body = node.body[1:]
            written = body[0].lineno if body else node.body[0].end_lineno + 1  # type: ignore[operator]
            if isinstance(node, ast.ClassDef) and body and isinstance(body[0], ast.FunctionDef):
                written = body[0].body[0].lineno
            last = node.end_lineno or first
            found[node.name] = Answer(
                node.name,
                section,
                inspect.cleandoc(ast.get_docstring(node) or ""),
                first,
                last,
                written,
                isinstance(node, ast.ClassDef),
                "\n".join(lines[first - 1 : last]) + "\n",
            )
    return found


def section_of(name: str) -> str | None:
    """The section that holds this exercise. Looks for the definition as text first, so that one file is parsed."""
    for section in current().sections:
        path = solutions_path(section)
        if path.exists():
            text = path.read_text(encoding="utf-8")
            if f"\ndef {name}(" in text or f"\nclass {name}(" in text or f"\nclass {name}:" in text:
                return section
    return None


def stub(answer: Answer) -> str:
    """The answer's definition with the learner's lines replaced by `raise NotImplementedError`."""
    kept = answer.text.splitlines()[: answer.first_written - answer.first]
    while kept and (not kept[-1].strip() or kept[-1].strip().startswith("#")):
        kept.pop()
    indent = "        " if answer.is_class and kept[-1].rstrip().endswith(":") else "    "
    return "\n".join([*kept, f"{indent}raise NotImplementedError"]) + "\n"


def stubs(section: str) -> str:
    """The learner's file: the solutions with every answer turned into its stub.

    A definition that has checks and is no answer (it has no prompt, or is there twice) is left out: it would be given.
    """
    text = solutions_path(section).read_text(encoding="utf-8")
    lines, table, exercises = text.splitlines(), answers(section), names(section)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, Definition) and (node.name in table or node.name in exercises):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            put = stub(table[node.name]).splitlines() if node.name in table else []
            lines[first - 1 : node.end_lineno] = put
    return "\n".join(lines).rstrip() + "\n"


def without_prompt(text: str) -> str:
    """A definition without its docstring."""
    if not text:
        return ""
    node = ast.parse(text).body[0]
    lines = text.splitlines()
    if ast.get_docstring(node):  # type: ignore[arg-type]
        prompt = node.body[0]  # type: ignore[attr-defined]
        del lines[prompt.lineno - 1 : prompt.end_lineno]
    return "\n".join(lines) + "\n"


def pieces(name: str, section: str) -> tuple[str, list[str]]:
    """The solutions of a section as far as (not including) the answer `name`, and the names of the answers in it."""
    table = answers(section)
    text = solutions_path(section).read_text(encoding="utf-8").splitlines()[: table[name].first - 1]
    names = [other.name for other in table.values() if other.first < table[name].first]
    return "\n".join(text), names


def checks(section: str, name: str) -> str:
    """The checks of one exercise as one text: what it takes from other modules of checks, and then its own file."""
    return "\n".join(_text(path, path.stat().st_mtime_ns) for path in checks_paths(section, name))


def probes(section: str, *some: str) -> str:
    """The checks of an exercise, as one text, without rights, mistakes, experiments and explanations.

    This is what runs beside a learner's code, and what is released. What several share is there once. Without a name:
    those of all exercises of the section. That an answer is a class shows in the solutions, which are not there.
    """
    chosen, table = some or tuple(load(section)), answers(section)
    paths = [path for each in chosen for path in checks_paths(section, each)]
    classes = [f"{each}.is_class = True\n" for each in chosen if each in table and table[each].is_class]
    return "\n".join([*(_probes(path, path.stat().st_mtime_ns) for path in dict.fromkeys(paths)), *classes])


def defined(path: Path) -> tuple[dict[str, int], set[str]]:
    """Of what `probes` keeps of a file of checks: the names defined in it, with their lines, and those used."""
    tree = ast.parse(_probes(path, path.stat().st_mtime_ns))
    names = {node.name: node.lineno for node in tree.body if isinstance(node, Definition)}
    assigned = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    names |= {target.id: target.lineno for target in assigned if isinstance(target, ast.Name)}
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    return names, {node.id for node in used}


def place_of(section: str, name: str, line: int) -> tuple[Path, int]:
    """The file of checks, and the line of it, that a line of `probes` is."""
    for path in checks_paths(section, name):
        lines = _probes(path, path.stat().st_mtime_ns).count("\n") + 1
        if line <= lines:
            break
        line -= lines
    return path, line


def checks_paths(section: str, name: str) -> list[Path]:
    """The files that say how an exercise is observed: the modules of checks that are imported, then its own."""
    return list(_with_imported(checks_path(section, name)))


def _with_imported(path: Path) -> dict[Path, None]:
    found: dict[Path, None] = {}
    for module in _imported(path, path.stat().st_mtime_ns):
        found |= _with_imported(module)
    return found | {path: None}


@functools.lru_cache(maxsize=256)
def _imported(path: Path, changed: int) -> list[Path]:
    """The other modules of checks that one takes names from."""
    found = []
    for node in _parsed(path, changed)[1].body:
        if isinstance(node, ast.ImportFrom) and (module := module_of_checks(node.module or "")):
            found.append(module)
    return found


@functools.lru_cache(maxsize=256)
def _text(path: Path, changed: int) -> str:
    """A module of checks without what it takes from others, since it stands behind them."""
    text, tree = _parsed(path, changed)
    lines = text.splitlines()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and module_of_checks(node.module or ""):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    return "\n".join(lines).rstrip() + "\n"


@functools.lru_cache(maxsize=256)
def _probes(path: Path, changed: int) -> str:
    text, tree = _parsed(path, changed)
    lines = text.splitlines()
    left_out: list[ast.stmt] = []
    declarations = []
    for node in tree.body:
        if isinstance(node, Definition):
            if any(_kind(decorator) in SECRET for decorator in node.decorator_list):
                left_out.append(node)
        elif isinstance(node, ast.ImportFrom) and (
            module_of_checks(node.module or "") or (node.module or "").startswith(_AUTHORING)
        ):
            left_out.append(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            declarations.append(node.value)
    secret = [word for call in declarations for word in call.keywords if word.arg in SECRET_WORDS]
    for word in sorted(secret, key=lambda word: (word.value.lineno, word.value.col_offset), reverse=True):
        _blank(lines, word.value, SECRET_WORDS[word.arg or ""])
    for statement in left_out:
        first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
        last = statement.end_lineno or statement.lineno
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(lines).rstrip() + "\n"


@functools.lru_cache(maxsize=16)
def _parsed(path: Path, changed: int) -> tuple[str, ast.Module]:
    text = path.read_text(encoding="utf-8")
    return text, ast.parse(text)


def without_unused(text: str) -> str:
    """Probes without the helpers that only rights and mistakes used: they may hold answers. Line numbers stay."""
    lines = text.split("\n")
    while True:
        tree = ast.parse("\n".join(lines))
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        unused = [n for n in tree.body if isinstance(n, Definition) and not n.decorator_list and n.name not in used]
        if not unused:
            return "\n".join(lines)
        for node in unused:
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            lines[node.lineno - 1 : node.lineno - 1 + count] = [""] * count


SECRET = {"right", "mistake", "slip", "experiment"}
_AUTHORING = "autograder.authoring"


def _kind(decorator: ast.expr) -> str:
    """ "probe" of `@softmax.probe` and `@softmax.probe(...)`."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) else ""


def _blank(lines: list[str], value: ast.expr, empty: str) -> None:
    """Put something empty in the place of a value; of a dict the keys stay, since they are the letters."""
    if isinstance(value, ast.Dict):
        empty = repr({key.value: "" for key in value.keys if isinstance(key, ast.Constant)})
    first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
    before = lines[first].encode()[: value.col_offset].decode()
    after = lines[last].encode()[value.end_col_offset :].decode()
    lines[first : last + 1] = [before + empty + after] + [""] * (last - first)
