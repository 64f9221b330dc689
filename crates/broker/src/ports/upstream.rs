//! Identity providers.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::callback_error::CallbackError;
use crate::failed_callback::FailedCallback;
use crate::logout::upstream_logout::UpstreamLogout;
use crate::model::identity::Identity;
use crate::model::login_halves::RelayState;
use crate::model::login_request::LoginRequest;
use crate::model::message::{Callback, OutboundMessage};
use crate::model::needed_of_person::NeededOfPerson;
use crate::model::pending::Pending;
use crate::model::source_network::SourceNetwork;
use crate::outbound_error::OutboundError;
use crate::ports::{CallbackRoom, Entropy};

/// An identity provider, whatever protocol it speaks.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// Makes the message that sends the browser to the identity provider, and what must be remembered
    /// until the callback.
    ///
    /// # Errors
    /// [`OutboundError`].
    async fn start(
        &self,
        request: &UpstreamRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError>;

    /// The handle of the login that a callback says it belongs to. Nothing is verified.
    ///
    /// # Errors
    /// [`CallbackError`] when the callback is none of this protocol, or names no handle of ours.
    fn relay_state(&self, callback: &Callback) -> Result<RelayState, CallbackError>;

    /// Makes room for one callback of a browser at `source`, and learns what judging it takes, before the
    /// login is taken out of the store: whoever there is no room for can bring the same callback again.
    ///
    /// # Errors
    /// [`CallbackError`], which says nothing about the callback.
    async fn make_room(
        &self,
        source: SourceNetwork,
        now: Timestamp,
    ) -> Result<CallbackRoom, CallbackError>;

    /// Verifies the callback to the message that `pending` remembers. Of the person it may leave out what is
    /// not `needed`.
    ///
    /// # Errors
    /// [`FailedCallback`] when the callback is not accepted.
    async fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        needed: NeededOfPerson,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback>;

    /// Whether `acr` is one of its assurance levels, and at least as strong as `least`, which is one
    /// too.
    fn reaches(&self, acr: &str, least: &str) -> bool;

    /// What it does for a logout, if it can log out.
    fn logout(&self) -> Option<&dyn UpstreamLogout> {
        None
    }
}

/// What the broker asks of an upstream for one login.
#[derive(Clone, Copy)]
pub struct UpstreamRequest<'a> {
    /// What the relying party asks for.
    pub request: &'a LoginRequest,
    /// The levels that must be reached, by their names: that of the relying party's policy, and the
    /// one at which the upstream may speak for shared people.
    pub least_levels: [Option<&'a str>; 2],
    /// Whether the answer to the relying party must say when the person authenticated, so that the
    /// upstream must too.
    pub needs_authn_instant: bool,
    /// Where the browser is.
    pub source: SourceNetwork,
    /// The handle to send along.
    pub relay_state: &'a RelayState,
    /// Randomness for the message.
    pub entropy: &'a dyn Entropy,
    /// The current time.
    pub now: Timestamp,
}

impl UpstreamRequest<'_> {
    /// The rank of the weakest level that will do: the strongest of those that are demanded, or the
    /// weakest of those that are wished if that is stronger. `rank` counts the upstream's levels from
    /// the weakest, which is 0.
    ///
    /// # Errors
    /// [`OutboundError::UnknownLevel`] for a demanded level that the upstream does not have,
    /// [`OutboundError::NoRequestedLevel`] where the wish is essential and it has none of its levels.
    pub(crate) fn weakest_rank(
        &self,
        rank: impl Fn(&str) -> Option<usize>,
    ) -> Result<usize, OutboundError> {
        let demanded = self.least_levels.into_iter().flatten();
        let demanded = demanded.map(|acr| rank(acr).ok_or(OutboundError::UnknownLevel));
        let demanded = demanded.collect::<Result<Vec<_>, _>>()?.into_iter().max();
        let wished = self.request.acr_values.iter().filter_map(|acr| rank(acr)).min();
        if self.request.acr_essential && wished.is_none() {
            return Err(OutboundError::NoRequestedLevel);
        }
        // Where nothing is demanded or wished, any level will do.
        Ok(demanded.max(wished).unwrap_or(0))
    }

    /// The levels that will do in the order of preference, given from the weakest: those that the
    /// relying party wishes first, as it sent them, then the weaker ones, which cost the person less
    /// [OIDC Core §3.1.2.1; SAML2Core §3.3.2.2.1].
    pub(crate) fn by_preference<T: Clone + AsRef<str>>(&self, levels: &[T]) -> Vec<T> {
        let wishes = &self.request.acr_values;
        let place = |level: &T| wishes.iter().position(|wish| wish == level.as_ref());
        let mut levels = levels.to_vec();
        levels.sort_by_key(|level| place(level).unwrap_or(wishes.len()));
        levels
    }
}
