//! Values in a text that is there as a whole.

use pyshield_core::Edit;

use super::super::content::{is_special, nested};
use super::Literals;
use crate::vault::is_verbatim;

/// Writes values as the literals that they come to hold them. `edits` are disjoint.
pub(in super::super) fn keep_whole(text: &str, edits: &mut [Edit]) {
    if !edits.iter().any(|edit| is_special(&edit.replacement)) {
        return;
    }
    edits.sort_by_key(|edit| edit.span.start);
    let (mut literals, mut at) = (Literals::default(), 0);
    for (index, edit) in edits.iter().enumerate() {
        literals.read(text.get(at..edit.span.start).unwrap_or_default());
        let verbatim = text.get(edit.span.range()).is_some_and(is_verbatim);
        literals.put(&edit.replacement, verbatim, index);
        at = edit.span.end;
    }
    literals.read(text.get(at..).unwrap_or_default());
    literals.finish();
    for (index, escapes) in literals.ready() {
        if let Some((escapes, edit)) = escapes.zip(edits.get_mut(index)) {
            edit.replacement = nested(&edit.replacement, &escapes);
        }
    }
}
