//! How a relying party reaches a provider without the browser.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, Url};
use serde_json::{Map, Value};

/// The network of a relying party: one call, one answer.
///
/// [`Client`] is the real one, though it adds `Accept: */*` to a call that names nothing; a script
/// in its place makes every rule testable without a port.
#[async_trait]
pub trait BackChannel: Send + Sync {
    /// Makes one call.
    ///
    /// # Errors
    /// [`CallError::TimedOut`] or [`CallError::Unreachable`].
    async fn send(&self, call: Call) -> Result<Answer, CallError>;
}

/// One call to a provider. `Debug` shows neither headers nor form: they hold secrets and tokens.
#[derive(Clone)]
pub struct Call {
    /// GET or POST.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// Headers beside those that HTTP needs; names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The form in its body; without fields there is no body.
    pub form: Vec<(&'static str, String)>,
}

/// What came back. `Debug` does not show the body.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`, or nothing.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a call brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallError {
    /// It took more than five seconds, the load balancer's limit for one call.
    TimedOut,
    /// No connection, no trust in the certificate, or a connection that broke.
    Unreachable,
    /// The status is not 2xx.
    Status(u16),
    /// The body is no JSON object, or `Content-Type` does not say so.
    NotJson,
}

impl Call {
    /// A GET.
    #[must_use]
    pub fn get(url: &Url) -> Self {
        Self { method: Method::GET, url: url.clone(), headers: vec![], form: vec![] }
    }

    /// A POST of a form.
    #[must_use]
    pub fn post(url: &Url, form: Vec<(&'static str, String)>) -> Self {
        Self { method: Method::POST, url: url.clone(), headers: vec![], form }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with an access token [RFC 6750 §2.1].
    #[must_use]
    pub fn bearing(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.iter().find(|(key, _)| *key == name)?.1.as_str())
    }

    /// The value of a field of the form.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        Some(self.form.iter().find(|(key, _)| *key == name)?.1.as_str())
    }
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The JSON object that a good answer holds.
    ///
    /// # Errors
    /// [`CallError::Status`] or [`CallError::NotJson`].
    pub fn object(&self) -> Result<Map<String, Value>, CallError> {
        if self.is_success() { self.json() } else { Err(CallError::Status(self.status)) }
    }

    /// The JSON object, whatever the status.
    ///
    /// # Errors
    /// [`CallError::NotJson`].
    pub fn json(&self) -> Result<Map<String, Value>, CallError> {
        let media_type = self.content_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(CallError::NotJson);
        }
        serde_json::from_slice(&self.body).map_err(|_| CallError::NotJson)
    }
}

#[async_trait]
impl BackChannel for Client {
    async fn send(&self, call: Call) -> Result<Answer, CallError> {
        send_within(PATIENCE, self, call).await
    }
}

async fn send_within(patience: Duration, http: &Client, call: Call) -> Result<Answer, CallError> {
    let mut request = http.request(call.method, call.url).timeout(patience);
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    if !call.form.is_empty() {
        request = request.form(&call.form);
    }
    let answer = request.send().await.map_err(failed)?;
    let content_type = answer.headers().get(CONTENT_TYPE);
    let content_type = content_type.map(|value| value.to_str().unwrap_or_default().to_owned());
    let (status, content_type) = (answer.status().as_u16(), content_type.unwrap_or_default());
    Ok(Answer { status, content_type, body: answer.bytes().await.map_err(failed)?.to_vec() })
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it away")]
fn failed(error: reqwest::Error) -> CallError {
    if error.is_timeout() { CallError::TimedOut } else { CallError::Unreachable }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.method, self.url.path())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} {:?}, {} octets)", self.status, self.content_type, self.body.len())
    }
}

const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    async fn listener() -> (TcpListener, Url) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        (listener, url.parse().unwrap())
    }

    fn http() -> Client {
        Client::builder().no_proxy().build().unwrap()
    }

    #[tokio::test]
    async fn sends_what_the_call_says_and_reads_the_answer() {
        let (listener, url) = listener().await;
        let peer = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = vec![];
            while !heard.ends_with(b"a=b+%26") {
                let mut part = [0; 1024];
                let read = stream.read(&mut part).await.unwrap();
                heard.extend_from_slice(&part[..read]);
            }
            let answer = "HTTP/1.1 201 Created\r\ncontent-type: application/json;charset=UTF-8\r\n\
                          content-length: 7\r\n\r\n{\"x\":1}";
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(heard).unwrap()
        });
        let call = Call::post(&url, vec![("a", "b &".to_owned())]).bearing("t");
        assert_eq!(format!("{call:?}"), "Call(POST /token)");
        let answer = http().send(call).await.unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(answer.object().unwrap()["x"], 1);
        let heard = peer.await.unwrap();
        assert!(heard.starts_with("POST /token HTTP/1.1\r\n"), "{heard}");
        assert!(heard.contains("authorization: Bearer t\r\n"), "{heard}");
        assert!(heard.contains("content-type: application/x-www-form-urlencoded\r\n"), "{heard}");
    }

    #[tokio::test]
    async fn tells_a_peer_that_is_silent_from_one_that_is_not_there() {
        let (listener, url) = listener().await;
        let silent = send_within(Duration::from_millis(50), &http(), Call::get(&url)).await;
        assert_eq!(silent.unwrap_err(), CallError::TimedOut);
        drop(listener);
        assert_eq!(http().send(Call::get(&url)).await.unwrap_err(), CallError::Unreachable);
    }

    #[test]
    fn believes_only_a_good_status_and_what_calls_itself_json() {
        let answer = |status: u16, content_type: &str, body: &str| {
            let (content_type, body) = (content_type.to_owned(), body.as_bytes().to_vec());
            Answer { status, content_type, body }.object()
        };
        assert_eq!(answer(200, "application/json", "{}"), Ok(Map::new()));
        assert_eq!(answer(302, "application/json", "{}"), Err(CallError::Status(302)));
        assert_eq!(answer(200, "application/jwt", "{}"), Err(CallError::NotJson));
        assert_eq!(answer(200, "application/json", "[]"), Err(CallError::NotJson));
        assert_eq!(answer(200, "", "{}"), Err(CallError::NotJson));
    }
}
