//! Which rules made something of people, as this replica counts them: names and numbers, and nothing of anybody.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use silta_mapping::{ClaimRules, Outcome, Step};

use crate::model::relying_party::RelyingParty;

/// The counts of one configuration. It is as large as the configuration has rules, whatever happens.
#[derive(Debug)]
pub(crate) struct Coverage {
    since: Timestamp,
    parties: Mutex<BTreeMap<RelyingParty, PartyCounts>>,
}

#[derive(Debug, Default)]
struct PartyCounts {
    /// Its logins so far.
    logins: u64,
    rules: Vec<RuleCount>,
}

#[derive(Debug)]
struct RuleCount {
    claim: String,
    /// The number of the last login of which it made something; 0 where there was none.
    last: u64,
}

/// What was counted since a configuration is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingCoverage {
    /// Since when.
    pub since: Timestamp,
    /// Each relying party.
    pub parties: Vec<PartyCoverage>,
}

/// What was counted of the rules of one relying party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyCoverage {
    /// Which.
    pub party: RelyingParty,
    /// Its logins.
    pub logins: u64,
    /// The rules that made nothing of the last [`ENOUGH_LOGINS`](Self::ENOUGH_LOGINS) or more.
    pub idle: Vec<IdleRule>,
}

/// A rule that made nothing of the last logins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleRule {
    /// Its number among the rules of its relying party, from 1 on.
    pub number: usize,
    /// Its claim.
    pub claim: String,
    /// Of so many logins it made nothing.
    pub logins: u64,
}

impl PartyCoverage {
    /// Of fewer logins nothing is told: that one person lacks an attribute may be a secret.
    pub const ENOUGH_LOGINS: u64 = 20;
}

impl Coverage {
    /// Nothing is counted yet of these rules.
    pub(crate) fn of<'a>(
        rules: impl Iterator<Item = (&'a RelyingParty, &'a ClaimRules)>,
        since: Timestamp,
    ) -> Self {
        let counts = rules.map(|(party, rules)| {
            let rules = rules.claims().map(|claim| RuleCount { claim: claim.to_owned(), last: 0 });
            (party.clone(), PartyCounts { logins: 0, rules: rules.collect() })
        });
        Self { since, parties: Mutex::new(counts.collect()) }
    }

    /// Counts a login, of which the rules made this.
    pub(crate) fn count(&self, party: &RelyingParty, steps: &[Step]) {
        let mut parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = parties.get_mut(party) else { return };
        counts.logins += 1;
        for (rule, step) in counts.rules.iter_mut().zip(steps) {
            if made_something(&step.outcome) {
                rule.last = counts.logins;
            }
        }
    }

    pub(crate) fn told(&self) -> MappingCoverage {
        let parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let told = parties.iter().map(|(party, PartyCounts { logins, rules })| {
            let idle = rules.iter().enumerate().map(|(at, rule)| IdleRule {
                number: at + 1,
                claim: rule.claim.clone(),
                logins: logins - rule.last,
            });
            let idle = idle.filter(|rule| rule.logins >= PartyCoverage::ENOUGH_LOGINS);
            PartyCoverage { party: party.clone(), logins: *logins, idle: idle.collect() }
        });
        MappingCoverage { since: self.since, parties: told.collect() }
    }
}

/// Whether the claim was made of the person, or says the same of everybody. A default stands for nothing.
fn made_something(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Matched { .. } | Outcome::Made | Outcome::Constant => true,
        Outcome::Empty
        | Outcome::Absent
        | Outcome::Dropped
        | Outcome::Excluded
        | Outcome::Default
        | Outcome::Unusable(_) => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn coverage() -> (Coverage, RelyingParty) {
        let party = RelyingParty::parse("shop").unwrap();
        let rules = ["name", "mail"].map(|claim| RuleCount { claim: claim.to_owned(), last: 0 });
        let counts = PartyCounts { logins: 0, rules: rules.into() };
        let parties = Mutex::new(BTreeMap::from([(party.clone(), counts)]));
        (Coverage { since: Timestamp::UNIX_EPOCH, parties }, party)
    }

    fn login(coverage: &Coverage, party: &RelyingParty, mail: Outcome) {
        let step = |claim: &str, outcome| Step { claim: claim.to_owned(), outcome };
        let name = step("name", Outcome::Matched { attribute: "displayName".to_owned() });
        coverage.count(party, &[name, step("mail", mail)]);
    }

    #[test]
    fn a_rule_that_made_nothing_of_the_last_twenty_logins_is_told_by_its_number() {
        let (coverage, party) = coverage();
        login(&coverage, &party, Outcome::Made);
        for outcome in [Outcome::Absent, Outcome::Empty, Outcome::Dropped, Outcome::Default] {
            (0..5).for_each(|_| login(&coverage, &party, outcome.clone()));
        }
        let told = coverage.told().parties;
        let idle = vec![IdleRule { number: 2, claim: "mail".to_owned(), logins: 20 }];
        assert_eq!(told, [PartyCoverage { party: party.clone(), logins: 21, idle }]);
        login(&coverage, &party, Outcome::Constant);
        assert!(coverage.told().parties.iter().all(|party| party.idle.is_empty()));
    }

    #[test]
    fn of_a_few_logins_nothing_is_told() {
        let (coverage, party) = coverage();
        (0..19).for_each(|_| login(&coverage, &party, Outcome::Absent));
        let told = coverage.told().parties;
        assert_eq!(told, [PartyCoverage { party, logins: 19, idle: vec![] }]);
    }

    #[test]
    fn who_is_no_relying_party_is_not_counted() {
        let (coverage, _) = coverage();
        login(&coverage, &RelyingParty::parse("other").unwrap(), Outcome::Absent);
        let logins = coverage.told().parties.iter().map(|party| party.logins).collect::<Vec<_>>();
        assert_eq!(logins, [0]);
    }
}
