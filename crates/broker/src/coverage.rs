//! Which rules made something of people, as this replica counts them: names and numbers, and nothing of anybody.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use silta_mapping::{ClaimRules, Outcome, Step};

use crate::model::relying_party::RelyingParty;
use crate::octets::Octets;

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
    /// Who was counted lately: somebody who comes again and again is one person.
    lately: VecDeque<Octets<16>>,
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
    /// Its logins, in steps of [`ENOUGH_LOGINS`](Self::ENOUGH_LOGINS).
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
    /// Of so many logins it made nothing, in the same steps.
    pub logins: u64,
}

impl PartyCoverage {
    /// Of fewer logins nothing is told: that one person lacks an attribute may be a secret.
    pub const ENOUGH_LOGINS: u64 = ENOUGH as u64;
}

impl Coverage {
    /// Nothing is counted yet of these rules.
    pub(crate) fn of<'a>(
        rules: impl Iterator<Item = (&'a RelyingParty, &'a ClaimRules)>,
        since: Timestamp,
    ) -> Self {
        let counts = rules.map(|(party, rules)| {
            let rules = rules.claims().map(|claim| RuleCount { claim: claim.to_owned(), last: 0 });
            let rules = rules.collect();
            (party.clone(), PartyCounts { rules, ..PartyCounts::default() })
        });
        Self { since, parties: Mutex::new(counts.collect()) }
    }

    /// Counts a login of this person, of which the rules made this, unless they are among those who were counted lately:
    /// so any [`ENOUGH_LOGINS`](PartyCoverage::ENOUGH_LOGINS) are of as many people.
    pub(crate) fn count(&self, party: &RelyingParty, person: Octets<16>, steps: &[Step]) {
        let mut parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = parties.get_mut(party) else { return };
        if counts.lately.contains(&person) {
            return;
        }
        if counts.lately.len() + 1 >= ENOUGH {
            counts.lately.pop_front();
        }
        counts.lately.push_back(person);
        counts.logins += 1;
        for (rule, step) in counts.rules.iter_mut().zip(steps) {
            if made_something(&step.outcome) {
                rule.last = counts.logins;
            }
        }
    }

    pub(crate) fn told(&self) -> MappingCoverage {
        let parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let told = parties.iter().map(|(party, PartyCounts { logins, rules, lately: _ })| {
            let idle = rules.iter().enumerate().map(|(at, rule)| IdleRule {
                number: at + 1,
                claim: rule.claim.clone(),
                // In steps, so that one login more or less tells nothing of who came between.
                logins: in_steps(logins - rule.last),
            });
            let idle = idle.filter(|rule| rule.logins >= PartyCoverage::ENOUGH_LOGINS);
            let logins = in_steps(*logins);
            PartyCoverage { party: party.clone(), logins, idle: idle.collect() }
        });
        MappingCoverage { since: self.since, parties: told.collect() }
    }
}

fn in_steps(logins: u64) -> u64 {
    logins - logins % PartyCoverage::ENOUGH_LOGINS
}

const ENOUGH: usize = 20;

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
        let counts = PartyCounts { rules: rules.into(), ..PartyCounts::default() };
        let parties = Mutex::new(BTreeMap::from([(party.clone(), counts)]));
        (Coverage { since: Timestamp::UNIX_EPOCH, parties }, party)
    }

    fn login(coverage: &Coverage, party: &RelyingParty, (person, mail): (u8, Outcome)) {
        let step = |claim: &str, outcome| Step { claim: claim.to_owned(), outcome };
        let name = step("name", Outcome::Matched { attribute: "displayName".to_owned() });
        coverage.count(party, Octets([person; 16]), &[name, step("mail", mail)]);
    }

    #[test]
    fn a_rule_that_made_nothing_of_the_last_twenty_logins_is_told_by_its_number() {
        let (coverage, party) = coverage();
        login(&coverage, &party, (0, Outcome::Made));
        let outcomes = [Outcome::Absent, Outcome::Empty, Outcome::Dropped, Outcome::Default];
        for (person, outcome) in (1..).zip(outcomes.iter().cycle().take(20)) {
            login(&coverage, &party, (person, outcome.clone()));
        }
        let told = coverage.told().parties;
        let idle = vec![IdleRule { number: 2, claim: "mail".to_owned(), logins: 20 }];
        assert_eq!(told, [PartyCoverage { party: party.clone(), logins: 20, idle }]);
        login(&coverage, &party, (21, Outcome::Constant));
        assert!(coverage.told().parties.iter().all(|party| party.idle.is_empty()));
    }

    #[test]
    fn of_a_few_logins_nothing_is_told() {
        let (coverage, party) = coverage();
        (0..19).for_each(|person| login(&coverage, &party, (person, Outcome::Absent)));
        let told = coverage.told().parties;
        assert_eq!(told, [PartyCoverage { party, logins: 0, idle: vec![] }]);
    }

    #[test]
    fn one_person_who_comes_again_and_again_is_counted_once() {
        let (coverage, party) = coverage();
        for turn in 0..100 {
            login(&coverage, &party, (turn % 19, Outcome::Absent));
        }
        let told = coverage.told().parties;
        assert_eq!(told, [PartyCoverage { party, logins: 0, idle: vec![] }]);
    }

    #[test]
    fn who_is_no_relying_party_is_not_counted() {
        let (coverage, _) = coverage();
        login(&coverage, &RelyingParty::parse("other").unwrap(), (0, Outcome::Absent));
        let logins = coverage.told().parties.iter().map(|party| party.logins).collect::<Vec<_>>();
        assert_eq!(logins, [0]);
    }
}
