//! How much a web address looks like a malicious one.
//!
//! A linear model of the words, n-grams and shape of the host, of names it imitates, and of the words of the
//! path; trained by `training/urls` and described in `docs/models/urls.md`. It reads the address alone: nothing
//! is looked up, and a malicious site with an ordinary name is not recognised.
//!
//! Time and memory are linear in the address, of which only so much is looked at.

mod address;
mod features;
mod imitation;
mod weights;

use std::sync::LazyLock;

use self::address::Address;
use self::weights::Weights;

pub use self::weights::UrlWeightsError;

/// The weights that come with pyshield.
const BUNDLED: &[u8] = include_bytes!("../../weights/urls.bin");

/// Judges addresses.
#[derive(Debug)]
pub struct UrlModel {
    weights: Weights,
}

impl UrlModel {
    /// A model with weights in the format that `training/urls` writes.
    pub fn from_bytes(weights: &[u8]) -> Result<Self, UrlWeightsError> {
        Ok(Self { weights: Weights::from_bytes(weights)? })
    }

    /// What verdicts call the one that comes with pyshield. The number changes with its weights.
    pub const NAME: &str = "pyshield-urls 1";

    /// The model that comes with pyshield.
    pub fn bundled() -> Result<&'static Self, UrlWeightsError> {
        static SHARED: LazyLock<Result<UrlModel, UrlWeightsError>> =
            LazyLock::new(|| UrlModel::from_bytes(BUNDLED));
        SHARED.as_ref().map_err(|error| *error)
    }

    /// How malicious `url` looks, `0.0..=1.0`. 0.5 is where one in a hundred harmless addresses of the
    /// validation set lies above; it is not the chance that the address is malicious, which depends on how many
    /// of those around it are. Addresses of the own machine and of private networks score 0: nobody offers them
    /// from outside.
    pub fn score(&self, url: &str) -> f64 {
        let address = Address::parse(url);
        if address.is_local() {
            return 0.0;
        }
        let grams = features::grams(&address);
        let flags = features::flags(&address);
        self.weights.score(&grams, &flags)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn score(url: &str) -> f64 {
        UrlModel::bundled().unwrap().score(url)
    }

    #[test]
    fn what_looks_malicious_scores_higher() {
        for (malicious, harmless) in [
            ("https://paypal-secure-login.verify-account.xyz/signin", "https://www.paypal.com/signin"),
            ("https://amaz0n-refund.shop/verify.php", "https://www.amazon.de/gp/help/customer/display.html"),
            ("https://login.microsoftonline.com.auth-check.ru/x", "https://help.netflix.com/en/node/41049"),
            ("https://metamask-wallet.webflow.io", "https://metamask.io/download"),
            ("http://185.231.68.4:8081/bins/mips", "https://doc.rust-lang.org/std/index.html"),
        ] {
            assert!(score(malicious) > 0.5, "{malicious} {}", score(malicious));
            assert!(score(harmless) < 0.5, "{harmless} {}", score(harmless));
        }
    }

    #[test]
    fn local_addresses_are_not_judged() {
        for url in [
            "http://192.168.0.1/login.exe",
            "http://localhost:8080/docs",
            "http://127.0.0.1:99",
            "http://[::1]/",
        ] {
            assert!(score(url).abs() < f64::EPSILON, "{url}");
        }
        for url in ["http://8.8.8.8/", "http://localhost.example.org/", "http://192.168.0.1.example.org/"] {
            assert!(score(url) > 0.0, "{url}");
        }
    }

    #[test]
    fn long_addresses_take_linear_time() {
        let began = std::time::Instant::now();
        for piece in ["a", "a.", "a-", "@", "a/", "?a=", "1", "é", "[", "paypal", "www."] {
            score(&format!("https://{}", piece.repeat(200_000 / piece.len())));
        }
        assert!(began.elapsed().as_secs() < 60);
    }

    proptest! {
        #[test]
        fn any_address_has_a_score(url in "(https?://)?\\PC{0,60}") {
            prop_assert!((0.0..=1.0).contains(&score(&url)));
        }

        #[test]
        fn hosts_have_scores(url in "https://[a-z0-9.@:\\[\\]-]{0,80}[/?#]?[a-z%=&/.]{0,40}") {
            prop_assert!((0.0..=1.0).contains(&score(&url)));
        }
    }
}
