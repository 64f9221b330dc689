//! From a service provider's message to a request that may be answered [SAML2Core §3.4.1].

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;

use crate::binding::POST_BINDING;
use crate::binding::bound_message::{BoundMessage, MessageSignature};
use crate::binding::message_parameter::MessageParameter;
use crate::binding::relay_state::RELAY_STATE_LIMIT;
use crate::idp::authn_request_error::AuthnRequestError;
use crate::idp::service_provider::RegisteredServiceProvider;
use crate::idp::wishes::Wishes;
use crate::instant;
use crate::message;
use crate::message_error::{MessageError, Part};
use crate::namespace::{SAML, SAMLP};
use crate::xml::{self, Input, Occurs};

/// An AuthnRequest that nobody may read yet: it has no getters.
///
/// ```compile_fail
/// # use silta_saml::UnverifiedAuthnRequest;
/// fn peek(request: &UnverifiedAuthnRequest<'_>) -> &str {
///     request.0.xml() // private: only `verify` reads it, and consumes it
/// }
/// ```
pub struct UnverifiedAuthnRequest<'m>(BoundMessage<'m>);

impl fmt::Debug for UnverifiedAuthnRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedAuthnRequest({} bytes)", self.0.xml().len())
    }
}

impl<'m> UnverifiedAuthnRequest<'m> {
    /// Takes the raw query of a redirect [SAML2Bind §3.4.4].
    ///
    /// # Errors
    /// [`AuthnRequestError::Message`], [`AuthnRequestError::RelayStateTooLong`].
    pub fn from_redirect(raw_query: &'m str) -> Result<Self, AuthnRequestError> {
        bounded(BoundMessage::from_redirect(MessageParameter::Request, raw_query)?)
    }

    /// Takes the form fields `SAMLRequest` and `RelayState` [SAML2Bind §3.5.4].
    ///
    /// # Errors
    /// [`AuthnRequestError::Message`], [`AuthnRequestError::RelayStateTooLong`].
    pub fn from_post(
        saml_request: &str,
        relay_state: Option<String>,
    ) -> Result<Self, AuthnRequestError> {
        bounded(BoundMessage::from_post(MessageParameter::Request, saml_request, relay_state)?)
    }

    /// Judges the request. There is no way to ask for less.
    ///
    /// `find` gives the service provider of an entityID, if one is registered; `sso_url` is where
    /// this request came to, as our metadata has it.
    ///
    /// # Errors
    /// The first [`AuthnRequestError`] in this order: shape, issuer, signature, destination, age,
    /// ID, ACS, wishes.
    pub fn verify<'p>(
        self,
        find: impl FnOnce(&str) -> Option<&'p RegisteredServiceProvider>,
        sso_url: &str,
        now: Timestamp,
    ) -> Result<ReceivedAuthnRequest, AuthnRequestError> {
        let part = Part::Request;
        let input = Input::of(self.0.xml());
        let document = message::parse(&input, part)?;
        let request = document.root_element();
        self.check_shape(request)?;
        let issuer = message::issuer(request, part)?.trim_ascii();
        let provider = find(issuer)
            .filter(|provider| provider.entity_id() == issuer)
            .ok_or(AuthnRequestError::UnknownServiceProvider)?;
        let signed = self.verify_signature(request, provider)?;
        check_destination(request, sso_url, signed)?;
        let fresh_until = message::check_issued(request, part, SKEW, now)?;
        Ok(ReceivedAuthnRequest {
            id: message::id(request)?.ok_or(AuthnRequestError::RequestId)?.to_owned(),
            issuer: issuer.to_owned(),
            acs_url: find_acs(request, provider)?.to_owned(),
            valid_until: instant::later(fresh_until, SKEW),
            signed,
            wishes: Wishes::read(request, issuer)?,
            relay_state: self.0.relay_state().map(str::to_owned),
        })
    }

    /// Root, version, and children exactly as the schema has them, before any cryptography.
    fn check_shape(&self, request: Node<'_, '_>) -> Result<(), AuthnRequestError> {
        message::check_root(request, "AuthnRequest", Part::Request)?;
        let children: Vec<_> = [(SAML, "Issuer", Occurs::Once)]
            .into_iter()
            .chain(self.0.signature_rule())
            .chain([
                (SAMLP, "Extensions", Occurs::Optional),
                (SAML, "Subject", Occurs::Optional),
                (SAMLP, "NameIDPolicy", Occurs::Optional),
                (SAML, "Conditions", Occurs::Optional),
                (SAMLP, "RequestedAuthnContext", Occurs::Optional),
                (SAMLP, "Scoping", Occurs::Optional),
            ])
            .collect();
        Ok(xml::sequence(request, &children)?)
    }

    /// Whether the request is signed; a signature that is there and does not hold is an error, and
    /// so is its absence where the service provider's configuration does not allow it.
    fn verify_signature(
        &self,
        request: Node<'_, '_>,
        provider: &RegisteredServiceProvider,
    ) -> Result<bool, AuthnRequestError> {
        let part = Part::Request;
        let rule = provider.requests();
        let signature = self.0.verify(request, &rule.keys, &rule.algorithms);
        let signature = signature.map_err(|cause| MessageError::Signature { part, cause })?;
        let signed = !matches!(signature, MessageSignature::Absent);
        if rule.required && !signed {
            return Err(MessageError::Unsigned { part }.into());
        }
        Ok(signed)
    }
}

/// A request that came from a registered service provider, for us, lately, and may be answered at
/// one of its registered addresses. Made only by [`UnverifiedAuthnRequest::verify`].
///
/// ```compile_fail
/// // There is no way to build one: its fields are private and it has no constructor.
/// let forged = silta_saml::ReceivedAuthnRequest { id: String::from("_1"), ..Default::default() };
/// ```
pub struct ReceivedAuthnRequest {
    id: String,
    issuer: String,
    acs_url: String,
    valid_until: Timestamp,
    signed: bool,
    wishes: Wishes,
    relay_state: Option<String>,
}

impl ReceivedAuthnRequest {
    /// Its ID, for `InResponseTo` and for the record of requests that were used: an NCName of at
    /// most 256 ASCII characters.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The entityID of the service provider.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the answer goes: one of the service provider's registered addresses.
    #[must_use]
    pub fn acs_url(&self) -> &str {
        &self.acs_url
    }

    /// The last instant at which the request could be presented again, clock skew included.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// Whether a signature covers it. What an unsigned request wishes may be anybody's wish: it can
    /// ask for more, never for less.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.signed
    }

    /// What it asks for besides an answer.
    #[must_use]
    pub fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    /// What to hand back unchanged.
    #[must_use]
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }
}

impl fmt::Debug for ReceivedAuthnRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedAuthnRequest").field("signed", &self.signed).finish_non_exhaustive()
    }
}

fn bounded(message: BoundMessage<'_>) -> Result<UnverifiedAuthnRequest<'_>, AuthnRequestError> {
    match message.relay_state() {
        Some(text) if text.len() > RELAY_STATE_LIMIT => {
            Err(AuthnRequestError::RelayStateTooLong { limit: RELAY_STATE_LIMIT })
        }
        _ => Ok(UnverifiedAuthnRequest(message)),
    }
}

/// Ours, if it is there; and it must be there in a signed request, or a signed request for another
/// identity provider would do here [SAML2Bind §3.4.5.2, §3.5.5.2].
fn check_destination(
    request: Node<'_, '_>,
    sso_url: &str,
    signed: bool,
) -> Result<(), AuthnRequestError> {
    match xml::attribute(request, "Destination") {
        Some(destination) if destination == sso_url => Ok(()),
        None if !signed => Ok(()),
        _ => Err(AuthnRequestError::WrongDestination),
    }
}

/// The registered address that the request names, or the default. Its own text is only compared:
/// what is answered to is what was configured.
fn find_acs<'p>(
    request: Node<'_, '_>,
    provider: &'p RegisteredServiceProvider,
) -> Result<&'p str, AuthnRequestError> {
    if xml::attribute(request, "ProtocolBinding").is_some_and(|binding| binding != POST_BINDING) {
        return Err(AuthnRequestError::ProtocolBinding);
    }
    let url = xml::attribute(request, "AssertionConsumerServiceURL");
    let index = xml::attribute(request, "AssertionConsumerServiceIndex");
    let mut listed = provider.acs_urls().iter();
    let (found, missing) = match (url, index) {
        (Some(_), Some(_)) => return Err(AuthnRequestError::AcsConflict),
        (Some(url), None) => (listed.find(|acs| acs.url == url), AuthnRequestError::UnlistedAcs),
        (None, Some(index)) => {
            let index = index.parse::<u16>().ok().filter(|_| !index.starts_with('+'));
            let named = listed.find(|acs| acs.index.is_some() && acs.index == index);
            (named, AuthnRequestError::UnlistedAcsIndex)
        }
        (None, None) => (listed.next(), AuthnRequestError::UnlistedAcs),
    };
    found.map(|acs| acs.url.as_str()).ok_or(missing)
}

/// saml2int allows three to five minutes; synchronised hosts need far less [saml2int SDP-G01].
const SKEW: SignedDuration = SignedDuration::from_secs(60);
