//! Actors: the only place that names actix types.
pub mod vault;
