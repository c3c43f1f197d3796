//! Admission, plans, lanes, caches and vaults on an actor runtime. No Python.
#![forbid(unsafe_code)]

pub mod actors;
pub mod admission;
mod aead;
pub mod bulk;
pub mod cache;
pub mod config;
mod drive;
pub mod error;
pub mod function;
pub mod job;
pub mod lock;
pub mod metrics;
pub mod model;
pub mod outcome;
pub mod pipeline;
pub mod plan;
pub mod private;
mod process;
pub mod reachability;
pub mod runtime;
pub mod shield;
pub mod stream;
pub mod vault;
mod views;
