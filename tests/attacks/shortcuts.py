"""Ways to have torch compute what was to be built: expressions of what computes it, and how they are reached."""

from __future__ import annotations

IMPORTS = """
import functools, importlib, math, threading
import numpy as np
import torch, torch._refs as R, torch._refs.nn.functional as RF, torch._decomp.decompositions as D
import torch.distributions.transforms as T
import torch.nn.functional as F
from torch import nn
"""

#: By exercise: its parameters, and expressions of them.
BORROWED: dict[str, tuple[str, list[str]]] = {
    "softmax": (
        "x",
        [
            "torch.softmax(x, -1)",
            "F.softmax(x, dim=-1)",
            "nn.Softmax(-1)(x)",
            "torch.special.softmax(x, -1)",
            "torch._safe_softmax(x, -1)",
            "torch._masked_softmax(x, torch.zeros_like(x).bool(), x.dim() - 1)",
            "torch.ops.aten._softmax.default(x, -1, False)",
            "D._softmax(x, x.dim() - 1, False)",
            "F.log_softmax(x, -1).exp()",
            "torch.distributions.Categorical(logits=x).probs",
            "T.SoftmaxTransform()(x)",
            "importlib.reload(T).SoftmaxTransform()(x)",
            "torch.ops.aten._softmax.default(x.to_mkldnn(), -1, False).to_dense()",
            "torch.ops.aten._sparse_softmax.default(x.to_sparse(), x.dim() - 1, False).to_dense()",
            "torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(x.reshape(1, 1, -1, x.shape[-1]),"
            " *[torch.eye(x.shape[-1])[None, None]] * 2, scale=1.0)[0].reshape(x.shape)",
        ],
    ),
    "softmax_formula": (
        "xs",
        [
            "torch.tensor(xs, dtype=torch.float64).softmax(0).tolist()",
            "torch.softmax(torch.DoubleTensor(xs), 0).tolist()",
            "F.softmax(torch.from_numpy(np.array(xs)), 0).tolist()",
            "F.log_softmax(torch.DoubleTensor(xs), 0).exp().tolist()",
            "(torch.DoubleTensor(xs).exp() / torch.DoubleTensor(xs).exp().sum()).tolist()",
            "[float(torch.exp(torch.DoubleTensor([x]))) / sum(float(torch.DoubleTensor([y]).exp()) for y in xs) for x in xs]",
            "F.normalize(math.e ** torch.DoubleTensor(xs), 1, 0).tolist()",
            "F.normalize(torch.special.exp2(torch.DoubleTensor(xs) / math.log(2)), 1, 0).tolist()",
            "F.normalize(torch.expm1(torch.DoubleTensor(xs)) + 1, 1, 0).tolist()",
            "T.SoftmaxTransform()(torch.DoubleTensor(xs)).tolist()",
            "torch.distributions.Categorical(logits=torch.DoubleTensor(xs)).probs.tolist()",
        ],
    ),
    "cross_entropy_formula": (
        "p, q",
        [
            "-float((torch.tensor(p) * torch.tensor(q).log()).nan_to_num().sum())",
            "-float(torch.xlogy(torch.DoubleTensor(p), torch.DoubleTensor(q)).sum())",
            "-float(torch.special.xlogy(torch.DoubleTensor(p), torch.DoubleTensor(q)).sum())",
            "-sum(a * float(torch.log(torch.DoubleTensor([b]))) for a, b in zip(p, q) if a)",
            "-sum(a * float(torch.log2(torch.DoubleTensor([b]))) for a, b in zip(p, q) if a) * math.log(2)",
            "-sum(a * float(torch.log1p(torch.DoubleTensor([b]) - 1)) for a, b in zip(p, q) if a)",
            "sum(a * float(F.nll_loss(torch.DoubleTensor([[b]]).log(), torch.tensor([0]))) for a, b in zip(p, q) if a)",
            "float(F.cross_entropy(torch.DoubleTensor(q).log()[None].clamp(-800), torch.DoubleTensor(p)[None]))"
            " + math.log(sum(q)) * sum(p)",
        ],
    ),
    "log_softmax": (
        "x",
        [
            "torch.log_softmax(x, -1)",
            "F.log_softmax(x, dim=-1)",
            "nn.LogSoftmax(-1)(x)",
            "x.log_softmax(-1)",
            "torch.special.log_softmax(x, -1)",
            "torch.ops.aten._log_softmax.default(x, -1, False)",
            "R.log_softmax(x, -1)",
            "D._log_softmax(x, x.dim() - 1, False)",
            "torch.distributions.Categorical(logits=x).logits",
        ],
    ),
    "logsumexp": (
        "x",
        [
            "torch.logsumexp(x, -1)",
            "x.logsumexp(-1)",
            "torch.special.logsumexp(x, -1)",
            "torch.ops.aten.logsumexp.default(x, [-1])",
            "R.logsumexp(x, -1)",
            "(x - F.log_softmax(x, -1))[..., 0]",
            "(x - torch.softmax(x, -1).log())[..., -1]",
            "torch.logcumsumexp(x, -1)[..., -1]",
            "x[..., 0] - torch.distributions.Categorical(logits=x).logits[..., 0]",
        ],
    ),
    "nll": (
        "log_probs, target",
        [
            "F.nll_loss(log_probs, target)",
            "nn.NLLLoss()(log_probs, target)",
            "torch.nn.functional.nll_loss(log_probs, target, reduction='none').mean()",
            "torch._C._nn.nll_loss(log_probs, target)",
            "torch.ops.aten.nll_loss.default(log_probs, target)",
            "torch.ops.aten.nll_loss_nd(log_probs, target)",
            "RF.nll_loss(log_probs, target)",
            "D.nll_loss_forward(log_probs, target, None, 1, -100)[0]",
            "F.nll_loss(log_probs.T[None, :, :, None], target[None, :, None])",
        ],
    ),
    "cross_entropy": (
        "scores, target",
        [
            "F.cross_entropy(scores, target)",
            "nn.CrossEntropyLoss()(scores, target)",
            "F.cross_entropy(scores, target, reduction='none').mean()",
            "F.cross_entropy(scores, F.one_hot(target, scores.shape[-1]).to(scores.dtype))",
            "torch._C._nn.cross_entropy_loss(scores, target)",
            "torch.ops.aten.cross_entropy_loss(scores, target)",
            "torch.ops.aten.cross_entropy_loss.default(scores, target)",
            "F.cross_entropy(scores[..., None], target[..., None])",
            "F.linear_cross_entropy(scores, torch.eye(scores.shape[-1], dtype=scores.dtype), target)",
        ],
    ),
}
BORROWED["log_softmax_naive"] = BORROWED["log_softmax"]

#: How an expression is reached; {0} is the name, {1} the parameters, {2} the expression.
REACHED = {
    "at_once": "def {0}({1}):\n    return {2}\n",
    "in_a_thread": (
        "def {0}({1}):\n    found = []\n"
        "    thread = threading.Thread(target=lambda: found.append({2}))\n"
        "    thread.start(); thread.join()\n    return found[0]\n"
    ),
    "past_the_watching": (
        "def {0}({1}):\n    from torch.utils._python_dispatch import _disable_current_modes\n"
        "    with torch._C.DisableTorchFunction(), _disable_current_modes():\n        return {2}\n"
    ),
}

#: What is built, with the help of other things that torch has: fair.
FAIR = {
    "softmax": ["(x - torch.logsumexp(x, -1, keepdim=True)).exp()", "x.exp() / x.exp().sum(-1, keepdim=True)"],
    "log_softmax_naive": ["torch.softmax(x, -1).log()", "x - x.exp().sum(-1, keepdim=True).log()"],
    "softmax_formula": [
        "(np.exp(xs) / np.exp(xs).sum()).tolist()",
        "[math.e**x / sum(math.e**y for y in xs) for x in xs]",
    ],
    "cross_entropy_formula": ["-sum(a * float(np.log(b)) for a, b in zip(p, q) if a)"],
    "log_softmax": ["x - torch.logsumexp(x, -1, keepdim=True)"],
    "nll": ["F.kl_div(log_probs, F.one_hot(target, log_probs.shape[-1]).to(log_probs.dtype), reduction='batchmean')"],
    "logsumexp": ["functools.reduce(torch.logaddexp, x.unbind(-1))"],
    "cross_entropy": ["F.nll_loss(F.log_softmax(scores, -1), target)"],
}
