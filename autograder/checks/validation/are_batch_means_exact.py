"""are_batch_means_exact: the explanation of each statement."""

import torch

from autograder.concept import concept

are_batch_means_exact = concept(
    "are_batch_means_exact",
    ids=["R7.6"],
    hints=[
        "Try it on paper: two batches, one of three examples with losses 1, 1, 1 and one of a single example with"
        " loss 5.",
        "What is the weight of one example in the mean of the means, if its batch has 64 examples, and if it has 16?",
    ],
    explanations={
        "a": "False. Losses 1, 1, 1 in one batch and 5 in another: the mean of the means is (1 + 5) / 2 = 3. The "
        "mean over the four examples is 2.",
        "b": "True. Then every example has the same weight: 1 / (number of batches * batch size).",
        "c": "True. Every batch has the same weight in the mean of the means; in a short one fewer examples share it.",
        "d": "False. A share is a mean too, of ones and zeros, and is off in the same way. 0 of 3 right and 1 of 1"
        " right make 1 of 4, not one half.",
        "e": "True. A mean times its number of examples is a sum again, and sums can be added up.",
    },
    model_answer="Not in general. The mean of the batches' means gives each batch the same weight, so the examples"
    " of a short batch count for more. It is exact only if all batches have the same size. To be exact with any"
    " sizes, multiply each batch's mean by its number of examples, add these up, and divide by the number of all"
    " examples. The same holds for the accuracy.",
    rubric=[
        "1 point: not exact when sizes differ, exact when they are the same",
        "1 point: says why (each batch weighs the same, so examples of a short one weigh more)",
        "1 point: says how to do it right",
    ],
)


@are_batch_means_exact.experiment
def _means_of_means():
    generator = torch.Generator().manual_seed(0)
    losses = torch.rand(100, generator=generator)
    losses[-4:] = 3.0
    lines = [
        "100 losses, the last four of them bad examples (3.0 each):",
        f"  mean over all examples     {losses.mean():.4f}",
    ]
    for bs in (25, 64, 48, 32):
        parts = losses.split(bs)
        plain = torch.stack([part.mean() for part in parts]).mean()
        weighed = sum(part.mean() * len(part) for part in parts) / len(losses)
        sizes = ", ".join(str(len(part)) for part in parts)
        lines.append(f"  batches of {sizes:16} mean of the means {plain:.4f}, weighed by size {weighed:.4f}")
    return lines
