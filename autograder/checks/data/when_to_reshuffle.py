"""when_to_reshuffle: the explanation of each statement."""

import torch

from autograder.concept import concept

when_to_reshuffle = concept(
    "when_to_reshuffle",
    ids=["R6.8"],
    hints=[
        "Write down two passes over four rows, in batches of two, for each way of shuffling. Which rows are "
        "used, how often?",
        "`for batch in sampler` calls `__iter__` each time; `__init__` ran long before.",
    ],
    explanations={
        "a": "True. An epoch is one pass over all rows; a new permutation at its beginning keeps that promise and "
        "gives each row new neighbours.",
        "b": "False. It is random once and then the same for ever: the very same batches, with the same one-sided "
        "gradients, come in every epoch.",
        "c": "True. This is drawing with replacement. A row is missed by n / bs batches in a row with probability (1 - "
        "bs/n)^(n/bs), about 1/e = 0.37.",
        "d": "False. `__init__` runs once, when the sampler is made. The order drawn there is used by every loop.",
        "e": "True. Each `for` calls `__iter__` once, at its beginning: the right moment for a new order.",
        "f": "False. A permutation of 50,000 numbers takes some milliseconds at most, an epoch of training seconds.",
    },
    model_answer="At the beginning of each epoch. One permutation for the whole epoch makes sure that every row is "
    "used exactly once. A new one for the next epoch puts it among other neighbours, so that the same batches do not "
    "come again. Shuffling once leaves the batches fixed for ever; drawing each minibatch from all rows afresh repeats "
    "some rows and misses about a third of them in an epoch.",
    rubric=[
        "1 point: at the beginning of every epoch, so that each row comes once an epoch and in new company",
        "1 point: says what goes wrong otherwise: fixed batches when shuffled once, or rows missed and "
        "repeated when drawn per minibatch",
    ],
)


@when_to_reshuffle.experiment
def rows_seen_in_five_epochs():
    import time

    make = torch.Generator().manual_seed(2)
    n, bs = 1000, 50

    def mates(orders):
        """How many different neighbours row 0 has had in its batches."""
        seen = set()
        for order in orders:
            for batch in order.split(bs):
                if (batch == 0).any():
                    seen |= set(batch.tolist())
        return len(seen - {0})

    def missed(order):
        return n - len(set(order.tolist()))

    def fresh():
        return torch.randperm(n, generator=make)

    once = fresh()
    ways = {
        "once, before training": [once] * 5,
        "at each epoch": [fresh() for _ in range(5)],
        "at each minibatch": [torch.cat([fresh()[:bs] for _ in range(n // bs)]) for _ in range(5)],
    }
    lines = [
        "1,000 rows in batches of 50, five epochs:",
        "shuffled               rows missed, by epoch      neighbours of row 0",
    ]
    for name, orders in ways.items():
        lines.append(f"{name:<23}{[missed(order) for order in orders]!s:<31}{mates(orders):>4}")
    before = time.perf_counter()
    torch.randperm(50_000)
    took = time.perf_counter() - before
    return [
        *lines,
        "At each minibatch: the company varies most, but a third of the rows is not used.",
        f"An order for 50,000 rows was drawn in {took * 1000:.1f} milliseconds.",
    ]
