//! The token request to a provider [OIDC Core §3.1.3.1].

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    rp::{callback::ReceivedCode, client_assertion::ClientAssertion, login_values::CodeVerifier},
    wire::{
        client_id::ClientId,
        query::{form, push_escaped},
    },
};

/// A token request that redeems one code, before we authenticate.
#[derive(Debug, Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Our client id at the provider.
    pub client_id: &'a ClientId,
    /// The code.
    pub code: &'a ReceivedCode,
    /// The redirect URI of the authorization request.
    pub redirect_uri: &'a str,
    /// The verifier of the challenge that was sent ahead.
    pub verifier: &'a CodeVerifier,
}

/// How we authenticate at the token endpoint [OIDC Core §9].
#[derive(Debug, Clone)]
pub enum ClientAuthentication {
    /// `client_secret_basic`.
    SecretBasic(SecretString),
    /// `client_secret_post`.
    SecretPost(SecretString),
    /// `private_key_jwt`, with an assertion for this request alone.
    PrivateKeyJwt(ClientAssertion),
}

impl TokenRequest<'_> {
    /// The request, authenticated by exactly one method [RFC 6749 §2.3].
    #[must_use]
    pub fn authenticated(&self, by: &ClientAuthentication) -> AuthenticatedTokenRequest {
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", self.code.as_str()),
            ("redirect_uri", self.redirect_uri),
            ("code_verifier", self.verifier.as_str()),
        ];
        let id = ("client_id", self.client_id.as_str());
        let (authorization, body) = match by {
            ClientAuthentication::SecretBasic(secret) => {
                (Some(self.basic(secret).into()), form(grant))
            }
            ClientAuthentication::SecretPost(secret) => {
                let secret = ("client_secret", secret.expose_secret());
                (None, form(grant.into_iter().chain([id, secret])))
            }
            ClientAuthentication::PrivateKeyJwt(assertion) => {
                let kind = ("client_assertion_type", JWT_BEARER);
                let assertion = ("client_assertion", assertion.as_str());
                (None, form(grant.into_iter().chain([id, kind, assertion])))
            }
        };
        AuthenticatedTokenRequest { authorization, body: body.into() }
    }

    /// Id and secret are form-urlencoded before they are joined [RFC 6749 §2.3.1].
    fn basic(&self, secret: &SecretString) -> String {
        let mut pair = String::new();
        push_escaped(&mut pair, self.client_id.as_str());
        pair.push(':');
        push_escaped(&mut pair, secret.expose_secret());
        format!("Basic {}", STANDARD.encode(pair))
    }
}

/// A POST to the token endpoint, of the type `application/x-www-form-urlencoded`. `Debug` shows
/// nothing of it.
pub struct AuthenticatedTokenRequest {
    authorization: Option<SecretString>,
    body: SecretString,
}

impl AuthenticatedTokenRequest {
    /// The `Authorization` header, where the method has one.
    #[must_use]
    pub fn authorization(&self) -> Option<&SecretString> {
        self.authorization.as_ref()
    }

    /// The form.
    #[must_use]
    pub fn body(&self) -> &SecretString {
        &self.body
    }
}

impl fmt::Debug for AuthenticatedTokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthenticatedTokenRequest(redacted)")
    }
}

/// [RFC 7523 §2.2]
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Authentication;
    use crate::rp::client_assertion::UnsignedClientAssertion;
    use crate::rp::samples::{ISSUER, NOW, REDIRECT_URI, client_id, received_code, verifier};
    use crate::samples::{KEY, SECRET, client, clients, code};
    use crate::wire::params::Params;

    fn request(by: &ClientAuthentication) -> AuthenticatedTokenRequest {
        let (id, code, verifier) = (client_id(), received_code("a+b"), verifier());
        let redirect_uri = REDIRECT_URI;
        TokenRequest { client_id: &id, code: &code, redirect_uri, verifier: &verifier }
            .authenticated(by)
    }

    fn sent(request: &AuthenticatedTokenRequest, name: &'static str) -> Option<String> {
        let params = Params::parse(request.body().expose_secret()).unwrap();
        params.one(name).unwrap().map(str::to_owned)
    }

    #[test]
    fn every_method_redeems_the_code_with_its_verifier() {
        let assertion =
            UnsignedClientAssertion::new(&client_id(), ISSUER, &[3; 32], NOW, KEY.public())
                .with_signature(b"x");
        for by in [
            ClientAuthentication::SecretBasic(SECRET.into()),
            ClientAuthentication::SecretPost(SECRET.into()),
            ClientAuthentication::PrivateKeyJwt(assertion),
        ] {
            let request = request(&by);
            for (name, value) in [
                ("grant_type", "authorization_code"),
                ("code", "a+b"),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", verifier().as_str()),
            ] {
                assert_eq!(sent(&request, name).as_deref(), Some(value), "{by:?} {name}");
            }
            let (basic, post, jwt) = (
                request.authorization().is_some(),
                sent(&request, "client_secret").is_some(),
                sent(&request, "client_assertion").is_some(),
            );
            assert_eq!([basic, post, jwt].iter().filter(|used| **used).count(), 1, "{by:?}");
        }
    }

    #[test]
    fn a_basic_header_is_read_by_our_own_provider() {
        // The provider side decodes it, so the two agree about a secret of every character.
        let (id, ours, verifier) = (client().id().clone(), code(), verifier());
        let code = received_code(ours.as_str());
        let request = TokenRequest {
            client_id: &id,
            code: &code,
            redirect_uri: REDIRECT_URI,
            verifier: &verifier,
        };
        let request = request.authenticated(&ClientAuthentication::SecretBasic(SECRET.into()));
        let header = request.authorization().unwrap().expose_secret();
        let form = Params::parse(request.body().expose_secret()).unwrap();
        let read = crate::TokenRequest::parse(&form, Some(header)).unwrap();
        let clients = clients();
        let proved = read.credentials().authenticate(&clients).unwrap();
        assert!(matches!(proved, Authentication::Proved(client) if *client.id() == id));
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let by = ClientAuthentication::SecretPost(SECRET.into());
        let printed = format!("{by:?} {:?}", request(&by));
        assert!(!printed.contains(SECRET) && !printed.contains("a+b"), "{printed}");
    }
}
