//! Which rules made nothing of people lately, as a replica tells operators.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use silta_broker::{Broker, IdleRule, PartyCoverage};

/// What a replica counted.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CoverageReport {
    /// The hash of its configuration.
    configuration: String,
    /// Since when it is used there. What was counted before is gone.
    since: Timestamp,
    /// Of fewer logins of a relying party nothing is told.
    enough_logins: u64,
    parties: Vec<Party>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Party {
    name: String,
    logins: u64,
    idle: Vec<Idle>,
}

/// A rule that made nothing of the last logins.
#[derive(Debug, Serialize, Deserialize)]
struct Idle {
    /// From 1 on, in the order of the file.
    number: usize,
    claim: String,
    logins: u64,
}

impl CoverageReport {
    /// What this broker counted; nothing where it does not know which configuration it has.
    pub(crate) fn of(broker: &Broker) -> Option<Self> {
        let counted = broker.mapping_coverage();
        let parties = counted.parties.into_iter();
        let parties = parties.map(|PartyCoverage { party, logins, idle }| Party {
            name: shown(party.as_str()),
            logins,
            idle: idle.into_iter().map(Idle::of).collect(),
        });
        Some(Self {
            configuration: broker.configuration()?.to_string(),
            since: counted.since,
            enough_logins: PartyCoverage::ENOUGH_LOGINS,
            parties: parties.collect(),
        })
    }

    /// Whether a rule made nothing.
    pub(crate) fn has_idle_rules(&self) -> bool {
        self.parties.iter().any(|party| !party.idle.is_empty())
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text =
            format!("configuration: {}, used here since {}\n", self.configuration, self.since);
        for Party { name, logins, idle } in &self.parties {
            // Whoever answered may not be who was meant.
            let name = shown(name);
            // Writing to a String cannot fail.
            let _ = if *logins < self.enough_logins {
                writeln!(text, "{name}: fewer than {} logins", self.enough_logins)
            } else if idle.is_empty() {
                writeln!(text, "{name}: {logins} logins, every rule made something")
            } else {
                writeln!(text, "{name}: {logins} logins")
            };
            for Idle { number, claim, logins } in idle {
                let claim = shown(claim);
                let _ =
                    writeln!(text, "  rule {number}, {claim}: nothing of the last {logins} logins");
            }
        }
        let next = if self.has_idle_rules() {
            "silta map test --person FILE, with a person whom such a rule is for"
        } else {
            "nothing"
        };
        text + "these are the logins of one replica: ask each, where there are several\nnext: "
            + next
            + "\n"
    }
}

impl Idle {
    fn of(IdleRule { number, claim, logins }: IdleRule) -> Self {
        Self { number, claim: shown(&claim), logins }
    }
}

/// A name of the administrator's may be anything.
fn shown(name: &str) -> String {
    silta_config::quotable(name).unwrap_or("…").to_owned()
}
