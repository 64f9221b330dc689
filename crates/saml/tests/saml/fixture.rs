//! What the tests share: both forms of one deviation, and identities that can be compared.

use jiff::Timestamp;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AllowedAlgorithms, Attribute, DecryptionError, Mismatch, NameId, NamedAlgorithm, ReceivedUri,
    ResponseError, SignatureError, SignedParts, VerifiedAssertion,
};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON};

/// Spoils a good response in its encrypted and in its plain form; both must be refused for this
/// reason.
#[track_caller]
pub(crate) fn refuses(expected: &ResponseError, spoil: impl Fn(ForgedResponse) -> ForgedResponse) {
    refuses_at(NOON, FakeIdp::plain, expected, spoil);
}

/// As [`refuses`], with the response itself unsigned: then an attacker may arrange it at will.
#[track_caller]
pub(crate) fn refuses_unsigned(
    expected: &ResponseError,
    spoil: impl Fn(ForgedResponse) -> ForgedResponse,
) {
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    refuses_at(NOON, fixture, expected, |forged| spoil(forged.unsigned_response()));
}

/// As [`refuses`], with another fixture or at another time.
#[track_caller]
pub(crate) fn refuses_at(
    now: Timestamp,
    fixture: impl Fn() -> FakeIdp,
    expected: &ResponseError,
    spoil: impl Fn(ForgedResponse) -> ForgedResponse,
) {
    let idp = fixture();
    assert_eq!(refusal(&idp, &spoil(idp.response()), now), *expected, "encrypted");
    assert_eq!(refusal(&idp, &spoil(idp.response().plain()), now), *expected, "plain");
}

/// Changes a good response in both forms; both must be accepted.
#[track_caller]
pub(crate) fn accepts(change: impl Fn(ForgedResponse) -> ForgedResponse) -> [Identity; 2] {
    accepts_at(NOON, FakeIdp::plain, change)
}

/// As [`accepts`], with another fixture or at another time.
#[track_caller]
pub(crate) fn accepts_at(
    now: Timestamp,
    fixture: impl Fn() -> FakeIdp,
    change: impl Fn(ForgedResponse) -> ForgedResponse,
) -> [Identity; 2] {
    let idp = fixture();
    [change(idp.response()), change(idp.response().plain())]
        .map(|forged| accepted(&idp, &forged, now))
}

/// Why this response is refused.
#[track_caller]
pub(crate) fn refusal(idp: &FakeIdp, forged: &ForgedResponse, now: Timestamp) -> ResponseError {
    forged.sign().verify(&idp.expectation(), now).unwrap_err()
}

/// Who this response speaks of.
#[track_caller]
pub(crate) fn accepted(idp: &FakeIdp, forged: &ForgedResponse, now: Timestamp) -> Identity {
    Identity::of(&forged.sign().verify(&idp.expectation(), now).unwrap())
}

/// Everything that can be read from a verified assertion. Personal data is redacted in `Debug`, so a
/// failed comparison shows no more than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) valid_until: Timestamp,
    pub(crate) name_id: Option<NameId>,
    pub(crate) authn_instant: Timestamp,
    pub(crate) authn_context: String,
    pub(crate) session_index: Option<String>,
    pub(crate) session_not_on_or_after: Option<Timestamp>,
    pub(crate) attributes: Vec<Attribute>,
}

impl Identity {
    pub(crate) fn of(verified: &VerifiedAssertion) -> Self {
        Self {
            id: verified.id().to_owned(),
            valid_until: verified.valid_until(),
            name_id: verified.name_id().cloned(),
            authn_instant: verified.authn_instant(),
            authn_context: verified.authn_context().to_owned(),
            session_index: verified.session_index().map(str::to_owned),
            session_not_on_or_after: verified.session_not_on_or_after(),
            attributes: verified.attributes().to_vec(),
        }
    }

    /// The text of the `NameID`.
    pub(crate) fn name(&self) -> &str {
        self.name_id.as_ref().map_or("", |name_id| &name_id.value)
    }

    /// The values of the one attribute of this name.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let mut found = self.attributes.iter().filter(|attribute| attribute.name == name);
        let one = found.next().unwrap();
        assert!(found.next().is_none(), "{name} stands once");
        one.values.iter().map(String::as_str).collect()
    }
}

/// What was expected at a signed place, and what came.
pub(crate) fn mismatch(expected: &str, received: &[&str]) -> Mismatch {
    levels(&[expected], received)
}

/// The same where any of several will do, such as a level.
pub(crate) fn levels(expected: &[&str], received: &[&str]) -> Mismatch {
    let expected = expected.iter().map(ToString::to_string).collect();
    let received = Some(received.iter().map(|one| ReceivedUri::of(one)).collect());
    Mismatch { expected, received }
}

/// The same where nobody signed what came.
pub(crate) fn unproven(expected: &str) -> Mismatch {
    Mismatch { expected: vec![expected.to_owned()], received: None }
}

/// A signature algorithm that is none of those that may be used.
pub(crate) fn refused_algorithm(named: NamedAlgorithm) -> SignatureError {
    let allowed = AllowedAlgorithms::signatures(&SignatureAlgorithm::ALL);
    SignatureError::Algorithm { named, allowed }
}

/// A digest that is none of those that may be used.
pub(crate) fn refused_digest(named: NamedAlgorithm) -> SignatureError {
    SignatureError::Digest { named, allowed: AllowedAlgorithms::signed_digests() }
}

/// An algorithm of encryption that is none of those that may be used.
pub(crate) fn refused_encryption(
    named: NamedAlgorithm,
    allowed: AllowedAlgorithms,
) -> ResponseError {
    ResponseError::Decryption(DecryptionError::Algorithm { named, allowed })
}

/// Who a good response speaks of.
pub(crate) fn good() -> Identity {
    let idp = FakeIdp::default();
    accepted(&idp, &idp.response(), NOON)
}

/// An instant some seconds before or after noon, as XML has it.
pub(crate) fn instant(seconds: i64) -> String {
    at(seconds).to_string()
}

/// An instant some seconds before or after noon.
pub(crate) fn at(seconds: i64) -> Timestamp {
    NOON + jiff::SignedDuration::from_secs(seconds)
}
