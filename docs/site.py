"""Build the site into site/:   .venv/bin/python -m docs.site

The first page is the README itself, with its links to docs/ made right, and theirs to it; the licence goes beside it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KIT = Path(__file__).resolve().parents[1]


def build(folder: Path) -> None:
    """Put the site into `folder`, in place of what was there; subprocess.CalledProcessError where a link is broken."""
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(scratch) / "docs"
        shutil.copytree(KIT / "docs", pages, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        readme = (KIT / "README.md").read_text("utf-8").replace("](docs/", "](").replace('="docs/', '="')
        (pages / "index.md").write_text(readme, "utf-8")
        for page in pages.glob("*.md"):
            page.write_text(page.read_text("utf-8").replace("](../README.md", "](index.md"), "utf-8")
        shutil.copy(KIT / "LICENSE", pages)
        shutil.copy(KIT / "mkdocs.yml", scratch)
        (Path(scratch) / "autograder").symlink_to(KIT / "autograder")
        subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=scratch, check=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(Path(scratch) / "site", folder)


if __name__ == "__main__":
    try:
        build(KIT / "site")
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
