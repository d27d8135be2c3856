"""`import torch` that costs nothing until torch is used: checks are read where only their declarations are wanted."""

from __future__ import annotations

import contextlib
import importlib.machinery
import pkgutil
import sys
import types
from collections.abc import Iterator
from typing import Any


class Postponed(types.ModuleType):
    """Stands for a module, or for what is in it, until that is used, and imports it then.

    importlib's LazyLoader is made for this, but Python 3.11 imports its modules at the second `import` statement.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        waiting = any(isinstance(finder, _Postponing) for finder in sys.meta_path)
        within = Postponed(f"{self.__name__}.{name}")
        return within if waiting else within._there()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._there()(*args, **kwargs)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._there(),)

    def __or__(self, other: Any) -> Postponed:
        return self  # of an annotation

    __ror__ = __or__

    def _there(self) -> Any:
        for finder in [finder for finder in sys.meta_path if isinstance(finder, _Postponing)]:
            finder.end()
        return pkgutil.resolve_name(self.__name__)


class _Postponing:
    """Finds and loads a `Postponed` for a module and for all that is in it."""

    def __init__(self, name: str):
        self.name = name
        self.made: list[str] = []
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        mine = f"{name}.".startswith(f"{self.name}.")
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if mine else None  # type: ignore[arg-type]

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Postponed:
        self.made.append(spec.name)
        return Postponed(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass

    def end(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        while self.made:
            del sys.modules[self.made.pop()]


@contextlib.contextmanager
def postponed(name: str) -> Iterator[None]:
    """Meanwhile `import name` costs nothing, unless it is there already; checks use torch in functions alone."""
    if name in sys.modules:
        yield
        return
    finder = _Postponing(name)
    try:
        yield
    finally:
        finder.end()
