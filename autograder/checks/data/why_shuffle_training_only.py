"""why_shuffle_training_only: the explanation of each statement."""

import torch

from autograder.concept import concept

why_shuffle_training_only = concept(
    "why_shuffle_training_only",
    ids=["R6.7"],
    hints=[
        "For each statement, ask what is computed from a batch: gradients and a step, or a number that is averaged?",
        "A mean does not care about the order of its terms. Does a sequence of steps?",
    ],
    explanations={
        "a": "False. A shuffle draws one order of rows and uses it for both, so each image keeps its label. Shuffled "
        "apart, there would be nothing to learn but noise.",
        "b": "True. Each step follows the gradient of its batch alone. If all of it is one class, predicting that "
        "class always is the quickest way down; the next class undoes it.",
        "c": "False. Nothing is learnt from validation rows in any order: no backward, no step. Shuffling them does no "
        "harm; it only does no good.",
        "d": "True. Both are averages over all the rows. The weights do not move in between, so the order "
        "cannot matter.",
        "e": "True. A batch's gradient is the full gradient plus noise that depends on who is in it. With new "
        "neighbours each time that noise averages out over the epochs; with fixed batches it comes back the same.",
    },
    model_answer="Training takes a step after every batch, so what stands in a batch, and in which order batches come, "
    "shapes where the weights go. Sorted or fixed batches give one-sided or repeating gradients, shuffled ones give "
    "fair samples of the whole set. Validation only averages over rows with the weights held still, so the result is "
    "the same in any order, and shuffling would be wasted work.",
    rubric=[
        "1 point: shuffling makes each training batch a fair sample (no batches of one class, not the same "
        "batches every epoch)",
        "1 point: the validation result is an average with fixed weights, so order does not change it",
    ],
)


@why_shuffle_training_only.experiment
def sorted_against_shuffled():
    make = torch.Generator().manual_seed(1)
    centres = 0.8 * torch.randn(5, 8, generator=make)
    y = torch.arange(5).repeat_interleave(200)
    x = centres[y] + torch.randn(1000, 8, generator=make)

    def trained(shuffle):
        weights = torch.zeros(8, 5, requires_grad=True)
        for _ in range(3):
            rows = torch.randperm(1000, generator=make) if shuffle else torch.arange(1000)
            for batch in rows.split(20):
                loss = torch.nn.functional.cross_entropy(x[batch] @ weights, y[batch])
                (gradient,) = torch.autograd.grad(loss, [weights])
                with torch.no_grad():
                    weights -= 0.5 * gradient
        return weights.detach()

    def told(name, weights):
        guesses = (x @ weights).argmax(1)
        by_class = "  ".join(f"{(guesses[y == c] == c).float().mean():.2f}" for c in range(5))
        return f"{name:<10}{(guesses == y).float().mean():.3f}    {by_class}"

    plain, mixed = trained(False), trained(True)

    def measured(rows):
        losses = [torch.nn.functional.cross_entropy(x[b] @ mixed, y[b], reduction="sum") for b in rows.split(20)]
        return float(sum(losses)) / 1000

    return [
        "1,000 rows of 5 classes, sorted by class; 3 epochs of SGD in batches of 20:",
        "order     accuracy by class: 0     1     2     3     4",
        told("sorted", plain),
        told("shuffled", mixed),
        "The sorted run ends on batches of class 4 alone, and loses other classes to it.",
        "Only measured, with fixed weights, the loss does not depend on the order:",
        f"  in order {measured(torch.arange(1000)):.6f}",
        f"  shuffled {measured(torch.randperm(1000, generator=make)):.6f}",
    ]
