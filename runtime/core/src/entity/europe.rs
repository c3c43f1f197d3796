//! Europe.

use super::check::{
    de_tax_id, es_nie, es_nif, fi_hetu, fr_nir, it_fiscal_code, it_vat, nhs, nhs_perhaps, nl_bsn, pesel,
};
use super::rule::{Context, Rule, Table};

const RULES: &[Rule] = &[
    Rule::checked("UK_NHS", "3 3 4", r"[0-9]{3} ?[0-9]{3} ?[0-9]{4}", 0.5, nhs),
    // With dashes it is a telephone number of North America at least as often.
    Rule::checked("UK_NHS", "3-3-4", r"[0-9]{3}(?:-[0-9]{3}[- ]?| ?[0-9]{3}-)[0-9]{4}", 0.5, nhs_perhaps),
    Rule::shape(
        "UK_NINO",
        "nino",
        // Neither letter is D, F, I, Q, U or V, the second is not O (HMRC's NIM39110).
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        0.5,
    ),
    Rule::checked("ES_NIF", "nif", r"[0-9]{7,8}-?[A-Z]", 0.5, es_nif),
    Rule::checked("ES_NIF", "nif, thousands", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}[ -]?[A-Z]", 0.5, es_nif),
    Rule::checked("ES_NIE", "nie", r"[XYZ]-?[0-9]{7}-?[A-Z]", 0.5, es_nie),
    Rule::checked(
        "IT_FISCAL_CODE",
        "person",
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        0.3,
        it_fiscal_code,
    ),
    Rule::checked("IT_VAT_CODE", "partita iva", r"(?:IT ?)?[0-9]{11}", 0.1, it_vat),
    Rule::shape(
        "IT_DRIVER_LICENSE",
        "patente",
        r"(?:[A-Z]{2}[0-9]{7}[A-Z]|U1[B-HL-NPRSTUWYXZ][A-Z0-9_]{6}[A-Z])",
        0.2,
    ),
    Rule::shape("IT_PASSPORT", "passaporto", r"[A-Z]{2}[0-9]{7}", 0.01),
    Rule::shape(
        "IT_IDENTITY_CARD",
        "carta",
        r"(?:[A-Z]{2} ?[0-9]{7}|[0-9]{7}[A-Z]{2}|[A-Z]{2}[0-9]{5}[A-Z]{2})",
        0.01,
    ),
    Rule::checked(
        "PL_PESEL",
        "pesel",
        r"[0-9]{2}(?:[02468][1-9]|[13579][012])(?:0[1-9]|[12][0-9]|3[01])[0-9]{5}",
        0.4,
        pesel,
    ),
    Rule::checked(
        "FI_PERSONAL_IDENTITY_CODE",
        "hetu",
        r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]",
        0.5,
        fi_hetu,
    ),
    Rule::checked("DE_TAX_ID", "grouped", r"[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}", 0.4, de_tax_id),
    Rule::checked("DE_TAX_ID", "digits", r"[1-9][0-9]{10}", 0.05, de_tax_id),
    Rule::checked(
        "FR_NIR",
        "nir",
        r"[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
        0.3,
        fr_nir,
    ),
    Rule::checked("NL_BSN", "bsn", r"[0-9]{9}", 0.05, nl_bsn),
];

const CONTEXT: &[Context] = &[
    Context { entity: "UK_NHS", words: &["nhs", "national", "health", "services", "authority"] },
    Context { entity: "UK_NINO", words: &["national", "insurance", "ni", "nino"] },
    Context { entity: "ES_NIF", words: &["documento", "identidad", "dni", "nif", "identificación"] },
    Context { entity: "ES_NIE", words: &["identificación", "extranjero", "nie"] },
    Context { entity: "IT_FISCAL_CODE", words: &["codice", "fiscale", "cf"] },
    Context { entity: "IT_VAT_CODE", words: &["piva", "partita", "iva", "pi"] },
    Context { entity: "IT_DRIVER_LICENSE", words: &["patente", "guida", "licenza"] },
    Context { entity: "IT_PASSPORT", words: &["passaporto", "italiano", "elettronico"] },
    Context {
        entity: "IT_IDENTITY_CARD",
        words: &["carta", "identità", "elettronica", "cie", "documento", "riconoscimento"],
    },
    Context { entity: "PL_PESEL", words: &["pesel"] },
    Context {
        entity: "FI_PERSONAL_IDENTITY_CODE",
        words: &["hetu", "henkilötunnus", "personbeteckning", "identity"],
    },
    Context {
        entity: "DE_TAX_ID",
        words: &["steuer", "steuernummer", "identifikationsnummer", "idnr", "tin"],
    },
    Context { entity: "FR_NIR", words: &["sécurité", "sociale", "nir", "insee"] },
    Context { entity: "NL_BSN", words: &["bsn", "burgerservicenummer", "sofinummer"] },
];

pub(super) const TABLE: Table = (RULES, CONTEXT);
