//! A request on its way by either binding, to a service that knows one service provider.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use silta_saml::{
    AuthnRequestError, ReceivedAuthnRequest, RegisteredServiceProvider, UnverifiedAuthnRequest,
};
use silta_testkit::forge::{ACS, ForgedRequest, NOON, SP_ENTITY, SSO, registered};
use silta_testkit::keys;

pub(super) type Outcome = Result<ReceivedAuthnRequest, AuthnRequestError>;

/// The service provider whose requests must be signed.
pub(super) fn strict() -> RegisteredServiceProvider {
    registered(SP_ENTITY, &[ACS], Some(&keys::SP))
}

pub(super) fn by_both(
    request: &ForgedRequest,
    provider: &RegisteredServiceProvider,
) -> [Outcome; 2] {
    [by_redirect(&request.query(), provider), by_post(&request.post(), Some("handle"), provider)]
}

pub(super) fn by_redirect(query: &str, provider: &RegisteredServiceProvider) -> Outcome {
    let find = |name: &str| Some(provider).filter(|provider| provider.entity_id() == name);
    UnverifiedAuthnRequest::from_redirect(query)?.verify(find, SSO, NOON)
}

pub(super) fn by_post(
    value: &str,
    relay_state: Option<&str>,
    provider: &RegisteredServiceProvider,
) -> Outcome {
    let request = UnverifiedAuthnRequest::from_post(value, relay_state.map(str::to_owned))?;
    let find = |name: &str| Some(provider).filter(|provider| provider.entity_id() == name);
    request.verify(find, SSO, NOON)
}

/// The query of an unsigned redirect.
pub(super) fn deflated(xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(vec![], Compression::default());
    encoder.write_all(xml.as_bytes()).unwrap();
    let value = openssl::base64::encode_block(&encoder.finish().unwrap());
    format!("SAMLRequest={}", value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
}
