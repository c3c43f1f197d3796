"""YAML as plain data, with the line of every key, bounded in size, depth and number of values.

Only what a configuration needs: no tags of one's own, no merge keys, no duplicate keys. `${NAME}` and
`${NAME:default}` in any scalar stand for an environment variable; `$${NAME}` writes a plain `${NAME}`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import yaml

from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Path", "dump", "parse"]

Path = tuple[str | int, ...]
"""Where a value stands: keys and indices from the root."""

_MOST_BYTES = 8 * 1024 * 1024
_MOST_VALUES = 500_000
_DEEPEST = 32
_LONGEST_SHOWN = 40

# libyaml's parser, where PyYAML was built with it, is ten times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_VARIABLE = re.compile(r"(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([^{}]*))?\}")


class _Parser:
    """Turns one YAML text into plain data.

    Args:
        file: The name of the text in errors.
    """

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.values = 0

    def fail(self, line: int | None, reason: str, field: str | None = None) -> ConfigError:
        place = f"{self.file or 'configuration'}:{line}: " if line else f"{self.file or 'configuration'}: "
        return ConfigError(place + reason, field=field, file=self.file, line=line)

    def parse(self, text: str) -> Any:  # noqa: ANN401  # YAML is untyped
        if len(text) > _MOST_BYTES:
            raise self.fail(None, f"is longer than {_MOST_BYTES} characters")
        try:
            # Events come without recursion, so depth is known before anything recurses.
            self.measure(text)
            loader = _Loader(text)
            try:
                root = loader.get_single_node()
                return None if root is None else self.value(loader, root, ())
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else None
            raise self.fail(line, f"not valid YAML: {error.problem or error.context}") from None
        except yaml.YAMLError as error:
            reason = getattr(error, "reason", None) or "it cannot be read"
            raise self.fail(None, f"not valid YAML: {reason}") from None

    def measure(self, text: str) -> None:
        depth = values = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            values += isinstance(event, yaml.NodeEvent)
            if depth > _DEEPEST or values > _MOST_VALUES:
                raise self.too_much(event)

    def too_much(self, at: Any) -> ConfigError:  # noqa: ANN401  # an event or a node, whichever has the mark
        line = at.start_mark.line + 1
        return self.fail(line, f"nested deeper than {_DEEPEST} levels, or more than {_MOST_VALUES} values")

    def value(self, loader: Any, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401
        # An alias stands for its whole value each time it occurs: they are counted as often.
        self.values += 1
        if len(path) > _DEEPEST or self.values > _MOST_VALUES:
            raise self.too_much(node)
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN_TAGS:
            raise self.fail(node.start_mark.line + 1, "tags are not allowed")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(loader, node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(loader, item, (*path, index)) for index, item in enumerate(node.value)]
        return self.scalar(loader, node)

    def mapping(self, loader: Any, node: yaml.MappingNode, path: Path) -> dict[str, Any]:  # noqa: ANN401
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.fail(line, "a key must be a name")
            if key in data:
                first = self.lines[(*path, key)]
                shown = key[:_LONGEST_SHOWN]
                raise self.fail(line, f"key {shown!r} occurs twice; first on line {first}", shown)
            self.lines[(*path, key)] = line
            data[key] = self.value(loader, value_node, (*path, key))
        return data

    def scalar(self, loader: Any, node: Any) -> Any:  # noqa: ANN401
        line = node.start_mark.line + 1
        written = node.value
        node.value = _VARIABLE.sub(lambda match: self.variable(match, line), written)
        if node.value != written and not node.style:
            # Not quoted: the variable's value says what type it is, as if it had been written there.
            node.tag = loader.resolve(yaml.ScalarNode, node.value, (True, False))
        try:
            return loader.construct_object(node)
        except ValueError:
            raise self.fail(line, "this value cannot be read") from None
        finally:
            node.value = written

    def variable(self, match: re.Match[str], line: int) -> str:
        escaped, name = match[1], match[2]
        default: str | None = match[3]
        if escaped:
            return match.group()[1:]
        value = os.environ.get(name) if default is None else os.environ.get(name, default)
        if value is None:
            shown = name[:_LONGEST_SHOWN]
            raise self.fail(line, f"the environment variable {shown} is not set, and no default is given")
        return value


def parse(text: str, file: str | None = None) -> tuple[Any, Callable[[Path], int | None]]:
    """Reads YAML.

    Args:
        text: The YAML.
        file: Its name in errors.

    Returns:
        The data, and a function that tells the line of a path, or of the closest one above it.

    Raises:
        ConfigError: For anything that is not acceptable, naming the line.
    """
    parser = _Parser(file)
    data = parser.parse(text)

    def line(path: Path) -> int | None:
        while path and path not in parser.lines:
            path = path[:-1]
        return parser.lines.get(path)

    return data, line


class _Dumper(yaml.SafeDumper):
    """Writes strings so that `parse` reads them back as they are."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002
        return True


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    escaped = _VARIABLE.sub(lambda match: match[1] + "$" + match[0][len(match[1]) :], value)
    # In any other style PyYAML writes the line breaks of Unicode as they are, and reads them back as spaces.
    style = '"' if any(breaking in escaped for breaking in "\x85\u2028\u2029") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", escaped, style=style)


_Dumper.add_representer(str, _string)


def dump(data: Any) -> str:  # noqa: ANN401
    """Plain data as YAML that `parse` reads back."""
    written: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return written
