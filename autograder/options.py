"""Options that several commands have."""

from __future__ import annotations

import click

plain_option = click.option(
    "--plain",
    "as_plain",
    is_flag=True,
    envvar="AUTOGRADER_PLAIN",
    help="Plain lines, for a screen reader. Always, if the environment has AUTOGRADER_PLAIN=1.",
)
