"""JSON Schemas, compiled once, with errors that quote nothing.

`fastjsonschema` turns a schema (draft 4, 6 or 7) into a Python function. Its own messages quote the value;
ours name the place and the rule. References to other documents are refused: nothing is ever fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pyshield.errors import ConfigError
from pyshield.functions._errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["compiled"]

_DRAFTS = ("draft-04", "draft-06", "draft-07")
_SHOWN_PLACE = 128


def _refuse_reference(uri: str) -> NoReturn:  # noqa: ARG001  # fastjsonschema's signature
    raise ValueError("refers to another document")


class _Handlers(dict[str, "Callable[[str], Any]"]):
    """Refuses every scheme; fastjsonschema asks here before it would open the address itself."""

    def __contains__(self, scheme: object) -> bool:
        return True

    def __getitem__(self, scheme: str) -> Callable[[str], Any]:
        return _refuse_reference


def compiled(owner: str, field: str, schema: Mapping[str, Any] | bool) -> Callable[[Any], None]:
    """What checks values against `schema`, and raises `Refused` for those that do not match.

    Args:
        owner: The function's name.
        field: `input_schema` or `output_schema`.
        schema: The schema.

    Raises:
        ConfigError: If it is not a schema, or one of another draft.
    """
    import fastjsonschema

    if not isinstance(schema, bool):
        draft = schema.get("$schema")
        if draft is not None and not any(known in str(draft) for known in _DRAFTS):
            raise ConfigError(
                f"{owner}: {field}: only drafts 4, 6 and 7 of JSON Schema are known", owner, field
            )
    try:
        check = fastjsonschema.compile(
            dict(schema) if not isinstance(schema, bool) else schema, handlers=_Handlers(), use_default=False
        )
    except RecursionError:
        raise ConfigError(f"{owner}: {field}: is nested too deep", owner, field) from None
    except Exception as error:
        # Whatever the generator stumbles over, the schema is at fault; its types of errors are many.
        raise ConfigError(
            f"{owner}: {field}: is not a JSON Schema ({type(error).__name__})", owner, field
        ) from error

    what = "the arguments do" if field == "input_schema" else "the result does"

    def checked(value: Any) -> None:  # noqa: ANN401  # JSON is untyped
        try:
            check(value)
        except fastjsonschema.JsonSchemaValueException as error:
            place = _place(error.path)
            raise Refused("serialization", f"{what} not match the schema at {place}: {error.rule}") from None
        except RecursionError:
            raise Refused("serialization", f"{what} not match the schema: nested too deep") from None

    return checked


def _place(path: list[Any]) -> str:
    """Where in the value, without keys that are the value's own: those the schema names are short."""
    steps = "".join(f"[{step}]" if str(step).isdigit() else f".{step}" for step in path[1:])
    return (steps.lstrip(".") or "the top")[:_SHOWN_PLACE]
