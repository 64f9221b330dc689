//! From a service provider's message to a request that may be answered [SAML2Core §3.4.1].

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use roxmltree::Node;
use silta_xml_security::verify_enveloped;

use crate::binding::POST_BINDING;
use crate::binding::message_parameter::MessageParameter;
use crate::binding::post::read_post_value;
use crate::binding::redirect::RedirectQuery;
use crate::binding::relay_state::RELAY_STATE_LIMIT;
use crate::idp::authn_request_error::AuthnRequestError;
use crate::idp::service_provider::RegisteredServiceProvider;
use crate::idp::wishes::Wishes;
use crate::instant;
use crate::message;
use crate::message_error::{MessageError, Part};
use crate::namespace::{DS, SAML, SAMLP};
use crate::xml::{self, Occurs};

/// An AuthnRequest that nobody may read yet: it has no getters.
///
/// ```compile_fail
/// # use silta_saml::UnverifiedAuthnRequest;
/// fn peek(request: &UnverifiedAuthnRequest<'_>) -> &str {
///     &request.xml // private: only `verify` reads it, and consumes it
/// }
/// ```
pub struct UnverifiedAuthnRequest<'m> {
    xml: String,
    relay_state: Option<String>,
    binding: Binding<'m>,
}

/// Where the signature stands, if there is one.
enum Binding<'m> {
    Redirect(RedirectQuery<'m>),
    Post,
}

impl fmt::Debug for UnverifiedAuthnRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedAuthnRequest({} bytes)", self.xml.len())
    }
}

impl<'m> UnverifiedAuthnRequest<'m> {
    /// Takes the raw query of a redirect [SAML2Bind §3.4.4].
    ///
    /// # Errors
    /// [`AuthnRequestError::Message`], [`AuthnRequestError::RelayStateTooLong`].
    pub fn from_redirect(raw_query: &'m str) -> Result<Self, AuthnRequestError> {
        let query = RedirectQuery::read(MessageParameter::Request, raw_query)?;
        let relay_state = bounded(query.relay_state()?)?;
        Ok(Self { xml: query.xml()?, relay_state, binding: Binding::Redirect(query) })
    }

    /// Takes the form fields `SAMLRequest` and `RelayState` [SAML2Bind §3.5.4].
    ///
    /// # Errors
    /// [`AuthnRequestError::Message`], [`AuthnRequestError::RelayStateTooLong`].
    pub fn from_post(
        saml_request: &str,
        relay_state: Option<String>,
    ) -> Result<Self, AuthnRequestError> {
        let relay_state = bounded(relay_state)?;
        Ok(Self { xml: read_post_value(saml_request)?, relay_state, binding: Binding::Post })
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
        let document = message::parse(&self.xml, part)?;
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
            id: read_id(request)?.to_owned(),
            issuer: issuer.to_owned(),
            acs_url: find_acs(request, provider)?.to_owned(),
            valid_until: instant::later(fresh_until, SKEW),
            signed,
            wishes: Wishes::read(request, issuer)?,
            relay_state: self.relay_state,
        })
    }

    /// Root, version, and children exactly as the schema has them, before any cryptography. A
    /// redirect carries its signature in the query, and none inside [SAML2Bind §3.4.4.1].
    fn check_shape(&self, request: Node<'_, '_>) -> Result<(), AuthnRequestError> {
        let part = Part::Request;
        if !xml::is(request, SAMLP, "AuthnRequest") {
            return Err(MessageError::WrongRoot { part }.into());
        }
        if xml::attribute(request, "Version") != Some("2.0") {
            return Err(MessageError::WrongVersion { part }.into());
        }
        let signature = match self.binding {
            Binding::Redirect(_) => None,
            Binding::Post => Some((DS, "Signature", Occurs::Optional)),
        };
        let children: Vec<_> = [(SAML, "Issuer", Occurs::Once)]
            .into_iter()
            .chain(signature)
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
        let signed = match &self.binding {
            Binding::Redirect(query) if query.is_unsigned() => Ok(false),
            Binding::Redirect(query) => query.verify(&rule.keys, &rule.algorithms).map(|()| true),
            Binding::Post => verify_enveloped(request, "ID", &rule.keys, &rule.algorithms)
                .map(|signed| signed.is_some()),
        };
        let signed = signed.map_err(|cause| MessageError::Signature { part, cause })?;
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

fn bounded(relay_state: Option<String>) -> Result<Option<String>, AuthnRequestError> {
    match relay_state {
        Some(text) if text.len() > RELAY_STATE_LIMIT => {
            Err(AuthnRequestError::RelayStateTooLong { limit: RELAY_STATE_LIMIT })
        }
        within => Ok(within),
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

/// An NCName, of which only ASCII characters are taken: it becomes the key of a record, and no
/// service provider is known to use others.
fn read_id<'a>(request: Node<'a, '_>) -> Result<&'a str, AuthnRequestError> {
    let id =
        xml::attribute(request, "ID").ok_or(MessageError::MissingAttribute { attribute: "ID" })?;
    let begins = id.starts_with(|one: char| one.is_ascii_alphabetic() || one == '_');
    let name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-' | b'.');
    if begins && id.len() <= ID_LIMIT && id.bytes().all(name) {
        Ok(id)
    } else {
        Err(AuthnRequestError::RequestId)
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

/// Real IDs have up to about sixty characters.
const ID_LIMIT: usize = 256;
/// saml2int allows three to five minutes; synchronised hosts need far less [saml2int SDP-G01].
const SKEW: SignedDuration = SignedDuration::from_secs(60);
