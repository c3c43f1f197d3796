"""JSON: outputs that hold JSON, well formed or repaired."""

from __future__ import annotations

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner

__all__ = ["JSON"]


class JSON(OutputScanner):
    """Finds JSON objects and arrays in an output, repairs broken ones, and refuses what stays broken.

    Args:
        required_elements: How many well-formed objects or arrays there must be at least.
        repair: Whether broken ones are repaired in the returned text.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "JSON"

    def __init__(self, *, required_elements: int = 0, repair: bool = True) -> None:
        check = Check("JSON")
        self._declare(
            required_elements=check.integer("required_elements", required_elements, least=0),
            repair=check.boolean("repair", repair),
        )

    @staticmethod
    def is_valid_json(json_str: str) -> bool:
        """Whether the whole string is one JSON value."""
        from pyshield._runtime import json_is_valid

        return json_is_valid(json_str)

    @staticmethod
    def repair_json(json_str: str) -> str:
        """The string as well-formed JSON, as far as it can be repaired; otherwise unchanged."""
        from pyshield._runtime import json_repair

        return json_repair(json_str)
