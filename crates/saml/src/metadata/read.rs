//! Reading the metadata of an identity provider.

use std::str;

use jiff::Timestamp;
use roxmltree::Document;
use silta_xml_security::XmlError;
use silta_xml_security::xml::{Input, Limits, parse_with_comments};

use crate::metadata::description::IdentityProviderDescription;
use crate::metadata::encryption_keys;
use crate::metadata::endpoint::EndpointKind;
use crate::metadata::entities;
use crate::metadata::metadata_error::{MetadataError, MetadataPart};
use crate::metadata::role;
use crate::metadata::signing_keys;
use crate::metadata::trust::{MetadataTrust, TrustedRoot};
use crate::metadata::validity::{self, Validity};
use crate::namespace::DS;
use crate::xml;

impl IdentityProviderDescription {
    /// Reads what a document says of the identity provider `entity_id`, which is alone there or one
    /// of a federation's.
    ///
    /// In this order: size, parsing, trust in the document, the one entity, its role, when all of
    /// that ends, and what is used of it.
    ///
    /// # Errors
    /// [`MetadataError`].
    pub fn read(
        octets: &[u8],
        entity_id: &str,
        trust: MetadataTrust<'_>,
        now: Timestamp,
    ) -> Result<Self, MetadataError> {
        Self::read_entity(octets, Some(entity_id), trust, (now, Some(now)))
    }

    /// The same of the only entity of a document, whatever its name is.
    ///
    /// # Errors
    /// [`MetadataError`]; [`MetadataError::EntityNotNamed`] where there are several.
    pub fn read_alone(
        octets: &[u8],
        trust: MetadataTrust<'_>,
        now: Timestamp,
    ) -> Result<Self, MetadataError> {
        Self::read_entity(octets, None, trust, (now, Some(now)))
    }

    /// The same of the entity of this name, or of the only one, for whoever judges its end at each use:
    /// [`valid_until`](Self::valid_until) may have passed.
    ///
    /// # Errors
    /// [`MetadataError`], but for [`MetadataError::Expired`].
    pub fn read_even_ended(
        octets: &[u8],
        entity_id: Option<&str>,
        trust: MetadataTrust<'_>,
        now: Timestamp,
    ) -> Result<Self, MetadataError> {
        Self::read_entity(octets, entity_id, trust, (now, None))
    }

    /// `holds_at` is when it must not have ended.
    fn read_entity(
        octets: &[u8],
        entity_id: Option<&str>,
        trust: MetadataTrust<'_>,
        (now, holds_at): (Timestamp, Option<Timestamp>),
    ) -> Result<Self, MetadataError> {
        let input = input(octets)?;
        let document = parse(&input)?;
        let root = TrustedRoot::of(&document, trust, now)?;
        let path = entities::find(root.node(), entity_id)?;
        let name = entity_id.map_or_else(|| entities::name(path.entity), Ok)?;
        let role = role::find(path.entity)?;

        let mut validity = Validity::default();
        for group in &path.groups {
            validity.add(*group, MetadataPart::Group)?;
        }
        validity.add(path.entity, MetadataPart::Entity)?;
        validity.add(role, MetadataPart::Role)?;
        holds_at.map_or(Ok(()), |now| validity.check(now))?;

        let keys = signing_keys::read(role)?;
        let single_sign_on = role::services(role, EndpointKind::SingleSignOn)?;
        if single_sign_on.is_empty() {
            return Err(MetadataError::NoSingleSignOn);
        }
        Ok(Self {
            entity_id: name.to_owned(),
            signing: keys.certificates,
            left_out: keys.left_out,
            encryption: encryption_keys::read(role),
            single_sign_on,
            single_logout: role::services(role, EndpointKind::SingleLogout)?,
            name_id_formats: role::name_id_formats(role)?,
            wants_signed_requests: role::wants_signed_requests(role)?,
            valid_until: validity.until(),
            published_until: validity::valid_until(root.node(), MetadataPart::Group)?,
            refresh_within: validity.refresh_within,
            signed: root.is_signed(),
            has_unjudged_signature: !root.is_signed()
                && [root.node(), path.entity]
                    .into_iter()
                    .any(|node| xml::child(node, DS, "Signature").is_some()),
        })
    }
}

/// What may be metadata at all.
pub(super) fn input(octets: &[u8]) -> Result<Input<'_>, MetadataError> {
    if octets.len() > METADATA_LIMIT {
        return Err(MetadataError::TooLarge { limit: METADATA_LIMIT });
    }
    let text = str::from_utf8(octets).map_err(|_| MetadataError::NotUtf8)?;
    Ok(Input::of(text))
}

pub(super) fn parse<'t>(input: &'t Input<'_>) -> Result<Document<'t>, MetadataError> {
    parse_with_comments(input, LIMITS).map_err(|cause| match cause {
        XmlError::Comment => MetadataError::CommentInText,
        cause => MetadataError::Malformed { cause },
    })
}

/// The most octets that metadata may have: 500 entities of 16 KiB. Those of eduGAIN, which name
/// themselves in several languages, have about ten.
pub const METADATA_LIMIT: usize = 8 * 1024 * 1024;

const LIMITS: Limits = Limits {
    // Real ones nest about ten deep.
    depth: 32,
    // One in 32 octets of the largest document; a federation in the style of real ones has one in 51.
    tags: METADATA_LIMIT / 32,
    // Equals signs in texts and values count too; such a federation has one in 103.
    attributes: METADATA_LIMIT / 32,
};
