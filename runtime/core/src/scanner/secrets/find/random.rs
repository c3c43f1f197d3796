//! Random values: which of them are secrets says what stands around them.

use super::super::context::Context;
use super::super::encoded::is_text;
use super::super::entropy::{bits_per_character, is_digits, is_hex, is_name, looks_random};
use super::super::placeholder::{is_digest, is_documented, is_example, is_filler, is_reference, is_uuid};
use super::super::runs::{Runs, whole};
use super::super::table::Name;
use super::{Finder, Kind};
use crate::span::Span;

/// How long hexadecimal is that stands for 16 or 32 random bytes; 20 are a commit.
const KEYS: [usize; 2] = [32, 64];

/// How far before hexadecimal no more of it may stand, in bytes: several are data, as vectors of a test are.
const ALONE: usize = 160;

impl Finder<'_> {
    /// Whether a value without quotes is what a name that says nothing is set to (`x: …`), and is as long as keys are;
    /// what is called a key may be shorter.
    fn is_set_to(&self, context: &Context, bits: f64) -> bool {
        let value = &self.text[context.value.range()];
        if !context.named || value.starts_with(b"/") {
            return false;
        }
        let keyed = context.is_keyed(self.text);
        if is_hex(value) {
            let start = context.value.start;
            let before = Runs::new(&self.text[..start], start.saturating_sub(ALONE), start);
            let mut others = before.filter(|run| is_hex(&self.text[run.range()]) && run.len() >= KEYS[0]);
            return KEYS.contains(&value.len()) && bits > 3.0 && others.next().is_none();
        }
        let mixed = value.iter().any(u8::is_ascii_lowercase) && value.iter().any(u8::is_ascii_uppercase);
        if keyed { value.len() >= 20 && bits > 3.5 } else { value.len() >= 32 && bits > 4.5 && mixed }
    }

    /// A random value that is quoted or set, and that nothing says is public.
    pub(super) fn entropy(&mut self, context: &Context, names: &[Name]) {
        // Numbers of programs are written so, addresses, transactions; and keys, where something says so.
        let number = &self.text[context.value.range()];
        let digits = number.strip_prefix(b"0x").filter(|digits| is_hex(digits));
        let value = digits.unwrap_or(number);
        let public = names.contains(&Name::Public);
        let secret = names.contains(&Name::Secret);
        if is_uuid(value) || is_digits(value) || !looks_random(value) || public && !secret || is_digest(value)
        {
            return;
        }
        let key = || KEYS.contains(&value.len()) && names.contains(&Name::Key) && !public;
        let set = if digits.is_some() {
            (context.assigned || context.quoted) && key()
        } else {
            context.assigned && secret
        };
        let bits = bits_per_character(value);
        // Shorter hexadecimal is an address, a version, a check sum.
        let (label, least, short, enough) = if is_hex(value) {
            ("HEX_HIGH_ENTROPY", 3.0, value.len() < 20, value.len() >= 32)
        } else {
            ("BASE64_HIGH_ENTROPY", 4.5, value.starts_with(b"0x"), value.len() >= 20)
        };
        let quoted = context.quoted && enough && bits > least;
        let named = !public && !quoted && self.is_set_to(context, bits);
        if short
            || digits.is_some() && !set
            || !set && (!quoted && !named || context.is_near_public(self.text))
        {
            return;
        }
        if !set && context.assigned && (context.is_identifier(self.text) || context.is_of_address(self.text))
        {
            return;
        }
        let examples = is_filler(value) || is_example(value) || is_reference(value) || is_documented(value);
        if !examples && !is_name(value) && !is_text(value) {
            // As llm-guard counts detectors: what a name alone gives away is no second one.
            let kind = if context.quoted && bits > least { Kind::Entropy } else { Kind::Assigned };
            let found = whole(self.text, context.value);
            let prefix = number.len() - value.len();
            self.add(Span::new(found.start + prefix, found.end), label, if set { 0.8 } else { 0.6 }, kind);
        }
    }
}
