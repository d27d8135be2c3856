"""why_second_loss_is_lower: the explanation of each statement."""

import torch

from autograder.concept import concept

why_second_loss_is_lower = concept(
    "why_second_loss_is_lower",
    ids=["R8.9"],
    hints=[
        "List everything that differs between the two runs, also what nobody chose.",
        "How much would the printed number change if the first run were simply done again?",
    ],
    explanations={
        "a": "True. Other initial weights and another shuffle lead elsewhere. The experiment repeats both "
        "runs: now one is lower, now the other.",
        "b": "True. 64 images are a small sample: a few hard ones among them make a large difference.",
        "c": "False. For pairs of tensors the default does the very same stacking: the same rows make the same batch.",
        "d": "True. If the first wins about as often as the second, there was nothing but chance.",
        "e": "False. The new model is one of the sources of chance: its weights are drawn at random.",
        "f": "True. That would be a real reason, though not a merit of the second loader. Making a new model "
        "each time rules it out.",
    },
    model_answer="There is no systematic reason. Both ways do the same thing: shuffle, cut into batches, stack. The "
    "two runs start from different random weights, see the rows in a different order, and the loss is read off a "
    "single batch, which varies much. Repeating both with several seeds, and measuring on the whole validation set, "
    "would show that neither is better. (If the model had not been made anew, the second loss would be lower because "
    "of longer training.)",
    rubric=[
        "1 point: chance: initial weights, the order of the rows, the one batch that is measured",
        "1 point: how to find out: several seeds, the same start, or a measurement on all of the validation data",
    ],
)


@why_second_loss_is_lower.experiment
def both_runs_several_times():
    data = torch.utils.data
    make = torch.Generator().manual_seed(0)
    x = torch.randn(960, 12, generator=make)
    y = (x @ torch.randn(12, 5, generator=make) + torch.randn(960, 5, generator=make)).argmax(1)
    ds = data.TensorDataset(x, y)

    def joined(items):
        return torch.stack([x for x, _ in items]), torch.stack([y for _, y in items])

    def loss(weights, rows):
        return torch.nn.functional.cross_entropy((x[rows] @ weights[0]).relu() @ weights[1], y[rows])

    def run(dl, generator):
        weights = [0.3 * torch.randn(12, 20, generator=generator), 0.3 * torch.randn(20, 5, generator=generator)]
        for w in weights:
            w.requires_grad_()
        for xb, yb in dl:
            value = torch.nn.functional.cross_entropy((xb @ weights[0]).relu() @ weights[1], yb)
            gradients = torch.autograd.grad(value, weights)
            with torch.no_grad():
                for w, g in zip(weights, gradients, strict=True):
                    w -= 0.5 * g
        return [w.detach() for w in weights]

    lines = [
        "              loss of one batch of 64      loss on all 960 rows",
        "runs          written out  defaults        written out  defaults",
    ]
    wins = 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for pair in range(6):
            g = torch.Generator().manual_seed(pair)
            a = run(data.DataLoader(ds, 64, sampler=data.RandomSampler(ds), collate_fn=joined), g)
            b = run(data.DataLoader(ds, 64, shuffle=True), g)
            rows = torch.randperm(960, generator=g)[:64]
            one, two = loss(a, rows).item(), loss(b, torch.randperm(960, generator=g)[:64]).item()
            wins += two < one
            all_one, all_two = loss(a, slice(None)).item(), loss(b, slice(None)).item()
            lines.append(f"pair {pair + 1}{one:>19.3f}{two:>10.3f}{all_one:>19.3f}{all_two:>10.3f}")
        losses = torch.stack([loss(a, slice(i, i + 64)) for i in range(0, 960, 64)])
    return [
        *lines,
        f"The defaults had the lower loss in {wins} of 6.",
        f"One of the models on 15 batches of 64: from {losses.min().item():.3f} to {losses.max().item():.3f}.",
    ]
