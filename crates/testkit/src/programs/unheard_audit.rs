//! Audit events that nobody hears.

use silta_broker::Event;
use silta_broker::ports::Audit;

/// Audit events that nobody hears.
#[derive(Debug)]
pub struct UnheardAudit;

impl Audit for UnheardAudit {
    fn record(&self, _: Event<'_>) {}
}
