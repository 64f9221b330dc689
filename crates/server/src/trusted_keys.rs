//! Whom each configuration trusts to speak for an upstream and by which rules, to notice what was taken away.

use std::collections::{BTreeMap, BTreeSet};

use silta_broker::UpstreamName;

use crate::config::UpstreamConfig;
use crate::config::upstreams::Peer;
use crate::trusted_peer::TrustedPeer;

/// By each upstream what is trusted of it; `None` where its keys are fetched, and so change by themselves.
pub(crate) struct TrustedKeys(BTreeMap<UpstreamName, Option<TrustedPeer>>);

impl TrustedKeys {
    /// Of these upstreams.
    pub(crate) fn of(upstreams: &BTreeMap<UpstreamName, UpstreamConfig>) -> Self {
        let trusted = |upstream: &UpstreamConfig| match &upstream.peer {
            Peer::Saml(peer) => peer.trusted.clone(),
            Peer::Oidc(_) => None,
        };
        Self(upstreams.iter().map(|(name, one)| (name.clone(), trusted(one))).collect())
    }

    /// The upstreams of which `later` does not trust all that this does, or judges answers by other rules, or of which
    /// nobody can say.
    pub(crate) fn lost_in(&self, later: &Self) -> BTreeSet<UpstreamName> {
        let stays = |name: &UpstreamName, trusted: &Option<TrustedPeer>| {
            let now = later.0.get(name).and_then(Option::as_ref);
            trusted.as_ref().zip(now).is_some_and(|(before, now)| before.stays_in(now))
        };
        let lost = self.0.iter().filter(|(name, trusted)| !stays(name, trusted));
        lost.map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use silta_saml::{
        AssuranceLevels, EncryptionRule, PeerProfile, Requirement, Requirements, SignedParts,
    };

    use super::*;

    fn peer(keys: &[&str]) -> TrustedPeer {
        TrustedPeer {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            profile: PeerProfile { encryption: EncryptionRule::Optional, ..PeerProfile::default() },
            levels: levels(&["low", "high"]),
            name_ids: vec!["transient".to_owned(), "persistent".to_owned()],
        }
    }

    fn levels(names: &[&str]) -> AssuranceLevels {
        AssuranceLevels::new(names.iter().map(|name| vec![(*name).to_owned()]).collect()).unwrap()
    }

    fn trusted(name: &str, peer: Option<TrustedPeer>) -> TrustedKeys {
        TrustedKeys(BTreeMap::from([(UpstreamName::parse(name).unwrap(), peer)]))
    }

    fn is_lost(before: &TrustedPeer, after: &TrustedPeer) -> bool {
        let [before, after] = [before, after].map(|peer| trusted("idp", Some(peer.clone())));
        !before.lost_in(&after).is_empty()
    }

    #[test]
    fn an_upstream_that_lost_a_key_is_named_and_one_that_gained_one_is_not() {
        let before = trusted("idp", Some(peer(&["old"])));
        for (after, lost) in [
            (trusted("idp", Some(peer(&["old"]))), false),
            (trusted("idp", Some(peer(&["new", "old"]))), false),
            (trusted("idp", Some(peer(&["new"]))), true),
            (trusted("idp", None), true),
            (trusted("other", Some(peer(&["old"]))), true),
        ] {
            assert_eq!(!before.lost_in(&after).is_empty(), lost);
        }
        let fetched = trusted("op", None);
        assert!(!fetched.lost_in(&fetched).is_empty(), "its keys change without us");
    }

    #[test]
    fn an_upstream_whose_answers_are_judged_by_other_rules_is_named() {
        let before = peer(&["key"]);
        let with = |change: fn(&mut PeerProfile)| {
            let mut after = before.clone();
            change(&mut after.profile);
            after
        };
        for (what, after) in [
            ("a signature algorithm", with(|profile| profile.signature_algorithms.truncate(1))),
            ("a cipher", with(|profile| profile.ciphers.truncate(1))),
            ("a digest", with(|profile| profile.oaep_digests.truncate(1))),
            ("signed", with(|profile| profile.signed = SignedParts::Both)),
            ("encryption", with(|profile| profile.encryption = EncryptionRule::Required)),
            (
                "require",
                with(|profile| profile.require = Requirements::new(vec![Requirement::NotBefore])),
            ),
            ("a level", TrustedPeer { levels: levels(&["high"]), ..before.clone() }),
            ("a format", TrustedPeer { name_ids: vec!["transient".to_owned()], ..before.clone() }),
        ] {
            assert!(is_lost(&before, &after), "{what}");
        }
        assert!(!is_lost(&before, &before));
    }
}
