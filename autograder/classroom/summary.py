"""What a class did with an assignment, as plain data: the mistakes, counted; what fails alike; the items, analysed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder import lesson
from autograder.classroom import items, lines, ready, submission
from autograder.classroom.intake import Notice
from autograder.classroom.kept import Paper, Told, papers
from autograder.classroom.plan import NoAssignment, Plan
from autograder.classroom.plugin import read_bytes

Report = dict[str, Any]

#: An answer that is shown as an example is cut off behind so many characters.
MOST_SHOWN = 3000
#: Of so many answers that fail alike it is asked whether a slip can be made of them.
MOST_TRIED = 20


@dataclass(frozen=True)
class Class:
    """What a class did: the assignment, everybody's kept results, what is not graded, and who waits for a reader."""

    plan: Plan
    papers: list[Paper]
    notices: list[Notice]
    #: How many have written an answer that nobody has read yet.
    waiting: int = 0


def of_course(assignment: str | None = None) -> Class:
    """The class of the course that is the working folder."""
    from autograder.classroom import gradebook as books
    from autograder.notebooks import build

    course, assignment = Path.cwd(), assignment or build.ASSIGNMENT
    app = books.application(assignment, course, log="a")
    db_url, budget = books.directory(app).db_url, books.budget(app)
    plan = Plan(course, assignment, db_url, books.pattern(app, assignment), budget, books.dates(app, assignment))
    return replace(of_plan(plan), waiting=books.waiting(db_url, assignment))


def of_plan(plan: Plan) -> Class:
    intake = plan.intake(known=True)
    found, notices = papers(plan, intake)
    if not found:
        there = "Grade what was handed in" if intake.handed else "Put what comes in into submitted/, then grade it"
        raise NoAssignment(
            f"There are no results of {plan.assignment} yet. {there}: make grade assignment={plan.assignment}"
        )
    return Class(plan, found, notices)


def report(of: Class, anonymous: bool = False) -> Report:
    """The report on what was handed in and graded. `anonymous`: no names, no text of theirs."""
    plan, found, notices = of.plan, of.papers, of.notices
    points = points_of(plan)
    names = list(points)
    shares = np.array([[_share(paper.results[name]) for name in names] for paper in found])
    analysed = items.analyse(shares, np.array(list(points.values())))
    scores = [_score(paper, points) for paper in found if paper.complete]
    rows = [_exercise(name, points[name], found, anonymous) | analysed[i] for i, name in enumerate(names)]
    made: Report = {
        "assignment": plan.assignment,
        "anonymous": anonymous,
        "students": len(found),
        "max_score": _number(sum(points.values())),
        "scores": sorted(scores) if anonymous else scores,
        "missing": len({one.student for one in notices if one.kind == "missing"}),
        "waiting": of.waiting,
        "sections": _sections(rows, found),
        "exercises": rows,
        "usual": items.USUAL,
        "not_graded": [_notice(one, plan.assignment, anonymous) for one in notices],
        "together": _together(found),
        "again": _again(found),
        "help": [] if anonymous else _help(found, points),
    }
    return made | {"stands_out": stands_out(made)}


def _sections(rows: list[Report], found: list[Paper]) -> list[Report]:
    """For each section, how many passed every exercise that the assignment has of it."""
    names: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        names[row["section"]].append(row["name"])
    return [
        {"name": section, "exercises": len(of), "passed": sum(all(_passed(p.results[n]) for n in of) for p in found)}
        for section, of in names.items()
    ]


def _passed(told: Told | None) -> bool:
    return told is not None and told["outcome"] == "passed"


def stands_out(made: Report) -> str:
    """One line: the mistake that most students made, else the exercise that most failed."""
    commonest = max(
        ((m, row["name"]) for row in made["exercises"] for m in row["mistakes"]),
        key=lambda found: found[0]["students"],
        default=None,
    )
    failed = max(made["exercises"], key=lambda row: row["failed"], default=None)
    if commonest and commonest[0]["students"] > 1:
        mistake, name = commonest
        return f"{name}: {mistake['students']} of {made['students']} made one mistake. {mistake['message']}"
    if failed and failed["failed"]:
        return f"{failed['name']}: {failed['failed']} of {made['students']} did not pass it."
    return ""


def points_of(plan: Plan) -> dict[str, float]:
    """The exercises of the assignment in lesson order, and what they are worth."""
    found: dict[str, float] = {}
    for notebook in plan.notebooks.values():
        found |= {
            name: notebook.exercises[name] for name in lesson.names(notebook.section) if name in notebook.exercises
        }
    return found


def _exercise(name: str, points: float, found: list[Paper], anonymous: bool) -> Report:
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
        "max_points": _number(points),
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
    """Answers that fail the same checks in the same way and are no known mistake, the largest group first."""
    if lesson.find(name).kind != "code":
        return []
    groups: dict[str, list[tuple[Paper, Told]]] = defaultdict(list)
    for paper, told in graded:
        if told["outcome"] in ("failed", "error") and not told["diagnosis"]:
            groups[_observation(told)].append((paper, told))
    rows = [{"observation": seen} | _taught(name, group, anonymous) for seen, group in groups.items()]
    return sorted(rows, key=lambda row: -row["students"])


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
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in by_what.items())


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
    explained = lesson.find(name).statements
    for probe in lesson.find(name).probes:
        seen = [p for told in answered for p in told["probes"] if p["name"] == probe]
        judged = [p for p in seen if isinstance(p["saw"], bool)]
        row: Report = {"statement": probe.removeprefix("statement_"), "wrong": sum(not p["passed"] for p in seen)}
        if judged:
            row["true"] = judged[0]["saw"] is judged[0]["passed"]
            row["believed"] = round(100 * sum(p["saw"] for p in judged) / len(judged))
        if row["statement"] in explained:
            row["explanation"] = explained[row["statement"]].explanation
        rows.append(row)
    return rows


def _together(found: list[Paper]) -> list[Report]:
    """Pairs of known mistakes that more than one student made both of, the commonest first."""
    pairs: Counter[tuple[str, str]] = Counter()
    for paper in found:
        made = sorted(
            f"{name}: {told['diagnosis']['mistake']}"
            for name, told in paper.results.items()
            if told and told["diagnosis"]
        )
        pairs.update((a, b) for i, a in enumerate(made) for b in made[i + 1 :])
    return [{"mistakes": list(pair), "students": count} for pair, count in pairs.most_common(10) if count > 1]


def _again(found: list[Paper]) -> Report:
    """Of those who handed in again: which mistakes went since the time before, and which stayed."""
    again = [paper for paper in found if paper.before]
    went: Counter[tuple[str, str]] = Counter()
    stayed: Counter[tuple[str, str]] = Counter()
    for paper in again:
        for name, told in paper.before.items():
            now = (paper.results[name] or {}).get("diagnosis") or {}
            if mistake := (told["diagnosis"] or {}).get("mistake"):
                (stayed if now.get("mistake") == mistake else went)[name, mistake] += 1
    return {"students": len(again), "went": _counted(went), "stayed": _counted(stayed)}


def _counted(made: Counter[tuple[str, str]]) -> list[Report]:
    return [{"exercise": name, "mistake": m, "students": count} for (name, m), count in made.most_common()]


def _help(found: list[Paper], points: dict[str, float]) -> list[Report]:
    """Who may need help, and the facts that say so."""
    rows = []
    for paper in found:
        outcomes = [told["outcome"] for told in paper.results.values() if told]
        begun = [outcome != "not_started" for outcome in outcomes]
        why = []
        if not any(begun):
            why.append("started nothing")
        elif not any(begun[len(begun) // 2 :]):
            why.append("started nothing in the second half")
        elif paper.complete and _score(paper, points) < sum(points.values()) / 2:
            why.append("went on to the end, and earned less than half of the points")
        if paper.out_of_time:
            why.append("something ran out of time")
        if outcomes.count("shortcut"):
            why.append("called the very function that was to be built")
        if why:
            rows.append({"student": paper.student, "why": why})
    return rows


def _notice(one: Notice, assignment: str, anonymous: bool) -> dict[str, str]:
    if anonymous:  # what is said of a file has its name in it, and that often has the student's
        return {"student": "", "why": one.kind, "do": f"make grade assignment={assignment}" if one.do else ""}
    return {"student": one.student, "why": one.why, "do": one.do}


def _share(told: Told | None) -> float:
    return float("nan") if told is None else told["share"]


def _score(paper: Paper, points: dict[str, float]) -> float:
    return _number(sum(told["share"] * points[name] for name, told in paper.results.items() if told))


def _number(value: float) -> float:
    return round(float(value), 2)
