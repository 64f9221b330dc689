//! An upstream's answer that lets nobody in.

use crate::callback_error::CallbackError;
use crate::model::identity::Identity;

/// An upstream's answer that lets nobody in.
#[derive(Debug)]
pub struct FailedCallback {
    /// Why.
    pub error: CallbackError,
    /// Who the answer proves to be logged in at the upstream all the same, where only their level is too low:
    /// they can log out there.
    pub identity: Option<Box<Identity>>,
}

/// Of an answer that proves nothing nobody is known.
impl<E: Into<CallbackError>> From<E> for FailedCallback {
    fn from(error: E) -> Self {
        Self { error: error.into(), identity: None }
    }
}
