//! How references to AWS are written; the server's client of AWS reads them.

use super::{Scheme, SchemePlace};

/// Secrets Manager.
pub(super) const SECRET: Scheme = Scheme {
    prefix: "aws-sm:",
    form: "aws-sm:NAME#MEMBER",
    sentence: "the text of a secret in AWS Secrets Manager, by name or ARN; with `#MEMBER`, a member of that \
                   text, which is a JSON object",
    place: SchemePlace::Store,
};

/// KMS.
pub(super) const KEY: Scheme = Scheme {
    prefix: "aws-kms:",
    form: "aws-kms:KEY",
    sentence: "an RSA key at KMS that signs and never leaves it, by id, ARN or alias; for `id_token` and the \
                   `key` of `saml_signing`. Every signature is a call of KMS, from a quota of the account: anybody \
                   who begins a login causes one if `saml_signing` is there",
    place: SchemePlace::KeyStore,
};
