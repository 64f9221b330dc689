//! Says of a checked configuration what another one is compared with.

use silta_broker::{SubjectKey, UpstreamName};
use silta_config::{Document, shown};
use silta_mapping::unqualified;

use crate::config::{Config, UpstreamConfig};
use crate::speaks_for::speaks_for;
use crate::summary::{Facts, SubjectFacts, Summary};

/// What is known of a checked configuration with its document.
pub(crate) fn summary(document: &Document<'_>, config: &Config) -> Summary {
    let key = &config.subject_key;
    let outline = document.outline(&|place, meaning| key.fingerprint(place, meaning));
    Summary { facts: facts(document, config, key), outline }
}

/// What decides in it who people are, with names and fingerprints under this key alone.
pub(crate) fn facts(document: &Document<'_>, config: &Config, key: &SubjectKey) -> Facts {
    let prints = Fingerprints(key);
    let subjects = config.upstreams.iter();
    let subjects = subjects.map(|(name, upstream)| {
        (prints.name(name.as_str()), subject(document, config, (name, upstream), &prints))
    });
    let clients = config.clients.iter();
    let clients = clients.map(|(client, policy)| (client.id().as_str(), policy));
    let providers = config.saml_idp.iter().flat_map(|idp| &idp.policies);
    let providers = providers.map(|(party, policy)| (party.as_str(), policy));
    let sectors = clients.chain(providers);
    let sectors =
        sectors.map(|(name, policy)| (prints.name(name), prints.of("sector", &policy.sector)));
    let speaks_for = speaks_for(&config.upstreams, &|name| prints.name(name));
    Facts {
        hash: config.hash.to_string(),
        subject_key: config.subject_key.fingerprint(&[], "keys.subject"),
        subjects: subjects.collect(),
        sectors: sectors.collect(),
        speaks_for: speaks_for.lines().map(str::to_owned).collect(),
    }
}

fn subject(
    document: &Document<'_>,
    config: &Config,
    (name, upstream): (&UpstreamName, &UpstreamConfig),
    prints: &Fingerprints<'_>,
) -> SubjectFacts {
    let subject = &upstream.subject;
    let attributes = subject.attributes.iter().map(|name| {
        let plain = unqualified(name).unwrap_or(name);
        let known = upstream.dictionary.attribute(plain);
        let wire = known.map(|one| {
            let mut names = one.sources.clone();
            names.sort();
            // No name in a file has a zero in it.
            format!("{}\0{}", one.kind, names.join("\0"))
        });
        (prints.name(plain), prints.of("attribute", &wire.unwrap_or_default()))
    });
    let then = || document.meaning_at(&["upstreams", name.as_str(), "subject", "then"]);
    let scope = upstream.scope_of_names(&config.issuer);
    SubjectFacts {
        attributes: attributes.collect(),
        source: prints.name(subject.source.as_str()),
        then: (!subject.spelling.is_plain()).then(|| prints.of("then", &then())),
        scope: scope.into_iter().map(|(at, what)| (at.to_owned(), prints.of(at, &what))).collect(),
    }
}

struct Fingerprints<'k>(&'k SubjectKey);

impl Fingerprints<'_> {
    fn name(&self, name: &str) -> String {
        shown(name, &|place, meaning| self.0.fingerprint(place, meaning))
    }

    /// Of what is no place of a file.
    fn of(&self, what: &str, meaning: &str) -> String {
        self.0.fingerprint(&["facts".to_owned(), what.to_owned()], meaning)
    }
}
