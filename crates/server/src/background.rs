//! What a replica does beside its requests, for as long as it runs.

use std::sync::Arc;

use crate::app_state::CurrentState;
use crate::assemble::Services;
use crate::provider::ProviderKind;
use crate::provider_watch::ProviderWatch;
use crate::{logouts_due, open_logins, replica_watch, store_watch};

/// Starts all of it on this thread. Providers come first of all: a login that comes before their
/// answer waits for it.
pub(crate) fn start(current: &Arc<CurrentState>, services: &Arc<Services>) {
    let both = || (current.clone(), services.clone());
    for kind in [ProviderKind::Saml, ProviderKind::Oidc] {
        let (state, shared) = both();
        actix_web::rt::spawn(ProviderWatch::of(kind).watch(state, shared));
    }
    let (state, shared) = both();
    actix_web::rt::spawn(open_logins::check_regularly(state, shared));
    let (state, shared) = both();
    actix_web::rt::spawn(logouts_due::notify_regularly(state, shared));
    let (state, shared) = both();
    actix_web::rt::spawn(store_watch::watch_store(state, shared));
    let (state, shared) = both();
    actix_web::rt::spawn(replica_watch::note_regularly(state, shared));
    if let Some(emf) = services.emf.clone() {
        actix_web::rt::spawn(emf.every_minute());
    }
}
