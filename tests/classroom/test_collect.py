"""A platform's zip, in each platform's names: made here, in the shape that their downloads have."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.classroom.collect import CannotCollect, collect

GRADESCOPE = """---
submission_98765:
  :submitters:
  - :name: Ada Lovelace
    :sid: al815
    :email: ada@example.org
  :created_at: 2026-10-31 17:59:01.000000000 Z
submission_98766:
  :submitters:
  - :name: Ben
    :sid: ''
    :email: ben@example.org
  :created_at: 2026-11-01 08:00:00.000000000 Z
"""

#: What is in the zip; the platform; the files that are written below submitted/; a part of what is left out.
ZIPS: dict[str, tuple[list[str], str, set[str], str]] = {
    "moodle": (
        [
            "Ada Lovelace_12345_assignsubmission_file_/optim.ipynb",
            "Ben Ali_777_assignsubmission_file_setup.ipynb",
            "Ben Ali_777_assignsubmission_file_notes.txt",
        ],
        "Moodle",
        {"ada_lovelace_12345/week1/optim.ipynb", "ben_ali_777/week1/setup.ipynb"},
        "no notebook",
    ),
    "canvas": (
        [
            "lovelaceada_LATE_12345_998877_optim.ipynb",
            "lovelaceada_12345_998899_optim-1.ipynb",
            "aliben_777_1_setup.ipynb",
        ],
        "Canvas",
        {"lovelaceada_12345/week1/optim.ipynb", "aliben_777/week1/setup.ipynb"},
        "an earlier upload",
    ),
    "gradescope": (
        [
            "assignment_1_export/submission_98765/optim.ipynb",
            "assignment_1_export/submission_98766/optim.ipynb",
            "assignment_1_export/readme.md",
        ],
        "Gradescope",
        {
            "al815/week1/optim.ipynb",
            "al815/week1/timestamp.txt",
            "ben@example.org/week1/optim.ipynb",
            "ben@example.org/week1/timestamp.txt",
        },
        "whose it is",
    ),
    "plain": (
        ["ada/week1/optim.ipynb", "__MACOSX/ada/._optim.ipynb", "ben/setup.ipynb", "../../eve/x/optim.ipynb"],
        "Plain zip",
        {"ada/week1/optim.ipynb", "ben/week1/setup.ipynb", "eve/week1/optim.ipynb"},
        "",
    ),
}


def made(path: Path, members: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, member)
        if any("assignment_1_export" in member for member in members):
            archive.writestr("assignment_1_export/submission_metadata.yml", GRADESCOPE)
    return path


@pytest.mark.parametrize("kind", ZIPS)
def test_each_platforms_names_are_read(kind: str, tmp_path: Path) -> None:
    members, platform, files, left = ZIPS[kind]
    found = collect(made(tmp_path / "all.zip", members), "week1", tmp_path / "submitted")
    assert found.platform == platform
    written = {
        str(path.relative_to(tmp_path / "submitted")) for path in tmp_path.glob("submitted/**/*") if path.is_file()
    }
    assert written == files
    assert [why for _, why in found.left if left in why] or not left
    assert any("No times came with it" in line for line in found.lines()) == (kind != "gradescope")


def test_the_later_upload_counts(tmp_path: Path) -> None:
    collect(made(tmp_path / "all.zip", ZIPS["canvas"][0]), "week1", tmp_path / "submitted")
    kept = tmp_path / "submitted" / "lovelaceada_12345" / "week1" / "optim.ipynb"
    assert kept.read_text() == "lovelaceada_12345_998899_optim-1.ipynb"


def test_a_table_of_times_says_who_is_late(tmp_path: Path) -> None:
    table = tmp_path / "times.csv"
    table.write_text("student,time\nada,2026-10-31 18:00\nzoe,2026-10-31 18:00\n")
    found = collect(made(tmp_path / "all.zip", ZIPS["plain"][0]), "week1", tmp_path / "submitted", table)
    assert (tmp_path / "submitted" / "ada" / "week1" / "timestamp.txt").read_text() == "2026-10-31 18:00\n"
    assert ("zoe", "is in the table of times and not in the zip") in found.left


def test_what_was_there_is_kept(tmp_path: Path) -> None:
    old = tmp_path / "submitted" / "ada" / "week1" / "optim.ipynb"
    old.parent.mkdir(parents=True)
    old.write_text("the first")
    collect(made(tmp_path / "all.zip", ZIPS["plain"][0]), "week1", tmp_path / "submitted")
    (kept,) = (tmp_path / ".autograder" / "replaced").rglob("optim.ipynb")
    assert kept.read_text() == "the first"


def test_a_link_in_a_zip_is_left_out(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("ada/optim.ipynb")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    found = collect(tmp_path / "all.zip", "week1", tmp_path / "submitted")
    assert found.left == [("ada/optim.ipynb", "a link, which is not followed")]
    assert not (tmp_path / "submitted").exists()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "There is no file"),
        (lambda path: path.write_text("no zip"), "is not a zip that can be read"),
    ],
)
def test_a_bad_file_is_a_clear_error(make, says: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "all.zip")
    with pytest.raises(CannotCollect, match=says):
        collect(tmp_path / "all.zip", "week1", tmp_path / "submitted")


def test_a_time_that_is_none_names_its_line(tmp_path: Path) -> None:
    table = tmp_path / "times.csv"
    table.write_text("student,time\nada,gestern\n")
    with pytest.raises(CannotCollect, match="line 2: a line has a student and a time"):
        collect(made(tmp_path / "all.zip", ZIPS["plain"][0]), "week1", tmp_path / "submitted", table)
