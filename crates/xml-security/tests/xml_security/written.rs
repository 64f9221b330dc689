//! What is signed here holds, and what could not be signed is an error.

use roxmltree::Document;
use silta_testkit::forge::{encrypted_assertion, text};
use silta_testkit::keys::{IDP, IDP_P256, ROGUE, SP};
use silta_xml_security::algorithm::{DataCipher, DigestAlgorithm, RsaOaep, SignatureAlgorithm};
use silta_xml_security::xml::{self, Input};
use silta_xml_security::{
    DecryptionError, DecryptionRules, Recipient, SignError, SignatureError, SignaturePlace,
    decrypt, sign_enveloped, verify_enveloped,
};

#[test]
fn a_signature_covers_its_parent_by_the_attribute_that_the_caller_names() {
    let signed = sign_enveloped(NOTE, PLACE, &IDP.signing(SignatureAlgorithm::RsaSha256)).unwrap();
    let input = Input::of(&signed);
    let document = xml::parse(&input).unwrap();
    let root = document.root_element();
    let verify = |attribute, key: &silta_testkit::keys::KeyPair| {
        verify_enveloped(root, attribute, &[key.verification()], &SignatureAlgorithm::ALL)
    };
    let proof = verify("Reference", &IDP).unwrap().unwrap();
    assert_eq!(proof.node(), root);
    assert_eq!(proof.child("urn:example:note", "Text").unwrap().node().text(), Some("hello"));
    let signature = "http://www.w3.org/2000/09/xmldsig#";
    assert!(proof.child(signature, "Signature").is_none(), "the signature is not signed");
    assert_eq!(verify("ID", &IDP).unwrap_err(), SignatureError::Reference);
    assert_eq!(verify("Reference", &ROGUE).unwrap_err(), SignatureError::NoKeyMatches);
}

#[test]
fn an_element_without_a_signature_has_no_proof() {
    let input = Input::of(NOTE);
    let document = xml::parse(&input).unwrap();
    let keys = [IDP.verification()];
    let proof =
        verify_enveloped(document.root_element(), "Reference", &keys, &SignatureAlgorithm::ALL);
    assert!(proof.unwrap().is_none());
}

/// Each of these would be a signature over something else than its parent, or none at all.
#[test]
fn what_cannot_be_referred_to_is_not_signed() {
    let key = IDP_P256.signing(SignatureAlgorithm::EcdsaSha256);
    let sign = |xml: &str| sign_enveloped(xml, PLACE, &key).unwrap_err();
    assert!(matches!(sign("<a"), SignError::Shape));
    assert!(matches!(sign(&NOTE.replace("Reference=", "ID=")), SignError::Shape));
    assert!(matches!(sign(&NOTE.replace("From", "Sender")), SignError::Shape));
    for id in ["", "1", "-a", "_a b", "a&quot;b", "a:b"] {
        let named = NOTE.replace("_1", id);
        assert!(matches!(sign(&named), SignError::Id), "{id}");
    }
    let far = "urn:example:".to_owned() + &"long".repeat(50);
    let uses = "<n:a/>".repeat(2_000);
    let grown = NOTE.replace("<Text>hello</Text>", &uses);
    let grown = grown.replacen("<Note", &format!("<Note xmlns:n=\"{far}\""), 1);
    assert!(matches!(sign(&grown), SignError::Canonicalization(_)));
}

/// A proof vouches for the plaintext of the very element that it covers, and for no other text.
#[test]
fn a_proof_vouches_for_no_other_ciphertext_and_no_other_text() {
    let data = in_cbc("<secret/>");
    let both = format!("<First>{data}</First><Second>{data}</Second>");
    let note = NOTE.replace("<Text>hello</Text>", &both);
    let signed = sign_enveloped(&note, PLACE, &IDP.signing(SignatureAlgorithm::RsaSha256)).unwrap();
    let input = Input::of(&signed);
    let document = xml::parse(&input).unwrap();
    let root = document.root_element();
    let keys = [IDP.verification()];
    let proof = verify_enveloped(root, "Reference", &keys, &SignatureAlgorithm::ALL).unwrap();
    let first = proof.unwrap().child("urn:example:note", "First").unwrap();
    let second = proof.unwrap().child("urn:example:note", "Second").unwrap();
    let keys = [SP.decryption()];
    let rules = DecryptionRules {
        recipient: "us",
        keys: &keys,
        ciphers: &DataCipher::ALL,
        oaep_digests: &DigestAlgorithm::ALL,
        key_wraps: &[],
    };
    let open = |signed| decrypt(first.node(), signed, &rules);
    for other in [None, Some(second), proof] {
        assert_eq!(open(other).unwrap_err(), DecryptionError::CbcUnsigned);
    }
    let plaintext = open(Some(first)).unwrap();
    let text = plaintext.text().unwrap().to_owned();
    let copy = Document::parse(&text).unwrap();
    assert!(plaintext.signed_root(&copy).is_none());
    let document = Document::parse(plaintext.text().unwrap()).unwrap();
    let root = plaintext.signed_root(&document).unwrap();
    assert_eq!(root.node().tag_name().name(), "secret");
}

/// An `EncryptedData` to which nobody but a signature holds somebody.
fn in_cbc(plaintext: &str) -> String {
    let oaep = RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 };
    let recipient = Recipient::by_rsa_oaep(&SP.encryption(), oaep).unwrap();
    let encrypted = encrypted_assertion(plaintext, DataCipher::Aes256Cbc, &recipient, [7; 48]);
    text::element(&encrypted, "xenc:EncryptedData").to_owned()
}

const PLACE: SignaturePlace =
    SignaturePlace { id_attribute: "Reference", after: Some(("urn:example:note", "From")) };
const NOTE: &str =
    "<Note xmlns=\"urn:example:note\" Reference=\"_1\"><From>me</From><Text>hello</Text></Note>";
