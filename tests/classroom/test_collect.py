"""A platform's zip, in each platform's names: made here, in the shape that their downloads have."""

from __future__ import annotations

import errno
import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.classroom import collect as collecting
from autograder.classroom import rosters
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
    "folder": (
        ["all/ada/optim.ipynb", "all/ben/hw/optim.ipynb", "all/ben/optim.ipynb", "all/readme.ipynb"],
        "Plain zip",
        {"ada/week1/optim.ipynb", "ben/week1/optim.ipynb"},
        "another of this name is taken for this student",
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


def test_a_zip_of_which_nothing_is_taken_says_what_a_plain_one_holds(tmp_path: Path) -> None:
    found = collect(made(tmp_path / "all.zip", ["optim.ipynb"]), "week1", tmp_path / "submitted")
    assert found.left == [("optim.ipynb", "its name does not tell whose it is")]
    assert found.lines()[-1].endswith("In one of no platform each student has a folder: ada/setup.ipynb")


@pytest.mark.parametrize(("known", "student"), [((), "ada"), (("ada",), "ada"), (("hw",), "hw")])
def test_one_students_folder_is_not_taken_for_one_around_all(
    known: tuple[str, ...], student: str, tmp_path: Path
) -> None:
    zipped = made(tmp_path / "all.zip", ["ada/hw/optim.ipynb"])
    assert list(collect(zipped, "week1", tmp_path / "submitted", known=known).taken) == [student]


def test_the_later_upload_counts(tmp_path: Path) -> None:
    collect(made(tmp_path / "all.zip", ZIPS["canvas"][0]), "week1", tmp_path / "submitted")
    kept = tmp_path / "submitted" / "lovelaceada_12345" / "week1" / "optim.ipynb"
    assert kept.read_text() == "lovelaceada_12345_998899_optim-1.ipynb"


@pytest.fixture
def in_kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_kolkata")
def test_a_table_of_times_says_who_is_late_by_the_clock_of_this_machine(tmp_path: Path) -> None:
    table = tmp_path / "times.csv"
    table.write_text(
        "student,time\nada,2026-10-31 18:00\nben,2026-10-31 18:00 UTC\nzoe,2026-10-31 18:00\n", "utf-8-sig"
    )
    found = collect(made(tmp_path / "all.zip", ZIPS["plain"][0]), "week1", tmp_path / "submitted", table)
    told = {who: (tmp_path / f"submitted/{who}/week1/timestamp.txt").read_text() for who in ("ada", "ben")}
    assert told == {"ada": "2026-10-31 12:30:00 UTC\n", "ben": "2026-10-31 18:00:00 UTC\n"}
    assert ("zoe", "is in the table of times and not in the zip") in found.left


@pytest.mark.usefixtures("in_kolkata")
def test_moodles_worksheet_is_a_table_of_times(tmp_path: Path) -> None:
    table = tmp_path / "worksheet.csv"
    table.write_text(
        "Identifier,Full name,Last modified (submission)\n"
        'Participant 12345,Ada Lovelace,"Monday, 7 September 2026, 12:00 PM"\nParticipant 777,Ben Ali,-\n'
    )
    collect(made(tmp_path / "all.zip", ZIPS["moodle"][0]), "week1", tmp_path / "submitted", table)
    assert [path.read_text() for path in tmp_path.glob("submitted/*/*/timestamp.txt")] == ["2026-09-07 06:30:00 UTC\n"]


@pytest.mark.parametrize("platform", ["moodle", "canvas", "plain"])
def test_students_are_called_as_in_the_roster(platform: str, tmp_path: Path) -> None:
    rosters_of = {
        "moodle": "Identifier,Full name\nParticipant 12345,Ada Lovelace\nParticipant 777,Ben Ali\n",
        "canvas": 'Student,ID\n"Lovelace, Ada Augusta",12345\n"Ali, Ben",777\n',
        "plain": "id\nAda\nBen\nEve\n",
    }
    (tmp_path / "roster.csv").write_text(rosters_of[platform])
    known = [student["id"] for student in rosters.read(tmp_path / "roster.csv").enrolled()]
    zipped = made(tmp_path / "all.zip", ZIPS[platform][0])
    assert sorted(collect(zipped, "week1", tmp_path / "submitted", known=known).taken) == sorted(known)


def test_what_is_handed_in_later_without_a_time_does_not_keep_the_time_of_before(tmp_path: Path) -> None:
    table = tmp_path / "times.csv"
    table.write_text("student,time\nlovelaceada_12345,2026-10-31 18:00\n")
    first = made(tmp_path / "first.zip", ["lovelaceada_12345_1_optim.ipynb"])
    stamp = tmp_path / "submitted" / "lovelaceada_12345" / "week1" / "timestamp.txt"
    collect(first, "week1", tmp_path / "submitted", table)
    collect(first, "week1", tmp_path / "submitted")
    assert stamp.exists(), "nothing is new"
    found = collect(made(tmp_path / "then.zip", ["lovelaceada_LATE_12345_2_optim-1.ipynb"]), "week1", stamp.parents[2])
    assert not stamp.exists()
    assert "Canvas calls late: lovelaceada_12345." in found.lines()
    collect(made(tmp_path / "more.zip", ["lovelaceada_12345_3_setup.ipynb"]), "week1", stamp.parents[2])
    kept = json.loads((tmp_path / ".autograder" / "collected-week1.json").read_text())["members"]
    assert sorted(kept["lovelaceada_12345"]) == ["optim", "setup"], "whose feedback goes back under these names"


def test_the_notebooks_of_a_zip_that_was_handed_in_are_taken(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as inner:
        for name in ("hw/optim.ipynb", "hw/.ipynb_checkpoints/optim.ipynb", "../../eve/setup.ipynb", "hw/notes.txt"):
            inner.writestr(name, name)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("Ada Lovelace_12345_assignsubmission_file_/hw.zip", packed.getvalue())
        archive.writestr("Ben Ali_777_assignsubmission_file_/hw.zip", b"no zip")
    found = collect(tmp_path / "all.zip", "week1", tmp_path / "submitted")
    assert {path.name: path.read_text() for path in tmp_path.glob("submitted/ada_lovelace_12345/week1/*")} == {
        "optim.ipynb": "hw/optim.ipynb",
        "setup.ipynb": "../../eve/setup.ipynb",
    }
    notes, ben = found.left
    assert notes == ("Ada Lovelace_12345_assignsubmission_file_/hw.zip: hw/notes.txt", "no notebook")
    assert ben[1].startswith("a zip that cannot be read")


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


def test_a_full_disk_is_not_the_zips_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(collecting, "_put", full)
    with pytest.raises(CannotCollect, match="The disk is full"):
        collect(made(tmp_path / "all.zip", ZIPS["plain"][0]), "week1", tmp_path / "submitted")


def test_a_time_that_is_none_names_its_line(tmp_path: Path) -> None:
    table = tmp_path / "times.csv"
    table.write_text("student,time\nada,gestern\n")
    with pytest.raises(CannotCollect, match="line 2: 'gestern' is no time"):
        collect(made(tmp_path / "all.zip", ZIPS["plain"][0]), "week1", tmp_path / "submitted", table)
