//! A SAML identity provider as an upstream: the AuthnRequest that it sends, and
//! the responses that it accepts.

mod authn_request;
mod response;

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use silta_broker::ports::Upstream as _;
use silta_broker::{
    AuthnContextRequest, Callback, LoginRequest, OutboundError, OutboundMessage, Pending,
    RelayState, RequestBinding, SamlUpstream,
};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssertionContent, AssuranceLevels, Attribute, EncryptionRule, IdentityProvider, NameId,
    PeerProfile, ResponseHeader, ServiceProvider, post_value, sign_enveloped,
};
use silta_testkit::forge::SentRequest;
use silta_testkit::keys;

use crate::fixture::{Fixture, GIVEN, HETU, NOON, suomifi_name};
use crate::wire::{claims, query_param};

#[tokio::test]
async fn a_whole_login_goes_through_saml() {
    let fixture = Fixture::with(|settings| {
        settings.upstreams.get_mut(&suomifi_name()).unwrap().0 = Arc::new(upstream());
    });
    let started = fixture.started().await;
    let OutboundMessage::Redirect { url } = &started.message else {
        unreachable!("it is a redirect")
    };
    let (_, query) = url.split_once('?').unwrap();
    let request_id = SentRequest::read(query, &keys::SP.verification()).unwrap().id;
    let pending =
        Pending { request_id, authenticated_since: None, max_age: None, weakest: "low".to_owned() };

    let message = response(&pending, "high", NOON);
    let location = fixture.finish(&started, message.as_str()).await.unwrap();
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    let claims = claims(&tokens);
    assert_eq!((&claims["acr"], &claims["given_name"]), (&"high".into(), &GIVEN.into()));
}

/// Signs with RSA, sends by redirect, and takes plain assertions.
pub(crate) fn upstream() -> SamlUpstream {
    with_levels(&AUTHN_CONTEXTS)
}

/// The same with other assurance levels, one class each.
pub(crate) fn with_levels(levels: &[&str]) -> SamlUpstream {
    let classes = levels.iter().map(|one| vec![(*one).to_owned()]).collect();
    let levels = AssuranceLevels::new(classes).unwrap();
    let profile = PeerProfile { encryption: EncryptionRule::Optional, ..PeerProfile::default() };
    let trusted = vec![keys::IDP.verification()];
    let signer = keys::SP.signing(SignatureAlgorithm::RsaSha256);
    SamlUpstream {
        service_provider: ServiceProvider {
            entity_id: SP.to_owned(),
            acs_url: ACS.to_owned(),
            decryption_keys: vec![],
        },
        idp: IdentityProvider::new(IDP, trusted, levels, profile).unwrap(),
        credential: signer.credential().clone(),
        signer: Arc::new(signer),
        binding: RequestBinding::Redirect(SSO.to_owned()),
        authn_context: AuthnContextRequest::Omit,
        name_id_format: None,
        vetuma: false,
    }
}

/// The question, made where no test needs to wait: the key is in this process.
pub(crate) fn start(
    upstream: &SamlUpstream,
    login_request: &LoginRequest<'_>,
) -> Result<(OutboundMessage, Pending), OutboundError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(upstream.start(login_request))
}

pub(crate) fn login_request() -> LoginRequest<'static> {
    LoginRequest {
        relay_state: &RELAY,
        random: [1; 16],
        now: NOON,
        force_authn: false,
        max_age: None,
        acr_values: &[],
        min_acr: None,
        ui_locales: &[],
    }
}

/// What the identity provider posts: both parts signed, at this level, authenticated then.
pub(crate) fn response(pending: &Pending, level: &str, authn_instant: Timestamp) -> Callback {
    let answer = ResponseHeader {
        issuer: IDP,
        audience: SP,
        acs_url: ACS,
        in_response_to: &pending.request_id,
        issued: NOON,
    };
    let name_id = NameId {
        value: "transient".to_owned(),
        format: None,
        name_qualifier: None,
        sp_name_qualifier: None,
    };
    let attribute = |name: &str, value: &str| Attribute {
        name: name.to_owned(),
        values: vec![value.to_owned()],
    };
    let statement = AssertionContent {
        name_id: &name_id,
        authn_instant,
        authn_context: level,
        session_index: "_session",
        attributes: &[attribute("urn:oid:1.2.246.21", HETU), attribute("urn:oid:2.5.4.42", GIVEN)],
    };
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let assertion = sign_enveloped(&answer.assertion("_assertion", &statement), &key).unwrap();
    let response = sign_enveloped(&answer.response("_response", &assertion), &key).unwrap();
    Callback::new(post_value(&response))
}

pub(crate) const AUTHN_CONTEXTS: [&str; 3] = ["low", "middle", "high"];
static RELAY: LazyLock<RelayState> = LazyLock::new(|| RelayState::parse(HANDLE).unwrap());
pub(crate) const HANDLE: &str = "abcdefghijklmnopqrstuv";
pub(crate) const IDP: &str = "https://idp.example/entity";
pub(crate) const SP: &str = "https://login.example/saml";
pub(crate) const ACS: &str = "https://login.example/saml/acs";
pub(crate) const SSO: &str = "https://idp.example/sso";
