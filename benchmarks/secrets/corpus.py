"""Ordinary code and prose that is on the machine anyway: a sample of files, drawn with a seed.

Standard library only: it runs in both environments.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

CODE = (".c", ".cpp", ".css", ".go", ".h", ".html", ".java", ".js", ".json", ".py", ".pyi", ".rs", ".sh",
        ".sql", ".toml", ".ts", ".yaml", ".yml")  # fmt: skip
PROSE = (".md", ".rst", ".txt")
LARGEST = 300_000
"""Longer files are data more often than code."""


def roots() -> list[Path]:
    """The standard library with what is installed beside it, and the sources of Rust crates."""
    registry = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "registry/src"
    return [Path(os.__file__).parent, registry]


def _package(path: Path, root: Path) -> str:
    """The package a file belongs to: what the folder below the root, or below `site-packages`, is called."""
    parts = path.relative_to(root).parts
    if "site-packages" in parts:
        parts = parts[parts.index("site-packages") + 1 :]
    elif root == roots()[1]:
        parts = parts[1:]  # below the folder of the registry
    return parts[0]


def sample(endings: tuple[str, ...], size: int, seed: int) -> list[Path]:
    """Files with these endings, in random order, of `size` bytes together, a package's at most a fiftieth."""
    found = [
        (path, root)
        for root in roots()
        for path in root.rglob("*")
        if path.suffix in endings and path.is_file() and 0 < path.stat().st_size <= LARGEST
    ]
    found.sort()
    random.Random(seed).shuffle(found)
    chosen, total = [], 0
    of_package: dict[str, int] = {}
    for path, root in found:
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        package, bytes_ = _package(path, root), path.stat().st_size
        if of_package.get(package, 0) + bytes_ > size // 50:
            continue
        of_package[package] = of_package.get(package, 0) + bytes_
        total += bytes_
        chosen.append(path)
        if total >= size:
            break
    return chosen


def ordinary(size: int) -> list[Path]:
    """Four parts code and one part prose, `size` bytes in all."""
    return sample(CODE, size * 4 // 5, 1) + sample(PROSE, size // 5, 2)
