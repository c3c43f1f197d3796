//! The lower-cased view of a text, with a map back to the original bytes.

/// A text lower-cased character by character.
///
/// Case-insensitive literals are matched here. `char::to_lowercase` of each character on its own, which
/// is Python's `str.lower()` but for the final sigma.
#[derive(Debug)]
pub struct Folded {
    text: String,
    /// Where folded and original positions part: `(folded, original)` byte offsets of every character
    /// whose length changed, after it. Empty when all positions agree (always so for ASCII).
    shifts: Vec<Shift>,
}

/// From folded byte `folded` on, the original offset is `original + (position - folded)`.
#[derive(Clone, Copy, Debug)]
struct Shift {
    folded: usize,
    original: usize,
}

impl Folded {
    pub(super) fn new(text: &str, ascii: bool) -> Self {
        if ascii {
            return Self { text: text.to_ascii_lowercase(), shifts: Vec::new() };
        }
        let mut out = String::with_capacity(text.len());
        let mut shifts = Vec::new();
        for (at, c) in text.char_indices() {
            let before = out.len();
            out.extend(c.to_lowercase());
            if out.len() - before != c.len_utf8() {
                // The character itself starts where both sides still agree; positions inside a longer
                // lower-case form map to its start or end, see `to_original`.
                shifts.push(Shift { folded: out.len(), original: at + c.len_utf8() });
            }
        }
        Self { text: out, shifts }
    }

    /// The lower-cased text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The original byte offset of folded byte offset `at`. An offset inside the lower-case form of one
    /// character moves to that character's start (`end = false`) or end (`end = true`).
    pub fn to_original(&self, original: &str, at: usize, end: bool) -> usize {
        let next = self.shifts.partition_point(|shift| shift.folded <= at);
        let base = if next == 0 { Shift { folded: 0, original: 0 } } else { self.shifts[next - 1] };
        let mut position = base.original + (at - base.folded);
        if let Some(shift) = self.shifts.get(next) {
            // Before the next shift there may be a character whose two forms differ in length.
            position = position.min(shift.original);
        }
        position = position.min(original.len());
        while !original.is_char_boundary(position) {
            position = if end { position + 1 } else { position - 1 };
        }
        position
    }
}

/// Lower-cases a literal the way texts are folded.
pub(crate) fn fold_literal(literal: &str) -> String {
    literal.chars().flat_map(char::to_lowercase).collect()
}
