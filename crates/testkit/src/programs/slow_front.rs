//! A TCP front whose server seems slow: it holds back what the server answers.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener as Listener, TcpStream};
use tokio::runtime;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// A front of one server at a free loopback port, in a thread of its own; dropping it closes it.
#[derive(Debug)]
pub struct SlowFront {
    address: SocketAddr,
    delay: watch::Sender<Duration>,
}

impl SlowFront {
    /// A front of `server` that holds back nothing yet.
    #[must_use]
    pub fn of(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (delay, changes) = watch::channel(Duration::ZERO);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, server, changes));
        });
        Self { address, delay }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on answers come so much later, those too that are on their way.
    pub fn slow_by(&self, delay: Duration) {
        self.delay.send_replace(delay);
    }
}

async fn serve(listener: TcpListener, server: SocketAddr, delay: watch::Receiver<Duration>) {
    let listener = Listener::from_std(listener).unwrap();
    let mut open = delay.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            closed = open.changed() => if closed.is_err() { return } else { continue },
        };
        let Ok((client, _)) = accepted else { continue };
        let delay = delay.clone();
        tokio::spawn(async move {
            let Ok(server) = TcpStream::connect(server).await else { return };
            let (from_server, mut to_server) = server.into_split();
            let (mut from_client, to_client) = client.into_split();
            // Whoever breaks the connection, the other side sees it end.
            tokio::select! {
                _ = copy(&mut from_client, &mut to_server) => {}
                () = hold_back(from_server, to_client, delay) => {}
            }
        });
    }
}

async fn hold_back(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut delay: watch::Receiver<Duration>,
) {
    let (come, mut coming) = mpsc::unbounded_channel();
    let read = async {
        let mut octets = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut octets).await {
            let _ = come.send((Instant::now(), octets[..count].to_vec()));
        }
    };
    let write = async {
        while let Some((came, octets)) = coming.recv().await {
            loop {
                let due = came + *delay.borrow_and_update();
                tokio::select! {
                    () = sleep_until(due) => break,
                    changed = delay.changed() => if changed.is_err() { return },
                }
            }
            if to.write_all(&octets).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = read => {}
        () = write => {}
    }
}
