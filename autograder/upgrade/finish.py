"""What the new code does after it came in: add new stubs, and renew the prompts of those that are still stubs."""

from __future__ import annotations

import json

from autograder import source, workspace
from autograder.lesson import sections


def finish() -> dict[str, list[str]]:
    """{"exercises": all that there are now, "says": what could not be done, a line each}."""
    says = []
    for section in sections():
        try:
            workspace.refresh(section)
        except workspace.Unparsable as error:
            says.append(f"exercises/{section}.py has a syntax error ({error}), so that nothing was added to it.")
        except UnicodeDecodeError:
            says.append(f"exercises/{section}.py is not UTF-8 text, so that nothing was added to it.")
    if says:
        says.append("Mend it, then: make upgrade")
    return {"exercises": names(), "says": says}


def names() -> list[str]:
    return [name for section in sections() for name in source.answers(section)]


if __name__ == "__main__":
    print(json.dumps(finish()))
