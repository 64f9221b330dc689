//! Messages made to cost more than they weigh. What stops them is a count, so the reason they are
//! refused for proves that the work was never begun: a count stands before any signature.

use std::io::Write as _;
use std::ops::Range;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::EXC_C14N;
use silta_saml::{
    MESSAGE_LIMIT, MessageError, NamedTransform, Part, Response, ResponseError, SignatureError,
    Unverified, XmlError,
};
use silta_testkit::forge::EditPoint::{Response as Whole, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, text};
use silta_testkit::keys;

use crate::fixture::{accepts, good, refusal, refuses};
use crate::redirect::redirected;

#[test]
fn refuses_a_message_that_is_too_long_before_it_is_decoded() {
    let limit = ResponseError::Message(MessageError::TooLarge { limit: MESSAGE_LIMIT });
    for junk in ["A", "!", " "] {
        let post = junk.repeat(MESSAGE_LIMIT + 1);
        assert_eq!(Unverified::<Response>::from_post(&post).unwrap_err(), limit);
    }
    let longest = "A".repeat(MESSAGE_LIMIT);
    let decoded = Unverified::<Response>::from_post(&longest).unwrap();
    let refused = decoded.verify(&FakeIdp::default().expectation(), NOON).unwrap_err();
    let cause = XmlError::NotWellFormed;
    assert_eq!(
        refused,
        ResponseError::Message(MessageError::Malformed { part: Part::Response, cause })
    );
}

#[test]
fn refuses_elements_nested_deeply() {
    // The Response and its Extensions are the first two of forty.
    for depth in [39, 1_000, 12_000] {
        refuses_inside(XmlError::TooDeep, move || {
            format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth))
        });
        // Nor does it matter whether they are ever closed.
        refuses_inside(XmlError::TooDeep, move || "<a>".repeat(depth));
    }
    let deepest = format!("{}{}", "<a>".repeat(38), "</a>".repeat(38));
    assert_eq!(accepts(|fine| extended(fine, deepest.clone())), [good(), good()]);
}

#[test]
fn refuses_a_tag_with_many_attributes() {
    for count in [65, 6_000] {
        let attributes = move || each(0..count, |n| format!(" a{n}=\"\""));
        refuses_inside(XmlError::TooManyAttributes, move || format!("<a{}/>", attributes()));
    }
    let most = each(0..64, |n| format!(" a{n}=\"\""));
    let made = accepts(|fine| extended(fine, format!("<a{most}/>")));
    assert_eq!(made, [good(), good()]);
}

/// RUSTSEC-2026-0195 and its kin: every element inside pays for every declaration in scope, and twice
/// over when it makes one of its own.
#[test]
fn refuses_many_namespaces_in_scope() {
    let declared = |from: usize, count: usize| -> String {
        each(from..from + count, |n| format!(" xmlns:a{n}=\"urn:oasis:names:tc:SAML:2.0\""))
    };
    refuses_inside(XmlError::TooManyAttributes, move || format!("<a{}/>", declared(0, 2_000)));
    refuses_inside(XmlError::TooManyNamespaces, move || {
        let open = each(0..30, |n| format!("<a{}>", declared(n * 20, 20)));
        format!("{open}{}{}", "<b xmlns:b=\"urn:b\"/>".repeat(1_500), "</a>".repeat(30))
    });
    // Declared again and again, but never many at a time: as some peers write attribute values.
    let busy = format!("<b{}/>", declared(0, 20)).repeat(50);
    assert_eq!(accepts(|fine| extended(fine, busy.clone())), [good(), good()]);
}

/// What the parser does for each declaration, each prefix and each attribute is counted before it: a
/// message may have much of one, not of all at once.
#[test]
fn refuses_names_that_would_be_compared_too_often() {
    let declared = each(0..60, |n| format!(" xmlns:p{n}=\"p:\""));
    let around = |inside: String| format!("<a{declared}>{inside}</a>");
    let shapes = [
        around("<a xmlns:z=\"z:\"/>".repeat(1_000)),
        around("<p59:a/>".repeat(2_000)),
        around("<p59:a p59:a=\"\"/>".repeat(1_500)),
    ];
    for shape in shapes {
        refuses_inside(XmlError::TooManyNames, move || shape.clone());
    }
    let crowded = format!("<a{}/>", each(0..60, |n| format!(" a{n}=\"\""))).repeat(20);
    let scattered = "<a b=\"\" c=\"\" d=\"\" e=\"\"/>".repeat(1_000);
    let new_names = each(0..3_500, |n| format!("<a xmlns:p{n}=\"p:{n}\"/>"));
    for shape in [crowded, scattered, new_names] {
        refuses_inside(XmlError::TooManyAttributes, move || shape.clone());
    }
    // A short message may have all its namespaces on one element, and a long one many values that
    // declare two where fifteen are in force.
    let fifteen = each(0..15, |n| format!(" xmlns:ns{n}=\"urn:oasis:names:tc:SAML:2.0:{n}\""));
    let value = "<ns3:V xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
                 xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                 xsi:type=\"xs:string\">CN=group,OU=groups,DC=example</ns3:V>";
    let values = format!("<a{fifteen}>{}</a>", value.repeat(400));
    for honest in [format!("<a{declared}/>"), values] {
        assert_eq!(accepts(|fine| extended(fine, honest.clone())), [good(), good()]);
    }
}

#[test]
fn refuses_long_names_of_namespaces() {
    let prefix = |length: usize| format!("<a xmlns:{}=\"urn:a\"/>", "p".repeat(length));
    let name = |length: usize| format!("<a xmlns:p=\"{}\"/>", "u:".repeat(length / 2));
    for (longest, longer) in [(prefix(63), prefix(64)), (name(256), name(258))] {
        assert_eq!(accepts(|fine| extended(fine, longest.clone())), [good(), good()]);
        refuses_inside(XmlError::NamespaceTooLong, move || longer.clone());
    }
}

/// Exclusive canonicalization writes a namespace wherever it is used and not in force on an output
/// ancestor, so a few octets can become hundreds [ExcC14N §2].
#[test]
fn refuses_a_canonical_form_that_outgrows_its_document() {
    let name = format!("urn:{}", "n".repeat(250));
    let used = |times: usize| {
        let uses = "<p:a/>".repeat(times);
        format!("<a xmlns:p=\"{name}\">{uses}</a>")
    };
    assert_eq!(accepts(|fine| extended(fine, used(20))), [good(), good()]);
    // Anybody can put more into a message that was signed; only the digest could tell.
    let cause = SignatureError::TooLong;
    refuses(
        &ResponseError::Message(MessageError::Signature { part: Part::Response, cause }),
        |good| {
            let more = format!("<samlp:Extensions>{}</samlp:Extensions>", used(600));
            good.edit(SignedResponse, move |xml| text::before(xml, "<samlp:Status>", &more))
        },
    );
}

#[test]
fn refuses_a_long_signed_info() {
    let stuffed = |octets: usize| {
        let stuffing = format!("{}</ds:SignedInfo>", " ".repeat(octets));
        move |good: ForgedResponse| good.resigned("</ds:SignedInfo>", &stuffing)
    };
    assert_eq!(accepts(stuffed(7_000)), [good(), good()]);
    let cause = SignatureError::TooLong;
    refuses(
        &ResponseError::Message(MessageError::Signature { part: Part::Assertion, cause }),
        stuffed(8_192),
    );
}

#[test]
fn refuses_a_document_of_many_nodes() {
    for many in ["<b/>", "<b/> "] {
        refuses_inside(XmlError::TooManyNodes, move || many.repeat(10_000));
    }
}

/// The same limits hold for what comes out of a ciphertext.
#[test]
fn refuses_the_same_shapes_inside_a_ciphertext() {
    let idp = FakeIdp::default();
    let shapes = [
        (XmlError::TooDeep, "<a>".repeat(41)),
        (XmlError::TooManyAttributes, format!("<a{}/>", " a=\"\"".repeat(65))),
        (XmlError::TooManyNodes, "<a/>".repeat(10_000)),
    ];
    for (cause, shape) in shapes {
        let made = idp
            .response()
            .edit(SignedAssertion, move |xml| text::before(xml, "</saml:Assertion>", &shape));
        let malformed =
            ResponseError::Message(MessageError::Malformed { part: Part::Assertion, cause });
        assert_eq!(refusal(&idp, &made, NOON), malformed);
    }
}

/// Canonicalization costs elements times prefixes.
#[test]
fn refuses_a_long_prefix_list() {
    let list = |count: usize| each(0..count, |n| format!("p{n} "));
    let listed = |count: usize| {
        format!(
            "<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"{}\">\
             </ec:InclusiveNamespaces>",
            list(count).trim_end()
        )
    };
    let faults = [
        ("ds:Transform>", SignatureError::Transforms { named: ARRANGEMENT }),
        ("ds:CanonicalizationMethod>", SignatureError::Canonicalization { named: ARRANGEMENT }),
    ];
    for (place, cause) in faults {
        let place = format!("\"{EXC_C14N}\"></{place}");
        let with = |count| {
            let list = place.replacen("></", &format!(">{}</", listed(count)), 1);
            move |good: ForgedResponse| good.resigned(&place, &list)
        };
        let refused =
            ResponseError::Message(MessageError::Signature { part: Part::Assertion, cause });
        refuses(&refused, with.clone()(17));
        refuses(&refused, with(5_000));
    }
}

/// `SignedInfo` is canonicalized before any key has spoken, so nothing may be stuffed into it.
#[test]
fn refuses_a_prefix_list_that_holds_anything() {
    for stuffing in ["<b></b>".repeat(500), "text".to_owned()] {
        let list = format!(
            "<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"ds\">{stuffing}\
             </ec:InclusiveNamespaces>"
        );
        let faults = [
            ("ds:Transform>", SignatureError::Transforms { named: ARRANGEMENT }),
            ("ds:CanonicalizationMethod>", SignatureError::Canonicalization { named: ARRANGEMENT }),
        ];
        for (place, cause) in faults {
            let place = format!("\"{EXC_C14N}\"></{place}");
            let stuffed = place.replacen("></", &format!(">{list}</"), 1);
            refuses(
                &ResponseError::Message(MessageError::Signature { part: Part::Assertion, cause }),
                |good| good.resigned(&place, &stuffed),
            );
        }
    }
}

/// Names are canonicalized whole, however long: what follows the first 65,535 octets is signed too.
#[test]
fn a_change_at_the_end_of_a_very_long_name_breaks_the_signature() {
    let long = format!("<b {}1=\"\"></b>", "a".repeat(66_000));
    let idp = FakeIdp::plain();
    let whole = || extended(idp.response().plain(), long.clone());
    whole().sign().verify(&idp.expectation(), NOON).unwrap();
    let changed = whole().swap(SignedResponse, "a1=\"\"", "a2=\"\"");
    let cause = SignatureError::DigestMismatch;
    assert_eq!(
        refusal(&idp, &changed, NOON),
        ResponseError::Message(MessageError::Signature { part: Part::Response, cause })
    );
}

/// CVE-2025-25293 (ruby-saml), CVE-2023-28119 (crewjam/saml): a kilobyte that becomes a gigabyte. It
/// takes a valid signature to be inflated at all.
#[test]
fn refuses_a_redirect_that_inflates_beyond_the_limit() {
    let signer = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let query = |size: usize| {
        let xml = " ".repeat(size);
        let url = redirected("https://x", &xml, "r", &signer);
        url.split_once('?').unwrap().1.to_owned()
    };
    let verify = |query: &str| crate::redirect::verify(query, &keys::IDP);
    let bomb = query(64 * 1024 * 1024);
    assert!(bomb.len() < MESSAGE_LIMIT, "the bomb itself is small: {}", bomb.len());
    for size in [MESSAGE_LIMIT + 1, 64 * 1024 * 1024] {
        let limit = MessageError::TooLarge { limit: MESSAGE_LIMIT };
        assert_eq!(verify(&query(size)).unwrap_err(), limit);
    }
    verify(&query(MESSAGE_LIMIT)).unwrap();
    let unsigned = bomb.replace("RelayState=r", "RelayState=s");
    let cause = SignatureError::NoKeyMatches;
    let refused = MessageError::Signature { part: Part::Request, cause };
    assert_eq!(verify(&unsigned).unwrap_err(), refused);
}

#[test]
fn refuses_a_redirect_that_is_not_deflated() {
    let signer = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let good = redirected("https://x", "<x/>", "r", &signer);
    let mut zlib = flate2::write::ZlibEncoder::new(vec![], Compression::default());
    zlib.write_all(b"<x/>").unwrap();
    let mut cut = DeflateEncoder::new(vec![], Compression::default());
    cut.write_all("<x/>".repeat(100).as_bytes()).unwrap();
    let cut = cut.finish().unwrap();
    let truncated = cut[..cut.len() / 2].to_vec();
    for octets in [zlib.finish().unwrap(), truncated, b"<x/>".to_vec(), vec![]] {
        let query = crate::redirect::resign(&good, &openssl::base64::encode_block(&octets));
        let refused = crate::redirect::verify(&query, &keys::IDP);
        assert_eq!(refused.unwrap_err(), MessageError::NotDeflated, "{octets:?}");
    }
}

fn each(numbers: Range<usize>, write: impl Fn(usize) -> String) -> String {
    numbers.map(write).collect::<Vec<_>>().concat()
}

/// A shape at a place where any element may stand, in a Response whose signature would not hold.
#[track_caller]
fn refuses_inside(cause: XmlError, shape: impl Fn() -> String + Clone + 'static) {
    refuses(
        &ResponseError::Message(MessageError::Malformed { part: Part::Response, cause }),
        |good| {
            let shape = shape.clone();
            good.edit(SignedResponse, move |xml| {
                let inside = format!("<samlp:Extensions>{}</samlp:Extensions>", shape());
                text::before(xml, "<samlp:Status>", &inside)
            })
        },
    );
}

/// A shape at the same place, signed.
fn extended(forged: ForgedResponse, shape: String) -> ForgedResponse {
    forged.edit(Whole, move |xml| {
        let inside = format!("<samlp:Extensions>{shape}</samlp:Extensions>");
        text::before(xml, "<samlp:Status>", &inside)
    })
}

const ARRANGEMENT: NamedTransform = NamedTransform::Arrangement;
