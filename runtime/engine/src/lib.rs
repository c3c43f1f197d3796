//! x
pub mod actors;
pub mod cache;
pub mod metrics;
pub mod reachability;
pub mod vault;
