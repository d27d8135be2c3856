"""The site's first page is the README itself, with its links to docs/ made right; the licence goes beside it."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Files, config: Any) -> Files:
    readme = (ROOT / "README.md").read_text("utf-8").replace("](docs/", "](").replace('="docs/', '="')
    files.append(File.generated(config, "index.md", content=readme))
    files.append(File.generated(config, "LICENSE", abs_src_path=str(ROOT / "LICENSE")))
    return files
