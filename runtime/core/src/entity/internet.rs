//! Machines and accounts: addresses of mail, hosts, networks and cards.

use std::net::Ipv6Addr;

use super::check::{Validity, unless};
use super::mail;
use super::rule::{Context, Rule, Table};

const RULES: &[Rule] = &[
    Rule::checked("IP_ADDRESS", "v4", r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}", 0.6, ipv4),
    Rule::checked(
        "IP_ADDRESS",
        "v6",
        r"[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.[0-9]{1,3}){3})?",
        0.6,
        ipv6,
    ),
    Rule::checked(
        "IP_ADDRESS",
        "v6, abridged",
        r"::[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){0,6}(?:(?:\.[0-9]{1,3}){3})?",
        0.6,
        ipv6,
    ),
    Rule::shape("MAC_ADDRESS", "colons", r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}", 0.6),
    Rule::shape("MAC_ADDRESS", "hyphens", r"[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}", 0.6),
    Rule::shape("MAC_ADDRESS", "dots", r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}", 0.6),
    Rule::shape(
        "UUID",
        "uuid",
        r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
        0.75,
    ),
    Rule::checked(
        "EMAIL_ADDRESS_RE",
        "spelt out",
        r"[A-Z0-9._%+-]+(?:\[AT\]|@)[A-Z0-9.-]+(?:\[DOT\]|\.)[A-Z]{2,24}",
        0.75,
        mail::apart,
    ),
];

const CONTEXT: &[Context] = &[
    Context { entity: "IP_ADDRESS", words: &["ip", "ipv4", "ipv6", "address", "host"] },
    Context { entity: "MAC_ADDRESS", words: &["mac", "hardware", "ethernet"] },
    Context { entity: "EMAIL_ADDRESS", words: &["email", "mail"] },
    Context { entity: "URL", words: &["url", "website", "link"] },
    Context {
        entity: "PHONE_NUMBER",
        words: &[
            "phone",
            "number",
            "telephone",
            "cell",
            "cellphone",
            "mobile",
            "call",
            "tel",
            "fax",
            "whatsapp",
            // Numbers of Spain are nothing without them where they are written as amounts are.
            "teléfono",
            "telefono",
            "tlf",
            "tfno",
            "móvil",
            "movil",
            "celular",
            "llama",
            "llame",
            "llamar",
            "llámame",
            "número",
            "numero",
            "电话",
            "手机",
        ],
    },
];

/// Four numbers up to 255.
fn ipv4(text: &str) -> Validity {
    // Leading zeros, which the standard library refuses, are written all the same.
    unless(text.split('.').all(|part| part.parse::<u8>().is_ok()))
}

/// What RFC 4291 allows. `::` alone is punctuation as often as an address.
fn ipv6(text: &str) -> Validity {
    unless(text.parse::<Ipv6Addr>().is_ok() && text.len() > 2)
}

pub(super) const TABLE: Table = (RULES, CONTEXT);
