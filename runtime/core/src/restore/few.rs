//! A few placeholders that begin alike: found without an automaton, which takes longer to make than a short
//! text takes to search.

use memchr::memmem::Finder;

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;
use crate::verdict::MAX_EDITS;

/// How many placeholders are compared one by one.
const FEW: usize = 16;

/// How long one may be, in bytes: that much is compared at every place that begins like one.
const LONGEST: usize = 128;

/// How many bytes all must have in common at their beginning. With less, too many places begin like one.
const COMMON: usize = 4;

/// Places between two looks at the interrupt.
const STRIDE: usize = 4_096;

/// Placeholders that are compared one by one wherever their common beginning stands.
pub(super) struct Few {
    beginning: Finder<'static>,
    /// Each once, with its index; the longest first.
    placeholders: Vec<(usize, Box<str>)>,
}

impl Few {
    /// `None` if there are too many, too long ones, or ones that begin too differently.
    pub(super) fn new(placeholders: &[Box<str>]) -> Option<Self> {
        if placeholders.len() > FEW || placeholders.iter().any(|one| one.len() > LONGEST) {
            return None;
        }
        let mut named: Vec<(usize, Box<str>)> =
            placeholders.iter().cloned().enumerate().filter(|(_, one)| !one.is_empty()).collect();
        // Stable: of equal ones the first counts.
        named.sort_by(|(_, a), (_, b)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        named.dedup_by(|(_, one), (_, before)| one == before);
        let (_, first) = named.first()?;
        let common = named.iter().fold(first.len(), |common, (_, one)| {
            first.bytes().take(common).zip(one.bytes()).take_while(|(a, b)| a == b).count()
        });
        let beginning = first.as_bytes().get(..common).filter(|beginning| beginning.len() >= COMMON)?;
        Some(Self { beginning: Finder::new(beginning).into_owned(), placeholders: named })
    }

    /// What an automaton of the same placeholders finds: of those that end at one place the longest.
    pub(super) fn find(
        &self,
        text: &str,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<(usize, Span)>, ScannerError> {
        let bytes = text.as_bytes();
        let mut found: Vec<(usize, Span)> = Vec::new();
        let (mut at, mut places) = (0, 0_usize);
        while let Some(next) = bytes.get(at..).and_then(|rest| self.beginning.find(rest)) {
            let start = at + next;
            let rest = bytes.get(start..).unwrap_or_default();
            for (index, placeholder) in &self.placeholders {
                if rest.starts_with(placeholder.as_bytes()) {
                    found.push((*index, Span::new(start, start + placeholder.len())));
                }
            }
            at = start + 1;
            places += 1;
            if places.is_multiple_of(STRIDE) {
                interrupt.check()?;
                if found.len() > MAX_EDITS {
                    longest(&mut found)?;
                }
            }
        }
        longest(&mut found)?;
        Ok(found)
    }
}

/// Keeps of those that end at one place the longest.
fn longest(found: &mut Vec<(usize, Span)>) -> Result<(), ScannerError> {
    found.sort_by_key(|(_, span)| (span.end, span.start));
    found.dedup_by_key(|(_, span)| span.end);
    if found.len() > MAX_EDITS {
        return Err(ScannerError::Limit { what: "placeholders", limit: MAX_EDITS });
    }
    Ok(())
}
