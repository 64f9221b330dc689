//! What is printed and logged of a request and of its refusal.

use silta_saml::{AuthnRequestError, MessageError, RELAY_STATE_LIMIT, UnverifiedAuthnRequest};
use silta_testkit::forge::{ACS, ForgedRequest, NOON, REQUEST, SP_ENTITY, SSO};

use super::bindings::strict;

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
