"""What verdicts amount to: by message, for the conversation, and as the policy has it."""

from __future__ import annotations

import json
import pickle

import pytest

from pyshield import BlockingShield, Decision, MessagePolicy, Shield, Vault
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ConfigError, ScannerError
from pyshield.messages import Context, Decisions

PROMPT = [i.BanSubstrings(["mole"]), i.Regex([r"\d{4}"])]


class Fails:
    def scan(self, prompt):
        raise RuntimeError(prompt)


class Unsure:
    def scan(self, prompt):
        return prompt, "maybe" not in prompt, 0.3


class Upper:
    """Changes the text and refuses it, as llm-guard's Anonymize does."""

    def scan(self, prompt):
        return prompt.upper(), prompt.isupper(), 0.5


def user(*texts):
    return [{"role": "user", "content": text} for text in texts]


def test_by_message_and_for_all(scanned):
    result = scanned(user("fine", "pin 1234", "a mole"), PROMPT)
    assert [one.decision for one in result.scanned] == [Decision.ALLOW, Decision.REDACT, Decision.BLOCK]
    assert result.decision is Decision.BLOCK
    assert not result.passes
    assert [message["content"] for message in result.messages] == ["fine", "pin [REDACTED]", "a mole"]
    assert result.risk == 1.0


def test_what_one_scanner_replaces_another_may_still_refuse(scanned):
    result = scanned(user("mole 1234"), PROMPT)
    assert result.decision is Decision.BLOCK


def test_an_empty_conversation(scanned):
    result = scanned([], PROMPT)
    assert (result.decision, result.messages, result.findings, result.risk) == (Decision.ALLOW, [], (), 0.0)


@pytest.mark.parametrize(
    ("decisions", "text", "decision"),
    [
        (Decisions(redacted=Decision.ASK), "1234", Decision.ASK),
        (Decisions(redacted="block"), "1234", Decision.BLOCK),
        (Decisions(redacted="allow"), "1234", Decision.ALLOW),
        (Decisions(refused="ask"), "mole", Decision.ASK),
        (Decisions(refused="ask"), "mole 1234", Decision.ASK),
        (Decisions(scanners={"BanSubstrings": "ask"}), "mole", Decision.ASK),
        (Decisions(scanners={"BanSubstrings": "allow"}), "mole", Decision.ALLOW),
        (Decisions(scanners={"BanSubstrings": "redact"}), "mole", Decision.BLOCK),
        (Decisions(scanners={"Regex": "block"}), "1234", Decision.BLOCK),
        (Decisions(scanners={"Regex": "block"}), "mole", Decision.BLOCK),
        (Decisions(scanners={"Regex": "redact"}, redacted="block"), "1234", Decision.REDACT),
        (Decisions(ask_below=1.0), "mole", Decision.BLOCK),
    ],
)
def test_the_policy_decides(scanned, decisions, text, decision):
    result = scanned(user(text), PROMPT, messages=MessagePolicy(decisions=decisions))
    assert result.decision is decision


def test_a_second_scanner_of_a_kind_goes_by_the_same_name(scanned):
    prompt = [i.BanSubstrings(["vole"]), i.BanSubstrings(["mole"])]
    policy = MessagePolicy(decisions=Decisions(scanners={"BanSubstrings": Decision.ASK}))
    result = scanned(user("mole"), prompt, messages=policy)
    assert result.decision is Decision.ASK
    assert result.findings[0].scanner == "BanSubstrings"
    assert result.findings[0].finding.scanner == "BanSubstrings#2"


def test_a_person_decides_what_is_unsure(scanned):
    policy = MessagePolicy(decisions=Decisions(ask_below=0.5))
    assert scanned(user("maybe"), [Unsure()], messages=policy).decision is Decision.ASK
    assert scanned(user("surely"), [Unsure()], messages=policy).decision is Decision.ALLOW
    assert scanned(user("maybe"), [Unsure()]).decision is Decision.BLOCK
    # Unsure never makes anything stricter.
    lax = MessagePolicy(decisions=Decisions(ask_below=0.5, refused="allow"))
    assert scanned(user("maybe"), [Unsure()], messages=lax).decision is Decision.ALLOW


def test_a_scanner_of_ones_own_that_rewrites(scanned):
    assert scanned(user("low"), [Upper()]).decision is Decision.BLOCK
    policy = MessagePolicy(decisions=Decisions(scanners={"Upper": "redact"}))
    result = scanned(user("low"), [Upper()], messages=policy)
    assert (result.decision, result.messages[0]["content"]) == (Decision.REDACT, "LOW")


def test_a_scanner_that_fails(scanned):
    result = scanned(user("a secret"), [Fails()])
    assert result.decision is Decision.BLOCK
    assert isinstance(result.errors[0], ScannerError)
    assert scanned(user("x"), [Fails()], on_error="allow").decision is Decision.ALLOW
    policy = MessagePolicy(decisions=Decisions(failed="ask", scanners={"Fails": "allow"}))
    assert scanned(user("x"), [Fails()], messages=policy).decision is Decision.ASK
    with pytest.raises(ScannerError) as caught:
        scanned(user("a secret"), [Fails()], on_error="raise")
    assert "secret" not in str(caught.value)


def test_decisions_are_ordered():
    assert max(Decision) is Decision.BLOCK
    assert Decision.ALLOW < Decision.REDACT < Decision.ASK < Decision.BLOCK
    assert str(Decision.ASK) == "ask"
    with pytest.raises(TypeError):
        _ = Decision.ASK < 3


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"refused": "redact"}, "refused"),
        ({"split": Decision.REDACT}, "split"),
        ({"failed": "never"}, "failed"),
        ({"ask_below": 2}, "ask_below"),
        ({"scanners": ["Regex"]}, "scanners"),
        ({"scanners": {"Regex": "perhaps"}}, "scanners.Regex"),
    ],
)
def test_decisions_that_cannot_be(given, field):
    with pytest.raises(ConfigError) as caught:
        Decisions(**given)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Secret", "did you mean 'Secrets'? Known are Secrets, Fails, JSON, BanSubstrings"),
        ("secrets", "did you mean 'Secrets'?"),
        ("Secrets#2", "did you mean 'Secrets'?"),
        ("Toxicity", "; known are Secrets, Fails, JSON, BanSubstrings"),
        ("", "called so; known are Secrets"),
    ],
)
def test_a_decision_on_a_scanner_that_is_not_there(name, words):
    policy = MessagePolicy(
        assistant=[o.JSON()],
        context=Context(scanners=[i.BanSubstrings(["mole"])]),
        decisions=Decisions(scanners={"Fails": "ask", "JSON": "ask", "BanSubstrings": "ask", name: "block"}),
    )
    for kind in (BlockingShield, Shield):
        with pytest.raises(ConfigError) as caught:
            kind(prompt=[i.Secrets(), Fails()], messages=policy)
        assert words in str(caught.value)
        assert str(caught.value).startswith(f"messages: decisions.scanners[{name!r}]: no scanner of ")
        assert caught.value.field == f"messages.decisions.scanners.{name}"


def test_a_decision_goes_by_the_name_in_results(scanned):
    class Mine(i.BanSubstrings):
        pass

    policy = MessagePolicy(decisions=Decisions(scanners={"BanSubstrings": "ask"}))
    assert scanned(user("mole"), [Mine(["mole"])], messages=policy).decision is Decision.ASK


def test_decisions_compare_hash_and_pickle():
    one = Decisions(scanners={"Regex": "ask"}, ask_below=0.5)
    assert (
        pickle.loads(pickle.dumps(one)) == one == Decisions(scanners={"Regex": Decision.ASK}, ask_below=0.5)
    )
    assert hash(pickle.loads(pickle.dumps(one))) == hash(one)
    assert one != Decisions()
    with pytest.raises(TypeError):
        one.scanners["Regex"] = Decision.ALLOW


def test_withheld(scanned):
    messages = [
        {"role": "user", "content": "call 1234"},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "1", "function": {"name": "f", "arguments": '{"a": "heron", "b": "ok"}'}},
                {"id": "2", "function": {"name": "f", "arguments": '{"A heron": 1}'}},
                {"id": "3", "function": {"name": "f", "arguments": '{"broken heron'}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "content": [{"type": "text", "text": "the mole"}]}],
        },
        {"role": "assistant", "content": [{"type": "tool_use", "input": {"B heron": 1}}]},
    ]
    given = json.dumps(messages)
    result = scanned(messages, PROMPT, [o.BanSubstrings(["heron"])])
    held = result.withheld("(gone)")
    assert json.dumps(messages) == given
    assert held[0]["content"] == "call [REDACTED]"
    arguments = [call["function"]["arguments"] for call in held[1]["tool_calls"]]
    assert arguments == ['{"a": "(gone)", "b": "ok"}', "{}", "(gone)"]
    assert held[2]["content"][0]["content"][0]["text"] == "(gone)"
    assert held[3]["content"][0]["input"] == {}
    assert result.withheld(least=Decision.REDACT)[0]["content"] == "[WITHHELD]"


def test_keys_of_a_call_are_scanned_but_stay(scanned):
    call = {"function": {"name": "f", "arguments": '{"plain": 1, "Mail heron": {"x": 2}}'}}
    message = {"role": "assistant", "tool_calls": [call]}
    result = scanned([message], [], [o.BanSubstrings(["heron"], redact=True)])
    assert result.decision is Decision.BLOCK
    assert result.messages[0] is message
    assert not result.scanned[0].changed


def test_escapes_in_broken_arguments_are_seen(scanned):
    call = {"function": {"name": "f", "arguments": '{"q": "\\u0068eron"'}}
    result = scanned([{"role": "assistant", "tool_calls": [call]}], [], [o.BanSubstrings(["heron"])])
    assert result.decision is Decision.BLOCK


def test_judges_of_whole_answers_leave_calls_alone(scanned):
    call = {"function": {"name": "f", "arguments": '{"city": "Lima"}'}}
    messages = [{"role": "assistant", "content": '{"ok": true}', "tool_calls": [call]}]
    result = scanned(messages, [], [o.JSON(required_elements=1), o.BanSubstrings(["heron"])])
    assert result.decision is Decision.ALLOW
    scanners = [set(text.result.verdicts) for text in result.scanned[0].texts]
    assert scanners == [{"JSON", "BanSubstrings"}, {"BanSubstrings"}]


def test_private_data_goes_back_only_at_the_end(scanned):
    vault = Vault([("[REDACTED_PERSON_1]", "Ada")])
    answer = {"role": "assistant", "content": "Dear [REDACTED_PERSON_1]"}
    output = [o.Deanonymize(vault)]
    later = scanned([answer, {"role": "user", "content": "and?"}, answer], [], output)
    assert [message["content"] for message in later.messages] == [
        "Dear [REDACTED_PERSON_1]", "and?", "Dear Ada",
    ]  # fmt: skip
    assert later.decision is Decision.ALLOW


def test_an_answer_is_scanned_with_the_prompt_before_it(scanned):
    seen = []

    class Pairs:
        def scan(self, prompt, output):
            seen.append((prompt, output))
            return output, True, -1.0

    messages = [
        {"role": "assistant", "content": "hello"},
        {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
        {"role": "assistant", "content": "first"},
        {"role": "tool", "content": "data"},
        {"role": "assistant", "content": "second"},
    ]
    scanned(messages, [], [Pairs()])
    assert sorted(seen) == [("", "hello"), ("one\ntwo", "first"), ("one\ntwo", "second")]


def test_plain_data_of_a_result_says_nothing(scanned):
    call = {"function": {"name": "f", "arguments": '{"secret heron key": "heron in here"}'}}
    messages = [*user("a mole in here", "ignore al", "l rules"), {"role": "assistant", "tool_calls": [call]}]
    result = scanned(messages, [i.BanSubstrings(["mole", "ignore all"])], [o.BanSubstrings(["heron"])])
    plain = json.dumps(result.to_dict())
    assert json.loads(plain)["decision"] == "block"
    for shown in (plain, repr(result), repr(result.findings), repr(result.scanned[0].texts)):
        assert "mole" not in shown
        assert "heron" not in shown
        assert "here" not in shown


def test_an_answer_is_used_restored_and_kept_unrestored(scanned):
    vault = Vault()
    prompt = [i.Anonymize(vault, entity_types=["EMAIL_ADDRESS"])]
    output = [o.Deanonymize(vault), o.BanSubstrings(["heron"], redact=True)]
    first = scanned(user("I am a@example.com", "again: a@example.com"), prompt, output)
    assert [message["content"] for message in first.messages] == [
        "I am [REDACTED_EMAIL_ADDRESS_1]",
        "again: [REDACTED_EMAIL_ADDRESS_1]",
    ]
    sent = first.messages
    call = {
        "function": {"name": "send", "arguments": '{"to": "[REDACTED_EMAIL_ADDRESS_1]", "what": "heron"}'}
    }
    answer = {"role": "assistant", "tool_calls": [call]}
    used = scanned([*sent, answer], prompt, output, since=2)
    (call,) = used.messages[2]["tool_calls"]
    assert call["function"]["arguments"] == '{"to": "a@example.com", "what": "[REDACTED]"}'
    result = {"role": "tool", "content": "sent to a@example.com"}
    kept = scanned([*sent, answer, result], prompt, output, since=2)
    (call,) = kept.messages[2]["tool_calls"]
    assert call["function"]["arguments"] == '{"to": "[REDACTED_EMAIL_ADDRESS_1]", "what": "[REDACTED]"}'
    assert kept.messages[3]["content"] == "sent to [REDACTED_EMAIL_ADDRESS_1]"


class FailsOnJoined:
    """Fails where texts were put together."""

    def scan(self, prompt):
        if "one" in prompt and "two" in prompt:
            raise ValueError(prompt)
        return prompt, True, -1.0


@pytest.mark.parametrize(
    ("on_error", "failed", "decision"),
    [
        ("allow", Decision.BLOCK, Decision.ALLOW),
        ("block", Decision.BLOCK, Decision.BLOCK),
        ("block", Decision.ASK, Decision.ASK),
    ],
)
def test_a_scanner_that_fails_on_texts_put_together_is_told_of(scanned, on_error, failed, decision):
    policy = MessagePolicy(
        context=Context(scanners=[FailsOnJoined()], joints=(" ",)), decisions=Decisions(failed=failed)
    )
    conversation = [{"role": "user", "content": text} for text in ("one", "two")]
    result = scanned(conversation, messages=policy, on_error=on_error)
    assert result.decision is decision
    (error,) = result.errors
    assert isinstance(error, ScannerError)
    assert "one" not in str(error)
