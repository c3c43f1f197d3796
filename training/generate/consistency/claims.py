"""Claims about a source: supported ones, and ones that a small edit made false."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from training.generate.consistency.scenario import Fact
    from training.generate.consistency.world import World

_AUXILIARY = re.compile(r"\b(was|is|were|are|will|can|should|would|may)\b(?! not\b)")
_NEGATIVE = re.compile(r"\b(not|no|never|nobody|nothing|cannot|neither|without)\b", re.IGNORECASE)
_OPENINGS = ("It is not true that", "It is wrong that", "It is false to say that", "It is not the case that")
_LOWER = re.compile(r"(The|A|An|In|It|On|At|There|They|For|With|This|Each|Since|Its|If|To|From)\b")


def supported(rng: random.Random, fact: Fact, world: World) -> str:
    """A claim that the fact supports; now and then one that says so by denying something else."""
    way = rng.random()
    if way < 0.08 and (contrast := _contrast(rng, fact, world, true=True)):
        return contrast
    if way < 0.12 and (wrong := _exchange(rng, fact, world)):
        return f"{rng.choice(_OPENINGS)} {lowered(wrong)}"
    return fact.claim(rng, world.values)


def false(rng: random.Random, fact: Fact, world: World) -> tuple[str, str] | None:
    """A claim that the fact contradicts and the kind of edit, or `None` if no edit fits."""
    edits = [
        ("exchange", _exchange),
        ("exchange", _exchange),
        ("exchange", _exchange),
        ("swap", _swap),
        ("deny", _deny),
        ("negate", _negate),
        ("contrast", lambda *given: _contrast(*given, true=False)),
        ("wrap", _wrap),
    ]
    rng.shuffle(edits)
    for name, edit in edits:
        if claim := edit(rng, fact, world):
            return claim, name
    return None


def lowered(sentence: str) -> str:
    """A sentence as it stands after an opening; names keep their capital."""
    return sentence[0].lower() + sentence[1:] if _LOWER.match(sentence) else sentence


def _exchange(rng: random.Random, fact: Fact, world: World) -> str | None:
    """One value of the claim replaced by another of its kind."""
    for slot in rng.sample(fact.slots, len(fact.slots)):
        state = rng.getstate()
        right = fact.claim(rng, world.values)
        rng.setstate(state)
        wrong = fact.claim(rng, world.exchanged(slot), redraw=state)
        if wrong != right:
            return wrong
    return None


def _swap(rng: random.Random, fact: Fact, world: World) -> str | None:
    """Two values of one kind in each other's place."""
    kinds: dict[str, list[str]] = {}
    for slot in fact.slots:
        kinds.setdefault(_kind(slot), []).append(slot)
    pairs = [slots[:2] for slots in kinds.values() if len(slots) > 1]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    state = rng.getstate()
    right = fact.claim(rng, world.values)
    values = world.swapped(one[0], other[0]) if _kind(one) == "person" else world.swapped(one, other)
    wrong = fact.claim(rng, values, redraw=state)
    # With one of the two alone in the claim this is an exchange, which is false as well.
    return wrong if wrong != right else None


def _kind(slot: str) -> str:
    if slot in {"a", "b", "c", "af", "bf", "cf", "al", "bl", "cl"}:
        return "person"
    base = slot.rstrip("0123456789")
    return {"town": "city", "rival": "team", "org": "firm"}.get(base, base)


def _deny(rng: random.Random, fact: Fact, world: World) -> str | None:
    """What the scenario gives as a denial."""
    return fact.denial(rng, world.values)


def _negate(rng: random.Random, fact: Fact, world: World) -> str | None:
    """The claim with its one auxiliary negated."""
    claim = fact.claim(rng, world.values)
    if len(_AUXILIARY.findall(claim)) != 1 or _NEGATIVE.search(claim) or "," in claim:
        return None
    return _AUXILIARY.sub(lambda match: "cannot" if match[1] == "can" else f"{match[1]} not", claim)


def _contrast(rng: random.Random, fact: Fact, world: World, *, true: bool) -> str | None:
    """The claim with "this, not that" in place of one value."""
    for slot in rng.sample(fact.slots, len(fact.slots)):
        old, new = world.values[slot], world.exchanged(slot)[slot]
        right, wrong = (old, new) if true else (new, old)
        text = rng.choice(("{} and not {}", "{}, not {},", "{} rather than {}")).format(right, wrong)
        claim = fact.claim(rng, world.values)
        if (
            len(re.findall(rf"\b{re.escape(old)}\b", claim)) == 1
            and not claim.startswith(old)
            and old[0].isalnum()
        ):
            return claim.replace(old, text).replace(",.", ".").replace(",,", ",")
    return None


def _wrap(rng: random.Random, fact: Fact, world: World) -> str | None:
    """A true claim, said to be false."""
    if rng.random() < 0.5:
        return None
    return f"{rng.choice(_OPENINGS)} {lowered(fact.claim(rng, world.values))}"
