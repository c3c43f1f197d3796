"""What the scanners of private data share: checks of their arguments, and their declarations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from pyshield._check import Check, hint, shown
from pyshield._declarations.declaration import Declaration
from pyshield._private.groups import known, known_entities, patterns, told_of_unwanted
from pyshield._private.names import checked_names
from pyshield._told import told_once
from pyshield.exception import LLMGuardValidationError

if TYPE_CHECKING:
    from typing import TypeAlias

    from pyshield import _runtime
    from pyshield.vault import RedisVault, Vault

    NativeVault: TypeAlias = _runtime.Vault | _runtime.RedisVault

__all__ = [
    "ALL_SUPPORTED_LANGUAGES",
    "DEFAULT_ENTITY_TYPES",
    "EntityDecision",
    "Operator",
    "explain",
]

ALL_SUPPORTED_LANGUAGES = ["en", "zh"]
"""What `language` may be; llm-guard's list."""

DEFAULT_ENTITY_TYPES = [
    "CREDIT_CARD",
    "CRYPTO",
    "EMAIL_ADDRESS",
    "IBAN_CODE",
    "IP_ADDRESS",
    "PERSON",
    "PHONE_NUMBER",
    "US_SSN",
    "US_BANK_NUMBER",
    "CREDIT_CARD_RE",
    "UUID",
    "EMAIL_ADDRESS_RE",
    "US_SSN_RE",
]
"""What is looked for unless `entity_types` says otherwise; llm-guard's list."""

_OPERATORS = ("placeholder", "fake", "mask", "partial", "hash", "encrypt", "keep")
_LOCALES = ("en", "de", "es", "fr", "it", "zh")
_KEY_BYTES = 32

Operator = str | Mapping[str, Any]
"""What is put in the place of a value: a name of `docs/private-data.md`, or a mapping with that name as its
`type` and the parameters."""


class EntityDecision(TypedDict):
    """What became of one candidate; positions are code points of the text.

    Attributes:
        type: The entity.
        start: Where it begins.
        end: Where it ends, exclusive.
        score: How sure, 0 to 1, context included.
        threshold: The least score that counts for it.
        recognizer: Which shape of the entity, or `mail`, `web`, `phone`, `name`, `pattern`, `model`; or
            `repeated` or `vault` for what none of them finds in its place.
        model: The model that found it, by name and version; `None` if none did.
        model_label: What that model calls it, without `B-` and `I-`.
        check_passed: Whether check digits confirm it.
        context: The context word before it, which raises a score below 1.
        decision: `kept`, `below_threshold`, `allowed`, or `overlapped` by another candidate; `repeated` where
            its value is sure elsewhere in the text, `in_vault` where the vault holds it, and `made_up` where
            the vault has made it up for another value.
    """

    type: str
    start: int
    end: int
    score: float
    threshold: float
    recognizer: str
    model: str | None
    model_label: str | None
    check_passed: bool
    context: str | None
    decision: str


def _thresholds(check: Check, value: object) -> dict[str, float]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        check.fail("thresholds", f"expected a mapping of entities to numbers, got {shown(value)}")
    return {
        check.text("thresholds", name): check.number(f"thresholds[{name}]", score, least=0.0, most=1.0)
        for name, score in value.items()
    }


def recognizers(
    owner: str,
    *,
    entity_types: object,
    regex_patterns: object,
    recognizer_conf: object,
    threshold: object,
    thresholds: object,
    use_onnx: object,
    language: object,
) -> dict[str, Any]:
    """The checked parameters that `Anonymize` and `Sensitive` share."""
    check = Check(owner)
    if language not in ALL_SUPPORTED_LANGUAGES or not isinstance(language, str):
        raise LLMGuardValidationError(f"Language must be in the list of allowed: {ALL_SUPPORTED_LANGUAGES}")
    types = check.texts("entity_types", entity_types) if entity_types else tuple(DEFAULT_ENTITY_TYPES)
    groups = patterns(check, regex_patterns, language)
    if entity_types:
        named = {f"entity_types[{index}]": name for index, name in enumerate(types)}
        known(check, named, [group["name"] for group in groups or ()])
    told_of_unwanted(owner, groups, types)
    least = _thresholds(check, thresholds)
    known_entities(check, "thresholds", least, regex_patterns)
    return {
        "entity_types": types,
        "regex_patterns": groups,
        "recognizer_conf": checked_names(check, recognizer_conf),
        "threshold": check.number("threshold", threshold, least=0.0, most=1.0),
        "thresholds": least,
        "use_onnx": check.boolean("use_onnx", use_onnx),
        "language": language,
    }


def recognizer_spec(params: Mapping[str, Any]) -> dict[str, Any]:
    """The recognisers of `params`, as the runtime reads them."""
    types = dict.fromkeys((*params["entity_types"], "CUSTOM"))
    groups = params["regex_patterns"]
    if groups is not None:
        kept = ("name", "expressions", "context", "score")
        groups = [
            {name: group[name] for name in kept} | {"reuse": bool(group.get("reuse"))} for group in groups
        ]
    return {
        "entity_types": list(types),
        "regex_patterns": groups,
        "threshold": params["threshold"],
        "thresholds": params["thresholds"],
        "language": params["language"],
    }


def names_spec(params: Mapping[str, Any]) -> dict[str, Any]:
    """What finds names, as the runtime reads it."""
    conf = params["recognizer_conf"]
    return {"names": None if conf is None else conf.spec()}


_COUNTED = ("hidden_names", "allowed_names")
"""Parameters of which a print says only how many there are: they are somebody's names."""


def shown_params(params: Mapping[str, Any], defaults: Mapping[str, Any], hidden: Sequence[str] = ()) -> str:
    """The parameters that differ from the defaults, as keyword arguments."""
    given = []
    for name, value in params.items():
        plain = list(value) if isinstance(value, tuple) else value
        default = DEFAULT_ENTITY_TYPES if name == "entity_types" else defaults.get(name)
        if name not in hidden and plain != default and (plain or default):
            given.append(f"{name}=<{len(value)}>" if name in _COUNTED else f"{name}={plain!r}")
    return ", ".join(given)


def explain(
    scanner: str, params: Mapping[str, Any], text: str, vault: NativeVault | None = None
) -> list[EntityDecision]:
    """Every candidate in a text, and what became of it; with a vault, what is in it counts."""
    import json
    from typing import cast

    from pyshield._runtime import explain_entities

    names = {name: list(params.get(name, ())) for name in ("hidden_names", "allowed_names")}
    operators = [one["type"] for one in params.get("operators", {}).values()]
    makes_up = bool(params.get("use_faker")) or "fake" in operators
    spec = {"type": scanner, "makes_up": makes_up} | recognizer_spec(params) | names | names_spec(params)
    return cast("list[EntityDecision]", explain_entities(json.dumps(spec), text, vault))


def operator(check: Check, field: str, value: object) -> dict[str, Any]:
    """An operator, as the runtime reads it."""
    given = {"type": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping) or given.get("type") not in _OPERATORS:
        check.fail(field, f"expected one of {', '.join(map(repr, _OPERATORS))}, got {shown(value)}")
    spec: dict[str, Any] = {"type": given["type"]}
    known = {"type"}
    if spec["type"] in ("mask", "partial"):
        known.add("character")
        spec["character"] = check.text(f"{field}.character", given.get("character", "*"))
        if len(spec["character"]) != 1:
            check.fail(f"{field}.character", "expected one character")
    if spec["type"] == "partial":
        known.add("visible")
        spec["visible"] = check.integer(f"{field}.visible", given.get("visible", 4), least=0, most=1_000)
    for name in given:
        if name not in known:
            check.fail(field, f"{shown(name)} is no parameter of {spec['type']!r}")
    return spec


def locale_of(check: Check, value: object) -> str:
    """A language tag in whose language there are made-up names."""
    tag = check.text("locale", value)
    if re.split("[-_]", tag)[0].lower() not in _LOCALES:
        reason = f"{shown(tag)}: there are no made-up names in that language{hint(tag, _LOCALES)}"
        check.fail("locale", reason)
    return tag


def key_of(check: Check, value: object) -> str | None:
    """A key, as the runtime reads it."""
    if value is None:
        return None
    if not isinstance(value, bytes | bytearray) or len(value) != _KEY_BYTES:
        check.fail("key", f"expected {_KEY_BYTES} bytes or None")
    return bytes(value).hex()


def vault_of(check: Check, value: object) -> Vault | RedisVault:
    """A vault."""
    from pyshield.vault import RedisVault, Vault

    if not isinstance(value, Vault | RedisVault):
        check.fail("vault", f"expected a pyshield.vault.Vault or RedisVault, got {shown(value)}")
    return value


def told_of_apart(shield: str, prompts: Iterable[object], outputs: Iterable[object]) -> None:
    """Tells of a shield whose `Deanonymize` has none of the vaults of its `Anonymize`.

    Handles of sessions and of Redis may be of one vault though they are several objects.
    """
    taken, put = _vaults(prompts, "Anonymize"), _vaults(outputs, "Deanonymize")
    if not all(getattr(vault, "_apart", False) for vault in (*taken, *put)):
        return
    if taken and put and not any(vault is other for vault in taken for other in put):
        told_once(
            f"{shield}: Anonymize and Deanonymize have different vaults: what one takes out, the other never"
            " puts back; give both the same"
        )


def _vaults(scanners: Iterable[object], kind: str) -> list[object]:
    """The vaults of the scanners of a kind."""
    return [
        one.params["vault"]
        for one in scanners
        if isinstance(one, Declaration) and one._type == kind  # noqa: SLF001
    ]
