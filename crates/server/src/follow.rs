//! Follows the configuration while the process runs: secrets that others keep are fetched again on a timer, and the file
//! is read anew when somebody asks for it or it changes. One task does both, so nothing comes between.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use silta_store::{StoreCheckError, advice};
use tokio::signal::unix::Signal;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::app_state::CurrentState;
use crate::assemble::{Services, assemble};
use crate::certificate_warning::warn_of_expiring_certificates;
use crate::config::{Problems, StoreConfig};
use crate::config_source::{ConfigError, ConfigSource, LoadedConfig};
use crate::file_watch::FileWatch;
use crate::jitter::jittered;
use crate::pending_reload::PendingReload;
use crate::store_check_key::check_key;
use crate::{EX_UNAVAILABLE, EX_USAGE};

/// The configuration that runs, and where it comes from.
pub(crate) struct Follower {
    /// Where it is read.
    pub(crate) path: PathBuf,
    /// What of it is used.
    pub(crate) source: ConfigSource,
    /// A fingerprint of the values that were fetched from AWS.
    pub(crate) digest: [u8; 32],
    /// The warnings that were logged.
    pub(crate) logged: Problems,
    /// How often secrets are fetched again.
    pub(crate) every: Duration,
    /// Whether it is read anew when a file changes.
    pub(crate) watch: Option<FileWatch>,
    pub(crate) current: Arc<CurrentState>,
    pub(crate) services: Arc<Services>,
    /// Why secrets could not be fetched, since that is so.
    pub(crate) failing: Option<ConfigError>,
    /// What was read anew and waits for AWS or Redis.
    pub(crate) pending: Option<PendingReload>,
}

impl Follower {
    /// Follows for as long as the process runs; each `hangup` asks to read the file anew.
    pub(crate) async fn follow(mut self, mut hangup: Signal) {
        let mut refresh_at = self.next_refresh();
        loop {
            let retry_at = self.pending.as_ref().map(|pending| pending.at);
            tokio::select! {
                Some(()) = hangup.recv() => self.reload().await,
                () = tokio::time::sleep(LOOK_AGAIN), if self.watch.is_some() => {
                    if self.watch.as_mut().is_some_and(FileWatch::has_changed) {
                        self.reload().await;
                    }
                }
                () = tokio::time::sleep_until(refresh_at), if self.source.changes() => {
                    self.refresh().await;
                    refresh_at = self.next_refresh();
                }
                () = tokio::time::sleep_until(retry_at.unwrap_or(refresh_at)), if retry_at.is_some() => {
                    self.retry().await;
                }
                else => return,
            }
        }
    }

    fn next_refresh(&self) -> Instant {
        Instant::now() + jittered(self.every, self.services.entropy.as_ref())
    }

    /// Makes the loaded configuration the current one, whole or not at all. Logs those of its warnings that were not
    /// logged before.
    ///
    /// # Errors
    /// [`ConfigError`], after which nothing has changed.
    pub(crate) async fn apply(&mut self, loaded: LoadedConfig) -> Result<(), ConfigError> {
        let LoadedConfig { config, warnings, digest } = loaded;
        let (now, services) = (self.current.get(), &self.services);
        // A slip in Secrets Manager would give everybody a new `sub`, and their old accounts to nobody.
        if config.subject_digest != now.subject_digest {
            let why = "keys.subject has changed, and everybody would become somebody else: at tasks that \
                       start now they do. Put the old value back at once, or restart all if it is meant";
            return Err(unusable(why.to_owned()));
        }
        if let StoreConfig::Redis(redis, url) = &config.store
            && now.store_handle.redis.as_ref().is_none_or(|(_, known)| known != url)
            && let Err(StoreCheckError { error, .. }) =
                redis.check(&check_key(services.entropy.as_ref())).await
        {
            let why = advice(error);
            let message = format!("the URL of Redis has changed and leads nowhere: {why}");
            return Err(ConfigError { message, problems: None, exit_code: EX_UNAVAILABLE });
        }
        for warning in warnings.beyond(&self.logged) {
            warn!(doubt = warning, "a secret is doubtful");
        }
        warn_of_expiring_certificates(&config);
        let every = config.refresh;
        let state = assemble(config, services, Some(&now));
        let state = state.map_err(|fault| unusable(fault.to_string()))?;
        let key = state.oidc.signing_key_id();
        let published = state.oidc.jwks().get("keys").and_then(Value::as_array).map(Vec::len);
        if digest != self.digest {
            info!(key, published, "secrets have changed: new ones are used");
        }
        self.current.replace(state);
        (self.digest, self.logged, self.every) = (digest, warnings, every);
        Ok(())
    }
}

pub(crate) fn unusable(message: String) -> ConfigError {
    ConfigError { message, problems: None, exit_code: EX_USAGE }
}

/// A change counts when it has lasted for one look: ten seconds at most. To read some files costs less than a login.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
