"""`pyshield redact` and `pyshield restore`: private data out of files into a vault, and back."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyshield._check import hint, shown
from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyshield.cli.rewrite import Change, Tally
    from pyshield.cli.vaultfile import VaultFile
    from pyshield.results import ScanResult

__all__ = ["MOST_BYTES", "redact", "restore"]

MOST_BYTES = 1 << 40
"""What `--max-bytes` may be."""

_Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE|DIRECTORY|-", help="Files, directories, or - for standard input.", show_default=False
    ),
]
_Vault = Annotated[
    str,
    typer.Option(
        "--vault",
        "-v",
        metavar="FILE",
        help="The encrypted file of what was taken out.",
        show_default=False,
    ),
]
_KeyFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="The vault's key: 32 bytes, or 64 hexadecimal digits.")
]
_PassphraseFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="The vault's passphrase, on the first line; else it is asked for."),
]
_Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="A file; a directory for several; - for standard output, the default for one input.",
    ),
]
_Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
_Field = Annotated[
    str | None,
    typer.Option(metavar="FIELD", help="Inputs are JSON Lines; the text is at this key or JSON pointer."),
]
_Glob = Annotated[
    str | None, typer.Option(metavar="PATTERN", help="In directories, only files of such a name.")
]
_MaxBytes = Annotated[
    int, typer.Option(min=1, max=MOST_BYTES, help="The largest text; a larger one counts as failed.")
]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No summary and no progress bar.")]


def redact(
    inputs: _Inputs,
    vault: _Vault,
    output: _Output = None,
    key_file: _KeyFile = None,
    passphrase_file: _PassphraseFile = None,
    entity: Annotated[
        list[str] | None,
        typer.Option("--entity", "-e", metavar="NAME", help="What to look for; repeatable."),
    ] = None,
    hide: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help="Something that is private too; repeatable.")
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(metavar="VALUE", help="Something that is not private; repeatable.")
    ] = None,
    jsonl_field: _Field = None,
    glob: _Glob = None,
    force: _Force = False,
    max_bytes: _MaxBytes = 64 << 20,
    quiet: _Quiet = False,
) -> None:
    """Take private data out of files and keep it in an encrypted vault.

    The vault is made if there is none; with one that is there, what is in it keeps its placeholders. Names of
    people, places and organizations are looked for if they are asked for: by a model, in milliseconds a text.

    \b
    Examples:
      pyshield redact letter.txt --vault letters.vault > letter.redacted.txt
      pyshield redact letter.txt -v letters.vault -e PERSON -e LOCATION -e EMAIL_ADDRESS
      pyshield redact mail/ --glob '*.eml' --vault mail.vault --key-file key -o redacted/
      pyshield redact --jsonl-field /messages/0/content -v chats.vault - < chats.jsonl > redacted.jsonl

    \b
    Exit codes:
      0    all of it was written
      2    the call is wrong
      3    something could not be read, redacted or written; or the vault cannot be opened
      130  interrupted
    """  # noqa: D301  # click reads the backspace
    from pyshield import Vault
    from pyshield.input_scanners.anonymize import Anonymize, entity_types
    from pyshield.input_scanners.anonymize_helpers import ENCODER_CONF
    from pyshield.shield import BlockingShield, Limits

    # A wrong entity is found before anything is asked for or opened.
    recognised = entity_types()
    for name in entity or ():
        if name not in recognised:
            raise ConfigError(f"--entity {shown(name)}: no recogniser finds it{hint(name, recognised)}")
    names = set(ENCODER_CONF["MODEL_TO_PRESIDIO_MAPPING"].values())
    scanner = Anonymize(
        Vault(),
        entity_types=entity or None,
        hidden_names=hide or (),
        allowed_names=allow or (),
        recognizer_conf=ENCODER_CONF if names.intersection(entity or ()) else None,
    )
    declared = BlockingShield([scanner], limits=Limits(policy="wait", max_text_bytes=max_bytes))
    # Finds what the vault holds, in texts that placeholders have made longer.
    held = Anonymize(Vault(), entity_types=["CUSTOM"], allowed_names=allow or ())
    looking = BlockingShield([held], limits=Limits(policy="wait", max_text_bytes=32 * max_bytes))

    def change(file: VaultFile) -> Change:
        scan, look = (shield.session(file.vault).scan_prompts for shield in (declared, looking))
        return lambda texts: _together(texts, scan, look)

    def summary(tally: Tally, file: VaultFile) -> str:
        pairs = _count(len(file.vault), "pair")
        return f"{_texts(tally)} redacted, {tally.changed} changed; the vault holds {pairs}"

    tally = _run(
        inputs, vault, output, key_file, passphrase_file, jsonl_field, glob, max_bytes,
        force=force, quiet=quiet, new=True, change=change, summary=summary,
    )  # fmt: skip
    raise typer.Exit(3 if tally.degraded and entity else 0)


def restore(
    inputs: _Inputs,
    vault: _Vault,
    output: _Output = None,
    key_file: _KeyFile = None,
    passphrase_file: _PassphraseFile = None,
    matching: Annotated[
        str,
        typer.Option(metavar="STRATEGY", help="exact, case_insensitive, fuzzy or combined_exact_fuzzy."),
    ] = "exact",
    jsonl_field: _Field = None,
    glob: _Glob = None,
    force: _Force = False,
    max_bytes: _MaxBytes = 64 << 20,
    quiet: _Quiet = False,
) -> None:
    """Put back what `pyshield redact` took out.

    \b
    Examples:
      pyshield restore answer.txt --vault letters.vault > answer.restored.txt
      pyshield restore redacted/ --vault mail.vault --key-file key -o restored/

    \b
    Exit codes:
      0    all of it was written
      1    all of it was written, with placeholders in it that the vault does not know
      2    the call is wrong
      3    something could not be read, restored or written; or the vault cannot be opened
      130  interrupted
    """  # noqa: D301
    from pyshield import Vault
    from pyshield.output_scanners import Deanonymize
    from pyshield.shield import BlockingShield, Limits

    limits = Limits(policy="wait", max_text_bytes=max_bytes)
    declared = BlockingShield(output=[Deanonymize(Vault(), matching_strategy=matching)], limits=limits)

    def change(file: VaultFile) -> Change:
        session = declared.session(file.vault)
        return lambda texts: session.scan_outputs([("", text) for text in texts])

    def summary(tally: Tally, _file: VaultFile) -> str:
        known = f"; {_count(tally.left, 'placeholder')} left that the vault does not know"
        left = known if tally.left else ""
        return f"{_texts(tally)} restored, {tally.changed} changed{left}"

    tally = _run(
        inputs, vault, output, key_file, passphrase_file, jsonl_field, glob, max_bytes,
        force=force, quiet=quiet, new=False, change=change, summary=summary,
    )  # fmt: skip
    raise typer.Exit(1 if tally.left else 0)


def _together(texts: list[str], scan: Change, look: Change) -> list[ScanResult]:
    """Scans texts so that what is found in one is taken out of all: by themselves they do not know of it."""
    results = [*scan(texts)]
    if len(texts) > 1:
        looked = look([result.text for result in results])
        left = [at for at, result in enumerate(results) if looked[at].text != result.text]
        for at, result in zip(left, scan([texts[at] for at in left]) if left else (), strict=True):
            results[at] = result
    return results


def _texts(tally: Tally) -> str:
    return _count(tally.texts, "text")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _run(
    inputs: list[str],
    vault: str,
    output: str | None,
    key_file: str | None,
    passphrase_file: str | None,
    jsonl_field: str | None,
    glob: str | None,
    max_bytes: int,
    *,
    force: bool,
    quiet: bool,
    new: bool,
    change: Callable[[VaultFile], Change],
    summary: Callable[[Tally, VaultFile], str],
) -> Tally:
    """Opens the vault, rewrites the inputs, says what came of it."""
    from pyshield.cli.escape import visible
    from pyshield.cli.outputs import Outputs
    from pyshield.cli.pointer import Pointer
    from pyshield.cli.progress import Progress
    from pyshield.cli.rewrite import rewrite
    from pyshield.cli.sources import Sources
    from pyshield.cli.vaultfile import VaultFile, files_of, secret_of

    for path in inputs:
        if path != "-" and not os.path.lexists(path):
            raise ConfigError(f"no such file: {visible(path)}")
    there = Path(vault).exists()
    if not there and not new:
        raise ConfigError(f"no such vault: {visible(vault)}")
    pointer = None if jsonl_field is None else Pointer(jsonl_field)
    own = files_of(vault, key_file, passphrase_file)
    outputs = Outputs(inputs, output or "-", pointer=pointer, force=force, own=own)
    sources = Sources(tuple(inputs), max_bytes=max_bytes, glob=glob, pointer=pointer, own=own)
    file = VaultFile(vault, secret_of(key_file, passphrase_file, new=not there), read_only=not new)
    try:
        watched = sys.stderr.isatty() and not quiet
        progress = Progress(sources.total_bytes() if watched else None, enabled=watched)
        tally = rewrite(sources, change(file), file.save if new else None, outputs, progress)
        if not quiet:
            skipped = f"; {_count(sources.skipped, 'binary file')} skipped" if sources.skipped else ""
            failed = f"; {tally.failed} failed" if tally.failed else ""
            sys.stderr.write(summary(tally, file) + failed + skipped + "\n")
        if tally.degraded:
            sys.stderr.write(f"pyshield: {visible(tally.degraded, 500)} (ask for names with -e)\n")
    finally:
        file.close()
    if tally.failed:
        raise typer.Exit(3)
    return tally
