//! Our metadata for an identity provider, as whoever asks gets it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use silta_broker::UpstreamName;
use silta_broker::ports::Clock;
use tokio::sync::Mutex;
use tracing::error;

use crate::config::upstreams::{SpMetadata, UnsignedMetadataError};

/// The document, which is made when somebody first asks, and anew while it holds for long yet: it says until when,
/// and a signature costs a private operation, so not everybody who asks gets another.
pub(crate) struct PublishedMetadata {
    upstream: UpstreamName,
    content: SpMetadata,
    clock: Arc<dyn Clock>,
    last: Mutex<Last>,
}

/// What became of it.
#[derive(Default)]
struct Last {
    made: Option<(Timestamp, String)>,
    failed: Option<(Timestamp, Arc<UnsignedMetadataError>)>,
}

impl PublishedMetadata {
    pub(crate) fn new(upstream: UpstreamName, content: SpMetadata, clock: Arc<dyn Clock>) -> Self {
        Self { upstream, content, clock, last: Mutex::default() }
    }

    /// The document. Where it cannot be signed now, which is tried and told once a minute, the last one stays until
    /// its end.
    ///
    /// # Errors
    /// [`UnsignedMetadataError`].
    pub(crate) async fn document(&self) -> Result<String, Arc<UnsignedMetadataError>> {
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        // `part` of what it holds for has not gone by since then.
        let is_within = |part: i32, made: Timestamp| {
            let valid_for = self.content.valid_for();
            valid_for.is_none_or(|all| now.duration_since(made) < all / part)
        };
        let made = |part| {
            let made = last.made.as_ref().filter(|(made, _)| is_within(part, *made));
            made.map(|(_, document)| document.clone())
        };
        if let Some(document) = made(RENEWED_AFTER) {
            return Ok(document);
        }
        let while_it_holds = made(1);
        if let Some((_, error)) = last.failed.as_ref().filter(|(at, _)| is_lately(*at, now)) {
            return while_it_holds.ok_or_else(|| error.clone());
        }
        match self.content.published(now).await {
            Ok(document) => {
                *last = Last { made: Some((now, document.clone())), failed: None };
                Ok(document)
            }
            Err(error) => {
                error!(upstream = %self.upstream, %error, "our metadata cannot be signed");
                let error = Arc::new(error);
                last.failed = Some((now, error.clone()));
                while_it_holds.ok_or(error)
            }
        }
    }
}

/// Whoever asks must not make the key sign, or the log grow, each time.
fn is_lately(at: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..AGAIN).contains(&now.duration_since(at))
}

const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Whoever fetches it has three quarters of the time that it holds for.
const RENEWED_AFTER: i32 = 4;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Mutex as StdMutex;

    use async_trait::async_trait;
    use silta_broker::ports::{Signer, SignerError};
    use silta_saml::algorithm::SignatureAlgorithm;
    use silta_testkit::clock::FixedClock;
    use silta_testkit::forge::NOON;
    use silta_testkit::keys::SP;

    use super::*;

    /// A key that counts, and fails when it is told to.
    #[derive(Debug, Default)]
    struct CountingKey(StdMutex<(usize, bool)>);

    #[async_trait]
    impl Signer for CountingKey {
        async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignerError> {
            let mut state = self.0.lock().unwrap();
            state.0 += 1;
            if state.1 { Err(SignerError::Service) } else { Ok(vec![1; 256]) }
        }
    }

    fn published(
        valid_for: Option<SignedDuration>,
    ) -> (PublishedMetadata, Arc<FixedClock>, Arc<CountingKey>) {
        let (clock, key) = (Arc::new(FixedClock::at(NOON)), Arc::new(CountingKey::default()));
        let credential = SP.signing(SignatureAlgorithm::RsaSha256).credential().clone();
        let content = SpMetadata::signed_by(credential, key.clone(), valid_for);
        {
            let upstream = UpstreamName::parse("idp").unwrap();
            (PublishedMetadata::new(upstream, content, clock.clone()), clock, key)
        }
    }

    #[actix_web::test]
    async fn a_document_is_signed_once_for_a_quarter_of_its_time() {
        let (metadata, clock, key) = published(Some(SignedDuration::from_hours(24)));
        let first = metadata.document().await.unwrap();
        clock.set(NOON + SignedDuration::new(6 * 3600 - 1, 0));
        assert_eq!(metadata.document().await.unwrap(), first);
        assert_eq!(key.0.lock().unwrap().0, 1);
        clock.set(NOON + SignedDuration::from_hours(6));
        let second = metadata.document().await.unwrap();
        assert!(first.contains("validUntil=\"2026-11-22T12:00:00Z\""), "{first}");
        assert!(second.contains("validUntil=\"2026-11-22T18:00:00Z\""), "{second}");
        assert_eq!(key.0.lock().unwrap().0, 2);
    }

    #[actix_web::test]
    async fn a_document_without_an_end_is_signed_once() {
        let (metadata, clock, key) = published(None);
        let first = metadata.document().await.unwrap();
        clock.set(NOON + SignedDuration::from_hours(100_000));
        assert_eq!(metadata.document().await.unwrap(), first);
        assert_eq!(key.0.lock().unwrap().0, 1);
    }

    #[actix_web::test]
    async fn the_last_document_stays_while_the_key_does_not_sign_and_no_longer_than_it_holds() {
        let (metadata, clock, key) = published(Some(SignedDuration::from_hours(24)));
        key.0.lock().unwrap().1 = true;
        let refused = metadata.document().await.unwrap_err();
        assert!(matches!(*refused, UnsignedMetadataError::Signer(SignerError::Service)));
        key.0.lock().unwrap().1 = false;
        clock.set(NOON + SignedDuration::from_mins(1));
        let first = metadata.document().await.unwrap();
        key.0.lock().unwrap().1 = true;
        let made = NOON + SignedDuration::from_mins(1);
        clock.set(made + SignedDuration::new(24 * 3600 - 1, 0));
        assert_eq!(metadata.document().await.unwrap(), first);
        clock.set(made + SignedDuration::from_hours(25));
        let refused = metadata.document().await.unwrap_err();
        assert!(matches!(*refused, UnsignedMetadataError::Signer(SignerError::Service)));
    }

    #[actix_web::test]
    async fn a_key_that_does_not_sign_is_asked_once_a_minute_whoever_fetches() {
        let (metadata, clock, key) = published(None);
        key.0.lock().unwrap().1 = true;
        for seconds in [0, 1, 59] {
            clock.set(NOON + SignedDuration::from_secs(seconds));
            let refused = metadata.document().await.unwrap_err();
            assert!(matches!(*refused, UnsignedMetadataError::Signer(SignerError::Service)));
        }
        assert_eq!(key.0.lock().unwrap().0, 1);
        clock.set(NOON + SignedDuration::from_secs(60));
        metadata.document().await.unwrap_err();
        assert_eq!(key.0.lock().unwrap().0, 2);
    }
}
