"""what_logsumexp: the explanation of each statement."""

import math

import torch

from autograder.concept import concept

what_logsumexp = concept(
    "what_logsumexp",
    ids=["R2.10"],
    hints=[
        "Work it out for two scores that are equal, then for two that are far apart: which simple function is it "
        "close to?",
        "exp(x + 5) = exp(5) exp(x), so exp(5) can be taken out of the whole sum. What becomes of it in the "
        "logarithm? Is there such a rule for exp(2 x)?",
    ],
    explanations={
        "a": "True. The sum is at least its largest term, exp(max), and at most n times that. Take the logarithm of "
        "both ends: between max and max + ln n. The largest score dominates the more, the further it is ahead.",
        "b": "False. ln undoes exp of one number, but here a whole sum stands in between, and the log of a sum is not "
        "the sum of the logs. For [0, 0] it is ln 2 = 0.69, while the sum is 0.",
        "c": "True. exp(x + 5) is exp(5) exp(x). The factor exp(5) can be taken out of the sum, and its log is 5. The "
        "stable form rests on this.",
        "d": "False. For [0, 0] doubling changes nothing in the scores, and LogSumExp stays at 0.69 instead of going "
        "to 1.39. Adding a number passes through, multiplying does not.",
        "e": "True. softmax is exp(x) divided by the sum of the exponentials. Its log is x minus the log of that sum, "
        "and that is LogSumExp: all that log_softmax needs.",
        "f": "True. The derivative of ln S is S' / S. With S the sum of the exponentials, S' in the direction of one "
        "score is the exponential of that score: divided by S this is its softmax.",
    },
    model_answer="LogSumExp is the logarithm of the sum of the exponentials of the scores. It is a smooth version of "
    "the maximum: at least the largest score and at most ln n more. Adding a number to all scores adds it to the "
    "result. It is what normalises softmax in log space: log_softmax(x) = x - LogSumExp(x), and its gradient is the "
    "softmax.",
    rubric=[
        "1 point: says what it computes, ln of the sum of the exponentials",
        "1 point: relates it to the maximum (smooth maximum), or to softmax and log_softmax (normalising term, "
        "gradient)",
    ],
)


@what_logsumexp.experiment
def logsumexp_beside_max_and_sum():
    lines = ["scores                     max     LogSumExp   max + ln n   sum"]
    for scores in ([0.0, 0.0], [5.0, 5.0], [1.0, 2.0, 4.0], [2.0, 4.0, 8.0], [0.0, 0.0, 20.0]):
        most, limit = max(scores), max(scores) + math.log(len(scores))
        value = torch.tensor(scores).logsumexp(-1).item()
        lines.append(f"{scores!s:24} {most:6.2f} {value:12.4f} {limit:12.4f} {sum(scores):6.1f}")
    x = torch.tensor([1.0, 2.0, 4.0], requires_grad=True)
    x.logsumexp(-1).backward()
    lines += [
        "",
        "for the scores [1, 2, 4]:",
        f"gradient of LogSumExp          {[round(value, 4) for value in x.grad.tolist()]}",
        f"softmax                        {[round(value, 4) for value in x.softmax(-1).tolist()]}",
        f"ln of softmax                  {[round(value, 4) for value in x.softmax(-1).log().tolist()]}",
        f"scores - LogSumExp             {[round(value, 4) for value in (x - x.logsumexp(-1)).tolist()]}",
    ]
    return lines
