//! Every refusal has a word of its own and a sentence that says what to do, and repeats nothing that
//! the document says.

use std::collections::BTreeSet;

use silta_saml::{EndpointKind, MetadataError, MetadataPart, SignatureError, XmlError};
use silta_testkit::forge::NOON;

#[test]
fn every_refusal_has_a_word_and_a_sentence_of_its_own() {
    let service = EndpointKind::SingleSignOn;
    let (part, valid_until, now) = (MetadataPart::Group, NOON, NOON);
    let all = [
        MetadataError::TooLarge { limit: 1 },
        MetadataError::NotUtf8,
        MetadataError::Malformed { cause: XmlError::NotWellFormed },
        MetadataError::CommentInText,
        MetadataError::WrongRoot,
        MetadataError::TooManyEntities { limit: 1 },
        MetadataError::GroupsTooDeep { limit: 1 },
        MetadataError::StrayEntity,
        MetadataError::EntityMissing,
        MetadataError::EntityRepeated,
        MetadataError::Unsigned,
        MetadataError::Signature { cause: SignatureError::NoKeyMatches },
        MetadataError::Endless,
        MetadataError::TooLongAhead { valid_until, most: NOON },
        MetadataError::Expired { part, valid_until, now },
        MetadataError::NotAnInstant { part },
        MetadataError::NoRole,
        MetadataError::OtherProtocol,
        MetadataError::RoleRepeated,
        MetadataError::KeyUse,
        MetadataError::NoSigningKey { left_out: 1 },
        MetadataError::TooManyKeys { limit: 1 },
        MetadataError::NotText { element: "NameIDFormat" },
        MetadataError::NoSingleSignOn,
        MetadataError::MissingAttribute { service, attribute: "Binding" },
        MetadataError::NotAUrl { service, attribute: "Location" },
        MetadataError::NotABoolean,
        MetadataError::NameIdFormat,
        MetadataError::EntitySwapped,
        MetadataError::RolledBack { valid_until },
        MetadataError::UnlistedHost { service },
        MetadataError::EntityNotNamed,
        MetadataError::NoEntityId,
        MetadataError::NotHttps { service },
        MetadataError::NoRedirect,
        MetadataError::NoEncryptionKey,
        MetadataError::NoPost,
    ];
    let reached: BTreeSet<_> = all.iter().map(place).collect();
    assert_eq!(reached, (0..37).collect(), "an example is missing");
    let words: BTreeSet<_> = all.iter().map(|one| one.reason()).collect();
    assert_eq!(words.len(), all.len(), "two refusals share a word");
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let stable = |word: &&str| word.bytes().all(letter);
    assert!(words.iter().all(stable), "{words:?}");
    // What is wrong; what to do.
    assert!(all.iter().all(|one| one.to_string().contains("; ")));
}

/// A place for every variant, without a rest.
fn place(refused: &MetadataError) -> usize {
    match refused {
        MetadataError::TooLarge { .. } => 0,
        MetadataError::NotUtf8 => 1,
        MetadataError::Malformed { .. } => 2,
        MetadataError::CommentInText => 3,
        MetadataError::WrongRoot => 4,
        MetadataError::TooManyEntities { .. } => 5,
        MetadataError::GroupsTooDeep { .. } => 6,
        MetadataError::StrayEntity => 7,
        MetadataError::EntityMissing => 8,
        MetadataError::EntityRepeated => 9,
        MetadataError::Unsigned => 10,
        MetadataError::Signature { .. } => 11,
        MetadataError::Endless => 12,
        MetadataError::TooLongAhead { .. } => 13,
        MetadataError::Expired { .. } => 14,
        MetadataError::NotAnInstant { .. } => 15,
        MetadataError::NoRole => 16,
        MetadataError::OtherProtocol => 17,
        MetadataError::RoleRepeated => 18,
        MetadataError::KeyUse => 19,
        MetadataError::NoSigningKey { .. } => 20,
        MetadataError::TooManyKeys { .. } => 21,
        MetadataError::NotText { .. } => 22,
        MetadataError::NoSingleSignOn => 23,
        MetadataError::MissingAttribute { .. } => 24,
        MetadataError::NotAUrl { .. } => 25,
        MetadataError::NotABoolean => 26,
        MetadataError::NameIdFormat => 27,
        MetadataError::EntitySwapped => 28,
        MetadataError::RolledBack { .. } => 29,
        MetadataError::UnlistedHost { .. } => 30,
        MetadataError::EntityNotNamed => 31,
        MetadataError::NoEntityId => 32,
        MetadataError::NotHttps { .. } => 33,
        MetadataError::NoRedirect => 34,
        MetadataError::NoEncryptionKey => 35,
        MetadataError::NoPost => 36,
    }
}
