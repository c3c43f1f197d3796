//! A text as the models that tell code from prose were trained to see it: without Markdown's marks, list
//! marks, digits and full stops.
//!
//! llm-guard does the same before its `BanCode` model, but also drops what stands between backticks; that is
//! where code is, so here only the backticks go.

use std::sync::LazyLock;

use regex::Regex;

/// What is replaced, in this order, and by what.
static STEPS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let steps = [
        (r"\*\*([^*]+)\*\*", "$1"),
        (r"\*([^*]+)\*", "$1"),
        (r"!\[[^\]]+\]\([^)]+\)", ""),
        (r"\[[^\]]+\]\([^)]+\)", ""),
        (r"#{1,6}\s", ""),
        (r">+", ""),
        (r"\n{2,}", ""),
        (r"[*_`]", ""),
        (r"^\s+|\s+$", ""),
        (r"\d+\.\s+|[-•]\s+", ""),
        (r"\d+", ""),
    ];
    // A pattern that does not compile would be left out; the test sees to it that none is.
    steps.into_iter().filter_map(|(pattern, by)| Some((Regex::new(pattern).ok()?, by))).collect()
});

/// The text as such a model reads it.
pub(crate) fn of(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, by) in STEPS.iter() {
        if let std::borrow::Cow::Owned(changed) = pattern.replace_all(&text, *by) {
            text = changed;
        }
    }
    without_stops(&text)
}

/// Without the full stops that end something.
fn without_stops(text: &str) -> String {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '“' | '”' | '‘' | '’' | ')' | ']' | '}');
    let mut rest = text.chars().peekable();
    let mut kept = String::with_capacity(text.len());
    while let Some(c) = rest.next() {
        if c != '.' || rest.peek().is_some_and(|&next| !ends(next)) {
            kept.push(c);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left() {
        assert_eq!(STEPS.len(), 11);
        let cases = [
            ("# Title\n\nSome **bold** and *thin* words.", "TitleSome bold and thin words"),
            ("1. one\n2. two [a link](http://x.y)", "one\ntwo"),
            ("- it costs 5 e.g. today.\n- \"Yes.\"", "it costs  e.g today\n\"Yes\""),
            ("```python\nprint(1)\n```", "python\nprint()"),
            ("x.y", "x.y"),
            ("", ""),
        ];
        for (text, prose) in cases {
            assert_eq!(of(text).trim(), prose, "{text}");
        }
    }
}
