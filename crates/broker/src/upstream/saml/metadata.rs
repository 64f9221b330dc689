//! The metadata of a SAML identity provider: what is known by it, and where it is fetched.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use silta_oidc::OutboundUrl;
use silta_saml::{
    IdentityProviderDescription, METADATA_LIMIT, MetadataError, MetadataSigners, MetadataTrust,
};

use crate::ports::{OutboundHttp, OutboundMethod, OutboundRequest};
use crate::upstream::saml::SamlUpstream;
use crate::upstream::saml::facts::{SamlFacts, SamlFactsError};
use crate::upstream::saml::metadata_fetch_error::MetadataFetchError;
use crate::upstream::saml::outbound::RequestBinding;

/// Makes an upstream of what its identity provider says of itself, and of what the configuration
/// demands of it.
pub type MakeSamlUpstream =
    Arc<dyn Fn(SamlFacts) -> Result<SamlUpstream, SamlFactsError> + Send + Sync>;

/// What is known of an identity provider by its metadata.
#[derive(Debug)]
pub struct KnownIdentityProvider {
    /// The upstream that it makes.
    pub upstream: SamlUpstream,
    /// What was read.
    pub description: IdentityProviderDescription,
}

impl KnownIdentityProvider {
    /// What a description makes of an upstream.
    ///
    /// # Errors
    /// [`MetadataError`] for an address that could not be written by hand either, where there is no
    /// place for parameters that are configured, and where there is no key for what is to be encrypted.
    pub fn new(
        description: IdentityProviderDescription,
        make: &MakeSamlUpstream,
    ) -> Result<Self, MetadataError> {
        let left_out = description.left_out().len();
        let upstream = make(SamlFacts::of(&description)?).map_err(|error| match error {
            SamlFactsError::NoVerificationKey(_) => MetadataError::NoSigningKey { left_out },
            SamlFactsError::NoEncryptionKey => MetadataError::NoEncryptionKey,
            SamlFactsError::NoPost => MetadataError::NoPost,
        })?;
        // A form has none, and an identity provider without them may show people to another door.
        if !upstream.parameters.is_empty() && matches!(upstream.binding, RequestBinding::Post(_)) {
            return Err(MetadataError::NoRedirect);
        }
        Ok(Self { upstream, description })
    }

    /// Whether it holds: not from its `validUntil` on [SAML2Meta §2.3.2].
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        self.description.valid_until().is_none_or(|end| now < end)
    }

    /// Whether it has a signing key that `former` has not.
    pub(super) fn has_another_key(&self, former: &Self) -> bool {
        let known = |one: &silta_saml::Certificate| {
            former.description.signing().iter().any(|key| key.fingerprint() == one.fingerprint())
        };
        !self.description.signing().iter().all(known)
    }
}

/// Where metadata is fetched, and what it must be.
pub struct MetadataSettings {
    /// Its address.
    pub url: OutboundUrl,
    /// The entity that it describes.
    pub entity_id: String,
    /// Who must have signed it; without one TLS alone vouches for it.
    pub signers: Option<MetadataSigners>,
    /// The hosts, in lower case, at which the services may be.
    pub hosts: Vec<String>,
    /// The time for one request.
    pub time_out: Duration,
}

impl MetadataSettings {
    fn trust(&self) -> MetadataTrust<'_> {
        self.signers.as_ref().map_or(MetadataTrust::Source, MetadataTrust::Signers)
    }

    /// Fetches it once.
    ///
    /// # Errors
    /// [`MetadataFetchError`].
    pub async fn fetch(
        &self,
        http: &dyn OutboundHttp,
        now: Timestamp,
    ) -> Result<IdentityProviderDescription, MetadataFetchError> {
        Ok(self.read(&self.fetch_document(http).await?, now)?)
    }

    /// The octets of it, which nobody has judged.
    ///
    /// # Errors
    /// [`MetadataFetchError`].
    pub async fn fetch_document(
        &self,
        http: &dyn OutboundHttp,
    ) -> Result<Vec<u8>, MetadataFetchError> {
        let request = OutboundRequest {
            url: &self.url,
            method: OutboundMethod::Get,
            accept: "application/samlmetadata+xml, application/xml, text/xml",
            authorization: None,
            max_body: METADATA_LIMIT,
            time_out: self.time_out,
        };
        let response = http.send(&request).await?;
        if response.status != 200 {
            return Err(MetadataFetchError::Status(response.status));
        }
        Ok(response.body)
    }

    /// What a document says, whoever brings it.
    ///
    /// # Errors
    /// [`MetadataError`].
    pub fn read(
        &self,
        document: &[u8],
        now: Timestamp,
    ) -> Result<IdentityProviderDescription, MetadataError> {
        let (entity_id, trust) = (self.entity_id.as_str(), self.trust());
        let read = IdentityProviderDescription::read(document, entity_id, trust, now)?;
        read.check_hosts(&self.hosts)?;
        Ok(read)
    }
}

impl fmt::Debug for MetadataSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetadataSettings({})", self.entity_id)
    }
}

/// After how long metadata that does not say so is fetched again. Who publishes a new key does so days
/// before it is used; a response by a key that nobody knows asks by itself.
pub(super) const REFRESH: SignedDuration = SignedDuration::from_hours(1);
/// The largest document, from across the world.
pub const METADATA_TIME_OUT: Duration = Duration::from_secs(10);
