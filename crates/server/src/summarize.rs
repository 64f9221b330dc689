//! Says of a checked configuration what another one is compared with.

use silta_config::Document;

use crate::config::Config;
use crate::speaks_for::speaks_for;
use crate::summary::{Facts, SubjectFacts, Summary};

/// What is known of a checked configuration with its document.
pub(crate) fn summary(document: &Document<'_>, config: &Config) -> Summary {
    let key = &config.subject_key;
    let outline = document.outline(&|place, meaning| key.fingerprint(place, meaning));
    let mut facts = facts(config);
    let place = ["sector".to_owned()];
    facts.sectors.values_mut().for_each(|sector| *sector = key.fingerprint(&place, sector));
    Summary { facts, outline }
}

/// What decides in it who people are.
pub(crate) fn facts(config: &Config) -> Facts {
    let subjects = config.upstreams.iter().map(|(name, upstream)| {
        let subject = &upstream.subject;
        let facts = SubjectFacts {
            attributes: subject.attributes.clone(),
            source: subject.source.as_str().to_owned(),
            is_of_one_provider: subject.name_of_one_provider().is_some(),
        };
        (name.to_string(), facts)
    });
    let clients = config.clients.iter();
    let clients = clients.map(|(client, policy)| (client.id().as_str(), policy));
    let providers = config.saml_idp.iter().flat_map(|idp| &idp.policies);
    let providers = providers.map(|(party, policy)| (party.as_str(), policy));
    let sectors = clients.chain(providers);
    Facts {
        hash: config.hash.to_string(),
        subject_key: config.subject_key.fingerprint(&[], "keys.subject"),
        subjects: subjects.collect(),
        sectors: sectors.map(|(name, policy)| (name.to_owned(), policy.sector.clone())).collect(),
        speaks_for: speaks_for(&config.upstreams).lines().map(str::to_owned).collect(),
    }
}
