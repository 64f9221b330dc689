//! `silta explain response`: the judgement of a login, offline and check by check.

mod report;
mod saved_response;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::ExitCode;

use actix_web::rt::System;
use jiff::Timestamp;
use silta_broker::ports::Clock as _;
use silta_broker::upstream::SamlUpstream;
use silta_broker::{NeededOfPerson, UpstreamName};
use silta_saml::{Expectation, ExplainedRequest, Explanation, RequestId};

use crate::config::upstreams::saml_upstream;
use crate::config::{Config, UpstreamConfig};
use crate::config_source::ConfigSource;
use crate::system::SystemClock;
use crate::{EX_USAGE, console};
use report::Report;
pub(crate) use saved_response::text as saved_text;

/// How it is judged and told.
pub(crate) struct Options {
    /// The upstream that it came from.
    pub(crate) upstream: Option<String>,
    /// The time to judge it at.
    pub(crate) at: Option<Timestamp>,
    /// The request that it must answer.
    pub(crate) request: Option<String>,
    /// Print one JSON object.
    pub(crate) json: bool,
}

/// Prints what became of each check: 0 when all passed, 1 when one failed.
pub(crate) fn response(file: &Path, config: &Path, options: &Options) -> ExitCode {
    let config = match System::new().block_on(ConfigSource::config(config)) {
        Ok(config) => config,
        Err(exit_code) => return exit_code,
    };
    let JudgedResponse { name, at, upstream, configured, explanation } =
        match judge(file, &config, options) {
            Ok(judged) => judged,
            Err(why) => {
                console::tell(&why);
                return ExitCode::from(EX_USAGE);
            }
        };
    let dictionary = &configured.dictionary;
    let subject = (configured.subject.attributes.as_slice(), &configured.subject.spelling);
    let assertion = explanation.judged.as_ref().ok();
    let identified = assertion.map(|one| upstream.check_subject(one, dictionary, subject));
    let parties = (&upstream.parties.idp, &upstream.parties.service_provider);
    let report = Report { upstream: name, at, explanation, dictionary, identified, parties };
    let refusal = report.refusal();
    console::say(&if options.json {
        report.json(refusal.as_ref())
    } else {
        report.text(refusal.as_ref())
    });
    if refusal.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A saved response, judged.
pub(crate) struct JudgedResponse<'c> {
    /// The upstream that it is judged as one of.
    pub(crate) name: &'c UpstreamName,
    /// As of when.
    pub(crate) at: Timestamp,
    /// Its adapter.
    pub(crate) upstream: &'c SamlUpstream,
    /// The rest of its section.
    pub(crate) configured: &'c UpstreamConfig,
    /// What became of it.
    pub(crate) explanation: Explanation,
}

/// Judges what somebody saved of a response.
///
/// # Errors
/// Why it cannot be judged, and what to do.
pub(crate) fn judge<'c>(
    file: &Path,
    config: &'c Config,
    options: &Options,
) -> Result<JudgedResponse<'c>, String> {
    let saved = saved_response::read(file);
    let saved = saved.map_err(|why| format!("{}: {why}\n", file.display()))?;
    let named = options.upstream.as_deref();
    let (name, upstream, configured) = known_upstream(config, named)?;
    let at = options.at.unwrap_or_else(|| SystemClock.now());
    let needed = config.needed_of_people(name);
    let explanation = explanation(&saved, (upstream, needed), options.request.clone(), at);
    Ok(JudgedResponse { name, at, upstream, configured, explanation })
}

/// The SAML upstream of this name, or the only one, as far as it is known without asking anybody.
///
/// # Errors
/// Why there is none, and what to do.
pub(crate) fn known_upstream<'c>(
    config: &'c Config,
    named: Option<&str>,
) -> Result<(&'c UpstreamName, &'c SamlUpstream, &'c UpstreamConfig), String> {
    let found = saml_upstream(&config.upstreams, named);
    let (name, peer) = found.map_err(|why| format!("{why}\n"))?;
    let upstream = peer.upstream().ok_or_else(|| {
        let what = format!("the metadata of {name} is at an address, and nothing is fetched here");
        let instead = "save it, and judge by a copy of the configuration with metadata: file:PATH";
        format!("{what}; {instead}\n")
    })?;
    let configured = config.upstreams.get(name);
    let configured = configured.ok_or_else(|| format!("there is no upstream {name}\n"))?;
    Ok((name, upstream, configured))
}

/// Judges what was posted as the upstream's adapter does. Levels of clients and freshness are wishes of a
/// request, which is not known here.
fn explanation(
    posted: &str,
    (upstream, needed): (&SamlUpstream, NeededOfPerson),
    request: Option<String>,
    now: Timestamp,
) -> Explanation {
    let parties = &upstream.parties;
    let judged =
        if request.is_some() { ExplainedRequest::Expected } else { ExplainedRequest::Whichever };
    // Where whichever will do, that of the response stands in for it.
    let request = RequestId::from_stored(request.unwrap_or_default());
    let expect = Expectation {
        provider: &parties.service_provider,
        idp: &parties.idp,
        request: &request,
        authenticated_since: None,
        least_level: 0,
        uses: upstream.uses(needed),
    };
    Explanation::of(posted, &expect, judged, now)
}
