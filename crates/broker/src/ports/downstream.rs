//! Protocols by which relying parties ask for logins.

use async_trait::async_trait;

use crate::error::LoginError;
use crate::model::identity::ReplayKey;
use crate::model::login_id::LoginId;
use crate::model::login_request::LoginRequest;
use crate::model::message::{InboundRequest, OutboundMessage};
use crate::model::pending::Pending;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_part::SessionPart;
use crate::ports::DownstreamLogout;

/// A protocol by which relying parties ask for logins, and are answered.
#[async_trait]
pub trait Downstream: Send + Sync {
    /// Checks a request: whose it is, where its answer may go, and what it asks for.
    ///
    /// # Errors
    /// [`RefusedRequest`].
    async fn receive(
        &self,
        request: InboundRequest<'_>,
    ) -> Result<ReceivedRequest, Box<RefusedRequest>>;

    /// Answers the request that `pending` remembers with a person, who has this session now.
    ///
    /// # Errors
    /// [`LoginError`], of which the relying party is told by [`Downstream::refuse`].
    async fn answer(
        &self,
        login: &LoginId,
        pending: &Pending,
        person: Person,
        session: SessionPart,
    ) -> Result<OutboundMessage, LoginError>;

    /// Tells the relying party whose request `pending` remembers that nobody was logged in.
    ///
    /// # Errors
    /// [`LoginError`] when it cannot be told; then the person is shown a page.
    async fn refuse(
        &self,
        login: &LoginId,
        pending: &Pending,
        error: &LoginError,
    ) -> Result<OutboundMessage, LoginError>;

    /// The origins whose pages may show in a frame what a login without a page needs on its way: those
    /// that the relying party is answered at. None for any other login.
    fn frame_origins(&self, pending: &Pending) -> Vec<String>;

    /// Whether a refusal costs a signature.
    fn signs_refusals(&self) -> bool;

    /// What it does for relying parties that want to be told of logouts, if there is one.
    fn logout(&self) -> Option<&dyn DownstreamLogout> {
        None
    }

    /// Whether each of its answers says when the person authenticated, so that the upstream must.
    fn needs_authn_instant(&self) -> bool;
}

/// A request that was checked.
#[derive(Debug)]
pub struct ReceivedRequest {
    /// What it asks for.
    pub request: LoginRequest,
    /// What the answer needs.
    pub pending: Pending,
    /// What makes the request count once; `None` where one that comes again is another login.
    pub replay_key: Option<ReplayKey>,
}

/// A request that is refused.
#[derive(Debug)]
pub struct RefusedRequest {
    /// Whose it is, as far as it says so; nothing proves it.
    pub relying_party: Option<RelyingParty>,
    /// What an answer needs; `None` while nobody knows where one may go.
    pub pending: Option<Pending>,
    /// Why.
    pub error: LoginError,
}
