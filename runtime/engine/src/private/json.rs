//! Values in JSON strings.

use std::sync::Arc;

use pyshield_core::{Edit, apply_edits, merge_edits};
use serde::de::IgnoredAny;

/// Writes values as a JSON string holds them, if the text is JSON and would not be any longer with the values
/// as they are. A value that came out of a JSON string is written as it came, which is escaped already.
pub(super) fn keep_valid(text: &str, edits: &mut [Edit]) {
    let special = |edit: &Edit| edit.replacement.chars().any(|c| matches!(c, '"' | '\\') || c < ' ');
    if !edits.iter().any(special) || !text.trim_start().starts_with(['{', '[', '"']) || !is_json(text) {
        return;
    }
    let raw = apply_edits(text, &merge_edits(edits.to_vec()));
    if raw.is_none_or(|raw| is_json(&raw)) {
        return;
    }
    for edit in edits {
        // A string is always JSON.
        if let Ok(written) = serde_json::to_string(&*edit.replacement) {
            let inside = written.get(1..written.len() - 1).unwrap_or_default();
            edit.replacement = Arc::from(inside);
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}
