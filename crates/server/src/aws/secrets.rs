//! Secrets Manager: the values of a secret, by the stages of its rotation.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;

use super::Refused;

/// A stage beside the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Will be current: known already, not used yet.
    Next,
    /// Was current: known still, not used any more.
    Retired,
}

impl Stage {
    const ALL: [Self; 2] = [Self::Next, Self::Retired];

    /// The staging label of Secrets Manager.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Next => "AWSPENDING",
            Self::Retired => "AWSPREVIOUS",
        }
    }
}

/// A value, and those beside it while it is rotated.
#[derive(Debug, Clone)]
pub(crate) struct Staged<T> {
    /// The one to use.
    pub(crate) current: T,
    /// At most one of each stage.
    pub(crate) others: Vec<(Stage, T)>,
}

impl<T> Staged<T> {
    /// A value that is never rotated.
    pub(crate) fn only(current: T) -> Self {
        Self { current, others: vec![] }
    }

    /// All of them, the current one first.
    pub(crate) fn all(self) -> impl Iterator<Item = T> {
        std::iter::once(self.current).chain(self.others.into_iter().map(|(_, other)| other))
    }

    /// All of them with their stages, the current one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<Stage>, &T)> {
        let others = self.others.iter().map(|(stage, other)| (Some(*stage), other));
        std::iter::once((None, &self.current)).chain(others)
    }

    /// Pairs two values that are rotated together. A stage that only one of them has is no pair.
    pub(crate) fn zip<U>(self, mut other: Staged<U>) -> Staged<(T, U)> {
        let others = self.others.into_iter().filter_map(|(stage, one)| {
            let at = other.others.iter().position(|(theirs, _)| *theirs == stage)?;
            Some((stage, (one, other.others.swap_remove(at).1)))
        });
        Staged { others: others.collect(), current: (self.current, other.current) }
    }
}

/// Fetches every named secret: the current values in batches, the other stages one by one, because
/// a batch has only current ones.
pub(super) async fn fetch(
    client: &Client,
    names: &[&str],
) -> BTreeMap<String, Result<Staged<SecretString>, Refused>> {
    let mut all = BTreeMap::new();
    for names in names.chunks(BATCH) {
        let currents = batch(client, names).await;
        for (name, current) in names.iter().zip(currents) {
            let staged = match current {
                Ok(Some(current)) => staged(client, name, current).await,
                Ok(None) => match version(client, name, CURRENT).await {
                    Ok(current) => staged(client, name, current).await,
                    Err(refused) => Err(refused),
                },
                Err(refused) => Err(refused),
            };
            all.insert((*name).to_owned(), staged);
        }
    }
    all
}

/// A value and the version that it is of.
struct Version {
    id: Option<String>,
    value: SecretString,
}

/// What a batch has of each; nothing where it does not say that this is the current version.
async fn batch(client: &Client, names: &[&str]) -> Vec<Result<Option<Version>, Refused>> {
    let ids = names.iter().map(|name| (*name).to_owned()).collect();
    let answer = match client.batch_get_secret_value().set_secret_id_list(Some(ids)).send().await {
        Ok(answer) => answer,
        Err(error) => return names.iter().map(|_| Err(Refused::of(&error))).collect(),
    };
    let one = |name: &&str| {
        let is_it = |given: Option<&str>| given.is_some_and(|given| is(name, given));
        let found = answer.secret_values().iter().find(|one| is_it(one.name()) || is_it(one.arn()));
        if let Some(found) = found {
            if !found.version_stages().iter().any(|stage| stage == CURRENT) {
                return Ok(None);
            }
            let value = found.secret_string().ok_or(BINARY)?;
            let id = found.version_id().map(str::to_owned);
            return Ok(Some(Version { id, value: SecretString::from(value) }));
        }
        let error = answer.errors().iter().find(|one| is_it(one.secret_id()));
        let code = error.and_then(|error| error.error_code());
        Err(Refused::code(code.unwrap_or("ResourceNotFoundException")))
    };
    names.iter().map(one).collect()
}

/// Whether `asked` names the secret that calls itself `given`: an ARN may be asked for without the
/// six random characters at its end.
fn is(asked: &str, given: &str) -> bool {
    given == asked
        || (given.starts_with("arn:")
            && given.rsplit_once('-').is_some_and(|(arn, _)| arn == asked))
}

async fn staged(
    client: &Client,
    name: &str,
    current: Version,
) -> Result<Staged<SecretString>, Refused> {
    let mut others = vec![];
    for stage in Stage::ALL {
        match version(client, name, stage.label()).await {
            // A rotation that has ended may leave its label on the current version.
            Ok(found) if found.id == current.id => {}
            Ok(found) => others.push((stage, found.value)),
            // Most of the time there is no such stage.
            Err(Refused::Code(code)) if code == "ResourceNotFoundException" => {}
            Err(refused) => return Err(refused),
        }
    }
    Ok(Staged { current: current.value, others })
}

async fn version(client: &Client, name: &str, stage: &str) -> Result<Version, Refused> {
    let asked = client.get_secret_value().secret_id(name).version_stage(stage);
    let found = asked.send().await.map_err(|error| Refused::of(&error))?;
    let value = found.secret_string().ok_or(BINARY)?;
    Ok(Version { id: found.version_id().map(str::to_owned), value: SecretString::from(value) })
}

/// The label of the version that counts.
const CURRENT: &str = "AWSCURRENT";
/// As many as one call takes.
const BATCH: usize = 20;
const BINARY: Refused = Refused::Unusable("it is a binary secret");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name_and_by_its_arn_with_and_without_the_random_end() {
        let arn = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:silta/keys-a1B2c3";
        assert!(is("silta/keys", "silta/keys") && is(arn, arn));
        assert!(is("arn:aws:secretsmanager:eu-north-1:123456789012:secret:silta/keys", arn));
        assert!(!is("silta/keys", "silta/keys-a1B2c3"), "that is another name");
        assert!(!is("arn:aws:secretsmanager:eu-north-1:123456789012:secret:silta", arn));
    }

    #[test]
    fn two_values_pair_only_in_the_stages_that_both_have() {
        let key = Staged { current: 1, others: vec![(Stage::Next, 2), (Stage::Retired, 3)] };
        let certificate = Staged { current: "a", others: vec![(Stage::Retired, "c")] };
        let pairs = key.zip(certificate);
        assert_eq!(pairs.current, (1, "a"));
        assert_eq!(pairs.others, [(Stage::Retired, (3, "c"))]);
    }
}
