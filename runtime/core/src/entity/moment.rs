//! Dates, times, colours: what has a shape of its own and no owner.

use super::rule::{Context, Rule, Table};

macro_rules! month {
    () => {
        "(?:jan(?:uary|\\.)?|feb(?:ruary|\\.)?|mar(?:ch|\\.)?|apr(?:il|\\.)?|may|june?|jun\\.|july?|jul\\.|\
         aug(?:ust|\\.)?|sep(?:t|tember|\\.)?|oct(?:ober|\\.)?|nov(?:ember|\\.)?|dec(?:ember|\\.)?)"
    };
}

macro_rules! day {
    () => {
        "(?:0?[1-9]|[12][0-9]|3[01])"
    };
}

macro_rules! month_number {
    () => {
        "(?:0?[1-9]|1[0-2])"
    };
}

const RULES: &[Rule] = &[
    Rule::shape("DATE_TIME", "m/d/y", concat!(month_number!(), "/", day!(), "/(?:[0-9]{4}|[0-9]{2})"), 0.6),
    Rule::shape("DATE_TIME", "d/m/y", concat!(day!(), "/", month_number!(), "/(?:[0-9]{4}|[0-9]{2})"), 0.6),
    Rule::shape("DATE_TIME", "y/m/d", concat!("[0-9]{4}/", month_number!(), "/", day!()), 0.6),
    Rule::shape("DATE_TIME", "m-d-y", concat!(month_number!(), "-", day!(), "-[0-9]{4}"), 0.6),
    Rule::shape("DATE_TIME", "d-m-y", concat!(day!(), "-", month_number!(), "-[0-9]{4}"), 0.6),
    Rule::shape(
        "DATE_TIME",
        "y-m-d",
        concat!(
            "[0-9]{4}-",
            month_number!(),
            "-",
            day!(),
            "(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?(?:Z|[-+][0-9]{2}:?[0-9]{2})?)?"
        ),
        0.6,
    ),
    Rule::shape(
        "DATE_TIME",
        "d.m.y",
        concat!(day!(), "\\.", month_number!(), "\\.(?:[0-9]{4}|[0-9]{2})"),
        0.6,
    ),
    Rule::shape(
        "DATE_TIME",
        "d-mon-y",
        concat!(day!(), "-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:-(?:[0-9]{4}|[0-9]{2}))?"),
        0.6,
    ),
    Rule::shape(
        "DATE_TIME",
        "mon-y",
        "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-(?:[0-9]{4}|[0-9]{2})",
        0.6,
    ),
    Rule::shape("DATE_TIME", "m/y", concat!(month_number!(), "/[0-9]{4}"), 0.2),
    Rule::shape("DATE_TIME", "m/yy", concat!(month_number!(), "/[0-9]{2}"), 0.1),
    Rule::shape(
        "DATE_RE",
        "day month",
        concat!("[0-3]?[0-9](?:st|nd|rd|th)? +(?:of +)?", month!(), "(?:,? *[0-9]{4})?"),
        0.75,
    ),
    Rule::shape(
        "DATE_RE",
        "month day",
        concat!(month!(), " +[0-3]?[0-9](?:st|nd|rd|th)?(?:,? *[0-9]{4})?"),
        0.75,
    ),
    Rule::shape("DATE_RE", "numbers", r"[0-3]?[0-9][-./][0-3]?[0-9][-./][0-9]{2,4}", 0.75),
    Rule::shape("TIME_RE", "h:m", r"[0-9]{1,2}:[0-9]{2}(?: ?[ap]\.?m\.?)?", 0.75),
    Rule::shape("TIME_RE", "hour", r"[0-9]{1,2} ?[ap]\.?m\.?", 0.75),
    Rule::shape("HEX_COLOR", "rgb", r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})", 0.75),
];

const CONTEXT: &[Context] = &[
    Context { entity: "DATE_TIME", words: &["date", "birthday", "born", "dob"] },
    Context { entity: "DATE_RE", words: &["date", "time", "month", "year"] },
    Context { entity: "TIME_RE", words: &["time"] },
    Context { entity: "HEX_COLOR", words: &["color", "code"] },
];

pub(super) const TABLE: Table = (RULES, CONTEXT);
