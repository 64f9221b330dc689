//! Spans of a login: one for each of its requests, and below it one for each step that takes time.
//! Without a collector no span is made.
//!
//! A span holds words from closed sets, names from our own configuration and the login's reference,
//! never anything that a person or a peer sent. A trace begins here: what a browser or a client says
//! about a trace of its own is not read.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use opentelemetry::trace::Status;
use silta_broker::ports::{
    OutboundHttp, OutboundHttpError, OutboundRequest, OutboundResponse, Signer, SignerError, Step,
    Steps,
};
use silta_broker::{Description, Facts};
use tracing::{Instrument as _, Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The target of every span, for filters.
pub(crate) const STEP: &str = "silta.step";

/// Whether spans are collected.
///
/// Not asked by `span_enabled!`: where nothing follows the question, the filters of
/// `tracing-subscriber` take its answer for that to the next line of the log, and drop it.
pub(crate) fn spans_enabled() -> bool {
    COLLECTED.load(Ordering::Relaxed)
}

/// Enables spans.
pub(crate) fn enable_spans() {
    COLLECTED.store(true, Ordering::Relaxed);
}

/// The span of a request: the root of a trace.
pub(crate) fn root_span(name: &str) -> Span {
    info_span!(target: STEP, parent: None, "request", otel.name = name, otel.kind = "server")
}

/// A span below the current one; none outside of any, because the process's own work is no login.
pub(crate) fn child_span(name: impl Display) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    info_span!(target: STEP, "step", otel.name = %name)
}

/// Marks a span as failed by an error that our operator can fix.
pub(crate) fn mark_failed(span: &Span, why: &'static str) {
    span.set_status(Status::error(why));
}

/// Marks a span as failed by the store.
pub(crate) fn mark_store_failed(span: &Span, cause: &'static str) {
    span.set_attribute(CAUSE, cause);
    mark_failed(span, "store_unavailable");
}

/// Shows the steps of the flow as spans.
pub(crate) struct TracedSteps;

impl Steps for TracedSteps {
    fn begin(&self, name: &'static str) -> Box<dyn Step> {
        Box::new(TracedStep(child_span(name)))
    }
}

struct TracedStep(Span);

impl Step for TracedStep {
    fn within(&self, work: &mut dyn FnMut()) {
        self.0.in_scope(work);
    }
}

/// A way out, with a span around each request: the peer is far away.
pub(crate) struct TracedHttp<H> {
    pub(crate) https: H,
    /// The name of the spans.
    pub(crate) step: &'static str,
}

#[async_trait]
impl<H: OutboundHttp> OutboundHttp for TracedHttp<H> {
    async fn send(
        &self,
        request: &OutboundRequest<'_>,
    ) -> Result<OutboundResponse, OutboundHttpError> {
        let span = child_span(self.step);
        let response = self.https.send(request).instrument(span.clone()).await;
        if let Err(error) = &response {
            span.set_attribute(CAUSE, error.cause());
            mark_failed(&span, "provider_unavailable");
        }
        response
    }
}

/// A key, with a span around each of its signatures, because it may be far away. Requests to an
/// upstream are signed inside of its span.
#[derive(Debug)]
pub(crate) struct TracedSigner(pub(crate) Arc<dyn Signer>);

#[async_trait]
impl Signer for TracedSigner {
    async fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SignerError> {
        self.0.sign(octets).instrument(child_span("sign")).await
    }
}

/// Sets what an event says of the login and its outcome on the span of the request.
pub(crate) fn show(described: &Description<'_>) {
    let span = Span::current();
    if span.is_none() {
        return;
    }
    let Facts { login, client, upstream, reason, cause, .. } = described.span;
    let facts =
        [(LOGIN, login), (CLIENT, client), (UPSTREAM, upstream), (REASON, reason), (CAUSE, cause)];
    for (key, word) in facts {
        if let Some(word) = word.filter(|word| !word.is_empty()) {
            span.set_attribute(key, word.to_owned());
        }
    }
    if described.is_failure {
        mark_failed(&span, reason.unwrap_or_default());
    }
}

static COLLECTED: AtomicBool = AtomicBool::new(false);
const LOGIN: &str = "silta.login";
const CLIENT: &str = "silta.client";
const UPSTREAM: &str = "silta.upstream";
const REASON: &str = "silta.reason";
const CAUSE: &str = "silta.cause";
