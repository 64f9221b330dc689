//! The ports of the broker: traits that the server implements.

mod audit;
mod outbound;
mod outbound_error;
mod signer;
mod sources;
mod store;
mod upstream;

pub use audit::Audit;
pub use outbound::{
    OutboundHttp, OutboundMethod, OutboundRequest, OutboundResponse, OutboundUrl, OutboundUrlError,
};
pub use outbound_error::OutboundHttpError;
pub use signer::{Signer, SignerError};
pub use sources::{Clock, Entropy};
pub use store::{Key, Sealed, Store, StoreUsage};
pub use upstream::Upstream;

pub use crate::store_error::StoreError;
