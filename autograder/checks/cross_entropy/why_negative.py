"""why_negative: the explanation of each statement."""

import math

import torch

from autograder.concept import concept

why_negative = concept(
    "why_negative",
    ids=["R2.9"],
    hints=[
        "What is ln 1? And on which side of 0 is the logarithm of a smaller number, say 0.2?",
        "Gradient descent makes its loss smaller. What would become of ln p of the right class if ln p itself, "
        "without a minus, were the loss?",
    ],
    explanations={
        "a": "False. The sign of the scores plays no part: softmax makes probabilities of any scores, and their "
        "logarithms are at most 0 anyway. With scores that are all positive the log-probabilities are just as "
        "negative.",
        "b": "True. ln 1 is 0, and for anything smaller ln is below 0. So minus ln p starts at 0 for a perfect "
        "prediction and grows as the probability of the right class falls, as a loss should.",
        "c": "True. To make the right answers as likely as possible is to make ln p large. An optimizer makes a number "
        "small, so it is given -ln p: the smallest loss is the largest likelihood.",
        "d": "True. The loss would then be ln p, and lower means less probable: the steps would push the right class "
        "down, without any limit, since ln p has none.",
        "e": "False. Its value is -ln 1 = 0, and less is not possible. It is p that is 1, and the loss is as low as it "
        "gets.",
    },
    model_answer="Probabilities are at most 1, so their logarithms are at most 0. We want the likelihood of the right "
    "classes to grow, while gradient descent makes its objective smaller. The minus turns the log-likelihood into a "
    "loss that is 0 for a perfect prediction, grows as the prediction gets worse, and whose descent makes the right "
    "answers more likely.",
    rubric=[
        "1 point: the log of a probability is 0 or negative",
        "1 point: a likelihood is to be maximised, a loss is minimised (or: without the minus training would go the "
        "wrong way)",
    ],
)


@why_negative.experiment
def three_steps_with_and_without_the_minus():
    lines = ["p            " + "".join(f"{p:10.2f}" for p in (1.0, 0.9, 0.5, 0.1, 0.01))]
    lines += ["-ln p        " + "".join(f"{abs(math.log(p)):10.2f}" for p in (1.0, 0.9, 0.5, 0.1, 0.01)), ""]
    lines += ["probability of the right class, from equal scores on, in four descents:"]
    for name, sign in (("loss = -ln p", -1), ("loss = +ln p", 1)):
        scores = torch.zeros(3, requires_grad=True)
        seen = []
        for _ in range(5):
            log_p = scores.log_softmax(-1)[0]
            seen.append(log_p.exp().item())
            (gradient,) = torch.autograd.grad(sign * log_p, scores)
            scores = (scores - gradient).detach().requires_grad_()
        lines.append(f"{name} " + "".join(f"{p:10.3f}" for p in seen))
    positive = torch.tensor([1.0, 2.0, 3.0])
    lines += ["", f"scores {positive.tolist()}, all positive: log-probabilities "]
    lines[-1] += "  ".join(f"{value:.3f}" for value in positive.log_softmax(-1).tolist())
    return lines
