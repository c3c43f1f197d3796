//! What stands beside a token.

use super::*;

/// A token with its right check sum.
fn summed() -> String {
    let body = "q9Zk2LmX7cVbT4fNP0UcnZwJUVFk6L";
    let mut rest = hash::crc32(body.as_bytes());
    let mut sum = String::new();
    for _ in 0..6 {
        let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        sum.insert(0, char::from(digits[(rest % 62) as usize]));
        rest /= 62;
    }
    ["gh", "p_", body, &sum].concat()
}

fn jwt() -> String {
    let part = "q9Zk2LmX7cVbT4fNP0UcnZwJUVFk6LO0pINU";
    // {"alg":"none"}
    ["eyJ", "hbGciOiJub25lIn0.", "eyJpc3Mi", part, part, ".", part, "-", part].concat()
}

#[test]
fn escapes_end_before_a_token() {
    for escape in [
        "\\n",
        "\\t",
        "\\u003e",
        "\\u0022",
        "\\x3e",
        "%3D",
        "=3D",
        "=22",
        "\x1b[32m",
        "\x1b[1;31m\x1b[K",
        "\\x1b[32m",
        "\\u001b[0m",
        "\\033[1m",
    ] {
        for token in [
            github(),
            ["AK", "IAQ3EGRIB5TNHSJW2P"].concat(),
            ["xox", "b-12345678901-q9Zk2LmX7cVbT4f"].concat(),
        ] {
            let text = format!("a {escape}{token} b");
            assert!(!scan(&text).0.contains(&token[8..]), "{escape} {}", &token[..3]);
        }
    }
    let key = "q9Zk2LmX7cVbT4fNP0Uc";
    for (text, wanted) in [
        ("API_KEY=1\\nTOKEN={}\\n", "API_KEY=1\\nTOKEN=******\\n"),
        ("token: \x1b[32m{}", "token: \x1b[32m******"),
    ] {
        assert_eq!(scan(&text.replace("{}", key)).0, wanted);
    }
}

#[test]
fn a_check_sum_tells_a_token_beside_other_letters() {
    let token = summed();
    for text in ["x{}", "{}x", "{}{}", "key_{}_", "x{}y"] {
        let (edited, verdict) = scan(&text.replace("{}", &token));
        assert!(!verdict.valid && !edited.contains(&token[6..20]), "{text}");
    }
    let wrong = token.replace("q9Zk", "q8Zk");
    assert!(scan(&format!("x{wrong}")).1.findings.iter().all(|one| one.label != "GITHUB_TOKEN"));
    for text in ["token_{}", "x-{}", "x{}"] {
        assert!(!scan(&text.replace("{}", &jwt())).0.contains("q9Zk2LmX7c"), "{text}");
    }
}

#[test]
fn installation_tokens_of_github() {
    let token = format!("{}_1633267_{}", "ghs", jwt());
    for text in [
        "{}",
        "GITHUB_TOKEN={}",
        "Authorization: Bearer {}",
        "token: {}",
        r#"{"token":"{}"}"#,
        "https://x-access-token:{}@github.com/a/b",
        "x\\n{}.",
    ] {
        let (edited, verdict) = scan(&text.replace("{}", &token));
        assert!(!edited.contains("eyJ") && !edited.contains("q9Zk2LmX7c"), "{text}: {edited}");
        assert!(verdict.findings.iter().any(|one| one.label == "GITHUB_TOKEN"), "{text}");
    }
}

#[test]
fn values_go_on_behind_dots() {
    let part = "q9Zk2LmX7cVbT4fNP0Uc";
    assert_eq!(scan(&format!("TOKEN={part}.k3Yv8RtW1mZx5QpL.{part}. Next")).0, "TOKEN=******. Next");
    assert_eq!(
        scan(&format!("my token is {part}.configuration_of_it")).0,
        "my token is ******.configuration_of_it"
    );
}

#[test]
fn slashes_of_urls_may_be_escaped() {
    let text = r#"{"u":"postgres:\/\/app:S3cr3tP4ss@db\/x"}"#;
    assert_eq!(scan(text).0, text.replace("S3cr3tP4ss", "******"));
    assert!(scan(r#"{"u":"https:\/\/example.org\/a:b"}"#).1.valid);
}
