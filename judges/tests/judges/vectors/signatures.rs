//! Public signatures: what Silta says of each as a whole, and whether the digests and signature values
//! inside are those of Silta's canonical forms.

use std::fs;
use std::path::Path;

use openssl::hash::{MessageDigest, hash};
use roxmltree::{Document, Node};
use silta_judges::vectors::{Verdicts, files};
use silta_xml_security::algorithm::SignatureAlgorithm;
use silta_xml_security::namespace::DS;
use silta_xml_security::xml::{self, Input};
use silta_xml_security::{
    KeyError, SignatureError, VerificationKey, XmlError, decode_base64, verify_enveloped,
    verify_root,
};

use super::covered::{Form, covered};
use super::public_keys::candidates;
use super::{LIMITS, VECTORS};

/// A signature is what one profile reads, or is refused for a reason.
#[test]
fn public_signatures_hold_or_are_refused_for_a_reason() {
    let mut verdicts = Verdicts::of("signature");
    each(|file, document| match document {
        Ok(document) => match whole(document) {
            Err(SignatureError::DigestMismatch | SignatureError::NoKeyMatches) => {
                verdicts.wrong(file, "a signature that Silta reads does not hold");
            }
            Err(error) => verdicts.add(file, &format!("`{}`", error.reason())),
            Ok(false) => verdicts.add(file, "`unsigned`"),
            Ok(true) => verdicts.add(file, "holds"),
        },
        Err(error) => verdicts.add(file, &format!("`{}`", error.reason())),
    });
    verdicts.check();
}

/// Wherever a digest is one of whole elements in a form that Silta has.
#[test]
fn published_digests_are_those_of_our_canonical_forms() {
    let mut verdicts = Verdicts::of("digest");
    each(|file, document| {
        let Ok(document) = document else { return };
        for reference in document.descendants().filter(|node| xml::is(*node, DS, "Reference")) {
            let equal = covered(reference, document).and_then(|octets| {
                let (digest, value) = published(reference).ok_or("another digest")?;
                Ok(*hash(digest, octets.as_bytes()).unwrap() == *value)
            });
            match equal {
                Ok(true) if !is_broken(file, BAD_DIGEST) => verdicts.add(file, "equal"),
                Ok(false) if is_broken(file, BAD_DIGEST) => {
                    verdicts.add(file, "another one, as published");
                }
                Ok(_) => verdicts.wrong(file, "the digest is another one"),
                Err(why) => verdicts.add(file, &format!("not compared: {why}")),
            }
        }
    });
    verdicts.check();
}

/// Wherever the algorithm has a name here, and the key is one that Silta takes.
#[test]
fn published_signature_values_hold_over_our_canonical_forms() {
    let mut verdicts = Verdicts::of("signature value");
    each(|file, document| {
        let Ok(document) = document else { return };
        let keys = candidates(document);
        for signature in document.descendants().filter(|node| xml::is(*node, DS, "Signature")) {
            match value_holds(signature, &keys) {
                Ok(true) => verdicts.add(file, "holds"),
                Ok(false) => verdicts.wrong(file, "the signature value does not hold"),
                Err(why) => verdicts.add(file, why),
            }
        }
    });
    verdicts.check();
}

/// Every document with a signature, read as metadata is.
fn each(mut judge: impl FnMut(&Path, Result<&Document<'_>, XmlError>)) {
    let all =
        ["c14n", "xmldsig", "xmlenc", "saml"].map(|folder| files(&VECTORS.join(folder), ".xml"));
    for file in all.into_iter().flatten() {
        // Others than UTF-8 are no messages.
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        let name = file.file_name().unwrap().to_str().unwrap();
        let is_another = name.starts_with("full-doc") || name.ends_with("template.xml");
        if is_another || !text.contains("SignatureValue") {
            continue;
        }
        let input = Input::of(&text);
        let document = xml::parse_with_comments(&input, LIMITS);
        judge(&file, document.as_ref().map_err(|error| *error));
    }
}

/// Silta's verdict over the first signature: as that of metadata if it stands in the root, and as that of
/// a message otherwise.
fn whole(document: &Document<'_>) -> Result<bool, SignatureError> {
    let keys: Vec<_> = candidates(document).into_iter().filter_map(Result::ok).collect();
    let signature = document.descendants().find(|node| xml::is(*node, DS, "Signature"));
    let parent = signature.and_then(|node| node.parent_element());
    let allowed = &SignatureAlgorithm::ALL;
    let signed = match parent.filter(|parent| *parent != document.root_element()) {
        Some(parent) => verify_enveloped(parent, "ID", &keys, allowed)?,
        None => verify_root(document, "ID", &keys, allowed)?,
    };
    Ok(signed.is_some())
}

fn value_holds(
    signature: Node<'_, '_>,
    keys: &[Result<VerificationKey, KeyError>],
) -> Result<bool, &'static str> {
    let child = |parent, name| xml::child(parent, DS, name).ok_or("`signature_structure`");
    let signed_info = child(signature, "SignedInfo")?;
    let method = child(signed_info, "SignatureMethod")?;
    let algorithm = xml::attribute(method, "Algorithm").and_then(SignatureAlgorithm::by_uri);
    let algorithm = algorithm.ok_or("`signature_algorithm`")?;
    let form = Form::named(child(signed_info, "CanonicalizationMethod")?);
    let form = form.ok_or("`signature_canonicalization`")?;
    let octets = form.of(signed_info, None)?;
    let value = child(signature, "SignatureValue")?.text().and_then(decode_base64);
    let value = value.ok_or("`signature_structure`")?;
    let holds = keys.iter().flatten().any(|key| key.verifies(algorithm, octets.as_bytes(), &value));
    let weak =
        |key: &Result<VerificationKey, KeyError>| matches!(key, Err(KeyError::RsaSize { .. }));
    if !holds && keys.iter().any(weak) { Err("a key of too few bits") } else { Ok(holds) }
}

fn published(reference: Node<'_, '_>) -> Option<(MessageDigest, Vec<u8>)> {
    let method = xml::attribute(xml::child(reference, DS, "DigestMethod")?, "Algorithm")?;
    let digest = match method.rsplit_once('#')?.1 {
        "sha1" => MessageDigest::sha1(),
        "sha224" => MessageDigest::sha224(),
        "sha256" => MessageDigest::sha256(),
        "sha384" => MessageDigest::sha384(),
        "sha512" => MessageDigest::sha512(),
        "sha3-224" => MessageDigest::sha3_224(),
        "sha3-256" => MessageDigest::sha3_256(),
        "sha3-384" => MessageDigest::sha3_384(),
        "sha3-512" => MessageDigest::sha3_512(),
        _ => return None,
    };
    Some((digest, decode_base64(xml::child(reference, DS, "DigestValue")?.text()?)?))
}

fn is_broken(file: &Path, broken: &[&str]) -> bool {
    broken.iter().any(|name| file.ends_with(name))
}

/// Broken on purpose.
const BAD_DIGEST: &[&str] = &["signature-rsa-enveloped-bad-digest-val.xml"];
