//! What the headers of an HTTP message say of its body, for those that say what most do.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

/// Headers of a request that ask for an answer that is encoded or a part of one.
const ASKING: [&[u8]; 3] = [b"accept-encoding", b"range", b"if-range"];

/// Of headers, a list of pairs of bytes, that announce a JSON document of at most `most` bytes, in no
/// encoding and in UTF-8 if a charset is named: whether they also ask for an answer that would be encoded or
/// a part of one. `None` of others; they may announce one in another way than `application/json`, once, and
/// get that, but never the reverse. Without a length the document may have any.
#[pyfunction]
#[pyo3(signature = (headers, most, /))]
pub(crate) fn short_json(headers: &Bound<'_, PyAny>, most: usize) -> Option<bool> {
    let headers = headers.cast::<PyList>().ok()?;
    let (mut is_json, mut asks) = (false, false);
    for header in headers {
        let pair = header.cast_into::<PyTuple>().ok()?;
        let (name, value) = (pair.get_borrowed_item(0).ok()?, pair.get_borrowed_item(1).ok()?);
        let (name, value) = (name.cast::<PyBytes>().ok()?, value.cast::<PyBytes>().ok()?);
        let (name, value) = (name.as_bytes(), value.as_bytes());
        // Most other names are told by their length.
        match name.len() {
            12 if name.eq_ignore_ascii_case(b"content-type") => {
                if is_json || !names_json(value) {
                    return None;
                }
                is_json = true;
            }
            14 if name.eq_ignore_ascii_case(b"content-length") && length(value)? > most => return None,
            16 if name.eq_ignore_ascii_case(b"content-encoding") => return None,
            5 | 8 | 15 => asks |= ASKING.iter().any(|asking| name.eq_ignore_ascii_case(asking)),
            _ => {}
        }
    }
    is_json.then_some(asks)
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
