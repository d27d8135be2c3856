"""See which torch functions an implementation runs, to tell an answer that is built from one that is borrowed.

What is watched is what runs, not the text of the file: `torch.softmax(x, -1)`, `x.softmax(-1)`, `nn.Softmax(-1)(x)`
and `torch.ops.aten._softmax(...)` are all the same call.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.declaring import near_to


@functools.lru_cache(maxsize=5000)
def base_name(qualified: str) -> str:
    """torch.nn.functional.softmax, torch.Tensor.softmax and aten._softmax.default are all "softmax"."""
    parts = qualified.split(".")
    name = (parts[1] if parts[0] == "aten" and len(parts) > 1 else parts[-1]).lstrip("_")
    if "attention" in name or name.startswith("transformer_encoder_layer"):
        return ATTENTION  # two dozen kernels, of which one calls another
    for prefix in ("safe_", "masked_", "sparse_", "special_"):
        name = name.removeprefix(prefix)
    return name.removesuffix("_forward").removesuffix("_").removesuffix("_loss_nd")


ATTENTION = "attention"
#: What has the thing inside of it, by the base name of what is to be built: one call and a trifle give the answer.
RELATIVES: dict[str, set[str]] = {
    "softmax": {ATTENTION},
    "log_softmax": {"ctc_loss"},
    "logsumexp": {"log_softmax", "softmax", "ctc_loss", ATTENTION},
    "nll_loss": {"nll_loss2d", "ctc_loss"},
    "cross_entropy_loss": {"ctc_loss"},
    "exp": {"exp2", "expm1", "pow", "expit", "sigmoid", "sinh", "cosh", "tanh", "logaddexp", "logaddexp2", "logsumexp"},
    "log": {"log2", "log10", "log1p", "log_sigmoid", "logit", "logaddexp", "entr", "xlog1py", "softplus"}
    | {"binary_cross_entropy", "binary_cross_entropy_with_logits"},
}


def unknown(names: Iterable[str]) -> dict[str, str]:
    """Names that watch nothing, or less than is meant, each with what is wrong with it."""
    known = {base_name(f"aten.{name.split('::')[1]}") for name in torch._C._dispatch_get_all_op_names()}
    known |= {base_name(name) for part in (torch, torch.Tensor, torch.nn.functional) for name in dir(part)}
    found = {}
    for name in names:
        *path, last = name.split(".")
        owner = _in_torch(path[1:])
        if "." in name and not isinstance(getattr(owner, last, None), type) and base_name(last) in known:
            found[name] = f'is watched under this name alone: write "{last}"'
        elif "." in name and not hasattr(owner, last):
            found[name] = f"is nothing in torch{near_to(last, dir(owner), '.'.join(path) + '.')}"
        elif "." not in name and base_name(name) not in known:
            found[name] = f"is no function of torch{near_to(name, sorted(known))}"
    return found


def _in_torch(path: list[str]) -> Any:
    """What stands there in torch, or None."""
    found: Any = torch
    for word in path:
        found = getattr(found, word, None)
    return found


def with_relatives(names: Iterable[str]) -> set[str]:
    names = set(names)
    return names.union(*(RELATIVES.get(name, ()) for name in names))


class _Calls(TorchFunctionMode):
    def __init__(self, watched: set[str], seen: set[str]):
        super().__init__()
        self.watched, self.seen = watched, seen

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if base_name(getattr(function, "__name__", "")) in self.watched:
            self.seen.add(_qualified(function))
        return function(*args, **(kwargs or {}))


def _qualified(function: Any) -> str:
    """torch.softmax, Tensor.softmax or torch.nn.functional.softmax; resolve_name of torch.overrides takes a second."""
    owner = getattr(function, "__objclass__", None)
    where = "Tensor" if owner is not None else (getattr(function, "__module__", "") or "torch")
    return f"{where}.{function.__name__}".replace("torch._C._nn", "torch.nn.functional")


class Dispatched(TorchDispatchMode):
    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # wrapping the method for the compiler would import all of it, a second for nothing


class _Operations(Dispatched):
    def __init__(self, watched: set[str], seen: set[str]):
        super().__init__()
        self.watched, self.seen = watched, seen

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = base_name(str(operation))
        if name in self.watched and name not in map(base_name, self.seen):
            self.seen.add(f"torch.{name}")
        return operation(*args, **(kwargs or {}))


@contextlib.contextmanager
def watching(names: Iterable[str]) -> Iterator[set[str]]:
    """Yields the set that fills with the qualified names of watched functions run, or classes made, meanwhile.

    A name with dots is that of a class ("torch.optim.Optimizer"), or of a function of Python code that is looked up in
    its module whenever it runs ("torch.utils.data._utils.collate.collate", which default_collate calls).
    """
    names = list(names)
    functions = with_relatives(name for name in names if "." not in name)
    seen: set[str] = set()
    with contextlib.ExitStack() as stack:
        for name in names:
            if "." in name:
                stack.enter_context(_uses(name, seen))
        if functions:
            stack.enter_context(_Calls(functions, seen))
            stack.enter_context(_Operations(functions, seen))
        yield seen


@contextlib.contextmanager
def _uses(name: str, seen: set[str]) -> Iterator[None]:
    """Note every instance made of the class `name` or of a subclass, or every call of the function `name`."""
    *path, last = name.split(".")[1:]
    owner = _in_torch(path)
    if not hasattr(owner, last):  # `unknown` tells
        yield
        return
    if isinstance(getattr(owner, last), type):
        owner, last = getattr(owner, last), "__init__"
    original = getattr(owner, last)

    @functools.wraps(original)
    def noted(*args: Any, **kwargs: Any) -> Any:
        seen.add(name)
        return original(*args, **kwargs)

    setattr(owner, last, noted)
    try:
        yield
    finally:
        setattr(owner, last, original)
