"""Plain and Markdown documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection.carriers.page import Carrier, one_line, verbatim

if TYPE_CHECKING:
    from training.generate.injection.carriers.page import Page


def _plain(page: Page) -> str:
    return page.paragraphs(page.body(2, 7), page.pick("\n\n", "\n", " "))


def _titled(page: Page) -> str:
    return f"{page.say('title')}\n\n{page.paragraphs(page.body(3, 8))}"


def _markdown(page: Page) -> str:
    title = page.pick("# ", "## ", "**") + page.say("title")
    sections = []
    for sentence in page.body(3, 6):
        if page.rng.random() < 0.25:
            sections.append(f"\n## {page.say('title')}\n")
        sections.append(page.pick("", "", "- ", "* ", "> ") + sentence)
    return "\n".join([title + ("**" if title.startswith("**") else ""), "", *sections])


def _numbered(page: Page) -> str:
    lines = page.body(3, 7)
    start = page.rng.randint(1, 8)
    form = page.pick("{}. {}", "{}) {}", "§ {} {}", "[{}] {}")
    return "\n".join(form.format(start + i, line) for i, line in enumerate(lines))


def _paper(page: Page) -> str:
    names = ", ".join(page.says("person", 1, 3))
    body = page.paragraphs(page.body(4, 8), "\n")
    return f"{page.say('title')}\n{names}\n\nAbstract. {body}\n\n1 Introduction\n{' '.join(page.plain(1, 3))}"


def _transcript(page: Page) -> str:
    """What comes out of a scan or a recording: no layout, hard line ends."""
    words = " ".join(page.body(3, 8)).split()
    width = page.rng.randint(6, 14)
    return "\n".join(" ".join(words[i : i + width]) for i in range(0, len(words), width))


def _slides(page: Page) -> str:
    lines = page.body(3, 6)
    return "\n".join(
        f"{page.pick('Slide', 'Page', '---')} {i + 1}\n{page.pick('• ', '- ', '')}{line}"
        for i, line in enumerate(lines)
    )


def _faq(page: Page) -> str:
    lines = page.body(3, 5)
    return "\n\n".join(f"Q: {page.say('title')}?\nA: {line}" for line in lines)


CARRIERS = (
    Carrier("document/plain", _plain, verbatim),
    Carrier("document/titled", _titled, verbatim),
    Carrier("document/markdown", _markdown, verbatim),
    Carrier("document/numbered", _numbered, one_line),
    Carrier("document/paper", _paper, verbatim),
    Carrier("document/transcript", _transcript, one_line),
    Carrier("document/slides", _slides, one_line),
    Carrier("document/faq", _faq, one_line),
)
