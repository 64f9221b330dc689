//! Records: everything that the store can hold. Each kind has its name, its key and its life in one
//! file, and whoever asks the store for one kind cannot be given another.

mod access_token;
mod code;
mod configurations;
mod idp_metadata;
mod marks;
mod outbox;
mod passive_login;
mod pending_login;
mod pushed_request;
mod refresh_family;
mod session;
mod upstream_sessions;

use std::marker::PhantomData;

pub(crate) use access_token::{AccessTokenRecord, access_key};
pub(crate) use code::{CODE_LIFE, CodeRecord, Grant, SpentCode};
pub(crate) use configurations::{CONFIGURATIONS_LIFE, Configurations, RunningConfiguration};
pub(crate) use idp_metadata::{
    ATTEMPT_LIFE, DocumentOctets, FETCH_LIFE, FIRST_ATTEMPT_LIFE, MetadataAttempt, NewestMetadata,
    SHARED_METADATA_LIFE, SharedMetadata,
};
pub(crate) use marks::{
    Answered, ConfirmedLogout, UsedAssertion, UsedClientAssertion, UsedLogoutRequest, UsedRequest,
};
pub(crate) use outbox::{OUTBOX_LIFE, OUTBOX_PARTS, Outbox, OutboxEntry};
pub(crate) use passive_login::PassiveLogin;
pub use pending_login::LOGIN_LIFE;
pub(crate) use pending_login::PendingLogin;
pub(crate) use pushed_request::{PUSHED_LIFE, PushedRecord};
pub(crate) use refresh_family::{FIRST_NUMBER, RefreshFamily, TokenStanding, family_key};
pub(crate) use session::{
    Joined, MAX_PARTICIPANTS, Session, SessionDetails, SessionRecord, session_key,
};
pub(crate) use upstream_sessions::{UpstreamEntry, UpstreamEntryKind, UpstreamSessions};

use crate::ports::Key;
use crate::versioned::Versioned;

/// One kind of record.
pub(crate) trait Record: Versioned {
    /// The kind that its keys name.
    const KIND: &'static str;
}

/// The key of a record of one kind.
#[derive(Debug)]
pub(crate) struct RecordKey<R> {
    key: Key,
    kind: PhantomData<fn() -> R>,
}

impl<R: Record> RecordKey<R> {
    /// The key of the record of `digest`, which is a hash already.
    pub(crate) fn of(digest: &[u8; 32]) -> Self {
        Self { key: Key::new(R::KIND, digest), kind: PhantomData }
    }

    /// The key as the store knows it.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// The hash in it.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        self.key.digest()
    }
}

#[cfg(test)]
mod tests;
