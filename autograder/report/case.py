"""The failing case that is shown: what was called, and both results side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from autograder.exercise import MOST_CALLS, Probe
from autograder.judging.difference import Difference, close, difference
from autograder.judging.verdict import Frame, ProbeResult
from autograder.report import values

#: So much of an argument is shown.
MOST_OF_AN_ARGUMENT = 150


@dataclass
class Case:
    """One failing case: what was called, and both results as encoded values."""

    title: str
    calls: list[str]
    notes: list[str]
    expected: Any
    got: Any
    difference: Difference | None
    wrong: set[int] = field(default_factory=set)
    #: Whether there are two results to show side by side.
    compared: bool = True

    @property
    def heading(self) -> str:
        return f"The smallest failing case found: {self.title}" if self.compared else f"The check: {self.title}"

    @property
    def star(self) -> str:
        """What stands behind the heading "yours"."""
        if self.difference and self.difference.fault == "dtype":
            return f", in {self.got['tensor']}"
        if isinstance(self.got, dict) and self.got.get("tensor", "").startswith("numpy."):
            return ", a NumPy array"
        return "   (* differs)" if self.wrong else ""

    @property
    def digits(self) -> int:
        """Of tensors that are shown side by side; see values.digits."""
        return values.digits(self.expected, self.got, self.wrong) if self.wrong else 0

    @property
    def part(self) -> str:
        """Which part of the result is shown: ", at [2]", or nothing when it is all of it."""
        where = self.difference.where if self.difference else ()
        if self.difference and self.difference.fault == "dtype":
            return f", in {self.expected['tensor']}"
        told = " ".join(f"[{part}]" if isinstance(part, int) else f"“{part}”" for part in where)
        return f", {'at' if told.startswith('[') else 'in'} {told}" if told else ""


def case(result: ProbeResult, probe: Probe, pair: tuple[Frame, Frame]) -> Case:
    """The first call that came back different, with what it was given, if one did; else what was seen in the end.

    Where the parts of an observation have names, a call is shown only if its result is the part that differs.
    """
    mine, theirs = pair
    calls, got, expected = mine.get("calls") or [], mine.get("value"), theirs.get("value")
    title = result.name.replace("_", " ")
    notes = [f"{name} = {values.line(value)}" for name, value in mine.get("notes", {}).items()]
    if result.why == "changed" and (damage := _damage(calls, theirs.get("calls") or [])):
        return Case(title, _told(calls[:1]), notes + damage, None, None, None, compared=False)
    found = difference(got, expected, probe.rtol, probe.atol) if "value" in theirs else None
    if found:
        got, expected = found.got, found.expected
    named = isinstance(theirs.get("value"), dict) and "dict" in theirs["value"]
    parts, pairs = _parts(theirs.get("value")), list(zip(calls, theirs.get("calls") or [], strict=False))
    each = len(parts) == len(calls) > 1 or len(parts) > len(calls) == MOST_CALLS
    if each and found and found.where and parts.index(found.where[0]) < len(pairs):
        pairs = pairs[parts.index(found.where[0]) :][:1]  # a call for each part, in their order
        calls = [pairs[0][0]]
        if not named:  # the position is the probe's own affair
            found = replace(found, where=found.where[1:])
    for own, other in pairs:
        if own.get("result") == "(an iterator)":
            continue  # what it is says more than that text
        if "result" in own and "result" in other and own["arguments"] == other["arguments"]:
            in_call = difference(own["result"], other["result"], probe.rtol, probe.atol)
            if in_call and result.why == "changed" and not found:
                continue  # another form of what is expected
            if in_call and not (named and found and in_call.got != found.got):
                calls = [own]
                if not (found and found.fault == "value" and in_call.fault == "kind"):  # a form that was left open
                    found, got, expected = in_call, in_call.got, in_call.expected
                break
    wrong: set[int] = set()
    if found and found.fault == "value" and isinstance(found.expected, dict) and "tensor" in found.expected:
        both = zip(found.got["values"], found.expected["values"], strict=True)
        wrong = {i for i, (a, b) in enumerate(both) if isinstance(a, list) or not close(a, b, probe.rtol, probe.atol)}
    return Case(title, _told(calls)[:2], notes, expected, got, found, wrong)


def _damage(calls: list[Frame], theirs: list[Frame]) -> list[str]:
    """What an earlier call has made of the arguments of a later one, whose result is that of other arguments then."""
    pairs = [(own["arguments"], other["arguments"]) for own, other in zip(calls, theirs, strict=False)]
    given, meant = next(((own, other) for own, other in pairs[1:] if own != other), ({}, {}))
    return [
        f"{name} = {values.line(value)} in a later call" for name, value in given.items() if value != meant.get(name)
    ]


def _parts(value: Any) -> list[Any]:
    """What the parts of an observation go by: the keys of a dict, the positions in a list."""
    if isinstance(value, list):
        return list(range(len(value)))
    return [name for name, _ in value["dict"]] if isinstance(value, dict) and "dict" in value else []


def made(result: ProbeResult, frame: Frame) -> Case | None:
    """The calls and notes of a probe whose results cannot be compared; None when there are none to show."""
    calls = _told(frame.get("calls") or [])[:2]
    notes = [f"{name} = {values.line(value)}" for name, value in frame.get("notes", {}).items()]
    title = result.name.replace("_", " ")
    return Case(title, calls, notes, None, None, None, compared=False) if calls or notes else None


def _told(calls: list[Frame]) -> list[str]:
    """What was called, each once; of a call without arguments there is nothing to say."""
    return list(dict.fromkeys(filter(None, map(_call, calls))))


def _call(call: Frame) -> str:
    return ", ".join(f"{name} = {_argument(value)}" for name, value in call["arguments"].items())


def _argument(value: Any) -> str:
    """A line; of a long list of tensors or pairs, which would be cut in the middle of one, only what it is."""
    told = values.line(value, MOST_OF_AN_ARGUMENT + 1)
    nested = isinstance(value, list) and any(isinstance(item, list | dict) for item in value)
    return values.kind(value) if nested and len(told) > MOST_OF_AN_ARGUMENT else values.line(value, MOST_OF_AN_ARGUMENT)
