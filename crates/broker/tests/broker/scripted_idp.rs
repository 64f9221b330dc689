//! An identity provider without XML: it asserts what a test tells it to.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use silta_broker::ports::Upstream;
use silta_broker::{
    Callback, CallbackError, Identity, LoginRequest, OutboundError, OutboundMessage, Pending,
    ReplayKey,
};
use silta_saml::{Part, ResponseError};

use crate::fixture::{FAMILY, GIVEN, HETU, NOON};
use crate::wire::seconds;

/// The callback carries only the ID of the assertion; everything else is scripted here.
pub(crate) struct ScriptedIdp {
    script: Mutex<Script>,
    levels: Vec<String>,
}

/// What the identity provider does, and the requests that it got.
pub(crate) struct Script {
    pub(crate) issuer: &'static str,
    pub(crate) attributes: Vec<(String, Vec<String>)>,
    pub(crate) authn_instant: Timestamp,
    pub(crate) callback_error: Option<CallbackError>,
    pub(crate) unavailable: bool,
    pub(crate) requests: Vec<RecordedRequest>,
    /// How many callbacks it judged.
    pub(crate) callbacks: usize,
}

/// The part of a [`LoginRequest`] that tests look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordedRequest {
    pub(crate) request_id: String,
    pub(crate) force_authn: bool,
    pub(crate) acr_values: Vec<String>,
    pub(crate) min_acr: Option<String>,
    pub(crate) ui_locales: Vec<String>,
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
            authn_instant: NOON - seconds(30),
            callback_error: None,
            unavailable: false,
            requests: Vec::new(),
            callbacks: 0,
        };
        Self { script: Mutex::new(script), levels: vec![ACR.to_owned()] }
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
        login_request: &LoginRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        self.script(|script| {
            if script.unavailable {
                return Err(OutboundError::Signing);
            }
            let request_id = format!("_{:?}", login_request.random);
            script.requests.push(RecordedRequest {
                request_id: request_id.clone(),
                force_authn: login_request.force_authn,
                acr_values: login_request.acr_values.to_vec(),
                min_acr: login_request.min_acr.map(str::to_owned),
                ui_locales: login_request.ui_locales.to_vec(),
            });
            let url = format!(
                "https://idp.example/sso?RelayState={}",
                login_request.relay_state.as_str()
            );
            let pending = Pending {
                request_id,
                authenticated_since: login_request.force_authn.then_some(login_request.now),
                max_age: login_request.max_age,
                weakest: "low".to_owned(),
            };
            Ok((OutboundMessage::Redirect { url }, pending))
        })
    }

    /// An answer to a request that was never made is refused, as by every real upstream.
    fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        now: Timestamp,
    ) -> Result<Identity, CallbackError> {
        self.script(|script| {
            script.callbacks += 1;
            if let Some(callback_error) = &script.callback_error {
                return Err(callback_error.clone());
            }
            if !script.requests.iter().any(|request| request.request_id == pending.request_id) {
                return Err(ResponseError::NotOurRequest { part: Part::Response }.into());
            }
            Ok(Identity {
                replay_key: ReplayKey {
                    issuer: script.issuer.to_owned(),
                    id: callback.as_str().to_owned(),
                    until: now + seconds(300),
                },
                authn_instant: script.authn_instant,
                acr: ACR.to_owned(),
                attributes: script.attributes.clone(),
            })
        })
    }

    fn levels(&self) -> Vec<String> {
        self.levels.clone()
    }
}

fn attribute(name: &str, values: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), values.iter().map(ToString::to_string).collect())
}

pub(crate) const ACR: &str = "http://ftn.ficora.fi/2017/loa2";
