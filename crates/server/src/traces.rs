//! Spans on their way to a collector, by OTLP over HTTP. Nobody waits for it: a thread of its own
//! sends what is in a bounded queue, and what does not fit is dropped.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, SpanData,
    SpanExporter, SpanLimits,
};
use prost::Message as _;
use reqwest::header::CONTENT_TYPE;
use tokio::runtime::Handle;
use tracing::{Subscriber, info, warn};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// The way of spans to one collector.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends every span to `collector`, from the runtime that this is called in.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub(crate) fn to(collector: Url) -> Result<Self, reqwest::Error> {
        // The collector is beside us, whatever way leads out.
        let http = reqwest::Client::builder()
            .no_proxy()
            // It is called by plain http alone: no root certificates are read, nor needed.
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        let collector = Collector {
            http,
            url: collector,
            runtime: Handle::current(),
            us: ResourceAttributesWithSchema::default(),
            lost: AtomicU64::new(0),
        };
        // Every setting is given: the library would read others from the environment.
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let us = [
            KeyValue::new("service.name", "silta"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ];
        let processor = BatchSpanProcessor::builder(collector).with_batch_config(batches).build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(Sampler::AlwaysOn)
            .with_span_limits(SpanLimits::default())
            .with_resource(Resource::builder_empty().with_attributes(us).build());
        Ok(Self(provider.build()))
    }

    /// What makes spans of `tracing` into those of OpenTelemetry, with nothing beside what the span
    /// itself says.
    pub(crate) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("silta"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
    }

    /// Sends what is left, as far as the collector takes it in time. No span may end after this.
    pub(crate) async fn flush(self) {
        // Its thread needs this runtime to send anything, so this runtime must not stand still. If
        // the spans do not arrive, it has been said why.
        let flushed = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FLUSH));
        let _ = flushed.await;
    }
}

/// Who takes the spans.
#[derive(Debug)]
struct Collector {
    http: reqwest::Client,
    url: Url,
    runtime: Handle,
    us: ResourceAttributesWithSchema,
    /// How many spans it did not take since it last took some.
    lost: AtomicU64,
}

impl SpanExporter for Collector {
    /// Always well: what became of the batch is said here, once for each outage.
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let spans = group_spans_by_resource_and_scope(batch, &self.us);
        let body = ExportTraceServiceRequest { resource_spans: spans }.encode_to_vec();
        let post = self.http.post(self.url.clone()).header(CONTENT_TYPE, PROTOBUF).body(body);
        // The thread that this runs in has no runtime.
        let sent = self.runtime.spawn(async { post.send().await?.error_for_status() });
        match sent.await {
            Ok(Ok(_)) => self.took(),
            Ok(Err(fault)) => self.did_not_take(count, why(&fault)),
            Err(_) => self.did_not_take(count, "this process has ended"),
        }
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.us = resource.into();
    }
}

impl Collector {
    fn took(&self) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            info!(lost, "the trace collector takes spans again");
        }
    }

    fn did_not_take(&self, count: u64, why: &'static str) {
        if self.lost.fetch_add(count, Ordering::Relaxed) == 0 {
            warn!(why, "the trace collector does not take spans: they are dropped until it does");
        }
    }
}

/// What to look at.
fn why(fault: &reqwest::Error) -> &'static str {
    if fault.is_timeout() {
        "it does not answer in time"
    } else if fault.is_connect() {
        "it cannot be reached: does it run, and is telemetry.traces.otlp its address?"
    } else if fault.is_status() {
        "it refuses them: is telemetry.traces.otlp its address for OTLP over HTTP?"
    } else {
        "the connection broke"
    }
}

/// A collector beside us answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// A login makes fifteen spans: this is a very busy second, in some 2 MiB.
const QUEUE: usize = 2048;
const BATCH: usize = 512;
const DELAY: Duration = Duration::from_secs(2);
/// A full queue is four batches, and one is on its way: even a collector that answers none of them
/// is waited for no longer.
const FLUSH: Duration = Duration::from_secs(12);
const PROTOBUF: &str = "application/x-protobuf";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::{Event, info_span};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

    use super::*;

    /// The messages of all events.
    #[derive(Clone, Default)]
    struct Said(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Said {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            event.record(&mut self.clone());
        }
    }

    impl Visit for Said {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            if field.name() == "message" {
                self.0.lock().unwrap().push(format!("{value:?}"));
            }
        }
    }

    /// This test's runtime stands still while it makes spans, so that no batch ever leaves.
    #[tokio::test]
    async fn a_full_queue_is_said_once_and_whoever_makes_spans_does_not_wait() {
        let collector = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", collector.local_addr().unwrap());
        let (traces, said) = (Traces::to(url.parse().unwrap()).unwrap(), Said::default());
        let subscriber = tracing_subscriber::registry().with(traces.layer()).with(said.clone());
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..QUEUE + 2 * BATCH {
                drop(info_span!("step"));
            }
        });
        let said = said.0.lock().unwrap();
        assert_eq!(said.iter().filter(|line| line.contains("queue full")).count(), 1, "{said:?}");
    }
}
