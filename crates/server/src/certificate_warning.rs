//! Certificates that end soon.

use silta_broker::ports::Clock as _;
use tracing::warn;

use crate::config::{Config, NamedCertificate};
use crate::system::SystemClock;

/// Warns of every certificate that ends soon, or has ended.
pub(crate) fn warn_of_expiring_certificates(config: &Config) {
    let now = SystemClock.now();
    for certificate in &config.certificates {
        if let Some(days) = certificate.days_left(now) {
            let NamedCertificate { party, usage, index, not_after, .. } = certificate;
            warn!(party, usage, place = index, days, %not_after, "a certificate ends soon, or has ended");
        }
    }
}
