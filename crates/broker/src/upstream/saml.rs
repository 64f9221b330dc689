//! A SAML identity provider as an upstream.

pub(crate) mod described;
pub(crate) mod encrypted_request;
mod explained;
pub(crate) mod facts;
pub(crate) mod logout;
pub(crate) mod metadata;
pub(crate) mod metadata_cache;
pub(crate) mod metadata_fetch_error;
pub(crate) mod no_newer_metadata;
pub(crate) mod outbound;
pub(crate) mod pending_authn_request;
pub(crate) mod person_name;
pub(crate) mod saml_session;
mod shared_metadata;

use std::sync::Arc;

use silta_saml::{
    AssuranceLevels, Attribute, AuthnRequest, Comparison, Expectation, FormFields,
    MessageParameter, NameId, RequestId, RequestProfile, RequestedAuthnContext, UnsignedParameters,
    Unverified, UsedContent, VerificationStep, VerifiedAssertion,
};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::callback_error::{CallbackError, ForeignRelayState};
use crate::failed_callback::FailedCallback;
use crate::give_way::give_way;
use crate::logout::upstream_logout::UpstreamLogout;
use crate::model::identity::{Identity, PersonName, ReplayKey, ReplayProtection};
use crate::model::login_halves::RelayState;
use crate::model::login_hint::LoginHint;
use crate::model::login_request::Freshness;
use crate::model::message::{Callback, CallbackMethod, OutboundMessage};
use crate::model::needed_of_person::NeededOfPerson;
use crate::model::pending::Pending;
use crate::model::source_network::SourceNetwork;
use crate::model::upstream_session::UpstreamSession;
use crate::octets::Octets;
use crate::outbound_error::OutboundError;
use crate::ports::{CallbackRoom, Upstream, UpstreamRequest};
use crate::upstream::saml::encrypted_request::EncryptedRequest;
use crate::upstream::saml::logout::SamlLogout;
use crate::upstream::saml::outbound::{RequestBinding, SamlParties, random};
use crate::upstream::saml::pending_authn_request::PendingAuthnRequest;
use crate::upstream::saml::person_name::{attribute_name, person_name};
use crate::upstream::saml::saml_session::SamlSession;
use crate::versioned::RecordError;

/// A SAML identity provider as an upstream, with our own service provider.
#[derive(Debug, Clone)]
pub struct SamlUpstream {
    /// We and the identity provider.
    pub parties: Arc<SamlParties>,
    /// The binding of an AuthnRequest, with its destination.
    pub binding: RequestBinding,
    /// Whether the request carries `RequestedAuthnContext`. The response is judged in any case.
    pub authn_context: AuthnContextRequest,
    /// When it is asked to authenticate a person anew.
    pub force_authn: ForceAuthn,
    /// What every request says.
    pub request: RequestProfile,
    /// What of every request is encrypted.
    pub encrypted: Option<EncryptedRequest>,
    /// What follows the signature of a redirect.
    pub parameters: UnsignedParameters,
    /// What stands in a form beside the message.
    pub form_fields: FormFields,
    /// The formats of a NameID that may name a person; a transient one never does.
    pub accepted_name_ids: Vec<String>,
    /// Single logout, if it has that.
    pub logout: Option<SamlLogout>,
}

/// Whether and how `RequestedAuthnContext` is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthnContextRequest {
    /// Never, as Suomi.fi advises.
    Omit,
    /// As a list of all levels that will do.
    Exact,
    /// As the weakest level that will do.
    Minimum,
}

/// When requests carry `ForceAuthn` [SAML2Core §3.4.1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForceAuthn {
    /// When the relying party wants a new authentication.
    WhenAsked,
    /// Always, and a session of the identity provider never will do.
    Always,
    /// Never: the identity provider does not support it. A new authentication cannot be had there.
    Never,
}

#[async_trait]
impl Upstream for SamlUpstream {
    async fn start(
        &self,
        upstream_request: &UpstreamRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        let request = upstream_request.request;
        let wanted = request.freshness.wants_new_authentication();
        let force_authn = match self.force_authn {
            ForceAuthn::WhenAsked => wanted,
            ForceAuthn::Always => true,
            ForceAuthn::Never if wanted => return Err(OutboundError::NoNewAuthentication),
            ForceAuthn::Never => false,
        };
        let random = random(upstream_request.entropy);
        let id = RequestId::from_random(random);
        let weakest =
            upstream_request.weakest_rank(|acr| self.parties.idp.assurance_levels().level(acr))?;
        let classes = self.parties.idp.assurance_levels().from_level(weakest);
        let by_preference = upstream_request.by_preference(&classes);
        let least = classes.first().cloned().ok_or(OutboundError::UnknownLevel)?;
        let asked = match self.authn_context {
            AuthnContextRequest::Omit => None,
            AuthnContextRequest::Exact => Some((Comparison::Exact, by_preference)),
            // One level, because eIDAS nodes refuse a list of them [eIDAS SAML Message Format 1.4 §2.4.1].
            AuthnContextRequest::Minimum => Some((Comparison::Minimum, vec![least.clone()])),
        };
        let asked = asked.map(|(comparison, levels)| {
            (comparison, [levels, self.request.contexts_beside.clone()].concat())
        });
        let (encrypted, entropy) = (self.encrypted.as_ref(), upstream_request.entropy);
        let hint = request.login_hint.as_ref();
        let subject = encrypted.map(|one| one.subject(hint, entropy)).transpose()?.flatten();
        let entity_id = self.parties.idp.entity_id();
        let encrypted = encrypted.map(|one| one.extension(entity_id, &least, entropy));
        let encrypted = encrypted.transpose()?.flatten();
        let authn_request = AuthnRequest {
            id: &id,
            issued: upstream_request.now,
            destination: self.binding.url(),
            issuer: &self.parties.service_provider.entity_id,
            acs_url: &self.parties.service_provider.acs_url,
            force_authn,
            is_passive: request.passive,
            context: asked.as_ref().map(|(comparison, classes)| RequestedAuthnContext {
                comparison: *comparison,
                classes,
            }),
            vetuma_language: self.parties.vetuma_language(&request.ui_locales),
            profile: &self.request,
            encrypted: encrypted.as_ref(),
            hint: hint.map(LoginHint::as_str),
            subject: subject.as_ref(),
        };
        let message = (MessageParameter::Request, authn_request.to_xml());
        let relay_state = Some(upstream_request.relay_state.as_str());
        let parameters = Some(&self.parameters);
        let message =
            self.parties.outbound(&self.binding, message, relay_state, parameters).await?;
        let message = message.beside(self.form_fields.of_request(hint.map(LoginHint::as_str)));
        // ForceAuthn is a wish; that it was granted shows in AuthnInstant [SAML2Core §3.4.1].
        let always = self.force_authn == ForceAuthn::Always;
        let (wanted_now, max_age) = match request.freshness {
            Freshness::Any => (false, None),
            Freshness::MaxAge(age) => (false, Some(age)),
            Freshness::Now => (true, None),
        };
        let authenticated_since = (always || wanted_now).then_some(upstream_request.now);
        let pending = PendingAuthnRequest {
            random: Octets(random),
            authenticated_since,
            max_age,
            weakest: least,
        };
        let pending = Pending::keep(&pending)?;
        Ok((message, pending))
    }

    fn relay_state(&self, callback: &Callback) -> Result<RelayState, CallbackError> {
        relay_state(callback)
    }

    /// Nothing is fetched for a Response.
    async fn make_room(
        &self,
        _source: SourceNetwork,
        _now: Timestamp,
    ) -> Result<CallbackRoom, CallbackError> {
        Ok(CallbackRoom::unbounded())
    }

    async fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        needed: NeededOfPerson,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        let pending: PendingAuthnRequest = pending.read()?;
        let request = RequestId::from_random(pending.random.0);
        let by_age = pending.max_age.and_then(|age| now.checked_sub(age).ok());
        let expect = Expectation {
            provider: &self.parties.service_provider,
            idp: &self.parties.idp,
            request: &request,
            authenticated_since: pending.authenticated_since.max(by_age),
            // A level that was asked for and is not configured any more cannot be reached.
            least_level: self
                .parties
                .idp
                .assurance_levels()
                .level(&pending.weakest)
                .unwrap_or(usize::MAX),
            uses: self.uses(needed),
        };
        let response = Unverified::from_post(message(callback)?)?;
        let mut step = response.verify_in_steps(&expect, now)?;
        loop {
            match step {
                VerificationStep::Verified(assertion) => return Ok(self.identity(&assertion)?),
                VerificationStep::TooWeak(weak) => {
                    let identity = self.identity(weak.assertion()).ok().map(Box::new);
                    return Err(FailedCallback { error: weak.into_error().into(), identity });
                }
                // Anybody may send session keys of garbage, so nobody waits for more than one.
                VerificationStep::Further(rest) => {
                    give_way().await;
                    step = rest.step()?;
                }
            }
        }
    }

    fn reaches(&self, acr: &str, least: &str) -> bool {
        reaches(self.parties.idp.assurance_levels(), acr, least)
    }

    fn logout(&self) -> Option<&dyn UpstreamLogout> {
        self.logout.as_ref().map(|logout| logout as _)
    }
}

impl SamlUpstream {
    /// What is used of an assertion where relying parties need this of a person. A logout names the session by
    /// the NameID.
    #[must_use]
    pub fn uses(&self, needed: NeededOfPerson) -> UsedContent {
        UsedContent { name_id: needed.name || self.logout.is_some(), attributes: needed.attributes }
    }

    fn identity(&self, assertion: &VerifiedAssertion) -> Result<Identity, RecordError> {
        let session = SamlSession::of(assertion).map(|session| self.session(&session, assertion));
        let (attributes, named) = self.told_by(assertion.attributes());
        Ok(Identity {
            replay: ReplayProtection::Remember(ReplayKey {
                issuer: self.parties.idp.entity_id().to_owned(),
                id: assertion.id().to_owned(),
                // Bounded by the age at which any assertion is stale, never by what it says alone.
                until: assertion.valid_until(),
            }),
            authn_instant: Some(assertion.authn_instant()),
            acr: assertion.authn_context().to_owned(),
            session: session.transpose()?,
            attributes,
            named,
            name: assertion.name_id().and_then(|name_id| self.person_name(name_id)),
        })
    }

    /// The attributes with their texts, and those whose values are names. A value that is a NameID is no text: it
    /// means something only with its qualifiers.
    fn told_by(&self, attributes: &[Attribute]) -> (Told<String>, Told<PersonName>) {
        let (texts, named): (Vec<_>, Vec<_>) =
            attributes.iter().partition(|one| one.name_ids.is_empty());
        let texts = texts.into_iter().map(|one| (one.name.clone(), one.values.clone()));
        let named = named.into_iter().map(|one| (one.name.clone(), self.names(one)));
        (texts.collect(), named.collect())
    }

    fn person_name(&self, name_id: &NameId) -> Option<PersonName> {
        person_name(name_id, &self.accepted_name_ids, self.names_of_both())
    }

    /// The names that an attribute holds and that may count.
    fn names(&self, attribute: &Attribute) -> Vec<PersonName> {
        let name = attribute.name.as_str();
        let each = attribute.name_ids.iter();
        each.filter_map(|one| attribute_name(name, one, self.names_of_both())).collect()
    }

    /// The entityIDs of the identity provider and of us.
    fn names_of_both(&self) -> (&str, &str) {
        (self.parties.idp.entity_id(), &self.parties.service_provider.entity_id)
    }

    fn session(
        &self,
        session: &SamlSession,
        assertion: &VerifiedAssertion,
    ) -> Result<UpstreamSession, RecordError> {
        let name =
            session.name(self.parties.idp.entity_id(), &self.parties.service_provider.entity_id);
        let ends = assertion.session_not_on_or_after();
        Ok(UpstreamSession {
            handle: Pending::keep(session)?,
            names: vec![name],
            // The skew moves our clock back, not the bound.
            ends: ends.map(|ends| ends.saturating_add(self.parties.idp.skew()).unwrap_or(ends)),
        })
    }
}

/// Names of attributes as they came, each with its values.
type Told<T> = Vec<(String, Vec<T>)>;

fn relay_state(callback: &Callback) -> Result<RelayState, CallbackError> {
    message(callback)?;
    let text = callback.one("RelayState")?;
    let ours = text.and_then(RelayState::parse);
    ours.ok_or_else(|| CallbackError::NotBegunHere(ForeignRelayState::of(text)))
}

fn reaches(levels: &AssuranceLevels, acr: &str, least: &str) -> bool {
    let least = levels.level(least);
    least.is_some() && levels.level(acr) >= least
}

/// The message of a form [SAML2Bind §3.5.4].
fn message(callback: &Callback) -> Result<&str, CallbackError> {
    if callback.method() != CallbackMethod::Post {
        return Err(CallbackError::WrongMethod);
    }
    let name = MessageParameter::Response.name();
    callback.one(name)?.ok_or(CallbackError::MessageMissing(name))
}
