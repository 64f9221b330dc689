//! What is known of an identity provider whose metadata is fetched, and the one look for newer that is under
//! way.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Shared as SharedFuture, WeakShared};
use jiff::{SignedDuration, Timestamp};
use openssl::sha::sha256;

use crate::broker::Ports;
use crate::ports::OutboundHttp;
use crate::record::{ATTEMPT_LIFE, FIRST_ATTEMPT_LIFE};
use crate::sealed_store::SealedStoreError;
use crate::upstream::saml::metadata::{
    KnownIdentityProvider, MakeSamlUpstream, MetadataSettings, REFRESH,
};
use crate::upstream::saml::metadata_fetch_error::MetadataFetchError;
use crate::upstream::saml::no_newer_metadata::NoNewerMetadata;
use crate::upstream::saml::shared_metadata::{Purpose, SharedKeys, Turn};

/// What is known, shared by all threads, and by all replicas through the store.
pub(super) struct MetadataCache {
    settings: MetadataSettings,
    make: MakeSamlUpstream,
    http: Arc<dyn OutboundHttp>,
    ports: Arc<Ports>,
    keys: SharedKeys,
    state: Mutex<State>,
}

/// What was fetched last.
#[derive(Clone)]
struct Held {
    /// The instant under which the replicas know it.
    at: Timestamp,
    /// The SHA-256 hash of its octets.
    digest: [u8; 32],
    known: Arc<KnownIdentityProvider>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The last attempt of this replica, if it brought nothing.
    failed: Option<(Timestamp, MetadataFetchError)>,
    /// When this replica asked for a login without the others.
    sought: Option<Timestamp>,
    /// The instant of what lies in the store and was not taken.
    not_taken: Option<Timestamp>,
    due: Option<WeakShared<Looking>>,
    wanted: Option<WeakShared<Looking>>,
    news: MetadataNews,
    /// Who waits for news.
    waker: Option<Waker>,
}

/// What happened since somebody last asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MetadataNews {
    /// What became of the last attempt to learn something newer.
    pub outcome: Option<Result<(), MetadataFetchError>>,
    /// Why a login that came by a key that nobody knows found nothing newer.
    pub unknown_key: Option<NoNewerMetadata>,
}

/// A look for something newer. It ends well when something else is held than before.
pub(super) type Look = SharedFuture<Looking>;
type Looking = Pin<Box<dyn Future<Output = Result<(), NoNewerMetadata>> + Send>>;

impl MetadataCache {
    pub(super) fn new(
        settings: MetadataSettings,
        make: MakeSamlUpstream,
        http: Arc<dyn OutboundHttp>,
        ports: Arc<Ports>,
    ) -> Self {
        let keys = SharedKeys::of(&settings);
        Self { settings, make, http, ports, keys, state: Mutex::default() }
    }

    /// What is known, if anything is.
    pub(super) fn known(&self) -> Option<Arc<KnownIdentityProvider>> {
        self.lock().held.as_ref().map(|held| held.known.clone())
    }

    /// Takes over what `other` knows, if it is a cache of the same metadata, judged by the same rules. What was made of
    /// it is made again.
    pub(super) fn learn_from(&self, other: &Self) {
        if !self.keys.are_those_of(&other.keys) {
            return;
        }
        let Some(held) = other.lock().held.clone() else { return };
        let description = held.known.description.clone();
        if let Ok(known) = KnownIdentityProvider::new(description, &self.make) {
            self.lock().held = Some(Held { known: Arc::new(known), ..held });
        }
    }

    /// The last failure of this replica, as long as nobody asks again.
    pub(super) fn failed_lately(&self, now: Timestamp) -> Option<MetadataFetchError> {
        let state = self.lock();
        let pause = pause_after_failure(state.held.is_some());
        state.failed.filter(|(at, _)| within(pause, *at, now)).map(|(_, error)| error)
    }

    /// The look for this purpose that is under way; a new one if there is none.
    pub(super) fn look(self: &Arc<Self>, purpose: Purpose) -> Look {
        let mut state = self.lock();
        let under_way = state.under_way(purpose);
        if let Some(look) = under_way.as_ref().and_then(WeakShared::upgrade) {
            return look;
        }
        let cache = self.clone();
        let looking = async move {
            let found = cache.find_newer(purpose).await;
            *cache.lock().under_way(purpose) = None;
            found
        };
        let look = (Box::pin(looking) as Looking).shared();
        *under_way = look.downgrade();
        look
    }

    /// Waits for `look` as long as a login may. It goes on after that.
    pub(super) async fn wait_for(&self, look: Look) -> Result<(), NoNewerMetadata> {
        self.ports.background.run(Box::pin(look.clone().map(drop)), PATIENCE).await;
        look.peek().copied().unwrap_or(Err(NoNewerMetadata::NotInTime))
    }

    /// Tells whoever watches why a login by an unknown key found nothing.
    pub(super) fn tell_unknown_key(&self, why: NoNewerMetadata) {
        self.tell(|news| news.unknown_key = Some(why));
    }

    /// What happened since the last call.
    pub(super) fn take_news(&self) -> MetadataNews {
        std::mem::take(&mut self.lock().news)
    }

    /// Waits until there is something to tell. One watches.
    pub(super) async fn news(&self) {
        poll_fn(|context| {
            let mut state = self.lock();
            if state.news != MetadataNews::default() {
                return Poll::Ready(());
            }
            state.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    async fn find_newer(&self, purpose: Purpose) -> Result<(), NoNewerMetadata> {
        for _ in 0..LOOKS {
            match self.find_shared(purpose).await {
                // A store that fails is no reason to know less than a replica that is alone.
                Err(_) => return self.fetch_alone(purpose).await,
                Ok(Some(found)) => return found,
                Ok(None) => self.ports.background.pause(LOOK_AGAIN).await,
            }
        }
        Err(NoNewerMetadata::NotInTime)
    }

    /// What another replica has fetched, or what this one fetches for all; `None` while another one does.
    async fn find_shared(
        &self,
        purpose: Purpose,
    ) -> Result<Option<Result<(), NoNewerMetadata>>, SealedStoreError> {
        let nothing = Ok(Some(Err(NoNewerMetadata::AskedLately)));
        if self.take_shared().await? {
            return Ok(Some(Ok(())));
        }
        if purpose == Purpose::Due && self.is_young() {
            return nothing;
        }
        match self.keys.claim(&self.ports, purpose).await? {
            Turn::Ours => Ok(Some(self.fetch_for_all(purpose).await)),
            // Nobody waits for it.
            Turn::Theirs if purpose == Purpose::Due && self.known().is_some() => nothing,
            Turn::Theirs | Turn::Free => Ok(None),
            // What it brought came perhaps after the first look.
            Turn::Over if self.take_shared().await? => Ok(Some(Ok(()))),
            Turn::Over => nothing,
        }
    }

    /// Takes what another replica has fetched, if that is newer and holds here too: the store is trusted no more
    /// than the wire. Whether something else is held now.
    async fn take_shared(&self) -> Result<bool, SealedStoreError> {
        let Some((at, digest)) = self.keys.newest(&self.ports).await? else { return Ok(false) };
        let former = {
            let mut state = self.lock();
            let is_old = state.held.as_ref().is_some_and(|held| at <= held.at);
            if is_old || state.not_taken == Some(at) {
                return Ok(false);
            }
            if let Some(held) = state.held.as_mut().filter(|held| held.digest == digest) {
                held.at = at;
                let failed = state.failed.take().is_some();
                drop(state);
                if failed {
                    self.tell(|news| news.outcome = Some(Ok(())));
                }
                return Ok(false);
            }
            state.held.as_ref().map(|held| held.known.clone())
        };
        let Some(shared) = self.keys.document(&self.ports, at).await? else { return Ok(false) };
        match self.judged(&shared.document, former.as_deref()) {
            Ok(known) => {
                self.hold(shared.at, shared.digest, known);
                Ok(true)
            }
            Err(error) => {
                self.lock().not_taken = Some(at);
                self.tell(|news| news.outcome = Some(Err(error)));
                Ok(false)
            }
        }
    }

    async fn fetch_for_all(&self, purpose: Purpose) -> Result<(), NoNewerMetadata> {
        let knew = self.known().is_some();
        let fetched = self.fetch().await;
        let pause = match &fetched {
            Ok((document, known)) => {
                let published = self.keys.publish(&self.ports, document).await;
                // Others fetch for themselves then.
                let at = published.unwrap_or_else(|_| self.ports.clock.now());
                self.hold(at, sha256(document), known.clone());
                ATTEMPT_LIFE
            }
            Err(_) => {
                if knew {
                    ATTEMPT_LIFE
                } else {
                    FIRST_ATTEMPT_LIFE
                }
            }
        };
        self.keys.end(&self.ports, purpose, pause).await;
        fetched.map(drop).map_err(NoNewerMetadata::NotFetched)
    }

    /// Without a store that says whose turn it is. Each replica keeps to the same pauses by itself.
    async fn fetch_alone(&self, purpose: Purpose) -> Result<(), NoNewerMetadata> {
        let now = self.ports.clock.now();
        if let Some(error) = self.failed_lately(now) {
            return Err(NoNewerMetadata::NotFetched(error));
        }
        match purpose {
            Purpose::Due if self.is_young() => return Err(NoNewerMetadata::AskedLately),
            Purpose::Due => {}
            Purpose::Wanted => {
                let mut state = self.lock();
                if state.sought.is_some_and(|at| within(AGAIN, at, now)) {
                    return Err(NoNewerMetadata::AskedLately);
                }
                state.sought = Some(now);
            }
        }
        let (document, known) = self.fetch().await?;
        self.hold(now, sha256(&document), known);
        Ok(())
    }

    /// Fetches and judges it. What is wrong is remembered and told.
    async fn fetch(&self) -> Result<(Vec<u8>, Arc<KnownIdentityProvider>), MetadataFetchError> {
        let former = self.known();
        let document = self.settings.fetch_document(self.http.as_ref()).await;
        let judged = document
            .and_then(|document| Ok((self.judged(&document, former.as_deref())?, document)));
        match judged {
            Ok((known, document)) => Ok((document, known)),
            Err(error) => {
                self.lock().failed = Some((self.ports.clock.now(), error));
                self.tell(|news| news.outcome = Some(Err(error)));
                Err(error)
            }
        }
    }

    /// What a document makes, whoever it comes from.
    fn judged(
        &self,
        document: &[u8],
        former: Option<&KnownIdentityProvider>,
    ) -> Result<Arc<KnownIdentityProvider>, MetadataFetchError> {
        let newer = self.settings.read(document, self.ports.clock.now())?;
        if let Some(former) = former {
            newer.changes_of(&former.description, &self.settings.hosts)?;
        }
        Ok(Arc::new(KnownIdentityProvider::new(newer, &self.make)?))
    }

    fn hold(&self, at: Timestamp, digest: [u8; 32], known: Arc<KnownIdentityProvider>) {
        {
            let mut state = self.lock();
            state.held = Some(Held { at, digest, known });
            (state.failed, state.not_taken) = (None, None);
        }
        self.tell(|news| news.outcome = Some(Ok(())));
    }

    /// Whether it was fetched so lately that nobody has to ask.
    fn is_young(&self) -> bool {
        let state = self.lock();
        let Some(held) = &state.held else { return false };
        let age = held.known.description.refresh_within().unwrap_or(REFRESH);
        within(age, held.at, self.ports.clock.now())
    }

    fn tell(&self, news: impl FnOnce(&mut MetadataNews)) {
        let waker = {
            let mut state = self.lock();
            news(&mut state.news);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// A panic elsewhere leaves a whole entry behind, or none.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn under_way(&mut self, purpose: Purpose) -> &mut Option<WeakShared<Looking>> {
        match purpose {
            Purpose::Due => &mut self.due,
            Purpose::Wanted => &mut self.wanted,
        }
    }
}

/// How long nobody asks after an attempt in vain.
fn pause_after_failure(knows: bool) -> SignedDuration {
    let pause = if knows { ATTEMPT_LIFE } else { FIRST_ATTEMPT_LIFE };
    SignedDuration::try_from(pause).unwrap_or(AGAIN)
}

/// Whether `at` is less than `pause` ago. After a clock that was set back, nothing is.
fn within(pause: SignedDuration, at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..pause).contains(&now.duration_since(at))
}

/// As for all replicas together.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// How long a login waits: a person who sees nothing happen for longer loads the page again.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often whoever waits looks for what another replica fetches.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Longer than a request may take.
const LOOKS: usize = 110;
