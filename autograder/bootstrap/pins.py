"""Write constraints.txt from what is installed and was tested (`make pins`), each with the groups that need it.

Run by the environment's own Python, with everything installed. The groups let set-up tell how many packages to expect.
"""

from __future__ import annotations

import importlib.metadata
import sys

from packaging.requirements import Requirement

from autograder.bootstrap import plan
from autograder.bootstrap.pip import plain

TOP = """\
# The versions that were tested together; set-up installs these. To renew them: upgrade in .venv what you want newer,
# `make test`, then `make pins`. After each: the groups of pyproject.toml that need it.
"""


def closure(texts: list[str]) -> set[str]:
    """The installed packages that these requirements bring, and what those bring."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in texts]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        try:
            distribution = importlib.metadata.distribution(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            continue
        for wanted in ["", *requirement.extras]:
            if (key := (plain(requirement.name), wanted)) not in found:
                found.add(key)
                waiting += [(Requirement(text), wanted) for text in distribution.requires or []]
    return {name for name, _ in found}


def main() -> int:
    # Without a build's own label (+cpu), so that any build of the version will do.
    version = {plain(d.name): d.version.split("+")[0] for d in importlib.metadata.distributions()}
    needed: dict[str, list[str]] = {}
    for group in [g for g in plan.groups() if g == "learn" or plan.extras(g) == [g]]:
        own = plan.requirements(group) if group == "learn" else plan.optional(group)
        names = closure(own)
        if missing := [r for r in own if plain(Requirement(r).name) not in names]:
            print(f"Install it first (python3 autograder/bootstrap {group}): {', '.join(missing)}", file=sys.stderr)
            return 1
        for name in names:
            needed.setdefault(name, []).append(group)
    pins = [f"{name}=={version[name]}  # {' '.join(groups)}\n" for name, groups in sorted(needed.items())]
    plan.CONSTRAINTS.write_text(TOP + "\n" + "".join(pins), "utf-8")
    print(f"{len(pins)} versions pinned in constraints.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
