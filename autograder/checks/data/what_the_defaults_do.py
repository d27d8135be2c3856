"""what_the_defaults_do: the explanation of each statement."""

import torch

from autograder.concept import concept

what_the_defaults_do = concept(
    "what_the_defaults_do",
    ids=["R6.18"],
    hints=[
        "Make such a loader over a list of ten pairs and look at `dl.sampler`, and at what `next(iter(dl))` gives.",
        "With shuffling, which rows come last in a pass? And are they the same ones in the next pass?",
    ],
    explanations={
        "a": "True. Look at `dl.sampler`: the two switches are shorthand for the parts that you wrote out before.",
        "b": "False. Without one it uses torch's default_collate, which stacks: a batch is [xb, yb], two tensors.",
        "c": "False. The rows are shuffled first, so whichever come last in this pass are left out, others "
        "in the next.",
        "d": "True. default_collate works through dicts, tuples and numbers alike: {'x': ..., 'y': 3} "
        "becomes a dict of batch tensors.",
        "e": "False. Validation is not shuffled, so the last rows would never be measured: an accuracy of "
        "most of the set, not of the set.",
        "f": "False. It raises a ValueError: `shuffle` is a way to choose a sampler, and one is chosen already.",
    },
    model_answer="`shuffle` chooses the sampler (RandomSampler or SequentialSampler), the batch size and `drop_last` "
    "make a BatchSampler round it. Without collate_fn, torch's default_collate stacks tensors, turns numbers into "
    "tensors and goes into dicts and tuples. So for (x, y) pairs of tensors the short form does the same as naming "
    "sampler and collate function ourselves; own parts are needed when sampling or joining should differ.",
    rubric=[
        "1 point: shuffle=True/False stands for RandomSampler/SequentialSampler",
        "1 point: default_collate stacks the examples (for tensors and numbers, and inside tuples and "
        "dicts), as our collate did",
    ],
)


@what_the_defaults_do.experiment
def looking_into_a_loader():
    data = torch.utils.data
    make = torch.Generator().manual_seed(4)
    pairs = [(torch.full((3,), float(i)), i) for i in range(10)]
    dl = data.DataLoader(pairs, 4, shuffle=True, drop_last=True, generator=make)
    xb, yb = next(iter(dl))
    dropped = [sorted(set(range(10)) - {int(i) for _, yb in dl for i in yb}) for _ in range(3)]
    rows = data.DataLoader([{"x": torch.ones(3), "y": i} for i in range(4)], 2)
    try:
        data.DataLoader(pairs, 4, shuffle=True, sampler=data.RandomSampler(pairs))
        told = "works"
    except ValueError as error:
        told = f"{error}"
    batch = next(iter(rows))
    return [
        f"shuffle=True: {type(dl.sampler).__name__}; otherwise: {type(data.DataLoader(pairs, 4).sampler).__name__}",
        f"a batch of (tensor, int) pairs: xb {tuple(xb.shape)}, yb {yb.tolist()}, {yb.dtype}",
        f"a batch of dicts: x {tuple(batch['x'].shape)}, y {batch['y']}",
        f"10 rows by 4, drop_last: left out in three passes: {dropped}",
        f"shuffle and sampler: {told}",
    ]
