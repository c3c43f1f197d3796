"""Web pages: HTML with visible and hidden notes, and the text that a crawler makes of it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from training.generate.injection.carriers.page import MARK, Carrier, one_line, verbatim

if TYPE_CHECKING:
    from training.generate.injection.carriers.page import Page


def _paragraph(page: Page, line: str) -> str:
    tag = page.pick("p", "p", "li", "div", "span", "td")
    css = page.pick("", "", ' class="text"', ' id="s1"', ' class="card-body"')
    return f"<{tag}{css}>{line}</{tag}>"


def _shell(page: Page, body: str, head: str = "") -> str:
    if page.rng.random() < 0.4:
        return body
    title = page.say("title")
    return (
        f"<!DOCTYPE html>\n<html>\n<head><title>{title}</title>{head}</head>\n"
        f"<body>\n<h1>{title}</h1>\n{body}\n"
        "</body>\n</html>"
    )


def _visible(page: Page) -> str:
    return _shell(page, "\n".join(_paragraph(page, line) for line in page.body(3, 7)))


def _hide(page: Page, note: str) -> str:
    """A note that the browser does not show. Harmless pages have such elements too."""
    style = page.say("hidden_style")
    tag = page.pick("div", "span", "p")
    return page.pick(
        f"<!-- {note} -->",
        f'<{tag} style="{style}">{note}</{tag}>',
        f"<{tag} hidden>{note}</{tag}>",
        f'<{tag} class="{page.pick("sr-only", "visually-hidden", "hidden")}">{note}</{tag}>',
        f"<noscript>{note}</noscript>",
        f"<template>{note}</template>",
    )


def _hidden(page: Page) -> str:
    lines = []
    for line in page.body(3, 7):
        if line == MARK:
            lines.append(_hide(page, line))
        else:
            lines.append(_paragraph(page, line))
            if page.rng.random() < 0.15:
                lines.append(
                    _hide(page, page.say("code_doc") if page.rng.random() < 0.4 else page.say("title"))
                )
    return _shell(page, "\n".join(lines))


def _attribute(page: Page) -> str:
    lines = []
    for line in page.body(3, 6):
        text = line if line == MARK else page.say("alt")
        element = page.pick(
            f'<img src="/{page.pick("a", "hero", "team")}.{page.pick("png", "jpg")}" alt="{text}">',
            f'<a href="/{page.pick("about", "shop", "more")}" title="{text}">{page.say("title")}</a>',
            f'<button aria-label="{text}">{page.say("aria")}</button>',
            f'<input type="text" placeholder="{text}">',
            f'<div data-{page.pick("note", "info", "caption")}="{text}"></div>',
        )
        if line == MARK or page.rng.random() < 0.3:
            lines.append(element)
        if line != MARK:
            lines.append(_paragraph(page, line))
    return _shell(page, "\n".join(lines))


def _meta(page: Page) -> str:
    name = page.pick("description", "keywords", "og:description", "twitter:title", "author")
    text = "".join(page.note) or page.plain(1, 1)[0]
    head = f'\n<meta name="{name}" content="{text}">\n'
    lines = "\n".join(_paragraph(page, line) for line in page.plain(2, 6))
    return (
        f"<html>\n<head>\n<title>{page.say('title')}</title>{head}</head>\n<body>\n{lines}\n</body>\n</html>"
    )


def _scraped(page: Page) -> str:
    menu = page.pick(" | ", " » ", "\n", " · ").join(page.says("title", 2, 5))
    return f"{menu}\n\n{page.say('title')}\n\n{page.paragraphs(page.body(3, 8))}\n\n© {page.say('company')}"


def _forum(page: Page) -> str:
    posts = [
        f"{page.say('first').lower()}{page.rng.randint(1, 99)} {page.pick('wrote', 'said', '·')} {line}"
        for line in page.body(3, 6)
    ]
    return f"{page.say('title')}\n\n" + "\n\n".join(posts)


def _attribute_text(note: str) -> str:
    return html.escape(one_line(note), quote=True)


CARRIERS = (
    Carrier("web/visible", _visible, lambda note: html.escape(note, quote=False)),
    Carrier("web/hidden", _hidden, lambda note: note.replace("--", "- -")),
    Carrier("web/attribute", _attribute, _attribute_text),
    Carrier("web/meta", _meta, _attribute_text),
    Carrier("web/scraped", _scraped, verbatim),
    Carrier("web/forum", _forum, one_line),
)
