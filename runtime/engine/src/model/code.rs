//! Code: texts with code in one of some languages.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use pyshield_core::risk::{risk_score, round_to};
use pyshield_core::stream::windows::Reads;
use pyshield_core::{ConfigError, Input, ScannerError, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::Model;
use super::answer::{Answers, PassageAnswer};
use super::passage::{Passage, Piece};
use super::scale::Scale;
use super::scanner::{BuildError, ModelScanner};
use super::source::ModelSource;
use super::spec::{check_threshold, find_head, parse, shouted, unfit};

/// The head that tells whether a text is code at all.
const IS_CODE: &str = "code";

/// A `Code` as declared.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeSpec {
    /// The model.
    pub model: ModelSource,
    /// The head's name, for models that have several.
    pub head: String,
    /// The languages.
    pub languages: Vec<String>,
    /// Whether they are refused; if not, no others pass.
    pub is_blocked: bool,
    /// A language counts from this probability on.
    pub threshold: f64,
    /// The threshold that the scanner has when nobody says; see [`Scale`].
    #[serde(default)]
    pub usual_threshold: Option<f64>,
}

/// Refuses texts with code in some languages, or in none of them.
#[derive(Debug)]
pub struct Code {
    model: Arc<Model>,
    /// The head of languages, and the one that tells code from text if the model has it.
    heads: Vec<usize>,
    /// The languages by position, with their names in findings.
    watched: Vec<(usize, Arc<str>)>,
    scale: Scale,
    spec: CodeSpec,
}

/// Makes the scanner of a declaration.
pub(crate) fn build(name: &'static str, spec: Value) -> Result<Box<dyn ModelScanner>, BuildError> {
    Code::new(name, parse(name, spec)?).map(|scanner| Box::new(scanner) as Box<dyn ModelScanner>)
}

impl Code {
    /// Opens the model and finds the languages, all of which it must know.
    pub fn new(name: &'static str, spec: CodeSpec) -> Result<Self, BuildError> {
        check_threshold(name, "threshold", spec.threshold)?;
        if spec.languages.is_empty() {
            return Err(ConfigError::new(name, "languages", "is empty").into());
        }
        let model = Model::open(&spec.model)?;
        let at = find_head(name, &spec.model, &model, &spec.head)?;
        let head = &model.config().heads[at];
        let mut watched = Vec::with_capacity(spec.languages.len());
        for language in &spec.languages {
            let known = head.label(language).ok_or_else(|| {
                let labels = head.labels.join(", ");
                unfit(&spec.model, format!("{name}: the model knows {labels}, but not {language}"))
            })?;
            watched.push((known, shouted(&head.labels[known])));
        }
        let is_code = if model.config().is_single() { None } else { model.config().head(IS_CODE) };
        let heads = std::iter::once(at).chain(is_code).collect();
        let scale = Scale::of(model.config(), name, spec.usual_threshold);
        Ok(Self { model, heads, watched, scale, spec })
    }

    /// The likeliest of the languages, and how likely it is.
    fn likeliest(&self, answer: &PassageAnswer, whole: bool) -> Option<(f64, &Arc<str>)> {
        let languages = answer.labels(*self.heads.first()?);
        // A text that is not marked as code may be none.
        let is_code = match self.heads.get(1) {
            Some(&head) if whole => answer.labels(head).first().copied().unwrap_or(1.0),
            _ => 1.0,
        };
        let known = self.watched.iter().filter_map(|(at, name)| Some((*languages.get(*at)?, name)));
        let (likely, name) = known.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((round_to(self.scale.score(likely * is_code), 2), name))
    }
}

impl ModelScanner for Code {
    fn name(&self) -> &'static str {
        "Code"
    }

    fn model(&self) -> &Arc<Model> {
        &self.model
    }

    fn heads(&self) -> &[usize] {
        &self.heads
    }

    fn reads(&self) -> Reads {
        // What has to be there somewhere is missed at the end.
        if self.spec.is_blocked { Reads::Windows } else { Reads::Whole }
    }

    fn passages(&self, input: &Input<'_>, most: usize) -> Vec<Passage> {
        if input.text.is_blank() {
            return Vec::new();
        }
        let blocks = blocks(input.text.as_str(), most);
        if blocks.is_empty() {
            return vec![Passage::whole(input)];
        }
        blocks.into_iter().map(Passage::part).collect()
    }

    fn judge(&self, input: &Input<'_>, answers: &Answers) -> Result<Verdict, ScannerError> {
        let threshold = self.spec.threshold;
        if answers.passages.is_empty() {
            return Ok(Verdict::pass());
        }
        let mut verdict = Verdict::new(self.spec.is_blocked, if self.spec.is_blocked { -1.0 } else { 1.0 });
        let mut found: Option<f64> = None;
        for answer in &answers.passages {
            let whole = answer.passage.text == Piece::Text(0..input.text.len());
            let Some((score, language)) = self.likeliest(answer, whole) else { continue };
            if score < threshold {
                continue;
            }
            // The first block decides the risk, as in llm-guard; findings tell of all.
            found.get_or_insert(score);
            if self.spec.is_blocked {
                verdict.report(Cow::Owned(language.to_string()), answer.passage.span(input), score);
            }
        }
        if let Some(score) = found {
            verdict.valid = !self.spec.is_blocked;
            verdict.risk = risk_score(score, threshold);
        } else if !self.spec.is_blocked {
            verdict.report("CODE", pyshield_core::Span::new(0, input.text.len()), 1.0);
        }
        Ok(verdict)
    }
}

/// Where a Markdown text has code: between triple backticks, and between single ones if it looks like code.
/// Linear in the text. Of more than `most` one more than that.
fn blocks(text: &str, most: usize) -> Vec<Range<usize>> {
    const FENCE: &str = "```";
    let mut blocks = Vec::new();
    let mut at = 0;
    let mut prose = 0;
    while blocks.len() <= most
        && let Some(open) = text[at..].find(FENCE).map(|found| at + found)
    {
        let inside = open + FENCE.len();
        let Some(close) = text[inside..].find(FENCE).map(|found| inside + found) else { break };
        inline(text, prose..open, most, &mut blocks);
        let info = text[inside..close].bytes().take_while(u8::is_ascii_alphanumeric).count();
        let start = if text[inside + info..close].starts_with('\n') { inside + info + 1 } else { inside };
        push(text, start..close, &mut blocks);
        at = close + FENCE.len();
        prose = at;
    }
    inline(text, prose..text.len(), most, &mut blocks);
    blocks.truncate(most.saturating_add(1));
    blocks
}

/// Code between single backticks of one line, until there are more than `most` blocks.
fn inline(text: &str, range: Range<usize>, most: usize, blocks: &mut Vec<Range<usize>>) {
    let mut open = None;
    for (at, c) in text[range.clone()].char_indices().map(|(at, c)| (range.start + at, c)) {
        if blocks.len() > most {
            return;
        }
        match (c, open) {
            ('\n', _) => open = None,
            ('`', None) => open = Some(at + 1),
            ('`', Some(start)) => {
                if text[start..at].contains(|c| "{}[]()=+-*/<>!".contains(c)) {
                    push(text, start..at, blocks);
                }
                open = None;
            }
            _ => {}
        }
    }
}

/// A range without the white space around it, if anything is left.
fn push(text: &str, range: Range<usize>, blocks: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    if start < end {
        blocks.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<&str> {
        blocks(text, usize::MAX).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn code_in_markdown() {
        assert_eq!(found("Say:\n```python\nprint(1)\n```\nand `x + 1`, not `word`."), ["print(1)", "x + 1"]);
        assert_eq!(found("```one()```"), ["one()"]);
        assert_eq!(found("`f(`\n`g()`"), ["f(", "g()"]);
        assert!(found("``` never closed, `nor this(\n one").is_empty());
        assert!(found("no code at all").is_empty());
        assert!(found("``` ```").is_empty());
    }

    #[test]
    fn no_more_blocks_are_kept_than_show_that_they_are_too_many() {
        for unit in ["`+`", "```x```", "```+``` `+`\n", "a+\n"] {
            let text = unit.repeat(100_000);
            let all = blocks(&text, usize::MAX);
            for most in [0, 1, 1_024] {
                let some = blocks(&text, most);
                assert_eq!(some, all[..all.len().min(most + 1)], "{unit}");
                assert!(some.capacity() <= 4 * (most + 1), "{unit}");
            }
        }
    }

    proptest! {
        #[test]
        fn blocks_are_parts_of_any_text(text in "[`a(é\n ]{0,60}") {
            for range in blocks(&text, usize::MAX) {
                prop_assert!(text.get(range).is_some_and(|block| !block.trim().is_empty()));
            }
        }
    }
}
