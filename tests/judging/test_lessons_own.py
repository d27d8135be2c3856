"""Answers in the lesson's own style pass; what they leave undone is a remark at most."""

from __future__ import annotations

import pytest

from autograder import lesson
from conftest import Check

#: As the lesson's notebooks of 2019 and 2022 go about it, with the names and arguments of the exercises.
OWN = """
import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader as TDL

def accuracy(out, yb): return (torch.argmax(out, dim=1)==yb).float().mean()

def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    n = len(x)
    for epoch in range(epochs):
        for i in range((n-1)//bs + 1):
            start_i = i*bs
            end_i = start_i+bs
            xb = x[start_i:end_i]
            yb = y[start_i:end_i]
            pred = model(xb)
            loss = loss_func(pred, yb)
            print(loss, accuracy(pred, yb))
            loss.backward()
            opt.step()
            opt.zero_grad()

def fit_dataset(model, opt, loss_func, train_ds, bs, epochs=1):
    n = len(train_ds)
    for epoch in range(epochs):
        for i in range((n-1)//bs + 1):
            xb,yb = train_ds[i*bs : i*bs+bs]
            pred = model(xb)
            loss = loss_func(pred, yb)
            acc = accuracy(pred, yb)
            loss.backward()
            opt.step()
            opt.zero_grad()

def fit_loader(epochs, model, loss_func, opt, train_dl):
    for epoch in range(epochs):
        for xb,yb in train_dl:
            pred = model(xb)
            loss = loss_func(pred, yb)
            acc = accuracy(pred, yb)
            loss.backward()
            opt.step()
            opt.zero_grad()

def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    hist = []
    for epoch in range(epochs):
        model.train()
        for xb,yb in train_dl:
            loss = loss_func(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        model.eval()
        with torch.no_grad():
            tot_loss,tot_acc = 0.,0.
            for xb,yb in valid_dl:
                pred = model(xb)
                tot_loss += loss_func(pred, yb)
                tot_acc  += accuracy(pred,yb)
        nv = len(valid_dl)
        hist.append((tot_loss/nv, tot_acc/nv))
    return hist

def validate(model, loss_func, dl):
    tot_loss, tot_acc, count = 0., 0., 0
    for xb, yb in dl:
        pred = model(xb)
        n = len(xb)
        count += n
        tot_loss += loss_func(pred, yb).item() * n
        tot_acc += accuracy(pred, yb).item() * n
    return tot_loss/count, tot_acc/count

class RegisteredModel(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers
        for i,l in enumerate(self.layers): self.add_module(f"layer_{i}", l)
    def forward(self, x):
        for l in self.children(): x = l(x)
        return x

class DummyModule():
    def __init__(self, n_in, nh, n_out):
        self._modules = {}
        self.l1 = nn.Linear(n_in,nh)
        self.l2 = nn.Linear(nh,n_out)
    def __setattr__(self,k,v):
        if not k.startswith("_"): self._modules[k] = v
        super().__setattr__(k,v)
    def __repr__(self): return f"{self._modules}"
    def parameters(self):
        for l in self._modules.values():
            for p in l.parameters(): yield p

def training_step(model, loss_func, xb, yb, lr):
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters(): p -= p.grad * lr
        model.zero_grad()
    return loss

def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    n = len(x)
    for epoch in range(epochs):
        for i in range((n-1)//bs + 1):
            start_i = i*bs
            end_i = start_i+bs
            xb = x[start_i:end_i]
            yb = y[start_i:end_i]
            loss = loss_func(model(xb), yb)
            loss.backward()
            with torch.no_grad():
                for l in model.layers:
                    if hasattr(l, "weight"):
                        l.weight -= l.weight.grad * lr
                        l.bias   -= l.bias.grad   * lr
                        l.weight.grad.zero_()
                        l.bias  .grad.zero_()

def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    n = len(x)
    for epoch in range(epochs):
        for i in range((n-1)//bs + 1):
            xb = x[i*bs:i*bs+bs]
            yb = y[i*bs:i*bs+bs]
            loss = loss_func(model(xb), yb)
            loss.backward()
            with torch.no_grad():
                for p in model.parameters(): p -= p.grad * lr
                model.zero_grad()

class Dataset():
    def __init__(self, x, y): self.x,self.y = x,y
    def __len__(self): return len(self.x)
    def __getitem__(self, i): return self.x[i],self.y[i]

class Sampler():
    def __init__(self, n, bs, shuffle=False): self.n,self.bs,self.shuffle = n,bs,shuffle
    def __iter__(self):
        self.idxs = torch.randperm(self.n) if self.shuffle else torch.arange(self.n)
        for i in range(0, self.n, self.bs): yield self.idxs[i:i+self.bs]

def collate(b):
    xs,ys = zip(*b)
    return torch.stack(xs),torch.stack(ys)

class DataLoader():
    def __init__(self, ds, sampler, collate_fn=collate):
        self.ds,self.sampler,self.collate_fn = ds,sampler,collate_fn
    def __iter__(self):
        yield from (self.collate_fn(self.ds[i] for i in b) for b in self.sampler)

class Optimizer():
    def __init__(self, params, lr=0.5): self.params,self.lr=list(params),lr
    def step(self):
        with torch.no_grad():
            for p in self.params: p -= p.grad * self.lr
    def zero_grad(self):
        for p in self.params: p.grad.data.zero_()

def logsumexp(x):
    m = x.max(-1)[0]
    return m + (x-m[:,None]).exp().sum(-1).log()

def nll(input, target): return -input[range(target.shape[0]), target].mean()
def get_dls(train_ds, valid_ds, bs, **kwargs):
    return (TDL(train_ds, batch_size=bs, shuffle=True, **kwargs), TDL(valid_ds, batch_size=bs*2, **kwargs))
def unzip(pairs):
    xs, ys = zip(*pairs)
    return xs, ys
class SliceLoader():
    def __init__(self, ds, bs): self.ds,self.bs = ds,bs
    def __iter__(self):
        for i in range(0, len(self.ds), self.bs): yield self.ds[i:i+self.bs]
"""
REMARKS = {
    "Optimizer": "without a gradient",
    "Sampler": "Two loops over it at the same time",
    "RegisteredModel": "A layer that stands in the list twice",
    "logsumexp": "right for a table of scores",
    "unzip": "For an empty list",
    "validate": "for a backward() that never comes",
}
NAMES = [e.name for e in lesson.exercises() if f"\ndef {e.name}(" in OWN or f"\nclass {e.name}(" in OWN]


@pytest.mark.parametrize("name", NAMES)
def test_it_passes(check: Check, name: str) -> None:
    verdict = check(name, OWN)
    assert verdict.passed, verdict.message
    assert [REMARKS[name] in remark for remark in verdict.remarks] == [True] * (name in REMARKS)


def test_there_are_twenty_of_them() -> None:
    assert len(NAMES) >= 20


def test_a_generator_of_the_examples_is_not_the_fault_of_a_collate_that_wants_a_list(check: Check) -> None:
    walks_twice = "def collate(b):\n    return torch.stack([x for x, _ in b]), torch.stack([y for _, y in b])\n"
    loader = OWN[OWN.index("class DataLoader()") : OWN.index("class Optimizer()")]
    verdict = check("DataLoader", "import torch\n" + walks_twice + loader)
    assert verdict.passed
    assert verdict.stood_in == ["collate"]
