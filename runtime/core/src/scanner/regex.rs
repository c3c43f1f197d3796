//! Regular expressions that a text must not match, or one of which it must.

mod follow;

use std::sync::Arc;

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::pattern::{Filter, Pattern, Price};
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::stream::Follow;
use crate::text::Text;
use crate::verdict::Verdict;

/// How much memory the compiled patterns of one scanner may take together, in bytes.
pub const MAX_COMPILED_BYTES: usize = 64 << 20;

/// What takes the place of a match; llm-guard's words.
const REPLACEMENT: &str = "[REDACTED]";

/// What counts as a match of a pattern; llm-guard's `MatchType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegexMatch {
    /// `re.search`: the first place.
    Search,
    /// `re.fullmatch`: the whole text.
    FullMatch,
    /// `re.finditer`: every place.
    All,
}

/// Parameters of a [`Regex`], named as llm-guard names them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegexSpec {
    /// Patterns in the syntax of Python 3.11's `re`. As in llm-guard there may be none: then nothing matches.
    pub patterns: Vec<String>,
    /// Whether a match makes the text invalid; otherwise the lack of any does.
    pub is_blocked: bool,
    /// What counts as a match.
    pub match_type: RegexMatch,
    /// Whether matches of blocked patterns are replaced.
    pub redact: bool,
}

/// Invalid when any pattern matches (`is_blocked`), or when none does.
///
/// llm-guard stops at the first pattern that matches and redacts only that one's matches; here every
/// pattern's are. Patterns that are allowed (`is_blocked` false) are never redacted, in both.
#[derive(Debug)]
pub struct Regex {
    patterns: Arc<[Pattern]>,
    filter: Option<Filter>,
    match_type: RegexMatch,
    is_blocked: bool,
    replacement: Option<Arc<str>>,
    price: Price,
}

impl Regex {
    /// Compiles the patterns. A pattern that Python would refuse is an error of `patterns[i]`, and so is
    /// the first with which the patterns take more than [`MAX_COMPILED_BYTES`].
    pub fn new(spec: &RegexSpec) -> Result<Self, ConfigError> {
        let mut patterns = Vec::new();
        let mut bytes = 0;
        for (index, source) in spec.patterns.iter().enumerate() {
            let error = |reason: String| ConfigError::new("Regex", format!("patterns[{index}]"), reason);
            let pattern = Pattern::new(source).map_err(|e| error(e.to_string()))?;
            if spec.match_type == RegexMatch::FullMatch {
                pattern.prepare_full_match();
            }
            bytes += pattern.memory_usage();
            if bytes > MAX_COMPILED_BYTES {
                let mebibytes = MAX_COMPILED_BYTES >> 20;
                return Err(error(format!(
                    "the patterns up to here compile to more than {mebibytes} MiB: use fewer or smaller ones, \
                     or BanSubstrings for fixed strings"
                )));
            }
            patterns.push(pattern);
        }
        let filter = if spec.match_type != RegexMatch::FullMatch && patterns.len() > 1 {
            Filter::new(&patterns)
        } else {
            None
        };
        Ok(Self {
            price: Price::of_all(&patterns, filter.is_some()),
            patterns: patterns.into(),
            filter,
            match_type: spec.match_type,
            is_blocked: spec.is_blocked,
            replacement: (spec.is_blocked && spec.redact).then(|| Arc::from(REPLACEMENT)),
        })
    }

    /// Whether `pattern` matches; its matches go to `found`.
    fn search(
        &self,
        pattern: &Pattern,
        input: &Input<'_>,
        mut found: impl FnMut(Span) -> Result<(), ScannerError>,
    ) -> Result<bool, ScannerError> {
        let (text, interrupt) = (input.text.as_str(), input.interrupt);
        let mut any = false;
        match self.match_type {
            RegexMatch::Search => {
                if let Some(span) = pattern.find(text, interrupt)? {
                    any = true;
                    found(span)?;
                }
            }
            RegexMatch::FullMatch => {
                if pattern.full_match(text, interrupt)? {
                    any = true;
                    found(Span::new(0, text.len()))?;
                }
            }
            RegexMatch::All => {
                for span in pattern.find_iter(text, interrupt) {
                    any = true;
                    found(span?)?;
                }
            }
        }
        Ok(any)
    }

    fn judge(&self, verdict: &mut Verdict, index: usize, input: &Input<'_>) -> Result<bool, ScannerError> {
        let Some(pattern) = self.patterns.get(index) else { return Ok(false) };
        if !self.is_blocked {
            return match self.match_type {
                RegexMatch::FullMatch => pattern.full_match(input.text.as_str(), input.interrupt),
                RegexMatch::Search | RegexMatch::All => {
                    pattern.is_match(input.text.as_str(), input.interrupt)
                }
            };
        }
        self.search(pattern, input, |span| {
            match &self.replacement {
                Some(replacement) => verdict.redact("PATTERN", span, 1.0, replacement)?,
                None => verdict.report("PATTERN", span, 1.0),
            }
            Ok(())
        })
    }
}

impl Scanner for Regex {
    fn name(&self) -> &'static str {
        "Regex"
    }

    fn reads_views(&self) -> bool {
        // A pattern that a text must match is not to be found by reading it differently.
        self.is_blocked
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        self.price.of_any(bytes)
    }

    fn cost_of(&self, text: &Text) -> u64 {
        // A word boundary is searched in linear time where the text is ASCII, and tried at every place elsewhere.
        self.price.of(text)
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let mut verdict = Verdict::pass();
        let mut any = false;
        let candidates = self.filter.as_ref().map(|filter| filter.candidates(input.text.as_str()));
        let count = candidates.as_ref().map_or(self.patterns.len(), Vec::len);
        for at in 0..count {
            let index = candidates.as_ref().map_or(at, |candidates| candidates[at]);
            any |= self.judge(&mut verdict, index, input)?;
            if any && !self.is_blocked {
                break;
            }
        }
        if any == self.is_blocked {
            verdict.valid = false;
            verdict.risk = 1.0;
        }
        Ok(verdict)
    }

    fn follow(&self) -> Option<Box<dyn Follow>> {
        // Whether the whole text matches, or nothing in it, is known at its end.
        if !self.is_blocked || self.match_type == RegexMatch::FullMatch {
            return None;
        }
        if !self.patterns.iter().all(Pattern::can_be_followed) {
            return None;
        }
        let once = self.match_type == RegexMatch::Search;
        Some(Box::new(follow::RegexFollower::new(Arc::clone(&self.patterns), once, self.replacement.clone())))
    }
}
