//! Names become addresses here, and only here: a connection is made to the addresses that this
//! returns, so what was checked is what is called.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use tokio::sync::Semaphore;

use super::address::{Loopback, is_allowed, is_loopback};

/// Where addresses of names come from.
#[async_trait]
pub(super) trait Lookup: fmt::Debug + Send + Sync {
    /// The addresses of `name`, the best first.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the system.
#[derive(Debug)]
pub(super) struct SystemLookup {
    threads: Arc<Semaphore>,
}

impl SystemLookup {
    pub(super) fn new() -> Self {
        Self { threads: Arc::new(Semaphore::new(MAX_LOOKUPS)) }
    }
}

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let name = name.to_owned();
        let turn = self.threads.clone().acquire_owned().await.map_err(io::Error::other)?;
        let lookup = move || {
            // A lookup cannot be cancelled: its turn ends with it, not with the request.
            let _turn = turn;
            let found = (name.as_str(), 0).to_socket_addrs()?;
            Ok(found.map(|address| address.ip()).collect())
        };
        tokio::task::spawn_blocking(lookup).await.map_err(io::Error::other)?
    }
}

/// Looks names up, and leaves out the addresses that are never called.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver {
    lookup: Arc<dyn Lookup>,
    loopback: Loopback,
}

impl GuardedResolver {
    pub(super) fn new(lookup: Arc<dyn Lookup>, loopback: Loopback) -> Self {
        Self { lookup, loopback }
    }

    /// The addresses that may be called. One that may not be is left out and does not spoil the
    /// others: it is not called either way, and a stray record must not end all logins.
    async fn addresses(&self, name: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        let found = self.lookup.addresses(name).await.map_err(|_| ResolveError::NotResolved)?;
        if found.is_empty() {
            return Err(ResolveError::NotResolved);
        }
        // Plain http is allowed to it, so it is this machine whatever a name server says
        // [RFC 6761 §6.3].
        let must_be_here = name == "localhost";
        let allowed = found.into_iter().filter(|address| {
            is_allowed(*address, self.loopback) && (!must_be_here || is_loopback(*address))
        });
        // The client replaces port 0 by that of the URL.
        let allowed: Vec<_> = allowed.take(MAX_ADDRESSES).map(|ip| (ip, 0).into()).collect();
        if allowed.is_empty() { Err(ResolveError::NotAllowed) } else { Ok(allowed) }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let allowed = resolver.addresses(name.as_str()).await?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Why a name leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum ResolveError {
    /// No address at all.
    #[error("the name does not resolve")]
    NotResolved,
    /// Only addresses that are never called.
    #[error("no address of the name may be called")]
    NotAllowed,
}

/// Each lookup that waits for a name server holds a thread; a resolver that answers needs a
/// millisecond.
const MAX_LOOKUPS: usize = 8;
/// They are tried one after the other and share the time for a connection; more would have none.
const MAX_ADDRESSES: usize = 8;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// These addresses for every name.
    #[derive(Debug)]
    struct Everywhere(Vec<IpAddr>);

    #[async_trait]
    impl Lookup for Everywhere {
        async fn addresses(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.clone())
        }
    }

    async fn resolved(
        name: &str,
        addresses: &[&str],
        loopback: Loopback,
    ) -> Result<Vec<String>, ResolveError> {
        let found = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let resolver = GuardedResolver::new(Arc::new(Everywhere(found)), loopback);
        let addresses = resolver.addresses(name).await?;
        Ok(addresses.iter().map(|address| address.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn addresses_that_are_never_called_are_left_out() {
        let found = ["fe80::1", "10.0.0.7", "169.254.169.254", "127.0.0.1", "2001:db8::7"];
        let op = resolved("op.example", &found, Loopback::Refused).await;
        assert_eq!(op.unwrap(), ["10.0.0.7", "2001:db8::7"]);
    }

    #[tokio::test]
    async fn a_name_with_no_other_address_is_refused() {
        let found = ["169.254.170.2", "::ffff:169.254.169.254", "fd00:ec2::254", "127.0.0.1"];
        let op = resolved("op.example", &found, Loopback::Refused).await;
        assert_eq!(op, Err(ResolveError::NotAllowed));
        let nothing = resolved("op.example", &[], Loopback::Refused).await;
        assert_eq!(nothing, Err(ResolveError::NotResolved));
    }

    #[tokio::test]
    async fn localhost_is_this_machine_whatever_a_name_server_says() {
        let found = ["192.0.2.7", "127.0.0.1"];
        let here = resolved("localhost", &found, Loopback::Allowed).await;
        assert_eq!(here.unwrap(), ["127.0.0.1"]);
        let elsewhere = resolved("localhost", &["192.0.2.7"], Loopback::Allowed).await;
        assert_eq!(elsewhere, Err(ResolveError::NotAllowed));
        let refused = resolved("localhost", &found, Loopback::Refused).await;
        assert_eq!(refused, Err(ResolveError::NotAllowed));
    }

    #[tokio::test]
    async fn a_name_gives_no_more_addresses_than_can_be_tried() {
        let many = vec!["10.0.0.7"; 3 * MAX_ADDRESSES];
        let op = resolved("op.example", &many, Loopback::Refused).await;
        assert_eq!(op.unwrap().len(), MAX_ADDRESSES);
    }

    #[tokio::test]
    async fn the_system_knows_its_own_name() {
        let found = SystemLookup::new().addresses("localhost").await.unwrap();
        assert!(found.into_iter().all(is_loopback));
    }
}
