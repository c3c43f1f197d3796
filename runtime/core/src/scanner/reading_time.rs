//! Outputs that take too long to read.

use std::sync::Arc;

use serde::Deserialize;

use crate::error::{ConfigError, ScannerError};
use crate::scanner::{Evidence, Input, Scanner};
use crate::span::Span;
use crate::text::is_python_space;
use crate::verdict::Verdict;

/// How fast people read, after llm-guard.
const WORDS_PER_MINUTE: f64 = 200.0;

/// Words between two looks at the interrupt.
const STRIDE: usize = 16 << 10;

/// Parameters of [`ReadingTime`]; the names are llm-guard's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingTimeSpec {
    /// How long reading may take, in minutes.
    pub max_time: f64,
    /// Whether a longer text is cut down to as many words as can be read in that time.
    pub truncate: bool,
}

/// Refuses texts that take longer to read than a number of minutes.
///
/// Risk: refused `1.0`, passed `-1.0`. A truncated text is its first words joined by single spaces.
#[derive(Debug)]
pub struct ReadingTime {
    max_time: f64,
    truncate: bool,
    space: Arc<str>,
    nothing: Arc<str>,
}

impl ReadingTime {
    /// Builds the scanner. An error unless the time is a number of minutes, zero or more.
    pub fn new(spec: &ReadingTimeSpec) -> Result<Self, ConfigError> {
        if spec.max_time.is_nan() || spec.max_time < 0.0 {
            let reason = "must be a number of minutes, zero or more";
            return Err(ConfigError::new("ReadingTime", "max_time", reason));
        }
        Ok(Self {
            max_time: spec.max_time,
            truncate: spec.truncate,
            space: Arc::from(" "),
            nothing: Arc::from(""),
        })
    }

    /// Asks for the edits that leave the words that end at `end` or before, joined by single spaces.
    fn join_words(&self, text: &str, end: usize, verdict: &mut Verdict) -> Result<(), ScannerError> {
        let mut at = 0;
        for word in words(&text[..end]) {
            let gap = Span::new(at, word.start);
            let wanted = if at == 0 { &self.nothing } else { &self.space };
            if text.get(gap.range()) != Some(&**wanted) {
                // Loses against any redaction.
                verdict.edit(gap, 0.0, wanted)?;
            }
            at = word.end;
        }
        Ok(())
    }
}

impl Scanner for ReadingTime {
    fn name(&self) -> &'static str {
        "ReadingTime"
    }

    fn cost_ns(&self, bytes: usize) -> u64 {
        100 + bytes as u64 * 2
    }

    fn scan(&self, input: &Input<'_>, _evidence: &Evidence<'_>) -> Result<Verdict, ScannerError> {
        let text = input.text.as_str();
        // Python's `int`: towards zero; what no `usize` holds, no text has.
        let allowed = (self.max_time * WORDS_PER_MINUTE) as usize;
        let mut count = 0;
        let mut kept = 0;
        for word in words(text) {
            count += 1;
            if count <= allowed {
                kept = word.end;
            }
            if count % STRIDE == 0 {
                input.interrupt.check()?;
            }
        }
        if count as f64 / WORDS_PER_MINUTE <= self.max_time {
            return Ok(Verdict::pass());
        }
        let mut verdict = Verdict::new(false, 1.0);
        let tail = Span::new(kept, text.len());
        if self.truncate {
            self.join_words(text, kept, &mut verdict)?;
            verdict.redact("READING_TIME", tail, 1.0, &self.nothing)?;
        } else {
            verdict.report("READING_TIME", tail, 1.0);
        }
        Ok(verdict)
    }
}

/// Where the words of Python's `str.split()` are.
fn words(text: &str) -> impl Iterator<Item = Span> {
    let mut chars = text.char_indices();
    std::iter::from_fn(move || {
        let (start, _) = chars.find(|(_, c)| !is_python_space(*c))?;
        let end = chars.find(|(_, c)| is_python_space(*c)).map_or(text.len(), |(end, _)| end);
        Some(Span::new(start, end))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::{apply_edits, merge_edits};
    use crate::literal::LiteralHits;
    use crate::text::Text;

    fn scan(max_time: f64, truncate: bool, text: &str) -> (String, Verdict) {
        let scanner = ReadingTime::new(&ReadingTimeSpec { max_time, truncate }).unwrap();
        let evidence = Evidence { literals: &LiteralHits::default() };
        let verdict = scanner.scan(&Input::text(&Text::from(text)), &evidence).unwrap();
        let edited = apply_edits(text, &merge_edits(verdict.edits.clone()));
        (edited.unwrap_or_else(|| text.to_owned()), verdict)
    }

    #[test]
    fn counts_words_and_cuts() {
        let text = " one\ttwo  three four\u{1c}five \n";
        let (same, verdict) = scan(0.025, true, text);
        assert_eq!((verdict.valid, verdict.risk, &*same), (true, -1.0, text));
        let (cut, verdict) = scan(0.02, true, text);
        assert_eq!((verdict.valid, verdict.risk, &*cut), (false, 1.0, "one two three four"));
        let (same, verdict) = scan(0.02, false, text);
        assert_eq!((verdict.valid, &*same, verdict.edits.len()), (false, text, 0));
        assert_eq!(&text[verdict.findings[0].span.range()], "\u{1c}five \n");
        assert_eq!(scan(0.0, true, text).0, "");
        // 0.004 minutes are four fifths of a word: nothing fits.
        assert_eq!(scan(0.004, true, "one").0, "");
        assert!(scan(0.0, true, " \n").1.valid);
    }

    #[test]
    fn a_time_must_be_a_time() {
        for bad in [f64::NAN, -0.5, f64::NEG_INFINITY] {
            let error = ReadingTime::new(&ReadingTimeSpec { max_time: bad, truncate: true }).unwrap_err();
            assert_eq!(error.field, "max_time");
        }
        assert!(scan(f64::INFINITY, true, "a b c").1.valid);
        assert!(scan(1e300, true, "a b c").1.valid);
    }

    proptest! {
        #[test]
        fn truncation_is_split_slice_join(
            text in "[a-cé \\t\\n\\u{1f}\\u{a0}\\u{3000}\\u{200b}]{0,60}", limit in 0usize..12,
        ) {
            let words: Vec<&str> = text.split(is_python_space).filter(|word| !word.is_empty()).collect();
            let max_time = limit as f64 / WORDS_PER_MINUTE;
            let (out, verdict) = scan(max_time, true, &text);
            if words.len() as f64 / WORDS_PER_MINUTE > max_time {
                let allowed = (max_time * WORDS_PER_MINUTE) as usize;
                prop_assert_eq!(out, words[..allowed.min(words.len())].join(" "));
                prop_assert!(!verdict.valid);
            } else {
                prop_assert_eq!(out, text);
                prop_assert!(verdict.valid);
            }
        }
    }
}
