//! Entities behind signs that are written as something else, and behind `_`.

use super::*;

/// Of each kind of shape, one.
const VALUES: &[(&str, &str)] = &[
    ("CREDIT_CARD", "4111111111111111"),
    ("CREDIT_CARD", "4111-1111-1111-1111"),
    ("US_SSN", "536-22-8145"),
    ("IBAN_CODE", "DE89370400440532013000"),
    ("UUID", "550e8400-e29b-41d4-a716-446655440000"),
    ("UUID", "e50e8400-e29b-41d4-a716-446655440000"),
    ("PHONE_NUMBER", "202-555-0173"),
    ("PHONE_NUMBER", "020 7946 0958"),
    ("CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
];

#[test]
fn signs_of_urls_and_mail_end_before_an_entity() {
    for (entity, value) in
        VALUES.iter().chain(&[("IP_ADDRESS", "192.168.1.17"), ("IP_ADDRESS", "2001:db8::1")])
    {
        for sign in ["%20", "%3D", "%3a", "%2520", "%E5%8D%A1", "=3D", "=0A", "=C2=A0"] {
            finds(entity, &format!("q=x{sign}{value}%20y"), &[value]);
        }
    }
    finds("CREDIT_CARD", "%41111111111111111", &[]);
    finds("CREDIT_CARD", "id=4111111111111111", &["4111111111111111"]);
    finds("UUID", "id=3D550e84-e29b-41d4-a716-446655440000", &["3D550e84-e29b-41d4-a716-446655440000"]);
    finds("EMAIL_ADDRESS", "q=a%0Aada@example.org", &["ada@example.org"]);
    let with_names = RecognizersSpec { hidden_names: vec!["Ada".into()], ..spec(&[]) };
    assert_eq!(analyze(&with_names, "q=%20Ada, %3dAda, %41Ada, user_Ada").len(), 2);
}

#[test]
fn an_underscore_is_no_part_of_a_shape() {
    for (entity, value) in VALUES {
        for text in ["_{}_ ok", "__{}__", "a_{}", "some_name_{}_x", "{}_x"] {
            finds(entity, &text.replace("{}", value), &[value]);
        }
    }
    finds("IP_ADDRESS", "_192.168.1.17_ ip_10.0.0.1", &["192.168.1.17", "10.0.0.1"]);
    finds("IP_ADDRESS", "libpq_1.2.3.4, 1.2.3.4_amd64, beads_abc::def", &[]);
    finds("EMAIL_ADDRESS_RE", "_bob_lee[AT]example[DOT]com_", &["bob_lee[AT]example[DOT]com"]);
}

/// What the vault or the report would say of an address of mail, with the types that are looked for by default.
#[test]
fn nothing_of_a_sign_is_private() {
    let both = spec(&["EMAIL_ADDRESS", "EMAIL_ADDRESS_RE", "PHONE_NUMBER", "US_BANK_NUMBER", "UUID"]);
    for before in [
        r#"{"text":"Hi,\n"#,
        r"Contact:\t",
        r"a\r\n",
        r#""\u003c"#,
        r"x\x0a",
        "\x1b[32m",
        r"\u001b[1;32m",
        "see%20",
        "a%0A",
        "q=%22",
    ] {
        let text = format!("{before}john@example.com");
        assert_eq!(analyze(&both, &text), [("EMAIL_ADDRESS".into(), "john@example.com".into())], "{text}");
    }
}
