"""A server on the loopback that speaks as much of the hub's protocol as its client needs to fetch files."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "hf_for_tests"
"""Opens private repositories."""


def commit(name: str) -> str:
    """A commit, made of a name."""
    return hashlib.sha1(name.encode()).hexdigest()  # as git does


COMMIT = commit("first")


@dataclass
class Repository:
    """Files at a commit."""

    files: dict[str, bytes]
    commit: str
    private: bool = False
    gated: bool = False
    corrupt: set[str] = field(default_factory=set)
    """Files that arrive as something else than their hash says."""

    @classmethod
    def of(cls, directory: Path, commit: str, **options: Any) -> Repository:
        """The files of a directory."""
        found = {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*.*")}
        return cls(found, commit, **options)


class HubServer(ThreadingHTTPServer):
    """`GET` and `HEAD` of `/<organisation>/<name>/resolve/<revision>/<path>`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, Repository] = {}
        self.requests: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Says nothing."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _refuse(self, status: int, code: str, commit: str = "") -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        if commit:
            self.send_header("X-Repo-Commit", commit)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, *, with_body: bool) -> None:
        if "/resolve/" in self.path:  # the client also asks, once and in passing, about things of its own
            self.server.requests.append(f"{self.command} {self.path}")
        name, _, rest = self.path.lstrip("/").partition("/resolve/")
        revision, _, path = rest.partition("/")
        repository = self.server.repositories.get(name)
        if repository is None or (
            repository.private and self.headers.get("Authorization") != f"Bearer {TOKEN}"
        ):
            return self._refuse(401, "RepoNotFound")
        if repository.gated:
            return self._refuse(403, "GatedRepo")
        if revision not in {"main", repository.commit}:
            return self._refuse(404, "RevisionNotFound")
        content = repository.files.get(path)
        if content is None:
            return self._refuse(404, "EntryNotFound", repository.commit)
        if path.endswith(".onnx"):
            etag = hashlib.sha256(content).hexdigest()
        else:
            etag = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        if path in repository.corrupt:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(200)
        self.send_header("X-Repo-Commit", repository.commit)
        self.send_header("ETag", f'"{etag}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)
        return None
