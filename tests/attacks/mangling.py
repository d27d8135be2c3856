"""Mangled notebooks, mostly by honest students: each gets what its answers earn, or a sentence that says why not."""

from __future__ import annotations

import json
import re
from typing import Any

from attacks import RIGHT, Notebook, attack, cell, code, put

FULL = {"softmax": 1.0}


@attack(earns=FULL)
def honest(nb: Notebook) -> Notebook:
    """Answers one question and leaves the rest."""
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def deleted_grade_cells(nb: Notebook) -> Notebook:
    """Has no locked cell any more."""
    nb["cells"] = [c for c in nb["cells"] if not c["metadata"].get("nbgrader", {}).get("locked")]
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def deleted_answer_cells(nb: Notebook) -> Notebook:
    """Has one cell of its own in place of all that had an id."""
    nb["cells"] = [c for c in nb["cells"] if "nbgrader" not in c["metadata"]] + [code(RIGHT)]
    return nb


@attack()
def deleted_everything(nb: Notebook) -> Notebook:
    """Has no cells."""
    return nb | {"cells": []}


@attack(earns=FULL)
def reordered(nb: Notebook) -> Notebook:
    """Has its cells from last to first."""
    put(nb, "softmax", RIGHT)
    nb["cells"].reverse()
    return nb


@attack(earns=FULL)
def duplicated(nb: Notebook) -> Notebook:
    """Has every cell twice, the stubs of the second time taken out."""
    put(nb, "softmax", RIGHT)
    return nb | {"cells": nb["cells"] + [c for c in nb["cells"] if "NotImplementedError" not in "".join(c["source"])]}


@attack(earns=FULL)
def helpers_in_other_cells(nb: Notebook) -> Notebook:
    """Spreads the answer over three cells of its own."""
    put(nb, "softmax", "def softmax(x):\n    return divided(exponentials(x))\n")
    nb["cells"].insert(0, code("def exponentials(x):\n    return x.exp()\n"))
    nb["cells"].append(code("def divided(e):\n    return e / e.sum(-1, keepdim=True)\n"))
    return nb


@attack()
def renamed(nb: Notebook) -> Notebook:
    """Calls its function by another name."""
    return put(nb, "softmax", RIGHT.replace("softmax", "my_softmax"))


@attack(earns=FULL)
def code_in_a_text_cell(nb: Notebook) -> Notebook:
    """Has turned its answer cell into Markdown."""
    c = cell(put(nb, "softmax", RIGHT), "softmax-answer")
    c["cell_type"] = "markdown"
    del c["outputs"], c["execution_count"]
    return nb


@attack(earns=FULL)
def a_cell_before_fails(nb: Notebook) -> Notebook:
    """Has cells that do not parse and cells that raise before the answer."""
    nb["cells"][:0] = [code("def broken(:"), code("1 / 0"), code("import no_such_module"), code("%no_such_magic")]
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def cells_end_the_process(nb: Notebook) -> Notebook:
    """Has cells before and after the answer that end the process: the answer counts."""
    nb["cells"].insert(0, code("import os\nos._exit(1)"))
    nb["cells"].append(code("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def commands_and_magics(nb: Notebook) -> Notebook:
    """Uses what notebooks have: %pip, !ls, %matplotlib, %%time, await, input."""
    lines = [
        "%pip install torch",
        "!ls",
        "%matplotlib inline",
        "%%time\nx = 1",
        "await __import__('asyncio').sleep(0)",
        "input()",
    ]
    nb["cells"][:0] = [code(line) for line in lines]
    return put(nb, "softmax", RIGHT)


@attack(earns={"log_softmax_naive": 1.0})
def earlier_answer_is_wrong(nb: Notebook) -> Notebook:
    """Builds a right answer on an earlier one that is wrong: only the earlier one costs points."""
    put(nb, "softmax", "def softmax(x):\n    return x\n")
    return put(nb, "log_softmax_naive", "def log_softmax_naive(x):\n    return softmax(x).log()\n")


@attack()
def lent_answer_is_printed(nb: Notebook) -> Notebook:
    """Tries to have the lent answer to an earlier exercise told in its own feedback, or to use it for that."""
    put(nb, "softmax", "def softmax(x):\n    return x\n")
    spy = "import inspect, linecache\ndef log_softmax_naive(x):\n    s = ''.join(linecache.getlines('pieces'))\n"
    spy += "    print('LENT ' + s)\n    softmax(x)\n    raise ValueError('LENT ' + s)\n"
    return put(nb, "log_softmax_naive", spy)


@attack(earns=FULL)
def another_kernel(nb: Notebook) -> Notebook:
    """Says that it is written in R."""
    nb["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def metadata_of_wrong_types(nb: Notebook) -> Notebook:
    """Has null, text, lists and numbers where metadata and ids should be."""
    put(nb, "softmax", RIGHT)
    for number, c in enumerate(nb["cells"]):
        odd: list[Any] = [None, "text", [], 7, {"nbgrader": None}, {"nbgrader": [1]}, {"nbgrader": {"grade_id": {}}}]
        c["metadata"] = odd[number % len(odd)]
        c["id"] = [None, 5, "same", "same", "x" * 500, "no spaces allowed"][number % 6]
    return nb | {"metadata": None, "nbformat": "four", "nbformat_minor": -1}


@attack(earns=FULL)
def sources_of_wrong_types(nb: Notebook) -> Notebook:
    """Has cells that are no dicts and sources that are no text."""
    put(nb, "softmax", RIGHT)
    odd: list[Any] = [
        None,
        5,
        [],
        "cell",
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": 5},
        {"cell_type": 3},
    ]
    return nb | {"cells": [*odd, *nb["cells"], code(["x = 1\n", None, 3])]}  # type: ignore[arg-type]


@attack(earns=FULL)
def schema_of_another_time(nb: Notebook) -> Notebook:
    """Has nbgrader's metadata in versions that are too old and too new."""
    for number, c in enumerate(nb["cells"]):
        if "nbgrader" in c["metadata"]:
            c["metadata"]["nbgrader"]["schema_version"] = [0, 1, 99, "3", None][number % 5]
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def format_of_2014(nb: Notebook) -> Notebook:
    """Is in the third version of the format, with worksheets."""
    put(nb, "softmax", RIGHT)
    cells = [
        {("input" if k == "source" and c["cell_type"] == "code" else k): v for k, v in c.items()} for c in nb["cells"]
    ]
    return {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells, "metadata": {}}]}


@attack(earns=FULL)
def large_outputs_in_the_file(nb: Notebook) -> Notebook:
    """Hands in 50 MB of outputs."""
    nb["cells"].append(code("1") | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}]})
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def many_cells(nb: Notebook) -> Notebook:
    """Has a thousand cells more."""
    nb["cells"] += [code(f"x{i} = {i}") for i in range(1000)]
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def byte_order_mark(nb: Notebook) -> bytes:
    """Was saved by an editor that puts a mark in front and ends lines in its own way."""
    text = json.dumps(put(nb, "softmax", RIGHT), indent=1)
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


@attack()
def empty_file(nb: Notebook) -> bytes:
    """Is an empty file."""
    return b""


@attack()
def broken_json(nb: Notebook) -> bytes:
    """Was cut off half-way."""
    return json.dumps(nb).encode()[:2000]


@attack()
def merge_conflict(nb: Notebook) -> bytes:
    """Has the marks of a merge in it."""
    return re.sub(rb"\{", b"<<<<<<< HEAD\n{", json.dumps(nb).encode(), count=1)


@attack()
def not_utf8(nb: Notebook) -> bytes:
    """Is in another encoding."""
    return json.dumps(put(nb, "softmax", "# \u00e4\u00f6\u00fc\n"), ensure_ascii=False).encode("latin-1")


@attack()
def not_a_notebook(nb: Notebook) -> bytes:
    """Is JSON of another kind."""
    return b"[1, 2, 3]"


@attack()
def nested_json(nb: Notebook) -> bytes:
    """Is JSON nested a million deep."""
    return b"[" * 1_000_000


@attack()
def a_picture(nb: Notebook) -> bytes:
    """Is a picture that was renamed."""
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50
