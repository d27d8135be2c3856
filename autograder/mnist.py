"""The MNIST images that the kit carries: 60,000 to train on and 10,000 to test on. Nothing is downloaded."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from autograder import lesson

if TYPE_CHECKING:
    from torch import Tensor

FOLDER = lesson.current().folder / lesson.current().data
REPAIR = "git checkout autograder/data/mnist"

# Of the unpacked files as Yann LeCun and Corinna Cortes published them: gzip headers differ between copies.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
PREFIX = {"train": "train", "test": "t10k"}


class DamagedData(Exception):
    """A data file is missing or not what it should be; the text names it and the command that mends it."""


def load(split: Literal["train", "test"], folder: Path = FOLDER) -> tuple[Tensor, Tensor]:
    """(images, labels) as torch tensors: uint8 of shape (N, 28, 28), 0 is background; int64 of shape (N,)."""
    if split not in PREFIX:
        raise ValueError(f"split is 'train' or 'test', not {split!r}")
    import torch

    images = torch.frombuffer(unpack(folder, f"{PREFIX[split]}-images-idx3-ubyte"), dtype=torch.uint8, offset=16)
    labels = torch.frombuffer(unpack(folder, f"{PREFIX[split]}-labels-idx1-ubyte"), dtype=torch.uint8, offset=8)
    return images.reshape(-1, 28, 28), labels.long()


def unpack(folder: Path, name: str) -> bytearray:
    """The unpacked file, header included. A bytearray, since a tensor made over read-only bytes warns."""
    path = folder / f"{name}.gz"
    try:
        raw = bytearray(gzip.decompress(path.read_bytes()))
    except FileNotFoundError:
        raise DamagedData(f"The data file {path} is missing. To get it back, type: {REPAIR}") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedData(f"The data file {path} cannot be read ({error}). To mend it, type: {REPAIR}") from None
    if hashlib.sha256(raw).hexdigest() != SHA256[name]:
        raise DamagedData(f"The data file {path} is not the original. To get that back, type: {REPAIR}")
    return raw
