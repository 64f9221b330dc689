//! KMS: RSA keys that sign, and never leave it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeyUsageType, MessageType, SigningAlgorithmSpec};
use openssl::hash::{MessageDigest, hash};
use silta_broker::ports::{Signer, SignerError};
use silta_saml::algorithm::SignatureAlgorithm;
use tracing::error;

use super::AwsError;
use crate::config::{RemoteKey, SourceError};

/// A key that signs, by the ARN that it had when it was fetched: an alias may lead elsewhere later,
/// while the public half that is published is this one's.
#[derive(Clone)]
pub(crate) struct KmsKey {
    client: Client,
    arn: String,
    public_der: Arc<[u8]>,
}

impl RemoteKey for KmsKey {
    fn public_der(&self) -> &[u8] {
        &self.public_der
    }

    // RSA alone.
    fn signer(&self, algorithm: SignatureAlgorithm) -> Option<Arc<dyn Signer>> {
        use MessageDigest as Digest;
        use SignatureAlgorithm as Ours;
        use SigningAlgorithmSpec as Theirs;
        let (spec, digest) = match algorithm {
            Ours::RsaSha256 => (Theirs::RsassaPkcs1V15Sha256, Digest::sha256()),
            Ours::RsaSha384 => (Theirs::RsassaPkcs1V15Sha384, Digest::sha384()),
            Ours::RsaSha512 => (Theirs::RsassaPkcs1V15Sha512, Digest::sha512()),
            Ours::RsaPssSha256 => (Theirs::RsassaPssSha256, Digest::sha256()),
            Ours::RsaPssSha384 => (Theirs::RsassaPssSha384, Digest::sha384()),
            Ours::RsaPssSha512 => (Theirs::RsassaPssSha512, Digest::sha512()),
            Ours::EcdsaSha256 | Ours::EcdsaSha384 | Ours::EcdsaSha512 => return None,
        };
        Some(Arc::new(KmsSigner { key: self.clone(), spec, digest }))
    }

    fn algorithm_error(&self) -> SourceError {
        SourceError {
            what: "at KMS only RSA keys sign".to_owned(),
            instead: "refer to an RSA key, with an rsa algorithm or none",
        }
    }
}

impl fmt::Debug for KmsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KmsKey({})", self.arn)
    }
}

/// Asks for the public half of a key.
pub(super) async fn fetch(client: &Client, id: &str) -> Result<KmsKey, AwsError> {
    let answer = client.get_public_key().key_id(id).send().await.map_err(|e| AwsError::of(&e))?;
    let signs = answer.key_usage() == Some(&KeyUsageType::SignVerify);
    match (answer.key_id(), answer.public_key()) {
        (Some(arn), Some(der)) if signs => Ok(KmsKey {
            client: client.clone(),
            arn: arn.to_owned(),
            public_der: Arc::from(der.as_ref()),
        }),
        _ => Err(AwsError::Unusable("it is not a key for SIGN_VERIFY")),
    }
}

struct KmsSigner {
    key: KmsKey,
    spec: SigningAlgorithmSpec,
    digest: MessageDigest,
}

#[async_trait]
impl Signer for KmsSigner {
    async fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SignerError> {
        // The digest is all that it needs: what a token says of a person is not for KMS.
        let digest = hash(self.digest, octets).map_err(|_| SignerError::OpenSsl)?;
        let asked = self.key.client.sign().key_id(&self.key.arn).message_type(MessageType::Digest);
        let asked = asked.message(Blob::new(digest.to_vec())).signing_algorithm(self.spec.clone());
        match asked.send().await {
            Ok(answer) => {
                let signature = answer.signature.map(Blob::into_inner);
                signature.ok_or(SignerError::Service)
            }
            Err(refused) => {
                let (what, instead) = AwsError::of(&refused).messages();
                error!(key = self.key.arn, what, instead, "KMS did not sign");
                Err(SignerError::Service)
            }
        }
    }
}

impl fmt::Debug for KmsSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KmsSigner({})", self.key.arn)
    }
}
