//! Us as an identity provider: every request that is read, and every known way to ask for too much.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use silta_saml::{
    AuthnRequestError, Comparison, MESSAGE_LIMIT, MessageError, Part, RELAY_STATE_LIMIT,
    ReceivedAuthnRequest, RegisteredServiceProvider, SignatureError, UnverifiedAuthnRequest,
    WishedContext, Wishes, XmlError, post_value,
};
use silta_testkit::forge::{ACS, ForgedRequest, NOON, REQUEST, SP_ENTITY, SSO, registered};
use silta_testkit::keys;

use crate::fixture::at;

#[test]
fn a_signed_request_is_read_by_either_binding() {
    for made in by_both(&ForgedRequest::default(), &strict()) {
        let read = made.unwrap();
        assert_eq!((read.id(), read.issuer(), read.acs_url()), (REQUEST, SP_ENTITY, ACS));
        assert_eq!(read.relay_state(), Some("handle"));
        assert!(read.is_signed());
        assert_eq!(*read.wishes(), Wishes::default());
        // Five minutes to travel, and a minute of skew.
        assert_eq!(read.valid_until(), at(360));
    }
}

/// AWS Client VPN asks unsigned, by redirect, from the person's own machine.
#[test]
fn an_unsigned_request_is_read_where_the_service_provider_may_send_one() {
    let vpn = "urn:amazon:webservices:clientvpn";
    let provider = registered(vpn, &["http://127.0.0.1:35001"], None);
    let xml = format!(
        "<saml2p:AuthnRequest xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_a1\" \
         Version=\"2.0\" IssueInstant=\"2026-11-21T12:00:00Z\" Destination=\"{SSO}\" \
         ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         AssertionConsumerServiceURL=\"http://127.0.0.1:35001\"><saml2:Issuer \
         xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">{vpn}</saml2:Issuer>\
         </saml2p:AuthnRequest>"
    );
    let read = by_redirect(&deflated(&xml), &provider).unwrap();
    assert_eq!((read.id(), read.acs_url()), ("_a1", "http://127.0.0.1:35001"));
    assert_eq!(read.relay_state(), None);
    assert!(!read.is_signed());
    let read = by_post(&post_value(&xml), None, &provider).unwrap();
    assert!(!read.is_signed());
}

#[test]
fn refuses_an_unsigned_request_where_a_signature_is_demanded() {
    for made in by_both(&ForgedRequest::default().unsigned(), &strict()) {
        assert_eq!(made.unwrap_err(), MessageError::Unsigned { part: Part::Request }.into());
    }
}

/// Where a signature may be absent, a broken one is still not an absent one.
#[test]
fn refuses_a_signature_that_does_not_hold_even_where_none_is_demanded() {
    let no_key = signature_error(SignatureError::NoKeyMatches);
    for made in by_both(&ForgedRequest::default(), &registered(SP_ENTITY, &[ACS], None)) {
        assert_eq!(made.unwrap_err(), no_key);
    }
    for made in by_both(&ForgedRequest::default().signed_by(&keys::ROGUE), &strict()) {
        assert_eq!(made.unwrap_err(), no_key);
    }
    let query = ForgedRequest::default().query();
    let (without, _) = query.split_once("&Signature=").unwrap();
    let refused = by_redirect(without, &registered(SP_ENTITY, &[ACS], None)).unwrap_err();
    assert_eq!(refused, signature_error(SignatureError::Structure));
    let changed = query.replace("RelayState=handle", "RelayState=other");
    assert_eq!(by_redirect(&changed, &strict()).unwrap_err(), no_key);
}

/// What a redirect's signature covers stands in the query; one inside would be judged by nobody
/// [SAML2Bind §3.4.4.1].
#[test]
fn refuses_a_signature_inside_a_redirected_request() {
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    let inside = format!("</saml:Issuer>{signature}");
    let request = ForgedRequest::default().swap("</saml:Issuer>", &inside);
    let unexpected = MessageError::UnexpectedElement { inside: "AuthnRequest" };
    assert_eq!(by_redirect(&request.query(), &strict()).unwrap_err(), unexpected.into());
}

#[test]
fn refuses_a_posted_request_that_was_changed_after_signing() {
    let signed = openssl::base64::decode_block(&ForgedRequest::default().post()).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let changed = post_value(&signed.replace(ACS, "https://evil.example/acs"));
    let refused = by_post(&changed, None, &strict()).unwrap_err();
    assert_eq!(refused, signature_error(SignatureError::DigestMismatch));
}

/// A signed request of another service provider, wrapped into one of ours, is found nowhere.
#[test]
fn refuses_a_signed_request_inside_another() {
    let signed = openssl::base64::decode_block(&ForgedRequest::default().post()).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let outer = ForgedRequest::default().id("_evil").unsigned();
    let extensions = format!("</saml:Issuer><samlp:Extensions>{signed}</samlp:Extensions>");
    let outer = outer.swap("</saml:Issuer>", &extensions);
    let refused = by_post(&outer.post(), None, &strict()).unwrap_err();
    assert_eq!(refused, MessageError::Unsigned { part: Part::Request }.into());
}

#[test]
fn refuses_a_service_provider_that_is_not_registered() {
    let stranger = ForgedRequest::default().issuer("https://stranger.example/entity");
    for made in by_both(&stranger, &strict()) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::UnknownServiceProvider);
    }
    // Even when the one who looks it up gives another: the name must be the same.
    let request = UnverifiedAuthnRequest::from_post(&stranger.post(), None).unwrap();
    let other = registered("https://other.example/entity", &[ACS], Some(&keys::SP));
    let refused = request.verify(|_| Some(&other), SSO, NOON).unwrap_err();
    assert_eq!(refused, AuthnRequestError::UnknownServiceProvider);
}

/// CVE-2023-45683 (crewjam/saml): what is answered to is what was registered, in exactly that
/// spelling.
#[test]
fn refuses_every_acs_url_that_is_not_registered() {
    for url in [
        "https://evil.example/acs",
        "javascript:alert(1)",
        "https://broker.example/saml/acs/",
        "https://broker.example/saml/acs?x=1",
        "https://BROKER.example/saml/acs",
        "https://broker.example:443/saml/acs",
        " https://broker.example/saml/acs",
        "http://127.0.0.1:35001",
        "",
    ] {
        let request =
            ForgedRequest::default().acs(&format!(" AssertionConsumerServiceURL=\"{url}\""));
        for made in by_both(&request, &strict()) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::UnlistedAcs, "{url}");
        }
    }
}

#[test]
fn an_acs_is_named_by_url_by_index_or_not_at_all() {
    let second = "https://broker.example/second";
    let provider = registered(SP_ENTITY, &[ACS, second], Some(&keys::SP));
    for (attributes, expected) in [
        (format!(" AssertionConsumerServiceURL=\"{second}\""), second),
        (" AssertionConsumerServiceIndex=\"2\"".to_owned(), second),
        (" AssertionConsumerServiceIndex=\"1\"".to_owned(), ACS),
        (String::new(), ACS),
    ] {
        for made in by_both(&ForgedRequest::default().acs(&attributes), &provider) {
            assert_eq!(made.unwrap().acs_url(), expected, "{attributes}");
        }
    }
    for index in ["0", "3", "-1", "+2", "65538", "two", ""] {
        let request =
            ForgedRequest::default().acs(&format!(" AssertionConsumerServiceIndex=\"{index}\""));
        for made in by_both(&request, &provider) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::UnlistedAcsIndex, "{index}");
        }
    }
    let both = ForgedRequest::default().with("AssertionConsumerServiceIndex=\"1\"");
    for made in by_both(&both, &provider) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::AcsConflict);
    }
}

#[test]
fn refuses_an_answer_by_another_binding() {
    let request = ForgedRequest::default().swap("bindings:HTTP-POST", "bindings:HTTP-Artifact");
    for made in by_both(&request, &strict()) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::ProtocolBinding);
    }
}

/// A signed request for another identity provider would do here otherwise.
#[test]
fn refuses_a_request_to_another_destination() {
    for destination in ["https://other.example/sso", "https://broker.example/saml/idp/sso/", ""] {
        let request = ForgedRequest::default().swap(SSO, destination);
        for made in by_both(&request, &strict()) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::WrongDestination, "{destination}");
        }
    }
    let without = || ForgedRequest::default().swap(&format!(" Destination=\"{SSO}\""), "");
    for made in by_both(&without(), &strict()) {
        assert_eq!(made.unwrap_err(), AuthnRequestError::WrongDestination);
    }
    for made in by_both(&without().unsigned(), &registered(SP_ENTITY, &[ACS], None)) {
        assert_eq!(made.unwrap().acs_url(), ACS);
    }
}

#[test]
fn a_request_is_read_until_it_is_minutes_old() {
    let part = Part::Request;
    for seconds in [-360, 0, 60] {
        for made in by_both(&ForgedRequest::default().issued(at(seconds)), &strict()) {
            made.unwrap();
        }
    }
    for made in by_both(&ForgedRequest::default().issued(at(-361)), &strict()) {
        let stale = MessageError::Stale { part, issued: at(-361), now: NOON };
        assert_eq!(made.unwrap_err(), stale.into());
    }
    for made in by_both(&ForgedRequest::default().issued(at(61)), &strict()) {
        let early = MessageError::FromTheFuture { part, issued: at(61), now: NOON };
        assert_eq!(made.unwrap_err(), early.into());
    }
    let local = ForgedRequest::default().swap("12:00:00Z", "12:00:00");
    for made in by_both(&local, &strict()) {
        let field = "IssueInstant";
        assert_eq!(made.unwrap_err(), MessageError::NotAnInstant { field }.into());
    }
}

/// The ID becomes the key of a record.
#[test]
fn refuses_an_id_that_is_no_name_or_has_no_end() {
    let unsigned = registered(SP_ENTITY, &[ACS], None);
    let long = format!("_{}", "a".repeat(255));
    for id in ["_", "id-1.2_3", "ONELOGIN_0a", &long] {
        for made in by_both(&ForgedRequest::default().id(id), &strict()) {
            assert_eq!(made.unwrap().id(), id);
        }
    }
    let longer = format!("{long}a");
    for id in ["", "1", "-a", ".a", "a b", "a:b", "a/../b", "ä", "a\u{200b}", "a\nb", &longer] {
        for made in by_both(&ForgedRequest::default().id(id).unsigned(), &unsigned) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::RequestId, "{id:?}");
        }
    }
}

#[test]
fn a_relay_state_comes_through_unchanged_up_to_two_kilobytes() {
    let longest = "å".repeat(RELAY_STATE_LIMIT / 2);
    for text in ["", "a b+c%20&=?#/\"<>'", "https://x.example/?registrationCode=SLiad+1", &longest]
    {
        let request = ForgedRequest::default().relay_state(text);
        assert_eq!(by_redirect(&request.query(), &strict()).unwrap().relay_state(), Some(text));
        let posted = by_post(&request.post(), Some(text), &strict()).unwrap();
        assert_eq!(posted.relay_state(), Some(text));
    }
    let longer = format!("{longest}a");
    let refused = AuthnRequestError::RelayStateTooLong { limit: RELAY_STATE_LIMIT };
    let request = ForgedRequest::default().relay_state(&longer);
    assert_eq!(by_redirect(&request.query(), &strict()).unwrap_err(), refused);
    assert_eq!(by_post(&request.post(), Some(&longer), &strict()).unwrap_err(), refused);
}

#[test]
fn wishes_are_read_as_they_are_made() {
    let request = ForgedRequest::default().with("ForceAuthn=\"1\" IsPassive=\" true \"").holding(
        "<samlp:NameIDPolicy AllowCreate=\"true\" Format=\"urn:f\"/>\
             <samlp:RequestedAuthnContext Comparison=\"minimum\">\
             <saml:AuthnContextClassRef> urn:a </saml:AuthnContextClassRef>\
             <saml:AuthnContextClassRef>urn:b</saml:AuthnContextClassRef>\
             </samlp:RequestedAuthnContext><samlp:Scoping ProxyCount=\"2\"/>",
    );
    let wished = Wishes {
        force_authn: true,
        is_passive: true,
        name_id_format: Some("urn:f".to_owned()),
        context: Some(WishedContext {
            comparison: Comparison::Minimum,
            classes: vec!["urn:a".to_owned(), "urn:b".to_owned()],
        }),
    };
    for made in by_both(&request, &strict()) {
        assert_eq!(*made.unwrap().wishes(), wished);
    }
    for (name, comparison) in [
        ("", Comparison::Exact),
        (" Comparison=\"exact\"", Comparison::Exact),
        (" Comparison=\"better\"", Comparison::Better),
        (" Comparison=\"maximum\"", Comparison::Maximum),
    ] {
        let request = ForgedRequest::default().holding(&contexts(name, &[CLASS]));
        for made in by_both(&request, &strict()) {
            let read = made.unwrap();
            assert_eq!(read.wishes().context.as_ref().unwrap().comparison, comparison);
        }
    }
}

#[test]
fn refuses_wishes_that_cannot_be_read_or_have_no_end() {
    let long = "a".repeat(257);
    let many = [CLASS; 17];
    let field = "RequestedAuthnContext";
    for (elements, expected) in [
        (contexts("", &many), AuthnRequestError::WishTooLong { field }),
        (
            contexts(
                "",
                &[&format!("<saml:AuthnContextClassRef>{long}</saml:AuthnContextClassRef>")],
            ),
            AuthnRequestError::WishTooLong { field },
        ),
        (contexts(" Comparison=\"least\"", &[CLASS]), AuthnRequestError::UnsupportedContext),
        (
            contexts("", &["<saml:AuthnContextDeclRef>urn:a</saml:AuthnContextDeclRef>"]),
            AuthnRequestError::UnsupportedContext,
        ),
        (contexts("", &[]), MessageError::Missing { element: "AuthnContextClassRef" }.into()),
        (
            format!("<samlp:NameIDPolicy Format=\"{long}\"/>"),
            AuthnRequestError::WishTooLong { field: "NameIDPolicy" },
        ),
        (
            "<samlp:NameIDPolicy AllowCreate=\"yes\"/>".to_owned(),
            AuthnRequestError::NotABoolean { field: "AllowCreate" },
        ),
        (
            "<samlp:NameIDPolicy SPNameQualifier=\"https://other.example\"/>".to_owned(),
            AuthnRequestError::ForeignNameQualifier,
        ),
        (
            "<saml:Subject><saml:NameID>person-7</saml:NameID></saml:Subject>".to_owned(),
            AuthnRequestError::SubjectNamed,
        ),
        ("<samlp:Scoping ProxyCount=\"0\"/>".to_owned(), AuthnRequestError::ProxyForbidden),
        ("<samlp:Scoping ProxyCount=\" 00 \"/>".to_owned(), AuthnRequestError::ProxyForbidden),
        ("<samlp:Scoping ProxyCount=\"none\"/>".to_owned(), AuthnRequestError::ProxyForbidden),
        (
            "<samlp:Evil/>".to_owned(),
            MessageError::UnexpectedElement { inside: "AuthnRequest" }.into(),
        ),
        ("evil".to_owned(), MessageError::UnexpectedText { inside: "AuthnRequest" }.into()),
    ] {
        for made in by_both(&ForgedRequest::default().holding(&elements), &strict()) {
            assert_eq!(made.unwrap_err(), expected, "{elements}");
        }
    }
    for field in ["ForceAuthn", "IsPassive"] {
        for value in ["yes", "TRUE", "2", ""] {
            let request = ForgedRequest::default().with(&format!("{field}=\"{value}\""));
            for made in by_both(&request, &strict()) {
                assert_eq!(made.unwrap_err(), AuthnRequestError::NotABoolean { field }, "{value}");
            }
        }
    }
}

#[test]
fn refuses_what_is_no_request_of_version_two() {
    let part = Part::Request;
    for (from, to, expected) in [
        ("AuthnRequest", "LogoutRequest", MessageError::WrongRoot { part }),
        ("Version=\"2.0\"", "Version=\"1.1\"", MessageError::WrongVersion { part }),
        (" Version=\"2.0\"", "", MessageError::WrongVersion { part }),
        ("saml:Issuer", "saml:Other", MessageError::Missing { element: "Issuer" }),
    ] {
        let request = ForgedRequest::default().swap(from, to).unsigned();
        for made in by_both(&request, &registered(SP_ENTITY, &[ACS], None)) {
            assert_eq!(made.unwrap_err(), expected.into(), "{from}");
        }
    }
}

#[test]
fn refuses_a_document_type_a_comment_and_a_message_that_outgrows_itself() {
    let good = ForgedRequest::default().xml();
    let malformed = |cause| MessageError::Malformed { part: Part::Request, cause };
    let grown = format!("{good}{}", " ".repeat(MESSAGE_LIMIT));
    for (xml, expected) in [
        (format!("<!DOCTYPE x [<!ENTITY a \"a\">]>{good}"), malformed(XmlError::Doctype)),
        (good.replace("</saml:Issuer>", "<!-- --></saml:Issuer>"), malformed(XmlError::Comment)),
        (good.replace("</saml:Issuer>", ""), malformed(XmlError::NotWellFormed)),
    ] {
        for made in
            [by_redirect(&deflated(&xml), &strict()), by_post(&post_value(&xml), None, &strict())]
        {
            assert_eq!(made.unwrap_err(), expected.into());
        }
    }
    let limit = MessageError::TooLarge { limit: MESSAGE_LIMIT };
    assert!(deflated(&grown).len() < 2_000, "a small query");
    assert_eq!(by_redirect(&deflated(&grown), &strict()).unwrap_err(), limit.into());
    assert_eq!(by_post(&"A".repeat(MESSAGE_LIMIT + 1), None, &strict()).unwrap_err(), limit.into());
    for junk in ["SAMLRequest=!", "SAMLRequest=%zz", "SAMLRequest=AAAA", "SAMLRequest="] {
        let refused = by_redirect(junk, &strict()).unwrap_err();
        assert_eq!(refused, MessageError::NotBase64.into(), "{junk}");
    }
    let missing = MessageError::Missing { element: "SAMLRequest" };
    assert_eq!(by_redirect("", &strict()).unwrap_err(), missing.into());
}

/// A parameter that stands twice could be judged in one place and read in another.
#[test]
fn refuses_a_parameter_that_stands_twice_in_a_request() {
    let query = ForgedRequest::default().query();
    let twice = MessageError::Repeated { element: "SAMLRequest" };
    let other = ForgedRequest::default().id("_evil").query();
    let refused = by_redirect(&format!("{query}&{other}"), &strict()).unwrap_err();
    assert_eq!(refused, twice.into());
}

#[test]
fn nothing_of_a_request_is_printed() {
    let request =
        UnverifiedAuthnRequest::from_post(&ForgedRequest::default().post(), None).unwrap();
    let printed = format!("{request:?}");
    let provider = strict();
    let read = request.verify(|_| Some(&provider), SSO, NOON).unwrap();
    let printed = format!("{printed} {read:?}");
    for secret in [REQUEST, SP_ENTITY, ACS, "handle"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

/// A match without a rest, so a new error does not compile until it is in the list.
#[test]
fn every_error_of_a_request_has_a_word_of_its_own() {
    use AuthnRequestError as E;
    let all = [
        E::Message(MessageError::NotBase64),
        E::RelayStateTooLong { limit: RELAY_STATE_LIMIT },
        E::UnknownServiceProvider,
        E::WrongDestination,
        E::RequestId,
        E::UnlistedAcs,
        E::UnlistedAcsIndex,
        E::AcsConflict,
        E::ProtocolBinding,
        E::NotABoolean { field: "ForceAuthn" },
        E::WishTooLong { field: "NameIDPolicy" },
        E::SubjectNamed,
        E::ForeignNameQualifier,
        E::UnsupportedContext,
        E::ProxyForbidden,
    ];
    for error in all {
        match error {
            E::Message(_)
            | E::RelayStateTooLong { .. }
            | E::UnknownServiceProvider
            | E::WrongDestination
            | E::RequestId
            | E::UnlistedAcs
            | E::UnlistedAcsIndex
            | E::AcsConflict
            | E::ProtocolBinding
            | E::NotABoolean { .. }
            | E::WishTooLong { .. }
            | E::SubjectNamed
            | E::ForeignNameQualifier
            | E::UnsupportedContext
            | E::ProxyForbidden => {}
        }
    }
    let words: std::collections::BTreeSet<_> = all.iter().map(|error| error.reason()).collect();
    assert_eq!(words.len(), all.len());
    let stable = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    assert!(words.iter().filter(|word| **word != "not_base64").all(stable), "{words:?}");
}

type Outcome = Result<ReceivedAuthnRequest, AuthnRequestError>;

/// The service provider whose requests must be signed.
fn strict() -> RegisteredServiceProvider {
    registered(SP_ENTITY, &[ACS], Some(&keys::SP))
}

fn by_both(request: &ForgedRequest, provider: &RegisteredServiceProvider) -> [Outcome; 2] {
    [by_redirect(&request.query(), provider), by_post(&request.post(), Some("handle"), provider)]
}

fn by_redirect(query: &str, provider: &RegisteredServiceProvider) -> Outcome {
    let find = |name: &str| Some(provider).filter(|provider| provider.entity_id() == name);
    UnverifiedAuthnRequest::from_redirect(query)?.verify(find, SSO, NOON)
}

fn by_post(
    value: &str,
    relay_state: Option<&str>,
    provider: &RegisteredServiceProvider,
) -> Outcome {
    let request = UnverifiedAuthnRequest::from_post(value, relay_state.map(str::to_owned))?;
    let find = |name: &str| Some(provider).filter(|provider| provider.entity_id() == name);
    request.verify(find, SSO, NOON)
}

/// The query of an unsigned redirect.
fn deflated(xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(vec![], Compression::default());
    encoder.write_all(xml.as_bytes()).unwrap();
    let value = openssl::base64::encode_block(&encoder.finish().unwrap());
    format!("SAMLRequest={}", value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
}

fn contexts(comparison: &str, classes: &[&str]) -> String {
    let classes = classes.concat();
    format!("<samlp:RequestedAuthnContext{comparison}>{classes}</samlp:RequestedAuthnContext>")
}

fn signature_error(cause: SignatureError) -> AuthnRequestError {
    MessageError::Signature { part: Part::Request, cause }.into()
}

const CLASS: &str = "<saml:AuthnContextClassRef>urn:a</saml:AuthnContextClassRef>";
