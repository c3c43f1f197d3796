//! Where the texts of a JSON document are: the strings that patterns of paths reach, found in place.
//!
//! Nothing is built from the document. What is found says where its literal stands, so that another can be put
//! in its place and every other character of the document stays what it was: numbers of any size, key order,
//! duplicate keys, white space. JSON is what Python's `json.loads` reads, `NaN` and `Infinity` included.

mod literal;
mod table;
mod walk;

pub use literal::Literal;
pub use table::{State, Table};

/// Levels of nesting on the way to a field.
pub const DEEPEST_FIELD: usize = 200;

/// A key or an index on the way to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment<'t> {
    /// A member of an object.
    Key(Literal<'t>),
    /// An item of an array.
    Index(usize),
}

/// A segment and the one before it: fields below the same keys share them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'t> {
    /// The position of the step before it in [`Located::steps`]; `None` for the first.
    pub before: Option<usize>,
    /// Where it goes.
    pub segment: Segment<'t>,
}

/// A string that a pattern reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'t> {
    /// The position of its last step in [`Located::steps`]; `None` for the document itself.
    pub path: Option<usize>,
    /// What it says.
    pub literal: Literal<'t>,
    /// Where its literal begins, quotes included, in code points of the document.
    pub start: usize,
    /// Where that ends, exclusive, in code points.
    pub end: usize,
}

/// The fields of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Located<'t> {
    /// The fields in the order of the document.
    pub fields: Vec<Field<'t>>,
    /// The ways to them.
    pub steps: Vec<Step<'t>>,
}

impl<'t> Located<'t> {
    /// The way to a field, from the outside.
    pub fn path(&self, field: &Field<'t>) -> Vec<&Segment<'t>> {
        let mut path = Vec::new();
        let mut next = field.path;
        while let Some(step) = next.and_then(|at| self.steps.get(at)) {
            path.push(&step.segment);
            next = step.before;
        }
        path.reverse();
        path
    }
}

/// Why a document's fields cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not JSON, from this code point on.
    Malformed(usize),
    /// It is nested more deeply than [`DEEPEST_FIELD`] on the way to a field, or than 512 levels elsewhere.
    TooDeep,
    /// It has more fields than it may.
    TooMany,
}

/// Checks that `text` is one JSON document and finds the strings that `table` reaches, `most` at most.
///
/// Linear in the length of the text, and holds what it finds.
pub fn locate<'t>(text: &'t str, table: &Table, most: usize) -> Result<Located<'t>, Fault> {
    walk::walk(text, table, most)
}
