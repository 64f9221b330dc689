//! The record with which a replica checks the store.

use silta_broker::ports::{Entropy, Key};

/// A key of its own for the checks of this replica: replicas that shared one would take the record
/// that another has just written.
pub(crate) fn check_key(entropy: &dyn Entropy) -> Key {
    let mut own = [0; 32];
    entropy.fill(&mut own);
    Key::new("health", &own)
}
