//! Passwords, wherever their names stand.

use super::*;

/// A template with a password is redacted; in a string of JSON and in one that is in another as well.
fn redacts(template: &str) {
    let (mut text, mut wanted) = (template.replace("{}", "Tr0ub4dor&3x"), template.replace("{}", "******"));
    for depth in 0..3 {
        assert_eq!(scan(&text).0, wanted, "{template}, {depth} deep");
        let wrapped = |text: &str| serde_json::json!({ "content": text, "n": 1 }).to_string();
        (text, wanted) = (wrapped(&text), wrapped(&wanted));
    }
}

fn found(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let words = ["password", "passwd", "pwd", "secret"];
    let word = words.iter().find_map(|word| Some((lower.find(word)?, word.len())));
    let (start, length) = word.unwrap();
    password::value(text.as_bytes(), Span::new(start, start + length)).map(|span| &text[span.range()])
}

#[test]
fn of_users() {
    let found = |text: &'static str| login::of_user(text.as_bytes(), 0).map(|span| &text[span.range()]);
    assert_eq!(found("ada:Tr0ub4dor&3 https://x.org"), Some("Tr0ub4dor&3"));
    assert_eq!(found("'a@x.org:Tr0ub4dor&3' x"), Some("Tr0ub4dor&3"));
    for text in
        ["ada", "ada:", "1000:1000", ":Tr0ub4dor&3", "ada:password", "a b:Tr0ub4dor&3", "$USER:$PASS_1"]
    {
        assert_eq!(found(text), None, "{text}");
    }
}

#[test]
fn other_languages() {
    let found = |text: &'static str, word: &str| {
        let start = text.find(word)?;
        password::value(text.as_bytes(), Span::new(start, start + word.len())).map(|span| &text[span.range()])
    };
    assert_eq!(found("das Passwort lautet Geheim!2024xy", "Passwort"), Some("Geheim!2024xy"));
    assert_eq!(found("mot de passe\u{a0}: Geheim!2024xy", "passe"), Some("Geheim!2024xy"));
    assert_eq!(found("la contraseña es Geheim!2024xy.", "contraseña"), Some("Geheim!2024xy"));
    assert_eq!(found("das Passwort istgeheim2024xy", "Passwort"), None);
}

#[test]
fn values() {
    for text in [
        "password = \"Tr0ub4dor&3\"",
        "password: Tr0ub4dor&3",
        "DB_PASSWORD=Tr0ub4dor&3",
        "\"passwd\": \"Tr0ub4dor&3\"",
        "Server=db;Pwd=Tr0ub4dor&3;Port=1",
        "my password is Tr0ub4dor&3.",
        "$cfg['password'] = 'Tr0ub4dor&3';",
        "password_prod => 'Tr0ub4dor&3'",
        r#"{\"password\": \"Tr0ub4dor&3\"}"#,
        "password := `Tr0ub4dor&3`",
    ] {
        assert_eq!(found(text), Some("Tr0ub4dor&3"), "{text}");
        redacts(&text.replace("Tr0ub4dor&3", "{}"));
        redacts(&format!("{}\nPORT=1\n", text.replace("Tr0ub4dor&3", "{}")));
    }
    for text in ["my password's {}", "Our secret’s {}, you know", "the password's {}!"] {
        let value = if text.starts_with("the") { "Tr0ub4dor&3" } else { "Tr0ub4dor-3" };
        assert_eq!(found(&text.replace("{}", value)).map(|found| found.trim_end_matches('!')), Some(value));
    }
    for text in [
        "the password's SHA256SUM",
        "the password's PBKDF2WithHmacSHA256",
        "my password's strength",
        "password: string",
        "password = getpass()",
        "password = os.environ['X1']",
        "password=${PASSWORD_1}",
        "password == \"a1b2c3d4\"",
        "password = \"changeme123\"",
        "password = \"12345678\"",
        "password: \"short1\"",
        "password = config.password1",
        "password = \"example-pass1\"",
        "password = \"unclosed1a",
        "the password field",
        "\"Service::Secret\": \"3bf4404734c82308\"",
        "password: <your password 1>",
        "TrafficSecrets::Aes128GcmX",
        "secret: TLS13_CHACHA20_POLY1305_SHA256",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
}

#[test]
fn names_and_values_in_pairs() {
    for text in [
        "- name: DB_PASSWORD\n  value: {}",
        "- name: DB_PASSWORD\n  value: \"{}\"",
        r#"{"name": "DB_PASSWORD", "value": "{}"}"#,
        r#"{"Key": "DB_PASSWORD", "Value": "{}"}"#,
        r#"<input type="password" value="{}">"#,
        r#"<add key="ClearTextPassword" value="{}" />"#,
        "variable \"db_password\" {\n  default = \"{}\"\n}",
        "variable \"db_password\" {\n  type    = string\n  default = \"{}\"\n}",
        "| password | `{}` |",
        "| Password | {} |",
        "**Password:** {}",
        "**Password**: `{}`",
        "password: |\n  {}\n",
        "password: >-\n  {}\n",
        "export PASSWORD=\\\n  {}\n",
    ] {
        redacts(text);
    }
    for text in [
        "password:\n  secretKeyRef1: db\n",
        "the password | value: Tr0ub4dor&3x",
        "{\"password\": {\"minLength\": 8, \"title\": \"Password1\"}}",
        "| id | password |\n| Tr0ub4dor | 3 |",
        "- name: password\n  `value`: Tr0ub4dor&3x",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
}

#[test]
fn passwords_in_programs() {
    for text in [
        "password: str = \"{}\"",
        "const PASSWORD: &str = \"{}\";",
        "let password: string = '{}';",
        "conn.setPassword(\"{}\")",
        ".with_password('{}')",
        "password = os.getenv(\"PW\") or \"{}\"",
        "const password = process.env.PW || '{}'",
        "password = ENV['PW'] ?? \"{}\"",
        "#define DB_PASSWORD \"{}\"",
        "ConvertTo-SecureString \"{}\" -AsPlainText",
        "sshpass -p '{}' ssh a@b",
        "redis-cli -a {}",
        "my $password = q{{}};",
        "password => qq{{}},",
        "password = %Q{{}}",
        r#"{\"body\": \"{\\\"password\\\": \\\"{}\\\"}\"}"#,
    ] {
        redacts(text);
    }
    for text in [
        "self.password_hash_algorithm = \"pbkdf2_sha256\"",
        "password_file = \"Tr0ub4dor-3x\"",
        "\"AWS::SecretTargetAttachment\": \"3bf4404734c82308\"",
        "getPassword(\"Tr0ub4dor-3x\")",
        "password = q(Tr0ub4dor_3x)",
        "password = q{name1234, b}",
        "password = seq{ $_ }",
        "#define PASSWORD MAX_LENGTH_2",
        "if password == \"Tr0ub4dor&3x\"",
        "password = f(x) or y1 or \"z\"",
        "secret: &Aligned64<[u8; SIZE]>, state: Aligned64<u8>",
        "const PasswdNotValid: ErrorCodes = -2147350782i32;",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
}

#[test]
fn signs_and_words_that_are_not_ascii() {
    for text in [
        "password：{}",
        "password＝{}",
        "password → {}",
        "password: “{}”",
        "password: «{}»",
        "密码：{}",
        "密码是{}",
        "パスワード: {}",
        "비밀번호: {}",
        "пароль: {}",
        "Пароль: {}",
        "hasło: {}",
        "Şifre: {}",
        "la contraseña es {}",
        "password {}, if you need it",
        "密码：{}，请保密",
        "密码：　{}",
        "密码是{}。",
        "パスワードは {} です。",
        "パスワード：{}。ご確認ください",
        "비밀번호: {}입니다",
        "비밀번호는 {} 입니다",
        "Le mot de passe est {}\u{a0}!",
        "password: {}…",
        "password: {}—rotate it",
        "“password: {}”",
        "password: {}\u{200b}",
        "DB_PASSWORD={}│",
        "curl -u ada:{}，然后",
        r"password: {}\u00a0(prod)",
        r"password: {}\u2014rotate it",
    ] {
        redacts(text);
    }
    for text in [
        "密码长度为8-16位",
        "密码为8到16位字母",
        "パスワード：半角英数字8〜16文字",
        "password: ≥8 characters",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
}

#[test]
fn fields_of_a_form() {
    for text in [
        "password={}&user=bob",
        "curl -d 'password={}&remember-me=1' https://x.org/login",
        r#"{"body": "password={}\u0026user[name]=bob"}"#,
        "password={}&",
    ] {
        assert!(!scan(&text.replace("{}", "Tr0ub4dor-3")).0.contains("Tr0ub4dor-3"), "{text}");
    }
    assert_eq!(scan("password=Tr0ub4dor&3x&user=bob").0, "password=******&user=bob");
    for text in
        ["password=&user=bob12345678", "password=sha256&user=bob12345678", "f(password=a1&b=c1234567890)"]
    {
        assert!(scan(text).1.valid, "{text}");
    }
}

#[test]
fn few_small_letters_and_digits_that_no_name_has() {
    for value in ["qk3v9zt1", "qk3v9zt1w", "7xw2mq9k"] {
        for text in
            ["DB_PASSWORD={}", "password: {}", "my password is {}", "curl -u ada:{} https://x.org", "pw: {}."]
        {
            assert_eq!(scan(&text.replace("{}", value)).0, text.replace("{}", "******"), "{text}");
        }
    }
    for value in
        ["sha256ab", "linux64b", "sse42avx", "hkdfsha2", "hunter22", "x86_64bx", "abcd1234", "qk3v-9z1"]
    {
        assert!(scan(&format!("password: {value}")).1.valid, "{value}");
    }
}

#[test]
fn what_kubernetes_keeps_is_secret_whatever_it_is_called() {
    // base64 of `Tr0ub4dor&3x` and a line break, `hunter2 and more`
    for value in [["VHIwdWI0", "ZG9yJjN4Cg=="].concat(), ["aHVudGVyMiBh", "bmQgbW9yZQ=="].concat()] {
        let text = format!("kind: Secret\nmetadata:\n  name: x\ndata:\n  uri: {value}\n");
        assert_eq!(scan(&text).0, text.replace(&value, "******"), "{text}");
        assert!(scan(&text.replace("Secret", "ConfigMap")).1.valid, "{text}");
    }
}

#[test]
fn values_before_escapes() {
    for text in [
        r#"{"content":"DB_PASSWORD={}\nPORT=1"}"#,
        r"password: {}\r\nuser",
        r"password: {}\tuser",
        r"PORT=1\nDB_PASSWORD={}\n",
        r"'password: {}\n'",
        r"password={}\u0022",
        r"password={}\u003c/p>",
        r"password={}\x1b[0m",
        "password={}\\",
        r"machine a.org\nlogin ada\npassword {}\n",
        r"\ncurl -u ada:{}\n",
        "\x1b[32mpassword\x1b[0m: \x1b[33m{}\x1b[0m",
        r"\x1b[32mpassword\x1b[0m: \x1b[33m{}\x1b[0m",
        "password=\x1b[1m{}\x1b[0m",
    ] {
        redacts(text);
    }
    assert_eq!(scan(r#"{"a":"password: Tr0ub4dor\u00263x\n"}"#).0, r#"{"a":"password: ******\n"}"#);
    for text in [r"password: \d{3}\w8\nuser", r"password=\nPORT=80808080\n", r"password: C:\Temp2016\new1"] {
        assert!(scan(text).1.valid, "{text}");
    }
}
