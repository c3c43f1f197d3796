"""What tools return to an agent: JSON, XML, YAML and printed text."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from training.generate.injection.carriers.page import Carrier, one_line, verbatim

if TYPE_CHECKING:
    from training.generate.injection.carriers.page import Page


def _dump(page: Page, value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=page.rng.choice((None, None, 1, 2)))


def _search(page: Page) -> str:
    results = [
        {"title": page.say("title"), "url": page.say("url"), page.pick("snippet", "text", "content"): line}
        for line in page.body(3, 5)
    ]
    return _dump(
        page, {"query": page.say("search_query"), "results": results, "total": page.rng.randint(3, 900)}
    )


def _messages(page: Page) -> str:
    field = page.pick("body", "message", "text")
    messages = [
        {
            "id": page.rng.randint(1, 9999),
            "from": page.say("email"),
            "subject": page.say("mail_subject"),
            field: line,
        }
        for line in page.body(2, 4)
    ]
    return _dump(page, messages if page.rng.random() < 0.5 else {"messages": messages, "next": None})


def _record(page: Page) -> str:
    record: dict[str, Any] = {
        "id": f"{page.pick('T', 'ord_', 'usr-', '')}{page.rng.randint(100, 99999)}",
        "status": page.pick("open", "ok", "pending", "shipped"),
        "owner": {"name": page.say("person"), "email": page.say("email"), "city": page.say("city")},
        "created": page.say("date"),
        page.pick("description", "notes", "comment", "bio"): " ".join(page.body(1, 4)),
        "amount": page.rng.randint(1, 90000) / 100,
        "tags": page.says("field", 0, 3),
    }
    keys = list(record)
    page.rng.shuffle(keys)
    return _dump(page, {key: record[key] for key in keys})


def _result(page: Page) -> str:
    name = page.pick("get_page", "read_file", "search_mail", "web_fetch", "list_tickets", "lookup")
    content = " ".join(page.body(2, 6))
    return _dump(page, page.rng.choice((
        {"tool": name, "result": content, "error": None},
        {"type": "tool_result", "tool_use_id": f"t{page.rng.randint(1, 999)}", "content": content},
        {"role": "tool", "name": name, "content": content},
        {"ok": True, "data": {"text": content, "length": page.rng.randint(50, 900)}},
    )))  # fmt: skip


def _xml(page: Page) -> str:
    lines = "\n".join(
        f'  <item id="{i}"><{(tag := page.pick("note", "text", "summary"))}>{line}</{tag}></item>'
        for i, line in enumerate(page.body(2, 5))
    )
    root = page.pick("feed", "items", "response", "documents")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{lines}\n</{root}>'


def _yaml(page: Page) -> str:
    lines = [f"- {page.say('field')}: {page.say('title')}\n  note: {line}" for line in page.body(2, 5)]
    return f"{page.pick('entries', 'items', 'tasks')}:\n" + "\n".join(lines)


def _printed(page: Page) -> str:
    head = page.pick(
        "Observation:", "Tool output:", "Result:", "[search]", ">>> fetch()", "Function returned:"
    )
    return f"{head} {page.paragraphs(page.body(2, 6), chr(10))}"


def _retrieved(page: Page) -> str:
    """Passages of a retrieval system with their sources."""
    form = page.pick(
        "[{}] ({}) {}", "Document {} - {}\n{}", "<doc id={} source={}>{}</doc>", "Passage {} [{}]: {}"
    )
    return "\n".join(form.format(i, page.say("title"), line) for i, line in enumerate(page.body(3, 6), 1))


def _json_text(note: str) -> str:
    return json.dumps(note, ensure_ascii=False)[1:-1]


CARRIERS = (
    Carrier("tool/search", _search, _json_text),
    Carrier("tool/messages", _messages, _json_text),
    Carrier("tool/record", _record, _json_text),
    Carrier("tool/result", _result, _json_text),
    Carrier("tool/xml", _xml, lambda note: escape(note, quote=False)),
    Carrier("tool/yaml", _yaml, one_line),
    Carrier("tool/printed", _printed, verbatim),
    Carrier("tool/retrieved", _retrieved, one_line),
)
