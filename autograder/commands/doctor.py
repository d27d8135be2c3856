"""`doctor`: what is wrong with the set-up."""

from __future__ import annotations

import click

from autograder.commands.group import leave


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Look for what is wrong with the set-up, and say how to mend it. Exits with 1 when there is a fault."""
    import json

    from autograder.doctor import examine

    found = []
    for finding in examine():
        found.append(finding)
        if not as_json:
            click.echo("\n".join(finding.lines()))
    if as_json:
        click.echo(json.dumps([finding.to_dict() for finding in found], indent=1))
    faults = sum(finding.state == "fault" for finding in found)
    if not as_json:
        click.echo(f"\n{faults} faults." if faults else "\nNothing keeps the kit from working.")
    leave(1 if faults else 0)
