//! Why the store did not do what it was asked.

use thiserror::Error;

/// Why the store did not do a verb. What happened to the record is unknown.
///
/// A closed set: each cause has another remedy. It says nothing about where the store is, and
/// nothing in the store's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum StoreError {
    /// The host is there, and no program listens at the port.
    #[error("nothing listens at its address")]
    NobodyListens,
    /// No answer within the time-outs.
    #[error("it does not answer in time")]
    NoAnswer,
    /// No connection, or one that broke: its name does not resolve, the network refuses, or only
    /// one side speaks TLS.
    #[error("there is no connection to it")]
    NoConnection,
    /// The certificate that it shows is not accepted.
    #[error("its certificate is not accepted")]
    CertificateRefused,
    /// It wants other credentials, or some at all.
    #[error("it refuses the user name or password")]
    CredentialsRefused,
    /// It is not configured to serve other machines.
    #[error("it serves its own machine only")]
    ProtectedMode,
    /// It has as many clients as it may have.
    #[error("it has too many clients")]
    TooManyClients,
    /// The database that the address names does not exist there.
    #[error("it does not have the database that the address names")]
    WrongDatabase,
    /// It takes no writes: a replica, or a primary that a failover has demoted.
    #[error("it takes no writes, because it is a replica")]
    ReadOnly,
    /// The user may not run one of the commands, or not on our keys.
    #[error("its user may not do what is needed")]
    NotPermitted,
    /// It has reached its memory limit, and evicts nothing.
    #[error("its memory is full")]
    OutOfMemory,
    /// It is a node of a cluster, and other nodes have some of the keys.
    #[error("it is a node of a cluster")]
    ClusterNode,
    /// It watches stores, and is none itself.
    #[error("it is a sentinel and keeps no records")]
    Sentinel,
    /// It does not know one of the commands.
    #[error("it does not know a command that is needed")]
    UnsupportedVersion,
    /// It still reads its data set.
    #[error("it still loads its data")]
    Loading,
    /// A replica that has lost its primary and serves no stale data.
    #[error("it has lost its primary")]
    PrimaryDown,
    /// Too few replicas follow it for it to take writes.
    #[error("too few replicas follow it")]
    NoReplicas,
    /// It cannot write to its disk and therefore refuses writes.
    #[error("it cannot write to its disk")]
    CannotPersist,
    /// A script of somebody's keeps it from answering.
    #[error("a script keeps it busy")]
    Busy,
    /// The store of this process holds as much as it may.
    #[error("it holds as much as it may")]
    Full,
    /// Anything else.
    #[error("it answers in a way that is not known")]
    Unexpected,
}

impl StoreError {
    /// A short stable word for logs, metrics and health.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::NobodyListens => "nobody_listens",
            Self::NoAnswer => "no_answer",
            Self::NoConnection => "no_connection",
            Self::CertificateRefused => "certificate_refused",
            Self::CredentialsRefused => "credentials_refused",
            Self::ProtectedMode => "protected_mode",
            Self::TooManyClients => "too_many_clients",
            Self::WrongDatabase => "wrong_database",
            Self::ReadOnly => "read_only",
            Self::NotPermitted => "not_permitted",
            Self::OutOfMemory => "out_of_memory",
            Self::ClusterNode => "cluster_node",
            Self::Sentinel => "sentinel",
            Self::UnsupportedVersion => "unsupported_version",
            Self::Loading => "loading",
            Self::PrimaryDown => "primary_down",
            Self::NoReplicas => "no_replicas",
            Self::CannotPersist => "cannot_persist",
            Self::Busy => "busy",
            Self::Full => "full",
            Self::Unexpected => "unexpected",
        }
    }
}
