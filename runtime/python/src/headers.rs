//! What the headers of an HTTP message say of its body, for those that say what most do.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

/// Whether headers, a list of pairs of bytes, announce a JSON document of at most `most` bytes, in no
/// encoding and in UTF-8 if a charset is named: `application/json`, once. They may say it in another way and
/// get `False`, but never the reverse; without a length the body may have any.
#[pyfunction]
#[pyo3(signature = (headers, most, /))]
pub(crate) fn is_short_json(headers: &Bound<'_, PyAny>, most: usize) -> bool {
    let Ok(headers) = headers.cast::<PyList>() else { return false };
    let mut is_json = false;
    for header in headers {
        let Ok(pair) = header.cast_into::<PyTuple>() else { return false };
        let (Ok(name), Ok(value)) = (pair.get_borrowed_item(0), pair.get_borrowed_item(1)) else {
            return false;
        };
        let (Ok(name), Ok(value)) = (name.cast::<PyBytes>(), value.cast::<PyBytes>()) else { return false };
        let (name, value) = (name.as_bytes(), value.as_bytes());
        // Most other names are told by their length.
        match name.len() {
            12 if name.eq_ignore_ascii_case(b"content-type") => {
                if is_json || !names_json(value) {
                    return false;
                }
                is_json = true;
            }
            14 if name.eq_ignore_ascii_case(b"content-length") && length(value).is_none_or(|n| n > most) => {
                return false;
            }
            16 if name.eq_ignore_ascii_case(b"content-encoding") => return false,
            _ => {}
        }
    }
    is_json
}

fn names_json(value: &[u8]) -> bool {
    const JSON: &[u8] = b"application/json";
    let Some((essence, rest)) = value.split_at_checked(JSON.len()) else { return false };
    let utf_8 = || {
        let rest = rest.strip_prefix(b";").map(<[u8]>::trim_ascii_start);
        rest.is_some_and(|rest| rest.eq_ignore_ascii_case(b"charset=utf-8"))
    };
    essence.eq_ignore_ascii_case(JSON) && (rest.is_empty() || utf_8())
}

fn length(value: &[u8]) -> Option<usize> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}
