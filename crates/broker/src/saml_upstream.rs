//! A SAML identity provider as an upstream.

use std::sync::Arc;

use silta_saml::{
    AuthnRequest, Comparison, Expectation, IdentityProvider, RequestId, RequestedAuthnContext,
    ServiceProvider, SigningCredential, ToBeSigned, Unverified, VerifiedAssertion,
    enveloped_signature, post_value, redirect_url,
};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::ports::{Signer, Upstream};
use crate::upstream::{
    Callback, CallbackError, Identity, LoginRequest, OutboundError, OutboundMessage, Pending,
    ReplayKey,
};

/// A SAML identity provider as an upstream, with our own service provider.
#[derive(Debug, Clone)]
pub struct SamlUpstream {
    /// Our service provider.
    pub service_provider: ServiceProvider,
    /// The identity provider.
    pub idp: IdentityProvider,
    /// Who signs requests, as they see it.
    pub credential: SigningCredential,
    /// The private key of that.
    pub signer: Arc<dyn Signer>,
    /// The binding of an AuthnRequest, with its destination.
    pub binding: RequestBinding,
    /// Whether the request carries `RequestedAuthnContext`. The response is judged in any case.
    pub authn_context: AuthnContextRequest,
    /// `NameIDPolicy/@Format`; `None` lets the identity provider choose.
    pub name_id_format: Option<String>,
    /// Whether the language goes along in Suomi.fi's signed extension.
    pub vetuma: bool,
}

/// The binding of requests, with the peer's address for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBinding {
    /// HTTP-Redirect: short, signed over the query.
    Redirect(String),
    /// HTTP-POST: any length, signed inside.
    Post(String),
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

#[async_trait]
impl Upstream for SamlUpstream {
    async fn start(
        &self,
        login_request: &LoginRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        let id = RequestId::from_random(login_request.random);
        let weakest = self.weakest_rank(login_request)?;
        let classes = self.idp.assurance_levels().from_level(weakest);
        let comparison = match self.authn_context {
            AuthnContextRequest::Omit => None,
            AuthnContextRequest::Exact => Some((Comparison::Exact, classes.as_slice())),
            // A minimum is one context, never a list [eIDAS message format 1.4 §2.3.4].
            AuthnContextRequest::Minimum => {
                Some((Comparison::Minimum, classes.get(..1).unwrap_or_default()))
            }
        };
        let (RequestBinding::Redirect(destination) | RequestBinding::Post(destination)) =
            &self.binding;
        let request = AuthnRequest {
            id: &id,
            issued: login_request.now,
            destination,
            issuer: &self.service_provider.entity_id,
            acs_url: &self.service_provider.acs_url,
            force_authn: login_request.force_authn || login_request.max_age.is_some(),
            name_id_format: self.name_id_format.as_deref(),
            context: comparison
                .map(|(comparison, classes)| RequestedAuthnContext { comparison, classes }),
            vetuma_language: if self.vetuma { language(login_request.ui_locales) } else { None },
        };
        let message = self.outbound_message(&request, login_request).await?;
        let pending = Pending {
            request_id: id.as_str().to_owned(),
            // ForceAuthn is a wish; that it was granted shows in AuthnInstant [SAML2Core §3.4.1].
            authenticated_since: login_request.force_authn.then_some(login_request.now),
            max_age: login_request.max_age,
            weakest: classes.first().cloned().unwrap_or_default(),
        };
        Ok((message, pending))
    }

    fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        now: Timestamp,
    ) -> Result<Identity, CallbackError> {
        let request = RequestId::from_stored(pending.request_id.clone());
        let by_age = pending.max_age.and_then(|age| now.checked_sub(age).ok());
        let expect = Expectation {
            provider: &self.service_provider,
            idp: &self.idp,
            request: &request,
            authenticated_since: match pending.authenticated_since {
                Some(since) => Some(since),
                None => by_age,
            },
            // A level that was asked for and is not configured any more cannot be reached.
            least_level: self.idp.assurance_levels().level(&pending.weakest).unwrap_or(usize::MAX),
        };
        let response = Unverified::from_post(callback.as_str())?;
        Ok(self.identity(&response.verify(&expect, now)?))
    }

    fn levels(&self) -> Vec<String> {
        self.idp.assurance_levels().from_level(0)
    }
}

impl SamlUpstream {
    /// The rank of the weakest level that will do: the stronger of the level that the client's policy
    /// demands and the weakest of the requested `acr_values`. An unknown requested level is ignored;
    /// an unknown demanded level is an error.
    fn weakest_rank(&self, login_request: &LoginRequest<'_>) -> Result<usize, OutboundError> {
        let levels = self.idp.assurance_levels();
        let rank = |acr| levels.level(acr).ok_or(OutboundError::UnknownLevel);
        let demanded = login_request.min_acr.map(rank).transpose()?;
        let wished = login_request.acr_values.iter().filter_map(|acr| levels.level(acr)).min();
        Ok(demanded.max(wished).unwrap_or_default())
    }

    async fn outbound_message(
        &self,
        request: &AuthnRequest<'_>,
        login_request: &LoginRequest<'_>,
    ) -> Result<OutboundMessage, OutboundError> {
        let xml = request.to_xml();
        let relay_state = login_request.relay_state.as_str();
        match &self.binding {
            RequestBinding::Redirect(destination) => {
                let to_sign = redirect_url(destination, &xml, relay_state, &self.credential);
                let to_sign = to_sign.map_err(|_| OutboundError::Signing)?;
                Ok(OutboundMessage::Redirect { url: self.sign(to_sign).await? })
            }
            RequestBinding::Post(destination) => {
                let to_sign = enveloped_signature(&xml, &self.credential);
                let to_sign = to_sign.map_err(|_| OutboundError::Signing)?;
                let signed = self.sign(to_sign).await?;
                let fields = vec![
                    ("SAMLRequest", post_value(&signed)),
                    ("RelayState", relay_state.to_owned()),
                ];
                Ok(OutboundMessage::Post { url: destination.clone(), fields })
            }
        }
    }

    async fn sign(&self, to_sign: ToBeSigned) -> Result<String, OutboundError> {
        let signature = self.signer.sign(to_sign.octets()).await;
        Ok(to_sign.signed(&signature.map_err(|_| OutboundError::Signing)?))
    }

    fn identity(&self, assertion: &VerifiedAssertion) -> Identity {
        let attributes = assertion.attributes().iter();
        Identity {
            replay_key: ReplayKey {
                issuer: self.idp.entity_id().to_owned(),
                id: assertion.id().to_owned(),
                // Bounded by the age at which any assertion is stale, never by what it says alone.
                until: assertion.valid_until(),
            },
            authn_instant: assertion.authn_instant(),
            acr: assertion.authn_context().to_owned(),
            attributes: attributes.map(|one| (one.name.clone(), one.values.clone())).collect(),
        }
    }
}

/// The first wished language that Suomi.fi's pages have.
fn language(ui_locales: &[String]) -> Option<&'static str> {
    ui_locales.iter().find_map(|locale| {
        let primary = locale.split('-').next().unwrap_or_default();
        ["fi", "sv", "en"].into_iter().find(|known| primary.eq_ignore_ascii_case(known))
    })
}
