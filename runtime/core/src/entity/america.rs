//! The Americas.

use super::check::{br_cpf, ca_sin, dea, us_itin, us_ssn};
use super::rule::{Context, Rule, Table};

const RULES: &[Rule] = &[
    Rule::checked("US_SSN", "3-2-4", r"[0-9]{3}[- .][0-9]{2}[- .][0-9]{4}", 0.5, us_ssn),
    Rule::checked("US_SSN", "5-4", r"[0-9]{5}-[0-9]{4}", 0.05, us_ssn),
    Rule::checked("US_SSN", "3-6", r"[0-9]{3}-[0-9]{6}", 0.05, us_ssn),
    Rule::checked("US_SSN", "digits", r"[0-9]{9}", 0.05, us_ssn),
    Rule::shape("US_SSN_RE", "3-2-4", r"[0-9]{3}-[0-9]{2}-[0-9]{4}", 0.75),
    Rule::checked("US_ITIN", "3-2-4", r"9[0-9]{2}[- ][5-9][0-9][- ][0-9]{4}", 0.5, us_itin),
    Rule::checked("US_ITIN", "digits", r"9[0-9]{2}[5-9][0-9]{5}", 0.3, us_itin),
    Rule::checked("US_ITIN", "halves", r"9[0-9]{2}(?:-[5-9][0-9]{5}|[5-9][0-9]-[0-9]{4})", 0.05, us_itin),
    Rule::shape("US_PASSPORT", "digits", r"[0-9]{9}", 0.05),
    Rule::shape("US_PASSPORT", "next generation", r"[A-Z][0-9]{8}", 0.1),
    Rule::shape("US_DRIVER_LICENSE", "letter", r"[A-Z][0-9]{3,6}", 0.3),
    Rule::shape("US_DRIVER_LICENSE", "letter, long", r"[A-Z][0-9]{7,19}", 0.3),
    Rule::shape("US_DRIVER_LICENSE", "two letters", r"[A-Z]{2}[0-9]{2,7}", 0.3),
    Rule::shape(
        "US_DRIVER_LICENSE",
        "mixed",
        r"[A-Z][0-9]{2,3}[- ][0-9]{2,4}[- ][0-9]{2,5}(?:[- ][0-9]{1,4})?",
        0.3,
    ),
    Rule::shape("US_DRIVER_LICENSE", "digits", r"[0-9]{6,14}", 0.01),
    Rule::checked("MEDICAL_LICENSE", "dea", r"[A-HJ-MPR-UX][A-Z9][0-9]{7}", 0.4, dea),
    Rule::checked("BR_CPF", "3-3-3-2", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", 0.5, br_cpf),
    Rule::checked("BR_CPF", "digits", r"[0-9]{11}", 0.05, br_cpf),
    Rule::checked("CA_SIN", "3-3-3", r"[1-79][0-9]{2}[ -][0-9]{3}[ -][0-9]{3}", 0.3, ca_sin),
    Rule::shape(
        "PHONE_NUMBER_WITH_EXT",
        "extension",
        r"(?:\+?1[ .-]?)?\(?[2-9][0-9]{2}\)?[ .-]{0,3}[2-9][0-9]{2}[ .-]{0,3}[0-9]{4} {0,2}(?:#|x\.?|ext\.?|extension) {0,2}[0-9]{1,7}",
        0.75,
    ),
    Rule::shape("PO_BOX_RE", "box", r"P\.? ?O\.? Box [0-9]{1,12}", 0.75),
];

const CONTEXT: &[Context] = &[
    Context { entity: "US_SSN", words: &["social", "security", "ssn", "ssns", "ssid"] },
    Context { entity: "US_ITIN", words: &["individual", "taxpayer", "itin", "tax", "payer", "taxid", "tin"] },
    Context {
        entity: "US_PASSPORT",
        words: &["passport", "travel", "document", "passports", "us", "united", "states"],
    },
    Context {
        entity: "US_DRIVER_LICENSE",
        words: &[
            "driver",
            "license",
            "permit",
            "lic",
            "identification",
            "dl",
            "dls",
            "cdls",
            "id",
            "lic#",
            "driving",
        ],
    },
    Context { entity: "MEDICAL_LICENSE", words: &["medical", "certificate", "dea", "license"] },
    Context { entity: "BR_CPF", words: &["cpf", "cadastro"] },
    Context { entity: "CA_SIN", words: &["sin", "insurance", "nas"] },
    Context { entity: "PO_BOX_RE", words: &["address", "mail", "post", "box"] },
];

pub(super) const TABLE: Table = (RULES, CONTEXT);
