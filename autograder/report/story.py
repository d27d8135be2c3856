"""What is said of the first event in which a training loop differs (autograder/judging/story.py)."""

from __future__ import annotations

from autograder.judging.difference import Difference
from autograder.judging.story import Batch, Entry, Turn, first_turn, turn_at
from autograder.judging.story import where_it_raised as where_it_raised_in
from autograder.judging.verdict import Frame

#: Faults of an observation that may come from what a loop did, and in which order.
OF_EVENTS = ("value", "length", "too_large")
ORDINALS = ["first", "second", "third", "fourth", "fifth"]
#: Rows that do not follow each other are told up to so many.
MOST_ROWS = 6


def told(frame: Frame, expected: Frame, found: Difference | None) -> str:
    """The sentence for two frames of a probe that followed a loop; "" where no event is known to differ."""
    mine, reference = frame.get("story") or [], expected.get("story") or []
    value = expected.get("value")
    parts = [name for name, _ in value["dict"]] if isinstance(value, dict) and "dict" in value else []
    turn = first_turn(mine, reference) or (turn_at(found, parts, mine, reference) if found else None)
    by_y = turn is not None and any(e.get("by_y") and not e["batches"] for e in mine[turn.call])
    return _call(turn, frame, reference) + sentence(turn, by_y) if turn else ""


def where_it_raised(frame: Frame, expected: Frame) -> str:
    """How far a loop came before it raised; "" where that is not known."""
    mine, reference = frame.get("story") or [], expected.get("story") or []
    turn = where_it_raised_in(mine, reference)
    says = _call(turn, frame, reference) + sentence(turn) if turn else ""
    inside = ".backward(" in frame["raised"]["frames"][-1]["source"]
    return says.replace("after backward()", "in backward()") if inside else says


def _call(turn: Turn, frame: Frame, reference: list[list[Entry]]) -> str:
    """Which of several calls it was."""
    calls = frame.get("calls") or []
    given = calls[turn.call]["arguments"] if turn.call < len(calls) else {}
    if turn.calls == 1:
        return ""
    bs = given.get("bs")
    n = len({row for entry in reference[turn.call] if entry["what"] == "learn" for row in entry["rows"]})
    told = f"With {n} rows and bs = {bs}" if isinstance(bs, int) else f"In call {turn.call + 1} of {turn.calls}"
    return f"{told}: "


def sentence(turn: Turn, by_y: bool = False) -> str:
    """`by_y`: rows are known by their targets, and the inputs that go with these may be other ones."""
    wanted, before, came = (_batch(batch) for batch in (turn.wanted, turn.before, turn.came))
    of = "the targets of " if by_y else ""
    match turn.kind:
        case "rows" if turn.before is None:
            return f"The first batch to learn from is {wanted}; yours learns from {of}{came}."
        case "rows" if turn.before and turn.came and turn.before.rows == turn.came.rows:
            return (
                f"After {before}, the next batch to learn from is {wanted}; yours learns from {of}{before} once more."
            )
        case "rows":
            return f"After {before}, the next batch to learn from is {wanted}; yours learns from {of}{came}."
        case "skipped" if turn.before is None:
            return f"The step for {wanted} is missing: yours begins with {came}."
        case "skipped":
            return f"The step for {wanted} is missing: after {before}, yours goes on with {came}."
        case "never":
            return "`loss_func` was never called."
        case "ends" if turn.before is None:
            return "No backward() starts from a loss that `loss_func` gave."
        case "ends":
            return f"The step for {wanted} is missing: yours ends after {before}."
        case "goes_on":
            return f"Training is to end after {before}; yours goes on and learns from {came}."
        case "repeated":
            return f"backward() runs for {before} a second time, without a step between."
        case "together":
            return (
                f"One backward() goes through {turn.count} losses together. Each batch has its own backward() and its "
                "own step."
            )
        case "held":
            part = "gradients of some parameters" if turn.partly else "gradients"
            return (
                f"After {before}, the gradients should be cleared before the next backward(). When it runs for "
                f"{wanted}, {part} are still there, and it adds to them."
            )
        case "still":
            when = "when training is over" if turn.last else "when the next backward() runs"
            return f"After backward() for {before}, a step should move the parameters. They have not moved {when}."
        case "often":
            return f"After backward() for {before}, the parameters move {turn.count} times. One step is to follow."
        case "late":
            return f"The model is given {wanted} before the step for {before} is made: that step comes too late."
        case "mode":
            mode = "training" if turn.training else "evaluation"
            return f"When it learns from {wanted}, the model is in {mode} mode."
        case "looks_in_training":
            return f"Validation begins, and the model is {'still ' if turn.last else ''}in training mode."
        case "looks_with_graph":
            return "When the model is given validation data, torch still records what a backward() would need."
        case "looks_early" if not turn.count:
            return "The model is given validation data before the first step is made."
        case "looks_early":
            return f"The model is given validation data after {_steps(turn.count)}, before the epoch is over."
        case "raised" if turn.before is None:
            return "It stops before the first backward()."
        case "raised":
            after = f"the step for {before}" if turn.count else f"backward() for {before}, before a parameter moves"
            return f"It stops after {after}{', the last one' if turn.last else ''}."
        case "strange":
            return "What `loss_func` is given first as targets, its second argument, are no rows of `y`."
        case "loss":
            return f"For {wanted}, `loss_func` gives another value than it should: look at what it is given."
        case "step" if turn.before is None:
            return f"The loss of {wanted} is right; the step that follows moves the parameters in another way."
    return f"All agrees up to the loss of {wanted}; the step that follows moves the parameters in another way."


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _batch(batch: Batch | None) -> str:
    if batch is None:
        return ""
    if batch.numbered:
        known = 0 < batch.number <= len(ORDINALS)
        return (
            f"the {ORDINALS[batch.number - 1]} batch"
            if known
            else (f"batch {batch.number}" if batch.number else "other rows")
        )
    rows = list(batch.rows)
    if len(rows) == 1:
        text = f"row {rows[0]}"
    elif rows == list(range(rows[0], rows[-1] + 1)):
        text = f"rows {rows[0]} to {rows[-1]}"
    elif len(rows) <= MOST_ROWS:
        text = f"rows {', '.join(map(str, rows[:-1]))} and {rows[-1]}"
    else:
        text = f"rows {', '.join(map(str, rows[:MOST_ROWS]))}, ..."
    return f"{text} in epoch {batch.epoch}" if batch.epochs > 1 else text
