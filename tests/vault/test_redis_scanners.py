"""Anonymize into a vault in Redis, and Deanonymize from it, against a real server."""

from __future__ import annotations

import asyncio
import random
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.private.redis_server import KEY
from pyshield import BlockingShield, Shield, Vault
from pyshield.errors import DeadlineExceeded, VaultError
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.shield import Limits
from pyshield.vault import RedisVaults

MAIL = ["EMAIL_ADDRESS"]
FIRST = "[REDACTED_EMAIL_ADDRESS_1]"
GONE = ("unavailable", "timed_out")  # the time may be over in the midst of an attempt, on a busy machine


def declared(kind=Shield, **options):
    vault = Vault()
    return kind([Anonymize(vault, entity_types=MAIL)], [Deanonymize(vault)], **options)


def test_scanners_alone(vaults):
    vault = vaults["one"]
    text, valid, _ = Anonymize(vault, entity_types=MAIL).scan("I am ada@example.org, ada@example.org")
    assert (text, valid) == (f"I am {FIRST}, {FIRST}", False)
    assert vault.get() == [(FIRST, "ada@example.org")]
    assert Deanonymize(vaults["one"]).scan("", f"Hello {FIRST}")[0] == "Hello ada@example.org"
    assert Deanonymize(vaults["two"]).scan("", f"Hello {FIRST}")[0] == f"Hello {FIRST}"


async def test_scanners_alone_awaited(vaults):
    vault = vaults["one"]
    sent, _, _ = await Anonymize(vault, entity_types=MAIL).ascan("I am ada@example.org")
    assert (await Deanonymize(vault).ascan("", sent))[0] == "I am ada@example.org"


async def test_sessions_of_one_shield(server, vaults):
    shield = declared()
    ada, grace = shield.session(vaults["ada"]), shield.session(vaults["grace"])
    sent = await ada.scan_prompt("I am ada@example.org")
    assert sent.text == (await grace.scan_prompt("I am grace@example.org")).text == f"I am {FIRST}"
    assert sent.lane == "actor"
    # Another process, as it were.
    there = declared().session(RedisVaults(server.url, keys=[KEY])["ada"])
    assert (await there.scan_output("", FIRST)).text == "ada@example.org"
    assert (await there.scan_prompt("b@example.org, ada@example.org")).text == (
        f"[REDACTED_EMAIL_ADDRESS_2], {FIRST}"
    )
    assert (await ada.scan_output("", "[REDACTED_EMAIL_ADDRESS_2]")).text == "b@example.org"
    assert (await grace.scan_output("", FIRST)).text == "grace@example.org"


async def test_what_any_process_put_in_is_taken_out_of_what_comes_next(server, vaults):
    blind = declared().session(vaults["ada"])
    sees = declared().session(RedisVaults(server.url, keys=[KEY])["ada"])
    assert (await blind.scan_prompt("Ask Ada Lovelace")).text == "Ask Ada Lovelace"
    other = RedisVaults(server.url, keys=[KEY])["ada"]
    await other.aappend(("[REDACTED_PERSON_7]", "Ada Lovelace"))
    for session in (blind, sees):
        result = await session.scan_prompt("Ask Ada Lovelace")
        assert (result.text, result.is_valid) == ("Ask [REDACTED_PERSON_7]", False)
        assert (await session.scan_output("", result.text)).text == "Ask Ada Lovelace"
    # With something new in it, too, and after what others put in meanwhile.
    await other.aextend([(f"[REDACTED_PERSON_{n}]", f"Name N{n}") for n in range(100, 900)])
    sent = await blind.scan_prompt("a@example.org, Name N100, Name N899, Name N99")
    assert sent.text == f"{FIRST}, [REDACTED_PERSON_100], [REDACTED_PERSON_899], Name N99"
    sent = await sees.scan_prompt("a@example.org and b@example.org of Name N500")
    assert sent.text == f"{FIRST} and [REDACTED_EMAIL_ADDRESS_2] of [REDACTED_PERSON_500]"
    await other.aremove(("[REDACTED_PERSON_7]", "Ada Lovelace"))
    assert (await blind.scan_prompt("Ada Lovelace")).text == "Ada Lovelace"


async def test_lists_streams_and_blocking(vaults):
    session = declared().session(vaults["one"])
    texts = [f"u{number % 9}@example.org" for number in range(100)]
    sent = [result.text for result in await session.scan_prompts(texts)]
    assert await vaults["one"].acount() == 9
    back = await session.scan_outputs([("", text) for text in sent])
    assert [result.text for result in back] == texts

    async def pieces():
        for at in range(0, len(sent[4]), 5):
            yield sent[4][at : at + 5]

    events = [event async for event in session.stream_output("", pieces())]
    assert "".join(event.text for event in events if hasattr(event, "text")) == texts[4]


def test_blocking_shield(vaults):
    session = declared(BlockingShield).session(vaults["one"])
    assert session.scan_prompt("a@example.org").text == FIRST
    assert [result.text for result in session.scan_outputs([("", FIRST)] * 3)] == ["a@example.org"] * 3


async def test_a_restart_restores_every_session(server, vaults):
    shield = declared()
    for number in range(50):
        await shield.session(vaults[f"s{number}"]).scan_prompt(f"u{number}@example.org")
    server.stop(signal.SIGKILL)
    server.start()
    fresh = RedisVaults(server.url, keys=[KEY])
    for number in range(50):
        assert (await shield.session(fresh[f"s{number}"]).scan_output("", FIRST)).text == (
            f"u{number}@example.org"
        )


async def test_random_sessions_at_once_stay_apart(server):
    shield = declared(limits=Limits(policy="wait"))
    vaults = RedisVaults(server.url, keys=[KEY], timeout=60)

    async def converse(worker):
        rng = random.Random(worker)
        for turn in range(25):
            number = rng.randrange(40)
            session = shield.session(vaults[f"s{number}"])
            text = f"{turn}: u{number}.{rng.randrange(4)}@example.org, cc u{number}@example.org"
            sent = await session.scan_prompt(text)
            assert "@" not in sent.text
            assert (await session.scan_output("", sent.text)).text == text

    await asyncio.gather(*(converse(worker) for worker in range(8)))
    for number in range(40):
        held = await vaults[f"s{number}"].aget()
        assert all(value.startswith((f"u{number}.", f"u{number}@")) for _, value in held)
        assert len(held) == len({placeholder for placeholder, _ in held}) == len({value for _, value in held})


def test_many_handles_of_one_session_agree(server):
    """Each value has one placeholder and each placeholder one value, whoever asked first."""

    def claim(worker):
        vault = RedisVaults(server.url, keys=[KEY], timeout=60)["shared"]
        scanner = Anonymize(vault, entity_types=MAIL)
        rng = random.Random(worker)
        return {value: scanner.scan(value)[0] for value in (f"u{rng.randrange(20)}@x.org" for _ in range(20))}

    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(claim, range(6)))
    held = RedisVaults(server.url, keys=[KEY])["shared"].get()
    assert len(held) == len(dict(held)) == len({value for _, value in held})
    of_value = {value: placeholder for placeholder, value in held}
    assert all(of_value[value] == placeholder for one in given for value, placeholder in one.items())


async def test_a_server_that_is_gone_is_a_typed_error(server):
    vaults = RedisVaults(server.url, keys=[KEY], timeout=2)
    blocking, raising = declared().session(vaults["one"]), declared(on_error="raise").session(vaults["one"])
    assert (await blocking.scan_prompt("a@example.org")).text == FIRST
    server.stop()
    result = await blocking.scan_prompt("b@example.org")
    assert not result.is_valid
    (error,) = result.errors
    assert isinstance(error, VaultError)
    assert error.reason in GONE
    assert error.scanner == "Anonymize"
    assert "example" not in str(error)
    with pytest.raises(VaultError) as caught:
        await raising.scan_output("", FIRST)
    assert caught.value.reason in GONE
    assert caught.value.scanner == "Deanonymize"
    # Whether something of the vault is in it, nobody knows.
    (error,) = (await blocking.scan_prompt("nothing private")).errors
    assert isinstance(error, VaultError)
    assert error.reason in GONE
    with pytest.raises(VaultError):
        Anonymize(vaults["one"], entity_types=MAIL).scan("b@example.org")
    server.start()
    assert (await raising.scan_output("", FIRST)).text == "a@example.org"


async def test_a_slow_server_and_deadlines(server):
    session = declared().session(RedisVaults(server.url, keys=[KEY], timeout=2)["one"])
    patient = declared().session(RedisVaults(server.url, keys=[KEY], timeout=600)["one"])
    assert (await session.scan_prompt("a@example.org")).text == FIRST
    assert (await patient.scan_prompt("a@example.org")).text == FIRST
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(DeadlineExceeded):
            await patient.scan_prompt("b@example.org", deadline=0.3)
        with pytest.raises(DeadlineExceeded):
            await patient.scan_output("", FIRST, deadline=0.3)
        result = await session.scan_output("", FIRST)
        assert [error.reason for error in result.errors] == ["timed_out"]
        waiting = asyncio.ensure_future(patient.scan_output("", FIRST))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert (await waiting).text == "a@example.org"
    assert (await patient.scan_output("", FIRST)).text == "a@example.org"
    assert (await session.scan_output("", FIRST)).text == "a@example.org"


async def test_full_vaults_and_full_servers(server, vaults):
    small = declared().session(RedisVaults(server.url, keys=[KEY], max_entries=1)["small"])
    assert (await small.scan_prompt("a@example.org")).text == FIRST
    result = await small.scan_prompt("b@example.org")
    assert [error.reason for error in result.errors] == ["full"]
    assert (await small.scan_prompt("a@example.org")).text == FIRST
    session = declared().session(vaults["one"])
    await session.scan_prompt("a@example.org")
    server.command("CONFIG", "SET", "maxmemory", "1")
    result = await session.scan_prompt("b@example.org")
    assert [error.reason for error in result.errors] == ["refused"]
    assert (await session.scan_output("", FIRST)).text == "a@example.org"
    server.command("CONFIG", "SET", "maxmemory", "0")
    assert (await session.scan_prompt("b@example.org")).text == "[REDACTED_EMAIL_ADDRESS_2]"


async def test_another_key_is_a_typed_error(server, vaults):
    await declared().session(vaults["one"]).scan_prompt("a@example.org")
    wrong = declared().session(RedisVaults(server.url, keys=[bytes(32)])["one"])
    for scan in (wrong.scan_prompt("b@example.org"), wrong.scan_output("", FIRST)):
        result = await scan
        assert [error.reason for error in result.errors] == ["sealed"]
        assert FIRST not in (result.text if result.text != FIRST else "")


async def test_a_caller_that_goes_away_harms_nobody(server):
    session = declared().session(RedisVaults(server.url, keys=[KEY], timeout=600)["one"])
    assert (await session.scan_prompt("a@example.org")).text == FIRST
    server.process.send_signal(signal.SIGSTOP)
    try:
        tasks = [asyncio.ensure_future(session.scan_prompt(f"{n}@example.org")) for n in range(20)]
        await asyncio.sleep(0.2)
        for task in tasks:
            task.cancel()
        assert all(
            isinstance(one, asyncio.CancelledError)
            for one in await asyncio.gather(*tasks, return_exceptions=True)
        )
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert (await session.scan_output("", FIRST)).text == "a@example.org"
