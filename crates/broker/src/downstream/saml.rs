//! SAML service providers: the identity provider that we are for them.

mod answer;
pub(crate) mod name_id;
pub(crate) mod received_request;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use silta_oidc::Params;
use silta_saml::{
    AuthnRequestError, Comparison, MessageError, MessageParameter, ReceivedAuthnRequest,
    RegisteredServiceProvider, SigningCredential, UnverifiedAuthnRequest, WishedContext, Wishes,
};

use crate::broker::Ports;
use crate::downstream::saml::name_id::NameIdRule;
use crate::downstream::saml::received_request::ReceivedAuthnRequestRecord;
use crate::error::LoginError;
use crate::model::identity::ReplayKey;
use crate::model::login_id::LoginId;
use crate::model::login_request::{Freshness, LoginRequest};
use crate::model::message::{InboundRequest, OutboundMessage};
use crate::model::pending::Pending;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_part::SessionPart;
use crate::ports::{Downstream, ReceivedRequest, RefusedRequest, Signer};

/// The SAML identity provider that we are for service providers.
pub struct SamlIdentityProvider {
    /// Our entityID.
    pub entity_id: String,
    /// Where requests come to, as our metadata has it.
    pub sso_url: String,
    /// Who signs answers, as service providers see it.
    pub credential: SigningCredential,
    /// The private key of that.
    pub signer: Arc<dyn Signer>,
    /// The service providers, by their names in the configuration.
    pub service_providers: BTreeMap<RelyingParty, ConfiguredServiceProvider>,
    /// The time and randomness.
    pub ports: Arc<Ports>,
}

/// A service provider, and how it knows people.
#[derive(Debug, Clone)]
pub struct ConfiguredServiceProvider {
    /// The service provider.
    pub registered: RegisteredServiceProvider,
    /// How its `NameID`s are made.
    pub name_id: NameIdRule,
}

#[async_trait]
impl Downstream for SamlIdentityProvider {
    async fn receive(
        &self,
        request: InboundRequest<'_>,
    ) -> Result<ReceivedRequest, Box<RefusedRequest>> {
        let mut relying_party = None;
        let received = self.verify(request, &mut relying_party).map_err(|error| {
            // Nobody knows where an answer may go.
            RefusedRequest { relying_party: relying_party.take(), pending: None, error }
        });
        Ok(received.and_then(|(name, received)| self.accept(name, &received))?)
    }

    async fn answer(
        &self,
        _login: &LoginId,
        pending: &Pending,
        person: Person,
        session: SessionPart,
    ) -> Result<OutboundMessage, LoginError> {
        let request: ReceivedAuthnRequestRecord = pending.read()?;
        // A stronger one is not what was asked for [SAML2Core §3.3.2.2.1].
        if !request.exact_contexts.is_empty() && !request.exact_contexts.contains(&person.acr) {
            return Err(LoginError::NoRequestedLevel);
        }
        self.success(&request, &person, session.sid()).await
    }

    async fn refuse(
        &self,
        _login: &LoginId,
        pending: &Pending,
        error: &LoginError,
    ) -> Result<OutboundMessage, LoginError> {
        // The answer to a request that comes twice was the one to the first; and a signature costs
        // what there is none left of.
        if matches!(error, LoginError::ReplayedRequest | LoginError::TooManyOpen(_)) {
            return Err(error.clone());
        }
        self.failure(&pending.read()?, error).await
    }

    /// A service provider is not asked from a frame.
    fn frame_origins(&self, _pending: &Pending) -> Vec<String> {
        vec![]
    }

    /// It is a Response, and our signature is on each.
    fn signs_refusals(&self) -> bool {
        true
    }

    /// `AuthnInstant` is required [SAML2Core §2.7.2].
    fn needs_authn_instant(&self) -> bool {
        true
    }
}

impl SamlIdentityProvider {
    /// The request, once it is judged. `claimed` becomes the service provider that it says it comes
    /// from, also if it is refused.
    fn verify(
        &self,
        request: InboundRequest<'_>,
        claimed: &mut Option<RelyingParty>,
    ) -> Result<(RelyingParty, ReceivedAuthnRequest), LoginError> {
        let unverified = match request {
            InboundRequest::Query(query) => UnverifiedAuthnRequest::from_redirect(query)?,
            InboundRequest::Form(form) => from_form(form)?,
        };
        let find = |issuer: &str| {
            let (name, found) = self.find(issuer)?;
            *claimed = Some(name.clone());
            Some(found)
        };
        let received = unverified.verify(find, &self.sso_url, self.ports.clock.now())?;
        let name = claimed.clone().ok_or(AuthnRequestError::UnknownServiceProvider)?;
        Ok((name, received))
    }

    fn accept(
        &self,
        name: RelyingParty,
        received: &ReceivedAuthnRequest,
    ) -> Result<ReceivedRequest, RefusedRequest> {
        let pending = Pending::keep(&ReceivedAuthnRequestRecord {
            service_provider: name.clone(),
            request_id: received.id().to_owned(),
            acs_url: received.acs_url().to_owned(),
            exact_contexts: exact_contexts(received.wishes()),
            relay_state: received.relay_state().map(str::to_owned),
        });
        let wishes = received.wishes();
        let accepted = pending.clone().map_err(LoginError::from).and_then(|pending| {
            let provider = self.service_providers.get(&name).ok_or(LoginError::Misconfigured)?;
            if !provider.name_id.grants(wishes.name_id_format.as_deref()) {
                return Err(LoginError::NameIdFormat);
            }
            let request = login_request(&name, wishes)?;
            Ok(ReceivedRequest {
                request,
                pending,
                replay_key: received.is_signed().then(|| replay_key(received)),
            })
        });
        accepted.map_err(|error| RefusedRequest {
            relying_party: Some(name),
            pending: pending.ok(),
            error,
        })
    }

    fn find(&self, entity_id: &str) -> Option<(&RelyingParty, &RegisteredServiceProvider)> {
        let mut all = self.service_providers.iter().map(|(name, one)| (name, &one.registered));
        all.find(|(_, registered)| registered.entity_id() == entity_id)
    }
}

impl fmt::Debug for SamlIdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SamlIdentityProvider({})", self.entity_id)
    }
}

/// [SAML2Bind §3.5.4].
fn from_form(form: &str) -> Result<UnverifiedAuthnRequest<'static>, LoginError> {
    let params = Params::parse_up_to(form, FORM_LIMIT)?;
    let field = |name| {
        let repeated = |_| MessageError::Repeated { element: name };
        params.one(name).map_err(repeated).map_err(AuthnRequestError::from)
    };
    let name = MessageParameter::Request.name();
    let missing = MessageError::Missing { element: name };
    let message = field(name)?.ok_or(AuthnRequestError::from(missing))?;
    let relay_state = field("RelayState")?.map(str::to_owned);
    Ok(UnverifiedAuthnRequest::from_post(message, relay_state)?)
}

/// The ID of a signed request counts once for its issuer, for as long as the request could be
/// presented again. Of an unsigned one anybody makes as many as they like, so to remember it would
/// stop nobody but a person who goes back a page.
fn replay_key(received: &ReceivedAuthnRequest) -> ReplayKey {
    ReplayKey {
        issuer: received.issuer().to_owned(),
        id: received.id().to_owned(),
        until: received.valid_until(),
    }
}

/// The wishes of a request, signed or not: each can only ask for more than the policy demands.
fn login_request(name: &RelyingParty, wishes: &Wishes) -> Result<LoginRequest, LoginError> {
    let context = wishes.context.as_ref();
    if let Some(WishedContext { comparison, .. }) = context {
        match comparison {
            Comparison::Exact | Comparison::Minimum => {}
            // No upstream can be asked for either, so neither can be promised.
            Comparison::Maximum | Comparison::Better => return Err(LoginError::NoRequestedLevel),
        }
    }
    Ok(LoginRequest {
        relying_party: name.clone(),
        upstream_hint: None,
        freshness: if wishes.force_authn { Freshness::Now } else { Freshness::Any },
        passive: wishes.is_passive,
        acr_values: context.map(|context| context.classes.clone()).unwrap_or_default(),
        // An identity provider that knows none of them must not log anybody in
        // [SAML2Core §3.3.2.2.1].
        acr_essential: context.is_some(),
        ui_locales: vec![],
        expected_sub: None,
        login_hint: None,
    })
}

fn exact_contexts(wishes: &Wishes) -> Vec<String> {
    match &wishes.context {
        Some(WishedContext { comparison: Comparison::Exact, classes }) => classes.clone(),
        _ => vec![],
    }
}

/// A message in base64, with every character escaped as a form may.
const FORM_LIMIT: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn asked(wishes: &Wishes) -> Result<LoginRequest, LoginError> {
        login_request(&RelyingParty::parse("crm").unwrap(), wishes)
    }

    fn context(comparison: Comparison) -> Wishes {
        let classes = vec!["urn:a".to_owned(), "urn:b".to_owned()];
        Wishes { context: Some(WishedContext { comparison, classes }), ..Wishes::default() }
    }

    #[test]
    fn a_request_without_wishes_asks_for_nothing() {
        let request = asked(&Wishes::default()).unwrap();
        assert_eq!(request.freshness, Freshness::Any);
        assert!(!request.passive && !request.acr_essential && request.acr_values.is_empty());
    }

    #[test]
    fn every_wish_is_passed_on() {
        let wishes = Wishes { force_authn: true, is_passive: true, ..Wishes::default() };
        let request = asked(&wishes).unwrap();
        assert_eq!(request.freshness, Freshness::Now);
        assert!(request.passive);
    }

    #[test]
    fn contexts_are_asked_for_where_an_upstream_can_be_and_refused_otherwise() {
        for comparison in Comparison::ALL {
            let wishes = context(comparison);
            let request = asked(&wishes);
            let exact = exact_contexts(&wishes);
            match comparison {
                Comparison::Exact | Comparison::Minimum => {
                    let request = request.unwrap();
                    assert_eq!(request.acr_values, ["urn:a", "urn:b"]);
                    assert!(request.acr_essential);
                    assert_eq!(exact.is_empty(), comparison == Comparison::Minimum);
                }
                Comparison::Maximum | Comparison::Better => {
                    assert_eq!(request.err(), Some(LoginError::NoRequestedLevel));
                }
            }
        }
    }
}
