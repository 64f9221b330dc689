//! A SAML identity provider as its metadata describes it: its keys and addresses change without us.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use silta_saml::{
    AssuranceLevels, IdentityProviderDescription, MessageError, ResponseError, SignatureError,
};

use crate::callback_error::CallbackError;
use crate::failed_callback::FailedCallback;
use crate::fetch_cache::NoNewer;
use crate::logout::error::LogoutMessageError;
use crate::logout::upstream_logout::{
    LogoutAnswer, LogoutHandle, LogoutMessage, LogoutOutcome, LogoutToAsk, UpstreamLogout,
};
use crate::model::identity::Identity;
use crate::model::login_halves::RelayState;
use crate::model::message::{Callback, InboundRequest, OutboundMessage};
use crate::model::pending::Pending;
use crate::model::source_network::SourceNetwork;
use crate::outbound_error::OutboundError;
use crate::ports::{CallbackRoom, Clock, OutboundHttp, Upstream, UpstreamRequest, Waiting};
use crate::upstream::saml::logout::SamlLogout;
use crate::upstream::saml::metadata::{
    KnownIdentityProvider, MakeSamlUpstream, MetadataCache, MetadataFetchError, MetadataSettings,
    REFRESH, cache,
};
use crate::upstream::saml::{reaches, relay_state};

/// A SAML identity provider as an upstream, of which everything that only it can say is said by its
/// metadata.
pub struct DescribedSamlUpstream {
    levels: AssuranceLevels,
    clock: Arc<dyn Clock>,
    source: Source,
    waiting: Waiting,
}

/// Where its metadata comes from.
enum Source {
    /// A file, which was read at the start.
    File(Arc<KnownIdentityProvider>),
    /// An address.
    Fetched(MetadataCache),
}

impl DescribedSamlUpstream {
    /// One whose metadata was read, and stays as it is.
    #[must_use]
    pub fn of_file(known: KnownIdentityProvider, clock: Arc<dyn Clock>) -> Self {
        let levels = known.upstream.parties.idp.assurance_levels().clone();
        let source = Source::File(Arc::new(known));
        Self { levels, clock, source, waiting: Waiting::default() }
    }

    /// One whose metadata is fetched. Nothing is known of it yet but its `levels`, which the
    /// configuration says.
    #[must_use]
    pub fn fetched(
        settings: MetadataSettings,
        (levels, make): (AssuranceLevels, MakeSamlUpstream),
        http: Arc<dyn OutboundHttp>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let source = Source::Fetched(cache(Arc::new(settings), make, http, clock.clone()));
        Self { levels, clock, source, waiting: Waiting::default() }
    }

    /// Takes over what `other`, the same upstream with earlier keys of ours, knows of its metadata.
    ///
    /// What was made of it is ours: it is made again.
    #[must_use]
    pub fn knowing_what(self, other: &Self, make: &MakeSamlUpstream) -> Self {
        if let (Source::Fetched(cache), Source::Fetched(former)) = (&self.source, &other.source)
            && let (Some(at), Some(known)) = (former.fetched_at(), former.known())
            && let Ok(known) = KnownIdentityProvider::new(known.description.clone(), make)
        {
            cache.learn(at, Arc::new(known));
        }
        self
    }

    /// Fetches the metadata again, if it is time. Call it at the start and every few minutes, so that no
    /// login has to. `None` where nobody was asked.
    pub async fn refresh(&self) -> Option<Result<(), MetadataFetchError>> {
        let Source::Fetched(cache) = &self.source else { return None };
        let now = self.clock.now();
        if cache.failed_lately(now) {
            return None;
        }
        if let (Some(at), Some(known)) = (cache.fetched_at(), cache.known()) {
            let age = known.description.refresh_within().unwrap_or(REFRESH);
            if (SignedDuration::ZERO..age).contains(&now.duration_since(at)) {
                return None;
            }
        }
        Some(cache.refreshed(now).await.map(drop))
    }

    /// What is known of it.
    #[must_use]
    pub fn description(&self) -> Option<IdentityProviderDescription> {
        self.known().map(|known| known.description.clone())
    }

    fn known(&self) -> Option<Arc<KnownIdentityProvider>> {
        match &self.source {
            Source::File(known) => Some(known.clone()),
            Source::Fetched(cache) => cache.known(),
        }
    }

    /// What is known of it and holds, without waiting; otherwise the cause.
    fn known_now(&self, now: Timestamp) -> Result<Arc<KnownIdentityProvider>, &'static str> {
        let known = self.known().ok_or(UNKNOWN)?;
        if known.holds(now) { Ok(known) } else { Err(EXPIRED) }
    }

    /// The same; who has to wait for it waits in the room of `source`.
    async fn known_or_fetched(
        &self,
        source: SourceNetwork,
        now: Timestamp,
    ) -> Result<Arc<KnownIdentityProvider>, &'static str> {
        let cause = match self.known_now(now) {
            Ok(known) => return Ok(known),
            Err(cause) => cause,
        };
        let Source::Fetched(cache) = &self.source else { return Err(cause) };
        let _room = self.waiting.enter(source, MAX_WAITING).ok_or("busy")?;
        let fetched = match cache.known() {
            None => cache.known_or_fetched(now).await.map_err(MetadataFetchError::cause)?,
            Some(ended) => match cache.newer_than(&ended, now).await {
                Ok(newer) => newer,
                Err(NoNewer::AskedLately) => return Err(EXPIRED),
                Err(NoNewer::NotFetched(error)) => return Err(error.cause()),
            },
        };
        if fetched.holds(now) { Ok(fetched) } else { Err(EXPIRED) }
    }

    /// What is newer than `used` and has another key. Whoever has a login can send a response by a key that
    /// nobody knows, so the metadata is fetched for it once a minute at most.
    async fn with_another_key(
        &self,
        used: &Arc<KnownIdentityProvider>,
        now: Timestamp,
    ) -> Option<Arc<KnownIdentityProvider>> {
        let Source::Fetched(cache) = &self.source else { return None };
        // Each has a login, wherever it comes from: one bound for all.
        let nowhere = SourceNetwork::of(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let _room = self.waiting.enter(nowhere, MAX_WAITING)?;
        let newer = cache.newer_than(used, now).await.ok()?;
        (newer.has_another_key(used) && newer.holds(now)).then_some(newer)
    }
}

#[async_trait]
impl Upstream for DescribedSamlUpstream {
    async fn start(
        &self,
        request: &UpstreamRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        let known = self.known_or_fetched(request.source, request.now).await;
        known.map_err(OutboundError::Provider)?.upstream.start(request).await
    }

    fn relay_state(&self, callback: &Callback) -> Result<RelayState, CallbackError> {
        relay_state(callback)
    }

    /// The login stays in the store while nobody knows who answers it.
    async fn make_room(
        &self,
        source: SourceNetwork,
        now: Timestamp,
    ) -> Result<CallbackRoom, CallbackError> {
        self.known_or_fetched(source, now).await.map_err(CallbackError::Metadata)?;
        Ok(CallbackRoom::unbounded())
    }

    async fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        let known = self.known_now(now).map_err(CallbackError::Metadata)?;
        let finished = known.upstream.finish(callback, pending, now).await;
        match &finished {
            Err(failed) if is_of_unknown_key(&failed.error) => {
                match self.with_another_key(&known, now).await {
                    Some(newer) => newer.upstream.finish(callback, pending, now).await,
                    None => finished,
                }
            }
            Ok(_) | Err(_) => finished,
        }
    }

    fn reaches(&self, acr: &str, least: &str) -> bool {
        reaches(&self.levels, acr, least)
    }

    /// As far as the metadata has it now.
    fn logout(&self) -> Option<&dyn UpstreamLogout> {
        self.known()?.upstream.logout.as_ref().map(|_| self as _)
    }
}

#[async_trait]
impl UpstreamLogout for DescribedSamlUpstream {
    async fn ask(
        &self,
        logout: &LogoutToAsk<'_>,
    ) -> Result<(OutboundMessage, LogoutHandle), OutboundError> {
        let known = self.known_now(logout.now).map_err(OutboundError::Provider)?;
        adapter(&known).map_err(OutboundError::Provider)?.ask(logout).await
    }

    async fn read(
        &self,
        message: InboundRequest<'_>,
        now: Timestamp,
    ) -> Result<LogoutMessage, LogoutMessageError> {
        let known = self.known_now(now).map_err(LogoutMessageError::Provider)?;
        adapter(&known).map_err(LogoutMessageError::Provider)?.read(message, now).await
    }

    async fn answer(
        &self,
        answer: &LogoutAnswer<'_>,
    ) -> Result<Option<OutboundMessage>, OutboundError> {
        let known = self.known_now(answer.now).map_err(OutboundError::Provider)?;
        adapter(&known).map_err(OutboundError::Provider)?.answer(answer).await
    }

    /// As for every SAML identity provider.
    fn sends_again(&self) -> bool {
        false
    }

    fn of_unknown_session(&self) -> LogoutOutcome {
        let known = self.known();
        let logout = known.as_ref().and_then(|known| known.upstream.logout.as_ref());
        logout.map_or(LogoutOutcome::Done, UpstreamLogout::of_unknown_session)
    }
}

impl fmt::Debug for DescribedSamlUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DescribedSamlUpstream")
    }
}

/// It was there when the logout began, and newer metadata may have none.
fn adapter(known: &KnownIdentityProvider) -> Result<&SamlLogout, &'static str> {
    known.upstream.logout.as_ref().ok_or("no_single_logout")
}

/// Whether newer metadata may judge otherwise.
fn is_of_unknown_key(error: &CallbackError) -> bool {
    matches!(
        error,
        CallbackError::Saml(ResponseError::Message(MessageError::Signature { cause, .. }))
            if *cause == SignatureError::NoKeyMatches
    )
}

/// Nothing is known of it yet.
const UNKNOWN: &str = "metadata_unknown";
/// What was known has ended, and nothing newer was found.
const EXPIRED: &str = "metadata_expired";
/// As at an OpenID Provider: half of what a core has under way, so that others' logins go on.
const MAX_WAITING: usize = 128;
