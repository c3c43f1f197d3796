"""Makes the virtual environment in which llm-guard 0.3.16 runs, for the comparisons of this folder.

    python benchmarks/scanners/reference_env.py            # .venv-llm-guard, torch stubbed out, about 700 MB
    python benchmarks/scanners/reference_env.py --full     # with torch, 5.9 GB

llm-guard downloads two things on first use, from hosts that are often out of reach: nltk's `vader_lexicon`
and tiktoken's vocabularies. Both are put in place here, from the lexicon in `runtime/core` and from the
vocabulary files that the crate `tiktoken-rs` carries in cargo's registry (tiktoken verifies their published
digest).

Without `--full`, `torch` is a module of a few lines. llm-guard's model-free scanners never call it: the
package only asks it for a device and a decorator, for models that are not loaded. It makes llm-guard's
import faster, never slower.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT / ".venv-llm-guard"
LEXICON = ROOT / "runtime/core/src/scanner/sentiment/data/lexicon.tsv"

LLM_GUARD = "llm-guard==0.3.16"
REQUIREMENTS = [
    "bc-detect-secrets==1.5.43",
    "faker>=37,<38",
    "fuzzysearch>=0.7,<0.9",
    "json-repair==0.44.1",
    "nltk>=3.9.1,<4",
    "presidio-analyzer==2.2.358",
    "presidio-anonymizer==2.2.358",
    "regex==2024.11.6",
    "structlog>=24",
    "tiktoken>=0.9,<1.0",
    "transformers==4.51.3",
]
"""What llm-guard 0.3.16 requires, less torch."""
SERVER = ["uvicorn==0.54.0", "uvloop==0.23.0"]
"""What the service of `benchmarks/asgi` stands on, as in requirements/dev.lock."""

VOCABULARIES = {
    "r50k_base": "https://openaipublic.blob.core.windows.net/encodings/r50k_base.tiktoken",
    "p50k_base": "https://openaipublic.blob.core.windows.net/encodings/p50k_base.tiktoken",
    "cl100k_base": "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
    "o200k_base": "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
}
"""Where tiktoken would download from; its cache names a file by the SHA-1 of its address."""

TORCH = '''"""Stands in for torch: llm-guard's model-free scanners do not use it."""
from types import SimpleNamespace

__version__ = "0.0.0"


class Tensor:
    """Named in annotations."""


def device(name):
    """The name itself."""
    return name


def no_grad():
    """A decorator that changes nothing."""
    return lambda function: function


cuda = SimpleNamespace(is_available=lambda: False)
backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False))
'''


def site_packages(environment: Path) -> Path:
    """Where the packages of a virtual environment lie."""
    (found,) = environment.glob("lib/python*/site-packages")
    return found


def variables(environment: Path) -> dict[str, str]:
    """What a process in the environment needs to find its data, and never to ask the network."""
    return {
        "NLTK_DATA": str(environment / "nltk_data"),
        "TIKTOKEN_CACHE_DIR": str(environment / "tiktoken"),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_VERBOSITY": "error",
    }


def put_lexicon(environment: Path) -> None:
    """Writes nltk's `vader_lexicon` package: word and mean valence are the two columns nltk reads."""
    target = environment / "nltk_data/sentiment/vader_lexicon.zip"
    folder = target.parent / "build"
    (folder / "vader_lexicon").mkdir(parents=True, exist_ok=True)
    entries = LEXICON.read_text(encoding="utf-8").rstrip("\n")  # nltk takes an empty last line for an entry
    (folder / "vader_lexicon/vader_lexicon.txt").write_text(entries, encoding="utf-8")
    shutil.make_archive(str(target.with_suffix("")), "zip", folder)
    shutil.rmtree(folder)


def put_vocabularies(environment: Path) -> None:
    """Copies the crate's vocabulary files to where tiktoken looks for what it has downloaded."""
    registry = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "registry/src"
    folders = sorted(registry.glob("*/tiktoken-rs-*/assets"))
    if not folders:
        sys.exit("the crate tiktoken-rs is not in cargo's registry: run `cargo fetch` first")
    cache = environment / "tiktoken"
    cache.mkdir(exist_ok=True)
    for name, address in VOCABULARIES.items():
        file = cache / hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
        shutil.copyfile(folders[-1] / f"{name}.tiktoken", file)


def main() -> None:
    """Makes the environment, or brings an existing one up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--path", type=Path, default=DEFAULT, help="where (default: %(default)s)")
    parser.add_argument("--full", action="store_true", help="install torch too (5.9 GB)")
    arguments = parser.parse_args()
    environment: Path = arguments.path.resolve()

    if not (environment / "bin/python").exists():
        venv.create(environment, with_pip=True)
    pip = [str(environment / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if arguments.full:
        subprocess.run([*pip, LLM_GUARD, *SERVER], check=True)
    else:
        subprocess.run([*pip, *REQUIREMENTS, *SERVER], check=True)
        subprocess.run([*pip, "--no-deps", LLM_GUARD], check=True)
        stub = site_packages(environment) / "torch/__init__.py"
        if not (stub.parent / "version.py").exists():  # a real torch stays
            stub.parent.mkdir(exist_ok=True)
            stub.write_text(TORCH)
    put_lexicon(environment)
    put_vocabularies(environment)
    check = (
        "import nltk; nltk.download = lambda *_: True; "  # the lexicon is in place; do not ask the network
        "import llm_guard.input_scanners as s; s.Sentiment(); s.TokenLimit(); print('llm-guard is ready')"
    )
    subprocess.run(
        [str(environment / "bin/python"), "-c", check],
        check=True,
        env={**os.environ, **variables(environment)},
    )


if __name__ == "__main__":
    main()
