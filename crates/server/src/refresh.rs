//! Fetches secrets and keys from AWS again, without a restart. While AWS is unavailable, or a value
//! cannot be used, the last good values stay.

use tracing::{error, info, warn};

use crate::EX_UNAVAILABLE;
use crate::config_source::ConfigError;
use crate::follow::Follower;

impl Follower {
    /// Fetches once. The outcome is logged when it changes, and counted every time.
    pub(crate) async fn refresh(&mut self) {
        let outcome = match self.source.load_after(&self.digest).await {
            Ok(None) => Ok("unchanged"),
            Ok(Some(loaded)) => self.apply(loaded).await.map(|()| "changed"),
            Err(failed) => Err(failed),
        };
        self.services.metrics.refreshed(outcome.as_ref().map_or("failed", |outcome| *outcome));
        let now = outcome.err();
        if now != self.failing {
            log_outcome(now.as_ref());
        }
        self.failing = now;
    }
}

fn log_outcome(failing: Option<&ConfigError>) {
    match failing {
        None => info!("secrets can be fetched again"),
        // An outage ends by itself; a value that cannot be used would stop the next start. Of a value that leads nowhere
        // nobody knows which it is: no place of the configuration is at fault.
        Some(ConfigError { message, problems: Some(_), exit_code: EX_UNAVAILABLE }) => {
            warn!(why = message, "secrets cannot be fetched: the last good ones stay");
        }
        Some(ConfigError { message, .. }) => {
            error!(why = message, "secrets cannot be used: the last good ones stay");
        }
    }
}
