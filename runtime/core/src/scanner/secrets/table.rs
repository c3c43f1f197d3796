//! The rules, compiled: what to search for, and which rule a hit stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::rule::{Anchor, Compiled};
use super::rules;
use super::shape::{Set, has};

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An alternative of a rule; the anchor is the atom its literal starts at.
    Token { rule: usize, alternative: usize, anchor: usize },
    /// A URL, which may hold a password.
    Url,
    /// The same, written for a place in another URL.
    EncodedUrl,
    /// The begin of a private key.
    KeyBlock,
    /// A name whose value is a secret, whatever it looks like.
    Password,
    /// The same, if no letter follows.
    Pass,
    /// An option with a user and a password.
    User,
    /// What a password alone follows.
    Secret,
    /// Words of a statement that sets a password.
    Statement,
    /// A name for a user and a password.
    Login,
    /// What a user and a password in base64 follow.
    Credentials,
}

/// What a name before a value says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// The value may be a token of this rule.
    Rule(usize),
    /// The value is a secret of some kind.
    Secret,
    /// The value is a key also where it is written as a number.
    Key,
    /// The value is a digest, an identifier or something else that everybody may know.
    Public,
}

/// Names of secrets; in any case, also inside longer names.
const SECRET_NAMES: [&str; 32] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "api key",
    "access_key",
    "accesskey",
    "access-key",
    "access key",
    "auth",
    "bearer",
    "credential",
    "private_key",
    "privatekey",
    "private-key",
    "private key",
    "signing_key",
    "signing key",
    "encryption_key",
    "encryption key",
    "client_key",
    "master_key",
    "session_key",
    "webhook",
    "sessionid",
    "phpsessid",
    "jsessionid",
];

/// Names of what is a key also where it is written `0x…`, as the numbers of addresses, tokens and transactions are.
const KEY_NAMES: [&str; 14] = [
    "private_key",
    "privatekey",
    "private-key",
    "private key",
    "privkey",
    "priv_key",
    "secret",
    "signing_key",
    "signing key",
    "encryption_key",
    "encryption key",
    "master_key",
    "new wallet(",
    "ethers.wallet(",
];

/// Names of what looks like a secret and is none.
const PUBLIC_NAMES: [&str; 44] = [
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha-",
    "sha_",
    "serialnumber",
    "md5",
    "hash",
    "digest",
    "checksum",
    "integrity",
    "fingerprint",
    "commit",
    "revision",
    "etag",
    "signature",
    "public",
    "pubkey",
    "uuid",
    "guid",
    "base64,",
    "crc",
    "hmac",
    "nonce",
    "salt",
    "csrf",
    "cipher",
    "ciphertext",
    "plaintext",
    "expected",
    "vector",
    "certificate",
    "blake",
    "ripemd",
    "resolved",
    "vcs",
    "oid",
    "boundary",
    "gist=",
    "reference",
    // Hex packages in mix.lock.
    ":hex,",
    // A sum of go.sum.
    "h1:",
];

/// Where a password follows.
const PASSWORD_WORDS: [&str; 26] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "passwort",
    "kennwort",
    "mot de passe",
    "contraseña",
    "senha",
    "wachtwoord",
    "parola",
    "hasło",
    "heslo",
    "şifre",
    "lösenord",
    "salasana",
    "adgangskode",
    "mật khẩu",
    "пароль",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "비밀번호",
    "암호",
];

/// The same, where the word ends there: `DB_PASS=…`, `pw: …`.
const PASS_WORDS: [&str; 2] = ["pass", "pw"];

/// Where a user and a password follow: options of curl, wget and their like.
const USER_OPTIONS: [&str; 2] = ["-u", "--user"];

/// Where a password follows and nothing else: options, and a function of `PowerShell`.
const SECRET_OPTIONS: [&str; 3] = ["sshpass -p", "redis-cli -a", "ConvertTo-SecureString "];

/// Where a password follows in SQL.
const STATEMENTS: [&str; 2] = ["IDENTIFIED BY", "identified by"];

/// Where a user and a password follow, with a stroke between them.
const LOGIN_WORDS: [&str; 3] = ["login", "credentials", "creds"];

/// What stands before the authority of a URL that is itself written for one.
const ENCODED_URLS: [&str; 4] = ["%3A%2F%2F", "%3a%2f%2f", "%3A//", "%3a//"];

/// Where a user and a password follow in base64: a header, and the file of Docker.
const CREDENTIALS: [&str; 3] = ["Basic ", "basic ", "\"auth\""];

/// Where a private key begins.
pub(super) const KEY_BLOCKS: [&str; 3] =
    ["-----BEGIN ", "---- BEGIN SSH2 ENCRYPTED PRIVATE", "PuTTY-User-Key-File-"];

/// Everything that is searched.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rules: Vec<Compiled>,
    /// What the automaton looks for, in order; case matters.
    pub(super) literals: Vec<Box<str>>,
    /// By literal: what it may be the begin of.
    pub(super) targets: Vec<Vec<Target>>,
    /// By first character: rules that are known by their shape alone, and which alternative.
    pub(super) alone: [Vec<(usize, usize)>; 128],
    /// The longest match of those, in bytes.
    pub(super) longest_alone: usize,
    /// Alternatives whose literal is not at their begin.
    pub(super) led: Vec<(usize, usize)>,
    /// How long what stands before their literals may be, with the literals; and its characters.
    pub(super) longest_led: usize,
    pub(super) leading: Set,
    /// Finds the names that stand before values.
    pub(super) names: AhoCorasick,
    /// By pattern of `names`: what it says.
    pub(super) meanings: Vec<Vec<Name>>,
}

/// The one table, made when first used.
pub(super) fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(Table::new);
    &TABLE
}

impl Table {
    fn new() -> Self {
        let compiled: Result<Vec<Compiled>, _> = rules::all().map(Compiled::new).collect();
        let rules = compiled.expect("the table of rules is constant, and tested");
        let mut literals: BTreeMap<String, Vec<Target>> = BTreeMap::new();
        let mut names: BTreeMap<&str, Vec<Name>> = BTreeMap::new();
        let mut alone = std::array::from_fn(|_| Vec::new());
        let (mut led, mut longest_led, mut leading, mut longest_alone) = (Vec::new(), 0, 0, 0);
        for (rule, compiled) in rules.iter().enumerate() {
            match compiled.rule.anchor {
                Anchor::Literal => {
                    for (alternative, shape) in compiled.alternatives.iter().enumerate() {
                        let (anchor, literal) = shape.anchor();
                        let target = Target::Token { rule, alternative, anchor };
                        if anchor > 0 {
                            led.push((rule, alternative));
                            longest_led = longest_led.max(shape.before(anchor) + literal.len());
                            let atoms = shape.atoms.iter().take(anchor + literal.len());
                            leading = atoms.fold(leading, |all, atom| all | atom.set);
                        }
                        literals.entry(literal).or_default().push(target);
                    }
                }
                Anchor::Named(words) => {
                    for word in words {
                        names.entry(word).or_default().push(Name::Rule(rule));
                    }
                }
                Anchor::Alone => {
                    for (alternative, shape) in compiled.alternatives.iter().enumerate() {
                        longest_alone = longest_alone.max(shape.before(shape.atoms.len()));
                        let first = shape.atoms.first().map_or(0, |atom| atom.set);
                        for byte in (0..128).filter(|&byte| has(first, byte)) {
                            alone[usize::from(byte)].push((rule, alternative));
                        }
                    }
                }
            }
        }
        // As PHP writes it in JSON, too.
        for sign in ["://", ":\\/\\/"] {
            literals.entry(sign.to_owned()).or_default().push(Target::Url);
        }
        for written in ENCODED_URLS {
            literals.entry(written.to_owned()).or_default().push(Target::EncodedUrl);
        }
        for begin in KEY_BLOCKS {
            literals.entry(begin.to_owned()).or_default().push(Target::KeyBlock);
        }
        for word in PASSWORD_WORDS {
            for written in BTreeSet::from([word.to_owned(), word.to_uppercase(), capitalised(word)]) {
                literals.entry(written).or_default().push(Target::Password);
            }
        }
        let short = PASS_WORDS.map(|word| (word, Target::Pass));
        let logins = LOGIN_WORDS.map(|word| (word, Target::Login));
        for (word, target) in short.into_iter().chain(logins) {
            for written in [word.to_owned(), word.to_uppercase(), capitalised(word)] {
                literals.entry(written).or_default().push(target);
            }
        }
        for option in SECRET_OPTIONS {
            literals.entry(option.to_owned()).or_default().push(Target::Secret);
        }
        for words in STATEMENTS {
            literals.entry(words.to_owned()).or_default().push(Target::Statement);
        }
        for word in CREDENTIALS {
            literals.entry(word.to_owned()).or_default().push(Target::Credentials);
        }
        for option in USER_OPTIONS {
            literals.entry(option.to_owned()).or_default().push(Target::User);
        }
        for word in SECRET_NAMES {
            names.entry(word).or_default().push(Name::Secret);
        }
        for word in KEY_NAMES {
            names.entry(word).or_default().push(Name::Key);
        }
        for word in PUBLIC_NAMES {
            names.entry(word).or_default().push(Name::Public);
        }
        let (literals, targets) = literals.into_iter().map(|(literal, of)| (literal.into(), of)).unzip();
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
        let built = builder.build(names.keys());
        let meanings = names.into_values().collect();
        let names = built.expect("a few hundred words make an automaton");
        Self { rules, literals, targets, alone, longest_alone, led, longest_led, leading, names, meanings }
    }
}

fn capitalised(word: &str) -> String {
    let mut rest = word.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
