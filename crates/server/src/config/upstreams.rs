//! `upstreams`: the identity providers.

mod oidc;
mod saml;
mod subject;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use silta_broker::UpstreamName;
use silta_mapping::Dictionary;
use silta_oidc::Issuer;
use silta_saml::Certificate;

use super::keys::{Keys, non_empty};
use super::pem::{self, PemKind};
use super::profile::{GENERIC, PROFILES};
use super::secret::Resolver;
use super::yaml::{Section, Value};
pub(crate) use oidc::OidcPeer;
pub(crate) use saml::SamlPeer;
pub(crate) use subject::Subject;

/// One configured upstream.
pub(crate) struct UpstreamConfig {
    /// The identity provider.
    pub(crate) peer: Peer,
    /// What its people are known by.
    pub(crate) subject: Subject,
    /// The assurance levels that it may assert, weakest first.
    pub(crate) levels: Vec<String>,
}

/// An identity provider, by protocol.
pub(crate) enum Peer {
    /// By SAML.
    Saml(Box<SamlPeer>),
    /// By OpenID Connect.
    Oidc(Box<OidcPeer>),
}

pub(super) type Upstreams = BTreeMap<UpstreamName, UpstreamConfig>;

pub(super) fn read(
    value: &Value<'_>,
    issuer: Option<&Issuer>,
    keys: Option<&Keys>,
    dictionary: Option<&Dictionary>,
    resolver: &dyn Resolver,
) -> Option<Upstreams> {
    let entries = value.entries()?;
    let read = entries.iter().map(|(name, value)| {
        let named = UpstreamName::parse(name).or_else(|| {
            value.refuse(
                format!("{name} cannot stand in a URL"),
                "use 1 to 32 lower-case letters, digits and hyphens",
            )
        });
        let section = value.section()?;
        let context = ReadContext { issuer, keys, dictionary, resolver };
        let one = upstream(named.as_ref(), &section, &context);
        section.refuse_unknown();
        Some((named?, one?))
    });
    let upstreams: Upstreams = non_empty(value, read.collect())?.into_iter().collect();
    subject::check_sources(&entries, &upstreams)?;
    Some(upstreams)
}

/// The sections that an upstream depends on, as far as they could be read.
struct ReadContext<'c> {
    issuer: Option<&'c Issuer>,
    keys: Option<&'c Keys>,
    dictionary: Option<&'c Dictionary>,
    resolver: &'c dyn Resolver,
}

fn upstream(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<UpstreamConfig> {
    let is_oidc = section
        .optional("protocol")
        .map_or(Some(false), |value| value.one_of(&[("saml", false), ("oidc", true)]));
    if is_oidc? {
        let peer = oidc::read(name, section, context);
        let levels = peer.as_ref().map(OidcPeer::levels);
        let subject =
            subject::read(name, section, &GENERIC, (context.dictionary, levels.as_deref()));
        return Some(UpstreamConfig {
            subject: subject?,
            levels: levels?,
            peer: Peer::Oidc(Box::new(peer?)),
        });
    }
    let profile =
        section.optional("profile").map_or(Some(GENERIC), |value| value.one_of(&PROFILES));
    // Go on with the defaults, so that the other mistakes are found too.
    let known = profile.unwrap_or(GENERIC);
    let peer = saml::read(name, section, &known, context);
    let levels = peer.as_ref().map(|peer| peer.upstream.idp.assurance_levels().from_level(0));
    let subject = subject::read(name, section, &known, (context.dictionary, levels.as_deref()));
    profile?;
    Some(UpstreamConfig { subject: subject?, levels: levels?, peer: Peer::Saml(Box::new(peer?)) })
}

/// Refuses our own certificates among those of a peer: our key would speak for it.
pub(super) fn refuse_own_certificates(
    value: &Value<'_>,
    certificates: &[Certificate],
    keys: Option<&Keys>,
) -> Option<()> {
    let Some(keys) = keys else { return Some(()) };
    let signing = keys.saml_signing.iter().map(|key| key.credential().certificate().base64());
    let encryption = keys.saml_encryption.iter().map(|key| key.certificate().base64());
    let ours: Vec<_> = signing.chain(encryption).collect();
    if certificates.iter().any(|one| ours.contains(&one.base64())) {
        return value.refuse("a certificate in it is our own", "give those of the peer");
    }
    Some(())
}

pub(super) fn certificates(value: &Value<'_>, resolver: &dyn Resolver) -> Option<Vec<Certificate>> {
    // Only what stands there now is trusted, so that a certificate that is taken out is out.
    let pem = pem::resolve(value, PemKind::Certificate, resolver)?.current;
    match Certificate::all_from_pem(pem.expose_secret().as_bytes()) {
        Ok(certificates) => Some(certificates),
        Err(error) => value.refuse_with(&error),
    }
}

pub(super) fn choice<T: Copy>(
    section: &Section<'_>,
    key: &'static str,
    default: &[T],
    words: &[(&'static str, T)],
) -> Option<Vec<T>> {
    match section.optional(key) {
        None => Some(default.to_vec()),
        Some(value) => non_empty(value, value.list().iter().map(|one| one.one_of(words)).collect()),
    }
}

/// More than five minutes would accept answers that no profile allows [saml2int SDP-G01].
pub(super) fn skew(value: &Value<'_>) -> Option<SignedDuration> {
    let skew = value.duration()?;
    if skew.as_secs() > 300 {
        return value.refuse("it is more than five minutes", "synchronise the clocks instead");
    }
    SignedDuration::try_from(skew).ok()
}

/// Text that is compared as it is: nobody would find a blank at its end.
pub(super) fn owned(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.is_empty() || text.trim() != text {
        return value.refuse("it is empty or has a blank at an end", "write it without");
    }
    Some(text.to_owned())
}
