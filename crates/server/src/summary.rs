//! What is known of a configuration so that another one can be compared with it elsewhere: names and places, and no
//! value of the file, no secret and nothing of a person.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use silta_config::Outline;

/// A configuration, as a replica tells operators of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) facts: Facts,
    /// Fingerprints are under `keys.subject`: without that key nobody can try values by them.
    pub(crate) outline: Outline,
}

/// What of it decides who people are, and who may speak for them. A name that may be a person's is a fingerprint, as in the
/// outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// Its hash.
    pub(crate) hash: String,
    /// What tells `keys.subject` from another key.
    pub(crate) subject_key: String,
    /// What people are known by, by upstream.
    pub(crate) subjects: BTreeMap<String, SubjectFacts>,
    /// What stands for the sector of each relying party.
    pub(crate) sectors: BTreeMap<String, String>,
    /// Who speaks for whom, a line for each subject source.
    pub(crate) speaks_for: BTreeSet<String>,
}

/// What the people of an upstream are known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubjectFacts {
    /// Names of attributes, best first, each with what stands for its type and its names on the wire there.
    pub(crate) attributes: Vec<(String, String)>,
    /// The subject source.
    pub(crate) source: String,
    /// What stands for `then`; nothing where there is none.
    pub(crate) then: Option<String>,
    /// What their names mean something within, each by its key with what stands for it; nothing where they mean the same
    /// at every provider.
    pub(crate) scope: BTreeMap<String, String>,
}
