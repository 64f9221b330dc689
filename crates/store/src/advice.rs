//! Advice to the operator, for each cause of a store error.

use silta_broker::ports::StoreError;

/// One sentence for the operator: what happened, and what to check.
#[must_use]
pub fn advice(error: StoreError) -> &'static str {
    match error {
        StoreError::NobodyListens => {
            "nothing listens at the Redis address; is Redis running, are host and port right?"
        }
        StoreError::NoAnswer => {
            "Redis did not answer in time; does a firewall or security group stand in between, \
             or does the address say rediss:// where Redis speaks no TLS, or is Redis overloaded?"
        }
        StoreError::NoConnection => {
            "no connection to Redis; does its name resolve, do both sides use TLS (rediss://) or \
             neither, and does Redis stay up?"
        }
        StoreError::CertificateRefused => {
            "the certificate of Redis is not accepted; is the host in the address one of its \
             names, is it of today, and does this machine trust its issuer (SSL_CERT_FILE)?"
        }
        StoreError::CredentialsRefused => {
            "Redis refused our user name or password, or wants one and got none; does the URL \
             that store.redis refers to have the right ones, as redis://user:password@ or \
             redis://:password@?"
        }
        StoreError::ProtectedMode => {
            "Redis serves its own machine only (protected mode); give it a password, or a user, \
             and the address that it should listen at"
        }
        StoreError::TooManyClients => {
            "Redis has as many clients as its maxclients; who holds them, or raise it"
        }
        StoreError::WrongDatabase => {
            "Redis does not have the database at the end of the address; leave out the number, or \
             write one that its setting databases has"
        }
        StoreError::ReadOnly => {
            "Redis is a replica and takes no writes; is the address that of the primary, not of a \
             reader? After a failover the name leads to the new primary within a minute"
        }
        StoreError::NotPermitted => {
            "Redis does not let our user do what we need; allow it +set +get +getdel +eval +info \
             on keys ~silta:*"
        }
        StoreError::OutOfMemory => {
            "the memory of Redis is full; how near is used_memory to maxmemory, who else writes \
             there? It has room again as records end; give it more memory if it comes again"
        }
        StoreError::ClusterNode => {
            "this Redis is a node of a cluster; give the address of a Redis with cluster mode \
             disabled"
        }
        StoreError::Sentinel => {
            "a Redis Sentinel answers at this port, which keeps no records; give the address of \
             the primary itself"
        }
        StoreError::UnsupportedVersion => {
            "Redis does not know a command that we need; is it Redis 6.2 or later, or Valkey, with \
             EVAL and GETDEL neither renamed nor switched off?"
        }
        StoreError::Loading => {
            "Redis still loads its data from disk; it serves when they are loaded, sooner without persistence"
        }
        StoreError::PrimaryDown => {
            "this Redis is a replica that has lost its primary; is the address that of the primary?"
        }
        StoreError::NoReplicas => {
            "Redis takes no writes while too few replicas follow it; are they up, is \
             min-replicas-to-write what you want?"
        }
        StoreError::CannotPersist => {
            "Redis cannot write its snapshot and refuses writes; is its disk full? Its log says \
             why. Silta needs no persistence (save \"\")"
        }
        StoreError::Busy => {
            "a script of somebody's keeps Redis from answering; who else uses it? SCRIPT KILL ends it"
        }
        StoreError::Full => {
            "the store in this process holds as much as it may; it has room again as logins end. For \
             more, or for several replicas, use Redis"
        }
        StoreError::Unexpected => {
            "what answered cannot serve us, in a way that we do not know; is it Redis 6.2 or \
             later, or Valkey? Its own log may say more"
        }
    }
}
