//! The metadata of a provider, as received [OIDC Discovery §4.2, §4.3].

use serde_json::{Map, Value};
use thiserror::Error;

use crate::{
    jose::algorithm::SignatureAlgorithm,
    rp::{
        endpoint::{Endpoint, EndpointError, Origin},
        issuer::ProviderIssuer,
        response::ProviderResponse,
    },
    wire::json::JsonError,
};

/// What the configuration says of a provider, and its metadata must agree with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderExpectation<'a> {
    /// The issuer, whose metadata it is.
    pub issuer: &'a ProviderIssuer,
    /// Where endpoints may stand beside the issuer's origin.
    pub origins: &'a [Origin],
    /// The algorithms that ID tokens may be signed with.
    pub algorithms: &'a [SignatureAlgorithm],
    /// How we authenticate at the token endpoint.
    pub authentication: ClientAuthenticationMethod,
    /// Whether we log out there, so that it must have a place for that.
    pub logout: bool,
}

/// The name of a method in metadata [OIDC Core §9].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientAuthenticationMethod {
    /// A secret in the `Authorization` header.
    ClientSecretBasic,
    /// A secret in the form.
    ClientSecretPost,
    /// An assertion that a key signed.
    PrivateKeyJwt,
}

impl ClientAuthenticationMethod {
    /// The method as metadata writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// The metadata of a provider, once it agrees with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderMetadata {
    /// Where the browser is sent to.
    pub authorization_endpoint: Endpoint,
    /// Where codes are redeemed.
    pub token_endpoint: Endpoint,
    /// Where more claims are, if the provider has any there.
    pub userinfo_endpoint: Option<Endpoint>,
    /// Where the browser is sent to log out, if that was expected [OIDC RP-Initiated Logout §2.1].
    pub end_session_endpoint: Option<Endpoint>,
    /// Where the keys are.
    pub jwks_uri: Endpoint,
    /// The algorithms that are configured and that the provider signs with; never empty.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// Whether every authorization response has `iss` [RFC 9207 §3].
    pub sends_issuer: bool,
}

impl ProviderMetadata {
    /// Reads the metadata. Members that are not used are not looked at.
    ///
    /// # Errors
    /// [`DiscoveryError`].
    pub fn read(
        response: &ProviderResponse<'_>,
        expect: &ProviderExpectation<'_>,
    ) -> Result<Self, DiscoveryError> {
        if response.status != 200 {
            return Err(DiscoveryError::Status(response.status));
        }
        let members = response.json()?;
        // Otherwise one provider could speak for another one [OIDC Discovery §4.3].
        if members.get("issuer").and_then(Value::as_str) != Some(expect.issuer.as_str()) {
            return Err(DiscoveryError::WrongIssuer);
        }
        let endpoint = |name| optional_endpoint(&members, name, expect);
        let required = |name| endpoint(name)?.ok_or(DiscoveryError::Member(name));
        let metadata = Self {
            authorization_endpoint: required("authorization_endpoint")?,
            token_endpoint: required("token_endpoint")?,
            userinfo_endpoint: endpoint("userinfo_endpoint")?,
            // Where we do not log out it is not looked at: a faulty one fails no login.
            end_session_endpoint: if expect.logout {
                Some(required("end_session_endpoint")?)
            } else {
                None
            },
            jwks_uri: required("jwks_uri")?,
            algorithms: algorithms(&members, expect.algorithms)?,
            sends_issuer: flag(&members, "authorization_response_iss_parameter_supported")?,
        };
        can_do(&members, "response_types_supported", "code")?;
        can_do(&members, "grant_types_supported", "authorization_code")?;
        can_do(&members, "code_challenge_methods_supported", "S256")?;
        can_do(&members, "token_endpoint_auth_methods_supported", expect.authentication.as_str())?;
        Ok(metadata)
    }
}

fn optional_endpoint(
    members: &Map<String, Value>,
    name: &'static str,
    expect: &ProviderExpectation<'_>,
) -> Result<Option<Endpoint>, DiscoveryError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Endpoint::parse(text, expect.issuer, expect.origins)
            .map(Some)
            .map_err(|error| DiscoveryError::Endpoint { name, error }),
        Some(_) => Err(DiscoveryError::Member(name)),
    }
}

fn flag(members: &Map<String, Value>, name: &'static str) -> Result<bool, DiscoveryError> {
    match members.get(name) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(DiscoveryError::Member(name)),
    }
}

/// Those of `ours` that the provider names; it must name some [OIDC Discovery §3].
fn algorithms(
    members: &Map<String, Value>,
    ours: &[SignatureAlgorithm],
) -> Result<Vec<SignatureAlgorithm>, DiscoveryError> {
    let name = "id_token_signing_alg_values_supported";
    let named = members.get(name).and_then(Value::as_array).ok_or(DiscoveryError::Member(name))?;
    let is_named = |one: &SignatureAlgorithm| named.iter().any(|value| value == one.as_str());
    let common: Vec<_> = ours.iter().copied().filter(is_named).collect();
    if common.is_empty() { Err(DiscoveryError::NoCommonAlgorithm) } else { Ok(common) }
}

/// Whether a list that is there holds what we need. A list that is not there says nothing: providers
/// leave out more than the defaults of the specification allow.
fn can_do(
    members: &Map<String, Value>,
    name: &'static str,
    needed: &'static str,
) -> Result<(), DiscoveryError> {
    match members.get(name) {
        None => Ok(()),
        Some(Value::Array(values)) if values.iter().any(|value| value == needed) => Ok(()),
        Some(Value::Array(_)) => Err(DiscoveryError::Unsupported { name, needed }),
        Some(_) => Err(DiscoveryError::Member(name)),
    }
}

/// Metadata that cannot be used, or that disagrees with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DiscoveryError {
    /// Anything but 200; a redirect is not followed.
    #[error("the provider's metadata was answered with the status {0}")]
    Status(u16),
    /// The document has no unambiguous reading.
    #[error("the provider's metadata cannot be read: {0}")]
    Json(#[from] JsonError),
    /// Missing, or another one.
    #[error("the issuer in the provider's metadata is not the configured one, octet for octet")]
    WrongIssuer,
    /// The named member is missing or of another type.
    #[error("{0} in the provider's metadata is missing, or of the wrong type")]
    Member(&'static str),
    /// The named URL may not be called.
    #[error("{name} in the provider's metadata cannot be used: {error}")]
    Endpoint {
        /// The member.
        name: &'static str,
        /// Why.
        error: EndpointError,
    },
    /// The provider signs with none of the configured algorithms.
    #[error("the provider signs ID tokens with none of the configured algorithms")]
    NoCommonAlgorithm,
    /// The named list lacks what a login needs.
    #[error("{name} in the provider's metadata lacks {needed}")]
    Unsupported {
        /// The list.
        name: &'static str,
        /// What it lacks.
        needed: &'static str,
    },
}

#[cfg(test)]
mod tests;
