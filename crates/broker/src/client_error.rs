//! What a relying party gets to know of an error.

use crate::callback_verdict::CallbackVerdict;
use crate::error::LoginError;

/// What a relying party gets to know of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientError {
    /// Its own request is wrong.
    Request,
    /// The person is not logged in, and no page was allowed.
    NotLoggedIn,
    /// The identity provider says so.
    NoSession,
    /// The person did not authenticate as recently as asked.
    NotRecent,
    /// The person cannot authenticate anew there.
    NoNewAuthentication,
    /// The person gave up, or could not be authenticated.
    Denied,
    /// The person authenticated at too low a level.
    TooWeak,
    /// None of the levels that the request insists on can be had, or was: perhaps a stronger one.
    OtherLevel,
    /// The person may not use this relying party.
    NotAllowed,
    /// Another person logged in than the one who was expected.
    AnotherPerson,
    /// More is said of the person than the relying party takes.
    TooMuch,
    /// The identity provider's answer is not accepted.
    NotAccepted,
    /// It is not the relying party's fault, and may work later.
    TryAgain,
}

impl LoginError {
    /// The one table from each error to what the relying party gets to know; each protocol has its own
    /// words for it.
    pub(crate) fn client_error(&self) -> ClientError {
        match self {
            Self::Request(_)
            | Self::Authorize(_)
            | Self::AuthnRequest(_)
            | Self::ReplayedRequest
            | Self::NameIdFormat
            | Self::NotNavigation => ClientError::Request,
            Self::NoRequestedLevel => ClientError::OtherLevel,
            Self::LevelRaised => ClientError::TooWeak,
            Self::NoNewAuthentication => ClientError::NoNewAuthentication,
            Self::NotAllowed | Self::Denied(_) => ClientError::NotAllowed,
            Self::AnotherPerson => ClientError::AnotherPerson,
            Self::Preset(_) => ClientError::TooMuch,
            Self::LoginRequired | Self::CookieWithheld => ClientError::NotLoggedIn,
            Self::CookieMissing | Self::LoginExpired | Self::AlreadyUsed | Self::SessionOver => {
                ClientError::Denied
            }
            Self::Upstream(error) => match error.verdict() {
                CallbackVerdict::NotOurs
                | CallbackVerdict::NotBegunHere
                | CallbackVerdict::Declined => ClientError::Denied,
                CallbackVerdict::NoSession => ClientError::NoSession,
                CallbackVerdict::NotFresh => ClientError::NotRecent,
                CallbackVerdict::TooWeak => ClientError::TooWeak,
                CallbackVerdict::NotAccepted => ClientError::NotAccepted,
                CallbackVerdict::Unavailable => ClientError::TryAgain,
            },
            Self::Body(_)
            | Self::Form(_)
            | Self::WrongUpstream
            | Self::Replayed
            | Self::Attributes(_)
            | Self::Mapping(_)
            | Self::ClaimMissing { .. }
            | Self::NoSubject
            | Self::NoNameId
            | Self::NoAuthnInstant => ClientError::NotAccepted,
            Self::UpstreamNotReady(_)
            | Self::SessionBusy
            | Self::TooManyOpen(_)
            | Self::StoreUnavailable(_)
            | Self::Record(_)
            | Self::Misconfigured
            | Self::KeyUnavailable(_)
            | Self::ProviderUnavailable(_) => ClientError::TryAgain,
        }
    }
}
