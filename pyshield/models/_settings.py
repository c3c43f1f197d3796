"""What bounds the models that are held, from a TOML file or a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyshield._check import Check, shown
from pyshield._hub import is_repository
from pyshield.model import Model

__all__ = ["BUNDLED", "Settings", "configure", "declared", "settings"]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZES = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_LONGEST = 365 * 86400.0
_WITHOUT_EFFECT = ("python_path", "gpu_memory_fraction")
BUNDLED = "pyshield-encoder"
"""The name of the model that comes with pyshield."""

_USUAL_ORGANISATION = "sentence-transformers"
"""Where a name without an organisation is looked for, as sentence-transformers does."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Bounds and defaults.

    Attributes:
        max_cached_models: Models held at a time; the one not used for longest goes first.
        model_cache_timeout: Seconds without a request after which a model's sessions are unloaded; the next
            request loads them again.
        memory_budget: Bytes that the held models' files may have together, once for each session; `None` for
            no limit.
        default_timeout: Seconds a request may take if it does not say.
        enable_gpu: Whether CUDA is used where it is there. `models.list()` says what is in force.
        enable_gc: Whether Python's garbage collector runs after a model was let go.
        gc_interval: Seconds between two such runs at least.
        embedding: The model for vectors if a request names none: the bundled one, which needs no download,
            if the settings do not say.
        reranker: The model for ranks if a request names none.
        models: Declarations by name.
        functions: `timeout` and `max_batch_size` of registered functions, by name.
        ignored: Keys of the file that are known and have no effect here.
    """

    max_cached_models: int = 5
    model_cache_timeout: float | None = 3600.0
    memory_budget: int | None = None
    default_timeout: float = 30.0
    enable_gpu: bool = False
    enable_gc: bool = True
    gc_interval: float = 300.0
    embedding: str = BUNDLED
    reranker: str = "cross-encoder/ms-marco-MiniLM-L-2-v2"
    models: Mapping[str, Model] = field(default_factory=dict)
    functions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


_in_force = Settings()


def settings() -> Settings:
    """The settings in force."""
    return _in_force


def configure(source: str | Path | Mapping[str, Any] | Settings) -> Settings:
    """Puts settings in force, for this process.

    Models that are now too many or too large go with the next load, and so do those whose names mean other
    ones now, or the same with other options; nothing is asked of these any more.

    Args:
        source: A TOML file, what one holds, or settings. The tables are `[python]` with `max_cached_models`,
            `model_cache_timeout`, `memory_budget`, `default_timeout`, `enable_gpu`, `enable_gc`,
            `gc_interval`, `embedding`, `reranker`; `[python.functions.NAME]` with `timeout` and
            `max_batch_size`; `[models.NAME]` with the fields of `Model`. Times are seconds or strings
            (`"30s"`, `"5m"`, `"1h"`), sizes bytes or strings (`"2GiB"`).

    Returns:
        The settings.

    Raises:
        ConfigError: For a key that is not known, or a wrong type or value; nothing is changed then.
    """
    global _in_force  # noqa: PLW0603  # one for the process, as the models are
    made = source if isinstance(source, Settings) else _read(source)

    from pyshield.functions import _configured

    _configured.apply({name: dict(options) for name, options in made.functions.items()}, made.default_timeout)
    _in_force = made
    return made


def declared(name: str) -> Model:
    """The model of a name: one of the settings, the bundled one, a path, or a model of the hub.

    Raises:
        ConfigError: For what is no name.
    """
    check = Check("models")
    if not check.text("model", name):
        check.fail("model", "is empty")
    known = _in_force.models.get(name)
    if known is not None:
        return known
    options: dict[str, Any] = {"idle_timeout": _in_force.model_cache_timeout}
    if _in_force.enable_gpu:
        options |= {"providers": ("cuda",), "strict": False}
    if name == BUNDLED:
        return Model(Model.bundled().path, **options)
    here = Path(name).expanduser()
    if here.exists() or here.suffix == ".onnx" or is_repository(name) or "/" in name:
        return Model(name, **options)
    return Model(f"{_USUAL_ORGANISATION}/{name}", **options)


def _read(source: str | Path | Mapping[str, Any]) -> Settings:
    check = Check("models.configure")
    if isinstance(source, Mapping):
        return _settings(check, source)
    import tomllib

    path = Path(source)
    try:
        return _settings(check, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        return check.fail("source", f"{path.name}: {error.strerror or type(error).__name__}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return check.fail("source", f"{path.name}: is not TOML ({type(error).__name__})")


def _settings(check: Check, given: Mapping[str, Any]) -> Settings:
    tables = dict(given)
    python = _table(check, "python", tables.pop("python", {}))
    models = _table(check, "models", tables.pop("models", {}))
    if tables:
        check.fail(next(iter(tables)), "unknown table; known are python and models")
    functions = _table(check, "python.functions", python.pop("functions", {}))
    ignored = tuple(name for name in _WITHOUT_EFFECT if name in python)
    for name in ignored:
        del python[name]
    readers = {
        "max_cached_models": lambda key, value: check.integer(key, value, least=1, most=10_000),
        "model_cache_timeout": lambda key, value: _seconds(check, key, value),
        "memory_budget": lambda key, value: _bytes(check, key, value),
        "default_timeout": lambda key, value: _seconds(check, key, value),
        "enable_gpu": check.boolean,
        "enable_gc": check.boolean,
        "gc_interval": lambda key, value: _seconds(check, key, value),
        "embedding": check.text,
        "reranker": check.text,
    }
    values: dict[str, Any] = {}
    for key, value in python.items():
        if key not in readers:
            check.fail(f"python.{key}", "unknown key")
        values[key] = readers[key](key, value)
    made = Settings(**values)
    usual: dict[str, Any] = {"idle_timeout": made.model_cache_timeout}
    if made.enable_gpu:
        usual |= {"providers": ("cuda",), "strict": False}
    return Settings(
        **values,
        models={name: _model(check, name, table, usual) for name, table in models.items()},
        functions={name: _function(check, name, table) for name, table in functions.items()},
        ignored=ignored,
    )


def _model(check: Check, name: str, given: object, usual: dict[str, Any]) -> Model:
    fields = _table(check, f"models.{name}", given)
    unknown = [key for key in fields if key not in Model.__dataclass_fields__]
    if unknown:
        check.fail(f"models.{name}.{unknown[0]}", "unknown key")
    if "path" not in fields:
        check.fail(f"models.{name}.path", "missing")
    for key in ("idle_timeout", "run_timeout"):
        if key in fields:
            fields[key] = _seconds(check, f"models.{name}.{key}", fields[key])
    return Model(**{**usual, **fields})


def _function(check: Check, name: str, given: object) -> dict[str, Any]:
    options = _table(check, f"python.functions.{name}", given)
    read: dict[str, Any] = {}
    for key, value in options.items():
        place = f"python.functions.{name}.{key}"
        if key == "timeout":
            read[key] = _seconds(check, place, value)
        elif key == "max_batch_size":
            read[key] = check.integer(place, value, least=1, most=65_536)
        else:
            check.fail(place, "unknown key")
    return read


def _table(check: Check, name: str, given: object) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        return check.fail(name, f"expected a table, got {shown(given)}")
    return dict(given)


def _seconds(check: Check, field: str, given: object) -> float:
    """Seconds, or a number with a unit."""
    if isinstance(given, str):
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", given.strip())
        if found is None:
            check.fail(field, f"expected seconds or a string as '30s', '5m', '1h', got {shown(given)}")
        else:
            given = float(found[1]) * _UNITS[found[2]]
    return check.number(field, given, least=0.0, most=_LONGEST, above=True)


def _bytes(check: Check, field: str, given: object) -> int:
    """Bytes, or a number with a unit."""
    if isinstance(given, str):
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]i?B)?", given.strip(), re.IGNORECASE)
        if found is None:
            check.fail(field, f"expected bytes or a string as '2GiB', got {shown(given)}")
        else:
            given = int(float(found[1]) * _SIZES[(found[2] or "").upper()])
    return check.integer(field, given, least=1, most=2**60)
