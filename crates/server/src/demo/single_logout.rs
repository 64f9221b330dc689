//! Single logout of the demo's identity provider. It keeps no sessions, so there is nothing to end.

use silta_broker::ports::Clock as _;
use silta_saml::{
    AssuranceLevels, IdentityProvider, LogoutExpectation, LogoutMessage, LogoutResponse,
    LogoutStatus, PeerProfile, ServiceProvider, VerificationKey,
};

use crate::system::SystemClock;

/// What verifies requests of the broker to end sessions: what it verifies such requests with itself.
pub(super) struct SingleLogout {
    url: String,
    us: ServiceProvider,
    broker: IdentityProvider,
    /// Where answers go.
    broker_url: String,
}

impl SingleLogout {
    /// At `url`, for the broker of this entityID that signs with `key` and takes answers at `broker_url`.
    pub(super) fn new(
        (url, us): (String, String),
        (broker, key, broker_url): (String, VerificationKey, String),
    ) -> anyhow::Result<Self> {
        let levels = AssuranceLevels::new(vec![vec!["urn:none".to_owned()]])?;
        let broker = IdentityProvider::new(broker, vec![key], levels, PeerProfile::default())?;
        let us = ServiceProvider { entity_id: us, acs_url: String::new(), decryption_keys: vec![] };
        Ok(Self { url, us, broker, broker_url })
    }

    /// Where answers go.
    pub(super) fn broker_url(&self) -> &str {
        &self.broker_url
    }

    /// The answer of the identity provider to a request that the broker has signed: there is nothing left
    /// to end.
    pub(super) fn answer(&self, message: &str, id: &str) -> Option<String> {
        let response = LogoutResponse {
            id,
            issued: SystemClock.now(),
            destination: &self.broker_url,
            issuer: &self.us.entity_id,
            in_response_to: &self.read(message)?,
            status: LogoutStatus::Success,
        };
        Some(response.to_xml())
    }

    /// The ID of a request that the broker has signed.
    fn read(&self, message: &str) -> Option<String> {
        let expect =
            LogoutExpectation { provider: &self.us, idp: &self.broker, slo_url: &self.url };
        match LogoutMessage::from_post(Some(message), None, None).ok()? {
            LogoutMessage::Request(request) => {
                Some(request.verify(&expect, SystemClock.now()).ok()?.id().to_owned())
            }
            LogoutMessage::Response(_) => None,
        }
    }
}
