//! Values in JSON strings.

use std::sync::Arc;

use pyshield_core::{Edit, apply_edits, merge_edits};

use super::document::Document;

/// Whether a JSON string cannot hold a value as it is.
pub(super) fn is_special(value: &str) -> bool {
    value.chars().any(|c| matches!(c, '"' | '\\') || c < ' ')
}

/// A value as a JSON string holds it.
pub(super) fn escaped(value: &str) -> Arc<str> {
    // A string is always JSON, in quotes.
    let written = serde_json::to_string(value).unwrap_or_default();
    Arc::from(written.get(1..written.len().saturating_sub(1)).unwrap_or_default())
}

/// Writes values as a JSON string holds them, if the text is JSON and would not be any longer with the values
/// as they are. A value that came out of a JSON string is written as it came, which is escaped already.
pub(super) fn keep_valid(text: &str, edits: &mut [Edit]) {
    if !edits.iter().any(|edit| is_special(&edit.replacement)) || !Document::is(text, false) {
        return;
    }
    let raw = apply_edits(text, &merge_edits(edits.to_vec()));
    if raw.is_none_or(|raw| Document::is(&raw, true)) {
        return;
    }
    for edit in edits {
        edit.replacement = escaped(&edit.replacement);
    }
}
