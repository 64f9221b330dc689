//! Messages as the products that are met most write them, and those of other protocols that come instead.

use openssl::base64::encode_block;
use openssl::hash::MessageDigest;
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::namespace::SAML;
use silta_saml::{
    MessageError, Part, Response, ResponseError, SignedParts, Unverified, post_value,
};
use silta_testkit::forge::EditPoint::{self, Assertion, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, NOON, text};
use silta_testkit::keys;

use crate::accepts::{canonical_assertion, listing};
use crate::fixture::{accepted, accepts, good};

/// What says nothing of the person, or breaks lines where we do not.
#[test]
fn a_message_means_the_same_however_its_sender_writes_it() {
    let changes: [(EditPoint, &str, &str); 10] = [
        (EditPoint::Response, " Version=", CONSENT),
        (
            EditPoint::Response,
            ">https://idp.example/entity<",
            ">\n    https://idp.example/entity\n  <",
        ),
        (Assertion, ">https://idp.example/entity<", ">\r\n\thttps://idp.example/entity\r\n<"),
        (
            Assertion,
            "<saml:Audience>https://broker.example/entity<",
            "<saml:Audience>\r\n  https://broker.example/entity\r\n<",
        ),
        (
            Assertion,
            "<saml:AuthnContextClassRef>urn:example:loa:substantial<",
            "<saml:AuthnContextClassRef>\n  urn:example:loa:substantial\n<",
        ),
        (
            Assertion,
            "<saml:AuthnContext>",
            "<saml:SubjectLocality Address=\"203.0.113.7\" DNSName=\"pc.example\"/>\
             <saml:AuthnContext>",
        ),
        (
            Assertion,
            "<saml:Attribute ",
            "<saml:Attribute xmlns:a=\"http://schemas.xmlsoap.org/ws/2009/09/identity/claims\" \
             a:OriginalIssuer=\"https://sts.windows.net/x/\" ",
        ),
        (SignedAssertion, "<ds:Signature ", "<ds:Signature Id=\"_signature\" "),
        (SignedResponse, "<ds:Signature ", "<ds:Signature Id=\"signature-1\" "),
        (SignedResponse, "<samlp:Response ", "<samlp:Response\r\n    "),
    ];
    for (point, from, to) in changes {
        let made = accepts(|fine| {
            fine.edit(point, move |xml| {
                assert!(xml.contains(from), "{from} in {xml}");
                xml.replacen(from, to, 1)
            })
        });
        assert_eq!(made, [good(), good()], "{to}");
    }
}

#[test]
fn a_signature_may_be_written_without_a_prefix() {
    let bare = |xml: &str| {
        let signature = text::element(xml, "ds:Signature");
        let bare = signature.replace("<ds:", "<").replace("</ds:", "</");
        let bare = text::swapped(&bare, "xmlns:ds=", "xmlns=");
        let info = text::element(&bare, "SignedInfo").as_bytes();
        let value = encode_block(&keys::IDP.raw_signature(MessageDigest::sha256(), info));
        let value = format!("<SignatureValue>{value}</SignatureValue>");
        text::replaced(xml, "ds:Signature", &text::replaced(&bare, "SignatureValue", &value))
    };
    for point in [SignedAssertion, SignedResponse] {
        assert_eq!(accepts(|fine| fine.edit(point, bare)), [good(), good()], "{point:?}");
    }
}

/// A signer that cuts its assertion out of the whole leaves the declarations where they stand.
#[test]
fn namespaces_may_be_declared_on_the_root_alone() {
    let idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    let own = format!("<saml:Assertion xmlns:saml=\"{SAML}\"");
    let made = idp.response().plain().unsigned_response();
    let on_root = made.edit(EditPoint::Response, move |xml| {
        let xml = text::swapped(xml, &own, "<saml:Assertion");
        text::swapped(&xml, "<samlp:Response ", &format!("<samlp:Response xmlns:saml=\"{SAML}\" "))
            .replacen(&format!("<saml:Issuer xmlns:saml=\"{SAML}\""), "<saml:Issuer", 1)
    });
    assert_eq!(accepted(&idp, &on_root, NOON), good());
    // The same of prefixes that no name uses, which its list keeps.
    let xs = " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
    let canonical = canonical_assertion(xs);
    let made = idp.response().plain().unsigned_response();
    let made = made
        .edit(Assertion, move |_| canonical.clone())
        .edit(SignedAssertion, |signed| listing("xs saml2 xsi", signed));
    let on_root = made.edit(EditPoint::Response, move |xml| {
        let xml = xml.replacen(xs, "", 1);
        text::swapped(&xml, "<samlp:Response ", &format!("<samlp:Response{xs} "))
    });
    assert_eq!(accepted(&idp, &on_root, NOON).name(), "person-7");
}

/// Attributes of Entra ID: groups, and the address where they are when they are too many.
#[test]
fn many_groups_and_a_link_to_them_come_through() {
    let idp = FakeIdp::default().requiring(SignedParts::Both);
    let groups: Vec<_> = (0..150).map(|one| format!("00000000-0000-0000-0000-{one:012}")).collect();
    let groups: Vec<_> = groups.iter().map(String::as_str).collect();
    let link = "https://graph.windows.net/tenant/users/person/getMemberObjects";
    let oaep = RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 };
    for cipher in [DataCipher::Aes256Cbc, DataCipher::Aes256Gcm] {
        let made = idp.response().attributes(&[(GROUPS, &groups), (GROUPS_LINK, &[link])]);
        let read = accepted(&idp, &made.cipher(cipher).oaep(oaep), NOON);
        assert_eq!(read.values(GROUPS), groups);
        assert_eq!(read.values(GROUPS_LINK), [link]);
    }
}

/// An address of eIDAS is XML in base64, which nobody here opens [eIDAS attribute profile 1.4 §2.2.8].
#[test]
fn an_address_of_eidas_comes_through_as_it_was_written() {
    let address = encode_block(
        b"<eidas:LocatorDesignator>1</eidas:LocatorDesignator>\r\n\
          <eidas:Thoroughfare>Kuja</eidas:Thoroughfare>\r\n<eidas:PostName>Turku</eidas:PostName>",
    );
    let lines: Vec<_> = address.as_bytes().chunks(64).map(|line| str::from_utf8(line)).collect();
    let lines: Vec<_> = lines.into_iter().map(Result::unwrap).collect();
    for (written, read) in [
        (address.clone(), address.clone()),
        (lines.join("\r\n"), lines.join("\n")),
        (format!("\n{}\n", lines.join("&#13;\n")), format!("\n{}\n", lines.join("\r\n"))),
    ] {
        let value = "<saml:AttributeValue>010190-999X<";
        let typed = format!(
            "<saml:AttributeValue xmlns:eidas=\"http://eidas.europa.eu/attributes/naturalperson\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:type=\"eidas:CurrentAddressType\">{written}<"
        );
        for made in accepts(|fine| fine.swap(Assertion, value, &typed)) {
            assert_eq!(made.values("urn:oid:1.2.246.21"), [read.as_str()]);
        }
    }
}

/// SAML 1.1, and what WS-Federation carries, at the place of a Response.
#[test]
fn refuses_the_messages_of_other_protocols() {
    let idp = FakeIdp::default();
    let token = format!("<t:RequestedSecurityToken>{OLD_ASSERTION}</t:RequestedSecurityToken>");
    for message in [
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\" MajorVersion=\"1\" \
             MinorVersion=\"1\" ResponseID=\"_response\" IssueInstant=\"2026-11-21T12:00:00Z\" \
             Recipient=\"https://broker.example/saml/acs\"><samlp:Status><samlp:StatusCode \
             Value=\"samlp:Success\"/></samlp:Status>{OLD_ASSERTION}</samlp:Response>"
        ),
        OLD_ASSERTION.to_owned(),
        format!(
            "<t:RequestSecurityTokenResponse xmlns:t=\"http://schemas.xmlsoap.org/ws/2005/02/trust\">\
             {token}</t:RequestSecurityTokenResponse>"
        ),
        "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body/></S:Envelope>"
            .to_owned(),
    ] {
        let posted = Unverified::<Response>::from_post(&post_value(&message)).unwrap();
        let wrong = MessageError::WrongRoot { part: Part::Response };
        let refused = posted.verify(&idp.expectation(), NOON).unwrap_err();
        assert_eq!(refused, ResponseError::Message(wrong), "{message}");
    }
}

const CONSENT: &str = " Consent=\"urn:oasis:names:tc:SAML:2.0:consent:unspecified\" Version=";
const GROUPS: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
const GROUPS_LINK: &str = "http://schemas.microsoft.com/claims/groups.link";
const OLD_ASSERTION: &str = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" \
    MajorVersion=\"1\" MinorVersion=\"1\" AssertionID=\"_assertion\" \
    Issuer=\"https://idp.example/entity\" IssueInstant=\"2026-11-21T12:00:00Z\"/>";
