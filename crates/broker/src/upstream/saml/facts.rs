//! What a SAML identity provider is known by, be it written down or read in its metadata.

use silta_oidc::{OutboundUrl, OutboundUrlError, UrlError};
use silta_saml::{
    Endpoint, EndpointBinding, EndpointKind, EndpointUrl, IdentityProviderDescription,
    MetadataError, NoVerificationKeyError, PeerEncryptionKey, VerificationKey,
};
use thiserror::Error;

use crate::logout::upstream_logout::LogoutOutcome;
use crate::upstream::saml::logout::SingleLogoutService;
use crate::upstream::saml::outbound::RequestBinding;

/// What only the identity provider can say. What is demanded of it is no part of this.
pub struct SamlFacts {
    /// Its entityID.
    pub entity_id: String,
    /// The keys that it signs with.
    pub keys: Vec<VerificationKey>,
    /// Where requests go.
    pub binding: RequestBinding,
    /// Where they go by HTTP-POST, if they can.
    pub post: Option<RequestBinding>,
    /// Where messages of single logout go, if it has that.
    pub single_logout: Option<SingleLogoutService>,
    /// The keys that it may be encrypted to.
    pub encryption: Vec<PeerEncryptionKey>,
}

/// Why an upstream cannot be made of what is known of its identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SamlFactsError {
    /// It signs with no key.
    #[error(transparent)]
    NoVerificationKey(#[from] NoVerificationKeyError),
    /// Something in requests is encrypted, and none of its keys may be encrypted to as the configuration says.
    #[error("it has no key to encrypt to as request_encryption says")]
    NoEncryptionKey,
    /// Requests cannot be posted, and what they say or what stands beside them must be.
    #[error("it takes no requests by HTTP-POST")]
    NoPost,
}

impl SamlFacts {
    /// What its metadata says. Redirect comes before POST, where it takes both.
    ///
    /// # Errors
    /// [`MetadataError`] for an address that could not be written by hand either.
    pub fn of(description: &IdentityProviderDescription) -> Result<Self, MetadataError> {
        let keys = description.signing().iter().map(VerificationKey::of);
        let keys = keys.collect::<Result<Vec<_>, _>>();
        let left_out = description.left_out().len();
        let by_post = |one: &&Endpoint| one.binding == EndpointBinding::Post;
        let post = description.single_sign_on().iter().find(by_post);
        // One that could not be written by hand is none; where it is the only one, that is said below.
        let post = post.map(|one| one.location.as_str());
        let post = post.filter(|url| OutboundUrl::parse(url).is_ok());
        let post = post.map(|url| RequestBinding::Post(url.to_owned()));
        let sign_on = service(EndpointKind::SingleSignOn, description.single_sign_on())?;
        let logout = service(EndpointKind::SingleLogout, description.single_logout())?;
        Ok(Self {
            entity_id: description.entity_id().to_owned(),
            keys: keys.map_err(|_unusable| MetadataError::NoSigningKey { left_out })?,
            binding: sign_on.ok_or(MetadataError::NoSingleSignOn)?.binding,
            post,
            single_logout: logout.map(|service| SingleLogoutService {
                binding: service.binding,
                response_url: service.response_url,
                origin: service.origin,
                unknown_session: LogoutOutcome::Done,
            }),
            encryption: description.encryption().to_vec(),
        })
    }
}

struct Service {
    binding: RequestBinding,
    response_url: Option<String>,
    origin: String,
}

fn service(kind: EndpointKind, all: &[Endpoint]) -> Result<Option<Service>, MetadataError> {
    let by_redirect = all.iter().find(|one| one.binding == EndpointBinding::Redirect);
    let Some(endpoint) = by_redirect.or(all.first()) else { return Ok(None) };
    let url = endpoint.location.as_str().to_owned();
    let origin = checked(kind, "Location", &endpoint.location)?.as_url().origin();
    let response_url = endpoint
        .response_location
        .as_ref()
        .map(|url| checked(kind, "ResponseLocation", url).map(|_checked| url.as_str().to_owned()));
    Ok(Some(Service {
        binding: match endpoint.binding {
            EndpointBinding::Redirect => RequestBinding::Redirect(url),
            EndpointBinding::Post => RequestBinding::Post(url),
        },
        response_url: response_url.transpose()?,
        origin: origin.ascii_serialization(),
    }))
}

/// What holds for an address in the configuration holds for this one.
fn checked(
    service: EndpointKind,
    attribute: &'static str,
    url: &EndpointUrl,
) -> Result<OutboundUrl, MetadataError> {
    OutboundUrl::parse(url.as_str()).map_err(|error| match error {
        OutboundUrlError::Url(UrlError::NotHttps) => MetadataError::NotHttps { service },
        OutboundUrlError::Url(_) | OutboundUrlError::TooLong => {
            MetadataError::NotAUrl { service, attribute }
        }
    })
}
