//! Upstreams that can log out.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::logout::error::LogoutMessageError;
use crate::model::identity::ReplayKey;
use crate::model::message::{InboundRequest, OutboundMessage};
use crate::model::pending::Pending;
use crate::outbound_error::OutboundError;
use crate::ports::Entropy;

/// An upstream that can end its own session when we ask, and asks us to end ours.
#[async_trait]
pub trait UpstreamLogout: Send + Sync {
    /// Makes the message that asks the upstream to end a session, and the handle by which its answer
    /// names the message.
    ///
    /// # Errors
    /// [`OutboundError`].
    async fn ask(
        &self,
        logout: &LogoutToAsk<'_>,
    ) -> Result<(OutboundMessage, LogoutHandle), OutboundError>;

    /// Verifies a message that came to our logout address. That a request comes for the first time is
    /// the caller's to find out.
    ///
    /// # Errors
    /// [`LogoutMessageError`], after which nothing may change.
    async fn read(
        &self,
        message: InboundRequest<'_>,
        now: Timestamp,
    ) -> Result<LogoutMessage, LogoutMessageError>;

    /// Answers a request that came from the upstream; `None` where the status of our answer says what became
    /// of it, as on a back channel.
    ///
    /// # Errors
    /// [`OutboundError`].
    async fn answer(
        &self,
        answer: &LogoutAnswer<'_>,
    ) -> Result<Option<OutboundMessage>, OutboundError>;

    /// Whether the upstream sends a request again that could not be done here. Such a request is used up once
    /// it is done; any other when it is read, because it is answered by a message whatever becomes of it.
    fn sends_again(&self) -> bool;

    /// What the upstream is told when it ends a session that nobody has here.
    fn of_unknown_session(&self) -> LogoutOutcome;
}

/// A session that an upstream is asked to end.
#[derive(Clone, Copy)]
pub struct LogoutToAsk<'a> {
    /// What the adapter kept of it.
    pub session: &'a Pending,
    /// The languages that the person reads, the best first.
    pub ui_locales: &'a [String],
    /// Randomness for the message.
    pub entropy: &'a dyn Entropy,
    /// The current time.
    pub now: Timestamp,
}

/// What an upstream calls our request by when it answers: not guessable, and good for nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct LogoutHandle(pub String);

/// It finds the record of a logout.
impl fmt::Debug for LogoutHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogoutHandle(redacted)")
    }
}

/// A verified message about a logout.
#[derive(Debug)]
pub enum LogoutMessage {
    /// The upstream wants sessions ended.
    Request(LogoutRequest),
    /// The upstream answers our request.
    Response {
        /// Which one.
        handle: LogoutHandle,
        /// What became of it there.
        outcome: LogoutOutcome,
    },
}

/// Sessions that an upstream wants ended.
pub struct LogoutRequest {
    /// It counts once: [`UpstreamLogout::sends_again`] says from when on.
    pub replay: ReplayKey,
    /// Whose sessions, by the text that the adapter makes of a person's name.
    pub principal: String,
    /// Which of them; none means all.
    pub indexes: Vec<String>,
    /// What is handed back with the answer.
    pub relay_state: Option<String>,
}

/// It names a person.
impl fmt::Debug for LogoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogoutRequest({} sessions)", self.indexes.len())
    }
}

/// What an upstream is told of its request.
#[derive(Clone, Copy)]
pub struct LogoutAnswer<'a> {
    /// The request.
    pub request: &'a LogoutRequest,
    /// What became of it here.
    pub outcome: LogoutOutcome,
    /// Randomness for the message.
    pub entropy: &'a dyn Entropy,
    /// The current time.
    pub now: Timestamp,
}

/// What became of a logout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutOutcome {
    /// Every session that was meant is over.
    Done,
    /// Ours or theirs is over, and another one may live on.
    Partly,
    /// Whoever was asked knows no such session.
    UnknownSession,
    /// Nobody knows what is over.
    Failed,
}

impl LogoutOutcome {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::UnknownSession => "unknown_session",
            Self::Failed => "failed",
        }
    }
}
