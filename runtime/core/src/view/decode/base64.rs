//! Base64: the standard and the URL alphabet, with or without padding, in one piece or in lines.

use crate::error::ScannerError;
use crate::span::Span;
use crate::view::bounds::Bounds;
use crate::view::decode::plausible::{as_text, is_printable, is_text};
use crate::view::decode::{Part, Region, Regions};
use crate::view::step::Step;

/// Shorter runs of the alphabet are words.
pub(super) const LEAST_RUN: usize = 16;

/// Text between bytes that are none must be this long: in random bytes it is so by chance once in 10¹⁰.
const LEAST_STRETCH: usize = 24;

/// Bytes between two looks at the interrupt.
const STRIDE: usize = 64 << 10;

const NONE: u8 = 64;

/// The number of each byte in both alphabets.
static VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut number = 0;
    while number < 64 {
        values[letters[number] as usize] = number as u8;
        number += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

fn value(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).map_or(NONE, |&byte| VALUES[byte as usize])
}

/// The next run of at least [`LEAST_RUN`] bytes of the alphabet that begins at `from` or after it.
///
/// Looks at one byte in [`LEAST_RUN`] of text that has no such run.
pub(super) fn next_run(bytes: &[u8], mut from: usize) -> Option<Span> {
    loop {
        let mut probe = from + LEAST_RUN - 1;
        while value(bytes, probe) == NONE {
            if probe >= bytes.len() {
                return None;
            }
            probe += LEAST_RUN;
        }
        let least = from.max(probe + 1 - LEAST_RUN);
        let mut start = probe;
        while start > least && value(bytes, start - 1) != NONE {
            start -= 1;
        }
        let mut end = probe + 1;
        while value(bytes, end) != NONE {
            end += 1;
        }
        if end - start >= LEAST_RUN {
            return Some(Span::new(start, end));
        }
        from = end;
    }
}

/// Finds what decodes to text.
pub(super) fn find(text: &str, bounds: &Bounds<'_>, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut next_check = 0;
    while let Some(run) = next_run(bytes, from) {
        if run.start >= next_check {
            bounds.check()?;
            next_check = run.start + STRIDE;
        }
        from = block(bytes, run, regions)?;
    }
    Ok(())
}

/// Decodes the run and the lines that continue it; returns where they end.
fn block(bytes: &[u8], first: Span, regions: &mut Regions<'_>) -> Result<usize, ScannerError> {
    let mut lines = vec![first];
    let mut end = first.end;
    while let Some(line) = continued(bytes, *lines.last().unwrap_or(&first)) {
        lines.push(line);
        regions.expect(2 * lines.len())?;
        end = line.end;
    }
    let mut decoded = Vec::new();
    let mut parts = Vec::new();
    for line in &lines {
        decode_line(bytes, *line, &mut decoded, &mut parts);
    }
    let padding = bytes[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    // It belongs to the last bytes.
    if let Some(last) = parts.last_mut().filter(|part| !part.even) {
        last.span.end += padding;
    }
    if let Some(text) = as_text(decoded) {
        regions.push(Region {
            span: Span::new(first.start, end + padding),
            step: Step::Base64,
            text,
            parts,
        })?;
        return Ok(end + padding);
    }
    for line in lines {
        stretches(bytes, line, regions)?;
    }
    Ok(end + padding)
}

/// The line behind a line that ends with a whole group, if it is base64 too.
fn continued(bytes: &[u8], line: Span) -> Option<Span> {
    if !line.len().is_multiple_of(4) {
        return None;
    }
    let blank = bytes[line.end..].iter().take(8).take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = line.end + blank;
    if blank == 0 || value(bytes, start) == NONE {
        return None;
    }
    let len = bytes[start..].iter().take_while(|byte| VALUES[**byte as usize] != NONE).count();
    // The last line may be short, but is no word of a sentence.
    let last = len < LEAST_RUN;
    let closed = !matches!(bytes.get(start + len), Some(b' ' | b'.' | b','));
    (!last || closed).then(|| Span::new(start, start + len))
}

/// Appends what a line decodes to, and where that comes from.
fn decode_line(bytes: &[u8], line: Span, decoded: &mut Vec<u8>, parts: &mut Vec<Part>) {
    let groups = line.len() / 4;
    let whole = line.start + groups * 4;
    decode_groups(&bytes[line.start..whole], decoded);
    if groups > 0 {
        parts.push(Part { len: groups * 3, span: Span::new(line.start, whole), even: true });
    }
    let rest = bytes[whole..line.end].iter().map(|byte| u32::from(VALUES[*byte as usize]));
    let count = line.end - whole;
    let bits = rest.fold(0, |bits, value| bits << 6 | value);
    let tail: &[u8] = match count {
        2 => &[(bits >> 4) as u8],
        3 => &[(bits >> 10) as u8, (bits >> 2) as u8],
        _ => &[],
    };
    decoded.extend_from_slice(tail);
    if !tail.is_empty() {
        parts.push(Part { len: tail.len(), span: Span::new(whole, line.end), even: false });
    }
}

/// Appends what groups of four decode to.
fn decode_groups(groups: &[u8], decoded: &mut Vec<u8>) {
    decoded.reserve(groups.len() / 4 * 3);
    for group in groups.chunks_exact(4) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 6 | u32::from(VALUES[*byte as usize]));
        decoded.extend_from_slice(&[(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
    }
}

/// Finds text within a run that as a whole is none: behind other characters of the alphabet (a path, a
/// name), or between bytes that are no text. All four positions a group can begin at are tried.
fn stretches(bytes: &[u8], run: Span, regions: &mut Regions<'_>) -> Result<(), ScannerError> {
    if run.len() < LEAST_STRETCH / 3 * 4 {
        return Ok(());
    }
    let mut decoded = Vec::new();
    for offset in 0..4 {
        let start = run.start + offset;
        let groups = (run.end - start) / 4;
        decoded.clear();
        decode_groups(&bytes[start..start + groups * 4], &mut decoded);
        let mut at = 0;
        for chunk in decoded.utf8_chunks() {
            for piece in chunk.valid().split(|c| !is_printable(c)) {
                if piece.len() >= LEAST_STRETCH && is_text(piece) {
                    // Where the piece stands among all that was decoded.
                    let offset = at + (piece.as_ptr() as usize - chunk.valid().as_ptr() as usize);
                    let span =
                        Span::new(start + offset * 4 / 3, start + ((offset + piece.len()) * 4).div_ceil(3));
                    regions.push(Region::whole(span, Step::Base64, piece.to_owned()))?;
                }
            }
            at += chunk.valid().len() + chunk.invalid().len();
        }
    }
    Ok(())
}
