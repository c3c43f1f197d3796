"""Which scanners a call uses: `--scanner`, `--config` or `--preset`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyshield.errors import ConfigError
from pyshield.shield import BlockingShield, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["choose_shield", "parse_scanner"]


def parse_scanner(written: str, package: str, *, redact: bool) -> Any:  # noqa: ANN401  # any of the scanners
    """Builds the scanner that `NAME` or `NAME:PARAMETERS` declares.

    Args:
        written: The declaration; parameters are a YAML or JSON mapping.
        package: `input_scanners` or `output_scanners`.
        redact: Whether a scanner that can redact does so unless its parameters say otherwise.

    Raises:
        ConfigError: If it declares no scanner.
    """
    from pyshield._declarations.registry import parameters, scanner_by_name, scanner_class

    name, _, rest = written.partition(":")
    params = _mapping(name, rest) if rest.strip() else {}
    known, _required = parameters(scanner_class(package, name))
    if redact and "redact" in known:
        params = {"redact": True} | params
    if "vault" in known:
        from pyshield.vault import Vault

        # As in a configuration file, which cannot name one either; to get values back there is `redact`.
        params = {"vault": Vault()} | params
    return scanner_by_name(package, name, params)


def _mapping(name: str, written: str) -> dict[str, Any]:
    from pyshield import _yaml

    params, _line = _yaml.parse(written, f"--scanner {name}")
    if not isinstance(params, dict):
        raise ConfigError(f"--scanner {name}: parameters must be a mapping: '{name}:{{key: value}}'", name)
    return params


def choose_shield(
    scanners: Sequence[str],
    config: str | None,
    preset: str | None,
    *,
    side: str,
    redact: bool,
    max_bytes: int,
) -> BlockingShield:
    """The shield of a call.

    Args:
        scanners: Declarations, as for `parse_scanner`.
        config: A configuration file.
        preset: A preset; `standard` if nothing else is given.
        side: `prompt` or `output`.
        redact: Whether scanners named here redact if they can.
        max_bytes: The longest text.

    Raises:
        ConfigError: If they contradict each other, or declare nothing for this side.
    """
    if (config is not None) + (preset is not None) + bool(scanners) > 1:
        raise ConfigError("--scanner, --config and --preset exclude each other")
    # A file says what limits it wants; otherwise the limits are the command line's.
    limits = Limits(policy="wait", max_text_bytes=max_bytes)
    if scanners:
        package = "input_scanners" if side == "prompt" else "output_scanners"
        built = [parse_scanner(written, package, redact=redact) for written in scanners]
        prompt, output = (built, []) if side == "prompt" else ([], built)
        return BlockingShield(prompt, output, limits=limits)
    if config is None:
        from pyshield.presets import preset as declared

        parts = declared(preset or "standard")
        return BlockingShield(parts["prompt"], parts["output"], limits=limits)
    shield = BlockingShield.from_config(Path(config))
    if not (shield.prompt if side == "prompt" else shield.output):
        # Everything would pass, which is not what a configuration is given for.
        raise ConfigError(f"{config}: no {side} scanners; --side chooses the other side")
    return shield
