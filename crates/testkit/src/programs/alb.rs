//! An application behind a load balancer that authenticates with OpenID Connect, and refuses what
//! an AWS Application Load Balancer refuses, by the reason in its access log.
//!
//! A test's browser goes to [`Alb::visit`], is sent to the provider, and brings back the query for
//! [`Alb::idpresponse`]; its cookies for this host are [`Cookies`]. The load balancer keeps nothing:
//! state and session are sealed, and any node opens them.

mod error;
mod forwarded;
mod session;
mod settings;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use silta_broker::ports::Entropy as _;
use url::Url;
use url::form_urlencoded::{self, byte_serialize};

use crate::back_channel::{BackChannel, Call};
use crate::id_token;

pub use error::AlbError;
pub use forwarded::Forwarded;
use forwarded::Signer;
pub use session::Cookies;
use session::{Seal, Session};
pub use settings::{AlbConfigError, ClientAuthentication, Settings};

/// A listener rule with `authenticate-oidc`, and the application behind it.
pub struct Alb {
    network: Box<dyn BackChannel>,
    settings: Settings,
    seal: Seal,
    signer: Signer,
}

/// What a request to the application becomes.
#[derive(Debug)]
pub enum Visit {
    /// A redirect to the provider.
    Redirect(Url),
    /// A request to the application, with these headers.
    Forwarded(Forwarded),
}

/// A login under way, sealed into `state`.
#[derive(Serialize, Deserialize)]
struct Attempt {
    path: String,
    nonce: String,
    begun: Timestamp,
}

impl Alb {
    /// Creates the rule.
    ///
    /// # Errors
    /// The rule that the settings break.
    pub fn create(
        network: impl BackChannel + 'static,
        settings: Settings,
    ) -> Result<Self, AlbConfigError> {
        settings.check()?;
        let (seal, signer) = (Seal::new(), Signer::new());
        Ok(Self { network: Box::new(network), settings, seal, signer })
    }

    /// A request for `path`. A session that is over, or that cannot be refreshed, begins anew.
    pub async fn visit(&self, cookies: &mut Cookies, path: &str, now: Timestamp) -> Visit {
        let name = &self.settings.session_cookie_name;
        let session = self.seal.session(cookies, name).filter(|session| now < session.ends);
        let Some(session) = session else { return self.leave(cookies, path, now) };
        let expired = session.access_token_expires.is_some_and(|expires| expires <= now);
        // Without a refresh token nobody is asked again until the session ends.
        let (true, Some(refresh_token)) = (expired, &session.refresh_token) else {
            return Visit::Forwarded(self.forwarded(&session, now));
        };
        match self.refreshed(cookies, &session, refresh_token, now).await {
            Ok(session) => Visit::Forwarded(self.forwarded(&session, now)),
            Err(_) => self.leave(cookies, path, now),
        }
    }

    /// Takes the provider's answer, which `query` holds, and returns the path to go on to.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub async fn idpresponse(
        &self,
        cookies: &mut Cookies,
        query: &str,
        now: Timestamp,
    ) -> Result<String, AlbError> {
        let param = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let state = param("state").ok_or(AlbError::MissingState)?;
        let attempt: Attempt = self.seal.open(&state).ok_or(AlbError::InvalidState)?;
        if cookies.remove(NONCE).as_ref() != Some(&attempt.nonce) {
            return Err(AlbError::InvalidState);
        }
        if now.duration_since(attempt.begun) >= LOGIN {
            return Err(AlbError::TooLate);
        }
        if let Some(error) = param("error") {
            return Err(AlbError::Idp { error });
        }
        let code = param("code").ok_or(AlbError::MissingCode)?;
        let form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code),
            ("redirect_uri", self.settings.redirect_uri()),
        ];
        let tokens = self.tokens(form).await?;
        let id_token = text(&tokens, "id_token").ok_or(AlbError::NoIdToken)?;
        let sub = self.subject(id_token, now)?;
        let ends = now.saturating_add(self.settings.session_timeout).unwrap();
        let session = self.session(&sub, &tokens, None, ends, now).await?;
        self.seal.keep(cookies, &self.settings.session_cookie_name, &session)?;
        Ok(attempt.path)
    }

    /// Verifies `x-amzn-oidc-data` as the application should, and returns its claims.
    #[must_use]
    pub fn application_reads(
        &self,
        seen: &Forwarded,
        now: Timestamp,
    ) -> Option<Map<String, Value>> {
        self.signer.read(&seen.data, now)
    }

    fn leave(&self, cookies: &mut Cookies, path: &str, now: Timestamp) -> Visit {
        let mut nonce = [0; 16];
        self.seal.entropy.fill(&mut nonce);
        let nonce = URL_SAFE_NO_PAD.encode(nonce);
        cookies.insert(NONCE.to_owned(), nonce.clone());
        let state = self.seal.close(&Attempt { path: path.to_owned(), nonce, begun: now });
        let settings = &self.settings;
        let mut url = Url::parse(&settings.authorization_endpoint).unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &settings.redirect_uri())
            .append_pair("response_type", "code")
            .append_pair("scope", &settings.scope)
            .append_pair("state", &state)
            .extend_pairs(&settings.extra_params);
        Visit::Redirect(url)
    }

    fn forwarded(&self, session: &Session, now: Timestamp) -> Forwarded {
        let settings = &self.settings;
        let data = self.signer.sign(&settings.issuer, &settings.client_id, &session.claims, now);
        let (identity, access_token) = (session.sub.clone(), session.access_token.clone());
        Forwarded { identity, access_token, data }
    }

    /// The same session with new tokens and claims; it does not last longer.
    async fn refreshed(
        &self,
        cookies: &mut Cookies,
        session: &Session,
        refresh_token: &str,
        now: Timestamp,
    ) -> Result<Session, AlbError> {
        let form = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", refresh_token.to_owned()),
        ];
        let tokens = self.tokens(form).await?;
        let kept = Some(refresh_token);
        let session = self.session(&session.sub, &tokens, kept, session.ends, now).await?;
        self.seal.keep(cookies, &self.settings.session_cookie_name, &session)?;
        Ok(session)
    }

    async fn tokens(
        &self,
        mut form: Vec<(&'static str, String)>,
    ) -> Result<Map<String, Value>, AlbError> {
        let settings = &self.settings;
        let url = Url::parse(&settings.token_endpoint).unwrap();
        let (id, secret) = (&settings.client_id, &settings.client_secret);
        let call = match settings.client_authentication {
            ClientAuthentication::Post => {
                form.extend([("client_id", id.clone()), ("client_secret", secret.clone())]);
                Call::post(&url, form)
            }
            ClientAuthentication::Basic => {
                // Each part is form-encoded first [RFC 6749 §2.3.1].
                let [id, secret] =
                    [id, secret].map(|part| byte_serialize(part.as_bytes()).collect::<String>());
                let basic = STANDARD.encode(format!("{id}:{secret}"));
                Call::post(&url, form).with("authorization", format!("Basic {basic}"))
            }
        };
        let answer = self.network.send(call).await.and_then(|answer| answer.object());
        answer.map_err(AlbError::Token)
    }

    /// There is no setting for a JWKS, so nobody knows whether the signature is looked at.
    fn subject(&self, compact: &str, now: Timestamp) -> Result<String, AlbError> {
        let token = id_token::rs256(compact).map_err(AlbError::InvalidIdToken)?;
        let is_for_us = |aud: &Value| *aud == self.settings.client_id.as_str();
        let sub = id_token::subject(&token, &self.settings.issuer, is_for_us, now);
        sub.map_err(AlbError::InvalidIdToken)
    }

    /// Asks userinfo, and puts together what the session is.
    async fn session(
        &self,
        sub: &str,
        tokens: &Map<String, Value>,
        refresh_token: Option<&str>,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<Session, AlbError> {
        let bearer = text(tokens, "token_type").is_some_and(|it| it.eq_ignore_ascii_case("bearer"));
        let access_token = text(tokens, "access_token").filter(|_| bearer);
        let access_token = access_token.ok_or(AlbError::InvalidTokenResponse)?;
        let url = Url::parse(&self.settings.userinfo_endpoint).unwrap();
        let answer = self.network.send(Call::get(&url).bearing(access_token)).await;
        let claims = answer.and_then(|answer| answer.object()).map_err(AlbError::UserInfo)?;
        if text(&claims, "sub") != Some(sub) {
            return Err(AlbError::OtherSubject);
        }
        let bytes = serde_json::to_vec(&claims).unwrap().len() + access_token.len();
        if bytes > CLAIMS {
            return Err(AlbError::ClaimsSizeExceeded { bytes });
        }
        let life = tokens.get("expires_in").and_then(Value::as_i64).map(SignedDuration::from_secs);
        Ok(Session {
            sub: sub.to_owned(),
            claims,
            access_token: access_token.to_owned(),
            access_token_expires: life.and_then(|life| now.checked_add(life).ok()),
            refresh_token: text(tokens, "refresh_token").or(refresh_token).map(str::to_owned),
            ends,
        })
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

impl fmt::Debug for Alb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alb({})", self.settings.host)
    }
}

const NONCE: &str = "AWSALBAuthNonce";
const LOGIN: SignedDuration = SignedDuration::from_mins(15);
/// Userinfo's claims and the access token together, in bytes.
const CLAIMS: usize = 11 * 1024;
