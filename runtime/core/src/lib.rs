//! What pyshield knows about text: scanners that find, verdicts that judge, edits that redact.
//!
//! Pure and synchronous. No runtime, no I/O, no Python, no unsafe code; every function is total over
//! untrusted text and bounded in time and memory.
#![forbid(unsafe_code)]

pub mod consistency;
pub mod document;
pub mod edit;
pub mod entity;
pub mod error;
pub mod finding;
pub mod interrupt;
pub mod language;
pub mod literal;
pub mod pattern;
pub mod restore;
pub mod risk;
pub mod scanner;
pub mod span;
pub mod stream;
pub mod text;
pub mod tokens;
pub mod urls;
pub mod values;
pub mod verdict;
pub mod view;

pub use edit::{Edit, apply_edits, merge_edits};
pub use error::{ConfigError, ScannerError};
pub use finding::{Finding, Severity};
pub use interrupt::{Interrupt, Interrupted};
pub use scanner::{Evidence, Input, Scanner, ScannerSpec};
pub use span::Span;
pub use text::Text;
pub use verdict::Verdict;
