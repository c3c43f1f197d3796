//! Prometheus' text exposition format, version 0.0.4.

use std::fmt::{self, Write};

use super::{HistogramSnapshot, Snapshot};

/// Renders a snapshot as Prometheus reads it, every name with the prefix `pyshield_`. The content type is
/// `text/plain; version=0.0.4; charset=utf-8`.
pub fn render_prometheus(snapshot: &Snapshot) -> String {
    let mut page = Page(String::with_capacity(8 * 1024));
    page.counters("requests_total", "Requests by lane.", "lane", &snapshot.requests_total);
    page.counters("outcomes_total", "Requests by how they ended.", "outcome", &snapshot.outcomes_total);
    page.counters("detections_total", "Scans by what they rested on.", "method", &snapshot.detections_total);
    let errors = snapshot.model_errors_total;
    page.single("model_errors_total", "counter", "Scans in which a model failed.", errors);
    page.counters(
        "scanner_errors_total",
        "Scans without a verdict.",
        "scanner",
        &snapshot.scanner_errors_total,
    );
    page.single("panics_total", "counter", "Panics caught.", snapshot.panics_total);
    page.single("restarts_total", "counter", "Actors started anew after a failure.", snapshot.restarts_total);
    page.single("in_flight", "gauge", "Requests that have begun and not ended.", snapshot.in_flight);
    for (name, help, histogram) in [
        ("queue_seconds", "From arrival to the start of the scan.", &snapshot.queue_seconds),
        ("scan_seconds", "The scan, all scanners.", &snapshot.scan_seconds),
        ("total_seconds", "From arrival to the end.", &snapshot.total_seconds),
        ("inference_seconds", "What models took of a scan.", &snapshot.inference_seconds),
    ] {
        page.head(name, "histogram", help);
        page.histogram(name, None, histogram);
    }
    if !snapshot.scanner_seconds.is_empty() {
        page.head("scanner_seconds", "histogram", "The scan, by scanner.");
        for (scanner, histogram) in &snapshot.scanner_seconds {
            page.histogram("scanner_seconds", Some(("scanner", scanner)), histogram);
        }
    }
    if let Some(cache) = snapshot.cache {
        page.single("cache_hits_total", "counter", "Requests answered from the cache.", cache.hits);
        page.single("cache_misses_total", "counter", "Results that had to be computed.", cache.misses);
        page.single("cache_shared_total", "counter", "Requests that shared one in flight.", cache.shared);
        page.single("cache_evictions_total", "counter", "Entries dropped for want of room.", cache.evictions);
        page.single("cache_expirations_total", "counter", "Entries whose time was up.", cache.expirations);
        page.single("cache_entries", "gauge", "Entries in the cache.", cache.entries);
        page.single("cache_bytes", "gauge", "Weight of the cache.", cache.bytes);
    }
    page.0
}

/// A page that is being written.
pub(crate) struct Page(pub(crate) String);

impl Page {
    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(line);
        self.0.push('\n');
    }

    pub(crate) fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP pyshield_{name} {help}"));
        self.line(format_args!("# TYPE pyshield_{name} {kind}"));
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.head(name, kind, help);
        self.line(format_args!("pyshield_{name} {value}"));
    }

    fn counters<'a, K: AsRef<str> + 'a>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'a K, &'a u64)>,
    ) {
        self.head(name, "counter", help);
        for (key, value) in values {
            self.line(format_args!("pyshield_{name}{{{label}=\"{}\"}} {value}", Escaped(key.as_ref())));
        }
    }

    /// One value of many, told apart by their labels.
    pub(crate) fn labelled(&mut self, name: &str, labels: &[(&str, &str)], value: impl fmt::Display) {
        let labels: Vec<_> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", Escaped(value))).collect();
        self.line(format_args!("pyshield_{name}{{{}}} {value}", labels.join(",")));
    }

    pub(crate) fn histogram(
        &mut self,
        name: &str,
        label: Option<(&str, &str)>,
        histogram: &HistogramSnapshot,
    ) {
        let label = label.map(|(label, value)| format!("{label}=\"{}\"", Escaped(value)));
        let with = label.as_ref().map(|label| format!("{label},")).unwrap_or_default();
        let alone = label.map(|label| format!("{{{label}}}")).unwrap_or_default();
        for (bound, cumulative) in &histogram.buckets {
            self.line(format_args!("pyshield_{name}_bucket{{{with}le=\"{bound}\"}} {cumulative}"));
        }
        self.line(format_args!("pyshield_{name}_bucket{{{with}le=\"+Inf\"}} {}", histogram.count));
        self.line(format_args!("pyshield_{name}_sum{alone} {}", histogram.sum_seconds));
        self.line(format_args!("pyshield_{name}_count{alone} {}", histogram.count));
    }
}

/// A label value: backslash, quote and line feed escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::{Lane, Metrics, Outcome};
    use super::*;
    use crate::cache::CacheStatistics;

    fn example() -> Snapshot {
        let metrics = Arc::new(Metrics::new(["Regex", "odd \"\\\n"]));
        metrics.begin(Lane::Bulk).finish(Outcome::Invalid);
        metrics.panics.increment();
        metrics.scan_seconds.record(Duration::from_micros(40));
        metrics.scan_seconds.record(Duration::from_hours(1));
        metrics.scanner(0).unwrap().seconds.record(Duration::from_millis(1));
        let mut snapshot = metrics.snapshot();
        // The one number that differs from run to run.
        snapshot.total_seconds = snapshot.queue_seconds.clone();
        snapshot.cache = Some(CacheStatistics { hits: 7, misses: 3, ..CacheStatistics::default() });
        snapshot
    }

    #[test]
    fn page() {
        insta::assert_snapshot!(render_prometheus(&example()));
    }

    #[test]
    fn json() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&example()).unwrap());
    }

    #[test]
    fn every_line_is_a_comment_or_a_sample() {
        for line in render_prometheus(&example()).lines() {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(
                name.starts_with("# ") || (name.starts_with("pyshield_") && value.parse::<f64>().is_ok()),
                "{line}"
            );
        }
    }
}
