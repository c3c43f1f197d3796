"""Where a declared model's files are on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyshield._hub import fetch, is_repository
from pyshield.errors import ModelError

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["locate"]


def locate(model: Model, *, offline: bool | None = None) -> tuple[Path, list[Path]]:
    """The ONNX file, and the directories that may hold configuration and tokenizer.

    Args:
        model: The declaration.
        offline: Whether to look for a model of the hub in its cache alone; as `HF_HUB_OFFLINE` says if not
            given.

    Raises:
        ModelError: If the model is not here, nor to be had from the hub.
    """
    path = Path(model.path).expanduser()
    if path.suffix == ".onnx":
        graph = path.absolute()
        return graph, [graph.parent, graph.parent.parent]
    if not path.is_dir():
        if is_repository(model.path):
            fetched = fetch(model, offline=offline)
            return fetched.graph, fetched.directories
        raise ModelError(
            f"model {model.path}: is not a directory here, nor an .onnx file", model.path, "missing"
        )
    graph_root = path if model.onnx_path is None else Path(model.onnx_path).expanduser()
    if model.onnx_path is not None and not graph_root.is_dir():
        # llm-guard's declarations name a directory of the hub here; a local copy is usually whole.
        graph_root = path
    graph = (graph_root / model.onnx_subfolder / model.onnx_filename).absolute()
    if not graph.is_file():
        usual = [path / model.onnx_filename, path / "onnx" / model.onnx_filename]
        graph = next((other.absolute() for other in usual if other.is_file()), graph)
    directories = [path / model.subfolder, path, graph.parent, graph_root]
    return graph, list(dict.fromkeys(directory.absolute() for directory in directories))
