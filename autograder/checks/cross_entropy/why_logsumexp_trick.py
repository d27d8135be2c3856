"""why_logsumexp_trick: the explanation of each statement."""

import torch

from autograder.concept import concept

why_logsumexp_trick = concept(
    "why_logsumexp_trick",
    ids=["R2.11"],
    hints=[
        "Try torch.tensor(89.0).exp() and torch.tensor(-110.0).exp(): both ends of what float32 can hold. Then "
        "math.exp(710).",
        "What is left of the row [-1000.0, -1001.0] after 0 has been taken out of it, because another row holds a "
        "0? And what does exp(-200) add to 1, even before it is rounded to 0?",
    ],
    explanations={
        "a": "False. Nothing is given up: exp(x) = exp(m) exp(x - m) for every m, so both forms are equal on paper. "
        "What changes is which numbers the computer meets on its way, and with m taken out the rounding errors are "
        "smaller, if anything.",
        "b": "True. This is what makes it a trick: mathematically nothing happens. With real numbers any m gives the "
        "same, and it serves only because floats end somewhere.",
        "c": "False. If another row holds a score that is 1000 higher, all the terms of this row become exp(-1000) = "
        "0, and the log of 0 is minus infinity. Each row needs a largest score of its own.",
        "d": "False. Next to the term that is 1, exp(-200) = 1e-87 could not change a single digit: float32 has about "
        "7 of them. Rounding it to 0 is right to the last digit, as the experiment shows.",
        "e": "True. The largest score minus itself is 0 and exp(0) is 1. All other terms lie between 0 and 1, so the "
        "sum lies between 1 and n: nothing overflows, and the log stays between 0 and ln n.",
        "f": "False. float32 overflows from exp(89) on, float64 from exp(710): the wall stands further back, but it "
        "stands. The other end, exp(-746) = 0, has one too.",
    },
    model_answer="exp of a large score overflows to infinity (in float32 from 89 on). If all scores are very negative, "
    "every exp is 0 and the log gives minus infinity, although the true result is an ordinary number near the largest "
    "score. Because exp(x) = exp(m) exp(x - m), the largest score of the row can be taken out without changing the "
    "value. Then one term is exactly 1 and the others lie between 0 and 1, so neither can happen. It is called a trick "
    "since it changes nothing mathematically, only the numbers that the computer meets.",
    rubric=[
        "1 point: names the problem: exp overflows (or all terms underflow and the log of 0 is taken)",
        "1 point: says that subtracting the maximum and adding it back leaves the value as it is (an exact identity)",
        "1 point: why it then works: the largest exponent is 0, so the sum lies between 1 and n",
    ],
)


@why_logsumexp_trick.experiment
def the_overflow_and_the_way_round_it():
    def plain(x):
        return x.exp().sum(-1).log()

    def taken_out(x, m):
        return m + (x - m.unsqueeze(-1)).exp().sum(-1).log()

    x = torch.tensor([[1000.0, 999.0], [-1000.0, -1001.0], [0.0, -200.0]])
    wide = x.double()
    rows = [f"[{row[0]:.0f}, {row[1]:.0f}]" for row in x.tolist()]

    def line(name, values):
        return f"{name:26}" + "".join(f"{value:17.5f}" for value in values.tolist())

    small = torch.tensor([1.0, 2.0, 3.0])
    return [
        "exp in float32   "
        + "   ".join(f"exp({v:.0f}) = {torch.tensor(v).exp().item():.3g}" for v in (88.0, 89.0, -104.0)),
        "exp in float64   "
        + "   ".join(f"exp({v:.0f}) = {wide.new_tensor(v).exp().item():.3g}" for v in (709, 710, -746)),
        "",
        f"{'row':26}" + "".join(f"{row:>17}" for row in rows),
        line("as the formula stands", plain(x)),
        line("the same in float64", plain(wide)),
        line("largest of the batch out", taken_out(x, x.max())),
        line("largest of each row out", taken_out(x, x.amax(-1))),
        "",
        f"scores [1, 2, 3] as the formula stands   {plain(small).item():.6f}",
        f"with 3, the largest, taken out           {taken_out(small, torch.tensor(3.0)).item():.6f}",
        f"with any number taken out, say 7         {taken_out(small, torch.tensor(7.0)).item():.6f}",
    ]
