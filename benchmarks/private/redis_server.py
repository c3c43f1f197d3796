"""A real Redis server in a folder of its own; what the tests of vaults use as well."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))


def installed() -> bool:
    """Whether there are a server and its client."""
    return bool(shutil.which("redis-server") and shutil.which("redis-cli"))


class Server:
    """A `redis-server` on a Unix socket, every write synced to its disk unless `sync` says otherwise."""

    def __init__(self, folder: Path, *options: str, sync: str = "always") -> None:
        self.folder, self.options, self.sync = folder, options, sync
        self.socket = folder / "redis.sock"
        self.url = f"redis+unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts the server and waits until it listens."""
        command = ["redis-server", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", self.sync, "--daemonize", "no"]
        if not any(option.startswith("--port") for option in self.options):
            command += ["--port", "0"]
        log = (self.folder / "redis.log").open("ab")
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen([*command, *self.options], stdout=log, stderr=log)
        log.close()
        end = time.monotonic() + 30
        while not self.socket.exists():
            assert self.process.poll() is None, (self.folder / "redis.log").read_text()
            assert time.monotonic() < end, "redis-server does not listen"
            time.sleep(0.01)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Sends a signal and waits for the end."""
        assert self.process
        self.process.send_signal(how)
        self.process.wait(30)

    def command(self, *words: str) -> str:
        """What the server's own client gets."""
        done = subprocess.run(
            ["redis-cli", "-s", str(self.socket), *words], capture_output=True, check=True, timeout=30
        )
        return done.stdout.decode("latin-1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.stop()
