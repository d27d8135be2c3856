"""Set-up: what it plans, what it shows, and what it says when something is in the way. No package is installed here."""

import io
import os
import shutil
import site
import subprocess
import sys
import zipfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from transcript import five_minutes

from autograder.bootstrap import __main__ as entrance
from autograder.bootstrap import plan, setup, torch_build
from autograder.bootstrap.pip import Pip
from autograder.bootstrap.place import Place
from autograder.bootstrap.progress import Progress
from autograder.bootstrap.trouble import Trouble, explain

ENTRANCE = plan.ROOT / "autograder" / "bootstrap"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "pyproject.toml").touch()
    place = Place(tmp_path)
    yield place
    if place.held:
        place.held.close()


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip as it is on a new laptop."""
    monkeypatch.setattr(torch_build, "pip_settings", lambda python: {})
    monkeypatch.setattr(torch_build, "default_is_cuda", lambda: True)
    monkeypatch.setattr(torch_build, "has_nvidia", lambda: False)


# What is planned


def test_a_group_of_groups_needs_what_its_parts_need_and_what_a_learner_needs() -> None:
    needed = plan.requirements("test")
    assert set(plan.requirements("learn")) < set(needed)
    assert {r.split(">")[0] for r in needed} >= {"torch", "nbgrader", "ruff", "distributed"}
    assert not [r for r in needed if r.startswith("minibatch")]


def test_a_group_that_is_ready_makes_its_parts_ready() -> None:
    assert {"learn", "dev", "class", "test"} <= set(plan.included("test"))
    assert plan.included("learn") == ["learn"]


def test_every_group_has_a_size_and_every_requirement_a_pin() -> None:
    pins = {line.split("==")[0] for line in plan.CONSTRAINTS.read_text().splitlines()}
    for group in plan.groups():
        assert plan.size(group, has_base=False)[1] >= 1000
        assert {r.split(">")[0] for r in plan.requirements(group)} <= pins
        assert plan.count(group) >= len(plan.requirements(group))


def test_the_pin_of_torch_accepts_any_build() -> None:
    assert plan.pin("torch").startswith("torch==")
    assert "+" not in plan.pin("torch")


def test_only_what_is_installed_changes_the_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = (plan.ROOT / "pyproject.toml").read_text()
    before = plan.fingerprint("learn")
    monkeypatch.setattr(plan, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text(project.replace("line-length = 120", "line-length = 100"))
    assert plan.fingerprint("learn") == before
    (tmp_path / "pyproject.toml").write_text(project.replace("rich>=", "rich>=1"))
    assert plan.fingerprint("learn") != before


#: Debian 12 has 3.11.2; torch has builds for 3.14.
PROMISED = ["3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0"]


@pytest.mark.parametrize("version", PROMISED)
def test_the_pins_hold_on_every_python_that_is_promised(version: str, tmp_path: Path) -> None:
    (tmp_path / "wanted.in").write_text("\n".join(plan.requirements("test")))
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header"]
    command += ["--python-version", version, "--constraint", str(plan.CONSTRAINTS), str(tmp_path / "wanted.in")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Failed to fetch" in done.stderr:
        pytest.skip("no package index answers")
    assert done.returncode == 0, done.stderr
    pins = plan.CONSTRAINTS.read_text("utf-8")
    for found in filter(None, done.stdout.splitlines()):
        assert f"{found.split(' ;')[0]} " in pins, f"{found} is not among the pins: make pins"


# Python


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_an_old_python_is_told_which_one_to_get(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 1))
    monkeypatch.setenv("PATH", "/nonexistent")
    assert entrance.main() == 1
    told = capsys.readouterr().err
    assert f"needs Python 3.11 or newer, and {sys.executable} is Python {version[0]}.{version[1]}.1" in told
    assert "make check PYTHON=" in told


def test_an_old_python_goes_on_with_a_newer_one_that_really_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, works = tmp_path / "python3.13", tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")  # as a version manager's stand-in for what is not installed
    works.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    broken.chmod(0o755)
    works.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert entrance.newer_python() == str(works)


def test_the_entrance_can_be_read_by_any_python() -> None:
    old = [p for v in ("2.7", "2", "3.6", "3.7", "3.8") if (p := shutil.which(f"python{v}")) and runs(p)]
    for python in old:
        told = subprocess.run([python, ENTRANCE], capture_output=True, text=True, env={"PATH": ""}, check=False)
        assert told.returncode == 1
        assert "needs Python 3.11" in told.stderr
    # Where there is no old one: what no Python 2 can read.
    source = (ENTRANCE / "__main__.py").read_text("utf-8")
    assert source.isascii()
    assert not [word for word in ("f'", 'f"', ":=", " -> ", "nonlocal") if word in source]


def runs(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def test_an_unknown_group_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert setup.main(["lern"]) == 2
    assert "learn|watch|lab" in capsys.readouterr().err


# The folder


def test_too_little_disk_says_how_much(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(300_000_000))
    with pytest.raises(Trouble, match=r"about 1\.1 GB of disk, and 300 MB are free"):
        setup.set_up("learn", place)
    assert not place.venv.exists()


def test_a_folder_that_cannot_be_written_to_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(Trouble, match=r"cannot be written to \(Read-only file system\): .*\n.*Clone the kit"):
        setup.set_up("learn", place)


def test_a_python_without_venv_names_the_package_that_has_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    find = setup.Place.make.__globals__["importlib"].util
    monkeypatch.setattr(find, "find_spec", lambda name: None if name == "ensurepip" else name)
    place.begin()
    with pytest.raises(Trouble, match="sudo apt install python3-venv"):
        place.make()
    assert not place.venv.exists()


def test_an_interrupted_set_up_is_not_trusted(place: Place) -> None:
    place.begin()
    assert "interrupted" in place.discard_if_unsound()
    assert not place.venv.exists()


def test_another_python_after_a_set_up_that_failed_starts_afresh(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.make()
    monkeypatch.setattr(Place, "works", lambda self: True)
    assert place.discard_if_unsound() == ""
    config = place.venv / "pyvenv.cfg"
    config.write_text(config.read_text().replace(place.version(), "3.99.1"))
    assert "with Python 3.99.1, did not get to its end" in place.discard_if_unsound()
    assert not place.venv.exists()


def test_the_build_of_torch_that_was_chosen_is_kept(place: Place) -> None:
    assert place.keep_torch() == []
    (place.venv / "lib" / "python3.12" / "site-packages" / "torch-2.13.0+cpu.dist-info").mkdir(parents=True)
    _, file = place.keep_torch()
    assert Path(file).read_text() == "torch==2.13.0+cpu\n"


def test_the_kit_is_compiled(place: Place) -> None:
    checks = place.root / "autograder" / "checks"
    checks.mkdir(parents=True)
    (place.root / "solutions").mkdir()
    (checks / "setup.py").write_text("x = 1\n")
    place.python = Path(sys.executable)
    place.compile()
    [compiled] = checks.glob("__pycache__/setup.*.pyc")
    assert compiled.stat().st_size


def test_what_an_editor_starts_finds_the_kit_wherever_it_is_moved(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, moved = tmp_path / "kit", tmp_path / "elsewhere" / "moved"
    packages = Path(".venv", "Lib" if os.name == "nt" else "lib/python3.11", "site-packages")
    (root / packages).mkdir(parents=True)
    Place(root).show_the_kit()
    moved.parent.mkdir()
    root.rename(moved)
    monkeypatch.setattr(sys, "path", [])
    site.addsitedir(str(moved / packages))
    assert str(moved) in [os.path.realpath(path) for path in sys.path]


def test_an_environment_of_somebody_else_is_never_removed(place: Place) -> None:
    place.venv.mkdir()
    with pytest.raises(Trouble, match=r"rm -r \.venv"):
        place.discard_if_unsound()
    assert place.venv.exists()


def test_an_environment_of_ours_whose_python_is_gone_is_made_afresh(place: Place) -> None:
    place.ready.mkdir(parents=True)
    place.python.parent.mkdir()
    place.python.symlink_to("/nonexistent/python3")
    assert "Python" in place.discard_if_unsound()
    assert not place.venv.exists()


def test_what_was_ready_is_ready_until_it_is_interrupted_or_changed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Place, "works", lambda self: True)
    place.venv.mkdir()
    assert not place.is_ready("learn")
    place.mark_ready("watch")
    assert place.is_ready("learn")
    assert place.is_ready("watch")
    place.unfinished.touch()
    assert not place.is_ready("learn")
    place.end()
    (place.ready / "learn").write_text("what an older version needed")
    assert not place.is_ready("learn")


@pytest.mark.skipif(sys.platform == "win32", reason="no file locks there")
def test_a_second_set_up_waits_for_the_first(place: Place) -> None:
    place.lock()
    code = (
        f"import pathlib; from autograder.bootstrap.place import Place; Place(pathlib.Path({str(place.root)!r})).lock()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=plan.ROOT, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout
        assert "waiting" in second.stdout.readline()
        assert second.poll() is None
        assert place.held
        place.held.close()
        assert second.wait(20) == 0


# Which build of torch


class Asked(Pip):
    """Notes what would be installed."""

    def __init__(self, place: Place, out: io.StringIO, works: bool = True) -> None:
        super().__init__(place, Progress(out), 29)
        self.calls: list[tuple[str, ...]] = []
        self.works = works

    def install(self, *arguments: str) -> bool:
        self.calls.append(arguments)
        return self.works


def choose(place: Place, works: bool = True) -> tuple[list[tuple[str, ...]], str]:
    out = io.StringIO()
    asked = Asked(place, out, works)
    setup.choose_torch(asked, place, asked.progress)
    return asked.calls, out.getvalue()


@pytest.mark.usefixtures("no_settings")
def test_the_cpu_build_is_taken_where_it_can_be_had(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_build, "cpu_index_answers", lambda: True)
    calls, told = choose(place)
    assert calls == [("--no-deps", "--index-url", torch_build.CPU_INDEX, plan.pin("torch"))]
    assert told == ""
    assert "could not be fetched" in choose(place, works=False)[1]


@pytest.mark.parametrize(
    ("torch", "ready", "says"),
    [
        ("", "", "Setting up, once, with Python 3.12.1.\n  About 290 MB to download"),
        ("1.0.0", "lab", "Bringing .venv up to date: what `lab` needs has changed.\n  At most 290 MB to download"),
        ("pinned", "learn", "Adding what `lab` needs.\n  About 40 MB to download"),
        ("pinned", "lab", "Bringing .venv up to date: what `lab` needs has changed.\n  At most 40 MB to download"),
    ],
)
def test_what_is_to_be_downloaded_is_announced(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], torch: str, ready: str, says: str
) -> None:
    there = [f"torch-{plan.pin('torch').partition('==')[2] if torch == 'pinned' else torch}+cpu"] if torch else []
    monkeypatch.setattr(place, "packages", lambda: there)
    monkeypatch.setattr(place, "works", lambda: True)
    monkeypatch.setattr(place, "version", lambda: "3.12.1")
    if ready:
        place.ready.mkdir(parents=True)
        (place.ready / ready).write_text("what an older version needed")
    setup.announce("lab", place, Progress(sys.stdout))
    assert capsys.readouterr().out.startswith(says)


def test_the_learners_guide_shows_what_is_announced(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(place, "packages", list)
    monkeypatch.setattr(place, "version", lambda: "3.11.7")
    setup.announce("learn", place, Progress(sys.stdout))
    said = capsys.readouterr().out
    assert said in five_minutes("In a clone")[0], said


@pytest.mark.usefixtures("no_settings")
def test_a_larger_build_is_announced(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_build, "cpu_index_answers", lambda: False)
    calls, told = choose(place)
    assert (calls, "2.9 GB more to download" in told) == ([], True)
    monkeypatch.setattr(torch_build, "has_nvidia", lambda: True)
    assert "NVIDIA GPU" in choose(place)[1]


@pytest.mark.usefixtures("no_settings")
@pytest.mark.parametrize("setting", ["index-url", "no-index"])
def test_somebody_elses_choice_of_index_is_kept(place: Place, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setattr(torch_build, "pip_settings", lambda python: {setting: "x"})
    monkeypatch.setattr(torch_build, "cpu_index_answers", lambda: pytest.fail("asked nevertheless"))
    monkeypatch.setattr(torch_build, "brings_cuda", lambda python, requirement: False)
    assert choose(place) == ([], "")


@pytest.mark.usefixtures("no_settings")
@pytest.mark.parametrize("setting", ["find-links", "no-index", "extra-index-url"])
@pytest.mark.parametrize("needs", ["nvidia-cublas==13.1; platform_system == 'Linux'", "filelock"])
def test_what_pip_would_take_elsewhere_is_announced(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, needs: str
) -> None:
    monkeypatch.setattr(torch_build, "cpu_index_answers", lambda: False)
    monkeypatch.setattr(torch_build, "pip_settings", lambda python: {setting: "x"})
    monkeypatch.setattr(place, "python", Path(sys.executable))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    version = plan.pin("torch").partition("==")[2]
    told = f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\nRequires-Dist: {needs}\n"
    with zipfile.ZipFile(tmp_path / f"torch-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"torch-{version}.dist-info/METADATA", told)
        wheel.writestr(f"torch-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"torch-{version}.dist-info/RECORD", "")
    calls, says = choose(place)
    assert not calls
    assert ("Where pip is told to look, PyTorch comes with CUDA: 2.9 GB more" in says) == needs.startswith("nvidia")


def test_pips_settings_are_found_wherever_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert torch_build.pip_settings(Path(sys.executable))["index-url"] == "http://127.0.0.1:9/simple"


def test_an_index_that_does_not_answer_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_build, "CPU_INDEX", "http://127.0.0.1:9/whl/cpu")
    assert not torch_build.cpu_index_answers(patience=0.2)


# Progress


def follow(lines: list[str], expected: int = 4) -> tuple[Pip, str]:
    out = io.StringIO()
    pip = Pip(Place(Path("nowhere")), Progress(out), expected)
    for line in lines:
        pip.notice(line)
    return pip, out.getvalue()


def test_a_large_download_gets_a_line_where_lines_cannot_be_redrawn() -> None:
    _, told = follow(
        [
            "Collecting numpy",
            "  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (6.6 kB)",
            "  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (17.1 MB)",
            "  Downloading https://example.org/torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl (191.8 MB)",
        ]
    )
    assert told == "   15%  fetching 2 of about 4: torch, 191.8 MB\n"


def test_a_package_from_the_disk_is_named_without_its_path_and_without_who_asked_for_it() -> None:
    line = "Processing /some/where/sympy-1.14.0-py3-none-any.whl (from torch==2.13.0)"
    assert follow([line])[0].label == "sympy"


def test_progress_only_grows_and_ends_below_the_share_of_unpacking() -> None:
    out = io.StringIO()
    pip = Pip(Place(Path("nowhere")), Progress(out), 3)
    shares = []
    pip.progress.show = lambda share, *rest: shares.append(share)  # type: ignore[method-assign]
    for line in ["  Using cached a-1-py3-none-any.whl (1 kB)", "Progress 5 of 10", "Progress 10 of 10"] * 5:
        pip.notice(line)
    assert shares == sorted(shares)
    assert max(shares) <= 0.6


def test_a_silent_network_is_mentioned_at_once() -> None:
    assert "trying again" in follow(["WARNING: Retrying (Retry(total=4, ...)) after connection broken by 'x'"])[1]


def test_a_terminal_gets_one_line_that_is_redrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)
    progress = Progress(out)
    progress.show(0.25, "a long line of text")
    progress.show(0.5, "short")
    progress.say("done")
    assert "\n" not in out.getvalue().removesuffix("  done\n")
    assert out.getvalue().split("\r")[2].startswith("  [##########..........]  50%  short      ")


# What pip's failures mean


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "Make room"),
        ("WARNING: Retrying (...) after connection broken by 'NewConnectionError('...')'", "HTTPS_PROXY"),
        ("ERROR: Could not fetch: SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "PIP_CERT"),
        ("ERROR: [Errno 13] Permission denied: '/usr/lib/x'", "ls -ld"),
        ("ERROR: No matching distribution found for torch==2.13.0", "PYTHON=python3.12"),
        ("ERROR: something that nobody has seen before", "pip could not install"),
    ],
)
def test_a_failure_of_pips_is_put_in_words_beside_its_own(line: str, meaning: str) -> None:
    told = explain(["Collecting torch", line, ""])
    assert meaning in told
    assert line in told
    assert ".venv/pip.log" in told


def test_no_index_is_named_when_nothing_else_explains_it() -> None:
    assert "PIP_NO_INDEX" in explain(["ERROR: ResolutionImpossible"], no_index=True)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lists_its_commands_and_refuses_a_misspelt_setting() -> None:
    def make(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        command = ["make", "--no-print-directory", *arguments]
        return subprocess.run(command, cwd=plan.ROOT, env=environment, capture_output=True, text=True, check=False)

    assert "make check " in make().stdout
    misspelt = make("-n", "check", "exercice=softmax")
    assert misspelt.returncode == 2
    assert "There is no setting exercice" in misspelt.stderr
    asked = make("-n", "check", "exercise=softmax", "file=a b.py").stdout
    assert "autograder check softmax --file 'a b.py'" in " ".join(asked.split())
    assert "autograder check softmax nll" in " ".join(make("-n", "check", "softmax", "nll").stdout.split())
    assert "autograder lab optim" in " ".join(make("-n", "lab", "optim").stdout.split())
    assert "autograder list optim" in " ".join(make("-n", "list", "section=optim").stdout.split())
    assert "No rule to make target 'softmax'" in make("-n", "clean", "softmax").stderr
    some = make("-n", "test", "only=-k softmax --tb=short").stdout
    assert "-k softmax --tb=short" in some
    assert "ruff" not in some  # style comes before all the tests, and does not stop a test of one's own
    shown = make("-n", "matrix", "exercise=softmax", "mistake=made_float32").stdout
    assert "autograder matrix softmax --mistake made_float32" in " ".join(shown.split())
