//! Which certificate authorities are trusted, and the TLS that follows from them.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

use super::HttpsClientError;

/// The authorities whose certificates are accepted. There is no way to accept others.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Arc<RootCertStore>);

impl Roots {
    /// The root certificates of this machine, or of the file that `SSL_CERT_FILE` names, as for
    /// Redis and AWS. Those that cannot be read are left out: machines have old ones.
    ///
    /// # Errors
    /// [`HttpsClientError::NoRoots`] when none is left.
    pub(crate) fn of_machine() -> Result<Self, HttpsClientError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() { Err(HttpsClientError::NoRoots) } else { Ok(roots.into()) }
    }

    /// TLS 1.2 or 1.3, without client certificates, for HTTP/1.1 alone.
    pub(super) fn tls(&self) -> Result<ClientConfig, HttpsClientError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| HttpsClientError::NoClient)?
            .with_root_certificates(self.0.clone())
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(tls)
    }
}

impl From<RootCertStore> for Roots {
    fn from(roots: RootCertStore) -> Self {
        Self(Arc::new(roots))
    }
}
