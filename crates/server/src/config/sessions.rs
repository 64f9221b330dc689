//! `session`: how long sessions last, and what they answer.

use std::collections::BTreeSet;
use std::time::Duration;

use silta_broker::{AllowedUpstream, BEFORE_A_TOKEN, SessionPolicy};
use silta_config::description::{Key, clients, root, service_providers, sessions, upstreams};
use silta_config::{Section, Value};

use super::ReadContext;
use super::policy::allowed_upstreams;

/// How long the sessions of a client last, by what its other keys do with them.
pub(super) fn of_client(
    client: &Section<'_>,
    allowed: Option<&[AllowedUpstream]>,
    context: &ReadContext<'_>,
) -> Option<SessionPolicy> {
    let token_life = client.value(&clients::ACCESS_TOKEN_LIFE).and_then(|value| value.duration());
    let refreshes = client.value(&clients::REFRESH_TOKENS).and_then(|value| value.boolean());
    let session = Configured::read(client, &clients::SESSION, allowed, context);
    let (token_life, refreshes, session) = (token_life?, refreshes?, session?);
    // Each key by which something uses a session once its tokens have ended, and so prolongs it.
    let is_used = session.sso || refreshes;
    // Each key by which a logout ends a session later, or is told of.
    let by = [&clients::POST_LOGOUT_REDIRECT_URIS, &clients::BACKCHANNEL_LOGOUT_URI];
    let is_ended = by.into_iter().any(|key| client.optional(key).is_some());
    let least = token_life.saturating_add(BEFORE_A_TOKEN);
    let idle = Some(session.idle).filter(|_| is_used);
    let absolute = Some(session.absolute).filter(|_| is_used || is_ended);
    for (value, length) in [idle, absolute].into_iter().flatten() {
        if length < least {
            let what = format!(
                "it is not {} seconds longer than access_token_life",
                BEFORE_A_TOKEN.as_secs()
            );
            return value.refuse(&what, "write a longer one, or a shorter access_token_life");
        }
    }
    let unused = SessionPolicy::brief(token_life, session.absolute.1);
    let kept = SessionPolicy::Kept { idle: None, absolute: session.absolute.1 };
    Some(session.policy(refreshes, if is_ended { kept } else { unused }))
}

/// The same of a service provider, which gets no token.
pub(super) fn of_service_provider(
    provider: &Section<'_>,
    allowed: Option<&[AllowedUpstream]>,
    context: &ReadContext<'_>,
) -> Option<SessionPolicy> {
    let session = Configured::read(provider, &service_providers::SESSION, allowed, context)?;
    let unused = SessionPolicy::brief(Duration::ZERO, session.absolute.1);
    Some(session.policy(false, unused))
}

/// Whether the sessions that begin at an upstream answer requests.
pub(super) fn are_shared(upstream: &Section<'_>) -> Option<bool> {
    let session = upstream.value(&upstreams::SESSION)?.section(&upstreams::SESSION)?;
    session.value(&sessions::UPSTREAM_SSO)?.boolean()
}

/// The upstreams whose sessions answer requests, and those of which that cannot be read.
pub(super) fn shared_upstreams<'d>(root: &Section<'d>) -> BTreeSet<&'d str> {
    let all = root.optional(&root::UPSTREAMS).filter(Value::is_mapping);
    let all = all.and_then(|all| all.entries()).into_iter().flatten();
    let shared = all.filter(|(_, one)| {
        let section = if one.is_mapping() { one.section_of(&upstreams::SAML) } else { None };
        section.and_then(|section| are_shared(&section)).unwrap_or(true)
    });
    shared.map(|(name, _)| name).collect()
}

/// Refuses an idle time that the tokens of another client outlive, whose requests single sign-on answers from
/// these sessions: whoever waits for the end of such a token comes too late.
pub(super) fn refuse_short_idles(root: &Section<'_>, shared_upstreams: &BTreeSet<&str>) {
    let clients = sharing(root, &root::CLIENTS, &clients::SESSION, &clients::UPSTREAMS);
    let providers = &service_providers::UPSTREAMS;
    let providers = sharing(root, &root::SERVICE_PROVIDERS, &service_providers::SESSION, providers);
    for beginning in clients.iter().chain(&providers) {
        let is_answered = |other: &&Sharing<'_>| {
            let common = beginning.upstreams.intersection(&other.upstreams);
            let mut shared = common.filter(|name| shared_upstreams.contains(name.as_str()));
            other.name != beginning.name && shared.next().is_some()
        };
        let others = clients.iter().filter(is_answered);
        let longest = others.max_by_key(|other| other.token_life);
        if let Some(Sharing { name, token_life: Some(life), .. }) = longest
            && beginning.idle.1 < life.saturating_add(BEFORE_A_TOKEN)
        {
            let what = format!(
                "it is not {} seconds longer than access_token_life of {name}, whose requests these sessions answer too",
                BEFORE_A_TOKEN.as_secs()
            );
            let instead = "write a longer one, or a shorter access_token_life there";
            beginning.idle.0.refuse::<()>(&what, instead);
        }
    }
}

/// A relying party that takes part in single sign-on.
struct Sharing<'d> {
    name: &'d str,
    idle: (Value<'d>, Duration),
    /// `None` of a service provider, which gets no token.
    token_life: Option<Duration>,
    upstreams: BTreeSet<String>,
}

/// Those of a part of the file, as far as they can be read: what is wrong with the others is told elsewhere.
fn sharing<'d>(root: &Section<'d>, all: &Key, session: &Key, upstreams: &Key) -> Vec<Sharing<'d>> {
    let found = root.optional(all).filter(Value::is_mapping).and_then(|found| found.entries());
    let read = |(name, one): (&'d str, Value<'d>)| {
        let party = if one.is_mapping() { one.section(all)? } else { return None };
        let configured = party.value(session).filter(Value::is_mapping)?.section(session)?;
        let sso = configured.value(&sessions::SSO)?.boolean()?;
        let idle = configured.value(&sessions::IDLE)?;
        let idle = (idle, idle.duration()?);
        let life =
            (all.name == root::CLIENTS.name).then(|| party.value(&clients::ACCESS_TOKEN_LIFE));
        let token_life = life.flatten().and_then(|value| value.duration());
        let allowed = allowed_upstreams(&party, upstreams)?;
        let upstreams = allowed.iter().map(|one| one.name.as_str().to_owned()).collect();
        sso.then_some(Sharing { name, idle, token_life, upstreams })
    };
    found.into_iter().flatten().filter_map(read).collect()
}

/// The keys of a section.
struct Configured<'d> {
    sso: bool,
    idle: (Value<'d>, Duration),
    absolute: (Value<'d>, Duration),
}

impl<'d> Configured<'d> {
    fn read(
        party: &Section<'d>,
        key: &Key,
        allowed: Option<&[AllowedUpstream]>,
        context: &ReadContext<'_>,
    ) -> Option<Self> {
        let session = party.value(key)?.section(key)?;
        let sso = session.value(&sessions::SSO).and_then(|value| Some((value, value.boolean()?)));
        let idle =
            session.value(&sessions::IDLE).and_then(|value| Some((value, value.duration()?)));
        let absolute =
            session.value(&sessions::ABSOLUTE).and_then(|value| Some((value, value.duration()?)));
        let shared = |one: &AllowedUpstream| context.shared_upstreams.contains(one.name.as_str());
        if let (Some((sso, true)), Some(allowed)) = (sso, allowed)
            && !allowed.iter().any(shared)
        {
            let instead = "write session: { sso: true } there too, or leave it out here";
            return sso.refuse("none of its upstreams allows single sign-on", instead);
        }
        Some(Self { sso: sso?.1, idle: idle?, absolute: absolute? })
    }

    /// `unused` where nothing uses a session once its tokens have ended.
    fn policy(self, refreshes: bool, unused: SessionPolicy) -> SessionPolicy {
        let Self { sso, idle: (_, idle), absolute: (_, absolute) } = self;
        match (sso, refreshes) {
            (true, _) => SessionPolicy::Shared { idle, absolute },
            (false, true) => SessionPolicy::Kept { idle: Some(idle), absolute },
            (false, false) => unused,
        }
    }
}
