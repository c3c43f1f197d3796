"""What every dialect does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["Dialect", "Document"]

Document = dict[str, Any]


class Dialect:
    """The documents of one response.

    Args:
        outputs: Where the texts go through.

    Attributes:
        done: What follows the last document of a response that was cut off; `None` if nothing does.
        typed: Whether a document's `type` is the name of its event.
    """

    __slots__ = ("outputs",)

    done: ClassVar[str | None] = None
    typed: ClassVar[bool] = False

    def __init__(self, outputs: Outputs) -> None:
        self.outputs = outputs

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether a document is one of this dialect."""
        raise NotImplementedError

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """The documents to send in place of this one; `None` if it is to be sent as it is."""
        raise NotImplementedError

    async def rest(self) -> list[Any]:
        """Documents with what is still held when no more come."""
        raise NotImplementedError

    def cut(self) -> list[Any]:
        """The documents that end the response where it was cut off."""
        raise NotImplementedError

    def failed(self) -> list[Any]:
        """The documents that end the response where something went wrong."""
        return [{"error": {"message": "The response was interrupted.", "type": "server_error", "code": None}}]
