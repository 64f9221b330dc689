//! What comes out of a ciphertext, and what is still encrypted in it.

use openssl::symm::{Cipher, encrypt_aead};
use silta_saml::{Malformed, Part, Rejected, SignedParts};
use silta_testkit::forge::Stage::{Assertion, SignedAssertion};
use silta_testkit::forge::{FakeIdp, NOON, text};

use crate::world::{refusal, refuses};

/// What comes out of a ciphertext is a document of its own, under all the same rules.
#[test]
fn the_plaintext_is_judged_like_any_document() {
    let malformed = |fault| Rejected::Malformed { part: Part::Assertion, fault };
    let bends: [(Rejected, Bend); 12] = [
        (malformed(Malformed::Doctype), |xml| format!("<!DOCTYPE x [<!ENTITY e \"x\">]>{xml}")),
        (malformed(Malformed::Comment), |xml| format!("<!-- -->{xml}")),
        (malformed(Malformed::ProcessingInstruction), |xml| format!("{xml}<?x y?>")),
        (malformed(Malformed::Encoding), |xml| {
            format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{xml}")
        }),
        (malformed(Malformed::NotWellFormed), |xml| format!("{xml}{xml}")),
        (malformed(Malformed::NotWellFormed), |xml| format!("{xml}junk")),
        (malformed(Malformed::NotWellFormed), |_| String::new()),
        // A prefix that only the surrounding document would have declared.
        (malformed(Malformed::NotWellFormed), |xml| {
            let own = " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
            text::swapped(xml, own, "")
        }),
        (malformed(Malformed::DuplicateId), |xml| {
            text::swapped(xml, "<saml:Subject>", "<saml:Subject id=\"_assertion\">")
        }),
        (Rejected::WrongRoot { part: Part::Assertion }, |_| "<x/>".to_owned()),
        (Rejected::WrongRoot { part: Part::Assertion }, |xml| format!("<x>{xml}</x>")),
        (Rejected::EncryptedContent, |xml| {
            let nested = "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>";
            text::before(xml, "</saml:Assertion>", nested)
        }),
    ];
    let worlds = [FakeIdp::default(), FakeIdp::default().wanting(SignedParts::Response)];
    for (number, (expected, bend)) in bends.into_iter().enumerate() {
        for idp in &worlds {
            let made = idp.response().edit(SignedAssertion, bend);
            assert_eq!(refusal(idp, &made, NOON), expected, "bend {number}");
        }
    }
}

#[test]
fn refuses_a_plaintext_that_is_not_utf8() {
    let idp = FakeIdp::default();
    for plaintext in [&b"<saml:Assertion>\xe5</saml:Assertion>"[..], b"\xff\xfe<\0x\0/\0>\0"] {
        let made = idp.response().ciphertext(move |_| {
            let mut tag = [0; 16];
            let body = encrypt_aead(
                Cipher::aes_256_gcm(),
                &[7; 32],
                Some(&[7; 12]),
                &[],
                plaintext,
                &mut tag,
            );
            [vec![7; 12], body.unwrap(), tag.to_vec()].concat()
        });
        assert_eq!(refusal(&idp, &made, NOON), Rejected::NotUtf8);
    }
}

/// Encrypted identifiers and attributes are said to be unsupported, not skipped.
#[test]
fn refuses_encrypted_identifiers_and_attributes() {
    for (place, content) in [
        ("<saml:NameID", "<saml:EncryptedID/>"),
        ("<saml:SubjectConfirmationData", "<saml:EncryptedID/>"),
        ("</saml:AttributeStatement>", "<saml:EncryptedAttribute/>"),
        ("010190-999X", "<saml:EncryptedID/>"),
    ] {
        refuses(&Rejected::EncryptedContent, |good| {
            good.edit(Assertion, move |xml| text::before(xml, place, content))
        });
    }
    // An encrypted attribute as peers send it: with its data inside.
    let data = "<saml:EncryptedAttribute><xenc:EncryptedData \
                xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/></saml:EncryptedAttribute>";
    refuses(&Rejected::EncryptedContent, |good| {
        good.edit(Assertion, move |xml| text::before(xml, "</saml:AttributeStatement>", data))
    });
}

type Bend = fn(&str) -> String;
