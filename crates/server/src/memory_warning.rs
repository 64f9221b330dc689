//! What is doubtful about the memory of a Redis that otherwise serves.

use silta_broker::ports::StoreError;
use silta_store::{EvictionPolicy, RedisMemory};

/// What is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemoryWarning {
    /// It forgets records when it is full.
    Evicts,
    /// Nobody may ask it, so how full it is is not known.
    NotPermitted,
    /// It has no limit, so it is never full until its machine is.
    NoLimit,
    /// It answers, and does not say how full it is.
    NotTold,
}

impl MemoryWarning {
    /// What is doubtful about this answer; an outage is not, as it has a cause of its own.
    ///
    /// # Errors
    /// The cause for which there was no answer.
    pub(crate) fn of(answer: Result<RedisMemory, StoreError>) -> Result<Option<Self>, StoreError> {
        match answer {
            Ok(RedisMemory { usage: Some(_), policy: EvictionPolicy::Evicts }) => {
                Ok(Some(Self::Evicts))
            }
            Ok(RedisMemory { usage: Some(_), .. }) => Ok(None),
            Ok(RedisMemory { usage: None, policy: EvictionPolicy::Unknown }) => {
                Ok(Some(Self::NotTold))
            }
            // Without a limit it never evicts.
            Ok(RedisMemory { usage: None, .. }) => Ok(Some(Self::NoLimit)),
            // `INFO` may also be renamed or switched off.
            Err(StoreError::NotPermitted | StoreError::UnsupportedVersion) => {
                Ok(Some(Self::NotPermitted))
            }
            Err(error) => Err(error),
        }
    }

    /// What it is, and what to do.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Evicts => {
                "it forgets records when it is full, and a used assertion would be unused again; \
                 set maxmemory-policy to noeviction"
            }
            Self::NotPermitted => {
                "it does not let our user ask how full it is, so only the bound of each replica \
                 (96 MiB) holds open logins back; allow our user +info"
            }
            Self::NoLimit => {
                "it has no limit of memory, so only the bound of each replica (96 MiB) holds open \
                 logins back; set maxmemory"
            }
            Self::NotTold => {
                "it does not say how full it is, so only the bound of each replica (96 MiB) holds \
                 open logins back; is maxmemory set, and INFO answered in full?"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use silta_broker::ports::StoreUsage;

    use super::*;

    #[test]
    fn what_is_doubtful_follows_from_the_answer() {
        let usage = Some(StoreUsage { used: 1, limit: 2 });
        let memory = |usage, policy| Ok(RedisMemory { usage, policy });
        for (answer, warning) in [
            (memory(usage, EvictionPolicy::Refuses), Ok(None)),
            (memory(usage, EvictionPolicy::Unknown), Ok(None)),
            (memory(usage, EvictionPolicy::Evicts), Ok(Some(MemoryWarning::Evicts))),
            (memory(None, EvictionPolicy::Refuses), Ok(Some(MemoryWarning::NoLimit))),
            (memory(None, EvictionPolicy::Evicts), Ok(Some(MemoryWarning::NoLimit))),
            (memory(None, EvictionPolicy::Unknown), Ok(Some(MemoryWarning::NotTold))),
            (Err(StoreError::NotPermitted), Ok(Some(MemoryWarning::NotPermitted))),
            (Err(StoreError::UnsupportedVersion), Ok(Some(MemoryWarning::NotPermitted))),
            (Err(StoreError::NoAnswer), Err(StoreError::NoAnswer)),
        ] {
            assert_eq!(MemoryWarning::of(answer), warning, "{answer:?}");
        }
    }
}
