//! Certificates that expire: Silta goes on with them, but a peer may refuse them.

use jiff::Timestamp;
use silta_config::{Problem, Problems, ValueLocation};
use silta_saml::Certificate;

/// A certificate of ours, of an upstream or of a service provider.
pub(crate) struct NamedCertificate {
    /// `silta`, or the name of an upstream or of a service provider.
    pub(crate) party: String,
    /// `signing`, `encryption`, or [`REQUESTS`](Self::REQUESTS).
    pub(crate) usage: &'static str,
    /// Its index in its list, from 0.
    pub(crate) index: usize,
    /// Its `notAfter`.
    pub(crate) not_after: Timestamp,
    /// The location of its reference in the configuration.
    at: ValueLocation,
    /// Which of the certificates there it is, from 1, if there are several.
    number: Option<usize>,
}

impl NamedCertificate {
    /// What identity providers use theirs for.
    pub(crate) const SIGNING: &str = "signing";
    /// The party of our own certificates.
    pub(super) const OURS: &str = "silta";
    /// What service providers use theirs for. An upstream may have the name of one.
    pub(super) const REQUESTS: &str = "requests";

    pub(super) fn all(
        party: &str,
        usage: &'static str,
        certificates: &[(ValueLocation, Certificate)],
    ) -> Vec<Self> {
        let same = |at: &ValueLocation, upto: usize| {
            certificates.iter().take(upto).filter(|(other, _)| other == at).count()
        };
        let one = |(index, (at, certificate)): (usize, &(ValueLocation, Certificate))| {
            let (party, at) = (party.to_owned(), at.clone());
            let not_after = Timestamp::from_second(certificate.not_after()?).ok()?;
            let number = (same(&at, usize::MAX) > 1).then(|| same(&at, index + 1));
            Some(Self { party, usage, index, not_after, at, number })
        };
        certificates.iter().enumerate().filter_map(one).collect()
    }

    /// The days that are left, if it ends soon; negative if it has ended.
    pub(crate) fn days_left(&self, now: Timestamp) -> Option<i64> {
        let hours = self.not_after.duration_since(now).as_hours();
        let days = hours.div_euclid(24);
        (days < WARNING_DAYS).then_some(days)
    }

    fn expiry_warning(&self, now: Timestamp) -> Option<Problem> {
        let days = self.days_left(now)?;
        let date = self.not_after.strftime("%F");
        let usage = self.usage;
        let certificate = match self.number {
            Some(number) => format!("certificate {number} of those in it, for {usage},"),
            None => format!("the certificate for {usage}"),
        };
        let ours = self.party == Self::OURS;
        let what = if self.not_after <= now {
            format!("{certificate} ended on {date}")
        } else {
            format!("{certificate} ends on {date}, in {days} days")
        };
        let instead = if ours {
            "identity providers may refuse it then: make a new one, and give it to them in time"
        } else {
            "its dates decide nothing here, but ask its owner which one comes next"
        };
        Some(self.at.warning(what, instead))
    }
}

/// `warnings`, and one for each certificate that ends soon or has ended.
pub(crate) fn with_expiry_warnings(
    warnings: Problems,
    certificates: &[NamedCertificate],
    now: Timestamp,
) -> Problems {
    warnings.and(certificates.iter().filter_map(|one| one.expiry_warning(now)))
}

/// A new certificate takes weeks to reach a federation's metadata.
const WARNING_DAYS: i64 = 60;
