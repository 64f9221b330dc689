//! A SAML identity provider as an upstream.

use std::sync::Arc;

use silta_saml::{
    AuthnRequest, Comparison, Expectation, IdentityProvider, RequestId, RequestedAuthnContext,
    ServiceProvider, Signatory, ToSign, Unverified, VerifiedAssertion, enveloped, post_value,
    redirect_url,
};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::ports::{Signer, Upstream};
use crate::upstream::{
    Ask, Begun, Departure, Identity, OnceId, Posted, Refusal, UpstreamUnavailable,
};

/// One SAML identity provider, and us as it knows us.
#[derive(Debug, Clone)]
pub struct SamlUpstream {
    /// Us.
    pub provider: ServiceProvider,
    /// Them.
    pub idp: IdentityProvider,
    /// Who signs requests, as they see it.
    pub signatory: Signatory,
    /// The private key of that.
    pub signer: Arc<dyn Signer>,
    /// How requests travel, and where to.
    pub binding: RequestBinding,
    /// Whether assurance levels are asked for in the request. They are judged in any case.
    pub context: ContextRequest,
    /// `NameIDPolicy/@Format`; none lets the peer choose.
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
pub enum ContextRequest {
    /// Never, as Suomi.fi advises.
    Omit,
    /// As a list of all levels that will do.
    Exact,
    /// As the weakest level that will do.
    Minimum,
}

#[async_trait]
impl Upstream for SamlUpstream {
    async fn begin(&self, ask: &Ask<'_>) -> Result<(Departure, Begun), UpstreamUnavailable> {
        let id = RequestId::from_random(ask.random);
        let weakest = self.weakest(ask)?;
        let classes = self.idp.ladder().from_rank(weakest);
        let comparison = match self.context {
            ContextRequest::Omit => None,
            ContextRequest::Exact => Some((Comparison::Exact, classes.as_slice())),
            // A minimum is one context, never a list [eIDAS message format 1.4 §2.3.4].
            ContextRequest::Minimum => {
                Some((Comparison::Minimum, classes.get(..1).unwrap_or_default()))
            }
        };
        let (RequestBinding::Redirect(destination) | RequestBinding::Post(destination)) =
            &self.binding;
        let request = AuthnRequest {
            id: &id,
            issued: ask.now,
            destination,
            issuer: &self.provider.entity_id,
            acs_url: &self.provider.acs_url,
            force_authn: ask.again || ask.max_age.is_some(),
            name_id_format: self.name_id_format.as_deref(),
            context: comparison
                .map(|(comparison, classes)| RequestedAuthnContext { comparison, classes }),
            vetuma_language: if self.vetuma { language(ask.ui_locales) } else { None },
        };
        let departure = self.sent(&request, ask).await?;
        let begun = Begun {
            request_id: id.as_str().to_owned(),
            // ForceAuthn is a wish; that it was granted shows in AuthnInstant [SAML2Core §3.4.1].
            authenticated_since: ask.again.then_some(ask.now),
            max_age: ask.max_age,
            weakest: classes.first().cloned().unwrap_or_default(),
        };
        Ok((departure, begun))
    }

    fn finish(&self, posted: &Posted, begun: &Begun, now: Timestamp) -> Result<Identity, Refusal> {
        let request = RequestId::kept(begun.request_id.clone());
        let by_age = begun.max_age.and_then(|age| now.checked_sub(age).ok());
        let expect = Expectation {
            provider: &self.provider,
            idp: &self.idp,
            request: &request,
            authenticated_since: match begun.authenticated_since {
                Some(since) => Some(since),
                None => by_age,
            },
            // A level that was asked for and is not on the ladder any more cannot be reached.
            weakest_context: self.idp.ladder().rank(&begun.weakest).unwrap_or(usize::MAX),
        };
        let response = Unverified::from_post(posted.as_str())?;
        Ok(self.identity(&response.verify(&expect, now)?))
    }

    fn levels(&self) -> Vec<String> {
        self.idp.ladder().from_rank(0)
    }
}

impl SamlUpstream {
    /// The rank of the weakest level that will do: what the client's policy demands, and the
    /// weakest of what this request wishes. A wish for the unheard-of is none, but a demand for it
    /// nobody can meet.
    fn weakest(&self, ask: &Ask<'_>) -> Result<usize, UpstreamUnavailable> {
        let ladder = self.idp.ladder();
        let rank = |acr| ladder.rank(acr).ok_or(UpstreamUnavailable::UnknownLevel);
        let demanded = ask.min_acr.map(rank).transpose()?;
        let wished = ask.acr_values.iter().filter_map(|acr| ladder.rank(acr)).min();
        Ok(demanded.max(wished).unwrap_or_default())
    }

    async fn sent(
        &self,
        request: &AuthnRequest<'_>,
        ask: &Ask<'_>,
    ) -> Result<Departure, UpstreamUnavailable> {
        let xml = request.to_xml();
        let relay_state = ask.relay_state.as_str();
        match &self.binding {
            RequestBinding::Redirect(destination) => {
                let to_sign = redirect_url(destination, &xml, relay_state, &self.signatory);
                Ok(Departure::Redirect { url: self.signed(to_sign).await? })
            }
            RequestBinding::Post(destination) => {
                let to_sign = enveloped(&xml, &self.signatory);
                let to_sign = to_sign.map_err(|_| UpstreamUnavailable::Signing)?;
                let signed = self.signed(to_sign).await?;
                let fields = vec![
                    ("SAMLRequest", post_value(&signed)),
                    ("RelayState", relay_state.to_owned()),
                ];
                Ok(Departure::Post { url: destination.clone(), fields })
            }
        }
    }

    async fn signed(&self, to_sign: ToSign) -> Result<String, UpstreamUnavailable> {
        let signature = self.signer.sign(to_sign.octets()).await;
        Ok(to_sign.signed(&signature.map_err(|_| UpstreamUnavailable::Signing)?))
    }

    fn identity(&self, assertion: &VerifiedAssertion) -> Identity {
        let attributes = assertion.attributes().iter();
        Identity {
            once: OnceId {
                issuer: self.idp.entity_id().to_owned(),
                id: assertion.id().to_owned(),
                // Bounded by the age at which any assertion is stale, never by what it says alone.
                until: assertion.valid_until(),
            },
            authenticated: assertion.authn_instant(),
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
