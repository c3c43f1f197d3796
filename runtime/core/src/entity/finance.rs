//! Money: cards, accounts, wallets.

use super::check::{aba_routing, base58check, bech32, credit_card, iban};
use super::rule::{Context, Rule, Table};

const RULES: &[Rule] = &[
    Rule::checked("CREDIT_CARD", "digits", r"[1-6][0-9]{11,18}", 0.3, credit_card),
    Rule::checked(
        "CREDIT_CARD",
        "4-4-4-n",
        r"[1-6][0-9]{3}(?:[ .-][0-9]{4}){2}[ .-][0-9]{1,7}",
        0.3,
        credit_card,
    ),
    Rule::checked("CREDIT_CARD", "4-6-n", r"3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5}", 0.3, credit_card),
    Rule::checked("IBAN_CODE", "iban", r"[A-Z]{2}[ -]?[0-9]{2}(?:(?:[ -]|\r?\n)?[A-Z0-9]){11,30}", 0.5, iban),
    Rule::checked("CRYPTO", "base58check", r"[13][1-9A-HJ-NP-Za-km-z]{25,34}", 0.5, base58check),
    Rule::checked("CRYPTO", "bech32", r"bc1[02-9ac-hj-np-z]{11,71}", 0.5, bech32),
    Rule::shape("BTC_ADDRESS", "base58", r"[13][1-9A-HJ-NP-Za-km-z]{26,33}", 0.75),
    Rule::checked("ABA_ROUTING_NUMBER", "digits", r"[0123678][0-9]{8}", 0.05, aba_routing),
    Rule::checked("ABA_ROUTING_NUMBER", "4-4-1", r"[0123678][0-9]{3}-[0-9]{4}-[0-9]", 0.3, aba_routing),
    Rule::shape("US_BANK_NUMBER", "digits", r"[0-9]{8,17}", 0.05),
    Rule::shape("CREDIT_CARD_RE", "visa", r"4[0-9]{3}[- ]?[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{4}", 0.75),
    Rule::shape("CREDIT_CARD_RE", "amex", r"3[47][0-9]{2}[- ]?[0-9]{6}[- ]?[0-9]{5}", 0.75),
    Rule::shape("CREDIT_CARD_RE", "diners", r"3(?:0[0-5]|[68][0-9])[0-9]{11}", 0.75),
    Rule::shape("PRICE_RE", "dollars", r"\$ ?[+-]?[0-9]{1,3}(?:,?[0-9]{3})*(?:\.[0-9]{1,2})?", 0.75),
];

const CONTEXT: &[Context] = &[
    Context {
        entity: "CREDIT_CARD",
        words: &[
            "credit",
            "card",
            "visa",
            "mastercard",
            "amex",
            "debit",
            "discover",
            "jcb",
            "diners",
            "cc",
            "maestro",
            "instapayment",
        ],
    },
    Context { entity: "IBAN_CODE", words: &["iban", "bank", "account", "transaction", "transfer"] },
    Context { entity: "CRYPTO", words: &["wallet", "btc", "bitcoin", "crypto"] },
    Context { entity: "ABA_ROUTING_NUMBER", words: &["aba", "routing", "abarouting", "association"] },
    Context {
        entity: "US_BANK_NUMBER",
        // Presidio has "check" and "save" as well, behind which any number may stand.
        words: &["bank", "account", "acct", "savings", "debit"],
    },
    Context { entity: "PRICE_RE", words: &["price", "money", "cost", "value", "amount"] },
];

pub(super) const TABLE: Table = (RULES, CONTEXT);
