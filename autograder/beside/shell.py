"""An IPython shell inside this process that keeps what cells print, show, return and raise, within limits."""

from __future__ import annotations

import base64
import inspect
import io
import os
import sys
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

Output = dict[str, Any]

MOST_TEXT = 40_000  # characters of one cell
MOST_TEXT_IN_ALL = 1_000_000
MOST_PICTURES = 8  # of one cell
MOST_PICTURE = 2 << 20  # bytes of one, encoded
MOST_PICTURES_IN_ALL = 12 << 20
#: What people who grade get to see. HTML of a stranger would run in the browser that edits grades.
SHOWN = ("text/plain", "image/png", "image/jpeg")


class Outputs:
    """The outputs of the cell that runs now."""

    def __init__(self) -> None:
        self.items: list[Output] = []
        self.text = self.text_in_all = self.pictures = self.pictures_in_all = 0

    def start(self) -> None:
        self.items, self.text, self.pictures = [], 0, 0

    def write(self, name: str, text: str) -> None:
        text = self._cut(text)
        if not text:
            return
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.items.append({"output_type": "stream", "name": name, "text": text})

    def _cut(self, text: str) -> str:
        """As much of the text as there is room for; the first text that does not fit says so."""
        room = min(MOST_TEXT - self.text, MOST_TEXT_IN_ALL - self.text_in_all)
        self.text += len(text)
        self.text_in_all += min(len(text), max(room, 0))
        if len(text) <= room:
            return text
        return text[:room] + "\n... and more, left out\n" if room > 0 else ""

    def show(self, kind: str, data: dict[str, Any], number: int) -> None:
        kept: dict[str, str] = {}
        for mime in SHOWN:
            value = data.get(mime)
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if not isinstance(value, str):
                continue
            if mime == "text/plain":
                value = self._cut(value)
            elif not self._room_for_picture(len(value)):
                continue
            if value:
                kept[mime] = value
        if kept:
            item = {"output_type": kind, "data": kept, "metadata": {}}
            self.items.append(item | ({"execution_count": number} if kind == "execute_result" else {}))

    def _room_for_picture(self, size: int) -> bool:
        self.pictures += 1
        fits = self.pictures <= MOST_PICTURES and size <= MOST_PICTURE
        fits = fits and self.pictures_in_all + size <= MOST_PICTURES_IN_ALL
        self.pictures_in_all += size if fits else 0
        return fits

    def error(self, name: str, message: str, traceback: list[str]) -> None:
        lines = [self._cut(line) for line in traceback[:60]]
        kept = [line for line in lines if line]
        self.items.append({"output_type": "error", "ename": name, "evalue": message[:2000], "traceback": kept})


class _Stream(io.TextIOBase):
    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str):
        self.outputs, self.name = outputs, name

    def write(self, text: str) -> int:
        self.outputs.write(self.name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True


class _Hook(DisplayHook):
    shell: Any

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.outputs.show("execute_result", format_dict, self.shell.number)


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.shell.outputs.show("display_data", data, self.shell.number)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.items.clear()


class _Compiler(CachingCompiler):
    number = 0

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"<cell [{self.number}]>"


class Files:
    """The names that the cells' code goes by."""

    def __contains__(self, name: object) -> bool:
        return str(name).startswith("<cell [")


class Shell(InteractiveShell):
    """`run(source, number)` gives the outputs of one cell."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    compiler_class = Type(_Compiler)
    files = Files()
    number = 0

    def __init__(self, **kwargs: Any):
        self.outputs = Outputs()
        super().__init__(**kwargs)

    def init_sys_modules(self) -> None:
        sys.modules[self.user_module.__name__] = self.user_module

    def run(self, source: str, number: int) -> list[Output]:
        self.number = self.execution_count = number
        setattr(self.compile, "number", number)  # noqa: B010 - ours, which IPython does not know of
        self.outputs.start()
        # Or a traceback asks every module that there is, for each of its lines, whether it is the cell's.
        name = f"<cell [{number}]>"
        inspect.modulesbyfile.update(dict.fromkeys((name, os.path.abspath(name)), self.user_module.__name__))
        sys.stdout, sys.stderr = _Stream(self.outputs, "stdout"), _Stream(self.outputs, "stderr")
        try:
            self.run_cell(source, store_history=False)
            _show_figures(self.outputs, number)
        except BaseException as error:  # IPython's own machinery can be broken by a cell
            self.outputs.error(type(error).__name__, str(error), [f"{type(error).__name__}: {error}"])
        finally:
            sys.stdout, sys.stderr = _Stream(Outputs(), "stdout"), _Stream(Outputs(), "stderr")
        return self.outputs.items

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.error(etype.__name__, str(evalue), stb)

    def system(self, cmd: str) -> None:
        print("Commands of the system are not run here.")

    system_raw = system_piped = system


def _show_figures(outputs: Outputs, number: int) -> None:
    """Figures left open at the end of a cell are shown, as in Jupyter."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for figure in [pyplot.figure(n) for n in pyplot.get_fignums()[:MOST_PICTURES]] if pyplot else []:
        outputs.show("display_data", {"image/png": _png(figure), "text/plain": repr(figure)}, number)
    if pyplot:
        pyplot.close("all")


def _png(figure: Any) -> bytes:
    width, height = figure.get_size_inches()
    buffer = io.BytesIO()
    # A tight box would draw it twice.
    figure.savefig(buffer, format="png", dpi=min(72.0, 2000 / max(width, height, 1)))
    return buffer.getvalue()


def prepare() -> Shell:
    """A shell with everything imported that cells are likely to use, and nothing run that starts a thread."""
    import matplotlib
    import matplotlib.pyplot as plt

    matplotlib.use("Agg")
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    register: Any = shell.register_magic_function
    for name in ("pip", "conda", "mamba", "uv"):
        register(lambda line: print("Packages are installed already."), "line", name)
    register(lambda line: None, "line", "matplotlib")
    shell.run("None", 0)
    shell.run("1 / 0", 0)  # the first traceback imports what makes it, and reads where all modules come from
    figure = plt.figure()  # the first picture reads fonts and styles
    figure.gca().plot([0, 1])
    figure.gca().set_title("a")
    _png(figure)
    plt.close("all")
    os.environ["PIP_NO_INDEX"] = "1"
    return shell
