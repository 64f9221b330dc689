//! What is configured: `AuthenticateOidcConfig`, and the host that people use.

use std::fmt;

use jiff::SignedDuration;
use url::Url;

/// The settings of a rule. `Debug` does not show the secret.
#[derive(Clone)]
pub struct Settings {
    /// The host of the application, as people type it.
    pub host: String,
    /// `Issuer`.
    pub issuer: String,
    /// `AuthorizationEndpoint`.
    pub authorization_endpoint: String,
    /// `TokenEndpoint`.
    pub token_endpoint: String,
    /// `UserInfoEndpoint`.
    pub userinfo_endpoint: String,
    /// `ClientId`.
    pub client_id: String,
    /// `ClientSecret`.
    pub client_secret: String,
    /// How the secret travels, which is not documented.
    pub client_authentication: ClientAuthentication,
    /// `Scope`.
    pub scope: String,
    /// `SessionTimeout`.
    pub session_timeout: SignedDuration,
    /// `SessionCookieName`.
    pub session_cookie_name: String,
    /// `AuthenticationRequestExtraParams`.
    pub extra_params: Vec<(String, String)>,
}

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// In the form.
    Post,
    /// In a header.
    Basic,
}

/// The rule that the settings break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlbConfigError {
    /// The named address is no https URL.
    NotHttps(&'static str),
    /// Client id or secret is empty.
    Credentials,
    /// The session lasts less than a second.
    SessionTimeout,
    /// More than ten extra parameters.
    TooManyExtraParams,
}

impl Settings {
    /// The defaults, and the addresses that Silta has below its issuer: nothing is discovered.
    #[must_use]
    pub fn of_silta(issuer: &str, host: &str, client_id: &str, client_secret: &str) -> Self {
        Self {
            host: host.to_owned(),
            issuer: issuer.to_owned(),
            authorization_endpoint: format!("{issuer}/authorize"),
            token_endpoint: format!("{issuer}/token"),
            userinfo_endpoint: format!("{issuer}/userinfo"),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            client_authentication: ClientAuthentication::Post,
            scope: "openid".to_owned(),
            session_timeout: SESSION,
            session_cookie_name: "AWSELBAuthSessionCookie".to_owned(),
            extra_params: vec![],
        }
    }

    /// The redirect URI to register at the provider.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("https://{}/oauth2/idpresponse", self.host.to_lowercase())
    }

    pub(super) fn check(&self) -> Result<(), AlbConfigError> {
        let addresses = [
            ("Issuer", &self.issuer),
            ("AuthorizationEndpoint", &self.authorization_endpoint),
            ("TokenEndpoint", &self.token_endpoint),
            ("UserInfoEndpoint", &self.userinfo_endpoint),
        ];
        for (name, address) in addresses {
            if !Url::parse(address).is_ok_and(|url| url.scheme() == "https") {
                return Err(AlbConfigError::NotHttps(name));
            }
        }
        if self.client_id.is_empty() || self.client_secret.is_empty() {
            return Err(AlbConfigError::Credentials);
        }
        if self.session_timeout < SHORTEST_SESSION {
            return Err(AlbConfigError::SessionTimeout);
        }
        if self.extra_params.len() > EXTRA_PARAMS {
            return Err(AlbConfigError::TooManyExtraParams);
        }
        Ok(())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({} at {})", self.host, self.issuer)
    }
}

const SHORTEST_SESSION: SignedDuration = SignedDuration::from_secs(1);
/// Seven days.
const SESSION: SignedDuration = SignedDuration::from_secs(604_800);
const EXTRA_PARAMS: usize = 10;
