//! What is looked for where words begin: shapes, and phone numbers.

use super::automaton::{Run, Shapes};
use super::candidates::Candidates;
use super::check::Validity;
use super::rule::Rule;
use super::word::{closes, is_of_sign};
use super::{Recognizers, phone, row};
use crate::error::ScannerError;
use crate::span::Span;

/// Looks for shapes and phone numbers from one start of a word to the next.
pub(super) struct AtStarts<'r> {
    recognizers: &'r Recognizers,
    run: Option<Run<'r>>,
    best: Vec<(usize, usize, Validity)>,
    /// Where the last phone number ends; before that there is no other.
    pub(super) after_phone: usize,
}

impl<'r> AtStarts<'r> {
    /// For one text.
    pub(super) fn new(recognizers: &'r Recognizers) -> Self {
        let run = recognizers.shapes.as_ref().map(Shapes::run);
        Self { recognizers, run, best: Vec::new(), after_phone: 0 }
    }

    /// Whether what follows `text` has a say in what begins at `start`.
    pub(super) fn reads_on(&mut self, text: &str, start: usize) -> Result<bool, ScannerError> {
        let shapes = match &mut self.run {
            Some(run) => run.reads_on(text, start)?,
            None => false,
        };
        // Whether four numbers with dots are an address depends on what comes after them.
        let dotted = self.recognizers.rules.iter().any(|rule| NEIGHBOURS.contains(&rule.entity))
            && is_dotted_to_the_end(text.as_bytes(), start);
        let figures =
            self.recognizers.rules.iter().any(|rule| rule.entity == CARD) && row::may_go_on(text, start);
        Ok(shapes || dotted || figures || self.may_be_phone(text, start) && phone::reads_on(text, start))
    }

    fn may_be_phone(&self, text: &str, start: usize) -> bool {
        self.recognizers.phone
            && start >= self.after_phone
            && text.as_bytes().get(start).is_some_and(|byte| phone::may_begin(*byte))
    }

    /// Adds what begins at `start`.
    pub(super) fn at(
        &mut self,
        text: &str,
        start: usize,
        found: &mut Candidates<'_>,
    ) -> Result<(), ScannerError> {
        if is_of_sign(text.as_bytes(), start) {
            return Ok(());
        }
        let rules = &self.recognizers.rules;
        if let Some(run) = &mut self.run {
            let best = &mut self.best;
            best.clear();
            run.matches(text, start, |rule, end| {
                // Checked only at a word's end, so that a long number costs one check for each rule.
                let Some(value) = text.get(start..end).filter(|_| closes(text, end)) else { return };
                let mut validity = (rules[rule].check)(value);
                if validity == Validity::Certain
                    && rules[rule].entity == CARD
                    && row::is_card_in_row(text, start, end)
                {
                    validity = Validity::Open;
                }
                let apart =
                    || !NEIGHBOURS.contains(&rules[rule].entity) || is_apart(text.as_bytes(), start, end);
                if validity != Validity::Impossible && apart() {
                    best.push((rule, end, validity));
                }
            })?;
            for (at, &(rule, end, validity)) in best.iter().enumerate() {
                // The longest of a rule counts.
                if best[at + 1..].iter().any(|(other, longer, _)| *other == rule && *longer > end) {
                    continue;
                }
                let Rule { entity, name, score, .. } = rules[rule];
                let score = if validity == Validity::Certain { 1.0 } else { score };
                found.add(entity.into(), Span::new(start, end), score, name, validity, rule)?;
            }
        }
        if self.may_be_phone(text, start)
            && let Some(number) = phone::at(text, start)
        {
            // What is hardly one must not hide another that begins in it.
            if !number.odd {
                self.after_phone = number.span.end;
            }
            let value = text.get(number.span.range()).unwrap_or_default();
            let (score, validity) = number.certainty(value);
            found.add("PHONE_NUMBER".into(), number.span, score, "phone", validity, rules.len())?;
        }
        Ok(())
    }
}

/// Of which a row of figures may have one by chance.
const CARD: &str = "CREDIT_CARD";

/// Entities that the numbers around them tell from longer ones.
const NEIGHBOURS: [&str; 2] = ["IP_ADDRESS", "MAC_ADDRESS"];

/// How far [`is_dotted_to_the_end`] looks: further than any address and what decides about it.
const DOTTED: usize = 96;

/// Whether hexadecimal digits, dots, colons and `_` are all there is from `start` on.
fn is_dotted_to_the_end(bytes: &[u8], start: usize) -> bool {
    let rest = bytes.get(start..).unwrap_or_default();
    let dotted = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'_');
    rest.len() <= DOTTED && rest.iter().all(dotted)
}

/// Whether an address is not a part of something longer: of a version or an object identifier of more than five
/// numbers (tcpdump writes the port as a fifth), of a name with `::` in it.
fn is_apart(bytes: &[u8], start: usize, end: usize) -> bool {
    let at = |place: usize| bytes.get(place).copied().unwrap_or_default();
    let value = bytes.get(start..end).unwrap_or_default();
    let before = bytes.get(..start).unwrap_or_default();
    let run =
        |from: usize| bytes.iter().skip(from).take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
    if value.contains(&b':') {
        // Of a row of pairs of digits, as a firewall logs frames, all is private.
        let goes_on = match at(end) {
            b':' => at(end + 1) == b':' || run(end + 1) > 0,
            _ => value.last() == Some(&b':') && run(end) > 0,
        };
        return value.len() == COLONS || !follows_group(before) && !goes_on;
    }
    let led = before.last() == Some(&b'.') && before.len() > 1 && before[before.len() - 2].is_ascii_digit();
    let fifth = if at(end) == b'.' { run(end + 1) } else { 0 };
    let sixth = fifth > 0 && at(end + 1 + fifth) == b'.' && run(end + 2 + fifth) > 0;
    // Of groups of four digits, those of a MAC address, there are three.
    !led && !sixth && (fifth == 0 || value.len() != DOTS || value[4] != b'.')
}

/// How long a MAC address is, with colons and with dots.
const COLONS: usize = 17;
const DOTS: usize = 14;

/// Whether a text ends with a group of an IPv6 address and a colon, or a word and two.
fn follows_group(before: &[u8]) -> bool {
    if let Some(word) = before.strip_suffix(b"::") {
        return word.last().is_some_and(u8::is_ascii_alphanumeric);
    }
    let Some(group) = before.strip_suffix(b":") else { return false };
    let digits = group.iter().rev().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let edge = group.len().checked_sub(digits + 1).map_or(b' ', |edge| group[edge]);
    (1..5).contains(&digits) && !edge.is_ascii_alphanumeric() && edge != b'_'
}
