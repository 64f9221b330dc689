//! An identity provider without XML: it asserts what a test tells it to.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use silta_broker::ports::{CallbackRoom, SignerError, Upstream, UpstreamRequest};
use silta_broker::{
    Callback, CallbackError, FailedCallback, Freshness, Identity, LoginHint, NeededOfPerson,
    OurKey, OurKeyError, OutboundError, OutboundMessage, Pending, PersonName, RelayState,
    ReplayKey, ReplayProtection, SourceNetwork, Tagged, UpstreamSession, UpstreamSessionName,
    Versioned,
};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{MessageParameter, Part, ResponseError, redirect_url};
use silta_testkit::keys;

use crate::fixture::{FAMILY, GIVEN, HETU, NOON};
use crate::wire::seconds;

/// The callback carries only the ID of the assertion; everything else is scripted here.
pub(crate) struct ScriptedIdp {
    script: Mutex<Script>,
}

/// What the identity provider does, and the requests that it got.
pub(crate) struct Script {
    pub(crate) issuer: &'static str,
    pub(crate) attributes: Vec<(String, Vec<String>)>,
    pub(crate) name: Option<PersonName>,
    pub(crate) authn_instant: Option<Timestamp>,
    /// One of its levels, which are [`ACR`] and [`HIGH_ACR`].
    pub(crate) acr: &'static str,
    /// The index of the session there, and its end.
    pub(crate) session: Option<(Option<String>, Option<Timestamp>)>,
    /// Whose session it is there.
    pub(crate) principal: String,
    pub(crate) callback_error: Option<CallbackError>,
    /// Why the level that it asserts is too low for the request.
    pub(crate) too_weak: Option<CallbackError>,
    /// Why it has no room for a callback.
    pub(crate) not_ready: Option<CallbackError>,
    pub(crate) unavailable: bool,
    pub(crate) requests: Vec<RecordedRequest>,
    /// How many callbacks it judged.
    pub(crate) callbacks: usize,
}

/// The part of an [`UpstreamRequest`] that tests look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordedRequest {
    pub(crate) request_id: String,
    pub(crate) freshness: Freshness,
    pub(crate) passive: bool,
    pub(crate) acr_values: Vec<String>,
    pub(crate) min_acr: Option<String>,
    pub(crate) ui_locales: Vec<String>,
    pub(crate) login_hint: Option<LoginHint>,
    pub(crate) needs_authn_instant: bool,
}

impl Default for ScriptedIdp {
    /// Everybody is Nordea Demo, authenticated 30 seconds before noon.
    fn default() -> Self {
        let script = Script {
            issuer: "https://idp.example/entity",
            attributes: vec![
                attribute("urn:oid:1.2.246.21", &[HETU]),
                attribute("urn:oid:2.5.4.42", &[GIVEN]),
                attribute("urn:oid:2.5.4.4", &[FAMILY]),
            ],
            name: None,
            authn_instant: Some(NOON - seconds(30)),
            acr: ACR,
            session: None,
            principal: PRINCIPAL.to_owned(),
            callback_error: None,
            too_weak: None,
            not_ready: None,
            unavailable: false,
            requests: Vec::new(),
            callbacks: 0,
        };
        Self { script: Mutex::new(script) }
    }
}

impl ScriptedIdp {
    /// Changes the script, or reads it.
    pub(crate) fn script<T>(&self, look: impl FnOnce(&mut Script) -> T) -> T {
        look(&mut self.script.lock().unwrap())
    }

    /// Asserts exactly these attributes from now on.
    pub(crate) fn asserts(&self, attributes: &[(&str, &[&str])]) {
        let attributes = attributes.iter().map(|(name, values)| attribute(name, values)).collect();
        self.script(|script| script.attributes = attributes);
    }
}

#[async_trait]
impl Upstream for ScriptedIdp {
    async fn start(
        &self,
        upstream_request: &UpstreamRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        self.script(|script| {
            if script.unavailable {
                return Err(unavailable_key().into());
            }
            let mut random = [0; 16];
            upstream_request.entropy.fill(&mut random);
            let request_id = format!("_{random:?}");
            let request = upstream_request.request;
            script.requests.push(RecordedRequest {
                request_id: request_id.clone(),
                freshness: request.freshness,
                passive: request.passive,
                acr_values: request.acr_values.clone(),
                min_acr: upstream_request.least_levels[0].map(str::to_owned),
                ui_locales: request.ui_locales.clone(),
                login_hint: request.login_hint.clone(),
                needs_authn_instant: upstream_request.needs_authn_instant,
            });
            let relay_state = upstream_request.relay_state.as_str();
            let (message, key) =
                ((MessageParameter::Request, ""), keys::SP.signing(SignatureAlgorithm::RsaSha256));
            let relay_state = Some(relay_state);
            let url =
                redirect_url("https://idp.example/sso", message, relay_state, key.credential());
            // Nobody verifies it.
            let url = url.unwrap().signed(&[]);
            let pending = Pending::keep(&PendingRequest(request_id)).unwrap();
            Ok((OutboundMessage::Redirect(url.into()), pending))
        })
    }

    fn relay_state(&self, callback: &Callback) -> Result<RelayState, CallbackError> {
        let relay_state = callback.one("RelayState")?.and_then(RelayState::parse);
        relay_state.ok_or(CallbackError::UnknownHandle("RelayState"))
    }

    async fn make_room(
        &self,
        _source: SourceNetwork,
        _now: Timestamp,
    ) -> Result<CallbackRoom, CallbackError> {
        let error = self.script(|script| script.not_ready.clone());
        error.map_or_else(|| Ok(CallbackRoom::unbounded()), Err)
    }

    /// An answer to a request that was never made is refused, as by every real upstream.
    async fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        _: NeededOfPerson,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        self.script(|script| {
            script.callbacks += 1;
            if let Some(callback_error) = &script.callback_error {
                return Err(callback_error.clone().into());
            }
            let PendingRequest(request_id) = pending.read()?;
            if !script.requests.iter().any(|request| request.request_id == request_id) {
                return Err(ResponseError::NotOurRequest { part: Part::Response }.into());
            }
            let identity = Identity {
                replay: ReplayProtection::Remember(ReplayKey {
                    issuer: script.issuer.to_owned(),
                    id: callback.one("SAMLResponse")?.unwrap_or_default().to_owned(),
                    until: now + seconds(300),
                }),
                authn_instant: script.authn_instant,
                acr: script.acr.to_owned(),
                session: script.session.as_ref().map(|(index, ends)| UpstreamSession {
                    handle: Pending::keep(&PendingRequest("its session".to_owned())).unwrap(),
                    names: vec![UpstreamSessionName {
                        principal: script.principal.clone(),
                        index: index.clone(),
                    }],
                    ends: *ends,
                }),
                attributes: script.attributes.clone(),
                named: vec![],
                name: script.name.clone(),
            };
            match &script.too_weak {
                None => Ok(identity),
                Some(error) => {
                    Err(FailedCallback { error: error.clone(), identity: Some(Box::new(identity)) })
                }
            }
        })
    }

    fn reaches(&self, acr: &str, least: &str) -> bool {
        let rank = |acr| [ACR, HIGH_ACR].iter().position(|known| *known == acr);
        rank(least).is_some() && rank(acr) >= rank(least)
    }
}

/// What it remembers of a request: its ID.
struct PendingRequest(String);

impl Versioned for PendingRequest {
    const TAGS: &'static [&'static str] = &["scripted.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        minicbor_serde::to_vec(BTreeMap::from([("scripted.1", &self.0)])).ok()
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        (tagged.tag() == "scripted.1").then(|| tagged.body().map(Self))?
    }
}

fn attribute(name: &str, values: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), values.iter().map(ToString::to_string).collect())
}

/// Why it cannot sign a request once it is unavailable.
pub(crate) fn unavailable_key() -> OurKeyError {
    OurKeyError { key: OurKey::SamlRequests, cause: SignerError::Service.into() }
}

/// Who has the sessions there, if nobody else is said.
pub(crate) const PRINCIPAL: &str = "somebody";
pub(crate) const ACR: &str = "http://ftn.ficora.fi/2017/loa2";
pub(crate) const HIGH_ACR: &str = "http://ftn.ficora.fi/2017/loa3";
