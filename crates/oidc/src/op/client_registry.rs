//! The registry of all clients.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{op::client::Client, wire::client_id::ClientId};

/// The registered clients, found by their id.
#[derive(Debug, Clone, Default)]
pub struct ClientRegistry(BTreeMap<ClientId, Client>);

impl ClientRegistry {
    /// Collects the configured clients.
    ///
    /// # Errors
    /// [`DuplicateClientError`] when two share an id.
    pub fn new(clients: impl IntoIterator<Item = Client>) -> Result<Self, DuplicateClientError> {
        let mut found = BTreeMap::new();
        for client in clients {
            if let Some(earlier) = found.insert(client.id().clone(), client) {
                return Err(DuplicateClientError(earlier.id().clone()));
            }
        }
        Ok(Self(found))
    }

    /// All clients, by their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Client> {
        self.0.values()
    }

    /// The client of this id, if there is one.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Client> {
        self.0.get(id)
    }
}

/// Two clients in the configuration have the same id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the client {0} is configured twice; remove one, or give it another id")]
pub struct DuplicateClientError(pub ClientId);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::client;

    #[test]
    fn finds_a_client_by_its_whole_id_only() {
        let clients = ClientRegistry::new([client()]).unwrap();
        assert_eq!(clients.find("shop").unwrap().id().as_str(), "shop");
        assert!(clients.find("Shop").is_none());
        assert!(clients.find("sho").is_none());
    }

    #[test]
    fn refuses_two_clients_of_one_name() {
        let refused = ClientRegistry::new([client(), client()]).unwrap_err();
        assert_eq!(refused, DuplicateClientError(client().id().clone()));
    }
}
