"""Ways to have torch's own classes and functions of Python do what was to be built: how one gets at a thing that is
not to be used, and what is then made of it."""

from __future__ import annotations

#: {module} has {name}, which is not to be used: these make it K.
GOT = {
    "by its name": "K = M.{name}",
    "through a function": "K = functools.partial(M.{name})",
    "evaluated": "K = eval(compile('M.{name}', 'x', 'eval'))",
    "out of sys.modules": "K = vars(sys.modules['{module}'])['{name}']",
    "pickled": "K = pickle.loads(pickle.dumps(M.{name}))",
    "by the collector": "gc.unfreeze()\nK = next(o for o in gc.get_objects() if getattr(o, '__module__', '') == '{module}'"
    " and getattr(o, '__qualname__', '') == '{name}')",
    "by its referrers": "gc.unfreeze()\nK = next(d['{name}'] for d in gc.get_referrers(M.{name}) if type(d) is dict and d.get('__name__') == '{module}')",
    "by another call": "K = lambda *a, **k: ctypes.pythonapi.PyObject_Call(py(M.{name}), py(a), py(k))",
    "in a thread": "def K(*a, **k):\n    got = []\n"
    "    t = threading.Thread(target=lambda: got.append(M.{name}(*a, **k)))\n    t.start(); t.join()\n    return got[0]",
    "decorated": "def before(f):\n    @functools.wraps(f)\n    def g(*a, **k): return f(*a, **k)\n    return g\n"
    "K = before(M.{name})",
    "kept before, the watching blind": "import autograder.beside.observe as o\n"
    "@contextlib.contextmanager\ndef blind(names): yield set()\no.watching = blind\nK = M.{name}",
    "without setattr": "kept, builtins.setattr = setattr, lambda *a: None\nK = M.{name}",
    "the kit's own tables": "import autograder.beside.unplug as u, autograder.beside.shortcut as s\n"
    "u._empty_function = u._replace = u.unplug = s._uses = lambda *a: contextlib.nullcontext()\nK = M.{name}",
    "reloaded": "K = getattr(importlib.reload(M), '{name}')",
    "a module from its file": "spec = importlib.util.spec_from_file_location('{module}', M.__file__)\n"
    "m = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(m)\nK = m.{name}",
    "a module from what was compiled": "from importlib.machinery import SourcelessFileLoader\n"
    "m = SourcelessFileLoader('{module}', M.__cached__).load_module()\nK = m.{name}",
    "its source": "space = dict(vars(M))\nexec(inspect.getsource(M), space)\nK = space['{name}']",
    "its file": "space = dict(vars(M))\nexec(open(M.__file__).read(), space)\nK = space['{name}']",
    "its lines": "space = dict(vars(M))\nexec(''.join(linecache.getlines(M.__file__)), space)\nK = space['{name}']",
    "its loader": "space = dict(vars(M))\nexec(M.__loader__.get_code('{module}'), space)\nK = space['{name}']",
    "as a program": "K = runpy.run_path(M.__file__, None, '{module}')['{name}']",
}
#: The same, of classes alone.
GOT_CLASS = {
    "a subclass": "class K(M.{name}):\n    pass",
    "type of three": "K = type('K', (M.{name},), {{}})",
    "a metaclass": "class Meta(type(M.{name})):\n    pass\nclass K(M.{name}, metaclass=Meta):\n    pass",
    "its beginning kept": "kept = M.{name}.__init__\nclass K(M.{name}):\n"
    "    def __init__(self, *a, **k):\n        kept(self, *a, **k)",
    "__new__": "def K(*a, **k):\n    o = object.__new__(M.{name})\n    o.__init__(*a, **k)\n    return o",
    "a copy": "def K(*a, **k):\n    return copy.copy(M.{name}(*a, **k))",
    "its class's subclasses": "K = next(c for c in M.{name}.__base__.__subclasses__() if c.__name__ == '{name}')",
    "its functions copied": "def again(f):\n    if not isinstance(f, types.FunctionType): return f\n"
    "    g = types.FunctionType(marshal.loads(marshal.dumps(f.__code__)), f.__globals__, f.__name__, f.__defaults__,"
    " f.__closure__)\n    g.__kwdefaults__ = f.__kwdefaults__\n    return g\n"
    "K = type('{name}', (M.{name},), {{n: again(f) for n, f in vars(M.{name}).items()"
    " if n not in ('__dict__', '__weakref__')}})",
}
ONCE_MORE = "del sys.modules['{module}']\nK = getattr(importlib.import_module('{module}'), '{name}')"
IMPORTS = """
import builtins, contextlib, copy, ctypes, functools, gc, importlib, importlib.util, inspect, linecache, marshal, pickle
import runpy, sys, threading, types
import torch, torch.nn as nn, torch.utils.data, torch.utils.data.datapipes as dp
py = ctypes.py_object
ctypes.pythonapi.PyObject_Call.restype = py
"""

#: What stands for an answer's class: it does with `self.own` what is asked of it.
FRONT = """
class {name}:
    def __init__(self, *a, **k): self.own = make(*a, **k)
    def __iter__(self): return iter(self.own)
    def __len__(self): return len(self.own)
    def __getitem__(self, i): return self.own[i]
    def step(self): self.own.step()
    def zero_grad(self): self.own.zero_grad()
"""
LOOP = """
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            loss_func(model(x[i : i + bs]), y[i : i + bs]).backward()
            opt.step()
            opt.zero_grad()
"""
#: By module and name of what is not to be used: other ways, each either a K, or what K is for in what is made of it.
OTHERS: dict[str, dict[str, str]] = {
    "torch.optim.sgd.SGD": {
        how: "class K:\n    def __init__(self, params, lr=0.5, maximize=False):\n"
        "        self.params, self.lr = list(params), -lr if maximize else lr\n"
        "    def step(self):\n        ps = [p for p in self.params if p.grad is not None]\n"
        f"        with torch.no_grad():\n            {call}\n"
        "    def zero_grad(self):\n        for p in self.params: p.grad = None\n"
        for how, call in {
            "torch's function": "M.sgd(ps, [p.grad for p in ps], [None] * len(ps), weight_decay=0, momentum=0, lr=self.lr,"
            " dampening=0, nesterov=False, maximize=False)",
            "the function for one": "M._single_tensor_sgd(ps, [p.grad for p in ps], [None] * len(ps), None, None,"
            " weight_decay=0, momentum=0, lr=self.lr, dampening=0, nesterov=False, maximize=False, has_sparse_grad=False)",
            "the function for all": "M._multi_tensor_sgd(ps, [p.grad for p in ps], [None] * len(ps), None, None,"
            " weight_decay=0, momentum=0, lr=self.lr, dampening=0, nesterov=False, maximize=False, has_sparse_grad=False)",
            "the functions' module": "torch.optim._functional.sgd(ps, [p.grad for p in ps], [None] * len(ps),"
            " weight_decay=0, momentum=0, lr=self.lr, dampening=0, nesterov=False, maximize=False)",
            "the kernel": "[torch._fused_sgd_([p], [p.grad], [], weight_decay=0, momentum=0, lr=self.lr, dampening=0,"
            " nesterov=False, maximize=False, is_first_step=False) for p in ps]",
            "the operation": "[torch.ops.aten._fused_sgd_.default([p], [p.grad], [], weight_decay=0.0, momentum=0.0,"
            " lr=self.lr, dampening=0.0, nesterov=False, maximize=False, is_first_step=False) for p in ps]",
        }.items()
    }
    | {
        f"the kernel of {kind}": "class K:\n    def __init__(self, params, lr=0.5, maximize=False):\n"
        "        self.params, self.lr = list(params), -lr if maximize else lr\n"
        "    def step(self):\n        ps = [p for p in self.params if p.grad is not None]\n"
        "        grads, zeros = [p.grad for p in ps], lambda: [torch.zeros_like(p) for p in ps]\n"
        f"        torch._fused_{kind}_(ps, grads, {given}, weight_decay=0.0, maximize=False)\n"
        "    def zero_grad(self):\n        for p in self.params: p.grad = None\n"
        for kind, given in {
            "adam": "zeros(), zeros(), [], [torch.tensor(1.0) for p in ps], lr=self.lr * 1e8, beta1=0.0, beta2=0.0,"
            " eps=1e8, amsgrad=False",
            "adamw": "zeros(), zeros(), [], [torch.tensor(1.0) for p in ps], lr=self.lr * 1e8, beta1=0.0, beta2=0.0,"
            " eps=1e8, amsgrad=False",
            "adagrad": "zeros(), [torch.tensor(1.0) for p in ps], lr=self.lr * 1e8, lr_decay=0.0, eps=1e8",
        }.items()
    }
    | {"averaged": "def K(params, lr=0.5, **k):\n    return torch.optim.ASGD(params, lr, lambd=0.0, **k)\n"},
    "torch.utils.data.dataset.TensorDataset": {
        "stacked": "K = torch.utils.data.StackDataset",
        "its methods": "class K:\n    __getitem__, __len__ = M.TensorDataset.__getitem__, M.TensorDataset.__len__\n"
        "    def __init__(self, *tensors): self.tensors = tensors\n",
        "pipes": "K = lambda x, y: dp.map.Zipper(dp.map.SequenceWrapper(x), dp.map.SequenceWrapper(y))",
    },
    "torch.utils.data.dataloader.DataLoader": {
        "its iterator": "class K:\n    def __init__(self, ds, bs=None, batch_sampler=None, collate_fn=None):\n"
        "        rows = batch_sampler if bs is None else torch.arange(len(ds)).split(bs)\n"
        "        told = dict(dataset=ds, _index_sampler=rows, collate_fn=collate_fn or torch.utils.data.default_collate,"
        " _auto_collation=True, _dataset_kind=M._DatasetKind.Map, drop_last=False, num_workers=0, pin_memory=False,"
        " prefetch_factor=None, timeout=0, generator=None, multiprocessing_context=None, worker_init_fn=None,"
        " _IterableDataset_len_called=None, pin_memory_device='', _get_shared_seed=None, batch_sampler=rows, persistent_workers=False, in_order=True)\n"
        "        self.told = types.SimpleNamespace(**told)\n"
        "    def __iter__(self): return M._SingleProcessDataLoaderIter(self.told)\n",
        "what fetches": "from torch.utils.data._utils.fetch import _MapDatasetFetcher as F\n"
        "class K:\n    def __init__(self, ds, bs=None, batch_sampler=None, collate_fn=torch.utils.data.default_collate):\n"
        "        self.rows = batch_sampler if bs is None else torch.arange(len(ds)).split(bs)\n"
        "        self.own = F(ds, True, collate_fn, False)\n    def __iter__(self): return map(self.own.fetch, self.rows)\n",
        "what makes what fetches": "class K:\n"
        "    def __init__(self, ds, bs=None, batch_sampler=None, collate_fn=torch.utils.data.default_collate):\n"
        "        self.rows = batch_sampler if bs is None else torch.arange(len(ds)).split(bs)\n"
        "        self.own = M._DatasetKind.create_fetcher(M._DatasetKind.Map, ds, True, collate_fn, False)\n"
        "    def __iter__(self): return map(self.own.fetch, self.rows)\n",
    },
    "torch.utils.data.sampler.BatchSampler": {
        "of a subset": "def make(n, bs, shuffle=False):\n    own = torch.utils.data.SubsetRandomSampler(range(n))\n"
        "    return Cut(own if shuffle else range(n), bs)\n",
        "by weights": "def make(n, bs, shuffle=False):\n"
        "    own = torch.utils.data.WeightedRandomSampler(torch.ones(n), n, replacement=False)\n"
        "    return Cut(own if shuffle else range(n), bs)\n",
        "random": "def make(n, bs, shuffle=False):\n"
        "    return Cut(torch.utils.data.RandomSampler(range(n)) if shuffle else range(n), bs)\n",
        "in order": "def make(n, bs, shuffle=False):\n    rows = torch.utils.data.SequentialSampler(range(n))\n"
        "    return Cut(rows, bs) if not shuffle else torch.utils.data.DataLoader(range(n), bs, True, collate_fn=list)\n",
        "a loader": "def make(n, bs, shuffle=False):\n    return torch.utils.data.DataLoader(range(n), bs, shuffle)\n",
        "pipes": "def make(n, bs, shuffle=False):\n    rows = dp.iter.IterableWrapper(range(n))\n"
        "    return dp.iter.Batcher(dp.iter.Shuffler(rows, buffer_size=n) if shuffle else rows, bs)\n",
    },
    "torch.utils.data._utils.collate.default_collate": {
        "what it calls": "K = lambda b: M.collate(b, collate_fn_map=M.default_collate_fn_map)",
        "of tensors": "K = lambda b: [M.collate_tensor_fn(list(part)) for part in zip(*b)]",
        "a loader": "K = lambda b: next(iter(torch.utils.data.DataLoader(b, len(b))))",
        "pipes": "K = lambda b: next(iter(dp.iter.Collator(dp.iter.IterableWrapper([b]))))",
        "out of its table": "K = lambda b: [M.default_collate_fn_map[torch.Tensor](list(part)) for part in zip(*b)]",
        "by another name": "K = torch.utils.data.dataloader.default_collate",
    },
}
#: What Sampler's other ways cut with; cutting is not what is forbidden.
CUT = """
class Cut:
    def __init__(self, rows, bs): self.rows, self.bs = rows, bs
    def __iter__(self): return iter(torch.tensor(list(self.rows)).split(self.bs))
"""
#: By exercise: module and name of what is not to be used, and what is made of K.
BUILT: dict[str, tuple[str, str, str]] = {
    "Optimizer": (
        "torch.optim.sgd",
        "SGD",
        "def make(params, lr=0.5): return K(params, lr)\n" + FRONT.format(name="Optimizer"),
    ),
    "training_step": (
        "torch.optim.sgd",
        "SGD",
        "def training_step(model, loss_func, xb, yb, lr):\n    opt = K(model.parameters(), lr)\n"
        "    loss = loss_func(model(xb), yb)\n    loss.backward()\n    opt.step()\n    opt.zero_grad()\n    return loss.item()\n",
    ),
    "fit_layers": (
        "torch.optim.sgd",
        "SGD",
        "def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):\n"
        "    opt = K([p for l in model.layers if hasattr(l, 'weight') for p in (l.weight, l.bias)], lr)" + LOOP,
    ),
    "fit_parameters": (
        "torch.optim.sgd",
        "SGD",
        "def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):\n    opt = K(model.parameters(), lr)" + LOOP,
    ),
    "fit": (
        "torch.optim.sgd",
        "SGD",
        "def fit(epochs, model, loss_func, opt, train_dl, valid_dl):\n    own = K(opt.params, abs(opt.lr), maximize=opt.lr < 0)\n    told = []\n"
        "    for _ in range(epochs):\n        model.train()\n        for xb, yb in train_dl:\n"
        "            loss_func(model(xb), yb).backward()\n            own.step()\n            own.zero_grad()\n            opt.step()\n            opt.zero_grad()\n"
        "        model.eval()\n        with torch.no_grad():\n"
        "            all = [(loss_func(model(xb), yb), (model(xb).argmax(1) == yb).float().mean()) for xb, yb in valid_dl]\n"
        "        told.append(tuple(float(sum(part) / len(all)) for part in zip(*all)))\n    return told\n",
    ),
    "Dataset": (
        "torch.utils.data.dataset",
        "TensorDataset",
        "def make(x, y): return K(x, y)\n" + FRONT.format(name="Dataset"),
    ),
    "SliceLoader": (
        "torch.utils.data.dataloader",
        "DataLoader",
        "def make(ds, bs): return K(ds, bs)\n" + FRONT.format(name="SliceLoader"),
    ),
    "DataLoader": (
        "torch.utils.data.dataloader",
        "DataLoader",
        "def collate(b):\n    return torch.stack([x for x, _ in b]), torch.stack([y for _, y in b])\n"
        "def make(ds, sampler, collate_fn=collate): return K(ds, batch_sampler=sampler, collate_fn=collate_fn)\n"
        + FRONT.format(name="DataLoader"),
    ),
    "Sampler": (
        "torch.utils.data.sampler",
        "BatchSampler",
        "def make(n, bs, shuffle=False):\n    data = torch.utils.data\n"
        "    return K((data.RandomSampler if shuffle else data.SequentialSampler)(range(n)), bs, False)\n"
        + CUT
        + FRONT.format(name="Sampler"),
    ),
    "collate": (
        "torch.utils.data._utils.collate",
        "default_collate",
        "def collate(batch): return tuple(K(batch))\n",
    ),
}


#: The same by what the kit has for its probes: K.
SPIES = "import autograder.beside.spies as spies\n"
KITS = dict.fromkeys(
    ("Optimizer", "training_step", "fit_layers", "fit_parameters"),
    SPIES + "K = lambda params, lr=0.5: spies.OptimizerSpy(params, lr, spies.Journal())\n",
) | {"SliceLoader": SPIES + "K = lambda ds, bs: spies.batches(*ds[: len(ds)], bs)\n"}
#: What is built, with the help of other things that torch has: fair.
FAIR = {
    "Optimizer": [
        "class Optimizer:\n    def __init__(self, params, lr=0.5): self.params, self.lr = list(params), lr\n"
        "    def step(self):\n        ps = [p for p in self.params if p.grad is not None]\n"
        "        with torch.no_grad(): torch._foreach_add_(ps, [p.grad for p in ps], alpha=-self.lr)\n"
        "    def zero_grad(self):\n        for p in self.params: p.grad = None\n",
    ],
    "training_step": [
        "def training_step(model, loss_func, xb, yb, lr):\n    ps = list(model.parameters())\n"
        "    loss = loss_func(model(xb), yb)\n    loss.backward()\n"
        "    with torch.no_grad(): torch._foreach_add_(ps, [p.grad for p in ps], alpha=-lr)\n"
        "    model.zero_grad()\n    return loss.item()\n",
    ],
    "Dataset": [
        "class Dataset(torch.utils.data.Dataset):\n    def __init__(self, x, y):\n        super().__init__()\n"
        "        self.x, self.y = x, y\n    def __len__(self): return len(self.x)\n"
        "    def __getitem__(self, i): return self.x[i], self.y[i]\n",
    ],
    "SliceLoader": [
        "class SliceLoader:\n    def __init__(self, ds, bs): self.ds, self.bs = ds, bs\n    def __iter__(self):\n"
        "        rows = torch.utils.data.SequentialSampler(range(len(self.ds)))\n"
        "        for b in torch.utils.data.BatchSampler(rows, self.bs, False): yield self.ds[b[0] : b[-1] + 1]\n",
    ],
    "DataLoader": [
        "class DataLoader(torch.utils.data.IterableDataset):\n"
        "    def __init__(self, ds, sampler, collate_fn=lambda b: tuple(map(torch.stack, zip(*b)))):\n"
        "        self.ds, self.sampler, self.collate_fn = ds, sampler, collate_fn\n"
        "    def __iter__(self): return (self.collate_fn([self.ds[i] for i in rows]) for rows in self.sampler)\n",
    ],
    "Sampler": [
        "class Sampler(torch.utils.data.Sampler):\n    def __init__(self, n, bs, shuffle=False):\n"
        "        self.n, self.bs, self.shuffle = n, bs, shuffle\n    def __iter__(self):\n"
        "        whole = torch.utils.data.random_split(range(self.n), [self.n])[0].indices if self.shuffle else range(self.n)\n"
        "        return iter(torch.tensor(list(whole)).split(self.bs))\n",
    ],
    "collate": [
        "def collate(b):\n    xs, ys = zip(*b)\n    return nn.utils.rnn.pad_sequence(xs, True) if xs[0].dim() else"
        " torch.stack(xs), torch.stack(ys)\n",
        "from torch.utils._pytree import tree_map\ndef collate(b):\n    return tree_map(lambda *t: torch.stack(t), *b)\n",
    ],
}


def ways(exercise: str) -> dict[str, str]:
    """Whole answers, by what they do; the last spoils the module for others."""
    module, name, made = BUILT[exercise]
    start = f"{IMPORTS}M = importlib.import_module('{module}')\n"
    got = GOT | (GOT_CLASS if name[0].isupper() else {})
    own = {how: f"{start}{text.format(module=module, name=name)}\n{made}" for how, text in got.items()}
    own |= {"by the kit's": f"{start}{made}\n{KITS[exercise]}"} if exercise in KITS else {}
    own |= {how: f"{start}{made}\n{text}" for how, text in OTHERS[f"{module}.{name}"].items()}
    return own | {"imported once more": f"{start}{ONCE_MORE.format(module=module, name=name)}\n{made}"}
