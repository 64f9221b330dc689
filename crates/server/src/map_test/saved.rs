//! People of whom somebody saved what an upstream said.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use silta_broker::upstream::attributes_of_token;
use silta_broker::{CallbackError, LoginError};
use silta_oidc::rp::IdTokenToTry;
use silta_saml::AssertionToTry;

use super::person::PersonToTry;
use crate::config::Config;
use crate::config::upstreams::oidc_upstream;
use crate::explain::{self, saved_text};

/// What an upstream said, in a file.
pub(crate) struct Saved {
    /// What it is.
    pub(crate) what: SavedKind,
    /// Where it is; `-` is standard input.
    pub(crate) file: PathBuf,
    /// The upstream that said it; needed where several could.
    pub(crate) upstream: Option<String>,
    /// As of when a response is judged; otherwise now.
    pub(crate) at: Option<Timestamp>,
}

/// What was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SavedKind {
    /// A SAML Response as it was posted, which is judged.
    Response,
    /// A SAML assertion in the clear, which is not judged.
    Assertion,
    /// An ID token, which is not judged.
    IdToken,
}

impl Saved {
    /// The person of whom it speaks.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    pub(super) fn person<'c>(&self, config: &'c Config) -> Result<PersonToTry<'c>, String> {
        match self.what {
            SavedKind::Response => self.of_response(config),
            SavedKind::Assertion => self.of_assertion(config),
            SavedKind::IdToken => self.of_id_token(config),
        }
    }

    /// What was not judged of it.
    pub(super) fn unjudged(&self) -> &'static str {
        match self.what {
            SavedKind::Response => "least levels, and whether a session is there, were not judged",
            SavedKind::Assertion | SavedKind::IdToken => {
                "who signed it, for whom and when, and least levels, were not judged"
            }
        }
    }

    fn of_response<'c>(&self, config: &'c Config) -> Result<PersonToTry<'c>, String> {
        let upstream = self.upstream.clone();
        let options = explain::Options { upstream, at: self.at, request: None, json: false };
        let judged = explain::judge(&self.file, config, &options)?;
        let assertion = judged.explanation.judged.map_err(|error| {
            let error = LoginError::from(CallbackError::Saml(error));
            let next = format!("see silta explain response {}", shown(&self.file));
            format!(
                "{}: a login is refused: {error} ({}); {next}\n",
                shown(&self.file),
                error.reason()
            )
        })?;
        let (name, configured) = (judged.name, judged.configured);
        let said = (assertion.attributes.as_slice(), assertion.name_id.as_ref());
        let attributes = judged.upstream.attributes_of(said, &configured.dictionary);
        let level = assertion.authn_context;
        Ok(PersonToTry { name, upstream: configured, level, attributes })
    }

    fn of_assertion<'c>(&self, config: &'c Config) -> Result<PersonToTry<'c>, String> {
        let (name, adapter, upstream) = explain::known_upstream(config, self.upstream.as_deref())?;
        let text = self.text()?;
        let assertion = AssertionToTry::read(&text, &adapter.parties.idp).map_err(|error| {
            let instead = "give an Assertion in the clear, or what was posted as --response";
            format!("{}: {error}; {instead}\n", shown(&self.file))
        })?;
        let said = (assertion.attributes.as_slice(), assertion.name_id.as_ref());
        let attributes = adapter.attributes_of(said, &upstream.dictionary);
        Ok(PersonToTry { name, upstream, level: assertion.authn_context, attributes })
    }

    fn of_id_token<'c>(&self, config: &'c Config) -> Result<PersonToTry<'c>, String> {
        let found = oidc_upstream(&config.upstreams, self.upstream.as_deref());
        let (name, upstream) = found.map_err(|why| format!("{why}\n"))?;
        let token = IdTokenToTry::read(&self.text()?);
        let token = token.map_err(|error| format!("{}: {error}\n", shown(&self.file)))?;
        let level = token.acr.clone().ok_or_else(|| {
            let what = format!("{}: it has no acr, so a login is refused", shown(&self.file));
            format!("{what}; let the provider send one of {}\n", upstream.levels.join(", "))
        })?;
        let attributes = attributes_of_token(&token, &upstream.dictionary);
        PersonToTry { name, upstream, level, attributes }.of_known_level()
    }

    fn text(&self) -> Result<String, String> {
        saved_text(&self.file).map_err(|why| format!("{}: {why}\n", shown(&self.file)))
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
