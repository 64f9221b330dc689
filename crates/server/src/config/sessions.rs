//! `session`: how long sessions last, and what they answer.

use std::collections::BTreeSet;
use std::time::Duration;

use silta_broker::{AllowedUpstream, BEFORE_A_TOKEN, SessionPolicy};
use silta_config::description::{Key, clients, root, service_providers, sessions, upstreams};
use silta_config::{Section, Value};

use super::ReadContext;

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
