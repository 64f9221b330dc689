//! A SAML identity provider as an upstream: how the question is put, and which answers will do.

mod answer;
mod question;

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use silta_broker::ports::Upstream as _;
use silta_broker::{
    Ask, Begun, ContextRequest, Departure, Posted, RelayState, RequestBinding, SamlUpstream,
    UpstreamUnavailable,
};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    Answer, Attribute, AuthnContextLadder, EncryptionRule, IdentityProvider, NameId, Narrowing,
    ReceivedAuthnRequest, RedirectMessage, ServiceProvider, Statement, post_value, sign_enveloped,
};
use silta_testkit::keys;

use crate::wire::{carried, claims};
use crate::world::{GIVEN, HETU, NOON, World, suomifi_name};

#[tokio::test]
async fn a_whole_login_goes_through_saml() {
    let world = World::with(|settings| {
        settings.upstreams.get_mut(&suomifi_name()).unwrap().0 = Arc::new(upstream());
    });
    let begun = world.begun().await;
    let Departure::Redirect { url } = &begun.departure else { unreachable!("it is a redirect") };
    let (_, query) = url.split_once('?').unwrap();
    let keys = [keys::SP.verification()];
    let message = RedirectMessage::verify(query, &keys, &SignatureAlgorithm::ALL).unwrap();
    let request_id = ReceivedAuthnRequest::read(&message).unwrap().id;
    let asked =
        Begun { request_id, authenticated_since: None, max_age: None, weakest: "low".to_owned() };

    let message = answered(&asked, "high", NOON);
    let location = world.answer(&begun, message.as_str()).await.unwrap();
    let tokens = world.redeem(&carried(&location, "code").unwrap(), &[]).await.unwrap();
    let claims = claims(&tokens);
    assert_eq!((&claims["acr"], &claims["given_name"]), (&"high".into(), &GIVEN.into()));
}

/// Signs with RSA, sends by redirect, and takes plain assertions.
pub(crate) fn upstream() -> SamlUpstream {
    climbing(&LADDER)
}

/// The same with another ladder, a level a rung.
pub(crate) fn climbing(levels: &[&str]) -> SamlUpstream {
    let rungs = levels.iter().map(|one| vec![(*one).to_owned()]).collect();
    let ladder = AuthnContextLadder::new(rungs).unwrap();
    let narrowing = Narrowing { encryption: EncryptionRule::Optional, ..Narrowing::default() };
    let trusted = vec![keys::IDP.verification()];
    let signer = keys::SP.signing(SignatureAlgorithm::RsaSha256);
    SamlUpstream {
        provider: ServiceProvider {
            entity_id: SP.to_owned(),
            acs_url: ACS.to_owned(),
            decryption_keys: vec![],
        },
        idp: IdentityProvider::new(IDP, trusted, ladder, narrowing).unwrap(),
        signatory: signer.signatory().clone(),
        signer: Arc::new(signer),
        binding: RequestBinding::Redirect(SSO.to_owned()),
        context: ContextRequest::Omit,
        name_id_format: None,
        vetuma: false,
    }
}

/// The question, made where no test needs to wait: the key is in this process.
pub(crate) fn begin(
    upstream: &SamlUpstream,
    ask: &Ask<'_>,
) -> Result<(Departure, Begun), UpstreamUnavailable> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(upstream.begin(ask))
}

pub(crate) fn ask() -> Ask<'static> {
    Ask {
        relay_state: &RELAY,
        random: [1; 16],
        now: NOON,
        again: false,
        max_age: None,
        acr_values: &[],
        min_acr: None,
        ui_locales: &[],
    }
}

/// What the identity provider posts: both parts signed, at this level, authenticated then.
pub(crate) fn answered(begun: &Begun, level: &str, authn_instant: Timestamp) -> Posted {
    let answer = Answer {
        issuer: IDP,
        audience: SP,
        acs_url: ACS,
        in_response_to: &begun.request_id,
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
    let statement = Statement {
        name_id: &name_id,
        authn_instant,
        authn_context: level,
        session_index: "_session",
        attributes: &[attribute("urn:oid:1.2.246.21", HETU), attribute("urn:oid:2.5.4.42", GIVEN)],
    };
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let assertion = sign_enveloped(&answer.assertion("_assertion", &statement), &key).unwrap();
    let response = sign_enveloped(&answer.response("_response", &assertion), &key).unwrap();
    Posted::new(post_value(&response))
}

pub(crate) const LADDER: [&str; 3] = ["low", "middle", "high"];
static RELAY: LazyLock<RelayState> = LazyLock::new(|| RelayState::parse(HANDLE).unwrap());
pub(crate) const HANDLE: &str = "abcdefghijklmnopqrstuv";
pub(crate) const IDP: &str = "https://idp.example/entity";
pub(crate) const SP: &str = "https://login.example/saml";
pub(crate) const ACS: &str = "https://login.example/saml/acs";
pub(crate) const SSO: &str = "https://idp.example/sso";
