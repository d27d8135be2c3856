import gzip
import shutil
from pathlib import Path

import pytest
import torch

from autograder import mnist


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small files, to damage."""
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        shutil.copy(mnist.FOLDER / f"{name}.gz", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("split", "count"), [("train", 60_000), ("test", 10_000)])
def test_images_and_labels_have_the_promised_shapes_and_types(split: str, count: int) -> None:
    images, labels = mnist.load(split)  # type: ignore[arg-type]
    assert (images.shape, images.dtype) == ((count, 28, 28), torch.uint8)
    assert (labels.shape, labels.dtype) == ((count,), torch.int64)
    assert labels.unique().tolist() == list(range(10))
    assert (int(images.min()), int(images.max())) == (0, 255)


def test_the_first_digits_are_the_well_known_ones() -> None:
    _, labels = mnist.load("train")
    assert labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


def test_what_is_loaded_can_be_changed_without_changing_the_next_load() -> None:
    images, _ = mnist.load("test")
    images.zero_()
    assert mnist.load("test")[0].any()


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(ValueError, match="not 'valid'"):
        mnist.load("valid")  # type: ignore[arg-type]


def test_a_missing_file_is_named_with_the_command_that_brings_it_back(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(mnist.DamagedData, match=r"t10k-labels-idx1-ubyte\.gz is missing.* git checkout autograder"):
        mnist.load("test", folder)


def test_a_truncated_file_is_damaged(folder: Path) -> None:
    path = folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(mnist.DamagedData, match=r"t10k-images-idx3-ubyte\.gz cannot be read.* git checkout"):
        mnist.load("test", folder)


def test_a_file_that_is_not_gzip_is_damaged(folder: Path) -> None:
    (folder / "t10k-images-idx3-ubyte.gz").write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(mnist.DamagedData, match="cannot be read"):
        mnist.load("test", folder)


def test_one_changed_pixel_is_noticed(folder: Path) -> None:
    path = folder / "t10k-images-idx3-ubyte.gz"
    raw = bytearray(gzip.decompress(path.read_bytes()))
    raw[1234] ^= 1
    path.write_bytes(gzip.compress(raw, 1))
    with pytest.raises(mnist.DamagedData, match="not the original"):
        mnist.load("test", folder)
