//! Do the web addresses in a text answer? llm-guard's `URLReachability`, in parallel and without a way into
//! the private network.

mod address;
mod fetch;
mod network;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use pyshield_core::text::urls::extract_urls;
use pyshield_core::{ConfigError, Interrupted, ScannerError, Text, Verdict};
use serde::Deserialize;

use fetch::fetch;
use network::Network;

/// Different addresses in one text. More is [`ScannerError::Limit`]: a verdict on some of them would invite
/// putting the others last.
pub const MAX_URLS: usize = 64;

/// Requests of one scan that are in flight at one time.
const CONCURRENCY: usize = 16;

/// The longest timeout that may be configured.
const MAX_TIMEOUT: Duration = Duration::from_mins(10);

const NAME: &str = "URLReachability";

/// Parameters of [`UrlReachability`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UrlReachabilitySpec {
    /// Statuses, after redirects, that count as reachable; llm-guard's default is 200, 201, 202.
    pub success_status_codes: Vec<u16>,
    /// Seconds for one scan, all addresses together. What has not answered by then is unreachable.
    pub timeout: f64,
    /// Whether private, loopback, link-local and other addresses that are not on the public internet may be
    /// asked. Only for texts that nobody else writes.
    pub allow_private: bool,
}

/// Asks every web address of a text for itself, with a GET whose body is not read.
///
/// Only `http` and `https`, without a user name or password. Names are resolved once, every address is
/// checked, and the connection goes to a checked address; every redirect is checked the same way. No
/// cookies, and no proxy: what a proxy connects to cannot be checked.
#[derive(Clone, Debug)]
pub struct UrlReachability {
    success_status_codes: Vec<u16>,
    timeout: Duration,
    network: Network,
}

impl UrlReachability {
    /// The scanner of a declaration in JSON, its `type` included.
    pub fn from_json(mut spec: serde_json::Value) -> Result<Self, ConfigError> {
        if let Some(fields) = spec.as_object_mut() {
            fields.remove("type");
        }
        let spec = serde_json::from_value(spec);
        Self::new(spec.map_err(|error| ConfigError::new(NAME, "declaration", error.to_string()))?)
    }

    /// The scanner as declared. Statuses are 100 to 599, at least one; the timeout is more than nothing and
    /// at most ten minutes.
    pub fn new(spec: UrlReachabilitySpec) -> Result<Self, ConfigError> {
        let error = |field: &str, reason: &str| Err(ConfigError::new(NAME, field, reason));
        if spec.success_status_codes.is_empty() {
            return error("success_status_codes", "is empty: no address could ever be reachable");
        }
        if let Some(at) = spec.success_status_codes.iter().position(|code| !(100..=599).contains(code)) {
            return error(&format!("success_status_codes[{at}]"), "is not an HTTP status (100 to 599)");
        }
        let timeout = match Duration::try_from_secs_f64(spec.timeout) {
            Ok(timeout) if !timeout.is_zero() && timeout <= MAX_TIMEOUT => timeout,
            _ => return error("timeout", "must be more than 0 and at most 600 seconds"),
        };
        let network = Network::new(spec.allow_private);
        Ok(Self { success_status_codes: spec.success_status_codes, timeout, network })
    }

    /// llm-guard's class name.
    pub const NAME: &'static str = NAME;

    /// Judges a text: risk `-1.0` if every address answers, `1.0` and a finding `UNREACHABLE_URL` at each
    /// occurrence of one that does not. Needs a tokio runtime with network and time.
    ///
    /// # Errors
    /// `Interrupted` if `deadline` is earlier than the scanner's own timeout and passes; `Limit` for more
    /// than [`MAX_URLS`] different addresses; `Failed` if an `https` address is to be checked on a system
    /// without trusted certificates.
    pub async fn scan(&self, text: &Text, deadline: Option<Instant>) -> Result<Verdict, ScannerError> {
        let spans = extract_urls(text.as_str());
        let mut reachable: HashMap<&str, bool> = HashMap::new();
        for span in &spans {
            reachable.insert(text.as_str().get(span.range()).unwrap_or_default(), false);
            if reachable.len() > MAX_URLS {
                return Err(ScannerError::Limit { what: "different URLs", limit: MAX_URLS });
            }
        }
        let give_up = Instant::now() + self.timeout;
        let (until, interrupts) = match deadline {
            Some(deadline) if deadline < give_up => (deadline, true),
            _ => (give_up, false),
        };
        // Collected first: a stream that holds the closure would not be `Send`: the
        // compiler cannot see that it takes a text of any lifetime.
        let checks: Vec<_> = reachable.keys().copied().map(|url| self.check(url, until)).collect();
        let mut checks = stream::iter(checks).buffer_unordered(CONCURRENCY);
        while let Some((url, answers)) = checks.try_next().await? {
            reachable.insert(url, answers);
        }
        if interrupts && Instant::now() >= until {
            // What has not answered might have, given the scanner's own timeout.
            return Err(Interrupted::Deadline.into());
        }
        let mut verdict = Verdict::pass();
        for span in spans {
            let answers = text.as_str().get(span.range()).and_then(|url| reachable.get(url));
            if answers != Some(&true) {
                verdict.valid = false;
                verdict.risk = 1.0;
                verdict.report("UNREACHABLE_URL", span, 1.0);
            }
        }
        Ok(verdict)
    }

    /// Whether one address answers with a success status within the scanner's timeout.
    pub async fn is_reachable(&self, url: &str) -> Result<bool, ScannerError> {
        self.check(url, Instant::now() + self.timeout).await.map(|(_, answers)| answers)
    }

    /// `url`, and whether it answers with a success status before `until`.
    async fn check<'u>(&self, url: &'u str, until: Instant) -> Result<(&'u str, bool), ScannerError> {
        let answers = match tokio::time::timeout_at(until.into(), fetch(&self.network, url)).await {
            Ok(Ok(Some(status))) => self.success_status_codes.contains(&status.as_u16()),
            Ok(Ok(None)) | Err(_) => false,
            Ok(Err(error)) => return Err(ScannerError::Failed(error.to_string())),
        };
        Ok((url, answers))
    }
}

#[cfg(test)]
mod tests;
