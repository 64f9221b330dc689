//! An OpenID Provider without scruples: it serves and signs whatever a test tells it to.

mod answer;
mod sent_authorization;
mod token;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

use http_body_util::{BodyExt as _, Collected};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener as Listener;
use tokio::runtime;
use tokio::sync::oneshot;
use url::form_urlencoded;

pub use answer::Answer;
pub use sent_authorization::SentAuthorization;
pub use token::{hs256, jwk, p256_jwk, private_jwk, rs256, signed_with_header, unsigned};

use crate::keys;
use crate::test_dir::LOA;

/// A provider at a free loopback port, in a thread of its own. Dropping it closes it.
///
/// It begins as an honest one, whose metadata and keys are in order; a test then replaces the answers
/// that it wants to be wrong.
#[derive(Debug)]
pub struct HostileOp {
    address: SocketAddr,
    state: Arc<State>,
    _open: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    answers: Mutex<BTreeMap<String, Answer>>,
    /// The ID token for each code that is redeemed for one of its own.
    tokens: Mutex<BTreeMap<String, String>>,
    /// The path of every request, in the order in which they came.
    asked: Mutex<Vec<String>>,
}

impl HostileOp {
    /// A provider that is honest so far.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (open, closed) = oneshot::channel();
        let state = Arc::new(State::default());
        let kept = state.clone();
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, kept) => {}
                    _ = closed => {}
                }
            });
        });
        let op = Self { address, state, _open: open };
        op.be_honest();
        op
    }

    /// Its issuer.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it answers so at this path.
    pub fn answer(&self, path: &str, answer: Answer) {
        self.state.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// From now on its metadata and keys are in order, and it lets nobody in.
    pub fn be_honest(&self) {
        self.answer(METADATA, Answer::json(&self.metadata()));
        self.answer(JWKS, Answer::json(&json!({ "keys": [jwk(&keys::IDP, KID)] })));
        self.answer(TOKEN, Answer::status(400).with_json(&json!({ "error": "invalid_grant" })));
        self.answer(USERINFO, Answer::json(&json!({ "sub": SUB })));
    }

    /// Metadata as it should be.
    #[must_use]
    pub fn metadata(&self) -> Value {
        let issuer = self.issuer();
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}{AUTHORIZE}"),
            "token_endpoint": format!("{issuer}{TOKEN}"),
            "userinfo_endpoint": format!("{issuer}{USERINFO}"),
            "jwks_uri": format!("{issuer}{JWKS}"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    /// The claims of an ID token as it should be for this request.
    #[must_use]
    pub fn claims(&self, request: &SentAuthorization) -> Value {
        #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
        let now = Timestamp::now().as_second();
        json!({
            "iss": self.issuer(),
            "sub": SUB,
            "aud": request.param("client_id"),
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": request.param("nonce"),
            "acr": LOA,
            "urn:oid:1.2.246.21": "invented-1",
        })
    }

    /// From now on it redeems every code for this ID token.
    pub fn let_in_with(&self, id_token: &str) {
        self.answer(TOKEN, Answer::json(&token_response(id_token)));
    }

    /// From now on it redeems this code for this ID token.
    pub fn let_in_with_code(&self, code: &str, id_token: &str) {
        self.state.tokens.lock().unwrap().insert(code.to_owned(), id_token.to_owned());
    }

    /// How often it was asked for this path.
    #[must_use]
    pub fn asked(&self, path: &str) -> usize {
        self.state.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

impl State {
    async fn answer_to(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        self.asked.lock().unwrap().push(path.clone());
        // A client that breaks off has sent no code.
        let body = request.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
        let code = form_urlencoded::parse(&body).find(|(name, _)| name == "code");
        if let Some(token) =
            code.and_then(|(_, code)| self.tokens.lock().unwrap().get(&*code).cloned())
        {
            return Answer::json(&token_response(&token));
        }
        let answer = self.answers.lock().unwrap().get(&path).cloned();
        answer.unwrap_or(Answer::status(404))
    }
}

fn token_response(id_token: &str) -> Value {
    json!({
        "access_token": "an-access-token",
        "token_type": "Bearer",
        "expires_in": 60,
        "id_token": id_token,
    })
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    let listener = Listener::from_std(listener).unwrap();
    loop {
        let Ok((line, _)) = listener.accept().await else { continue };
        // A head and its body are written one after the other: held back, each would cost 40 ms.
        let _ = line.set_nodelay(true);
        let state = state.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| async {
                Ok::<_, Infallible>(state.answer_to(request).await.give().await)
            });
            // A client may go away at any time.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(line), answer).await;
        });
    }
}

/// Where its metadata is.
pub const METADATA: &str = "/.well-known/openid-configuration";
/// Where its keys are.
pub const JWKS: &str = "/jwks";
/// Where it redeems codes.
pub const TOKEN: &str = "/token";
/// Where its claims are.
pub const USERINFO: &str = "/userinfo";
/// Where browsers are sent to.
pub const AUTHORIZE: &str = "/authorize";
/// The id of its key, which is [`keys::IDP`].
pub const KID: &str = "the-key";
/// Its name for the person.
pub const SUB: &str = "person-1";
