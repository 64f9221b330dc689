//! The Redirect binding as an identity provider receives it: the signature is over raw octets.

use openssl::hash::MessageDigest;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AllowedAlgorithms, AuthnRequest, AuthnRequestError, MessageError, MessageParameter,
    NamedAlgorithm, Part, ReceivedAuthnRequest, RedirectMessage, RequestId, RequestProfile,
    SignatureError, SigningKey, UnverifiedAuthnRequest, XmlError,
};
use silta_testkit::forge::{ACS, NOON, REQUEST, SP_ENTITY, registered, signed_redirect};
use silta_testkit::keys;

use crate::fixture::refused_algorithm;

#[test]
fn a_signed_request_is_read_back_as_it_was_made() {
    for (pair, algorithm) in [
        (&*keys::SP, SignatureAlgorithm::RsaSha256),
        (&*keys::SP, SignatureAlgorithm::RsaPssSha512),
        (&*keys::IDP_P256, SignatureAlgorithm::EcdsaSha256),
        (&*keys::IDP_P521, SignatureAlgorithm::EcdsaSha512),
    ] {
        let relay = "handle-åäö &=+%/?\u{1F600}";
        let endpoint = "https://idp.example/sso?x=1";
        let url = redirected(endpoint, &request(), relay, &pair.signing(algorithm));
        let (endpoint, rest) = url.split_once("&SAMLRequest=").unwrap();
        assert_eq!(endpoint, "https://idp.example/sso?x=1");
        let query = format!("SAMLRequest={rest}");
        verify(&query, pair).unwrap();
        let read = received(&query, pair).unwrap();
        assert_eq!((read.id(), read.issuer()), (REQUEST, SP_ENTITY));
        assert_eq!(read.acs_url(), ACS);
        assert_eq!(read.relay_state(), Some(relay));
    }
}

/// What the broker's own query looks like does not matter: parameters may stand in any order, and
/// foreign ones beside them, because the signed octets are put together in theirs [SAML2Bind §3.4.4.1].
#[test]
fn the_order_of_parameters_changes_nothing() {
    let query = query();
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.reverse();
    parameters.push("locale=fi");
    verify(&parameters.join("&"), &keys::SP).unwrap();
}

/// The signature covers the name of the parameter: what a peer signed as a request is no response of it,
/// whether the parameter is renamed or another one is added.
#[test]
fn a_signed_request_counts_as_no_response_and_the_other_way_round() {
    let key = keys::SP.signing(SignatureAlgorithm::RsaSha256);
    let query_of = |parameter| {
        let url = signed_redirect("", (parameter, "<x/>"), None, &key);
        url.strip_prefix('?').unwrap().to_owned()
    };
    for (own, other, part) in [
        (MessageParameter::Request, MessageParameter::Response, Part::Response),
        (MessageParameter::Response, MessageParameter::Request, Part::Request),
    ] {
        let query = query_of(own);
        let message = verify_as(own, &query, &keys::SP).unwrap();
        assert_eq!((message.xml(), message.relay_state()), ("<x/>", None));
        let missing = MessageError::Missing { element: other.name() };
        assert_eq!(verify_as(other, &query, &keys::SP).unwrap_err(), missing);
        let renamed = query.replacen(own.name(), other.name(), 1);
        let cause = SignatureError::NoKeyMatches;
        let forged = MessageError::Signature { part, cause };
        assert_eq!(verify_as(other, &renamed, &keys::SP).unwrap_err(), forged);
        let both = format!("{renamed}&{query}");
        let twice = MessageError::Repeated { element: "SigAlg" };
        assert_eq!(verify_as(other, &both, &keys::SP).unwrap_err(), twice);
    }
}

/// Octets are verified as they came: the same meaning in another spelling is another message.
#[test]
fn refuses_the_same_octets_in_another_spelling() {
    let query = query();
    for (from, to) in [
        ("%2B", "%2b"),
        ("%2F", "%2f"),
        ("%3A", ":"),
        ("%3D", "="),
        ("RelayState=h", "RelayState=%68"),
    ] {
        if query.split("&Signature=").next().unwrap().contains(from) {
            let (signed, signature) = query.split_once("&Signature=").unwrap();
            let spelled = format!("{}&Signature={signature}", signed.replacen(from, to, 1));
            assert_eq!(
                verify(&spelled, &keys::SP).unwrap_err(),
                signature_error(SignatureError::NoKeyMatches),
                "{from}"
            );
        }
    }
}

/// CVE-2026-18217 (Keycloak): parameter pollution. Twice is refused whatever the two say.
#[test]
fn refuses_a_parameter_that_stands_twice() {
    let query = query();
    for name in ["SAMLRequest", "RelayState", "SigAlg", "Signature"] {
        let own = query.split('&').find(|pair| pair.starts_with(name)).unwrap();
        for other in [own.to_owned(), format!("{name}="), format!("{name}=evil"), name.to_owned()] {
            let twice = MessageError::Repeated { element: constant(name) };
            assert_eq!(verify(&format!("{query}&{other}"), &keys::SP).unwrap_err(), twice);
            assert_eq!(verify(&format!("{other}&{query}"), &keys::SP).unwrap_err(), twice);
        }
    }
}

#[test]
fn refuses_a_parameter_that_was_changed_added_or_taken_away() {
    let query = query();
    let no_key = signature_error(SignatureError::NoKeyMatches);
    let without = |name: &str| -> String {
        query.split('&').filter(|pair| !pair.starts_with(name)).collect::<Vec<_>>().join("&")
    };
    assert_eq!(
        verify(&query.replace("RelayState=h", "RelayState=i"), &keys::SP).unwrap_err(),
        no_key
    );
    assert_eq!(verify(&without("RelayState"), &keys::SP).unwrap_err(), no_key);
    let added = format!("{}&RelayState=x", without("RelayState"));
    assert_eq!(verify(&added, &keys::SP).unwrap_err(), no_key);
    let unsigned = MessageError::Unsigned { part: Part::Request };
    assert_eq!(verify(&without("Signature"), &keys::SP).unwrap_err(), unsigned);
    assert_eq!(verify(&without("SigAlg"), &keys::SP).unwrap_err(), unsigned);
    let missing = MessageError::Missing { element: "SAMLRequest" };
    assert_eq!(verify(&without("SAMLRequest"), &keys::SP).unwrap_err(), missing);
    assert_eq!(verify("", &keys::SP).unwrap_err(), missing);
    assert_eq!(verify(&query, &keys::OTHER_SP).unwrap_err(), no_key);
}

#[test]
fn refuses_algorithms_that_do_not_exist_here_or_are_not_this_peers() {
    let query = query();
    for (uri, named) in [
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", NamedAlgorithm::Known("rsa-sha1")),
        (
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            NamedAlgorithm::Known("hmac-sha256"),
        ),
        ("", NamedAlgorithm::Unknown),
        ("%zz", NamedAlgorithm::Absent),
        ("%+f", NamedAlgorithm::Absent),
    ] {
        let own = query.split('&').find(|pair| pair.starts_with("SigAlg=")).unwrap();
        let other = query.replace(own, &format!("SigAlg={}", uri.replace('#', "%23")));
        assert_eq!(
            verify(&other, &keys::SP).unwrap_err(),
            signature_error(refused_algorithm(named)),
            "{uri}"
        );
    }
    let allowed = [SignatureAlgorithm::EcdsaSha256];
    let parameter = MessageParameter::Request;
    let refused = RedirectMessage::verify(parameter, &query, &[keys::SP.verification()], &allowed);
    let named = NamedAlgorithm::Known("rsa-sha256");
    let allowed = AllowedAlgorithms::signatures(&allowed);
    let algorithm = SignatureError::Algorithm { named, allowed };
    assert_eq!(refused.unwrap_err(), signature_error(algorithm));
}

#[test]
fn refuses_a_signature_that_is_not_base64() {
    let (signed, _) =
        query().split_once("&Signature=").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    for junk in ["!", "%", "%4", "%zz", "%+5", "-_-_", "QQ"] {
        let refused = verify(&format!("{signed}&Signature={junk}"), &keys::SP).unwrap_err();
        assert_eq!(refused, signature_error(SignatureError::Structure), "{junk}");
    }
}

/// An escape is two hexadecimal digits; a sign is no digit.
#[test]
fn refuses_a_relay_state_with_broken_escapes() {
    for broken in ["%", "%4", "%zz", "%+5", "%-1", "%c3%28", "%ff"] {
        let query = resigned(&query(), "RelayState", broken);
        assert_eq!(verify(&query, &keys::SP).unwrap_err(), MessageError::NotUtf8, "{broken}");
    }
    for broken in ["%", "%+5"] {
        let query = resigned(&query(), "SAMLRequest", broken);
        assert_eq!(verify(&query, &keys::SP).unwrap_err(), MessageError::NotBase64, "{broken}");
    }
}

/// A signed message may still be no request.
#[test]
fn refuses_a_signed_message_that_is_no_authn_request() {
    let part = Part::Request;
    for (xml, expected) in [
        (request().replace("AuthnRequest", "LogoutRequest"), MessageError::WrongRoot { part }),
        (
            format!("<!DOCTYPE x>{}", request()),
            MessageError::Malformed { part, cause: XmlError::Doctype },
        ),
        (
            format!("{}<!-- -->", request()),
            MessageError::Malformed { part, cause: XmlError::Comment },
        ),
        (
            request().replace(&format!(" ID=\"{REQUEST}\""), ""),
            MessageError::MissingAttribute { attribute: "ID" },
        ),
        (
            request().replace("saml:Issuer", "saml:Other"),
            MessageError::UnexpectedElement { element: "another element", inside: "AuthnRequest" },
        ),
        (
            request().replace(SP_ENTITY, "<x/>"),
            MessageError::UnexpectedElement { element: "another element", inside: "Issuer" },
        ),
        (
            request().replace("<saml:Issuer", "<saml:Issuer Format=\"urn:other\""),
            MessageError::IssuerFormat { part },
        ),
    ] {
        let signer = keys::SP.signing(SignatureAlgorithm::RsaSha256);
        let url = redirected("https://idp.example", &xml, "h", &signer);
        let query = url.split_once('?').unwrap().1;
        verify(query, &keys::SP).unwrap();
        let refused = received(query, &keys::SP).unwrap_err();
        assert_eq!(refused, AuthnRequestError::Message(expected));
    }
}

/// The URL of a request that is signed by a key in this process.
pub(crate) fn redirected(endpoint: &str, xml: &str, relay: &str, key: &SigningKey) -> String {
    let message = (MessageParameter::Request, xml);
    signed_redirect(endpoint, message, Some(relay), key)
}

/// The query of a URL with another message in it, signed by the identity provider's key.
pub(crate) fn resign(url: &str, message: &str) -> String {
    let query = url.split_once('?').unwrap().1;
    let message = message.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    replaced(query, "SAMLRequest", &message, &keys::IDP)
}

fn resigned(query: &str, name: &str, value: &str) -> String {
    replaced(query, name, value, &keys::SP)
}

fn replaced(query: &str, name: &str, value: &str, key: &keys::KeyPair) -> String {
    let own = query.split('&').find(|pair| pair.starts_with(name)).unwrap();
    let (signed, _) = query.split_once("&Signature=").unwrap();
    let signed = signed.replace(own, &format!("{name}={value}"));
    let signature = key.raw_signature(MessageDigest::sha256(), signed.as_bytes());
    let signature = openssl::base64::encode_block(&signature);
    let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("{signed}&Signature={signature}")
}

pub(crate) fn verify(query: &str, sender: &keys::KeyPair) -> Result<RedirectMessage, MessageError> {
    verify_as(MessageParameter::Request, query, sender)
}

fn verify_as(
    parameter: MessageParameter,
    query: &str,
    sender: &keys::KeyPair,
) -> Result<RedirectMessage, MessageError> {
    RedirectMessage::verify(parameter, query, &[sender.verification()], &SignatureAlgorithm::ALL)
}

/// The request, judged as the one service provider's that there is.
fn received(
    query: &str,
    sender: &keys::KeyPair,
) -> Result<ReceivedAuthnRequest, AuthnRequestError> {
    let provider = registered(SP_ENTITY, &[ACS], Some(sender));
    UnverifiedAuthnRequest::from_redirect(query)?.verify(
        |_| Some(&provider),
        "https://idp.example/sso",
        NOON,
    )
}

fn query() -> String {
    let signer = keys::SP.signing(SignatureAlgorithm::RsaSha256);
    let url = redirected("https://idp.example/sso", &request(), "handle", &signer);
    url.split_once('?').unwrap().1.to_owned()
}

fn request() -> String {
    let id = RequestId::from_stored(REQUEST.to_owned());
    AuthnRequest {
        id: &id,
        issued: NOON,
        destination: "https://idp.example/sso",
        issuer: SP_ENTITY,
        acs_url: ACS,
        force_authn: false,
        is_passive: false,
        context: None,
        vetuma_language: Some("fi"),
        profile: &RequestProfile::default(),
        encrypted: None,
        hint: None,
        subject: None,
    }
    .to_xml()
}

fn signature_error(cause: SignatureError) -> MessageError {
    MessageError::Signature { part: Part::Request, cause }
}

/// The same name as a constant, as refusals carry it.
fn constant(name: &str) -> &'static str {
    ["SAMLRequest", "RelayState", "SigAlg", "Signature"]
        .into_iter()
        .find(|one| *one == name)
        .unwrap()
}
