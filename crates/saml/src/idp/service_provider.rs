//! A service provider that we answer, as configured.

use silta_xml_security::VerificationKey;
use silta_xml_security::algorithm::SignatureAlgorithm;
use thiserror::Error;

/// A service provider that may ask us to log people in: never without an ACS, and never without a
/// key where its requests must be signed.
#[derive(Debug, Clone)]
pub struct RegisteredServiceProvider {
    entity_id: String,
    acs_urls: Vec<AcsUrl>,
    requests: RequestSignature,
}

/// An assertion consumer service of a service provider, with HTTP-POST [SAML2Meta §2.4.4].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcsUrl {
    /// Where answers are posted, compared as opaque text.
    pub url: String,
    /// The number by which a request may name it.
    pub index: Option<u16>,
}

/// Whether requests must be signed, and by whom. A signature that is there must always hold.
#[derive(Debug, Clone)]
pub struct RequestSignature {
    /// Whether an unsigned request is refused.
    pub required: bool,
    /// Keys that it signs with.
    pub keys: Vec<VerificationKey>,
    /// Algorithms that it may use.
    pub algorithms: Vec<SignatureAlgorithm>,
}

/// Why a service provider cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RegistrationError {
    /// The entityID is empty or longer than the schema allows [SAML2Core §8.3.6].
    #[error("the entityID has no character, or more than 1024; give the one of its metadata")]
    EntityId,
    /// There is nowhere to answer to.
    #[error("there is no ACS URL; list every one that its requests may name")]
    NoAcs,
    /// An answer would travel readable, or run as a script in our page.
    #[error(
        "it is neither https nor http on this machine; \
         use https://…, or http://127.0.0.1:… for a client on the person's own machine"
    )]
    AcsUrl {
        /// Which one, counted from 1.
        number: usize,
    },
    /// Two ACS URLs are the same.
    #[error("it stands in this list twice; keep one of the two")]
    RepeatedAcs {
        /// Which one, counted from 1.
        number: usize,
    },
    /// Two ACS URLs have the same index.
    #[error("another ACS URL has the same index; give each the one of its metadata")]
    RepeatedIndex {
        /// Which one, counted from 1.
        number: usize,
    },
    /// Requests must be signed, and nobody could have signed them.
    #[error(
        "requests must be signed, but no certificate is given; add one, or allow unsigned ones"
    )]
    NoKey,
}

impl RegisteredServiceProvider {
    /// A service provider that may be answered at each of `acs_urls`; the first is meant where a
    /// request names none.
    ///
    /// # Errors
    /// [`RegistrationError`].
    pub fn new(
        entity_id: impl Into<String>,
        acs_urls: Vec<AcsUrl>,
        requests: RequestSignature,
    ) -> Result<Self, RegistrationError> {
        let entity_id = entity_id.into();
        if entity_id.is_empty() || entity_id.chars().count() > ENTITY_ID_LIMIT {
            return Err(RegistrationError::EntityId);
        }
        if acs_urls.is_empty() {
            return Err(RegistrationError::NoAcs);
        }
        for (at, acs) in acs_urls.iter().enumerate() {
            let number = at + 1;
            if !is_acceptable(&acs.url) {
                return Err(RegistrationError::AcsUrl { number });
            }
            let before = || acs_urls.iter().take(at);
            if before().any(|other| other.url == acs.url) {
                return Err(RegistrationError::RepeatedAcs { number });
            }
            if before().any(|other| other.index.is_some() && other.index == acs.index) {
                return Err(RegistrationError::RepeatedIndex { number });
            }
        }
        if requests.required && requests.keys.is_empty() {
            return Err(RegistrationError::NoKey);
        }
        Ok(Self { entity_id, acs_urls, requests })
    }

    /// Its entityID.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// Where it may be answered, the default first.
    #[must_use]
    pub fn acs_urls(&self) -> &[AcsUrl] {
        &self.acs_urls
    }

    pub(crate) fn requests(&self) -> &RequestSignature {
        &self.requests
    }
}

/// `javascript:` and its kin would run in our page (CVE-2023-45683); plain http is readable on the
/// way, unless there is none: AWS Client VPN listens on the person's own machine.
fn is_acceptable(url: &str) -> bool {
    let rest = |scheme: &str| url.strip_prefix(scheme);
    let host_ends = |rest: &str| rest.is_empty() || rest.starts_with([':', '/', '?']);
    // With anything else behind the colon the host may stand behind an `@`.
    let port_ends = |rest: &str| match rest.strip_prefix(':') {
        Some(port) => host_ends(port.trim_start_matches(|one: char| one.is_ascii_digit())),
        None => host_ends(rest),
    };
    let loopback = |rest: &str| {
        ["127.0.0.1", "[::1]", "localhost"]
            .iter()
            .filter_map(|host| rest.strip_prefix(host))
            .any(port_ends)
    };
    let host = rest("https://").is_some_and(|rest| !rest.is_empty() && !host_ends(rest));
    let plain = url.chars().all(|one| !one.is_whitespace() && !one.is_control());
    (host || rest("http://").is_some_and(loopback)) && plain
}

/// [SAML2Core §8.3.6].
const ENTITY_ID_LIMIT: usize = 1_024;
