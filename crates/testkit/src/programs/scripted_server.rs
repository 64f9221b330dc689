//! An HTTP server that answers every request by one script, however wrong that is: octets, silence,
//! or octets without end.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener as Listener;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::keys::KeyPair;
use crate::programs::tls;

/// One step of an answer.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes these octets.
    Write(Vec<u8>),
    /// Writes these octets again and again, until the client goes.
    WriteForever(Vec<u8>),
    /// Writes these octets again and again with a pause before each, until the client goes.
    Trickle(Vec<u8>),
    /// Writes nothing, until the client goes.
    Hold,
    /// Closes the connection.
    Close,
}

/// A server at a free loopback port, in a thread of its own. Dropping it closes it.
#[derive(Debug)]
pub struct ScriptedServer {
    address: SocketAddr,
    seen: Arc<Seen>,
    _open: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

impl ScriptedServer {
    /// A server that proves with `pair` who it is.
    #[must_use]
    pub fn with_tls(pair: &KeyPair, script: &[Step]) -> Self {
        Self::start(Some(tls::acceptor(pair)), script)
    }

    /// A server without TLS. To a client that begins a handshake it never says anything.
    #[must_use]
    pub fn plain(script: &[Step]) -> Self {
        Self::start(None, script)
    }

    fn start(tls: Option<TlsAcceptor>, script: &[Step]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (open, closed) = oneshot::channel();
        let seen = Arc::new(Seen::default());
        let (script, kept) = (Arc::from(script), seen.clone());
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, tls, script, kept) => {}
                    _ = closed => {}
                }
            });
        });
        Self { address, seen, _open: open }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections came, with or without a request.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::Relaxed)
    }

    /// Every request that came, head and body as they were sent.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    script: Arc<[Step]>,
    seen: Arc<Seen>,
) {
    let listener = Listener::from_std(listener).unwrap();
    loop {
        let Ok((line, _)) = listener.accept().await else { continue };
        seen.connections.fetch_add(1, Ordering::Relaxed);
        let (tls, script, seen) = (tls.clone(), script.clone(), seen.clone());
        tokio::spawn(async move {
            match tls {
                None => converse(line, &script, &seen).await,
                // Whoever does not get through the handshake is as good as gone.
                Some(tls) => {
                    if let Ok(line) = tls.accept(line).await {
                        converse(line, &script, &seen).await;
                    }
                }
            }
        });
    }
}

/// Answers requests until the client goes.
async fn converse(mut line: impl AsyncRead + AsyncWrite + Unpin, script: &[Step], seen: &Seen) {
    while let Some(request) = read_request(&mut line).await {
        seen.requests.lock().unwrap().push(request);
        for step in script {
            if perform(&mut line, step).await.is_none() {
                return;
            }
        }
    }
}

/// `None` when the connection is over.
async fn perform(line: &mut (impl AsyncRead + AsyncWrite + Unpin), step: &Step) -> Option<()> {
    match step {
        Step::Write(octets) => write(line, octets).await,
        Step::WriteForever(octets) => loop {
            write(line, octets).await?;
        },
        Step::Trickle(octets) => loop {
            tokio::time::sleep(PAUSE).await;
            write(line, octets).await?;
        },
        Step::Hold => {
            // A client that has nothing more to say is read until it goes.
            while line.read_u8().await.is_ok() {}
            None
        }
        Step::Close => {
            // The client may have gone first.
            let _ = line.shutdown().await;
            None
        }
    }
}

async fn write(line: &mut (impl AsyncWrite + Unpin), octets: &[u8]) -> Option<()> {
    line.write_all(octets).await.ok()?;
    line.flush().await.ok()
}

/// The next request; `None` when the client has gone.
async fn read_request(line: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(line.read_u8().await.ok()?);
    }
    let mut request = String::from_utf8_lossy(&head).into_owned();
    let length = request.to_ascii_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length:").and_then(|value| value.trim().parse().ok())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    line.read_exact(&mut body).await.ok()?;
    request.push_str(&String::from_utf8_lossy(&body));
    Some(request)
}

/// Often enough that an idle time-out would never end it.
const PAUSE: Duration = Duration::from_millis(20);
