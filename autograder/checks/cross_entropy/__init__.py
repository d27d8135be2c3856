"""What the exercises of section 2, the loss, share in how they are observed."""

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


def far_apart(draw, n, c, distance):
    """n rows of scores: at least one around 0 and one around `distance`, in any order."""
    offsets = draw.shuffled([0.0, distance, *(draw.choice([0.0, distance]) for _ in range(n - 2))])
    return draw.normal(n, c) + torch.tensor(offsets).unsqueeze(1)


def log_probabilities_of(scores):
    """The log-softmax in small steps: an answer is tried without torch's own, and its inputs must stay as they are."""
    scores = scores - scores.detach().amax(-1, keepdim=True)
    return scores - scores.exp().sum(-1, keepdim=True).log()


def telling(draw, make, n, c, classes=None):
    """What `make` draws, n rows of c log-probabilities first, and labels (of so many `classes`): until the mean of the
    picked ones is none of the numbers that are taken for it."""
    for _ in range(200):
        drawn, target = make(), draw.labels(n, classes or c)
        log_probs = (drawn[0] if isinstance(drawn, tuple) else drawn).detach().double()
        picked = log_probs[torch.arange(n), target]
        rivals = [picked.median(), picked[:-1].mean(), picked[:c].mean(), log_probs.amax(1).mean(), log_probs.mean()]
        rivals += [torch.stack([picked[target == k].mean() for k in target.unique()]).mean(), picked.exp().mean().log()]
        rivals += [log_probs[torch.arange(n), target - 1].mean(), log_probs[:, target].mean()]
        rivals += [log_probs[target].mean()] if n >= c else []
        if min(abs(rival - picked.mean()) for rival in rivals) > 0.02 * (1 + abs(picked.mean())):
            break
    return drawn, target
