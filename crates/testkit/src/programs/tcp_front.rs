//! A TCP load balancer: one address, and replicas behind it that change.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener as Listener, TcpStream};
use tokio::runtime;
use tokio::sync::watch;

/// A TCP front at a free loopback port, in a thread of its own; dropping it closes it.
#[derive(Debug)]
pub struct TcpFront {
    address: SocketAddr,
    replicas: watch::Sender<Vec<SocketAddr>>,
}

impl TcpFront {
    /// A front without replicas yet.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (replicas, changes) = watch::channel(vec![]);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, changes));
        });
        Self { address, replicas }
    }

    /// `http://127.0.0.1:port`, for `public_url`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Routes connections to these replicas in turn, and closes those to others.
    pub fn route_to(&self, replicas: &[SocketAddr]) {
        self.replicas.send_replace(replicas.to_vec());
    }
}

async fn serve(listener: TcpListener, mut replicas: watch::Receiver<Vec<SocketAddr>>) {
    let listener = Listener::from_std(listener).unwrap();
    for turn in 0_usize.. {
        let accepted = loop {
            tokio::select! {
                accepted = listener.accept() => break accepted,
                changed = replicas.changed() => if changed.is_err() { return },
            }
        };
        let behind = replicas.borrow_and_update().clone();
        let (Ok((client, _)), false) = (accepted, behind.is_empty()) else { continue };
        let replica = behind[turn % behind.len()];
        let mut switched = replicas.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = carry(client, replica) => {}
                _ = switched.changed() => {}
            }
        });
    }
}

/// Whoever breaks the connection, the other side sees it end.
async fn carry(mut client: TcpStream, replica: SocketAddr) {
    if let Ok(mut replica) = TcpStream::connect(replica).await {
        let _ = copy_bidirectional(&mut client, &mut replica).await;
    }
}
