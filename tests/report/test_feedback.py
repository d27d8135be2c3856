"""What a learner reads: ten wrong answers to softmax, and the one sentence that each must contain."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from autograder.judging.verdict import Diagnosis
from autograder.report import html, plain, terminal, values
from autograder.report.words import feedback
from conftest import Check

WRONG = {
    "forgets keepdim": ("return x.exp() / x.exp().sum(-1)", "dimension"),
    "sums the columns": ("return x.exp() / x.exp().sum(0, keepdim=True)", "column"),
    "sums everything": ("return x.exp() / x.exp().sum()", "everything|whole|all the"),
    "prints": ("print(x.exp() / x.exp().sum(-1, keepdim=True))", "return"),
    "works in place": ("x.exp_(); return x / x.sum(-1, keepdim=True)", "changed|in place"),
    "makes it double": ("x = x.double(); return x.exp() / x.exp().sum(-1, keepdim=True)", "float64"),
    "cuts the graph": ("x = x.detach(); return x.exp() / x.exp().sum(-1, keepdim=True)", "graph|gradient"),
    "borrows torch's": ("return x.softmax(-1)", r"Tensor\.softmax.*exp, sum"),
    "misspells a method": ("return x.expo()", "expo"),
    "forgets the division": ("return x.exp()", r"differ|divi|sum"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_that(what: str, check: Check) -> None:
    body, words = WRONG[what]
    verdict = check("softmax", f"import torch\n\ndef softmax(x):\n    {body}\n")
    assert not verdict.passed
    assert re.search(words, verdict.message, re.S), verdict.message


def test_the_page_fits_80_columns_and_ends_with_what_to_type(check: Check) -> None:
    for body, _ in WRONG.values():
        page = terminal.text(check("softmax", f"import torch\n\ndef softmax(x):\n    {body}\n"))
        assert all(len(line) <= 80 for line in page.splitlines())
        assert "make hint exercise=softmax" in page.splitlines()[-1]


def test_an_exception_shows_the_line_and_the_shape_of_each_variable(check: Check) -> None:
    text = "def softmax(x):\n    total = x.exp().sum(0)\n    return x.exp().reshape(-1) / total[:, None, None].mm(x)\n"
    page = terminal.text(check("softmax", text))
    assert "answer.py, line 3 in softmax" in page
    assert "total[:, None, None].mm(x)" in page
    assert re.search(r"x +is tensor \d+x\d+, float32, cpu", page)


def test_a_failing_case_is_small_and_marks_what_differs(check: Check) -> None:
    page = terminal.text(
        check("softmax", "def softmax(x):\n    e = x.exp() + 0.01\n    return e / e.sum(-1, keepdim=True)\n")
    )
    assert "smallest failing case" in page
    assert "tensor([" in page
    assert "*" in page


BY_256 = """def get_data(images, labels, n_valid):
    x, y = images.flatten(1) / 256, labels.long()
    return x[:-n_valid], y[:-n_valid], x[-n_valid:], y[-n_valid:]
"""


def test_of_many_columns_both_tables_show_those_that_differ(check: Check) -> None:
    rows = [line.split() for line in terminal.text(check("get_data", BY_256)).splitlines() if " .. " in line]
    expected, yours = rows[0], rows[len(rows) // 2]
    assert [right != mine.strip("*") for right, mine in zip(expected, yours, strict=True)] == [
        "*" in it for it in yours
    ]
    assert sum("*" in cell for cell in yours) > 1


def test_of_many_columns_a_screen_reader_reads_the_first_element_that_differs(check: Check) -> None:
    told = plain.verdict(check("get_data", BY_256))
    assert any(re.fullmatch(r"\d+ of \d+ elements differ, the first at \[0, \d+\]\.", line) for line in told)
    expected, yours = (float(line.rpartition(": ")[2]) for line in told if re.search(" there: ", line))
    assert expected * 255 == pytest.approx(yours * 256, rel=1e-4)
    assert max(map(len, told)) < 200


@pytest.mark.parametrize(
    ("shape", "told"), [([8, 2], "an 8x2"), ([11], "a tensor of 11"), ([18, 3], "an 18x3"), ([110, 2], "a 110x2")]
)
def test_a_number_that_begins_with_a_vowel_has_its_article(shape: list[int], told: str) -> None:
    assert values.kind({"tensor": "float32", "shape": shape}).startswith(told)


def test_numbers_that_differ_little_are_shown_with_as_many_digits_as_that_takes(check: Check) -> None:
    text = """def cross_entropy(input, target):
    exps = (input - input.amax(1, True)).exp()
    return -(exps[range(len(target)), target] / exps.sum(1) + 1e-9).log().mean()
"""
    verdict = check("cross_entropy", text)
    in_notebook = html.block(feedback(verdict), False, [])
    for page in (terminal.text(verdict), "\n".join(plain.verdict(verdict)), in_notebook):
        shown = page[page.index("smallest failing case") :]
        numbers = re.findall(r"tensor\((\d[\d.]*), float64\)", shown)
        assert len(set(numbers)) == len(numbers) == 2, page


def test_all_wrong_elements_of_two_tables_look_different() -> None:
    one, other = ({"tensor": "float64", "shape": [2], "values": pair} for pair in ([0.5, 0.3], [0.6, 0.3000001]))
    assert values.digits(one, other, {0}) == 0
    assert values.digits(one, other, {0, 1}) == 7
    assert values.table(one, {0, 1}, "", 7) == ["0.5  0.3"]
    assert values.table(other, {0, 1}, "*", 7) == ["*0.6  *0.3000001"]


def test_what_a_call_made_of_its_arguments_is_not_shown_as_what_was_asked_for(check: Check) -> None:
    page = terminal.text(check("max_abs_diff", "def max_abs_diff(a, b):\n    return a.sub_(b).abs_().max().item()\n"))
    assert "changed its argument a in place" in page
    assert "expected" not in page
    assert re.search(
        r"The check: finds the largest.*\n +max_abs_diff with a = [^=]*b = [^=]*with a = [^=]*in a later call", page
    )


def test_a_command_that_is_too_long_for_a_line_is_whole(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = check("cross_entropy", "def cross_entropy(input, target):\n    return input.mean()\n")
    verdict.path = "a/" * 30 + "answer.py"
    assert f"file={verdict.path} plot=1\n" in terminal.text(verdict)


def test_of_several_calls_the_one_is_shown_whose_part_differs(check: Check) -> None:
    page = terminal.text(check("accuracy", "def accuracy(out, yb):\n    return (out.argmax(1) == yb).sum()\n"))
    assert page.count("accuracy with out = ") == 1
    assert re.search(r"tensor\(0\.\d+\) +tensor\(1\)\n", page), page
    text = "def softmax(x):\n    return torch.softmax(x.float(), -1).exp()\n"
    page = terminal.text(check("softmax", f"import torch\n{text}"))
    assert page.count("softmax with x = ") == 1


def test_an_array_is_no_tensor_however_equal_it_looks(check: Check) -> None:
    text = "import numpy as np\ndef collate(b):\n    xs, ys = zip(*b)\n    return np.stack(xs), np.stack(ys)\n"
    page = terminal.text(check("collate", text))
    assert re.search(r"there is a \S+ NumPy array \(float32\) where a \S+ tensor", " ".join(page.split()))
    assert "yours, a NumPy array" in page


def test_a_correct_answer_in_another_style_passes(check: Check) -> None:
    text = "import numpy as np, torch\nsoftmax = lambda scores, dim=-1: (scores - scores.logsumexp(dim, True)).exp()\n"
    assert check("softmax", text).passed


def test_an_argument_changed_beside_a_right_result_shows_the_call_alone(check: Check) -> None:
    body = "e = x.exp(); x.mul_(2); return e / e.sum(-1, keepdim=True)"
    page = terminal.text(check("softmax", f"import torch\n\ndef softmax(x):\n    {body}\n"))
    assert "(changes its input)" in page
    assert "softmax with x = " in page
    assert "expected" not in page


def test_a_sentence_ends_once_and_code_keeps_its_small_letter(check: Check) -> None:
    model = "class ListModel:\n    def __init__(self, n_in, nh, n_out):\n        self.layers = "
    right = "[nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out)]"
    changed = "\n    def __call__(self, x):\n        for layer in self.layers: x = layer(x)\n        return x.mul_(x)\n"
    page = terminal.text(check("ListModel", f"from torch import nn\n{model}{right}{changed}"))
    assert not re.search(r"[.?!]\.\s", page), page
    wrong = terminal.text(check("ListModel", f"from torch import nn\n{model}{right}\n    __call__ = 3\n"))
    assert "Model(x)" not in wrong.replace("ListModel(x)", ""), wrong


def test_an_update_that_torch_records_is_explained_and_a_nested_model_takes_one_line(check: Check) -> None:
    step = (
        "def training_step(model, loss_func, xb, yb, lr):\n    loss = loss_func(model(xb), yb)\n    loss.backward()\n"
        "    for p in model.parameters():\n        {update}\n        p.grad = None\n    return loss\n"
    )
    page = terminal.text(check("training_step", step.format(update="p -= lr * p.grad")))
    assert "While torch records" in page
    page = terminal.text(check("training_step", step.format(update="p.data -= lr * p.grad * 3")))
    assert "model = Sequential(...)," in page


def test_a_call_without_arguments_is_not_shown(check: Check) -> None:
    page = terminal.text(check("why_log_softmax", "def why_log_softmax():\n    {'a', 'd'}\n"))
    assert "Nothing was returned" in page
    assert "why_log_softmax with" not in page
    assert "The check: " not in page


def test_a_long_list_of_pairs_is_counted_and_not_cut_in_the_middle_of_one(check: Check) -> None:
    text = "def default_loaders(train_ds, valid_ds, bs):\n    return [], []\n"
    page = terminal.text(check("default_loaders", text))
    assert "train_ds = a list of " in page
    assert "tensor(" not in page


def test_a_warning_is_shown_to_its_end_and_a_long_print_says_that_it_is_cut(check: Check) -> None:
    text = "import torch\n\ndef indices(n, shuffle):\n    print('x' * 200)\n    return torch.range(0, n)\n"
    page = terminal.text(check("indices", text))
    assert "Instead, use torch.arange" in page.replace("\n  ", " ")
    assert "x" * 77 + "…" in page


def test_values_that_are_cut_alike_are_shown_where_they_differ() -> None:
    one, other = [0.5] * 40 + [1.0, 2.0], [0.5] * 40 + [1.0, 3.0]
    told = values.apart(one, other)
    assert told == tuple(f"... 0.5, 0.5, 0.5, 0.5, 0.5, 1.0, {last}]" for last in ("2.0", "3.0")), told
    tensor = {"tensor": "float32", "shape": [60], "values": [0.5] * 60}
    first, second = values.apart(tensor, tensor | {"values": [0.25] + [0.5] * 59}, 24)
    assert (first, second) == ("tensor([0.5, 0.5, 0. ...", "tensor([0.25, 0.5, 0 ...")
    assert values.apart(tensor, tensor) == (values.kind(tensor), values.kind(tensor))


def test_no_line_is_shown_below_a_sentence_about_another_one(check: Check) -> None:
    """Of the header of a block nothing is said: then what is said is of what came first, wherever that is."""
    text = """def fit_loader(epochs, model, loss_func, opt, train_dl):
    for _ in range(epochs):
        for xb, yb in train_dl:
            loss_func(model(xb), yb).backward()
            opt.step()
"""
    verdict = check("fit_loader", text)
    verdict.diagnosis = None
    assert "the gradients should be cleared" in feedback(verdict).says[0]
    verdict.diagnosis = Diagnosis("statement", lines=(2,), source="for _ in range(epochs):", known=False)
    assert feedback(verdict).place is None
    verdict.diagnosis = replace(verdict.diagnosis, mistake="loop_extra")
    assert feedback(verdict).place is not None
