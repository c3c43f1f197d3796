"""The models that are held: a table by type and name, bounded in number and in bytes."""

from __future__ import annotations

import gc
import json
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Literal

from pyshield._check import Check, shown
from pyshield._runtime import ModelHandle, _external_data
from pyshield.errors import ModelError
from pyshield.models._settings import declared, settings

__all__ = ["Cleared", "Held", "Loaded", "ModelInfo", "clear", "ensure", "held", "list_models", "load"]

ModelType = Literal["embedding", "cross-encoder"]
_TYPES = ("embedding", "cross-encoder")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What `load` did.

    Attributes:
        status: Whether it had to.
        model_name: The name asked for.
        model_type: `"embedding"` or `"cross-encoder"`.
        dimensions: The length of its vectors; `None` for a cross-encoder.
        cache_key: `type:name`.
        cached_models: The keys of all models held, the one used last at the end.
    """

    status: Literal["loaded", "already_loaded"]
    model_name: str
    model_type: ModelType
    dimensions: int | None
    cache_key: str
    cached_models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that is held.

    Attributes:
        model_name: The name it was asked for by.
        model_type: `"embedding"` or `"cross-encoder"`.
        cache_key: `type:name`.
        dimensions: The length of its vectors; `None` for a cross-encoder.
        path: Its ONNX file.
        bytes: The size of its files, once for each session: an estimate of its memory.
        is_loaded: Whether its sessions are there; not after a time without requests.
        provider: The execution provider in force; empty while it is not loaded.
        idle: Seconds since it was last asked for.
    """

    model_name: str
    model_type: ModelType
    cache_key: str
    dimensions: int | None
    path: str
    bytes: int
    is_loaded: bool
    provider: str
    idle: float


@dataclass(frozen=True, slots=True)
class Cleared:
    """What `clear` did: the keys of the models let go, and of those that stay."""

    cleared_models: tuple[str, ...]
    remaining_models: tuple[str, ...]


@dataclass(slots=True)
class Held:
    """A model in the table."""

    name: str
    kind: ModelType
    handle: ModelHandle
    path: str
    size: int
    dimensions: int | None
    used: float

    @property
    def key(self) -> str:
        """Its place in the table."""
        return f"{self.kind}:{self.name}"


_table: OrderedDict[str, Held] = OrderedDict()
"""The one used last at the end."""

_lock = Lock()
"""For the table; never held while a model loads."""

_loading: dict[str, Lock] = {}
"""One load at a time for each model."""

_collected = 0.0


def _forked() -> None:
    """In a forked child, locks may be held by threads that are not here."""
    global _lock  # noqa: PLW0603
    _lock = Lock()
    _loading.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def load(
    name: str | None = None, model_type: ModelType = "embedding", *, force_reload: bool = False
) -> Loaded:
    """Loads a model and holds it, on the calling thread, which waits; see `ensure` for event loops.

    Args:
        name: A name of the settings, a path, or a model of the hub; the default of its type if not given.
        model_type: What it is to be asked for.
        force_reload: Whether to load it anew if it is held.

    Raises:
        ConfigError: For an unknown type.
        ModelError: If it cannot be had or loaded, has no head of that type, or exceeds the memory budget.
    """
    entry, fresh = _hold(name, model_type, force_reload)
    with _lock:
        keys = tuple(_table)
    return Loaded(
        "loaded" if fresh else "already_loaded", entry.name, entry.kind, entry.dimensions, entry.key, keys
    )


async def ensure(name: str | None = None, model_type: ModelType = "embedding") -> Loaded:
    """As `load`, without holding up the event loop."""
    from asyncio import to_thread

    return await to_thread(load, name, model_type)


def held(name: str | None, model_type: ModelType) -> Held | None:
    """The model if it is held; it counts as used."""
    name = _named(name, model_type)
    with _lock:
        entry = _table.get(f"{model_type}:{name}")
        if entry is not None:
            entry.used = monotonic()
            _table.move_to_end(entry.key)
        return entry


def list_models() -> list[ModelInfo]:
    """The models that are held, the one used last at the end."""
    with _lock:
        entries = list(_table.values())
    now = monotonic()
    return [
        ModelInfo(
            entry.name,
            entry.kind,
            entry.key,
            entry.dimensions,
            entry.path,
            entry.size,
            entry.handle.is_loaded,
            str(entry.handle.metrics()["provider"]),
            now - entry.used,
        )
        for entry in entries
    ]


def clear(model: str | None = None) -> Cleared:
    """Lets models go; what they are asked at the moment is still answered.

    Args:
        model: The name or the key of one; all if not given.
    """
    with _lock:
        gone = [key for key, entry in _table.items() if model in (None, key, entry.name)]
        entries = [_table.pop(key) for key in gone]
        remaining = tuple(_table)
    _release(entries)
    return Cleared(tuple(gone), remaining)


def _named(name: str | None, model_type: str) -> str:
    check = Check("models")
    if model_type not in _TYPES:
        check.fail("model_type", f"expected 'embedding' or 'cross-encoder', got {shown(model_type)}")
    if name is None:
        return settings().embedding if model_type == "embedding" else settings().reranker
    return check.text("model", name)


def _hold(name: str | None, model_type: ModelType, force: bool) -> tuple[Held, bool]:
    name = _named(name, model_type)
    key = f"{model_type}:{name}"
    with _lock:
        loading = _loading.setdefault(key, Lock())
    with loading:
        known = held(name, model_type)
        if known is not None and not force:
            known.handle.load()
            return known, False
        if known is not None:
            known.handle.unload()
        entry = _load(name, model_type)
        with _lock:
            _table[key] = entry
            _table.move_to_end(key)
        _release(_make_room(key, entry.size))
    return entry, True


def _load(name: str, kind: ModelType) -> Held:
    model = declared(name)
    source = model.source()
    graph = Path(source["graph"])
    files = [graph, *(graph.parent / file for file in _external_data(model.path, str(graph)))]
    sessions = model.workers or os.cpu_count() or 1
    if model.threads is None and sessions > 1:
        sessions += 1  # the one for texts that are alone
    size = sessions * sum(file.stat().st_size for file in files if file.is_file())
    budget = settings().memory_budget
    if budget is not None and size > budget:
        raise ModelError(
            f"model {name}: its files have about {size} bytes for {sessions} sessions, and the memory budget "
            f"is {budget}; give it fewer `workers`, or a larger `memory_budget`",
            name,
            "budget",
        )
    _release(_make_room(f"{kind}:{name}", size))
    handle = ModelHandle(json.dumps(source))
    heads = [head for _, head, _ in handle.heads]
    wanted = {"embedding"} if kind == "embedding" else {"sequence", "pair"}
    if not wanted & set(heads):
        what = "gives no vectors" if kind == "embedding" else "gives no scores"
        raise ModelError(f"model {name}: {what}; it is no {kind} model", name, "labels")
    handle.load()
    dimensions = len(handle.embed_blocking([" "], None)[0]) if kind == "embedding" else None
    return Held(name, kind, handle, str(graph), size, dimensions, monotonic())


def _make_room(key: str, size: int) -> list[Held]:
    """Takes models out of the table until one of `size` bytes has room beside the rest."""
    bounds = settings()
    gone = []
    with _lock:
        others = [other for other in _table if other != key]
        while others:
            total = size + sum(_table[other].size for other in others)
            few = len(others) < bounds.max_cached_models
            if few and (bounds.memory_budget is None or total <= bounds.memory_budget):
                break
            gone.append(_table.pop(others.pop(0)))
    return gone


def _release(entries: list[Held]) -> None:
    global _collected  # noqa: PLW0603
    for entry in entries:
        entry.handle.unload()
    bounds = settings()
    if entries and bounds.enable_gc and monotonic() - _collected >= bounds.gc_interval:
        _collected = monotonic()
        gc.collect()
