//! Our messages to a SAML identity provider, by the binding that it takes.

use std::sync::Arc;

use silta_saml::{
    IdentityProvider, MessageParameter, ServiceProvider, SigningCredential, UnsignedParameters,
    enveloped_signature, post_value, redirect_url,
};

use crate::model::language::Language;
use crate::model::message::OutboundMessage;
use crate::our_key_error::OurKey;
use crate::outbound_error::OutboundError;
use crate::ports::{Entropy, Signer};

/// The two sides of every message, in logins and logouts alike.
#[derive(Debug, Clone)]
pub struct SamlParties {
    /// Our service provider.
    pub service_provider: ServiceProvider,
    /// The identity provider.
    pub idp: IdentityProvider,
    /// Who signs our messages, as it sees it.
    pub credential: SigningCredential,
    /// The private key of that.
    pub signer: Arc<dyn Signer>,
    /// Whether the language goes along in Suomi.fi's signed extension.
    pub vetuma: bool,
}

/// The binding of our messages, with the peer's address for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBinding {
    /// HTTP-Redirect: short, signed over the query.
    Redirect(String),
    /// HTTP-POST: any length, signed inside.
    Post(String),
}

impl RequestBinding {
    /// The peer's address.
    #[must_use]
    pub fn url(&self) -> &str {
        let (Self::Redirect(url) | Self::Post(url)) = self;
        url
    }

    /// The same binding with another address.
    pub(super) fn to(&self, url: &str) -> Self {
        match self {
            Self::Redirect(_) => Self::Redirect(url.to_owned()),
            Self::Post(_) => Self::Post(url.to_owned()),
        }
    }
}

impl SamlParties {
    /// Signs a message and addresses it. A form has no place for unsigned parameters.
    pub(super) async fn outbound(
        &self,
        binding: &RequestBinding,
        (parameter, xml): (MessageParameter, String),
        relay_state: Option<&str>,
        unsigned: Option<&UnsignedParameters>,
    ) -> Result<OutboundMessage, OutboundError> {
        match binding {
            RequestBinding::Redirect(destination) => {
                let message = (parameter, xml.as_str());
                let to_sign = redirect_url(destination, message, relay_state, &self.credential);
                let to_sign = to_sign.map_err(|error| OurKey::SamlRequests.failed(&error))?;
                let signature = self.sign(to_sign.octets()).await?;
                let mut signed = to_sign.signed(&signature);
                if let Some(unsigned) = unsigned {
                    signed = signed.followed_by(unsigned);
                }
                Ok(OutboundMessage::Redirect(signed.into()))
            }
            RequestBinding::Post(destination) => {
                let to_sign = enveloped_signature(&xml, &self.credential);
                let to_sign = to_sign.map_err(|error| OurKey::SamlRequests.failed(&error))?;
                let signature = self.sign(to_sign.octets()).await?;
                let message = (parameter.name(), post_value(&to_sign.signed(&signature)));
                let relay_state = relay_state.map(|text| ("RelayState", text.to_owned()));
                let fields = [message].into_iter().chain(relay_state).collect();
                Ok(OutboundMessage::Post {
                    url: destination.clone(),
                    fields,
                    beside: vec![],
                    framed_by: vec![],
                })
            }
        }
    }

    async fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, OutboundError> {
        let signature = self.signer.sign(octets).await;
        Ok(signature.map_err(|error| OurKey::SamlRequests.failed(error))?)
    }

    /// The first wished language that Suomi.fi's pages have, which are the same as ours, where the
    /// language goes along.
    pub(super) fn vetuma_language(&self, ui_locales: &[String]) -> Option<&'static str> {
        self.vetuma.then(|| Language::first_of(ui_locales).map(Language::tag)).flatten()
    }
}

/// What the ID of a message is made of: `RequestId::from_random`.
pub(super) fn random(entropy: &dyn Entropy) -> [u8; 16] {
    let mut random = [0; 16];
    entropy.fill(&mut random);
    random
}
