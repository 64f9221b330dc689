//! All that the file says of requests to a SAML identity provider.

use silta_broker::upstream::{AuthnContextRequest, EncryptedRequest, ForceAuthn, SamlFactsError};
use silta_config::Section;
use silta_config::description::{RequestLanguage, upstreams};
use silta_saml::{
    FormFields, PeerEncryptionKey, RequestEncryption, RequestProfile, UnsignedParameters,
};

use super::encrypted::{self, Encrypted};
use super::{name_ids, request, sweden};

/// What requests say, and how they are made.
pub(super) struct Requests {
    pub(super) profile: RequestProfile,
    pub(super) vetuma: bool,
    pub(super) authn_context: AuthnContextRequest,
    pub(super) force_authn: ForceAuthn,
    pub(super) parameters: UnsignedParameters,
    pub(super) form_fields: FormFields,
    pub(super) encryption: RequestEncryption,
    pub(super) parts: Encrypted,
    pub(super) accepted_name_ids: Vec<String>,
}

impl Requests {
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        let authn_context = section.value(&upstreams::AUTHN_CONTEXT).and_then(|one| one.choice());
        let accepted_name_ids = section
            .value(&upstreams::NAMEID_FORMATS)
            .and_then(|value| value.each(name_ids::accepted));
        let profile = request::profile(section);
        let parameters = request::parameters(section);
        let form_fields = request::form_fields(section);
        let encryption = encrypted::algorithms(section);
        let parts = encrypted::parts(section);
        let sign_message = section
            .optional(&upstreams::SIGN_MESSAGE)
            .map_or(Some(None), |value| sweden::sign_message(section, value).map(Some));
        let force_authn = request::force_authn(section);
        let language = request::language(section);
        let (encrypted, plain): (Option<_>, Option<_>) = match sign_message? {
            Some((message, true)) => (Some(message), None),
            Some((message, false)) => (None, Some(message)),
            None => (None, None),
        };
        Some(Self {
            profile: RequestProfile { sign_message: plain, ..profile? },
            vetuma: language? == RequestLanguage::Vetuma,
            authn_context: authn_context?,
            force_authn: force_authn?,
            parameters: parameters?,
            form_fields: form_fields?,
            encryption: encryption?,
            parts: Encrypted { sign_message: encrypted, ..parts? },
            accepted_name_ids: accepted_name_ids?,
        })
    }

    /// Whether they can be made by POST alone.
    pub(super) fn must_be_posted(&self) -> bool {
        !self.form_fields.is_empty() || self.profile.principal_selection.of_hint.is_some()
    }

    /// What is encrypted to the first of these keys that may be used so.
    pub(super) fn encrypted_to(
        &self,
        keys: &[PeerEncryptionKey],
    ) -> Result<Option<EncryptedRequest>, SamlFactsError> {
        let encrypted = self.parts.for_one_of(keys, self.encryption);
        if encrypted.is_none() && self.parts.needs_key() {
            return Err(SamlFactsError::NoEncryptionKey);
        }
        Ok(encrypted)
    }
}
