//! The configuration file: read once, checked whole, turned into what the broker runs on.

mod clients;
mod dictionary;
mod ends;
mod file;
mod json_secret;
mod keys;
mod pem;
mod problem;
mod profile;
mod proxies;
mod secret;
mod shape;
mod telemetry;
mod upstreams;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretString};
use silta_broker::ports::Signer;
use silta_broker::{SealKey, Settings, UpstreamName};
use silta_mapping::suggest;
use silta_oidc::{Issuer, KeyRing};
use silta_store::{RedisSettings, RedisStore};

use crate::aws::Reference;
use crate::source::TrustedProxies;
pub(crate) use ends::{NamedCertificate, with_ending};
pub(crate) use file::{FileError, FileText, Readers};
pub(crate) use problem::Problems;
pub(crate) use secret::{Machine, Sources};
use shape::Oddity;
pub(crate) use telemetry::Telemetry;
use yaml::{Section, Value};

/// A configuration in which everything fits together.
pub(crate) struct Config {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// Where health and metrics are shown, if anywhere.
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Who is believed about where a request came from.
    pub(crate) trusted_proxies: TrustedProxies,
    /// The SHA-256 of the file, to tell which configuration runs.
    pub(crate) digest: String,
    /// Every certificate, ours and our peers', for warnings before they end.
    pub(crate) certificates: Vec<NamedCertificate>,
    /// Where records are kept.
    pub(crate) store: StoreChoice,
    /// The key that seals records.
    pub(crate) seal: SealKey,
    /// Former keys, which still open them.
    pub(crate) seal_retired: Vec<SealKey>,
    /// The public keys of ID tokens.
    pub(crate) ring: KeyRing,
    /// What signs them.
    pub(crate) signer: Arc<dyn Signer>,
    /// A fingerprint of the key of every `sub`.
    pub(crate) subject_digest: [u8; 32],
    /// How often what lies at AWS is fetched again.
    pub(crate) refresh: Duration,
    /// What the broker is told.
    pub(crate) settings: Settings,
    /// Our metadata, for each upstream.
    pub(crate) metadata: BTreeMap<UpstreamName, String>,
    /// How many octets an answer of each upstream may have, as it is posted.
    pub(crate) response_limits: BTreeMap<UpstreamName, usize>,
    /// What an operator is told, and how.
    pub(crate) telemetry: Telemetry,
}

/// Where records are kept.
pub(crate) enum StoreChoice {
    /// In this process: one replica only.
    Memory,
    /// In Redis, shared by all replicas; beside it a fingerprint of its URL.
    Redis(Arc<RedisStore>, [u8; 32]),
}

/// What a configuration refers to at AWS.
pub(crate) fn references(text: &str) -> BTreeSet<Reference> {
    yaml::texts(text).iter().filter_map(|text| Reference::parse(text)).collect()
}

/// Where health and metrics are shown, of a configuration that may be wrong elsewhere: its secrets
/// are not looked for.
pub(crate) fn admin_listen(text: &str) -> Option<SocketAddr> {
    yaml::text_of(text, "admin_listen")?.parse().ok()
}

/// Reads and checks a configuration. Beside it stands what is doubtful.
///
/// # Errors
/// [`Problems`]: all of them.
pub(crate) fn load(
    file: &str,
    text: &str,
    sources: &dyn Sources,
) -> Result<(Config, Problems), Problems> {
    let digest = URL_SAFE_NO_PAD.encode(sha256(text.as_bytes()));
    let (config, doubts) = yaml::read(file, text, |root| config(root, sources))?;
    Ok((Config { digest, ..config }, doubts))
}

fn config(root: &Section<'_>, sources: &dyn Sources) -> Option<Config> {
    let issuer = root
        .required(
            "public_url",
            "the URL that browsers and clients use, such as https://login.example",
        )
        .and_then(issuer);
    let listen = root.optional("listen").map_or_else(|| Some(LISTEN.into()), socket);
    let admin_listen =
        root.optional("admin_listen").map_or(Some(None), |value| socket(value).map(Some));
    if let (Some(listen), Some(Some(admin))) = (listen, admin_listen)
        && listen == admin
        && listen.port() != 0
    {
        root.value().wrong::<()>("listen and admin_listen are the same", "give them two ports");
    }
    let trusted_proxies = root
        .optional("trusted_proxies")
        .map_or_else(|| Some(TrustedProxies::default()), |value| proxies::read(value, sources));
    let store = root
        .required("store", "memory, or redis: and a reference to its URL")
        .and_then(|value| store(value, sources));
    let keys = root
        .required("keys", "id_token, saml_signing, saml_encryption, seal and subject below")
        .and_then(Value::section)
        .and_then(|section| keys::read(&section, sources));
    let dictionary = dictionary::read(root.optional("attributes"));
    // What they rest on may be wrong itself; their own mistakes are found all the same.
    let upstreams =
        root.required("upstreams", "one identity provider at least").and_then(|value| {
            upstreams::read(value, issuer.as_ref(), keys.as_ref(), dictionary.as_ref(), sources)
        });
    let clients = root
        .required("clients", "one client at least")
        .and_then(|value| clients::read(value, dictionary.as_ref(), upstreams.as_ref(), sources));
    let telemetry =
        root.optional("telemetry").map_or_else(|| Some(Telemetry::default()), telemetry::read);
    let refresh = root.optional("secrets").map_or(Some(REFRESH), refresh);

    let (keys, upstreams) = (keys?, upstreams?);
    let metadata = upstreams.iter().map(|(name, one)| (name.clone(), one.metadata.clone()));
    let metadata = metadata.collect();
    let limits = upstreams.iter().map(|(name, one)| (name.clone(), one.response_limit));
    let response_limits = limits.collect();
    let mut certificates = keys.certificates;
    for (name, one) in &upstreams {
        certificates.extend(NamedCertificate::all(
            name.as_str(),
            "signing",
            &one.certificates_at,
            &one.certificates,
        ));
    }
    Some(Config {
        listen: listen?,
        admin_listen: admin_listen?,
        trusted_proxies: trusted_proxies?,
        digest: String::new(),
        certificates,
        store: store?,
        seal: keys.seal,
        seal_retired: keys.seal_retired,
        ring: keys.ring,
        signer: keys.signer,
        subject_digest: keys.subject_digest,
        refresh: refresh?,
        metadata,
        response_limits,
        settings: Settings {
            issuer: issuer?,
            dictionary: dictionary?,
            subject_key: keys.subject,
            upstreams: upstreams
                .into_iter()
                .map(|(name, one)| (name, (one.upstream as _, one.subject)))
                .collect(),
            clients: clients?,
        },
        telemetry: telemetry?,
    })
}

fn issuer(value: &Value<'_>) -> Option<Issuer> {
    match Issuer::parse(value.text()?) {
        Ok(issuer) => Some(issuer),
        Err(fault) => value.wrong_fault(&fault),
    }
}

fn socket(value: &Value<'_>) -> Option<SocketAddr> {
    match value.text()?.parse() {
        Ok(address) => Some(address),
        Err(_) => value.wrong("it is not an address and a port", "write one such as 0.0.0.0:8080"),
    }
}

fn store(value: &Value<'_>, sources: &dyn Sources) -> Option<StoreChoice> {
    if !value.is_mapping() {
        let word = value.text()?;
        if word == "memory" {
            return Some(StoreChoice::Memory);
        }
        let instead = match suggest(word, ["memory"]) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "write memory, or { redis: env:NAME }".to_owned(),
        };
        return value.wrong("it is not a word that is known here", instead);
    }
    let section = value.section()?;
    let url = section.required("redis", "a reference to its URL, such as env:SILTA_REDIS_URL");
    section.refuse_unknown();
    let url_value = url?;
    let url = secret::follow(url_value, sources)?;
    let url = SecretString::from(url.expose_secret().trim());
    if let Some(oddity) = Oddity::of_any(url.expose_secret()) {
        return url_value.wrong_fault(&oddity);
    }
    match RedisStore::open(RedisSettings::new(url.clone())) {
        Ok(store) => {
            let digest = sha256(url.expose_secret().as_bytes());
            Some(StoreChoice::Redis(Arc::new(store), digest))
        }
        Err(fault) => url_value.wrong_fault(&fault),
    }
}

fn refresh(value: &Value<'_>) -> Option<Duration> {
    let section = value.section()?;
    let refresh = section.optional("refresh").map_or(Some(REFRESH), |value| {
        let refresh = value.duration()?;
        if (Duration::from_secs(1)..=Duration::from_hours(1)).contains(&refresh) {
            return Some(refresh);
        }
        value.wrong("it is not between one second and one hour", "write a duration such as 1m")
    });
    section.refuse_unknown();
    refresh
}

/// Three calls a minute and secret: less than a dollar a month.
const REFRESH: Duration = Duration::from_mins(1);
/// Containers map it; nothing but the load balancer should reach it.
const LISTEN: ([u8; 4], u16) = ([0, 0, 0, 0], 8080);
