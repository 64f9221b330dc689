//! What runs: the version, and the hash of the configuration, which changes with that.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;

/// An info metric of which there is one set of labels at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct BuildInfo(Arc<Mutex<String>>);

impl BuildInfo {
    /// From now on the configuration of this hash runs.
    pub(super) fn runs(&self, hash: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = hash;
    }
}

impl EncodeMetric for BuildInfo {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), fmt::Error> {
        let configuration = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        encoder.encode_info(&[("version", version), ("configuration", configuration)])
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Info
    }
}
