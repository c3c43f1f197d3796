"""Short forms: chats, calendar entries, reviews, CVs, tickets and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection.carriers.page import Carrier, one_line, verbatim

if TYPE_CHECKING:
    from training.generate.injection.carriers.page import Page


def _scaled(page: Page, rule: str, low: int, high: int) -> list[str]:
    return page.put(page.says(rule, low * page.size, high * page.size))


def _chat(page: Page) -> str:
    names = page.says("first", 2, 3)
    lines = _scaled(page, "user_line", 3, 8)
    form = page.pick("{0}: {1}", "[{2}] {0}: {1}", "<{0}> {1}", "{0} ({2}): {1}", "**{0}** {1}")
    return "\n".join(form.format(page.rng.choice(names), line, page.say("time")) for line in lines)


def _support_chat(page: Page) -> str:
    turns = page.body(3, 6)
    return "\n".join(f"{('Customer', 'Agent')[i % 2]}: {turn}" for i, turn in enumerate(turns))


def _event(page: Page) -> str:
    day = f"20{page.rng.randint(24, 27)}{page.rng.randint(1, 12):02}{page.rng.randint(1, 28):02}"
    text = (
        " ".join(page.note + page.plain(0, 2))
        if page.place == "start"
        else " ".join(page.plain(1, 2) + page.note)
    )
    return (
        f"BEGIN:VEVENT\nUID:{page.rng.randint(10**6, 10**7)}@{page.say('host')}\n"
        f"DTSTART:{day}T{page.rng.randint(8, 18):02}0000Z\n"
        f"SUMMARY:{page.say('event_title')}\nLOCATION:{page.say('place')}\nORGANIZER:mailto:{page.say('email')}\n"
        f"DESCRIPTION:{text}\nEND:VEVENT"
    )


def _invite(page: Page) -> str:
    text = " ".join(page.body(1, 3))
    who = ", ".join(page.says("person", 1, 4))
    when = f"{page.say('date')}, {page.say('time')}"
    return f"{page.say('event_title')}\n{when}\n{page.say('place')}\n{who}\n\n{text}"


def _agenda(page: Page) -> str:
    items = page.put([f"{page.say('time')} {page.say('event_title')}" for _ in range(page.rng.randint(3, 7))])
    return f"{page.say('date')}\n" + "\n".join(page.pick("- ", "* ", "") + item for item in items)


def _review(page: Page) -> str:
    return page.paragraphs([page.say("review_line") + ".", *page.body(2, 5)], " ")


def _reviews(page: Page) -> str:
    lines = page.body(3, 6)
    return "\n".join(f"{'★' * page.rng.randint(1, 5)} {page.say('first')}: {line}" for line in lines)


def _cv(page: Page) -> str:
    lines = _scaled(page, "cv_line", 4, 8)
    return f"{page.say('person')}\n{page.say('email')}\n\n" + "\n".join(
        page.pick("", "- ", "• ") + line for line in lines
    )


def _cover_letter(page: Page) -> str:
    body = " ".join(page.put(page.says("cv_line", 2, 4)))
    return f"{page.say('greeting')}\n\n{body}\n\n{page.say('sign_off')}\n{page.say('person')}"


def _ticket(page: Page) -> str:
    lines = _scaled(page, "ticket_line", 2, 5)
    return (
        f"#{page.rng.randint(100, 99999)} {page.say('mail_subject')}\n"
        f"{page.pick('Status: open', 'Assignee: ' + page.say('first'), '')}\n" + "\n".join(lines)
    )


def _log(page: Page) -> str:
    lines = []
    for line in _scaled(page, "log_line", 4, 9):
        day = f"20{page.rng.randint(23, 26)}-{page.rng.randint(1, 12):02}-{page.rng.randint(1, 28):02}"
        hour = f"{page.rng.randint(0, 23):02}:{page.rng.randint(0, 59):02}:{page.rng.randint(0, 59):02}"
        lines.append(f"{day}T{hour}Z {line}")
    return "\n".join(lines)


def _form(page: Page) -> str:
    fields = [f"{page.say('field').capitalize()}: {line}" for line in page.body(2, 4)]
    return f"Name: {page.say('person')}\nCity: {page.say('city')}\n" + "\n".join(fields)


CARRIERS = (
    Carrier("message/chat", _chat, one_line, prose=False),
    Carrier("message/support", _support_chat, one_line),
    Carrier("message/event", _event, lambda note: one_line(note).replace(",", "\\,")),
    Carrier("message/invite", _invite, verbatim),
    Carrier("message/agenda", _agenda, one_line, prose=False),
    Carrier("message/review", _review, verbatim),
    Carrier("message/reviews", _reviews, one_line),
    Carrier("message/cv", _cv, one_line, prose=False),
    Carrier("message/letter", _cover_letter, verbatim, prose=False),
    Carrier("message/ticket", _ticket, verbatim, prose=False),
    Carrier("message/log", _log, one_line, prose=False),
    Carrier("message/form", _form, one_line),
)
