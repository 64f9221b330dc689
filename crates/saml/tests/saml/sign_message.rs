//! What identity providers of Sweden Connect prove of a message that somebody was shown who signs.

use silta_saml::algorithm::DataCipher;
use silta_saml::{ResponseError, SignMessageProof};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{FakeIdp, NOON, encrypted_part, text};
use silta_testkit::keys;

use crate::fixture::{accepts, accepts_at, refuses_at};

/// The example of the specification [Attribute Specification for the Swedish eID Framework 1.8 §3.2.4].
#[test]
fn the_digest_of_the_message_is_its_proof() {
    for is_required in [true, false] {
        for digest in [DIGEST, &format!("\n    {DIGEST}\n  ")] {
            accepts_at(NOON, || shown(is_required), |good| good.attributes(&[(NAME, &[digest])]));
        }
    }
}

#[test]
fn whoever_was_shown_another_message_is_refused() {
    let (uri, value) = DIGEST.split_once(';').unwrap();
    let of_another =
        "http://www.w3.org/2001/04/xmlenc#sha256;LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=";
    for is_required in [true, false] {
        for digests in [
            [of_another].as_slice(),
            &[DIGEST, of_another],
            &[DIGEST, DIGEST],
            &[value],
            &[&value.to_lowercase()],
            &[&format!("{uri};")],
            &[&format!("http://www.w3.org/2001/04/xmlenc#sha512;{value}")],
            &[""],
        ] {
            let spoil =
                |good: silta_testkit::forge::ForgedResponse| good.attributes(&[(NAME, digests)]);
            refuses_at(NOON, || shown(is_required), &ResponseError::SignMessage, spoil);
            // Where nothing was shown it is an attribute as any other.
            accepts(spoil);
        }
    }
}

/// Nor does a digest count that is encrypted by itself, which the profile forbids.
#[test]
fn where_the_message_must_be_shown_silence_is_refused() {
    let attribute = format!(
        "<saml:Attribute Name=\"{NAME}\">\
         <saml:AttributeValue>{DIGEST}</saml:AttributeValue></saml:Attribute>"
    );
    let to = (&*keys::SP, DataCipher::Aes256Gcm);
    let hidden = encrypted_part("EncryptedAttribute", "saml:Attribute", &attribute, to);
    for spoil in [String::new(), hidden] {
        let spoil = |good: silta_testkit::forge::ForgedResponse| {
            let hidden = spoil.clone();
            let end = "</saml:AttributeStatement>";
            good.edit(Assertion, move |xml| text::before(xml, end, &hidden))
        };
        refuses_at(NOON, || shown(true), &ResponseError::SignMessage, spoil);
        accepts_at(NOON, || shown(false), spoil);
    }
}

fn shown(is_required: bool) -> FakeIdp {
    let proof = SignMessageProof::of(MESSAGE, is_required);
    FakeIdp::plain().with_profile(|profile| profile.sign_message = Some(proof))
}

const MESSAGE: &str = "I hereby confirm that I want to join example.com as a customer";
const NAME: &str = "urn:oid:1.2.752.201.3.14";
const DIGEST: &str =
    "http://www.w3.org/2001/04/xmlenc#sha256;0yKaSVsYeh+PX2Q6diqO2w89+a3Dm303tp3AVjgxwj0=";
