//! What an identity provider says of a logout that we asked for [SAML2Core §3.7.2].

use std::fmt;

use jiff::Timestamp;
use roxmltree::Node;

use crate::binding::bound_message::BoundMessage;
use crate::logout::expectation::LogoutExpectation;
use crate::logout::logout_error::LogoutError;
use crate::logout::status::LogoutStatus;
use crate::message;
use crate::message_error::Part;
use crate::namespace::{SAML, SAMLP};
use crate::xml::{self, Input, Occurs};

/// A LogoutResponse that nobody may read yet: it has no getters.
///
/// ```compile_fail
/// # use silta_saml::UnverifiedLogoutResponse;
/// fn peek(response: &UnverifiedLogoutResponse<'_>) -> &str {
///     response.0.xml() // private: only `verify` reads it, and consumes it
/// }
/// ```
pub struct UnverifiedLogoutResponse<'m>(BoundMessage<'m>);

impl fmt::Debug for UnverifiedLogoutResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedLogoutResponse({} bytes)", self.0.xml().len())
    }
}

impl<'m> UnverifiedLogoutResponse<'m> {
    pub(crate) fn new(message: BoundMessage<'m>) -> Self {
        Self(message)
    }

    /// Judges the response. There is no way to ask for less.
    ///
    /// # Errors
    /// The first [`LogoutError`] in this order: shape, signature, issuer, destination, age, status, the
    /// name of a request.
    pub fn verify(
        self,
        expect: &LogoutExpectation<'_>,
        now: Timestamp,
    ) -> Result<ReceivedLogoutResponse, LogoutError> {
        let input = Input::of(self.0.xml());
        let document = message::parse(&input, Part::Response)?;
        let response = document.root_element();
        self.check_shape(response)?;
        expect.verify_signature(&self.0, response)?;
        expect.check_addressing(&self.0, response, now)?;
        let status = LogoutStatus::read(response)?;
        let in_response_to =
            xml::attribute(response, "InResponseTo").ok_or(LogoutError::Unsolicited)?;
        Ok(ReceivedLogoutResponse { in_response_to: in_response_to.to_owned(), status })
    }

    /// Root, version, and children exactly as the schema has them, before any cryptography.
    fn check_shape(&self, response: Node<'_, '_>) -> Result<(), LogoutError> {
        message::check_root(response, "LogoutResponse", Part::Response)?;
        let children: Vec<_> = [(SAML, "Issuer", Occurs::Once)]
            .into_iter()
            .chain(self.0.signature_rule())
            .chain([(SAMLP, "Extensions", Occurs::Optional), (SAMLP, "Status", Occurs::Once)])
            .collect();
        Ok(xml::sequence(response, &children)?)
    }
}

/// A response that the identity provider signed, for us, lately. Whether it answers a request of ours is
/// the caller's to find out, by [`ReceivedLogoutResponse::in_response_to`]: what is kept of a logout is
/// kept by the ID of its request. Made only by [`UnverifiedLogoutResponse::verify`].
///
/// ```compile_fail
/// // There is no way to build one: its fields are private and it has no constructor.
/// let forged = silta_saml::ReceivedLogoutResponse { status: silta_saml::LogoutStatus::Success };
/// ```
pub struct ReceivedLogoutResponse {
    in_response_to: String,
    status: LogoutStatus,
}

impl ReceivedLogoutResponse {
    /// The request that it says it answers: text of the peer, for finding what is remembered of the
    /// request, and for nothing else.
    #[must_use]
    pub fn in_response_to(&self) -> &str {
        &self.in_response_to
    }

    /// What became of the logout that this request asked for.
    #[must_use]
    pub fn status(&self) -> LogoutStatus {
        self.status
    }
}

impl fmt::Debug for ReceivedLogoutResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedLogoutResponse").finish_non_exhaustive()
    }
}
