//! What an identity provider says of a failed login beyond the codes of SAML: status codes of its own
//! [SAML2Core §3.2.2.2], or words in `StatusMessage`, as its federation defines them.

use roxmltree::Node;
use thiserror::Error;

use crate::message_error::MessageError;
use crate::namespace::SAMLP;
use crate::status::{self, STATUS_PREFIX};
use crate::xml;

/// What such a status means: the closed set of what a person, or a log, can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{}", self.sentence())]
pub enum StatusMeaning {
    /// The person gave up.
    Cancelled,
    /// The person did not agree to what would be told of them.
    ConsentRefused,
    /// The person took too long.
    TimedOut,
    /// A wrong password or code came too often.
    WrongCredentials,
    /// The identity or its credentials are suspended, revoked or blocked.
    AccountSuspended,
    /// An identity of another kind than the one asked for, such as that of a company.
    OtherIdentity,
    /// Somebody else may have tried to log in.
    SuspectedFraud,
    /// The person has no credentials of the level asked for.
    NoAuthnContext,
    /// Our request was not accepted.
    Requester,
}

impl StatusMeaning {
    /// Every meaning.
    pub const ALL: [Self; 9] = [
        Self::Cancelled,
        Self::ConsentRefused,
        Self::TimedOut,
        Self::WrongCredentials,
        Self::AccountSuspended,
        Self::OtherIdentity,
        Self::SuspectedFraud,
        Self::NoAuthnContext,
        Self::Requester,
    ];

    /// The same in a sentence, for logs, clients and whoever writes the table.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Cancelled => "the person cancelled the login",
            Self::ConsentRefused => "the person did not consent to what would be told",
            Self::TimedOut => "the person took too long at the identity provider",
            Self::WrongCredentials => {
                "wrong credentials were given too often at the identity provider"
            }
            Self::AccountSuspended => {
                "the person's identity or credentials are suspended at the identity provider"
            }
            Self::OtherIdentity => {
                "the person logged in with an identity of another kind than the one asked for"
            }
            Self::SuspectedFraud => "the login may have been a fraud",
            Self::NoAuthnContext => "the person has no credentials of the level asked for",
            Self::Requester => "the identity provider found our request at fault",
        }
    }

    /// A short stable word for logs, metrics and audit: that of SAML's own code where one says the same.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Cancelled => "status_cancelled",
            Self::ConsentRefused => "status_consent_refused",
            Self::TimedOut => "status_timed_out",
            Self::WrongCredentials => "status_wrong_credentials",
            Self::AccountSuspended => "status_account_suspended",
            Self::OtherIdentity => "status_other_identity",
            Self::SuspectedFraud => "status_suspected_fraud",
            Self::NoAuthnContext => "status_no_authn_context",
            Self::Requester => "status_requester",
        }
    }
}

/// The statuses of one peer that are none of SAML's, each with its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NationalStatuses {
    /// Values of a `StatusCode`.
    codes: Vec<(String, StatusMeaning)>,
    /// Words in a `StatusMessage`.
    messages: Vec<(String, StatusMeaning)>,
}

/// What cannot be the name of such a status; what to write follows the semicolon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatusNameError {
    /// It is a code of the standard.
    #[error("a code of SAML has its meaning; write codes and messages of the federation's own")]
    Standard,
    /// As a message it would match a part of a word, or nothing.
    #[error(
        "a message begins and ends with a letter or digit, in {MESSAGE_WORDS_LIMIT} octets at most; write it as the \
         federation does"
    )]
    NoWords,
}

impl NationalStatuses {
    /// Adds one: a URI, which is the value of a `StatusCode`, or words as they stand in a `StatusMessage`.
    ///
    /// # Errors
    /// [`StatusNameError`].
    pub fn add(&mut self, name: &str, meaning: StatusMeaning) -> Result<(), StatusNameError> {
        if name.starts_with(STATUS_PREFIX) {
            return Err(StatusNameError::Standard);
        }
        if name.contains(':') && !name.contains(char::is_whitespace) {
            self.codes.push((name.to_owned(), meaning));
            return Ok(());
        }
        let ends = [name.chars().next(), name.chars().next_back()];
        let is_bounded = ends.into_iter().all(|end| end.is_some_and(is_of_a_word));
        if !is_bounded || name.len() > MESSAGE_WORDS_LIMIT {
            return Err(StatusNameError::NoWords);
        }
        self.messages.push((name.to_owned(), meaning));
        Ok(())
    }

    /// What a `Status` that is no success says in words of the peer's own, with the name that it has here: one of
    /// ours, so that no text of a peer gets further. A code of the second level counts before one of the first,
    /// and both before a message.
    pub(crate) fn of(
        &self,
        response: Node<'_, '_>,
    ) -> Result<Option<(StatusMeaning, &str)>, MessageError> {
        let (first, second) = status::values(response)?;
        let code = |value: Option<&str>| self.codes.iter().find(|(name, _)| value == Some(name));
        let found = code(second).or_else(|| code(first)).or_else(|| self.message(response));
        Ok(found.map(|(name, meaning)| (*meaning, name.as_str())))
    }

    /// The only one whose words stand in the message: two would contradict each other.
    fn message(&self, response: Node<'_, '_>) -> Option<&(String, StatusMeaning)> {
        let status = xml::child(response, SAMLP, "Status")?;
        let message = xml::text(xml::child(status, SAMLP, "StatusMessage")?).ok()?;
        if message.len() > MESSAGE_LIMIT {
            return None;
        }
        let mut found = self.messages.iter().filter(|(words, _)| stand_in(message, words));
        let only = found.next()?;
        found.next().is_none().then_some(only)
    }
}

/// Whether these words stand in a message, and not as a part of others: `ErrorCode nr2` is not in `ErrorCode nr21`.
fn stand_in(message: &str, words: &str) -> bool {
    message.match_indices(words).any(|(at, _)| {
        let before = message.get(..at).and_then(|text| text.chars().next_back());
        let after = message.get(at + words.len()..).and_then(|text| text.chars().next());
        ![before, after].into_iter().flatten().any(is_of_a_word)
    })
}

fn is_of_a_word(one: char) -> bool {
    one.is_alphanumeric() || one == '_'
}

/// A message is a sentence for people; what is longer is not searched.
const MESSAGE_LIMIT: usize = 1024;
/// SPID's have 14.
const MESSAGE_WORDS_LIMIT: usize = 64;
