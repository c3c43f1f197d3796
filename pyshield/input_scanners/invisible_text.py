"""InvisibleText: characters a reader does not see."""

from __future__ import annotations

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner

__all__ = ["InvisibleText"]


class InvisibleText(PromptScanner):
    """Refuses prompts with invisible characters, and removes them.

    Invisible are format, private-use and unassigned characters (Unicode categories Cf, Co, Cn). Runs of tag
    characters, which can carry a hidden message, are findings of a label of their own, `TAG_CHARACTERS`.

    Args:
        keep_emoji_joiners: Whether the joiners that hold an emoji together (families, flags) stay, and single
            characters that a script is written with: joiners beside Arabic and Indic letters, line breaks
            beside Thai or Khmer ones, direction marks beside Hebrew and Arabic ones, and a byte order mark
            at the start. llm-guard removes them; so does `False`.

    Raises:
        ConfigError: For a wrong type.
    """

    __slots__ = ()
    _type = "InvisibleText"

    def __init__(self, *, keep_emoji_joiners: bool = True) -> None:
        check = Check("InvisibleText")
        self._declare(keep_emoji_joiners=check.boolean("keep_emoji_joiners", keep_emoji_joiners))

    @staticmethod
    def contains_unicode(text: str) -> bool:
        """Whether the text holds anything beyond ASCII."""
        return not text.isascii()
