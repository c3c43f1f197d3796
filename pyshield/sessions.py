"""Sessions: the vaults of many conversations in the memory of this process, within bounds.

```python
from pyshield import Sessions

sessions = Sessions(max_sessions=50_000, ttl=3600)
session = shield.session(sessions["user-42"])
```
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from pyshield._check import Check
from pyshield._pairs import session_name
from pyshield._runtime import Sessions as NativeSessions
from pyshield.errors import VaultError
from pyshield.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyshield._runtime import SessionEnds

__all__ = ["SessionEnd", "Sessions"]

_NAME_BYTES = 512
"""As in Redis."""


class SessionEnd(NamedTuple):
    """A session that ended by itself. What it held is gone, and not in here.

    Attributes:
        session: Its name.
        reason: `"evicted"` or `"expired"`, as in the `VaultError` of whoever still holds it.
        entries: How many pairs it had.
        bytes: What they counted for.
    """

    session: str
    reason: str
    entries: int
    bytes: int


class Sessions:
    """Vaults by the names of their sessions. A vault is made when its session is first asked for.

    It stays when nobody holds it, until it was not used for `ttl` seconds, or until room is needed and it is
    the one not used for longest. Looking it up is a use, and so is each of its methods and each scan that
    works with it. Then its entries are wiped, and whoever still holds it gets a `VaultError`, reason
    `"expired"` or `"evicted"`; asked for again, the session begins anew. Its old placeholders stay as they
    are where they come back: their numbers are not given again, so none ever stands for another value.
    `metrics` counts all of it.

    Args:
        max_sessions: Most sessions at one time.
        ttl: Seconds a session lives after its last use; for ever if `None`.
        max_entries_per_session: Most pairs in one vault; one more is refused (`VaultError`, reason `"full"`).
        max_bytes_per_session: Most bytes in one vault; a pair counts its texts and 320 bytes.
        max_total_bytes: Most bytes in all of them.
        on_end: Called with a `SessionEnd` for each session that was evicted or expired, one after another, on
            a thread of its own. What it raises goes to `threading.excepthook`. Of ends that it is too slow
            for, 16,384 wait; more are only counted (`untold_total`).

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ("_native",)

    def __init__(
        self,
        *,
        max_sessions: int = 10_000,
        ttl: float | None = None,
        max_entries_per_session: int = 100_000,
        max_bytes_per_session: int = 16 << 20,
        max_total_bytes: int = 256 << 20,
        on_end: Callable[[SessionEnd], object] | None = None,
    ) -> None:
        check = Check("Sessions")
        if on_end is not None and not callable(on_end):
            check.fail("on_end", f"expected a callable, got a {type(on_end).__name__}")
        self._native = NativeSessions(
            check.integer("max_sessions", max_sessions, least=1),
            None if ttl is None else check.number("ttl", ttl, least=0.001, most=1e9),
            check.integer("max_entries_per_session", max_entries_per_session, least=1),
            check.integer("max_bytes_per_session", max_bytes_per_session, least=1),
            check.integer("max_total_bytes", max_total_bytes, least=1),
            on_end is not None,
        )
        ends = self._native.ends()
        if on_end is not None and ends is not None:
            # Holds nothing of this object, so that the store goes when it does.
            arguments = (ends, on_end)
            threading.Thread(target=_tell, args=arguments, name="pyshield-sessions", daemon=True).start()

    def vault(self, session: str) -> Vault:
        """The vault of a session, made if there is none; takes microseconds.

        Args:
            session: A name of at most 512 bytes.

        Raises:
            ConfigError: If the name is blank.
            VaultError: If it is too long.
        """
        return Vault._of(self._native.vault(_name(session_name("Sessions", session))))  # noqa: SLF001  # a class of the package's own

    def __getitem__(self, session: str) -> Vault:
        """As `vault`."""
        return self.vault(session)

    def __contains__(self, session: object) -> bool:
        """Whether there is a session; no use of it."""
        return isinstance(session, str) and self._native.contains(_name(session))

    def __len__(self) -> int:
        """How many sessions there are."""
        return int(self._native.metrics()["sessions"])

    def __bool__(self) -> bool:
        """True, also without sessions: `sessions or Sessions()` must not make a second store."""
        return True

    def discard(self, session: str) -> bool:
        """Removes a session and wipes its vault; whoever holds it gets a `VaultError`, reason `"removed"`.

        Returns:
            Whether there was one.
        """
        return self._native.remove(_name(session))

    def clear(self) -> None:
        """Removes all sessions, as `discard` does."""
        self._native.clear()

    def metrics(self) -> dict[str, int]:
        """What there is and what became of the others.

        `sessions` and `bytes` now; `made_total`, `evicted_total`, `expired_total`, `removed_total`, and
        `untold_total`: ends that `on_end` was not told of.
        """
        return self._native.metrics()

    def prometheus(self) -> str:
        """The same in Prometheus' text format."""
        lines: list[str] = []
        for name, value in self.metrics().items():
            kind = "counter" if name.endswith("_total") else "gauge"
            full = f"pyshield_sessions_{name}" if name != "sessions" else "pyshield_sessions"
            lines += [f"# TYPE {full} {kind}", f"{full} {value}"]
        return "\n".join(lines) + "\n"

    def __iter__(self) -> NoReturn:
        # Without it `for` would count upwards through `__getitem__`.
        raise TypeError("sessions are not listed: whoever has the name of one has its values")

    def __repr__(self) -> str:
        return "<Sessions>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Sessions hold private values and do not pickle")


def _tell(ends: SessionEnds, on_end: Callable[[SessionEnd], object]) -> None:
    """Waits for ends and tells of them, until the store is gone."""
    while _heard(ends.fileno()):
        for session, reason, entries, size in ends.take():
            try:
                on_end(SessionEnd(session, reason, entries, size))
            except BaseException as error:  # noqa: BLE001  # the next one is told all the same
                this = threading.current_thread()
                threading.excepthook(
                    threading.ExceptHookArgs((type(error), error, error.__traceback__, this))
                )


def _heard(descriptor: int | None) -> bool:
    """Waits until there may be something to take; whether there still may be."""
    if descriptor is None:
        time.sleep(0.1)
        return True
    return bool(os.read(descriptor, 4096))


def _name(session: str) -> str:
    name = Check("Sessions").text("session", session)
    if len(name.encode("utf-8", "surrogatepass")) > _NAME_BYTES:
        raise VaultError(f"more than {_NAME_BYTES} bytes in a session's name", "full")
    return name
