//! Metrics as CloudWatch takes them out of a log: lines of JSON in the Embedded Metric Format, each
//! with what happened since the last. Nothing is counted here: it all comes from the registry's text.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use silta_broker::ports::Clock;

use crate::log_queue::LineKind;
use crate::log_writer::LogWriter;
use crate::metrics::Metrics;

/// Writes the metrics of this process to standard output, under one namespace.
pub(crate) struct Emf {
    namespace: String,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    log: Arc<LogWriter>,
    /// Every running total as it stood when it was last written.
    written: Mutex<BTreeMap<Series, f64>>,
}

/// One line of the registry's text: a name, and labels with their values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    name: String,
    labels: Labels,
}

type Labels = BTreeMap<String, String>;

impl Emf {
    /// Nothing has been written yet: the first lines hold everything since the start.
    pub(crate) fn new(
        namespace: String,
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
        log: Arc<LogWriter>,
    ) -> Self {
        Self { namespace, metrics, clock, log, written: Mutex::default() }
    }

    /// Writes for as long as the process runs.
    pub(crate) async fn every_minute(self: Arc<Self>) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            self.write();
        }
    }

    /// Writes what happened since the last time.
    pub(crate) fn write(&self) {
        for line in self.lines(&self.metrics.text()).split_inclusive('\n') {
            self.log.write(LineKind::Metrics, line.as_bytes());
        }
    }

    /// A line for each set of labels, as a document can give each dimension only one value.
    pub(crate) fn lines(&self, exposition: &str) -> String {
        let now = self.clock.now().as_millisecond();
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = String::new();
        for (labels, values) in since(&mut written, exposition) {
            lines += &self.document(now, labels, values).to_string();
            lines.push('\n');
        }
        lines
    }

    fn document(&self, now: i64, mut labels: Labels, values: Vec<Metric>) -> Value {
        // CloudWatch has no dimension without a value, and may refuse a set of none.
        labels.retain(|_, value| !value.is_empty());
        if labels.is_empty() {
            labels.insert(SERVICE.to_owned(), "silta".to_owned());
        }
        let mut dimensions = vec![labels.keys().cloned().collect::<Vec<_>>()];
        // An alarm is upon one series, and CloudWatch adds none up by itself.
        if labels.len() > 1 && labels.contains_key(OUTCOME) {
            dimensions.push(vec![OUTCOME.to_owned()]);
        } else if SUMMED.iter().any(|label| labels.contains_key(*label)) {
            labels.insert(SERVICE.to_owned(), "silta".to_owned());
            dimensions.push(vec![SERVICE.to_owned()]);
        }
        let metrics: Vec<_> =
            values.iter().map(|one| json!({ "Name": one.name, "Unit": one.unit })).collect();
        let directive = json!({
            "Namespace": self.namespace, "Dimensions": dimensions, "Metrics": metrics,
        });
        let labels = labels.into_iter().map(|(name, value)| (name, Value::from(value)));
        let values = values.into_iter().map(|one| (one.name, Value::from(one.value)));
        let mut document: Map<_, _> = labels.chain(values).collect();
        let aws = json!({ "Timestamp": now, "CloudWatchMetrics": [directive] });
        document.insert("_aws".to_owned(), aws);
        Value::Object(document)
    }
}

/// A value for CloudWatch.
struct Metric {
    name: String,
    unit: &'static str,
    value: f64,
}

/// What happened since `written`, which is brought up to date: how much each counter grew, if it
/// did; the mean of what each histogram saw, if anything; some gauges, those that are not zero; and
/// that this process is alive, which is how an alarm notices that nothing is written.
fn since(written: &mut BTreeMap<Series, f64>, exposition: &str) -> BTreeMap<Labels, Vec<Metric>> {
    let mut grown = BTreeMap::new();
    let mut found: BTreeMap<Labels, Vec<Metric>> = BTreeMap::new();
    let alive = Metric { name: "alive".to_owned(), unit: "Count", value: 1.0 };
    found.entry(Labels::new()).or_default().push(alive);
    for (Series { name, labels }, value) in exposition.lines().filter_map(series) {
        let Some(name) = name.strip_prefix("silta_") else { continue };
        let series = Series { name: name.to_owned(), labels };
        let mut since = || value - written.insert(series.clone(), value).unwrap_or_default();
        if let Some(name) = name.strip_suffix("_total") {
            let more = since();
            if more > 0.0 {
                let one = Metric { name: name.to_owned(), unit: "Count", value: more };
                found.entry(series.labels).or_default().push(one);
            }
        } else if name.ends_with("_seconds_sum") {
            // The number of them comes in the next line.
            grown.insert(series.labels.clone(), since());
        } else if let Some(name) = name.strip_suffix("_count") {
            let (more, sum) = (since(), grown.remove(&series.labels).unwrap_or_default());
            if more > 0.0 {
                let one = Metric { name: name.to_owned(), unit: "Seconds", value: sum / more };
                found.entry(series.labels).or_default().push(one);
            }
        } else if GAUGES.contains(&name) && value != 0.0 {
            let one = Metric { name: name.to_owned(), unit: "None", value };
            found.entry(series.labels).or_default().push(one);
        }
    }
    found
}

/// Reads a line `name{label="value",…} number` of the registry's text; a comment or a bucket of a
/// histogram is nothing here.
fn series(line: &str) -> Option<(Series, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at_checked(end)?;
    if name.is_empty() || name.starts_with('#') || name.ends_with("_bucket") {
        return None;
    }
    let mut labels = Labels::new();
    // A family without labels has empty braces.
    if let Some(after) = rest.strip_prefix("{}") {
        rest = after;
    } else if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while let Some((label, after)) = rest.split_once("=\"") {
            let (value, after) = unescaped(after)?;
            labels.insert(label.trim_start_matches(',').to_owned(), value);
            rest = after;
            if let Some(after) = rest.strip_prefix('}') {
                rest = after;
                break;
            }
        }
    }
    Some((Series { name: name.to_owned(), labels }, rest.trim().parse().ok()?))
}

/// The value of a label up to its quote, and what follows it.
fn unescaped(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    loop {
        match characters.next()? {
            (at, '"') => return Some((value, text.get(at + 1..)?)),
            (_, '\\') => value.push(match characters.next()? {
                (_, 'n') => '\n',
                (_, plain) => plain,
            }),
            (_, plain) => value.push(plain),
        }
    }
}

/// CloudWatch keeps metrics by the minute.
const INTERVAL: Duration = Duration::from_mins(1);
/// The gauges that are worth a series in CloudWatch; the others are at `/metrics`.
const GAUGES: [&str; 4] =
    ["certificate_days_left", "configurations_differ", "store_fault", "store_fill"];
const OUTCOME: &str = "outcome";
/// Where there is no outcome, what has one of these is also added up by [`SERVICE`].
const SUMMED: [&str; 3] = ["client", "cause", "endpoint"];
/// What everything is added up by that has nothing else.
const SERVICE: &str = "service";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::system::SystemClock;

    const FIRST: &str = r#"# HELP silta_logins_ended Logins that ended.
# TYPE silta_logins_ended counter
silta_logins_ended_total{client="a \"b\", c}\\",upstream="idp",outcome="finished",reason=""} 2
silta_logins_ended_total{client="",upstream="",outcome="refused",reason="unknown_client"} 1
silta_codes_reused_total 3
silta_store_call_seconds_sum 0.5
silta_store_call_seconds_count 10
silta_store_call_seconds_bucket{le="0.1"} 9
silta_store_call_seconds_bucket{le="+Inf"} 10
silta_certificate_days_left{party="idp",usage="signing",place="0"} 12.5
silta_connections_open{listener="admin"} 2
silta_store_fill{} 0.25
silta_store_fault{cause="no_answer"} 0
silta_store_fault{cause="read_only"} 1
silta_logins_due_total{client="shop",upstream="idp"} 4
silta_logins_due_total{client="other",upstream="idp"} 0
silta_build_info{version="0.1.0"} 1
# EOF
"#;

    fn emf() -> Emf {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let metrics = Arc::new(Metrics::new(clock.clone()));
        let log = LogWriter::start_on_stderr(clock.clone()).unwrap();
        Emf::new("Silta".to_owned(), metrics, clock, log)
    }

    /// The documents without their time, and what CloudWatch is to read of each.
    fn documents(lines: &str) -> Vec<(Value, Value)> {
        let documents = lines.lines().map(|line| {
            let mut document: Map<_, _> = serde_json::from_str(line).unwrap();
            let mut aws = document.remove("_aws").unwrap();
            (Value::Object(document), aws["CloudWatchMetrics"][0].take())
        });
        documents.collect()
    }

    #[test]
    fn a_set_of_labels_makes_a_document_with_a_dimension_for_each_that_has_a_value() {
        let documents = documents(&emf().lines(FIRST));
        let said: Vec<_> = documents.iter().map(|(said, _)| said.clone()).collect();
        let client = "a \"b\", c}\\";
        assert_eq!(
            said,
            [
                json!({
                    "service": "silta", "alive": 1.0, "codes_reused": 3.0,
                    "store_call_seconds": 0.05, "store_fill": 0.25,
                }),
                json!({ "cause": "read_only", "service": "silta", "store_fault": 1.0 }),
                json!({ "outcome": "refused", "reason": "unknown_client", "logins_ended": 1.0 }),
                json!({
                    "client": client, "upstream": "idp", "outcome": "finished", "logins_ended": 2.0,
                }),
                json!({
                    "client": "shop", "upstream": "idp", "service": "silta", "logins_due": 4.0,
                }),
                json!({
                    "party": "idp", "usage": "signing", "place": "0", "certificate_days_left": 12.5,
                }),
            ]
        );
        let directive = &documents[3].1;
        let by_all = ["client", "outcome", "upstream"].as_slice();
        assert_eq!(
            *directive,
            json!({
                "Namespace": "Silta",
                "Dimensions": [by_all, ["outcome"]],
                "Metrics": [{ "Name": "logins_ended", "Unit": "Count" }],
            })
        );
        let added_up = [["client", "upstream"].as_slice(), &["service"]];
        assert_eq!(documents[4].1["Dimensions"], json!(added_up));
        let directive = &documents[0].1;
        assert_eq!(
            directive["Metrics"],
            json!([
                { "Name": "alive", "Unit": "Count" },
                { "Name": "codes_reused", "Unit": "Count" },
                { "Name": "store_call_seconds", "Unit": "Seconds" },
                { "Name": "store_fill", "Unit": "None" },
            ])
        );
    }

    #[test]
    fn only_what_happened_since_is_written_again() {
        let emf = emf();
        emf.lines(FIRST);
        let later = FIRST
            .replace("outcome=\"finished\",reason=\"\"} 2", "outcome=\"finished\",reason=\"\"} 5")
            .replace("seconds_sum 0.5", "seconds_sum 2.5")
            .replace("seconds_count 10", "seconds_count 11")
            .replace("} 12.5", "} 12.0");
        let said: Vec<_> =
            documents(&emf.lines(&later)).into_iter().map(|(said, _)| said).collect();
        let value = |name: &str| said.iter().find_map(|one| one[name].as_f64());
        assert_eq!(value("logins_ended"), Some(3.0));
        assert_eq!(value("store_call_seconds"), Some(2.0));
        assert_eq!(value("certificate_days_left"), Some(12.0));
        assert_eq!(value("codes_reused"), None);
        assert_eq!(value("alive"), Some(1.0));
        assert_eq!(value("store_fill"), Some(0.25));
        assert_eq!(said.len(), 4);
    }
}
