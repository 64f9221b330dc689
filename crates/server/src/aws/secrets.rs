//! Secrets Manager: the values of a secret, by the stages of its rotation.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;

use super::error::{AwsError, KnownError, Unavailable};

/// A stage beside the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VersionStage {
    /// Will be current: known already, not used yet.
    Next,
    /// Was current: known still, not used any more.
    Previous,
}

impl VersionStage {
    const ALL: [Self; 2] = [Self::Next, Self::Previous];

    /// The staging label of Secrets Manager.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Next => "AWSPENDING",
            Self::Previous => "AWSPREVIOUS",
        }
    }
}

/// A value, and those beside it while it is rotated.
#[derive(Debug, Clone)]
pub(crate) struct Versions<T> {
    /// The one to use.
    pub(crate) current: T,
    /// At most one of each stage.
    pub(crate) others: Vec<(VersionStage, T)>,
    /// Stages that there are, and that were not given.
    pub(crate) refused: Vec<(VersionStage, AwsError)>,
}

impl<T> Versions<T> {
    /// A value that is never rotated.
    pub(crate) fn only(current: T) -> Self {
        Self { current, others: vec![], refused: vec![] }
    }

    /// All of them, the current one first.
    pub(crate) fn all(self) -> impl Iterator<Item = T> {
        std::iter::once(self.current).chain(self.others.into_iter().map(|(_, other)| other))
    }

    /// All of them with their stages, the current one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<VersionStage>, &T)> {
        let others = self.others.iter().map(|(stage, other)| (Some(*stage), other));
        std::iter::once((None, &self.current)).chain(others)
    }

    /// Pairs two values. Where only one of them is rotated, as a certificate that is renewed for the
    /// same key, the other stays as it is.
    pub(crate) fn zip<U>(self, other: Versions<U>) -> Versions<(T, U)>
    where
        T: Clone,
        U: Clone,
    {
        let at = |stage| {
            let ours = self.others.iter().find(|(known, _)| *known == stage);
            let theirs = other.others.iter().find(|(known, _)| *known == stage);
            (ours.is_some() || theirs.is_some()).then(|| {
                let ours = ours.map_or(&self.current, |(_, value)| value);
                let theirs = theirs.map_or(&other.current, |(_, value)| value);
                (stage, (ours.clone(), theirs.clone()))
            })
        };
        let others = VersionStage::ALL.into_iter().filter_map(at).collect();
        Versions { others, current: (self.current, other.current), refused: vec![] }
    }
}

/// Fetches every named secret: the current values in batches, the other stages one by one, because
/// a batch has only current ones. Labels that move meanwhile would make a value be overlooked, so the
/// current versions have to be the same before and after.
pub(super) async fn fetch(
    client: &Client,
    names: &[&str],
) -> BTreeMap<String, Result<Versions<SecretString>, AwsError>> {
    let mut all = BTreeMap::new();
    for names in names.chunks(BATCH) {
        let before = current(client, names).await;
        let mut versions = vec![];
        for (name, found) in names.iter().zip(&before) {
            versions.push(match found {
                Ok(found) => with_stages(client, name, found).await,
                Err(refused) => Err(refused.clone()),
            });
        }
        let after = current(client, names).await;
        for (((name, versions), before), after) in names.iter().zip(versions).zip(before).zip(after)
        {
            let still = match (before, after) {
                (Ok(before), Ok(after)) => before.id == after.id,
                _ => true,
            };
            all.insert(
                (*name).to_owned(),
                if still { versions } else { Err(AwsError::Unavailable(Unavailable::NoAnswer)) },
            );
        }
    }
    all
}

/// A value and the version that it is of.
struct Version {
    id: Option<String>,
    value: SecretString,
}

impl Version {
    fn of(id: Option<&str>, value: Option<&str>) -> Result<Self, AwsError> {
        let value = value.ok_or(AwsError::Unusable("it is a binary secret"))?;
        Ok(Self { id: id.map(str::to_owned), value: SecretString::from(value) })
    }
}

/// The current version of each.
async fn current(client: &Client, names: &[&str]) -> Vec<Result<Version, AwsError>> {
    let ids = names.iter().map(|name| (*name).to_owned()).collect();
    let answer = match client.batch_get_secret_value().set_secret_id_list(Some(ids)).send().await {
        Ok(answer) => answer,
        Err(error) => return names.iter().map(|_| Err(AwsError::of(&error))).collect(),
    };
    let mut all = vec![];
    for name in names {
        let is_it = |given: Option<&str>| given.is_some_and(|given| is(name, given));
        let found = answer.secret_values().iter().find(|one| is_it(one.name()) || is_it(one.arn()));
        let error = answer.errors().iter().find(|one| is_it(one.secret_id()));
        all.push(match (found, error.and_then(|error| error.error_code())) {
            (Some(found), _) if found.version_stages().iter().any(|stage| stage == CURRENT) => {
                Version::of(found.version_id(), found.secret_string())
            }
            // Not everybody's batch means the current version.
            (Some(_), _) => version(client, name, CURRENT).await,
            (None, code) => Err(AwsError::code(code.unwrap_or("ResourceNotFoundException"))),
        });
    }
    all
}

/// Whether `asked` names the secret that calls itself `given`: an ARN may be asked for without the
/// six random characters at its end.
fn is(asked: &str, given: &str) -> bool {
    given == asked
        || (given.starts_with("arn:")
            && given.rsplit_once('-').is_some_and(|(arn, _)| arn == asked))
}

async fn with_stages(
    client: &Client,
    name: &str,
    current: &Version,
) -> Result<Versions<SecretString>, AwsError> {
    let mut versions = Versions::only(current.value.clone());
    for stage in VersionStage::ALL {
        match version(client, name, stage.label()).await {
            // A rotation that has ended may leave its label on the current version.
            Ok(found) if found.id == current.id => {}
            Ok(found) => versions.others.push((stage, found.value)),
            // Most of the time there is no such stage.
            Err(AwsError::Known(KnownError::NotFound)) => {}
            Err(AwsError::Unavailable(unavailable)) => {
                return Err(AwsError::Unavailable(unavailable));
            }
            Err(refused) => versions.refused.push((stage, refused)),
        }
    }
    Ok(versions)
}

async fn version(client: &Client, name: &str, stage: &str) -> Result<Version, AwsError> {
    let asked = client.get_secret_value().secret_id(name).version_stage(stage);
    let found = asked.send().await.map_err(|error| AwsError::of(&error))?;
    Version::of(found.version_id(), found.secret_string())
}

/// The label of the version that counts.
const CURRENT: &str = "AWSCURRENT";
/// As many as one call takes.
const BATCH: usize = 20;

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
    fn where_only_one_of_two_values_is_rotated_the_other_stays() {
        let mut key = Versions::only(1);
        key.others = vec![(VersionStage::Next, 2)];
        let mut certificate = Versions::only("a");
        certificate.others = vec![(VersionStage::Next, "b"), (VersionStage::Previous, "c")];
        let pairs = key.zip(certificate);
        assert_eq!(pairs.current, (1, "a"));
        assert_eq!(
            pairs.others,
            [(VersionStage::Next, (2, "b")), (VersionStage::Previous, (1, "c"))]
        );
    }
}
