//! What comes out of a ciphertext, and what is still encrypted in it.

use openssl::symm::{Cipher, encrypt_aead};
use silta_saml::algorithm::DataCipher;
use silta_saml::{MessageError, Part, ResponseError, SignedParts, XmlError};
use silta_testkit::forge::EditPoint::{Encrypted, SignedAssertion};
use silta_testkit::forge::{FakeIdp, NOON, text};

use crate::fixture::{accepted, good, refusal};

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

/// Some encrypt a whole document, and some what they cut out of one.
#[test]
fn white_space_and_a_declaration_may_stand_around_the_plaintext() {
    const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let idp = FakeIdp::default();
    for [before, after] in [
        ["\n", ""],
        ["\r\n\t ", ""],
        ["", "\n"],
        [" ", "\r\n "],
        [DECLARATION, ""],
        ["<?xml version='1.0' encoding='utf-8' standalone='no'?>\r\n", "\r\n"],
        ["\u{feff}", ""],
        ["\u{feff}<?xml version=\"1.0\"?>\n", "\n"],
    ] {
        for cipher in [DataCipher::Aes256Gcm, DataCipher::Aes128Cbc] {
            let made = idp.response().cipher(cipher);
            let made = made.edit(SignedAssertion, move |xml| format!("{before}{xml}{after}"));
            assert_eq!(accepted(&idp, &made, NOON), good(), "{before:?} {after:?}");
        }
    }
    let spaced = format!("\n{DECLARATION}");
    let made = idp.response().edit(SignedAssertion, move |xml| format!("{spaced}{xml}"));
    let (part, cause) = (Part::Assertion, XmlError::SpaceBeforeDeclaration);
    let refused = ResponseError::Message(MessageError::Malformed { part, cause });
    assert_eq!(refusal(&idp, &made, NOON), refused);
}

/// The base64 of both ciphertexts as Java and .NET write it, beside the data and inside it.
#[test]
fn the_base64_of_a_ciphertext_may_be_broken_into_lines_of_any_kind() {
    let idp = FakeIdp::default();
    for end in ["\n", "\r\n", "&#13;\n", "&#xD;&#xA;", "&#13;", " \t"] {
        for length in [64, 76] {
            let broken = move |xml: &str| {
                let values = xml.split("<xenc:CipherValue>").skip(1);
                values.fold(xml.to_owned(), |whole, value| {
                    let value = value.split_once('<').unwrap().0;
                    let lines: Vec<_> = value.as_bytes().chunks(length).collect();
                    let lines: Vec<_> =
                        lines.into_iter().map(|line| str::from_utf8(line).unwrap()).collect();
                    text::swapped(&whole, value, &format!("{end}{}{end}", lines.join(end)))
                })
            };
            for made in [idp.response(), idp.response().encrypted_keys_beside()] {
                let made = made.edit(Encrypted, broken);
                assert_eq!(accepted(&idp, &made, NOON), good(), "{end:?} {length}");
            }
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
