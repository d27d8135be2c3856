"""The report on a class of eight, of whom it is known who made which mistake."""

from __future__ import annotations

import ast
import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import started
from course import ASSIGNMENT, Course, answered
from markupsafe import escape

import autograder.classroom
from autograder import lesson, places, source
from autograder.authoring import slips, variants
from autograder.classroom import items, ready, summary
from autograder.classroom.intake import Handed, Intake, Notice
from autograder.classroom.kept import Paper
from autograder.classroom.plan import NoAssignment
from autograder.classroom.seen import Seen
from autograder.process import sandbox
from autograder.repair.rights import renamed
from autograder.report import class_page
from autograder.report.places import in_a_line

SECTION = "cross_entropy"
#: Names that a page, a terminal or a spreadsheet could take for something to do.
HOSTILE, FORMULA = "<img src=x onerror=alert(1)>", "=1+1"
COLUMNS = "def softmax(x):\n    # <script>alert(2)</script>\n    return x.exp() / x.exp().sum(0, keepdim=True)\n"
ODD = "def softmax(x):\n    exps = x.exp()\n    return exps / (exps.sum(-1, keepdim=True) + 0.37)\n"


def command(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return started.run("autograder", words, course.folder, environment)


def written(course: Course, name: str = ASSIGNMENT) -> str:
    """The page that was written, its names without what isolates them."""
    page = (course.folder / "reports" / f"{name}.html").read_text(encoding="utf-8")
    return re.sub("</?bdi>", "", page)


def believes(*letters: str) -> str:
    return f"def why_softmax():\n    return {set(letters)!r}\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    try:
        sandbox.require(sandbox.layers())
    except sandbox.SandboxUnavailable as error:
        pytest.skip(str(error))
    made = Course(tmp_path_factory.mktemp("class"), [SECTION])
    made.release()
    released = made.released(SECTION)
    right = {name: answer.text for name, answer in source.answers(SECTION).items()}
    for student, changed in {
        "ann": {},
        HOSTILE: {"softmax": COLUMNS},
        FORMULA: {"softmax": COLUMNS, "why_softmax": believes("a", "b", "d")},
        "dan": {"softmax": COLUMNS, "why_softmax": believes("a", "b", "d", "f")},
        "eve": {"softmax": ODD},
        "fay": {"softmax": ODD.replace("exp()", "exp( )")},
    }.items():
        made.submit(student, SECTION, answered(released, right | changed))
    made.submit("gus", SECTION, released)
    made.submit("ivo", SECTION, b"not a notebook")
    with made._gradebook() as gradebook:
        gradebook.update_or_create_student("hal")
    return made


@pytest.fixture(scope="module")
def graded(course: Course) -> str:
    """What `make grade` printed."""
    early = command(course, "report")
    assert early.returncode == 2
    assert "There are no results" in early.stderr
    assert f"make grade assignment={ASSIGNMENT}" in early.stderr
    done = command(course, "grade", ASSIGNMENT)
    assert done.returncode == 1, done.stderr  # ivo's file cannot be read
    return done.stdout


@pytest.fixture(scope="module")
def report(course: Course, graded: str) -> dict[str, Any]:
    return json.loads(command(course, "report", ASSIGNMENT, "--json").stdout)


def exercise(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in report["exercises"] if row["name"] == name)


def test_every_student_is_counted_once_and_who_is_not_graded_is_named(report: dict[str, Any]) -> None:
    assert (report["assignment"], report["students"], report["missing"]) == (ASSIGNMENT, 7, 1)
    assert max(report["scores"]) == report["max_score"] == sum(e.points for e in lesson.load(SECTION).values())
    assert min(report["scores"]) == 0
    assert {one["student"] for one in report["not_graded"]} == {"hal", "ivo"}
    softmax = exercise(report, "softmax")
    assert (softmax["passed"], softmax["failed"], softmax["not_started"]) == (1, 5, 1)
    assert all(e["passed"] + e["failed"] + e["not_started"] == 7 for e in report["exercises"])
    assert [e["name"] for e in report["exercises"]] == lesson.names(SECTION)


def test_each_mistake_is_found_with_its_count_and_in_words(report: dict[str, Any]) -> None:
    (found,) = exercise(report, "softmax")["mistakes"]
    assert (found["mistake"], found["students"]) == ("over_the_first_dimension", 3)
    assert found["message"] == lesson.find("softmax").mistakes["over_the_first_dimension"].message
    assert sorted(found["who"]) == sorted([HOSTILE, FORMULA, "dan"])
    assert found["example"] == COLUMNS
    checks = {check["name"]: check["failed"] for check in exercise(report, "softmax")["checks"]}
    assert (checks["normalises_each_row"], checks["works_on_a_single_row"]) == (5, 2)


def test_answers_that_fail_alike_without_a_known_mistake_are_one_group(report: dict[str, Any]) -> None:
    (group,) = exercise(report, "softmax")["alike"]
    assert (group["students"], group["who"]) == (2, ["eve", "fay"])
    assert "works on a single row" in group["observation"]


def test_a_group_that_fails_alike_has_its_slip_ready_for_the_author(report: dict[str, Any]) -> None:
    (group,) = exercise(report, "softmax")["alike"]
    assert group["example"] == ODD
    head, *rest = group["slip"].splitlines()
    assert rest == ["def name():", '    """What the code does, and where to look."""']
    old, new = ast.literal_eval(head.removeprefix("@softmax.slip"))
    reference = variants.tree(lesson.find("softmax"), "")[0]
    (made,) = slips.change(old, new).apply(ast.Module([reference], [])).body
    assert ast.unparse(made) == ODD.strip()


@pytest.mark.parametrize("name", ["softmax", "fit_layers", "DataLoader"])
def test_a_ready_slip_makes_the_very_answer(name: str) -> None:
    """Known mistakes stand for what a class may write."""
    found = lesson.find(name)
    told = 0
    for mistake in found.mistakes:
        tree = copy.deepcopy(variants.tree(found, mistake)[0])
        tree.name = name
        text = ready.slip(found, ast.unparse(tree))
        if text:
            told += 1
            declared = text.partition(f"@{name}.slip")[2].partition("\n")[0]
            edit, of = eval(f"read{declared}", {**vars(slips), "read": _read})
            made = edit.apply(copy.deepcopy(variants.tree(found, of)[0]))
            made.name = name
            assert ast.dump(renamed(tree, made)) == ast.dump(made)
    assert told > len(found.mistakes) / 2


def _read(*edits: Any, of: str = "") -> tuple[slips.Edit, str]:
    return (slips.change(*edits) if len(edits) == 2 else edits[0]), of


@pytest.mark.parametrize(
    "cell",
    [
        "def softmax(x):\n    return helper(x.exp() / x.exp().sum(-1, keepdim=True))",
        "exp = 3\ndef softmax(x):\n    exps = x.exp()\n    return exps / exps.sum(0, keepdim=True)",
        "def softmax(x):\n    a = x.max()\n    b = x - a\n    return b.log() * 3",
        "def softmax(x):\n    return " + "1 + " * 3000 + "x",
        "def softmax(x):\n    return (",
        "",
    ],
    ids=["a helper of theirs", "more than the answer", "another program", "far too deep", "no Python", "nothing"],
)
def test_there_is_no_ready_slip_where_it_would_be_a_guess(cell: str) -> None:
    assert ready.slip(lesson.find("softmax"), cell) == ""


def test_who_has_written_what_nobody_has_read_waits_for_a_reader(course: Course, report: dict[str, Any]) -> None:
    assert report["waiting"] == 0
    with course._gradebook() as gradebook:
        for student, wait in {"ann": [0, 1], "dan": [0]}.items():
            (notebook,) = gradebook.find_submission(ASSIGNMENT, student).notebooks
            for number in wait:
                notebook.grades[number].needs_manual_grade = True
        gradebook.db.commit()
    assert json.loads(command(course, "report", "--json").stdout)["waiting"] == 2
    assert command(course, "report").returncode == 0
    page = (course.folder / "reports" / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert "<dt>wait for a reader</dt><dd>2</dd>" in page
    with course._gradebook() as gradebook:
        for student in ("ann", "dan"):
            (notebook,) = gradebook.find_submission(ASSIGNMENT, student).notebooks
            for grade in notebook.grades:
                grade.needs_manual_grade = False
        gradebook.db.commit()


def test_sections_are_passed_by_who_passed_every_exercise(report: dict[str, Any]) -> None:
    assert report["sections"] == [{"name": SECTION, "exercises": len(lesson.names(SECTION)), "passed": 1}]


def test_who_went_on_to_the_end_with_few_points_may_need_help() -> None:
    told = {"outcome": "failed", "share": 0.4, "probes": [], "diagnosis": None}
    passed, nothing = told | {"outcome": "passed", "share": 1.0}, told | {"outcome": "not_started", "share": 0.0}
    papers = [
        Paper(name, Path(), dict(zip("abcd", results, strict=True)))
        for name, results in {"ann": [told] * 4, "ben": [passed] * 4, "cat": [told, told, nothing, nothing]}.items()
    ]
    assert summary._help(papers, dict.fromkeys("abcd", 2.0)) == [
        {"student": "ann", "why": ["went on to the end, and earned less than half of the points"], "score": 3.2},
        {"student": "cat", "why": ["started nothing in the second half"], "score": 1.6},
    ]


def test_results_by_other_rules_are_not_said_to_be_none_at_all(tmp_path: Path) -> None:
    seen, file = Seen(tmp_path, "week1", "rules"), tmp_path / "a.ipynb"
    file.write_text("one")
    for noted, says in (
        (False, "There are no results of week1 yet"),
        (True, "before the kit, points or dates"),
    ):
        if noted:
            seen.note(file, tmp_path / "kept.json")
        seen.save()
        plan: Any = SimpleNamespace(assignment="week1", seen=Seen(tmp_path, "week1", "others"), notebooks={})
        plan.course, plan.intake = tmp_path, lambda known: Intake([Handed("ann", tmp_path)])
        with pytest.raises(NoAssignment, match=f"{says}.*: make grade assignment=week1$"):
            summary.of_plan(plan)


def test_failed_by_most_are_three_and_who_is_level_with_the_third() -> None:
    failed = {"a": 2, "b": 5, "c": 4, "d": 3, "e": 0, "f": 3}
    told = class_page._most([{"name": name, "failed": count} for name, count in failed.items()])
    assert [row["name"] for row in told] == ["b", "c", "d", "f"]
    assert class_page._most([{"name": "e", "failed": 0}]) == []


def test_who_has_several_files_that_are_not_graded_is_counted_once() -> None:
    told = {"outcome": "failed"}
    papers = [Paper("ann", Path(), {"a": told}), Paper("ben", Path(), {"a": told, "b": None})]
    kinds = {"ann": "other file", "ben": "unreadable", "cat": "unreadable", "dan": "missing"}
    notices = [Notice(name, kind, "why", "what to do") for name, kind in kinds.items() for _ in range(2)]
    assert summary._stuck(papers, notices) == {"ben", "cat"}


def test_a_file_that_was_collected_once_more_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, file, place = Seen(tmp_path, "week1", "rules"), tmp_path / "a.ipynb", tmp_path / "kept.json"
    file.write_text("one")
    seen.note(file, place)
    os.utime(file, (1, 1))
    assert seen.place(file) == place
    with monkeypatch.context() as patch:
        patch.delattr("autograder.classroom.seen._digest")
        assert seen.place(file) == place
    file.write_text("two")
    assert seen.place(file) is None


def test_statements_that_were_believed_are_told_in_per_cent(report: dict[str, Any]) -> None:
    told = {row["statement"]: row for row in exercise(report, "why_softmax")["statements"]}
    assert (told["a"]["believed"], told["a"]["true"], told["a"]["wrong"]) == (33, False, 2)
    assert (told["f"]["believed"], told["f"]["true"], told["f"]["wrong"]) == (83, True, 1)
    assert told["f"]["text"].endswith("the probability of every other class falls.")


def test_the_end_of_grading_says_what_stands_out(graded: str) -> None:
    assert "softmax: 3 of 7 made the same mistake." in graded
    assert "More: make report" in graded


def test_the_same_is_a_table_for_pandas(
    course: Course, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    table = autograder.classroom.report(ASSIGNMENT, course.folder)
    assert set(table.student) == {"ann", HOSTILE, f"'{FORMULA}", "dan", "eve", "fay", "gus", "hal", "ivo"}
    softmax = table[table.exercise == "softmax"].set_index("student")
    assert softmax.outcome["ann"] == "passed"
    assert (softmax.outcome["hal"], softmax.outcome["ivo"]) == ("missing", "not_graded")
    assert softmax.points.isna().sum() == 2
    assert softmax.mistake.value_counts()["over_the_first_dimension"] == 3
    assert sorted(table.groupby("student").points.sum(min_count=1).dropna()) == sorted(report["scores"])
    monkeypatch.chdir(course.folder)
    guide = (places.KIT / "docs" / "instructors.md").read_text(encoding="utf-8")
    lines = re.search(r"```python\n(from autograder import classroom.*?)```", guide, re.DOTALL)
    assert lines
    hard, believed, stopped = (eval(line, {"table": table}) for line in lines[1].splitlines()[-3:])
    assert 0 < hard["softmax"] < 1
    assert believed["softmax", "over_the_first_dimension"] == 3
    assert list(stopped.index) == ["gus"]
    anonymous = autograder.classroom.report(ASSIGNMENT, course.folder, anonymous=True)
    assert set(anonymous.student) == set(map(str, range(1, 10)))
    with pytest.raises(RuntimeError, match="Did you mean"):
        autograder.classroom.report("minibatch", course.folder)


def test_a_report_sees_what_was_handed_in_after_grading(course: Course, report: dict[str, Any]) -> None:
    path = course.folder / "submitted" / "eve" / ASSIGNMENT / f"{SECTION}.ipynb"
    before, times = path.read_bytes(), path.stat()
    path.write_bytes(before.replace(b"0.37", b"0.38"))
    told = json.loads(command(course, "report", "--json").stdout)
    assert [one["why"] for one in told["not_graded"] if one["student"] == "eve"] == [f"{SECTION} is not graded yet"]
    path.write_bytes(before)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert json.loads(command(course, "report", "--json").stdout) == report


def test_an_anonymous_report_has_no_name_and_no_text_of_a_student(course: Course, report: dict[str, Any]) -> None:
    told = command(course, "report", ASSIGNMENT, "--json", "--anonymous").stdout
    for name in (HOSTILE, FORMULA, '"ann"', '"hal"', '"ivo"', "0.37", "script"):
        assert name not in told
    anonymous = json.loads(told)
    assert anonymous["scores"] == sorted(report["scores"])
    assert exercise(anonymous, "softmax")["mistakes"][0]["students"] == 3
    assert anonymous["help"] == [one | {"student": "", "score": None} for one in report["help"]]


def test_the_page_says_it_all_and_nothing_in_it_runs_or_is_fetched(course: Course, graded: str) -> None:
    done = command(course, "report")
    assert "reports/minibatch_training.html" in done.stdout
    assert lesson.find("softmax").mistakes["over_the_first_dimension"].message in done.stdout
    page = written(course)
    assert "<strong>3 of 7</strong>" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page
    assert not [tag for tag in ("<script", "<img", "<link", 'src="', "http:", "https:") if tag in page]
    assert "hal</strong>: handed in nothing" in page
    assert re.search(r"JSON is broken \([^)]*\)\)\. Ask for the file again\.", page)
    assert "<dt>of 9 handed in</dt><dd>8</dd>" in page
    assert "<dt>graded</dt><dd>7</dd>" in page
    assert '<a href="#not-graded">not graded yet, or in part</a></dt><dd>1</dd>' in page
    assert '<a href="#not-graded">handed in nothing</a></dt><dd>1</dd>' in page
    assert "<dt>wait for a reader</dt><dd>0</dd>" in page
    assert "<strong>1</strong> started nothing: gus (0)" in page
    text = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"33 % +\(2\) believe, +in +why_softmax : It can change which class .*? \(false\)", text)
    assert re.search(r"17 % +\(1\) do not believe, +in +why_softmax : If one score of a row rises .*? \(true\)", text)
    assert 'Failed by the most students: <a href="#softmax">softmax</a> (5 of 6 who started it, 83 %)' in page
    assert re.search(r"not agree most often: +“normalises each row” in +softmax +\(5\)", text)
    assert '<strong>1</strong> <a href="#not-graded">handed in nothing</a>: hal</li>' in page
    assert re.search(
        r"2 of 7 , in +softmax : other values in “normalises each row”.*?teach it to the kit",
        text,
    )
    assert '<td class="number of">1 of 7</td>' in page
    assert "@softmax.slip(&#34;" in page
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r' href="#([^"]+)"', page)) <= ids
    told = json.loads((course.folder / "reports" / f"{ASSIGNMENT}.json").read_text(encoding="utf-8"))
    assert told["students"] == 7
    assert f"reports/{ASSIGNMENT}-anonymous.html" in command(course, "report", "--anonymous").stdout
    assert written(course) == page, "the report with names is still there"
    page = written(course, f"{ASSIGNMENT}-anonymous")
    assert f"{ASSIGNMENT}-anonymous.csv" in page
    assert "<strong>3 of 7</strong>" in page
    assert "<strong>1</strong> started nothing</li>" in page
    assert "handed in nothing</a></li>" in page
    assert not [text for text in ("onerror", FORMULA, "alert(2)", "ivo", "0.37") if text in page]


def test_before_and_after_for_who_handed_in_again(course: Course, report: dict[str, Any]) -> None:
    assert report["again"] == {"students": 0, "who": [], "went": [], "stayed": []}
    right = {name: answer.text for name, answer in source.answers(SECTION).items()}
    course.submit("dan", SECTION, answered(course.released(SECTION), right))
    course.submit(FORMULA, SECTION, answered(course.released(SECTION), right | {"softmax": COLUMNS, "nll": "x = 1"}))
    assert command(course, "grade", ASSIGNMENT).returncode == 1
    told = json.loads(command(course, "report", "--json").stdout)["again"]
    over = {"exercise": "softmax", "mistake": "over_the_first_dimension", "students": 1}
    assert told["who"] == [FORMULA, "dan"]
    assert told["went"] == [over | {"passed": 1, "who": ["dan"]}]
    assert told["stayed"] == [over | {"passed": 0, "who": [FORMULA]}]
    command(course, "report")
    page = written(course)
    assert "<strong>2</strong> handed in again: =1+1, dan." in page
    made = 'in <a href="#softmax">softmax</a> (“over the first dimension”)'
    assert f"<strong>1 went</strong> (all of these answers pass now): 1 {made}" in page
    assert "<li>dan: <strong>went</strong> softmax (“over the first dimension”)</li>" in re.sub("</?a[^>]*>", "", page)
    anonymous = json.loads(command(course, "report", "--json", "--anonymous").stdout)["again"]
    assert anonymous == {"students": 2, "went": [over | {"passed": 1}], "stayed": [over | {"passed": 0}]}


def test_a_name_from_right_to_left_turns_nothing_around_it(report: dict[str, Any]) -> None:
    told = copy.deepcopy(report)
    for one in (*told["help"], *told["not_graded"]):
        one["student"] = "محمد"
    row = exercise(told, "softmax")
    row["mistakes"][0]["who"] = told["again"]["who"] = ["محمد"]
    text = class_page.page(told)
    assert text.count("محمد") == text.count("<bdi>محمد</bdi>") > 3


def test_what_came_again_and_is_not_graded_yet_or_fails_otherwise_is_not_said_to_be_mended() -> None:
    made: Any = {"outcome": "failed", "diagnosis": {"mistake": "slip"}}
    other: Any = {"outcome": "failed", "diagnosis": None}
    papers = [
        Paper(who, Path(), {"nll": now}, before={"nll": made}) for who, now in {"ann": None, "ben": other}.items()
    ]
    went = [{"exercise": "nll", "mistake": "slip", "students": 1, "passed": 0, "who": ["ben"]}]
    assert summary._again(papers, False) == {"students": 2, "who": ["ann", "ben"], "went": went, "stayed": []}


def test_answers_that_the_same_repair_mends_are_one_group_whatever_was_seen(course: Course, graded: str) -> None:
    right = {name: answer.text for name, answer in source.answers(SECTION).items()}
    double = "more = torch.tensor([0.37], dtype=torch.float64)\n" + ODD.replace("exps", "e").replace("0.37", "more")
    course.submit("gus", SECTION, answered(course.released(SECTION), right | {"softmax": double}))
    command(course, "grade", ASSIGNMENT)

    def groups() -> list[dict[str, Any]]:
        return exercise(json.loads(command(course, "report", "--json").stdout), "softmax")["alike"]

    assert [(group["who"], "repair" in group) for group in groups()] == [(["eve", "fay"], False), (["gus"], False)]
    for student in ("eve", "gus"):
        course.nbgrader("generate_feedback", ASSIGNMENT, "--student", student)
    group, rest = groups()
    assert (group["who"], group["repair"]) == (["eve", "gus"], in_a_line("operand_extra"))
    assert group["lines"] == [3]
    assert rest["who"] == ["fay"], "for whom no lines have been looked for"
    command(course, "report")
    page = (course.folder / "reports" / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert group["repair"] in page.partition("What went wrong")[0]
    line = escape(group["example"].split("\n")[2].strip())
    assert f'<pre class="line"><mark>{line}</mark></pre>' in page.partition("What went wrong")[0], (
        "at the beginning too"
    )


def test_a_question_that_does_not_tell_the_strong_from_the_weak_is_told_with_what_to_do(report: dict[str, Any]) -> None:
    told = copy.deepcopy(report)
    nll, softmax = exercise(told, "nll"), exercise(told, "softmax")
    nll |= {"passed": 7, "failed": 0, "not_started": 0}
    softmax |= {"discrimination": -0.06, "out_of_bounds": ["discrimination", "point_biserial"]}
    text = re.sub(r"<[^>]+>", "", class_page.page(told))
    assert re.search(
        r"by point-biserial, in: softmax \(-0\.06\)\.\n.*Read these questions again",
        text,
    )
    assert "Everybody passed: nll. " in text


def test_an_assignment_that_nobody_released_is_an_error(course: Course) -> None:
    done = command(course, "report", "minibatch")
    assert done.returncode == 2
    assert f"Did you mean {ASSIGNMENT}?" in done.stderr


def test_items_are_analysed_in_the_usual_terms() -> None:
    """Six students; the second question is passed by the weak alone, and one answer to the third is not graded."""
    shares = np.array([[1, 0, 1], [1, 0, 1], [1, 0, 0.5], [0, 1, 0.5], [0, 1, 0], [0, 1, np.nan]], dtype=float)
    parting, reversed_, third = items.analyse(shares, np.array([1.0, 1.0, 4.0]))
    assert parting["difficulty"] == 0.5
    strong, _ = items.analyse(np.array([[1, 1], [1, 1], [0, 0], [0, 0]], dtype=float), np.ones(2))
    assert (strong["discrimination"], strong["point_biserial"], strong["out_of_bounds"]) == (1.0, 1.0, [])
    assert parting["point_biserial"] == pytest.approx(
        np.corrcoef([1, 1, 1, 0, 0, 0], [0.8, 0.8, 0.4, 0.6, 0.2, 1])[0, 1], abs=1e-3
    )
    assert reversed_["discrimination"] == -1.0
    assert "discrimination" in reversed_["out_of_bounds"]
    assert third["difficulty"] == 0.6
    (alone,) = items.analyse(np.ones((4, 1)), np.array([2.0]))
    assert (alone["discrimination"], alone["point_biserial"], alone["out_of_bounds"]) == (None, None, ["difficulty"])
