"""Notebooks to be opened where the kit is not: in Colab, Kaggle, Binder, or a plain Jupyter. No answers, no outputs.

The first cell finds the kit or installs it; the rest is the notebook of somebody who learns alone.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from autograder import lesson, places, section_files
from autograder.notebooks import build, cells, learner

FOLDER = lesson.current().folder / "open"

_START = """
Run the cell below first: it installs the kit, which takes some seconds, and a minute or more where torch is not there
yet. Then from top to bottom: read, write your answer in place of `{stub}`, run the cell (Shift+Enter), and run the
`check` below it.

| run in any cell | to |
|:--|:--|
| `check({name})` | see what is right, and if something is not, what your answer did |
| `hint("{name}")` | get the next hint, a little stronger each time |
| `answer("{name}")` | see the reference, once yours passes |
| `progress()` | see what has passed since this notebook's kernel started |

Save a copy of your own, or what you write is gone when this page is.
"""

#: Uses the torch that is there: pip would fetch gigabytes for another one.
_INSTALL = """\
# Finds the kit, or installs it.
import importlib.util
import subprocess
import sys
from pathlib import Path

KIT = "{kit}"

if importlib.util.find_spec("autograder") is None:
    clones = [str(f) for f in [Path.cwd(), *Path.cwd().parents] if (f / "autograder" / "lesson.py").exists()]
    sys.path[:0] = clones[:1]
    if not clones:
        needs = ["torch", "numpy", "rich", "click", "matplotlib"]
        missing = [name for name in needs if importlib.util.find_spec(name) is None]
        takes = "a minute or more" if "torch" in missing else "some seconds"
        print(f"Installing {{', '.join([*missing, 'the kit'])}}: {{takes}}.")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if missing:
            subprocess.run([*pip, *missing], check=True)
        if subprocess.run([*pip, "--no-deps", KIT]).returncode:
            sys.exit(f"pip could not install {{KIT}}; above is why. Where you have its wheel: %pip install FILE.whl")
        importlib.invalidate_caches()
    print("The kit is ready.")
"""


def path(section: str) -> Path:
    return FOLDER / f"{section}.ipynb"


def content(section: str) -> str:
    """The notebook's text; the same bytes each time."""
    made: dict[str, Any] = learner.content(section)
    name = next(iter(lesson.load(section)))
    start = cells.text("start", _START.format(stub=learner.STUB, name=name))
    install = cells.code("install", _INSTALL.format(kit=source_of_the_kit()))
    made["cells"] = [
        part for cell in made["cells"] for part in ((start, install) if cell["id"] == "start" else (cell,))
    ]
    for cell in made["cells"]:
        cell["metadata"] = {}
    del made["metadata"][learner.OURS]
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def source_of_the_kit() -> str:
    """What pip is told to install: the repository that pyproject.toml names, else the package by its name."""
    project = tomllib.loads((places.KIT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    url = project.get("urls", {}).get("Repository")
    return f"git+{url}" if url else project["name"]


def build_all() -> dict[str, bool]:
    """Write those of the lesson; whether each was out of date. Where the kit comes from, own questions are not."""
    renewed = {}
    for section in (name for name in build.sections() if not section_files.is_own(name)):
        text, file = content(section), path(section)
        renewed[section] = not file.exists() or file.read_text(encoding="utf-8") != text
        if renewed[section]:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return renewed
