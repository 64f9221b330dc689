//! The memory usage and policy that Redis reports.

use redis::InfoDict;
use silta_broker::ports::StoreUsage;

/// The memory of a Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisMemory {
    /// Used octets and limit; `None` where it has no limit.
    pub usage: Option<StoreUsage>,
    /// What it does when it is full.
    pub policy: EvictionPolicy,
}

/// What Redis does at its memory limit: `maxmemory-policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvictionPolicy {
    /// `noeviction`: it refuses writes, and forgets nothing.
    Refuses,
    /// Any other: it forgets records to take new ones, so that "used" becomes "unused".
    Evicts,
    /// It reports none.
    Unknown,
}

impl RedisMemory {
    pub(super) fn read(info: &InfoDict) -> Self {
        let octets = |name| info.get::<u64>(name);
        let limit = octets("maxmemory").filter(|limit| *limit > 0);
        // What Redis itself leaves out when it compares with its limit [redis.conf, maxmemory].
        let apart = octets("mem_not_counted_for_evict").unwrap_or(0);
        let used = octets("used_memory").map(|used| used.saturating_sub(apart));
        let usage = used.zip(limit).map(|(used, limit)| StoreUsage { used, limit });
        let policy = match info.get::<String>("maxmemory_policy").as_deref() {
            Some("noeviction") => EvictionPolicy::Refuses,
            Some(_) => EvictionPolicy::Evicts,
            None => EvictionPolicy::Unknown,
        };
        Self { usage, policy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: &str) -> RedisMemory {
        RedisMemory::read(&InfoDict::new(said))
    }

    #[test]
    fn tells_how_full_redis_is_and_that_it_forgets_nothing() {
        let said = "# Memory\r\nused_memory:700\r\nmaxmemory:1000\r\nmaxmemory_policy:noeviction\r\n\
                    mem_not_counted_for_evict:50\r\n";
        let usage = Some(StoreUsage { used: 650, limit: 1000 });
        assert_eq!(read(said), RedisMemory { usage, policy: EvictionPolicy::Refuses });
    }

    #[test]
    fn a_redis_without_a_limit_has_no_fill() {
        let said = "used_memory:700\r\nmaxmemory:0\r\nmaxmemory_policy:volatile-lru\r\n";
        assert_eq!(read(said), RedisMemory { usage: None, policy: EvictionPolicy::Evicts });
    }

    #[test]
    fn what_does_not_read_is_unknown() {
        for said in ["", "# Memory\r\n", "used_memory:many\r\nmaxmemory:-1\r\n", "OK"] {
            let unknown = RedisMemory { usage: None, policy: EvictionPolicy::Unknown };
            assert_eq!(read(said), unknown, "{said}");
        }
    }
}
