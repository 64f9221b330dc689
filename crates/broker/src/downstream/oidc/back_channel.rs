//! Tells clients of logouts behind the browser [OIDC Back-Channel Logout 1.0].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use silta_oidc::{ClientId, LogoutToken, OutboundUrl};

use crate::downstream::oidc::OidcProvider;
use crate::logout::notification_error::NotificationError;
use crate::model::participant::Participant;
use crate::model::relying_party::RelyingParty;
use crate::our_key_error::OurKey;
use crate::ports::{DownstreamLogout, OutboundHttp, OutboundMethod, OutboundRequest};

/// Where a client is told of logouts.
pub struct BackChannel {
    /// Its `backchannel_logout_uri`.
    pub url: OutboundUrl,
    /// The way there.
    pub http: Arc<dyn OutboundHttp>,
}

/// Those of all clients that have one.
pub type BackChannels = BTreeMap<ClientId, BackChannel>;

#[async_trait]
impl DownstreamLogout for OidcProvider {
    fn notifies(&self, party: &RelyingParty) -> bool {
        self.back_channels.contains_key(party.as_str())
    }

    async fn notify(&self, participant: &Participant) -> Result<(), NotificationError> {
        let party = participant.relying_party.as_str();
        let found = self.clients.find(party).zip(self.back_channels.get(party));
        let (client, BackChannel { url, http }) = found.ok_or(NotificationError::NotConfigured)?;
        let token = LogoutToken {
            issuer: &self.issuer,
            audience: client.id(),
            subject: &participant.sub,
            sid: participant.sid.as_str(),
            id: &URL_SAFE_NO_PAD.encode(self.ports.random::<16>()),
            issued_at: self.ports.clock.now(),
        };
        // It is verified as the client verifies its ID tokens [OIDC Back-Channel Logout §2.6].
        let (key, signer) = self.signing_key(client)?;
        let unsigned = token.unsigned(key);
        let signature = signer.sign(unsigned.signing_input()).await;
        let signature = signature.map_err(|error| OurKey::IdTokens.failed(error))?;
        let form = unsigned.form(&signature);
        let request = OutboundRequest {
            url,
            method: OutboundMethod::PostForm(&form),
            accept: "*/*",
            authorization: None,
            max_body: MAX_BODY,
            time_out: TIME_OUT,
        };
        match http.send(&request).await?.status {
            // Frameworks answer 204 where there is nothing to say [OIDC Back-Channel Logout §2.8].
            200 | 204 => Ok(()),
            other => Err(NotificationError::Status(other)),
        }
    }
}

/// Nothing of it is read.
const MAX_BODY: usize = 64 * 1024;
/// As long as a load balancer waits for us.
const TIME_OUT: Duration = Duration::from_secs(5);
