//! The search for the person in everything that Silta wrote or sent, but for what its clients asked.

use std::fmt;

use serde_json::Value;
use silta_testkit::silta::Silta;

use super::deployment::Deployment;
use crate::person::NORDEA;
use crate::search::{found_in, holds};

/// A place, and what of the person was found there.
#[derive(Debug)]
pub struct Searched {
    /// Where.
    pub place: &'static str,
    /// How many octets were looked through.
    pub octets: usize,
    /// The claims whose values stand there.
    pub found: Vec<&'static str>,
    /// What every login leaves there, and is not there: then this is not all of it.
    pub missing: Vec<&'static str>,
}

/// Looks where nothing may be found, and, as controls, where everything must be. All replicas have
/// ended.
pub(super) fn search(
    deployment: &Deployment,
    replicas: [&Silta; 4],
) -> (Vec<Searched>, Vec<Searched>) {
    let lines = replicas.iter().flat_map(|replica| replica.logs());
    let (emf, logs): (Vec<_>, Vec<_>) = lines.partition(|line| line.contains(EMF));
    let commands = || deployment.redis.commands(&deployment.monitor);
    let searched = vec![
        Searched::of("logs", &octets(logs), &["tokens issued"]),
        Searched::of("EMF lines", &octets(emf), &["logins_ended"]),
        Searched::of("/metrics", &deployment.metrics.lock().unwrap(), &["silta_logins_ended"]),
        Searched::of("spans", &deployment.collector.bodies(), &["upstream.finish"]),
        Searched::of("Redis, commands", &commands(), &RECORDS),
        Searched::of("Redis, records", &[deployment.redis.records()], &["silta:access:"]),
    ];
    // Would it be seen if it were there? What Redis says of itself has an alphabet of its own.
    let person = Value::Object(NORDEA.told()).to_string();
    assert_eq!(deployment.redis.ask(&["SET", "control", &person]), b"OK\n");
    let controls = vec![
        Searched::of("applications", &deployment.told.lock().unwrap(), &[]),
        Searched::of("Redis, commands", &commands(), &[]),
        Searched::of("Redis, records", &[deployment.redis.records()], &[]),
    ];
    (searched, controls)
}

fn octets(lines: Vec<String>) -> Vec<Vec<u8>> {
    lines.into_iter().map(String::into_bytes).collect()
}

impl Searched {
    fn of(place: &'static str, texts: &[Vec<u8>], traces: &[&'static str]) -> Self {
        let octets = texts.iter().map(Vec::len).sum();
        let missing = |trace: &&str| !texts.iter().any(|text| holds(text, trace.as_bytes()));
        let missing = traces.iter().copied().filter(missing).collect();
        Self { place, octets, found: found_in(texts, &NORDEA), missing }
    }

    /// Whether every value that can be looked for stands there.
    #[must_use]
    pub fn found_all(&self) -> bool {
        self.found.len() == NORDEA.secrets().count()
    }
}

impl fmt::Display for Searched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:15}{:10} octets, ", self.place, self.octets)?;
        write!(f, "{} of {} values found", self.found.len(), NORDEA.secrets().count())
    }
}

const EMF: &str = "\"_aws\":";
/// A login puts one of each.
const RECORDS: [&str; 5] =
    ["silta:login:", "silta:answered:", "silta:assertion:", "silta:code:", "silta:access:"];
