"""better_or_longer: the explanation of each statement."""

import torch

from autograder.concept import concept

better_or_longer = concept(
    "better_or_longer",
    ids=["R8.3"],
    hints=[
        "Shallow test: would you get the same result if you ran this cell before the others?",
        "Deep test: write down what each version does to one parameter in one step. Which of them differ?",
    ],
    explanations={
        "a": "True. The model lives on from cell to cell, so the later versions continue a training that the "
        "earlier ones began.",
        "b": "False. Without momentum or weight decay, `optim.SGD` does `p -= lr * p.grad` too. Same rule, "
        "same updates.",
        "c": "True. They are one algorithm written in several ways. The experiment trains again from the "
        "same start and compares.",
        "d": "False. It would print the loss after one training, not after all of them in a row.",
        "e": "True. Change one thing at a time: a new model with the same weights, the same data, the same "
        "number of steps.",
        "f": "False. Other batches mean other gradients, so the path differs from the first step on. About "
        "as good, but not the same.",
    },
    model_answer="It is only trained longer. All the versions do the same steps (predict, loss, backward, p -= lr * "
    "grad), so from the same start on the same batches they give the same weights. In a notebook the model keeps its "
    "weights from cell to cell, so each version goes on where the one before stopped, and the loss falls for that "
    "reason. To compare, restart every version from the same initial weights and give it as many updates.",
    rubric=[
        "1 point: longer, since the later versions start from trained weights",
        "1 point: the mechanism is the same (the same update), or: shows it by training again from the same start",
    ],
)


@better_or_longer.experiment
def the_same_start_again():
    make = torch.Generator().manual_seed(0)
    x = torch.randn(300, 10, generator=make)
    y = (x @ torch.randn(10, 4, generator=make) + 0.5 * torch.randn(300, 4, generator=make)).argmax(1)
    start = [0.3 * torch.randn(10, 16, generator=make), 0.3 * torch.randn(16, 4, generator=make)]

    def fresh():
        return [w.clone().requires_grad_() for w in start]

    def loss_of(weights, rows=slice(None)):
        return torch.nn.functional.cross_entropy((x[rows] @ weights[0]).relu() @ weights[1], y[rows])

    def by_hand(weights):
        for i in range(0, 300, 32):
            loss_of(weights, slice(i, i + 32)).backward()
            with torch.no_grad():
                for w in weights:
                    w -= 0.2 * w.grad
                    w.grad.zero_()
        return loss_of(weights).item()

    def with_optim(weights, shuffled=False):
        opt = torch.optim.SGD(weights, lr=0.2)
        order = torch.randperm(300, generator=make) if shuffled else torch.arange(300)
        for rows in order.split(32):
            loss_of(weights, rows).backward()
            opt.step()
            opt.zero_grad()
        return loss_of(weights).item()

    going_on, hand, again = fresh(), fresh(), fresh()
    lines = [
        f"loss before training                             {loss_of(going_on).item():.6f}",
        f"one epoch by hand                                {by_hand(going_on):.6f}",
        f"then one epoch with optim.SGD, same model        {with_optim(going_on):.6f}   (better?)",
        f"from the same start again: one epoch by hand     {by_hand(hand):.6f}",
        f"from the same start again: one with optim.SGD    {with_optim(again):.6f}   (just longer!)",
    ]
    apart = max((a - b).abs().max().item() for a, b in zip(hand, again, strict=True))
    return [
        *lines,
        f"largest difference between the weights of these two: {apart:.1e}",
        f"from the same start, optim.SGD on shuffled rows  {with_optim(fresh(), shuffled=True):.6f}   (another path)",
    ]
