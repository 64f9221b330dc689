//! Signature wrapping: a signed document inside, beside or around a false one.

use silta_saml::namespace::{DS, MD};
use silta_saml::{MetadataError, SignatureError, XmlError};
use silta_testkit::forge::{IDP_ENTITY, resigned, text};
use silta_testkit::keys::{IDP, ROGUE};

use super::fixture::{
    SIGNER, alone, days, entity, entity_of, federation, group, keys_of, read, read_signed, role_of,
    signed,
};

/// Our entity with the key of somebody else, under another ID.
fn evil() -> String {
    alone(&role_of(&ROGUE)).replace("_entity", "_evil")
}

fn refuses(expected: MetadataError, document: &str) {
    assert_eq!(read_signed(document).unwrap_err(), expected, "{document}");
}

const ELSEWHERE: MetadataError = MetadataError::Signature { cause: SignatureError::Reference };

#[test]
fn refuses_a_signed_entity_beside_a_false_one_in_an_unsigned_group() {
    let [signed, evil] = [signed(&entity()), evil()];
    for entities in [[&*signed, &*evil].concat(), [&*evil, &*signed].concat()] {
        refuses(MetadataError::Unsigned, &group(&entities));
    }
}

#[test]
fn refuses_a_signature_that_was_moved_to_a_false_root() {
    let signed = signed(&entity());
    let signature = text::element(&signed, "ds:Signature");
    let with_signature = text::after(&evil(), &format!("validUntil=\"{}\">", days(7)), signature);
    refuses(ELSEWHERE, &with_signature);
    // Under the same ID, the digest is of something else.
    let same = with_signature.replace("_evil", "_entity");
    refuses(MetadataError::Signature { cause: SignatureError::DigestMismatch }, &same);
}

/// Beside the original in Extensions, so that the reference has something to find.
#[test]
fn refuses_a_false_root_that_carries_the_signed_one() {
    let signed = signed(&entity());
    let signature = text::element(&signed, "ds:Signature").to_owned();
    let original = text::without(&signed, "ds:Signature");
    let carried = format!("{signature}<md:Extensions>{original}</md:Extensions>");
    let evil = text::after(&evil(), &format!("validUntil=\"{}\">", days(7)), &carried);
    refuses(ELSEWHERE, &evil);
    let object = signature
        .replace("</ds:Signature>", &format!("<ds:Object>{original}</ds:Object></ds:Signature>"));
    let evil = text::after(&self::evil(), &format!("validUntil=\"{}\">", days(7)), &object);
    refuses(MetadataError::Signature { cause: SignatureError::Structure }, &evil);
}

#[test]
fn refuses_one_id_on_two_elements() {
    let twice = group(&[entity(), evil().replace("_evil", "_entity")].concat());
    let cause = XmlError::DuplicateId;
    refuses(MetadataError::Malformed { cause }, &twice);
    assert_eq!(read(&twice).unwrap_err(), MetadataError::Malformed { cause });
}

/// Whoever may write an extension of another entity cannot describe ours there.
#[test]
fn refuses_an_entity_inside_extensions_or_a_signature_or_a_role() {
    let evil = entity_of(IDP_ENTITY, &role_of(&ROGUE));
    for (place, around) in [
        ("<md:IDPSSODescriptor ", "Extensions"),
        ("<md:SingleLogoutService ", "Extensions"),
        ("<md:SingleLogoutService ", "Organization"),
    ] {
        for good in [entity(), federation()] {
            let hidden = format!("<md:{around}>{evil}</md:{around}>");
            let document = text::before(&good, place, &hidden);
            refuses(MetadataError::StrayEntity, &signed(&document));
            assert_eq!(read(&document).unwrap_err(), MetadataError::StrayEntity);
        }
    }
}

#[test]
fn refuses_two_roots_and_what_follows_the_root() {
    let cause = XmlError::NotWellFormed;
    let signed = signed(&entity());
    for document in
        [format!("{signed}{}", evil()), format!("{}{signed}", evil()), format!("{signed}x")]
    {
        refuses(MetadataError::Malformed { cause }, &document);
    }
}

#[test]
fn refuses_a_signature_of_another_element() {
    // Of an entity, where the group is what is read.
    let inner = signed(&entity());
    let [signature, rest] =
        [text::element(&inner, "ds:Signature"), &text::without(&inner, "ds:Signature")];
    refuses(ELSEWHERE, &group(&format!("{signature}{rest}")));
    // Inside the entity it says nothing about the group.
    refuses(MetadataError::Unsigned, &group(&inner));
}

#[test]
fn refuses_every_reference_but_to_the_root() {
    for uri in
        ["#_evil", "#xpointer(/)", "#xpointer(id('_entity'))", "file:///etc/passwd", "#", "_entity"]
    {
        let document = resigned(&signed(&entity()), &SIGNER, |info| {
            text::swapped(info, "URI=\"#_entity\"", &format!("URI=\"{uri}\""))
        });
        refuses(ELSEWHERE, &document);
    }
    let absent =
        resigned(&signed(&entity()), &SIGNER, |info| text::swapped(info, " URI=\"#_entity\"", ""));
    refuses(ELSEWHERE, &absent);
}

#[test]
fn refuses_two_signatures_two_signed_infos_and_two_references() {
    let signed = signed(&entity());
    let structure = MetadataError::Signature { cause: SignatureError::Structure };
    let signature = text::element(&signed, "ds:Signature");
    refuses(structure, &text::before(&signed, "<ds:Signature ", signature));
    let info = text::element(&signed, "ds:SignedInfo");
    refuses(structure, &text::before(&signed, "<ds:SignedInfo ", info));
    let reference = text::element(&signed, "ds:Reference");
    let twice = resigned(&signed, &SIGNER, |info| text::before(info, "<ds:Reference ", reference));
    refuses(structure, &twice);
}

#[test]
fn refuses_other_transforms_digests_and_algorithms() {
    let [transforms, digest, algorithm, canonicalization] = [
        "signature_transforms",
        "signature_digest_algorithm",
        "signature_algorithm",
        "signature_canonicalization",
    ];
    for (reason, from, to) in [
        (
            transforms,
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\">",
        ),
        (
            transforms,
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\">",
        ),
        (
            digest,
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2000/09/xmldsig#sha1",
        ),
        (algorithm, "xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
        (
            algorithm,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        ),
        (
            canonicalization,
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments\">",
        ),
    ] {
        let document = resigned(&signed(&entity()), &SIGNER, |info| text::swapped(info, from, to));
        assert_eq!(read_signed(&document).unwrap_err().reason(), reason, "{to}");
    }
}

/// What is read is the root that was verified, and nothing that only looks like it.
#[test]
fn elements_of_another_namespace_are_nobody() {
    let other = entity().replace(&format!("xmlns:md=\"{MD}\""), "xmlns:md=\"urn:other\"");
    assert_eq!(read(&other).unwrap_err(), MetadataError::WrongRoot);
    let evil = entity_of(IDP_ENTITY, &role_of(&ROGUE)).replace("md:", "x:");
    let beside = text::after(&federation(), "cacheDuration=\"PT6H\">", &evil)
        .replace("<x:EntityDescriptor ", "<x:EntityDescriptor xmlns:x=\"urn:other\" ");
    assert_eq!(keys_of(&read(&beside).unwrap()), [IDP.certificate().base64()]);
    // A signature of another namespace is none.
    let foreign =
        signed(&entity()).replace(&format!("xmlns:ds=\"{DS}\">"), "xmlns:ds=\"urn:other\">");
    refuses(MetadataError::Unsigned, &foreign);
}
