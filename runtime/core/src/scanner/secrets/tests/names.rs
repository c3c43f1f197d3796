//! What names and signs before a value say of it.

use super::*;

#[test]
fn what_npm_has_in_its_file_is_told_from_other_names() {
    // base64 of `hunter2!`
    let password = ["aHVudGVy", "MiE="].concat();
    for before in ["", "//registry.npmjs.org/:", "email=a\n", "email=a\\n", "npm publish --"] {
        let text = format!("{before}_password={password}");
        assert_eq!(scan(&text).0, format!("{before}_password=******"), "{before}");
    }
    for text in [
        "create_user(new_password=newPassword)",
        "signup?confirm_password=mismatch",
        "?_password=mismatch",
        "set(my_authToken=getAuthTokenFromTheStorageOfIt)",
        "_authToken=getAuthTokenFromTheStorageOfIt",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
}

/// Twelve and more characters of each kind, drawn.
fn drawn(alphabet: &str, length: usize, seed: u64) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut draws = Draws(seed);
    (0..length).map(|_| letters[draws.below(letters.len())]).collect()
}

const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

#[test]
fn random_values_that_any_name_is_set_to() {
    let places =
        ["x: {}", "value = {}", "export KEY={}", "here: {}", "My key is {} and fails", "curl -H 'X-Key: {}'"];
    for place in places {
        let kinds = [(BASE62, 43), ("0123456789abcdef", 32), ("0123456789abcdef", 64)];
        for (alphabet, length) in kinds {
            let missed = (0..50).filter(|seed| {
                let value = drawn(alphabet, length, *seed);
                scan(&place.replace("{}", &value)).0.contains(&value)
            });
            assert!(missed.count() <= 1, "{place} {length}");
        }
    }
    for seed in 0..20 {
        let short = drawn("abcdefghijklmnopqrstuvwxyz0123456789", 24, seed);
        let found = |text: String| !scan(&text).1.valid;
        assert!(!found(format!("x: {short}")), "{seed}");
        let hex = drawn("0123456789abcdef", 64, seed);
        for text in [
            format!("sha256: {hex}"),
            format!("see {hex}"),
            format!("commit: {}", &hex[..40]),
            format!("request_id: {hex}"),
            format!("https://x.org/?v={hex}"),
            format!("| {hex} |"),
            format!("golang.org/x v1.0 h1:{}=", drawn(BASE62, 43, seed)),
        ] {
            assert!(!found(text.clone()), "{text}");
        }
    }
    // Rows of them are data.
    let rows: Vec<_> = (0..8).map(|seed| format!("X = {}", drawn("0123456789abcdef", 64, seed))).collect();
    assert!(scan(&rows.join("\n")).1.findings.len() <= 1);
}

#[test]
fn passwords_wherever_they_are_written() {
    for text in [
        "DB_PASS={}",
        "pass={}",
        "dbpass: {}",
        "pw: {}",
        "<password>{}</password>",
        "<db:Password>{}</db:Password>",
        "define('DB_PASSWORD','{}');",
        "props.put(\"password\", \"{}\")",
        "https://x.org/?user=a&password={}&x=1",
        "curl -uada:{} https://x.org",
        "curl --user='ada:{}' https://x.org",
        "curl --user=ada:{} https://x.org",
        "machine x.org login ada password {}",
        "machine x.org\n  login ada\n  password {}\n",
    ] {
        assert_eq!(scan(&text.replace("{}", "Tr0ub4dor-3")).0, text.replace("{}", "******"), "{text}");
    }
    // base64 of `hunter2!x`, and of `Tr0ub4dor&3`
    for value in ["aHVudGVyMiF4eQ==", "VHIwdWI0ZG9yJjM="] {
        assert!(!scan(&format!("  password: {value}")).0.contains(value), "{value}");
    }
    for text in [
        "passed=Tr0ub4dor-3",
        "f('name', 'password', 'Tr0ub4dor-3')",
        "login ada password Tr0ub4dor-3",
        "if password > Tr0ub4dor_3",
        "docker run -u 1000:1000 x",
        "pip install -unpackaged:x1",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
}

#[test]
fn a_token_may_have_its_digits_behind_a_dot() {
    let token = ["pat", "qkRCKlFOVPzQLD", ".", &"a412fed4dc841ffd".repeat(4)].concat();
    for text in [format!("it = \"{token}\""), format!("use {token}, please")] {
        let (edited, verdict) = scan(&text);
        assert!(!edited.contains(&token) && verdict.findings[0].label == "AIRTABLE_TOKEN", "{edited}");
    }
    assert!(scan("patternmatching.of_ordinary_words path.pathologically_long_names").1.valid);
}

#[test]
fn keys_wherever_they_are_written() {
    for text in [
        "api_key：{}",
        "api_key = “{}”",
        "%7B%22api_key%22%3A%20%22{}%22%7D",
        "to=https%3A%2F%2Fx.org%2F%3Ftoken%3D{}%26a%3Db",
        "API_KEY=\\\n{}",
        "api_key: >-\n  {}\n",
        "curl -u {}: https://x.org",
        "redis-cli -a {}",
        "Authorization: ApiKey {}",
        "Set-Cookie: sessionid={}; Path=/",
        r#"{\"body\": \"{\\\"api_key\\\": \\\"{}\\\"}\"}"#,
    ] {
        let missed = (0..20).filter(|seed| {
            let key = drawn(BASE62, 40, *seed);
            scan(&text.replacen("{}", &key, 1)).0.contains(&key)
        });
        assert!(missed.count() <= 1, "{text}");
    }
}

#[test]
fn what_marks_a_token_is_no_part_of_it() {
    let token = github();
    for text in ["_{}_", "*{}*", "**{}**", "-{}", "+{}", "[-{}-]{+x+}", "key：{}", "（{}）", "|{}|"] {
        assert_eq!(scan(&text.replace("{}", &token)).0, text.replace("{}", "******"), "{text}");
    }
    for text in ["my_{}", "a-{}", "__{}", "--{}"] {
        let labels = scan(&text.replace("{}", &token)).1.findings;
        assert!(labels.iter().all(|one| one.label != "GITHUB_TOKEN"), "{text}");
    }
}

#[test]
fn users_and_passwords_in_base64() {
    // base64 of `ada:Tr0ub4dor&3`
    let credentials = ["YWRhOlRyMHVi", "NGRvciYz"].concat();
    for text in [
        "Authorization: Basic {}",
        "-H 'authorization: basic {}'",
        r#""Authorization": "Basic {}""#,
        r#"{"auths": {"x.org": {"auth": "{}"}}}"#,
    ] {
        let (edited, verdict) = scan(&text.replace("{}", &credentials));
        assert!(!edited.contains(&credentials), "{text}");
        assert!(verdict.findings.iter().any(|one| one.label == "BASIC_AUTH"), "{text}");
    }
    assert!(scan("Basic authentication and \"auth\": \"none\", basic YWJj.").1.valid);
}

#[test]
fn digests_of_what_is_locked_are_public() {
    let (hex, base64) = (drawn("0123456789abcdef", 64, 5), drawn(BASE62, 86, 5));
    for text in [
        format!("\"reference\": \"{}\"", &hex[..40]),
        format!("\"https://deno.land/std/a.ts\": \"{hex}\","),
        format!("\"a\": [\"a@1.0\", \"\", {{}}, \"sha512-{base64}==\"],"),
        format!("\"a\": {{:hex, :a, \"1.0\", \"{hex}\", [:mix], [], \"hexpm\", \"{hex}\"}},"),
        format!("script-src 'sha256-{}='", &base64[..43]),
    ] {
        assert!(scan(&text).1.valid, "{text}");
    }
}
