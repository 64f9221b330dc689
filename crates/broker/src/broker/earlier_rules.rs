//! The rules of configurations that were replaced, by which logins end that began with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::broker::{ConfiguredUpstream, RelyingPartyPolicy, Settings};
use crate::model::configuration_hash::ConfigurationHash;
use crate::model::needed_of_person::NeededOfPerson;
use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;
use crate::octets::Octets;
use crate::record::LOGIN_LIFE;

/// The settings of one configuration, with what follows from them. Several brokers share it.
pub(crate) struct Rules {
    /// The configuration; `None` where nobody says which.
    pub(crate) configuration: Option<ConfigurationHash>,
    pub(crate) settings: Arc<Settings>,
    /// What is needed of the people of each upstream.
    pub(crate) needed: BTreeMap<UpstreamName, NeededOfPerson>,
}

/// The rules of a configuration that was replaced.
#[derive(Clone)]
pub(crate) struct EarlierRules {
    pub(crate) rules: Arc<Rules>,
    /// When it was replaced: logins that began before live for [`LOGIN_LIFE`] from then on at most.
    replaced: Timestamp,
    /// The upstreams of which something that was trusted is trusted no more: answers of theirs are judged by the current
    /// configuration at once.
    distrusted: BTreeSet<UpstreamName>,
}

/// What a configuration says of one login.
#[derive(Clone, Copy)]
pub(crate) struct LoginRules<'a> {
    pub(crate) client: &'a RelyingParty,
    pub(crate) upstream_name: &'a UpstreamName,
    pub(crate) upstream: &'a ConfiguredUpstream,
    pub(crate) needed: NeededOfPerson,
    pub(crate) policy: &'a RelyingPartyPolicy,
    /// All upstreams beside which it is.
    pub(crate) upstreams: &'a BTreeMap<UpstreamName, ConfiguredUpstream>,
    /// The policy of today, where the login began with another configuration: who is let in no more is not let in.
    pub(crate) policy_today: Option<&'a RelyingPartyPolicy>,
}

impl Rules {
    /// What it says of a login of this relying party at this upstream, if it knows both.
    pub(crate) fn of_login(
        &self,
        party: &RelyingParty,
        upstream: &UpstreamName,
    ) -> Option<LoginRules<'_>> {
        let needed = *self.needed.get(upstream)?;
        let (upstream_name, upstream) = self.settings.upstreams.get_key_value(upstream)?;
        let (client, policy) = self.settings.relying_parties.get_key_value(party)?;
        let upstreams = &self.settings.upstreams;
        let policy_today = None;
        Some(LoginRules {
            client,
            upstream_name,
            upstream,
            needed,
            policy,
            upstreams,
            policy_today,
        })
    }

    /// The half of the hash by which logins remember it.
    pub(crate) fn mark(&self) -> Option<Octets<16>> {
        self.configuration.map(|hash| Octets::first_of(hash.octets()))
    }
}

impl EarlierRules {
    /// Whether logins that began then may end by them now. Another replica may go on with a configuration that was
    /// replaced here, so that it is asked of each login.
    pub(crate) fn live_for(&self, began: Timestamp, now: Timestamp) -> bool {
        let behind = self.replaced.duration_since(began);
        now.duration_since(self.replaced) < LIFE && behind >= -CLOCKS_DIFFER
    }

    /// Whether it judges answers of this upstream.
    pub(crate) fn trusts(&self, upstream: &UpstreamName) -> bool {
        !self.distrusted.contains(upstream)
    }

    /// Those that count beside `current`, which takes the place of `replaced` now: the newest first. `distrusted`
    /// names the upstreams of the configurations so far that are not trusted as they were.
    pub(crate) fn after(
        (replaced, earlier): (&Arc<Rules>, &[Self]),
        current: &Rules,
        distrusted: &BTreeSet<UpstreamName>,
        now: Timestamp,
    ) -> Vec<Self> {
        let newest = Self { rules: replaced.clone(), replaced: now, distrusted: BTreeSet::new() };
        let mut known = BTreeSet::from_iter(current.configuration);
        let all = std::iter::once(newest).chain(earlier.iter().cloned());
        let lives = |one: &Self| now.duration_since(one.replaced) < LIFE;
        // The current one again, or one that was current twice, needs no second place.
        let mut is_new =
            |one: &Self| one.rules.configuration.is_some_and(|hash| known.insert(hash));
        let kept = all.filter(|one| lives(one) && is_new(one)).take(MAX_EARLIER);
        let kept = kept.map(|mut one| {
            one.distrusted.extend(distrusted.iter().cloned());
            one
        });
        kept.collect()
    }
}

/// No login that began with a configuration lives longer than this after it was replaced.
const LIFE: SignedDuration = SignedDuration::from_secs(LOGIN_LIFE.as_secs().cast_signed());
/// What clocks of replicas differ by at most.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(1);
/// A person edits a file less often in half an hour, and each takes as much memory as a configuration: some hundred
/// KiB. Beyond that the oldest goes, and its logins end by the current one.
const MAX_EARLIER: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::subject::SubjectKey;

    fn rules(number: u8) -> Arc<Rules> {
        let settings = Settings {
            subject_key: SubjectKey::new([1; 32]),
            upstreams: BTreeMap::new(),
            downstreams: BTreeMap::new(),
            relying_parties: BTreeMap::new(),
            language: None,
        };
        let configuration = Some(ConfigurationHash::new([number; 32]));
        Arc::new(Rules { configuration, settings: Arc::new(settings), needed: BTreeMap::new() })
    }

    fn numbers(all: &[EarlierRules]) -> Vec<u8> {
        let hashes = all.iter().filter_map(|one| one.rules.configuration);
        hashes.map(|hash| hash.octets()[0]).collect()
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn replaced(earlier: &[EarlierRules], [from, to]: [u8; 2], minute: i64) -> Vec<EarlierRules> {
        let none = BTreeSet::new();
        EarlierRules::after((&rules(from), earlier), &rules(to), &none, at(minute))
    }

    #[test]
    fn a_configuration_is_kept_for_as_long_as_its_logins_live() {
        let first = replaced(&[], [1, 2], 0);
        assert_eq!(numbers(&first), [1]);
        assert_eq!(numbers(&replaced(&first, [2, 3], 29)), [2, 1]);
        assert_eq!(numbers(&replaced(&first, [2, 3], 30)), [2]);
    }

    #[test]
    fn no_login_that_began_later_ends_by_it_and_none_for_ever() {
        let replaced = replaced(&[], [1, 2], 10);
        let lives = |began, now| replaced.iter().any(|one| one.live_for(at(began), at(now)));
        assert!(lives(0, 10) && lives(9, 39) && lives(11, 12));
        // Another replica goes on beginning logins with it.
        assert!(!lives(12, 13));
        assert!(!lives(9, 40));
    }

    #[test]
    fn a_configuration_that_is_current_again_is_no_earlier_one() {
        let first = replaced(&[], [1, 2], 0);
        assert_eq!(numbers(&replaced(&first, [2, 1], 1)), [2]);
        // Secrets of the same configuration have changed.
        assert_eq!(numbers(&replaced(&first, [2, 2], 1)), [1]);
    }

    #[test]
    fn so_many_are_kept_and_the_oldest_goes() {
        let mut earlier = vec![];
        for number in 1..=17 {
            earlier = replaced(&earlier, [number, number + 1], 0);
        }
        assert_eq!(numbers(&earlier), (2..=17).rev().collect::<Vec<_>>());
    }

    #[test]
    fn an_upstream_that_lost_a_key_is_judged_by_the_current_configuration_from_then_on() {
        let [suomifi, other] = ["suomifi", "other"]
            .map(|name| UpstreamName::parse(name).unwrap_or_else(|| unreachable!()));
        let first = replaced(&[], [1, 2], 0);
        let distrusted = BTreeSet::from([suomifi.clone()]);
        let second = EarlierRules::after((&rules(2), &first), &rules(3), &distrusted, at(1));
        let third = replaced(&second, [3, 4], 2);
        let trusts = third.iter().map(|one| [&suomifi, &other].map(|name| one.trusts(name)));
        assert_eq!(trusts.collect::<Vec<_>>(), [[true, true], [false, true], [false, true]]);
    }
}
