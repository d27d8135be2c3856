"""Where in the lesson's video each part starts, as lesson.toml tells it."""

from __future__ import annotations

from autograder import lesson


def of_section(name: str, words: str) -> str:
    """A link to where a section starts, or nothing."""
    return _link(lesson.current().video.get("sections", {}).get(name), words)


def of_exercise(name: str) -> str:
    """A link to the part within a section that leads to an exercise, or nothing."""
    return _link(lesson.current().video.get("exercises", {}).get(name), "video")


def _link(seconds: int | None, words: str) -> str:
    if seconds is None:
        return ""
    url = lesson.current().video["url"].format(seconds=seconds)
    return f"[{words} {seconds // 60}:{seconds % 60:02}]({url})"
