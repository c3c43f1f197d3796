"""E-mail: bare, with headers, as threads and newsletters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection.carriers.page import Carrier, one_line, verbatim

if TYPE_CHECKING:
    from training.generate.injection.carriers.page import Page


def _close(page: Page) -> str:
    return f"{page.say('sign_off')}{page.pick(',', '')}\n{page.say('signature')}"


def _short(page: Page) -> str:
    return f"{page.say('greeting')}\n\n{page.paragraphs(page.body(2, 6))}\n\n{_close(page)}"


def _headers(page: Page) -> str:
    lines = [
        f"From: {page.say('person')} <{page.say('email')}>",
        f"To: {page.say('email')}",
        f"Subject: {page.say('mail_subject')}",
        f"Date: {page.say('date')} {page.say('time')}",
    ]
    if page.rng.random() < 0.3:
        lines.append(f"X-Mailer: {page.pick('Thunderbird', 'Outlook', 'K-9')} {page.rng.randint(1, 120)}.0")
    return "\n".join(lines) + "\n\n" + _short(page)


def _subject_note(page: Page) -> str:
    """The note stands in the subject line or after the signature."""
    body = f"{page.say('greeting')}\n\n{' '.join(page.plain(2, 5))}\n\n{_close(page)}"
    note = "".join(page.note)
    if page.rng.random() < 0.5:
        return f"Subject: {page.say('mail_subject')} {note}\n\n{body}"
    return f"Subject: {page.say('mail_subject')}\n\n{body}\n\n{page.pick('--', 'PS:', '___', 'P.S.')} {note}"


def _thread(page: Page) -> str:
    lines = page.body(3, 6)
    cut = page.rng.randint(1, max(1, len(lines) - 1))
    quoted = "\n".join(f"> {line}" for line in lines[cut:])
    return (
        f"{page.say('greeting')}\n\n{' '.join(lines[:cut])}\n\n{_close(page)}\n\n"
        f"On {page.say('date')}, {page.say('person')} <{page.say('email')}> wrote:\n{quoted}"
    )


def _inbox(page: Page) -> str:
    """Several messages, as an agent's mail tool prints them."""
    lines = page.body(4, 7)
    shown = []
    for i, line in enumerate(lines, 1):
        shown.append(
            f"[{i}] {page.say('date')} | {page.say('person')} <{page.say('email')}> | "
            f"{page.say('mail_subject')}\n    {line}"
        )
    return "\n".join(shown)


def _newsletter(page: Page) -> str:
    items = page.body(3, 6)
    blocks = [f"{page.pick('* ', '+++ ', '')}{page.say('title')}\n{item}" for item in items]
    end = page.pick("Unsubscribe: ", "View in browser: ", "© ") + page.say("url")
    return f"{page.say('company')} {page.say('title')}\n\n" + "\n\n".join(blocks) + f"\n\n{end}"


CARRIERS = (
    Carrier("mail/short", _short, verbatim),
    Carrier("mail/headers", _headers, verbatim),
    Carrier("mail/subject", _subject_note, one_line),
    Carrier("mail/thread", _thread, one_line),
    Carrier("mail/inbox", _inbox, one_line),
    Carrier("mail/newsletter", _newsletter, verbatim),
)
