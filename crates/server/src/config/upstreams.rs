//! `upstreams`: the identity providers.

mod encrypted;
mod fit;
mod metadata;
mod name_ids;
mod oidc;
mod request;
mod requests;
mod saml;
mod sp_demands;
mod sp_lint;
mod sp_metadata;
mod subject;
mod sweden;

use std::collections::{BTreeMap, BTreeSet};

use secrecy::ExposeSecret;
use silta_broker::UpstreamName;
use silta_config::description::{Choice, Key, Protocol, root, upstreams};
use silta_config::{Section, Value, ValueLocation};
use silta_mapping::Dictionary;
use silta_oidc::Issuer;
use silta_saml::Certificate;
use url::Url;

use super::pem::{self, PemKind};
use super::sessions;
use super::source::Sources;
use super::{NamedCertificate, ReadContext};
pub(crate) use metadata::read_file;
pub(crate) use oidc::OidcPeer;
pub(crate) use saml::{SamlPeer, SamlSource};
pub(crate) use sp_lint::{MetadataFinding, findings};
pub(crate) use sp_metadata::{SpMetadata, UnsignedMetadataError};
pub(crate) use subject::Subject;

/// One configured upstream.
pub(crate) struct UpstreamConfig {
    /// The identity provider.
    pub(crate) peer: Peer,
    /// The attributes that it sends.
    pub(crate) dictionary: Dictionary,
    /// What its people are known by.
    pub(crate) subject: Subject,
    /// The assurance levels that it may assert, weakest first.
    pub(crate) levels: Vec<String>,
    /// The certificates that it signs with.
    pub(super) certificates: Vec<NamedCertificate>,
    /// Whether it may be asked for a login without a page.
    pub(crate) passive: bool,
    /// Whether the sessions that begin there answer requests.
    pub(crate) sso: bool,
}

impl UpstreamConfig {
    /// Within what its people's names mean something, by the key that says it; nothing where they are known by what means
    /// the same at every provider. `issuer` is who we are to relying parties.
    pub(crate) fn scope_of_names(&self, issuer: &Issuer) -> Vec<(&'static str, String)> {
        if self.subject.name_of_one_provider().is_none() {
            return vec![];
        }
        match &self.peer {
            Peer::Saml(peer) => peer.scope_of_names(self.subject.is_name_id()),
            Peer::Oidc(peer) => {
                // A pairwise one hangs on the host that people come back to [OIDC Core §8.1].
                let host = Url::parse(issuer.as_str()).ok();
                let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
                vec![
                    (upstreams::ISSUER.name, peer.settings.issuer.as_str().to_owned()),
                    (upstreams::CLIENT_ID.name, peer.settings.client_id.as_str().to_owned()),
                    (root::PUBLIC_URL.name, host.to_owned()),
                ]
            }
        }
    }
}

/// An identity provider, by protocol.
pub(crate) enum Peer {
    /// By SAML.
    Saml(Box<SamlPeer>),
    /// By OpenID Connect.
    Oidc(Box<OidcPeer>),
}

impl Peer {
    /// Its protocol.
    pub(crate) fn protocol(&self) -> Protocol {
        match self {
            Self::Saml(_) => Protocol::Saml,
            Self::Oidc(_) => Protocol::Oidc,
        }
    }
}

/// The upstream of this name, or the only one, that speaks SAML.
///
/// # Errors
/// A sentence that lists those that there are.
pub(crate) fn saml_upstream<'c>(
    upstreams: &'c BTreeMap<UpstreamName, UpstreamConfig>,
    named: Option<&str>,
) -> Result<(&'c UpstreamName, &'c SamlPeer), String> {
    one_that_speaks("SAML", upstreams, named, |one| match &one.peer {
        Peer::Saml(peer) => Some(peer.as_ref()),
        Peer::Oidc(_) => None,
    })
}

/// The same for OpenID Connect.
///
/// # Errors
/// The same.
pub(crate) fn oidc_upstream<'c>(
    upstreams: &'c BTreeMap<UpstreamName, UpstreamConfig>,
    named: Option<&str>,
) -> Result<(&'c UpstreamName, &'c UpstreamConfig), String> {
    one_that_speaks("OpenID Connect", upstreams, named, |one| match &one.peer {
        Peer::Oidc(_) => Some(one),
        Peer::Saml(_) => None,
    })
}

fn one_that_speaks<'c, T: Copy>(
    protocol: &str,
    upstreams: &'c BTreeMap<UpstreamName, UpstreamConfig>,
    named: Option<&str>,
    pick: impl Fn(&'c UpstreamConfig) -> Option<T>,
) -> Result<(&'c UpstreamName, T), String> {
    let all: Vec<_> = upstreams.iter().filter_map(|(name, one)| Some((name, pick(one)?))).collect();
    let listed = || all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    match (named, all.as_slice()) {
        (_, []) => Err(format!("no upstream of this configuration speaks {protocol}")),
        (None, [only]) => Ok(*only),
        (None, _) => Err(format!("say which upstream is meant: --upstream {}", listed())),
        (Some(named), _) => {
            let found = all.iter().find(|(name, _)| name.as_str() == named);
            let why =
                || format!("no upstream of this name speaks {protocol}; these do: {}", listed());
            found.copied().ok_or_else(why)
        }
    }
}

pub(super) type Upstreams = BTreeMap<UpstreamName, UpstreamConfig>;

pub(super) fn read(value: Value<'_>, context: &ReadContext<'_>) -> Option<Upstreams> {
    let entries = value.entries()?;
    let read: Vec<_> = entries
        .iter()
        .map(|(name, value)| {
            // A name that is none is refused by the description.
            let named = UpstreamName::parse(name);
            let one = upstream(named.as_ref(), *value, context);
            Some((named?, one?))
        })
        .collect();
    let all_good = read.iter().all(Option::is_some);
    let upstreams: Upstreams = read.into_iter().flatten().collect();
    subject::check_sources(&entries, &upstreams)?;
    Some(upstreams).filter(|_| all_good)
}

fn upstream(
    name: Option<&UpstreamName>,
    value: Value<'_>,
    context: &ReadContext<'_>,
) -> Option<UpstreamConfig> {
    let protocol = value.section_of(&upstreams::SAML)?.value(&upstreams::PROTOCOL)?.choice()?;
    let reach = context.dictionaries.of(name);
    let dictionary = reach.dictionaries().next().map(|(_, dictionary)| dictionary.clone());
    match protocol {
        Protocol::Oidc => {
            let section = value.section_of(&upstreams::OIDC)?;
            let peer = oidc::read(name, &section, context);
            let key = &upstreams::OIDC_SUBJECT;
            let subject = subject::read(name, (&section, key), (&reach, context.tables));
            let (passive, sso) = (passive(&section), sessions::are_shared(&section));
            let (subject, peer) = (subject?, peer?);
            Some(UpstreamConfig {
                dictionary: dictionary?,
                subject,
                passive: passive?,
                sso: sso?,
                levels: peer.levels(),
                certificates: vec![],
                peer: Peer::Oidc(Box::new(peer)),
            })
        }
        Protocol::Saml => {
            let section = value.section_of(&upstreams::SAML)?;
            let peer = saml::read(name, &section, context);
            let key = &upstreams::SUBJECT;
            let subject = subject::read(name, (&section, key), (&reach, context.tables));
            let (passive, sso) = (passive(&section), sessions::are_shared(&section));
            let (subject, mut peer) = (subject?, peer?);
            if subject.is_name_id() {
                name_ids::warn(&section);
            }
            let certificates = std::mem::take(&mut peer.certificates);
            let levels = peer.levels.from_level(0);
            let peer = Peer::Saml(Box::new(peer));
            let (passive, sso) = (passive?, sso?);
            let dictionary = dictionary?;
            Some(UpstreamConfig { peer, dictionary, subject, levels, certificates, passive, sso })
        }
    }
}

fn passive(section: &Section<'_>) -> Option<bool> {
    section.value(&upstreams::PASSIVE)?.boolean()
}

/// The certificates of a peer, each with the place of its reference. Our own is refused among them: our key would
/// speak for the peer.
pub(super) fn peer_certificates(
    value: Value<'_>,
    context: &ReadContext<'_>,
) -> Option<Vec<(ValueLocation, Certificate)>> {
    let all = value.each(|item| {
        let certificates = certificates(item, context.sources)?;
        let is_own = |one: &Certificate| context.own.certificates.contains(&one.base64());
        if certificates.iter().any(is_own) {
            return item.refuse("a certificate in it is our own", "give those of the peer");
        }
        let at = item.location();
        Some(certificates.into_iter().map(|one| (at.clone(), one)).collect::<Vec<_>>())
    });
    all.map(|all| all.concat())
}

fn certificates(value: Value<'_>, sources: &Sources<'_>) -> Option<Vec<Certificate>> {
    // Only what stands there now is trusted, so that a certificate that is taken out is out.
    let pem = pem::resolve(value, PemKind::Certificate, sources)?.current;
    match Certificate::all_from_pem(pem.expose_secret().as_bytes()) {
        Ok(certificates) => Some(certificates),
        Err(error) => value.refuse_with(&error),
    }
}

/// The words of a key, or all that there are.
pub(super) fn choice<T: Choice>(section: &Section<'_>, key: &Key, all: &[T]) -> Option<Vec<T>> {
    let value = section.optional(key);
    value.map_or_else(|| Some(all.to_vec()), |value| value.each(|one| one.choice()))
}

/// Levels, weakest first: each is one value, or several that are equally strong.
pub(super) fn levels<T: Ord>(
    value: Value<'_>,
    read: impl Fn(Value<'_>) -> Option<T>,
) -> Option<Vec<Vec<T>>> {
    let levels = value.each(|level| level.each(|one| Some((one, read(one)?))))?;
    let mut seen = BTreeSet::new();
    if let Some((twice, _)) = levels.iter().flatten().find(|(_, level)| !seen.insert(level)) {
        return twice.refuse("it stands in this list twice", "keep one of the two");
    }
    let texts = |level: Vec<(_, T)>| level.into_iter().map(|(_, level)| level).collect();
    Some(levels.into_iter().map(texts).collect())
}

/// Text that is compared as it is; the description refuses blanks at its ends.
pub(super) fn owned(value: Value<'_>) -> Option<String> {
    value.text().map(str::to_owned)
}
