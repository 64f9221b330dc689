//! What new metadata changes, and what it may not.

use std::fmt;

use silta_xml_security::{Certificate, Fingerprint};

use crate::metadata::description::{IdentityProviderDescription, by};
use crate::metadata::endpoint::{Endpoint, EndpointBinding, EndpointKind, EndpointUrl};
use crate::metadata::metadata_error::MetadataError;

/// One difference between metadata and the metadata before, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataChange {
    /// A signing key is new.
    AddedKey {
        /// Of its certificate.
        fingerprint: Fingerprint,
    },
    /// A signing key is gone: what it signs is refused.
    RemovedKey {
        /// Of its certificate.
        fingerprint: Fingerprint,
    },
    /// A service is new, gone, or elsewhere.
    Endpoint {
        /// Which service.
        kind: EndpointKind,
        /// By which binding.
        binding: EndpointBinding,
        /// Where it was.
        from: Option<EndpointUrl>,
        /// Where it is.
        to: Option<EndpointUrl>,
    },
    /// Responses of single logout go elsewhere.
    LogoutResponses {
        /// By which binding.
        binding: EndpointBinding,
        /// Where they went; nothing where requests went too.
        from: Option<EndpointUrl>,
        /// Where they go.
        to: Option<EndpointUrl>,
    },
    /// The NameID formats are others.
    NameIdFormats,
    /// It takes only signed requests now, or unsigned ones as well.
    WantsSignedRequests(bool),
}

impl IdentityProviderDescription {
    /// What this one, which is newer, changes of `former`, which was taken before. Keys and addresses
    /// may change. `hosts` are the names, in lower case, at which services may be: a peer that was
    /// taken over cannot send people elsewhere.
    ///
    /// # Errors
    /// [`MetadataError::EntitySwapped`], [`MetadataError::RolledBack`],
    /// [`MetadataError::UnlistedHost`]. A peer that is no identity provider any more, or has no key
    /// or no address left, has no description.
    pub fn changes_of(
        &self,
        former: &Self,
        hosts: &[String],
    ) -> Result<Vec<MetadataChange>, MetadataError> {
        if self.entity_id != former.entity_id {
            return Err(MetadataError::EntitySwapped);
        }
        self.check_not_older(former)?;
        self.check_hosts(hosts)?;
        Ok(self.differences(former))
    }

    /// How this one differs from `former`, whether it may or not.
    #[must_use]
    pub fn differences(&self, former: &Self) -> Vec<MetadataChange> {
        let mut changes = vec![];
        for fingerprint in missing(&self.signing, &former.signing) {
            changes.push(MetadataChange::AddedKey { fingerprint });
        }
        for fingerprint in missing(&former.signing, &self.signing) {
            changes.push(MetadataChange::RemovedKey { fingerprint });
        }
        for binding in EndpointBinding::ALL {
            let sign_on = (&former.single_sign_on, &self.single_sign_on);
            let logout = (&former.single_logout, &self.single_logout);
            for (kind, (old, new)) in
                [(EndpointKind::SingleSignOn, sign_on), (EndpointKind::SingleLogout, logout)]
            {
                changes.extend(of_service(kind, binding, (by(old, binding), by(new, binding))));
            }
        }
        if self.name_id_formats != former.name_id_formats {
            changes.push(MetadataChange::NameIdFormats);
        }
        if self.wants_signed_requests != former.wants_signed_requests {
            changes.push(MetadataChange::WantsSignedRequests(self.wants_signed_requests));
        }
        changes
    }

    /// The hosts of all its services, each once.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<_> = self.services().map(|(_, url)| url.host().to_owned()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Signers publish later ends from day to day. Without a signer TLS says that it is the present
    /// document, and an end is whatever the entity makes of it, such as its certificate's.
    fn check_not_older(&self, former: &Self) -> Result<(), MetadataError> {
        match (self.published_until, former.published_until) {
            (Some(valid_until), Some(known))
                if valid_until < known && self.signed && former.signed =>
            {
                Err(MetadataError::RolledBack { valid_until })
            }
            _ => Ok(()),
        }
    }

    /// Whether its services are at these hosts, in lower case.
    ///
    /// # Errors
    /// [`MetadataError::UnlistedHost`].
    pub fn check_hosts(&self, hosts: &[String]) -> Result<(), MetadataError> {
        match self.services().find(|(_, url)| !hosts.iter().any(|host| host == url.host())) {
            Some((service, _)) => Err(MetadataError::UnlistedHost { service }),
            None => Ok(()),
        }
    }

    fn services(&self) -> impl Iterator<Item = (EndpointKind, &EndpointUrl)> {
        let sign_on = self.single_sign_on.iter().map(|one| (EndpointKind::SingleSignOn, one));
        let logout = self.single_logout.iter().map(|one| (EndpointKind::SingleLogout, one));
        sign_on.chain(logout).flat_map(|(kind, one)| one.urls().map(move |url| (kind, url)))
    }
}

/// The fingerprints of those in `of` that are not in `among`.
fn missing(of: &[Certificate], among: &[Certificate]) -> Vec<Fingerprint> {
    let among: Vec<_> = among.iter().map(Certificate::fingerprint).collect();
    of.iter().map(Certificate::fingerprint).filter(|one| !among.contains(one)).collect()
}

fn of_service(
    kind: EndpointKind,
    binding: EndpointBinding,
    (old, new): (Option<&Endpoint>, Option<&Endpoint>),
) -> Vec<MetadataChange> {
    let location = |service: Option<&Endpoint>| service.map(|service| service.location.clone());
    let responses =
        |service: Option<&Endpoint>| service.and_then(|service| service.response_location.clone());
    let mut changes = vec![];
    let (from, to) = (location(old), location(new));
    if from != to {
        changes.push(MetadataChange::Endpoint { kind, binding, from, to });
    }
    let (from, to) = (responses(old), responses(new));
    if from != to && kind == EndpointKind::SingleLogout {
        changes.push(MetadataChange::LogoutResponses { binding, from, to });
    }
    changes
}

impl fmt::Display for MetadataChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddedKey { fingerprint } => write!(f, "added key {fingerprint}"),
            Self::RemovedKey { fingerprint } => write!(f, "removed key {fingerprint}"),
            Self::Endpoint { kind, binding, from, to } => {
                let service = match kind {
                    EndpointKind::SingleSignOn => "sso",
                    EndpointKind::SingleLogout => "single logout",
                };
                moved(f, service, *binding, (from.as_ref(), to.as_ref()))
            }
            Self::LogoutResponses { binding, from, to } => {
                moved(f, "logout responses", *binding, (from.as_ref(), to.as_ref()))
            }
            Self::NameIdFormats => f.write_str("other NameID formats"),
            Self::WantsSignedRequests(true) => f.write_str("takes only signed requests now"),
            Self::WantsSignedRequests(false) => f.write_str("takes unsigned requests as well now"),
        }
    }
}

fn moved(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    binding: EndpointBinding,
    (from, to): (Option<&EndpointUrl>, Option<&EndpointUrl>),
) -> fmt::Result {
    match (from, to) {
        (Some(from), Some(to)) => write!(f, "{what} by {binding} moved from {from} to {to}"),
        (None, Some(to)) => write!(f, "{what} by {binding} added at {to}"),
        (Some(from), None) => write!(f, "{what} by {binding} removed from {from}"),
        (None, None) => Ok(()),
    }
}
