"""An exception, or the end of a whole process, in a sentence."""

from __future__ import annotations

import re
from typing import Any

from autograder import source
from autograder.judging.verdict import Frame, Verdict
from autograder.report import values

#: As much print as is kept; more means that the code prints without end.
FLOOD = 15_000

#: What Python raises where it cannot read a file at all.
UNREADABLE = ("SyntaxError", "IndentationError", "TabError")

#: What stands at the top of a file that uses these.
IMPORTED = {"torch": "import torch", "math": "import math", "nn": "from torch import nn"}
IMPORTED |= {"F": "import torch.nn.functional as F", "optim": "from torch import optim"}
IMPORTED |= {"plt": "import matplotlib.pyplot as plt", "np": "import numpy as np"}

#: What nn.Module keeps about itself, and asks for.
SET_UP = {"_modules", "_parameters", "_buffers", "_forward_hooks", "_forward_pre_hooks", "_backward_hooks"}

#: A part of an error message (a pattern), and what it comes from.
MEANS = {
    r"('|must be \w+, not )(builtin_function_or_method|method|function)\b": "A function itself stands there: its result"
    " comes when it is called, with ().",
    r"Boolean value of Tensor with more than one value": "One yes or no is wanted there, by `if`, by `and` or by a"
    " function of Python's own, and this tensor holds several.",
    r"'(int|float)' object is not iterable": "A single number cannot be gone through; a range or a list can.",
    r"^object of type '(?!NoneType|int|float)\w+' has no len": "len() works through a method `__len__`, with two"
    " underscores on each side; there is none here.",
    r"^'(?!NoneType|int|float)\w+' object is not subscriptable": "Square brackets work through a method"
    " `__getitem__`; there is none here.",
    "a leaf Variable that requires grad": "While torch records, a parameter cannot be changed in place: let it record"
    " nothing during the update.",
    "does not require grad and does not have a grad_fn": "backward() starts here from a value that was not recorded:"
    " made under no_grad(), or detached, or with parameters that need no gradient.",
    "modified by an inplace operation": "backward() needs values as they were when the loss was worked out, and some"
    " were changed before it ran.",
    "backward through the graph a second time": "The graph is freed by the first backward(); run the forward pass again"
    " for each.",
    "only one element tensors can be converted": "Single numbers are wanted there, and this tensor holds several."
    " For whole tensors torch has functions of its own.",
    "too many indices for tensor": "The brackets index more dimensions than the tensor has. Of a single row, a sum or a"
    " maximum may have none.",
    r"Dimension out of range \(expected": "The tensor has fewer dimensions than that: the last one is -1, however many"
    " there are.",
    r"must match the size of tensor b .* non-singleton": "Their sizes differ in a dimension, and neither is 1 there:"
    " they cannot be put together number by number.",
    "^'bool' object has no attribute": "A comparison gives a single True or False where its sides are not both tensors;"
    " `max` along a dimension gives a pair.",
    "too many values to unpack": "There are more things on the right than names on the left of the =, or in the `for`.",
    r"not enough values to unpack \(expected \d+, got 0\)": "There is nothing to take apart. zip(*...) of nothing gives"
    " nothing.",
    "expects a non-empty TensorList": "An empty list came there. A generator can be gone through once; after that it"
    " gives nothing.",
    "^unindent does not match": "No block above it begins in the same column. A tab may look like four spaces, and"
    " is not the same.",
    "^EOF when reading a line": "input() waits for somebody to type, and in a check nobody does: what is"
    " needed comes as arguments.",
    "^maximum recursion depth exceeded": "What is called there leads back to the same call, without end.",
    "could not infer output dtype": "mean() takes neither True and False nor whole numbers: make floats of them first.",
}


def ending(verdict: Verdict, trouble: dict[str, Any]) -> str:
    detail, reached = trouble.get("detail", ""), trouble.get("reached", 0)
    at = " while the file was being read, before any check"
    if trouble["loaded"]:
        waiting = verdict.probes[reached].name.replace("_", " ") if reached < len(verdict.probes) else ""
        at = f" in the check “{waiting}”" if waiting else ""
    if trouble["ending"] == "timeout":
        flood = " It prints without end." if len(verdict.printed) >= FLOOD else ""
        place, _, code = detail.partition(": ")
        at += f", in {place} (`{code}`)" if detail else ""
        look = "Look for a loop that never ends, or one far too long."
        return f"It was still running when its time was up{at}.{flood} {look}"
    if detail.startswith(("the grading process", "no answer")):
        return f"The check itself broke off: {detail}. `make doctor` looks for the reason."
    if trouble["ending"] == "exited" and detail != "exit code 70":
        return f"Your code ended the whole Python process ({detail}){at}: take out exit(), quit() or os._exit()."
    if detail in ("SIGSEGV", "SIGABRT", "SIGBUS"):
        return f"Python itself crashed ({detail}){at}: an endless recursion inside a library call can do that."
    if detail == "SIGKILL":
        return f"The process was killed{at}; too much memory is the usual reason."
    why = "It may close files that it did not open, or put something else in the place of len or open, say."
    return f"Your code broke the process that it runs in ({detail}){at}. {why}"


def named(failed: dict[str, Any]) -> str:
    text = failed.get("message", "").strip().split("\n")[0].partition(" Hint: enable anomaly detection")[0]
    return f"{failed.get('type', 'an error')}: {text}" if text else str(failed.get("type", "an error"))


def advice(failed: dict[str, Any]) -> str:
    """What Python or torch means by an error that many beginners meet; "" for any other."""
    text = failed.get("message", "")
    frames = failed.get("frames") or [{"function": ""}]
    found = re.search(r"\w+\.(\w+)\(\) takes (\d+) positional arguments? but (\d+) (?:was|were) given", text)
    if found and int(found[3]) == int(found[2]) + 1:
        return f". The object itself is passed first and counts: does `def {found[1]}` begin with `self`?"
    if failed.get("type") == "BdbQuit":
        return ". A debugger waits for somebody to type, and in a check nobody does: print shows what a value is."
    if told := _of_a_name(failed):
        return told
    if failed.get("given"):
        return ". What it is given here has only what the prompt promises."
    for variable, what in frames[-1].get("variables", {}).items():
        pair = re.match(r"torch\.return_types\.(\w+) of 2", what)
        if pair and not re.search(rf"\b{variable}[.\[]", frames[-1]["source"]):
            return (
                f". {pair[1]} along a dimension gives two things, values and their positions: `{variable}` holds both."
            )
    return next(
        (f". {meaning}" for part, meaning in MEANS.items() if re.search(part, text)), "." if text.endswith(".") else ""
    )


def _of_a_name(failed: dict[str, Any]) -> str:
    """What is told of a name, or an attribute, that nobody knows."""
    unknown = re.search(r"(?:^name|has no attribute) '(\w+)'", failed.get("message", ""))
    if not unknown:
        return ""
    if near := failed.get("near"):
        return f". There is `{near}`: is that meant?"
    if failed["type"] == "NameError" and unknown[1] in IMPORTED:
        return f". `{IMPORTED[unknown[1]]}` at the top of the file makes it known."
    if failed["type"] == "NameError" and (section := source.section_of(unknown[1])):
        return f". It is an exercise of the section {section}, and is not known here."
    asked = failed["frames"][-1]["source"] if failed.get("frames") else ""
    if unknown[1] in SET_UP and unknown[1] not in asked:
        return ". nn.Module is not set up: its own `__init__` has to run before anything else, `super().__init__()`."
    if not failed.get("unkept"):
        return ""
    method = failed["frames"][-1]["function"].rpartition(".")[2] if failed.get("frames") else ""
    known = f"known in `{method}`" if failed["type"] == "NameError" and method else "an attribute"
    return f". An argument of `__init__` is {known} only if it was kept, as `self.{unknown[1]}`."


def unusable(name: str, frame: Frame, expected: Frame) -> str:
    """The probe, not the learner's code, stumbled over what came back."""
    calls = frame.get("calls") or [{}]
    failed = frame["raised"]
    if failed["type"] == "NotImplementedError":
        return f"A part that {name} uses is not implemented: {failed['message'] or 'NotImplementedError'}."
    same = [call.get("result") for call in expected.get("calls", ())] == [call.get("result") for call in calls]
    if "result" in calls[-1] and not same:
        returned = values.kind(calls[-1]["result"])
        return sentence(f"{name} returned {returned}, which cannot be used as the answer: {named(failed)}", name)
    told = sentence(f"{name} cannot be used the way the prompt says: {named(failed)}", name)
    if failed["message"].startswith(f"{name}() ") and "argument" in failed["message"]:
        return f"{told} Does it take the arguments of the prompt, and no others?"
    return told.removesuffix(".") + advice(failed) if advice(failed) else told


def sentence(text: str, name: str = "") -> str:
    """With a full stop, and with a capital letter unless it begins with code: model(x), or the exercise's name."""
    word = text.split(" ", 1)[0]
    code = not word.isalpha() or word == name or (len(word) == 1 and word != "a")
    begun = text if code else text[:1].upper() + text[1:]
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."
