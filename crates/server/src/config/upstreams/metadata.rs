//! `metadata` of a SAML upstream: a file, which is read at once, or an address.

use jiff::{SignedDuration, Timestamp};
use silta_broker::ports::Clock as _;
use silta_broker::upstream::{METADATA_TIME_OUT, MetadataSettings};
use silta_config::description::{Tls, upstreams};
use silta_config::{Value, ValueLocation};
use silta_oidc::{OutboundUrl, OutboundUrlError};
use silta_saml::{
    Certificate, IdentityProviderDescription, LeftOutKey, MetadataError, MetadataSigners,
    MetadataTrust, VerificationKey,
};

use super::{owned, peer_certificates};
use crate::config::ReadContext;
use crate::system::SystemClock;

/// What is said of an identity provider by its metadata.
pub(super) enum SamlMetadata {
    /// A file says it.
    Read(Box<IdentityProviderDescription>),
    /// It is to be fetched.
    Fetched(MetadataSettings),
}

/// Reads `metadata`; `entity_id` is the one that is meant, if the file or the profile says it.
pub(super) fn read(
    value: Value<'_>,
    entity_id: Option<&str>,
    context: &ReadContext<'_>,
) -> Option<SamlMetadata> {
    let source = Source::of(value, context)?;
    match source.from.text()?.strip_prefix(FILE) {
        Some(path) => file(&source, path, entity_id, context),
        None => address(source, entity_id),
    }
}

/// Where it is, and who vouches for it.
struct Source<'d> {
    from: Value<'d>,
    signers: Option<MetadataSigners>,
    trust: Option<Value<'d>>,
    hosts: Option<Vec<String>>,
}

impl<'d> Source<'d> {
    fn of(value: Value<'d>, context: &ReadContext<'_>) -> Option<Self> {
        if !value.is_mapping() {
            return Some(Self { from: value, signers: None, trust: None, hosts: None });
        }
        let section = value.section(&upstreams::METADATA)?;
        let written = section.optional(&upstreams::SIGNERS);
        let signers = written.map(|value| signers(value, context));
        let trust: Option<Value<'d>> = section.optional(&upstreams::TRUST);
        let word: Option<Option<Tls>> = trust.map_or(Some(None), |value| value.choice().map(Some));
        let hosts = section
            .optional(&upstreams::HOSTS)
            .map_or(Some(None), |value| value.each(owned).map(Some));
        let from = section.value(&upstreams::METADATA_FROM)?;
        word?;
        let signers = match signers {
            None => None,
            Some(signers) => Some(signers?),
        };
        Some(Self { from, signers, trust, hosts: hosts? })
    }
}

/// Reads the octets of a file; of the entity of this name, or of the only one. Who put the file there says
/// that it is the present one, so what is signed need not end.
///
/// # Errors
/// [`MetadataError`].
pub(crate) fn read_file(
    octets: &[u8],
    entity_id: Option<&str>,
    signers: Option<MetadataSigners>,
    now: Timestamp,
) -> Result<IdentityProviderDescription, MetadataError> {
    let signers = signers.map(MetadataSigners::who_give_no_end);
    let trust = trust_of(signers.as_ref());
    match entity_id {
        Some(name) => IdentityProviderDescription::read(octets, name, trust, now),
        None => IdentityProviderDescription::read_alone(octets, trust, now),
    }
}

fn trust_of(signers: Option<&MetadataSigners>) -> MetadataTrust<'_> {
    signers.map_or(MetadataTrust::Source, MetadataTrust::Signers)
}

fn file(
    source: &Source<'_>,
    path: &str,
    entity_id: Option<&str>,
    context: &ReadContext<'_>,
) -> Option<SamlMetadata> {
    let from = source.from;
    if let Some(trust) = source.trust {
        return trust.refuse("a file comes by no network", "leave it out");
    }
    let document = match context.sources.files.document(path) {
        Ok(document) => document,
        Err(error) => {
            let (what, instead) = error.messages(&context.sources.files.tried(path));
            return from.refuse(what, instead);
        }
    };
    let now = SystemClock.now();
    let signers = source.signers.clone().map(MetadataSigners::who_give_no_end);
    let trust = trust_of(signers.as_ref());
    // An end that was missed stops the logins there, and nobody else's, also at the next start.
    let read = IdentityProviderDescription::read_even_ended(&document, entity_id, trust, now);
    let checked = read.and_then(|read| match &source.hosts {
        Some(hosts) => read.check_hosts(hosts).map(|()| read),
        None => Ok(read),
    });
    match checked {
        Ok(read) => {
            let own = &context.own.certificates;
            if read.signing().iter().any(|one| own.contains(&one.base64())) {
                let what = format!("a signing certificate in {path} is our own");
                return from.refuse(what, "give the metadata of the peer");
            }
            warn_of_what_is_left_out(from, path, read.left_out());
            warn_of_end(from, path, read.valid_until(), now);
            Some(SamlMetadata::Read(Box::new(read)))
        }
        Err(error) => {
            let hosts = source.hosts.as_deref().unwrap_or_default();
            refuse_with_hint(from, error, error.hint(&document, entity_id, hosts))
        }
    }
}

/// Many publishers write an end that is always near, so only one that comes soon is told.
fn warn_of_end(from: Value<'_>, path: &str, end: Option<Timestamp>, now: Timestamp) {
    match end {
        Some(end) if end.duration_since(now) > WARNED_BEFORE => {}
        Some(end) if end <= now => {
            let what = format!("{path} ended at {end}: nobody can log in there");
            from.warn(what, "put a newer one there and restart, or give its address");
        }
        Some(end) => {
            let what = format!("{path} ends at {end}: from then on nobody can log in there");
            from.warn(what, "put a newer one there in time, or give its address");
        }
        None => {}
    }
}

/// Says of `metadata`, or of `from` in it, why the file that it names is not taken.
pub(super) fn refuse<T>(value: Value<'_>, error: MetadataError) -> Option<T> {
    refuse_with_hint(value, error, None)
}

/// The same with what of the document helps.
fn refuse_with_hint<T>(value: Value<'_>, error: MetadataError, hint: Option<String>) -> Option<T> {
    let from = if value.is_mapping() {
        value.section(&upstreams::METADATA)?.value(&upstreams::METADATA_FROM)?
    } else {
        value
    };
    let path = from.text()?.strip_prefix(FILE)?;
    let sentence = error.to_string();
    let (what, instead) = sentence.split_once("; ").unwrap_or((&sentence, "correct it"));
    let instead = [Some(instead.to_owned()), hint].into_iter().flatten().collect::<Vec<_>>();
    from.refuse(format!("{path} cannot be used ({}): {what}", error.reason()), instead.join("; "))
}

fn warn_of_what_is_left_out(from: Value<'_>, path: &str, left_out: &[LeftOutKey]) {
    for reason in left_out {
        let what = format!("a signing key in {path} does not count: {reason}");
        from.warn(what, "what it signs is refused; ask its owner which key comes next");
    }
}

fn address(source: Source<'_>, entity_id: Option<&str>) -> Option<SamlMetadata> {
    let Source { from, signers, trust, hosts } = source;
    let url = match OutboundUrl::parse(from.text()?) {
        Ok(url) => url,
        Err(error @ (OutboundUrlError::TooLong | OutboundUrlError::Url(_))) => {
            return from.refuse_with(&error);
        }
    };
    let vouched = "signers: [file:CERTIFICATE], or trust: tls where nobody signs it";
    let named = "entity_id: the entityID that its people name";
    let Some(entity_id) = entity_id else {
        let what = "without entity_id any entity could stand there tomorrow";
        if signers.is_none() && trust.is_none() {
            let what = format!("{what}, and nobody vouches for what comes from there");
            let instead =
                format!("add {named}, and write metadata: {{ from: https://…, {vouched} }}");
            return from.refuse(what, instead);
        }
        return from.refuse(what, format!("add {named}"));
    };
    let signers = match (signers, trust) {
        (None, None) => {
            let what = "nobody vouches for what comes from there";
            let instead = format!("write metadata: {{ from: https://…, {vouched} }}");
            return from.refuse(what, instead);
        }
        (None, Some(trust)) => {
            let what = "whoever controls its host, or its name, can let anybody in as anybody";
            trust.warn(what, "write signers: with the certificate of its signer, if it is signed");
            None
        }
        // TLS says that it is the present one.
        (Some(signers), Some(_)) => Some(signers.who_give_no_end()),
        (Some(signers), None) => Some(signers),
    };
    let own_host = || url.as_url().host_str().map(str::to_owned).into_iter().collect();
    let hosts = hosts.unwrap_or_else(own_host);
    let entity_id = entity_id.to_owned();
    Some(SamlMetadata::Fetched(MetadataSettings {
        url,
        entity_id,
        signers,
        hosts,
        time_out: METADATA_TIME_OUT,
    }))
}

/// Those of whom one must have signed it.
fn signers(value: Value<'_>, context: &ReadContext<'_>) -> Option<MetadataSigners> {
    let certificates: Vec<(ValueLocation, Certificate)> = peer_certificates(value, context)?;
    let keys = certificates.iter().map(|(_, one)| VerificationKey::of(one));
    let keys = match keys.collect::<Result<Vec<_>, _>>() {
        Ok(keys) => keys,
        Err(error) => return value.refuse_with(&error),
    };
    match MetadataSigners::new(keys) {
        Ok(signers) => Some(signers),
        Err(error) => value.refuse_with(&error),
    }
}

/// What a reference to a file begins with.
const FILE: &str = "file:";

/// As long as it takes to ask for the next one.
const WARNED_BEFORE: SignedDuration = SignedDuration::from_hours(14 * 24);
