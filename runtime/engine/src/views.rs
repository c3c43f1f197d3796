//! Running scanners on the views of a text.

use std::sync::Arc;
use std::time::Instant;

use pyshield_core::error::ConfigError;
use pyshield_core::literal::{LiteralAutomaton, LiteralHits, LiteralList, Need};
use pyshield_core::view::{ViewSet, ViewsSpec, merge_verdict};
use pyshield_core::{Evidence, Input, Interrupted, Scanner, ScannerError};

use crate::outcome::Judgement;
use crate::plan::guard;

/// Literals without their spaces must still have this many bytes to be looked for in joined letters.
const LEAST_JOINED: usize = 8;

/// The views of a text, or why there are none.
pub(crate) type Seen = Result<Arc<ViewSet>, ScannerError>;

/// The views of a plan.
#[derive(Debug)]
pub(crate) struct ViewPass {
    spec: ViewsSpec,
    /// Literals of several words, written as one: letters that stood apart may have lost the spaces between
    /// their words.
    joined: LiteralAutomaton,
    /// For each list of `joined`, which literals of the plan's list its own are.
    members: Vec<Vec<usize>>,
}

impl ViewPass {
    /// The pass for a plan whose scanners look for `lists`.
    pub(crate) fn new(spec: ViewsSpec, lists: &[&LiteralList]) -> Result<Self, ConfigError> {
        let mut members = Vec::with_capacity(lists.len());
        let mut joined = Vec::with_capacity(lists.len());
        for list in lists {
            let (mut literals, mut indices) = (Vec::new(), Vec::new());
            for (index, literal) in list.literals.iter().enumerate() {
                let one: Box<str> = literal.split_whitespace().collect::<String>().into();
                if list.need == Need::Spans && one.len() < literal.len() && one.len() >= LEAST_JOINED {
                    literals.push(one);
                    indices.push(index);
                }
            }
            joined.push(LiteralList { literals, ..(*list).clone() });
            members.push(indices);
        }
        let joined = LiteralAutomaton::new(&joined.iter().collect::<Vec<_>>())?;
        Ok(Self { spec, joined, members })
    }

    /// Estimated work beside that of the scanners, in nanoseconds on one core.
    ///
    /// The look for anything hidden takes a few nanoseconds a byte, but whoever wrote the text decides how
    /// much is hidden in it, and this decides whether it is read on the event loop's thread: so it counts what
    /// texts cost that are nothing but disguise.
    pub(crate) const fn cost_ns(bytes: usize) -> u64 {
        200 + 40 * bytes as u64
    }

    /// How many views of a text models read at most.
    pub(crate) const fn most_for_models(&self) -> usize {
        self.spec.max_model_views
    }

    /// Makes the views of the text.
    pub(crate) fn look(&self, input: &Input<'_>) -> Result<Seen, Interrupted> {
        match guard(|| ViewSet::new(input.text, &self.spec, &input.interrupt)) {
            Ok(views) => Ok(Ok(Arc::new(views))),
            Err(ScannerError::Interrupted(why)) => Err(why),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Lets the scanners that read views judge each view of the text, and adds what they say to
    /// `judgements`; `scanners` are theirs, each with its list in `literals`.
    pub(crate) fn scan<'a, 'j>(
        &self,
        seen: &Seen,
        input: &Input<'_>,
        scanners: impl Iterator<Item = (&'a dyn Scanner, Option<usize>)>,
        literals: &LiteralAutomaton,
        judgements: impl Iterator<Item = &'j mut Judgement>,
    ) -> Result<(), Interrupted> {
        let mut readers: Vec<_> =
            scanners.zip(judgements).filter(|((scanner, _), _)| scanner.reads_views()).collect();
        if readers.is_empty() {
            return Ok(());
        }
        let views = match seen {
            Ok(views) => views,
            Err(error) => {
                for (_, judgement) in &mut readers {
                    judgement.verdict = Err(error.clone());
                }
                return Ok(());
            }
        };
        for (number, view) in views.views().iter().enumerate() {
            let input = Input { text: &view.text, ..*input };
            let hits = guard(|| self.find(views, number, literals, &input));
            for ((scanner, list), judgement) in &mut readers {
                let started = Instant::now();
                let Ok(verdict) = &mut judgement.verdict else { continue };
                let seen = match (&hits, list) {
                    (Err(error), Some(_)) => Err(error.clone()),
                    (hits, list) => {
                        let found = hits.as_ref().ok().zip(*list).and_then(|(hits, list)| hits.get(list));
                        let none = LiteralHits::default();
                        guard(|| scanner.scan(&input, &Evidence { literals: found.unwrap_or(&none) }))
                    }
                };
                match seen.and_then(|seen| merge_verdict(verdict, seen, views, number)) {
                    Ok(()) => {}
                    Err(ScannerError::Interrupted(why)) => return Err(why),
                    Err(error) => judgement.verdict = Err(error),
                }
                judgement.elapsed += started.elapsed();
            }
        }
        Ok(())
    }

    /// What of each list occurs in view number `number`.
    fn find(
        &self,
        views: &ViewSet,
        number: usize,
        literals: &LiteralAutomaton,
        input: &Input<'_>,
    ) -> Result<Vec<LiteralHits>, ScannerError> {
        let mut hits = literals.find(input.text, &input.interrupt)?;
        if !views.views().get(number).is_some_and(pyshield_core::view::View::is_joined) {
            return Ok(hits);
        }
        let joined = self.joined.find(input.text, &input.interrupt)?;
        for ((hits, joined), members) in hits.iter_mut().zip(joined).zip(&self.members) {
            for (literal, span) in joined.spans {
                // Words that the text itself writes as one are no trick.
                if views.origin(number, span).is_some() {
                    let literal = members.get(literal).copied().unwrap_or_default();
                    hits.which.push(literal);
                    hits.spans.push((literal, span));
                }
            }
            hits.which.sort_unstable();
            hits.which.dedup();
            hits.spans.sort_unstable_by_key(|(_, span)| *span);
        }
        Ok(hits)
    }
}
