//! ID tokens by the algorithm of their client.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use silta_broker::downstream::{BackChannel, BackChannels, OidcProvider};
use silta_broker::ports::{
    DownstreamLogout as _, OutboundHttp, OutboundHttpError, OutboundMethod, OutboundRequest,
    OutboundResponse, Signer,
};
use silta_broker::{Participant, RelyingParty, SessionId};
use silta_oidc::{Issuer, KeyRing, OutboundUrl, SignatureAlgorithm, SigningKey};
use silta_testkit::jws::Jws;

use crate::fixture::{
    CALLBACK, Fixture, ISSUER, SEAL, TOKEN_KEY, client, client_id, ports, token_form,
};
use crate::wire::{form, member};

#[tokio::test]
async fn each_client_gets_id_tokens_by_its_algorithm_and_the_key_that_is_published_for_it() {
    for algorithm in SignatureAlgorithm::ALL {
        let fixture = Fixture::new();
        let oidc = Arc::new(provider(&fixture, algorithm, signers()));
        let code = fixture.code(&[]).await;
        let tokens = oidc.redeem(Ok(&form(&token_form(&code, &[]))), None).await.unwrap();
        let token = Jws::read(&member(&tokens, "id_token")).unwrap();
        assert_eq!(token.header("alg"), Some(algorithm.as_str()));
        let jwks = oidc.jwks();
        let keys = jwks["keys"].as_array().unwrap();
        let named: Vec<&Value> =
            keys.iter().filter(|key| key["kid"].as_str() == token.header("kid")).collect();
        assert_eq!(named.len(), 1, "{algorithm:?}");
        assert_eq!(named[0]["alg"], algorithm.as_str());
    }
}

#[tokio::test]
async fn an_algorithm_without_a_key_signs_nothing_by_another() {
    let fixture = Fixture::new();
    let oidc = Arc::new(provider(&fixture, SignatureAlgorithm::Es256, vec![]));
    let code = fixture.code(&[]).await;
    let error = oidc.redeem(Ok(&form(&token_form(&code, &[]))), None).await.unwrap_err();
    assert_eq!((error.reason(), error.status()), ("key_unavailable", 503));
}

/// A client's server that keeps the logout token of the last call.
#[derive(Default)]
struct LastLogoutToken(Mutex<String>);

#[async_trait]
impl OutboundHttp for LastLogoutToken {
    async fn send(
        &self,
        request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError> {
        let form = match &request.method {
            OutboundMethod::PostForm(form) => form.expose_secret(),
            OutboundMethod::Get => "nothing was posted",
        };
        let token = form.strip_prefix("logout_token=").unwrap();
        token.clone_into(&mut self.0.lock().unwrap());
        Ok(OutboundResponse { status: 200, content_type: None, body: vec![] })
    }
}

#[tokio::test]
async fn each_client_is_told_of_logouts_by_the_algorithm_and_the_key_of_its_id_tokens() {
    for algorithm in SignatureAlgorithm::ALL {
        let fixture = Fixture::new();
        let heard = Arc::new(LastLogoutToken::default());
        let url = OutboundUrl::parse("https://shop.example/backchannel").unwrap();
        let channel = BackChannel { url, http: heard.clone() };
        let told = BackChannels::from([(client_id("shop"), channel)]);
        let oidc = provider(&fixture, algorithm, signers()).notifying(told);
        let session = SessionId::parse("AAECAwQFBgcICQoLDA0ODw").unwrap();
        let participant = Participant {
            relying_party: RelyingParty::from(&client_id("shop")),
            sid: session,
            sub: "k3x9".to_owned(),
        };
        oidc.notify(&participant).await.unwrap();
        let token = Jws::read(&heard.0.lock().unwrap()).unwrap();
        assert_eq!(token.header("alg"), Some(algorithm.as_str()));
    }
}

fn provider(
    fixture: &Fixture,
    algorithm: SignatureAlgorithm,
    signers: Vec<(SignatureAlgorithm, Arc<dyn Signer>)>,
) -> OidcProvider {
    let ports = ports(&fixture.store, &fixture.clock, &fixture.audit, 3, [SEAL, SEAL]);
    let [usual, pss, curve] = keys();
    let ring = vec![pss.public().clone(), curve.public().clone()];
    let ring = KeyRing::new(usual.public().clone(), ring);
    let clients = [client("shop", &[CALLBACK]).with_id_token_algorithm(algorithm)];
    let issuer = Issuer::parse(ISSUER).unwrap();
    let provider = OidcProvider::new(issuer, clients, (ring, Arc::new(usual)), ports).unwrap();
    provider.signing_by(signers)
}

fn signers() -> Vec<(SignatureAlgorithm, Arc<dyn Signer>)> {
    let [_, pss, curve] = keys();
    vec![(SignatureAlgorithm::Ps256, Arc::new(pss)), (SignatureAlgorithm::Es256, Arc::new(curve))]
}

/// A key for each algorithm, made once.
fn keys() -> [SigningKey; 3] {
    static CURVE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        EcKey::generate(&group).unwrap().private_key_to_pem().unwrap()
    });
    [
        SigningKey::from_pem(&TOKEN_KEY).unwrap(),
        SigningKey::from_pem(&TOKEN_KEY).unwrap().for_pss().unwrap().unwrap(),
        SigningKey::from_pem(&CURVE).unwrap(),
    ]
}
