//! Whom nobody lets in.

use std::sync::Arc;

use silta_mapping::Condition;

use crate::model::translated::PageText;

/// Keeps people out whom their upstream authenticated, and says why in the administrator's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DenyRule {
    /// Whom.
    pub condition: Condition,
    /// What they read.
    pub text: Arc<PageText>,
}
