//! What comes out of a ciphertext, and what is still encrypted in it.

use openssl::symm::{Cipher, encrypt_aead};
use silta_saml::{MessageError, Part, ResponseError, SignedParts, XmlError};
use silta_testkit::forge::EditPoint::SignedAssertion;
use silta_testkit::forge::{FakeIdp, NOON, text};

use crate::fixture::refusal;

/// What comes out of a ciphertext is a document of its own, under all the same rules.
#[test]
fn the_plaintext_is_judged_like_any_document() {
    let malformed =
        |cause| ResponseError::Message(MessageError::Malformed { part: Part::Assertion, cause });
    let bends: [(ResponseError, Bend); 12] = [
        (malformed(XmlError::Doctype), |xml| format!("<!DOCTYPE x [<!ENTITY e \"x\">]>{xml}")),
        (malformed(XmlError::Comment), |xml| format!("<!-- -->{xml}")),
        (malformed(XmlError::ProcessingInstruction), |xml| format!("{xml}<?x y?>")),
        (malformed(XmlError::Encoding), |xml| {
            format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{xml}")
        }),
        (malformed(XmlError::NotWellFormed), |xml| format!("{xml}{xml}")),
        (malformed(XmlError::NotWellFormed), |xml| format!("{xml}junk")),
        (malformed(XmlError::NotWellFormed), |_| String::new()),
        // A prefix that only the surrounding document would have declared.
        (malformed(XmlError::NotWellFormed), |xml| {
            let own = " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
            text::swapped(xml, own, "")
        }),
        (malformed(XmlError::DuplicateId), |xml| {
            text::swapped(xml, "<saml:Subject>", "<saml:Subject id=\"_assertion\">")
        }),
        (ResponseError::Message(MessageError::WrongRoot { part: Part::Assertion }), |_| {
            "<x/>".to_owned()
        }),
        (ResponseError::Message(MessageError::WrongRoot { part: Part::Assertion }), |xml| {
            format!("<x>{xml}</x>")
        }),
        (ResponseError::EncryptedContent, |xml| {
            let nested = "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>";
            text::before(xml, "</saml:Assertion>", nested)
        }),
    ];
    let worlds = [FakeIdp::default(), FakeIdp::default().requiring(SignedParts::Response)];
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
        assert_eq!(refusal(&idp, &made, NOON), ResponseError::Message(MessageError::NotUtf8));
    }
}

type Bend = fn(&str) -> String;
