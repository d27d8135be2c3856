"""why_batches_differ: the explanation of each statement."""

import torch

from autograder.concept import concept

why_batches_differ = concept(
    "why_batches_differ",
    ids=["R6.15"],
    hints=[
        "`iter(dl)` begins a pass; `next` takes the next batch of that pass. Count the passes in the three lines.",
        "What does `iter` give when it is called on something that is an iterator already?",
    ],
    explanations={
        "a": "True. They are two batches of one pass, and in one pass each row comes exactly once.",
        "b": "False. It starts at the beginning of a new pass, and the sampler has drawn a new order for it.",
        "c": "True. Another pass goes through the same rows again, in another order: some of them have been "
        "seen before.",
        "d": "False. `iter` of an iterator returns that iterator itself, so the pass goes on; only "
        "`iter(train_dl)` begins a new one.",
        "e": "True. Its order is 0, 1, 2, ... in every pass, so every first batch is the same.",
    },
    model_answer="`next` on the same iterator takes the following batch of the same pass, so it shows rows that have "
    "not been seen in it. `iter(train_dl)` begins a new pass, for which the sampler shuffles again, so its first batch "
    "is another one, possibly with rows seen before. The validation loader does not shuffle: each new pass begins with "
    "the same batch.",
    rubric=[
        "1 point: the next batch of one pass shares no row with those before it",
        "1 point: a new pass is a new order for the training loader, the same order for the validation loader",
    ],
)


@why_batches_differ.experiment
def three_batches():
    make = torch.Generator().manual_seed(3)

    class Loader:
        def __init__(self, shuffle):
            self.shuffle = shuffle

        def __iter__(self):
            rows = torch.randperm(12, generator=make) if self.shuffle else torch.arange(12)
            yield from (batch.tolist() for batch in rows.split(4))

    lines = ["12 rows in batches of 4; the rows in"]
    for name, dl in (("train_dl", Loader(True)), ("valid_dl", Loader(False))):
        batches = iter(dl)
        first, second, third = next(batches), next(batches), next(iter(dl))
        lines.append(f"  {name}: first {first}, second {second}, third {third}")
        shared = sorted(set(third) & (set(first) | set(second)))
        lines.append(f"    first and second share {sorted(set(first) & set(second))}; third has met {shared} before")
    batches = iter(Loader(False))
    next(batches)
    return [
        *lines,
        f"  iter(batches) is batches: {iter(batches) is batches}; next(iter(batches)): {next(iter(batches))}",
    ]
