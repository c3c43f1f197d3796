//! `_runtime.ScanResult` and its parts: kept in Rust, turned into Python values when asked for.

mod parts;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};
use pyshield_core::{Severity, Text};
use pyshield_engine::outcome::{self, Judgement, Outcome};

use crate::errors;
use crate::finding::{Finding, severity};
use crate::import::{Kept, imported};
use crate::verdict::{Timings, Verdict};
use parts::describe;

/// What came of a scan.
#[pyclass(frozen, module = "pyshield._runtime")]
pub(crate) struct ScanResult {
    /// `None` for a stream, whose text is not kept.
    original: Option<Py<PyString>>,
    /// The scanned text, for positions; `None` for a stream, where they are code points already.
    text: Option<Text>,
    /// Set before Python sees the result.
    outcome: OnceLock<Outcome>,
    /// The text after the edits, made when first asked for.
    edited: PyOnceLock<Py<PyString>>,
    /// What scanners written in Python said after the built-in ones, and the text they left.
    own: Option<Own>,
}

struct Own {
    text: Py<PyString>,
    verdicts: Vec<OwnVerdict>,
    /// Where each of them stands among all scanners as declared; ascending.
    places: Vec<usize>,
    /// For each of them the built-in scanner in whose place it stands, if it does: the first stage of a cascade.
    replaced: Vec<Option<usize>>,
}

/// One scanner's part of a result.
enum Part<'a> {
    BuiltIn(&'a Judgement),
    Own(&'a OwnVerdict),
}

/// A custom scanner's word: `(name, is_valid, risk, error, why it was skipped, stage)`.
type OwnVerdict = (String, bool, f64, Option<Py<PyAny>>, Option<String>, Option<String>);

impl ScanResult {
    pub(crate) fn new(original: Py<PyString>, text: Text, outcome: Outcome) -> Self {
        Self { outcome: outcome.into(), ..Self::awaited(original, text) }
    }

    /// A result whose outcome is yet to come, through [`Self::complete`]. Python must not see it before.
    pub(crate) const fn awaited(original: Py<PyString>, text: Text) -> Self {
        Self {
            original: Some(original),
            text: Some(text),
            outcome: OnceLock::new(),
            edited: PyOnceLock::new(),
            own: None,
        }
    }

    /// The result of a stream.
    pub(crate) fn of_stream(outcome: Outcome) -> Self {
        Self { original: None, text: None, outcome: outcome.into(), edited: PyOnceLock::new(), own: None }
    }

    /// Sets the outcome; needs no interpreter lock.
    pub(crate) fn complete(&self, outcome: Outcome) {
        let _ = self.outcome.set(outcome);
    }

    fn outcome(&self) -> &Outcome {
        self.outcome.get().expect("a result is handed out with its outcome")
    }

    fn judgements(&self) -> &[Judgement] {
        &self.outcome().scan.judgements
    }

    fn own_verdicts(&self) -> &[OwnVerdict] {
        self.own.as_ref().map_or(&[], |own| &own.verdicts)
    }

    fn positions(&self, start: usize, end: usize) -> (usize, usize) {
        let Some(text) = &self.text else { return (start, end) };
        let (map, text) = (text.code_points(), text.as_str());
        (map.of_byte(text, start), map.of_byte(text, end))
    }
}

#[pymethods]
impl ScanResult {
    /// Whether every scanner lets the text pass.
    #[getter]
    fn is_valid(&self) -> bool {
        self.valid()
    }

    /// The text after all edits; the very same object when there were none. That of a stream is not kept:
    /// asking for it raises `TextError`.
    #[getter]
    fn text(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        if let Some(own) = &self.own {
            return Ok(own.text.clone_ref(py));
        }
        let Some(original) = &self.original else {
            return Err(errors::text_error(
                py,
                "the text of a stream is not kept: it was in the text events",
            ));
        };
        Ok(match &self.outcome().scan.rewritten {
            None => original.clone_ref(py),
            Some(text) => self.edited.get_or_init(py, || PyString::new(py, text).unbind()).clone_ref(py),
        })
    }

    /// The highest risk any scanner reported, 0 to 1.
    #[getter]
    fn risk(&self) -> f64 {
        self.risk_f64()
    }

    /// How the request went: `"inline"`, `"actor"`, `"bulk"`, `"blocking"` or `"stream"`.
    #[getter]
    fn lane(&self) -> &'static str {
        self.outcome().lane.name()
    }

    /// Whether the scan was made for an earlier or simultaneous request with the same text.
    #[getter]
    fn cached(&self) -> bool {
        self.outcome().cached
    }

    /// What was found, in scanner order, then text order; at most 1,000 per scanner.
    #[getter]
    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for judgement in self.finding() {
            let Ok(verdict) = &judgement.verdict else { continue };
            findings.extend(verdict.findings.iter().map(|finding| {
                let (start, end) = self.positions(finding.span.start, finding.span.end);
                Finding {
                    scanner: judgement.scanner,
                    label: finding.label.to_string(),
                    start,
                    end,
                    score: finding.score,
                    severity: finding.severity,
                    replacement: finding.replacement.clone(),
                    view: finding.view.clone(),
                }
            }));
        }
        findings
    }

    /// How many findings are not listed.
    #[getter]
    fn omitted_findings(&self) -> usize {
        let verdicts = self.finding().filter_map(|judgement| judgement.verdict.as_ref().ok());
        verdicts.map(|verdict| verdict.omitted).sum()
    }

    /// Each scanner's word, by class name; a second scanner of a kind is `Name#2`.
    #[getter]
    fn verdicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let verdicts = PyDict::new(py);
        let parts = self.parts();
        for (part, name) in parts.iter().zip(self.names(&parts)) {
            let verdict = match part {
                Part::BuiltIn(judgement) => match &judgement.verdict {
                    Ok(verdict) => {
                        let model = judgement.rests_on();
                        let degraded = verdict.degraded.clone();
                        let skipped = judgement.skipped.map(|why| why.name().into());
                        let (is_valid, risk) = (verdict.valid, verdict.risk);
                        Verdict { is_valid, risk, error: None, model, degraded, skipped, stage: None }
                    }
                    Err(error) => {
                        let error = errors::scanner_error(py, judgement.scanner, error);
                        let error = Some(error.into_value(py).into_any());
                        let model = judgement.rests_on();
                        Verdict {
                            is_valid: false,
                            risk: 1.0,
                            error,
                            model,
                            degraded: None,
                            skipped: None,
                            stage: None,
                        }
                    }
                },
                Part::Own((_, is_valid, risk, error, skipped, stage)) => {
                    let error = error.as_ref().map(|error| error.clone_ref(py));
                    let skipped = skipped.clone().map(Into::into);
                    let (is_valid, risk) = (*is_valid, *risk);
                    let stage = stage.clone();
                    Verdict { is_valid, risk, error, model: None, degraded: None, skipped, stage }
                }
            };
            verdicts.set_item(name, verdict)?;
        }
        Ok(verdicts)
    }

    /// The scanners that were not asked, by their keys in `verdicts`, and why: see `Verdict.skipped`.
    #[getter]
    fn skipped(&self) -> BTreeMap<String, String> {
        let parts = self.parts();
        let skipped = parts.iter().zip(self.names(&parts)).filter_map(|(part, name)| match part {
            Part::BuiltIn(judgement) => judgement.skipped.map(|why| (name, why.name().to_owned())),
            Part::Own((_, _, _, _, skipped, _)) => skipped.clone().map(|why| (name, why)),
        });
        skipped.collect()
    }

    /// What the verdict of the built-in scanners rests on, a `DetectionMethod`.
    #[getter]
    fn detection_method<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: Kept = Kept::new();
        let class = imported(py, &CLASS, "pyshield.results", "DetectionMethod")?;
        class.call1((self.outcome().scan.detection.name(),))
    }

    /// What went wrong in scanners; each also stands in its verdict.
    #[getter]
    fn errors(&self, py: Python<'_>) -> Vec<Py<PyAny>> {
        let parts = self.parts();
        let errors = parts.iter().filter_map(|part| match part {
            Part::BuiltIn(judgement) => {
                let error = judgement.verdict.as_ref().err()?;
                Some(errors::scanner_error(py, judgement.scanner, error).into_value(py).into_any())
            }
            Part::Own((_, _, _, error, ..)) => error.as_ref().map(|error| error.clone_ref(py)),
        });
        errors.collect()
    }

    /// Where the time went.
    #[getter]
    fn timings(&self) -> Timings {
        let outcome::Timings { queue, scan, tokenize, inference, total } = self.outcome().timings;
        Timings {
            queue: queue.as_secs_f64(),
            scan: scan.as_secs_f64(),
            tokenize: tokenize.as_secs_f64(),
            inference: inference.as_secs_f64(),
            total: total.as_secs_f64(),
        }
    }

    /// The findings as plain `Entity` values.
    #[getter]
    fn entities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        static CLASS: Kept = Kept::new();
        let class = imported(py, &CLASS, "pyshield.results", "Entity")?;
        let entities = PyList::empty(py);
        for finding in self.findings() {
            entities.append(class.call1((finding.label, finding.start, finding.end, finding.score))?)?;
        }
        Ok(entities)
    }

    /// One `RiskFactor` for each scanner that does not let the text pass or reports a risk.
    #[getter]
    fn risk_factors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        static CLASS: Kept = Kept::new();
        let class = imported(py, &CLASS, "pyshield.results", "RiskFactor")?;
        let factors = PyList::empty(py);
        let parts = self.parts();
        for (part, name) in parts.iter().zip(self.names(&parts)) {
            let (description, risk) = match part {
                Part::BuiltIn(judgement) => match &judgement.verdict {
                    Ok(verdict) if verdict.valid && verdict.risk <= 0.0 => continue,
                    Ok(verdict) => (describe(verdict), verdict.risk),
                    Err(error) => (error.to_string(), 1.0),
                },
                Part::Own((_, valid, risk, ..)) if *valid && *risk <= 0.0 => continue,
                Part::Own((_, _, risk, Some(_), ..)) => ("the scanner raised".to_owned(), *risk),
                Part::Own((_, _, risk, None, ..)) => ("refused by the scanner".to_owned(), *risk),
            };
            let risk = risk.clamp(0.0, 1.0);
            let severity = severity(py, Severity::of_score(risk))?;
            factors.append(class.call1((name, description, severity, risk))?)?;
        }
        Ok(factors)
    }

    /// The severity of the risk.
    #[getter]
    fn severity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        severity(py, Severity::of_score(self.risk_f64()))
    }

    /// Everything as plain data that `json.dumps` takes; the text itself only if asked for.
    #[pyo3(signature = (*, include_text = false))]
    fn to_dict<'py>(&self, py: Python<'py>, include_text: bool) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("is_valid", self.valid())?;
        dict.set_item("risk", self.risk_f64())?;
        dict.set_item("severity", Severity::of_score(self.risk_f64()).as_str())?;
        if include_text {
            dict.set_item("text", self.text(py)?)?;
        }
        let findings = self.findings().iter().map(|f| f.to_dict(py)).collect::<PyResult<Vec<_>>>()?;
        dict.set_item("findings", findings)?;
        dict.set_item("omitted_findings", self.omitted_findings())?;
        let verdicts = PyDict::new(py);
        for (name, verdict) in self.verdicts(py)? {
            let verdict = verdict.cast_into::<Verdict>()?;
            verdicts.set_item(name, verdict.get().to_dict(py)?)?;
        }
        dict.set_item("verdicts", verdicts)?;
        dict.set_item("detection_method", self.outcome().scan.detection.name())?;
        dict.set_item("lane", self.lane())?;
        dict.set_item("cached", self.cached())?;
        let timings = self.timings();
        let seconds = PyDict::new(py);
        seconds.set_item("queue", timings.queue)?;
        seconds.set_item("scan", timings.scan)?;
        seconds.set_item("tokenize", timings.tokenize)?;
        seconds.set_item("inference", timings.inference)?;
        seconds.set_item("total", timings.total)?;
        dict.set_item("timings", seconds)?;
        Ok(dict)
    }

    /// `result` with what custom scanners said after it: the text they left, and their
    /// `(name, is_valid, risk, error, why it was skipped, stage)`, which stand at `places` among all scanners
    /// as declared; `replaced` has for each the built-in scanner in whose place it stands, or `None`.
    #[staticmethod]
    #[pyo3(signature = (result, text, verdicts, places, replaced = Vec::new(), /))]
    fn merge_custom(
        py: Python<'_>,
        result: &Bound<'_, Self>,
        text: Py<PyString>,
        verdicts: Vec<OwnVerdict>,
        places: Vec<usize>,
        replaced: Vec<Option<usize>>,
    ) -> Self {
        let result = result.get();
        Self {
            original: result.original.as_ref().map(|original| original.clone_ref(py)),
            text: result.text.clone(),
            outcome: result.outcome.clone(),
            edited: PyOnceLock::new(),
            own: Some(Own { text, verdicts, places, replaced }),
        }
    }

    /// Nothing changes it, so it is its own copy.
    const fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (memo, /))]
    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        let _ = memo;
        slf
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        Err(errors::not_pickled(slf, "to_dict()"))
    }

    fn __repr__(&self) -> String {
        format!(
            "ScanResult(is_valid={}, risk={}, findings={}, lane={:?})",
            if self.valid() { "True" } else { "False" },
            self.risk_f64(),
            self.judgements()
                .iter()
                .filter_map(|judgement| judgement.verdict.as_ref().ok())
                .map(|verdict| verdict.findings.len() + verdict.omitted)
                .sum::<usize>(),
            self.lane(),
        )
    }
}
