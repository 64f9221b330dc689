//! A SAML identity provider as an upstream: the AuthnRequest that it sends, and
//! the responses that it accepts.

mod authn_request;
mod described;
mod esaml;
mod explained;
mod name_id;
mod response;
mod shared_metadata;

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use silta_broker::ports::{Upstream, UpstreamRequest};
use silta_broker::upstream::{
    AuthnContextRequest, ForceAuthn, RequestBinding, SamlParties, SamlUpstream,
};
use silta_broker::{
    Callback, CallbackError, FailedCallback, Freshness, Identity, LoginRequest, NeededOfPerson,
    OutboundError, OutboundMessage, Pending, RelayState,
};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssertionContent, AssuranceLevels, Attribute, EncryptionRule, FormFields, IdentityProvider,
    Mismatch, NameId, PeerProfile, ReceivedUri, RequestProfile, ResponseError, ResponseHeader,
    ServiceProvider, UnsignedParameters, post_value, sign_enveloped,
};
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::forge::SentRequest;
use silta_testkit::keys;

use crate::fixture::{Fixture, GIVEN, HETU, NOON, configured, party, source_of, suomifi_name};
use crate::wire::{claims, form, query_param};

#[tokio::test]
async fn a_whole_login_goes_through_saml() {
    let fixture = fixture();
    let started = fixture.started().await;
    let message = message(&request_id(&started.message), "high", NOON);
    let location = fixture.finish(&started, &message).await.unwrap();
    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    let claims = claims(&tokens);
    assert_eq!((&claims["acr"], &claims["given_name"]), (&"high".into(), &GIVEN.into()));
}

/// The usual broker before this upstream.
pub(crate) fn fixture() -> Fixture {
    Fixture::with(|settings| {
        settings.upstreams.insert(suomifi_name(), configured(Arc::new(upstream())));
    })
}

/// Signs with RSA, sends by redirect, and takes plain assertions.
pub(crate) fn upstream() -> SamlUpstream {
    with_levels(&AUTHN_CONTEXTS)
}

/// How a level is refused that is weaker than any of `expected`.
pub(crate) fn weak(expected: &[&str], received: &str) -> CallbackError {
    let expected = expected.iter().map(ToString::to_string).collect();
    let received = Some(vec![ReceivedUri::of(received)]);
    ResponseError::WeakAuthnContext(Mismatch { expected, received }).into()
}

/// The same with other assurance levels, one class each.
pub(crate) fn with_levels(levels: &[&str]) -> SamlUpstream {
    let profile = PeerProfile { encryption: EncryptionRule::Optional, ..PeerProfile::default() };
    with_profile(levels, profile)
}

/// The same with another profile of what is accepted.
pub(crate) fn with_profile(of: &[&str], profile: PeerProfile) -> SamlUpstream {
    let trusted = vec![keys::IDP.verification()];
    let signer = keys::SP.signing(SignatureAlgorithm::RsaSha256);
    let parties = SamlParties {
        service_provider: ServiceProvider {
            entity_id: SP.to_owned(),
            acs_url: ACS.to_owned(),
            decryption_keys: vec![],
        },
        idp: IdentityProvider::new(IDP, trusted, levels(of), profile).unwrap(),
        credential: signer.credential().clone(),
        signer: Arc::new(signer),
        vetuma: false,
    };
    SamlUpstream {
        parties: Arc::new(parties),
        binding: RequestBinding::Redirect(SSO.to_owned()),
        authn_context: AuthnContextRequest::Omit,
        force_authn: ForceAuthn::WhenAsked,
        request: RequestProfile::default(),
        encrypted: None,
        parameters: UnsignedParameters::default(),
        form_fields: FormFields::default(),
        accepted_name_ids: vec![],
        logout: None,
    }
}

/// Levels of one class each, the weakest first.
fn levels(of: &[&str]) -> AssuranceLevels {
    AssuranceLevels::new(of.iter().map(|one| vec![(*one).to_owned()]).collect()).unwrap()
}

/// The question at noon, made where no test needs to wait: the key is in this process.
pub(crate) fn start(
    upstream: &impl Upstream,
    asked: &Asked,
) -> Result<(OutboundMessage, Pending), OutboundError> {
    start_at(upstream, asked, NOON)
}

/// The same at this instant.
pub(crate) fn start_at(
    upstream: &impl Upstream,
    asked: &Asked,
    now: Timestamp,
) -> Result<(OutboundMessage, Pending), OutboundError> {
    block_on(ask_at(upstream, asked, now))
}

/// The same where a test waits for it.
pub(crate) async fn ask_at(
    upstream: &impl Upstream,
    asked: &Asked,
    now: Timestamp,
) -> Result<(OutboundMessage, Pending), OutboundError> {
    let request = UpstreamRequest {
        request: &asked.request,
        least_levels: [asked.min_acr, None],
        needs_authn_instant: true,
        source: source_of(1),
        relay_state: &RELAY,
        entropy: &SeededEntropy::from_seed(asked.seed),
        now,
    };
    upstream.start(&request).await
}

/// The verdict on a callback, at this instant.
pub(crate) fn judge(
    upstream: &impl Upstream,
    pending: &Pending,
    callback: &Callback,
    now: Timestamp,
) -> Result<Identity, CallbackError> {
    block_on(upstream.finish(callback, pending, EVERYTHING, now)).map_err(|failed| failed.error)
}

/// A verdict that lets nobody in, with whom the callback proves.
pub(crate) fn refused(
    upstream: &SamlUpstream,
    pending: &Pending,
    callback: &Callback,
    now: Timestamp,
) -> FailedCallback {
    block_on(upstream.finish(callback, pending, EVERYTHING, now)).unwrap_err()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

/// What relying parties need where a test says nothing else.
pub(crate) const EVERYTHING: NeededOfPerson = NeededOfPerson { name: true, attributes: true };

/// What is asked of the upstream.
pub(crate) struct Asked {
    pub(crate) request: LoginRequest,
    pub(crate) min_acr: Option<&'static str>,
    /// Of the randomness of the request.
    pub(crate) seed: u64,
}

/// Anybody, whenever they authenticated.
pub(crate) fn anybody() -> Asked {
    let request = LoginRequest {
        relying_party: party("shop"),
        freshness: Freshness::Any,
        passive: false,
        acr_values: vec![],
        ui_locales: vec![],
        upstream_hint: None,
        acr_essential: false,
        expected_sub: None,
        login_hint: None,
    };
    Asked { request, min_acr: None, seed: 1 }
}

/// The same, with another wish.
pub(crate) fn asked(wish: impl FnOnce(&mut LoginRequest)) -> Asked {
    let mut asked = anybody();
    wish(&mut asked.request);
    asked
}

/// The same, at this level at least.
pub(crate) fn at_least(min_acr: &'static str) -> Asked {
    Asked { min_acr: Some(min_acr), ..anybody() }
}

/// The ID of a request as the identity provider reads it; a redirect's signature is checked.
pub(crate) fn request_id(message: &OutboundMessage) -> String {
    match message {
        OutboundMessage::Redirect(url) => {
            let (_, query) = url.as_str().split_once('?').unwrap();
            SentRequest::read(query, &keys::SP.verification()).unwrap().id
        }
        OutboundMessage::Post { fields, .. } | OutboundMessage::PostToOrigin { fields, .. } => {
            let request = decoded(fields);
            let (_, from_id) = request.split_once(r#" ID=""#).unwrap();
            from_id.split_once('"').unwrap().0.to_owned()
        }
    }
}

pub(crate) fn decoded(fields: &[(&'static str, String)]) -> String {
    let (name, message) = &fields[0];
    assert_eq!(*name, "SAMLRequest");
    String::from_utf8(STANDARD.decode(message).unwrap()).unwrap()
}

/// What the identity provider has the browser post.
pub(crate) fn response(request_id: &str, level: &str, authn_instant: Timestamp) -> Callback {
    let message = message(request_id, level, authn_instant);
    Callback::from_form(&form(&[("SAMLResponse", &message), ("RelayState", HANDLE)])).unwrap()
}

/// Both parts signed, at this level, authenticated then.
pub(crate) fn message(request_id: &str, level: &str, authn_instant: Timestamp) -> String {
    changed_message(request_id, (level, authn_instant), |assertion| assertion)
}

/// The same with another assertion, which is signed as it is then.
pub(crate) fn changed_message(
    request_id: &str,
    (level, authn_instant): (&str, Timestamp),
    change: impl FnOnce(String) -> String,
) -> String {
    let answer = ResponseHeader {
        issuer: IDP,
        audience: SP,
        acs_url: ACS,
        in_response_to: request_id,
        issued: NOON,
    };
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let assertion = change(plain_assertion(&answer, (level, authn_instant)));
    let assertion = sign_enveloped(&assertion, &key).unwrap();
    let response = sign_enveloped(&answer.response("_response", &assertion), &key).unwrap();
    post_value(&response)
}

/// The assertion, before it is signed.
pub(crate) fn plain_assertion(
    answer: &ResponseHeader<'_>,
    (level, authn_instant): (&str, Timestamp),
) -> String {
    let name_id = NameId {
        value: NAME.to_owned(),
        format: None,
        name_qualifier: None,
        sp_name_qualifier: None,
    };
    let attribute = |name: &str, value: &str| Attribute::of_texts(name, vec![value.to_owned()]);
    let statement = AssertionContent {
        name_id: &name_id,
        authn_instant,
        authn_context: level,
        session_index: "_session",
        attributes: &[attribute("urn:oid:1.2.246.21", HETU), attribute("urn:oid:2.5.4.42", GIVEN)],
    };
    answer.assertion("_assertion", &statement)
}

/// How the broker finds that person's sessions: each part of the name behind its length.
pub(crate) fn principal() -> String {
    let format = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    [NAME, format, IDP, SP].map(|part| format!("{}:{part}", part.len())).concat()
}

/// The text of the `NameID`.
pub(crate) const NAME: &str = "transient";
pub(crate) const AUTHN_CONTEXTS: [&str; 3] = ["low", "middle", "high"];
static RELAY: LazyLock<RelayState> = LazyLock::new(|| RelayState::parse(HANDLE).unwrap());
pub(crate) const HANDLE: &str = "abcdefghijklmnopqrstuv";
pub(crate) const IDP: &str = "https://idp.example/entity";
pub(crate) const SP: &str = "https://login.example/saml";
pub(crate) const ACS: &str = "https://login.example/saml/acs";
pub(crate) const SSO: &str = "https://idp.example/sso";
