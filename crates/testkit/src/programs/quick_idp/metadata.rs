//! The metadata of the quick identity provider, and a server that publishes it or whatever a test says.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use jiff::{SignedDuration, Timestamp};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{IdentityProviderMetadata, metadata_signature};

use crate::keys::KeyPair;
use crate::test_dir::QUICK_IDP;

/// Metadata that names these keys, unsigned.
#[must_use]
pub fn quick_metadata(keys: &[&KeyPair]) -> String {
    let signing: Vec<_> = keys.iter().map(|key| key.certificate()).collect();
    let document = IdentityProviderMetadata {
        entity_id: QUICK_IDP,
        sso_url: "https://idp.example/sso",
        signing: &signing,
        want_authn_requests_signed: true,
        name_id_formats: &[],
    };
    document.to_xml()
}

/// The document with an end so far away, signed.
///
/// # Panics
/// When it is no document of [`quick_metadata`].
#[must_use]
pub fn signed_metadata(document: &str, signer: &KeyPair, life: SignedDuration) -> String {
    #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
    let end = Timestamp::now().checked_add(life).unwrap();
    let ended = format!(" ID=\"_metadata\" validUntil=\"{end}\" entityID=");
    let document = document.replacen(" entityID=", &ended, 1);
    let key = signer.signing(SignatureAlgorithm::RsaSha256);
    let to_sign = metadata_signature(&document, key.credential()).unwrap();
    let signature = key.sign(to_sign.octets()).unwrap();
    to_sign.signed(&signature)
}

/// A server of metadata at a free loopback port, in a thread of its own.
#[derive(Debug)]
pub struct MetadataServer {
    address: SocketAddr,
    published: Arc<Published>,
}

#[derive(Debug, Default)]
struct Published {
    /// Nothing is there while it is `None`.
    document: Mutex<Option<String>>,
    asked: AtomicUsize,
}

impl MetadataServer {
    /// One that publishes this.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(document: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        let address = listener.local_addr().unwrap();
        let published = Arc::new(Published::default());
        *published.document.lock().unwrap() = Some(document);
        let kept = published.clone();
        // It ends with the test.
        thread::spawn(move || {
            for line in listener.incoming() {
                let Ok(mut line) = line else { continue };
                let mut head = vec![];
                let mut octet = [0];
                while !head.ends_with(b"\r\n\r\n") && line.read_exact(&mut octet).is_ok() {
                    head.push(octet[0]);
                }
                kept.asked.fetch_add(1, Ordering::SeqCst);
                let document = kept.document.lock().unwrap().clone();
                let status = if document.is_some() { "200 OK" } else { "503 Service Unavailable" };
                let body = document.unwrap_or_default();
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                // The replica may have gone.
                let _ = line.write_all(answer.as_bytes());
            }
        });
        Self { address, published }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/metadata", self.address)
    }

    /// Publishes something else from now on.
    ///
    /// # Panics
    /// When another thread of it has panicked.
    pub fn publish(&self, document: String) {
        *self.published.document.lock().unwrap() = Some(document);
    }

    /// Answers with an error from now on.
    ///
    /// # Panics
    /// When another thread of it has panicked.
    pub fn go_down(&self) {
        *self.published.document.lock().unwrap() = None;
    }

    /// How often it was asked.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.published.asked.load(Ordering::SeqCst)
    }
}
