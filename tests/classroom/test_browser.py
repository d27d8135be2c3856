"""The course in a real browser: a student in JupyterLab with the released files alone, an instructor in formgrader, and
somebody who learns alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browser
import pytest
import started
from course import ASSIGNMENT, Course, answered
from nbgrader.api import Gradebook

from autograder import lesson, source
from autograder.notebooks import wheel
from autograder.places import KIT as ROOT
from conftest import Kit

SECTION = "cross_entropy"
STUDENT = "ada"
PICTURES = ROOT / ".pytest_cache" / "screenshots"
COLUMNS = "def softmax(x):\n    exps = x.exp()\n    return exps / exps.sum(0, keepdim=True)"
RIGHT = COLUMNS.replace("sum(0", "sum(-1")
UNDIVIDED = "def softmax_formula(xs):\n    return [math.exp(x) for x in xs]"
#: How the ids of the cells begin that are used.
KEPT = ("imports", "progress", "nll-", "softmax-", "softmax_formula-", "why_softmax-")
LETTERS = 'def why_softmax():\n    return {"b", "d", "f"}'
WORDS = "It makes a distribution out of scores, and **exp** keeps their order."
COMMENT = "Which loss needs that?"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing()),
]

Seen = dict[str, str]


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser.browser() as made:
        yield made


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"), [SECTION])
    made.release()
    return made


@pytest.fixture(scope="module")
def server(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Server]:
    """The instructor's, in the course's folder."""
    command = [started.python(), "-m", "jupyter_server"]
    with browser.lab(course.folder, tmp_path_factory.mktemp("instructor") / "server", command) as made:
        yield made


def _with_few_cells(path: Path, notebook: dict[str, Any]) -> dict[str, int]:
    """Leave out the cells that are not used, since a browser draws all of them; where the others are, by id."""
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"].startswith(KEPT)]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return {cell["id"]: number for number, cell in enumerate(notebook["cells"])}


@pytest.fixture(scope="module")
def student(course: Course, opened: Any, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What a student sees, who has the released folder, installs the wheel in it, answers and hands in."""
    home = tmp_path_factory.mktemp("student")
    desk = home / "desk"
    shutil.copytree(course.folder / "release" / ASSIGNMENT, desk)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*pip, "--target", home / "installed", desk / wheel.NAME], check=True)
    at = _with_few_cells(desk / f"{SECTION}.ipynb", course.released(SECTION))
    cells = json.loads((desk / f"{SECTION}.ipynb").read_text())["cells"]
    at |= {c["metadata"]["nbgrader"]["grade_id"]: n for n, c in enumerate(cells) if "nbgrader" in c["metadata"]}
    seen = {}
    with (
        browser.lab(desk, home / "server", PYTHONPATH=str(home / "installed")) as server,
        browser.page(opened, PICTURES / "student") as page,
    ):
        notebook = browser.Notebook(page, server, f"{SECTION}.ipynb")
        notebook.run(at["imports"])

        def answer(name: str, text: str) -> str:
            notebook.write(at[f"{name}-answer"], text)
            notebook.run(at[f"{name}-answer"])
            return notebook.run(at[name]).inner_html()

        notebook.run(at["nll-answer"])
        seen["untouched"] = notebook.run(at["nll"]).inner_html()
        seen["wrong"] = answer("softmax", COLUMNS)
        seen["right"] = answer("softmax", RIGHT)
        seen["letters"] = answer("why_softmax", LETTERS)
        seen["undivided"] = answer("softmax_formula", UNDIVIDED)
        notebook.write(at["why_softmax-words"], WORDS)
        notebook.run(at["why_softmax-words"])
        seen["words"] = notebook.cells.nth(at["why_softmax-words"]).inner_html()
        saved = notebook.save(desk / f"{SECTION}.ipynb")
        loop = source.answers("modules")["fit_parameters"].text
        notebook.write(at["nll-answer"], f"{loop}\ncheck(fit_parameters)")
        seen["drawn"] = notebook.run(at["nll-answer"]).inner_html()
    seen["saved"] = "".join(saved["cells"][at["softmax-answer"]]["source"])
    course.submit(STUDENT, SECTION, (desk / f"{SECTION}.ipynb").read_bytes())
    return seen


@pytest.fixture(scope="module")
def instructor(student: Seen, course: Course, opened: Any, server: browser.Server) -> Seen:
    """What an instructor sees in formgrader, who autogrades, grades words by hand and gives feedback back."""
    seen = {}
    with browser.page(opened, PICTURES / "instructor") as page:
        formgrader = f"{server.address()}/formgrader"
        dialog = page.locator("#success-modal, #error-modal")
        server.enter(page, "formgrader/manage_assignments")
        page.get_by_role("link", name=ASSIGNMENT).wait_for()
        page.goto(f"{formgrader}/manage_submissions/{ASSIGNMENT}")
        page.locator(".autograde a").click()
        seen["autograded"] = dialog.inner_text()

        page.goto(f"{formgrader}/gradebook")
        for link in (ASSIGNMENT, SECTION, "Submission #1"):
            page.get_by_role("link", name=link).click()
        score = page.locator("input#why_softmax-words")
        score.wait_for()
        page.wait_for_function("document.querySelector('#softmax')?.placeholder")  # scores come after the page
        for name in ("softmax", "softmax_formula", "nll"):
            seen[name] = page.locator(f"input#{name}").get_attribute("placeholder")
        seen["form"] = page.locator("body").inner_text()
        score.scroll_into_view_if_needed()
        with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
            score.fill("2")
            score.press("Tab")
        comment = page.locator("textarea#why_softmax-words-comment")
        with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.request.method == "PUT"):
            comment.fill(COMMENT)
            comment.press("Tab")

        page.goto(f"{formgrader}/manage_submissions/{ASSIGNMENT}")
        page.locator(".generate-feedback a").click()
        seen["feedback generated"] = dialog.inner_text()
        page.goto((course.folder / "feedback" / STUDENT / ASSIGNMENT / f"{SECTION}.html").as_uri())
        seen["feedback"] = page.locator("body").inner_text()
    return seen


def test_a_wrong_answer_shows_its_checks_and_the_smallest_case_as_a_table(student: Seen) -> None:
    assert "nll is not started" in student["untouched"]
    assert re.search("softmax does not pass yet: . of 4 checks agree", student["wrong"])
    assert "✗" in student["wrong"]
    assert "The smallest failing case found" in student["wrong"]
    table = student["wrong"].partition("<table")[2]
    assert re.search(r"<td[^>]*background:\s?rgba[^>]*>0\.\d{4}</td>", table), "the tensors are heat maps"
    assert re.search(r"<td[^>]*outline:[^>]*>\*0\.\d{4}</td>", table), "what is wrong has a frame and a star"


def test_a_right_answer_passes_and_a_question_is_only_taken_down(student: Seen) -> None:
    assert "softmax passed: all 4 checks agree" in student["right"]
    assert "✗" not in student["right"]
    assert "why_softmax is answered" in student["letters"]
    assert "softmax_formula does not pass yet" in student["undivided"]
    assert "<strong>exp</strong>" in student["words"]
    assert student["saved"] == RIGHT


def test_under_the_check_of_a_training_loop_its_losses_are_drawn(student: Seen) -> None:
    assert "fit_parameters passed" in student["drawn"]
    assert re.search(r'<img[^>]*src="data:image/png;base64,iVBOR', student["drawn"])


def test_the_instructor_sees_scores_words_and_the_rubric(instructor: Seen, course: Course) -> None:
    assert "Successfully autograded" in instructor["autograded"]
    scores = course.scores()[STUDENT]
    assert scores["softmax"] == lesson.find("softmax").points
    for name in ("softmax", "softmax_formula", "nll"):
        assert float(instructor[name]) == scores[name], "formgrader shows the score"
    exercise = lesson.find("why_softmax")
    for words in ("For the grader.", *exercise.rubric, exercise.model_answer, "It makes a distribution out of scores"):
        assert squeeze(words) in squeeze(instructor["form"])
    assert lesson.find("softmax_formula").mistakes["without_dividing"].message in instructor["form"]
    assert "WITHOUT A SANDBOX" not in instructor["form"]


def test_a_grade_given_by_hand_is_kept(instructor: Seen, course: Course) -> None:
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("why_softmax-words", SECTION, ASSIGNMENT, STUDENT)
        assert (grade.manual_score, grade.needs_manual_grade) == (2, False)
        assert gradebook.find_comment("why_softmax-words", SECTION, ASSIGNMENT, STUDENT).comment == COMMENT


def test_feedback_has_the_words_of_failed_checks_and_the_comment_and_no_rubric(instructor: Seen) -> None:
    assert "Successfully generated feedback" in instructor["feedback generated"]
    page = instructor["feedback"]
    assert "softmax passed: all 4 checks agree" in page
    assert "softmax_formula does not pass yet" in page
    assert lesson.find("softmax_formula").mistakes["without_dividing"].message in page
    assert COMMENT in page
    assert "<div" not in page, "markup is not shown as text"
    assert "For the grader" not in page
    assert lesson.find("why_softmax").model_answer not in page


RUNS = "window.top.ran = 1"
ELSEWHERE = "http://evil.example/x.png"
#: In a written answer: what would run something, or fetch something from elsewhere.
HOSTILE = r"""
<script>@RUNS@</script> <img src=x onerror='@RUNS@'> <svg onload='@RUNS@'></svg> <iframe src='@ELSEWHERE@'></iframe>

[a](javascript:@RUNS@) <javascript:@RUNS@> [b](&#106;avascript:@RUNS@) [c](data:text/html,<script>@RUNS@</script>)

![](@ELSEWHERE@) ![d][e] <img src=@ELSEWHERE@> <link rel=stylesheet href=@ELSEWHERE@>

[e]: @ELSEWHERE@

$x \href{javascript:@RUNS@}{f}$ $$\href{javascript\:@RUNS@}{g}$$ \\(\href{data:text/html,h}{h}\\)

$\style{background: url(@ELSEWHERE@)}{y}$ $\style{background-image: image-set('@ELSEWHERE@' 1x)}{z}$

$\cssId{softmax}{a}$ $\class{score}{b}$ $\text{<img src=x onerror='@RUNS@'>}$ $\unicode{<b>}$

$\require{HTML} \mmlToken{mi}[href='javascript:@RUNS@']{c}$ $\bbox[5px, background: url(@ELSEWHERE@)]{d}$

$\sum_i p_i \ln q_i$
""".replace("@RUNS@", RUNS).replace("@ELSEWHERE@", ELSEWHERE)
CODE = r"""from IPython.display import HTML, Javascript, display
display(HTML("<script>@RUNS@</script>"), Javascript("@RUNS@"))
print("<script>@RUNS@</script> $\href{javascript:@RUNS@}{x}$")
raise ValueError("<img src=x onerror='@RUNS@'>")
""".replace("@RUNS@", RUNS)


@pytest.fixture(scope="module")
def hostile(course: Course, opened: Any, server: browser.Server) -> Seen:
    """What a browser does with the pages about somebody whose answers want to do something in it."""
    notebook = answered(course.released(SECTION), {"softmax": CODE})
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "why_softmax-words":
            cell["source"] = HOSTILE
    course.submit("eve", SECTION, notebook)
    course.nbgrader("autograde", ASSIGNMENT, "--student", "eve")
    course.nbgrader("generate_feedback", ASSIGNMENT, "--student", "eve")
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        number = gradebook.find_submission_notebook(SECTION, ASSIGNMENT, "eve").id
    seen = {}
    with browser.page(opened, PICTURES / "hostile") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: dialog.dismiss())
        browser.with_mathjax(page)
        server.enter(page, "formgrader/manage_assignments")
        page.goto(f"{server.address()}/formgrader/submissions/{number}")
        page.wait_for_function("window.MathJax && MathJax.Hub && MathJax.Hub.queue.pending === 0")
        page.locator(".MathJax").first.wait_for()
        for name in ("form", "feedback"):
            if name == "feedback":
                asked.clear()
                page.goto((course.folder / "feedback" / "eve" / ASSIGNMENT / f"{SECTION}.html").as_uri())
            for link in page.locator("a[href*=script], a[href*=data\\:]").all():
                link.click()
            seen[f"{name} ran"] = page.evaluate("String(window.ran)")
            seen[f"{name} formulas"] = page.evaluate("String(document.querySelectorAll('.MathJax').length)")
            seen[f"{name} styles"] = page.evaluate(ADDRESSES)
            seen[f"{name} asked"] = "\n".join(asked)
            seen[f"{name} scripts"] = page.evaluate("String(document.scripts.length)")
            seen[f"{name} places"] = page.evaluate("String(document.querySelectorAll('#softmax').length)")
            seen[f"{name} says"] = page.locator("body").inner_text()
    return seen


#: Every address that an element of the page names, and every style that it was given.
ADDRESSES = r"""[...document.querySelectorAll('#notebook *')].flatMap(e =>
    ['href', 'xlink:href', 'src', 'srcset', 'style'].filter(name => e.getAttribute(name)).map(
        name => name + ' ' + e.getAttribute(name))).join('\n')"""


@pytest.mark.parametrize("page", ["form", "feedback"])
def test_nothing_that_a_submission_says_runs_or_is_fetched(page: str, hostile: Seen) -> None:
    assert hostile[f"{page} ran"] == "undefined"
    assert "\\sum_i" in hostile[f"{page} says"] or page == "form", "formulas are shown as they were typed"
    assert not re.search(r"(?m)^(src|srcset|style) .*evil\.example", hostile[f"{page} styles"])
    assert not re.search(r"(?im)^[\w:]+ \W*(javascript|data:text|vbscript)", hostile[f"{page} styles"])
    hosts = set(re.findall(r"(?m)^https?://[^/:]*", hostile[f"{page} asked"]))
    assert hosts == ({"http://127.0.0.1", "https://cdnjs.cloudflare.com"} if page == "form" else set())
    assert (hostile[f"{page} formulas"] == "0") is (page == "feedback"), "MathJax is on in formgrader"
    assert hostile["feedback scripts"] == "0"
    assert int(hostile[f"{page} places"]) <= 1, "no formula takes the place of a score"


def test_who_learns_alone_has_checks_hints_answers_and_progress(kit: Kit, opened: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autograder", "lab", SECTION, "--no-browser"]
    with (
        browser.lab(kit.root, tmp_path / "server", command) as server,
        browser.page(opened, PICTURES / "alone") as page,
    ):
        server.setting("@jupyterlab/apputils-extension:themes", theme="JupyterLab Dark")
        path = kit.root / "notebooks" / f"{SECTION}.ipynb"
        server.address()  # the notebook is there by now
        at = _with_few_cells(path, json.loads(path.read_text()))
        notebook = browser.Notebook(page, server, f"{SECTION}.ipynb")
        notebook.run(at["imports"])
        notebook.write(at["softmax-answer"], COLUMNS, typed=True)
        notebook.run(at["softmax-answer"])
        wrong = notebook.run(at["softmax-check"])
        assert lesson.find("softmax").mistakes["over_the_first_dimension"].message in wrong.inner_text()
        assert wrong.locator("td[style*='outline']").count()
        assert page.locator("body[data-jp-theme-light=false]").count(), "this is the dark theme"
        text = wrong.locator("table td").first.evaluate("cell => getComputedStyle(cell).color")
        assert min(map(int, re.findall(r"\d+", text)[:3])) > 180, f"a number in {text} on black"
        for call, told in (
            ('hint("softmax")', "Hint 1 of"),
            ('answer("softmax", True)', "exps.sum(-1, keepdim=True)"),
            ("progress()", f"0 of {len(lesson.load(SECTION))}"),
        ):
            notebook.write(at["progress"], call)
            assert told in notebook.run(at["progress"]).inner_text()
        notebook.save(path)
    assert "Copied to exercises/: softmax" in kit.run("copy", SECTION)


def test_what_is_folded_in_a_report_is_printed(opened: Any) -> None:
    template = (ROOT / "autograder" / "report" / "class.html").read_text(encoding="utf-8")
    style = template[template.index("<style>") : template.index("</style>")]
    folded = "<details><summary>Who</summary><pre>def softmax(x):</pre></details>"
    with browser.page(opened, PICTURES / "printed") as page:
        page.set_content(f"<!doctype html>{style}</style>{folded}")
        assert page.locator("body").inner_text().strip() == "Who"
        page.emulate_media(media="print")
        assert page.locator("body").inner_text().split("\n", 1)[1].strip() == "def softmax(x):"


def test_a_failure_leaves_a_picture_and_says_where(opened: Any, tmp_path: Path) -> None:
    def fail() -> None:
        with browser.page(opened, tmp_path / "pictures") as page:
            page.set_content("<p>what was seen</p>")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        fail()
    assert caught.value.__notes__ == [f"Screenshots are in {tmp_path / 'pictures'}"]
    assert (tmp_path / "pictures" / "0.png").read_bytes().startswith(b"\x89PNG")
    assert "what was seen" in (tmp_path / "pictures" / "0.html").read_text(encoding="utf-8")


def squeeze(text: str) -> str:
    """Without the marks of Markdown and however lines are broken."""
    return " ".join(re.sub("[`*]", "", text).split())
