//! What our metadata for one identity provider says.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use openssl::sha::sha256;
use silta_broker::ports::{Signer, SignerError};
use silta_config::description::{Key, upstreams};
use silta_config::{Section, Value};
use silta_saml::{
    AcsIndex, AttributeSet, Certificate, Contact, ContactExtensions, Localized, Logo, Organization,
    PeerProfile, RequestedAttribute, SelfDescription, ServiceProviderMetadata, SignError,
    SigningCredential, UiInfo, metadata_signature,
};
use thiserror::Error;

use super::{owned, request};

/// Our metadata for one identity provider, until it is written.
pub(crate) struct SpMetadata {
    pub(super) entity_id: String,
    pub(super) acs_url: String,
    pub(super) acs_index: AcsIndex,
    pub(super) slo_url: Option<String>,
    pub(super) signing: Vec<Certificate>,
    pub(super) encryption: Vec<Certificate>,
    /// What is taken of the identity provider.
    pub(super) profile: PeerProfile,
    /// What signs it, where the file says so.
    pub(super) credential: SigningCredential,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) name_id_format: Option<String>,
    /// The formats of a NameID that it may send, which our metadata does not say.
    pub(super) name_ids: Vec<String>,
    /// By which requests name the set of attributes.
    pub(super) index: u16,
    pub(super) about: About,
}

/// What is said of us beside addresses and keys.
#[derive(Default)]
pub(super) struct About {
    pub(super) description: SelfDescription,
    pub(super) service_name: Option<Localized>,
    pub(super) signed: bool,
    pub(super) valid_for: Option<SignedDuration>,
    cache_for: Option<SignedDuration>,
}

/// Why our metadata cannot be signed now.
#[derive(Debug, Error)]
pub(crate) enum UnsignedMetadataError {
    /// It has no shape that can be signed.
    #[error(transparent)]
    Shape(#[from] SignError),
    /// The key did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

impl SpMetadata {
    /// Asks for these attributes, if it says what for.
    pub(in crate::config) fn ask_for(&mut self, attributes: Vec<RequestedAttribute>) {
        let name = self.about.service_name.clone().filter(|_| !attributes.is_empty());
        self.about.description.attribute_set =
            name.map(|service_name| AttributeSet { index: self.index, service_name, attributes });
    }

    /// Metadata of nobody in particular, which this key signs.
    #[cfg(test)]
    pub(crate) fn signed_by(
        credential: SigningCredential,
        signer: Arc<dyn Signer>,
        valid_for: Option<SignedDuration>,
    ) -> Self {
        Self {
            entity_id: "https://sp.example".to_owned(),
            acs_url: "https://sp.example/acs".to_owned(),
            acs_index: AcsIndex::DEFAULT,
            slo_url: None,
            signing: vec![credential.certificate().clone()],
            encryption: vec![],
            profile: PeerProfile::default(),
            credential,
            signer,
            name_id_format: None,
            name_ids: vec![],
            index: 1,
            about: About { signed: true, valid_for, ..About::default() },
        }
    }

    /// How long a copy of it holds.
    pub(crate) fn valid_for(&self) -> Option<SignedDuration> {
        self.about.valid_for
    }

    /// The document as it is published, signed where the file says so.
    ///
    /// # Errors
    /// [`UnsignedMetadataError`].
    pub(crate) async fn published(&self, now: Timestamp) -> Result<String, UnsignedMetadataError> {
        let document = self.to_xml(now);
        if !self.about.signed {
            return Ok(document);
        }
        let to_sign = metadata_signature(&document, &self.credential)?;
        let signature = self.signer.sign(to_sign.octets()).await?;
        Ok(to_sign.signed(&signature))
    }

    /// The document without its signature.
    pub(crate) fn to_xml(&self, now: Timestamp) -> String {
        // Among the entities of a federation each has an ID of its own.
        let digest = sha256(self.entity_id.as_bytes());
        let id = digest.first_chunk().map(|first| format!("_{:032x}", u128::from_be_bytes(*first)));
        let id = id.filter(|_| self.about.signed);
        let end = self.about.valid_for.and_then(|valid_for| now.checked_add(valid_for).ok());
        let formats: Vec<_> = self.name_id_format.iter().map(String::as_str).collect();
        let document = ServiceProviderMetadata {
            entity_id: &self.entity_id,
            id: id.as_deref(),
            valid_until: end,
            cache_duration: self.about.cache_for,
            acs_url: &self.acs_url,
            acs_index: self.acs_index,
            slo_url: self.slo_url.as_deref(),
            signing: &self.signing,
            encryption: &self.encryption,
            signature_algorithms: &self.profile.signature_algorithms,
            ciphers: &self.profile.ciphers,
            oaep_digests: &self.profile.oaep_digests,
            key_wraps: &self.profile.key_wraps,
            want_assertions_signed: self.profile.signs_assertions(),
            name_id_formats: &formats,
            about: &self.about.description,
        };
        document.to_xml()
    }
}

/// Reads `sp_metadata`.
pub(super) fn about(section: &Section<'_>) -> Option<About> {
    let (sp_type, node_country) = request::eidas_metadata(section)?;
    let Some(value) = section.optional(&upstreams::SP_METADATA) else {
        let description = SelfDescription { sp_type, node_country, ..SelfDescription::default() };
        return Some(About { description, ..About::default() });
    };
    let section = value.section(&upstreams::SP_METADATA)?;
    let signed = section.value(&upstreams::METADATA_SIGNED).and_then(|value| value.boolean());
    let duration = |key: &Key| {
        section
            .optional(key)
            .map_or(Some(None), |value| SignedDuration::try_from(value.duration()?).ok().map(Some))
    };
    let (valid_for, cache_for) = (duration(&upstreams::VALID_FOR), duration(&upstreams::CACHE_FOR));
    if let (Some(Some(valid_for)), Some(Some(cache_for))) = (valid_for, cache_for)
        && cache_for > valid_for
    {
        let what = "a copy would be kept when it has ended";
        let instead = "write no longer than valid_for";
        return section.value(&upstreams::CACHE_FOR)?.refuse(what, instead);
    }
    let ui = ui(&section);
    let organization = section
        .optional(&upstreams::ORGANIZATION)
        .map_or(Some(None), |value| organization(value).map(Some));
    let contacts =
        section.optional(&upstreams::CONTACTS).map_or(Some(vec![]), |value| value.each(contact));
    let entity_attributes =
        section.optional(&upstreams::ENTITY_ATTRIBUTES).map_or(Some(vec![]), entity_attributes);
    let service_name = section
        .optional(&upstreams::SERVICE_NAME)
        .map_or(Some(None), |value| localized(value).map(Some));
    Some(About {
        description: SelfDescription {
            ui: ui?,
            organization: organization?,
            contacts: contacts?,
            entity_attributes: entity_attributes?,
            attribute_set: None,
            sp_type,
            node_country,
        },
        service_name: service_name?,
        signed: signed?,
        valid_for: valid_for?,
        cache_for: cache_for?,
    })
}

fn ui(section: &Section<'_>) -> Option<UiInfo> {
    let texts = |key| section.optional(key).map_or(Some(vec![]), localized);
    let display_name = texts(&upstreams::DISPLAY_NAME);
    let description = texts(&upstreams::DESCRIPTION);
    let information_url = texts(&upstreams::INFORMATION_URL);
    let privacy_statement_url = texts(&upstreams::PRIVACY_STATEMENT_URL);
    let logo = section.optional(&upstreams::LOGO).map_or(Some(None), |value| logo(value).map(Some));
    Some(UiInfo {
        display_name: display_name?,
        description: description?,
        information_url: information_url?,
        privacy_statement_url: privacy_statement_url?,
        logo: logo?,
    })
}

fn logo(value: Value<'_>) -> Option<Logo> {
    let section = value.section(&upstreams::LOGO)?;
    let pixels = |key: &Key| {
        let value = section.value(key)?;
        match value.number()? {
            0 => value.refuse("a picture has pixels", "write how many"),
            pixels => Some(pixels),
        }
    };
    let url = section.value(&upstreams::LOGO_URL).and_then(owned);
    let (height, width) = (pixels(&upstreams::LOGO_HEIGHT), pixels(&upstreams::LOGO_WIDTH));
    Some(Logo { url: url?, height: height?, width: width? })
}

fn organization(value: Value<'_>) -> Option<Organization> {
    let section = value.section(&upstreams::ORGANIZATION)?;
    let name = section.value(&upstreams::ORGANIZATION_NAME).and_then(localized);
    let display_name = section.value(&upstreams::ORGANIZATION_DISPLAY_NAME).and_then(localized);
    let url = section.value(&upstreams::ORGANIZATION_URL).and_then(localized);
    Some(Organization { name: name?, display_name: display_name?, url: url? })
}

fn contact(value: Value<'_>) -> Option<Contact> {
    let section = value.section(&upstreams::CONTACTS)?;
    let text = |key: &Key| section.optional(key).map_or(Some(None), |value| owned(value).map(Some));
    let kind = section.value(&upstreams::CONTACT_TYPE).and_then(|value| value.choice());
    let (company, given_name) = (text(&upstreams::COMPANY), text(&upstreams::GIVEN_NAME));
    let (surname, telephone) = (text(&upstreams::SURNAME), text(&upstreams::TELEPHONE));
    let email = text(&upstreams::EMAIL);
    let extensions = section
        .optional(&upstreams::CONTACT_EXTENSIONS)
        .map_or(Some(None), |value| contact_extensions(value).map(Some));
    Some(Contact {
        kind: kind?,
        company: company?,
        given_name: given_name?,
        surname: surname?,
        email: email?,
        telephone: telephone?,
        extensions: extensions?,
    })
}

fn contact_extensions(value: Value<'_>) -> Option<ContactExtensions> {
    let section = value.section(&upstreams::CONTACT_EXTENSIONS)?;
    let namespace = section.value(&upstreams::EXTENSIONS_NAMESPACE)?;
    let mut extensions = match ContactExtensions::new(namespace.text()?) {
        Ok(extensions) => extensions,
        Err(error) => return namespace.refuse_with(&error),
    };
    for (path, text) in section.value(&upstreams::EXTENSIONS_ELEMENTS)?.entries()? {
        if let Err(error) = extensions.add(path, text.text()?) {
            return text.refuse_with(&error);
        }
    }
    Some(extensions)
}

fn entity_attributes(value: Value<'_>) -> Option<Vec<(String, Vec<String>)>> {
    let entries = value.entries()?.into_iter();
    entries.map(|(name, values)| Some((name.to_owned(), values.each(owned)?))).collect()
}

fn localized(value: Value<'_>) -> Option<Localized> {
    let entries = value.entries()?.into_iter();
    entries.map(|(language, text)| Some((language.to_owned(), owned(text)?))).collect()
}
