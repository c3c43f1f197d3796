//! String literals in a text, those of JSON and those of program code, and which values have to be escaped there.
//!
//! Neither the language of a text nor where it begins is known: a line of JSON, an object within a sentence, a
//! fenced block, a line of code. So a quote begins a literal by what stands before it: the signs of JSON within
//! brackets, an `=`, the bracket of a call. A literal ends in its line. What it says is a text again, which may have
//! literals: JSON within JSON.

mod fence;
mod place;
#[cfg(test)]
mod tests;
mod whole;

use fence::{Fence, Word};
use place::{At, Before, Literal, Nest};

pub(super) use whole::keep_whole;

use super::content::{Content, Quotes, Said, inside, is_whole};

/// How deep brackets may be within each other; with more of them those around are forgotten.
const DEEPEST: usize = 1 << 16;

/// How many bytes a literal has at the most, without what is put into it: a stream waits for its end.
const LONGEST: usize = 64 << 10;

/// How many literals may be within each other: each has twice the backslashes of the one around it.
const LEVELS: u8 = 8;

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
    fence: Fence,
    ticks: Option<u8>,
    word: Word,
    /// Reads what the literal says, with the values that are in it and wait, unless too many are around it.
    inner: Option<Box<Literals<()>>>,
    level: u8,
    /// Values in a literal whose end has not come, from the first on that may have to be escaped; whether each is
    /// to stay as it is.
    waiting: Vec<(P, bool)>,
    ready: Vec<(P, Escapes)>,
}

/// How a value is quoted, by literals within each other from inside out, if it has to be escaped.
pub(super) type Escapes = Option<Vec<Quotes>>;

impl<P> Default for Literals<P> {
    fn default() -> Self {
        Self {
            at: At::Outside,
            before: Before::Start,
            nests: Vec::new(),
            in_word: false,
            in_tag: false,
            fence: Fence::None,
            ticks: Some(0),
            word: Word::default(),
            inner: None,
            level: 1,
            waiting: Vec::new(),
            ready: Vec::new(),
        }
    }
}

impl<P> Literals<P> {
    /// Reads on.
    pub(super) fn read(&mut self, text: &str) {
        for &byte in text.as_bytes() {
            self.byte(byte);
        }
    }

    fn byte(&mut self, byte: u8) {
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

    /// Goes on with a value in the place of something; one that is `verbatim` is never escaped.
    pub(super) fn put(&mut self, value: &str, verbatim: bool, what: P) {
        let At::Literal(literal) = &mut self.at else {
            self.release();
            self.word();
            self.word.spoil();
            self.ready.push((what, None));
            return;
        };
        literal.said = Said::Plain;
        let quotes = literal.quotes;
        literal.content = value.bytes().fold(literal.content, |content, byte| content.next(byte, quotes));
        let stays = verbatim || is_whole(value, quotes);
        let first = self.waiting.is_empty();
        let decided = self.inner.as_mut().is_none_or(|inner| {
            inner.put(&inside(value, quotes), verbatim, ());
            stays && first && inner.ready.pop_if(|((), escapes)| escapes.is_none()).is_some()
        });
        if stays && first && decided {
            self.ready.push((what, None));
        } else {
            self.waiting.push((what, stays));
        }
    }

    /// The end of the text.
    pub(super) fn finish(&mut self) {
        if let At::Alone(whole) = self.at {
            self.decide(Quotes::JSON, whole);
        }
        self.release();
    }

    /// The values that are decided, in order, and how those that have to be escaped are quoted.
    pub(super) fn ready(&mut self) -> impl Iterator<Item = (P, Escapes)> {
        self.ready.drain(..)
    }

    /// The first value that is not decided.
    pub(super) fn waits_for(&self) -> Option<&P> {
        self.waiting.first().map(|(what, _)| what)
    }

    /// What waits stays as it is: there was no literal.
    fn release(&mut self) {
        self.at = At::Outside;
        self.ready.extend(self.waiting.drain(..).map(|(what, _)| (what, None)));
    }

    /// What waits was in a literal, which can hold all as it is if it is `whole`.
    fn decide(&mut self, quotes: Quotes, whole: bool) {
        let mut inner = self.inner.as_mut().map(|inner| {
            inner.finish();
            inner.ready.drain(..)
        });
        for (what, stays) in self.waiting.drain(..) {
            let within = inner.as_mut().and_then(Iterator::next).and_then(|((), escapes)| escapes);
            let escapes = match within {
                None if whole || stays => None,
                within => {
                    let mut all = within.unwrap_or_default();
                    all.push(quotes);
                    Some(all)
                }
            };
            self.ready.push((what, escapes));
        }
    }

    /// A byte in what may be a literal.
    fn within(&mut self, mut literal: Literal, byte: u8) {
        literal.bytes += 1;
        if matches!(byte, b'\n' | b'\r') || literal.bytes > LONGEST {
            self.release();
            self.before = Before::Other;
            self.outside(byte);
        } else if byte == literal.quotes.quote && literal.said != Said::Escape {
            let whole = literal.content == Content::Plain;
            (self.before, self.in_word) = (Before::Literal, true);
            self.word.spoil();
            if literal.alone {
                self.at = At::Alone(whole);
            } else {
                self.decide(literal.quotes, whole);
                self.at = At::Outside;
            }
        } else {
            let said = literal.said.next(byte, literal.quotes);
            if let Some((inner, said)) = self.inner.as_mut().zip(said) {
                inner.byte(said);
            }
            literal.content = literal.content.next(byte, literal.quotes);
            self.at = At::Literal(literal);
        }
    }

    fn outside(&mut self, byte: u8) {
        if self.fence(byte) {
            return;
        }
        if byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.$-+".contains(&byte) {
            self.letter(byte);
            return;
        }
        self.end_word();
        if is_space(byte) {
            self.in_word = false;
            if self.before == Before::Less {
                // Before a space it opens no tag.
                self.before = if self.fence == Fence::Code { Before::Code } else { Before::Other };
            }
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
            b'>' | b'?' | b'|' | b'%' if self.fence == Fence::Code && !self.in_tag => Before::Code,
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
        let (bytes, said, content) = (0, Said::Plain, Content::Plain);
        self.at = At::Literal(Literal { quotes, bytes, said, content, alone });
        match &mut self.inner {
            Some(inner) => inner.begin(self.level + 1),
            None if self.level < LEVELS => self.inner.insert(Box::default()).begin(self.level + 1),
            None => {}
        }
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
            (Before::Colon, _) if self.fence.has_colons() && self.nests.is_empty() => true,
            (Before::Comma | Before::Colon, _) if self.fence == Fence::Code => false,
            (Before::Code | Before::Kind, _) | (Before::Comma | Before::Colon, Some(b'(')) => false,
            _ => return None,
        };
        Some(Quotes { quote, json: json && quote == b'"' })
    }

    /// What comes after a word in a fenced block, and the name of its language.
    fn end_word(&mut self) {
        if !self.in_word {
            self.word = Word::default();
        } else if self.fence.begins_after(&self.word) {
            self.before = Before::Code;
        }
        if self.fence == Fence::Begun {
            self.fence = Fence::named(&self.word);
        }
    }

    fn letter(&mut self, byte: u8) {
        if !self.in_word {
            self.word = Word::default();
        }
        self.word.push(byte);
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

    /// Begins with what another literal says.
    fn begin(&mut self, level: u8) {
        let inner = self.inner.take();
        // A quote at its beginning is one of prose: few write a string alone as JSON, and once more as JSON.
        *self = Self { inner, level, before: Before::Other, ..Self::default() };
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
        self.word.spoil();
        Before::Other
    }

    /// Counts the backticks of a fence. Whether the byte is one.
    fn fence(&mut self, byte: u8) -> bool {
        match (self.ticks, byte) {
            (_, b'\n') => self.ticks = Some(0),
            (Some(0), b' ') => {}
            (Some(2), b'`') => {
                self.fence = if self.fence == Fence::None { Fence::Begun } else { Fence::None };
                // What was open before it is none of its business.
                (self.nests, self.in_tag) = (Vec::new(), false);
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
