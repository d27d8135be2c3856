"""Which build of torch to ask for: on Linux the default one brings gigabytes of CUDA along, for a GPU that few have."""

from __future__ import annotations

import json
import platform
import re
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PATIENCE = 3.0  # seconds to wait for it


def has_nvidia() -> bool:
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def default_is_cuda() -> bool:
    return sys.platform == "linux" and platform.machine() in ("x86_64", "AMD64", "aarch64")


def pip_settings(python: Path) -> dict[str, str]:
    """pip's settings by their bare names (index-url), from wherever they come."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {m[1]: m[2] for m in re.finditer(r"^[^=]*?\.([\w-]+)='(.*)'$", told, re.MULTILINE)}


def brings_cuda(python: Path, requirement: str, patience: float = 30.0) -> bool:
    """Whether the torch that pip would take, from wherever it is told to, needs NVIDIA's packages.

    False also where pip cannot say so in `patience` seconds: it would fail likewise when it is to install it.
    """
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--dry-run", "--no-deps"]
    command += ["--ignore-installed", "--quiet", "--use-feature=fast-deps", "--report=-", requirement]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience).stdout
        found = json.loads(told)["install"]
    except (subprocess.TimeoutExpired, ValueError, LookupError):
        return False
    needed = [name for one in found for name in one["metadata"].get("requires_dist", [])]
    return any(name.startswith(("nvidia-", "cuda-")) for name in needed)


def cpu_index_answers(patience: float = PATIENCE) -> bool:
    """In a thread, since looking up a name can hang for longer than any time-out that can be set."""
    answers: list[bool] = []

    def ask() -> None:
        try:
            urllib.request.urlopen(f"{CPU_INDEX}/torch/", timeout=patience).close()
            answers.append(True)
        except urllib.error.URLError as error:
            # A certificate that Python does not know: pip may know it, and it is there.
            answers.append(isinstance(error.reason, ssl.SSLError))
        except (OSError, ValueError):
            answers.append(False)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience + 0.5)
    return bool(answers) and answers[0]
