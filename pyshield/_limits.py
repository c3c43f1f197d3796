"""What a shield admits, how long it works, what it remembers, how it reads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from pyshield._check import Check, shown
from pyshield._frozen import sealed

__all__ = ["Cache", "Limits", "Pipeline", "Views"]

_MIB = 1024 * 1024
_MOST_IN_FLIGHT = 1_000_000
_LONGEST = 30 * 24 * 3600.0


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a shield admits and how long it works.

    Args:
        max_in_flight: Requests that may be queued or running at once.
        policy: What happens to the next one: `"reject"` raises `Overloaded` at once, `"wait"` waits for a
            place until the deadline.
        deadline: Seconds from the call to the result, for calls that name none; `None` sets no limit.
        max_text_bytes: The longest text, in bytes of UTF-8; a longer one is a `TextError`.
        inline_budget_us: Estimated work, in microseconds, up to which a text is scanned on the calling
            thread, which is faster than handing it over. 0 hands everything over.

    Raises:
        ConfigError: For a wrong type or value.
    """

    max_in_flight: int = 1024
    policy: Literal["reject", "wait"] = "reject"
    deadline: float | None = None
    max_text_bytes: int = 64 * _MIB
    inline_budget_us: float = 100.0

    def __post_init__(self) -> None:
        check = Check("Limits")
        check.integer("max_in_flight", self.max_in_flight, least=1, most=_MOST_IN_FLIGHT)
        if self.policy not in ("reject", "wait"):
            check.fail("policy", f"expected 'reject' or 'wait', got {shown(self.policy)}")
        if self.deadline is not None:
            check.number("deadline", self.deadline, least=0.0, most=_LONGEST, above=True)
        check.integer("max_text_bytes", self.max_text_bytes, least=1)
        check.number("inline_budget_us", self.inline_budget_us, least=0.0, most=1e6)

    def to_config(self) -> dict[str, Any]:
        """The limits as a configuration file holds them."""
        return asdict(self)


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """How many results a shield remembers, and for how long.

    Args:
        max_bytes: What all remembered results may occupy together.
        max_entries: How many are remembered; as many as have room if not given.
        ttl: Seconds a result is remembered; `None` sets no limit.

    Raises:
        ConfigError: For a wrong type or value.
    """

    max_bytes: int = 64 * _MIB
    max_entries: int | None = None
    ttl: float | None = None

    def __post_init__(self) -> None:
        check = Check("Cache")
        check.integer("max_bytes", self.max_bytes, least=1)
        if self.max_entries is not None:
            check.integer("max_entries", self.max_entries, least=1)
        if self.ttl is not None:
            check.number("ttl", self.ttl, least=0.0, most=_LONGEST, above=True)

    def to_config(self) -> dict[str, Any]:
        """The cache's bounds as a configuration file holds them."""
        return asdict(self)


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """In which order the scanners of a shield run.

    Args:
        mode: `"parallel"`: all at once. `"sequential"`: one after another, in declared order, each on the
            text as it came; those in a row that read one model share its run, and scanners of your own come
            last.
        short_circuit: The risk from which on a refusal ends a sequential scan: the scanners after it are not
            asked, and `result.skipped` names them. What is redacted goes on, so it ends nothing. Without it
            all are asked.

    Raises:
        ConfigError: For a wrong type or value.
    """

    mode: Literal["parallel", "sequential"] = "parallel"
    short_circuit: float | None = None

    def __post_init__(self) -> None:
        check = Check("Pipeline")
        if self.mode not in ("parallel", "sequential"):
            check.fail("mode", f"expected 'parallel' or 'sequential', got {shown(self.mode)}")
        if self.short_circuit is not None:
            check.number("short_circuit", self.short_circuit, least=-1.0, most=1.0)
            if self.mode == "parallel":
                check.fail("short_circuit", "needs the mode 'sequential'")

    def to_config(self) -> dict[str, Any]:
        """The order as a configuration file holds it."""
        return asdict(self)


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Other readings of a text that scanners read as well, and their bounds; see `docs/views.md`.

    Args:
        normalised: Whether letters that only look like letters, invisible characters, letters set apart and
            digits written for letters are undone.
        decoded: Whether base64, hexadecimal digits, percent-encoding, HTML references, escapes, rot13, tag
            characters and variation selectors are decoded.
        max_depth: How many encodings within each other are decoded.
        max_views: How many views a text may have; a scanner whose text needs more fails with the reason
            `"limit"`.
        max_model_views: How many of them are read by scanners that read a model; one that would pass a text
            with more fails with the reason `"limit"`.
        max_bytes: What the views of a text may occupy together; beyond it likewise.

    Raises:
        ConfigError: For a wrong type or value.
    """

    normalised: bool = True
    decoded: bool = True
    max_depth: int = 2
    max_views: int = 16
    max_model_views: int = 8
    max_bytes: int = 64 * _MIB

    def __post_init__(self) -> None:
        check = Check("Views")
        check.boolean("normalised", self.normalised)
        check.boolean("decoded", self.decoded)
        check.integer("max_depth", self.max_depth, least=1, most=8)
        check.integer("max_views", self.max_views, least=1, most=256)
        check.integer("max_model_views", self.max_model_views, least=0, most=256)
        check.integer("max_bytes", self.max_bytes, least=1)

    def to_config(self) -> dict[str, Any]:
        """The views as a configuration file holds them."""
        return asdict(self)
