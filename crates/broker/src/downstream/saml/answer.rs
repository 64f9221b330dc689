//! The answers of the identity provider: every one is signed, and goes to a registered address.

use serde_json::Value;
use silta_mapping::Claims;
use silta_saml::{
    AssertionContent, Attribute, MessageParameter, ResponseHeader, ResponseIds, StatusError,
    ToBeSigned, enveloped_signature, post_value,
};

use crate::client_error::ClientError;
use crate::downstream::saml::received_request::ReceivedAuthnRequestRecord;
use crate::downstream::saml::{ConfiguredServiceProvider, SamlIdentityProvider};
use crate::error::LoginError;
use crate::hex::hex;
use crate::model::message::OutboundMessage;
use crate::model::person::Person;
use crate::model::session_id::SessionId;
use crate::our_key_error::{OurKey, OurKeyError};

impl SamlIdentityProvider {
    /// A Response with an assertion, both signed: AWS Client VPN wants both.
    pub(super) async fn success(
        &self,
        request: &ReceivedAuthnRequestRecord,
        person: &Person,
        sid: &SessionId,
    ) -> Result<OutboundMessage, LoginError> {
        let provider = self.still_registered(request)?;
        let header = self.header(provider, request);
        let name_id = provider.name_id.name_id(person, self.id())?;
        let attributes = attributes(&person.claims);
        let content = AssertionContent {
            name_id: &name_id,
            // Only the upstream knows: a service provider judges freshness by it.
            authn_instant: person.auth_time.ok_or(LoginError::NoAuthnInstant)?,
            authn_context: &person.acr,
            session_index: sid.as_str(),
            attributes: &attributes,
        };
        let (response, assertion) = (self.id(), self.id());
        let ids = ResponseIds { response: &response, assertion: &assertion };
        let unsigned = header.to_sign(ids, &content, &self.credential);
        let unsigned = unsigned.map_err(|error| OurKey::SamlResponses.failed(&error))?;
        let signature = self.sign(unsigned.octets()).await?;
        let unsigned = unsigned.signed(&signature);
        let unsigned = unsigned.map_err(|error| OurKey::SamlResponses.failed(&error))?;
        self.post(request, unsigned).await
    }

    /// A Response that says why nobody was logged in.
    pub(super) async fn failure(
        &self,
        request: &ReceivedAuthnRequestRecord,
        error: &LoginError,
    ) -> Result<OutboundMessage, LoginError> {
        let provider = self.still_registered(request)?;
        let header = self.header(provider, request);
        let response = header.error_response(&self.id(), status(error));
        let unsigned = enveloped_signature(&response, &self.credential);
        let unsigned = unsigned.map_err(|error| OurKey::SamlResponses.failed(&error))?;
        self.post(request, unsigned).await
    }

    /// The service provider, if the configuration still has it, and still with this address.
    fn still_registered(
        &self,
        request: &ReceivedAuthnRequestRecord,
    ) -> Result<&ConfiguredServiceProvider, LoginError> {
        let provider = self.service_providers.get(&request.service_provider);
        let listed = |one: &&ConfiguredServiceProvider| {
            one.registered.acs_urls().iter().any(|acs| acs.url == request.acs_url)
        };
        provider.filter(listed).ok_or(LoginError::Misconfigured)
    }

    fn header<'a>(
        &'a self,
        provider: &'a ConfiguredServiceProvider,
        request: &'a ReceivedAuthnRequestRecord,
    ) -> ResponseHeader<'a> {
        ResponseHeader {
            issuer: &self.entity_id,
            audience: provider.registered.entity_id(),
            acs_url: &request.acs_url,
            in_response_to: &request.request_id,
            issued: self.ports.clock.now(),
        }
    }

    async fn post(
        &self,
        request: &ReceivedAuthnRequestRecord,
        unsigned: ToBeSigned,
    ) -> Result<OutboundMessage, LoginError> {
        let signature = self.sign(unsigned.octets()).await?;
        let mut fields =
            vec![(MessageParameter::Response.name(), post_value(&unsigned.signed(&signature)))];
        fields.extend(request.relay_state.clone().map(|state| ("RelayState", state)));
        Ok(OutboundMessage::Post {
            url: request.acs_url.clone(),
            fields,
            beside: vec![],
            framed_by: vec![],
        })
    }

    async fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, OurKeyError> {
        self.signer.sign(octets).await.map_err(|error| OurKey::SamlResponses.failed(error))
    }

    /// A fresh NCName of 128 random bits [SAML2Core §1.3.4].
    fn id(&self) -> String {
        format!("_{}", hex(&self.ports.random::<16>()))
    }
}

/// Every claim is an attribute; a list has a value for each item.
fn attributes(claims: &Claims) -> Vec<Attribute> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let attribute = |(name, value): (&String, &Value)| {
        let values = match value {
            Value::Array(items) => items.iter().map(text).collect(),
            one => vec![text(one)],
        };
        Attribute::of_texts(name, values)
    };
    claims.as_map().iter().map(attribute).collect()
}

/// Whose move it is, in the words of [SAML2Core §3.2.2.2].
fn status(error: &LoginError) -> StatusError {
    match error.client_error() {
        ClientError::Request => match error {
            LoginError::NameIdFormat => StatusError::InvalidNameIdPolicy,
            _ => StatusError::Requester,
        },
        ClientError::NotLoggedIn | ClientError::NoSession => StatusError::NoPassive,
        ClientError::Denied | ClientError::NotRecent | ClientError::AnotherPerson => {
            StatusError::AuthnFailed
        }
        ClientError::NotAllowed | ClientError::NoNewAuthentication => StatusError::RequestDenied,
        ClientError::TooWeak | ClientError::OtherLevel => StatusError::NoAuthnContext,
        ClientError::TooMuch | ClientError::NotAccepted | ClientError::TryAgain => {
            StatusError::Responder
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;
    use silta_saml::AuthnRequestError;

    use super::*;
    use crate::ports::{SignerError, StoreError};

    #[test]
    fn every_claim_is_an_attribute_and_every_item_of_a_list_a_value() {
        let claims = json!({
            "memberOf": ["staff", "admins"],
            "FirstName": "Väinö",
            "empty": "",
            "level": 3,
            "adult": true,
        });
        let attributes = attributes(&serde_json::from_value(claims).unwrap());
        let mut found: Vec<_> =
            attributes.iter().map(|one| (one.name.as_str(), one.values.join("|"))).collect();
        found.sort_unstable();
        let expected = [
            ("FirstName", "Väinö"),
            ("adult", "true"),
            ("empty", ""),
            ("level", "3"),
            ("memberOf", "staff|admins"),
        ];
        assert_eq!(found, expected.map(|(name, values)| (name, values.to_owned())));
        assert_eq!(attributes.iter().map(|one| one.values.len()).sum::<usize>(), 6);
    }

    #[test]
    fn every_error_has_the_status_that_says_whose_move_it_is() {
        for (error, expected) in [
            (LoginError::NameIdFormat, StatusError::InvalidNameIdPolicy),
            (AuthnRequestError::ProxyForbidden.into(), StatusError::Requester),
            (LoginError::LoginRequired, StatusError::NoPassive),
            (LoginError::LoginExpired, StatusError::AuthnFailed),
            (LoginError::NotAllowed, StatusError::RequestDenied),
            (LoginError::NoNewAuthentication, StatusError::RequestDenied),
            (LoginError::NoRequestedLevel, StatusError::NoAuthnContext),
            (LoginError::NoNameId, StatusError::Responder),
            (LoginError::Replayed, StatusError::Responder),
            (OurKey::SamlResponses.failed(SignerError::Service).into(), StatusError::Responder),
            (StoreError::NoAnswer.into(), StatusError::Responder),
        ] {
            assert_eq!(status(&error), expected, "{error}");
        }
    }
}
