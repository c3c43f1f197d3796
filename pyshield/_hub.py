"""Models of the Hugging Face hub: fetched with its own client, of one commit, checked against its hashes.

`HF_HOME`, `HF_HUB_CACHE`, `HF_TOKEN`, `HF_HUB_OFFLINE` and `HF_ENDPOINT` are honoured as they stand when a
model is asked for. Fetched are the graph, the files it keeps weights in, `config.json`, `tokenizer.json`, and
what says how an embedding is made of tokens, if there is that.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

from pyshield._runtime import _external_data
from pyshield.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyshield.model import Model

__all__ = ["Fetched", "cache_directory", "digest_matches", "fetch", "is_repository"]

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_COMMIT = re.compile("[0-9a-f]{40}")
_SHA256, _GIT_SHA1 = 64, 40
_CHUNK = 1 << 20
_YES = {"1", "ON", "YES", "TRUE"}
_BESIDE = ("config.json", "tokenizer.json")
_POOLING = "1_Pooling/config.json"

_log = logging.getLogger("pyshield")

Stamp = tuple[str, int, int]
_checked: set[Stamp] = set()
"""Files of this process that were hashed and found right: path, size and time."""
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model's files on this machine.

    Attributes:
        graph: The ONNX file.
        directories: Where configuration and tokenizer may be.
        files: All files, and whether their hash could be checked (the hub does not give one for every file).
        commits: The commit of each repository, by its name.
    """

    graph: Path
    directories: list[Path]
    files: dict[Path, bool]
    commits: dict[str, str]


def is_repository(name: str) -> bool:
    """Whether it may be the name of a model on the hub: `organisation/name`."""
    return _REPOSITORY.fullmatch(name) is not None


class _Wanted(Exception):  # noqa: N818  # not an error yet: there may be another place to look at
    """The repository has no such file."""


class _Repository:
    """One repository at one revision, which becomes a commit with the first file."""

    def __init__(self, model: Model, name: str, revision: str | None, *, force: bool, offline: bool) -> None:
        self.model = model
        self.name = name
        self.asked = revision
        self.commit: str | None = None
        self.force = force
        self.offline = offline
        self._answers = offline
        """Whether the hub was heard of this repository, or need not be."""

    def file(self, path: str) -> Path:
        """A file of it, fetched if it is not here.

        Raises:
            _Wanted: If it has none of that name.
            ModelError: If it cannot be had.
        """
        client = _client(self.model)
        if self._remembered_absent(path):
            raise _Wanted(path)
        self._knock(path)
        try:
            found = client.hf_hub_download(
                self.name,
                path,
                revision=self.commit or self.asked,
                cache_dir=cache_directory(),
                endpoint=os.environ.get("HF_ENDPOINT") or None,
                token=os.environ.get("HF_TOKEN") or None,
                local_files_only=self.offline,
                force_download=self.force,
                library_name="pyshield",
                tqdm_class=_bar(),
            )
        except Exception as error:  # noqa: BLE001  # sorted below: the client's own, its HTTP library's, the system's
            self._refuse(path, error)
        here = Path(found)
        if self.commit is None:
            self.commit = _commit(here, path)
        return here

    def _knock(self, path: str) -> None:
        """Asks once whether the hub answers: the client would ask one that does not for minutes.

        If it does not, what the cache has of a branch or tag is taken, as the client does in the end.
        """
        from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url, try_to_load_from_cache

        revision, endpoint = self.commit or self.asked, os.environ.get("HF_ENDPOINT") or None
        cached = try_to_load_from_cache(self.name, path, cache_dir=cache_directory(), revision=revision)
        here = isinstance(cached, str) and not self.force
        if self._answers or (here and _COMMIT.fullmatch(revision or "")):
            return
        seconds = constants.HF_HUB_ETAG_TIMEOUT
        try:
            get_hf_file_metadata(
                hf_hub_url(self.name, path, revision=revision, endpoint=endpoint),
                token=os.environ.get("HF_TOKEN") or None,
                timeout=seconds,
                library_name="pyshield",
            )
        except Exception as error:  # noqa: BLE001  # what else is wrong the client tells, and this sorts, below
            why = _unreachable(error, seconds)
            if why is not None and here:
                _log.warning("model %s: %s; what is cached of it is used", self.model.path, why)
                self.offline = True
            elif why is not None:
                at = f"{self.name}@{revision or 'main'}"
                self._fail(f"{at}: {why}; {path} is not cached", "download", error)
        self._answers = True

    def _refuse(self, path: str, error: Exception) -> NoReturn:
        """The error of this model."""
        from huggingface_hub import errors

        at = f"{self.name}@{self.commit or self.asked or 'main'}"
        if isinstance(error, errors.LocalEntryNotFoundError):
            if self.offline and self.commit is not None:
                # The cache has the commit, and was filled by hand or by another program: what it lacks is not
                # there, as far as can be told here.
                raise _Wanted(path) from None
            why = (
                f"{path} is not in the cache, and nothing may be fetched (HF_HUB_OFFLINE)"
                if self.offline
                else f"{_away(error)}; {path} is not cached"
            )
            self._fail(f"{at}: {why}", "download", error)
        if isinstance(error, errors.EntryNotFoundError):
            raise _Wanted(path) from None
        if isinstance(error, errors.GatedRepoError):
            self._fail(f"{at}: is gated; accept its terms on the hub and set HF_TOKEN", "download", error)
        if isinstance(error, errors.RevisionNotFoundError):
            self._fail(f"{at}: the hub knows no such revision", "missing", error)
        if isinstance(error, errors.RepositoryNotFoundError):
            why = "the hub knows no such model, or HF_TOKEN does not open it"
            self._fail(f"{at}: is neither a directory nor an .onnx file here, and {why}", "missing", error)
        if isinstance(error, errors.HFValidationError):
            self._fail(f"{at}: is no name of a model", "missing", error)
        self._fail(
            f"{at}: {path} could not be fetched from {_endpoint()} ({_reason(error)})", "download", error
        )

    def _remembered_absent(self, path: str) -> bool:
        """Whether the cache knows that the commit has no such file."""
        from huggingface_hub import _CACHED_NO_EXIST, try_to_load_from_cache

        commit = self.commit or self.asked or ""
        if self.force or not _COMMIT.fullmatch(commit):
            return False
        known = try_to_load_from_cache(self.name, path, cache_dir=cache_directory(), revision=commit)
        return known is _CACHED_NO_EXIST

    def _fail(self, message: str, kind: str, cause: Exception) -> NoReturn:
        raise ModelError(f"model {self.model.path}: {message}", self.model.path, kind) from cause


def fetch(model: Model, *, force: bool = False, offline: bool | None = None) -> Fetched:
    """The files of a model of the hub, fetched if they are not here, each checked against the hub's hash.

    Args:
        model: The declaration.
        force: Whether to fetch them even if they are here.
        offline: Whether to look in the cache alone; as `HF_HUB_OFFLINE` and the model's `local_files_only`
            say if not given.

    Raises:
        ModelError: If the client is not installed, the hub cannot be reached, a file is not there, or it is
            not what the hub says.
    """
    if offline is None:
        # As transformers takes it.
        offline = _offline() or model.kwargs.get("local_files_only") is True
    own = _Repository(model, model.path, model.revision, force=force, offline=offline)
    other = own
    if model.onnx_path is not None and (model.onnx_path, model.onnx_revision) != (model.path, model.revision):
        other = _Repository(model, model.onnx_path, model.onnx_revision, force=force, offline=offline)
    graph = _first(_graphs(model, other))
    if graph is None:
        where = "/".join(part for part in (other.name, model.onnx_subfolder, model.onnx_filename) if part)
        raise ModelError(
            f"model {model.path}: {where} is missing: the model has no ONNX file of that name; see the names "
            "in its repository, and `onnx_subfolder` and `onnx_filename` of Model",
            model.path,
            "missing",
        )
    at, path = graph
    # Before what it names is asked for.
    checked = {path: _check(model, path)}
    files = list(_external(other, at, path))
    inside = at.rpartition("/")[0]
    places = [(own, model.subfolder), (own, ""), (other, inside), (other, "")]
    directories = []
    for name in (*_BESIDE, _POOLING):
        found = _first((repository, f"{folder}/{name}".strip("/")) for repository, folder in places)
        if found is not None:
            files.append(found[1])
            directories.append(found[1].parents[name.count("/")])
        elif name in _BESIDE:
            raise ModelError(f"model {model.path}: {own.name}/{name} is missing", model.path, "missing")
    directories = list(dict.fromkeys(directories))
    commits = {repository.name: repository.commit or "" for repository in (own, other)}
    checked |= {file: _check(model, file) for file in files}
    return Fetched(path, directories, checked, commits)


def _graphs(model: Model, repository: _Repository) -> Iterator[tuple[_Repository, str]]:
    declared = f"{model.onnx_subfolder}/{model.onnx_filename}".strip("/")
    yield repository, declared
    if not model.onnx_subfolder:
        yield repository, f"onnx/{model.onnx_filename}"


def _first(places: Iterable[tuple[_Repository, str]]) -> tuple[str, Path] | None:
    """The first of the files that there is."""
    tried: set[tuple[str, str]] = set()
    for repository, path in places:
        if (repository.name, path) in tried:
            continue
        tried.add((repository.name, path))
        try:
            return path, repository.file(path)
        except _Wanted:
            continue
    return None


def _external(repository: _Repository, at: str, graph: Path) -> Iterator[Path]:
    """Weights that the graph keeps in other files of its folder, as it names them."""
    model = repository.model
    for name in _external_data(model.path, str(graph)):
        path = f"{at.rpartition('/')[0]}/{name}".strip("/")
        try:
            yield repository.file(path)
        except _Wanted:
            raise ModelError(
                f"model {model.path}: {repository.name}/{path} is missing, where its graph keeps weights",
                model.path,
                "missing",
            ) from None


def _check(model: Model, file: Path) -> bool:
    """Whether the file's hash could be checked; each is read once in a process.

    Raises:
        ModelError: If it is another one than the hub's.
    """
    status = file.stat()
    stamp = (str(file), status.st_size, status.st_mtime_ns)
    with _lock:
        if stamp in _checked:
            return True
    right = digest_matches(file)
    if right is False:
        raise ModelError(
            f"model {model.path}: {file.name} is not what the hub has under this name: its checksum is "
            f"another; fetch it anew with `pyshield models pull --force {model.path}`",
            model.path,
            "checksum",
        )
    if right:
        with _lock:
            _checked.add(stamp)
    return bool(right)


def digest_matches(file: Path) -> bool | None:
    """Whether a file of the cache has the hash the hub gave for it; `None` if the hub gave none.

    The cache keeps a file under its hash: SHA-256 for a large one, git's for others.
    """
    kept = file.resolve()
    wanted = kept.name
    if not re.fullmatch("[0-9a-f]+", wanted) or len(wanted) not in (_SHA256, _GIT_SHA1):
        return None
    if len(wanted) == _SHA256:
        digest = hashlib.sha256()
    else:
        # Not for safety: it is how git names a file.
        digest = hashlib.sha1(f"blob {kept.stat().st_size}\0".encode(), usedforsecurity=False)
    with kept.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == wanted


def _commit(file: Path, path: str) -> str | None:
    """The commit of a file in the cache: `…/snapshots/<commit>/<path>`."""
    folder = file.parents[path.count("/")]
    return folder.name if folder.parent.name == "snapshots" else None


def _client(model: Model) -> Any:  # noqa: ANN401  # a module that need not be there
    try:
        import huggingface_hub
    except ImportError as error:
        raise ModelError(
            f"model {model.path}: is not a directory here, nor an .onnx file; to fetch it from the hub, "
            "install the hub's client: pip install 'pyshield-llm[hub]'",
            model.path,
            "missing",
        ) from error
    return huggingface_hub


def _offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in _YES


def _endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rpartition("@")[2]


def cache_directory() -> str | None:
    """Where the client keeps models, if the environment says so."""
    given = os.environ.get("HF_HUB_CACHE")
    home = os.environ.get("HF_HOME")
    return given or (str(Path(home).expanduser() / "hub") if home else None)


def _bar() -> Any:  # noqa: ANN401  # tqdm has no types
    """The client's progress bar, on a terminal; in a log file it would be noise."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc, unused-ignore]
        def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
            options["disable"] = options.get("disable") or not sys.stderr.isatty()
            super().__init__(*args, **options)  # type: ignore[no-untyped-call, unused-ignore]

    return Bar


def _away(error: BaseException) -> str:
    return f"the hub at {_endpoint()} cannot be reached ({_reason(error)})"


def _unreachable(error: BaseException, seconds: float) -> str | None:
    """Why the hub did not answer, if it did not: by the names that HTTP libraries have for it."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if any("Timeout" in kind for kind in kinds):
        return f"the hub at {_endpoint()} did not answer in {seconds} s"
    return _away(error) if kinds & {"ConnectError", "ConnectionError"} else None


def _reason(error: BaseException) -> str:
    """What went wrong, without addresses that may carry a token."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"status {status}"
    cause = error.__cause__
    return type(cause or error).__name__
