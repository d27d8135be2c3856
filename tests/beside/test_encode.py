from __future__ import annotations

import json

import numpy as np
import torch

from autograder.beside.encode import MOST_VALUES, describe, encode
from autograder.classroom.frames import is_encoded


def test_everything_survives_json() -> None:
    values = [None, True, 1, 2.5, "x", (1, 2), {"a": {3}}, torch.ones(2), np.float32(1), np.ones(3), object(), 1j, b"x"]
    values.append(torch.nn.Linear(1, 1))
    assert is_encoded(json.loads(json.dumps(encode(values))))
    assert json.loads(json.dumps(encode(values))) == encode(values)


def test_a_tensor_keeps_dtype_shape_values_and_whether_it_has_a_graph() -> None:
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    assert encode(x) == {"tensor": "float32", "shape": [1, 2], "values": [1.0, 2.0], "grad": True}
    assert encode(x.detach().half())["tensor"] == "float16"


def test_numpy_numbers_are_numbers_and_arrays_are_no_tensors() -> None:
    assert encode(np.float64(0.5)) == 0.5
    assert encode(np.int64(3)) == 3
    assert encode(np.array([1.5])) == {"tensor": "numpy.float64", "shape": [1], "values": [1.5], "grad": False}


def test_what_is_too_large_travels_without_its_values() -> None:
    assert encode(torch.zeros(MOST_VALUES + 1))["values"] is None


def test_a_value_that_fights_back_is_described() -> None:
    class Odd(list):
        def __iter__(self):  # type: ignore[no-untyped-def]
            raise RuntimeError

    assert encode(Odd())["object"] == "Odd"
    loop: list = []
    loop.append(loop)
    assert encode(loop)


def test_a_tensor_is_described_by_shape_dtype_and_device() -> None:
    assert describe(torch.zeros(64, 10)) == "tensor 64x10, float32, cpu"
    assert describe(torch.tensor(2.5)) == "tensor 0-d, float32, cpu, = 2.5"


def test_tensors_in_a_row_are_described_by_the_first() -> None:
    row = (torch.zeros(2, 3), torch.zeros(2, 3))
    assert describe(row) == "tuple of 2, the first: tensor 2x3, float32, cpu"
    assert describe([1, torch.ones(1)]) == "list of 2, the first: 1"
    assert describe(torch.zeros(2, 3).max(1)) == "torch.return_types.max of 2, the first: tensor 2, float32, cpu"
    assert describe([]) == "[]"


def test_an_object_is_described_without_its_address() -> None:
    class Optimizer: ...

    assert describe(Optimizer()) == "Optimizer object"
    assert describe([Optimizer()]) == "[Optimizer object]"
    assert describe(torch.nn.Linear(2, 3)) == "Linear(...)"
