//! Our messages to a SAML identity provider, by the binding that it takes.

use silta_saml::{
    MessageParameter, SigningCredential, enveloped_signature, post_value, redirect_url,
};

use crate::model::language::Language;
use crate::model::message::OutboundMessage;
use crate::our_key_error::OurKey;
use crate::outbound_error::OutboundError;
use crate::ports::Signer;

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

/// Signs a message and addresses it.
pub(super) async fn outbound(
    binding: &RequestBinding,
    message: (MessageParameter, &str),
    relay_state: Option<&str>,
    (credential, signer): (&SigningCredential, &dyn Signer),
) -> Result<OutboundMessage, OutboundError> {
    match binding {
        RequestBinding::Redirect(destination) => {
            let to_sign = redirect_url(destination, message, relay_state, credential);
            let to_sign = to_sign.map_err(|error| OurKey::SamlRequests.failed(&error))?;
            let signature = sign(to_sign.octets(), signer).await?;
            Ok(OutboundMessage::Redirect(to_sign.signed(&signature).into()))
        }
        RequestBinding::Post(destination) => {
            let (parameter, xml) = message;
            let to_sign = enveloped_signature(xml, credential);
            let to_sign = to_sign.map_err(|error| OurKey::SamlRequests.failed(&error))?;
            let signature = sign(to_sign.octets(), signer).await?;
            let with_signature = to_sign.signed(&signature);
            let relay_state = relay_state.map(|text| ("RelayState", text.to_owned()));
            let fields =
                [(parameter.name(), post_value(&with_signature))].into_iter().chain(relay_state);
            let fields = fields.collect();
            Ok(OutboundMessage::Post { url: destination.clone(), fields, framed_by: vec![] })
        }
    }
}

async fn sign(octets: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, OutboundError> {
    let signature = signer.sign(octets).await;
    Ok(signature.map_err(|error| OurKey::SamlRequests.failed(error))?)
}

/// The first wished language that Suomi.fi's pages have: it has the same as ours.
pub(super) fn vetuma_language(ui_locales: &[String]) -> Option<&'static str> {
    Language::first_of(ui_locales).map(Language::tag)
}
