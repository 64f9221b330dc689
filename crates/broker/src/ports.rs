//! The ports of the broker: traits that the server and the adapters implement.

mod audit;
mod background;
mod callback_room;
mod downstream;
mod downstream_logout;
mod outbound;
mod outbound_error;
mod signer;
mod sources;
mod steps;
mod store;
mod upstream;

pub use audit::Audit;
pub use background::{Background, Work};
pub use callback_room::CallbackRoom;
pub(crate) use callback_room::Waiting;
pub use downstream::{Downstream, ReceivedRequest, RefusedRequest};
pub use downstream_logout::DownstreamLogout;
pub use outbound::{OutboundHttp, OutboundMethod, OutboundRequest, OutboundResponse};
pub use outbound_error::OutboundHttpError;
pub use signer::{Signer, SignerError};
pub use sources::{Clock, Entropy};
pub use steps::{Step, Steps};
pub use store::{Key, Sealed, Store, StoreUsage};
pub use upstream::{Upstream, UpstreamRequest};

pub use crate::store_error::StoreError;
