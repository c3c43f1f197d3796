//! The parts of a result: what each scanner said, built-in or not, in declared order.

use std::collections::{BTreeMap, HashSet};

use pyshield_engine::outcome::Judgement;

use super::{OwnVerdict, Part, ScanResult};

impl ScanResult {
    /// The word that stands in the place of the built-in scanner number `at`, if one does.
    pub(super) fn replacement(&self, at: usize) -> Option<&OwnVerdict> {
        let own = self.own.as_ref()?;
        let word = own.replaced.iter().position(|place| *place == Some(at))?;
        own.verdicts.get(word)
    }

    /// The built-in scanners' judgements, but for those in whose place another word stands.
    pub(super) fn standing(&self) -> impl Iterator<Item = &Judgement> {
        let standing = self.judgements().iter().enumerate();
        standing.filter(|(at, _)| self.replacement(*at).is_none()).map(|(_, judgement)| judgement)
    }

    /// The judgements whose findings count: all but those of a cascade that lets the text pass.
    pub(super) fn finding(&self) -> impl Iterator<Item = &Judgement> {
        let overruled = |at: usize| self.replacement(at).is_some_and(|(_, valid, ..)| *valid);
        let judgements = self.judgements().iter().enumerate();
        judgements.filter(move |(at, _)| !overruled(*at)).map(|(_, judgement)| judgement)
    }

    /// All parts, in declared order.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let mut built_in = self.standing();
        let mut own = self.own_verdicts().iter();
        let mut parts = Vec::with_capacity(self.judgements().len() + own.len());
        for place in self.own.iter().flat_map(|own| &own.places) {
            let before = place.saturating_sub(parts.len());
            parts.extend(built_in.by_ref().take(before).map(Part::BuiltIn));
            parts.extend(own.next().map(Part::Own));
        }
        parts.extend(built_in.map(Part::BuiltIn));
        parts.extend(own.map(Part::Own));
        parts
    }

    /// The key of each part: those of the built-in scanners are the plan's, whatever else there is.
    pub(super) fn names(&self, parts: &[Part<'_>]) -> Vec<String> {
        let mut taken: HashSet<String> =
            self.standing().map(|judgement| judgement.scanner.to_string()).collect();
        let name = |part: &Part<'_>| match part {
            Part::BuiltIn(judgement) => judgement.scanner.to_string(),
            Part::Own((name, ..)) => {
                let name = free_name(&taken, name);
                taken.insert(name.clone());
                name
            }
        };
        parts.iter().map(name).collect()
    }

    pub(super) fn risk_f64(&self) -> f64 {
        let own = self.own_verdicts().iter().map(|(_, _, risk, ..)| *risk).fold(0.0, f64::max);
        let scan = &self.outcome().scan;
        let built_in = match &self.own {
            Some(own) if own.replaced.iter().any(Option::is_some) => {
                self.standing().map(|judgement| scan.risk_of(judgement)).fold(0.0, f64::max)
            }
            _ => scan.risk,
        };
        built_in.max(own).clamp(0.0, 1.0)
    }

    pub(super) fn valid(&self) -> bool {
        let scan = &self.outcome().scan;
        let built_in = match &self.own {
            Some(own) if own.replaced.iter().any(Option::is_some) => {
                self.standing().all(|judgement| scan.passes(judgement))
            }
            _ => scan.is_valid,
        };
        built_in && self.own_verdicts().iter().all(|(_, valid, ..)| *valid)
    }
}

/// The first of `name`, `name#2`, … that is not taken.
fn free_name(taken: &HashSet<String>, name: &str) -> String {
    let mut candidate = name.to_owned();
    let mut count = 1;
    while taken.contains(&candidate) {
        count += 1;
        candidate = format!("{name}#{count}");
    }
    candidate
}

/// What was found, without a word of the text: `2 × PATTERN, 1 × SUBSTRING`.
pub(super) fn describe(verdict: &pyshield_core::Verdict) -> String {
    let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &verdict.findings {
        *labels.entry(&finding.label).or_default() += 1;
    }
    if labels.is_empty() {
        return "nothing in particular".to_owned();
    }
    let mut parts: Vec<String> = labels.iter().map(|(label, count)| format!("{count} × {label}")).collect();
    if verdict.omitted > 0 {
        parts.push(format!("{} more", verdict.omitted));
    }
    parts.join(", ")
}
