//! Scanners: what they are given, what they return, and how a declaration becomes one.

use std::fmt;

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::literal::{LiteralHits, LiteralList};
use crate::stream::Follow;
use crate::stream::windows::Reads;
use crate::text::Text;
use crate::verdict::Verdict;

pub mod ban_substrings;
pub mod factual_consistency;
pub mod invisible_text;
pub mod json;
pub mod language;
pub mod language_same;
pub mod malicious_urls;
pub mod no_refusal_light;
pub mod probe;
pub mod reading_time;
pub mod regex;
pub mod secrets;
pub mod sensitive;
pub mod sentiment;
mod spec;
pub mod token_limit;

pub use spec::ScannerSpec;

/// What a scanner looks at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The text to judge: the prompt on the way in, the model's output on the way out.
    pub text: &'a Text,
    /// The prompt that led to an output; `None` on the way in.
    pub prompt: Option<&'a Text>,
    /// Asked between steps of long work.
    pub interrupt: Interrupt<'a>,
}

impl<'a> Input<'a> {
    /// A prompt, or a text on its own.
    pub const fn text(text: &'a Text) -> Self {
        Self { text, prompt: None, interrupt: Interrupt::NEVER }
    }
}

/// What the plan found for a scanner before it runs, in the passes that all scanners share.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What of [`Scanner::literals`] occurs; empty for a scanner without literals.
    pub literals: &'a LiteralHits,
}

/// Judges a text. Implementations are immutable after construction and shared between threads.
pub trait Scanner: Send + Sync + fmt::Debug {
    /// llm-guard's class name, which is also the key in results and metrics.
    fn name(&self) -> &'static str;

    /// The fixed strings it looks for, if any; found for it by the plan's one automaton.
    fn literals(&self) -> Option<&LiteralList> {
        None
    }

    /// Estimated work for a text of `bytes` bytes, whatever it says, in nanoseconds on one core. Decides the
    /// lane, so an estimate within a factor of two is good enough; too low blocks the event loop.
    fn cost_ns(&self, bytes: usize) -> u64;

    /// The same for this text, where a look at it says more than its length does.
    fn cost_of(&self, text: &Text) -> u64 {
        self.cost_ns(text.len())
    }

    /// Whether the same text always gives the same verdict.
    fn cacheable(&self) -> bool {
        true
    }

    /// Whether it judges the views of a text as well, where a plan has some; see [`crate::view`]. What it
    /// finds there counts as if it stood in the text.
    fn reads_views(&self) -> bool {
        false
    }

    /// Name and version of the model it rests on, if it rests on one that is compiled in.
    fn model(&self) -> Option<&'static str> {
        None
    }

    /// Judges the text. Must not panic; must be bounded in time and memory; must ask
    /// [`Input::interrupt`] every few milliseconds of work.
    fn scan(&self, input: &Input<'_>, evidence: &Evidence<'_>) -> Result<Verdict, ScannerError>;

    /// A follower for a text that is still being written, if the scanner can tell what is decided before it
    /// has seen all of it. Without one a text is held until its end. What the scanner needs for that may be
    /// made at the first call.
    fn follow(&self) -> Option<Box<dyn Follow>> {
        None
    }

    /// How a text that is still being written can be judged without a follower, if no change of it is ever asked
    /// for.
    fn reads(&self) -> Option<Reads> {
        None
    }
}
