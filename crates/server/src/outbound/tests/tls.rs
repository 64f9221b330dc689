//! Whose certificate is accepted, and what is no connection.

use std::env;
use std::net::SocketAddr;

use silta_testkit::test_dir::TestDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};

use super::*;

/// What comes of a request to this server by a client that trusts this authority.
async fn refused(server: &ScriptedServer, trusted: &Authority) -> OutboundHttpError {
    refused_at(server.address(), trusted, BOUNDS).await
}

async fn refused_at(address: SocketAddr, trusted: &Authority, bounds: Bounds) -> OutboundHttpError {
    let client = client(trusted, Loopback::Allowed, Names::leading_to(&[HERE]), bounds);
    let url = url(&format!("https://{NAME}:{}/", address.port()));
    client.send(&get(&url)).await.unwrap_err()
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let pair = Authority::new("Test CA").server(&[NAME]);
    let server = ScriptedServer::with_tls(&pair, &[ok("", "{}")]);
    let other = Authority::new("Test CA");
    assert_eq!(refused(&server, &other).await, OutboundHttpError::CertificateRefused);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new("Test CA");
    for names in [["evil.example"].as_slice(), &["sub.op.example"], &["127.0.0.1", "localhost"]] {
        let server = ScriptedServer::with_tls(&authority.server(names), &[ok("", "{}")]);
        let refused = refused(&server, &authority).await;
        assert_eq!(refused, OutboundHttpError::CertificateRefused, "{names:?}");
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    // As many servers do, it speaks first.
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let greet = async {
        let (mut line, _) = listener.accept().await.unwrap();
        line.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
        let mut heard = Vec::new();
        // The client hangs up, in one way or the other.
        let _ = line.read_to_end(&mut heard).await;
        heard
    };
    let authority = Authority::new("Test CA");
    let (refused, heard) = tokio::join!(refused_at(address, &authority, BOUNDS), greet);
    assert_eq!(refused, OutboundHttpError::TlsFailed);
    assert!(!heard.windows(4).any(|octets| octets == b"HTTP"));
}

#[tokio::test]
async fn a_server_that_never_finishes_the_handshake_is_no_connection() {
    let server = ScriptedServer::plain(&[]);
    let bounds = Bounds { connect: BRIEF, ..BOUNDS };
    let refused = refused_at(server.address(), &Authority::new("Test CA"), bounds).await;
    assert_eq!(refused, OutboundHttpError::NoConnection);
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told_as_such() {
    // Bound and never listening: no other test gets this port.
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind((HERE, 0).into()).unwrap();
    let address = taken.local_addr().unwrap();
    let refused = refused_at(address, &Authority::new("Test CA"), BOUNDS).await;
    assert_eq!(refused, OutboundHttpError::NobodyListens);
}

#[tokio::test]
async fn the_machines_own_authorities_are_those_that_ssl_cert_file_names() {
    if let Ok(address) = env::var(SERVER) {
        let roots = Roots::of_machine().unwrap();
        let client = HttpsClient::new(&roots, Loopback::Allowed).unwrap();
        let response = client.send(&get(&url(&address))).await.unwrap();
        return assert_eq!(response.body, b"{}");
    }
    let authority = Authority::new("Test CA");
    let pair = authority.server(&["localhost"]);
    let server = ScriptedServer::with_tls(&pair, &[ok("", "{}")]);
    let place = TestDir::new();
    let file = place.write("ca.pem", authority.certificate_pem());
    let address = format!("https://localhost:{}/", server.address().port());
    run_again(
        "tls::the_machines_own_authorities_are_those_that_ssl_cert_file_names",
        &[(SERVER, &address), ("SSL_CERT_FILE", file.to_str().unwrap())],
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_machine_without_authorities_is_told_what_to_do() {
    if env::var(SERVER).is_ok() {
        let none = Roots::of_machine().unwrap_err();
        assert_eq!(none, HttpsClientError::NoRoots);
        return assert!(none.to_string().contains("SSL_CERT_FILE"), "{none}");
    }
    let place = TestDir::new();
    let file = place.write("ca.pem", "");
    run_again(
        "tls::a_machine_without_authorities_is_told_what_to_do",
        &[(SERVER, "none"), ("SSL_CERT_FILE", file.to_str().unwrap())],
    );
}

/// Set in the second process alone: where the server is.
const SERVER: &str = "SILTA_TEST_SERVER";
