"""What a class did with an assignment, as plain data: the mistakes, counted; what fails alike; the items, analysed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autograder import lesson
from autograder.classroom import items
from autograder.classroom.answered import Report, exercise_row, number
from autograder.classroom.intake import Notice
from autograder.classroom.kept import Paper, Told, papers
from autograder.classroom.plan import NoAssignment, Plan


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
    return replace(of_plan(plan), waiting=books.waiting(app, assignment))


def of_plan(plan: Plan) -> Class:
    intake = plan.intake(known=True)
    found, notices = papers(plan, intake)
    if not found:
        there = "Grade what was handed in" if intake.handed else "Put what comes in into submitted/, then grade it"
        why = f"There are no results of {plan.assignment} yet. {there}"
        if intake.handed and plan.seen.outdated:
            why = f"The results of {plan.assignment} are from before the kit, points or dates changed. Grade once more"
        raise NoAssignment(f"{why}: make grade assignment={plan.assignment}")
    return Class(plan, found, notices)


def report(of: Class, anonymous: bool = False) -> Report:
    """The report on what was handed in and graded. `anonymous`: no names, no text of theirs."""
    plan, found, notices = of.plan, of.papers, of.notices
    points, tests = points_of(plan), tests_of(plan)
    names = list(points)
    shares = np.array([[_share(paper.results[name]) for name in names] for paper in found])
    analysed = items.analyse(shares, np.array(list(points.values())))
    scores = [_score(paper, points | tests) for paper in found if paper.complete]
    rows = [exercise_row(name, points[name], found, anonymous) | analysed[i] for i, name in enumerate(names)]
    made: Report = {
        "assignment": plan.assignment,
        "anonymous": anonymous,
        "students": len(found),
        "in_all": len({paper.student for paper in found} | {one.student for one in notices}),
        "max_score": number(sum((points | tests).values())),
        "scores": sorted(scores) if anonymous else scores,
        "missing": len({one.student for one in notices if one.kind == "missing"}),
        "stuck": len(_stuck(found, notices)),
        "waiting": of.waiting,
        "sections": _sections(rows, found),
        "exercises": rows,
        "tests": [_test(name, most, [paper.tests[name] for paper in found]) for name, most in tests.items()],
        "usual": items.USUAL,
        "not_graded": [_notice(one, plan.assignment, anonymous) for one in notices],
        "together": _together(found),
        "again": _again(found, anonymous),
        "help": [one | ({"student": "", "score": None} if anonymous else {}) for one in _help(found, points | tests)],
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


def _stuck(found: list[Paper], notices: list[Notice]) -> set[str]:
    """Who handed in something that is not graded yet, and so has no score."""
    graded = {paper.student for paper in found if paper.complete}
    return {notice.student for notice in notices if notice.kind != "missing"} - graded


def _passed(told: Told | None) -> bool:
    return told is not None and told["outcome"] == "passed"


def stands_out(made: Report) -> str:
    """One line: the mistake that most students made, else the exercise that fewest passed."""
    mistakes = [(mistake, row["name"]) for row in made["exercises"] for mistake in row["mistakes"]]
    most = max((mistake["students"] for mistake, _ in mistakes), default=0)
    commonest = [(mistake, name) for mistake, name in mistakes if mistake["students"] == most]
    if most > 1:
        (mistake, name), *level = commonest
        each = " each" if len(level) > 1 else ""
        also = f" Just as common: one mistake{each} in {_some([other for _, other in level])}." if level else ""
        return f"{name}: {most} of {made['students']} made the same mistake. {mistake['message']}{also}"
    least = max([*made["exercises"], *made["tests"]], key=lambda row: row["failed"] + row["not_started"], default=None)
    if least and (rest := least["failed"] + least["not_started"]):
        verb = "pass" if least["failed"] else "start"
        also = f"; {least['not_started']} of them did not start" if least["failed"] and least["not_started"] else ""
        return f"{least['name']}: {rest} of {made['students']} did not {verb} it{also}."
    return ""


def _some(names: list[str]) -> str:
    """Two of them by name, the others by number."""
    told = [*names[:2], *([f"{len(names) - 2} more"] if len(names) > 2 else [])]
    return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


def points_of(plan: Plan) -> dict[str, float]:
    """The exercises of the assignment in lesson order, and what they are worth."""
    found: dict[str, float] = {}
    for notebook in plan.notebooks.values():
        found |= {
            name: notebook.exercises[name] for name in lesson.names(notebook.section) if name in notebook.exercises
        }
    return found


def tests_of(plan: Plan) -> dict[str, float]:
    """The cells of the instructor's own that test by themselves, and what they are worth."""
    return {name: most for notebook in plan.notebooks.values() for name, most in notebook.tests.items()}


def _test(name: str, most: float, told: list[Told | None]) -> Report:
    graded = [one for one in told if one is not None]
    outcomes = Counter(one["outcome"] for one in graded)
    mean = number(sum(one["share"] for one in graded) * most / len(graded)) if graded else None
    passed, not_started = outcomes["passed"], outcomes["not_started"]
    row: Report = {"name": name, "passed": passed, "failed": len(graded) - passed - not_started}
    return row | {"not_started": not_started, "mean": mean, "max_points": number(most)}


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


def _again(found: list[Paper], anonymous: bool) -> Report:
    """Of who changed notebooks and handed them in again: which known mistakes in these went, and which stayed.

    Of those that went, `passed` have right answers now; the others fail in another way.
    """
    again = [paper for paper in found if paper.before]
    made: dict[str, dict[tuple[str, str], list[Paper]]] = {"went": defaultdict(list), "stayed": defaultdict(list)}
    for paper in again:
        for name, told in paper.before.items():
            now, mistake = paper.results[name], _mistake(told)
            if now and mistake:  # else nothing was known of it, or what came again is not graded yet
                made["stayed" if _mistake(now) == mistake else "went"][name, mistake].append(paper)
    counted = {kind: _counted(by_mistake, anonymous) for kind, by_mistake in made.items()}
    return {"students": len(again)} | _who(again, anonymous) | counted


def _counted(made: dict[tuple[str, str], list[Paper]], anonymous: bool) -> list[Report]:
    rows: list[Report] = [
        {"exercise": name, "mistake": mistake, "students": len(by), "passed": sum(_passed(p.results[name]) for p in by)}
        | _who(by, anonymous)
        for (name, mistake), by in made.items()
    ]
    return sorted(rows, key=lambda row: -row["students"])


def _mistake(told: Told) -> str:
    return str((told["diagnosis"] or {}).get("mistake", ""))


def _who(of: list[Paper], anonymous: bool) -> Report:
    return {} if anonymous else {"who": [paper.student for paper in of]}


def _help(found: list[Paper], points: dict[str, float]) -> list[Report]:
    """Who may need help, and the facts that say so."""
    rows = []
    for paper in found:
        graded = paper.results | {name: told for name, told in paper.tests.items() if points[name]}
        outcomes = [told["outcome"] for told in graded.values() if told]
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
            score = _score(paper, points) if paper.complete else None
            rows.append({"student": paper.student, "why": why, "score": score})
    return rows


def _notice(one: Notice, assignment: str, anonymous: bool) -> dict[str, str]:
    if anonymous:  # what is said of a file has its name in it, and that often has the student's
        do = f"make grade assignment={assignment}" if one.do else ""
        return {"student": "", "kind": one.kind, "why": one.kind, "do": do}
    return {"student": one.student, "kind": one.kind, "why": one.why, "do": one.do}


def _share(told: Told | None) -> float:
    return float("nan") if told is None else told["share"]


def _score(paper: Paper, points: dict[str, float]) -> float:
    both = paper.results | paper.tests
    return number(sum(told["share"] * points[name] for name, told in both.items() if told))
