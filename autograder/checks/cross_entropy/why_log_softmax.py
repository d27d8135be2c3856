"""why_log_softmax: the explanation of each statement."""

import torch

from autograder.concept import concept

why_log_softmax = concept(
    "why_log_softmax",
    ids=["R2.4"],
    hints=[
        "Compute 0.1 ** 400 in Python, then 400 * math.log(0.1). What has been lost in the first?",
        "For the statement about float32 try x = torch.tensor([0.0, 200.0]) in both forms. For the one about the "
        "slope compare the derivative of p with that of ln p, which is p' / p, when p is tiny.",
    ],
    explanations={
        "a": "True. 400 examples with a probability of 0.1 each have a joint probability of 1e-400, which no float "
        "holds: it becomes 0.0. The sum of their logarithms is a plain -921. A mean of logarithms is also what a loss "
        "per example looks like.",
        "b": "False. The probabilities sum to one; their logarithms are all 0 or less and sum to nothing special. Take "
        "exp of them before adding, and you get one.",
        "c": "False. On paper they are equal. In float32 a probability below about 1e-45 is rounded to 0, and its "
        "logarithm to minus infinity, although the true value, say -200, is harmless. With scores from 89 on exp "
        "itself overflows. log_softmax never takes that detour.",
        "d": "True. The slope of p with respect to its own score is p (1 - p): nearly 0 when p is. The slope of ln p "
        "is 1 - p: nearly 1 when p is nearly 0. So the logarithm makes the worst rows speak loudest.",
        "e": "False. The logarithm grows with its argument, so the order of the classes stays: the largest probability "
        "has the largest log-probability.",
    },
    model_answer="Cross entropy needs the logarithm of the target's probability. Logarithms turn the product of the "
    "probabilities of many examples into a sum, which does not underflow. They keep a steep slope where the network is "
    "confidently wrong, while the probability itself is flat there. Done in one step, as score minus LogSumExp, it is "
    "also stable: softmax first would overflow or round small probabilities to 0, and log of 0 is minus infinity.",
    rubric=[
        "1 point: the loss is made of log-probabilities (product of probabilities becomes a sum, or cross entropy's "
        "formula)",
        "1 point: numerical reason: underflow or overflow when softmax and log are done one after the other",
        "1 point: gradient: still steep for confidently wrong rows (or: an equally sound further reason)",
    ],
)


@why_log_softmax.experiment
def products_and_sums_of_many_probabilities():
    many = torch.full((400,), 0.1)
    x = torch.tensor([0.0, 200.0])
    wrong = torch.tensor([-10.0, 0.0], requires_grad=True)
    p = wrong.softmax(-1)[0]
    (slope_p,) = torch.autograd.grad(p, wrong, retain_graph=True)
    (slope_log,) = torch.autograd.grad(p.log(), wrong)
    return [
        f"product of 400 probabilities of 0.1     {many.prod().item()}",
        f"sum of their logarithms                 {many.log().sum().item():.1f}",
        "",
        f"x = {x.tolist()}",
        f"softmax(x).log()                        {x.softmax(-1).log().tolist()}",
        f"log_softmax(x)                          {x.log_softmax(-1).tolist()}",
        "",
        f"scores [-10, 0], the first is right:    p = {p.item():.6f}",
        f"slope of p in the right score           {slope_p[0].item():.6f}",
        f"slope of ln p in the right score        {slope_log[0].item():.6f}",
    ]
