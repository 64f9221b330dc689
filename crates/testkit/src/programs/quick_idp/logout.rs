//! The identity provider ends a session.

use jiff::Timestamp;
use silta_saml::{
    LogoutRequest, LogoutResponse, LogoutStatus, MessageParameter, NameId, RequestId, SigningKey,
    post_value, sign_enveloped,
};

use crate::browser::Form;
use crate::forge::signed_redirect;
use crate::test_dir::QUICK_IDP;

/// The identity provider's answer to a logout that it was asked for.
#[derive(Debug)]
pub struct QuickLogoutAnswer {
    /// The ID of the request.
    pub in_response_to: String,
    /// Where it goes.
    pub slo_url: String,
    /// What became of the logout.
    pub status: LogoutStatus,
    pub(super) key: SigningKey,
}

impl QuickLogoutAnswer {
    /// The URL of the redirect that carries it.
    ///
    /// # Panics
    /// When it cannot be signed.
    #[must_use]
    pub fn url(&self) -> String {
        let xml = self.xml();
        let message = (MessageParameter::Response, xml.as_str());
        signed_redirect(&self.slo_url, message, None, &self.key)
    }

    /// The form that carries it.
    ///
    /// # Panics
    /// When it cannot be signed.
    #[must_use]
    pub fn form(&self) -> Form {
        let signed = sign_enveloped(&self.xml(), &self.key).unwrap();
        Form {
            action: self.slo_url.parse().expect("a URL"),
            fields: vec![("SAMLResponse".to_owned(), post_value(&signed))],
        }
    }

    fn xml(&self) -> String {
        #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
        let now = Timestamp::now();
        LogoutResponse {
            id: &format!("_answer{}", self.in_response_to),
            issued: now,
            destination: &self.slo_url,
            issuer: QUICK_IDP,
            in_response_to: &self.in_response_to,
            status: self.status,
        }
        .to_xml()
    }
}

/// A LogoutRequest of the identity provider.
#[derive(Debug, Clone)]
pub struct QuickLogout {
    /// Its ID.
    pub id: String,
    /// Where it goes.
    pub slo_url: String,
    /// The person.
    pub name_id: NameId,
    /// The session; none means all.
    pub session: Option<String>,
    pub(super) key: SigningKey,
}

impl QuickLogout {
    /// The URL of the redirect that carries it.
    ///
    /// # Panics
    /// When it cannot be signed.
    #[must_use]
    pub fn url(&self, relay_state: Option<&str>) -> String {
        let xml = self.xml();
        let message = (MessageParameter::Request, xml.as_str());
        signed_redirect(&self.slo_url, message, relay_state, &self.key)
    }

    /// The form that carries it.
    ///
    /// # Panics
    /// When it cannot be signed.
    #[must_use]
    pub fn form(&self, relay_state: Option<&str>) -> Form {
        let signed = sign_enveloped(&self.xml(), &self.key).unwrap();
        let message = ("SAMLRequest".to_owned(), post_value(&signed));
        let relay_state = relay_state.map(|text| ("RelayState".to_owned(), text.to_owned()));
        Form {
            action: self.slo_url.parse().expect("a URL"),
            fields: [message].into_iter().chain(relay_state).collect(),
        }
    }

    fn xml(&self) -> String {
        #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
        let now = Timestamp::now();
        LogoutRequest {
            id: &RequestId::from_stored(self.id.clone()),
            issued: now,
            destination: &self.slo_url,
            issuer: QUICK_IDP,
            name_id: &self.name_id,
            session_index: self.session.as_deref(),
            vetuma_language: None,
        }
        .to_xml()
    }
}
