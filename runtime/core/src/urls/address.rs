//! The parts of a web address.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

/// Bytes of a host, and of what follows it, that are looked at.
const LONGEST_HOST: usize = 253;
const LONGEST_PATH: usize = 1024;

/// Endings of two labels or more under which anybody may have a name.
static SUFFIXES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("data/suffixes.txt").split_whitespace().collect());

/// The parts of an address: lower case, ASCII, and `?` for each character that is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// What stands before the registered name.
    pub(super) sub: String,
    /// The registered name, without its ending; a host that is a number.
    pub(super) label: String,
    /// The ending: `com`, `co.uk`, `github.io`.
    pub(super) suffix: String,
    /// Path, query and fragment.
    pub(super) path: String,
    /// Whether something stands before an `@`.
    pub(super) user: bool,
    /// Whether there is a port other than the usual ones.
    pub(super) port: bool,
    /// Whether the host is a number.
    pub(super) is_number: bool,
}

/// ASCII in lower case.
fn plain(text: impl Iterator<Item = char>) -> String {
    text.map(|c| if c.is_ascii() { c.to_ascii_lowercase() } else { '?' }).collect()
}

impl Address {
    /// Takes an address apart; there is an answer for every string.
    pub(super) fn parse(url: &str) -> Self {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let path = plain(path.chars().take(LONGEST_PATH));
        let (user, host) = authority.rsplit_once('@').map_or((false, authority), |(_, host)| (true, host));
        if host.starts_with('[') {
            let label = plain(host.chars().take(LONGEST_HOST));
            return Self { label, path, user, is_number: true, ..Self::default() };
        }
        let (host, port) = host.split_once(':').unwrap_or((host, ""));
        let port = !matches!(port, "" | "80" | "443");
        // ASCII, so bytes are characters.
        let host = plain(host.chars());
        let host = &host[host.len().saturating_sub(LONGEST_HOST)..];
        let host = host.trim_end_matches('.');
        let host = host.strip_prefix("www.").unwrap_or(host);
        let labels: Vec<&str> = host.split('.').collect();
        let digits = |label: &&str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = labels.len() == 4 && labels.iter().all(digits);
        let size = [3, 2]
            .into_iter()
            .find(|&size| {
                labels.len() > size && SUFFIXES.contains(labels[labels.len() - size..].join(".").as_str())
            })
            .unwrap_or(1);
        let at = labels.len().saturating_sub(size);
        if is_number || at == 0 {
            return Self { label: host.to_owned(), path, user, port, is_number, ..Self::default() };
        }
        Self {
            sub: labels[..at - 1].join("."),
            label: labels[at - 1].to_owned(),
            suffix: labels[at..].join("."),
            path,
            user,
            port,
            is_number,
        }
    }

    /// Whether it is of the own machine or of a private network.
    pub(super) fn is_local(&self) -> bool {
        let number = || self.label.parse::<Ipv4Addr>().ok();
        match &*self.label {
            "localhost" => self.suffix.is_empty(),
            label if label.starts_with("[::1]") => self.is_number,
            _ => self.is_number && number().is_some_and(|ip| ip.is_loopback() || ip.is_private()),
        }
    }

    /// What is registered.
    pub(super) fn domain(&self) -> String {
        if self.suffix.is_empty() { self.label.clone() } else { format!("{}.{}", self.label, self.suffix) }
    }
}

/// Runs of letters and digits.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        for (url, sub, label, suffix, path) in [
            ("https://www.Example.com/A?b#c", "", "example", "com", "/a?b#c"),
            ("http://a.b.example.co.uk:8080", "a.b", "example", "co.uk", ""),
            ("https://kim.github.io./x", "", "kim", "github.io", "/x"),
            ("https://github.io", "", "github", "io", ""),
            ("https://a.b@c.münchen.de?q", "c", "m?nchen", "de", "?q"),
            ("localhost/x", "", "localhost", "", "/x"),
            ("http://10.0.0.1\\x", "", "10.0.0.1", "", "\\x"),
            ("http://[::1]:80/", "", "[::1]:80", "", "/"),
            ("http://", "", "", "", ""),
            ("http://.com", "", "", "com", ""),
        ] {
            let found = Address::parse(url);
            let parts = (&*found.sub, &*found.label, &*found.suffix, &*found.path);
            assert_eq!(parts, (sub, label, suffix, path), "{url}");
        }
        let odd = Address::parse("http://paypal.com@10.0.0.1:99/");
        assert!(odd.user && odd.port && odd.is_number);
    }
}
