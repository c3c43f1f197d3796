//! The numbering plans of libphonenumber, each compiled once and kept.
//!
//! The `phonenumber` crate brings the plans. Its own matching keeps a hundred compiled expressions for all
//! threads and compiles the others anew each time, a tenth of a millisecond for each number: a text of numbers
//! would take ten seconds a megabyte. The rules followed here are libphonenumber's, as its documentation and
//! its metadata's describe them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use regex_automata::meta::{self, Regex};
use regex_automata::util::{captures::Captures, syntax};
use regex_automata::{Anchored, Input};

/// What a national number may have: E.164, and room for the prefixes that some countries dial.
const DIGITS: std::ops::RangeInclusive<usize> = 3..=17;

static PLANS: LazyLock<Plans> = LazyLock::new(Plans::load);

/// All plans, by calling code; the main country of a code first.
struct Plans {
    by_code: HashMap<u16, Vec<Plan>>,
}

impl Plans {
    fn load() -> Self {
        let mut by_code: HashMap<u16, Vec<Plan>> = HashMap::new();
        for code in 1..1_000 {
            let Some(mut found) = DATABASE.by_code(&code) else { continue };
            found.sort_by_key(|metadata| !metadata.is_main_country_for_code());
            by_code.insert(code, found.into_iter().map(Plan::new).collect());
        }
        Self { by_code }
    }
}

/// Loads the plans and compiles those of `countries`, which takes about a tenth of a second the first time.
pub(super) fn warm(countries: &[(u16, &str)]) {
    for &(code, id) in countries {
        if let Some((plan, _)) = plan(code, id) {
            plan.rules();
        }
    }
}

/// Whether `digits`, dialled in the country `id` with calling code `code`, are a number.
pub(super) fn is_national(code: u16, id: &str, digits: &str) -> bool {
    plan(code, id).is_some_and(|(plan, plans)| plan.accepts(plans, digits))
}

/// Whether `digits`, which begin with a calling code, are a number of one of its countries.
pub(super) fn is_international(digits: &str) -> bool {
    (1..=3).any(|length| {
        let Some((code, rest)) = digits.split_at_checked(length) else { return false };
        let Some(plans) = code.parse().ok().and_then(|code: u16| PLANS.by_code.get(&code)) else {
            return false;
        };
        // A national prefix, as in +44 (0)20, is not dialled from abroad, but often written.
        let without = || plans.first().map(|plan| plan.rules().without_prefix(rest));
        is_of(plans, rest) || without().is_some_and(|rest| is_of(plans, &rest))
    })
}

/// The plan of a country, and those of all that share its code.
fn plan(code: u16, id: &str) -> Option<(&'static Plan, &'static [Plan])> {
    let plans = PLANS.by_code.get(&code)?;
    Some((plans.iter().find(|plan| plan.metadata.id() == id)?, plans))
}

/// Whether a significant number is one of the countries that share a calling code.
fn is_of(plans: &[Plan], number: &str) -> bool {
    if !DIGITS.contains(&number.len()) {
        return false;
    }
    for plan in plans {
        let rules = plan.rules();
        // Where countries share a code, these digits may say at once which of them it is.
        let led = rules.leading_digits.as_ref().filter(|_| plans.len() > 1);
        match led.map(|digits| prefix_of(digits, number).is_some()) {
            Some(true) => return rules.is_valid(number),
            None if rules.is_valid(number) => return true,
            _ => {}
        }
    }
    false
}

/// The plan of one country.
struct Plan {
    metadata: &'static Metadata,
    /// The calling code, as it is dialled.
    code: String,
    rules: OnceLock<Rules>,
}

impl Plan {
    fn new(metadata: &'static Metadata) -> Self {
        Self { metadata, code: metadata.country_code().to_string(), rules: OnceLock::new() }
    }

    fn rules(&self) -> &Rules {
        self.rules.get_or_init(|| Rules::new(self.metadata))
    }

    /// Whether `digits`, dialled here, are a number; `plans` are those that share the code.
    fn accepts(&self, plans: &[Self], digits: &str) -> bool {
        let rules = self.rules();
        if let Some(end) = rules.international_prefix.as_ref().and_then(|prefix| prefix_of(prefix, digits)) {
            let abroad = digits.get(end..).unwrap_or_default();
            if !abroad.starts_with('0') {
                return is_international(abroad);
            }
        }
        let mut number = digits;
        if let Some(rest) = digits.strip_prefix(self.code.as_str())
            && !(rules.general.is(number) && rules.is_possible(number.len()))
        {
            number = rest;
        }
        is_of(plans, &rules.without_prefix(number))
    }
}

/// A plan's expressions.
struct Rules {
    general: Shape,
    kinds: Vec<Shape>,
    /// How many digits numbers have, and those that are dialled without an area code.
    lengths: u32,
    local_lengths: u32,
    international_prefix: Option<Regex>,
    /// What is dialled before a national number, and what it stands for.
    parsing: Option<(Regex, Option<&'static str>)>,
    leading_digits: Option<Regex>,
}

impl Rules {
    fn new(metadata: &'static Metadata) -> Self {
        let all = metadata.descriptors();
        let kinds = [
            all.fixed_line(),
            all.mobile(),
            all.toll_free(),
            all.premium_rate(),
            all.shared_cost(),
            all.voip(),
            all.personal_number(),
            all.pager(),
            all.uan(),
            all.voicemail(),
        ];
        // Kinds of the same lengths are one expression.
        let mut by_lengths: Vec<(u32, Vec<&str>)> = Vec::new();
        for kind in kinds.into_iter().flatten() {
            let (lengths, pattern) = (mask(kind.possible_length()), kind.national_number().as_str());
            match by_lengths.iter_mut().find(|(other, _)| *other == lengths) {
                Some((_, patterns)) => patterns.push(pattern),
                None => by_lengths.push((lengths, vec![pattern])),
            }
        }
        let dialled = match metadata.national_prefix_for_parsing() {
            Some(pattern) => Some(pattern.as_str()),
            None => metadata.national_prefix(),
        };
        let parsing =
            dialled.and_then(|pattern| Some((compile(pattern)?, metadata.national_prefix_transform_rule())));
        Self {
            general: Shape::of(all.general()),
            kinds: by_lengths
                .into_iter()
                .map(|(lengths, patterns)| Shape::new(lengths, &patterns.join("|")))
                .collect(),
            // The general description carries no lengths; those of the kinds are all there are.
            lengths: kinds.into_iter().flatten().fold(0, |all, kind| all | mask(kind.possible_length())),
            local_lengths: kinds
                .into_iter()
                .flatten()
                .fold(0, |all, kind| all | mask(kind.possible_local_length())),
            international_prefix: metadata.international_prefix().and_then(|prefix| compile(prefix.as_str())),
            parsing,
            leading_digits: metadata.leading_digits().and_then(|digits| compile(digits.as_str())),
        }
    }

    fn is_valid(&self, number: &str) -> bool {
        self.general.is(number) && self.kinds.iter().any(|kind| kind.is(number))
    }

    /// Whether numbers of this country, with an area code or without, may have `length` digits.
    fn is_possible(&self, length: usize) -> bool {
        (self.lengths | self.local_lengths) & bit(length) != 0
    }

    /// The number without what is dialled before it within the country.
    fn without_prefix<'n>(&self, number: &'n str) -> Cow<'n, str> {
        let Some((pattern, transform)) = &self.parsing else { return Cow::Borrowed(number) };
        let mut captures = pattern.create_captures();
        pattern.captures(Input::new(number).anchored(Anchored::Yes), &mut captures);
        let Some(prefix) = captures.get_match() else { return Cow::Borrowed(number) };
        let rest = number.get(prefix.end()..).unwrap_or_default();
        let stripped = match transform {
            Some(transform) if last_group(&captures) => {
                Cow::Owned(captures.interpolate_string(number, transform) + rest)
            }
            _ => Cow::Borrowed(rest),
        };
        // What is a number as it stands has no prefix, and what is none without has none either.
        let too_short = stripped.len() < self.lengths.trailing_zeros() as usize
            && self.local_lengths & bit(stripped.len()) == 0;
        if too_short || self.general.is(number) && !self.general.is(&stripped) {
            return Cow::Borrowed(number);
        }
        stripped
    }
}

/// Whether the last group of an expression took part: then what was dialled is to be rewritten.
fn last_group(captures: &Captures) -> bool {
    captures.get_group(captures.group_len() - 1).is_some()
}

/// What the numbers of a kind look like.
struct Shape {
    /// Bit `n`: numbers may have `n` digits; no bit: any count.
    lengths: u32,
    whole: Option<Regex>,
}

impl Shape {
    fn of(descriptor: &Descriptor) -> Self {
        Self::new(mask(descriptor.possible_length()), descriptor.national_number().as_str())
    }

    fn new(lengths: u32, pattern: &str) -> Self {
        Self { lengths, whole: compile(&format!("(?:{pattern})\\z")) }
    }

    fn is(&self, number: &str) -> bool {
        (self.lengths == 0 || self.lengths & bit(number.len()) != 0)
            && self
                .whole
                .as_ref()
                .is_some_and(|whole| whole.is_match(Input::new(number).anchored(Anchored::Yes)))
    }
}

fn bit(length: usize) -> u32 {
    u32::try_from(length).ok().and_then(|length| 1u32.checked_shl(length)).unwrap_or(0)
}

fn mask(lengths: &[u16]) -> u32 {
    lengths.iter().fold(0, |mask, &length| mask | bit(usize::from(length)))
}

/// An expression of the metadata; digits are ASCII's. One that does not compile matches nothing.
fn compile(pattern: &str) -> Option<Regex> {
    let syntax = syntax::Config::new().unicode(false).utf8(false).ignore_whitespace(true);
    meta::Builder::new().syntax(syntax).build(pattern).ok()
}

/// Where `pattern` ends that matches at the start of `digits`.
fn prefix_of(pattern: &Regex, digits: &str) -> Option<usize> {
    pattern.find(Input::new(digits).anchored(Anchored::Yes)).map(|found| found.end())
}

#[cfg(test)]
mod tests {
    use phonenumber::country::Id;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_example_of_every_plan_is_a_number() {
        let mut seen = 0;
        for (code, plans) in &PLANS.by_code {
            for plan in plans {
                let all = plan.metadata.descriptors();
                for kind in [all.fixed_line(), all.mobile(), all.toll_free(), all.premium_rate(), all.voip()]
                {
                    let Some(example) = kind.and_then(Descriptor::example) else { continue };
                    seen += 1;
                    assert!(is_international(&format!("{code}{example}")), "+{code} {example}");
                    assert!(plan.accepts(plans, example), "{} {example}", plan.metadata.id());
                }
            }
        }
        assert!(seen > 700, "{seen}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
        #[test]
        fn any_digits_do(digits in "[0-9]{0,20}") {
            is_international(&digits);
            for plans in PLANS.by_code.values() {
                plans[0].accepts(plans, &digits);
            }
        }
    }

    /// In these countries the crate, which is content with the beginning of a number, errs nowhere.
    #[test]
    fn the_crate_says_the_same() {
        let mut state = 1u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for (code, id, name) in [(1, Id::US, "US"), (44, Id::GB, "GB"), (91, Id::IN, "IN")] {
            let mut numbers = 0;
            for _ in 0..3_000 {
                let count = 7 + random(6);
                let mut digits = String::from(if random(2) == 0 { "0" } else { "" });
                digits
                    .extend((0..count).filter_map(|_| char::from_digit(u32::try_from(random(10)).ok()?, 10)));
                // Not from abroad, and not with the country's own code, which the crate always takes off.
                if ["00", "011", &code.to_string()].iter().any(|prefix| digits.starts_with(prefix)) {
                    continue;
                }
                let theirs = phonenumber::parse(Some(id), &digits).is_ok_and(|number| number.is_valid());
                assert_eq!(is_national(code, name, &digits), theirs, "{name} {digits}");
                numbers += u32::from(theirs);
            }
            assert!(numbers > 50, "{name}: {numbers}");
        }
    }
}
