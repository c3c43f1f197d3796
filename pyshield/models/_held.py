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
from typing import TYPE_CHECKING, Literal
from weakref import WeakValueDictionary

from pyshield._check import Check, shown
from pyshield._runtime import ModelHandle, _external_data
from pyshield.errors import ModelError
from pyshield.models._settings import Settings, declared, settings

if TYPE_CHECKING:
    from pyshield.model import Model

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
    model: Model
    settings: Settings
    """Those that it was last seen to agree with."""

    handle: ModelHandle
    path: str
    size: int
    dimensions: int | None
    used: float

    @property
    def key(self) -> str:
        """Its place in the table."""
        return f"{self.kind}:{self.name}"

    def agrees(self) -> bool:
        """Whether the settings in force mean this model by its name, and leave it room."""
        # Read first: if others come meanwhile, it is looked at again.
        now = settings()
        if self.settings is not now:
            if declared(self.name) != self.model or _exceeds(self.size, now):
                return False
            self.settings = now
        return True


_table: OrderedDict[str, Held] = OrderedDict()
"""The one used last at the end."""

_lock = Lock()
"""For the table; never held while a model loads."""

_loading: WeakValueDictionary[str, Lock] = WeakValueDictionary()
"""One load at a time for each model: a lock for as long as somebody loads it, or waits to."""

_collected = 0.0


def _forked() -> None:
    """In a forked child, locks may be held by threads that are not here."""
    global _lock, _loading  # noqa: PLW0603
    _lock = Lock()
    _loading = WeakValueDictionary()


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
    """The model if it is held, and is what the settings mean by the name; it counts as used."""
    name = _named(name, model_type)
    with _lock:
        entry = _table.get(f"{model_type}:{name}")
        if entry is None or not entry.agrees():
            return None
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
        _release(_outdated())
        known = held(name, model_type)
        if known is not None and not force:
            _release(_make_room(key, known.size))
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
    bounds = settings()
    model = declared(name)
    source = model.source()
    graph = Path(source["graph"])
    files = [graph, *(graph.parent / file for file in _external_data(model.path, str(graph)))]
    sessions = model.workers or os.cpu_count() or 1
    if model.threads is None and sessions > 1:
        sessions += 1  # the one for texts that are alone
    size = sessions * sum(file.stat().st_size for file in files if file.is_file())
    if _exceeds(size, bounds):
        raise ModelError(
            f"model {name}: its files have about {size} bytes for {sessions} sessions, and the memory budget "
            f"is {bounds.memory_budget}; give it fewer `workers`, or a larger `memory_budget`",
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
    return Held(name, kind, model, bounds, handle, str(graph), size, dimensions, monotonic())


def _exceeds(size: int, bounds: Settings) -> bool:
    return bounds.memory_budget is not None and size > bounds.memory_budget


def _outdated() -> list[Held]:
    """Takes models out of the table that are not what the settings mean by their names any more."""
    with _lock:
        gone = [entry for entry in _table.values() if not entry.agrees()]
        for entry in gone:
            del _table[entry.key]
    return gone


def _make_room(key: str, size: int) -> list[Held]:
    """Takes models out of the table until one of `size` bytes has room beside the rest."""
    bounds = settings()
    gone = []
    with _lock:
        others = [entry for other, entry in _table.items() if other != key]
        left, total = len(others), size + sum(entry.size for entry in others)
        for entry in others:
            if left < bounds.max_cached_models and not _exceeds(total, bounds):
                break
            del _table[entry.key]
            gone.append(entry)
            left, total = left - 1, total - entry.size
    return gone


def _release(entries: list[Held]) -> None:
    global _collected  # noqa: PLW0603
    for entry in entries:
        entry.handle.unload()
    bounds = settings()
    if entries and bounds.enable_gc and monotonic() - _collected >= bounds.gc_interval:
        _collected = monotonic()
        gc.collect()
