//! A trace collector: it takes spans by OTLP over HTTP, and keeps the requests.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span as Sent;
use prost::Message as _;

/// A collector on a free loopback port, in threads of its own, for as long as the test runs.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    kept: Arc<Received>,
}

#[derive(Debug)]
struct Received {
    /// Every request, head and body as they came.
    requests: Mutex<Vec<(String, Vec<u8>)>>,
    /// What is answered; 0 for never.
    status: AtomicU16,
}

/// A span as a collector sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its name.
    pub name: String,
    /// The id of its trace.
    pub trace: Vec<u8>,
    /// Its own id.
    pub id: Vec<u8>,
    /// The id of the span that it is a part of; empty for a root.
    pub parent: Vec<u8>,
    /// When it began, in nanoseconds of Unix time.
    pub began: u64,
    /// Its attributes, numbers as text.
    pub attributes: BTreeMap<String, String>,
    /// Whether it is said to have failed.
    pub failed: bool,
    /// Events and links, of which there should be none.
    pub extras: usize,
}

impl Collector {
    /// A collector that takes everything.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(Received { requests: Mutex::default(), status: AtomicU16::new(200) });
        let keeper = kept.clone();
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let keeper = keeper.clone();
                thread::spawn(move || converse(connection, &keeper));
            }
        });
        Self { address, kept }
    }

    /// Answers `status` from now on, or with 0 nothing at all.
    pub fn answer(&self, status: u16) {
        self.kept.status.store(status, Ordering::Relaxed);
    }

    /// `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests came.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.kept.requests.lock().unwrap().len()
    }

    /// Every body that came.
    #[must_use]
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.kept.requests.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }

    /// Every span that came, by the time that it began.
    ///
    /// # Panics
    /// When a request was not one of OTLP.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = vec![];
        for (head, body) in self.kept.requests.lock().unwrap().iter() {
            assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
            assert!(head.to_lowercase().contains("content-type: application/x-protobuf"), "{head}");
            let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("a request");
            for resource in request.resource_spans {
                let us = attributes(resource.resource.expect("who sends").attributes);
                assert_eq!(us["service.name"], "silta");
                let sent = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
                spans.extend(sent.map(Span::of));
            }
        }
        spans.sort_by_key(|span| span.began);
        spans
    }
}

impl Span {
    fn of(sent: Sent) -> Self {
        Self {
            name: sent.name,
            trace: sent.trace_id,
            id: sent.span_id,
            parent: sent.parent_span_id,
            began: sent.start_time_unix_nano,
            attributes: attributes(sent.attributes),
            failed: sent.status.is_some_and(|status| status.code == 2),
            extras: sent.events.len() + sent.links.len(),
        }
    }
}

fn attributes(sent: Vec<KeyValue>) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    for KeyValue { key, value, .. } in sent {
        let text = match value {
            Some(AnyValue { value: Some(Value::StringValue(text)) }) => text,
            Some(AnyValue { value: Some(Value::IntValue(number)) }) => number.to_string(),
            other => panic!("{key} is neither text nor a number: {other:?}"),
        };
        assert_eq!(attributes.insert(key.clone(), text), None, "{key} is there twice");
    }
    attributes
}

/// Answers one request after the other, until the other side has had enough.
fn converse(mut connection: TcpStream, kept: &Received) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    while let Some((head, length)) = head(&mut reader) {
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        kept.requests.lock().unwrap().push((head, body));
        let status = kept.status.load(Ordering::Relaxed);
        let answer = format!("HTTP/1.1 {status} .\r\ncontent-length: 0\r\n\r\n");
        if status != 0 && connection.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// A request's head, and how long its body is.
fn head(reader: &mut BufReader<TcpStream>) -> Option<(String, usize)> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        let line = head[start..].trim_end().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            return Some((head, length));
        }
    }
}
