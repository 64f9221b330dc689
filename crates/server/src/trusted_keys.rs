//! Whom each configuration trusts to speak for an upstream, to notice what was taken away.

use std::collections::{BTreeMap, BTreeSet};

use silta_broker::UpstreamName;

use crate::config::UpstreamConfig;
use crate::config::upstreams::Peer;

/// By each upstream what is trusted of it; `None` where its keys are fetched, and so change by themselves.
pub(crate) struct TrustedKeys(BTreeMap<UpstreamName, Option<BTreeSet<String>>>);

impl TrustedKeys {
    /// Of these upstreams.
    pub(crate) fn of(upstreams: &BTreeMap<UpstreamName, UpstreamConfig>) -> Self {
        let trusted = |upstream: &UpstreamConfig| match &upstream.peer {
            Peer::Saml(peer) => peer.trusted.clone(),
            Peer::Oidc(_) => None,
        };
        Self(upstreams.iter().map(|(name, one)| (name.clone(), trusted(one))).collect())
    }

    /// The upstreams of which `later` does not trust all that this does, or of which nobody can say.
    pub(crate) fn lost_in(&self, later: &Self) -> BTreeSet<UpstreamName> {
        let stays = |name: &UpstreamName, trusted: &Option<BTreeSet<String>>| {
            let now = later.0.get(name).and_then(Option::as_ref);
            trusted.as_ref().zip(now).is_some_and(|(before, now)| before.is_subset(now))
        };
        let lost = self.0.iter().filter(|(name, trusted)| !stays(name, trusted));
        lost.map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(of: &[(&str, Option<&[&str]>)]) -> TrustedKeys {
        let name = |name: &str| UpstreamName::parse(name).unwrap_or_else(|| unreachable!());
        let set = |keys: &&[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        TrustedKeys(of.iter().map(|(one, keys)| (name(one), keys.as_ref().map(set))).collect())
    }

    #[test]
    fn an_upstream_that_lost_a_key_is_named_and_one_that_gained_one_is_not() {
        let before = trusted(&[("idp", Some(&["old"]))]);
        for (after, lost) in [
            (trusted(&[("idp", Some(&["old"]))]), false),
            (trusted(&[("idp", Some(&["new", "old"]))]), false),
            (trusted(&[("idp", Some(&["new"]))]), true),
            (trusted(&[("idp", None)]), true),
            (trusted(&[("other", Some(&["old"]))]), true),
        ] {
            assert_eq!(!before.lost_in(&after).is_empty(), lost);
        }
        let fetched = trusted(&[("op", None)]);
        assert!(!fetched.lost_in(&fetched).is_empty(), "its keys change without us");
    }
}
