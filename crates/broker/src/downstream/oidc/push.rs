//! Pushed authorization requests [RFC 9126]: a client tells us its request before its person comes.

use silta_oidc::{
    AuthorizePageError, Client, ClientCredentials, Params, PushedRequest, PushedRequestError,
    PushedResponse, RequestUri,
};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::push_error::PushError;
use crate::downstream::oidc::redeem::party;
use crate::error::LoginError;
use crate::form_body_error::FormBodyError;
use crate::model::source_network::SourceNetwork;
use crate::record::{PUSHED_LIFE, PushedRecord, RecordKey};

impl OidcProvider {
    /// Keeps the request that a client pushes, for as long as its person needs to bring the name of it.
    ///
    /// # Errors
    /// [`PushError`].
    pub async fn push(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
        source: SourceNetwork,
    ) -> Result<PushedResponse, PushError> {
        let mut proved = None;
        let pushed = self.keep_request(form, authorization, source, &mut proved).await;
        if let Err(error) = &pushed {
            let client = proved.or_else(|| self.claimed(form, authorization)).map(party);
            self.ports.audit.record(Event::PushRefused { client: client.as_ref(), error });
        }
        pushed
    }

    async fn keep_request<'a>(
        &'a self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
        source: SourceNetwork,
        proved: &mut Option<&'a Client>,
    ) -> Result<PushedResponse, PushError> {
        let params = Params::parse(form?).map_err(PushedRequestError::from)?;
        let credentials = ClientCredentials::read(&params, authorization)?;
        let client = self.authenticate(&credentials).await?;
        *proved = Some(client);
        let request = PushedRequest::check(&params, client, &self.clients)?;
        // A public client is whoever says so, and each request is a record: it has its room among the
        // logins that are open.
        let (usage, now) = (self.ports.store.usage(), self.ports.clock.now());
        let open_logins = &self.ports.open_logins;
        let octets = request.octets().saturating_add(RECORD_OVERHEAD);
        open_logins.admit(source, octets, usage, now)?;
        // Before it is written, however soon its client goes away.
        open_logins.hold_for_a_minute(source, octets, now);
        let uri = RequestUri::new(&self.ports.random());
        let record = PushedRecord { client: client.id().clone(), request };
        self.ports.store.put(&RecordKey::of(&uri.digest()), &record, PUSHED_LIFE).await?;
        Ok(PushedResponse::new(&uri, PUSHED_LIFE))
    }

    /// The parameters that count: those of the query, or those that its client has pushed. Then all others of
    /// the query count for nothing [RFC 9126 §4], and nobody brings them a second time.
    pub(super) async fn pushed_or_brought(&self, params: Params) -> Result<Params, LoginError> {
        let named = RequestUri::named_by(&params).map_err(AuthorizePageError::from)?;
        let Some(uri) = named else { return Ok(params) };
        let client = params.one("client_id").map_err(AuthorizePageError::from)?;
        let client = client.ok_or(AuthorizePageError::ClientMissing)?;
        let client = self.clients.find(client).ok_or(AuthorizePageError::UnknownClient)?.id();
        let key: RecordKey<PushedRecord> = RecordKey::of(&uri.digest());
        let unknown = || AuthorizePageError::Pushed { client: client.clone() };
        let seen = self.ports.store.peek(&key).await?.ok_or_else(unknown)?;
        // Whoever found the name of somebody else's request does not use it up.
        if seen.record.client != *client {
            return Err(unknown().into());
        }
        let taken = self.ports.store.take(&key).await?.ok_or_else(unknown)?;
        Ok(taken.request.params().map_err(AuthorizePageError::from)?)
    }
}

/// The octets of a sealed record without the request: its tag, the client's id, nonce and mark of the seal.
const RECORD_OVERHEAD: usize = 200;
