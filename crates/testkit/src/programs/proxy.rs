//! A reverse proxy in front of one replica that says who asked, and believes nobody: it appends the
//! address of its client to `X-Forwarded-For`, streams bodies both ways, and limits nothing.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener as Listener;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::balancer::forward::Forward;
use crate::balancer::targets::Targets;
use crate::deadline::DEADLINE;

/// A proxy at a free loopback port, in a thread of its own. Dropping it closes it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    _open: oneshot::Sender<()>,
}

impl Proxy {
    /// A proxy in front of `replica`.
    #[must_use]
    pub fn start(replica: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (open, closed) = oneshot::channel();
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, replica) => {}
                    _ = closed => {}
                }
            });
        });
        Self { address, _open: open }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn serve(listener: TcpListener, replica: SocketAddr) {
    let listener = Listener::from_std(listener).unwrap();
    let forward = Arc::new(Forward::new(Targets::only(replica), DEADLINE));
    loop {
        let Ok((line, client)) = listener.accept().await else { continue };
        // A head and its body are written one after the other: held back, each would cost 40 ms.
        let _ = line.set_nodelay(true);
        let forward = forward.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| async {
                Ok::<_, Infallible>(forward.on(request, client.ip()).await)
            });
            // A client may go away at any time.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(line), answer).await;
        });
    }
}
