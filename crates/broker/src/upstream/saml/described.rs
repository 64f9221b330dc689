//! A SAML identity provider as its metadata describes it: its keys and addresses change without us.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use silta_saml::{
    AssuranceLevels, IdentityProviderDescription, MessageError, ResponseError, SignatureError,
};

use crate::broker::Ports;
use crate::callback_error::CallbackError;
use crate::failed_callback::FailedCallback;
use crate::logout::error::LogoutMessageError;
use crate::logout::upstream_logout::{
    LogoutAnswer, LogoutHandle, LogoutMessage, LogoutOutcome, LogoutToAsk, UpstreamLogout,
};
use crate::model::identity::Identity;
use crate::model::login_halves::RelayState;
use crate::model::message::{Callback, InboundRequest, OutboundMessage};
use crate::model::needed_of_person::NeededOfPerson;
use crate::model::pending::Pending;
use crate::model::source_network::SourceNetwork;
use crate::outbound_error::OutboundError;
use crate::ports::{CallbackRoom, OutboundHttp, Upstream, UpstreamRequest, Waiting};
use crate::upstream::saml::logout::SamlLogout;
use crate::upstream::saml::metadata::{KnownIdentityProvider, MakeSamlUpstream, MetadataSettings};
use crate::upstream::saml::metadata_cache::{MetadataCache, MetadataNews};
use crate::upstream::saml::metadata_fetch_error::MetadataFetchError;
use crate::upstream::saml::no_newer_metadata::NoNewerMetadata;
use crate::upstream::saml::shared_metadata::Purpose;
use crate::upstream::saml::{reaches, relay_state};

/// A SAML identity provider as an upstream, of which everything that only it can say is said by its
/// metadata.
pub struct DescribedSamlUpstream {
    levels: AssuranceLevels,
    source: Source,
    waiting: Waiting,
}

/// Where its metadata comes from.
enum Source {
    /// A file, which was read at the start.
    File(Arc<KnownIdentityProvider>),
    /// An address.
    Fetched(Arc<MetadataCache>),
}

impl DescribedSamlUpstream {
    /// One whose metadata was read, and stays as it is.
    #[must_use]
    pub fn of_file(known: KnownIdentityProvider) -> Self {
        let levels = known.upstream.parties.idp.assurance_levels().clone();
        Self { levels, source: Source::File(Arc::new(known)), waiting: Waiting::default() }
    }

    /// One whose metadata is fetched, by one replica for all that have these ports' store. Nothing is known of it
    /// yet but its `levels`, which the configuration says.
    #[must_use]
    pub fn fetched(
        settings: MetadataSettings,
        (levels, make): (AssuranceLevels, MakeSamlUpstream),
        http: Arc<dyn OutboundHttp>,
        ports: Arc<Ports>,
    ) -> Self {
        let cache = MetadataCache::new(settings, make, http, ports);
        Self { levels, source: Source::Fetched(Arc::new(cache)), waiting: Waiting::default() }
    }

    /// Takes over what `other`, the same upstream with earlier keys of ours, knows of its metadata.
    #[must_use]
    pub fn knowing_what(self, other: &Self) -> Self {
        if let (Source::Fetched(cache), Source::Fetched(former)) = (&self.source, &other.source) {
            cache.learn_from(former);
        }
        self
    }

    /// Takes what other replicas have fetched, and fetches the metadata again if it is time. Call it at the start
    /// and every few seconds, so that no login has to wait.
    pub async fn refresh(&self) {
        if let Source::Fetched(cache) = &self.source {
            // What became of it is among the news.
            let _ = cache.look(Purpose::Due).await;
        }
    }

    /// What happened since the last call.
    #[must_use]
    pub fn take_news(&self) -> MetadataNews {
        match &self.source {
            Source::File(_) => MetadataNews::default(),
            Source::Fetched(cache) => cache.take_news(),
        }
    }

    /// Waits until [`Self::take_news`] has something to tell. One watches.
    pub async fn news(&self) {
        match &self.source {
            Source::File(_) => std::future::pending().await,
            Source::Fetched(cache) => cache.news().await,
        }
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
        if known.holds(now) { Ok(known) } else { Err(NoNewerMetadata::Ended.cause()) }
    }

    /// The same; who has to wait for it waits in the room of `source`, for a moment.
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
        let purpose = if self.known().is_some() { Purpose::Wanted } else { Purpose::Due };
        let found = cache.wait_for(cache.look(purpose)).await;
        self.known_now(now).map_err(|cause| match found {
            Err(NoNewerMetadata::NotFetched(error)) => error.cause(),
            Err(NoNewerMetadata::NotInTime) => NoNewerMetadata::NotInTime.cause(),
            Err(_) if purpose == Purpose::Due => {
                cache.failed_lately(now).map_or(cause, MetadataFetchError::cause)
            }
            Ok(()) | Err(_) => cause,
        })
    }

    /// What is newer than `used` and has another key. Whoever has a login can send a response by a key that
    /// nobody knows, so the metadata is fetched for it once a minute at most, by one of all replicas.
    async fn with_another_key(
        &self,
        used: &Arc<KnownIdentityProvider>,
        now: Timestamp,
    ) -> Result<Arc<KnownIdentityProvider>, NoNewerMetadata> {
        let Source::Fetched(cache) = &self.source else { return Err(NoNewerMetadata::File) };
        let newer =
            || cache.known().filter(|known| known.has_another_key(used) && known.holds(now));
        // Another login was here first.
        if let Some(newer) = newer() {
            return Ok(newer);
        }
        // Each has a login, wherever it comes from: one bound for all.
        let nowhere = SourceNetwork::of(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let room = self.waiting.enter(nowhere, MAX_WAITING);
        let found = match &room {
            Some(_room) => cache.wait_for(cache.look(Purpose::Wanted)).await,
            None => Err(NoNewerMetadata::Busy),
        };
        newer().ok_or_else(|| {
            let why = found.err().unwrap_or(NoNewerMetadata::SameKeys);
            cache.tell_unknown_key(why);
            why
        })
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
        needed: NeededOfPerson,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        let known = self.known_now(now).map_err(CallbackError::Metadata)?;
        let finished = known.upstream.finish(callback, pending, needed, now).await;
        let error = match finished {
            Err(FailedCallback { error: CallbackError::Saml(error), .. })
                if is_of_unknown_key(&error) =>
            {
                error
            }
            finished => return finished,
        };
        match self.with_another_key(&known, now).await {
            Ok(newer) => newer.upstream.finish(callback, pending, needed, now).await,
            Err(newer) => Err(CallbackError::UnknownKey { error: Box::new(error), newer }.into()),
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
fn is_of_unknown_key(error: &ResponseError) -> bool {
    matches!(
        error,
        ResponseError::Message(MessageError::Signature { cause: SignatureError::NoKeyMatches, .. })
    )
}

/// Nothing is known of it yet.
const UNKNOWN: &str = "metadata_unknown";
/// As at an OpenID Provider: half of what a core has under way, so that others' logins go on.
const MAX_WAITING: usize = 128;
