//! One example of every refusal there is. The matches at the end name every variant, so a new one
//! does not compile until it is given a place, and fails here until it is given an example.

use std::collections::BTreeSet;

use silta_saml::algorithm::DataCipher;
use silta_saml::{
    AgreementError, DecryptionError, MESSAGE_LIMIT, MessageError, Part, Requirement, Response,
    ResponseError, SignatureError, SignedParts, StatusError, StatusMeaning, Unverified, XmlError,
    post_value,
};
use silta_testkit::forge::EditPoint::{
    self, Assertion, Encrypted, SignedAssertion, SignedResponse,
};
use silta_testkit::forge::{AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, text};
use silta_testkit::keys;

use crate::agreement::agreeing;
use crate::fixture::{at, instant, refusal};

#[test]
fn every_refusal_has_an_example_and_a_word_of_its_own() {
    let examples = examples();
    let reached: BTreeSet<_> = examples.iter().map(place).collect();
    let all = (0..42)
        .chain([43, 44, 45, 46, 48])
        .chain(100..116)
        .chain(200..210)
        .chain(300..321)
        .chain(400..408)
        .chain(500..507)
        .chain(600..607)
        .collect();
    assert_eq!(reached, all, "an example is missing");

    let words: BTreeSet<_> = examples.iter().map(ResponseError::reason).collect();
    assert_eq!(words.len(), reached.len(), "two refusals share a word");
    let stable = |word: &&str| {
        word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    assert!(words.iter().all(stable), "{words:?}");
}

/// Every refusal can be written down, and none of them says anything that the peer said, but for URIs
/// that it signed where ours were expected.
#[test]
fn no_refusal_repeats_the_words_of_the_peer() {
    for example in examples() {
        let told = format!("{example} {example:?}");
        for word in ["person-7", "evil", "attacker", "\n", "\u{1b}"] {
            assert!(!told.contains(word), "{told}");
        }
        let shows_uris = matches!(
            example,
            ResponseError::WrongDestination(_)
                | ResponseError::WrongIssuer { .. }
                | ResponseError::WrongRecipient(_)
                | ResponseError::WrongAudience(_)
                | ResponseError::UnknownAuthnContext(_)
                | ResponseError::WeakAuthnContext(_)
        );
        for word in ["example", "urn:", "http"] {
            assert!(shows_uris || !told.contains(word), "{told}");
        }
    }
}

fn examples() -> Vec<ResponseError> {
    let of_requirements = crate::requirement::examples().map(ResponseError::Required).to_vec();
    [
        of_the_message(),
        of_its_terms(),
        of_its_xml(),
        of_signatures(),
        of_status(),
        of_agreements(),
        of_requirements,
    ]
    .concat()
}

fn of_the_message() -> Vec<ResponseError> {
    let posted = |value: &str| {
        Unverified::<Response>::from_post(value)
            .and_then(|message| message.verify(&FakeIdp::default().expectation(), NOON))
            .unwrap_err()
    };
    let default = FakeIdp::default();
    let cbc = default.response().unsigned_response().cipher(DataCipher::Aes128Cbc);
    vec![
        posted(&"A".repeat(MESSAGE_LIMIT + 1)),
        posted("!"),
        posted("/w=="),
        posted("AQQA+/88eC8+"),
        posted(&post_value("<x/>")),
        whole("Version=\"2.0\"", "Version=\"2.1\""),
        spoilt(|good| good.edit(Assertion, |xml| text::without(xml, "saml:Conditions"))),
        said(" AuthnInstant", " Instant"),
        around(|xml| text::swapped(xml, "<samlp:Status>", "<samlp:Status/><samlp:Status>")),
        around(|xml| text::swapped(xml, "</samlp:Response>", "<x/></samlp:Response>")),
        around(|xml| text::swapped(xml, "</samlp:Response>", "x</samlp:Response>")),
        inside("<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>"),
        inside("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>"),
        spoilt(ForgedResponse::unsigned_assertion),
        refusal(&default, &default.response().plain(), NOON),
        swap(Encrypted, "xmlenc11#aes256-gcm", "xmlenc#tripledes-cbc"),
        refusal(&default, &cbc, NOON),
        swap(Encrypted, "xmlenc#Element", "xmlenc#Content"),
        spoilt(|good| good.ciphertext(|_| vec![0; 40])),
        said("</saml:Conditions>", "</saml:Conditions><saml:EncryptedID/>"),
        spoilt(|good| {
            let many = "<saml:EncryptedAttribute/>".repeat(9);
            good.edit(Assertion, move |xml| text::before(xml, "</saml:AttributeStatement>", &many))
        }),
        spoilt(|good| {
            let name = "http://eidas.europa.eu/attributes/naturalperson/representative/BirthName";
            good.attributes(&[(name, &["evil"])])
        }),
        {
            let country = silta_saml::Country::parse("FI");
            let idp = FakeIdp::plain().with_profile(|profile| profile.identifiers_for = country);
            let name = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier";
            refusal(&idp, &idp.response().attributes(&[(name, &["SE/SE/evil"])]), NOON)
        },
        {
            let proof = silta_saml::SignMessageProof::of("evil", true);
            let idp = FakeIdp::plain().with_profile(|profile| profile.sign_message = Some(proof));
            refusal(&idp, &idp.response(), NOON)
        },
    ]
}

fn of_its_terms() -> Vec<ResponseError> {
    let condition =
        |one: &str| said("<saml:AudienceRestriction>", &format!("{one}<saml:AudienceRestriction>"));
    let strict = FakeIdp::plain().requiring_level(2).requiring_freshness(NOON);
    vec![
        whole(" Destination=", " Other="),
        spoilt(|good| good.issuer("evil")),
        whole("<saml:Issuer ", "<saml:Issuer Format=\"evil\" "),
        whole(" InResponseTo=", " Other="),
        spoilt(|good| good.in_response_to("_evil")),
        whole("IssueInstant=\"2026", "IssueInstant=\"evil"),
        spoilt(|good| good.issued(at(-3_600))),
        spoilt(|good| good.issued(at(3_600))),
        said("cm:bearer", "cm:evil"),
        said(" Recipient=", " Other="),
        said("saml/acs\" NotOnOrAfter=", "saml/acs\" Other="),
        said(" Recipient=", " NotBefore=\"2026-11-21T12:00:00Z\" Recipient="),
        said(
            "saml/acs\" NotOnOrAfter=\"2026-11-21T12:05",
            "saml/acs\" NotOnOrAfter=\"2026-11-21T11:05",
        ),
        said(
            "NotBefore=\"2026-11-21T12:00:00Z\" NotOnOrAfter=\"2026-11-21T12:05",
            "NotOnOrAfter=\"2026-11-21T11:05",
        ),
        said("NotBefore=\"2026-11-21T12", "NotBefore=\"2026-11-21T13"),
        spoilt(|good| good.edit(Assertion, |xml| text::without(xml, "saml:AudienceRestriction"))),
        spoilt(|good| good.audience("evil")),
        condition("<evil/>"),
        condition("<saml:ProxyRestriction Count=\"0\"/>"),
        said(
            " SessionIndex",
            &format!(" SessionNotOnOrAfter=\"{}\" SessionIndex", instant(-3_600)),
        ),
        refusal(
            &strict,
            &strict.response().authenticated(at(-3_600)).authn_context(AUTHN_CONTEXTS[2]),
            NOON,
        ),
        spoilt(|good| good.authn_context("evil")),
        refusal(&strict, &strict.response().authenticated(NOON), NOON),
    ]
}

fn of_its_xml() -> Vec<ResponseError> {
    vec![
        around(|xml| format!("{xml}evil")),
        around(|xml| format!("<!DOCTYPE evil>{xml}")),
        around(|xml| format!("<?evil?>{xml}")),
        around(|xml| format!("\r\n<?xml version=\"1.0\"?>{xml}")),
        around(|xml| format!("<!-- evil -->{xml}")),
        around(|xml| format!("<?xml version=\"1.0\" encoding=\"evil\"?>{xml}")),
        around(|xml| format!("<?xml version=\"1.1\"?>{xml}")),
        inside(&format!("{}{}", "<a>".repeat(40), "</a>".repeat(40))),
        inside(&"<a/>".repeat(10_000)),
        inside(&format!("<a{}/>", " a=\"\"".repeat(65))),
        inside(&"<a xmlns:a=\"a:\" xmlns:b=\"a:\">".repeat(33)),
        inside(&format!("<a xmlns=\"urn:{}\"/>", "evil".repeat(64))),
        inside(&format!("<a{}>{}</a>", declared(60), "<a xmlns:z=\"z:\"/>".repeat(1_000))),
        inside("<a Id=\"_response\"/>"),
        inside("<a xml:id=\"_evil\"/>"),
        inside("<a xmlns=\"evil\"/>"),
    ]
}

fn declared(count: usize) -> String {
    (0..count).fold(String::new(), |all, n| all + &format!(" xmlns:p{n}=\"p:\""))
}

fn of_signatures() -> Vec<ResponseError> {
    let signed = |from: &str, to: &str| spoilt(|good| good.resigned(from, to));
    vec![
        swap(SignedAssertion, "<ds:KeyInfo>", "<ds:Object/><ds:KeyInfo>"),
        signed(
            "<ds:CanonicalizationMethod Algorithm=\"",
            "<ds:CanonicalizationMethod Algorithm=\"evil",
        ),
        signed("<ds:SignatureMethod Algorithm=\"", "<ds:SignatureMethod Algorithm=\"evil"),
        signed("<ds:DigestMethod Algorithm=\"", "<ds:DigestMethod Algorithm=\"evil"),
        signed("<ds:Transform Algorithm=\"", "<ds:Transform Algorithm=\"evil"),
        signed("URI=\"", "URI=\"evil"),
        signed("</ds:SignedInfo>", &format!("{}</ds:SignedInfo>", " ".repeat(8_192))),
        swap(SignedAssertion, "person-7", "evil"),
        swap(SignedAssertion, "<ds:DigestValue>", "<ds:DigestValue> "),
        // No message can cause it.
        ResponseError::Message(MessageError::Signature {
            part: Part::Response,
            cause: SignatureError::NotComputed,
        }),
    ]
}

fn of_status() -> Vec<ResponseError> {
    let failed = |failure: &StatusError| {
        let prefix = "urn:oasis:names:tc:SAML:2.0:status:";
        let code = failure.code();
        let second = format!("<samlp:StatusCode Value=\"{prefix}{code}\"/></samlp:StatusCode>");
        whole("Success\"/>", &format!("Responder\">{second}"))
    };
    let unsolicited = spoilt(|good| {
        good.swap(EditPoint::Response, ":status:Success", ":status:Requester").swap(
            EditPoint::Response,
            " InResponseTo=",
            " Other=",
        )
    });
    let unsigned = spoilt(|good| {
        good.unsigned_response().swap(EditPoint::Response, ":status:Success", ":status:Requester")
    });
    let told = [whole(":status:Success", ":status:Requester"), unsolicited, unsigned];
    let others = StatusError::ALL.iter().filter(|one| **one != StatusError::Requester);
    others.map(failed).chain(told).chain(StatusMeaning::ALL.map(reported)).collect()
}

/// A failure of this meaning, told in words that our table has.
fn reported(meaning: StatusMeaning) -> ResponseError {
    let idp = FakeIdp::plain()
        .with_profile(|profile| profile.statuses.add("ErrorCode nr19", meaning).unwrap());
    let told = "Responder\"/><samlp:StatusMessage>evil: ErrorCode nr19</samlp:StatusMessage>";
    refusal(&idp, &idp.response().swap(EditPoint::Response, "Success\"/>", told), NOON)
}

fn swap(point: EditPoint, from: &str, to: &str) -> ResponseError {
    spoilt(|good| good.swap(point, from, to))
}

/// Edits the Response before it is signed.
fn whole(from: &str, to: &str) -> ResponseError {
    swap(EditPoint::Response, from, to)
}

/// Edits the assertion before it is signed.
fn said(from: &str, to: &str) -> ResponseError {
    swap(Assertion, from, to)
}

/// Edits the Response after it was signed.
fn around(spoil: fn(&str) -> String) -> ResponseError {
    spoilt(|good| good.edit(SignedResponse, spoil))
}

/// Puts something into the Extensions of the Response after it was signed.
fn inside(xml: &str) -> ResponseError {
    let extensions = format!("<samlp:Extensions>{xml}</samlp:Extensions><samlp:Status>");
    swap(SignedResponse, "<samlp:Status>", &extensions)
}

fn of_agreements() -> Vec<ResponseError> {
    let agreed = |from: &str, to: &str| {
        let idp = agreeing();
        let made = idp.response().held_by(&[(&keys::SP_P256, None)]).swap(Encrypted, from, to);
        refusal(&idp, &made, NOON)
    };
    let (party, p256) = ("PartyUInfo=\"00\"", "urn:oid:1.2.840.10045.3.1.7");
    let point = "<dsig11:PublicKey>B";
    let idp = agreeing();
    let short = |xml: &str| text::octets(xml, "xenc:CipherValue", 0, |_| vec![7; 24]);
    let short = idp.response().held_by(&[(&keys::SP_P256, None)]).edit(Encrypted, short);
    vec![
        agreed(party, "PartyUInfo=\"evil\""),
        agreed(party, "PartyUInfo=\"0180\""),
        agreed("dsig11:NamedCurve URI=", "dsig11:evil URI="),
        agreed(p256, "urn:oid:evil"),
        agreed(point, &format!("{point}evil")),
        agreed(p256, "urn:oid:1.3.36.3.3.2.8.1.1.7"),
        refusal(&idp, &short, NOON),
        refusal(&idp, &idp.response().held_by(&[(&keys::IDP_P384, None)]), NOON),
    ]
}

/// Spoils the good response where either form will do, and both parts must be signed.
fn spoilt(spoil: impl FnOnce(ForgedResponse) -> ForgedResponse) -> ResponseError {
    let idp = FakeIdp::plain().requiring(SignedParts::Both);
    refusal(&idp, &spoil(idp.response()), NOON)
}

/// A place for every variant, without a rest.
fn place(rejected: &ResponseError) -> usize {
    match rejected {
        ResponseError::Message(MessageError::TooLarge { .. }) => 0,
        ResponseError::Message(MessageError::NotBase64) => 1,
        ResponseError::Message(MessageError::NotUtf8) => 2,
        ResponseError::Message(MessageError::WrongRoot { .. }) => 3,
        ResponseError::Message(MessageError::WrongVersion { .. }) => 4,
        ResponseError::Message(MessageError::Missing { .. }) => 5,
        ResponseError::Message(MessageError::MissingAttribute { .. }) => 6,
        ResponseError::Message(MessageError::Repeated { .. }) => 7,
        ResponseError::Message(MessageError::UnexpectedElement { .. }) => 8,
        ResponseError::Message(MessageError::UnexpectedText { .. }) => 9,
        ResponseError::AssertionCount => 10,
        ResponseError::StraySignature => 11,
        ResponseError::Message(MessageError::Unsigned { .. })
        | ResponseError::UnsignedFailure { .. } => 12,
        ResponseError::NotEncrypted => 13,
        ResponseError::Decryption(DecryptionError::Algorithm { .. }) => 14,
        ResponseError::Decryption(DecryptionError::CbcUnsigned) => 15,
        ResponseError::Decryption(DecryptionError::Structure) => 16,
        ResponseError::Decryption(DecryptionError::Undecryptable) => 17,
        ResponseError::Decryption(DecryptionError::Agreement(error)) => of_an_agreement(*error),
        ResponseError::EncryptedContent => 18,
        ResponseError::WrongDestination(_) => 19,
        ResponseError::WrongIssuer { .. } => 20,
        ResponseError::Unsolicited { .. } | ResponseError::UnsolicitedFailure { .. } => 21,
        ResponseError::NotOurRequest { .. } => 22,
        ResponseError::Message(MessageError::NotAnInstant { .. }) => 23,
        ResponseError::Message(MessageError::Stale { .. }) => 24,
        ResponseError::Message(MessageError::FromTheFuture { .. }) => 25,
        ResponseError::NoBearer => 26,
        ResponseError::WrongRecipient(_) => 27,
        ResponseError::ConfirmationEndless => 28,
        ResponseError::ConfirmationNotBefore => 29,
        ResponseError::ConfirmationExpired { .. } => 30,
        ResponseError::Expired { .. } => 31,
        ResponseError::NotYetValid { .. } => 32,
        ResponseError::NoAudience => 33,
        ResponseError::WrongAudience(_) => 34,
        ResponseError::UnknownCondition => 35,
        ResponseError::ProxyForbidden => 36,
        ResponseError::SessionOver { .. } => 37,
        ResponseError::NotFresh { .. } => 38,
        ResponseError::UnknownAuthnContext(_) => 39,
        ResponseError::WeakAuthnContext(_) => 40,
        ResponseError::Message(MessageError::IssuerFormat { .. }) => 41,
        // By redirect, which brings no Response.
        ResponseError::Message(MessageError::NotDeflated | MessageError::TwoMessages) => 42,
        ResponseError::Message(MessageError::Deflated) => 43,
        ResponseError::TooManyEncrypted { .. } => 44,
        ResponseError::Representative => 45,
        ResponseError::EidasIdentifier => 46,
        ResponseError::EsamlAnswer { .. } => 47,
        ResponseError::SignMessage => 48,
        ResponseError::Message(MessageError::Malformed { cause, .. }) => match cause {
            XmlError::NotWellFormed => 100,
            XmlError::Doctype => 101,
            XmlError::ProcessingInstruction => 102,
            XmlError::Comment => 103,
            XmlError::Encoding => 104,
            XmlError::TooDeep => 105,
            XmlError::TooManyNodes => 106,
            XmlError::TooManyAttributes => 107,
            XmlError::TooManyNamespaces => 108,
            XmlError::DuplicateId => 109,
            XmlError::QualifiedId => 110,
            XmlError::RelativeNamespace => 111,
            XmlError::XmlVersion => 112,
            XmlError::NamespaceTooLong => 113,
            XmlError::TooManyNames => 114,
            XmlError::SpaceBeforeDeclaration => 115,
        },
        ResponseError::Message(MessageError::Signature { cause, .. }) => match cause {
            SignatureError::Structure => 200,
            SignatureError::Canonicalization { .. } => 201,
            SignatureError::Algorithm { .. } => 202,
            SignatureError::Digest { .. } => 203,
            SignatureError::Transforms { .. } => 204,
            SignatureError::Reference => 205,
            SignatureError::DigestMismatch => 206,
            SignatureError::NoKeyMatches => 207,
            SignatureError::TooLong => 208,
            SignatureError::NotComputed => 209,
        },
        ResponseError::Status(failure) => place_of_status(*failure),
        ResponseError::Required(one) => place_of_requirement(*one),
        ResponseError::NationalStatus { meaning, .. } => place_of_national_status(*meaning),
    }
}

fn of_an_agreement(error: AgreementError) -> usize {
    match error {
        AgreementError::BitString => 400,
        AgreementError::PartOfOctet => 401,
        AgreementError::Originator => 402,
        AgreementError::Curve => 403,
        AgreementError::PointForm => 404,
        AgreementError::NotOnCurve => 405,
        AgreementError::WrappedLength => 406,
        AgreementError::NoKeyOnCurve => 407,
    }
}

fn place_of_requirement(one: Requirement) -> usize {
    match one {
        Requirement::ResponseId => 600,
        Requirement::IssuerFormat => 601,
        Requirement::NotBefore => 602,
        Requirement::NotOnOrAfter => 603,
        Requirement::TransientNameId => 604,
        Requirement::NameQualifier => 605,
        Requirement::AttributeValues => 606,
    }
}

/// Two of them say what a code of SAML says.
fn place_of_national_status(meaning: StatusMeaning) -> usize {
    match meaning {
        StatusMeaning::NoAuthnContext => place_of_status(StatusError::NoAuthnContext),
        StatusMeaning::Requester => place_of_status(StatusError::Requester),
        StatusMeaning::Cancelled => 500,
        StatusMeaning::ConsentRefused => 501,
        StatusMeaning::TimedOut => 502,
        StatusMeaning::WrongCredentials => 503,
        StatusMeaning::AccountSuspended => 504,
        StatusMeaning::OtherIdentity => 505,
        StatusMeaning::SuspectedFraud => 506,
    }
}

fn place_of_status(failure: StatusError) -> usize {
    match failure {
        StatusError::AuthnFailed => 300,
        StatusError::InvalidAttrNameOrValue => 301,
        StatusError::InvalidNameIdPolicy => 302,
        StatusError::NoAuthnContext => 303,
        StatusError::NoAvailableIdp => 304,
        StatusError::NoPassive => 305,
        StatusError::NoSupportedIdp => 306,
        StatusError::PartialLogout => 307,
        StatusError::ProxyCountExceeded => 308,
        StatusError::RequestDenied => 309,
        StatusError::RequestUnsupported => 310,
        StatusError::RequestVersionDeprecated => 311,
        StatusError::RequestVersionTooHigh => 312,
        StatusError::RequestVersionTooLow => 313,
        StatusError::ResourceNotRecognized => 314,
        StatusError::TooManyResponses => 315,
        StatusError::UnknownAttrProfile => 316,
        StatusError::UnknownPrincipal => 317,
        StatusError::UnsupportedBinding => 318,
        StatusError::Requester => 319,
        StatusError::Responder => 320,
    }
}
