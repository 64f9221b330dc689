//! Follows what changes at AWS, without a restart. While AWS is away, or has something that cannot
//! be used, the last good values stay.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use silta_broker::ports::Entropy;
use silta_store::{StoreCheckError, advice};
use tracing::{error, info, warn};

use crate::assemble::{Outside, assemble};
use crate::config::{Problems, StoreChoice};
use crate::current::Current;
use crate::origin::{Failed, Loaded, Origin};
use crate::{EX_UNAVAILABLE, EX_USAGE};
use crate::{serve, watch};

/// Fetches again and again, for as long as the process runs, beginning with what was loaded at the
/// start: its fingerprint, and what was told to be doubtful about it. How it went is logged when that changes,
/// and counted every time.
pub(crate) async fn follow(
    origin: Origin,
    (mut digest, mut told): ([u8; 32], Problems),
    every: Duration,
    current: Arc<Current>,
    outside: Arc<Outside>,
) {
    let mut failing: Option<Failed> = None;
    loop {
        tokio::time::sleep(jittered(every, outside.entropy.as_ref())).await;
        let outcome = match origin.load_after(&digest).await {
            Ok(None) => Ok("unchanged"),
            Ok(Some(loaded)) => {
                let seen = loaded.digest;
                replaced(loaded, &told, &current, &outside).await.map(|doubts| {
                    (digest, told) = (seen, doubts);
                    "changed"
                })
            }
            Err(failed) => Err(failed),
        };
        outside.metrics.refreshed(outcome.as_ref().map_or("failed", |outcome| *outcome));
        let now = outcome.err();
        if now != failing {
            tell(now.as_ref());
        }
        failing = now;
    }
}

fn tell(failing: Option<&Failed>) {
    match failing {
        None => info!("secrets can be fetched again"),
        // An outage mends itself; a value that cannot be used would stop the next start.
        Some(Failed { said, code: EX_UNAVAILABLE }) => {
            warn!(why = said, "secrets cannot be fetched: the last good ones stay");
        }
        Some(Failed { said, .. }) => {
            error!(why = said, "secrets cannot be used: the last good ones stay");
        }
    }
}

/// Uses what was loaded from now on; what is doubtful about it, of which only what was not `told`
/// before is logged.
async fn replaced(
    loaded: Loaded,
    told: &Problems,
    current: &Current,
    outside: &Outside,
) -> Result<Problems, Failed> {
    let Loaded { config, doubts, .. } = loaded;
    let unusable = |said: String| Failed { said, code: EX_USAGE };
    let now = current.get();
    // A slip in Secrets Manager would give everybody a new `sub`, and their old accounts to nobody.
    if config.subject_digest != now.subject_digest {
        let why = "keys.subject has changed, and everybody would become somebody else: at tasks that \
                   start now they do. Put the old value back at once, or restart all if it is meant";
        return Err(unusable(why.to_owned()));
    }
    if let StoreChoice::Redis(redis, url) = &config.store
        && now.records.redis.as_ref().is_none_or(|(_, known)| known != url)
        && let Err(StoreCheckError { error, .. }) =
            redis.check(&watch::own_key(outside.entropy.as_ref())).await
    {
        let why = advice(error);
        return Err(unusable(format!("the URL of Redis has changed and leads nowhere: {why}")));
    }
    for doubt in doubts.beyond(told) {
        warn!(doubt, "a secret is doubtful");
    }
    serve::warn_of_certificates(&config);
    let shared = assemble(config, outside, Some(&now.records));
    let shared = shared.map_err(|fault| unusable(fault.to_string()))?;
    let key = shared.broker.signing_key_id();
    let published = shared.broker.jwks().get("keys").and_then(Value::as_array).map(Vec::len);
    info!(key, published, "secrets have changed: new ones are used");
    current.replace(shared);
    Ok(doubts)
}

/// Replicas that started together should not ask together: up to a fifth less, or more.
pub(crate) fn jittered(every: Duration, entropy: &dyn Entropy) -> Duration {
    let mut random = [0; 1];
    entropy.fill(&mut random);
    every.mul_f64(0.8 + 0.4 * f64::from(random[0]) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, buf: &mut [u8]) {
            buf.fill(self.0);
        }
    }

    #[test]
    fn the_pause_is_a_fifth_shorter_to_a_fifth_longer() {
        let minute = Duration::from_mins(1);
        assert_eq!(jittered(minute, &Constant(0)), Duration::from_secs(48));
        assert_eq!(jittered(minute, &Constant(255)), Duration::from_secs(72));
    }
}
