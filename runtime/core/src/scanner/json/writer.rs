//! JSON text as Python's `json.dumps` prints it, and which parts of it were already there.

/// How many kept pieces are remembered; past that, the text is replaced as a whole.
const MAX_KEPT: usize = 1 << 16;

/// A piece of the source that stands unchanged in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// First byte in the source.
    pub(super) source: usize,
    /// First byte in the output.
    pub(super) output: usize,
    /// Length in bytes.
    pub(super) len: usize,
}

/// The output under construction.
#[derive(Debug, Default)]
pub(super) struct Writer {
    out: String,
    kept: Vec<Kept>,
    overflow: bool,
}

impl Writer {
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Appends text that is not in the source.
    pub(super) fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Appends `text`, which starts at `source` in the source.
    pub(super) fn keep(&mut self, text: &str, source: usize) {
        let output = self.out.len();
        self.out.push_str(text);
        if text.is_empty() || self.overflow {
            return;
        }
        if let Some(last) = self.kept.last_mut()
            && last.source + last.len == source
            && last.output + last.len == output
        {
            last.len += text.len();
        } else if self.kept.len() < MAX_KEPT {
            self.kept.push(Kept { source, output, len: text.len() });
        } else {
            self.overflow = true;
        }
    }

    /// Appends a UTF-16 code unit or scalar value as part of a string, ASCII only.
    pub(super) fn put_code(&mut self, code: u32) {
        match code {
            0x22 => self.put("\\\""),
            0x5c => self.put("\\\\"),
            0x08 => self.put("\\b"),
            0x09 => self.put("\\t"),
            0x0a => self.put("\\n"),
            0x0c => self.put("\\f"),
            0x0d => self.put("\\r"),
            0x20..=0x7e => self.out.push(char::from(code as u8)),
            0x1_0000.. => {
                let offset = code - 0x1_0000;
                self.put_unit(0xd800 + (offset >> 10));
                self.put_unit(0xdc00 + (offset & 0x3ff));
            }
            _ => self.put_unit(code),
        }
    }

    fn put_unit(&mut self, unit: u32) {
        self.put("\\u");
        for shift in [12, 8, 4, 0] {
            self.out.push(char::from_digit(unit >> shift & 0xf, 16).unwrap_or('0'));
        }
    }

    /// Whether exactly `text` has been appended since the output was `len` long.
    pub(super) fn ends_with_since(&self, len: usize, text: &str) -> bool {
        self.out.get(len..) == Some(text)
    }

    /// Forgets everything from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
        while self.kept.last().is_some_and(|k| k.output >= len) {
            self.kept.pop();
        }
        if let Some(last) = self.kept.last_mut() {
            last.len = last.len.min(len - last.output);
        }
    }

    /// Replaces the opening brace at `at` by a bracket.
    pub(super) fn brace_to_bracket(&mut self, at: usize) {
        self.out.replace_range(at..=at, "[");
        // The brace was kept only if it was the last byte of a kept piece: nothing has followed it yet.
        if let Some(last) = self.kept.last_mut()
            && last.output + last.len == at + 1
        {
            last.len -= 1;
            if last.len == 0 {
                self.kept.pop();
            }
        }
    }

    /// Puts `text` in front of everything.
    pub(super) fn prepend(&mut self, text: &str) {
        self.out.insert_str(0, text);
        for kept in &mut self.kept {
            kept.output += text.len();
        }
    }

    /// The output, and the pieces of it that were in the source; `None` when there are too many.
    pub(super) fn finish(self) -> (String, Option<Vec<Kept>>) {
        (self.out, (!self.overflow).then_some(self.kept))
    }
}
