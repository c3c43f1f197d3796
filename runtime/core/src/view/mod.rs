//! Views: other readings of a text, each with a map back to it.
//!
//! Instructions can be written so that a person or a model reads them and a scanner does not: in letters that
//! only look like letters, set apart, encoded, invisible. A view is the text with that undone: *normalised*,
//! or with everything *decoded* that decodes to text, in place of what encoded it, so that a phrase is found
//! even if half of it is encoded. Views are made of views, to a depth: base64 within rot13, lookalikes within
//! base64. Whatever a scanner finds in a view is mapped to the span of the original text it comes from.
//!
//! Views of a text are linear in it, bounded in number, depth and bytes, and there are none of a text that
//! hides nothing: then the look costs a few nanoseconds per byte.

mod bigram;
mod bounds;
mod decode;
mod lookalike;
mod map;
mod merge;
mod normal;
mod rot13;
mod spaced;
mod step;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Deserialize;

use crate::error::ScannerError;
use crate::interrupt::Interrupt;
use crate::span::Span;
use crate::text::Text;
use bounds::Bounds;
pub use map::SourceMap;
pub use merge::merge_verdict;
pub use step::{Step, Steps};

/// Which views there are, and their bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewsSpec {
    /// Whether there are normalised views.
    pub normalised: bool,
    /// Whether there are decoded views.
    pub decoded: bool,
    /// How many encodings within each other are decoded.
    pub max_depth: usize,
    /// How many views a text may have. One that needs more is [`ScannerError::Limit`].
    pub max_views: usize,
    /// How many of them models read. Of a text with more, what only they show is [`ScannerError::Limit`].
    pub max_model_views: usize,
    /// How many bytes the views of a text may take, maps included. More is [`ScannerError::Limit`].
    pub max_bytes: usize,
}

/// One view of a text.
#[derive(Clone, Debug)]
pub struct View {
    /// The text as this view reads it.
    pub text: Text,
    map: SourceMap,
    /// The view this one was made of; `None` for the original text.
    parent: Option<usize>,
    kind: Kind,
}

impl View {
    /// The stretches that this view reads differently from what it was made of, in bytes of its text; an
    /// empty one marks where something was left out.
    pub fn changed(&self) -> impl Iterator<Item = Span> + '_ {
        self.map.changed()
    }

    /// Whether letters that stood apart are joined in it, so that spaces between words may be missing.
    pub fn is_joined(&self) -> bool {
        self.kind == Kind::Joined
    }
}

/// How a view was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Original,
    Normalised,
    Joined,
    Decoded,
    Rot13,
}

/// The views of one text.
#[derive(Clone, Debug, Default)]
pub struct ViewSet {
    views: Vec<View>,
}

/// Where a finding in a view comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The span of the original text.
    pub span: Span,
    /// Through which views it was seen: `base64`, or `base64>rot13` for text that had to be decoded first
    /// from the one, then from the other.
    pub path: Arc<str>,
}

impl ViewSet {
    /// The views that `spec` asks for of `text`; those that read the same are one.
    pub fn new(text: &Text, spec: &ViewsSpec, interrupt: &Interrupt<'_>) -> Result<Self, ScannerError> {
        let mut set = Self::default();
        let bounds = Bounds::new(spec.max_bytes, interrupt);
        let mut queue = VecDeque::from([(None, 0)]);
        while let Some((source, depth)) = queue.pop_front() {
            // Letters are joined in the normalised view, if there is one.
            let mut normal = source;
            for (kind, seen, map) in set.read(text, source, depth, spec, &bounds)? {
                let parent = if kind == Kind::Joined { normal } else { source };
                if let Some(same) = set.find(text, &seen) {
                    bounds.give(seen.len() + map.weight());
                    normal = if kind == Kind::Normalised { same } else { normal };
                    continue;
                }
                if set.views.len() >= spec.max_views {
                    return Err(ScannerError::Limit { what: "views of the text", limit: spec.max_views });
                }
                let here = Some(set.views.len());
                match kind {
                    Kind::Normalised => {
                        normal = here;
                        queue.push_back((here, depth));
                    }
                    Kind::Decoded | Kind::Rot13 => queue.push_back((here, depth + 1)),
                    Kind::Joined | Kind::Original => {}
                }
                set.views.push(View { text: Text::from(seen), map, parent, kind });
            }
        }
        Ok(set)
    }

    /// The view that reads `seen`, or `None` for the original text, if one of them does.
    #[expect(clippy::option_option, reason = "the inner option is a place, as `View::parent` is")]
    fn find(&self, text: &Text, seen: &str) -> Option<Option<usize>> {
        if text.as_str() == seen {
            return Some(None);
        }
        self.views.iter().position(|view| view.text.as_str() == seen).map(Some)
    }

    /// The views, in the order in which they were made: those of the original text come first.
    pub fn views(&self) -> &[View] {
        &self.views
    }

    /// Where `span` of view number `view` comes from. `None` if the view reads it as the text it was made
    /// of does, where it is found as well.
    pub fn origin(&self, view: usize, span: Span) -> Option<Origin> {
        let last = self.views.get(view)?;
        if last.map.source(span).1.is_empty() { None } else { Some(self.trace(view, span)) }
    }

    /// Where `span` of view number `view` comes from; the path is empty if nothing was changed in it.
    pub fn trace(&self, view: usize, mut span: Span) -> Origin {
        let mut path: Vec<Steps> = Vec::new();
        let mut at = Some(view);
        while let Some(view) = at.and_then(|at| self.views.get(at)) {
            let (source, steps) = view.map.source(span);
            if !steps.is_empty() && path.last() != Some(&steps) {
                path.push(steps);
            }
            (span, at) = (source, view.parent);
        }
        let names: Vec<String> = path.iter().rev().map(ToString::to_string).collect();
        Origin { span, path: names.join(">").into() }
    }

    /// What can be read out of the text or view `source`.
    fn read(
        &self,
        text: &Text,
        source: Option<usize>,
        depth: usize,
        spec: &ViewsSpec,
        bounds: &Bounds<'_>,
    ) -> Result<Vec<(Kind, String, SourceMap)>, ScannerError> {
        let view = source.and_then(|at| self.views.get(at));
        let (text, kind) = view.map_or((text, Kind::Original), |view| (&view.text, view.kind));
        let mut seen = Vec::new();
        if spec.normalised && kind != Kind::Normalised {
            if let Some((normal, map)) = normal::normalise(text.as_str(), bounds)? {
                seen.push((Kind::Normalised, normal, map));
            }
            let plain = seen.last().map_or(text.as_str(), |(_, normal, _)| normal);
            if let Some((joined, map)) = spaced::join(plain, bounds)? {
                seen.push((Kind::Joined, joined, map));
            }
        }
        if spec.decoded && depth < spec.max_depth {
            if let Some((decoded, map)) = decode::decode(text.as_str(), bounds)? {
                seen.push((Kind::Decoded, decoded, map));
            }
            if kind != Kind::Rot13
                && let Some((turned, map)) = rot13::rot13(text.as_str(), bounds)?
            {
                seen.push((Kind::Rot13, turned, map));
            }
        }
        Ok(seen)
    }
}
