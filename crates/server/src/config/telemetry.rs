//! `telemetry`: what is logged, and where spans and metrics go.

use tracing::Level;
use url::Url;

use super::yaml::Value;

/// What an operator is told, and how.
pub(crate) struct Telemetry {
    /// How much is logged.
    pub(crate) log: Level,
    /// Where a collector takes spans by OTLP over HTTP, with the path of that.
    pub(crate) traces: Option<Url>,
    /// The CloudWatch namespace of the metrics that are written to standard output.
    pub(crate) emf: Option<String>,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { log: Level::INFO, traces: None, emf: None }
    }
}

pub(super) fn read(value: &Value<'_>) -> Option<Telemetry> {
    let section = value.section()?;
    let log = section.optional("log").map_or(Some(Level::INFO), |value| {
        value.one_of(&[("error", Level::ERROR), ("warn", Level::WARN), ("info", Level::INFO)])
    });
    let traces = section.optional("traces").map_or(Some(None), |value| traces(value).map(Some));
    let emf = section.optional("emf").map_or(Some(None), |value| emf(value).map(Some));
    section.refuse_unknown();
    Some(Telemetry { log: log?, traces: traces?, emf: emf? })
}

fn traces(value: &Value<'_>) -> Option<Url> {
    let section = value.section()?;
    let otlp = section.required("otlp", "where a collector listens, such as http://127.0.0.1:4318");
    section.refuse_unknown();
    let value = otlp?;
    let written = value.text()?;
    match Url::parse(written) {
        Ok(mut url) if is_plain(&url) => {
            // What is written is the base of all signals [OTLP §OTLP/HTTP Request].
            let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
            url.set_path(&path);
            Some(url)
        }
        _ => value.refuse(
            "it is not the http URL of a collector",
            "write one such as http://127.0.0.1:4318, without user, query and fragment; \
             a collector beside this process can pass spans on by https",
        ),
    }
}

fn is_plain(url: &Url) -> bool {
    let bare = url.username().is_empty() && url.password().is_none();
    url.scheme() == "http" && bare && url.query().is_none() && url.fragment().is_none()
}

fn emf(value: &Value<'_>) -> Option<String> {
    let section = value.section()?;
    let namespace = section.required("namespace", "the CloudWatch namespace, such as Silta");
    section.refuse_unknown();
    let value = namespace?;
    let name = value.text()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/#:".contains(&byte);
    let free = !name.starts_with(':') && !name.starts_with("AWS/");
    if free && (1..=255).contains(&name.len()) && name.bytes().all(fits) {
        Some(name.to_owned())
    } else {
        value.refuse(
            "it is not a CloudWatch namespace of our own",
            "write letters, digits and ._-/#: in up to 255 characters, not AWS/ or a colon first",
        )
    }
}
