"""`train`: the learner's pieces on the real digits, beside the reference's."""

from __future__ import annotations

import json
from typing import Any

import click

from autograder.commands.group import NOT_PASSED, PASSED, leave, plain_option
from autograder.milestones.results import MILESTONES


@click.command()
@click.argument("section", required=False)
@click.option(
    "--epochs", type=click.IntRange(1, 1000), default=5, show_default=True, help="How often through the data."
)
@click.option(
    "--examples", type=click.IntRange(64, 50_000), default=50_000, show_default=True, help="Train on so many images."
)
@click.option("--limit", type=float, default=600, show_default=True, help="Stop after so many seconds.")
@click.option("--unchecked", is_flag=True, help="Use your answers even where they do not pass their checks.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@plain_option
def train(
    section: str | None, epochs: int, examples: int, limit: float, unchecked: bool, as_json: bool, as_plain: bool
) -> None:
    """Train on the real digits with your own code, beside the reference's.

    SECTION is training_loop, optim, data or validation, or "all" for one after the other. Without it, the last
    one for which you have written something that passes.

    The kit's pieces stand in for those of yours that do not pass their checks yet. Ctrl-C stops the training and
    keeps what there is. Loss and accuracy are those on the 10,000 validation images. Exits with 0 when your run
    finished, 1 when it stopped, 2 when there is no such milestone.
    """
    from autograder import lesson
    from autograder.milestones import training

    if not MILESTONES:
        raise lesson.UnknownName(f"{lesson.current().title} has no milestones to train for.")
    if section not in (None, "all", *MILESTONES):
        raise lesson.UnknownName(_unknown(str(section)))
    chosen = MILESTONES if section == "all" else [section or training.furthest()]
    results = []
    for number, name in enumerate(chosen):
        if number and not as_json:
            click.echo()
        results.append(_one(name, epochs, examples, limit, unchecked, not as_json, as_plain))
        if results[-1]["outcome"] == "interrupted":
            break
    if as_json:
        click.echo(json.dumps(results if section == "all" else results[0], indent=1))
    elif section == "all":
        from autograder.report import outcome

        outcome.summarise(results)
    outcomes = {result["outcome"] for result in results}
    leave(PASSED if outcomes == {"finished"} else 130 if "interrupted" in outcomes else NOT_PASSED)


def _unknown(name: str) -> str:
    from autograder import lesson

    return f"{lesson.suggest(name, MILESTONES, 'milestone')} There are: {', '.join(MILESTONES)}."


def _one(
    section: str, epochs: int, examples: int, limit: float, unchecked: bool, shown: bool, plain: bool
) -> dict[str, Any]:
    """Train one milestone, show it, and keep its result."""
    from autograder.milestones import pieces, results, training
    from autograder.report import milestone_figure, outcome, plain_training
    from autograder.report.training import Screen

    screen = plain_training.Lines() if plain else Screen()
    with screen.choosing():
        chosen = pieces.choose(section, unchecked)
    whole = examples >= training.EXAMPLES and epochs >= training.EPOCHS
    name = section if whole else f"{section}_quick"
    if shown:
        screen.pieces(section, chosen, examples, epochs)
        with screen.live():
            pair = training.train(section, chosen, epochs, examples, limit, screen.watch)
            screen.watch(pair)
    else:
        pair = training.train(section, chosen, epochs, examples, limit)
    told = outcome.message(pair)
    mistaken = training.mistaken(pair.mine.predicted)
    picture = results.RESULTS / f"{name}.png"
    result = training.result(pair, told, picture if pair.mine.batch_losses else None)
    kept = results.write(name, result)
    if kept and result["figure"]:
        title = f"{section}: {len(pair.mine.epochs)} epochs on {examples:,} digits"
        milestone_figure.save(picture, title, result, mistaken)
    if shown:
        figure = result["figure"] if kept else None
        (plain_training if plain else outcome).show(pair, told, mistaken, figure, kept)
    return results.finite(result)
