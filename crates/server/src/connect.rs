//! `silta check --check_connection`: whether the store that is configured can serve.

use silta_broker::ports::{Entropy, StoreUsage};
use silta_store::{RedisStore, StoreCheckError, Verb, advice};

use crate::config::StoreConfig;
use crate::memory_warning::MemoryWarning;
use crate::store_check_key::check_key;

/// What is said of a store that works.
pub(crate) struct WorkingStore {
    pub(crate) works: String,
    /// What is doubtful all the same, or nothing.
    pub(crate) warnings: String,
}

/// Calls every verb of the store, and says what works.
///
/// # Errors
/// A sentence with what fails, and what to check.
pub(crate) async fn check_connection(
    store: &StoreConfig,
    entropy: &dyn Entropy,
) -> Result<WorkingStore, String> {
    let StoreConfig::Redis(redis, _) = store else {
        let works = "store: memory, nothing to connect to\n".to_owned();
        return Ok(WorkingStore { works, warnings: String::new() });
    };
    match redis.check(&check_key(entropy)).await {
        Ok(()) => {
            let (usage, warnings) = memory(redis).await;
            let works = format!("store.redis: {} work\n{usage}", commands(None));
            Ok(WorkingStore { works, warnings })
        }
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

/// How full it is, and what is doubtful about that.
async fn memory(redis: &RedisStore) -> (String, String) {
    let answer = redis.read_memory().await;
    let usage = answer.ok().and_then(|memory| memory.usage);
    let usage = usage.map_or(String::new(), |StoreUsage { used, limit }| {
        format!("store.redis: {used} of {limit} octets of memory are used\n")
    });
    let warning = match MemoryWarning::of(answer) {
        Ok(None) => String::new(),
        Ok(Some(warning)) => format!("doubtful: store.redis: {}\n", warning.sentence()),
        Err(error) => format!("doubtful: store.redis: INFO fails; {}\n", advice(error)),
    };
    (usage, warning)
}
