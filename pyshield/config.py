"""Shields from configuration.

A configuration is a mapping, or the same in YAML:

```yaml
preset: standard          # optional: what the keys below do not say
prompt:                   # scanners for prompts, in order
  - type: BanSubstrings
    params:
      substrings: [reverse shell, keylogger]
      redact: true
  - InvisibleText         # a name alone takes the defaults
output:                   # scanners for outputs
  - type: ReadingTime
    params: {max_time: 10}
limits:                   # as pyshield.Limits
  deadline: ${SCAN_DEADLINE:2.5}
  policy: wait
views: {}                 # as pyshield.Views; left out or null for the text alone
cache:                    # as pyshield.Cache; left out or null for none
  ttl: 300
on_error: block           # block, allow or raise
pipeline:                 # as pyshield.Pipeline; left out or null for all scanners at once
  mode: sequential
ml:                       # as pyshield.ml.MLConfig; left out or null for each scanner as it is declared
  model_variant: int8
messages:                 # as pyshield.MessagePolicy; left out or null for the default
  tool: [InvisibleText]
```

A key that is given replaces all of what the preset has under it. In YAML, `${NAME}` and `${NAME:default}`
stand for an environment variable, `$${NAME}` for itself. Every error is a `ConfigError` that names file, line
and key; a file is bounded in size, depth and number of values, aliases counted as often as they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pyshield import _yaml
from pyshield._check import shown, suggestion
from pyshield._declarations.registry import parameters, scanner_by_name
from pyshield._limits import Cache, Limits, Pipeline, Views
from pyshield.errors import ConfigError
from pyshield.presets import preset

if TYPE_CHECKING:
    from pyshield.vault import Vault

    Bounds = Limits | Views | Cache | Pipeline

__all__ = ["built", "load", "to_yaml"]

Built = TypeVar("Built")

_KEYS = ("preset", "prompt", "output", "limits", "views", "cache", "on_error", "messages", "pipeline", "ml")
_SCANNER_KEYS = ("type", "params")
_LLM_GUARD = {"input_scanners": "prompt", "output_scanners": "output"}
_MOST_BYTES = 8 * 1024 * 1024
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def load(source: Mapping[str, Any] | str | Path) -> dict[str, Any]:
    """Reads a configuration.

    Args:
        source: A mapping; a `Path`, or a `str` that names a file; or YAML text, which is a `str` with a line
            break, with `: ` or with `{` in front.

    Returns:
        The arguments of `Shield` and `BlockingShield`.

    Raises:
        ConfigError: For anything wrong.
    """
    reader, data = _opened(source)
    return reader.shield(data)


def built(kind: Callable[..., Built], source: Mapping[str, Any] | str | Path) -> Built:
    """The shield that a configuration is of; otherwise as `load`.

    Raises:
        ConfigError: For anything wrong, also what only the shield can tell, where it stands.
    """
    reader, data = _opened(source)
    arguments = reader.shield(data)
    made: Built = reader.called((), None, lambda: kind(**arguments))
    return made


def _opened(source: Mapping[str, Any] | str | Path) -> tuple[_Reader, object]:
    """A configuration as plain data, and what reads it."""
    if isinstance(source, Mapping):
        return _Reader(None, lambda _: None), source
    if isinstance(source, str) and ("\n" in source or ": " in source or source.lstrip().startswith("{")):
        file, text = None, source
    elif isinstance(source, str | Path):
        file, text = str(source), _read(Path(source))
    else:
        raise ConfigError(f"configuration: expected a mapping, a path or YAML text, got {shown(source)}")
    data, line = _yaml.parse(text, file)
    if data is None:
        raise ConfigError(f"{file or 'configuration'}: is empty", file=file)
    return _Reader(file, line), data


def to_yaml(config: Mapping[str, Any]) -> str:
    """A configuration as YAML that `load` takes back."""
    return _yaml.dump(dict(config))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is not a path"
        raise ConfigError(f"{shown(str(path))}: cannot be read: {reason}", file=str(path)) from error
    if len(content) > _MOST_BYTES:
        raise ConfigError(f"{path}: is longer than {_MOST_BYTES} bytes", file=str(path))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8", file=str(path), line=line) from None


class _Reader:
    """Turns plain data into the arguments of a shield.

    Args:
        file: The name of the configuration in errors.
        line: The line of a path in it, if it has lines.
    """

    def __init__(self, file: str | None, line: Callable[[_yaml.Path], int | None]) -> None:
        self.file = file
        self.line = line
        self.vault: Vault | None = None

    def fail(self, path: _yaml.Path, reason: str, scanner: str | None = None) -> NoReturn:
        """Raises the `ConfigError` of what stands at `path`."""
        line = self.line(path)
        place = (self.file or "configuration") + (f":{line}" if line else "")
        keys = _written(path)
        raise ConfigError(f"{place}: {keys + ': ' if keys else ''}{reason}", scanner, keys, self.file, line)

    def mapping(self, path: _yaml.Path, value: object, known: tuple[str, ...]) -> Mapping[str, Any]:
        """The value as a mapping with none but `known` keys."""
        if not isinstance(value, Mapping):
            self.fail(path, f"expected a mapping, got {shown(value)}")
        for key in value:
            if key not in known:
                where = (*path, key) if isinstance(key, str) else path
                hint = suggestion(key, known) or "; known are " + ", ".join(known)
                if not path and key in _LLM_GUARD:
                    hint = f"; it is called {_LLM_GUARD[key]!r} here"
                self.fail(where, f"unknown key{hint}")
        return value

    def shield(self, data: object) -> dict[str, Any]:
        """The arguments of a shield."""
        config = self.mapping((), data, _KEYS)
        if not config.keys() & {"preset", "prompt", "output"}:
            self.fail((), "has none of 'preset', 'prompt' and 'output'")
        arguments: dict[str, Any] = {}
        if "preset" in config:
            arguments |= self.called(("preset",), None, preset, config["preset"])
        for direction, package in (("prompt", "input_scanners"), ("output", "output_scanners")):
            if direction in config:
                arguments[direction] = self.scanners(direction, package, config[direction])
        if "limits" in config:
            arguments["limits"] = self.bounds("limits", config["limits"], Limits)
        if "on_error" in config:
            arguments["on_error"] = self.on_error(config["on_error"])
        return arguments | self.optional(config)

    def optional(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments for which null stands for none."""
        readers: dict[str, Callable[[Any], Any]] = {"messages": self.messages, "ml": self.ml}
        for key, kind in (("views", Views), ("cache", Cache), ("pipeline", Pipeline)):
            readers[key] = partial(self.bounds, key, kind=kind)
        given = {key: config[key] for key in readers if key in config}
        return {key: None if value is None else readers[key](value) for key, value in given.items()}

    def ml(self, value: object) -> Any:  # noqa: ANN401
        """How scanners read models."""
        from pyshield.ml import CacheSettings, MLConfig

        given = dict(self.mapping(("ml",), value, parameters(MLConfig)[0]))
        if "cache_config" in given:
            inside = ("ml", "cache_config")
            cache = self.mapping(inside, given["cache_config"], parameters(CacheSettings)[0])
            given["cache_config"] = self.called(inside, None, lambda: CacheSettings(**cache))
        return self.called(("ml",), None, lambda: MLConfig(**given))

    def on_error(self, value: object) -> object:
        """What a scanner that comes to no verdict means."""
        if value not in ("block", "allow", "raise"):
            self.fail(("on_error",), f"expected 'block', 'allow' or 'raise', got {shown(value)}")
        return value

    def messages(self, value: object) -> Any:  # noqa: ANN401
        """How conversations are scanned."""
        from pyshield._messages.policy import OUTPUTS, ROLES, Context, Decisions, MessagePolicy

        path = ("messages",)
        given = dict(self.mapping(path, value, parameters(MessagePolicy)[0]))
        for role in ROLES:
            if role in given:
                package = "output_scanners" if role in OUTPUTS else "input_scanners"
                given[role] = self.role((*path, role), package, given[role])
        if given.get("context") is not None:
            inside = (*path, "context")
            context = dict(self.mapping(inside, given["context"], parameters(Context)[0]))
            if "scanners" in context:
                context["scanners"] = self.role((*inside, "scanners"), "input_scanners", context["scanners"])
            given["context"] = self.called(inside, None, lambda: Context(**context))
        if "decisions" in given:
            inside = (*path, "decisions")
            decisions = self.mapping(inside, given["decisions"], parameters(Decisions)[0])
            given["decisions"] = self.called(inside, None, lambda: Decisions(**decisions))
        return self.called(path, None, lambda: MessagePolicy(**given))

    def role(self, path: _yaml.Path, package: str, value: object) -> Any:  # noqa: ANN401
        """The scanners of a role: a list, or what the policy makes of anything else."""
        if not isinstance(value, list | tuple):
            return value
        return [self.scanner(package, (*path, index), item) for index, item in enumerate(value)]

    def bounds(self, key: str, value: object, kind: type[Bounds]) -> Bounds:
        """`limits`, `views`, `cache` or `pipeline`."""
        given = self.mapping((key,), value, parameters(kind)[0])
        bounds: Bounds = self.called((key,), None, lambda: kind(**given))
        return bounds

    def scanners(self, direction: str, package: str, value: object) -> list[Any]:
        """The scanners of one direction."""
        if not isinstance(value, list | tuple):
            self.fail((direction,), f"expected a list of scanners, got {shown(value)}")
        return [self.scanner(package, (direction, index), item) for index, item in enumerate(value)]

    def scanner(self, package: str, path: _yaml.Path, value: object) -> Any:  # noqa: ANN401
        """One scanner, given by name or with parameters."""
        if isinstance(value, str):
            complete = self.with_vault(package, value, {})
            return self.called(path, None, scanner_by_name, package, value, complete)
        given = self.mapping(path, value, _SCANNER_KEYS)
        if "type" not in given:
            self.fail(path, "has no 'type'")
        params = given.get("params")
        if params is None:
            params = {}
        if not isinstance(params, Mapping):
            self.fail((*path, "params"), f"expected a mapping, got {shown(params)}")
        complete = self.with_vault(package, given["type"], params)
        return self.called(path, "params", scanner_by_name, package, given["type"], complete)

    def with_vault(self, package: str, name: object, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The parameters, with the vault that all scanners of a configuration share if this one takes one."""
        module = import_module(f"pyshield.{package}")
        if not isinstance(name, str) or name not in module.SCANNERS or "vault" in params:
            return params
        if "vault" not in parameters(getattr(module, name))[0]:
            return params
        if self.vault is None:
            from pyshield.vault import Vault

            self.vault = Vault()
        return {"vault": self.vault, **params}

    def called(self, path: _yaml.Path, inside: str | None, call: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401
        """What `call` returns; its `ConfigError` is placed where its field stands."""
        try:
            return call(*args)
        except ConfigError as error:
            field = _steps(error.field or "")
            if inside is not None and error.field != "type":
                field = (inside, *field)
            line = self.line((*path, *field))
            place = (self.file or "configuration") + (f":{line}" if line else "")
            # What bounds and presets call themselves is the key that is named already.
            reason = error.message.partition(": ")[2] if len(path) == 1 else error.message
            message = f"{place}: {_written(path)}: {reason}" if path else f"{place}: {reason}"
            raise ConfigError(message, error.scanner, _written((*path, *field)), self.file, line) from None


def _steps(field: str) -> _yaml.Path:
    """`patterns[3]` as a path."""
    return tuple(int(index) if index else key for index, key in _STEP.findall(field))


def _written(path: _yaml.Path) -> str:
    """A path as errors write it: `prompt[1].params.patterns[3]`, long keys cut."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step[:64]}" for step in path)
    return "".join(parts).removeprefix(".")
