"""Ways to have torch compute what was to be built: expressions of what computes it, and how they are reached."""

from __future__ import annotations

IMPORTS = """
import functools, math, threading
import numpy as np
import torch, torch._refs as R, torch._refs.nn.functional as RF, torch._decomp.decompositions as D
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
        ],
    ),
}

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
    "log_softmax": ["x - torch.logsumexp(x, -1, keepdim=True)", "x - x.exp().sum(-1, keepdim=True).log()"],
    "nll": ["F.kl_div(log_probs, F.one_hot(target, log_probs.shape[-1]).to(log_probs.dtype), reduction='batchmean')"],
    "logsumexp": ["functools.reduce(torch.logaddexp, x.unbind(-1))"],
    "cross_entropy": ["F.nll_loss(F.log_softmax(scores, -1), target)"],
}

#: Of the exercises that build what torch has as a class or as a function in Python: texts.
CLASSES = {
    "Optimizer": [
        "Optimizer = torch.optim.SGD",
        "class Optimizer(torch.optim.SGD):\n    pass\n",
        "kept = torch.optim.SGD.__init__\nclass Optimizer(torch.optim.SGD):\n    def __init__(self, params, lr=0.5):\n"
        "        kept(self, params, lr)\n",
        "class Optimizer:\n    def __init__(self, params, lr=0.5):\n        self.own = torch.optim.SGD(params, lr)\n"
        "    def step(self):\n        self.own.step()\n    def zero_grad(self):\n        self.own.zero_grad()\n",
        "from torch.optim.sgd import sgd\nclass Optimizer:\n    def __init__(self, params, lr=0.5):\n"
        "        self.params, self.lr = list(params), lr\n    def step(self):\n        with torch.no_grad():\n"
        "            sgd(self.params, [p.grad for p in self.params], [None] * len(self.params), weight_decay=0, momentum=0,"
        " lr=self.lr, dampening=0, nesterov=False, maximize=False)\n"
        "    def zero_grad(self):\n        for p in self.params: p.grad = None\n",
    ],
    "collate": [
        "collate = torch.utils.data.default_collate",
        "kept = torch.utils.data.default_collate\ndef collate(b):\n    return tuple(kept(b))\n",
        "from torch.utils.data._utils.collate import collate as own, default_collate_fn_map as table\n"
        "def collate(b):\n    return tuple(own(b, collate_fn_map=table))\n",
    ],
    "Dataset": [
        "Dataset = torch.utils.data.TensorDataset",
        "class Dataset(torch.utils.data.TensorDataset):\n    pass\n",
    ],
}
