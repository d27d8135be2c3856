"""An exception, or the end of a whole process, in a sentence."""

from __future__ import annotations

import re
from typing import Any

from autograder.judging.verdict import Frame, Verdict
from autograder.report import values

#: As much print as is kept; more means that the code prints without end.
FLOOD = 15_000

#: A part of an error message of torch's, and what it comes from.
TORCH_MEANS = {
    "a leaf Variable that requires grad": "While torch records, a parameter cannot be changed in place: let it record"
    " nothing during the update.",
    "does not require grad and does not have a grad_fn": "backward() starts here from a value that was not recorded:"
    " made under no_grad(), or detached, or with parameters that need no gradient.",
    "backward through the graph a second time": "The graph is freed by the first backward(); run the forward pass again"
    " for each.",
    "only one element tensors can be converted": "Single numbers are wanted there, and this tensor holds several."
    " For whole tensors torch has functions of its own.",
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
        at += f", in {detail}" if detail else ""
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
    text = failed.get("message", "").strip().split("\n")[0]
    return f"{failed.get('type', 'an error')}: {text}" if text else str(failed.get("type", "an error"))


def advice(failed: dict[str, Any]) -> str:
    """What Python or torch means by an error that many beginners meet; "" for any other."""
    text = failed.get("message", "")
    frames = failed.get("frames") or [{"function": ""}]
    if found := re.search(r"\w+\.(\w+)\(\) takes \d+ positional arguments? but \d+ (?:was|were) given", text):
        return f". The object itself is passed first and counts: does `def {found[1]}` begin with `self`?"
    unknown = re.fullmatch(r"name '(\w+)' is not defined", text)
    method = frames[-1]["function"].rpartition(".")[2]
    if unknown and method and "." in frames[-1]["function"] and method != "__init__":
        return f". An argument of `__init__` is known in `{method}` only if it was kept, as `self.{unknown[1]}`."
    return next(
        (f". {meaning}" for part, meaning in TORCH_MEANS.items() if part in text), "." if text.endswith(".") else ""
    )


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
    return told.removesuffix(".") + advice(failed) if advice(failed) else told


def sentence(text: str, name: str = "") -> str:
    """With a full stop, and with a capital letter unless it begins with code: model(x), or the exercise's name."""
    word = text.split(" ", 1)[0]
    code = not word.isalpha() or word == name or (len(word) == 1 and word != "a")
    begun = text if code else text[:1].upper() + text[1:]
    return begun if begun.endswith((".", "?", "!")) else f"{begun}."
