//! AWS's VPN client: it listens on the person's own machine for what the browser posts.

use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener as Listener;
use tokio::runtime;
use tokio::sync::oneshot;
use url::form_urlencoded;

use crate::deadline::DEADLINE;

/// A client at a free loopback port, in a thread of its own. Dropping it closes it.
#[derive(Debug)]
pub struct VpnClient {
    address: SocketAddr,
    posted: Arc<Mutex<Vec<PostedResponse>>>,
    _open: oneshot::Sender<()>,
}

/// What a browser posted. `Debug` does not show the person.
#[derive(Clone, PartialEq, Eq)]
pub struct PostedResponse {
    /// The field `SAMLResponse`.
    pub saml_response: String,
    /// The field `RelayState`, if there was one.
    pub relay_state: Option<String>,
}

impl fmt::Debug for PostedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostedResponse({} octets)", self.saml_response.len())
    }
}

impl VpnClient {
    /// A client that says to the person that they may close the window.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (open, closed) = oneshot::channel();
        let posted = Arc::new(Mutex::new(vec![]));
        let kept = posted.clone();
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, kept) => {}
                    _ = closed => {}
                }
            });
        });
        Self { address, posted, _open: open }
    }

    /// Its ACS URL, without a path as the real one's.
    #[must_use]
    pub fn acs_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was posted so far.
    ///
    /// # Panics
    /// When its thread did.
    #[must_use]
    pub fn posted(&self) -> Vec<PostedResponse> {
        self.posted.lock().unwrap().clone()
    }

    /// Waits for the first that is posted.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn wait_for_post(&self) -> PostedResponse {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(first) = self.posted().into_iter().next() {
                return first;
            }
            assert!(Instant::now() < deadline, "nothing is posted to the client in time");
            thread::sleep(POLL);
        }
    }
}

async fn serve(listener: TcpListener, posted: Arc<Mutex<Vec<PostedResponse>>>) {
    let listener = Listener::from_std(listener).unwrap();
    loop {
        let Ok((line, _)) = listener.accept().await else { continue };
        let posted = posted.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| answer(request, &posted));
            // A browser may go away at any time.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(line), answer).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    posted: &Mutex<Vec<PostedResponse>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let response = Response::builder();
    if request.method() != Method::POST {
        let missing = response.status(StatusCode::NOT_FOUND).body(Full::default());
        return Ok(missing.unwrap());
    }
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    let body = body.unwrap_or_default();
    let field = |name: &str| {
        let mut fields = form_urlencoded::parse(&body);
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let saml_response = field("SAMLResponse").unwrap_or_default();
    posted.lock().unwrap().push(PostedResponse { saml_response, relay_state: field("RelayState") });
    let answer = response.header("content-type", "text/html; charset=utf-8");
    Ok(answer.body(Full::from("<p>Authentication details received. Close this window.")).unwrap())
}

const POLL: Duration = Duration::from_millis(5);
