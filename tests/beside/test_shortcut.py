from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.utils.data import default_collate

from autograder.beside.shortcut import base_name, watching, with_relatives

X = torch.randn(2, 3)


@pytest.mark.parametrize(
    "borrow",
    [
        lambda: torch.softmax(X, -1),
        lambda: X.softmax(-1),
        lambda: nn.functional.softmax(X, -1),
        lambda: nn.Softmax(-1)(X),
        lambda: torch.ops.aten._softmax(X, -1, False),
        lambda: nn.functional.scaled_dot_product_attention(X[None], X[None], X[None]),
        lambda: torch.special.softmax(X, -1),
        lambda: torch._safe_softmax(X, -1),
        lambda: torch._masked_softmax(X, torch.zeros_like(X).bool(), 1),
        lambda: getattr(torch, "soft" + "max")(X, -1),
    ],
)
def test_a_watched_function_is_seen_however_it_is_called(borrow: Callable[[], object]) -> None:
    with watching(["softmax"]) as seen:
        borrow()
    assert seen
    assert {base_name(name) for name in seen} <= with_relatives(["softmax"])


def test_building_it_oneself_is_not_seen() -> None:
    with watching(["softmax", "log_softmax", "cross_entropy"]) as seen:
        x = X.clone().requires_grad_()
        (x.exp() / x.exp().sum(-1, keepdim=True)).logsumexp(-1).sum().backward()
    assert seen == set()


def test_cross_entropy_is_told_from_the_pieces_that_it_is_made_of() -> None:
    y = torch.tensor([0, 2])
    with watching(["cross_entropy", "cross_entropy_loss"]) as seen:
        nn.functional.nll_loss(nn.functional.log_softmax(X, -1), y)
    assert seen == set()
    with watching(["cross_entropy", "cross_entropy_loss"]) as seen:
        nn.CrossEntropyLoss()(X, y)
    assert seen


def test_a_class_is_seen_when_an_instance_is_made_and_forgotten_afterwards() -> None:
    before = torch.utils.data.DataLoader.__init__
    with watching(["torch.utils.data.DataLoader"]) as seen:

        class Own(torch.utils.data.DataLoader):
            pass

        Own(torch.utils.data.TensorDataset(X))
    assert seen == {"torch.utils.data.DataLoader"}
    assert torch.utils.data.DataLoader.__init__ is before


@pytest.mark.parametrize(
    "borrow",
    [
        lambda: default_collate([(X, 1), (X, 2)]),
        lambda: torch.utils.data.default_collate([X, X]),
        lambda: next(iter(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, X), 2))),
    ],
)
def test_a_function_of_torchs_python_code_is_seen_also_under_a_name_imported_before(
    borrow: Callable[[], object],
) -> None:
    name = "torch.utils.data._utils.collate.collate"
    before = torch.utils.data._utils.collate.collate
    with watching([name]) as seen:
        torch.stack([X, X])
        assert seen == set()
        borrow()
    assert seen == {name}
    assert torch.utils.data._utils.collate.collate is before
