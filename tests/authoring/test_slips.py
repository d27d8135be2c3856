"""Slips: edits of code, forwards and backwards."""

from __future__ import annotations

import ast
import textwrap

import pytest

from autograder.authoring import slips
from autograder.authoring.slips import Edit, Mismatch, Slip, change, everywhere, inside, outdent, swap

LOOP = """
def fit(model, opt, x, bs):
    for start in range(0, len(x), bs):
        loss = model(x[start:start + bs]).sum(-1).mean()
        loss.backward()
        opt.step()
        opt.zero_grad()
    return loss
"""
CLASS = """
class Model:
    def __init__(self, n):
        self.n = n

    def forward(self, x):
        return x + self.n
"""


def tree(text: str) -> ast.stmt:
    return ast.parse(textwrap.dedent(text)).body[0]


def edited(text: str, *edits: Edit) -> str:
    before = tree(text)
    kept = ast.dump(before, include_attributes=True)
    made = ast.fix_missing_locations(Slip(edits).apply(before))
    compile(ast.Module([made], []), "edited", "exec")  # names are read and assigned where they should be
    assert ast.dump(before, include_attributes=True) == kept, "an edit leaves the tree it is given alone"
    return ast.unparse(made)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("edit", "there", "gone"),
    [
        (change("X.sum(-1)", "X.sum(0, keepdim=True)"), ".sum(0, keepdim=True).mean()", "sum(-1)"),
        (change("opt.zero_grad()", ""), "opt.step()", "zero_grad"),
        (change("X = Y.mean()", "X = Y"), "loss = model(x[start:start + bs]).sum(-1)\n", "mean"),
        (change("opt.step()\nopt.zero_grad()", "opt.step(loss)"), "opt.step(loss)", "zero_grad"),
        (
            change("for A in range(0, len(x), bs):", "for A in range(0, len(x), F):"),
            "len(x), F):\n        loss",
            "), bs)",
        ),
        (everywhere("start", "first"), "for first in range(0, len(x), bs):\n", "start"),
        (slips.before("loss.backward()", "opt.zero_grad(1)"), "zero_grad(1)\n        loss.backward()", "?"),
        (slips.after("opt.step()", "print(bs)"), "opt.step()\n        print(bs)", "?"),
        (slips.first("x = x[1:]"), "bs):\n    x = x[1:]", "?"),
        (slips.body("return None"), "bs):\n    return None", "for"),
    ],
)
def test_an_edit_does_what_it_says(edit: Edit, there: str, gone: str) -> None:
    made = edited(LOOP, edit)
    assert there in made
    assert gone not in made


def test_statements_are_swapped_and_moved_out_of_their_loop_and_back() -> None:
    swapped = lines(edited(LOOP, swap("opt.step()", "opt.zero_grad()")))
    assert swapped.index("opt.zero_grad()") < swapped.index("opt.step()")
    assert swapped == lines(edited(LOOP, outdent("opt.step()"), slips.indent("opt.step()")))
    assert "\n    opt.step()\n" in edited(LOOP, outdent("opt.step()"))
    assert "return loss" not in edited(LOOP, change("for A in B:", "while B:"), change("return loss", ""))


def test_a_header_that_goes_leaves_its_body() -> None:
    assert "    loss.backward()" in edited(LOOP, change("for A in B:", "")).splitlines()


def test_methods_are_edited_left_out_and_put_in() -> None:
    assert lines(edited(CLASS, inside("forward", change("A + B", "A"))))[-1] == "return x"
    assert "forward" not in edited(CLASS, slips.without("forward"))
    assert lines(edited(CLASS, slips.method("def forward(self, x):\n    return 1")))[-1] == "return 1"
    assert "def extra(self):" in lines(edited(CLASS, slips.method("def extra(self):\n    pass")))
    assert "pass" in edited("class A:\n    def f(self): ...", slips.without("f"))


@pytest.mark.parametrize(
    "edit",
    [
        change("X.sum(-1)", "X.sum(0)"),
        swap("opt.step()", "opt.zero_grad()"),
        outdent("opt.zero_grad()"),
        slips.after("opt.zero_grad()", "break"),
        slips.first("x = x[1:]"),
        change("def fit(model, opt, x, bs):", "def fit(model, opt, x, bs=64):"),
    ],
)
def test_an_inverse_turns_the_mistake_back(edit: Edit) -> None:
    back = edit.inverse()
    assert back is not None
    assert edited(LOOP, edit) != edited(LOOP, edit, back) == ast.unparse(tree(LOOP))


def test_what_an_edit_lost_it_does_not_invent() -> None:
    assert change("opt.step()", "").inverse() is None
    assert change("A + B", "A").inverse() is None
    assert Slip((change("a", "b"), slips.without("forward"))).inverse() is None


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (change("opt.stop()", ""), r"stands nowhere .*\(did you mean opt\.step\(\)\?\)"),
        (change("start", "begin"), r"3 times .*; say more of it, or change each: everywhere\('start', \.\.\.\)$"),
        (
            slips.after("for A in B: C", "break"),
            r"stands nowhere .*\. Its first line stands for it, .*: 'for A in B:'$",
        ),
        (slips.without("f"), "no f"),
        (slips.without("x = 1"), "'x = 1' is no name of a method. A statement is dropped by \"\" as its new code"),
        (slips.inside("x()", change("x", "y")), "'x\\(\\)' is no name of a method"),
    ],
)
def test_an_edit_that_does_not_fit_says_where_it_is_declared(edit: Edit, says: str) -> None:
    with pytest.raises(Mismatch, match=f"^checks.py:12: .*{says}"):
        Slip((edit,), "", "checks.py", 12).apply(tree(LOOP))


def test_code_that_stands_at_several_places_is_told_with_what_tells_them_apart() -> None:
    twice = "def f(opt):\n    opt.step()\n    if opt:\n        opt.step()\n        opt.clear()\n"
    for text, code, told in (
        (twice, "opt.step()", r", with a line beside it: 'opt\.step\(\)\\nopt\.clear\(\)'$"),
        (CLASS, "self.n", r", or look into one method: inside\('__init__', change\(\.\.\.\)\), or change each: "),
    ):
        with pytest.raises(Mismatch, match="stands 2 times .*; say more of it" + told):
            Slip((change(code, "0"),)).apply(tree(text))


def test_what_is_put_behind_a_return_is_refused_since_it_never_runs() -> None:
    for edit in (slips.last("x = 1"), slips.after("return loss", "x = 1")):
        with pytest.raises(
            Mismatch, match=r"'x = 1' would stand behind `return loss`, .*: put it before\('return loss'"
        ):
            Slip((edit,)).apply(tree(LOOP))


def test_the_same_letter_stands_for_the_same_code() -> None:
    assert "b * 2" in edited("def f(a, b):\n    return (a + b) * (b + b)", change("A + A", "A * 2"))


def test_lines_are_kept_and_new_code_has_the_line_of_the_old() -> None:
    made = Slip((change("opt.step()", "opt.jump()\nopt.turn()"),)).apply(ast.parse(LOOP))
    assert [node.lineno for node in ast.walk(made) if isinstance(node, ast.Attribute) and node.attr == "turn"] == [6]
