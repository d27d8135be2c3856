"""What stands in, in the copy for a class, for pieces of a training run: data that is made up, and torch's own parts.

It has no answers in it. A piece that torch has nothing for (a training loop) has to be the student's own.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

#: Examples to train on, pixels, classes, hidden units.
N, M, C, HIDDEN = 1_920, 100, 10, 50


def get_data(*_: Any) -> tuple[torch.Tensor, ...]:
    """Ten shapes, seen through noise: (x_train, y_train, x_valid, y_valid)."""
    generator = torch.Generator().manual_seed(9)
    shapes = torch.rand(C, M, generator=generator).round()
    y = torch.randint(C, (N + 256,), generator=generator)
    x = (shapes[y] - 0.5) / 2 + torch.randn(len(y), M, generator=generator) * 0.6
    return x[:N], y[:N], x[N:], y[N:]


def hyperparameters(*_: Any) -> tuple[int, int, int, int]:
    return N, M, C, HIDDEN


def evaluate(*_: Any) -> tuple[float, float]:
    """The curve is of the training batches, so nothing is validated."""
    return 0.0, 0.0


class _Chain(nn.Sequential):
    @property
    def layers(self) -> list[nn.Module]:
        return list(self)


def _model(m: int, nh: int, c: int) -> nn.Module:
    chain = _Chain()
    for layer in (nn.Linear(m, nh), nn.ReLU(), nn.Linear(nh, c)):
        chain.append(layer)
    return chain


def _model_and_optimizer(m: int, nh: int, c: int, lr: float) -> tuple[nn.Module, torch.optim.Optimizer]:
    model = _model(m, nh, c)
    return model, torch.optim.SGD(model.parameters(), lr=lr)


def _batches(n: int, bs: int, shuffle: bool = False) -> Any:
    data = torch.utils.data
    rows = range(n)
    order = data.RandomSampler(rows) if shuffle else data.SequentialSampler(rows)
    return data.BatchSampler(order, bs, drop_last=False)


def _loader(ds: Any, sampler: Any, collate_fn: Any) -> Any:
    return torch.utils.data.DataLoader(ds, batch_sampler=sampler, collate_fn=collate_fn)


def _slices(*datasets_and_size: Any, **_: Any) -> list[list[Any]]:
    *datasets, bs = datasets_and_size
    return [[ds[i : i + bs] for i in range(0, len(ds), bs)] for ds in datasets]


STAND_INS: dict[str, Any] = {
    "get_data": get_data,
    "hyperparameters": hyperparameters,
    "evaluate": evaluate,
    "validate": evaluate,
    "cross_entropy": nn.functional.cross_entropy,
    "ListModel": _model,
    "AttributeModel": _model,
    "sequential_model": _model,
    "get_model": _model_and_optimizer,
    "Optimizer": torch.optim.SGD,
    "Dataset": torch.utils.data.TensorDataset,
    "Sampler": _batches,
    "collate": torch.utils.data.default_collate,
    "DataLoader": _loader,
    "get_dls": _slices,
}
