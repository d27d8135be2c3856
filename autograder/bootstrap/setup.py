"""The steps of set-up, in order, and what is said at each."""

from __future__ import annotations

import sys
import time

from autograder.bootstrap import plan, torch_build
from autograder.bootstrap.pip import Pip
from autograder.bootstrap.place import Place, gigabytes
from autograder.bootstrap.progress import Progress
from autograder.bootstrap.trouble import Trouble, explain


def main(arguments: list[str]) -> int:
    group = arguments[0] if arguments else "learn"
    if group not in plan.groups() or len(arguments) > 1:
        print(f"usage: python3 autograder/bootstrap [{'|'.join(plan.groups())}]", file=sys.stderr)
        return 2
    try:
        set_up(group, Place(plan.ROOT))
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up was interrupted. The same command takes it up again.", file=sys.stderr)
        return 130
    return 0


def set_up(group: str, place: Place) -> None:
    started = time.monotonic()
    place.lock()
    if place.is_ready(group):
        place.mark_ready(group)  # newer than what make compares it with
        return
    progress = Progress()
    reason = place.discard_if_unsound()
    disk = announce(group, place, progress)
    if reason:
        progress.say(reason)
    place.check_disk(disk)
    place.begin()
    if not place.works():
        progress.show(0, "making .venv", True)
        place.make()
    place.ensure_pip()
    pip = Pip(place, progress, plan.count(group))
    if not has_torch(place):
        choose_torch(pip, place, progress)
    pinned = ["--constraint", str(plan.CONSTRAINTS), *place.keep_torch()]
    if not pip.install(*pinned, *plan.requirements(group)):
        place.end()  # pip gave up in good order: what is in .venv is whole
        raise Trouble(explain(pip.lines, "no-index" in torch_build.pip_settings(place.python)))
    place.compile()
    place.show_the_kit()
    place.end()
    place.mark_ready(group)
    progress.say(f"Ready after {time.monotonic() - started:.0f} s.")


def has_torch(place: Place) -> bool:
    """Whether the torch that is asked for is there."""
    return plan.pin("torch").replace("==", "-") in [p.split("+")[0] for p in place.packages()]


def announce(group: str, place: Place, progress: Progress) -> int:
    """Say what will be downloaded; the megabytes that it takes on disk."""
    download, disk = plan.size(group, has_torch(place))
    about = "About"
    if (place.ready / group).exists() and place.works():  # some of it is there, and how much pip finds out
        print(f"Bringing .venv up to date: what `{group}` needs has changed.")
        about = "At most"
    elif has_torch(place):
        print(f"Adding what `{group}` needs.")
    else:
        print(f"Setting up, once, with Python {place.version()}.")
    if download:
        progress.say(f"{about} {gigabytes(download)} to download, {gigabytes(disk)} on disk, all of it in .venv.")
    return disk


def choose_torch(pip: Pip, place: Place, progress: Progress) -> None:
    """Install torch's CPU build where that is the better one; otherwise it comes with the rest, as pip finds it."""
    if not torch_build.default_is_cuda():
        return
    settings = torch_build.pip_settings(place.python)
    if "index-url" in settings or "no-index" in settings:  # somebody chose where packages come from
        if not torch_build.brings_cuda(place.python, plan.pin("torch")):
            return
        why = "Where pip is told to look, PyTorch comes with CUDA"
    elif torch_build.has_nvidia():
        why = "There is an NVIDIA GPU here, so PyTorch comes with CUDA"
    elif torch_build.cpu_index_answers():
        if pip.install("--no-deps", "--index-url", torch_build.CPU_INDEX, plan.pin("torch")):
            return
        why = "PyTorch's CPU build could not be fetched, so it comes with CUDA"
    elif "find-links" in settings or "extra-index-url" in settings:
        if not torch_build.brings_cuda(place.python, plan.pin("torch")):
            return
        why = "Where pip is told to look, PyTorch comes with CUDA"
    else:
        why = "PyTorch's own site with the smaller CPU build does not answer, so PyTorch may come with CUDA"
    download, disk = plan.CUDA_SIZE
    progress.say(f"{why}: {gigabytes(download)} more to download, {gigabytes(disk)} more on disk.")
    place.check_disk(plan.SIZES["learn"][1] + disk)
