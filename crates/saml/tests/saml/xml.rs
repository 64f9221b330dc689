//! XML that is no SAML: entities, comments, encodings, and everything that two parsers read in two
//! ways.

use silta_saml::{MessageError, Part, Response, ResponseError, Unverified, XmlError, post_value};
use silta_testkit::forge::EditPoint::{Assertion, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::{accepts, good, refusal, refuses};

/// XXE, external DTDs and parameter entities; CVE-2025-25291 and -25292 (ruby-saml) begin here too.
#[test]
fn refuses_every_document_type() {
    for doctype in [
        "<!DOCTYPE x>",
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE x PUBLIC \"-//x\" \"http://127.0.0.1:1/x.dtd\">",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/p\">%p;]>",
        "<!DOCTYPE x [<!ATTLIST samlp:Response ID CDATA \"_evil\">]>",
        "<!doctype x>",
        "\n<!DOCTYPE x>",
        "<?xml version=\"1.0\"?><!DOCTYPE x>",
    ] {
        refuses_xml(XmlError::Doctype, move |xml| format!("{doctype}{xml}"));
    }
}

/// Billion laughs and the quadratic blow-up are refused where they are declared.
#[test]
fn refuses_entities_that_grow() {
    let levels = (1..10).map(|level| {
        let inner = format!("&l{};", level - 1).repeat(10);
        format!("<!ENTITY l{level} \"{inner}\">")
    });
    let levels = levels.collect::<Vec<_>>().concat();
    let laughs = format!("<!DOCTYPE x [<!ENTITY l0 \"ha\">{levels}]>");
    let quadratic = format!("<!DOCTYPE x [<!ENTITY e \"{}\">]>", "x".repeat(20_000));
    let used = "&e;".repeat(1_000);
    for (doctype, value) in [(laughs, "&l9;".to_owned()), (quadratic, used)] {
        refuses_xml(XmlError::Doctype, move |xml| {
            let xml = xml.replace(":status:Success", &value);
            format!("{doctype}{xml}")
        });
    }
    // Without a declaration they mean nothing.
    refuses_xml(XmlError::NotWellFormed, |xml| text::after(xml, "<samlp:Status>", "&e;"));
}

/// An inclusion is an element like any other: what holds it is no text.
#[test]
fn includes_nothing() {
    let include = "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" parse=\"text\" \
                   href=\"file:///etc/passwd\"/>";
    for made in accepts(|fine| {
        fine.edit(Assertion, move |xml| text::after(xml, "<saml:AttributeValue>", include))
    }) {
        assert_eq!(made.attributes.len(), 1);
        assert_eq!(made.values("urn:oid:2.5.4.4"), ["Meikäläinen"]);
    }
    refuses(
        &ResponseError::Message(MessageError::UnexpectedElement {
            element: "another element",
            inside: "NameID",
        }),
        |good| good.edit(Assertion, move |xml| text::before(xml, "person-7", include)),
    );
}

#[test]
fn refuses_processing_instructions() {
    for instruction in
        ["<?xml-stylesheet href=\"http://127.0.0.1:1/x\"?>", "<?x?>", "<?XML version=\"1.0\"?>"]
    {
        refuses_xml(XmlError::ProcessingInstruction, move |xml| format!("{instruction}{xml}"));
        refuses_xml(XmlError::ProcessingInstruction, move |xml| {
            text::after(xml, "<samlp:Status>", instruction)
        });
    }
}

/// A template that begins with an empty line makes it so.
#[test]
fn white_space_before_the_declaration_is_told_as_what_it_is() {
    for space in ["\n", " ", "\r\n\t", "\u{feff}\n"] {
        refuses_xml(XmlError::SpaceBeforeDeclaration, move |xml| {
            format!("{space}<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml}")
        });
    }
}

/// As it is sent by redirect, posted.
#[test]
fn a_form_with_a_deflated_message_is_told_as_what_it_is() {
    // `<x/>` in a stored block of DEFLATE.
    let refused = Unverified::<Response>::from_post("AQQA+/88eC8+").unwrap_err();
    assert_eq!(refused, ResponseError::Message(MessageError::Deflated));
}

/// Comment truncation (CVE-2017-11427 to -11430, CVE-2018-0489, CVE-2018-5387): the canonical form is
/// the same with the comment and without it, and a reader of the first text sees half a name.
#[test]
fn refuses_a_comment_that_splits_a_value() {
    let idp = FakeIdp::plain();
    for (value, split) in [
        ("person-7", "person-<!-- -->7"),
        ("person-7", "person-7<!---->"),
        ("010190-999X", "010190<!--x-->-999X"),
        (
            "https://broker.example/entity</saml:Aud",
            "https://broker<!---->.example/entity</saml:Aud",
        ),
        ("loa:substantial", "loa:<!---->substantial"),
    ] {
        let splits = |good: ForgedResponse| good.swap(SignedAssertion, value, split);
        let cause = XmlError::Comment;
        let made = splits(idp.response());
        let inner =
            ResponseError::Message(MessageError::Malformed { part: Part::Assertion, cause });
        assert_eq!(refusal(&idp, &made, NOON), inner);
        let made = splits(idp.response().plain());
        let outer = ResponseError::Message(MessageError::Malformed { part: Part::Response, cause });
        assert_eq!(refusal(&idp, &made, NOON), outer);
    }
    let made = idp.response().swap(SignedAssertion, "person-7", "person-<?x y?>7");
    let cause = XmlError::ProcessingInstruction;
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Message(MessageError::Malformed { part: Part::Assertion, cause })
    );
}

/// CDATA and character references are other spellings of the same text, and read in full.
#[test]
fn cdata_cannot_split_a_value() {
    for spelling in [
        "<![CDATA[person-7]]>",
        "person<![CDATA[-7]]>",
        "<![CDATA[per]]>son<![CDATA[]]>-<![CDATA[7]]>",
        "p&#101;rs&#x6f;n-7",
    ] {
        let made = accepts(|fine| fine.swap(SignedAssertion, "person-7", spelling));
        assert_eq!(made, [good(), good()], "{spelling}");
    }
    // A tag inside CDATA is text.
    let tag = "<saml:NameID>admin</saml:NameID>";
    let made = accepts(|fine| fine.swap(Assertion, ">person-7<", &format!("><![CDATA[{tag}]]><")));
    assert!(made.iter().all(|identity| identity.name() == tag));
}

#[test]
fn refuses_encodings_that_are_claimed_or_used() {
    for encoding in ["UTF-16", "utf-7", "ISO-8859-1", "x", "", "UTF8"] {
        refuses_xml(XmlError::Encoding, move |xml| {
            format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{xml}")
        });
    }
    let xml = FakeIdp::default().response().xml();
    let utf16 = |little: bool| -> Vec<u8> {
        let mark = std::iter::once(0xfeff);
        let units = mark.chain(xml.encode_utf16());
        units
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    };
    for octets in [utf16(true), utf16(false), b"<x>\xc0\xaf</x>".to_vec(), b"\xed\xa0\x80".to_vec()]
    {
        let post = openssl::base64::encode_block(&octets);
        assert_eq!(
            Unverified::<Response>::from_post(&post).unwrap_err(),
            ResponseError::Message(MessageError::NotUtf8)
        );
    }
    // UTF-7 is ASCII that only a wrong reader takes for tags.
    refuses_xml(XmlError::NotWellFormed, |xml| xml.replace('<', "+ADw-"));
}

/// XML 1.1 has other line ends and other names; SAML and canonicalization know 1.0 alone.
#[test]
fn refuses_every_version_of_xml_but_one() {
    for declaration in [
        "<?xml version=\"1.1\"?>",
        "<?xml version='1.1' encoding='UTF-8'?>",
        "<?xml  version\n=\t'1.1' standalone='yes'?>",
        "\u{feff}<?xml version=\"1.1\"?>",
        "<?xml version=\"1.00\"?>",
        "<?xml version=\" 1.0\"?>",
        "<?xml version=\"2.0\"?>",
        "<?xml version=\"\"?>",
    ] {
        refuses_xml(XmlError::XmlVersion, move |xml| format!("{declaration}{xml}"));
    }
    for declaration in ["<?xml encoding=\"UTF-8\"?>", "<?xml version=1.0?>"] {
        refuses_xml(XmlError::NotWellFormed, move |xml| format!("{declaration}{xml}"));
    }
}

#[test]
fn refuses_base64_of_another_alphabet() {
    let post = FakeIdp::default().response().post();
    for junk in [
        format!("{post}="),
        format!("{post}A"),
        format!("{post}\0"),
        format!("\u{feff}{post}"),
        post.replacen('A', "-", 1),
        post.replacen('A', "_", 1),
        post.replacen('A', "%2B", 1),
        post.replacen('A', "\u{a0}", 1),
        "<samlp:Response/>".to_owned(),
        "QQ".to_owned(),
        "QR==".to_owned(),
    ] {
        assert_eq!(
            Unverified::<Response>::from_post(&junk).unwrap_err(),
            ResponseError::Message(MessageError::NotBase64)
        );
    }
    for empty in ["", " \r\n"] {
        let idp = FakeIdp::default();
        let refused =
            Unverified::<Response>::from_post(empty).unwrap().verify(&idp.expectation(), NOON);
        let cause = XmlError::NotWellFormed;
        assert_eq!(
            refused.unwrap_err(),
            ResponseError::Message(MessageError::Malformed { part: Part::Response, cause })
        );
    }
}

/// A name that only begins with `xmlns` declares nothing, under a prefix or as one; as a prefix it declares
/// itself alone.
#[test]
fn a_name_may_begin_with_the_letters_of_a_declaration() {
    for added in [
        " xmlns:p=\"urn:p\" p:xmlnsx=\"1\"",
        " xmlns:p=\"urn:p\" p:xmlns-x=\"urn:evil\"",
        " xmlns:p=\"urn:p\" p:xmlns.=\"urn:evil\"",
        " xmlns:p=\"urn:p\" p:xmlns\u{e4}=\"urn:evil\"",
        " xmlns:xmlnsx=\"urn:evil\" xmlnsx:a=\"1\"",
        " xmlnsx=\"urn:evil\"",
    ] {
        let made = accepts(|fine| {
            fine.edit(Assertion, move |xml| text::before(xml, " Name=\"urn:oid:2.5.4.4\"", added))
        });
        assert_eq!(made, [good(), good()], "{added}");
    }
}

/// CVE-2020-29509 to -29511 (Go): names, prefixes and directives that do not survive a round trip.
#[test]
fn refuses_names_that_no_two_parsers_read_alike() {
    for bad in [
        "<x:::y/>",
        "<:x/>",
        "<x:/>",
        "<undeclared:x/>",
        "<x a:b=\"1\"/>",
        "<x a=\"1\" a=\"2\"/>",
        "<x xmlns:a=\"urn:x\" xmlns:b=\"urn:x\" a:y=\"1\" b:y=\"2\"/>",
        "<x xmlns:a=\"urn:x\" xmlns:a=\"urn:y\"/>",
        "<x xmlns=\"urn:x\" xmlns=\"urn:y\"/>",
        "<a:x xmlns:a=\"\"/>",
        "<x xmlns:a=\"\"/>",
        "<x xmlns:xml=\"urn:x\"/>",
        "<x xmlns:a=\"http://www.w3.org/XML/1998/namespace\"/>",
        "<x xmlns:xmlns=\"urn:x\"/>",
        "<xmlns:x/>",
        "<x a:xmlns=\"urn:x\"/>",
        "<x xmlns:a=\"urn:a\" a:xmlns=\"urn:x\"/>",
        "<x xmlns:a=\"urn:a\" a:xmlns =\"urn:x\"/>",
        "<x xmlns:a=\"urn:a\" a:xmlns\n=\"urn:x\"/>",
        "<x xmlns:a=\"urn:a\" a:xmlns:b=\"urn:x\"/>",
        "<x xmlns:xmlns:a=\"urn:x\"/>",
        "<x xmlns:xmlns =\"urn:x\"/>",
        "<a:xmlns xmlns:a=\"urn:a\"/>",
        "<x xmlns:a=\"urn:a\" a:xmlns\u{d7}=\"urn:x\"/>",
        "<x xmlns:a=\"urn:a\" a:xmlns/b=\"urn:x\"/>",
        "<x xmlns:a=\"http://www.w3.org/2000/xmlns/\"/>",
        "<x xmlns=\"http://www.w3.org/2000/xmlns/\"/>",
        "<x xmlns=\"http://www.w3.org/XML/1998/namespace\"/>",
        "<x a=1/>",
        "<x a/>",
        "<x a=\"<\"/>",
        "<x a=\"1\"b=\"2\"/>",
        "< x/>",
        "<x></y>",
        "<x>",
        "</x>",
        "<x/",
        "<1x/>",
        "<x>]]></x>",
        "<x>&lt</x>",
        "<x>&unknown;</x>",
        "<x>&#0;</x>",
        "<x>&#xFFFE;</x>",
        "<x>\u{0}</x>",
        "<x>\u{8}</x>",
        "<x>\u{ffff}</x>",
        "<x a=\"\u{1}\"/>",
        "<![CDATA[",
        "<x><![CDATA[</x>",
    ] {
        refuses_xml(XmlError::NotWellFormed, move |xml| {
            let extensions = format!("<samlp:Extensions>{bad}</samlp:Extensions>");
            text::before(xml, "<samlp:Status>", &extensions)
        });
    }
}

#[test]
fn refuses_another_root_or_version() {
    let root = ResponseError::Message(MessageError::WrongRoot { part: Part::Response });
    for other in ["Assertion", "LogoutResponse", "AuthnRequest", "response"] {
        refuses(&root, |good| {
            good.swap(SignedResponse, "samlp:Response", &format!("samlp:{other}"))
        });
    }
    refuses(&root, |good| good.edit(SignedResponse, |xml| format!("<x>{xml}</x>")));
    let own = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
               ID=\"_response\" Version=\"2.0\"";
    for version in ["1.1", "2", "2.00", " 2.0", ""] {
        let new = own.replace("\"2.0\"", &format!("\"{version}\""));
        refuses(
            &ResponseError::Message(MessageError::WrongVersion { part: Part::Response }),
            |good| good.swap(SignedResponse, own, &new),
        );
        let old = "ID=\"_assertion\" Version=\"2.0\"";
        let new = old.replace("\"2.0\"", &format!("\"{version}\""));
        refuses(
            &ResponseError::Message(MessageError::WrongVersion { part: Part::Assertion }),
            |good| good.swap(Assertion, old, &new),
        );
    }
}

/// No refusal shows what the peer or the person said.
#[test]
fn nothing_personal_is_printed() {
    let idp = FakeIdp::plain();
    let message = Unverified::<Response>::from_post(&post_value("<x>person-7</x>")).unwrap();
    assert!(!format!("{message:?}").contains("person"));
    let verified = idp.response().sign().verify(&idp.expectation(), NOON).unwrap();
    let printed = format!("{verified:?} {:?} {:?}", verified.name_id(), verified.attributes());
    for secret in ["person-7", "010190", "urn:oid", "session-7", "_assertion"] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

/// Spoils the posted document of both forms.
#[track_caller]
fn refuses_xml(cause: XmlError, spoil: impl Fn(&str) -> String + Clone + 'static) {
    refuses(
        &ResponseError::Message(MessageError::Malformed { part: Part::Response, cause }),
        |good| good.edit(SignedResponse, spoil.clone()),
    );
}
