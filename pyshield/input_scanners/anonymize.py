"""Anonymize: private data out of a prompt, into a vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._check import Check, shown
from pyshield._declarations.declaration import PromptScanner
from pyshield._private import declared as private
from pyshield._private.declared import ALL_SUPPORTED_LANGUAGES, DEFAULT_ENTITY_TYPES
from pyshield._private.groups import known_entities
from pyshield._private.recogniser import Recogniser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyshield._private.declared import EntityDecision, NativeVault, Operator
    from pyshield._private.groups import CustomPatterns
    from pyshield.vault import RedisVault, Vault

__all__ = ["ALL_SUPPORTED_LANGUAGES", "DEFAULT_ENTITY_TYPES", "Anonymize", "entity_types"]


def entity_types() -> list[str]:
    """Every entity that `entity_types` can name, sorted."""
    from pyshield._runtime import entity_types as known

    return known()


_HIDDEN = ("vault", "key")
"""Parameters that no file and no print holds."""


class Anonymize(Recogniser, PromptScanner):
    """Replaces private data in prompts, and keeps in a vault what it replaced.

    A prompt in which something was replaced is refused, as by llm-guard: look at the text, not at the
    verdict, if redaction is all that is wanted. The same value is replaced by the same placeholder as long as
    the vault lives, and no placeholder stands for two values. `Deanonymize` with the same vault puts the
    values back.

    The recognisers are patterns with check digits. Names of people, places and organisations are found by a
    model, if `recognizer_conf` names one; if not, a verdict says so in `degraded`, and the log once, when
    `scan` or `ascan` is first used.

    Args:
        vault: Where values are kept. One for each conversation: whoever has it can read them.
            `Shield.session` makes the same scanners work with another one.
        hidden_names: Strings that are private wherever they stand as words, in any case.
        allowed_names: Values that are not private, exactly as they are given.
        entity_types: What to look for; `DEFAULT_ENTITY_TYPES` if not given; `entity_types()` names all.
        preamble: What to put before a prompt in which something was replaced.
        regex_patterns: Groups of patterns of your own, instead of llm-guard's.
        use_faker: Whether made-up values of the same kind stand for the real ones, instead of placeholders.
        recognizer_conf: Which model finds names of people, places and organisations: one of
            `pyshield.input_scanners.anonymize_helpers`, or a mapping like those; `ENCODER_CONF` is the
            bundled one. Without, no model is asked, and a text takes microseconds instead of milliseconds.
        threshold: The least score that counts, 0 to 1.
        use_onnx: Accepted for llm-guard's sake.
        language: `"en"` or `"zh"`.
        thresholds: The least score for single entities.
        operators: What to put in the place of single entities: `"placeholder"`, `"fake"`, `"mask"`,
            `"partial"`, `"hash"`, `"encrypt"` or `"keep"`, or a mapping with parameters.
        locale: The language of made-up names, as a tag: `en`, `de`, `es`, `fr`, `it` or `zh`; also `de-AT`.
        key: 32 bytes, for `"hash"` and `"encrypt"`.

    Raises:
        ConfigError: For a wrong type or value, or an entity that nothing recognises.
        LLMGuardValidationError: For another language.
        ModelError: If the model that finds names cannot be used.
    """

    __slots__ = ()
    _type = "Anonymize"

    def __init__(
        self,
        vault: Vault | RedisVault,
        *,
        hidden_names: Sequence[str] | None = None,
        allowed_names: Sequence[str] | None = None,
        entity_types: Sequence[str] | None = None,
        preamble: str = "",
        regex_patterns: Sequence[CustomPatterns] | None = None,
        use_faker: bool = False,
        recognizer_conf: Mapping[str, Any] | None = None,
        threshold: float = 0.5,
        use_onnx: bool = False,
        language: str = "en",
        thresholds: Mapping[str, float] | None = None,
        operators: Mapping[str, Operator] | None = None,
        locale: str = "en",
        key: bytes | None = None,
    ) -> None:
        check = Check("Anonymize")
        hidden = check.private_texts("hidden_names", hidden_names or ())
        if "" in hidden:
            check.fail(f"hidden_names[{hidden.index('')}]", "is empty, and would match every text")
        given = {} if operators is None else operators
        if not hasattr(given, "items"):
            check.fail("operators", f"expected a mapping of entities to operators, got {shown(operators)}")
        shared = private.recognizers(
            "Anonymize",
            entity_types=entity_types,
            regex_patterns=regex_patterns,
            recognizer_conf=recognizer_conf,
            threshold=threshold,
            thresholds=thresholds,
            use_onnx=use_onnx,
            language=language,
        )
        known_entities(check, "operators", given, regex_patterns)
        self._declare(
            vault=private.vault_of(check, vault),
            hidden_names=hidden,
            allowed_names=check.private_texts("allowed_names", allowed_names or ()),
            preamble=check.text("preamble", preamble),
            use_faker=check.boolean("use_faker", use_faker),
            operators={
                check.text("operators", name): private.operator(check, f"operators[{name}]", one)
                for name, one in given.items()
            },
            locale=private.locale_of(check, locale),
            key=private.key_of(check, key),
            **shared,
        )
        self._check()

    def _vaults(self) -> tuple[NativeVault, ...]:
        return (self._params["vault"]._native,)  # noqa: SLF001  # the vault's own handle

    def _spec(self) -> dict[str, Any]:
        params = self._params
        return {
            "type": self._type,
            **private.recognizer_spec(params),
            "hidden_names": list(params["hidden_names"]),
            "allowed_names": list(params["allowed_names"]),
            "preamble": params["preamble"],
            "operator": {"type": "fake" if params["use_faker"] else "placeholder"},
            "operators": params["operators"],
            "locale": params["locale"].lower(),
            "key": params["key"],
            **private.names_spec(params),
        }

    @staticmethod
    def remove_single_quotes(text: str) -> str:
        """The text with a space for each `'`, as llm-guard has it. Not needed here."""
        return text.replace("'", " ")

    def explain(self, prompt: str) -> list[EntityDecision]:
        """Every candidate in a prompt, and what became of it.

        For finding out why something was or was not taken for private. Changes nothing and holds no word of
        the prompt. Asks the model of `recognizer_conf` and the vault, on the calling thread.

        Raises:
            TextError: If the prompt holds lone surrogates.
            VaultError: If the vault fails.
            ScannerError: If it is more than is read of one text, or the model fails.
        """
        return private.explain(self._type, self._params, prompt, *self._vaults())

    def to_config(self) -> dict[str, Any]:
        """As every scanner's, without vault and key: those are no configuration."""
        config = super().to_config()
        params = config["params"].items()
        return config | {"params": {name: value for name, value in params if name not in _HIDDEN}}

    def __hash__(self) -> int:
        return hash((self._type, id(self._params["vault"]), self._params["entity_types"]))

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)

    def __repr__(self) -> str:
        defaults: Mapping[str, Any] = Anonymize.__init__.__kwdefaults__ or {}
        more = private.shown_params(self._params, defaults, _HIDDEN)
        return f"Anonymize({self._params['vault']!r}{', ' if more else ''}{more})"
