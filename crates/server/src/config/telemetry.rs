//! `telemetry`: what is logged, and where spans go.

use tracing::Level;
use url::Url;

use super::yaml::Value;

/// What an operator is told, and how.
pub(crate) struct Telemetry {
    /// How much is logged.
    pub(crate) log: Level,
    /// Where a collector takes spans by OTLP over HTTP, with the path of that [OTLP 1.x §HTTP].
    pub(crate) traces: Option<Url>,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { log: Level::INFO, traces: None }
    }
}

pub(super) fn read(value: &Value<'_>) -> Option<Telemetry> {
    let section = value.section()?;
    let log = section.optional("log").map_or(Some(Level::INFO), |value| {
        value.one_of(&[("error", Level::ERROR), ("warn", Level::WARN), ("info", Level::INFO)])
    });
    let traces = section.optional("traces").map_or(Some(None), |value| traces(value).map(Some));
    section.refuse_unknown();
    Some(Telemetry { log: log?, traces: traces? })
}

fn traces(value: &Value<'_>) -> Option<Url> {
    let section = value.section()?;
    let otlp = section.required("otlp", "where a collector listens, such as http://127.0.0.1:4318");
    section.refuse_unknown();
    let value = otlp?;
    let written = value.text()?;
    match Url::parse(written) {
        Ok(mut url) if is_plain(&url) => {
            let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
            url.set_path(&path);
            Some(url)
        }
        _ => value.wrong(
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
