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
    """`GET` and `HEAD` of `/<organisation>/<name>/resolve/<revision>/<path>`.

    As on the hub, graphs and weights lie elsewhere, under their hash, and the hub sends there.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, Repository] = {}
        self.requests: list[str] = []
        self.stored: dict[str, bytes] = {}
        self.silent = False
        """Whether it takes requests and does not answer."""
        self.closing = threading.Event()
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

    def _send(self, status: int, content: bytes, headers: dict[str, str], *, with_body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def _answer(self, *, with_body: bool) -> None:
        if self.server.silent:
            self.server.closing.wait()
            self.close_connection = True
            return None
        if self.path.startswith("/stored/"):
            content = self.server.stored[self.path.removeprefix("/stored/")]
            return self._send(200, content, {"ETag": '"of the store"'}, with_body=with_body)
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
        headers = {"X-Repo-Commit": repository.commit}
        if path.endswith((".onnx", ".onnx_data", ".bin")):
            etag = hashlib.sha256(content).hexdigest()
            headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(len(content))}
            # By another name it is another host: the client follows the hub to itself, but not away.
            store = f"http://localhost:{self.server.server_address[1]}"
            headers |= {"ETag": '"of the redirection"', "Location": f"{store}/stored/{etag}"}
            self.server.stored[etag] = _damaged(content) if path in repository.corrupt else content
            return self._send(302, b"", headers, with_body=with_body)
        etag = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        content = _damaged(content) if path in repository.corrupt else content
        return self._send(200, content, headers | {"ETag": f'"{etag}"'}, with_body=with_body)


def _damaged(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])
