//! String literals in a text, those of JSON and those of program code, and which values have to be escaped there.
//!
//! Neither the language of a text nor where it begins is known: a line of JSON, an object within a sentence, a
//! fenced block, a line of code. So a quote begins a literal by what stands before it: the signs of JSON within
//! brackets, an `=`, the bracket of a call. A literal ends in its line.

use pyshield_core::Edit;

use super::content::{Content, Quotes, escaped, is_special, is_whole};
use crate::vault::is_verbatim;

/// How deep brackets may be within each other; with more of them those around are forgotten.
const DEEPEST: usize = 1 << 16;

/// How many bytes a literal has at the most, without what is put into it: a stream waits for its end.
const LONGEST: usize = 64 << 10;

/// Reads a text piece by piece, with the values that are put into it, and keeps nothing of either. `P` tells the
/// values apart.
#[derive(Debug)]
pub(super) struct Literals<P> {
    at: At,
    before: Before,
    /// The brackets that are open, from outside in.
    nests: Vec<Nest>,
    /// Whether the last byte was part of a word.
    in_word: bool,
    /// In the tag of HTML, where a backslash escapes nothing.
    in_tag: bool,
    /// Within the fences of a block of code; the backticks since the line began, unless something else came.
    fenced: bool,
    ticks: Option<u8>,
    /// Values in a literal whose end has not come, from the first on that may have to be escaped; whether each is
    /// to stay as it is.
    waiting: Vec<(P, bool)>,
    ready: Vec<(P, Option<Quotes>)>,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Outside,
    Literal(Literal),
    /// After a literal that the text began with, and whether that is whole with its values: it is one only if the
    /// text ends there.
    Alone(bool),
}

#[derive(Clone, Copy, Debug)]
struct Literal {
    quotes: Quotes,
    bytes: usize,
    /// After a backslash of the text.
    escaped: bool,
    /// What the text and its values amount to.
    content: Content,
    alone: bool,
}

/// An open bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Nest {
    open: u8,
    /// Whether what is in it is prose.
    prose: bool,
}

/// The last thing before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Nothing.
    Start,
    /// A bracket of JSON.
    Open,
    /// What a literal of program code follows: an equals sign, the bracket of a call.
    Code,
    /// The same, and a letter or two of a literal's kind: `f"…"`.
    Kind,
    Comma,
    Colon,
    Less,
    Word,
    Literal,
    Other,
}

impl<P> Default for Literals<P> {
    fn default() -> Self {
        Self {
            at: At::Outside,
            before: Before::Start,
            nests: Vec::new(),
            in_word: false,
            in_tag: false,
            fenced: false,
            ticks: Some(0),
            waiting: Vec::new(),
            ready: Vec::new(),
        }
    }
}

impl<P> Literals<P> {
    /// Reads on.
    pub(super) fn read(&mut self, text: &str) {
        for &byte in text.as_bytes() {
            match self.at {
                At::Literal(literal) => self.within(literal, byte),
                At::Alone(_) if is_space(byte) => {
                    self.fence(byte);
                }
                At::Alone(_) | At::Outside => {
                    self.release();
                    self.outside(byte);
                }
            }
        }
    }

    /// Goes on with a value in the place of something; one that is `verbatim` is never escaped.
    pub(super) fn put(&mut self, value: &str, verbatim: bool, what: P) {
        let At::Literal(literal) = &mut self.at else {
            self.release();
            self.word();
            self.ready.push((what, None));
            return;
        };
        literal.escaped = false;
        let quotes = literal.quotes;
        literal.content = value.bytes().fold(literal.content, |content, byte| content.next(byte, quotes));
        let stays = verbatim || is_whole(value, quotes);
        if stays && self.waiting.is_empty() {
            self.ready.push((what, None));
        } else {
            self.waiting.push((what, stays));
        }
    }

    /// The end of the text.
    pub(super) fn finish(&mut self) {
        if let At::Alone(whole) = self.at {
            self.decide((!whole).then_some(Quotes::JSON));
        }
        self.release();
    }

    /// The values that are decided, in order, and how those that have to be escaped are quoted.
    pub(super) fn ready(&mut self) -> impl Iterator<Item = (P, Option<Quotes>)> {
        self.ready.drain(..)
    }

    /// The first value that is not decided.
    pub(super) fn waits_for(&self) -> Option<&P> {
        self.waiting.first().map(|(what, _)| what)
    }

    /// What waits stays as it is: there was no literal.
    fn release(&mut self) {
        self.at = At::Outside;
        self.decide(None);
    }

    fn decide(&mut self, escape: Option<Quotes>) {
        let decided = self.waiting.drain(..).map(|(what, stays)| (what, escape.filter(|_| !stays)));
        self.ready.extend(decided);
    }

    /// A byte in what may be a literal.
    fn within(&mut self, mut literal: Literal, byte: u8) {
        literal.bytes += 1;
        if matches!(byte, b'\n' | b'\r') || literal.bytes > LONGEST {
            self.release();
            self.before = Before::Other;
            self.outside(byte);
        } else if byte == literal.quotes.quote && !literal.escaped {
            let whole = literal.content == Content::Plain;
            (self.before, self.in_word) = (Before::Literal, true);
            if literal.alone {
                self.at = At::Alone(whole);
            } else {
                self.decide((!whole).then_some(literal.quotes));
                self.at = At::Outside;
            }
        } else {
            literal.escaped = byte == b'\\' && !literal.escaped;
            literal.content = literal.content.next(byte, literal.quotes);
            self.at = At::Literal(literal);
        }
    }

    fn outside(&mut self, byte: u8) {
        if self.fence(byte) {
            return;
        }
        if is_space(byte) {
            self.in_word = false;
            if self.before == Before::Less {
                self.before = Before::Other;
            }
            return;
        }
        if byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.$-+".contains(&byte) {
            self.letter(byte);
            return;
        }
        let joined = std::mem::take(&mut self.in_word);
        self.before = match byte {
            b'"' | b'\'' => self.quote(byte),
            b'[' | b'(' if joined => self.open(byte, Before::Code),
            b'{' | b'[' => self.open(byte, Before::Open),
            b'(' if self.before == Before::Code => self.open(byte, Before::Code),
            b'(' => {
                self.open(byte, Before::Other);
                self.is_prose();
                Before::Other
            }
            b'}' => self.close(b'{'),
            b']' => self.close(b'['),
            b')' => self.close(b'('),
            b',' => Before::Comma,
            b':' => Before::Colon,
            b'=' if !self.in_tag => Before::Code,
            b'<' => Before::Less,
            b'/' | b'!' if self.before == Before::Less => Before::Less,
            b'>' if self.before == Before::Code => Before::Code,
            b'>' => {
                self.in_tag = false;
                Before::Other
            }
            b';' => {
                self.is_prose();
                self.in_tag = false;
                Before::Other
            }
            _ => Before::Other,
        };
    }

    fn quote(&mut self, quote: u8) -> Before {
        let Some(quotes) = self.opens(quote) else {
            self.is_prose();
            return Before::Other;
        };
        let alone = self.before == Before::Start;
        let (bytes, escaped, content) = (0, false, Content::Plain);
        self.at = At::Literal(Literal { quotes, bytes, escaped, content, alone });
        Before::Other
    }

    /// How a quote quotes, if it begins a literal.
    fn opens(&self, quote: u8) -> Option<Quotes> {
        let nest = self.nests.last().filter(|nest| !nest.prose).map(|nest| nest.open);
        let json = match (self.before, nest) {
            (Before::Start, _) if quote != b'"' => return None,
            (Before::Start | Before::Open, _)
            | (Before::Comma | Before::Colon, Some(b'{'))
            | (Before::Comma, Some(b'[')) => true,
            (Before::Colon, _) if self.fenced && self.nests.is_empty() => true,
            (Before::Code | Before::Kind, _) | (Before::Comma | Before::Colon, Some(b'(')) => false,
            _ => return None,
        };
        Some(Quotes { quote, json: json && quote == b'"' })
    }

    fn letter(&mut self, byte: u8) {
        let kind = b"fFbBuUL8".contains(&byte);
        match self.before {
            // What is joined to a literal is one.
            Before::Literal if byte == b'+' => {
                (self.before, self.in_word) = (Before::Code, false);
                return;
            }
            Before::Code | Before::Kind if kind => self.before = Before::Kind,
            Before::Open | Before::Comma | Before::Colon if kind && self.is_code() => {
                self.before = Before::Kind;
            }
            Before::Kind | Before::Literal | Before::Other if self.in_word => self.before = Before::Word,
            _ if self.in_word => {}
            Before::Less if byte.is_ascii_alphabetic() => {
                self.in_tag = true;
                self.before = Before::Word;
            }
            _ => self.word(),
        }
        self.in_word = true;
    }

    /// A word, or what stands for a value: two of them side by side are prose.
    fn word(&mut self) {
        if matches!(self.before, Before::Word | Before::Literal | Before::Kind) && !self.in_word {
            self.is_prose();
        }
        self.before = Before::Word;
        self.in_word = true;
    }

    fn is_code(&self) -> bool {
        self.nests.last().is_some_and(|nest| !nest.prose)
    }

    fn is_prose(&mut self) {
        if let Some(nest) = self.nests.last_mut() {
            nest.prose = true;
        }
    }

    fn open(&mut self, open: u8, before: Before) -> Before {
        if self.nests.len() == DEEPEST {
            self.nests.clear();
        }
        self.nests.push(Nest { open, prose: false });
        before
    }

    /// A closing bracket, and what it may continue: `f(a)[b](c)`.
    fn close(&mut self, open: u8) -> Before {
        self.nests.pop_if(|nest| nest.open == open);
        self.in_word = open != b'{';
        Before::Other
    }

    /// Counts the backticks of a fence. Whether the byte is one.
    fn fence(&mut self, byte: u8) -> bool {
        match (self.ticks, byte) {
            (_, b'\n') => self.ticks = Some(0),
            (Some(0), b' ') => {}
            (Some(2), b'`') => {
                let fenced = !self.fenced;
                // What was open before it is none of its business.
                (self.nests, self.fenced, self.in_tag) = (Vec::new(), fenced, false);
                (self.ticks, self.before, self.in_word) = (None, Before::Other, false);
                return true;
            }
            (Some(ticks), b'`') => self.ticks = Some(ticks + 1),
            _ => self.ticks = None,
        }
        false
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Writes values as the literals that they come to hold them. `edits` are disjoint.
pub(super) fn keep_whole(text: &str, edits: &mut [Edit]) {
    if !edits.iter().any(|edit| is_special(&edit.replacement)) {
        return;
    }
    edits.sort_by_key(|edit| edit.span.start);
    let (mut literals, mut at) = (Literals::default(), 0);
    for (index, edit) in edits.iter().enumerate() {
        literals.read(text.get(at..edit.span.start).unwrap_or_default());
        let verbatim = text.get(edit.span.range()).is_some_and(is_verbatim);
        literals.put(&edit.replacement, verbatim, index);
        at = edit.span.end;
    }
    literals.read(text.get(at..).unwrap_or_default());
    literals.finish();
    for (index, escape) in literals.ready() {
        if let Some((quotes, edit)) = escape.zip(edits.get_mut(index)) {
            edit.replacement = escaped(&edit.replacement, quotes);
        }
    }
}

#[cfg(test)]
mod tests;
