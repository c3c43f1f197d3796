//! The actors: the only modules that name actix types.
//!
//! Messages and logic are plain Rust elsewhere; what is here could be rewritten on another actor library
//! in a day.

pub(crate) mod model;
pub(crate) mod scan;
pub(crate) mod system;
pub mod vault;
