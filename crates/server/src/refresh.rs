//! Fetches secrets and keys from AWS again, without a restart. While AWS is unavailable, or a value
//! cannot be used, the last good values stay.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use silta_store::{StoreCheckError, advice};
use tracing::{error, info, warn};

use crate::app_state::CurrentState;
use crate::assemble::{Services, assemble};
use crate::certificate_warning::warn_of_expiring_certificates;
use crate::config::{Problems, StoreConfig};
use crate::config_source::{ConfigError, ConfigSource, LoadedConfig};
use crate::jitter::jittered;
use crate::store_check_key::check_key;
use crate::{EX_UNAVAILABLE, EX_USAGE};

/// Fetches again every `every`, for as long as the process runs. `digest` and `logged` are the
/// fingerprint and the warnings of the configuration loaded at the start. The outcome is logged when
/// it changes, and counted every time.
pub(crate) async fn refresh_secrets(
    config_source: ConfigSource,
    (mut digest, mut logged): ([u8; 32], Problems),
    every: Duration,
    current: Arc<CurrentState>,
    services: Arc<Services>,
) {
    let mut failing: Option<ConfigError> = None;
    loop {
        tokio::time::sleep(jittered(every, services.entropy.as_ref())).await;
        let outcome = match config_source.load_after(&digest).await {
            Ok(None) => Ok("unchanged"),
            Ok(Some(loaded)) => {
                let seen = loaded.digest;
                apply(loaded, &logged, &current, &services).await.map(|warnings| {
                    (digest, logged) = (seen, warnings);
                    "changed"
                })
            }
            Err(failed) => Err(failed),
        };
        services.metrics.refreshed(outcome.as_ref().map_or("failed", |outcome| *outcome));
        let now = outcome.err();
        if now != failing {
            log_outcome(now.as_ref());
        }
        failing = now;
    }
}

fn log_outcome(failing: Option<&ConfigError>) {
    match failing {
        None => info!("secrets can be fetched again"),
        // An outage ends by itself; a value that cannot be used would stop the next start.
        Some(ConfigError { message, exit_code: EX_UNAVAILABLE, .. }) => {
            warn!(why = message, "secrets cannot be fetched: the last good ones stay");
        }
        Some(ConfigError { message, .. }) => {
            error!(why = message, "secrets cannot be used: the last good ones stay");
        }
    }
}

/// Makes the loaded configuration the current one. Returns its warnings, and logs those that are not
/// among `logged`.
async fn apply(
    loaded: LoadedConfig,
    logged: &Problems,
    current: &CurrentState,
    services: &Services,
) -> Result<Problems, ConfigError> {
    let LoadedConfig { config, warnings, .. } = loaded;
    let unusable = |message: String| ConfigError { message, problems: None, exit_code: EX_USAGE };
    let now = current.get();
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
        return Err(unusable(format!("the URL of Redis has changed and leads nowhere: {why}")));
    }
    for warning in warnings.beyond(logged) {
        warn!(doubt = warning, "a secret is doubtful");
    }
    warn_of_expiring_certificates(&config);
    let state = assemble(config, services, Some(&now));
    let state = state.map_err(|fault| unusable(fault.to_string()))?;
    let key = state.oidc.signing_key_id();
    let published = state.oidc.jwks().get("keys").and_then(Value::as_array).map(Vec::len);
    info!(key, published, "secrets have changed: new ones are used");
    current.replace(state);
    Ok(warnings)
}
