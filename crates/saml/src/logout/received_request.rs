//! From an identity provider's message to a request to end sessions [SAML2Core §3.7.1].

use std::fmt;

use jiff::Timestamp;
use roxmltree::Node;
use silta_xml_security::decrypt;

use crate::binding::bound_message::{BoundMessage, MessageSignature};
use crate::instant;
use crate::logout::expectation::LogoutExpectation;
use crate::logout::logout_error::LogoutError;
use crate::message;
use crate::message_error::{MessageError, Part};
use crate::name_id::NameId;
use crate::namespace::{SAML, SAMLP};
use crate::xml::{self, Input, Occurs};

/// A LogoutRequest that nobody may read yet: it has no getters.
///
/// ```compile_fail
/// # use silta_saml::UnverifiedLogoutRequest;
/// fn peek(request: &UnverifiedLogoutRequest<'_>) -> &str {
///     request.0.xml() // private: only `verify` reads it, and consumes it
/// }
/// ```
pub struct UnverifiedLogoutRequest<'m>(BoundMessage<'m>);

impl fmt::Debug for UnverifiedLogoutRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedLogoutRequest({} bytes)", self.0.xml().len())
    }
}

impl<'m> UnverifiedLogoutRequest<'m> {
    pub(crate) fn new(message: BoundMessage<'m>) -> Self {
        Self(message)
    }

    /// Judges the request. There is no way to ask for less. That it comes for the first time is the
    /// caller's to find out, by issuer and [`ReceivedLogoutRequest::id`].
    ///
    /// # Errors
    /// The first [`LogoutError`] in this order: shape, signature, issuer, destination, age, ID, end,
    /// sessions, name.
    pub fn verify(
        self,
        expect: &LogoutExpectation<'_>,
        now: Timestamp,
    ) -> Result<ReceivedLogoutRequest, LogoutError> {
        let input = Input::of(self.0.xml());
        let document = message::parse(&input, Part::Request)?;
        let request = document.root_element();
        self.check_shape(request)?;
        let signature = expect.verify_signature(&self.0, request)?;
        let fresh_until = expect.check_addressing(&self.0, request, now)?;
        let id = message::id(request)?.ok_or(LogoutError::RequestId)?;
        // Without an end of its own, a request is good for as long as any message may travel.
        let end = instant::optional(request, "NotOnOrAfter")?;
        if let Some(not_on_or_after) = end
            && instant::since(now, not_on_or_after) >= expect.skew()
        {
            return Err(LogoutError::Expired { not_on_or_after, now });
        }
        let until = end.map_or(fresh_until, |end| end.min(fresh_until));
        Ok(ReceivedLogoutRequest {
            id: id.to_owned(),
            valid_until: instant::later(until, expect.skew()),
            session_indexes: read_session_indexes(request)?,
            name_id: read_name(request, signature, expect)?,
            relay_state: self.0.relay_state().map(str::to_owned),
        })
    }

    /// Root, version, and children exactly as the schema has them, before any cryptography. `BaseID`
    /// has no place: nothing here is known by one.
    fn check_shape(&self, request: Node<'_, '_>) -> Result<(), LogoutError> {
        message::check_root(request, "LogoutRequest", Part::Request)?;
        let children: Vec<_> = [(SAML, "Issuer", Occurs::Once)]
            .into_iter()
            .chain(self.0.signature_rule())
            .chain([
                (SAMLP, "Extensions", Occurs::Optional),
                (SAML, "NameID", Occurs::Optional),
                (SAML, "EncryptedID", Occurs::Optional),
                (SAMLP, "SessionIndex", Occurs::Many),
            ])
            .collect();
        Ok(xml::sequence(request, &children)?)
    }
}

/// A request to end sessions that the identity provider signed, for us, lately. Made only by
/// [`UnverifiedLogoutRequest::verify`].
///
/// ```compile_fail
/// // There is no way to build one: its fields are private and it has no constructor.
/// let forged = silta_saml::ReceivedLogoutRequest { id: String::from("_1"), ..Default::default() };
/// ```
pub struct ReceivedLogoutRequest {
    id: String,
    valid_until: Timestamp,
    name_id: NameId,
    session_indexes: Vec<String>,
    relay_state: Option<String>,
}

impl ReceivedLogoutRequest {
    /// Its ID, for `InResponseTo` and for the record of requests that were used: an NCName of at
    /// most 256 ASCII characters.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The last instant at which the request could be presented again, clock skew included.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// Whose sessions are meant, as the identity provider names the person.
    #[must_use]
    pub fn name_id(&self) -> &NameId {
        &self.name_id
    }

    /// The sessions that are meant; none means all of that name [SAML2Core §3.7.1].
    #[must_use]
    pub fn session_indexes(&self) -> &[String] {
        &self.session_indexes
    }

    /// What to hand back unchanged, at most [`LOGOUT_RELAY_STATE_LIMIT`](crate::LOGOUT_RELAY_STATE_LIMIT)
    /// octets.
    #[must_use]
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }
}

impl fmt::Debug for ReceivedLogoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedLogoutRequest")
            .field("sessions", &self.session_indexes.len())
            .finish_non_exhaustive()
    }
}

/// The texts as they are. An empty one is the name of no session, and never the absence of one: it must
/// not end all of them.
fn read_session_indexes(request: Node<'_, '_>) -> Result<Vec<String>, LogoutError> {
    let mut indexes = vec![];
    for index in xml::children(request, SAMLP, "SessionIndex") {
        if indexes.len() == SESSION_LIMIT {
            return Err(LogoutError::TooManySessions { limit: SESSION_LIMIT });
        }
        indexes.push(xml::text(index)?.to_owned());
    }
    Ok(indexes)
}

/// The one name, decrypted if need be. By redirect no signature stands inside, so that only a cipher
/// that authenticates by itself opens anything there.
fn read_name(
    request: Node<'_, '_>,
    signature: MessageSignature<'_, '_>,
    expect: &LogoutExpectation<'_>,
) -> Result<NameId, LogoutError> {
    let encrypted = match (NameId::read(request)?, xml::child(request, SAML, "EncryptedID")) {
        (Some(name_id), None) => return Ok(name_id),
        (None, Some(encrypted)) => encrypted,
        (Some(_), Some(_)) | (None, None) => return Err(LogoutError::NameCount),
    };
    let signed = match signature {
        MessageSignature::Enveloped(request) => request.child(SAML, "EncryptedID"),
        MessageSignature::OfQuery | MessageSignature::Absent => None,
    };
    let rules = expect.provider.decryption_rules(&expect.idp.profile);
    let plaintext = decrypt(encrypted, signed, &rules)?;
    let input = Input::of(plaintext.text().ok_or(MessageError::NotUtf8)?);
    let document = message::parse(&input, Part::NameId)?;
    let name_id = document.root_element();
    if !xml::is(name_id, SAML, "NameID") {
        return Err(MessageError::WrongRoot { part: Part::NameId }.into());
    }
    Ok(NameId::of(name_id)?)
}

/// As many sessions as are kept of one person at one identity provider; who has more names none of them.
const SESSION_LIMIT: usize = 64;
