//! Out of a prompt, into a vault, and back: exactly, for anything, in every lane.

mod common;

use std::sync::Arc;

use common::{private_shield, request, scan, submit, vault};
use pyshield_engine::job::Ticket;
use pyshield_engine::metrics::Lane;
use pyshield_engine::private::VaultHandle;
use pyshield_engine::shield::{Attempt, Shield, Side};
use pyshield_engine::vault::VaultEntry;
use serde_json::{Value, json};

const ENTITIES: &[&str] = &[
    "CREDIT_CARD",
    "CRYPTO",
    "EMAIL_ADDRESS",
    "IBAN_CODE",
    "IP_ADDRESS",
    "PHONE_NUMBER",
    "US_SSN",
    "UUID",
    "URL",
    "DATE_RE",
    "CUSTOM",
];

fn anonymize(operator: &str) -> Value {
    json!({
        "type": "Anonymize", "vault": 0, "hidden_names": ["Ada Lovelace", "王伟"], "allowed_names": [],
        "entity_types": ENTITIES, "preamble": "", "regex_patterns": null, "threshold": 0.5, "thresholds": {},
        "language": "en", "locale": "en", "operator": {"type": operator}, "operators": {},
        "key": "07".repeat(32),
    })
}

fn deanonymize(strategy: &str) -> Value {
    json!({"type": "Deanonymize", "vault": 0, "matching_strategy": strategy, "key": "07".repeat(32)})
}

fn shield(operator: &str, strategy: &str, vault: &VaultHandle) -> Shield {
    private_shield(&anonymize(operator), &deanonymize(strategy), vault)
}

const LETTER: &str = "Ada Lovelace (ada@example.org, +1 202-555-0173) paid DE89 3704 0044 0532 0130 00 from 10.0.0.1; \
    again ada@example.org. Card 4111 1111 1111 1111.";

#[test]
fn the_same_value_has_the_same_placeholder_in_every_call() {
    let vault = vault();
    let shield = shield("placeholder", "exact", &vault);
    let out = scan(&shield, Side::Prompt, LETTER);
    assert_eq!(
        out,
        "[REDACTED_CUSTOM_1] ([REDACTED_EMAIL_ADDRESS_1], [REDACTED_PHONE_NUMBER_1]) paid [REDACTED_IBAN_CODE_1] \
         from [REDACTED_IP_ADDRESS_1]; again [REDACTED_EMAIL_ADDRESS_1]. Card [REDACTED_CREDIT_CARD_1]."
    );
    assert_eq!(scan(&shield, Side::Output, &out), LETTER);
    assert_eq!(
        scan(&shield, Side::Prompt, "bob@example.org and ada@example.org"),
        "[REDACTED_EMAIL_ADDRESS_2] and [REDACTED_EMAIL_ADDRESS_1]"
    );
    assert_eq!(vault.as_memory().unwrap().len_blocking().unwrap(), 7);
}

#[test]
fn a_text_without_private_data_stays_on_the_callers_thread_and_one_with_it_does_not() {
    let vault = vault();
    let shield = shield("placeholder", "exact", &vault);
    let clean = shield.try_inline(&request(Side::Prompt, "nothing of the kind")).unwrap().unwrap();
    assert_eq!((clean.lane, clean.scan.is_valid), (Lane::Inline, true));
    let private = request(Side::Prompt, "ask ada@example.org");
    assert!(shield.try_inline(&private).is_none());
    let before = shield.metrics().requests_total["inline"];
    let (ticket, answer) = submit(&shield, &private);
    ticket.unwrap();
    let outcome = answer.recv().unwrap().unwrap();
    assert_eq!(outcome.scan.rewritten.as_deref(), Some("ask [REDACTED_EMAIL_ADDRESS_1]"));
    assert_eq!(shield.metrics().requests_total["inline"], before);
    // What the vault holds already is known without asking its actor, and so is what it all stands for.
    let again = shield.try_inline(&private).unwrap().unwrap();
    assert_eq!(again.scan.rewritten.as_deref(), Some("ask [REDACTED_EMAIL_ADDRESS_1]"));
    let back = request(Side::Output, "[REDACTED_EMAIL_ADDRESS_1]");
    let inline = shield.try_inline(&back).unwrap().unwrap();
    assert_eq!(inline.scan.rewritten.as_deref(), Some("ada@example.org"));
    // Of a large vault a new version is asked for once.
    let entry = |n| VaultEntry::new(format!("[X_{n}]"), format!("x{n}"));
    vault.as_memory().unwrap().extend_blocking((0..100).map(entry).collect()).unwrap();
    assert!(shield.try_inline(&back).is_none());
    assert_eq!(scan(&shield, Side::Output, "[REDACTED_EMAIL_ADDRESS_1]"), "ada@example.org");
    let inline = shield.try_inline(&back).unwrap().unwrap();
    assert_eq!(inline.scan.rewritten.as_deref(), Some("ada@example.org"));
}

#[test]
fn what_the_calling_thread_found_is_finished_by_the_vaults_owner() {
    let vault = vault();
    let shield = shield("placeholder", "exact", &vault);
    let answer = |text: &str, cancelled: bool| {
        let request = request(Side::Prompt, text);
        let Attempt::Begun(begun) = shield.attempt(&request) else { panic!("nothing found") };
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let ticket = Arc::<Ticket>::default();
        if cancelled {
            ticket.cancel();
        }
        let reply = Box::new(move |outcome| sender.send(outcome).unwrap());
        shield.submit_rest(&request, begun, &ticket, reply).unwrap();
        receiver.recv()
    };
    let outcome = answer("ask ada@example.org", false).unwrap().unwrap();
    assert_eq!((outcome.lane, outcome.scan.is_valid), (Lane::Actor, false));
    assert_eq!(outcome.scan.rewritten.as_deref(), Some("ask [REDACTED_EMAIL_ADDRESS_1]"));
    assert_eq!(shield.in_flight(), 0);
    // Nobody is told of one that was given up, and its permit comes back.
    assert!(answer("ask bob@example.org", true).is_err());
    let metrics = shield.metrics();
    assert_eq!((metrics.in_flight, metrics.outcomes_total["cancelled"], shield.in_flight()), (0, 1, 0));
}

#[test]
fn nothing_shows_a_value() {
    let vault = vault();
    let shield = shield("placeholder", "exact", &vault);
    let outcome = shield.scan_blocking(&request(Side::Prompt, LETTER)).unwrap();
    let back = outcome.scan.rewritten.clone().unwrap();
    let restored = shield.scan_blocking(&request(Side::Output, &back)).unwrap();
    let findings: Vec<_> = restored.scan.judgements.iter().map(|judgement| &judgement.verdict).collect();
    let begun = shield.attempt(&request(Side::Prompt, "[REDACTED_hunter2] wrote to bob@example.org"));
    assert!(matches!(begun, Attempt::Begun(_)));
    let shown = format!("{shield:?} {vault:?} {outcome:?} {findings:?} {begun:?} {:?}", shield.metrics());
    for value in ["ada@example.org", "4111 1111", "41111111", "Lovelace", "DE89", "hunter2", "bob@"] {
        assert!(!shown.contains(value), "{value}");
    }
}

/// What a shield makes of texts that come one after another, and what comes back of each.
fn turns(shield: &Shield, texts: &[&str]) -> Vec<String> {
    let turn = |text: &&str| {
        let out = scan(shield, Side::Prompt, text);
        assert_eq!(scan(shield, Side::Output, &out), *text, "{out}");
        out
    };
    texts.iter().map(turn).collect()
}

#[test]
fn a_value_is_taken_out_wherever_it_stands_once_it_is_known() {
    let long = "My phone is 2025550173. Please write that down now and never ever forget it: 2025550173";
    for operator in ["placeholder", "fake", "hash"] {
        let vault = vault();
        let shield = shield(operator, "exact", &vault);
        let out = scan(&shield, Side::Prompt, long);
        assert!(!out.contains("2025550173"), "{operator}: {out}");
    }
    for operator in ["placeholder", "fake"] {
        let vault = vault();
        let shield = shield(operator, "exact", &vault);
        let texts = [
            "2025550173 first",
            "phone: 2025550173",
            "2025550173 again",
            "ip 10.0.0.1",
            "see version 10.0.0.1",
        ];
        let outs = turns(&shield, &texts);
        assert_eq!(outs[0], texts[0], "nobody knew");
        assert!(!outs.concat().contains("10.0.0.1") && !outs[2].contains("2025550173"), "{outs:?}");
        assert_eq!(vault.as_memory().unwrap().len_blocking(), Ok(2));
    }
}

/// A scanner that finds only what looks like a colour, of a vault that others fill.
fn blind(changes: &Value, vault: &VaultHandle) -> Shield {
    let mut spec = anonymize("placeholder");
    spec["entity_types"] = json!(["HEX_COLOR"]);
    spec["hidden_names"] = json!([]);
    for (name, value) in changes.as_object().unwrap() {
        spec[name] = value.clone();
    }
    private_shield(&spec, &deanonymize("exact"), vault)
}

#[test]
fn what_the_vault_holds_is_taken_out_though_nothing_finds_it() {
    for fillers in [0, 100] {
        let vault = vault();
        let entry = |placeholder: &str, value: &str| VaultEntry::new(placeholder, value);
        let filler = |n| VaultEntry::new(format!("[X_{n}]"), format!("filler {n}"));
        let own = vault.as_memory().unwrap();
        own.extend_blocking((0..fillers).map(filler).collect()).unwrap();
        let entries = vec![
            entry("[REDACTED_PERSON_1]", "Ada"),
            entry("[REDACTED_PERSON_2]", "Ada Lovelace"),
            entry("[REDACTED_PERSON_3]", "Bo"),
            entry("[REDACTED_PERSON_4]", "王伟"),
            entry("[REDACTED_US_BANK_NUMBER_1]", "42"),
            entry("[REDACTED_EMAIL_ADDRESS_1]", "PERSON"),
            entry("Grace Hopper", "Alan Turing"),
            entry("[REDACTED_CUSTOM_1]", "7"),
        ];
        own.extend_blocking(entries).unwrap();
        let shield = blind(&json!({}), &vault);
        let outs = turns(
            &shield,
            &[
                "Ada Lovelace met Ada, Adam and Alan Turing.",
                "Bo's 42 points, 3.42 of 42%, Bobo: 7",
                "我和王伟说 ada lovelace",
                "nothing",
                "#ff0000-Ada",
            ],
        );
        assert_eq!(
            outs,
            [
                "[REDACTED_PERSON_2] met [REDACTED_PERSON_1], Adam and Grace Hopper.",
                "[REDACTED_PERSON_3]'s [REDACTED_US_BANK_NUMBER_1] points, 3.42 of [REDACTED_US_BANK_NUMBER_1]%, Bobo: 7",
                "我和[REDACTED_PERSON_4]说 ada lovelace",
                "nothing",
                "[REDACTED_HEX_COLOR_1]-[REDACTED_PERSON_1]",
            ]
        );
        // A placeholder is no word.
        let again = scan(&shield, Side::Prompt, "[REDACTED_PERSON_1] and %5BREDACTED_PERSON_2%5D, PERSON");
        assert_eq!(again, "[REDACTED_PERSON_1] and %5BREDACTED_PERSON_2%5D, [REDACTED_EMAIL_ADDRESS_1]");

        // What is removed is private no more, what the caller allows is not, and operators are those of the entity.
        own.remove_blocking(entry("[REDACTED_PERSON_1]", "Ada")).unwrap();
        assert_eq!(scan(&shield, Side::Prompt, "Ada, Bo"), "Ada, [REDACTED_PERSON_3]");
        let allowing = blind(&json!({"allowed_names": ["Ada Lovelace"]}), &vault);
        assert_eq!(scan(&allowing, Side::Prompt, "Ada Lovelace, Bo"), "Ada Lovelace, [REDACTED_PERSON_3]");
        for (operator, out) in [
            (json!({"type": "keep"}), "Ada Lovelace, [REDACTED_US_BANK_NUMBER_1]"),
            (json!({"type": "mask", "character": "*"}), "*** ********, [REDACTED_US_BANK_NUMBER_1]"),
            (json!({"type": "fake"}), "[REDACTED_PERSON_2], [REDACTED_US_BANK_NUMBER_1]"),
        ] {
            let shield = blind(&json!({"operators": {"PERSON": operator}}), &vault);
            assert_eq!(scan(&shield, Side::Prompt, "Ada Lovelace, 42"), out);
        }
        own.clear_blocking().unwrap();
        assert_eq!(turns(&shield, &["Ada Lovelace, Bo"]), ["Ada Lovelace, Bo"]);
    }
}

#[test]
fn what_is_taken_out_joins_nothing() {
    let vault = vault();
    let entry = |placeholder: &str, value: &str| VaultEntry::new(placeholder, value);
    let entries = vec![entry("[REDACTED_PRICE_RE_1]", "$0"), entry("[REDACTED_TICKET_1]", "x1")];
    vault.as_memory().unwrap().extend_blocking(entries).unwrap();
    let tickets = json!([{"name": "TICKET", "expressions": ["x[0-9]"], "score": 0.2}]);
    let shield = blind(&json!({"regex_patterns": tickets, "entity_types": ["TICKET"]}), &vault);
    // Also what is taken out only because it is doubtful and in the vault.
    assert_eq!(
        turns(&shield, &["$0$0$0", "a0$0", "ax1:$0", "x1.$0.x1"]),
        [
            "[REDACTED_PRICE_RE_1][REDACTED_PRICE_RE_1][REDACTED_PRICE_RE_1]",
            "a0$0",
            "a[REDACTED_TICKET_1]:[REDACTED_PRICE_RE_1]",
            "[REDACTED_TICKET_1].[REDACTED_PRICE_RE_1].[REDACTED_TICKET_1]",
        ]
    );
}

#[test]
fn what_is_made_up_tells_nothing_of_others() {
    let vault = vault();
    let shield = blind(
        &json!({"operator": {"type": "fake"}, "entity_types": ["IP_ADDRESS"], "threshold": 0.0}),
        &vault,
    );
    // Of three nets of addresses that are nobody's all are somebody's here.
    let nets = ["192.0.2", "198.51.100", "203.0.113"];
    let all = nets.into_iter().flat_map(|net| (0..256).map(move |n| format!("{net}.{n}")));
    let entries =
        all.enumerate().map(|(n, value)| VaultEntry::new(format!("[REDACTED_IP_ADDRESS_{}]", n + 1), value));
    vault.as_memory().unwrap().extend_blocking(entries.collect()).unwrap();
    assert_eq!(turns(&shield, &["ip 10.1.2.3"]), ["ip [REDACTED_IP_ADDRESS_769]"]);
}

#[test]
fn what_was_made_up_is_kept_apart_from_what_it_stands_for() {
    let vault = vault();
    let shield = shield("fake", "exact", &vault);
    let fakes = || vault.as_memory().unwrap().get_blocking().unwrap();
    turns(&shield, &["host 10.0.0.1"]);
    let made = fakes()[0].placeholder.as_str().to_owned();
    turns(&shield, &[&format!("see version {made} notes"), &format!("host {made} and 10.0.0.1"), &made]);
    // Neither in a vault that is too large to be at hand.
    let entry = |n| VaultEntry::new(format!("[X_{n}]"), format!("x{n}"));
    vault.as_memory().unwrap().extend_blocking((0..100).map(entry).collect()).unwrap();
    turns(&shield, &[&format!("see {made} notes"), "nothing", "host 10.0.0.2"]);
    // A value that has one and stands where it would not be known again has a placeholder too.
    turns(&shield, &["https://a.org/x and seehttps://a.org/x", "seehttps://b.org/x and https://b.org/x"]);
    let every =
        ["203.0.113", "198.51.100"].into_iter().flat_map(|net| (0..256).map(move |n| format!("{net}.{n}é")));
    turns(&shield, &[&format!("{} 10.0.0.3", every.collect::<Vec<_>>().join(" "))]);
}

#[test]
fn what_came_out_of_an_address_goes_into_one_as_it_was() {
    let vault = vault();
    let entry = |placeholder: &str, value: &str| VaultEntry::new(placeholder, value);
    let entries = vec![
        entry("[REDACTED_A_1]", "ada%40example.org"),
        entry("[REDACTED_A_2]", "100%25 b"),
        entry("[REDACTED_A_3]", "5%"),
    ];
    vault.as_memory().unwrap().extend_blocking(entries).unwrap();
    let shield = shield("placeholder", "exact", &vault);
    let out = scan(&shield, Side::Output, "?a=%5BREDACTED_A_1%5D&b=%5BREDACTED_A_2%5D&c=%5BREDACTED_A_3%5D");
    assert_eq!(out, "?a=ada%40example.org&b=100%2525%20b&c=5%25");
}

#[test]
fn json_stays_json() {
    let vault = vault();
    vault
        .as_memory()
        .unwrap()
        .append_blocking(VaultEntry::new("[REDACTED_PERSON_1]", "Bob \"B\" \\ Smith"))
        .unwrap();
    let shield = shield("placeholder", "exact", &vault);
    let out = scan(&shield, Side::Output, r#"{"name": "[REDACTED_PERSON_1]"}"#);
    let parsed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(parsed["name"], "Bob \"B\" \\ Smith");
    assert_eq!(scan(&shield, Side::Output, "Hello [REDACTED_PERSON_1]"), "Hello Bob \"B\" \\ Smith");
}

#[test]
fn sessions_do_not_meet() {
    let work = |thread: usize| {
        for session in 0..40 {
            let vault = vault();
            let shield = shield("placeholder", "exact", &vault);
            let text = format!("mail t{thread}s{session}@example.org and x@example.org");
            let out = scan(&shield, Side::Prompt, &text);
            assert_eq!(out, "mail [REDACTED_EMAIL_ADDRESS_1] and [REDACTED_EMAIL_ADDRESS_2]");
            assert_eq!(scan(&shield, Side::Output, &out), text);
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || work(thread));
        }
    });
}

#[test]
fn one_plan_serves_sessions_that_do_not_meet() {
    let own = vault();
    let shield = shield("placeholder", "exact", &own);
    let sessions: Vec<_> = (0..50).map(|_| shield.in_session(vault())).collect();
    let turn = |worker: usize| {
        for round in 0..200 {
            let number = (round * 7 + worker) % sessions.len();
            let text = format!("mail s{number}.{}@example.org, s{number}@example.org", round % 3);
            let out = scan(&sessions[number], Side::Prompt, &text);
            assert!(!out.contains('@'), "{out}");
            assert_eq!(scan(&sessions[number], Side::Output, &out), text);
        }
    };
    std::thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || turn(worker));
        }
    });
    assert_eq!(own.as_memory().unwrap().len_blocking(), Ok(0));
    assert_eq!(scan(&shield, Side::Output, "[REDACTED_EMAIL_ADDRESS_1]"), "[REDACTED_EMAIL_ADDRESS_1]");
    assert_eq!(shield.metrics(), sessions[0].metrics());
}
