//! What one configuration changes against another, as an operator has to know it before anybody is affected. It is a pure
//! function of what is known of two configurations that were checked, and shows places and names, never a value.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use silta_config::{Change, ChangeKind};

use crate::fixed_keys;
use crate::summary::{Facts, SubjectFacts, Summary};

/// What a configuration changes.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Comparison {
    /// The hashes of both.
    before: String,
    after: String,
    /// Whether it can be used without a restart, and what stands against it.
    without_restart: bool,
    restart_for: Vec<String>,
    /// By relying party, what it is told more, no more, or otherwise.
    claims: BTreeMap<String, ClaimChanges>,
    /// Why people would become others.
    subjects: Vec<String>,
    /// Who may speak for whom, more and no more.
    speaks_for: SpeaksForChanges,
    /// All other changes, by what they are about.
    relying_parties: Vec<String>,
    upstreams: Vec<String>,
    algorithms: Vec<String>,
    keys: Vec<String>,
    endpoints: Vec<String>,
    others: Vec<String>,
}

/// The claims of a relying party that change.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct ClaimChanges {
    gained: BTreeSet<String>,
    lost: BTreeSet<String>,
    changed: BTreeSet<String>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct SpeaksForChanges {
    gained: Vec<String>,
    lost: Vec<String>,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    RelyingParty,
    Upstream,
    Algorithm,
    Key,
    Endpoint,
    Other,
}

impl Comparison {
    /// What `after` changes against `before`, which differ in these `changes`.
    pub(crate) fn of(changes: &[Change], before: &Facts, after: &Facts) -> Self {
        let of_topic = |topic| -> Vec<String> {
            let of = changes.iter().filter(|change| topic_of(change) == Some(topic));
            of.map(ToString::to_string).collect()
        };
        let restart_for: Vec<_> = changes
            .iter()
            .filter(|change| fixed_keys::is_fixed(change))
            .map(ToString::to_string)
            .collect();
        Self {
            before: before.hash.clone(),
            after: after.hash.clone(),
            without_restart: restart_for.is_empty(),
            restart_for,
            claims: claims(changes),
            subjects: subjects(changes, before, after),
            speaks_for: SpeaksForChanges::of(before, after),
            relying_parties: of_topic(Topic::RelyingParty),
            upstreams: of_topic(Topic::Upstream),
            algorithms: of_topic(Topic::Algorithm),
            keys: of_topic(Topic::Key),
            endpoints: of_topic(Topic::Endpoint),
            others: of_topic(Topic::Other),
        }
    }

    /// The same where the files are not; `None` where `keys.subject` is another key, under which every place looks otherwise.
    pub(crate) fn of_summaries(before: &Summary, after: &Summary) -> Option<Self> {
        let is_same_key = before.facts.subject_key == after.facts.subject_key;
        is_same_key
            .then(|| Self::of(&before.outline.changes(&after.outline), &before.facts, &after.facts))
    }

    /// Whether people would become others.
    pub(crate) fn changes_subjects(&self) -> bool {
        !self.subjects.is_empty()
    }

    /// Whether both mean the same.
    pub(crate) fn is_empty(&self) -> bool {
        self.before == self.after && self.subjects.is_empty()
    }

    /// Whether it cannot be used while the process runs.
    pub(crate) fn needs_restart(&self) -> bool {
        !self.without_restart
    }

    /// Whether the hash is that of the latter.
    pub(crate) fn is_of(&self, hash: &str) -> bool {
        self.after == hash
    }

    /// For people: a line for each kind of change, and one for all.
    pub(crate) fn text(&self) -> String {
        let mut lines = self.lines();
        if lines.is_empty() {
            lines.push("as far as the files say, both mean the same".to_owned());
        } else if self.without_restart {
            lines.push("as far as the files say, it can be used without a restart".to_owned());
        }
        lines.join("\n") + "\n"
    }

    /// For people: a line for each kind of change.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![];
        for (party, ClaimChanges { gained, lost, changed }) in &self.claims {
            let of = |what: &str, names: &BTreeSet<String>| {
                let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                (!names.is_empty()).then(|| format!("{what} {names}"))
            };
            let all = [of("gains", gained), of("loses", lost), of("gets otherwise", changed)];
            let all = all.into_iter().flatten().collect::<Vec<_>>().join("; ");
            lines.push(format!("claims: {party} {all}"));
        }
        let mut list = |what: &str, all: &[String]| {
            lines.extend(all.iter().map(|one| format!("{what}: {one}")));
        };
        list("relying parties", &self.relying_parties);
        list("upstreams", &self.upstreams);
        list("algorithms", &self.algorithms);
        list("keys", &self.keys);
        list("endpoints", &self.endpoints);
        list("others", &self.others);
        list("speaks no more for", &self.speaks_for.lost);
        list("speaks for", &self.speaks_for.gained);
        list("people become others", &self.subjects);
        list("needs a restart", &self.restart_for);
        lines
    }
}

impl SpeaksForChanges {
    fn of(before: &Facts, after: &Facts) -> Self {
        let beyond = |these: &Facts, those: &Facts| {
            these.speaks_for.difference(&those.speaks_for).cloned().collect()
        };
        Self { gained: beyond(after, before), lost: beyond(before, after) }
    }
}

fn claims(changes: &[Change]) -> BTreeMap<String, ClaimChanges> {
    let mut found: BTreeMap<String, ClaimChanges> = BTreeMap::new();
    for change in changes {
        let Some((party, claim, is_whole)) = claim_of(change) else { continue };
        let of_party = found.entry(party.to_owned()).or_default();
        let names = match change.kind {
            ChangeKind::Added if is_whole => &mut of_party.gained,
            ChangeKind::Removed if is_whole => &mut of_party.lost,
            ChangeKind::Added | ChangeKind::Removed | ChangeKind::Changed => &mut of_party.changed,
        };
        names.insert(claim.to_owned());
    }
    found
}

/// The relying party and the claim that a change is about, and whether it is about all of the claim.
fn claim_of(change: &Change) -> Option<(&str, &str, bool)> {
    match change.place.as_slice() {
        [section, party, claims, claim, below @ ..]
            if CLAIMS.contains(&(section.as_str(), claims.as_str())) =>
        {
            // A name that a person's number could be is not repeated.
            Some((silta_config::quotable(party)?, silta_config::quotable(claim)?, below.is_empty()))
        }
        _ => None,
    }
}

/// Why people would become others to those who know them already.
fn subjects(changes: &[Change], before: &Facts, after: &Facts) -> Vec<String> {
    let mut found = vec![];
    if before.subject_key != after.subject_key {
        found.push("everybody: keys.subject is another key".to_owned());
    }
    for (name, then) in &before.subjects {
        let whose = told(name);
        match successor(name, then, before, after) {
            Some(now) => {
                let why = then.against(now).into_iter();
                found.extend(why.map(|why| format!("people of {whose}: {why}")));
            }
            None if after.subjects.values().all(|other| other.source != then.source) => {
                found.push(format!("people of {whose}: no upstream has their subject source"));
            }
            None => {}
        }
    }
    for (party, sector) in &before.sectors {
        if after.sectors.get(party).is_some_and(|other| other != sector) {
            found.push(format!("people at {}: sector changed", told(party)));
        }
    }
    let of_parties = changes.iter().filter(|change| match change.place.as_slice() {
        [section, _, key, ..] => section == "service_providers" && key == "name_id",
        _ => false,
    });
    found.extend(of_parties.map(ToString::to_string));
    found
}

/// What the people of the upstream of this name are known by in `after`, where it may have another name.
fn successor<'f>(
    name: &str,
    then: &SubjectFacts,
    before: &Facts,
    after: &'f Facts,
) -> Option<&'f SubjectFacts> {
    let is_new = |other: &str| !before.subjects.contains_key(other);
    let renamed =
        || after.subjects.iter().find(|(other, now)| is_new(other) && now.source == then.source);
    after.subjects.get(name).or_else(|| Some(renamed()?.1))
}

impl SubjectFacts {
    /// Why people who were known by this are others by what is there now.
    fn against(&self, now: &Self) -> Vec<String> {
        let mut found = vec![];
        let names =
            |one: &Self| one.attributes.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if (names(self), &self.source, &self.then) != (names(now), &now.source, &now.then) {
            found.push("subject changed".to_owned());
        }
        for (name, wire) in &self.attributes {
            if now.attributes.iter().any(|(other, now)| other == name && now != wire) {
                let name = told(name);
                found.push(format!("{name} has other names on the wire, or another type"));
            }
        }
        for (key, value) in &self.scope {
            if now.scope.get(key).is_some_and(|other| other != value) {
                found.push(format!("{key} changed"));
            }
        }
        found
    }
}

/// A name in messages, which do not repeat what stands for one either.
fn told(name: &str) -> &str {
    silta_config::quotable(name).unwrap_or("…")
}

/// What it is about; `None` of a claim, which is told by its relying party.
fn topic_of(change: &Change) -> Option<Topic> {
    if claim_of(change).is_some() {
        return None;
    }
    let is_one_of = |names: &[&str]| change.place.iter().any(|part| names.contains(&part.as_str()));
    let section = change.place.first().map_or("", String::as_str);
    Some(match (section, change.place.len()) {
        ("clients" | "service_providers", ..=2) => Topic::RelyingParty,
        ("upstreams", ..=2) => Topic::Upstream,
        _ if is_one_of(ALGORITHMS) => Topic::Algorithm,
        ("keys", _) => Topic::Key,
        _ if is_one_of(KEYS) => Topic::Key,
        _ if is_one_of(ENDPOINTS) => Topic::Endpoint,
        ("upstreams", _) => Topic::Upstream,
        ("clients" | "service_providers", _) => Topic::RelyingParty,
        _ => Topic::Other,
    })
}

/// Where each kind of relying party has its claims.
const CLAIMS: [(&str, &str); 2] = [("clients", "claims"), ("service_providers", "attributes")];
/// Keys by which messages are signed and encrypted.
const ALGORITHMS: &[&str] = &[
    "algorithm",
    "ciphers",
    "cipher",
    "id_token_alg",
    "id_token_algorithms",
    "kdf_digest",
    "key_wrap",
    "key_wraps",
    "oaep_digest",
    "oaep_digests",
    "oaep_mgf",
    "request_algorithm",
    "request_encryption",
    "signature_algorithms",
];
/// Keys that lead to keys, certificates and secrets.
const KEYS: &[&str] = &[
    "also_accepted_secret",
    "certificate",
    "client_secret",
    "encryption_certificate",
    "jwks_uri",
    "keys",
    "secret",
    "signers",
    "signing_certificates",
];
/// Keys of addresses, and of names that are addresses.
const ENDPOINTS: &[&str] = &[
    "acs",
    "admin_listen",
    "backchannel_logout_uri",
    "entity_id",
    "hosts",
    "issuer",
    "listen",
    "metadata",
    "origins",
    "post_logout_redirect_uris",
    "public_url",
    "redirect_uris",
    "single_logout",
    "socket",
    "sp_entity_id",
    "sso",
];

#[cfg(test)]
mod tests {
    use silta_config::description::every_section;

    use super::*;

    #[test]
    fn the_keys_of_each_topic_are_keys() {
        let sections = every_section();
        for name in [ALGORITHMS, KEYS, ENDPOINTS].concat() {
            assert!(sections.iter().any(|section| section.key(name).is_some()), "{name}");
        }
    }
}
