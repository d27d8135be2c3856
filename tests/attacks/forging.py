"""Forging a score: where stock nbgrader reads it, and in what the sandbox sends."""

from __future__ import annotations

from typing import Any

from attacks import RIGHT, WRONG, Notebook, attack, cell, code, put

FULL = {"softmax": 1.0}
RESULT = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}


@attack()
def display_hook() -> str:
    """Shows a score as the result of the cell."""
    return WRONG + "import sys\nsys.displayhook(4.0)\n4.0"


@attack()
def replaced_check() -> str:
    """Replaces what the locked cell calls by something that returns all points."""
    return (
        WRONG
        + "import builtins\ncheck = lambda *a: 4.0\nbuiltins.check = check\nimport autograder\nautograder.check = check"
    )


@attack()
def skip_execution_tag(nb: Notebook) -> Notebook:
    """Tags the locked cell so that a kernel would not run it; without output stock nbgrader gives all points."""
    cell(nb, "softmax")["metadata"]["tags"] = ["skip-execution"]
    return put(nb, "softmax", WRONG)


@attack()
def input_transformer() -> str:
    """Rewrites the source of every later cell into a score."""
    return WRONG + "get_ipython().input_transformers_cleanup.append(lambda lines: ['4.0\\n'])"


@attack()
def ast_transformer() -> str:
    """Rewrites the parsed tree of every later cell into a score."""
    return WRONG + (
        "import ast\n"
        "class T(ast.NodeTransformer):\n"
        "    def visit_Module(self, node):\n"
        "        return ast.parse('4.0')\n"
        "get_ipython().ast_transformers.append(T())"
    )


@attack()
def cell_event() -> str:
    """Registers a callback that shows a score after every cell."""
    return WRONG + "get_ipython().events.register('post_run_cell', lambda *a: print('4.0'))"


@attack()
def emptied_grade_cell(nb: Notebook) -> Notebook:
    """Empties the locked cells: nothing to run, nothing to fail."""
    for c in nb["cells"]:
        if c["metadata"].get("nbgrader", {}).get("locked"):
            c["source"] = ""
    return put(nb, "softmax", WRONG)


@attack()
def outputs_in_the_file(nb: Notebook) -> Notebook:
    """Hands in locked cells with a score already in their outputs: nan, -1, True, all points."""
    for c, score in zip(
        [c for c in nb["cells"] if c["cell_type"] == "code"], ["nan", "-1", "True", "4.0", "1e999"] * 9, strict=False
    ):
        c["outputs"] = [RESULT | {"data": {"text/plain": score}}]
    return put(nb, "softmax", WRONG)


@attack(earns=FULL)
def warns_on_stderr() -> str:
    """Is right, and writes to stderr, which stock nbgrader takes for a failure."""
    return RIGHT + "import sys, warnings\nwarnings.warn('careful')\nprint('noise', file=sys.stderr)"


@attack()
def more_points_in_metadata(nb: Notebook) -> Notebook:
    """Makes its cell worth a thousand points and its written answer too."""
    for c in nb["cells"]:
        if "points" in c["metadata"].get("nbgrader", {}):
            c["metadata"]["nbgrader"]["points"] = 1000
    return put(nb, "softmax", WRONG)


@attack(earns=FULL)
def points_that_are_no_number(nb: Notebook) -> Notebook:
    """Is right, with points that are words, lists and nan in the metadata."""
    odd: list[Any] = ["many", [1], None, float("nan"), {}, True, -5]
    for c, points in zip(nb["cells"], odd * 20, strict=False):
        if "points" in c["metadata"].get("nbgrader", {}):
            c["metadata"]["nbgrader"]["points"] = points
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def swapped_grade_ids(nb: Notebook) -> Notebook:
    """Gives the locked cell of softmax the id of another exercise, and the other way round."""
    mine, other = cell(nb, "softmax"), cell(nb, "cross_entropy")
    mine["metadata"]["nbgrader"]["grade_id"], other["metadata"]["nbgrader"]["grade_id"] = "cross_entropy", "softmax"
    return put(nb, "softmax", RIGHT)


@attack(earns=FULL)
def two_cells_with_one_id(nb: Notebook) -> Notebook:
    """Has two locked cells for softmax, one of them its own code that shows a score, and is right."""
    twin = code("4.0")
    twin["metadata"] = {"nbgrader": dict(cell(nb, "softmax")["metadata"]["nbgrader"])}
    nb["cells"].append(twin)
    return put(nb, "softmax", RIGHT)


@attack()
def a_graded_cell_of_its_own(nb: Notebook) -> Notebook:
    """Adds a locked cell that the assignment does not have, worth fifty points."""
    bonus = code("50.0")
    meta = {"grade": True, "grade_id": "bonus", "locked": True, "points": 50, "schema_version": 3, "solution": False}
    bonus["metadata"] = {"nbgrader": meta | {"task": False}}
    nb["cells"].append(bonus)
    return put(nb, "softmax", WRONG)


@attack()
def answer_cell_becomes_graded(nb: Notebook) -> Notebook:
    """Marks its answer cell as the graded one, unlocked, so that its own output would be the score."""
    c = cell(nb, "softmax")
    c["metadata"]["nbgrader"] |= {"locked": False, "solution": True}
    c["source"] = "4.0"
    return put(nb, "softmax", WRONG + "4.0")


@attack()
def grade_cell_becomes_text(nb: Notebook) -> Notebook:
    """Turns the locked cell into Markdown, for which there would be no automatic score."""
    c = cell(nb, "softmax")
    c["cell_type"] = "markdown"
    c.pop("outputs")
    return put(nb, "softmax", WRONG)


FRAMES = """
import json, os
PROBES = ["normalises_each_row", "works_on_a_single_row", "uses_the_last_of_three_dimensions", "lets_gradients_through"]
def forge(exercise, value):
    lines = [{"exercise": exercise}]
    lines += [{"exercise": exercise, "implementation": 0, "run": 0, "probe": p, "value": value, "changed": [],
               "shortcuts": [], "printed": ""} for p in PROBES]
    lines += [{"exercise": exercise, "end": True}, {"done": True}]
    data = b"\\n" + b"".join(json.dumps(line).encode() + b"\\n" for line in lines)
    for fd in range(3, 256):
        try:
            os.write(fd, data)
        except OSError:
            pass
"""


@attack()
def frames_into_every_pipe() -> str:
    """Writes made-up observations into every open file descriptor, and leaves."""
    return WRONG + FRAMES + "forge('softmax', None)\nforge('softmax', float('nan'))\nos._exit(0)"


@attack()
def frames_with_a_score() -> str:
    """Writes made-up verdicts: the words that the trusted side uses."""
    return (
        WRONG
        + FRAMES
        + (
            "for fd in range(3, 256):\n"
            "    try:\n"
            '        os.write(fd, b\'\\n{"exercise": "softmax", "outcome": "passed", "points": 4, "share": 1.0}\\n\')\n'
            "    except OSError:\n        pass\n"
        )
    )


@attack(earns=FULL)
def frames_for_other_exercises() -> str:
    """Is right, and while it is observed writes observations for other exercises."""
    return FRAMES + (
        "import torch\n"
        "def softmax(x):\n"
        "    for name in ['nll', 'logsumexp', 'cross_entropy', 'why_softmax']:\n"
        "        forge(name, True)\n"
        "    return x.exp() / x.exp().sum(-1, keepdim=True)\n"
    )


@attack()
def says_that_it_is_done() -> str:
    """Reports the end of the work before any of it, and leaves with success."""
    return WRONG + FRAMES + "forge('softmax', [])\nimport os\nos._exit(0)"


@attack()
def replaced_observer() -> str:
    """Replaces the functions that observe, encode and draw, in every module that has them."""
    return WRONG + (
        "import sys\n"
        "def lie(*a, **k):\n    return {'value': True, 'calls': [], 'changed': [], 'shortcuts': [], 'printed': '', 'notes': {}}\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if name.startswith('autograder'):\n"
        "        for key in ('observe', 'encode', 'watching', 'difference', 'compare', 'judge'):\n"
        "            if callable(getattr(module, key, None)):\n"
        "                setattr(module, key, lie)\n"
    )


@attack()
def torchs_own_in_a_thread() -> str:
    """Runs torch's own softmax in another thread, where nobody watches which functions run."""
    return (
        "import torch\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "def softmax(x):\n    return ThreadPoolExecutor(1).submit(torch.softmax, x, -1).result()\n"
    )


@attack()
def torchs_own_unwatched() -> str:
    """Replaces what watches which functions run, then runs torch's own softmax."""
    return (
        "import contextlib\nimport torch\nimport autograder.beside.observe\n"
        "@contextlib.contextmanager\ndef nothing(names):\n    yield set()\n"
        "autograder.beside.observe.watching = nothing\n"
        "def softmax(x):\n    return torch.softmax(x, -1)\n"
    )


@attack()
def torchs_own_brought_back() -> str:
    """Looks for whatever took torch's own softmax away, to undo it."""
    return (
        "import gc\nimport torch\nimport torch.library\nimport weakref\n"
        "for f in list(weakref.finalize._registry):\n    f()\n"
        "for thing in gc.get_objects():\n"
        "    if type(thing).__name__ in ('Library', '_DispatchModule'):\n"
        "        getattr(thing, 'reset', getattr(thing, '_destroy', int))()\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def softmax(x):\n    return ThreadPoolExecutor(1).submit(torch.softmax, x, -1).result()\n"
    )


@attack()
def replaced_json() -> str:
    """Makes json.dumps produce praise."""
    return WRONG + 'import json\njson.dumps = lambda *a, **k: \'{"outcome": "passed"}\''


@attack()
def easy_inputs() -> str:
    """Makes every input zero, so that one hard-coded answer fits them all."""
    return (
        "import torch\nfrom autograder.beside.draw import Draw\n"
        "Draw.normal = lambda self, *shape, **k: torch.zeros(shape)\n"
        "def softmax(x):\n    return torch.full(x.shape, 1 / x.shape[-1])\n"
    )


@attack()
def equal_to_everything() -> str:
    """Returns objects that say they are equal to anything, of any type."""
    return (
        "class Any:\n"
        "    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True\n"
        "    __ne__ = lambda self, other: False\n"
        "    __float__ = lambda self: 1.0\n"
        "    __hash__ = lambda self: 0\n"
        "    __getattr__ = lambda self, name: self\n"
        "    __call__ = lambda self, *a, **k: self\n"
        "def softmax(x):\n    return Any()\n"
    )


@attack()
def tensor_subclass() -> str:
    """Returns a tensor whose every operation and comparison says True."""
    return (
        "import torch\n"
        "class Liar(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, function, types, args=(), kwargs=None):\n"
        "        return torch.ones(()).bool()\n"
        "def softmax(x):\n    return x.as_subclass(Liar)\n"
    )


@attack()
def text_subclass() -> str:
    """Returns text that is equal to every text and as long as it likes."""
    return (
        "class S(str):\n"
        "    __eq__ = lambda self, other: True\n"
        "    __hash__ = str.__hash__\n"
        "    __len__ = lambda self: 4\n"
        "def softmax(x):\n    return S('tensor')\n"
    )


@attack()
def nan_everywhere() -> str:
    """Returns nan, which is neither right nor, in a careless comparison, wrong."""
    return "def softmax(x):\n    return x * float('nan')\n"


@attack()
def answers_for_the_visible_seed() -> str:
    """Hard-codes the answers to the inputs that the released checks use."""
    return (
        "import torch\nfrom autograder.beside.draw import Draw\n"
        "KNOWN = {}\n"
        "for rows in (2, 3, 4):\n    for columns in (2, 3, 4, 5):\n"
        "        x = Draw(0).normal(rows, columns)\n"
        "        KNOWN[tuple(x.flatten().tolist())] = x.exp() / x.exp().sum(-1, keepdim=True)\n"
        "def softmax(x):\n    return KNOWN[tuple(x.flatten().tolist())]\n"
    )


@attack()
def borrowed() -> str:
    """Calls the very function that is to be built, by another name."""
    return "import torch\ndef softmax(x):\n    return getattr(torch, 'soft' + 'max')(x, -1)\n"
