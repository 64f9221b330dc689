//! One example of every refusal there is. The matches at the end name every variant, so a new one
//! does not compile until it is given a place, and fails here until it is given an example.

use std::collections::BTreeSet;

use silta_saml::algorithm::DataCipher;
use silta_saml::{
    MESSAGE_LIMIT, Malformed, Rejected, Response, SignatureFault, SignedParts, StatusFailure,
    Unverified, post_value,
};
use silta_testkit::forge::Stage::{self, Assertion, Encrypted, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, Forgery, LADDER, NOON, text};

use crate::world::{at, instant, refusal};

#[test]
fn every_refusal_has_an_example_and_a_word_of_its_own() {
    let examples = examples();
    let reached: BTreeSet<_> = examples.iter().map(place).collect();
    let all = (0..42).chain(100..115).chain(200..209).chain(300..306).collect();
    assert_eq!(reached, all, "an example is missing");

    let words: BTreeSet<_> = examples.iter().map(Rejected::reason).collect();
    assert_eq!(words.len(), reached.len(), "two refusals share a word");
    let stable = |word: &&str| {
        word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    assert!(words.iter().all(stable), "{words:?}");
}

/// Every refusal can be written down, and none of them says anything that the peer said.
#[test]
fn no_refusal_repeats_the_words_of_the_peer() {
    for example in examples() {
        let told = format!("{example} {example:?}");
        for word in ["person-7", "evil", "attacker", "example", "urn:", "http"] {
            assert!(!told.contains(word), "{told}");
        }
    }
}

fn examples() -> Vec<Rejected> {
    [of_the_message(), of_its_terms(), of_its_xml(), of_signatures(), of_status()].concat()
}

fn of_the_message() -> Vec<Rejected> {
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
        posted(&post_value("<x/>")),
        whole("Version=\"2.0\"", "Version=\"2.1\""),
        said("saml:Conditions", "saml:Other"),
        said(" AuthnInstant", " Instant"),
        around(|xml| text::swapped(xml, "<samlp:Status>", "<samlp:Status/><samlp:Status>")),
        around(|xml| text::swapped(xml, "</samlp:Response>", "<x/></samlp:Response>")),
        around(|xml| text::swapped(xml, "</samlp:Response>", "x</samlp:Response>")),
        inside("<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>"),
        inside("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>"),
        spoilt(Forgery::unsigned_assertion),
        refusal(&default, &default.response().plain(), NOON),
        swap(Encrypted, "xmlenc11#aes256-gcm", "xmlenc#tripledes-cbc"),
        refusal(&default, &cbc, NOON),
        swap(Encrypted, "xmlenc#Element", "xmlenc#Content"),
        spoilt(|good| good.ciphertext(|_| vec![0; 40])),
        said("<saml:NameID ", "<saml:EncryptedID/><saml:NameID "),
    ]
}

fn of_its_terms() -> Vec<Rejected> {
    let condition =
        |one: &str| said("<saml:AudienceRestriction>", &format!("{one}<saml:AudienceRestriction>"));
    let strict = FakeIdp::plain().asked_for_context(2).asked_for_freshness(NOON);
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
            &strict.response().authenticated(at(-3_600)).authn_context(LADDER[2]),
            NOON,
        ),
        spoilt(|good| good.authn_context("evil")),
        refusal(&strict, &strict.response().authenticated(NOON), NOON),
    ]
}

fn of_its_xml() -> Vec<Rejected> {
    vec![
        around(|xml| format!("{xml}evil")),
        around(|xml| format!("<!DOCTYPE evil>{xml}")),
        around(|xml| format!("<?evil?>{xml}")),
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

fn of_signatures() -> Vec<Rejected> {
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
    ]
}

fn of_status() -> Vec<Rejected> {
    let failed = |code: &str| {
        let prefix = "urn:oasis:names:tc:SAML:2.0:status:";
        let second = format!("<samlp:StatusCode Value=\"{prefix}{code}\"/></samlp:StatusCode>");
        whole("Success\"/>", &format!("Responder\">{second}"))
    };
    vec![
        failed("AuthnFailed"),
        failed("NoAuthnContext"),
        failed("NoPassive"),
        failed("RequestDenied"),
        failed("evil"),
        whole(":status:Success", ":status:Requester"),
    ]
}

fn swap(stage: Stage, from: &str, to: &str) -> Rejected {
    spoilt(|good| good.swap(stage, from, to))
}

/// Edits the Response before it is signed.
fn whole(from: &str, to: &str) -> Rejected {
    swap(Stage::Response, from, to)
}

/// Edits the assertion before it is signed.
fn said(from: &str, to: &str) -> Rejected {
    swap(Assertion, from, to)
}

/// Edits the Response after it was signed.
fn around(spoil: fn(&str) -> String) -> Rejected {
    spoilt(|good| good.edit(SignedResponse, spoil))
}

/// Puts something into the Extensions of the Response after it was signed.
fn inside(xml: &str) -> Rejected {
    let extensions = format!("<samlp:Extensions>{xml}</samlp:Extensions><samlp:Status>");
    swap(SignedResponse, "<samlp:Status>", &extensions)
}

/// Spoils the good response where either form will do, and both parts must be signed.
fn spoilt(spoil: impl FnOnce(Forgery) -> Forgery) -> Rejected {
    let idp = FakeIdp::plain().wanting(SignedParts::Both);
    refusal(&idp, &spoil(idp.response()), NOON)
}

/// A place for every variant, without a rest.
fn place(rejected: &Rejected) -> usize {
    match rejected {
        Rejected::TooLarge { .. } => 0,
        Rejected::NotBase64 => 1,
        Rejected::NotUtf8 => 2,
        Rejected::WrongRoot { .. } => 3,
        Rejected::WrongVersion { .. } => 4,
        Rejected::Missing { .. } => 5,
        Rejected::MissingAttribute { .. } => 6,
        Rejected::Repeated { .. } => 7,
        Rejected::UnexpectedElement { .. } => 8,
        Rejected::UnexpectedText { .. } => 9,
        Rejected::AssertionCount => 10,
        Rejected::StraySignature => 11,
        Rejected::Unsigned { .. } => 12,
        Rejected::NotEncrypted => 13,
        Rejected::EncryptionAlgorithm => 14,
        Rejected::CbcUnsigned => 15,
        Rejected::EncryptionStructure => 16,
        Rejected::Undecryptable => 17,
        Rejected::EncryptedContent => 18,
        Rejected::WrongDestination => 19,
        Rejected::WrongIssuer { .. } => 20,
        Rejected::Unsolicited { .. } => 21,
        Rejected::NotOurRequest { .. } => 22,
        Rejected::NotAnInstant { .. } => 23,
        Rejected::Stale { .. } => 24,
        Rejected::FromTheFuture { .. } => 25,
        Rejected::NoBearer => 26,
        Rejected::WrongRecipient => 27,
        Rejected::ConfirmationEndless => 28,
        Rejected::ConfirmationNotBefore => 29,
        Rejected::ConfirmationExpired { .. } => 30,
        Rejected::Expired { .. } => 31,
        Rejected::NotYetValid { .. } => 32,
        Rejected::NoAudience => 33,
        Rejected::WrongAudience => 34,
        Rejected::UnknownCondition => 35,
        Rejected::ProxyForbidden => 36,
        Rejected::SessionOver { .. } => 37,
        Rejected::NotFresh { .. } => 38,
        Rejected::UnknownAuthnContext => 39,
        Rejected::WeakAuthnContext => 40,
        Rejected::IssuerFormat { .. } => 41,
        Rejected::Malformed { fault, .. } => match fault {
            Malformed::NotWellFormed => 100,
            Malformed::Doctype => 101,
            Malformed::ProcessingInstruction => 102,
            Malformed::Comment => 103,
            Malformed::Encoding => 104,
            Malformed::TooDeep => 105,
            Malformed::TooManyNodes => 106,
            Malformed::TooManyAttributes => 107,
            Malformed::TooManyNamespaces => 108,
            Malformed::DuplicateId => 109,
            Malformed::QualifiedId => 110,
            Malformed::RelativeNamespace => 111,
            Malformed::XmlVersion => 112,
            Malformed::NamespaceTooLong => 113,
            Malformed::TooManyNames => 114,
        },
        Rejected::Signature { fault, .. } => match fault {
            SignatureFault::Structure => 200,
            SignatureFault::Canonicalization => 201,
            SignatureFault::Algorithm => 202,
            SignatureFault::Digest => 203,
            SignatureFault::Transforms => 204,
            SignatureFault::Reference => 205,
            SignatureFault::DigestMismatch => 206,
            SignatureFault::NoKeyMatches => 207,
            SignatureFault::TooLong => 208,
        },
        Rejected::Status(failure) => match failure {
            StatusFailure::AuthnFailed => 300,
            StatusFailure::NoAuthnContext => 301,
            StatusFailure::NoPassive => 302,
            StatusFailure::RequestDenied => 303,
            StatusFailure::Requester => 304,
            StatusFailure::Responder => 305,
        },
    }
}
