//! Certificates that end: nothing stops working here, but peers may refuse what they end for.

use jiff::Timestamp;
use silta_saml::Certificate;

use super::problem::{Place, Problem, Problems};

/// A certificate, and whose it is.
pub(crate) struct NamedCertificate {
    /// `silta`, or the name of an upstream.
    pub(crate) party: String,
    /// `signing` or `encryption`.
    pub(crate) usage: &'static str,
    /// Its place in its list, from 0.
    pub(crate) place: usize,
    /// When it says it ends.
    pub(crate) not_after: Timestamp,
    /// Where its list stands in the configuration.
    at: Place,
}

impl NamedCertificate {
    /// The party of our own certificates.
    pub(super) const OURS: &str = "silta";

    pub(super) fn all(
        party: &str,
        usage: &'static str,
        at: &Place,
        certificates: &[Certificate],
    ) -> Vec<Self> {
        let ends = certificates.iter().map(Certificate::not_after).enumerate();
        ends.filter_map(|(place, not_after)| {
            let (party, at) = (party.to_owned(), at.clone());
            let not_after = Timestamp::from_second(not_after?).ok()?;
            Some(Self { party, usage, place, not_after, at })
        })
        .collect()
    }

    /// The days that are left, if it ends soon or has ended; then they are negative.
    pub(crate) fn ending(&self, now: Timestamp) -> Option<i64> {
        let hours = self.not_after.duration_since(now).as_hours();
        let days = hours.div_euclid(24);
        (days < SOON_DAYS).then_some(days)
    }

    fn warning(&self, now: Timestamp) -> Option<Problem> {
        let days = self.ending(now)?;
        let date = self.not_after.strftime("%F");
        let Self { place, usage, .. } = self;
        let ours = self.party == Self::OURS;
        let what = if self.not_after <= now {
            format!("certificate {place} for {usage} ended on {date}")
        } else {
            format!("certificate {place} for {usage} ends on {date}, in {days} days")
        };
        let instead = if ours {
            "identity providers may refuse it then: make a new one, and give it to them in time"
        } else {
            "its dates decide nothing here, but ask the identity provider which one comes next"
        };
        Some(self.at.doubt(what, instead))
    }
}

/// `warnings` and one for each of the `certificates` that ends soon, or has ended.
pub(crate) fn with_ending(
    warnings: Problems,
    certificates: &[NamedCertificate],
    now: Timestamp,
) -> Problems {
    warnings.and(certificates.iter().filter_map(|one| one.warning(now)))
}

/// A new certificate takes weeks to reach a federation's metadata.
const SOON_DAYS: i64 = 60;
