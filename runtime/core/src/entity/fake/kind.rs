//! What an entity's own rules say of a value: a made-up one is to pass them as the real one does.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use super::super::automaton::Shapes;
use super::super::check::Validity;
use super::super::rule::Rule;
use super::super::{TABLES, phone};

/// The rules of one entity.
pub(super) struct Kind {
    rules: Vec<Rule>,
    /// Compiled when the first value is made up.
    shapes: OnceLock<Option<Shapes>>,
}

static KINDS: LazyLock<HashMap<&'static str, Kind>> = LazyLock::new(|| {
    let mut kinds: HashMap<&'static str, Kind> = HashMap::new();
    for rule in TABLES.iter().flat_map(|(rules, _)| rules.iter()) {
        let new = || Kind { rules: Vec::new(), shapes: OnceLock::new() };
        kinds.entry(rule.entity).or_insert_with(new).rules.push(*rule);
    }
    kinds
});

impl Kind {
    /// The rules of an entity, if it has any.
    pub(super) fn of(label: &str) -> Option<&'static Self> {
        KINDS.get(label)
    }

    /// What the check digits say of a value that a rule matches from end to end; impossible if none does.
    pub(super) fn judge(&self, value: &str) -> Validity {
        let Some(shapes) = self.shapes.get_or_init(|| Shapes::new(&self.rules)) else {
            return Validity::Impossible;
        };
        let mut best = Validity::Impossible;
        let matched = shapes.run().matches(value, 0, |rule, end| {
            if let Some(rule) = self.rules.get(rule).filter(|_| end == value.len()) {
                best = better(best, (rule.check)(value));
            }
        });
        if matched.is_err() { Validity::Impossible } else { best }
    }

    /// What the check digits alone say, for a value that is written in other signs than the rules'.
    pub(super) fn checked(&self, value: &str) -> Validity {
        self.rules.iter().map(|rule| (rule.check)(value)).fold(Validity::Impossible, better)
    }
}

/// Whether all of a text is one phone number.
pub(super) fn is_phone(value: &str) -> bool {
    let start = usize::from(!value.bytes().next().is_some_and(phone::may_begin));
    phone::at(value, start).is_some_and(|found| start == 0 && found.span.end == value.len())
}

const fn better(a: Validity, b: Validity) -> Validity {
    match (a, b) {
        (Validity::Certain, _) | (_, Validity::Certain) => Validity::Certain,
        (Validity::Open, _) | (_, Validity::Open) => Validity::Open,
        _ => Validity::Impossible,
    }
}
