"""Documents that bring foreign text before a model, each with and without an injected note."""

from __future__ import annotations

from training.generate.injection.carriers import code, document, mail, message, table, tool, web
from training.generate.injection.carriers.page import MARK, PLACES, Carrier, Page

CARRIERS: tuple[Carrier, ...] = (
    *document.CARRIERS, *mail.CARRIERS, *web.CARRIERS, *table.CARRIERS, *tool.CARRIERS, *message.CARRIERS,
    *code.CARRIERS,
)  # fmt: skip
"""All kinds of documents."""

__all__ = ["CARRIERS", "MARK", "PLACES", "Carrier", "Page"]
