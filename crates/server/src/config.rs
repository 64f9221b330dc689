//! The configuration file: read once and checked as a whole.

mod binary_format;
mod certificate_expiry;
mod claim_reader;
mod client_authentication;
mod clients;
mod control;
mod deny;
mod dictionaries;
mod file;
mod json_secret;
mod keys;
mod pem;
mod policy;
mod preset;
mod proxies;
mod public_url;
mod requested_attributes;
mod secret;
mod secret_format;
mod service_providers;
mod sessions;
mod source;
mod tables;
mod telemetry;
pub(crate) mod upstreams;
pub(crate) mod writers;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretString};
use silta_broker::ports::Signer;
use silta_broker::{
    ConfigurationHash, DenyRule, Language, NeededOfPerson, RelyingPartyPolicy, SealKey, SubjectKey,
    UpstreamName, needed_of_people,
};
use silta_config::description::{Memory, root};
use silta_config::secrets::Reference;
use silta_config::{Document, Section, Value};
use silta_oidc::{Client, Issuer, KeyRing, SignatureAlgorithm};
use silta_store::{RedisSettings, RedisStore};

use crate::summary::Summary;
use crate::trusted_proxies::TrustedProxies;
pub(crate) use binary_format::BinaryFormat;
pub(crate) use certificate_expiry::{NamedCertificate, with_expiry_warnings};
use dictionaries::Dictionaries;
pub(crate) use file::{FileError, FileText, Readers};
pub(crate) use file::{SeenFile, read_octets};
use keys::{Keys, OwnMaterial};
use tables::Tables;

pub(crate) use pem::why_no_certificate;
use secret_format::SecretFormatIssue;
pub(crate) use service_providers::SamlIdp;
pub(crate) use silta_config::Problems;
pub(crate) use source::FileSource;
pub(crate) use source::{
    KeySource, LocalSource, Nowhere, RemoteKey, SecretSource, SourceError, Sources, StoredSecret,
};
pub(crate) use telemetry::Telemetry;
pub(crate) use upstreams::UpstreamConfig;

/// A valid configuration.
pub(crate) struct Config {
    /// The address to listen at.
    pub(crate) listen: SocketAddr,
    /// The address of the admin listener, if there is one.
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Where operators ask this replica, if they may.
    pub(crate) control: Option<PathBuf>,
    /// What they are told of this configuration.
    pub(crate) summary: Option<Summary>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: TrustedProxies,
    /// The hash of all that counts, to tell which configuration runs.
    pub(crate) hash: ConfigurationHash,
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
    /// The signer of ID tokens by RS256.
    pub(crate) signer: Arc<dyn Signer>,
    /// Those by other algorithms.
    pub(crate) other_signers: Vec<(SignatureAlgorithm, Arc<dyn Signer>)>,
    /// A fingerprint of the key of every `sub`.
    pub(crate) subject_digest: [u8; 32],
    /// How often secrets and keys that others keep are fetched again.
    pub(crate) refresh: Duration,
    /// The issuer of ID tokens: the public URL.
    pub(crate) issuer: Issuer,
    /// The key of every `sub`.
    pub(crate) subject_key: SubjectKey,
    /// The upstreams.
    pub(crate) upstreams: BTreeMap<UpstreamName, UpstreamConfig>,
    /// The language of people where nothing else says theirs.
    pub(crate) language: Option<Language>,
    /// The clients, each with its policy.
    pub(crate) clients: Vec<(Client, RelyingPartyPolicy)>,
    /// The identity provider that we are for service providers, if there are any.
    pub(crate) saml_idp: Option<SamlIdp>,
    /// Logs, metrics and traces.
    pub(crate) telemetry: Telemetry,
}

impl Config {
    /// What relying parties need of the people of the upstream of this name.
    pub(crate) fn needed_of_people(&self, upstream: &UpstreamName) -> NeededOfPerson {
        let clients = self.clients.iter().map(|(_, policy)| policy);
        let policies = clients.chain(self.saml_idp.iter().flat_map(|idp| idp.policies.values()));
        let subject = self.upstreams.get(upstream).map(|upstream| &upstream.subject.attributes);
        needed_of_people(upstream, subject.map_or(&[], Vec::as_slice), policies)
    }

    /// When each certificate ends, ours and our peers', and each file with the metadata of a peer.
    pub(crate) fn ends(&self) -> Vec<NotAfter> {
        let certificates = self.certificates.iter();
        let certificates =
            certificates.map(|one| (one.party.clone(), one.usage, one.index, one.not_after));
        let metadata = self.upstreams.iter().filter_map(|(name, upstream)| match &upstream.peer {
            upstreams::Peer::Saml(peer) => {
                Some((name.to_string(), METADATA, 0, peer.metadata_end()?))
            }
            upstreams::Peer::Oidc(_) => None,
        });
        certificates.chain(metadata).collect()
    }
}

/// Whose certificate or metadata, its usage, its place in its list, and its end.
pub(crate) type NotAfter = (String, &'static str, usize, Timestamp);

/// The usage of a file with metadata.
const METADATA: &str = "metadata";

/// The store that the configuration chooses.
pub(crate) enum StoreConfig {
    /// In this process: one replica only.
    Memory,
    /// In Redis, shared by all replicas; beside it a fingerprint of its URL.
    Redis(Arc<RedisStore>, [u8; 32]),
}

/// Every reference of a configuration to what others keep.
pub(crate) fn references(text: &str) -> Vec<String> {
    // Most files have none, and to read a large one takes a while.
    if !silta_config::secrets::may_refer_elsewhere(text) {
        return vec![];
    }
    let texts = silta_config::texts(text).into_iter();
    texts.filter(|text| Reference::parse(text).is_ok()).collect()
}

/// The `admin_listen` of a configuration that may have problems elsewhere: no secret is read.
pub(crate) fn admin_listen(text: &str) -> Option<SocketAddr> {
    let document = Document::parse("", text).ok()?;
    document.text_of(root::ADMIN_LISTEN.name)?.parse().ok()
}

/// The path of the control socket of a configuration that may have problems elsewhere, as it is written: no secret is read.
pub(crate) fn control_socket(text: &str) -> Option<String> {
    let document = Document::parse("", text).ok()?;
    let place = [root::CONTROL.name, root::SOCKET.name];
    document.texts_at(&place).first().map(|&path| path.to_owned())
}

/// The checked text of a configuration with the profiles in files that it names.
///
/// # Errors
/// [`Problems`] when it is no YAML.
pub(crate) fn document<'t>(
    file: &str,
    text: &'t str,
    files: &dyn FileSource,
) -> Result<Document<'t>, Problems> {
    Document::parse_with(file, text, &|path| {
        let read = files.file(path).map_err(|error| error.messages(&files.tried(path)))?;
        Ok(read.text.expose_secret().to_owned())
    })
}

/// The hash of all that counts in a document.
pub(crate) fn hash_of(document: &Document<'_>) -> ConfigurationHash {
    ConfigurationHash::new(sha256(document.meaning().as_bytes()))
}

/// Reads and checks a configuration; returns its warnings too.
///
/// # Errors
/// [`Problems`]: every one.
pub(crate) fn load(
    file: &str,
    text: &str,
    sources: &Sources<'_>,
) -> Result<(Config, Problems), Problems> {
    let document = document(file, text, sources.files)?;
    let hash = hash_of(&document);
    document.read(|root| config(root, hash, sources))
}

fn config(root: &Section<'_>, hash: ConfigurationHash, sources: &Sources<'_>) -> Option<Config> {
    let issuer = root.value(&root::PUBLIC_URL).and_then(public_url::issuer);
    let listen = root.value(&root::LISTEN).and_then(socket);
    let admin_listen =
        root.optional(&root::ADMIN_LISTEN).map_or(Some(None), |value| socket(value).map(Some));
    if let (Some(listen), Some(Some(admin))) = (listen, admin_listen) {
        refuse_one_port(listen, admin, root.optional(&root::ADMIN_LISTEN)?);
    }
    let control = root
        .optional(&root::CONTROL)
        .map_or(Some(None), |value| control::read(value, sources).map(Some));
    let language =
        root.optional(&root::LANGUAGE).map_or(Some(None), |value| value.choice().map(Some));
    let trusted_proxies = root
        .optional(&root::TRUSTED_PROXIES)
        .map_or_else(|| Some(TrustedProxies::default()), |value| proxies::read(value, sources));
    let store = root.value(&root::STORE).and_then(|value| store(value, sources));
    let keys_section = root.value(&root::KEYS).and_then(|value| value.section(&root::KEYS));
    let (keys, own) =
        keys_section.as_ref().map_or_else(Default::default, |section| keys::read(section, sources));
    let dictionaries = dictionaries::read(root);
    let (tables, tables_are_good) = tables::read(root, sources);
    let deny = deny::read(root, &dictionaries);
    // Another section may have problems itself; those of this one are found all the same.
    let shared_upstreams = sessions::shared_upstreams(root);
    let context = ReadContext {
        shared_upstreams: &shared_upstreams,
        logging_out: RefCell::default(),
        issuer: issuer.as_ref(),
        keys: keys.as_ref(),
        own: &own,
        secrets: secret::KnownSecrets::default(),
        dictionaries: &dictionaries,
        tables: &tables,
        deny: deny.as_deref().unwrap_or_default(),
        sources,
    };
    let upstreams = root.value(&root::UPSTREAMS).and_then(|value| upstreams::read(value, &context));
    let clients = match root.optional(&root::CLIENTS) {
        None => Some(vec![]),
        Some(value) => clients::read(value, &context),
    };
    let saml_idp = root.optional(&root::SERVICE_PROVIDERS).map_or(Some(None), |value| {
        let clients = root.optional(&root::CLIENTS).and_then(|clients| clients.entries());
        let taken = clients.into_iter().flatten().map(|(name, _)| name).collect();
        service_providers::read(value, &taken, &context).map(Some)
    });
    sessions::refuse_short_idles(root, &shared_upstreams);
    let telemetry = root.value(&root::TELEMETRY).and_then(telemetry::read);
    let refresh = root
        .value(&root::SECRETS)
        .and_then(|value| value.section(&root::SECRETS))
        .and_then(|section| section.value(&root::REFRESH)?.duration());

    let (mut keys, mut upstreams, clients) = (keys?, upstreams?, clients?);
    let other_signers = other_signers(&mut keys, &clients);
    if !dictionaries.are_good || !tables_are_good || deny.is_none() {
        return None;
    }
    keys::warn_of_a_long_jwk_set(&keys_section?, &keys.key_ring);
    let mut certificates = keys.certificates;
    let of_upstreams = upstreams.values_mut().map(|one| std::mem::take(&mut one.certificates));
    certificates.extend(of_upstreams.flatten());
    let mut saml_idp = saml_idp?;
    let of_providers = saml_idp.iter().flat_map(|idp| idp.policies.values());
    let policies = clients.iter().map(|(_, policy)| policy).chain(of_providers);
    let policies: Vec<_> = policies.collect();
    requested_attributes::ask(&mut upstreams, &policies);
    certificates.extend(saml_idp.iter_mut().flat_map(|idp| std::mem::take(&mut idp.certificates)));
    Some(Config {
        listen: listen?,
        admin_listen: admin_listen?,
        control: control?,
        summary: None,
        trusted_proxies: trusted_proxies?,
        language: language?,
        hash,
        certificates,
        store: store?,
        seal: keys.seal,
        seal_retired: keys.seal_retired,
        key_ring: keys.key_ring,
        signer: keys.signer,
        other_signers,
        subject_digest: keys.subject_digest,
        refresh: refresh?,
        issuer: issuer?,
        subject_key: keys.subject,
        upstreams,
        clients,
        saml_idp,
        telemetry: telemetry?,
    })
}

/// The signers of ID tokens that are not for RS256. The keys for PS256 are published where a client uses it.
fn other_signers(
    keys: &mut Keys,
    clients: &[(Client, RelyingPartyPolicy)],
) -> Vec<(SignatureAlgorithm, Arc<dyn Signer>)> {
    let mut uses_pss = clients.iter().map(|(client, _)| client.id_token_algorithm());
    let ec = keys.ec_signer.take().map(|signer| (SignatureAlgorithm::Es256, signer));
    let mut signers = Vec::from_iter(ec);
    if uses_pss.any(|algorithm| algorithm == SignatureAlgorithm::Ps256) {
        let (public, private): (Vec<_>, Vec<_>) = std::mem::take(&mut keys.pss).into_iter().unzip();
        keys.key_ring = keys.key_ring.and(public);
        signers.extend(private.into_iter().take(1).map(|one| (SignatureAlgorithm::Ps256, one)));
    }
    signers
}

/// The other sections, as far as they could be read.
struct ReadContext<'c> {
    issuer: Option<&'c Issuer>,
    keys: Option<&'c Keys>,
    /// What of our keys could be read.
    own: &'c OwnMaterial,
    /// The secrets that were read so far.
    secrets: secret::KnownSecrets,
    /// What each upstream sends.
    dictionaries: &'c Dictionaries,
    /// What operators look up.
    tables: &'c Tables,
    /// Who is kept out, whatever the relying party.
    deny: &'c [DenyRule],
    sources: &'c Sources<'c>,
    /// The upstreams whose sessions answer requests.
    shared_upstreams: &'c BTreeSet<&'c str>,
    /// The upstreams that were read so far and log out.
    logging_out: RefCell<BTreeSet<UpstreamName>>,
}

/// The description says that it can be parsed.
fn socket(value: Value<'_>) -> Option<SocketAddr> {
    value.text()?.parse().ok()
}

/// Two listeners cannot have one port of one address, and a wildcard is every address: that of IPv6 takes those of
/// IPv4 too.
fn refuse_one_port(listen: SocketAddr, admin: SocketAddr, value: Value<'_>) {
    let (one, other) = (listen.ip(), admin.ip());
    let holds =
        |wide: IpAddr, ip: IpAddr| wide.is_unspecified() && (wide.is_ipv6() || ip.is_ipv4());
    if listen.port() != admin.port() || listen.port() == 0 {
        return;
    }
    if one == other {
        value.refuse::<()>("listen and admin_listen are the same", "give them two ports");
    } else if holds(one, other) || holds(other, one) {
        let what = "listen has the same port, and one of the two takes it at every address";
        value.refuse::<()>(what, "give them two ports");
    }
}

fn store(value: Value<'_>, sources: &Sources<'_>) -> Option<StoreConfig> {
    if !value.is_mapping() {
        return value.choice().map(|Memory| StoreConfig::Memory);
    }
    let value = value.section(&root::STORE)?.value(&root::REDIS_URL)?;
    let url = secret::resolve(value, sources)?;
    let url = SecretString::from(url.expose_secret().trim());
    if let Some(oddity) = SecretFormatIssue::of_any_secret(url.expose_secret()) {
        return value.refuse_with(&oddity);
    }
    match RedisStore::open(RedisSettings::new(url.clone())) {
        Ok(store) => {
            let digest = sha256(url.expose_secret().as_bytes());
            Some(StoreConfig::Redis(Arc::new(store), digest))
        }
        Err(error) => value.refuse_with(&error),
    }
}

#[cfg(test)]
mod tests;
