"""why_softmax: the explanation of each statement."""

import torch

from autograder.concept import concept

why_softmax = concept(
    "why_softmax",
    ids=["R2.2"],
    hints=[
        "Take two scores, say 3 and -1, and work out their softmax. Now add 100 to both, then swap them, then "
        "double them: what changes, and what cannot?",
        "The exponential is never negative and never falls as its argument grows. What follows for the sign of the "
        "results, and for their order? And has anything here looked at how often the network is right?",
    ],
    explanations={
        "a": "False. The exponential grows with its argument and every value of a row is divided by the same sum, so "
        "the order stays: the largest score becomes the largest probability. What the network predicts, and so its "
        "accuracy, is the same with softmax and without it.",
        "b": "True. exp makes any number positive, and dividing by the sum makes the row sum to one. That is all it "
        "takes to be a distribution over the classes, which is what cross entropy asks for.",
        "c": "False. Scores may be negative or sum to 0. Divided by their sum, some 'probabilities' would be negative "
        "or above one, or the division would fail; the exponential is what rules this out.",
        "d": "True. exp(x + 100) is exp(x) times exp(100). The factor stands above and below the line and cancels, so "
        "what counts is how far the scores are from each other.",
        "e": "False. Positive and summing to one is all that softmax promises. Multiply all the scores by 10, and the "
        "same predictions, right and wrong, come with far more 'confidence'. Whether 0.9 means nine in ten has to be "
        "measured on a validation set.",
        "f": "True. The values share a sum of one. The exponential of the rising score makes the sum larger, and the "
        "other classes, whose exponentials stay, get a smaller share of it. A sigmoid for each class would not do "
        "that.",
    },
    model_answer="The last linear layer gives scores of any sign and size. Softmax makes them positive (exp) and lets "
    "them sum to one (division by the sum). So they are a distribution over the classes, which cross entropy compares "
    "with the target. The order of the scores stays, so the predicted class is the same. The classes compete: more for "
    "one is less for the others. Only differences between scores matter, and all of it is differentiable.",
    rubric=[
        "1 point: the results are positive and sum to one, so they can be used as a distribution over the classes",
        "1 point: names what that is needed for (the loss: cross entropy, the probability of the target)",
        "1 point: one more true property: order kept, classes compete, only differences matter, or differentiable",
    ],
)


@why_softmax.experiment
def what_softmax_does_to_scores():
    def row(values):
        return "  ".join(f"{value:8.4f}" for value in values)

    scores = torch.tensor([2.0, 1.0, -2.5])
    raised = scores + torch.tensor([0.0, 2.0, 0.0])
    return [
        f"scores                      {row(scores.tolist())}",
        f"softmax                     {row(scores.softmax(-1).tolist())}   sum 1, same order",
        f"softmax(scores + 100)       {row((scores + 100).softmax(-1).tolist())}   no change (d)",
        f"scores / their sum          {row((scores / scores.sum()).tolist())}   no distribution (c)",
        f"second score raised by 2    {row(raised.softmax(-1).tolist())}   the others fall (f)",
        f"softmax(10 * scores)        {row((10 * scores).softmax(-1).tolist())}   surer (e)",
    ]
