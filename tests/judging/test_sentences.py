"""Answers whose sentence was false once, or led away: what must be said of them, and what must not."""

from __future__ import annotations

import re

import pytest

from autograder.report import terminal
from conftest import Check

HEAD = "import math\nimport torch\nfrom torch import nn\n"
DATA_LOADER = """class DataLoader:
    def __init__(self, ds, batch_sampler, collate_fn):
        self.ds, self.batch_sampler, self.collate_fn = ds, batch_sampler, collate_fn
    def __iter__(self):
        for rows in self.batch_sampler:
            yield self.collate_fn([self.ds[i] for i in rows])
"""
FIT_LAYERS = """def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            loss_func(model(x[i:bs]), y[i:bs]).backward()
            with torch.no_grad():
                for layer in model.layers:
                    if hasattr(layer, "weight"):
                        for p in (layer.weight, layer.bias):
                            p -= lr * p.grad
                            p.grad.zero_()
"""
SLICE_LOADER = """class SliceLoader:
    def __init__(self, ds, bs):
        self.ds, self.bs = ds, bs
    def __iter__(self):
        for i in range(0, len(self.ds), {step}):
            yield self.ds[i : i + self.bs]
"""
FIT = """def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for _ in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        loss, acc = torch.tensor(0.), torch.tensor(0.)
        with torch.no_grad():
            for xb, yb in valid_dl:
                out = model(xb)
                loss += loss_func(out, yb)
                acc += (out.argmax(dim=1) == yb).float().mean()
        history.append((loss, acc))
    return history
"""
SEQUENTIAL = """class SequentialModel(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
    def forward(x):
        return x
"""
LAYERS_APART = """class SequentialModel(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
OPTIMIZER = """class Optimizer:
    def __init__(self, params, lr=0.5):
        self.params = list(params)
    def step(self):
        with torch.no_grad():
            for p in self.params:
                p -= lr * p.grad
    def zero_grad(self):
        for p in self.params:
            p.grad.zero_()
"""
VALIDATE = """def validate(model, loss_func, dl):
    loss, acc, n, batches = 0.0, 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in dl:
            out = model(xb)
            loss += loss_func(out, yb).item() * len(xb)
            acc += (out.argmax(dim=1) == yb).float().mean().item()
            n, batches = n + len(xb), batches + 1
    return loss / n, acc / batches
"""
#: exercise, answer, what must be said, what must not be
SAID = {
    "a list of layers alone": (
        "ListModel",
        "class ListModel:\n    def __init__(self, n_in, nh, n_out):\n"
        "        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]\n",
        "`__call__`, and the class has none",
        "nothing calls it",
    ),
    "layers as arguments": ("SequentialModel", LAYERS_APART, "gets one argument, `layers`", "brackets"),
    "no registry": (
        "DummyModule",
        "class DummyModule:\n    def __init__(self, n_in, nh, n_out):\n        self._modules = {}\n"
        "        self.l1, self.l2 = nn.Linear(n_in, nh), nn.Linear(nh, n_out)\n",
        "the parts are none where l1 and l2 are expected",
        "parts are where|parts are  where",
    ),
    "an empty batch": ("fit_layers", FIT_LAYERS, "Every slice ends at bs", "cannot be used as the answer|reshape"),
    "sums of tensors": ("fit", FIT, "the sums. Their means are asked for", "0-d tensor where"),
    "a stray import": (
        "DataLoader",
        DATA_LOADER + "\nfrom torch.utils.data import DataLoader\n",
        "Line 11 gives the name DataLoader to something else: `from torch.utils.data import DataLoader`.",
        "batch_size should",
    ),
    "an import of everything": (
        "Sampler",
        "class Sampler:\n    def __init__(self, n, bs, shuffle=False):\n"
        "        self.n, self.bs, self.shuffle = n, bs, shuffle\n"
        "    def __iter__(self):\n        rows = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)\n"
        "        return iter(rows.split(self.bs))\n\nfrom torch.utils.data import *\n",
        "Line 11 gives the name Sampler to something else: `from torch.utils.data import *`.",
        "arguments of the prompt",
    ),
    "an import of everything that does no harm": (
        "accuracy",
        "def accuracy(out, yb):\n    return (out.argmax(1) == yb).float().sum()\n\nfrom torch.utils.data import *\n",
        "",
        "something else",
    ),
    "a name given to something else": (
        "nll",
        "def nll(a, b):\n    return -a[range(len(b)), b].mean()\n\nnll = torch.nn.functional.nll_loss\n",
        "Line 7 gives the name nll to something else: `nll = torch.nn.functional.nll_loss`.",
        "built without that",
    ),
    "a shortcut by way of a relative": (
        "logsumexp",
        "def logsumexp(x):\n    return x.amax(dim=1) - x.softmax(dim=1).amax(dim=1).log()\n",
        "It runs Tensor.softmax: logsumexp is to be built without that.",
        "yourself",
    ),
    "a second definition": (
        "accuracy",
        "def accuracy(out, yb):\n    return (out.argmax(1) == yb).float().mean()\n\n"
        "def accuracy(out, yb):\n    return 0\n",
        "is defined more than once here, and the last one is checked, in line 7",
        "You compare the largest score",
    ),
    "a stub below the answer": (
        "accuracy",
        "def accuracy(out, yb):\n    return (out.argmax(1) == yb).float().mean()\n\n"
        "def accuracy(out, yb):\n    raise NotImplementedError\n",
        "the last one is checked, in line 7",
        "",
    ),
    "no forward": (
        "ListModel",
        "class ListModel(nn.Module):\n    def __init__(self, n_in, nh, n_out):\n        super().__init__()\n"
        "        self.layers = [nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]\n",
        'missing the required "forward"',
        "Part of line",
    ),
    "the children of a list": (
        "SequentialModel",
        LAYERS_APART.replace("*layers", "layers").replace("in self.layers:", "in self.layers.children():"),
        "children() gives each module a single time",
        "one thing too many",
    ),
    "a new tensor of rows": (
        "softmax",
        "def softmax(x):\n    rows = []\n    for row in x:\n        e = row.exp()\n"
        "        rows.append((e / e.sum()).tolist())\n    return torch.tensor(rows)\n",
        "the graph",
        "the shape that is left behind",
    ),
    "another table that is not square": (
        "evaluate",
        "def evaluate(model, loss_func, x, y):\n    with torch.no_grad():\n        out = model(x)\n"
        "        return loss_func(out, y).item(), (out.argmax(dim=0) == y).float().mean().item()\n",
        "the likeliest class of each row",
        "",
    ),
    "an earlier exercise under a name of its own": (
        "cross_entropy",
        "def my_log_softmax(x):\n    return x - x.exp().sum(-1, keepdim=True).log()\n\n"
        "def cross_entropy(input, target):\n"
        "    return -my_log_softmax(input)[range(len(target)), target].mean()\n",
        "exp of a large one is infinity",
        "becomes nan",
    ),
    "a sampler of its own that does not shuffle": (
        "sampler_batches",
        "class Rows:\n    def __init__(self, n, bs, shuffle):\n        self.batches = torch.arange(n).split(bs)\n"
        "    def __iter__(self):\n        return iter(self.batches)\n\n"
        "def sampler_batches(n, bs, shuffle):\n    return [b.tolist() for b in Rows(n, bs, shuffle)]\n",
        "is it handed on to the sampler, and used there?",
        "",
    ),
    "a global bs": ("SliceLoader", "bs = 64\n" + SLICE_LOADER.format(step="bs"), "the `bs` of this loader", "at once:"),
    "a bs that is not there": ("SliceLoader", SLICE_LOADER.format(step="bs"), "There is `self.bs`", "at once:"),
    "a global lr": ("Optimizer", OPTIMIZER, "was kept, as `self.lr`", ""),
    "no self": ("SequentialModel", SEQUENTIAL, "does `def forward` begin with `self`?", ""),
    "one layer for all names": (
        "get_layer",
        "def get_layer(model, name):\n    return model.l1\n",
        "taken as it is written",
        "model\\.name",
    ),
    "float32 in a formula": (
        "softmax_formula",
        "import numpy as np\ndef softmax_formula(xs):\n    e = np.exp(np.array(xs, dtype=np.float32))\n"
        "    return [float(v) for v in e / e.sum()]\n",
        "where 0.0",
        r"(0\.\d+) where \1 is",
    ),
    "numbers put into a new tensor": (
        "softmax",
        "def softmax(x):\n    return torch.tensor([(r.exp() / r.exp().sum()).tolist() for r in x])\n",
        "No gradient can flow",
        "",
    ),
    "an accuracy of batches": (
        "validate",
        VALIDATE,
        "the loss is exact; the accuracy is not",
        "✓ counts every example",
    ),
    "a table that is not square": (
        "accuracy",
        "def accuracy(out, yb):\n    return (out.argmax(0) == yb).float().mean()\n",
        "the likeliest class of each row",
        "",
    ),
    "max for argmax": (
        "accuracy",
        "def accuracy(out, yb):\n    return (out.max(1) == yb).float().mean()\n",
        "gives a pair",
        "",
    ),
    "arguments in another order": (
        "nll",
        "def nll(y, log_probs):\n    return -log_probs[range(y.shape[0]), y].mean()\n",
        "do your two names stand the other way round",
        "Part of line",
    ),
    "keepdim kept": (
        "logsumexp",
        "def logsumexp(x):\n    m = x.max(-1, keepdim=True)[0]\n"
        "    return m + (x - m).exp().sum(-1, keepdim=True).log()\n",
        "a dimension of size 1 is left",
        "",
    ),
    "outputs in place of hidden units": (
        "AttributeModel",
        "class AttributeModel(nn.Module):\n    def __init__(self, n_in, nh, n_out):\n        super().__init__()\n"
        "        self.l1 = nn.Linear(n_in, n_out)\n        self.l2 = nn.Linear(n_out, n_out)\n"
        "    def forward(self, x):\n        return self.l2(torch.relu(self.l1(x)))\n",
        "AttributeModel",
        "put in order, or limited",
    ),
    "the pairs as they came": (
        "unzip",
        "def unzip(pairs):\n    return list(pairs)\n",
        "two sequences should come back",
        "without the star",
    ),
    "zip without the star": ("unzip", "def unzip(pairs):\n    return list(zip(pairs))\n", "without the star", ""),
    "a logarithm with a limit": (
        "logsumexp",
        "def logsumexp(x):\n    m = x.detach().amax(-1)\n"
        "    return m + (x - m[:, None]).exp().sum(-1).log().clamp(min=1e-6)\n",
        "limit on the logarithm",
        "",
    ),
    "a mean of tensors": (
        "max_abs_diff",
        "def max_abs_diff(a, b):\n    if a.shape != b.shape:\n        raise ValueError\n"
        "    return (a - b).abs().mean()\n",
        "the mean of the absolute differences",
        "still a tensor|Python float",
    ),
    "a number where a tensor is as right": (
        "accuracy",
        "def accuracy(out, yb):\n    right = [row.argmin() == t for row, t in zip(out, yb)]\n"
        "    return float(sum(right)) / len(yb)\n",
        "the smallest score of each row",
        "Python float",
    ),
    "a part of the name for the name": (
        "get_layer",
        "def get_layer(model, name):\n    for own, layer in model.named_children():\n        if name in own:\n"
        "            return layer\n    raise KeyError(name)\n",
        "raises AttributeError or KeyError",
        "where a string is",
    ),
    "ten layers at most": (
        "RegisteredModel",
        "class RegisteredModel(nn.Module):\n    def __init__(self, layers):\n        super().__init__()\n"
        "        self.layers = layers\n        for i, layer in enumerate(layers[:10]):\n"
        "            self.add_module(f'layer_{i}', layer)\n    def forward(self, x):\n"
        "        for layer in self.layers:\n            x = layer(x)\n        return x\n",
        "parts are missing, its layer_10.weight among them",
        "the parts are",
    ),
    "a step before its backward": (
        "fit_optimizer",
        "def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):\n    for _ in range(epochs):\n"
        "        for i in range(0, len(x), bs):\n            loss = loss_func(model(x[i : i + bs]), y[i : bs])\n"
        "            opt.step()\n            loss.backward()\n            opt.zero_grad()\n",
        "It stops in backward()",
        "stops after backward",
    ),
    "an unfinished merge": (
        "softmax",
        "<<<<<<< HEAD\ndef softmax(x):\n    return x\n=======\ndef softmax(x):\n    return -x\n>>>>>>> b\n",
        "holds an unfinished merge",
        "invalid syntax|Python cannot read",
    ),
    "the steps in a wrong order": (
        "training_steps",
        'def training_steps():\n    return ["d", "b", "c", "a"]\n',
        "step 1",
        "The update comes last",
    ),
    "all the letters": (
        "why_softmax",
        'def why_softmax():\n    return {"a", "b", "c", "d", "e", "f"}\n',
        "at least one of the statements is false",
        "statement a",
    ),
    "no letter": (
        "why_softmax",
        "def why_softmax():\n    return set()\n",
        "at least one of the statements is true",
        "statement a",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_is_said_is_true_of_the_answer(case: str, check: Check) -> None:
    name, answer, said, unsaid = SAID[case]
    verdict = check(name, HEAD + answer)
    assert not verdict.passed
    page = " ".join(terminal.text(verdict).split())
    assert said.lower() in page.lower(), page
    assert not unsaid or not re.search(unsaid, page), page


def test_nan_alone_is_no_sign_of_a_known_mistake(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.01")
    text = "def log_softmax(x):\n    return torch.log(x - torch.logsumexp(x, 1)[..., None])\n"
    assert not check("log_softmax", HEAD + text).diagnoses


def test_of_mistakes_that_explain_one_check_each_the_first_is_told(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.01")
    text = (
        "def evaluate(model, loss_func, x, y):\n    out = model(x)\n"
        "    right = [int(o.argmax()) == int(t) for o, t in zip(out, y)]\n    model.train()\n"
        "    return loss_func(out, y).item(), sum(right)\n"
    )
    assert [found.mistake for found in check("evaluate", HEAD + text).diagnoses] == ["a_sum_for_the_mean"]


def test_a_change_of_order_that_mends_one_check_by_luck_is_no_place(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    text = (
        "def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):\n    for _ in range(epochs):\n"
        "        for k in range(len(train_ds) // bs):\n            xb, yb = train_ds[k : k + bs]\n"
        "            opt.zero_grad()\n            loss_func(model(xb), yb).backward()\n            opt.step()\n"
    )
    said = [diagnosis.mistake for diagnosis in check("fit_dataset", HEAD + text).diagnoses]
    assert "operands_swapped" not in said


def test_a_tensor_without_dimensions_is_a_number(check: Check) -> None:
    refuses = "def max_abs_diff(a, b):\n    if a.shape != b.shape:\n        raise ValueError\n"
    text = refuses + "    return (a - b).abs().max()\n"
    assert check("max_abs_diff", text).passed


SEVERAL = {
    "past the records, and uphill": (
        "fit_parameters",
        "def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):\n    parameters = model.parameters()\n"
        "    for _ in range(epochs):\n        for xb, yb in zip(x.split(bs), y.split(bs)):\n"
        "            loss_func(model(xb), yb).backward()\n            for p in parameters:\n"
        "                p.data.add_(p.grad, alpha=lr)\n                p.grad.zero_()\n",
        "no_grad",
    ),
    "a seed, and floats": (
        "indices",
        "def indices(n, shuffle):\n    torch.manual_seed(42)\n"
        "    return torch.randperm(n).float() if shuffle else torch.arange(float(n))\n",
        "condition|another function|too many to a value",
    ),
    "each layer on the input, and registered twice": (
        "RegisteredModel",
        "class RegisteredModel(nn.Module):\n    def __init__(self, layers):\n        super().__init__()\n"
        "        self.layers = nn.ModuleList(layers)\n        for i, layer in enumerate(layers):\n"
        "            self.add_module(f'layer_{i}', layer)\n    def forward(self, x):\n"
        "        for layer in self.layers:\n            out = layer(x)\n        return out\n",
        "is not kept|line 13",
    ),
    "a long line whose name is read once": (
        "accuracy",
        "def accuracy(out, yb):\n    misses = torch.count_nonzero(out.argmax(0) - yb)\n    return misses / len(out)\n",
        "not to happen",
    ),
    "backwards, and without the layers that learn nothing": (
        "layer_names",
        "def layer_names(model):\n    names = []\n    for name, child in model.named_children():\n"
        "        if len(list(child.parameters())) > 0:\n            names.insert(0, name)\n    return names\n",
        "comes to its end|not from the",
    ),
    "the first loss again and again": (
        "fit_optimizer",
        "def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):\n    losses = []\n"
        "    for xb, yb in list(zip(x.split(bs), y.split(bs))) * epochs:\n        opt.zero_grad()\n"
        "        losses.append(loss_func(model(xb), yb))\n        losses[0].backward(retain_graph=True)\n"
        "        opt.step()\n",
        "comes before `backward",
    ),
    "a set, and the same thing twice": (
        "unzip",
        "def unzip(pairs):\n    xs, ys = set(), []\n    for a, b in pairs:\n        xs.add(a)\n"
        "        ys.append(a)\n    return xs, ys\n",
        "missing after|not to happen|line 9",
    ),
    "two loaders made at once": (
        "default_loaders",
        "def default_loaders(train_ds, valid_ds, bs):\n"
        "    train, valid = (torch.utils.data.DataLoader(ds, bs, shuffle=True, drop_last=ds is train_ds)\n"
        "                    for ds in (train_ds, valid_ds))\n    return train, valid\n",
        "is missing after",
    ),
    "no number of it is right": (
        "validate",
        "def validate(model, loss_func, dl):\n    model.eval()\n    loss = acc = n = 0\n    with torch.no_grad():\n"
        "        for xb, yb in dl:\n            out = model(xb)\n"
        "            loss += loss_func(out, yb).item() * xb.shape[1]\n"
        "            acc += (out.argmax(1) == yb).sum().item()\n            n += 1\n"
        "    model.train()\n    return loss / n, acc / n\n",
        "are right",
    ),
    "a return behind a with": (
        "evaluate",
        "def evaluate(model, loss_func, x, y):\n    model.eval()\n    with torch.no_grad():\n        s = model(x)\n"
        "    acc = (s.argmax(-1) != y).float().mean()\n    return loss_func(s, y).item(), acc.item()\n",
        "without giving back",
    ),
    "shuffled, but the other way round": (
        "indices",
        "def indices(n, shuffle):\n    if not shuffle:\n        return torch.randperm(n - 1)\n"
        "    return torch.arange(n)\n",
        "whatever `shuffle`",
    ),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_what_is_said_of_one_mistake_is_true_beside_another(
    case: str, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    name, answer, unsaid = SEVERAL[case]
    said = [diagnosis.message for diagnosis in check(name, HEAD + answer).diagnoses]
    assert not any(re.search(unsaid, sentence) for sentence in said), said


def test_an_order_drawn_once_is_recognised_whichever_generator_drew_it(check: Check) -> None:
    text = (
        "import random\nclass Sampler:\n    def __init__(self, n, bs, shuffle=False):\n        self.bs = bs\n"
        "        self.order = list(range(n))\n        if shuffle:\n            random.shuffle(self.order)\n"
        "    def __iter__(self):\n        for i in range(0, len(self.order), self.bs):\n"
        "            yield self.order[i : i + self.bs]\n"
    )
    verdict = check("Sampler", text)
    assert verdict.diagnosis
    assert verdict.diagnosis.mistake == "shuffles_once"
