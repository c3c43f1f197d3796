//! Decoded views: what a text hides in an encoding, in place of the encoding.

mod base64;
mod escape;
mod hex;
mod html;
mod percent;
mod plausible;
mod smuggled;

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::map::{SourceMap, Writer};
use crate::view::step::Step;

/// Encoded text that was found.
#[derive(Debug)]
struct Region {
    /// Where it stands in the source.
    span: Span,
    step: Step,
    /// What it decodes to.
    text: String,
    /// How pieces of `text` correspond to the source, in order; together all of `text`.
    parts: Vec<Part>,
}

/// A piece of decoded text.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Its length in bytes.
    len: usize,
    /// Where it comes from.
    span: Span,
    /// Whether its bytes come evenly from those of `span`.
    even: bool,
}

/// The regions that were found, and what they occupy of the bounds until they are written.
#[derive(Debug)]
struct Regions<'a> {
    list: Vec<Region>,
    bounds: &'a Bounds<'a>,
    taken: usize,
}

impl Regions<'_> {
    /// Adds a region.
    fn push(&mut self, region: Region) -> Result<(), ScannerError> {
        let parts = region.parts.capacity() * size_of::<Part>();
        let weight = size_of::<Region>() + region.text.capacity() + parts;
        self.bounds.take(weight)?;
        self.taken += weight;
        self.list.push(region);
        Ok(())
    }

    /// An error if a region of `parts` parts could not be added: asked while they are still being collected.
    fn expect(&self, parts: usize) -> Result<(), ScannerError> {
        self.bounds.expect(parts * (size_of::<Part>() + 1))
    }
}

impl Region {
    /// A region that decodes evenly: every byte from the same number of ASCII characters.
    fn even(span: Span, step: Step, text: String) -> Self {
        let parts = vec![Part { len: text.len(), span, even: true }];
        Self { span, step, text, parts }
    }

    /// A region that decodes as a whole.
    fn whole(span: Span, step: Step, text: String) -> Self {
        let parts = vec![Part { len: text.len(), span, even: false }];
        Self { span, step, text, parts }
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.copy_to(self.span.start);
        let (mut done, mut nominal) = (0, 0);
        for part in &self.parts {
            // Part lengths are counted in bytes of the encoding; a character that crosses two parts belongs
            // to the part in which it ends.
            nominal = (nominal + part.len).min(self.text.len());
            let mut end = nominal;
            while !self.text.is_char_boundary(end) {
                end -= 1;
            }
            let piece = self.text.get(done..end).unwrap_or_default();
            writer.skip_to(part.span.start, self.step);
            if part.even && piece.len() == part.len {
                writer.replace_evenly(piece, part.span.end, self.step);
            } else {
                writer.replace(piece, part.span.end, self.step);
            }
            done = end;
        }
        writer.skip_to(self.span.end, self.step);
    }
}

/// The view of `text` in which everything that decodes to plausible text is decoded; `None` if nothing does.
///
/// Linear in the text: every decoder reads it a fixed number of times.
pub(super) fn decode(text: &str, bounds: &Bounds<'_>) -> Result<Option<(String, SourceMap)>, ScannerError> {
    let mut regions = Regions { list: Vec::new(), bounds, taken: 0 };
    for find in [hex::find, base64::find, percent::find, html::find, escape::find, smuggled::find] {
        find(text, bounds, &mut regions)?;
    }
    // Of two that overlap the one that begins first is decoded, then the longer; the sort is stable, so then
    // the one of the decoder that comes first.
    regions.list.sort_by_key(|region: &Region| (region.span.start, std::cmp::Reverse(region.span.end)));
    let mut writer = Writer::new(text, bounds);
    let mut done = 0;
    for region in &regions.list {
        if region.span.start >= done {
            region.write(&mut writer);
            done = region.span.end;
        }
    }
    bounds.give(regions.taken);
    writer.finish()
}

/// The number of a hexadecimal digit.
const fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that the two hexadecimal digits at `at` are.
fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let high = hex_value(*bytes.get(at)?)?;
    let low = hex_value(*bytes.get(at + 1)?)?;
    Some(high << 4 | low)
}
