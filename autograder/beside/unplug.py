"""The untrusted side: take torch functions away for good, before any of a submission's code has run.

What watches which functions run (shortcut.py) lives beside that code, which can replace it, or call from
another thread. Here the function itself is gone: the dispatcher of torch, below Python, gives something else under its
name, and nothing that Python can reach holds the original. What torch has in Python, its classes and its second
versions of its own operations, is emptied in place: every function of it raises, by whatever name somebody calls it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from autograder.beside.shortcut import ATTENTION, base_name, with_relatives


def _zeros(x: Any, *_: Any, **named: Any) -> Any:
    return named.get("out", x - x)


def _total(x: Any, *_: Any, **named: Any) -> Any:
    return named.get("out", (x - x).sum())


def _two_totals(x: Any, *_: Any, **named: Any) -> Any:
    return named.get("output", (x - x).sum()), named.get("total_weight", (x - x).sum())


def _means(x: Any, dim: Any, keepdim: bool = False, **named: Any) -> Any:
    return named.get("out", x.mean(dim, keepdim))


#: Wrong values of the right shape, so that a cell which only looks at torch's own result goes on.
STAND_INS: dict[str, Callable[..., Any]] = {
    "nll_loss": _total,
    "nll_loss_forward": _two_totals,
    "cross_entropy_loss": _total,
    "logsumexp": _means,
}
#: Steps of optimizers in one kernel: with a large eps those of Adam are plain gradient descent.
STEPS = {"fused_sgd", "fused_adam", "fused_adamw", "fused_adagrad"}
#: Nobody's cell looks at these on the way to an answer.
NOT_MISSED = {ATTENTION, *STEPS}


#: Where torch computes in Python what its operations compute: packages and modules.
SECOND_VERSIONS = (
    *("torch._refs", "torch._decomp", "torch._prims", "torch.distributions", "torch.masked"),
    *("torch.nn.modules.linear_cross_entropy", "torch.distributed.tensor.parallel", "torch.testing._internal"),
)
#: What else does the work of a class, or the same in another way, by how its name begins.
ALONGSIDE = {
    "torch.utils.data.": ("torch.utils.data.datapipes", "torch.utils.data.distributed"),
    "torch.utils.data.DataLoader": ("torch.utils.data._utils.fetch", "torch.utils.data._utils.worker"),
}
#: The same by base names of operations.
KERNELS = {"torch.optim.Optimizer": STEPS}


#: TorchScript has compilers, which know by themselves how to compute what operations compute: what runs its programs,
#: and the beginnings of the names of what makes or changes them.
RUN_SCRIPTS = {"ScriptFunction", "ScriptMethod", "ScriptClassFunction", "StaticModule", "LiteScriptModule"}
RUN_SCRIPTS |= {"ThroughputBenchmark"}
MAKE_SCRIPTS = (
    *("_jit_pass_", "_jit_interpret", "_jit_set_", "_jit_override_", "_jit_texpr", "_jit_to_", "_fuse_to_"),
    *("_create_function_from", "parse_ir"),
)


def unplug(names: Iterable[str]) -> list[str]:
    """Take away every operation of torch with one of these base names (as in shortcut.py), and every class or function
    of Python that a name with dots stands for; the operations replaced. `module:name` stands for that one alone."""
    names, alone = _apart(names)
    for module, name in alone:
        _empty({name: vars(module)[name]}, module.__name__)
    for kind in _kin(names):
        _empty_kin(kind)
    for module in _loaded(_alongside(names)):
        _empty(module.__dict__, module.__name__)
    if _functions(names):
        _without_scripts()
    return _replace(with_relatives(_functions(names)).union(*(KERNELS.get(name, ()) for name in names)))


def files(names: Iterable[str]) -> list[str]:
    """The files and folders that what is taken away could be had from once more, by running them again."""
    names, alone = _apart(names)
    emptied = [sys.modules[kind.__module__] for kind in _kin(names)] + _loaded(_alongside(names))
    emptied += [module for module, _ in alone]
    found = {path for module in emptied for path in (module.__file__, module.__cached__) if path}
    packages = {str(place) for name in _alongside(names) for place in _folders(name)}
    return sorted({path for path in found if not any(path.startswith(f"{folder}/") for folder in packages)} | packages)


def _apart(names: Iterable[str]) -> tuple[set[str], list[tuple[types.ModuleType, str]]]:
    """Those of torch, and those of which each stands for itself, with their modules."""
    alone = [name.split(":") for name in names if ":" in name]
    return {name for name in names if ":" not in name}, [(importlib.import_module(m), name) for m, name in alone]


def _functions(names: set[str]) -> set[str]:
    return {name for name in names if "." not in name}


def _alongside(names: set[str]) -> list[str]:
    """Names of modules and packages that are emptied as a whole."""
    more = [module for start, some in ALONGSIDE.items() for module in some if any(n.startswith(start) for n in names)]
    return [*more, *(SECOND_VERSIONS if _functions(names) else ())]


def _loaded(wanted: list[str]) -> list[types.ModuleType]:
    """The modules with these names, and those in packages with these names, that have been imported."""
    return [m for name, m in list(sys.modules.items()) if any(f"{name}.".startswith(f"{w}.") for w in wanted)]


def _folders(name: str) -> list[Path]:
    """Where a package lies; nowhere where the name is that of a module."""
    place = Path(torch.__file__).parent.joinpath(*name.split(".")[1:])
    return [place] if place.is_dir() else []


#: What an operation has a kernel for, and each is a way to it: dense tensors first, then other kinds of them.
KEYS = ("CPU", "SparseCPU", "SparseCsrCPU", "MkldnnCPU", "NestedTensorCPU", "QuantizedCPU")


def _replace(wanted: set[str]) -> list[str]:
    replaced = []
    library = torch._C._dispatch_library("IMPL", "aten", "")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # letting go of it would bring the functions back
    has = torch._C._dispatch_has_kernel_for_dispatch_key
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of what is intended here
        for operation in torch._C._dispatch_get_all_op_names() if wanted else ():
            plain = operation.removeprefix("aten::").split(".")[0]
            base = base_name(f"aten.{plain}")
            if not operation.startswith("aten::") or "backward" in plain or base not in wanted:
                continue
            name = operation.removeprefix("aten::")
            stand_in = STAND_INS.get(plain.lstrip("_"), _zeros) if base not in NOT_MISSED else _refused
            if has(operation, "CompositeImplicitAutograd"):
                library.impl(name, "CompositeImplicitAutograd", stand_in)
            else:
                library.impl(name, KEYS[0], stand_in)
            for key in KEYS[1:]:
                if has(operation, key):
                    library.impl(name, key, _refused)
            replaced.append(operation)
    return replaced


def _refused(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("this is not there while your answer is checked")


def _without_scripts() -> None:
    """TorchScript runs no more, nor do its compilers."""
    for name, value in list(vars(torch._C).items()):
        if name in RUN_SCRIPTS:
            _refuse(value)
        elif name.startswith(MAKE_SCRIPTS):
            setattr(torch._C, name, _refused)
    expressions = sys.modules.get("torch._C._te", types.ModuleType("none"))
    for name, value in list(vars(expressions).items()):
        if isinstance(value, type):
            _refuse(value)
        elif callable(value):
            setattr(expressions, name, _refused)


def _refuse(kind: type) -> None:
    """Every method of a class that is not written in Python raises from now on."""
    for name, value in list(vars(kind).items()):
        if callable(value) and (name in ("__call__", "__init__") or not name.startswith("__")):
            setattr(kind, name, _refused)


def _kin(names: set[str]) -> list[Any]:
    """What the names with dots stand for, and the classes of torch that are derived from it."""
    found: list[Any] = [functools.reduce(getattr, name.split(".")[1:], torch) for name in sorted(names) if "." in name]
    for kind in found:
        derived: list[type] = kind.__subclasses__() if isinstance(kind, type) else []
        found += [sub for sub in derived if sub.__module__.startswith("torch.") and sub not in found]
    return found


def _empty_kin(kind: Any) -> None:
    """Empty a class or a function of torch, and all that stands beside it in its module but what it is derived from:
    that is there to be built on."""
    bases = set(map(id, getattr(kind, "__mro__", (kind,))[1:]))
    module = sys.modules[kind.__module__]
    _empty({name: value for name, value in vars(module).items() if id(value) not in bases}, kind.__module__)


def _empty(names: Mapping[str, Any], module: str) -> None:
    """Every function among these that a module of torch defines raises from now on, and what it wraps too."""
    for value in list(names.values()):
        if isinstance(value, type) and value.__module__ == module:
            _empty(vars(value), module)
        if isinstance(value, staticmethod | classmethod | types.MethodType):
            value = value.__func__
        _empty_function(value.fget if isinstance(value, property) else value, module)


def _empty_function(value: Any, module: str) -> None:
    if not isinstance(value, types.FunctionType) or value.__module__ != module:
        return
    code = _refusing(len(value.__code__.co_freevars))
    if value.__code__ is not code:
        value.__code__ = code
        held = [getattr(value, "__wrapped__", None)]
        for cell in value.__closure__ or ():
            with contextlib.suppress(ValueError):  # nothing is in it yet
                held.append(cell.cell_contents)
        for other in held:
            _empty_function(other, module)


@functools.cache
def _refusing(free: int) -> types.CodeType:
    """The code of a function that raises, whatever it is given, and takes so many variables from around it."""
    around = ", ".join(f"v{number}" for number in range(free))
    raises = (
        f"        raise RuntimeError('this is not there while your answer is checked')\n        {around or 'None'}\n"
    )
    space: dict[str, Any] = {}
    exec(f"def outer({around}):\n    def refused(*args, **kwargs):\n{raises}    return refused\n", space)
    return space["outer"](*range(free)).__code__
