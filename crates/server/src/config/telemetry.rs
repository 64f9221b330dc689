//! `telemetry`: what is logged, and where spans and metrics go.

use silta_config::Value;
use silta_config::description::{LogLevel, root};
use tracing::Level;
use url::Url;

/// What an operator is told, and how.
pub(crate) struct Telemetry {
    /// How much is logged.
    pub(crate) log: Level,
    /// Where a collector takes spans by OTLP over HTTP, with the path of that.
    pub(crate) traces: Option<Url>,
    /// The CloudWatch namespace of the metrics that are written to standard output.
    pub(crate) emf: Option<String>,
}

pub(super) fn read(value: Value<'_>) -> Option<Telemetry> {
    let section = value.section(&root::TELEMETRY)?;
    let log = section.value(&root::LOG).and_then(|value| {
        Some(match value.choice()? {
            LogLevel::Error => Level::ERROR,
            LogLevel::Warn => Level::WARN,
            LogLevel::Info => Level::INFO,
        })
    });
    let traces = section.optional(&root::TRACES).map_or(Some(None), |value| {
        traces(value.section(&root::TRACES)?.value(&root::OTLP)?).map(Some)
    });
    let emf = section.optional(&root::EMF).map_or(Some(None), |value| {
        namespace(value.section(&root::EMF)?.value(&root::NAMESPACE)?).map(Some)
    });
    Some(Telemetry { log: log?, traces: traces?, emf: emf? })
}

fn traces(value: Value<'_>) -> Option<Url> {
    let text = value.text()?;
    if text.trim_end_matches('/').ends_with(TRACES_PATH) {
        let what = format!("it ends with {TRACES_PATH}, which is added");
        return value.refuse(what, "write the URL without it");
    }
    match Url::parse(text) {
        Ok(mut url) if is_plain(&url) => {
            // What is written is the base of all signals [OTLP §OTLP/HTTP Request].
            let path = format!("{}{TRACES_PATH}", url.path().trim_end_matches('/'));
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

fn namespace(value: Value<'_>) -> Option<String> {
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

/// [OTLP §OTLP/HTTP Request]
const TRACES_PATH: &str = "/v1/traces";
