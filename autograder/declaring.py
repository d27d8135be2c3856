"""What cannot be meant, told where it is declared; autograder/proofread.py adds the file and the line."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import linecache
import pkgutil
import re
import sys
import types
from pathlib import Path
from typing import Any

#: The modules that checks are written with.
WRITTEN_WITH = ("autograder.authoring.slips", "autograder.beside.spies", "autograder.beside.readings")

#: What may stand behind `@softmax.`.
DECORATORS = ("probe", "remark", "right", "mistake", "slip", "experiment")

#: How what every declaration has is written.
NEEDED = {"ids": 'ids=["X1"]', "hints": 'hints=["...", "..."]', "explanations": 'explanations={"a": "...", "b": "..."}'}
NEEDED |= {"model_answer": 'model_answer="..."', "rubric": 'rubric=["...", "..."]'}

#: What torch code is used to calling things.
IMPORTS = {"torch": "import torch", "nn": "from torch import nn", "F": "import torch.nn.functional as F"}
IMPORTS |= {"math": "import math", "copy": "import copy", "Tensor": "from torch import Tensor"}

_CONCEPT = "That belongs to a question of letters: from autograder.concept import concept, and write concept(...)."
_CODE = "That belongs to an exercise in code: from autograder.exercise import code, and write code(...)."
#: Keywords that something else takes: what to write.
OF_OTHERS = {("code", word): _CONCEPT for word in ("explanations", "model_answer", "rubric", "ordered")}
OF_OTHERS |= {("concept", word): _CODE for word in ("shortcut", "instead", "relations", "refuses")}
OF_OTHERS |= {
    ("code", "points"): "They stand at each probe, as .probe(points=2); a course changes them in course.toml."
}
OF_OTHERS |= {("concept", "points"): "Each letter is worth one; a course changes them in course.toml."}

#: Keywords whose values are left out of what runs beside a learner's code, and what stands there instead.
SECRET_WORDS = {"explanations": "{}", "model_answer": '""', "rubric": "[]", "hints": "[]", "refuses": "{}"}


class Misdeclared(Exception):
    """What is declared cannot be meant; the text says what to write. proofread.py adds the file and the line."""


def texts(keyword: str, given: Any) -> list[str]:
    """The texts of a list."""
    if isinstance(given, str):
        raise Misdeclared(f'{keyword} takes a list: write {keyword}=["{given}"].')
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) for text in given):
        raise Misdeclared(f'{keyword} takes a list of texts: write {keyword}=["...", "..."].')
    if not all(text.strip() for text in given):
        raise Misdeclared(f"a text of {keyword} is empty. Write it, or leave it out.")
    if twice := next((text for i, text in enumerate(given) if text in given[:i]), None):
        raise Misdeclared(f'"{twice}" stands twice in {keyword}=[...]. Drop one.')
    return list(given)


def text(keyword: str, given: Any) -> str:
    if not isinstance(given, str):
        raise Misdeclared(f'{keyword} takes one text: write {keyword}="...".')
    return given


def table(keyword: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(part, str) for pair in given.items() for part in pair):
        raise Misdeclared(f'{keyword} takes a text for each name: write {keyword}={{"...": "...", "...": "..."}}.')
    return dict(given)


def ids(given: Any) -> list[str]:
    for one in texts("ids", given):
        if not re.fullmatch(r"R\d+\.\d+|X\w+", one):
            told = 'write a row of the outline, as "R3.2", or one of your own that begins with an X, as "X1".'
            raise Misdeclared(f"{one!r} is no id: {told}")
    return list(given)


def numbers(points: Any, rtol: Any, atol: Any) -> None:
    if type(points) is not int or points < 1:
        raise Misdeclared(f"points={points!r} cannot be earned. Write a whole number from 1; a remark costs no points.")
    for keyword, value in (("rtol", rtol), ("atol", atol)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise Misdeclared(f"{keyword}={value!r} is no tolerance. Write a small number, as {keyword}=1e-4.")


def decorated(decorator: str, function: Any) -> None:
    """Misdeclared where a decorator does not stand above a `def`."""
    if isinstance(function, type):
        raise Misdeclared(f"{decorator} takes no class. Put it into a function that returns it: def name(): ...")
    if not isinstance(function, types.FunctionType) or function.__name__ == "<lambda>":
        what = "lambda" if isinstance(function, types.FunctionType) else type(function).__name__
        raise Misdeclared(f"{decorator} takes no {what}. Write it above a function: def what_it_is(...):")
    code, frame = function.__code__, sys._getframe()
    while frame.f_back and frame.f_code.co_filename != code.co_filename:
        frame = frame.f_back
    if frame.f_lineno > code.co_firstlineno and frame.f_lineno > max(line or 0 for _, _, line in code.co_lines()):
        raise Misdeclared(f"write {decorator} above `def {function.__name__}`, and no call below it.")


#: What a function does that has a docstring and no body.
_NOTHING = (lambda: None).__code__.co_code[::2]


def bodiless(exercise: str, function: Any) -> None:
    """Misdeclared where a slip has a body, which nobody would run."""
    if function.__code__.co_code[::2] != _NOTHING:
        told = f"take the body out, or write @{exercise}.mistake above it"
        lines = range(function.__code__.co_firstlineno, max(line or 0 for *_, line in function.__code__.co_lines()) + 1)
        if any(re.match(r"\s*f['\"]", linecache.getline(function.__code__.co_filename, line)) for line in lines):
            told = "its docstring has an f in front, with which Python takes it for code. Leave the f out"
        raise Misdeclared(f"`{function.__name__}` is made from an edit, and its body is never run: {told}.")


def watches(exercise: str, function: Any) -> None:
    """Misdeclared where a probe cannot be called with an answer and a draw, or returns nothing when it is."""
    code = function.__code__
    if len(function.__defaults__ or ()) + 2 != code.co_argcount or code.co_varnames[0] == "draw":
        told = f"write def {function.__name__}({exercise}, draw): the answer, and what draws its inputs."
        raise Misdeclared(f"a probe takes two arguments: {told}")
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise Misdeclared(f"`{function.__name__}` is a generator. Collect what it sees in a list, and return that.")


def remedy(error: Exception, names: dict[str, Any], exercise: str) -> str:
    """What to write instead, where Python's own words tell enough to say it."""
    if isinstance(error, NameError) and error.name == exercise:
        return f'. Write {exercise} = code("{exercise}", ...) above it, as the file is called.'
    if isinstance(error, NameError) and error.name in DECORATORS:
        return f". Write @{exercise}.{error.name}."
    if isinstance(error, NameError):
        return brought(error.name or "") or near_to(error.name or "", list(names))
    if re.fullmatch(r"'tuple' object has no attribute '\w+'", str(error)):
        return f". Is a comma behind {exercise} = code(...)? Take it out."
    if keyword := re.search(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", str(error)):
        if elsewhere := OF_OTHERS.get((keyword[1], keyword[2])):
            return f". {elsewhere}"
        called = names.get(keyword[1]) or getattr(names.get(exercise), keyword[1], None)
        known = inspect.signature(called).parameters if called else ()
        return near_to(keyword[2], list(known), least=0.75) or f". It takes {', '.join(known)}."
    if missed := re.search(r"cannot import name '(\w+)' from '([\w.]+)'", str(error)):
        return near_to(missed[1], list(vars(sys.modules[missed[2]])))
    if isinstance(error, ModuleNotFoundError):
        parent, _, last = (error.name or "").rpartition(".")
        folders = getattr(sys.modules.get(parent), "__path__", []) if parent else []
        here = [module.name for module in pkgutil.iter_modules(folders)]
        return near_to(last, here) or next(
            (f" (did you mean {kind}?)" for kind in WRITTEN_WITH if kind.endswith(f".{last}")), ""
        )
    if missing := re.match(r"(?:code|concept)\(\) missing \d+ required keyword-only arguments?: (.*)", str(error)):
        return ". Write " + ", ".join(NEEDED[word] for word in re.findall(r"'(\w+)'", missing[1])) + "."
    if re.match(r"(code|concept)\(\) takes \d+ positional", str(error)):
        return '. Write each with its name, as ids=["X1"], hints=["...", "..."].'
    if short := re.match(r"(\w+)\(\) (?:missing \d+ required|takes \d+) positional", str(error)):
        called = names.get(short[1])
        return f". It takes {', '.join(inspect.signature(called).parameters)}." if callable(called) else ""
    if ".experiment() missing" in str(error):
        return ". Leave the parentheses out: it takes nothing."
    return ""


def brought(name: str) -> str:
    """ ". Write from autograder.authoring.slips import change above.", of a name that checks are written with."""
    for module in WRITTEN_WITH:
        spec = importlib.util.find_spec(module)  # read and not imported: it may need torch
        if spec and spec.origin and re.search(rf"^(def|class) {name}\b", Path(spec.origin).read_text("utf-8"), re.M):
            return f". Write from {module} import {name} above."
        if module.endswith(f".{name}"):
            return f". Write from {module.removesuffix(f'.{name}')} import {name} above."
    return f". Write {IMPORTS[name]} above." if name in IMPORTS else ""


def taken_by_draw(method: str) -> str:
    """ "low: int, high: int", of a way to draw; read and not imported, which would need torch."""
    spec = importlib.util.find_spec("autograder.beside.draw")
    text = Path(spec.origin).read_text("utf-8") if spec and spec.origin else ""
    found = re.search(rf"def {method}\(self, ([^)]*)\)", text)
    return found[1] if found else "more"


def near_to(word: str, known: list[str], before: str = "", least: float = 0.6) -> str:
    """ " (did you mean probe?)", or nothing where no known word is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=least)
    return f" (did you mean {before}{near[0]}?)" if near else ""
