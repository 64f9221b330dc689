//! How a client proves who it is, as the configuration says.

use crate::op::{
    client_keys::ClientKeys,
    client_secret::{ClientSecret, ClientSecrets},
};

/// How a client proves who it is.
#[derive(Debug, Clone)]
pub enum ClientAuthentication {
    /// By a secret, in the header or in the form.
    Secrets(ClientSecrets),
    /// By assertions that one of its keys signs [OIDC Core §9].
    Keys(ClientKeys),
    /// Not at all: it runs where it could keep nothing secret, in a browser or on a telephone.
    None,
}

impl From<ClientSecret> for ClientAuthentication {
    fn from(secret: ClientSecret) -> Self {
        Self::Secrets(secret.into())
    }
}

impl From<ClientSecrets> for ClientAuthentication {
    fn from(secrets: ClientSecrets) -> Self {
        Self::Secrets(secrets)
    }
}

impl From<ClientKeys> for ClientAuthentication {
    fn from(keys: ClientKeys) -> Self {
        Self::Keys(keys)
    }
}
