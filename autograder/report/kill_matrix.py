"""The kill matrix of an exercise as a table: a row for each mistake, a column for each probe."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.matrix.selfcheck import Examination, equivalents
from autograder.proofread import shown
from autograder.report.terminal import BAD, GOOD, QUIET, STRONG, paged


@paged
def show(out: Console, found: Examination, alone: bool = False) -> None:
    exercise = found.exercise
    declared = f"{len(exercise.probes)} probes, {len(exercise.rights)} rights, {len(found.kills)} mistakes"
    counts = f"{declared}, {found.mutants} mutants"
    if found.seeds:
        counts = f"{len(exercise.rights)} rights, {len(found.kills)} mistakes, under {found.seeds} seeds"
    out.print(Text(f"{exercise.name}: {counts}", style=STRONG))
    if found.kills:
        table = Table.grid(padding=(0, 1))
        for number, probe in enumerate(exercise.probes.values(), 1):
            table.add_row(Text(f"{number:>4}", style=QUIET), Text(probe.title))
        out.print(table)
        grid = Table(box=None, padding=(0, 1), show_edge=False, header_style=QUIET)
        grid.add_column("mistake")
        for number in range(1, len(exercise.probes) + 1):
            grid.add_column(str(number), justify="center")
        for name, caught in found.kills.items():
            grid.add_row(name, *("x" if probe in caught else "." for probe in exercise.probes))
        for name, caught in found.family.items():
            if caught:
                grid.add_row(Text(name, style=QUIET), *("x" if probe in caught else "." for probe in exercise.probes))
        out.print(grid)
    for survivor in found.survivors:
        out.print(Text(f"  survives: {survivor}", style=QUIET), soft_wrap=True)
    for finding in found.findings:
        out.print(Text(f"  ! {finding}", style=BAD), soft_wrap=True)  # one line each, for whoever looks for file:line
    if found.survivors:
        file = shown(equivalents(exercise.section))
        changed = json.dumps(found.survivors[0].partition("  ->  ")[2])
        line = f'EQUIVALENT = {{"{exercise.name}": {{{changed}: "why it makes no difference"}}}}'
        out.print(Text(f"  Add a probe that notices, or write in {file}:\n    {line}", style=QUIET), soft_wrap=True)
    elif not found.findings:
        again = f"make matrix exercise={exercise.name}"
        under = f" under this seed; under others: {again} seeds=20"
        if found.seeds:
            under = f" under these seeds; mutants are tried under one: {again}"
        out.print(Text(f"  nothing to mend{under if alone else ''}", style=GOOD), soft_wrap=True)
    out.print()


def to_dict(found: Examination) -> dict[str, Any]:
    return {
        "exercise": found.exercise.name,
        "kills": found.kills,
        "family": found.family,
        "mutants": found.mutants,
        "survivors": found.survivors,
        "findings": found.findings,
    }
