//! The configuration file: read once and checked as a whole.

mod certificate_expiry;
mod clients;
mod dictionary;
mod file;
mod json_secret;
mod keys;
mod pem;
mod policy;
mod problem;
mod profile;
mod proxies;
mod secret;
mod secret_format;
mod service_providers;
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
use silta_broker::{RelyingPartyPolicy, SealKey, SubjectKey, UpstreamName};
use silta_mapping::{Dictionary, suggest};
use silta_oidc::{Client, Issuer, KeyRing};
use silta_store::{RedisSettings, RedisStore};

use crate::aws::AwsReference;
use crate::trusted_proxies::TrustedProxies;
pub(crate) use certificate_expiry::{NamedCertificate, with_expiry_warnings};
pub(crate) use file::{FileError, FileText, Readers};
pub(crate) use problem::Problems;
pub(crate) use secret::{LocalResolver, Resolver};
use secret_format::SecretFormatIssue;
pub(crate) use service_providers::SamlIdp;
pub(crate) use telemetry::Telemetry;
pub(crate) use upstreams::{OidcPeer, Peer, SamlPeer, UpstreamConfig};
use yaml::{Section, Value};

/// A valid configuration.
pub(crate) struct Config {
    /// The address to listen at.
    pub(crate) listen: SocketAddr,
    /// The address of the admin listener, if there is one.
    pub(crate) admin_listen: Option<SocketAddr>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: TrustedProxies,
    /// The SHA-256 of the file, to tell which configuration runs.
    pub(crate) digest: String,
    /// Every certificate, ours and our peers', for warnings before they end.
    pub(crate) certificates: Vec<NamedCertificate>,
    /// The store.
    pub(crate) store: StoreConfig,
    /// The key that seals records.
    pub(crate) seal: SealKey,
    /// Retired keys, which still open them.
    pub(crate) seal_retired: Vec<SealKey>,
    /// The public keys of ID tokens.
    pub(crate) key_ring: KeyRing,
    /// The signer of ID tokens.
    pub(crate) signer: Arc<dyn Signer>,
    /// A fingerprint of the key of every `sub`.
    pub(crate) subject_digest: [u8; 32],
    /// How often secrets and keys are fetched from AWS again.
    pub(crate) refresh: Duration,
    /// The issuer of ID tokens: the public URL.
    pub(crate) issuer: Issuer,
    /// The attribute dictionary.
    pub(crate) dictionary: Dictionary,
    /// The key of every `sub`.
    pub(crate) subject_key: SubjectKey,
    /// The upstreams.
    pub(crate) upstreams: BTreeMap<UpstreamName, UpstreamConfig>,
    /// The clients, each with its policy.
    pub(crate) clients: Vec<(Client, RelyingPartyPolicy)>,
    /// The identity provider that we are for service providers, if there are any.
    pub(crate) saml_idp: Option<SamlIdp>,
    /// Logs, metrics and traces.
    pub(crate) telemetry: Telemetry,
}

/// The store that the configuration chooses.
pub(crate) enum StoreConfig {
    /// In this process: one replica only.
    Memory,
    /// In Redis, shared by all replicas; beside it a fingerprint of its URL.
    Redis(Arc<RedisStore>, [u8; 32]),
}

/// The references of a configuration to AWS.
pub(crate) fn references(text: &str) -> BTreeSet<AwsReference> {
    yaml::texts(text).iter().filter_map(|text| AwsReference::parse(text)).collect()
}

/// The `admin_listen` of a configuration that may have problems elsewhere: no secret is read.
pub(crate) fn admin_listen(text: &str) -> Option<SocketAddr> {
    yaml::text_of(text, "admin_listen")?.parse().ok()
}

/// Reads and checks a configuration; returns its warnings too.
///
/// # Errors
/// [`Problems`]: every one.
pub(crate) fn load(
    file: &str,
    text: &str,
    resolver: &dyn Resolver,
) -> Result<(Config, Problems), Problems> {
    let digest = URL_SAFE_NO_PAD.encode(sha256(text.as_bytes()));
    let (config, warnings) = yaml::read(file, text, |root| config(root, resolver))?;
    Ok((Config { digest, ..config }, warnings))
}

fn config(root: &Section<'_>, resolver: &dyn Resolver) -> Option<Config> {
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
        root.value().refuse::<()>("listen and admin_listen are the same", "give them two ports");
    }
    let trusted_proxies = root
        .optional("trusted_proxies")
        .map_or_else(|| Some(TrustedProxies::default()), |value| proxies::read(value, resolver));
    let store = root
        .required("store", "memory, or redis: and a reference to its URL")
        .and_then(|value| store(value, resolver));
    let keys = root
        .required("keys", "id_token, saml_signing, saml_encryption, seal and subject below")
        .and_then(Value::section)
        .and_then(|section| keys::read(&section, resolver));
    let dictionary = dictionary::read(root.optional("attributes"));
    // Another section may have problems itself; those of this one are found all the same.
    let upstreams =
        root.required("upstreams", "one identity provider at least").and_then(|value| {
            upstreams::read(value, issuer.as_ref(), keys.as_ref(), dictionary.as_ref(), resolver)
        });
    let clients = match (root.optional("clients"), root.optional("service_providers")) {
        (None, Some(_)) => Some(vec![]),
        _ => root.required("clients", "one client at least, or service_providers").and_then(
            |value| clients::read(value, dictionary.as_ref(), upstreams.as_ref(), resolver),
        ),
    };
    let saml_idp = root.optional("service_providers").map_or(Some(None), |value| {
        let sections = (dictionary.as_ref(), upstreams.as_ref(), keys.as_ref());
        let taken = clients.iter().flatten().map(|(client, _)| client.id().as_str()).collect();
        service_providers::read(value, issuer.as_ref(), &taken, sections, resolver).map(Some)
    });
    let telemetry =
        root.optional("telemetry").map_or_else(|| Some(Telemetry::default()), telemetry::read);
    let refresh = root.optional("secrets").map_or(Some(REFRESH), refresh);

    let (keys, upstreams) = (keys?, upstreams?);
    let mut certificates = keys.certificates;
    for (name, one) in &upstreams {
        if let Peer::Saml(peer) = &one.peer {
            let (at, all) = (&peer.certificates_at, &peer.certificates);
            certificates.extend(NamedCertificate::all(name.as_str(), "signing", at, all));
        }
    }
    let mut saml_idp = saml_idp?;
    certificates.extend(saml_idp.iter_mut().flat_map(|idp| std::mem::take(&mut idp.certificates)));
    Some(Config {
        listen: listen?,
        admin_listen: admin_listen?,
        trusted_proxies: trusted_proxies?,
        digest: String::new(),
        certificates,
        store: store?,
        seal: keys.seal,
        seal_retired: keys.seal_retired,
        key_ring: keys.key_ring,
        signer: keys.signer,
        subject_digest: keys.subject_digest,
        refresh: refresh?,
        issuer: issuer?,
        dictionary: dictionary?,
        subject_key: keys.subject,
        upstreams,
        clients: clients?,
        saml_idp,
        telemetry: telemetry?,
    })
}

fn issuer(value: &Value<'_>) -> Option<Issuer> {
    match Issuer::parse(value.text()?) {
        Ok(issuer) => Some(issuer),
        Err(error) => value.refuse_with(&error),
    }
}

fn socket(value: &Value<'_>) -> Option<SocketAddr> {
    match value.text()?.parse() {
        Ok(address) => Some(address),
        Err(_) => value.refuse("it is not an address and a port", "write one such as 0.0.0.0:8080"),
    }
}

fn store(value: &Value<'_>, resolver: &dyn Resolver) -> Option<StoreConfig> {
    if !value.is_mapping() {
        let word = value.text()?;
        if word == "memory" {
            return Some(StoreConfig::Memory);
        }
        let instead = match suggest(word, ["memory"]) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "write memory, or { redis: env:NAME }".to_owned(),
        };
        return value.refuse("it is not a word that is known here", instead);
    }
    let section = value.section()?;
    let url = section.required("redis", "a reference to its URL, such as env:SILTA_REDIS_URL");
    section.refuse_unknown();
    let url_value = url?;
    let url = secret::resolve(url_value, resolver)?;
    let url = SecretString::from(url.expose_secret().trim());
    if let Some(oddity) = SecretFormatIssue::of_any_secret(url.expose_secret()) {
        return url_value.refuse_with(&oddity);
    }
    match RedisStore::open(RedisSettings::new(url.clone())) {
        Ok(store) => {
            let digest = sha256(url.expose_secret().as_bytes());
            Some(StoreConfig::Redis(Arc::new(store), digest))
        }
        Err(error) => url_value.refuse_with(&error),
    }
}

fn refresh(value: &Value<'_>) -> Option<Duration> {
    let section = value.section()?;
    let refresh = section.optional("refresh").map_or(Some(REFRESH), |value| {
        let refresh = value.duration()?;
        if (Duration::from_secs(1)..=Duration::from_hours(1)).contains(&refresh) {
            return Some(refresh);
        }
        value.refuse("it is not between one second and one hour", "write a duration such as 1m")
    });
    section.refuse_unknown();
    refresh
}

/// Three calls a minute and secret: less than a dollar a month.
const REFRESH: Duration = Duration::from_mins(1);
/// Containers map it; nothing but the load balancer should reach it.
const LISTEN: ([u8; 4], u16) = ([0, 0, 0, 0], 8080);
