//! What the caller adds: names, and patterns in llm-guard's format.

use crate::error::{ConfigError, ScannerError};
use crate::interrupt::Interrupt;
use crate::pattern::{Filter, Pattern, Price};
use crate::span::Span;

/// A group of patterns, as llm-guard declares them.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternGroup {
    /// The entity they find.
    pub name: String,
    /// Patterns in Python's syntax. As with llm-guard they ignore case, `.` matches a newline, and `^` and
    /// `$` match at lines.
    pub expressions: Vec<String>,
    /// Words that make a match likelier.
    #[serde(default)]
    pub context: Vec<String>,
    /// How sure a match is.
    pub score: f64,
    /// Whether it stands for the built-in entity of its name, instead of patterns.
    #[serde(default)]
    pub reuse: bool,
}

/// The caller's patterns, compiled.
#[derive(Debug, Default)]
pub(super) struct Custom {
    pub(super) groups: Vec<PatternGroup>,
    pub(super) patterns: Vec<Pattern>,
    /// Of each pattern, its group.
    pub(super) group: Vec<usize>,
    filter: Option<Filter>,
    pub(super) price: Price,
}

impl Custom {
    pub(super) fn new(scanner: &'static str, mut groups: Vec<PatternGroup>) -> Result<Self, ConfigError> {
        let (mut patterns, mut group) = (Vec::new(), Vec::new());
        for (at, one) in groups.iter_mut().enumerate() {
            for word in &mut one.context {
                *word = word.to_lowercase();
            }
            for (number, source) in one.expressions.iter().enumerate() {
                let field = format!("regex_patterns[{at}].expressions[{number}]");
                let pattern = Pattern::new(&with_flags(source))
                    .map_err(|error| ConfigError::new(scanner, field, error.to_string()))?;
                patterns.push(pattern);
                group.push(at);
            }
        }
        let filter = if patterns.len() > 1 { Filter::new(&patterns) } else { None };
        let price =
            if patterns.is_empty() { Price::default() } else { Price::of_all(&patterns, filter.is_some()) };
        Ok(Self { groups, patterns, group, filter, price })
    }

    /// Every match that is not empty, with its group.
    pub(super) fn find(
        &self,
        text: &str,
        interrupt: Interrupt<'_>,
        mut found: impl FnMut(usize, Span),
    ) -> Result<(), ScannerError> {
        let candidates =
            self.filter.as_ref().map_or_else(|| (0..self.patterns.len()).collect(), |f| f.candidates(text));
        for at in candidates {
            for span in self.patterns[at].find_iter(text, interrupt) {
                let span = span?;
                if !span.is_empty() {
                    found(self.group[at], span);
                }
            }
        }
        Ok(())
    }
}

/// The pattern with Presidio's flags, beside those it begins with.
fn with_flags(source: &str) -> String {
    let own = source.strip_prefix("(?").and_then(|rest| rest.split_once(')'));
    match own {
        Some((flags, rest)) if !flags.is_empty() && flags.bytes().all(|b| b"aimsux".contains(&b)) => {
            format!("(?ims{flags}){rest}")
        }
        _ => format!("(?ims){source}"),
    }
}
