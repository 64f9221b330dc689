//! Comments: between elements, and nowhere else.

use silta_saml::{MetadataError, XmlError};
use silta_testkit::forge::{resigned, text};
use silta_testkit::keys::IDP;

use super::fixture::{
    SIGNER, alone, entity, federation, keys_of, read, read_signed, refuses_role, role_of, signed,
};

#[test]
fn comments_may_stand_between_elements_and_around_the_root() {
    for good in [entity(), federation()] {
        let good = text::before(&good, "<md:IDPSSODescriptor ", "<!-- our identity provider -->");
        let good = text::before(&good, "<md:KeyDescriptor ", "\n<!---->\n<!-- a > b & c -->");
        let good = text::before(&good, "<ds:X509Data>", "<!-- rolled in May -->");
        let document = signed(&good);
        let around = format!("<!-- first -->\n{document}\n<!-- last -->");
        for document in [good, document.clone(), around.clone()] {
            assert_eq!(keys_of(&read(&document).unwrap()), [IDP.certificate().base64()]);
        }
        read_signed(&document).unwrap();
        read_signed(&around).unwrap();
    }
}

/// They are no part of what is signed, and of nothing that is read.
#[test]
fn a_comment_that_was_added_after_signing_changes_nothing() {
    let document = signed(&entity());
    let more = text::before(&document, "<md:KeyDescriptor ", "<!-- <md:KeyDescriptor/> -->");
    let read = read_signed(&more).unwrap();
    assert_eq!(keys_of(&read), [IDP.certificate().base64()]);
}

#[test]
fn refuses_a_comment_beside_text() {
    for (from, to) in [
        ("</ds:X509Certificate>", "<!-- --></ds:X509Certificate>"),
        ("<ds:X509Certificate>", "<ds:X509Certificate><!-- -->"),
        ("nameid-format:transient", "nameid-format:<!-- -->transient"),
    ] {
        refuses_role(MetadataError::CommentInText, from, to);
    }
    // In elements that nobody reads as well.
    let name =
        "<md:Organization><md:OrganizationName>a<!-- -->b</md:OrganizationName></md:Organization>";
    let document = alone(&(role_of(&IDP) + name));
    assert_eq!(read(&document).unwrap_err(), MetadataError::CommentInText);
}

/// A certificate's text that is nothing but a comment.
#[test]
fn refuses_a_comment_in_the_place_of_text() {
    let role = role_of(&IDP);
    let text = text::element(&role, "ds:X509Certificate").to_owned();
    let expected = MetadataError::NotText { element: "X509Certificate" };
    refuses_role(expected, &text, "<ds:X509Certificate><!-- AAAA --></ds:X509Certificate>");
}

/// CVE-2025-29775: a reader that takes the first text of a `DigestValue` sees another digest.
#[test]
fn refuses_a_comment_inside_the_values_of_a_signature() {
    let document = signed(&entity());
    for value in ["DigestValue", "SignatureValue"] {
        for (from, to) in [
            (format!("<ds:{value}>"), format!("<ds:{value}><!-- -->")),
            (format!("</ds:{value}>"), format!("<!-- --></ds:{value}>")),
        ] {
            let commented = text::swapped(&document, &from, &to);
            assert_eq!(read_signed(&commented).unwrap_err(), MetadataError::CommentInText);
        }
    }
    let certificate =
        text::swapped(&document, "</ds:X509Certificate>", "<!-- --></ds:X509Certificate>");
    assert_eq!(read_signed(&certificate).unwrap_err(), MetadataError::CommentInText);
}

/// Comments of `SignedInfo` count where its method says so, and there alone [ExcC14N §4].
#[test]
fn a_comment_inside_signed_info_is_signed_where_the_method_writes_comments() {
    let method = "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#";
    let plain = signed(&entity());
    let comment = |xml: &str, said: &str| {
        text::before(xml, "<ds:SignatureMethod ", &format!("<!--{said}-->"))
    };
    // Without comments, they may be added.
    read_signed(&comment(&plain, "a")).unwrap();
    let with = resigned(&plain, &SIGNER, |info| {
        comment(&text::swapped(info, method, &format!("{method}WithComments")), "a")
    });
    read_signed(&with).unwrap();
    let changed = [
        text::swapped(&with, "<!--a-->", "<!--b-->"),
        text::swapped(&with, "<!--a-->", ""),
        comment(&with, "c"),
    ];
    for changed in changed {
        let cause = silta_saml::SignatureError::NoKeyMatches;
        assert_eq!(read_signed(&changed).unwrap_err(), MetadataError::Signature { cause });
    }
}

#[test]
fn refuses_a_document_type_and_processing_instructions() {
    for (added, cause) in [
        ("<!DOCTYPE md:EntityDescriptor [<!ENTITY a \"b\">]>", XmlError::Doctype),
        ("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", XmlError::Doctype),
        ("<!-- first --><!DOCTYPE a>", XmlError::Doctype),
        ("<?xml-stylesheet href=\"a\"?>", XmlError::ProcessingInstruction),
        ("<!-- first --><?evil?>", XmlError::ProcessingInstruction),
        ("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", XmlError::Encoding),
        ("<?xml version=\"1.1\"?>", XmlError::XmlVersion),
    ] {
        let document = format!("{added}{}", entity());
        assert_eq!(read(&document).unwrap_err(), MetadataError::Malformed { cause }, "{added}");
    }
    let cause = XmlError::ProcessingInstruction;
    let inside = text::before(&entity(), "<md:IDPSSODescriptor ", "<?evil?>");
    assert_eq!(read(&inside).unwrap_err(), MetadataError::Malformed { cause });
}

#[test]
fn refuses_comments_that_are_not_well_formed() {
    let cause = XmlError::NotWellFormed;
    for comment in ["<!-- a -- b -->", "<!-- a --->", "<!-- a", "<!- a -->"] {
        let document = text::before(&entity(), "<md:IDPSSODescriptor ", comment);
        let found = read(&document).unwrap_err();
        let expected = if comment == "<!- a -->" { XmlError::Doctype } else { cause };
        assert_eq!(found, MetadataError::Malformed { cause: expected }, "{comment}");
    }
}
