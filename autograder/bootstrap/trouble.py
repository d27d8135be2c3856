"""What can go wrong in set-up, in words that end with what to type next."""

from __future__ import annotations

import sys


class Trouble(Exception):
    """Set-up cannot go on; the text says why and what to do."""


AGAIN = "Then type the same command again."

NETWORK = f"""\
No package could be fetched: the network did not answer, or not the place that pip is set to fetch from.
Go online. Behind a proxy, say so first:   export HTTPS_PROXY=http://proxy.example:3128
What pip is set to:   python3 -m pip config list
{AGAIN}"""

NO_INDEX = f"""\
pip is told to use no package index (PIP_NO_INDEX, or no-index in its configuration), and found not everything here.
Look at:   python3 -m pip config list
{AGAIN}"""

CERTIFICATE = f"""\
The other side's certificate was not accepted, as happens behind a company's or school's filter.
Ask for its certificate file, and name it:   export PIP_CERT=/path/to/certificates.pem
{AGAIN}"""

DISK_FULL = f"""\
The disk became full. Make room (a full /tmp counts too: `df -h . /tmp` shows both).
{AGAIN}"""

NOT_ALLOWED = f"""\
A file could not be written. Is this folder yours, and `.venv` too?   ls -ld . .venv
{AGAIN}"""

# Phrases of pip's, and what is said instead; the first that is found wins.
KNOWN = [
    (("No space left on device", "Errno 28", "Disk quota exceeded"), DISK_FULL),
    (("CERTIFICATE_VERIFY_FAILED", "SSLError", "certificate verify failed"), CERTIFICATE),
    (
        (
            "NewConnectionError",
            "ConnectionError",
            "Failed to establish a new connection",
            "Connection refused",
            "ConnectTimeout",
            "ReadTimeout",
            "Read timed out",
            "ProxyError",
            "Name or service not known",
            "Temporary failure in name resolution",
            "RemoteDisconnected",
            "IncompleteRead",
        ),
        NETWORK,
    ),
    (("Permission denied", "Errno 13", "Read-only file system"), NOT_ALLOWED),
]


def explain(lines: list[str], no_index: bool = False) -> str:
    """What pip's output means, with the line of it that tells; where we know nothing better, its last words."""
    # An unreachable index also ends in "no matching distribution", so that comes last.
    for phrases, words in KNOWN:
        if telling := [line for line in lines if any(phrase in line for phrase in phrases)]:
            return f"{words}\n\n{words_of_pip(telling[-1:])}"
    if no_index:
        return f"{NO_INDEX}\n\n{words_of_pip(lines[-3:])}"
    if telling := [line for line in lines if "No matching distribution found for torch" in line]:
        version = ".".join(str(part) for part in sys.version_info[:2])
        return (
            f"There is no build of PyTorch for Python {version} on this machine.\n"
            f"Take another Python:   make check PYTHON=python3.12     (3.11 to 3.13 are the safest)\n\n"
            + words_of_pip(telling)
        )
    told = [line for line in lines if line.strip() and "[notice]" not in line]
    return f"pip could not install what is needed.\n\n{words_of_pip(told[-12:])}"


def words_of_pip(lines: list[str]) -> str:
    return "pip said (all of it is in .venv/pip.log):\n" + "\n".join(f"    {line.strip()[:200]}" for line in lines)
