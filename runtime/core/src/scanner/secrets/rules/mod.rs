//! The table of rules, by family. Written from the providers' own descriptions of their tokens and from what
//! GitHub's secret scanning partners publish. Beside each rule stand examples that it must find and others that
//! it must not, as templates: `<36 word>` is filled with 36 letters and digits by the test, so that no token
//! stands in a file.

mod ai;
mod cloud;
mod code;
mod hosting;
mod identity;
mod messaging;
mod monitoring;
mod payments;
mod services;
mod social;
mod tools;

use super::rule::Rule;

/// Every rule.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [
        cloud::RULES,
        hosting::RULES,
        code::RULES,
        tools::RULES,
        ai::RULES,
        payments::RULES,
        messaging::RULES,
        social::RULES,
        monitoring::RULES,
        identity::RULES,
        services::RULES,
    ]
    .into_iter()
    .flatten()
}
