"""The commands as a learner types them, in a copy of the kit."""

from __future__ import annotations

import json
import pkgutil
import re
import sys
import time

import pytest

from autograder import commands
from autograder.commands import group
from autograder.report import places, pointers
from conftest import Kit

RIGHT = "def softmax(x):\n    return x.exp() / x.exp().sum(-1, keepdim=True)\n"
WRONG = "def softmax(x):\n    return x.exp() / x.exp().sum()\n"


def test_check_exits_with_0_when_it_passes_1_when_not_2_for_an_unknown_name(kit: Kit) -> None:
    assert "is not started" in kit.run("check", "softmax", code=1)
    kit.write("softmax", WRONG)
    assert "does not pass yet" in kit.run("check", "softmax", code=1)
    kit.write("softmax", RIGHT)
    assert "passed" in kit.run("check", "softmax", code=0)
    assert "Did you mean softmax" in kit.run("check", "sofmax", code=2)
    assert "Did you mean check" in kit.run("chekc", code=2)
    assert kit.run("qqqq", code=2) == "There is no command called 'qqqq'.\n"
    assert kit.run("train", "qqqq", code=2) == (
        "There is no milestone called 'qqqq'. There are: training_loop, optim, data, validation.\n"
    )
    assert kit.run("check", "qqqq", code=2) == "There is no exercise called 'qqqq'. `make list` shows them all.\n"


def test_check_prints_one_json_object_for_one_name_and_a_list_for_several(kit: Kit) -> None:
    kit.write("softmax", WRONG)
    told = json.loads(kit.run("check", "softmax", "--json", code=1))
    keys = ["exercise", "section", "outcome", "points", "max_points", "probes"]
    keys += ["diagnosis", "diagnoses", "remarks", "message"]
    assert list(told) == keys
    assert (told["exercise"], told["section"], told["outcome"]) == ("softmax", "cross_entropy", "failed")
    assert told["diagnosis"]["message"] in told["message"]
    assert set(told["probes"][0]) == {"name", "passed", "points"}
    assert told["points"] == sum(probe["points"] for probe in told["probes"])
    many = json.loads(kit.run("check", "softmax", "softmax_formula", "--json", code=1))
    assert [one["exercise"] for one in many] == ["softmax", "softmax_formula"]


def test_check_grades_another_file_without_touching_the_state(kit: Kit) -> None:
    (kit.root / "mine.py").write_text(RIGHT)
    assert "passed" in kit.run("check", "softmax", "--file", "mine.py")
    assert not (kit.root / ".autograder").exists()
    assert "There is no file nowhere.py" in kit.run("check", "softmax", "--file", "nowhere.py", code=2)
    (kit.root / "bytes.py").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in kit.run("check", "softmax", "--file", "bytes.py", code=2)
    notebook = {"cells": [{"cell_type": "code", "source": ["%matplotlib inline\n", "!ls\n", RIGHT]}]}
    (kit.root / "mine.ipynb").write_text(json.dumps(notebook))
    assert "passed" in kit.run("check", "softmax", "--file", "mine.ipynb")
    (kit.root / "broken.ipynb").write_text("{")
    assert "not a notebook" in kit.run("check", "softmax", "--file", "broken.ipynb", code=2)


def test_a_syntax_error_is_said_once_with_its_line(kit: Kit) -> None:
    kit.write("softmax", "def softmax(x)\n    return x\n")
    page = kit.run("check", "--section", "cross_entropy", code=1)
    assert page.count("expected ':'") == 1
    assert "cannot be read" in page


def test_a_name_means_the_exercise_and_section_its_section(kit: Kit) -> None:
    assert json.loads(kit.run("check", "cross_entropy", "--json", code=1))["exercise"] == "cross_entropy"
    many = json.loads(kit.run("check", "--section", "cross_entropy", "--json", code=1))
    assert {one["section"] for one in many} == {"cross_entropy"}
    assert len(many) > 10
    assert "Did you mean" in kit.run("check", "--section", "cross_entrpy", code=2)


def test_hints_grow_and_end_before_the_answer(kit: Kit) -> None:
    first, second = kit.run("hint", "softmax"), kit.run("hint", "softmax")
    assert first != second
    assert "Hint 1 of" in first
    for _ in range(5):
        last = kit.run("hint", "softmax")
    assert "That was the last one" in last
    assert "give_up=1" in last
    assert "hint" not in kit.run("answer", "softmax", code=1)
    assert "make hint exercise=nll" in kit.run("answer", "nll", code=1)


def test_a_hint_without_a_name_is_for_the_exercise_where_one_is(kit: Kit) -> None:
    assert "for get_data" in kit.run("hint")
    kit.run("check", "softmax", code=1)
    assert "Hint 1 of" in kit.run("hint", "nll")
    assert "for softmax" in kit.run("hint")
    kit.write("softmax", RIGHT)
    kit.run("check", "softmax")
    assert "for why_log_softmax" in kit.run("hint", "--plain")
    assert "needs a terminal" in kit.run("predict", code=2)


def test_a_hint_first_leads_to_the_line_at_hand(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    kit.write("softmax", "def softmax(x):\n    e = x.exp()\n    s = e.sum(-1, keepdim=True)\n    return e / (s + s)\n")
    kit.run("check", "softmax", code=1)
    told = [kit.run("hint", "softmax", "--plain") for _ in range(3)]
    assert all("Hint on your answer" in page for page in told[:2]), told
    assert "line " not in told[0]
    assert re.search(r"Look at .*line \d+: ", told[1])
    assert "Hint 1 of" in told[2]
    entry = json.loads((kit.root / ".autograder" / "progress.json").read_text())["exercises"]["softmax"]
    assert (len(entry["pointers"]), entry["hints"]) == (2, 1)


def test_there_is_a_hint_for_every_kind_of_place() -> None:
    assert set(pointers.SORT_OF) == {*places.SENTENCES, "outdent", "indent"}


def test_the_answer_stays_hidden_until_the_own_one_passes(kit: Kit) -> None:
    assert "stays hidden" in kit.run("answer", "softmax", code=1)
    assert "The reference" in kit.run("answer", "softmax", "--give-up")
    kit.write("softmax", RIGHT)
    page = kit.run("answer", "softmax")
    assert "Yours" in page
    assert "The reference" in page


def test_list_shows_outcomes_and_grades_only_what_changed(kit: Kit) -> None:
    rows = json.loads(kit.run("list", "--json"))
    assert {row["outcome"] for row in rows} == {"not_started"}
    assert {"name", "section", "kind", "ids", "points", "outcome"} <= set(rows[0])
    kit.write("softmax", RIGHT)
    rows = {row["name"]: row for row in json.loads(kit.run("list", "--json"))}
    assert rows["softmax"]["outcome"] == "passed"
    assert rows["softmax_formula"]["outcome"] == "not_started"
    assert "softmax" in kit.run("list")


def test_reset_keeps_what_was_written_in_a_backup_and_names_it(kit: Kit) -> None:
    kit.write("softmax", RIGHT)
    page = kit.run("reset", "softmax", stdin="")
    backup = kit.root / page.split("What was there is in ")[1].strip()
    assert RIGHT in backup.read_text()
    assert "is not started" in kit.run("check", "softmax", code=1)
    kit.write("softmax", RIGHT)
    kit.run("reset", "--section", "cross_entropy", "--yes")
    assert len(list(backup.parent.iterdir())) == 2


def test_a_missing_file_says_how_to_bring_it_back(kit: Kit) -> None:
    (kit.root / "exercises" / "cross_entropy.py").unlink()
    assert "make reset" in kit.run("check", "softmax", code=2)
    kit.run("reset", "softmax", "--yes")
    assert "is not started" in kit.run("check", "softmax", code=1)


def test_build_leaves_what_somebody_wrote(kit: Kit) -> None:
    kit.write("softmax", RIGHT)
    path = kit.root / "exercises" / "cross_entropy.py"
    path.write_text(path.read_text().replace("def softmax_formula(xs):", "def softmax_formula(numbers):"))
    page = kit.run("build")
    assert "left as written: softmax" in page
    assert RIGHT in path.read_text()
    assert "def softmax_formula(xs):" in path.read_text()


def test_output_to_a_pipe_has_no_colour(kit: Kit) -> None:
    assert "\x1b" not in kit.run("check", "softmax", code=1)


def test_a_command_explains_itself(kit: Kit) -> None:
    page = kit.run("check", "--help", code=0)
    assert page.startswith("Usage:")
    assert "failed" not in page


def test_what_is_missing_or_misspelt_is_said_in_one_line(kit: Kit) -> None:
    assert kit.run("copy", code=2).startswith("Name a section, as in: make copy section=optim")
    assert kit.run("copy", "optim", code=2) == (
        "There is no file notebooks/optim.ipynb. `make lab` makes the notebooks.\n"
    )
    assert kit.run("hint", "softmax", "nll", code=2) == "Got unexpected extra argument (nll)\n"


def test_a_file_alone_is_checked_for_what_it_defines(kit: Kit) -> None:
    (kit.root / "mine.py").write_text(RIGHT)
    page = kit.run("check", "--file", "mine.py")
    assert page.startswith("softmax passed")
    assert "get_data" not in page
    (kit.root / "notes.py").write_text("def mine():\n    pass\n")
    assert "no exercise has the name" in kit.run("check", "--file", "notes.py", code=2)


def test_a_list_of_one_section(kit: Kit) -> None:
    page = kit.run("list", "optim")
    assert "Optimizer" in page
    assert "softmax" not in page
    assert "all [" not in page
    assert "Next    make check exercise=Optimizer" in page
    assert "Did you mean optim" in kit.run("list", "optm", code=2)


def test_the_answer_without_a_name_is_that_of_the_exercise_checked_last(kit: Kit) -> None:
    kit.write("nll", "def nll(log_probs, target):\n    return -log_probs[range(len(target)), target].mean()\n")
    kit.run("check", "nll")
    assert "range(len(target))" in kit.run("answer")
    assert "softmax does not pass yet" in kit.run("answer", "softmax", code=1)


def test_a_stub_need_not_be_made_one_again(kit: Kit) -> None:
    assert kit.run("reset", "softmax") == "softmax is a stub already in exercises/cross_entropy.py.\n"
    assert not (kit.root / ".autograder" / "backups").exists()
    kit.write("softmax", WRONG)
    assert "is a stub again" in kit.run("reset", "softmax")
    assert "is a stub already" in kit.run("reset", "softmax")


def test_what_takes_a_second_says_so_where_somebody_looks_and_takes_the_words_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(group, "IN_SILENCE", 0.01)
    for looks, wanted in ((True, True), (False, True), (True, False)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda looks=looks: looks)
        with group.told_to_wait("Checking nll", wanted):
            time.sleep(0.2)
        assert capsys.readouterr() == ("", "Checking nll ...\r\x1b[K" if looks and wanted else "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(group, "IN_SILENCE", 60)
    with group.told_to_wait("Checking nll"):
        pass
    assert capsys.readouterr() == ("", "")


def test_the_help_has_what_learners_need_first_and_each_command_once(kit: Kit) -> None:
    page = kit.run("--help", code=0)
    learn, teach, write = page.index("To learn:"), page.index("To teach:"), page.index("To write exercises:")
    assert learn < page.index("\n  check ") < teach < page.index("\n  grade ") < write < page.index("\n  matrix ")
    known = [module.name for module in pkgutil.iter_modules(commands.__path__) if module.name != "group"]
    assert sorted(re.findall(r"^  ([a-z]+) ", page, re.MULTILINE)) == sorted(known)
