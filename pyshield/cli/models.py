"""`pyshield models`: what is here, fetching from the hub, and whether a model works here."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyshield.cli.escape import visible
from pyshield.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyshield.model import Model

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, fetch and check the models that scanners and pyshield.models read.",
)


class Format(StrEnum):
    """How a list is printed."""

    text = "text"
    json = "json"


@dataclass(frozen=True, slots=True)
class Row:
    """A model that is here."""

    name: str
    source: str
    """`bundled`, `settings` or `hub`."""
    revision: str
    bytes: int
    graphs: list[str]


_Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A model of the hub (organisation/name), a directory, an .onnx file, or pyshield-encoder.",
    ),
]
_Repository = Annotated[
    str, typer.Argument(metavar="ORGANISATION/NAME", help="A model of the hub.", show_default=False)
]
_Revision = Annotated[
    str | None,
    typer.Option(metavar="COMMIT", help="Of a hub's model: a commit, branch or tag.  [default: main]"),
]
_Subfolder = Annotated[str, typer.Option(metavar="DIR", help="Where configuration and tokenizer are.")]
_OnnxSubfolder = Annotated[str, typer.Option(metavar="DIR", help="Where the ONNX file is.")]
_OnnxFilename = Annotated[str, typer.Option(metavar="FILE", help="The name of the ONNX file.")]


@app.command("list")
def list_models(
    config: Annotated[
        str | None,
        typer.Option("--config", "-c", metavar="FILE", help="A TOML file with [models.NAME] tables."),
    ] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="text or json.")] = Format.text,  # noqa: A002
) -> None:
    """Show the models on this machine: the bundled one, those of a settings file, and the hub's cache.

    \b
    Examples:
      pyshield models list
      pyshield models list --config models.toml --format json
    """  # noqa: D301  # click reads the backspace
    rows = [*_bundled(), *_configured(config), *_cached()]
    if format is Format.json:
        sys.stdout.write(json.dumps({"models": [asdict(row) for row in rows]}, indent=2) + "\n")
        return
    for row in rows:
        what = f"{row.source:<8}  {row.bytes / 1e6:>8.1f} MB  {row.name}"
        at = f" @ {row.revision}" if row.revision else ""
        sys.stdout.write(visible(what + at, 400) + "\n")
        for graph in row.graphs:
            sys.stdout.write(f"{'':>22}{visible(graph, 400)}\n")
    if not rows:
        sys.stdout.write("no models here; fetch one with: pyshield models pull ORGANISATION/NAME\n")


@app.command()
def pull(
    name: _Repository,
    revision: _Revision = None,
    subfolder: _Subfolder = "",
    onnx_subfolder: _OnnxSubfolder = "",
    onnx_filename: _OnnxFilename = "model.onnx",
    force: Annotated[bool, typer.Option("--force", help="Fetch anew what is here already.")] = False,
) -> None:
    """Fetch a model from the Hugging Face hub, check its hashes, and say how to pin it.

    Fetched are the ONNX file, its external weights, config.json and tokenizer.json. HF_HOME, HF_TOKEN,
    HF_HUB_OFFLINE and HF_ENDPOINT are honoured. Needs pip install 'pyshield-llm[hub]'.

    \b
    Examples:
      pyshield models pull sentence-transformers/all-MiniLM-L6-v2
      pyshield models pull protectai/deberta-v3-base-prompt-injection-v2 --onnx-subfolder onnx

    \b
    Exit codes:
      0    it is here and its hashes are right
      2    the call is wrong
      3    it could not be had: the hub, the name, a file or a hash
    """  # noqa: D301
    from pyshield._hub import fetch, is_repository

    if not is_repository(name):
        raise ConfigError(f"{visible(name)} is no model of the hub; expected ORGANISATION/NAME")
    model = _model(name, revision, subfolder, onnx_subfolder, onnx_filename)
    fetched = fetch(model, force=force)
    for file, checked in fetched.files.items():
        state = "hash right" if checked else "no hash to check"
        sys.stdout.write(f"{file.stat().st_size / 1e6:>8.1f} MB  {file.name:<24} {state}\n")
    given = {
        "revision": fetched.commits.get(name) or revision,
        "subfolder": subfolder,
        "onnx_subfolder": onnx_subfolder,
        "onnx_filename": onnx_filename if onnx_filename != "model.onnx" else "",
    }
    arguments = "".join(f", {key}={value!r}" for key, value in given.items() if value)
    sys.stdout.write(f"\npin it with: Model({name!r}{arguments})\n")


@app.command()
def check(
    name: _Name,
    revision: _Revision = None,
    subfolder: _Subfolder = "",
    onnx_subfolder: _OnnxSubfolder = "",
    onnx_filename: _OnnxFilename = "model.onnx",
    provider: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An execution provider, as cpu or cuda; repeatable, strict."),
    ] = None,
) -> None:
    """Check a model: its files and hashes, that it loads, what it judges, and how long a text takes.

    Nothing is fetched; see pyshield models pull.

    \b
    Examples:
      pyshield models check sentence-transformers/all-MiniLM-L6-v2
      pyshield models check ./my-model --provider cuda

    \b
    Exit codes:
      0    it works here
      3    it does not; the message says why
    """  # noqa: D301
    from pyshield._hub import fetch, is_repository
    from pyshield._runtime import ModelHandle

    model = _model(name, revision, subfolder, onnx_subfolder, onnx_filename, tuple(provider or ()))
    if not Path(name).expanduser().exists() and is_repository(name):
        for file, checked in fetch(model, offline=True).files.items():
            sys.stdout.write(f"ok  {file.name}: {'hash right' if checked else 'no hash to check'}\n")
    handle = ModelHandle(json.dumps(model.source(offline=True)))
    sys.stdout.write(f"ok  configuration: {visible(handle.name)}\n")
    for head, kind, labels in handle.heads:
        what = f": {', '.join(labels[:20])}{', …' if len(labels) > 20 else ''}" if labels else ""
        sys.stdout.write(visible(f"ok  head {head} ({kind}){what}", 1000) + "\n")
    start = perf_counter()
    handle.load()
    metrics = handle.metrics()
    sys.stdout.write(
        f"ok  loaded in {(perf_counter() - start) * 1e3:.0f} ms: {metrics['sessions']} sessions, "
        f"{metrics['provider']}\n"
    )
    start = perf_counter()
    _ask(handle)
    sys.stdout.write(f"ok  a short text in {(perf_counter() - start) * 1e3:.1f} ms\n")


def _ask(handle: Any) -> None:  # noqa: ANN401  # a native handle
    kinds = {kind for _, kind, _ in handle.heads}
    if "embedding" in kinds:
        handle.embed_blocking(["A short text."], 60.0)
    elif kinds & {"sequence", "pair"}:
        handle.score_blocking([("A short text.", "Another.")], 60.0)


def _model(
    name: str,
    revision: str | None,
    subfolder: str,
    onnx_subfolder: str,
    onnx_filename: str,
    providers: tuple[str, ...] = (),
) -> Model:
    from pyshield.model import Model
    from pyshield.models._settings import BUNDLED

    return Model(
        Model.bundled().path if name == BUNDLED else name,
        revision=revision,
        subfolder=subfolder,
        onnx_subfolder=onnx_subfolder,
        onnx_filename=onnx_filename,
        providers=providers,
    )


def _size(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def _bundled() -> Iterator[Row]:
    from pyshield.model import Model
    from pyshield.models._settings import BUNDLED

    directory = Path(Model.bundled().path)
    graphs = sorted(str(path) for path in directory.glob("*.onnx"))
    if graphs:
        yield Row(BUNDLED, "bundled", "", _size(directory), graphs)


def _configured(config: str | None) -> Iterator[Row]:
    if config is None:
        return
    from pyshield.models import configure

    for name, model in configure(config).models.items():
        try:
            graph = Path(model.source(offline=True)["graph"])
        except ModelError:
            yield Row(name, "settings", model.revision or "", 0, [])
            continue
        yield Row(name, "settings", model.revision or "", _size(graph.parent), [str(graph)])


def _cached() -> Iterator[Row]:
    try:
        from huggingface_hub import scan_cache_dir
        from huggingface_hub.errors import CacheNotFound
    except ImportError:
        return
    from pyshield._hub import cache_directory

    try:
        found = scan_cache_dir(cache_directory())
    except CacheNotFound:
        return
    for repository in sorted(found.repos, key=lambda repository: repository.repo_id):
        for revision in repository.revisions:
            graphs = sorted(
                str(file.file_path) for file in revision.files if file.file_name.endswith(".onnx")
            )
            if graphs and repository.repo_type == "model":
                yield Row(repository.repo_id, "hub", revision.commit_hash, revision.size_on_disk, graphs)
