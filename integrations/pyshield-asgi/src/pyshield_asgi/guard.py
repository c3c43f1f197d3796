"""Guard: a shield and how it is applied, checked once, shared by all requests and never changed."""

from __future__ import annotations

from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

from pyshield._declarations.declaration import PairScanner, is_native
from pyshield._runtime import DocumentScanner
from pyshield.dialects.outputs import Outputs
from pyshield.errors import ConfigError
from pyshield.sessions import Sessions
from pyshield.shield import Shield
from pyshield.stream import pass_policy
from pyshield.vault import Vault
from pyshield_asgi.answers import TEXTS
from pyshield_asgi.asked import asked
from pyshield_asgi.fields import EVERY_STRING, Fields
from pyshield_asgi.policy import always, unless_redacted
from pyshield_asgi.sessions import name_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from pyshield.results import ScanResult
    from pyshield.stream import PassPolicy
    from pyshield_asgi._types import Scope
    from pyshield_asgi.body import Choice
    from pyshield_asgi.outcome import ScannedBody
    from pyshield_asgi.sessions import SessionChoice, VaultsBySession

__all__ = [
    "BinaryMessages",
    "FieldChoice",
    "Guard",
    "Messages",
    "OnRefused",
    "Options",
    "Otherwise",
    "PromptChoice",
    "wrong",
]

Otherwise: TypeAlias = Literal["pass", "refuse"]
"""What becomes of a body that cannot be scanned."""

Messages: TypeAlias = Literal["auto", "json", "text", "pass"]
"""How WebSocket messages are read."""

BinaryMessages: TypeAlias = Literal["text", "other"]
"""What binary WebSocket messages are."""

FieldChoice: TypeAlias = "Sequence[str] | Callable[[Any], Iterable[str]]"
"""JSON pointers, or a function from a parsed document to JSON pointers."""

PromptChoice: TypeAlias = "Callable[[Scope, Any], str]"
"""A function from a scope and a request's document to what was asked."""

OnRefused: TypeAlias = "Callable[[Scope, ScannedBody], Awaitable[None] | None]"
"""A function that is told of a refusal before it is sent."""


class Options(TypedDict, total=False):
    """The keyword arguments of `Guard`, where they are described."""

    fields: FieldChoice
    answer_fields: FieldChoice | None
    max_body_bytes: int
    max_fields: int
    deadline: float | None
    refuses: Callable[[ScanResult], bool]
    other_types: Otherwise
    encoded: Otherwise
    unreadable: Otherwise
    disclose: bool
    on_refused: OnRefused | None
    responses: bool | None
    policy: PassPolicy
    prompt: PromptChoice
    messages: Messages
    streamed_messages: bool
    binary_messages: BinaryMessages
    session: SessionChoice | None
    vaults: VaultsBySession | None


_FUNCTIONS = {
    "refuses": "a ScanResult",
    "prompt": "a scope and a document",
    "on_refused": "a scope and a ScannedBody",
    "session": "a scope",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """A shield and how it is applied to requests, responses and messages.

    Args:
        shield: Scans the texts. It stays yours.
        fields: Which strings of a JSON document are scanned: JSON pointers in which `*` stands for any
            member or item and `**` for any number of levels, or a function that is given the parsed document
            and returns such pointers. All strings, if not given; `CHAT_FIELDS` is a narrower choice.
        answer_fields: The same for JSON that the application answers. If not given, in responses every string
            but those under names that are no text's (`id`, `role`, …; in the shapes of OpenAI and Anthropic
            also what these keep for themselves), and all strings in WebSocket messages; `ANSWER_FIELDS` is a
            narrower choice.
        max_body_bytes: The largest body or message; a larger one is answered with 413, or 1009.
        max_fields: The most texts in one document; more are answered with 413, or 1009.
        deadline: Seconds for a scan; that of the shield's limits if not given.
        refuses: Decides for each result whether the request is refused. `unless_redacted` lets a text pass
            if all that was found has been replaced, `always` refuses whatever a scanner refuses. What is
            streamed ends at the first finding with `always`, else at the first that nothing replaces.
        other_types: What becomes of bodies of other media types, in requests and answers, and of binary
            messages that are no text.
        encoded: What becomes of JSON and text with a content-encoding, and of parts of them (206) in answers.
        unreadable: What becomes of a body that is not the JSON, or not in the charset, that it claims to be.
        disclose: Whether a refusal tells the client which scanners found what, and where.
        on_refused: Is told of each refusal of content, with the scope and the outcome; may be asynchronous.
        responses: Whether answers are scanned as well, as outputs; if not given, they are if the shield has
            scanners for outputs.
        policy: What may pass of an answer that comes piece by piece before a scanner that reads a model has
            judged it: `"hold"`, nothing; `"lag"`, some sentences; `"after"`, all. As for
            `Shield.open_output`.
        prompt: Tells what an answer answers, for the scanners that compare: a function of the scope and the
            request's document (for text the text, `None` if there is neither), as the application is given
            it. `asked` finds it in the usual shapes of requests.
        messages: How WebSocket messages are read: `"json"`, `"text"`, `"auto"` (objects and arrays as JSON,
            strings of JSON as what they say, everything else as text), or not at all (`"pass"`).
        streamed_messages: Whether the messages that an application sends are pieces of one text, in the
            dialects of streamed responses, instead of each a text of its own.
        binary_messages: What binary messages are: `"text"`, those that are text (UTF-8, or JSON as
            `json.loads` reads bytes) are read as messages of text are, and stay binary; `"other"`, all are of
            another type, as those that are no text always are.
        session: Tells which session a request belongs to, `header(…)`, `cookie(…)` or a function of the
            scope: what `Anonymize` takes out on the way in is kept in that session's vault, and `Deanonymize`
            puts it back on the way out. A request of no session has a vault for itself. Without `session`,
            all share the vault of the shield.
        vaults: Where the vaults are kept; `pyshield.Sessions` with a `ttl` of an hour, if not given.

    Attributes:
        choice: `fields`, compiled.
        answer_choice: `answer_fields`, compiled; `None` if not given.
        answers: Whether answers are scanned.
        compares: Whether one of their scanners reads what was asked.
        direct: Reads and scans a short document in one call of the runtime; `None` if that may not be done.
        direct_answers: The same for documents that the application answers, without what was asked.
        short: Bytes that such a document may have.
        key: What tells equal guards: a request is scanned once by each.
        keys: That alone, as a tuple.

    Raises:
        ConfigError: For a wrong type or value.
    """

    shield: Shield
    _: KW_ONLY
    fields: FieldChoice = EVERY_STRING
    answer_fields: FieldChoice | None = None
    max_body_bytes: int = 1024 * 1024
    max_fields: int = 10_000
    deadline: float | None = None
    refuses: Callable[[ScanResult], bool] = unless_redacted
    other_types: Otherwise = "pass"
    encoded: Otherwise = "refuse"
    unreadable: Otherwise = "refuse"
    disclose: bool = True
    on_refused: OnRefused | None = None
    responses: bool | None = None
    policy: PassPolicy = "hold"
    prompt: PromptChoice = asked
    messages: Messages = "auto"
    streamed_messages: bool = False
    binary_messages: BinaryMessages = "text"
    session: SessionChoice | None = None
    vaults: VaultsBySession | None = None
    choice: Choice = field(init=False, repr=False, compare=False)
    answer_choice: Choice | None = field(init=False, repr=False, compare=False)
    answers: bool = field(init=False, repr=False, compare=False)
    compares: bool = field(init=False, repr=False, compare=False)
    direct: DocumentScanner | None = field(init=False, repr=False, compare=False)
    direct_answers: DocumentScanner | None = field(init=False, repr=False, compare=False)
    short: int = field(init=False, repr=False, compare=False)
    key: tuple[Any, ...] = field(init=False, repr=False, compare=False)
    keys: tuple[tuple[Any, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        choice = _compiled(self.fields)
        answers = self.answer_fields
        answer_choice = None if answers is None else _compiled(answers)
        # What the runtime lets pass as it is, these let pass as well; others are asked.
        plain = self.refuses in (unless_redacted, always)
        shield = self.shield
        kind = type(shield)
        direct = plain and kind.scan_prompt is _SCAN_PROMPT and all(map(is_native, shield.prompt))
        # Conversations are scanned as such beside.
        direct = direct and shield.messages is None
        direct_answers = plain and kind.scan_output is _SCAN_OUTPUT and all(map(is_native, shield.output))
        key = (id(shield), choice.patterns if isinstance(choice, Fields) else choice)
        scans = bool(self.shield.output) if self.responses is None else self.responses
        vaults = self.vaults
        if self.session is not None and vaults is None:
            vaults = Sessions(ttl=3600.0)
        for name, value in (
            ("choice", choice),
            ("answer_choice", answer_choice),
            ("answers", scans),
            ("compares", any(map(_compares, shield.output))),
            ("direct", self._direct(choice, None) if direct else None),
            ("direct_answers", self._direct(answer_choice or TEXTS, "") if direct_answers else None),
            ("short", min(_SHORT, self.max_body_bytes)),
            ("vaults", vaults),
            ("key", key),
            ("keys", (key,)),
        ):
            object.__setattr__(self, name, value)

    def _direct(self, choice: Choice, prompt: str | None) -> DocumentScanner | None:
        """What scans the documents that have such fields; as outputs if there is a prompt."""
        if not isinstance(choice, Fields):
            return None
        native = self.shield._native  # noqa: SLF001  # of the same house
        longest = min(_SHORT, self.max_body_bytes)
        return DocumentScanner(native, choice.table, self.max_fields, longest, prompt, self.deadline)

    def _check(self) -> None:
        given: object = self.shield
        if not isinstance(given, Shield):
            kind = type(given).__name__
            raise wrong("shield", f"expected a pyshield.Shield, got {kind}")
        self._check_values()
        for name, what in _FUNCTIONS.items():
            value = getattr(self, name)
            if not callable(value) and (value is not None or name not in ("on_refused", "session")):
                raise wrong(name, f"expected a function of {what}")
        if self.session is not None:
            self.shield.session(Vault())  # which says what does not go together
        elif self.vaults is not None:
            raise wrong("vaults", "belongs to `session`, which is not given")

    def _check_values(self) -> None:
        for name in ("max_body_bytes", "max_fields"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise wrong(name, "expected a whole number from 1")
        if self.deadline is not None and not is_seconds(self.deadline):
            raise wrong("deadline", "expected seconds above 0, or None")
        for name in ("other_types", "encoded", "unreadable"):
            if getattr(self, name) not in ("pass", "refuse"):
                raise wrong(name, "expected 'pass' or 'refuse'")
        if self.messages not in ("auto", "json", "text", "pass"):
            raise wrong("messages", "expected 'auto', 'json', 'text' or 'pass'")
        if self.binary_messages not in ("text", "other"):
            raise wrong("binary_messages", "expected 'text' or 'other'")
        pass_policy(self.policy)

    def outputs(self, prompt: str) -> Outputs:
        """The texts of an answer that comes piece by piece, on their way through the shield."""
        return Outputs(
            self.shield,
            prompt,
            self.max_fields,
            cut="found" if self.refuses is always else "unredacted",
            policy=self.policy,
            deadline=self.deadline,
        )

    def within(self, scope: Scope) -> Guard:
        """This guard with the shield of the session that a request belongs to."""
        if self.session is None or self.vaults is None:
            return self
        name = name_of(self.session, scope)
        vault = Vault() if name is None else self.vaults[name]
        guard, shield = copy(self), self.shield.session(vault)
        object.__setattr__(guard, "shield", shield)
        for name in ("direct", "direct_answers"):
            scanner: DocumentScanner | None = getattr(self, name)
            if scanner is not None:
                native = shield._native  # noqa: SLF001
                object.__setattr__(guard, name, scanner.within(native))
        return guard


EVERY = Fields(EVERY_STRING)
"""What is scanned in JSON messages."""


_SHORT = 4096
"""Bytes of a document up to which it is read and scanned in one call."""

_SCAN_PROMPT, _SCAN_OUTPUT = Shield.scan_prompt, Shield.scan_output
"""What a class of one's own may do otherwise."""


def _compares(scanner: object) -> bool:
    """Whether it may read the prompt beside the output: anybody's own scanner may."""
    return isinstance(scanner, PairScanner) or not is_native(scanner)


def _compiled(fields: FieldChoice) -> Choice:
    return fields if callable(fields) else Fields(fields)


def is_seconds(value: object) -> bool:
    """Whether it is a time to wait."""
    return type(value) in (int, float) and 0 < value < float("inf")  # type: ignore[operator]  # a number


def wrong(field: str, message: str) -> ConfigError:
    """The error for an argument."""
    return ConfigError(f"ShieldMiddleware: {field}: {message}", None, field)
