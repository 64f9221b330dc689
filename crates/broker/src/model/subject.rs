//! `sub`: stable, pairwise, and telling nothing.

use std::fmt;

use secrecy::{ExposeSecret, SecretBox};
use silta_mapping::Pseudonyms;

use crate::hex::hex;
use crate::hmac::hmac;
use crate::model::upstream_name::UpstreamName;
use crate::octets::Octets;

/// The key of every `sub`. Whoever has it can test guesses of a national identity number; whoever
/// changes it changes everybody's `sub`.
pub struct SubjectKey(SecretBox<[u8; 32]>);

/// The name under which an upstream's attributes identify a person: usually its own, so that nobody
/// else can speak for its people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubjectSource(UpstreamName);

impl SubjectSource {
    /// The source of this name.
    #[must_use]
    pub fn named(name: UpstreamName) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl SubjectKey {
    /// Takes the key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(key)))
    }

    /// The `sub` of a person: a keyed hash over source, attribute, value and sector, each with
    /// its length in front, so that no two different tuples run together into the same octets.
    ///
    /// 64 lower-case hexadecimal digits: Cognito allows 95 characters and folds case.
    pub(crate) fn sub(
        &self,
        source: &SubjectSource,
        attribute: &str,
        value: &str,
        sector: &str,
    ) -> String {
        hex(&self.keyed_hash(&[source.as_str(), attribute, value, sector]))
    }

    /// What tells two people apart in sessions, and nowhere else: their `sub` in a sector that no relying
    /// party can have.
    pub(crate) fn of_session(
        &self,
        source: &SubjectSource,
        attribute: &str,
        value: &str,
    ) -> [u8; 32] {
        self.keyed_hash(&[source.as_str(), attribute, value, SESSIONS])
    }

    /// The name of what an upstream's sessions of one principal are kept under.
    pub(crate) fn of_principal(&self, upstream: &UpstreamName, principal: &str) -> [u8; 32] {
        self.keyed_hash(&[upstream.as_str(), "", principal, PRINCIPALS])
    }

    /// The name of what one person has at an upstream, by whatever names the upstream has for them.
    pub(crate) fn of_person(&self, upstream: &UpstreamName, subject: &Octets<16>) -> [u8; 32] {
        self.keyed_hash(&[upstream.as_str(), "", &hex(&subject.0), PEOPLE])
    }

    /// The name of this part of the outbox: another one for each installation, should several share a store.
    pub(crate) fn of_outbox(&self, part: u8) -> [u8; 32] {
        self.keyed_hash(&[OUTBOX, &part.to_string()])
    }

    /// What stands for what a place of a configuration means, where two configurations are compared: 128 bits in
    /// hexadecimal digits, which tell nothing to whoever has not got the key.
    #[must_use]
    pub fn fingerprint(&self, place: &[String], meaning: &str) -> String {
        // No name in a file has a zero in it.
        let mut print = hex(&self.keyed_hash(&[&place.join("\0"), "", meaning, OUTLINES]));
        print.truncate(32);
        print
    }

    /// What stands for a value in claims, for one purpose.
    fn of_value(&self, purpose: &str, value: &str) -> [u8; 32] {
        self.keyed_hash(&[purpose, "", value, PSEUDONYMS])
    }

    fn keyed_hash(&self, parts: &[&str]) -> [u8; 32] {
        hmac(self.0.expose_secret(), parts)
    }
}

impl Pseudonyms for SubjectKey {
    fn pseudonym(&self, purpose: &str, value: &str) -> String {
        hex(&self.of_value(purpose, value))
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(redacted)")
    }
}

/// Names of sectors are configured without blanks around them.
const SESSIONS: &str = " sessions";
const PRINCIPALS: &str = " principals";
const PEOPLE: &str = " people";
const OUTBOX: &str = " outbox";
const PSEUDONYMS: &str = " pseudonyms";
const OUTLINES: &str = " outlines";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn sub(key: u8, source: &str, rest: [&str; 3]) -> String {
        let [attribute, value, sector] = rest;
        let source = SubjectSource::named(UpstreamName::parse(source).unwrap());
        SubjectKey::new([key; 32]).sub(&source, attribute, value, sector)
    }

    #[test]
    fn parts_do_not_run_together() {
        let cuts = [
            sub(1, "ab", ["c", "d", "e"]),
            sub(1, "a", ["bc", "d", "e"]),
            sub(1, "a", ["b", "cd", "e"]),
            sub(1, "a", ["b", "c", "de"]),
            sub(1, "a", ["b", "cde", ""]),
            sub(1, "a", ["", "bc", "de"]),
        ];
        let distinct: std::collections::BTreeSet<_> = cuts.iter().collect();
        assert_eq!(distinct.len(), cuts.len());
    }

    #[test]
    fn a_fingerprint_is_of_its_place_and_its_key_and_is_no_pseudonym() {
        let print = |key, place: &[&str], meaning| {
            let place: Vec<_> = place.iter().map(|name| (*name).to_owned()).collect();
            SubjectKey::new([key; 32]).fingerprint(&place, meaning)
        };
        let pseudonym = SubjectKey::new([1; 32]).pseudonym("deny", "a")[..32].to_owned();
        let all = [
            print(1, &["deny"], "a"),
            print(2, &["deny"], "a"),
            print(1, &["deny", "a"], ""),
            print(1, &["denya"], ""),
            pseudonym,
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|one| one.len() == 32));
    }

    #[test]
    fn a_pseudonym_is_of_its_purpose_and_its_value_and_is_no_sub() {
        let pseudonym = |key, purpose, value| SubjectKey::new([key; 32]).pseudonym(purpose, value);
        let all = [
            pseudonym(1, "statistics", "210281-9988"),
            pseudonym(2, "statistics", "210281-9988"),
            pseudonym(1, "other", "210281-9988"),
            pseudonym(1, "statistics", "010170-912X"),
            pseudonym(1, "statistic", "s210281-9988"),
            sub(1, "statistics", ["", "210281-9988", ""]),
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|one| one.len() == 64));
    }

    #[test]
    fn another_key_makes_everybody_new() {
        let rest = ["hetu", "210281-9988", "shop.example"];
        assert_ne!(sub(1, "suomifi", rest), sub(2, "suomifi", rest));
    }

    // Everybody's `sub` at every client hangs on these octets: if this test fails, the change
    // makes each person a stranger, and needs a migration.
    #[test]
    fn a_sub_stays_what_it_is_in_every_release() {
        assert_eq!(
            sub(7, "suomifi", ["nationalIdentificationNumber", "210281-9988", "shop.example"]),
            "2b48a1640fae6c53371db4097d86f9620eb8b1c7d18d78e9f556f9151b159b36"
        );
    }

    #[test]
    fn a_principal_is_hashed_with_the_key() {
        let of = |key: u8, upstream: &str, principal: &str| {
            let upstream = UpstreamName::parse(upstream).unwrap();
            SubjectKey::new([key; 32]).of_principal(&upstream, principal)
        };
        let hashed = of(1, "suomifi", "210281-9988");
        assert_ne!(hashed, of(2, "suomifi", "210281-9988"));
        assert_ne!(hashed, of(1, "other", "210281-9988"));
        assert_ne!(hashed, of(1, "suomifi", "010170-912X"));
    }

    #[test]
    fn what_a_person_has_at_an_upstream_is_named_with_the_key_and_by_no_principal() {
        let of = |key: u8, upstream: &str, subject: u8| {
            let upstream = UpstreamName::parse(upstream).unwrap();
            SubjectKey::new([key; 32]).of_person(&upstream, &Octets([subject; 16]))
        };
        let named = of(1, "suomifi", 7);
        assert_ne!(named, of(2, "suomifi", 7));
        assert_ne!(named, of(1, "other", 7));
        assert_ne!(named, of(1, "suomifi", 8));
        let upstream = UpstreamName::parse("suomifi").unwrap();
        assert_ne!(named, SubjectKey::new([1; 32]).of_principal(&upstream, &hex(&[7; 16])));
    }

    #[test]
    fn never_prints_the_key() {
        assert_eq!(format!("{:?}", SubjectKey::new([7; 32])), "SubjectKey(redacted)");
    }
}
