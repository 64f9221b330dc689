//! Secrets in Secrets Manager and private keys in KMS. All that the configuration refers to are
//! fetched at once, so that reading it needs no network.
//!
//! Region, credentials and endpoint come from where every AWS program takes them: variables, the
//! task's role, a profile.

mod error;
mod kms;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use openssl::sha::{Sha256, sha256};
use secrecy::ExposeSecret;
use silta_config::secrets::{Reference, Stage};

use error::{AwsError, Unavailable};
use kms::KmsKey;

use crate::config::{KeySource, RemoteKey, SecretSource, SourceError, StoredSecret};

/// A reference to a secret or key at AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AwsReference {
    /// A secret, by name or ARN.
    Secret(String),
    /// A KMS key, by id, ARN or alias.
    Key(String),
}

impl AwsReference {
    /// Reads `aws-sm:NAME`, `aws-sm:NAME#MEMBER` or `aws-kms:KEY`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match Reference::parse(text) {
            Ok(Reference::Stored { scheme: SECRET, name, .. }) => {
                Some(Self::Secret(name.to_owned()))
            }
            Ok(Reference::Key { scheme: KEY, id }) => Some(Self::Key(id.to_owned())),
            Ok(_) | Err(_) => None,
        }
    }
}

/// The AWS clients of this process.
#[derive(Debug)]
pub(crate) struct Aws {
    secrets: aws_sdk_secretsmanager::Client,
    kms: aws_sdk_kms::Client,
}

impl Aws {
    /// Finds region and credentials, and calls no service yet.
    pub(crate) async fn new() -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config: SdkConfig =
            aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).load().await;
        Self {
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            kms: aws_sdk_kms::Client::new(&config),
        }
    }

    /// Fetches all of them, each with its own outcome.
    pub(crate) async fn fetch(&self, references: &BTreeSet<AwsReference>) -> Fetched {
        let names = references.iter().filter_map(|one| match one {
            AwsReference::Secret(name) => Some(name.as_str()),
            AwsReference::Key(_) => None,
        });
        let secrets = secrets::fetch(&self.secrets, &names.collect::<Vec<_>>()).await;
        let mut keys = BTreeMap::new();
        for one in references {
            if let AwsReference::Key(id) = one {
                keys.insert(id.clone(), kms::fetch(&self.kms, id).await);
            }
        }
        Fetched { secrets, keys }
    }
}

/// The values that were fetched, and the errors of the others.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    secrets: BTreeMap<String, Result<StoredSecret, AwsError>>,
    keys: BTreeMap<String, Result<KmsKey, AwsError>>,
}

impl Fetched {
    /// Whether a value is missing because AWS is unavailable.
    pub(crate) fn is_unavailable(&self) -> bool {
        self.refused().any(|why| matches!(why, AwsError::Unavailable(_)))
    }

    /// Whether no value is missing.
    pub(crate) fn is_complete(&self) -> bool {
        self.refused().next().is_none()
    }

    fn refused(&self) -> impl Iterator<Item = &AwsError> {
        let secrets = self.secrets.values().filter_map(|one| one.as_ref().err());
        secrets.chain(self.keys.values().filter_map(|one| one.as_ref().err()))
    }

    /// A fingerprint of all values: it changes when any of them does.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        // All are of one length then, so no two lists run together into the same octets.
        let mut add = |octets: &[u8]| hash.update(&sha256(octets));
        for (name, versions) in &self.secrets {
            add(name.as_bytes());
            let versions = versions.iter().flat_map(|secret| secret.versions.iter());
            for (stage, value) in versions {
                add(stage.map_or("", Stage::name).as_bytes());
                add(value.expose_secret().as_bytes());
            }
        }
        for (id, key) in &self.keys {
            add(id.as_bytes());
            add(key.as_ref().map_or(&[], |key| key.public_der()));
        }
        hash.finish()
    }
}

impl SecretSource for Fetched {
    fn secret(&self, name: &str) -> Result<StoredSecret, SourceError> {
        let fetched = self.secrets.get(name).cloned();
        Ok(fetched.unwrap_or(Err(AwsError::Unavailable(Unavailable::NoAnswer)))?)
    }
}

impl KeySource for Fetched {
    fn key(&self, id: &str) -> Result<Arc<dyn RemoteKey>, SourceError> {
        let fetched = self.keys.get(id).cloned();
        let key = fetched.unwrap_or(Err(AwsError::Unavailable(Unavailable::NoAnswer)))?;
        Ok(Arc::new(key))
    }
}

/// The prefix of references to Secrets Manager.
const SECRET: &str = "aws-sm:";
/// The prefix of references to KMS.
const KEY: &str = "aws-kms:";
/// One try.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// All tries: a signature by KMS is a part of `/token`, which an ALB waits 5 s for.
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_secret_or_a_key() {
        let secret = |name: &str| Some(AwsReference::Secret(name.to_owned()));
        assert_eq!(AwsReference::parse("aws-sm:silta/keys#seal"), secret("silta/keys"));
        assert_eq!(AwsReference::parse("aws-sm:silta/seal"), secret("silta/seal"));
        let key = Some(AwsReference::Key("alias/silta".to_owned()));
        assert_eq!(AwsReference::parse("aws-kms:alias/silta"), key);
        assert_eq!(AwsReference::parse("file:aws-sm:x"), None);
    }
}
