"""What a class answered to one exercise: who passed, the mistakes counted, what fails alike, what was believed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from autograder import lesson, source
from autograder.classroom import lines, ready, repairs, submission
from autograder.classroom.kept import Paper, Told
from autograder.classroom.plugin import read_bytes
from autograder.report.places import in_a_line

Report = dict[str, Any]

#: An answer that is shown as an example is cut off behind so many characters.
MOST_SHOWN = 3000
#: Of so many answers that fail alike it is asked whether a slip can be made of them.
MOST_TRIED = 20


def exercise_row(name: str, points: float, found: list[Paper], anonymous: bool) -> Report:
    """The row of one exercise in the report. `anonymous`: no names, no text of theirs."""
    graded = [(paper, told) for paper in found if (told := paper.results[name]) is not None]
    outcomes = Counter(told["outcome"] for _, told in graded)
    shares = [told["share"] for _, told in graded]
    exercise = lesson.find(name)
    failed = Counter(probe["name"] for _, told in graded for probe in told["probes"] if _counts(told, probe))
    row: Report = {
        "name": name,
        "section": exercise.section,
        "kind": exercise.kind,
        "passed": outcomes["passed"],
        "failed": len(graded) - outcomes["passed"] - outcomes["not_started"],
        "not_started": outcomes["not_started"],
        "outcomes": dict(outcomes),
        "mean": round(sum(shares) / len(shares) * points, 2) if shares else None,
        "max_points": number(points),
        "checks": [{"name": probe, "failed": failed[probe]} for probe in exercise.probes],
        "mistakes": _mistakes(name, graded, anonymous),
        "alike": _alike(name, graded, anonymous),
    }
    if exercise.kind == "concept":
        row["statements"] = _statements(name, graded)
    return row


def _counts(told: Told, probe: dict[str, Any]) -> bool:
    return not probe["passed"] and told["outcome"] != "not_started"


def _mistakes(name: str, graded: list[tuple[Paper, Told]], anonymous: bool) -> list[Report]:
    """The known mistakes, the commonest first."""
    made: dict[str, list[tuple[Paper, Told]]] = defaultdict(list)
    for paper, told in graded:
        if told["diagnosis"]:
            made[told["diagnosis"]["mistake"]].append((paper, told))
    rows = [
        {"mistake": mistake, "message": group[0][1]["diagnosis"]["message"]} | _group(name, group, anonymous)
        for mistake, group in made.items()
    ]
    return sorted(rows, key=lambda row: -row["students"])


def _alike(name: str, graded: list[tuple[Paper, Told]], anonymous: bool) -> list[Report]:
    """Answers that are no known mistake, the largest group first.

    In one group are those that the same repair mends, where feedback found it for more than one; and of the others
    those that fail the same checks in the same way.
    """
    if lesson.find(name).kind != "code":
        return []
    failed = [(p, told) for p, told in graded if told["outcome"] in ("failed", "error") and not told["diagnosis"]]
    mends = [_mends(paper, told, name) for paper, told in failed]
    shared = {mend for mend, count in Counter(mends).items() if mend and count > 1}
    groups: dict[tuple[str, ...], list[tuple[Paper, Told]]] = defaultdict(list)
    for one, mend in zip(failed, mends, strict=True):
        key = ("repair", *mend) if mend in shared else ("observation", _observation(one[1]))
        groups[key].append(one)
    rows = [_said(key) | _taught(name, group, anonymous) for key, group in groups.items()]
    return sorted(rows, key=lambda row: -row["students"])


def _mends(paper: Paper, told: Told, name: str) -> tuple[str, ...]:
    """The repair that feedback found, () where it found none."""
    found = repairs.noted(lines.folder(paper.course), name, told["ran"])
    return tuple(part for place in found for part in place)


def _said(key: tuple[str, ...]) -> Report:
    """What a group has in common, in words."""
    kind, *told = key
    if kind == "observation":
        return {"observation": told[0]}
    says = [words or in_a_line(kind) for kind, words in zip(told[::3], told[2::3], strict=True)]
    return {"repair": " ".join(dict.fromkeys(says))}


def _taught(name: str, group: list[tuple[Paper, Told]], anonymous: bool) -> Report:
    """A group of answers; its example is one that can be told as a known mistake, ready for the author, if any can."""
    for paper, _ in [] if anonymous else group[:MOST_TRIED]:
        if code := ready.slip(lesson.find(name), _cell(paper, name)[0]):
            return _group(name, group, anonymous, paper) | {"slip": code}
    return _group(name, group, anonymous)


def _observation(told: Told) -> str:
    """What the failed checks saw, those that saw the same together."""
    by_what: dict[str, list[str]] = defaultdict(list)
    for probe in told["probes"]:
        if not probe["passed"]:
            by_what[probe["saw"]].append(probe["name"].replace("_", " "))
    return "; ".join(f"{what} in {', '.join(f'“{name}”' for name in names)}" for what, names in by_what.items())


def _group(name: str, group: list[tuple[Paper, Told]], anonymous: bool, shown: Paper | None = None) -> Report:
    """How many; and for the instructor who, and one of the answers, the first unless another is to be `shown`."""
    if anonymous:
        return {"students": len(group)}
    return {
        "students": len(group),
        "who": [paper.student for paper, _ in group],
        **_example(shown or group[0][0], name),
    }


def _example(paper: Paper, name: str) -> Report:
    """An answer as it was handed in, and its lines to look at, if known."""
    text, sources = _cell(paper, name)
    places = lines.Search(paper.course, 0).places(lesson.find(name), sources)
    numbers = sorted({place.line for place in places if sources[place.cell] == text})
    return {"example": text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "\n...", "lines": numbers}


def _cell(paper: Paper, name: str) -> tuple[str, list[str]]:
    """The cell of a student's notebook that has this answer, and all cells that ran."""
    path = paper.paths.get(name)
    if path is None:
        return "", []
    handed_in = submission.read(read_bytes(str(path)))
    found = [cell["source"] for cell in handed_in.cells if submission.grade_id(cell) in (f"{name}-answer", name)]
    return found[0] if found else "", handed_in.sources(set(lesson.names(lesson.find(name).section)))


def _statements(name: str, graded: list[tuple[Paper, Told]]) -> list[Report]:
    """For each statement, how many in a hundred of those who answered believed it; or put the step elsewhere."""
    rows = []
    answered = [told for _, told in graded if told["outcome"] in ("passed", "failed")]
    exercise = lesson.find(name)
    explained, asked = exercise.statements, source.statements(exercise.section, name)
    for probe in exercise.probes:
        seen = [p for told in answered for p in told["probes"] if p["name"] == probe]
        judged = [p for p in seen if isinstance(p["saw"], bool)]
        row: Report = {"statement": probe.removeprefix("statement_"), "wrong": sum(not p["passed"] for p in seen)}
        if judged:
            row["true"] = judged[0]["saw"] is judged[0]["passed"]
            row["believed"] = round(100 * sum(p["saw"] for p in judged) / len(judged))
        if row["statement"] in asked:
            row["text"] = asked[row["statement"]]
        if row["statement"] in explained:
            row["explanation"] = explained[row["statement"]].explanation
        rows.append(row)
    return rows


def number(value: float) -> float:
    return round(float(value), 2)
