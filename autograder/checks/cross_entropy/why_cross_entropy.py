"""why_cross_entropy: the explanation of each statement."""

import math

import torch

from autograder.concept import concept

why_cross_entropy = concept(
    "why_cross_entropy",
    ids=["R2.7"],
    hints=[
        "Write the sum out for the target [0, 1, 0]. What is left? Then let the probability of the right class go "
        "from 0.9 down to 0.0001 and watch the loss.",
        "Does anything in the formula know that 3 is nearer to 2 than 9 is? And: a row can be right with 0.51 or "
        "with 0.99. Accuracy counts both alike; does the loss?",
    ],
    explanations={
        "a": "True. All p but one are 0, and that one is 1: the sum has one term, -ln q of the right class. This is "
        "why the loss can be computed by picking one log-probability from each row.",
        "b": "False. The labels are names. Nothing in the formula uses how far one class number is from another: only "
        "the probability given to the right class counts. A squared difference of class numbers would behave as the "
        "statement says, and a 3 is not nearer to a 2 than a 9 is.",
        "c": "False. Accuracy counts rows, cross entropy weighs how sure each answer was. One row that is wrong with "
        "great confidence can cost more than many that are just barely wrong: the experiment has the more accurate "
        "model with the higher loss.",
        "d": "True. -ln q grows without limit as q goes to 0: 0.69 at one half, 4.6 at 0.01, 9.2 at 0.0001. Mistakes "
        "that the model is sure of weigh most.",
        "e": "False. Accuracy moves in steps: a small change of a weight changes no prediction at all, or flips one "
        "all at once. Its slope is 0 nearly everywhere, so gradient descent has nothing to follow.",
        "f": "True. The exponential and the logarithm cancel in the derivative, and probabilities minus target is "
        "left. That is never larger than 1, zero when the prediction is perfect, and at full strength when the row is "
        "confidently wrong.",
    },
    model_answer="The target is a class, not a quantity, so the loss must not depend on class numbers being near each "
    "other. Cross entropy compares two distributions: with a one-hot target it is minus the log of the probability of "
    "the right class. It is 0 for a perfect prediction and grows without limit the more confidently wrong the model "
    "is. Unlike accuracy it changes smoothly with the weights, and with softmax its gradient is simply probabilities "
    "minus target.",
    rubric=[
        "1 point: with a one-hot target it is -ln of the probability given to the right class",
        "1 point: classes have no order or distance, so a loss on class numbers (squared error) does not fit",
        "1 point: punishes confident mistakes heavily, or is smooth with a useful gradient where accuracy is not",
    ],
)


@why_cross_entropy.experiment
def accuracy_and_loss_disagree():
    target = torch.zeros(4, dtype=torch.int64)
    bold = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.0001, 0.9999]])
    timid = torch.tensor([[0.55, 0.45], [0.55, 0.45], [0.45, 0.55], [0.45, 0.55]])
    lines = ["probability of the right class in four rows      accuracy   cross entropy"]
    for name, q in [("bold", bold), ("timid", timid)]:
        right = (q.argmax(1) == target).float().mean().item()
        loss = -q[:, 0].log().mean().item()
        given = "  ".join(f"{value:.4f}" for value in q[:, 0].tolist())
        lines.append(f"{name:6} {given:42}{right:8.2f}{loss:16.3f}")
    scores = torch.tensor([2.0, -1.0, 0.5], requires_grad=True)
    torch.nn.functional.cross_entropy(scores[None], torch.tensor([1])).backward()
    lines += [
        "",
        "-ln q for q = 0.9, 0.5, 0.01, 0.0001:  " + "  ".join(f"{-math.log(q):.2f}" for q in (0.9, 0.5, 0.01, 0.0001)),
        "",
        "scores [2.0, -1.0, 0.5], the second class is right:",
        f"gradient of the loss      {[round(value, 4) for value in scores.grad.tolist()]}",
        f"softmax minus target      {[round(v, 4) for v in (scores.softmax(-1) - torch.tensor([0, 1, 0])).tolist()]}",
    ]
    return lines
