//! The demo's relying party, on the `openidconnect` crate: it validates what it is given as any
//! careful client does.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

use actix_web::dev::Server;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreProviderMetadata,
};
use openidconnect::{
    AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest as Question, HttpResponse as Answer, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse as _,
    UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::persons::PERSONS;
use super::{page, texts};
use crate::language::{Language, language_of};

/// A confidential client of the broker.
pub(super) struct Client {
    pub(super) issuer: String,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) http: reqwest::Client,
    pub(super) waiting: Mutex<HashMap<String, Waiting>>,
}

/// What a login needs when it comes back.
pub(super) struct Waiting {
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// What a client learns.
#[derive(Serialize)]
pub(super) struct Learnt {
    id_token: Value,
    userinfo: Value,
}

/// Userinfo with every mapped claim.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mapped(Map<String, Value>);

impl AdditionalClaims for Mapped {}

/// A client whose provider was discovered.
type Discovered = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Client {
    /// Where to send the browser.
    pub(super) async fn start(&self) -> anyhow::Result<String> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let discovered = self.discovered().await?;
        let (url, state, nonce) = discovered
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge)
            .url();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(state.into_secret(), Waiting { nonce, verifier });
        Ok(url.to_string())
    }

    /// Redeems a code, validates the ID token and asks userinfo.
    pub(super) async fn finish(&self, state: &str, code: &str) -> anyhow::Result<Learnt> {
        let found = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(state);
        let waiting = found.context("this browser started no such login")?;
        let discovered = self.discovered().await?;
        let fetch = |request| self.fetch(request);
        let tokens = discovered
            .exchange_code(AuthorizationCode::new(code.to_owned()))?
            .set_pkce_verifier(waiting.verifier)
            .request_async(&fetch)
            .await
            .map_err(|error| anyhow!("the token endpoint refused: {error}"))?;
        let id_token = tokens.id_token().context("no ID token came")?;
        let claims = id_token.claims(&discovered.id_token_verifier(), &waiting.nonce)?;
        let userinfo: UserInfoClaims<Mapped, CoreGenderClaim> = discovered
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?
            .request_async(&fetch)
            .await
            .map_err(|error| anyhow!("the userinfo endpoint refused: {error}"))?;
        // The token was validated above; its payload is shown as it is.
        let token = id_token.to_string();
        let payload = token.split('.').nth(1).context("the ID token has no payload")?;
        let payload = URL_SAFE_NO_PAD.decode(payload)?;
        Ok(Learnt {
            id_token: serde_json::from_slice(&payload)?,
            userinfo: serde_json::to_value(userinfo)?,
        })
    }

    async fn discovered(&self) -> anyhow::Result<Discovered> {
        let issuer = IssuerUrl::new(self.issuer.clone())?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &|request| self.fetch(request))
            .await
            .map_err(|error| anyhow!("discovery failed: {error}"))?;
        let secret = ClientSecret::new(self.secret.clone());
        let client = ClientId::new(super::CLIENT_ID.to_owned());
        let redirect = RedirectUrl::new(format!("{}/callback", self.url))?;
        Ok(CoreClient::from_provider_metadata(metadata, client, Some(secret))
            .set_redirect_uri(redirect))
    }

    async fn fetch(&self, request: Question) -> Result<Answer, reqwest::Error> {
        let answer = self.http.execute(request.try_into()?).await?;
        let mut response = Answer::new(vec![]);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        *response.body_mut() = answer.bytes().await?.to_vec();
        Ok(response)
    }
}

/// Serves the relying party.
///
/// # Errors
/// When the operating system refuses the socket.
pub(super) fn serve(client: Data<Client>, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(client.clone())
            .route("/", web::get().to(home))
            .route("/login", web::get().to(login))
            .route("/callback", web::get().to(callback))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

async fn home(request: HttpRequest) -> HttpResponse {
    let language = language_of(&request);
    let content = html! {
        p .tag { (texts::CLIENT.of(language)) }
        h1 { (texts::WANTS_TO_KNOW.of(language)) }
        p { (texts::HOW_IT_WORKS.of(language)) }
        p { a .button href="/login" { (texts::LOG_IN.of(language)) } }
    };
    page::show(language, texts::TITLE, &content)
}

async fn login(client: Data<Client>, request: HttpRequest) -> HttpResponse {
    match client.start().await {
        Ok(url) => HttpResponse::SeeOther().insert_header((LOCATION, url)).finish(),
        Err(error) => failed(language_of(&request), &error.to_string()),
    }
}

/// What comes back from the broker [RFC 6749 §4.1.2].
#[derive(Deserialize)]
struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn callback(
    client: Data<Client>,
    request: HttpRequest,
    query: Query<Callback>,
) -> HttpResponse {
    let (language, query) = (language_of(&request), query.into_inner());
    match (query.state, query.code, query.error) {
        (Some(state), Some(code), None) => match client.finish(&state, &code).await {
            Ok(learnt) => page::show(language, texts::LOGGED_IN, &side_by_side(language, &learnt)),
            Err(error) => failed(language, &error.to_string()),
        },
        (_, _, Some(error)) => {
            let description = query.error_description.unwrap_or_default();
            failed(language, &format!("{error}: {description}"))
        }
        _ => failed(language, "the broker sent neither a code nor an error"),
    }
}

/// `why` is for a developer, and in English as in the RFCs.
fn failed(language: Language, why: &str) -> HttpResponse {
    let content = html! {
        h1 { (texts::NOT_LOGGED_IN.of(language)) }
        p #why lang="en" { (why) }
        p { a .button href="/login" { (texts::TRY_AGAIN.of(language)) } }
    };
    page::show(language, texts::NOT_LOGGED_IN, &content)
}

fn side_by_side(language: Language, learnt: &Learnt) -> Markup {
    // The demo knows its people: the SAML attributes are found by the one claim that names them.
    let known = learnt.userinfo.get("national_id").and_then(Value::as_str).unwrap_or_default();
    let person = PERSONS
        .iter()
        .find(|person| person.attributes.first().is_some_and(|(_, _, value)| *value == known));
    html! {
        p .tag { (texts::CLIENT.of(language)) }
        h1 { (texts::LOGGED_IN.of(language)) }
        div .columns {
            section #saml {
                h2 { (texts::SAML_SAID.of(language)) }
                dl {
                    @for (friendly, name, value) in person.iter().flat_map(|one| one.attributes) {
                        dt { (friendly) br; (name) }
                        dd { (shown(language, &json!(value))) }
                    }
                }
            }
            section #id-token {
                h2 { (texts::ID_TOKEN.of(language)) }
                (claims(language, &learnt.id_token))
            }
            section #userinfo {
                h2 { "Userinfo" }
                (claims(language, &learnt.userinfo))
            }
        }
        p { a href="/" { (texts::START_AGAIN.of(language)) } }
    }
}

fn claims(language: Language, claims: &Value) -> Markup {
    html! {
        dl {
            @for (name, value) in claims.as_object().into_iter().flatten() {
                dt { (name) }
                dd { (shown(language, value)) }
            }
        }
    }
}

fn shown(language: Language, value: &Value) -> Markup {
    match value.as_str() {
        Some("") => html! { span .empty { (texts::EMPTY.of(language)) } },
        Some(text) => html! { (text) },
        None => html! { (value) },
    }
}
