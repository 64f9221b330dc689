//! Secrets Manager: the values of a secret, by the stages of its rotation.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use silta_config::secrets::{Stage, Versions};

use super::error::{AwsError, KnownError, Unavailable};
use crate::config::StoredSecret;

/// Fetches every named secret: the current values in batches, the other stages one by one, because
/// a batch has only current ones. Labels that move meanwhile would make a value be overlooked, so the
/// current versions have to be the same before and after.
pub(super) async fn fetch(
    client: &Client,
    names: &[&str],
) -> BTreeMap<String, Result<StoredSecret, AwsError>> {
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
) -> Result<StoredSecret, AwsError> {
    let mut secret =
        StoredSecret { versions: Versions::only(current.value.clone()), refused: vec![] };
    for stage in Stage::ALL {
        match version(client, name, label(stage)).await {
            // A rotation that has ended may leave its label on the current version.
            Ok(found) if found.id == current.id => {}
            Ok(found) => *secret.versions.at_mut(stage) = Some(found.value),
            // Most of the time there is no such stage.
            Err(AwsError::Known(KnownError::NotFound)) => {}
            Err(AwsError::Unavailable(unavailable)) => {
                return Err(AwsError::Unavailable(unavailable));
            }
            Err(refused) => secret.refused.push((stage, refused.into())),
        }
    }
    Ok(secret)
}

async fn version(client: &Client, name: &str, stage: &str) -> Result<Version, AwsError> {
    let asked = client.get_secret_value().secret_id(name).version_stage(stage);
    let found = asked.send().await.map_err(|error| AwsError::of(&error))?;
    Version::of(found.version_id(), found.secret_string())
}

/// The staging label of a version.
fn label(stage: Stage) -> &'static str {
    match stage {
        Stage::Next => "AWSPENDING",
        Stage::Previous => "AWSPREVIOUS",
    }
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
}
