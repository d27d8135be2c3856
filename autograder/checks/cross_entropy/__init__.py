"""What the exercises of section 2, the loss, share in how they are observed."""

import math
from statistics import fmean

import torch

from autograder.exercise import Complaint


def with_gradient(result, leaf):
    """The result, and what flows back from it to the leaf that it was computed from (None where the graph is cut)."""
    if not isinstance(result, torch.Tensor):
        raise Complaint(f"return a tensor, not {type(result).__name__}: gradients flow through tensors only")
    if result.requires_grad:
        try:
            result.square().sum().backward()
        except RuntimeError as error:
            if "inplace" not in str(error):
                raise
            raise Complaint(
                "no gradient can be computed: a tensor whose values backward() needs is overwritten, by -=, /=, or a "
                "method whose name ends with _. Make a new tensor instead"
            ) from None
    return {"result": result, "gradient": leaf.grad}


def of_both_dtypes(answer, draw):
    n = draw.size(2, 4)
    x = draw.normal(n, n)
    wide = x.double() + draw.number(400, 600)  # no overflow in float64, but in float32
    return {"float32 scores": answer(x), "float64 scores": answer(wide)}


def of_single_rows(answer, draw):
    c = draw.size(2, 5)
    row, far_apart = draw.normal(c), draw.normal(c)
    far_apart[draw.integer(0, c - 1)] += 27
    return {
        "a row": answer(row),
        "another row": answer(draw.normal(c)),
        "a row far below 0": answer(draw.normal(c) - draw.number(25, 30)),
        "one score far above the others": answer(far_apart),
    }


def of_more_dimensions(answer, draw):
    x, thin = draw.normal(2, draw.size(2, 4), draw.size(3, 5)), draw.normal(2, 1, draw.size(3, 5))
    return {
        "of the shape (2, n, c)": answer(x),
        "of the shape (2, 1, c)": answer(thin),
        "of the shape (2, 1, n, c)": answer(x.unsqueeze(1)),
    }


def far_apart(draw, n, c, distance):
    """n rows of scores: at least one around 0 and one around `distance`, in any order."""
    offsets = draw.shuffled([0.0, distance, *(draw.choice([0.0, distance]) for _ in range(n - 2))])
    return draw.normal(n, c) + torch.tensor(offsets).unsqueeze(1)


def sizes(draw):
    """n rows and c classes: log_probs[target] exists, and is wrong."""
    c = draw.size(2, 4)
    return c + draw.size(2, 3), c


def log_probabilities_of(scores):
    """The log-softmax in small steps: an answer is tried without torch's own, and its inputs must stay as they are."""
    scores = scores - scores.detach().amax(-1, keepdim=True)
    return scores - scores.exp().sum(-1, keepdim=True).log()


def telling(draw, make, n, c, classes=None):
    """What `make` draws, n rows of c log-probabilities first, and labels (of so many `classes`): until the mean of the
    picked ones is none of the numbers that are taken for it."""
    for _ in range(200):
        drawn, target = make(), draw.labels(n, classes or c)
        rows, labels = (drawn[0] if isinstance(drawn, tuple) else drawn).tolist(), target.tolist()
        picked = [row[k] for row, k in zip(rows, labels, strict=True)]
        of_each = [[p for p, label in zip(picked, labels, strict=True) if label == k] for k in {*labels}]
        rivals = [sorted(picked)[(n - 1) // 2], fmean(picked[:-1]), fmean(picked[:c]), fmean(map(max, rows))]
        rivals += [fmean(map(fmean, rows)), fmean(map(fmean, of_each)), math.log(fmean(map(math.exp, picked)))]
        rivals += [fmean(row[k - 1] for row, k in zip(rows, labels, strict=True))]
        rivals += [fmean(row[k] for row in rows for k in labels)]
        rivals += [fmean(fmean(rows[k]) for k in labels)] if n >= c else []
        mean = fmean(picked)
        if min(abs(rival - mean) for rival in rivals) > 0.02 * (1 + abs(mean)):
            break
    return drawn, target
