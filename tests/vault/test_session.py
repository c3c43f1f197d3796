"""Sessions of one shield: the same plan, a vault for each."""

from __future__ import annotations

import asyncio
import pickle
import random
import threading
import time

import pytest

from pyshield import (
    BlockingSession,
    BlockingShield,
    Cache,
    Cascade,
    MessagePolicy,
    Session,
    Sessions,
    Shield,
    Vault,
    _told,
)
from pyshield.errors import Closed, ConfigError, Overloaded
from pyshield.input_scanners import Anonymize, BanSubstrings
from pyshield.output_scanners import BanSubstrings as BanInOutput
from pyshield.output_scanners import Deanonymize
from pyshield.shield import Limits

MAIL = ["EMAIL_ADDRESS"]


def declared(kind=Shield, **options):
    vault = Vault()
    return kind([Anonymize(vault, entity_types=MAIL)], [Deanonymize(vault)], **options)


async def test_each_session_has_its_own_vault():
    shield = declared()
    ada, grace = shield.session(Vault()), shield.session(Vault())
    assert isinstance(ada, Session)
    assert (await ada.scan_prompt("I am ada@example.org")).text == "I am [REDACTED_EMAIL_ADDRESS_1]"
    assert (await grace.scan_prompt("I am grace@example.org")).text == "I am [REDACTED_EMAIL_ADDRESS_1]"
    answer = "Hello [REDACTED_EMAIL_ADDRESS_1]"
    assert (await ada.scan_output("", answer)).text == "Hello ada@example.org"
    assert (await grace.scan_output("", answer)).text == "Hello grace@example.org"
    assert (await shield.scan_output("", answer)).text == answer
    assert ada.vault.get() == [("[REDACTED_EMAIL_ADDRESS_1]", "ada@example.org")]


async def test_a_session_made_anew_goes_on():
    shield, vault = declared(), Vault()
    for turn in range(3):
        text = f"from u{turn}@example.org to u0@example.org"
        sent = await shield.session(vault).scan_prompt(text)
        assert "@" not in sent.text
        assert (await shield.session(vault).scan_output("", sent.text)).text == text
    assert len(vault) == 3


async def test_all_methods_work_with_the_vault():
    shield = declared()
    session, vault = shield.session(Vault()), None
    texts = [f"u{number}@example.org" for number in range(40)]
    sent = [result.text for result in await session.scan_prompts(texts)]
    back = await session.scan_outputs([("", text) for text in sent])
    assert [result.text for result in back] == texts

    async def pieces():
        for char in f"to {sent[7]}.":
            yield char

    events = [event async for event in session.stream_output("", pieces())]
    assert "".join(event.text for event in events if hasattr(event, "text")) == "to u7@example.org."
    vault = shield.session(session.vault).vault
    assert vault is session.vault
    blocking = declared(BlockingShield).session(session.vault)
    assert isinstance(blocking, BlockingSession)
    assert blocking.scan_output("", sent[3]).text == texts[3]
    assert [one.text for one in blocking.scan_outputs([("", sent[0])])] == texts[:1]
    shown = "".join(getattr(event, "text", "") for event in blocking.stream_output("", [sent[5]]))
    assert shown == texts[5]


async def test_many_sessions_of_one_shield_at_once():
    shield = declared(limits=Limits(policy="wait"))
    vaults = [Vault() for _ in range(1_000)]

    async def converse(worker):
        rng = random.Random(worker)
        for turn in range(150):
            number = rng.randrange(len(vaults))
            session = shield.session(vaults[number])
            text = f"{turn}: u{number}.{rng.randrange(4)}@example.org, cc u{number}@example.org"
            sent = await session.scan_prompt(text)
            assert "@" not in sent.text
            assert (await session.scan_output("", sent.text)).text == text

    await asyncio.gather(*(converse(worker) for worker in range(16)))
    for number, vault in enumerate(vaults):
        mine = (f"u{number}.", f"u{number}@")
        assert all(value.startswith(mine) for _, value in vault.get())
        assert len(vault) <= 5


def test_threads_with_event_loops_of_their_own():
    shield, failures = declared(limits=Limits(policy="wait")), []

    def run(worker):
        async def converse():
            session = shield.session(Vault())
            for turn in range(50):
                text = f"w{worker}.{turn}@example.org"
                sent = await session.scan_prompt(text)
                if (await session.scan_output("", sent.text)).text != text:
                    failures.append(text)

        asyncio.run(converse())

    threads = [threading.Thread(target=run, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


async def test_limits_and_metrics_are_the_shields():
    shield = declared(limits=Limits(max_in_flight=1, policy="reject"))
    sessions = [shield.session(Vault()) for _ in range(20)]
    text = "a@example.org " * 2_000
    done = await asyncio.gather(*(one.scan_prompt(text) for one in sessions), return_exceptions=True)
    assert sum(isinstance(one, Overloaded) for one in done) > 0
    assert shield.metrics()["requests_total"] == sessions[0].metrics()["requests_total"]
    async with sessions[0]:
        pass
    assert (await shield.scan_prompt("open")).is_valid
    await shield.close()
    with pytest.raises(Closed):
        await sessions[0].scan_prompt("closed")


async def test_no_session_sees_what_another_had_in_the_cache():
    vault = Vault()
    shield = Shield([BanSubstrings(["x"])], [Deanonymize(vault)], cache=Cache(max_bytes=1 << 20))
    one, two, again = shield.session(vault), shield.session(Vault()), shield.session(vault)
    assert not (await one.scan_prompt("a text")).cached
    assert not (await two.scan_prompt("a text")).cached
    assert not (await shield.scan_prompt("a text")).cached
    assert (await one.scan_prompt("a text")).cached
    assert (await again.scan_prompt("a text")).cached


async def test_making_a_session_compiles_nothing():
    words = [f"word{number}" for number in range(20_000)]
    vault = Vault()
    began = time.perf_counter()
    shield = Shield([Anonymize(vault), BanSubstrings(words)], [Deanonymize(vault)])
    compiling = time.perf_counter() - began
    sessions, taken = [], []
    for _ in range(100):
        began = time.perf_counter()
        sessions.append(shield.session(vault))
        taken.append(time.perf_counter() - began)
    # The quickest: a busy machine may stop any of them.
    assert min(taken) < compiling / 20
    assert sessions[0].prompt == shield.prompt


async def test_conversations_work_with_the_vault():
    vault = Vault()
    mails, back = Anonymize(vault, entity_types=MAIL), Deanonymize(vault)
    policy = MessagePolicy(tool=[mails], assistant=[back])
    shields = (
        Shield([mails], [back]),
        Shield([mails], [back], messages=policy),
        BlockingShield([mails], [back], messages=policy),
    )
    for shield in shields:
        for name in ("ada", "grace"):
            session = shield.session(Vault())
            conversation = [
                {"role": "user", "content": f"I am {name}@example.org"},
                {"role": "assistant", "content": "Hello [REDACTED_EMAIL_ADDRESS_1]"},
            ]
            for since, said in ((0, "I am [REDACTED_EMAIL_ADDRESS_1]"), (1, f"Hello {name}@example.org")):
                scanned = session.scan_messages(conversation[: since + 1], since=since)
                scanned = scanned if isinstance(shield, BlockingShield) else await scanned
                assert scanned.messages[since]["content"] == said
            assert len(session.vault) == 1
    assert len(vault) == 0


def test_what_a_session_cannot_isolate_is_refused():
    class Mine(Anonymize):
        def scan(self, prompt):
            return super().scan(prompt)

    vault = Vault()
    for scanners in ([Mine(vault)], [Cascade(Anonymize(vault), BanSubstrings(["x"]))]):
        with pytest.raises(ConfigError, match="of its own") as caught:
            Shield(scanners).session(Vault())
        assert caught.value.field == "vault"
    with pytest.raises(ConfigError, match="more than one vault"):
        Shield([Anonymize(Vault())], [Deanonymize(Vault())]).session(Vault())
    for wrong in (None, "user-42", [], {}):
        with pytest.raises(ConfigError, match="vault"):
            declared().session(wrong)


async def test_scanners_of_ones_own_run_in_sessions():
    class Shout:
        def scan(self, text):
            return text.upper(), True, 0.0

    vault = Vault()
    shield = Shield([Anonymize(vault, entity_types=MAIL), Shout()], [Deanonymize(vault), BanInOutput(["x"])])
    session = shield.session(Vault())
    assert (await session.scan_prompt("i am ada@example.org")).text == "I AM [REDACTED_EMAIL_ADDRESS_1]"
    assert len(session.vault) == 1
    assert len(vault) == 0


def test_shows_and_pickles_nothing():
    for session in (declared().session(Vault()), declared(BlockingShield).session(Vault())):
        assert "Vault" not in repr(session)
        with pytest.raises(TypeError, match="pickle"):
            pickle.dumps(session)
        assert session.to_config()["prompt"][0]["type"] == "Anonymize"


def test_two_vaults_in_a_shield_are_told_of(monkeypatch, caplog):
    monkeypatch.setattr(_told, "_told", set())
    one, sessions = Vault(), Sessions()
    for kind in (Shield, BlockingShield):
        kind([Anonymize(one)], [Deanonymize(one)])
        kind([Anonymize(one), Anonymize(Vault())], [Deanonymize(one)])
        kind([Anonymize(sessions["a"])], [Deanonymize(sessions["a"])])
        kind([Anonymize(one)])
    assert caplog.messages == []
    for _ in range(2):
        Shield([Anonymize(one)], [Deanonymize(Vault())])
    (words,) = caplog.messages
    assert words.startswith("Shield: Anonymize and Deanonymize have different vaults: ")
