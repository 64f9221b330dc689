//! Tells the other replicas which configuration this one runs, and whether all run the same.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::jitter::jittered;

/// Notes it again and again, for as long as the process runs.
pub(crate) async fn note_regularly(current: Arc<CurrentState>, services: Arc<Services>) {
    let mut disagreement = Disagreement::default();
    loop {
        let broker = current.get().broker.clone();
        // A store that fails is told elsewhere, and says nothing of configurations.
        if let Ok(others) = broker.note_configuration().await {
            let change = disagreement.seen(others, services.clock.now());
            let hash = broker.configuration().map(|hash| hash.to_string());
            match change {
                Some(true) => {
                    warn!(hash, others, "replicas have run different configurations for a minute");
                }
                Some(false) => info!(hash, "all replicas run the same configuration again"),
                None => {}
            }
            services.metrics.replicas_differ(disagreement.lasts);
            services.health.replicas_differ(disagreement.lasts);
        }
        tokio::time::sleep(jittered(EVERY, services.entropy.as_ref())).await;
    }
}

/// Since when other configurations run.
#[derive(Debug, Default)]
struct Disagreement {
    since: Option<Timestamp>,
    /// Whether that is more than a roll-out takes.
    lasts: bool,
}

impl Disagreement {
    /// So many other configurations run now; whether that begins or ends to be worth a line.
    fn seen(&mut self, others: usize, now: Timestamp) -> Option<bool> {
        self.since = (others > 0).then(|| self.since.unwrap_or(now));
        let lasts = self.since.is_some_and(|since| now.duration_since(since) >= PATIENCE);
        let changed = lasts != self.lasts;
        self.lasts = lasts;
        changed.then_some(lasts)
    }
}

/// What a replica said counts for three times as long.
const EVERY: Duration = Duration::from_secs(15);
/// Replicas that watch one file read it within seconds of each other.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_differ_when_they_have_for_a_minute() {
        let at = |second| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let mut disagreement = Disagreement::default();
        for (second, others, told) in [
            (0, 0, None),
            (15, 1, None),
            (60, 0, None),
            (75, 1, None),
            (134, 2, None),
            (135, 1, Some(true)),
            (150, 1, None),
            (165, 0, Some(false)),
            (180, 0, None),
        ] {
            assert_eq!(disagreement.seen(others, at(second)), told, "{second}");
        }
    }
}
