"""Notice that something in a folder was saved, however the editor saves, and whatever happens to the folder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

#: Milliseconds between two looks at what the system reported; half of it is the mean delay after a save.
STEP = 10
#: Milliseconds after which we look ourselves: network drives and some containers report nothing.
PATIENCE = 700


class Follower(threading.Thread):
    """Calls `wake` after each change in `folder`, and now and then without one. It must find out what has changed."""

    def __init__(self, folder: Path, wake: Callable[[], None]):
        super().__init__(daemon=True, name="follow")
        self.folder, self.wake = folder, wake
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._follow()
            except (OSError, RuntimeError):  # the folder is not there (any more), or cannot be watched
                self.wake()
                self.stopping.wait(PATIENCE / 1000)

    def _follow(self) -> None:
        from watchfiles import watch

        watched = self.folder.stat().st_ino
        for _ in watch(
            self.folder,
            watch_filter=None,
            debounce=50,
            step=STEP,
            rust_timeout=PATIENCE,
            yield_on_timeout=True,
            stop_event=self.stopping,
            recursive=False,
            raise_interrupt=False,
        ):
            self.wake()
            if self.folder.stat().st_ino != watched:  # replaced by another folder: follow that one
                return

    def stop(self) -> None:
        self.stopping.set()
