"""Which rows train, which are held out.

`held_out` are whole sources that training never sees; `validation` are groups held out of the sources that
train.
"""

from __future__ import annotations

import hashlib
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.example import Example

# Whole sources, by head. Sets marked share-alike or with parts under unclear licences are only ever evaluated
# on.
HELD_OUT = {
    "spikee": "injection",
    "inspect_evals_bits": "injection",
    "arena_hard": "injection (benign)",
    "fastchat_mtbench": "injection (benign)",
    "jbb_artifacts": "injection",
    "jbb_artifacts_answers": "refusal",
    "vicomtech_stormfront": "toxicity (share-alike)",
    "toxigen_prompts": "toxicity",
    "wnut17_test": "entities",
    "re3d": "entities (licences of its parts to be checked)",
    "germeval14": "entities in German (licence to be checked)",
    "goemotions_test": "emotions",
    "wnc_small": "bias (share-alike)",
    "code_hello_world": "code",
    "summedits_news": "consistency",
    "summedits_samsum": "consistency",
    "faithdial_wow": "consistency",
    "faithdial_cmu": "consistency",
}
VALIDATION = 0.06
# Small sources with the only rows of their kind give more groups to validation.
MORE_VALIDATION = {
    "wikipedia_comments": 0.25,
    "deepset_prompt_injections": 0.25,
    "giskard_prompt_injections": 0.3,
}


def split_of(example: Example) -> str:
    """Return `train`, `validation` or `held_out`."""
    if example.source in HELD_OUT:
        return "held_out"
    share = MORE_VALIDATION.get(example.source, VALIDATION)
    digest = hashlib.sha256(f"{example.source}\0{example.group}".encode()).digest()
    return "validation" if int.from_bytes(digest[:4]) / 2**32 < share else "train"


def of_split(example: Example, split: str) -> Example:
    """Give the row a group that lies in that split, and return it."""
    key = example.group
    for attempt in count():
        example.group = f"{key}/{attempt}"
        if split_of(example) == split:
            break
    return example
