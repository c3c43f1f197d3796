//! One pass over a document.

use crate::scanner::json::{MAX_DEPTH, scalar_end, skip_space, string_end};

use super::{DEEPEST_FIELD, Fault, Field, Literal, Located, Segment, State, Step, Table};

/// A level on the way to where the walk is, and its step once a field has been found below it.
struct Level<'t> {
    segment: Segment<'t>,
    step: Option<usize>,
}

struct Walk<'t, 'p> {
    text: &'t str,
    table: &'p Table,
    most: usize,
    at: usize,
    depth: usize,
    levels: Vec<Level<'t>>,
    located: Located<'t>,
    digits: String,
    /// A place in bytes and the same in code points, from which the next is counted.
    counted: (usize, usize),
    ascii: bool,
}

pub(super) fn walk<'t>(text: &'t str, table: &Table, most: usize) -> Result<Located<'t>, Fault> {
    let mut walk = Walk {
        text,
        table,
        most,
        at: 0,
        depth: 0,
        levels: Vec::new(),
        located: Located::default(),
        digits: String::new(),
        counted: (0, 0),
        ascii: text.is_ascii(),
    };
    walk.space();
    walk.value(table.start())?;
    walk.space();
    if walk.at == text.len() { Ok(walk.located) } else { Err(walk.malformed(walk.at)) }
}

impl<'t, 'p> Walk<'t, 'p> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        self.at = skip_space(self.text.as_bytes(), self.at);
    }

    fn malformed(&self, at: usize) -> Fault {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        // Every byte but those that go on with a character begins one.
        Fault::Malformed(before.iter().filter(|&&byte| byte & 0xc0 != 0x80).count())
    }

    /// A place in code points, at or after the last that was asked for.
    fn code_points(&mut self, at: usize) -> usize {
        if self.ascii {
            return at;
        }
        let (bytes, points) = self.counted;
        let between = self.text.get(bytes..at).map_or(0, |between| between.chars().count());
        self.counted = (at, points + between);
        points + between
    }

    fn value(&mut self, state: Option<&'p State>) -> Result<(), Fault> {
        match self.peek() {
            Some(b'{') => self.nested(state, Self::object),
            Some(b'[') => self.nested(state.filter(|state| state.leads_into_arrays()), Self::array),
            Some(b'"') => {
                let start = self.at;
                let literal = self.string()?;
                if state.is_some_and(State::accepts) { self.found(start, literal) } else { Ok(()) }
            }
            _ => {
                self.at = scalar_end(self.text.as_bytes(), self.at).map_err(|at| self.malformed(at))?;
                Ok(())
            }
        }
    }

    /// An object or an array, whose opening bracket is here.
    fn nested(
        &mut self,
        state: Option<&'p State>,
        inside: fn(&mut Self, Option<&'p State>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH || (state.is_some() && self.levels.len() == DEEPEST_FIELD) {
            return Err(Fault::TooDeep);
        }
        self.at += 1;
        self.depth += 1;
        inside(self, state)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self, state: Option<&'p State>) -> Result<(), Fault> {
        self.space();
        if self.ends(b'}') {
            return Ok(());
        }
        loop {
            let key = self.string()?;
            self.space();
            self.expect(b':')?;
            self.space();
            let below = state.and_then(|state| {
                let text = key.text();
                self.table.at(state.below(text.as_deref()))
            });
            self.below(below, Segment::Key(key))?;
            self.space();
            if self.ends(b'}') {
                return Ok(());
            }
            self.expect(b',')?;
            self.space();
        }
    }

    fn array(&mut self, state: Option<&'p State>) -> Result<(), Fault> {
        self.space();
        if self.ends(b']') {
            return Ok(());
        }
        for index in 0.. {
            let below = state.and_then(|state| {
                let next = state.below_item(index, &mut self.digits);
                self.table.at(next)
            });
            self.below(below, Segment::Index(index))?;
            self.space();
            if self.ends(b']') {
                return Ok(());
            }
            self.expect(b',')?;
            self.space();
        }
        Ok(())
    }

    fn below(&mut self, state: Option<&'p State>, segment: Segment<'t>) -> Result<(), Fault> {
        if state.is_none() {
            return self.value(None);
        }
        self.levels.push(Level { segment, step: None });
        self.value(state)?;
        self.levels.pop();
        Ok(())
    }

    /// Passes over this byte if it is here.
    fn ends(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.ends(byte) { Ok(()) } else { Err(self.malformed(self.at)) }
    }

    fn string(&mut self) -> Result<Literal<'t>, Fault> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.malformed(start));
        }
        let end = string_end(self.text.as_bytes(), start).map_err(|at| self.malformed(at))?;
        self.at = end;
        self.text.get(start..end).map(Literal::new).ok_or_else(|| self.malformed(start))
    }

    fn found(&mut self, start: usize, literal: Literal<'t>) -> Result<(), Fault> {
        if self.located.fields.len() == self.most {
            return Err(Fault::TooMany);
        }
        let path = self.path();
        let (start, end) = (self.code_points(start), self.code_points(self.at));
        self.located.fields.push(Field { path, literal, start, end });
        Ok(())
    }

    /// The step of where the walk is, with those before it; each level is taken once.
    fn path(&mut self) -> Option<usize> {
        let mut before = None;
        for level in &mut self.levels {
            if level.step.is_none() {
                level.step = Some(self.located.steps.len());
                self.located.steps.push(Step { before, segment: level.segment.clone() });
            }
            before = level.step;
        }
        before
    }
}
