//! Members of objects, elements of arrays, and what stands between them.

use super::super::quote::{Quote, quote_at};
use super::string::Place;
use super::{Frame, Halt, Repair, Shape};

impl Repair<'_, '_> {
    /// Skips white space and comments.
    pub(super) fn skip_blank(&mut self) {
        loop {
            self.pos += self.text[self.pos..].len() - self.text[self.pos..].trim_start().len();
            let rest = &self.bytes[self.pos..];
            let comment = if rest.starts_with(b"//") || rest.starts_with(b"#") {
                memchr::memchr2(b'\n', b'\r', rest)
            } else if rest.starts_with(b"/*") {
                memchr::memmem::find(&rest[2..], b"*/").map(|end| end + 4)
            } else {
                return;
            };
            self.pos += comment.unwrap_or(rest.len());
        }
    }

    /// Skips what separates items, however often: blanks, commas, semicolons.
    fn skip_separators(&mut self) {
        loop {
            self.skip_blank();
            if !matches!(self.peek(), Some(b',' | b';')) {
                return;
            }
            self.pos += 1;
        }
    }

    /// Skips an ellipsis, if there is one.
    fn skip_ellipsis(&mut self) -> bool {
        let rest = &self.text[self.pos..];
        let after = rest.trim_start_matches(['.', '…']);
        let dots = rest.len() - after.len();
        if dots < 3 || after.starts_with(|c: char| c.is_alphanumeric()) {
            return false;
        }
        self.pos += dots;
        true
    }

    /// Whether a code fence stands here: between items, it ends everything that is open.
    fn at_fence(&self) -> bool {
        self.bytes[self.pos..].starts_with(b"```")
    }

    /// Skips one character that means nothing here.
    pub(super) fn skip_char(&mut self) {
        self.pos += self.text[self.pos..].chars().next().map_or(0, char::len_utf8);
    }

    /// Writes the separator before an item of the innermost container, and counts the item.
    pub(super) fn begin_item(&mut self) {
        self.item_start = self.out.len();
        if let Some(frame) = self.frames.last_mut() {
            if frame.items > 0 {
                self.out.put(", ");
            }
            frame.items += 1;
        }
    }

    /// What to do about a closing bracket that is not the innermost container's own.
    fn foreign_closer(&mut self, closer: u8) {
        if self.awaits(closer) {
            // The innermost container lacks its closing bracket.
            self.close(None);
        } else {
            self.pos += 1;
        }
    }

    /// Reads one member of the innermost container, an object, or closes it.
    pub(super) fn member(&mut self) -> Result<(), Halt> {
        self.skip_separators();
        let Some(&Frame { items, .. }) = self.frames.last() else { return Ok(()) };
        match self.peek() {
            None => self.close(None),
            Some(b'}') => {
                self.close(Some(self.pos));
                self.pos += 1;
            }
            Some(closer @ (b']' | b')')) => self.foreign_closer(closer),
            // `[{"a": 1, {"b": 2}]`: the first object lacks its closing brace.
            Some(b'{') if items > 0 && self.parent_is_array() => self.close(None),
            Some(b'[' | b'(') if items == 0 => self.become_array(),
            Some(b':') if items == 0 => {
                self.begin_item();
                self.out.put("\"\"");
                self.colon();
                self.value()?;
            }
            Some(b'{' | b'[' | b'(' | b':' | b'=') => self.pos += 1,
            Some(_) if self.at_fence() => self.close(None),
            Some(_) if self.skip_ellipsis() => {}
            Some(_) => match quote_at(self.bytes, self.pos) {
                Some(quote) => self.quoted_key(quote, items)?,
                None => self.bare_key(items)?,
            },
        }
        Ok(())
    }

    fn parent_is_array(&self) -> bool {
        let above = self.frames.len().checked_sub(2).and_then(|i| self.frames.get(i));
        above.is_some_and(|frame| frame.shape == Shape::Array)
    }

    /// `{"a", "b"}`: what looked like an object is a list.
    pub(super) fn become_array(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.shape = Shape::Array;
            self.out.brace_to_bracket(frame.opened);
        }
    }

    fn quoted_key(&mut self, quote: Quote, items: usize) -> Result<(), Halt> {
        let start = self.pos;
        let mut key = self.string_extent(quote, Place::Key)?;
        if !key.closed {
            self.rescan_budget = self.rescan_budget.saturating_sub(self.bytes.len() - start);
            self.cut_key(&mut key);
        }
        self.pos = key.next;
        self.skip_blank();
        if matches!(self.peek(), None | Some(b',' | b'}' | b']' | b')')) {
            // A list, or a key that was cut off, or one without a value.
            if items == 0 && key.closed {
                self.pos = start;
                self.become_array();
            }
            return Ok(());
        }
        self.begin_item();
        self.put_string(&key)?;
        self.colon();
        self.value()
    }

    /// Skips the colon, or what stands for it, and writes one.
    pub(super) fn colon(&mut self) {
        while matches!(self.peek(), Some(b':' | b'=' | b'>')) {
            self.pos += 1;
            self.skip_blank();
        }
        self.out.put(": ");
    }

    /// Reads the value of a member; `""` where there is none.
    pub(super) fn value(&mut self) -> Result<(), Halt> {
        self.skip_blank();
        match self.peek() {
            None | Some(b',' | b';' | b'}' | b']' | b')') => {
                self.out.put("\"\"");
                Ok(())
            }
            Some(b'{' | b'[' | b'(') => self.open_here(),
            Some(_) if self.at_fence() => {
                self.out.put("\"\"");
                Ok(())
            }
            Some(_) => match quote_at(self.bytes, self.pos) {
                Some(quote) => self.string(quote, Place::Value),
                None => self.bare_value(Place::Value),
            },
        }
    }

    /// Reads one element of the innermost container, an array, or closes it.
    pub(super) fn element(&mut self) -> Result<(), Halt> {
        self.skip_separators();
        let Some(&Frame { items, closer, .. }) = self.frames.last() else { return Ok(()) };
        match self.peek() {
            None => self.close(None),
            Some(byte) if byte == closer => {
                self.close(Some(self.pos));
                self.pos += 1;
            }
            Some(closer @ (b'}' | b']' | b')')) => self.foreign_closer(closer),
            Some(b'{' | b'[' | b'(') => {
                self.begin_item();
                self.open_here()?;
            }
            Some(b':') => self.pos += 1,
            Some(_) if self.at_fence() => self.close(None),
            Some(_) if self.skip_ellipsis() => {}
            Some(_) => {
                if let Some(quote) = quote_at(self.bytes, self.pos) {
                    return self.quoted_element(quote, items);
                }
                self.begin_item();
                self.bare_value(Place::Element)?;
            }
        }
        Ok(())
    }

    fn quoted_element(&mut self, quote: Quote, items: usize) -> Result<(), Halt> {
        let start = self.pos;
        let string = self.string_extent(quote, Place::Element)?;
        self.pos = string.next;
        self.skip_blank();
        if self.peek() != Some(b':') {
            self.pos = start;
            self.begin_item();
            return self.string(quote, Place::Element);
        }
        // A member where an element was expected: either the array was not closed before it, or the
        // object around it was not opened.
        self.pos = start;
        let in_object = !self.parent_is_array() && self.frames.len() > 1;
        if in_object && items > 0 {
            self.close(None);
            return Ok(());
        }
        self.begin_item();
        self.open(Shape::Object, b'}', None)
    }
}
