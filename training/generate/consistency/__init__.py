"""Consistency of a claim with a source: a scenario's facts are drawn, some are told, and claims are made.

A claim about a told fact is supported, or contradicted after an edit. A claim about a fact that the source
leaves out is neither. The same sentences serve sources and claims, and edits are small, so that counting
shared words does not tell the labels apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.example import Example
from training.generate.consistency import claims
from training.generate.consistency.scenario import Fact, Scenario, scenarios
from training.generate.consistency.world import World

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

_REPLIES = (
    "Yes, {}",
    "Well, {}",
    "I think {}",
    "As far as I know, {}",
    "Sure! {}",
    "Oh, {}",
    "Right, {}",
    "{} Isn't that nice?",
    "{} Did you know that?",
    "I have read that {}",
    "Interesting, {}",
    "{} What do you think?",
    "Hmm, {}",
    "{} Hope this helps!",
)
_REPORTS = (
    "{}",
    "{}",
    "{}",
    "{}",
    "According to the text, {}",
    "In summary, {}",
    "The text says that {}",
    "Summary: {}",
    "In short, {}",
    "- {}",
    "It is stated that {}",
    "Key point: {}",
)
_NODS = (
    "ok",
    "sure",
    "haha",
    "right",
    "I see",
    "hm",
    "good",
    "really?",
    "fine by me",
    "oh no",
    "cool",
    "mhm",
    "thanks",
)


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    made = 0
    while made < count:
        label = rng.choices(("entails", "contradicts", "neither"), (43, 36, 21))[0]
        row = _row(rng, label, f"consistency-{made}")
        if row is not None:
            made += 1
            yield row


def _row(rng: random.Random, label: str, name: str) -> Example | None:
    scenario = rng.choice(scenarios())
    world = World(rng, scenario.slots)
    told = [fact for fact in scenario.facts if rng.random() < 0.75]
    left_out = [fact for fact in scenario.facts if fact not in told]
    if len(told) < 2 or (label == "neither" and not left_out):
        return None
    chosen = rng.sample(told, rng.choice([size for size in (1, 1, 1, 2, 2, 3, 4) if size <= len(told)]))
    parts = [claims.supported(rng, fact, world) for fact in chosen]
    edit, about = "none", chosen[0]
    if label == "contradicts":
        wrong = claims.false(rng, about, world)
        if wrong is None:
            return None
        parts[0], edit = wrong
    elif label == "neither":
        parts[0], edit, about = _unsupported(rng, scenario, left_out, world)
    rng.shuffle(parts)
    style = rng.choice(("reply", "summary", "summary"))
    return Example(
        id=name,
        text=_source(rng, scenario, told, world),
        pair=_styled(rng, parts, _REPLIES if style == "reply" else _REPORTS),
        source=f"generated/consistency/{style}",
        group=f"consistency/{scenario.name}",
        labels={"consistency": label},
        meta={"edit": edit, "fact": about.name},
    )


def _unsupported(
    rng: random.Random, scenario: Scenario, left_out: Sequence[Fact], world: World
) -> tuple[str, str, Fact]:
    """A claim neither supported nor denied: about a fact left out, or about something else."""
    if rng.random() < 0.15:
        other = rng.choice([one for one in scenarios() if one.name != scenario.name])
        fact = rng.choice(other.facts)
        return fact.claim(rng, World(rng, other.slots).values), "elsewhere", fact
    fact = rng.choice(left_out)
    denial = fact.denial(rng, world.values) if rng.random() < 0.15 else None
    return denial or fact.claim(rng, world.values), "left out", fact


def _source(rng: random.Random, scenario: Scenario, told: Sequence[Fact], world: World) -> str:
    sentences = [fact.source(rng, world.values) for fact in told]
    if not scenario.is_talk:
        if rng.random() < 0.1:
            return "\n".join(f"- {sentence}" for sentence in sentences)
        return " ".join(sentences)
    lines: list[str] = []
    for turn in sentences:
        lines.append(turn)
        if rng.random() < 0.3:
            lines.append(f"{world.values[rng.choice(('af', 'bf'))]}: {rng.choice(_NODS)}")
    return "\n".join(lines)


def _styled(rng: random.Random, parts: list[str], frames: Sequence[str]) -> str:
    frame = rng.choice(frames)
    first = claims.lowered(parts[0]) if frame.endswith((", {}", "that {}", "think {}")) else parts[0]
    return " ".join([frame.format(first), *parts[1:]])
