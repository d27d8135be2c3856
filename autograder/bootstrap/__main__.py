"""Make `.venv` and install what one group of commands needs:  python3 autograder/bootstrap [GROUP]

Only this file must be readable by any Python, however old (2.7 too), to be able to say that it is too old. It then
looks for a newer one before it gives up. Nothing here needs a package to be installed.
"""

from __future__ import print_function

import os
import subprocess
import sys

OLDEST = (3, 11)
# Best first: the newest Python of a year often has no builds of torch yet.
NAMES = ["python3.13", "python3.12", "python3.14", "python3.11", "python3"]

TOO_OLD = """\
This kit needs Python %d.%d or newer, and %s is Python %s.
Install a newer one:
    Debian, Ubuntu    sudo apt install python3 python3-venv      (or python3.12 where python3 stays too old)
    macOS             brew install python@3.13
    anything          https://www.python.org/downloads/
If one is installed under another name, say which:
    make check PYTHON=/path/to/python3.13"""


def main():
    if sys.version_info[:2] < OLDEST:
        return go_on_with(newer_python())
    # In place of this folder, so that the kit can be imported and none of its files hides one of Python's own.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from autograder.bootstrap.setup import main as set_up

    return set_up(sys.argv[1:])


def newer_python():
    """The first Python on the PATH that is new enough and really starts, or None."""
    for name in NAMES:
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK) and starts_and_is_new(path):
                return path
    return None


def starts_and_is_new(python):
    code = "import sys; sys.exit(sys.version_info[:2] < %r)" % (OLDEST,)
    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([python, "-c", code], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


def go_on_with(python):
    if python is None:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(TOO_OLD % (OLDEST + (sys.executable or "python3", found)) + "\n")
        return 1
    return subprocess.call([python, os.path.dirname(os.path.abspath(__file__))] + sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
