//! Every way in which an identity provider's metadata is refused: facts, never the document's text.

use std::fmt;

use jiff::Timestamp;
use silta_xml_security::{SignatureError, XmlError};
use thiserror::Error;

use crate::metadata::endpoint::EndpointKind;

/// Why metadata was not taken. Each error has a stable [`MetadataError::reason`] for logs and
/// metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MetadataError {
    /// More than [`METADATA_LIMIT`](crate::METADATA_LIMIT) octets.
    #[error("it has more than {limit} octets; take the address of this entity's own metadata")]
    TooLarge {
        /// The limit in octets.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("it is not UTF-8; save it as its publisher delivers it")]
    NotUtf8,
    /// Not XML that metadata may be.
    #[error("it is not acceptable XML: {cause}; {}", of_xml(*.cause))]
    Malformed {
        /// What is wrong with it.
        cause: XmlError,
    },
    /// A comment stands beside text, which it could split in two.
    #[error("a comment stands beside text; have its publisher leave it out")]
    CommentInText,
    /// The root is neither an `EntityDescriptor` nor an `EntitiesDescriptor` [SAML2Meta §2.3].
    #[error("its root is no EntityDescriptor and no EntitiesDescriptor; give SAML 2.0 metadata")]
    WrongRoot,
    /// More entities than an aggregate may have here.
    #[error("it has more than {limit} entities; take the address of this entity's own metadata")]
    TooManyEntities {
        /// The limit.
        limit: usize,
    },
    /// `EntitiesDescriptor` elements inside each other.
    #[error(
        "its groups of entities nest more than {limit} deep; take the address of this entity's own \
         metadata"
    )]
    GroupsTooDeep {
        /// The limit.
        limit: usize,
    },
    /// An entity, or a group, where the schema has no place for one.
    #[error("an entity stands where the schema has no place for one; ask its publisher why")]
    StrayEntity,
    /// The entity that is configured is not there, or has been replaced by another one.
    #[error("it does not describe this entityID; compare entity_id with its entityID")]
    EntityMissing,
    /// The entity that is configured is there twice: one would be trusted, and the other be meant.
    #[error("it describes this entityID twice; take the address of this entity's own metadata")]
    EntityRepeated,
    /// Nobody said which entity is meant, and there are several.
    #[error("it describes several entities; write entity_id, the name of the one that is meant")]
    EntityNotNamed,
    /// An entity without an entityID, or with one that is no URI of up to 1024 characters
    /// [SAML2Core §8.3.6].
    #[error("its entityID is missing, or no URI; ask its publisher to correct it")]
    NoEntityId,
    /// Signers are pinned, and the root is not signed.
    #[error("its root is not signed, and signers are configured; take the signed document")]
    Unsigned,
    /// The signature of the root does not hold.
    #[error("the signature of its root does not hold: {cause}; {}", of_signature(*.cause))]
    Signature {
        /// What is wrong with it.
        cause: SignatureError,
    },
    /// No `validUntil`: whoever kept it could present it for ever.
    #[error("it is signed and has no validUntil at its root; ask its publisher for one")]
    Endless,
    /// A signed aggregate that says it is valid for longer than any federation needs.
    #[error("it is valid until {valid_until}, later than {most}; ask its publisher for less")]
    TooLongAhead {
        /// `validUntil` of the root.
        valid_until: Timestamp,
        /// The latest that is accepted.
        most: Timestamp,
    },
    /// A `validUntil` has passed: of the document, of a group, of the entity or of its role.
    #[error(
        "{part} was valid until {valid_until}, now is {now}; get a newer one from its publisher"
    )]
    Expired {
        /// Whose end.
        part: MetadataPart,
        /// The end, exclusive.
        valid_until: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// A `validUntil` that is not an `xs:dateTime` in a time zone.
    #[error("the validUntil of {part} is not an instant with a time zone; ask its publisher")]
    NotAnInstant {
        /// Whose end.
        part: MetadataPart,
    },
    /// The entity is no identity provider (any more).
    #[error("the entity is no identity provider; compare entity_id with its metadata")]
    NoRole,
    /// Its identity provider speaks another protocol than SAML 2.0.
    #[error("its identity provider does not speak SAML 2.0; ask it for metadata of SAML 2.0")]
    OtherProtocol,
    /// It has two identity providers that speak SAML 2.0.
    #[error("the entity has two identity providers; ask it for metadata with one")]
    RoleRepeated,
    /// A `KeyDescriptor` for something else than `signing` or `encryption`.
    #[error("a KeyDescriptor has another use than signing and encryption; ask its publisher")]
    KeyUse,
    /// No key is left by which its messages could be verified.
    #[error("{}; ask it for an RSA key of 2048 bits or one on P-256", no_key(*.left_out))]
    NoSigningKey {
        /// How many were there and were not taken.
        left_out: usize,
    },
    /// Something in requests is encrypted, and no key is left that may be encrypted to as the configuration says.
    #[error(
        "it has no key to encrypt to as request_encryption says; compare that with the EncryptionMethods of its \
         KeyDescriptors"
    )]
    NoEncryptionKey,
    /// More signing keys than a peer needs; each is tried at each login.
    #[error(
        "it has more than {limit} signing keys; write entity_id, sso and signing_certificates instead"
    )]
    TooManyKeys {
        /// The limit.
        limit: usize,
    },
    /// An element whose text is read holds something else.
    #[error("{element} holds something else than text; ask its publisher to correct it")]
    NotText {
        /// Its local name.
        element: &'static str,
    },
    /// No `SingleSignOnService` by Redirect or POST: there is nowhere to send a request.
    #[error("it has no SingleSignOnService by HTTP-Redirect or HTTP-POST; ask it for one")]
    NoSingleSignOn,
    /// Parameters are configured that stand in a URL, and requests can only be posted.
    #[error(
        "it has no SingleSignOnService by HTTP-Redirect, which request_parameters need; leave them out, \
         or ask it for one"
    )]
    NoRedirect,
    /// Something is configured that can only be posted, and requests cannot be.
    #[error(
        "it has no SingleSignOnService by HTTP-POST, which form_fields and a login_hint of principal_selection need; \
         leave them out, or ask it for one"
    )]
    NoPost,
    /// A required attribute of a service is missing.
    #[error("a {service} has no {attribute}; ask its publisher to correct it")]
    MissingAttribute {
        /// Which service.
        service: EndpointKind,
        /// The attribute.
        attribute: &'static str,
    },
    /// The address of a service is no http or https URL, or not written as one.
    #[error("the {attribute} of a {service} is no http or https URL; ask its publisher")]
    NotAUrl {
        /// Which service.
        service: EndpointKind,
        /// The attribute.
        attribute: &'static str,
    },
    /// The address of a service is reached by plain http, and not on this machine.
    #[error("a {service} is at an http address; ask its publisher for https")]
    NotHttps {
        /// Which service.
        service: EndpointKind,
    },
    /// `WantAuthnRequestsSigned` is neither true nor false.
    #[error("WantAuthnRequestsSigned is neither true nor false; ask its publisher")]
    NotABoolean,
    /// A `NameIDFormat` that is no URI, or more of them than there are.
    #[error("its NameIDFormats are too many, or one is no URI; ask its publisher")]
    NameIdFormat,
    /// New metadata describes another entity than the metadata before.
    #[error("it describes another entity than before; compare entity_id with its metadata")]
    EntitySwapped,
    /// New metadata is older than what is known: somebody presents a former one.
    #[error("it ends at {valid_until}, before the one that is known; fetch it again")]
    RolledBack {
        /// The end of what is refused.
        valid_until: Timestamp,
    },
    /// New metadata names a host that the configuration does not list.
    #[error("a {service} is at a host that is not listed; list its host, if it has moved there")]
    UnlistedHost {
        /// Which service.
        service: EndpointKind,
    },
}

impl MetadataError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "metadata_too_large",
            Self::NotUtf8 => "metadata_not_utf8",
            Self::Malformed { cause } => cause.reason(),
            Self::CommentInText => "metadata_comment_in_text",
            Self::WrongRoot => "metadata_wrong_root",
            Self::TooManyEntities { .. } => "metadata_too_many_entities",
            Self::GroupsTooDeep { .. } => "metadata_groups_too_deep",
            Self::StrayEntity => "metadata_stray_entity",
            Self::EntityMissing => "metadata_entity_missing",
            Self::EntityRepeated => "metadata_entity_repeated",
            Self::EntityNotNamed => "metadata_entity_not_named",
            Self::NoEntityId => "metadata_no_entity_id",
            Self::Unsigned => "metadata_unsigned",
            Self::Signature { cause } => cause.reason(),
            Self::Endless => "metadata_endless",
            Self::TooLongAhead { .. } => "metadata_too_long_ahead",
            Self::Expired { .. } => "metadata_expired",
            Self::NotAnInstant { .. } => "metadata_not_an_instant",
            Self::NoRole => "metadata_no_role",
            Self::OtherProtocol => "metadata_other_protocol",
            Self::RoleRepeated => "metadata_role_repeated",
            Self::KeyUse => "metadata_key_use",
            Self::NoSigningKey { .. } => "metadata_no_signing_key",
            Self::NoEncryptionKey => "metadata_no_encryption_key",
            Self::TooManyKeys { .. } => "metadata_too_many_keys",
            Self::NotText { .. } => "metadata_not_text",
            Self::NoSingleSignOn => "metadata_no_single_sign_on",
            Self::NoRedirect => "metadata_no_redirect",
            Self::NoPost => "metadata_no_post",
            Self::MissingAttribute { .. } => "metadata_missing_attribute",
            Self::NotAUrl { .. } => "metadata_not_a_url",
            Self::NotHttps { .. } => "metadata_not_https",
            Self::NotABoolean => "metadata_not_a_boolean",
            Self::NameIdFormat => "metadata_name_id_format",
            Self::EntitySwapped => "metadata_entity_swapped",
            Self::RolledBack { .. } => "metadata_rolled_back",
            Self::UnlistedHost { .. } => "metadata_unlisted_host",
        }
    }
}

fn of_xml(cause: XmlError) -> &'static str {
    match cause {
        XmlError::Doctype | XmlError::NotWellFormed => {
            "was a web page saved? Take it as its publisher delivers it"
        }
        _ => "take it as its publisher delivers it, and the entity's own instead of a federation's",
    }
}

fn of_signature(cause: SignatureError) -> &'static str {
    match cause {
        SignatureError::DigestMismatch => {
            "it was changed after it was signed, perhaps by an editor: fetch it again and save it unchanged"
        }
        _ => "compare the configured signers with those that its publisher names",
    }
}

fn no_key(left_out: usize) -> String {
    match left_out {
        0 => "it has no signing certificate".to_owned(),
        left_out => format!("none of its signing keys is accepted here, {left_out} of them"),
    }
}

/// Which part of metadata an error speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataPart {
    /// An `EntitiesDescriptor` around the entity.
    Group,
    /// The `EntityDescriptor`.
    Entity,
    /// The `IDPSSODescriptor`.
    Role,
}

impl fmt::Display for MetadataPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Group => "the EntitiesDescriptor",
            Self::Entity => "the EntityDescriptor",
            Self::Role => "the IDPSSODescriptor",
        })
    }
}
