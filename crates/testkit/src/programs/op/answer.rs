//! An answer that a test tells the provider to give.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use serde_json::Value;

/// An answer, as wrong as a test wants it.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    never: bool,
}

impl Answer {
    /// JSON with the status 200.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self::status(200).with_json(body)
    }

    /// An empty answer of this status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: vec![], body: vec![], never: false }
    }

    /// The same with this body as JSON.
    #[must_use]
    pub fn with_json(self, body: &Value) -> Self {
        self.with_body("application/json", body.to_string())
    }

    /// The same with this body.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with_header("content-type", content_type)
    }

    /// The same with one header more.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// No answer at all, for as long as the client waits.
    #[must_use]
    pub fn never() -> Self {
        Self { never: true, ..Self::status(200) }
    }

    pub(super) async fn give(self) -> Response<Full<Bytes>> {
        if self.never {
            std::future::pending::<()>().await;
        }
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(Full::from(self.body)).unwrap()
    }
}
