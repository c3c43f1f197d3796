"""Tables: CSV, TSV, Markdown and fixed rows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from training.generate.injection.carriers.page import MARK, Carrier, one_line

if TYPE_CHECKING:
    from training.generate.injection.carriers.page import Page

_COLUMNS = ("id", "name", "city", "date", "comment", "price", "e-mail", "item")
_RULES = {"name": "person", "city": "city", "date": "date", "e-mail": "email", "item": "product"}


def _rows(page: Page) -> tuple[list[str], list[list[str]]]:
    columns = page.rng.sample([name for name in _COLUMNS if name != "comment"], page.rng.randint(2, 4))
    columns.insert(page.rng.randint(0, len(columns)), "comment")
    rows = [[_cell(page, name, line) for name in columns] for line in page.body(3, 6)]
    return columns, rows


def _cell(page: Page, column: str, line: str) -> str:
    if column == "comment":
        return line
    if column in _RULES:
        return page.say(_RULES[column])
    return str(page.rng.randint(1, 9999))


def _separated(page: Page, delimiter: str) -> str:
    columns, rows = _rows(page)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue().rstrip("\n")


def _markdown(page: Page) -> str:
    columns, rows = _rows(page)
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html(page: Page) -> str:
    columns, rows = _rows(page)
    head = "".join(f"<th>{name}</th>" for name in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>\n<tr>{head}</tr>\n{body}\n</table>"


def _records(page: Page) -> str:
    columns, rows = _rows(page)
    return "\n\n".join("\n".join(f"{n}: {c}" for n, c in zip(columns, row, strict=True)) for row in rows)


def _list_of_dicts(page: Page) -> str:
    columns, rows = _rows(page)
    return "\n".join(
        repr(dict(zip(columns, row, strict=True))).replace(repr(MARK), f"'{MARK}'") for row in rows
    )


CARRIERS = (
    Carrier(
        "table/csv",
        lambda page: _separated(page, page.pick(",", ";")),
        lambda note: one_line(note).replace('"', "'"),
    ),
    Carrier("table/tsv", lambda page: _separated(page, "\t"), one_line),
    Carrier("table/markdown", _markdown, lambda note: one_line(note).replace("|", "/")),
    Carrier("table/html", _html, one_line),
    Carrier("table/records", _records, one_line),
    Carrier("table/python", _list_of_dicts, lambda note: one_line(note).replace("'", "\\'")),
)
