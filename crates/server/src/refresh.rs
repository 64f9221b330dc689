//! Follows what changes at AWS, without a restart. While AWS is away, or has something that cannot
//! be used, the last good values stay.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::ports::Entropy;
use tracing::{error, info, warn};

use crate::config::Config;
use crate::current::Current;
use crate::origin::{Failed, Origin};
use crate::serve::{self, Outside};
use crate::{EX_UNAVAILABLE, EX_USAGE};

/// Fetches again and again, for as long as the process runs. Whether it went well is logged when it
/// changes, and counted every time.
pub(crate) async fn follow(
    origin: Origin,
    mut digest: [u8; 32],
    every: Duration,
    current: Arc<Current>,
    outside: Arc<Outside>,
) {
    let mut well = true;
    loop {
        tokio::time::sleep(jittered(every, outside.entropy.as_ref())).await;
        let outcome = match origin.load().await {
            Ok(loaded) if loaded.digest == digest => Ok("unchanged"),
            Ok(loaded) => {
                for doubt in loaded.doubts.to_string().lines() {
                    warn!(doubt, "a secret is doubtful");
                }
                replaced(loaded.config, &current, &outside).map(|()| {
                    digest = loaded.digest;
                    "changed"
                })
            }
            Err(failed) => Err(failed),
        };
        outside.metrics.refreshed(outcome.as_ref().map_or("failed", |outcome| *outcome));
        let before = std::mem::replace(&mut well, outcome.is_ok());
        match outcome {
            Ok(_) if !before => info!("secrets can be fetched again"),
            // An outage mends itself; a value that cannot be used would stop the next start.
            Err(Failed { said, code }) if before && code == EX_UNAVAILABLE => {
                warn!(why = said, "secrets cannot be fetched: the last good ones stay");
            }
            Err(Failed { said, .. }) if before => {
                error!(why = said, "secrets cannot be used: the last good ones stay");
            }
            _ => {}
        }
    }
}

fn replaced(config: Config, current: &Current, outside: &Outside) -> Result<(), Failed> {
    let unusable = |said: String| Failed { said, code: EX_USAGE };
    let now = current.get();
    // A slip in Secrets Manager would give everybody a new `sub`, and their old accounts to nobody.
    if config.subject_digest != now.subject_digest {
        let why = "keys.subject has changed, and everybody would become somebody else; put the old \
                   value back, or restart if it is meant";
        return Err(unusable(why.to_owned()));
    }
    serve::warn_of_certificates(&config);
    let shared = serve::assemble(config, outside, Some(&now.records));
    let shared = shared.map_err(|fault| unusable(fault.to_string()))?;
    let key = shared.broker.signing_key_id();
    info!(key, "secrets have changed: new ones are used");
    current.replace(shared);
    Ok(())
}

/// Replicas that started together should not ask together: up to a fifth less, or more.
fn jittered(every: Duration, entropy: &dyn Entropy) -> Duration {
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
