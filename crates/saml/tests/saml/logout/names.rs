//! Whose sessions are meant: one NameID, plain or encrypted.

use silta_saml::algorithm::DataCipher;
use silta_saml::{
    AgreementError, AllowedAlgorithms, DecryptionError, LogoutError, MessageError, NameId,
    NamedAlgorithm, Part, XmlError,
};
use silta_testkit::forge::{FakeIdp, ForgedLogout, NOON, text};
use silta_testkit::keys;

use super::fixture::{by_both, by_both_at, refuses};
use crate::agreement::agreeing;

/// Each part of a name tells people apart, so each is read, and absent is not empty.
#[test]
fn a_name_is_read_with_every_qualifier() {
    for (format, name_qualifier, sp_name_qualifier) in [
        (None, None, None),
        (Some("urn:f"), None, None),
        (None, Some(""), None),
        (None, None, Some("https://other.example/sp")),
        (Some("urn:f"), Some("https://other.example/idp"), Some("")),
    ] {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let name_id = NameId {
            value: " a & b ".to_owned(),
            format: owned(format),
            name_qualifier: owned(name_qualifier),
            sp_name_qualifier: owned(sp_name_qualifier),
        };
        for made in by_both(&ForgedLogout::request().naming(name_id.clone())) {
            assert!(*made.unwrap().request().name_id() == name_id);
        }
    }
}

#[test]
fn refuses_a_request_that_names_nobody_or_several_people() {
    let name = "<saml:NameID>person-8</saml:NameID>";
    let both = |request: ForgedLogout| {
        request.swap("<saml:EncryptedID", &format!("{name}<saml:EncryptedID"))
    };
    refuses(
        LogoutError::NameCount,
        &both(ForgedLogout::request().encrypted(DataCipher::Aes256Gcm)),
    );
    let xml = ForgedLogout::request().xml();
    let own = text::element(&xml, "saml:NameID");
    refuses(LogoutError::NameCount, &ForgedLogout::request().swap(own, ""));
    let twice = ForgedLogout::request().swap(own, &format!("{own}{name}"));
    refuses(MessageError::Repeated { element: "NameID" }, &twice);
    // As the schema has no place for: after the sessions.
    let late = ForgedLogout::request()
        .swap("</samlp:LogoutRequest>", &format!("{name}</samlp:LogoutRequest>"));
    refuses(MessageError::UnexpectedElement { element: "NameID", inside: "LogoutRequest" }, &late);
    // CVE-2017-11427 and its kin: a comment cannot cut a name short.
    let cut = ForgedLogout::request().swap("person-7", "person-7<!-- -->.evil");
    for made in by_both(&cut.unsigned()) {
        let cause = XmlError::Comment;
        assert_eq!(
            made.unwrap_err(),
            MessageError::Malformed { part: Part::Request, cause }.into()
        );
    }
    let nested = ForgedLogout::request().swap("person-7", "person-7<x xmlns=\"urn:x\"/>");
    refuses(
        MessageError::UnexpectedElement { element: "another element", inside: "NameID" },
        &nested,
    );
}

/// What Shibboleth may send; the same rules hold as for an assertion.
#[test]
fn an_encrypted_name_is_opened() {
    let plain = by_both(&ForgedLogout::request()).map(|made| made.unwrap().request());
    for made in by_both(&ForgedLogout::request().encrypted(DataCipher::Aes256Gcm)) {
        let read = made.unwrap().request();
        assert!(read.name_id() == plain[0].name_id());
        assert_eq!(read.session_indexes(), ["session-7"]);
    }
}

/// Only a signature inside the message covers the ciphertext where the cipher does not authenticate.
#[test]
fn a_name_in_cbc_is_opened_by_post_alone() {
    let [redirected, posted] = by_both(&ForgedLogout::request().encrypted(DataCipher::Aes256Cbc));
    assert_eq!(redirected.unwrap_err(), DecryptionError::CbcUnsigned.into());
    assert_eq!(posted.unwrap().request().name_id().value, "person-7");
    let narrow =
        FakeIdp::default().with_profile(|profile| profile.ciphers = vec![DataCipher::Aes256Gcm]);
    let forged = ForgedLogout::request().encrypted(DataCipher::Aes128Gcm);
    for made in by_both_at(NOON, &narrow, &forged) {
        let named = NamedAlgorithm::Known("aes128-gcm");
        let allowed = AllowedAlgorithms::ciphers(&[DataCipher::Aes256Gcm]);
        assert_eq!(made.unwrap_err(), DecryptionError::Algorithm { named, allowed }.into());
    }
}

#[test]
fn an_encrypted_name_of_a_logout_is_opened_by_an_agreement() {
    let idp = agreeing();
    let forged = ForgedLogout::request().encrypted_to(&keys::SP_P256, DataCipher::Aes256Gcm);
    for made in by_both_at(NOON, &idp, &forged) {
        assert_eq!(made.unwrap().request().name_id().value, "person-7");
    }
    let mut other = agreeing();
    other.provider.decryption_keys = vec![keys::SP.decryption()];
    for made in by_both_at(NOON, &other, &forged) {
        let no_key = DecryptionError::Agreement(AgreementError::NoKeyOnCurve);
        assert_eq!(made.unwrap_err(), no_key.into());
    }
}

#[test]
fn refuses_an_encrypted_name_that_is_none() {
    let encrypted = || ForgedLogout::request().encrypted(DataCipher::Aes256Gcm);
    let stranger = encrypted()
        .swap("<xenc:EncryptedKey", "<xenc:EncryptedKey Recipient=\"https://other.example\"");
    refuses(DecryptionError::Undecryptable, &stranger);
    let broken = encrypted().swap("<xenc:EncryptedData", "<xenc:Other");
    for made in by_both(&broken.swap("</xenc:EncryptedData", "</xenc:Other")) {
        assert_eq!(made.unwrap_err(), DecryptionError::Structure.into());
    }
}
