//! Transforms, canonicalization, algorithms and keys: what a signature may not be, though its
//! arithmetic holds.

use silta_saml::namespace::{DS, ENVELOPED, EXC_C14N};
use silta_saml::{
    MessageError, NamedTransform, Part, ResponseError, SignatureError, SignedParts, XmlError,
};
use silta_testkit::forge::EditPoint::{Response, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, digest, resigned, text};
use silta_testkit::keys;

use crate::fixture::{refusal, refuses, refuses_at};

#[test]
fn refuses_content_that_was_changed_after_signing() {
    let mismatch = signature_error(SignatureError::DigestMismatch);
    refuses(&mismatch, |good| good.swap(SignedAssertion, "person-7", "person-8"));
    refuses(&mismatch, |good| good.swap(SignedAssertion, "010190-999X", "010190-999Y"));
    let outer = ResponseError::Message(MessageError::Signature {
        part: Part::Response,
        cause: SignatureError::DigestMismatch,
    });
    refuses(&outer, |good| good.swap(SignedResponse, ":status:Success", ":status:Requester"));
}

#[test]
fn refuses_what_is_not_signed_as_the_profile_wants_it() {
    let unsigned = |part| ResponseError::Message(MessageError::Unsigned { part });
    for signed in [SignedParts::Both, SignedParts::Response] {
        let fixture = || FakeIdp::plain().requiring(signed);
        refuses_at(NOON, fixture, &unsigned(Part::Response), ForgedResponse::unsigned_response);
    }
    for signed in [SignedParts::Both, SignedParts::Assertion] {
        let fixture = || FakeIdp::plain().requiring(signed);
        refuses_at(NOON, fixture, &unsigned(Part::Assertion), ForgedResponse::unsigned_assertion);
    }
    let idp = FakeIdp::plain();
    let bare = || idp.response().unsigned_assertion().unsigned_response();
    // CVE-2024-4985, CVE-2024-9487 (GitHub Enterprise Server): encryption is no signature.
    assert_eq!(refusal(&idp, &bare(), NOON), unsigned(Part::Assertion));
    assert_eq!(refusal(&idp, &bare().plain(), NOON), unsigned(Part::Response));
    // By default a plain assertion is believed only inside a signed Response.
    let plain = idp.response().plain().unsigned_response();
    assert_eq!(refusal(&idp, &plain, NOON), unsigned(Part::Response));
}

/// By default an encrypted assertion must be signed itself, even inside a signed Response.
#[test]
fn refuses_an_encrypted_assertion_without_a_signature_of_its_own() {
    let idp = FakeIdp::default();
    let made = idp.response().unsigned_assertion();
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Message(MessageError::Unsigned { part: Part::Assertion })
    );
}

/// A broken signature is not the same as none, even where none is needed.
#[test]
fn refuses_a_broken_signature_where_none_was_needed() {
    let fixture = || FakeIdp::plain().requiring(SignedParts::Response);
    let mismatch = signature_error(SignatureError::DigestMismatch);
    refuses_at(NOON, fixture, &mismatch, |good| good.swap(SignedAssertion, "person-7", "person-8"));
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    let outer = ResponseError::Message(MessageError::Signature {
        part: Part::Response,
        cause: SignatureError::DigestMismatch,
    });
    refuses_at(NOON, fixture, &outer, |good| {
        good.swap(SignedResponse, "Version=\"2.0\"", "Version=\"2.0\" Consent=\"urn:x\"")
    });
}

/// CVE-2025-29774 (xml-crypto): two `SignedInfo`, of which one is verified and the other read.
#[test]
fn refuses_two_signed_infos() {
    let structure = signature_error(SignatureError::Structure);
    for place in ["<ds:SignedInfo", "<ds:SignatureValue>", "</ds:Signature>"] {
        refuses(&structure, |good| {
            good.edit(SignedAssertion, move |xml| {
                let second = text::element(xml, "ds:SignedInfo").replace("#_assertion", "#_evil");
                text::before(xml, place, &second)
            })
        });
    }
}

/// CVE-2025-29775 (xml-crypto, "SAMLStorm"): a comment inside the values of a signature.
#[test]
fn refuses_a_comment_inside_a_signature() {
    let idp = FakeIdp::default();
    for place in ["<ds:DigestValue>", "<ds:SignatureValue>", "<ds:X509Certificate>"] {
        let comment = move |xml: &str| text::after(xml, place, "<!-- AAAA -->");
        let cause = XmlError::Comment;
        let made = idp.response().edit(SignedAssertion, comment);
        let malformed =
            ResponseError::Message(MessageError::Malformed { part: Part::Assertion, cause });
        assert_eq!(refusal(&idp, &made, NOON), malformed);
        let made = FakeIdp::plain().response().plain().edit(SignedResponse, comment);
        let malformed =
            ResponseError::Message(MessageError::Malformed { part: Part::Response, cause });
        assert_eq!(refusal(&FakeIdp::plain(), &made, NOON), malformed);
    }
}

/// CVE-2025-66568 (ruby-saml), "the fragile lock": where canonicalization fails and yields nothing,
/// the digest of nothing holds.
#[test]
fn refuses_a_relative_namespace_name() {
    for relative in ["1", "../x", "x/y", "#x", " "] {
        let void = move |xml: &str| {
            let xml = text::swapped(
                xml,
                "<saml:NameID ",
                &format!("<saml:NameID xmlns:v=\"{relative}\" "),
            );
            let value = format!("<ds:DigestValue>{}</ds:DigestValue>", digest(""));
            resigned(&xml, &keys::IDP, |info| text::replaced(info, "ds:DigestValue", &value))
        };
        let malformed = |part| {
            ResponseError::Message(MessageError::Malformed {
                part,
                cause: XmlError::RelativeNamespace,
            })
        };
        let idp = FakeIdp::plain();
        let made = idp.response().edit(SignedAssertion, void);
        assert_eq!(refusal(&idp, &made, NOON), malformed(Part::Assertion));
        let made = idp.response().plain().edit(SignedAssertion, void);
        assert_eq!(refusal(&idp, &made, NOON), malformed(Part::Response));
    }
}

/// CVE-2025-66567 and void canonicalization: the digest of nothing, or no digest, is never enough.
#[test]
fn refuses_the_digest_of_nothing() {
    let empty = digest("");
    for value in [empty.as_str(), "", "AAAA"] {
        let value = format!("<ds:DigestValue>{value}</ds:DigestValue>");
        refuses(&signature_error(SignatureError::DigestMismatch), |good| {
            let value = value.clone();
            good.edit(SignedAssertion, move |xml| {
                resigned(xml, &keys::IDP, |info| text::replaced(info, "ds:DigestValue", &value))
            })
        });
    }
}

/// Stylesheets, paths, base64 and unknown transforms; a transform too few, too many, or in another order.
#[test]
fn refuses_every_transform_but_the_two() {
    let transform =
        |algorithm: &str| format!("<ds:Transform Algorithm=\"{algorithm}\"></ds:Transform>");
    let [enveloped, canonical] = [transform(ENVELOPED), transform(EXC_C14N)];
    let lists = [
        (enveloped.clone(), NamedTransform::EnvelopedSignatureAlone),
        (canonical.clone(), NamedTransform::Arrangement),
        (format!("{canonical}{enveloped}"), NamedTransform::Arrangement),
        (format!("{enveloped}{enveloped}{canonical}"), NamedTransform::Arrangement),
        (format!("{enveloped}{canonical}{canonical}"), NamedTransform::Arrangement),
        (
            format!("{enveloped}{}", transform("http://www.w3.org/TR/1999/REC-xslt-19991116")),
            NamedTransform::Xslt,
        ),
        (
            format!("{}{canonical}", transform("http://www.w3.org/TR/1999/REC-xpath-19991116")),
            NamedTransform::XPath,
        ),
        (
            format!(
                "{enveloped}{}{canonical}",
                transform("http://www.w3.org/2002/06/xmldsig-filter2")
            ),
            NamedTransform::XPath,
        ),
        (
            format!("{enveloped}{}", transform("http://www.w3.org/2000/09/xmldsig#base64")),
            NamedTransform::Base64,
        ),
        (format!("{enveloped}{}", transform("urn:unknown")), NamedTransform::Unknown),
        (
            format!("{enveloped}{}", transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")),
            NamedTransform::InclusiveC14n10,
        ),
        (
            format!("{enveloped}{}", transform("http://www.w3.org/2006/12/xml-c14n11")),
            NamedTransform::InclusiveC14n11,
        ),
        (
            format!(
                "<ds:Transform Algorithm=\"{ENVELOPED}\"><ds:XPath>false()</ds:XPath>\
                 </ds:Transform>{canonical}"
            ),
            NamedTransform::Arrangement,
        ),
        (
            format!(
                "{enveloped}<ds:Transform Algorithm=\"{EXC_C14N}\"><ds:XPath>false()</ds:XPath>\
                 </ds:Transform>"
            ),
            NamedTransform::Arrangement,
        ),
    ];
    for (list, named) in lists {
        refuses(&signature_error(SignatureError::Transforms { named }), |good| {
            good.resigned(&format!("{enveloped}{canonical}"), &list)
        });
    }
    refuses(&signature_error(SignatureError::Structure), |good| {
        good.resigned(&format!("<ds:Transforms>{enveloped}{canonical}</ds:Transforms>"), "")
    });
}

/// CVE-2021-39171 (passport-saml): a thousand transforms are refused before any is applied.
#[test]
fn refuses_a_thousand_transforms() {
    let canonical = format!("<ds:Transform Algorithm=\"{EXC_C14N}\"></ds:Transform>");
    let named = NamedTransform::Unknown;
    refuses(&signature_error(SignatureError::Transforms { named }), |good| {
        good.resigned(&canonical, &"<ds:Transform></ds:Transform>".repeat(1000))
    });
}

/// `SignedInfo` canonicalized in any other way; the refusal says in which.
#[test]
fn refuses_every_canonicalization_of_signed_info_but_one() {
    let [inclusive, later, unknown] =
        [NamedTransform::InclusiveC14n10, NamedTransform::InclusiveC14n11, NamedTransform::Unknown];
    for (method, named) in [
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", inclusive),
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", inclusive),
        ("http://www.w3.org/2006/12/xml-c14n11", later),
        ("http://www.w3.org/2006/12/xml-c14n11#WithComments", later),
        ("http://www.w3.org/2001/10/xml-exc-c14n#withcomments", unknown),
        ("http://www.w3.org/2001/10/xml-exc-c14n#WithComments ", unknown),
        ("urn:unknown", unknown),
        ("", unknown),
        (ENVELOPED, NamedTransform::Arrangement),
    ] {
        let [old, new] = [EXC_C14N, method]
            .map(|method| format!("<ds:CanonicalizationMethod Algorithm=\"{method}\">"));
        refuses(&signature_error(SignatureError::Canonicalization { named }), |good| {
            good.resigned(&old, &new)
        });
    }
    let old = format!(" Algorithm=\"{EXC_C14N}\"></ds:CanonicalizationMethod>");
    let none = "></ds:CanonicalizationMethod>";
    let refused = SignatureError::Canonicalization { named: unknown };
    refuses(&signature_error(refused), |good| good.resigned(&old, none));
}

/// Whatever else a signature might carry: objects, manifests, a second value.
#[test]
fn refuses_everything_else_inside_a_signature() {
    for content in
        ["<ds:Object/>", "<ds:Object><ds:Manifest/></ds:Object>", "<ds:SignatureValue/>", "text"]
    {
        refuses(&signature_error(SignatureError::Structure), |good| {
            good.edit(SignedAssertion, move |xml| text::before(xml, "</ds:Signature>", content))
        });
    }
    for part in ["ds:SignedInfo", "ds:SignatureValue"] {
        refuses(&signature_error(SignatureError::Structure), |good| {
            good.edit(SignedAssertion, move |xml| text::without(xml, part))
        });
    }
    for part in
        ["ds:CanonicalizationMethod", "ds:SignatureMethod", "ds:DigestMethod", "ds:DigestValue"]
    {
        refuses(&signature_error(SignatureError::Structure), |good| {
            good.edit(SignedAssertion, move |xml| {
                resigned(xml, &keys::IDP, |info| text::without(info, part))
            })
        });
    }
}

#[test]
fn refuses_a_signed_element_without_an_id() {
    refuses(&signature_error(SignatureError::Reference), |good| {
        good.swap(SignedAssertion, " ID=\"_assertion\"", "")
    });
    refuses(&signature_error(SignatureError::Reference), |good| {
        good.swap(SignedAssertion, " ID=\"_assertion\"", " ID=\"\"")
            .resigned("\"#_assertion\"", "\"#\"")
    });
}

/// A signature stands where the schema has it: right after the issuer.
#[test]
fn refuses_a_response_whose_signature_stands_last() {
    let last = |xml: &str| {
        let signature = text::element(xml, "ds:Signature").to_owned();
        text::before(&text::without(xml, "ds:Signature"), "</samlp:Response>", &signature)
    };
    let unexpected = ResponseError::Message(MessageError::UnexpectedElement {
        element: "Signature",
        inside: "Response",
    });
    refuses(&unexpected, |good| good.edit(SignedResponse, last));
    let first = |xml: &str| {
        let signature = format!("<ds:Signature xmlns:ds=\"{DS}\"/>");
        text::before(xml, "<saml:Issuer", &signature)
    };
    refuses(&unexpected, |good| good.unsigned_response().edit(Response, first));
}

/// An error of the assertion's signature.
pub(crate) fn signature_error(cause: SignatureError) -> ResponseError {
    ResponseError::Message(MessageError::Signature { part: Part::Assertion, cause })
}
