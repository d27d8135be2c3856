"""`python -m benchmarks [--only NAME] [--students N]`: print the figures and keep them in benchmarks/latest.json."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks import class_, learner, places

os.environ["AUTOGRADER_RESIDENT"] = "0"  # what is measured here starts its own processes
GROUPS = {
    "cold": learner.cold,
    "resident": learner.resident,
    "warm": learner.warm_checks,
    "pytest": learner.with_pytest,
    "places": places.explained,
}
#: The same, for a class of so many students.
CLASS = {"class": class_.grading, "flat": class_.flat}
LATEST = Path(__file__).parent / "latest.json"


@click.command()
@click.option("--rounds", default=9, show_default=True, help="How often each thing is timed; the median counts.")
@click.option("--only", type=click.Choice([*GROUPS, *CLASS]), multiple=True, help="Run these groups alone.")
@click.option("--students", default=20, show_default=True, help="How large the generated class is: 200 for the record.")
def main(rounds: int, only: tuple[str, ...], students: int) -> None:
    """Measure the kit. Ratios compare within one run; the seconds beside them only say how fast this machine was."""
    out = Console()
    before = json.loads(LATEST.read_text()) if LATEST.exists() else {}
    figures: dict[str, float] = {}
    for name in only or [*GROUPS, *CLASS]:
        with out.status(f"measuring {name}"):
            figures |= GROUPS[name](rounds) if name in GROUPS else CLASS[name](rounds, students)
    table = Table(box=None)
    for heading in ("", "now", "last time"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, value in figures.items():
        last = before.get("figures", {}).get(name)
        table.add_row(name, f"{value:.2f}", "" if last is None else f"{last:.2f}")
    out.print(table)
    kept = {"machine": platform.platform(), "figures": before.get("figures", {}) | figures}
    LATEST.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


main()
