"""`make lab`: JupyterLab in the folder of the learner's notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.notebooks import learner
from autograder.places import KIT, WORKSPACE

#: Defaults of JupyterLab that differ here: it asks for no news, and nothing pops up.
SETTINGS = Path(__file__).resolve().parent / "jupyterlab"


def command(section: str, browser: bool) -> list[str]:
    """The command that opens the notebook of a section, with nothing but the notebooks beside it."""
    options = [
        f"--LabApp.app_settings_dir={SETTINGS}",
        f"--LabApp.default_url=/lab/tree/{learner.path(section).name}",
        f"--ServerApp.root_dir={learner.FOLDER}",
    ]
    if not browser:
        options.append("--no-browser")
    if os.name == "posix" and os.geteuid() == 0:  # in a container there is often nobody else
        options.append("--allow-root")
    return [sys.executable, "-m", "jupyterlab", *options]


def environment() -> dict[str, str]:
    """Kernels are started in the folder of their notebook, and import the kit from here."""
    paths = [str(KIT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def run(section: str, browser: bool = True) -> int:
    """Serve until the learner stops it."""
    sys.stdout.flush()
    if os.name == "posix":  # the server itself gets what is typed, and no process waits beside it
        os.chdir(WORKSPACE)
        os.execve(sys.executable, command(section, browser), environment())
    server = subprocess.Popen(command(section, browser), cwd=WORKSPACE, env=environment())
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:  # it has reached the server too, which asks
            continue
