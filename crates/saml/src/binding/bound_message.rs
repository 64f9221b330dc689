//! A message as a binding delivered it, with the place where its signature stands.

use silta_xml_security::algorithm::SignatureAlgorithm;
use silta_xml_security::{SignatureError, SignedElement, VerificationKey, verify_enveloped};

use roxmltree::Node;

use crate::binding::message_parameter::MessageParameter;
use crate::binding::post::read_post_value;
use crate::binding::redirect::RedirectQuery;
use crate::message_error::{MessageError, Part};
use crate::namespace::DS;
use crate::xml::{ChildRule, Occurs};

/// A message that nobody has verified.
pub(crate) struct BoundMessage<'m> {
    xml: String,
    relay_state: Option<String>,
    parameter: MessageParameter,
    binding: Binding<'m>,
}

/// Where the signature stands, if there is one.
enum Binding<'m> {
    /// In the query, over its octets.
    Redirect(RedirectQuery<'m>),
    /// Inside the message.
    Post,
}

impl<'m> BoundMessage<'m> {
    /// Takes the raw query of a redirect [SAML2Bind §3.4.4].
    pub(crate) fn from_redirect(
        parameter: MessageParameter,
        raw_query: &'m str,
    ) -> Result<Self, MessageError> {
        let query = RedirectQuery::read(parameter, raw_query)?;
        let relay_state = query.relay_state()?;
        Ok(Self { xml: query.xml()?, relay_state, parameter, binding: Binding::Redirect(query) })
    }

    /// Takes the values of the form fields for the message and for `RelayState` [SAML2Bind §3.5.4].
    pub(crate) fn from_post(
        parameter: MessageParameter,
        value: &str,
        relay_state: Option<String>,
    ) -> Result<Self, MessageError> {
        Ok(Self { xml: read_post_value(value)?, relay_state, parameter, binding: Binding::Post })
    }

    /// The text, for the one function that verifies it.
    pub(crate) fn xml(&self) -> &str {
        &self.xml
    }

    /// `RelayState`, decoded.
    pub(crate) fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    /// What errors call it.
    pub(crate) fn part(&self) -> Part {
        self.parameter.part()
    }

    /// The place of a signature among the children of the root: a redirect carries its signature in the
    /// query, and none inside [SAML2Bind §3.4.4.1].
    pub(crate) fn signature_rule(&self) -> Option<ChildRule> {
        match self.binding {
            Binding::Redirect(_) => None,
            Binding::Post => Some((DS, "Signature", Occurs::Optional)),
        }
    }

    /// Verifies the signature of `root`, which is the root of this very message. A signature that is
    /// there and does not hold is an error, and never counts as an absent one.
    pub(crate) fn verify<'a, 'i>(
        &self,
        root: Node<'a, 'i>,
        keys: &[VerificationKey],
        allowed: &[SignatureAlgorithm],
    ) -> Result<MessageSignature<'a, 'i>, SignatureError> {
        match &self.binding {
            Binding::Redirect(query) if query.is_unsigned() => Ok(MessageSignature::Absent),
            Binding::Redirect(query) => {
                query.verify(keys, allowed).map(|()| MessageSignature::OfQuery)
            }
            Binding::Post => {
                let signed = verify_enveloped(root, "ID", keys, allowed)?;
                Ok(signed.map_or(MessageSignature::Absent, MessageSignature::Enveloped))
            }
        }
    }
}

/// A signature that holds, or that there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum MessageSignature<'a, 'i> {
    /// Nobody signed the message.
    Absent,
    /// The signature covers the octets of the query, the whole message among them.
    OfQuery,
    /// The signature stands inside the message and covers it.
    Enveloped(SignedElement<'a, 'i>),
}
