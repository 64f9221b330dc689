//! TLS for servers on this machine.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::keys::KeyPair;

/// TLS as the server of `pair`, and no protocol but HTTP/1.1.
pub(crate) fn acceptor(pair: &KeyPair) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(&pair.certificate_pem()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&pair.key_pem()).unwrap();
    let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}
