"""The result of one exercise as plain data; autograder/report/ puts it into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograder.judging.difference import Difference

Frame = dict[str, Any]


@dataclass(frozen=True)
class ProbeResult:
    name: str
    passed: bool
    points: int
    max_points: int
    #: "agrees", "differs", "changed", "shortcut", "raised", "complaint" or "missing" (never reached).
    why: str = "agrees"
    difference: Difference | None = None
    frame: Frame | None = None
    expected: Frame | None = None


@dataclass(frozen=True)
class Diagnosis:
    """One thing to mend: a known mistake with its sentence, or a kind of edit, for which autograder/report/ has one."""

    #: The name of the known mistake, or of the kind of edit.
    mistake: str
    message: str = ""
    #: Lines of the learner's file; for something missing the line before, and none where no line was found.
    lines: tuple[int, ...] = ()
    #: The probes that fail because of it.
    probes: tuple[str, ...] = ()
    #: Whether it explains, with the others told, all that every probe sees.
    whole: bool = True
    #: The first of the lines as it stands there, and which columns of it are meant (from 0; none for the whole line).
    source: str = ""
    columns: tuple[int, int] | None = None
    #: Parts of the learner's own text that the sentence may quote.
    said: dict[str, str] = field(default_factory=dict)
    #: Whether it is a known mistake, and not a kind of edit.
    known: bool = True

    def short(self) -> dict[str, Any]:
        return {"mistake": self.mistake, "message": self.message}

    def to_dict(self) -> dict[str, Any]:
        places = {"lines": list(self.lines), "probes": list(self.probes), "whole": self.whole}
        return self.short() | places


@dataclass
class Verdict:
    """The result of one exercise, as plain data; autograder/report/ puts it into words."""

    exercise: str
    section: str
    outcome: str
    points: float
    max_points: int
    probes: list[ProbeResult] = field(default_factory=list)
    diagnosis: Diagnosis | None = None
    #: All that keeps it from passing, as far as it was found; `diagnosis` is the first of them.
    diagnoses: list[Diagnosis] = field(default_factory=list)
    #: What is known when there is nothing to compare: {"kind": "missing" | "failure" | "ending" | "not_callable", ...}
    trouble: dict[str, Any] | None = None
    #: Earlier exercises for which the reference stood in, because the learner's own failed.
    stood_in: list[str] = field(default_factory=list)
    #: The line of the last definition under this name, where the file holds several; else 0.
    defined_again: int = 0
    #: The smallest failing case found: (learner's frame, reference's frame).
    smallest: tuple[Frame, Frame] | None = None
    path: str = ""
    printed: str = ""
    #: Good to know, and no reason not to pass.
    remarks: list[str] = field(default_factory=list)
    #: The verdict in a few words. Judging has none: autograder/api.py fills it in.
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"

    @property
    def first_failure(self) -> ProbeResult | None:
        return next((result for result in self.probes if not result.passed), None)

    @property
    def failing(self) -> list[str]:
        return [result.name for result in self.probes if not result.passed]

    def to_dict(self) -> dict[str, Any]:
        return {
            "exercise": self.exercise,
            "section": self.section,
            "outcome": self.outcome,
            "points": self.points,
            "max_points": self.max_points,
            "probes": [{"name": p.name, "passed": p.passed, "points": p.points} for p in self.probes],
            "diagnosis": self.diagnosis.short() if self.diagnosis else None,
            "diagnoses": [found.to_dict() for found in self.diagnoses or filter(None, [self.diagnosis])],
            "remarks": self.remarks,
            "message": self.message,
        }
