//! What each kind of record looks like in the store, in each version that is read.
//!
//! `golden/octets.txt` holds the octets, and `golden/*.json` what they say. Neither changes: another
//! field is another version, with octets and a file of its own. A `.bare` one lacks every field that
//! may be missing. What an adapter keeps inside of a login has versions of its own: a login with a newer
//! one says so in its name.

#![expect(clippy::unwrap_used, reason = "tests")]

mod as_json;
pub(super) mod samples;

use std::fmt::Debug;
use std::fs;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::downstream::oidc::pending_authorization::PendingAuthorization;
use crate::downstream::saml::received_request::ReceivedAuthnRequestRecord;
use crate::hex::hex;
use crate::logout::asked_logout::AskedLogout;
use crate::logout::notified_party::EntryName;
use crate::logout::pending_logout::PendingLogout;
use crate::model::login_hint::LoginHint;
use crate::model::login_id::LoginId;
use crate::model::login_request::{Freshness, LoginRequest};
use crate::model::participant::Participant;
use crate::model::pending::Pending;
use crate::model::person::Person;
use crate::model::protocol::Protocol;
use crate::model::relying_party::RelyingParty;
use crate::model::session_id::SessionId;
use crate::model::session_part::SessionPart;
use crate::model::upstream_name::UpstreamName;
use crate::octets::Octets;
use crate::upstream::oidc::oidc_session::OidcSession;
use crate::upstream::oidc::pending_authorization_request::PendingAuthorizationRequest;
use crate::upstream::saml::pending_authn_request::PendingAuthnRequest;
use crate::upstream::saml::saml_session::SamlSession;
use crate::versioned::{self, RecordError};
use as_json::as_json;
use samples::*;

/// What was written in an older version, and the same facts in the version of today.
const REWRITTEN: [(&str, &str); 42] = [
    ("awaiting_idp.2", "awaiting_idp.5.without_configuration"),
    ("awaiting_idp.2.bare", "awaiting_idp.5.bare"),
    ("awaiting_idp.3", "awaiting_idp.5.without_configuration"),
    ("awaiting_idp.3.bare", "awaiting_idp.5.bare"),
    ("awaiting_idp.3.again", "awaiting_idp.5.without_hint"),
    ("awaiting_idp.3.authz_2", "awaiting_idp.5.without_configuration"),
    ("awaiting_idp.3.authz_2.bare", "awaiting_idp.5.bare"),
    ("awaiting_idp.3.authz_2.again", "awaiting_idp.5.without_hint"),
    ("awaiting_idp.3.authz_3", "awaiting_idp.5.without_configuration"),
    ("awaiting_idp.3.authz_3.bare", "awaiting_idp.5.bare"),
    ("awaiting_idp.3.authz_3.again", "awaiting_idp.5.without_hint"),
    ("awaiting_idp.4", "awaiting_idp.5.without_configuration"),
    ("awaiting_idp.4.bare", "awaiting_idp.5.bare"),
    ("awaiting_idp.4.again", "awaiting_idp.5.again.without_configuration"),
    ("awaiting_idp.4.without_hint", "awaiting_idp.5.without_hint"),
    ("authz.1", "authz.3"),
    ("authz.1.bare", "authz.3.bare"),
    ("authz.2", "authz.3"),
    ("authz.2.bare", "authz.3.bare"),
    ("authz.2.form_post", "authz.3.form_post"),
    ("grant.1", "grant.3.without_session"),
    ("grant.2", "grant.3.without_session"),
    ("grant.2.bare", "grant.3.bare"),
    ("spent.2", "spent.3.without_family"),
    ("spent.2.bare", "spent.3.bare"),
    ("access.1", "access.4.without_session"),
    ("access.2", "access.4.without_session"),
    ("access.2.bare", "access.4.bare"),
    ("access.3", "access.4.without_end"),
    ("access.3.without_session", "access.4.without_session"),
    ("access.3.bare", "access.4.bare"),
    ("pending_logout.1", "pending_logout.3.without_clients"),
    ("pending_logout.1.bare", "pending_logout.3.bare"),
    ("pending_logout.2", "pending_logout.3.kept"),
    ("pending_logout.2.without_clients", "pending_logout.3.without_clients"),
    ("pending_logout.2.bare", "pending_logout.3.bare"),
    ("session.1", "session.3.without_attributes"),
    ("session.1.bare", "session.3.bare"),
    ("session.2", "session.3.without_begin"),
    ("session.2.without_attributes", "session.3.without_attributes"),
    ("session.2.bare", "session.3.bare"),
    ("upstream_sessions.1", "upstream_sessions.2.without_use"),
];

/// A kind of what is kept.
struct Kind {
    /// The tags that are written today.
    tags: &'static [&'static str],
    /// Values of it in all its states, as a release writes them.
    written: Vec<(&'static str, Vec<u8>)>,
    /// Reads octets of it, and writes them again.
    again: fn(&[u8]) -> Result<Vec<u8>, RecordError>,
}

impl Kind {
    fn of<T: Versioned, const N: usize>(values: [(&'static str, T); N]) -> Self {
        let written = values.into_iter().map(|(name, value)| (name, value.to_octets().unwrap()));
        Self { tags: T::TAGS, written: written.collect(), again: rewrite::<T> }
    }

    /// Whether octets of this name are of this kind, in whatever version.
    fn has(&self, name: &str) -> bool {
        self.tags.iter().any(|tag| kind_of(tag) == kind_of(name))
    }
}

/// Every kind: with each field spelt out, so that nobody adds one without coming here. Another kind is
/// one more of these, its line of octets, and its file.
fn kinds() -> Vec<Kind> {
    let login = [
        ("awaiting_idp.5", pending_login(true)),
        ("awaiting_idp.5.without_configuration", without_configuration(pending_login(true))),
        ("awaiting_idp.5.bare", pending_login(false)),
        ("awaiting_idp.5.again", pending_login_again()),
        (
            "awaiting_idp.5.again.without_configuration",
            without_configuration(pending_login_again()),
        ),
        ("awaiting_idp.5.without_hint", without_configuration(pending_login_of_previous())),
    ];
    vec![
        Kind { again: rewrite_login, ..Kind::of(login) },
        Kind::of([
            ("authz.3", pending_authorization(true)),
            ("authz.3.bare", pending_authorization(false)),
            ("authz.3.form_post", pending_authorization_by_form()),
            ("authz.3.claims", pending_authorization_by_claims()),
        ]),
        Kind::of([
            ("authn.1", pending_authn_request(true)),
            ("authn.1.bare", pending_authn_request(false)),
        ]),
        Kind::of([
            ("authorization_request.1", pending_authorization_request(true)),
            ("authorization_request.1.bare", pending_authorization_request(false)),
        ]),
        Kind::of([
            ("received_authn_request.1", received_authn_request(true)),
            ("received_authn_request.1.bare", received_authn_request(false)),
        ]),
        Kind::of([("passive.1", passive_login())]),
        Kind::of([("answered.1", Answered)]),
        Kind::of([("used_assertion.1", UsedAssertion)]),
        Kind::of([("used_request.1", UsedRequest)]),
        Kind::of([("used_logout_request.1", UsedLogoutRequest)]),
        Kind::of([("used_client_assertion.1", UsedClientAssertion)]),
        Kind::of([("confirmed_logout.1", ConfirmedLogout)]),
        Kind::of([
            ("pending_logout.3", pending_logout(true)),
            ("pending_logout.3.kept", pending_logout_of_previous()),
            ("pending_logout.3.without_clients", pending_logout_without_clients()),
            ("pending_logout.3.bare", pending_logout(false)),
        ]),
        Kind::of([
            ("asked_logout.1", asked_logout(true)),
            ("asked_logout.1.bare", asked_logout(false)),
        ]),
        Kind::of([("outbox.1", outbox())]),
        Kind::of([
            ("grant.3", CodeRecord::Issued(Box::new(grant(true)))),
            ("grant.3.without_session", without_session()),
            ("grant.3.bare", CodeRecord::Issued(Box::new(grant(false)))),
            ("spent.3", CodeRecord::Spent(spent(true))),
            (
                "spent.3.without_family",
                CodeRecord::Spent(SpentCode { family: None, ..spent(true) }),
            ),
            ("spent.3.bare", CodeRecord::Spent(spent(false))),
        ]),
        Kind::of([
            ("access.4", access(true)),
            ("access.4.without_end", access_without_end()),
            ("access.4.without_session", access_of_previous()),
            ("access.4.bare", access(false)),
        ]),
        Kind::of([
            ("session.3", session(true)),
            ("session.3.without_begin", session_of_previous()),
            ("session.3.without_attributes", session_without_attributes()),
            ("session.3.bare", session(false)),
            ("joined.1", SessionRecord::Joined(Joined { session: session_id(1) })),
        ]),
        Kind::of([("refresh_family.1", refresh_family())]),
        Kind::of([
            ("saml_session.1", saml_session(true)),
            ("saml_session.1.bare", saml_session(false)),
        ]),
        Kind::of([
            ("oidc_session.1", oidc_session(true)),
            ("oidc_session.1.bare", oidc_session(false)),
        ]),
        Kind::of([
            ("upstream_sessions.2", upstream_sessions(true)),
            ("upstream_sessions.2.without_use", upstream_sessions(false)),
        ]),
        Kind::of([("pushed.1", pushed_request())]),
        Kind::of([("idp_metadata.1", shared_metadata())]),
        Kind::of([("newest_metadata.1", newest_metadata())]),
        Kind::of([("configurations.1", configurations())]),
        Kind::of([
            ("metadata_under_way.1", MetadataAttempt::UnderWay),
            ("metadata_over.1", MetadataAttempt::Over),
        ]),
    ]
}

fn rewrite<T: Versioned>(octets: &[u8]) -> Result<Vec<u8>, RecordError> {
    Ok(versioned::from_octets::<T>(octets)?.to_octets().unwrap())
}

/// With what the adapters read of it.
fn rewrite_login(octets: &[u8]) -> Result<Vec<u8>, RecordError> {
    let login = versioned::from_octets::<PendingLogin>(octets)?;
    let request = Pending::keep(&login.request.read::<PendingAuthorization>()?)?;
    let sent = Pending::keep(&login.sent.read::<PendingAuthnRequest>()?)?;
    Ok(PendingLogin { request, sent, ..login }.to_octets().unwrap())
}

fn kind_of(name: &str) -> &str {
    name.split('.').next().unwrap()
}

/// The names of all octets, of every version that is read.
fn golden() -> impl Iterator<Item = &'static str> {
    OCTETS.lines().map(|line| line.split_once(' ').unwrap().0)
}

/// The octets of each, as the release that first wrote this version wrote them.
fn octets(name: &str) -> Vec<u8> {
    let mut lines = OCTETS.lines();
    let text = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// What they say, by the file of this name.
fn says(name: &str) -> Value {
    let file = format!("{}/src/record/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(file);
    serde_json::from_str(&text.unwrap_or_else(|_| unreachable!("{name} has no file"))).unwrap()
}

/// The kind of octets of this name.
fn kind<'k>(kinds: &'k [Kind], name: &str) -> &'k Kind {
    let kind = kinds.iter().find(|kind| kind.has(name));
    kind.unwrap_or_else(|| unreachable!("{name} has no kind"))
}

#[test]
fn no_field_is_added_removed_or_renamed_without_a_new_version() {
    for (name, written) in kinds().into_iter().flat_map(|kind| kind.written) {
        assert_same(name, &as_json(&written), &says(name));
        assert_eq!(hex(&written), hex(&octets(name)), "{name}");
    }
}

#[test]
fn every_golden_file_says_what_the_octets_say() {
    for name in golden() {
        assert_same(name, &as_json(&octets(name)), &says(name));
    }
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/record/golden")).unwrap();
    let files = files.filter(|file| {
        let path = file.as_ref().unwrap().path();
        path.extension().is_some_and(|extension| extension == "json")
    });
    assert_eq!(files.count(), golden().count(), "each has one file");
}

#[test]
fn each_tag_of_today_has_a_golden_file() {
    for kind in kinds() {
        for tag in kind.tags {
            let has = |name: &str| name == *tag || name.starts_with(&format!("{tag}."));
            assert!(kind.written.iter().any(|(name, _)| has(name)), "{tag}");
        }
    }
}

#[test]
fn what_a_release_wrote_is_read_with_the_same_facts() {
    let kinds = kinds();
    for name in golden() {
        let today =
            REWRITTEN.into_iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new);
        let again = (kind(&kinds, name).again)(&octets(name));
        assert_eq!(again, Ok(octets(today)), "{name}");
    }
}

#[test]
fn what_a_newer_release_wrote_is_told_from_what_nobody_wrote() {
    let written = |kind: Kind| kind.written.into_iter().map(move |one| (kind.again, one));
    for (again, (name, octets)) in kinds().into_iter().flat_map(written) {
        let (kind, rest) = name.split_once('.').unwrap();
        let tag = format!("{kind}.{}", rest.split('.').next().unwrap());
        let at = octets.windows(tag.len()).position(|at| at == tag.as_bytes()).unwrap();
        for (digit, expected) in [(b'9', RecordError::Newer), (b'x', RecordError::Unreadable)] {
            let mut other = octets.clone();
            *other.get_mut(at + tag.len() - 1).unwrap() = digit;
            assert_eq!(again(&other), Err(expected), "{name}");
        }
    }
}

#[test]
fn what_was_cut_short_is_refused() {
    let kinds = kinds();
    for name in golden() {
        let (octets, again) = (octets(name), kind(&kinds, name).again);
        for length in 0..octets.len() {
            let part = octets.get(..length).unwrap();
            assert_eq!(again(part), Err(RecordError::Unreadable), "{length} of {name}");
        }
    }
}

#[test]
fn no_kind_is_read_as_another() {
    let kinds = kinds();
    for name in golden() {
        for other in &kinds {
            let read = (other.again)(&octets(name)).is_ok();
            assert_eq!(read, other.has(name), "{name} as {:?}", other.tags);
        }
    }
}

#[test]
fn no_text_makes_a_record_longer_than_a_tenth_more_than_what_came() {
    for text in ["x", "\"", "\\", "ä", "\u{a0}", "\u{ffff}", "\u{1F600}", "<%&"] {
        let (state, nonce) = (text.repeat(8192 / text.len()), text.repeat(1024 / text.len()));
        let came = state.len() + nonce.len();
        let request = PendingAuthorization {
            state: Some(from_json(state.into())),
            nonce: Some(nonce),
            ..pending_authorization(true)
        };
        let request = Pending::keep(&request).unwrap();
        let record = PendingLogin { request, ..pending_login(true) }.to_octets().unwrap();
        let record = record.len() + SEAL;
        assert!(record * 10 <= came * 11, "{text}: {record} octets for {came}");
    }
}

#[test]
fn a_plain_login_is_no_larger_than_it_was_by_more_than_a_tenth() {
    for (old, new) in [REWRITTEN[0], REWRITTEN[1]] {
        let (before, after) = (octets(old).len() + SEAL, octets(new).len() + SEAL);
        assert!(after * 10 <= before * 11, "{new}: {after} octets, {before} before");
    }
}

#[test]
fn what_only_marks_an_end_costs_tens_of_octets() {
    for (name, most) in [
        ("answered.1", 40),
        ("used_assertion.1", 46),
        ("used_request.1", 46),
        ("used_client_assertion.1", 53),
        ("confirmed_logout.1", 53),
        ("spent.3.without_family", 100),
        ("spent.3.bare", 100),
    ] {
        let sealed = octets(name).len() + SEAL;
        assert!(sealed <= most, "{name}: {sealed}");
    }
}

fn assert_same<T: PartialEq + Debug>(name: &str, said: &T, golden: &T) {
    assert_eq!(said, golden, "{name} has changed: leave its file alone, and add a new version");
}

const NOON: Timestamp = Timestamp::constant(1_795_262_400, 0);

/// What sealing adds: a nonce and a tag.
const SEAL: usize = 28;
/// A name and octets in hexadecimal a line.
const OCTETS: &str = include_str!("golden/octets.txt");

/// A record is printed where something is wrong with it, so `Debug` shows no secret of a login, nothing
/// that a peer sent and no person.
#[test]
fn no_record_prints_what_it_keeps_of_a_login() {
    let replay_key = crate::model::identity::ReplayKey {
        issuer: "https://idp.example".to_owned(),
        id: "_0123456789abcdef0123456789abcdef".to_owned(),
        until: NOON,
    };
    let spent = SpentCode { access_token: Some(Octets([9; 32])), ..spent(true) };
    let printed = [
        format!("{:?}", pending_login_again()),
        format!("{:?} {:?}", pending_authorization(true), received_authn_request(true)),
        format!(
            "{:?} {:?}",
            pending_authn_request(true),
            pending_authorization_request(true).nonce
        ),
        format!("{:?}", CodeRecord::Issued(Box::new(grant(true)))),
        format!("{:?} {replay_key:?}", CodeRecord::Spent(spent)),
        format!("{:?}", access(true)),
        format!("{:?} {:?}", session(true), upstream_sessions(true)),
        format!("{:?} {:?} {:?}", saml_session(true), pushed_request(), refresh_family()),
        format!("{:?}", oidc_session(true)),
    ]
    .join("\n");
    for hidden in [
        "c3ViamVjdA",
        "anna@",
        "n-0S6",
        "H4sI",
        "Nordea",
        "0123456789abcdef",
        "7, 7",
        "9, 9",
        "1, 35",
        "AAECAw",
        "AQEBAQ",
        "eyJhbGci",
        "5, 5",
        "6, 6",
        "8, 8",
    ] {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
    assert!(printed.contains("shop") && printed.contains("crm"), "{printed}");
}
