"""Write constraints.txt from what is installed and was tested (`make pins`), for every Python that is promised.

One version cannot always serve all of them, so uv resolves for all at once and writes markers; what is installed is
taken wherever it will do. After each pin stand the groups that need it, which lets set-up tell how many packages to
expect. Run by the environment's own Python, with everything installed.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.bootstrap import plan
from autograder.bootstrap.pip import plain

TOP = """\
# The versions that were tested together, for every Python that the kit promises; set-up installs these. To renew
# them: upgrade in .venv what you want newer, `make test`, then `make pins`. After each: the groups that need it.
"""
OLDEST = "3.11"
#: What only a build of torch for NVIDIA's GPUs needs.
CUDA = ("nvidia-", "cuda-", "triton")


def resolve(requirements: list[str], preferred: str) -> list[str]:
    """The pins, with markers, that these requirements come to on every Python from OLDEST on."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, pins = Path(folder, "requirements.in"), Path(folder, "pins.txt")
        wanted.write_text("\n".join(requirements), "utf-8")
        pins.write_text(preferred, "utf-8")  # uv keeps what stands in its output file where it can
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST]
        subprocess.run([*command, "--no-annotate", "--no-header", "-o", pins, wanted], check=True)
        return [line for line in pins.read_text("utf-8").splitlines() if "==" in line]


def main() -> int:
    # Without a build's own label (+cpu), so that any build of the version will do.
    installed = {plain(d.name): d.version.split("+")[0] for d in importlib.metadata.distributions()}
    pins = resolve(plan.requirements("test"), "\n".join(f"{n}=={v}" for n, v in sorted(installed.items())))
    needed: dict[str, list[str]] = {}
    for group in [g for g in plan.groups() if g == "learn" or plan.extras(g) == [g]]:
        own = plan.requirements(group) if group == "learn" else plan.optional(group)
        for name in {line.partition("==")[0] for line in resolve(own, "\n".join(pins))}:
            needed.setdefault(name, []).append("cuda" if name.startswith(CUDA) else group)
    told = [f"{pin}  # {' '.join(dict.fromkeys(needed[pin.partition('==')[0]]))}\n" for pin in pins]
    plan.CONSTRAINTS.write_text(TOP + "\n" + "".join(told), "utf-8")
    print(f"{len(pins)} versions pinned in constraints.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
