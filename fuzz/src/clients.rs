//! Two clients.

use std::sync::LazyLock;

use silta_oidc::{Client, ClientId, ClientRegistry, ClientSecret, RegisteredRedirect};

/// The clients that there are.
pub(crate) static CLIENTS: LazyLock<ClientRegistry> = LazyLock::new(|| {
    let client = |id: &str, secret: &str, redirect: &str| {
        Client::new(
            ClientId::parse(id).unwrap(),
            ClientSecret::new(&secret.into()).unwrap(),
            RegisteredRedirect::parse(redirect).unwrap(),
        )
    };
    ClientRegistry::new([
        client("shop", SECRETS[0], CALLBACK),
        client("a%2Bb", SECRETS[1], CALLBACK),
    ])
    .unwrap()
});

/// Their secrets. Both hold what Basic credentials can mean twice: percent signs and a plus.
pub(crate) const SECRETS: [&str; 2] =
    ["a-secret+with/signs=and%percent", "another secret%2Bof the other"];
/// Their redirect URI.
pub(crate) const CALLBACK: &str = "https://shop.example/oauth2/idpresponse?tenant=a&b=%20";
