//! What a scanner says of a view, told of the original text.

use std::collections::HashSet;

use crate::error::ScannerError;
use crate::finding::Finding;
use crate::span::Span;
use crate::verdict::Verdict;
use crate::view::ViewSet;

/// Adds to `verdict` what the same scanner says of view number `view`.
///
/// Findings and edits move to the spans of the original text they come from. What the view reads as the text
/// it was made of does is left out, unless only the view makes it count, and so is what is in the verdict
/// already. The text passes if it passes in every view, and the risk is the highest of all.
pub fn merge_verdict(
    verdict: &mut Verdict,
    seen: Verdict,
    views: &ViewSet,
    view: usize,
) -> Result<(), ScannerError> {
    // Of strings that must all occur, some may stand in the plain text.
    let decides = verdict.valid && !seen.valid;
    let origin = |span: Span| {
        if decides { Some(views.trace(view, span)) } else { views.origin(view, span) }
    };
    verdict.valid &= seen.valid;
    verdict.risk = verdict.risk.max(seen.risk);
    verdict.omitted += seen.omitted;
    let mut known: HashSet<(Span, String)> =
        verdict.findings.iter().map(|finding| (finding.span, finding.label.to_string())).collect();
    for finding in seen.findings {
        let Some(origin) = origin(finding.span) else { continue };
        if known.insert((origin.span, finding.label.to_string())) {
            let path = Some(origin.path).filter(|path| !path.is_empty());
            verdict.list(Finding { span: origin.span, view: path, ..finding });
        }
    }
    for edit in seen.edits {
        if let Some(origin) = origin(edit.span) {
            verdict.edit(origin.span, edit.score, &edit.replacement)?;
        }
    }
    Ok(())
}
