"""Reading what a confined child wrote. It may be anything: what is not of the promised form is dropped.

What passes here is plain data of bounded depth, so that the trusted side can compare it without surprises.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

Frame = dict[str, Any]

MOST_DEPTH = 40
LARGEST = 10**300  # an int beyond this has no float to be compared with
MOST_MESSAGE = 4_000
#: Of a story, as beside/story.py tells it.
MOST_ENTRIES = 201


def observation(frame: Frame) -> Frame | None:
    """A frame of one probe for judge.py, cleaned; None when it is not one."""
    if not isinstance(frame.get("probe"), str):
        return None
    kept: Frame = {"implementation": 0, "run": 0, "probe": text(frame["probe"])}
    if "raised" in frame:
        raised = _raised(frame["raised"])
        if raised is None:
            return None
        kept["raised"] = raised
    elif isinstance(frame.get("complaint"), str):
        kept["complaint"] = text(frame["complaint"])
    elif "value" in frame and is_encoded(frame["value"]):
        kept["value"] = frame["value"]
    else:
        return None
    for name in ("changed", "shortcuts"):
        found = frame.get(name)
        kept[name] = [text(item) for item in found[:20] if isinstance(item, str)] if isinstance(found, list) else []
    kept["printed"] = text(frame["printed"]) if isinstance(frame.get("printed"), str) else ""
    kept["story"] = _stories(frame.get("story"))
    return kept


def _stories(raw: Any) -> list[list[Frame]]:
    """What a training loop did (beside/story.py); nothing where a part of it is of another form."""
    told = raw[:20] if isinstance(raw, list) else []
    each = [entry for one in told if isinstance(one, list) for entry in one]
    whole = all(isinstance(one, list) and len(one) <= MOST_ENTRIES for one in told) and all(map(_is_entry, each))
    ends = [i for one in told if whole for i, entry in enumerate(one, 1 - len(one)) if entry["what"] == "end"]
    return told if whole and ends == [0] * len(told) else []


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or entry.get("what") not in STORY:
        return False
    form = STORY[entry["what"]]
    return entry.keys() == {"what", *form} and all(_has_form(entry[name], kind) for name, kind in form.items())


def _has_form(value: Any, kind: str) -> bool:
    if kind == "rows":
        return isinstance(value, list) and all(type(row) is int and -1 <= row < 10**6 for row in value)
    if kind == "count":
        return type(value) is int and -1 <= value < 10**12
    return isinstance(value, float) if kind == "number" else value is None or isinstance(value, bool)


STORY = {
    "learn": dict.fromkeys(("held", "run", "predicted", "updates"), "count")
    | {"rows": "rows", "training": "mode", "loss": "number"},
    "look": {"rows": "rows", "training": "mode", "graph": "mode", "updates": "count"},
    "end": {"updates": "count", "batches": "mode", "by_y": "mode", "asked": "mode"},
}


def raised(frame: Frame) -> Frame | None:
    """The frame of a concept question that raised."""
    told = _raised(frame["raised"]) if "raised" in frame else None
    return {"raised": told} if told else None


def loaded(frame: Frame) -> Frame | None:
    """The frame that tells what was found under the name."""
    told = frame.get("loaded")
    if not isinstance(told, dict) or not isinstance(told.get("found"), str | None):
        return None
    found = told.get("found")
    return {"implementation": 0, "loaded": {"failure": None, "found": text(found) if found else None}}


def _raised(raw: Any) -> Frame | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
        return None
    frames = raw.get("frames")
    own = [_line(item) for item in frames[:8] if isinstance(item, dict)] if isinstance(frames, list) else []
    more = raw.get("more")
    return {
        "type": text(raw["type"])[:200],
        "message": text(str(raw.get("message", ""))),
        "frames": own,
        "more": more if type(more) is int and 0 < more < 10**6 else 0,
        "near": text(str(raw.get("near") or ""))[:100],
        "unkept": raw.get("unkept") is True,
        "given": raw.get("given") is True,
    }


def _line(raw: Frame) -> Frame:
    variables = raw.get("variables")
    variables = variables if isinstance(variables, dict) else {}
    line = raw.get("line")
    return {
        "file": text(str(raw.get("file", "")))[:200],
        "line": line if type(line) is int and 0 <= line < 10**6 else 0,
        "function": text(str(raw.get("function", "")))[:200],
        "source": text(str(raw.get("source", "")))[:500],
        "variables": {text(str(name))[:100]: text(str(told))[:500] for name, told in list(variables.items())[:8]},
    }


def is_encoded(value: Any, depth: int = 0) -> bool:
    """Whether this is what autograder/beside/encode.py makes."""
    if value is None or isinstance(value, bool | str | float):
        return True
    if isinstance(value, int):
        return -LARGEST < value < LARGEST
    if depth > MOST_DEPTH:
        return False
    if isinstance(value, list):
        return all(is_encoded(item, depth + 1) for item in value)
    match sorted(value):
        case ["grad", "shape", "tensor", "values"]:
            return _is_tensor(value)
        case ["dict"]:
            pairs = value["dict"]
            good = isinstance(pairs, list) and all(isinstance(p, list) and len(p) == 2 for p in pairs)
            return good and all(is_encoded(part, depth + 1) for pair in pairs for part in pair)
        case ["set"]:
            return isinstance(value["set"], list) and all(is_encoded(item, depth + 1) for item in value["set"])
        case ["object", "repr"] | ["object", "repr", "unseen"]:
            return (
                isinstance(value["object"], str)
                and isinstance(value["repr"], str)
                and value.get("unseen", True) is True
            )
    return False


def _is_tensor(value: Frame) -> bool:
    shape, values = value["shape"], value["values"]
    if not isinstance(value["tensor"], str) or not isinstance(value["grad"], bool) or not isinstance(shape, list):
        return False
    if not all(type(size) is int and 0 <= size < 10**9 for size in shape):
        return False
    if values is None:
        return True
    if not isinstance(values, list) or len(values) != math.prod(shape):
        return False
    complex_ = value["tensor"].startswith("complex")
    return all(_is_pair(item) if complex_ else _is_number(item) for item in values)


def _is_number(item: Any) -> bool:
    return isinstance(item, float | bool) or (isinstance(item, int) and -LARGEST < item < LARGEST)


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(map(_is_number, item))


def outputs(raw: Any) -> list[Frame]:
    """The outputs of a cell as nbformat has them: text, pictures and errors, nothing that a browser would run."""
    kept = [_output(item) for item in raw[:200] if isinstance(item, dict)] if isinstance(raw, list) else []
    return [item for item in kept if item]


def _output(raw: Frame) -> Frame | None:
    match raw.get("output_type"):
        case "stream" if raw.get("name") in ("stdout", "stderr") and isinstance(raw.get("text"), str):
            return {"output_type": "stream", "name": raw["name"], "text": _file_text(raw["text"])}
        case "error":
            lines = raw.get("traceback")
            lines = (
                [_file_text(line) for line in lines[:100] if isinstance(line, str)] if isinstance(lines, list) else []
            )
            name, message = text(str(raw.get("ename", "")))[:200], text(str(raw.get("evalue", "")))
            return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
        case "execute_result" | "display_data" as kind:
            data = raw.get("data")
            shown = {m: v for m, v in map(_mime, data.items()) if v} if isinstance(data, dict) else {}
            if not shown:
                return None
            made: Frame = {"output_type": kind, "data": shown, "metadata": {}}
            return made | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def _mime(item: tuple[str, Any]) -> tuple[str, str]:
    mime, value = item
    if mime == "text/plain" and isinstance(value, str):
        return mime, _file_text(value)
    if mime in ("image/png", "image/jpeg") and isinstance(value, str) and _is_base64(value):
        return mime, value
    return "", ""


def _is_base64(value: str) -> bool:
    try:
        return bool(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return False


def text(value: str) -> str:
    """Short, and without what no file can hold."""
    return _file_text(value[:MOST_MESSAGE])


def _file_text(value: str) -> str:
    """Without halves of surrogate pairs and without the controls that would act on a terminal."""
    plain = value.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in plain if c >= " " or c in "\n\t\r") if any(c < " " for c in plain) else plain
