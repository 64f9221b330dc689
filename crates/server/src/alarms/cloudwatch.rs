//! The alarms of the stack upon what Silta counts itself, read from the template and judged minute
//! by minute, as CloudWatch does with its sliding window.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use silta_testkit::yaml::{LoadableYamlNode as _, Yaml};

use super::expression;
use super::played::{NAMESPACE, Played};

/// The alarms that were in alarm at any minute.
pub(super) fn woken(played: &Played) -> BTreeSet<String> {
    let alarms = alarms();
    assert!(alarms.len() >= 3, "the template has alarms upon {NAMESPACE}: {}", alarms.len());
    let mut woken = BTreeSet::new();
    for minute in 0..played.now {
        let breaching = alarms.iter().filter(|alarm| alarm.breaches(&played.lines, minute));
        woken.extend(breaching.map(|alarm| alarm.name.clone()));
    }
    woken
}

struct Alarm {
    name: String,
    metrics: Vec<Metric>,
    expression: String,
    holds: fn(f64, f64) -> bool,
    threshold: f64,
    periods: usize,
    /// So many of the periods are enough.
    datapoints: usize,
    missing_breaches: bool,
}

struct Metric {
    id: String,
    name: String,
    /// Minutes.
    period: usize,
    dimensions: BTreeMap<String, String>,
}

impl Alarm {
    fn breaches(&self, lines: &[(usize, Value)], minute: usize) -> bool {
        let breaching = (0..self.periods).filter(|before| {
            let metrics = self.metrics.iter().map(|metric| {
                // Before the start nothing is known, which is no reason to wake anybody.
                let end = (minute + 1).checked_sub(*before * metric.period)?;
                Some((metric.id.clone(), metric.sum(lines, end.checked_sub(metric.period), end)))
            });
            let Some(metrics) = metrics.collect::<Option<BTreeMap<_, _>>>() else { return false };
            match expression::value(&self.expression, &metrics) {
                Some(value) => (self.holds)(value, self.threshold),
                None => self.missing_breaches && minute + 1 >= self.periods * self.longest(),
            }
        });
        breaching.count() >= self.datapoints
    }

    fn longest(&self) -> usize {
        self.metrics.iter().map(|metric| metric.period).max().unwrap()
    }
}

impl Metric {
    /// The sum of what arrived in the minutes from `start` up to `end`, if anything did.
    fn sum(&self, lines: &[(usize, Value)], start: Option<usize>, end: usize) -> Option<f64> {
        let start = start.unwrap_or_default();
        let values = lines
            .iter()
            .skip_while(|(minute, _)| *minute < start)
            .take_while(|(minute, _)| *minute < end)
            .filter_map(|(_, line)| self.value(line));
        values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
    }

    /// The value that CloudWatch takes out of `line`: only under a set of dimensions that it names.
    fn value(&self, line: &Value) -> Option<f64> {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], NAMESPACE);
        let names = directive["Metrics"].as_array().unwrap();
        names.iter().find(|one| one["Name"] == self.name)?;
        let sets = directive["Dimensions"].as_array().unwrap();
        let ours: BTreeSet<_> = self.dimensions.keys().map(String::as_str).collect();
        sets.iter().find(|set| {
            let set = set.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            set.collect::<BTreeSet<_>>() == ours
        })?;
        let fits = self.dimensions.iter().all(|(name, value)| line[name] == *value);
        fits.then(|| line[&self.name].as_f64().unwrap())
    }
}

/// Every alarm whose metrics are in the namespace of `MetricNamespace`.
fn alarms() -> Vec<Alarm> {
    let documents = Yaml::load_from_str(TEMPLATE).unwrap();
    let resources = at(&documents[0], "Resources").unwrap();
    let alarms = resources.as_mapping().unwrap().iter().filter_map(|(name, resource)| {
        (text(resource, "Type")? == "AWS::CloudWatch::Alarm").then_some(())?;
        alarm(name.as_str().unwrap(), at(resource, "Properties").unwrap())
    });
    alarms.collect()
}

fn alarm(name: &str, properties: &Yaml<'_>) -> Option<Alarm> {
    let (metrics, expression) = match at(properties, "Metrics") {
        None => (vec![metric(ONLY, properties, properties)?], ONLY.to_owned()),
        Some(listed) => {
            let (mut metrics, mut expression) = (vec![], None);
            for one in listed.as_sequence().unwrap() {
                match at(one, "MetricStat") {
                    None => expression = text(one, "Expression"),
                    Some(stat) => {
                        metrics.push(metric(&text(one, "Id")?, stat, at(stat, "Metric")?)?);
                    }
                }
            }
            (metrics, expression.expect("an expression"))
        }
    };
    let holds: fn(f64, f64) -> bool = match &*text(properties, "ComparisonOperator")? {
        "GreaterThanOrEqualToThreshold" => |value, threshold| value >= threshold,
        "LessThanThreshold" => |value, threshold| value < threshold,
        other => panic!("a comparison that is not known here: {other}"),
    };
    let periods = text(properties, "EvaluationPeriods")?.parse().unwrap();
    let datapoints = text(properties, "DatapointsToAlarm");
    let missing = text(properties, "TreatMissingData")?;
    Some(Alarm {
        name: name.to_owned(),
        metrics,
        expression,
        holds,
        threshold: text(properties, "Threshold")?.parse().unwrap(),
        periods,
        datapoints: datapoints.map_or(periods, |text| text.parse().unwrap()),
        missing_breaches: match &*missing {
            "breaching" => true,
            "notBreaching" => false,
            other => panic!("{name}: {other} is not known here"),
        },
    })
}

/// A metric in our namespace, of which `Sum` is taken.
fn metric(id: &str, stat: &Yaml<'_>, metric: &Yaml<'_>) -> Option<Metric> {
    let Some(Yaml::Tagged(tag, namespace)) = at_tagged(metric, "Namespace") else { return None };
    (tag.suffix == "Ref" && namespace.as_str() == Some("MetricNamespace")).then_some(())?;
    let taken = text(stat, "Stat").or_else(|| text(stat, "Statistic"));
    assert_eq!(taken.as_deref(), Some("Sum"));
    let period: usize = text(stat, "Period")?.parse().unwrap();
    assert_eq!(period % 60, 0);
    let dimensions = at(metric, "Dimensions")?.as_sequence().unwrap().iter();
    let dimensions =
        dimensions.map(|one| (text(one, "Name").unwrap(), text(one, "Value").unwrap()));
    let name = text(metric, "MetricName")?;
    Some(Metric { id: id.to_owned(), name, period: period / 60, dimensions: dimensions.collect() })
}

/// The value of a key, with its tag.
fn at_tagged<'y, 'd>(node: &'y Yaml<'d>, key: &str) -> Option<&'y Yaml<'d>> {
    let mut entries = node.as_mapping()?.iter();
    entries.find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
}

/// The value of a key, without a tag.
fn at<'y, 'd>(node: &'y Yaml<'d>, key: &str) -> Option<&'y Yaml<'d>> {
    match at_tagged(node, key)? {
        Yaml::Tagged(_, value) => Some(value),
        value => Some(value),
    }
}

/// The text or number of a key.
fn text(node: &Yaml<'_>, key: &str) -> Option<String> {
    let value = at(node, key)?;
    let number = || value.as_integer().map(|number| number.to_string());
    value.as_str().map(str::to_owned).or_else(number)
}

const TEMPLATE: &str = include_str!("../../../../deploy/cloudformation/silta.yaml");
/// The one metric of an alarm without an expression.
const ONLY: &str = "only";
