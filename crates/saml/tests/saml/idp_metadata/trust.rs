//! Who vouches for a document.

use silta_saml::{
    IdentityProviderDescription, MetadataError, MetadataSigners, MetadataTrust,
    NoMetadataSignerError, SignatureError,
};
use silta_testkit::forge::{IDP_ENTITY, NOON, resigned, text};
use silta_testkit::keys::IDP;

use super::fixture::{
    OTHER_SIGNER, SIGNER, entity, federation, keys_of, read, read_signed, read_signed_by, signed,
    signed_by,
};

#[test]
fn a_document_whose_root_a_pinned_signer_has_signed_is_read() {
    for document in [entity(), federation()] {
        let read = read_signed(&signed(&document)).unwrap();
        assert!(read.is_signed());
        assert_eq!(read.entity_id(), IDP_ENTITY);
        assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
    }
}

/// A federation publishes its next key, and later signs with it.
#[test]
fn any_of_several_pinned_signers_may_have_signed() {
    for key in [&*SIGNER, &*OTHER_SIGNER] {
        let document = signed_by(key, &federation());
        read_signed_by(&[&SIGNER, &OTHER_SIGNER], &document).unwrap();
    }
}

#[test]
fn signed_metadata_without_a_signer_cannot_be_configured() {
    assert_eq!(MetadataSigners::new(vec![]).unwrap_err(), NoMetadataSignerError);
}

#[test]
fn refuses_an_unsigned_document_where_signers_are_pinned() {
    for document in [entity(), federation()] {
        assert_eq!(read_signed(&document).unwrap_err(), MetadataError::Unsigned);
    }
}

#[test]
fn refuses_a_signer_who_is_not_pinned_any_more() {
    let cause = SignatureError::NoKeyMatches;
    for document in [entity(), federation()] {
        let old = signed_by(&OTHER_SIGNER, &document);
        assert_eq!(read_signed(&old).unwrap_err(), MetadataError::Signature { cause });
    }
}

/// The key of the identity provider signs its messages; its metadata is for somebody else to sign.
#[test]
fn refuses_a_signature_by_a_key_that_only_the_document_vouches_for() {
    let cause = SignatureError::NoKeyMatches;
    let own = signed_by(&IDP, &entity());
    assert_eq!(read_signed(&own).unwrap_err(), MetadataError::Signature { cause });
}

#[test]
fn refuses_a_document_that_was_changed_after_signing() {
    let cause = SignatureError::DigestMismatch;
    for document in [entity(), federation()] {
        let changed = text::swapped(&signed(&document), "https://idp.example/sso", "https://evil");
        assert_eq!(read_signed(&changed).unwrap_err(), MetadataError::Signature { cause });
    }
}

/// Where a file or TLS vouches for a document, its signature decides nothing: neither for it nor
/// against it.
#[test]
fn a_signature_by_nobody_known_decides_nothing_where_the_source_is_trusted() {
    let foreign = signed_by(&OTHER_SIGNER, &entity());
    let broken = text::swapped(&foreign, "<ds:SignatureValue>", "<ds:SignatureValue>AAAA");
    for document in [foreign, broken, entity()] {
        let read = read(&document).unwrap();
        assert!(!read.is_signed());
        assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
    }
}

/// Suomi.fi signs the whole document, by a reference to nothing.
#[test]
fn a_reference_to_the_whole_document_is_one_to_its_root() {
    for document in [entity(), federation()] {
        let id = if document.contains("_group") { "#_group" } else { "#_entity" };
        let whole = resigned(&signed(&document), &SIGNER, |info| text::swapped(info, id, ""));
        assert!(whole.contains("URI=\"\""));
        read_signed(&whole).unwrap();
        let changed = text::swapped(&whole, "https://idp.example/sso", "https://evil.example");
        let cause = SignatureError::DigestMismatch;
        assert_eq!(read_signed(&changed).unwrap_err(), MetadataError::Signature { cause });
    }
}

#[test]
fn signers_who_give_no_end_must_be_named_as_such() {
    let endless = signed(&entity().replacen(" validUntil=", " other=", 1));
    assert_eq!(read_signed(&endless).unwrap_err(), MetadataError::Endless);
    let signers = MetadataSigners::new(vec![SIGNER.verification()]).unwrap().who_give_no_end();
    let trust = MetadataTrust::Signers(&signers);
    let read = IdentityProviderDescription::read(endless.as_bytes(), IDP_ENTITY, trust, NOON);
    assert_eq!(read.unwrap().valid_until(), None);
}
