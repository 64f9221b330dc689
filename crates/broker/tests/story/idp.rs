//! An identity provider without XML: it asserts what a test tells it to.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use silta_broker::ports::Upstream;
use silta_broker::{Ask, Begun, Departure, Identity, OnceId, Posted, Refusal, UpstreamUnavailable};
use silta_saml::{Part, Rejected};

use crate::wire::seconds;
use crate::world::{FAMILY, GIVEN, HETU, NOON};

/// What is posted back is the ID of the assertion; everything else stands here.
pub(crate) struct ScriptedIdp {
    script: Mutex<Script>,
    levels: Vec<String>,
}

/// What the identity provider does, and what it was asked.
pub(crate) struct Script {
    pub(crate) issuer: &'static str,
    pub(crate) attributes: Vec<(String, Vec<String>)>,
    pub(crate) authenticated: Timestamp,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) unavailable: bool,
    pub(crate) asked: Vec<Asked>,
    /// How often an answer was looked at.
    pub(crate) judged: usize,
}

/// What of an [`Ask`] a test looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) request_id: String,
    pub(crate) again: bool,
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
            authenticated: NOON - seconds(30),
            refusal: None,
            unavailable: false,
            asked: Vec::new(),
            judged: 0,
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
    async fn begin(&self, ask: &Ask<'_>) -> Result<(Departure, Begun), UpstreamUnavailable> {
        self.script(|script| {
            if script.unavailable {
                return Err(UpstreamUnavailable::Signing);
            }
            let request_id = format!("_{:?}", ask.random);
            script.asked.push(Asked {
                request_id: request_id.clone(),
                again: ask.again,
                acr_values: ask.acr_values.to_vec(),
                min_acr: ask.min_acr.map(str::to_owned),
                ui_locales: ask.ui_locales.to_vec(),
            });
            let url = format!("https://idp.example/sso?RelayState={}", ask.relay_state.as_str());
            let begun = Begun {
                request_id,
                authenticated_since: ask.again.then_some(ask.now),
                max_age: ask.max_age,
                weakest: "low".to_owned(),
            };
            Ok((Departure::Redirect { url }, begun))
        })
    }

    /// An answer to a request that was never made is refused, as by every real upstream.
    fn finish(&self, posted: &Posted, begun: &Begun, now: Timestamp) -> Result<Identity, Refusal> {
        self.script(|script| {
            script.judged += 1;
            if let Some(refusal) = &script.refusal {
                return Err(refusal.clone());
            }
            if !script.asked.iter().any(|asked| asked.request_id == begun.request_id) {
                return Err(Rejected::NotOurRequest { part: Part::Response }.into());
            }
            Ok(Identity {
                once: OnceId {
                    issuer: script.issuer.to_owned(),
                    id: posted.as_str().to_owned(),
                    until: now + seconds(300),
                },
                authenticated: script.authenticated,
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
