//! What options, commands and statements set.

use super::*;

/// A template with a password that reads like words is redacted, in a string of JSON, too.
fn redacts(template: &str) {
    let (mut text, mut wanted) = (template.replace("{}", "Tr0ub4dor-3"), template.replace("{}", "******"));
    for depth in 0..3 {
        assert_eq!(scan(&text).0, wanted, "{template}, {depth} deep");
        let wrapped = |text: &str| serde_json::json!({ "content": text, "n": 1 }).to_string();
        (text, wanted) = (wrapped(&text), wrapped(&wanted));
    }
}

#[test]
fn passwords_behind_options_and_commands() {
    for text in [
        "mysql --password {} -u root",
        "docker login -u bob --password '{}' x.org",
        "`--db-password {}`",
        "New-LocalUser -Password \"{}\"",
        "ENV DB_PASSWORD {}",
        "FROM x\nENV CLIENT_SECRET {}\nRUN y\n",
        "setx DB_PASSWORD {}",
        "setenv DB_PASSWORD {}\n",
    ] {
        redacts(text);
    }
    for text in [
        "x --password TEXT",
        "x --password --db-host1234",
        "x --password $DB_PASSWORD1 --user root",
        "x --password <password1> --user root",
        "x --password-file passwords-2024x",
        "x --passwordless Tr0ub4dor-3",
        "docker build --secret mine-2024x .",
        "no-password Tr0ub4dor-3",
        "ENV SECRET_NAME mine",
        "ENV PASSWORD_FILE /run/secrets/db1.txt",
        "setenv(\"PASSWORD\", Tr0ub4dor_3)",
        "MYENV DB_PASSWORD Tr0ub4dor-3",
        "#define PASSWORD_SALT kSalt1234567",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
}

#[test]
fn passwords_in_statements_of_sql() {
    for text in [
        "CREATE USER 'a'@'%' IDENTIFIED BY '{}';",
        "CREATE USER a IDENTIFIED BY {};",
        "create user a identified by '{}'",
        "CREATE USER a IDENTIFIED WITH caching_sha2_password BY '{}'",
        "CREATE ROLE a WITH LOGIN PASSWORD '{}';",
        "ALTER ROLE a PASSWORD '{}'",
        "alter user a with encrypted password '{}'",
    ] {
        redacts(text);
    }
    for text in [
        "The user is identified by 'user-1234'",
        "Rows are IDENTIFIED BY their number1",
        "CREATE USER a IDENTIFIED BY :Variable1",
        "CREATE USER a IDENTIFIED BY '<password1>'",
        "ALTER USER a PASSWORD EXPIRE INTERVAL 90 DAY",
        "ALTER ROLE a PASSWORD 'your-password-1'",
        "the password \"Tr0ub4dor-3\" field",
        "'password' 'Tr0ub4dor-3'",
    ] {
        assert!(scan(text).1.valid, "{text}");
    }
    assert_eq!(scan("the password \"vT9-mQ2xK7pd\"").0, "the password \"******\"");
}

#[test]
fn keys_behind_options_and_commands() {
    let hex = Draws(7).hex(40);
    for text in [
        "gh auth --token {}",
        "x --api-key {} -v",
        "x --secret-key \"{}\"",
        "x --aws-secret-access-key {}",
        "x -AccessToken {}",
        "ENV API_KEY {}",
        "FROM x\nENV GITHUB_TOKEN {}\n",
    ] {
        assert_eq!(scan(&text.replace("{}", &hex)).0, text.replace("{}", "******"), "{text}");
        let wrapped = serde_json::json!({ "content": text.replace("{}", &hex) }).to_string();
        assert!(!scan(&wrapped).0.contains(&hex), "{text}");
    }
    for text in [
        "x --token-file {}",
        "x --next-token {}",
        "x --change-token {}",
        "x --token a --digest {}",
        "git show --no-auth {}",
        "ENV TOKEN_FILE {}",
        "ENV SOURCE {}",
        "the token of {}",
    ] {
        assert!(scan(&text.replace("{}", &hex)).1.valid, "{text}");
    }
}

#[test]
fn keys_that_are_written_as_numbers() {
    let key = Draws(11).hex(64);
    for text in [
        "PRIVATE_KEY=0x{}",
        "PRIVATE_KEY=\"0x{}\"",
        "\"privateKey\": \"0x{}\"",
        "new ethers.Wallet('0x{}')",
        "privateKeyToAccount('0x{}')",
        "my private key is 0x{}.",
        "cast send --private-key 0x{} 0x00",
    ] {
        assert_eq!(scan(&text.replace("{}", &key)).0, text.replace("{}", "******"), "{text}");
    }
    for text in [
        "tx: 0x{}",
        "hash = \"0x{}\"",
        "\"token\": \"0x{}\"",
        "token transfer: 0x{}",
        "\"secretHash\": \"0x{}\"",
        "never show your private key; see 0x{}",
        "x = '0x{}'",
        "X-Key: 0x{}",
    ] {
        assert!(scan(&text.replace("{}", &key)).1.valid, "{text}");
    }
    for text in ["PRIVATE_KEY_OF=0x{}", "private key of 0x{}", "TOKEN=\"0x{}\""] {
        assert!(scan(&text.replace("{}", &key[..40])).1.valid, "{text}");
    }
}
