//! What is printed of a judgement: names, levels and times, and no value of a person.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use serde_json::{Value, json};
use silta_broker::{CallbackError, LoginError, UpstreamName, shown_name};
use silta_mapping::Dictionary;
use silta_saml::{
    Check, CheckOutcome, DecryptionError, EncryptedParts, ExplainedAssertion, Explanation,
    Fingerprint, IdentityProvider, MessageError, PartCount, ReceivedUri, ResponseError,
    ServiceProvider, SignatureError,
};

/// A judgement, with what its message was judged by.
pub(super) struct Report<'r> {
    pub(super) upstream: &'r UpstreamName,
    pub(super) at: Timestamp,
    pub(super) explanation: Explanation,
    pub(super) dictionary: &'r Dictionary,
    /// Whether something of `subject` identifies the person; `None` where it was not looked at.
    pub(super) identified: Option<Result<(), LoginError>>,
    /// Of whom it is judged, and by whom.
    pub(super) parties: (&'r IdentityProvider, &'r ServiceProvider),
}

impl Report<'_> {
    /// Why a login would be refused, in the words of its line in the log.
    pub(super) fn refusal(&self) -> Option<LoginError> {
        match &self.explanation.judged {
            Err(error) => Some(CallbackError::Saml(error.clone()).into()),
            Ok(_) => self.identified.clone()?.err(),
        }
    }

    /// Every check with its outcome: the word for programs, and what it asks.
    fn checks(&self) -> impl Iterator<Item = (&'static str, &'static str, CheckOutcome)> {
        let checks = self.explanation.checks.iter();
        let checks = checks.map(|(check, outcome)| (check.word(), check.title(), *outcome));
        let identified = match &self.identified {
            None => CheckOutcome::NotReached,
            Some(Ok(())) => CheckOutcome::Passed,
            Some(Err(_)) => CheckOutcome::Failed,
        };
        checks.chain([("identified", "something of subject identifies the person", identified)])
    }

    /// A line for each check, and what the message says if all passed.
    pub(super) fn text(&self, refusal: Option<&LoginError>) -> String {
        let Self { upstream, at, explanation, .. } = self;
        let mut text = format!("upstream {upstream}, judged as of {at}\n");
        let failed = |outcome| match refusal {
            Some(error) if outcome == CheckOutcome::Failed => refused(error),
            _ => String::new(),
        };
        for (check, asks, outcome) in self.checks() {
            let (word, note, why) = (padded(outcome), note(check, outcome), failed(outcome));
            let _ = writeln!(text, "{word}  {asks}{note}{why}");
        }
        if let Ok(assertion) = &explanation.judged {
            text += &self.said(assertion);
        }
        for hint in self.hints() {
            let _ = writeln!(text, "{hint}");
        }
        text + &format!("{}\n", verdict(refusal))
    }

    /// The certificates to compare, where a key is at fault.
    fn hints(&self) -> Vec<String> {
        let (idp, us) = self.parties;
        let listed = |all: Vec<Fingerprint>| {
            let all: Vec<_> = all.iter().map(ToString::to_string).collect();
            if all.is_empty() { "none".to_owned() } else { all.join(", ") }
        };
        match &self.explanation.judged {
            Err(ResponseError::Message(MessageError::Signature {
                cause: SignatureError::NoKeyMatches,
                ..
            })) => vec![
                format!("the upstream's certificates: {}", listed(idp.certificates().collect())),
                format!(
                    "certificates in the message (not proven): {}",
                    listed(self.explanation.carried.clone())
                ),
            ],
            Err(ResponseError::Decryption(DecryptionError::Undecryptable)) => {
                let ours = us.decryption_keys.iter().map(|key| key.certificate().fingerprint());
                vec![format!(
                    "none of our keys opens it; does the identity provider encrypt to our present certificate? \
                     Ours: {}",
                    listed(ours.collect())
                )]
            }
            _ => vec![],
        }
    }

    /// The whole as one object.
    pub(super) fn json(&self, refusal: Option<&LoginError>) -> String {
        let Self { upstream, at, explanation, .. } = self;
        let check = |(check, asks, outcome)| json!({ "check": check, "outcome": word(outcome), "asks": asks });
        let checks: Vec<_> = self.checks().map(check).collect();
        let assertion = explanation.judged.as_ref().ok().map(|one| self.assertion(one));
        let object = json!({
            "upstream": upstream.as_str(),
            "at": at.to_string(),
            "verdict": if refusal.is_some() { "refused" } else { "accepted" },
            "reason": refusal.map(LoginError::reason),
            "detail": refusal.map(ToString::to_string),
            "checks": checks,
            "hints": self.hints(),
            "assertion": assertion,
        });
        format!("{object:#}\n")
    }

    /// What an accepted assertion says, without its values.
    fn said(&self, assertion: &ExplainedAssertion) -> String {
        let ExplainedAssertion { authn_context, authn_instant, valid_until, .. } = assertion;
        let mut text = format!(
            "level {authn_context}\nauthenticated at {authn_instant}\n\
             could be presented until {valid_until}\n"
        );
        if let Some(ends) = assertion.session_not_on_or_after {
            let _ = writeln!(text, "its session ends at {ends}");
        }
        text += match assertion.name_id.as_ref().map(|name_id| &name_id.format) {
            None => "NameID: none\n".to_owned(),
            Some(None) => "NameID: one without Format\n".to_owned(),
            Some(Some(format)) => format!("NameID: one of Format {}\n", ReceivedUri::of(format)),
        }
        .as_str();
        let EncryptedParts { opened, unused, for_others } = assertion.encrypted_parts;
        for (parts, became) in [
            (opened, "opened"),
            (unused, "unused, so not decrypted"),
            (for_others, "for other recipients, so left out"),
        ] {
            if !parts.is_none() {
                let _ = writeln!(text, "encrypted by themselves: {}: {became}", counted(parts));
            }
        }
        for attribute in assertion.attributes.iter().take(NAMES) {
            let (name, count) = (shown_name(&attribute.name), attribute.values.len());
            let known = self.known_as(&attribute.name).map_or_else(
                || "not known to the configuration".to_owned(),
                |known| format!("known as {known}"),
            );
            let _ = writeln!(text, "attribute {name}: values: {count}, {known}");
        }
        let more = assertion.attributes.len().saturating_sub(NAMES);
        if more > 0 {
            let _ = writeln!(text, "and {more} attributes more");
        }
        text
    }

    fn assertion(&self, assertion: &ExplainedAssertion) -> Value {
        let format = assertion.name_id.as_ref().map(|name_id| &name_id.format);
        let attribute = |one: &silta_saml::Attribute| {
            let known = self.known_as(&one.name);
            json!({ "name": shown_name(&one.name), "values": one.values.len(), "known_as": known })
        };
        let attributes = assertion.attributes.iter().take(NAMES);
        let shown = |format: &String| ReceivedUri::of(format).to_string();
        json!({
            "level": assertion.authn_context,
            "authenticated": assertion.authn_instant.to_string(),
            "valid_until": assertion.valid_until.to_string(),
            "session_ends": assertion.session_not_on_or_after.map(|ends| ends.to_string()),
            "has_name_id": format.is_some(),
            "name_id_format": format.and_then(Option::as_ref).map(shown),
            "attributes": attributes.map(attribute).collect::<Vec<_>>(),
            "opened": parts(assertion.encrypted_parts.opened),
            "unused": parts(assertion.encrypted_parts.unused),
            "for_others": parts(assertion.encrypted_parts.for_others),
        })
    }

    /// The internal name of an attribute.
    fn known_as(&self, name: &str) -> Option<&str> {
        let mut known = self.dictionary.attributes();
        let known = known.find(|one| one.sources.iter().any(|theirs| theirs == name));
        known.map(|one| one.name.as_str())
    }
}

fn counted(parts: PartCount) -> String {
    let attributes = (parts.attributes > 0).then(|| format!("attributes: {}", parts.attributes));
    let name_id = parts.name_id.then(|| "NameID".to_owned());
    name_id.into_iter().chain(attributes).collect::<Vec<_>>().join(", ")
}

fn parts(parts: PartCount) -> Value {
    json!({ "name_id": parts.name_id, "attributes": parts.attributes })
}

fn verdict(refusal: Option<&LoginError>) -> String {
    let Some(error) = refusal else {
        return "accepted; whether it came before, and the rules of clients, were not judged"
            .to_owned();
    };
    format!("refused: {}{}", error.reason(), hint(error).unwrap_or_default())
}

/// What helps where it is only a matter of the time that it is judged at.
fn hint(error: &LoginError) -> Option<&'static str> {
    let LoginError::Upstream(CallbackError::Saml(error)) = error else { return None };
    match error {
        ResponseError::Message(MessageError::Stale { .. })
        | ResponseError::Expired { .. }
        | ResponseError::ConfirmationExpired { .. }
        | ResponseError::SessionOver { .. } => {
            Some("; to judge it as of when it came, write --at and the time of its line in the log")
        }
        _ => None,
    }
}

fn refused(error: &LoginError) -> String {
    format!(": {}: {error}", error.reason())
}

fn note(check: &str, outcome: CheckOutcome) -> &'static str {
    if check == Check::ResponseRequest.word() && outcome == CheckOutcome::NotJudged {
        return "; name it by --request";
    }
    ""
}

fn word(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Passed => "passed",
        CheckOutcome::Failed => "failed",
        CheckOutcome::NotReached => "not_reached",
        CheckOutcome::NotNeeded => "not_needed",
        CheckOutcome::NotJudged => "not_judged",
    }
}

/// The word, as wide as the widest.
fn padded(outcome: CheckOutcome) -> impl fmt::Display {
    format!("{:<11}", word(outcome).replace('_', " "))
}

/// As many attributes as a person reads.
const NAMES: usize = 32;
