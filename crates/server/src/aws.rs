//! What lies at AWS: secrets in Secrets Manager and private keys in KMS. Everything that the
//! configuration refers to is fetched at once, so that reading it needs no network.
//!
//! Region, credentials and endpoint come from where every AWS program takes them: variables, the
//! task's role, a profile.

mod kms;
mod refused;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use openssl::sha::Sha256;
use secrecy::{ExposeSecret, SecretString};

pub(crate) use kms::KmsKey;
pub(crate) use refused::{Away, Refused};
pub(crate) use secrets::{Stage, Staged};

/// Something at AWS that a configuration refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// A secret, by name or ARN.
    Secret(String),
    /// A KMS key, by id, ARN or alias.
    Key(String),
}

impl Reference {
    /// Reads `aws-sm:NAME`, `aws-sm:NAME#MEMBER` or `aws-kms:KEY`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some(secret) = text.strip_prefix(SECRET) {
            let name = secret.split_once('#').map_or(secret, |(name, _)| name);
            return Some(Self::Secret(name.to_owned()));
        }
        text.strip_prefix(KEY).map(|id| Self::Key(id.to_owned()))
    }
}

/// AWS, as this process reaches it.
#[derive(Debug)]
pub(crate) struct Aws {
    secrets: aws_sdk_secretsmanager::Client,
    kms: aws_sdk_kms::Client,
}

impl Aws {
    /// Looks for region and credentials; asks nobody for anything else yet.
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

    /// Fetches all of them, whatever happens to each.
    pub(crate) async fn fetch(&self, references: &BTreeSet<Reference>) -> Fetched {
        let names = references.iter().filter_map(|one| match one {
            Reference::Secret(name) => Some(name.as_str()),
            Reference::Key(_) => None,
        });
        let secrets = secrets::fetch(&self.secrets, &names.collect::<Vec<_>>()).await;
        let mut keys = BTreeMap::new();
        for one in references {
            if let Reference::Key(id) = one {
                keys.insert(id.clone(), kms::fetch(&self.kms, id).await);
            }
        }
        Fetched { secrets, keys }
    }
}

/// What was fetched, and why the rest was not.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    secrets: BTreeMap<String, Result<Staged<SecretString>, Refused>>,
    keys: BTreeMap<String, Result<KmsKey, Refused>>,
}

impl Fetched {
    /// The values of a secret.
    pub(crate) fn secret(&self, name: &str) -> Result<Staged<SecretString>, Refused> {
        self.secrets.get(name).cloned().unwrap_or(Err(Refused::Away(Away::NoAnswer)))
    }

    /// A key.
    pub(crate) fn key(&self, id: &str) -> Result<KmsKey, Refused> {
        self.keys.get(id).cloned().unwrap_or(Err(Refused::Away(Away::NoAnswer)))
    }

    /// Whether anything is missing because AWS was not reached.
    pub(crate) fn away(&self) -> bool {
        self.refused().any(|why| matches!(why, Refused::Away(_)))
    }

    /// Whether nothing is missing.
    pub(crate) fn complete(&self) -> bool {
        self.refused().next().is_none()
    }

    fn refused(&self) -> impl Iterator<Item = &Refused> {
        let secrets = self.secrets.values().filter_map(|one| one.as_ref().err());
        secrets.chain(self.keys.values().filter_map(|one| one.as_ref().err()))
    }

    /// A fingerprint of all values: it changes when any of them does.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut add = |octets: &[u8]| {
            hash.update(&u64::try_from(octets.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(octets);
        };
        for (name, staged) in &self.secrets {
            add(name.as_bytes());
            for (stage, value) in staged.iter().flat_map(Staged::iter) {
                add(stage.map_or("", Stage::label).as_bytes());
                add(value.expose_secret().as_bytes());
            }
        }
        for (id, key) in &self.keys {
            add(id.as_bytes());
            add(key.as_ref().map_or(&[], KmsKey::public_der));
        }
        hash.finish()
    }
}

/// What references to Secrets Manager begin with.
pub(crate) const SECRET: &str = "aws-sm:";
/// What references to KMS begin with.
pub(crate) const KEY: &str = "aws-kms:";
/// One try.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// All tries: a signature by KMS is a part of `/token`, which an ALB waits 5 s for.
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_secret_or_a_key() {
        let secret = |name: &str| Some(Reference::Secret(name.to_owned()));
        assert_eq!(Reference::parse("aws-sm:silta/keys#seal"), secret("silta/keys"));
        assert_eq!(Reference::parse("aws-sm:silta/seal"), secret("silta/seal"));
        let key = Some(Reference::Key("alias/silta".to_owned()));
        assert_eq!(Reference::parse("aws-kms:alias/silta"), key);
        assert_eq!(Reference::parse("file:aws-sm:x"), None);
    }
}
