//! Text as the scanners see it: bytes, with the views that several scanners share computed once.

pub(crate) mod class;
mod code_points;
pub(crate) mod encoded;
pub(crate) mod escape;
mod fold;
pub mod sentences;
pub mod urls;

use std::fmt;
use std::sync::{Arc, OnceLock};

pub use class::{is_python_word, is_word_boundary};
pub use code_points::CodePoints;
pub use fold::Folded;
pub(crate) use fold::fold_literal;

/// An immutable text with lazily computed, shared views.
///
/// The bytes may be owned by somebody else (a Python string, a request body): nothing is copied to scan
/// it. Cloning is a reference count. `Debug` shows the length only, never the content.
#[derive(Clone)]
pub struct Text {
    inner: Arc<Inner>,
}

/// In one allocation with its owner, whose type only [`Text::new`] knows.
struct Inner<Owner: ?Sized = dyn AsRef<str> + Send + Sync> {
    ascii: OnceLock<bool>,
    folded: OnceLock<Folded>,
    code_points: OnceLock<CodePoints>,
    owner: Owner,
}

impl Text {
    /// A text whose bytes `owner` keeps alive and never changes.
    pub fn new(owner: impl AsRef<str> + Send + Sync + 'static) -> Self {
        Self::with(owner, OnceLock::new())
    }

    /// The same, where it is known whether every byte is ASCII.
    pub fn known(owner: impl AsRef<str> + Send + Sync + 'static, ascii: bool) -> Self {
        Self::with(owner, OnceLock::from(ascii))
    }

    fn with(owner: impl AsRef<str> + Send + Sync + 'static, ascii: OnceLock<bool>) -> Self {
        Self {
            inner: Arc::new(Inner { ascii, folded: OnceLock::new(), code_points: OnceLock::new(), owner }),
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        self.inner.owner.as_ref()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.as_str().len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    /// Whether Python's `str.strip()` would leave nothing. llm-guard passes such texts without a look.
    pub fn is_blank(&self) -> bool {
        self.as_str().chars().all(is_python_space)
    }

    /// Whether every byte is ASCII, so that bytes, code points and folded bytes have the same positions.
    pub fn is_ascii(&self) -> bool {
        *self.inner.ascii.get_or_init(|| self.as_str().is_ascii())
    }

    /// The lower-cased view with its map back.
    pub fn folded(&self) -> &Folded {
        self.inner.folded.get_or_init(|| Folded::new(self.as_str(), self.is_ascii()))
    }

    /// The map between bytes and Unicode code points.
    pub fn code_points(&self) -> &CodePoints {
        self.inner.code_points.get_or_init(|| CodePoints::new(self.as_str(), self.is_ascii()))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("bytes", &self.len()).finish_non_exhaustive()
    }
}

/// Whether Python's `str.isspace()` holds: Unicode white space, and the four ASCII separators that
/// Unicode does not call white space.
pub fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}
