//! Plain-data declarations of scanners, as Python sends them.

use serde::Deserialize;

use crate::error::ConfigError;
use crate::scanner::{
    Scanner, ban_substrings, factual_consistency, invisible_text, json, language, language_same,
    malicious_urls, no_refusal_light, probe, reading_time, regex, secrets, sensitive, sentiment, token_limit,
};

/// A scanner as declared: its class name and its parameters.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum ScannerSpec {
    /// See [`ban_substrings::BanSubstrings`].
    BanSubstrings(ban_substrings::BanSubstringsSpec),
    /// See [`factual_consistency::FactualConsistency`].
    FactualConsistency(factual_consistency::FactualConsistencySpec),
    /// See [`invisible_text::InvisibleText`].
    InvisibleText(invisible_text::InvisibleTextSpec),
    /// See [`no_refusal_light::NoRefusalLight`].
    NoRefusalLight(no_refusal_light::NoRefusalLightSpec),
    /// See [`json::Json`].
    #[serde(rename = "JSON")]
    Json(json::JsonSpec),
    /// See [`language::Language`].
    Language(language::LanguageSpec),
    /// See [`language_same::LanguageSame`].
    LanguageSame(language_same::LanguageSameSpec),
    /// See [`malicious_urls::MaliciousUrls`].
    #[serde(rename = "MaliciousURLs")]
    MaliciousUrls(malicious_urls::MaliciousUrlsSpec),
    /// See [`probe::Probe`].
    Probe(probe::ProbeSpec),
    /// See [`reading_time::ReadingTime`].
    ReadingTime(reading_time::ReadingTimeSpec),
    /// See [`regex::Regex`].
    Regex(regex::RegexSpec),
    /// See [`secrets::Secrets`].
    Secrets(secrets::SecretsSpec),
    /// See [`sensitive::Sensitive`].
    Sensitive(sensitive::SensitiveSpec),
    /// See [`sentiment::Sentiment`].
    Sentiment(sentiment::SentimentSpec),
    /// See [`token_limit::TokenLimit`].
    TokenLimit(token_limit::TokenLimitSpec),
}

impl ScannerSpec {
    /// Builds the scanner.
    pub fn build(self) -> Result<Box<dyn Scanner>, ConfigError> {
        match self {
            Self::BanSubstrings(spec) => Ok(Box::new(ban_substrings::BanSubstrings::new(spec)?)),
            Self::FactualConsistency(spec) => {
                Ok(Box::new(factual_consistency::FactualConsistency::new(&spec)?))
            }
            Self::InvisibleText(spec) => Ok(Box::new(invisible_text::InvisibleText::new(spec))),
            Self::NoRefusalLight(spec) => Ok(Box::new(no_refusal_light::NoRefusalLight::new(spec)?)),
            Self::Json(spec) => Ok(Box::new(json::Json::new(spec)?)),
            Self::Language(spec) => Ok(Box::new(language::Language::new(&spec)?)),
            Self::LanguageSame(spec) => Ok(Box::new(language_same::LanguageSame::new(&spec)?)),
            Self::MaliciousUrls(spec) => Ok(Box::new(malicious_urls::MaliciousUrls::new(&spec)?)),
            Self::Probe(spec) => Ok(Box::new(probe::Probe::new(spec))),
            Self::ReadingTime(spec) => Ok(Box::new(reading_time::ReadingTime::new(&spec)?)),
            Self::Regex(spec) => Ok(Box::new(regex::Regex::new(&spec)?)),
            Self::Secrets(spec) => Ok(Box::new(secrets::Secrets::new(&spec))),
            Self::Sensitive(spec) => Ok(Box::new(sensitive::Sensitive::new(spec)?)),
            Self::Sentiment(spec) => Ok(Box::new(sentiment::Sentiment::new(&spec)?)),
            Self::TokenLimit(spec) => Ok(Box::new(token_limit::TokenLimit::new(&spec)?)),
        }
    }
}
