"""A learner's own answer runs in an empty folder, and changes nothing elsewhere where the system can see to that."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from autograder import lesson, places
from autograder.api import check_text
from autograder.judging.verdict import Verdict
from autograder.process import landlock
from autograder.process.warm import Warm, warm

RIGHT = "def softmax(x):\n    return x.exp() / x.exp().sum(-1, keepdim=True)\n"


def _read_only() -> bool:
    try:
        return landlock.version() > 0
    except (OSError, AttributeError):
        return False


read_only = pytest.mark.skipif(not _read_only(), reason="this system has no Landlock")


def checked(before: str, path: str = "answer.py") -> Verdict:
    """The verdict on an answer that is right if the statements before it do what they say."""
    return check_text(before + "\n\n\n" + RIGHT, path, lesson.find("softmax"))


def within(code: str) -> str:
    """An answer in which the code runs when it is used, so that what it raises counts."""
    return f"def softmax(x):\n    {code}\n    return x.exp() / x.exp().sum(-1, keepdim=True)\n"


def used(code: str, path: str = "answer.py") -> Verdict:
    return check_text(within(code), path, lesson.find("softmax"))


def test_what_is_removed_at_the_top_of_an_answer_is_not_the_kit() -> None:
    assert checked("import shutil\nshutil.rmtree('autograder')").passed
    assert (places.KIT / "autograder").is_dir()


def test_the_folder_is_empty_can_be_used_and_is_gone_afterwards() -> None:
    before = set(os.listdir(tempfile.gettempdir()))
    code = "import os, tempfile; assert os.listdir() == []; open('x', 'w').write('x'); tempfile.TemporaryFile().close()"
    assert used(f"{code}; os.makedirs('y/z'); os.remove('x'); os.rmdir('y/z'); os.rmdir('y')").passed
    left = set(os.listdir(tempfile.gettempdir())) - before
    served = warm()
    assert isinstance(served, Warm)
    server = served._process  # others' folders may come and go meanwhile
    assert server
    assert not [name for name in left if name.startswith(f"submission-{server.pid}-")]


@read_only
def test_nothing_elsewhere_is_changed(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    for code in (
        f"open({str(tmp_path / 'notes')!r}, 'w')",
        f"import os; os.remove({str(tmp_path / 'notes')!r})",
        f"import shutil; shutil.rmtree({str(tmp_path)!r})",
        f"import os; os.mkdir({str(places.KIT / 'autograder' / 'new')!r})",
    ):
        verdict = used(code)
        assert "PermissionError" in verdict.message, verdict.message
    assert (tmp_path / "notes").read_text() == "mine"


def test_files_elsewhere_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    assert used(f"assert open({str(tmp_path / 'notes')!r}).read() == 'mine'").passed


def test_a_file_beside_the_answer_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helpers_of_mine.py").write_text("def same(x):\n    return x\n")
    answer = within("from helpers_of_mine import same; x = same(x)")
    for path in (str(tmp_path / "answer.py"), os.path.relpath(tmp_path / "answer.py")):
        assert check_text(answer, path, lesson.find("softmax")).passed


def test_workers_of_a_loader_share_memory() -> None:
    code = (
        "import torch; data = torch.utils.data.DataLoader(torch.arange(8), num_workers=1); assert len(list(data)) == 8"
    )
    assert used(code).passed
