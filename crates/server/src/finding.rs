//! One problem of this process, as `/health/ready` shows it.

use serde::Serialize;
use silta_broker::UpstreamName;
use silta_broker::ports::StoreError;

use crate::provider::ProviderFault;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// A short stable word.
    reason: &'static str,
    /// Its cause, in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    /// The upstream that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<String>,
    /// The host and port that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// What to check.
    detail: &'static str,
}

impl Finding {
    /// The store has not been asked yet.
    pub(crate) const STARTING: Self = Self::new("starting", "the store has not been asked yet");
    /// The process ends.
    pub(crate) const STOPPING: Self =
        Self::new("stopping", "this process finishes what is in flight and takes nothing new");

    /// The configuration was read anew, and cannot be used.
    pub(crate) const CONFIGURATION_REFUSED: Self = Self::new(
        "configuration_refused",
        "the configuration that was read last cannot be used, and the one before stays: the log says why",
    );
    /// The configuration was read anew, and cannot be tried yet.
    pub(crate) const CONFIGURATION_PENDING: Self = Self::new(
        "configuration_pending",
        "the configuration that was read last waits for AWS or Redis, and the one before stays: the log says why",
    );
    /// Replicas disagree.
    pub(crate) const CONFIGURATIONS_DIFFER: Self = Self::new(
        "configurations_differ",
        "replicas run different configurations: compare the hash that each shows here",
    );

    const fn new(reason: &'static str, detail: &'static str) -> Self {
        Self { reason, cause: None, upstream: None, address: None, detail }
    }

    /// Lines of the log are lost, and `why`: only a warning, as every replica has the same reader.
    pub(crate) fn log_lost(why: &'static str) -> Self {
        Self::new("log_lost", why)
    }

    /// The store, a Redis at `address` if it has one, cannot serve.
    pub(crate) fn store_unavailable(error: StoreError, address: Option<&str>) -> Self {
        Self {
            cause: Some(error.cause()),
            address: address.map(str::to_owned),
            ..Self::new("store_unavailable", silta_store::advice(error))
        }
    }

    /// An identity provider cannot be asked, or what it says of itself cannot be used.
    pub(crate) fn provider_unavailable(upstream: &UpstreamName, fault: &ProviderFault) -> Self {
        Self {
            cause: Some(fault.cause),
            upstream: Some(upstream.as_str().to_owned()),
            ..Self::new("provider_unavailable", fault.instead)
        }
    }

    #[cfg(test)]
    pub(crate) fn reason(&self) -> &'static str {
        self.reason
    }

    #[cfg(test)]
    pub(crate) fn cause(&self) -> Option<&'static str> {
        self.cause
    }
}
