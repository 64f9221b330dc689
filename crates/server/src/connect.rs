//! `silta check --check_connection`: whether the store that is configured can serve.

use std::fmt::Write as _;

use silta_broker::ports::Entropy;
use silta_store::{EvictionPolicy, RedisMemory, RedisStore, StoreCheckError, Verb, advice};

use crate::config::StoreConfig;
use crate::store_check_key::check_key;

/// Calls every verb of the store, and says what works.
///
/// # Errors
/// A sentence with what fails, and what to check.
pub(crate) async fn check_connection(
    store: &StoreConfig,
    entropy: &dyn Entropy,
) -> Result<String, String> {
    let StoreConfig::Redis(redis, _) = store else {
        return Ok("store: memory, nothing to connect to\n".to_owned());
    };
    match redis.check(&check_key(entropy)).await {
        Ok(()) => Ok(format!("store.redis: {} work\n{}", commands(None), memory(redis).await)),
        Err(failed) => Err(failure(failed)),
    }
}

fn failure(StoreCheckError { verb, error }: StoreCheckError) -> String {
    let works = match commands(Some(verb)) {
        none if none.is_empty() => none,
        some => format!("{some} works; "),
    };
    let (command, cause) = (verb.command(), error.cause());
    format!("store.redis: {works}{command} fails ({cause}): {}\n", advice(error))
}

/// The commands up to and without this one.
fn commands(until: Option<Verb>) -> String {
    let before = Verb::ALL.into_iter().take_while(|verb| Some(*verb) != until);
    before.map(Verb::command).collect::<Vec<_>>().join(", ")
}

async fn memory(redis: &RedisStore) -> String {
    let Some(RedisMemory { usage, policy }) = redis.read_memory().await else {
        return "store.redis: how full it is cannot be seen; allow our user +info\n".to_owned();
    };
    let mut failure = match usage {
        Some(usage) => {
            format!("store.redis: {} of {} octets of memory are used\n", usage.used, usage.limit)
        }
        None => "store.redis: it has no limit of memory; set maxmemory\n".to_owned(),
    };
    if policy == EvictionPolicy::Evicts {
        // Writing to a String cannot fail.
        let _ = writeln!(
            failure,
            "store.redis: it forgets records when it is full; set maxmemory-policy to noeviction"
        );
    }
    failure
}
