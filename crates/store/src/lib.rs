//! Records with a life span that all replicas share: two stores behind the broker's `Store` port.
//!
//! [`RedisStore`] is the one for production: replicas share it and nothing else. [`MemoryStore`]
//! is for the demo, for tests and for a single small instance: it forgets everything when the
//! process ends. Neither knows what the sealed bytes mean, and both pass the same suite.

mod advice;
mod life;
mod memory;
mod proof;
mod redis;

pub use advice::advice;
pub use memory::MemoryStore;
pub use proof::{Unproved, Verb, prove};
pub use redis::{EvictionPolicy, RedisMemory, RedisSettings, RedisSettingsFault, RedisStore};
