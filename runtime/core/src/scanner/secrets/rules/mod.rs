//! The table of rules, by family. Written from the providers' own descriptions of their tokens and from what
//! GitHub's secret scanning partners publish.

mod ai;
mod cloud;
mod code;
mod messaging;
mod payments;
mod services;

use super::rule::Rule;

/// Every rule.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [cloud::RULES, code::RULES, ai::RULES, payments::RULES, messaging::RULES, services::RULES]
        .into_iter()
        .flatten()
}
