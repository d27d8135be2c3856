"""What was seen of an answer, in words that are the same under every seed: by them answers that fail alike are found.

Students are graded on different inputs, so the values themselves cannot be compared from one to the other.
"""

from __future__ import annotations

from autograder.judging.verdict import ProbeResult

_FAULTS = {
    "kind": "another kind of result",
    "dtype": "another dtype",
    "shape": "another shape",
    "graph": "no gradient can flow",
    "length": "another number of items",
    "keys": "other names of the parts",
    "value": "other values",
    "too_large": "far larger values",
}


def saw(probe: ProbeResult) -> bool | str:
    """What a probe saw: of a concept question what was answered, of a failed check how it differs, else nothing."""
    value = (probe.frame or {}).get("value")
    if isinstance(value, bool) and probe.name.startswith("statement_"):
        return value
    if probe.passed:
        return ""
    match probe.why:
        case "raised":
            raised = (probe.frame or {}).get("raised") or {}
            return f"raised {raised.get('type', 'an error')}"
        case "complaint":
            return str((probe.frame or {}).get("complaint", ""))[:200]
        case "changed":
            return "an argument was changed"
        case "shortcut":
            return "the function itself was called"
        case "missing":
            return "nothing was seen"
    return _FAULTS[probe.difference.fault] if probe.difference else "no error was raised"
