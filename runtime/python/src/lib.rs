//! The extension module `pyshield._runtime`: convert, map errors, bridge. No decisions are made here.

use pyo3::prelude::*;

mod argument;
mod attach;
mod awaitable;
mod bridge;
mod bulk;
mod convert;
mod document;
mod entities;
mod errors;
mod finding;
mod function;
mod functions;
mod headers;
mod import;
mod lifecycle;
mod model;
mod models;
mod onnxruntime;
mod patience;
mod probe;
mod redis;
mod result;
mod scanner;
mod sessions;
mod shield;
mod stream;
mod text;
mod tokens;
mod vault;
mod verdict;

/// The compiled half of pyshield. Private: use the classes of `pyshield`.
#[pymodule]
mod _runtime {
    use pyo3::prelude::*;

    use crate::lifecycle;

    #[pymodule_export]
    use crate::awaitable::{Ready, Ticket};
    #[pymodule_export]
    use crate::bridge::LoopBridge;
    #[pymodule_export]
    use crate::document::{DocumentFault, DocumentScanner, FieldTable, Located, ScannedDocument};
    #[pymodule_export]
    use crate::entities::{entity_types, explain_entities};
    #[pymodule_export]
    use crate::finding::Finding;
    #[pymodule_export]
    use crate::function::{
        _functions_call, _functions_call_blocking, _functions_call_from_engine, _functions_done,
        _functions_home, _functions_next, _functions_prometheus, _functions_unregister, Function, Job,
    };
    #[pymodule_export]
    use crate::functions::{extract_urls, json_is_valid, json_repair, risk_score, url_is_reachable};
    #[pymodule_export]
    use crate::headers::short_json;
    #[pymodule_export]
    use crate::lifecycle::{_forked, _shutdown, build_info};
    #[pymodule_export]
    use crate::model::ModelHandle;
    #[pymodule_export]
    use crate::models::{_external_data, _poison_models, model_metrics, reload_model};
    #[pymodule_export]
    use crate::onnxruntime::onnxruntime_library;
    #[pymodule_export]
    use crate::probe::_scan_with_future_into_py;
    #[pymodule_export]
    use crate::redis::{RedisVault, RedisVaults};
    #[pymodule_export]
    use crate::result::ScanResult;
    #[pymodule_export]
    use crate::scanner::Scanner;
    #[pymodule_export]
    use crate::sessions::{SessionEnds, Sessions};
    #[pymodule_export]
    use crate::shield::Shield;
    #[pymodule_export]
    use crate::stream::OutputStream;
    #[pymodule_export]
    use crate::tokens::{count_tokens, count_tokens_batch, model_encodings, truncate_to_tokens};
    #[pymodule_export]
    use crate::vault::Vault;
    #[pymodule_export]
    use crate::verdict::{Timings, Verdict};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        lifecycle::register(module)
    }
}
