"""course.toml: what an instructor decides. Without the file there is one assignment, which has the whole lesson."""

from __future__ import annotations

from pathlib import Path

from autograder import lesson
from autograder.course import file
from autograder.course.decided import FEEDBACK, LIMITS, NAME, Assignment, BadCourse, Course, Late


def here() -> Course | None:
    """The course whose folder is the working folder, if it has a course.toml."""
    path = Path.cwd() / NAME
    return file.read(path, path.stat().st_mtime_ns) if path.is_file() else None


def assignment(name: str) -> Assignment | None:
    """The assignment of this name; None without a course.toml."""
    course = here()
    return course.assignment(name) if course else None


def typed(verb: str, assignment: str, settings: str = "") -> str:
    """What to type to have make do something with this assignment, which it takes by itself if it is the lesson's."""
    named = "" if assignment == lesson.current().name else f"assignment={assignment}"
    return " ".join(filter(None, ["make", verb, named, settings]))


__all__ = ["FEEDBACK", "LIMITS", "NAME", "Assignment", "BadCourse", "Course", "Late", "assignment", "here", "typed"]
