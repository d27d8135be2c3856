"""A Jupyter server of its own and a Chromium that looks at it, for tests. Neither sees the tester's settings."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import started

#: Milliseconds to wait for what must come; generous, since other tests may be running beside.
PATIENCE = 120_000
_DONE = re.compile(r"\[\d+\]")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Without what each new window prepares for an address bar that nobody types into.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
    # Pages ask the network for fonts and MathJax. Here nothing may depend on it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def missing() -> str:
    """What keeps these tests from running, "" if nothing does."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "the Python package playwright is not installed: `make test` installs it"
    if chromium() is None:
        return "there is no Chromium: `make system-packages` installs one on Debian and Ubuntu"
    return ""


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


@contextlib.contextmanager
def page(opened: Any, pictures: Path) -> Iterator[Any]:
    """A page of a fresh session. If something fails, what it shows is saved, and the failure says where."""
    context = opened.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE)
    made = context.new_page()
    told: list[str] = []
    made.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
    made.on("pageerror", lambda error: told.append(f"error: {error}"))
    try:
        yield made
    except BaseException as error:
        pictures.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(Exception):  # the failure itself is what must be told
            for number, each in enumerate(context.pages):
                each.screenshot(path=pictures / f"{number}.png", timeout=20_000)
                (pictures / f"{number}.html").write_text(each.content(), encoding="utf-8")
            (pictures / "console.txt").write_text("\n".join(told), encoding="utf-8")
        error.add_note(f"Screenshots are in {pictures}")
        raise
    finally:
        context.close()


CDN = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
#: What the CDN has under latest.js.
_LATEST = f"""
window.MathJax = {{"HTML-CSS": {{availableFonts: [], imageFont: null, preferredFont: null, webFont: "STIX-Web"}}}};
const script = document.createElement("script");
script.src = "{CDN}MathJax.js?config=TeX-AMS_CHTML-full,Safe";
document.head.appendChild(script);"""


def with_mathjax(page: Any) -> None:
    """Answer what a page asks of the CDN of MathJax out of an installed MathJax; it has another set of outputs."""
    import jupyter_server_mathjax  # type: ignore[import-untyped]

    place = Path(jupyter_server_mathjax.__file__).parent / "static"

    def answer(route: Any) -> None:
        wanted = route.request.url.removeprefix(CDN).partition("?")[0]
        path = place / wanted.replace("TeX-AMS_CHTML-full", "TeX-AMS-MML_HTMLorMML-full")
        if wanted == "latest.js":
            route.fulfill(body=_LATEST, content_type="text/javascript")
        elif wanted.endswith("TeX-AMS_CHTML-full.js"):
            body = path.read_text(encoding="utf-8").replace("TeX-AMS-MML_HTMLorMML-full", "TeX-AMS_CHTML-full")
            route.fulfill(body=body, content_type="text/javascript")
        elif path.is_file():
            route.fulfill(path=path)
        else:
            route.fulfill(status=404)

    page.route(f"{CDN}**", answer)


class Server:
    """A Jupyter server in a folder, with settings of its own."""

    def __init__(self, folder: Path, home: Path, command: list[str], environment: dict[str, str]):
        self.home, self.log = home, home / "server.log"
        self.runtime = home / "runtime"
        self.runtime.mkdir(parents=True)
        own = {f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in ("config", "data", "runtime")}
        own |= {"IPYTHONDIR": str(home / "ipython"), "JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
        own |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"), "HOME": str(home)}
        own["JUPYTER_PATH"] = own["JUPYTER_DATA_DIR"]  # before what is installed
        server = {"ip": "127.0.0.1", "port": 0, "open_browser": False, "allow_root": True}
        config = {"ServerApp": server, "IdentityProvider": {"token": "testing"}}
        (home / "config").mkdir()
        kernel = home / "data" / "kernels" / "python3" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        told = {"argv": started.kernel(), "display_name": "Python 3 (ipykernel)", "language": "python"}
        kernel.write_text(json.dumps(told), encoding="utf-8")
        (home / "config" / "jupyter_server_config.json").write_text(json.dumps(config), encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=kept | own | environment, stdout=log, stderr=log)

    def setting(self, plugin: str, **values: Any) -> None:
        """A user's setting of JupyterLab, kept in a file where JupyterLab itself would."""
        package, _, name = plugin.rpartition(":")
        path = self.home / "settings" / package / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")

    def enter(self, page: Any, path: str) -> None:
        """Go to a path with the token, which makes a cookie; when this returns, links need no token."""
        page.goto(f"{self.address()}/{path}?token=testing")
        page.wait_for_load_state("load")

    def address(self) -> str:
        """Where the server is, once it answers."""
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until and self.process.poll() is None:
            for told in self.runtime.glob("jpserver-*.json"):
                with contextlib.suppress(ValueError, OSError):  # it is being written, or nobody listens yet
                    port = json.loads(told.read_text())["port"]
                    socket.create_connection(("127.0.0.1", port), timeout=5).close()
                    return f"http://127.0.0.1:{port}"
            time.sleep(0.1)
        raise AssertionError(f"the server did not start: {self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def lab(folder: Path, home: Path, command: list[str] | None = None, **environment: str) -> Iterator[Server]:
    """JupyterLab as it comes, except that it asks for no news and has every cell in the page."""
    made = Server(folder, home, command or [started.python(), "-m", "jupyterlab"], environment)
    made.setting("@jupyterlab/apputils-extension:notification", fetchNews="false", checkForUpdates=False)
    made.setting("@jupyterlab/notebook-extension:tracker", windowingMode="none")
    try:
        yield made
    finally:
        made.stop()


class Notebook:
    """A notebook open in JupyterLab, used with mouse and keyboard. Cells are counted from 0."""

    def __init__(self, page: Any, server: Server, name: str):
        self.page = page
        server.enter(page, f"lab/tree/{name}")
        self.cells = page.locator(".jp-Notebook .jp-Cell")
        self.idle()

    def idle(self) -> None:
        """Wait for the kernel, which is started meanwhile."""
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def write(self, index: int, text: str, typed: bool = False) -> None:
        """Replace what is in a cell, a line at a time as if pasted, or key by key, which costs ten times as much."""
        cell = self.cells.nth(index)
        cell.scroll_into_view_if_needed()
        if cell.locator(".jp-RenderedMarkdown").count():
            cell.dblclick()
        cell.locator(".cm-content").click()
        keys = self.page.keyboard
        keys.press("Control+a")
        for number, line in enumerate(text.splitlines()):
            if number:  # the editor indents by itself; what we type has its own indentation
                keys.press("Enter")
                keys.press("Shift+Home")
                keys.press("Delete") if line[:1] != " " else None
            keys.type(line) if typed else keys.insert_text(line)

    def run(self, index: int) -> Any:
        """Run a cell with Shift+Enter; its output, once the kernel has done it."""
        cell = self.cells.nth(index)
        cell.scroll_into_view_if_needed()
        cell.locator(".jp-InputArea-editor, .jp-RenderedMarkdown").first.click()
        self.page.keyboard.press("Shift+Enter")
        if "jp-CodeCell" in (cell.get_attribute("class") or ""):
            from playwright.sync_api import expect

            expect(cell.locator(".jp-InputArea-prompt")).to_have_text(_DONE, timeout=PATIENCE)
        return cell.locator(".jp-OutputArea").first

    def save(self, path: Path) -> dict[str, Any]:
        """Save with the keyboard; the notebook as it is on disk afterwards."""
        before = path.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until:
            with contextlib.suppress(ValueError):  # of a file that is just being written there is a part
                if path.stat().st_mtime_ns != before:
                    saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
                    return saved
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{path.name} was not saved")
