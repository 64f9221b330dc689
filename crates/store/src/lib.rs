//! Two stores behind the broker's `Store` port.
//!
//! [`RedisStore`] is for production: all replicas share it, and nothing else. [`MemoryStore`] is for
//! the demo, for tests and for a single small instance: its records end with the process. Neither
//! knows what the sealed octets mean, and both pass the same suite.

mod advice;
mod check;
mod life;
mod memory;
mod redis;

pub use advice::advice;
pub use check::{StoreCheckError, Verb, check_verbs};
pub use memory::MemoryStore;
pub use redis::{
    EvictionPolicy, RESPONSE_TIMEOUT, RedisMemory, RedisSettings, RedisSettingsError, RedisStore,
};
