//! The labels of metrics: names from our own configuration, and words from closed sets.

use prometheus_client::encoding::EncodeLabelSet;
use silta_broker::{RelyingParty, UpstreamName};

/// A login by where it came from and where it went.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Login {
    pub(super) client: String,
    pub(super) upstream: String,
}

impl Login {
    pub(super) fn of(client: &RelyingParty, upstream: &UpstreamName) -> Self {
        Self { client: client.as_str().to_owned(), upstream: upstream.as_str().to_owned() }
    }
}

/// A call of the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct StoreCall {
    pub(super) verb: &'static str,
    pub(super) outcome: &'static str,
    /// Of a failure; empty otherwise.
    pub(super) cause: &'static str,
}

/// Why the store cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct StoreFault {
    pub(super) cause: &'static str,
}

/// What there is one of, if it is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Whole {}

/// Secrets that were fetched again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Refresh {
    pub(super) outcome: &'static str,
}

/// A configuration that was read anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Reload {
    pub(super) outcome: &'static str,
}

/// A provider's metadata and keys that were fetched again: `fetched`, or `failed` with its cause.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ProviderRefresh {
    pub(super) upstream: String,
    pub(super) outcome: &'static str,
    /// Of a failure; empty otherwise.
    pub(super) cause: &'static str,
}

/// A listener: `public` or `admin`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Listener {
    pub(super) listener: &'static str,
}

/// A connection that ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Connection {
    pub(super) listener: &'static str,
    pub(super) reason: &'static str,
}

/// A request that was refused because too many came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Shed {
    pub(super) endpoint: &'static str,
}

/// A certificate of ours or of a peer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Certificate {
    pub(super) party: String,
    pub(super) usage: &'static str,
    pub(super) place: String,
}
