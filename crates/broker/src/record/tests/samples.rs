//! A value of each kind, with everything that it can hold and with the least.

use super::*;

pub(super) fn pending_login(full: bool) -> PendingLogin {
    PendingLogin {
        login: login(),
        relying_party: RelyingParty::parse("shop").unwrap(),
        protocol: Protocol::Oidc,
        request: Pending::keep(&pending_authorization(full)).unwrap(),
        upstream: UpstreamName::parse("suomifi").unwrap(),
        sent: Pending::keep(&pending_authn_request(full)).unwrap(),
        since: NOON,
        expected_sub: None,
        again: None,
        configuration: full.then_some(Octets([7; 16])),
    }
}

/// As the versions before the fifth wrote it.
pub(super) fn without_configuration(login: PendingLogin) -> PendingLogin {
    PendingLogin { configuration: None, ..login }
}

/// A login that may have to be asked once more, and expects somebody.
pub(super) fn pending_login_again() -> PendingLogin {
    let request = LoginRequest {
        relying_party: RelyingParty::parse("shop").unwrap(),
        upstream_hint: Some("suomifi".to_owned()),
        freshness: Freshness::MaxAge(std::time::Duration::from_mins(5)),
        passive: false,
        acr_values: vec!["http://ftn.ficora.fi/2017/loa2".to_owned()],
        acr_essential: false,
        ui_locales: vec!["fi".to_owned()],
        expected_sub: Some("c3ViamVjdA".to_owned()),
        login_hint: LoginHint::parse("anna@kunta.example"),
    };
    PendingLogin {
        expected_sub: request.expected_sub.clone(),
        again: Some(request),
        ..pending_login(true)
    }
}

/// The same as it was kept before there were hints.
pub(super) fn pending_login_of_previous() -> PendingLogin {
    let mut login = pending_login_again();
    login.again = login.again.map(|request| LoginRequest { login_hint: None, ..request });
    login
}

/// One that may show no page. The login in it has versions of its own, so it stands here as it was
/// written first.
pub(super) fn passive_login() -> PassiveLogin {
    let login = octets("awaiting_idp.3.bare");
    let length = u16::try_from(login.len()).unwrap().to_be_bytes();
    let login = [&[0x59], length.as_slice(), &login].concat();
    PassiveLogin { login: minicbor_serde::from_slice(&login).unwrap(), answered: Octets([9; 32]) }
}

pub(super) fn pending_authorization(full: bool) -> PendingAuthorization {
    PendingAuthorization {
        binding: binding(full),
        response_mode: silta_oidc::ResponseMode::Query,
        state: full.then(|| from_json("H4sI+/=& \"\\ä".into())),
        nonce: full.then(|| "n-0S6_WzA2Mj".to_owned()),
        scopes: scopes(if full { &["openid", "profile"] } else { &["openid"] }),
        essential_acr: vec![],
        claims: vec![],
        passive: false,
    }
}

/// One that is answered by a form.
pub(super) fn pending_authorization_by_form() -> PendingAuthorization {
    PendingAuthorization {
        response_mode: silta_oidc::ResponseMode::FormPost,
        ..pending_authorization(false)
    }
}

/// One that asks for claims by name, and insists on a level.
pub(super) fn pending_authorization_by_claims() -> PendingAuthorization {
    PendingAuthorization {
        essential_acr: vec!["http://ftn.ficora.fi/2017/loa2".to_owned()],
        claims: vec!["email".to_owned()],
        passive: true,
        ..pending_authorization(false)
    }
}

pub(super) fn received_authn_request(full: bool) -> ReceivedAuthnRequestRecord {
    let contexts: &[_] = if full {
        &["http://ftn.ficora.fi/2017/loa2", "http://ftn.ficora.fi/2017/loa3"]
    } else {
        &[]
    };
    ReceivedAuthnRequestRecord {
        service_provider: RelyingParty::parse("crm").unwrap(),
        request_id: "_0123456789abcdef0123456789abcdef".to_owned(),
        acs_url: "https://crm.example/acs".to_owned(),
        exact_contexts: contexts.iter().map(|one| (*one).to_owned()).collect(),
        relay_state: full.then(|| "H4sI+/=& \"\\ä".to_owned()),
    }
}

pub(super) fn pending_logout(full: bool) -> PendingLogout {
    let shop =
        || (RelyingParty::parse("shop").unwrap(), Some(EntryName { part: 3, id: Octets([7; 16]) }));
    let notified =
        if full { vec![shop(), (RelyingParty::parse("kiosk").unwrap(), None)] } else { vec![] };
    PendingLogout { notified, others_live_on: full, ..without_clients(full) }
}

/// Everybody is in the outbox.
pub(super) fn pending_logout_of_previous() -> PendingLogout {
    let mut pending = pending_logout(true);
    pending.notified.truncate(1);
    pending
}

pub(super) fn pending_logout_without_clients() -> PendingLogout {
    without_clients(true)
}

fn without_clients(full: bool) -> PendingLogout {
    let next = Value::from("https://shop.example/out?state=1");
    let next = full.then(|| serde_json::from_value(next).unwrap());
    PendingLogout { login: login(), next, notified: vec![], others_live_on: false }
}

pub(super) fn asked_logout(full: bool) -> AskedLogout {
    let PendingLogout { login, next, notified, others_live_on } = pending_logout(full);
    AskedLogout {
        login,
        upstream: UpstreamName::parse("suomifi").unwrap(),
        upstream_session: Pending::keep(&saml_session(true)).unwrap(),
        next,
        notified,
        others_live_on,
    }
}

pub(super) fn outbox() -> Outbox {
    let participant = Participant {
        relying_party: RelyingParty::parse("shop").unwrap(),
        sid: session_id(1),
        sub: "k3x9".to_owned(),
    };
    let (login, id) = (login(), Octets([7; 16]));
    Outbox(vec![OutboxEntry { id, login, participant, tries: 2, not_before: NOON }])
}

pub(super) fn pending_authn_request(full: bool) -> PendingAuthnRequest {
    PendingAuthnRequest {
        random: Octets(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef_u128.to_be_bytes()),
        authenticated_since: full.then_some(NOON),
        max_age: full.then_some(std::time::Duration::from_mins(1)),
        weakest: "http://ftn.ficora.fi/2017/loa2".to_owned(),
    }
}

pub(super) fn pending_authorization_request(full: bool) -> PendingAuthorizationRequest {
    PendingAuthorizationRequest {
        state: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".to_owned(),
        nonce: Octets([7; 32]),
        verifier: Octets([8; 32]),
        authenticated_since: full.then_some(NOON),
        max_age: full.then_some(std::time::Duration::from_mins(1)),
        weakest: "http://ftn.ficora.fi/2017/loa2".to_owned(),
    }
}

pub(super) fn grant(full: bool) -> Grant {
    let claims: &[_] = if full { &["given_name", "groups", "level", "adult"] } else { &[] };
    Grant {
        login: login(),
        session: full.then(|| SessionPart { session: session_id(1), sid: session_id(2) }),
        binding: binding(false),
        nonce: full.then(|| "n-0S6_WzA2Mj".to_owned()),
        scopes: scopes(&["openid"]),
        person: person(full, claims),
    }
}

/// As the third version had it.
pub(super) fn access_without_end() -> AccessTokenRecord {
    AccessTokenRecord { scopes: vec![], expires_at: None, ..access(true) }
}

/// As the release before wrote it.
pub(super) fn access_of_previous() -> AccessTokenRecord {
    AccessTokenRecord { client: None, session: None, family: None, ..access_without_end() }
}

/// The same.
pub(super) fn without_session() -> CodeRecord {
    CodeRecord::Issued(Box::new(Grant { session: None, ..grant(true) }))
}

pub(super) fn spent(full: bool) -> SpentCode {
    let digest = Octets(std::array::from_fn(|at| if at == 31 { 255 } else { octet(at) }));
    let family = full.then_some(Octets([4; 32]));
    SpentCode { login: login(), access_token: full.then_some(digest), family }
}

pub(super) fn access(full: bool) -> AccessTokenRecord {
    AccessTokenRecord {
        login: login(),
        client: full.then(|| RelyingParty::parse("shop").unwrap()),
        session: full.then(|| session_id(1)),
        family: full.then_some(Octets([4; 32])),
        scopes: scopes(if full { &["openid"] } else { &[] }),
        expires_at: full.then_some(NOON),
        person: person(full, &["given_name"]),
    }
}

pub(crate) fn session(full: bool) -> SessionRecord {
    let details = SessionDetails {
        upstream: UpstreamName::parse("suomifi").unwrap(),
        upstream_session: Some(Pending::keep(&saml_session(true)).unwrap()),
        acr: "http://ftn.ficora.fi/2017/loa2".to_owned(),
        auth_time: Some(NOON),
        idle: Some(std::time::Duration::from_mins(30)),
        participants: vec![Participant {
            relying_party: RelyingParty::parse("shop").unwrap(),
            sid: session_id(1),
            sub: "c3ViamVjdA".to_owned(),
        }],
        attributes: Some(from_json(serde_json::json!({ "givenName": ["Nordea"], "sn": [] }))),
    };
    SessionRecord::Session(Box::new(Session {
        login: login(),
        secret: Octets([5; 16]),
        subject: Octets([6; 16]),
        ends: NOON,
        began: full.then_some(NOON),
        details: full.then_some(details),
    }))
}

/// The second version did not say when it began.
pub(super) fn session_of_previous() -> SessionRecord {
    let SessionRecord::Session(mut session) = session(true) else { unreachable!("it is one") };
    session.began = None;
    SessionRecord::Session(session)
}

/// And the first kept no attributes.
pub(super) fn session_without_attributes() -> SessionRecord {
    let SessionRecord::Session(mut session) = session_of_previous() else {
        unreachable!("it is one")
    };
    session.details.as_mut().unwrap().attributes = None;
    SessionRecord::Session(session)
}

pub(in crate::record) fn refresh_family() -> RefreshFamily {
    RefreshFamily {
        login: login(),
        client: RelyingParty::parse("shop").unwrap(),
        session: SessionPart { session: session_id(1), sid: session_id(2) },
        scopes: scopes(&["openid", "offline_access"]),
        person: person(true, &["given_name"]),
        secret: Octets([8; 32]),
        number: 7,
        rotated_at: NOON,
    }
}

pub(super) fn saml_session(full: bool) -> SamlSession {
    let optional = |text: &str| full.then(|| text.to_owned());
    SamlSession {
        name_id: "AAdzZWNyZXQx".to_owned(),
        format: optional("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
        name_qualifier: optional("https://idp.example"),
        sp_name_qualifier: optional("https://login.example"),
        session_index: optional("_0123456789abcdef0123456789abcdef"),
    }
}

pub(super) fn oidc_session(full: bool) -> OidcSession {
    OidcSession { id_token: full.then(|| "eyJhbGciOiJSUzI1NiJ9.e30.AQEB".to_owned()) }
}

pub(super) fn upstream_sessions(is_used: bool) -> UpstreamSessions {
    let entry = |index, what| UpstreamEntry { index, what, until: NOON, is_used: false };
    let session = || UpstreamEntryKind::Session(session_id(1));
    UpstreamSessions(vec![
        UpstreamEntry { is_used, ..entry(Some(Octets([7; 16])), session()) },
        entry(None, session()),
        entry(Some(Octets([7; 16])), UpstreamEntryKind::Ended(NOON)),
        entry(None, UpstreamEntryKind::Ended(NOON)),
    ])
}

/// The name of these octets.
pub(crate) fn session_id(octet: u8) -> SessionId {
    let names = ["AAAAAAAAAAAAAAAAAAAAAA", "AQEBAQEBAQEBAQEBAQEBAQ", "AgICAgICAgICAgICAgICAg"];
    from_json(names.get(usize::from(octet)).copied().unwrap_or_default().into())
}

pub(super) fn person(full: bool, claims: &[&str]) -> Person {
    let every = serde_json::json!({
        "given_name": "Nordea", "groups": ["a \"b\"", ""], "level": 3, "adult": true,
    });
    let Value::Object(mut every) = every else { unreachable!("it is an object") };
    every.retain(|name, _| claims.contains(&name.as_str()));
    Person {
        sub: "c3ViamVjdA".to_owned(),
        acr: "http://ftn.ficora.fi/2017/loa2".to_owned(),
        auth_time: full.then_some(NOON),
        claims: from_json(every.into()),
    }
}

pub(super) fn binding(challenged: bool) -> silta_oidc::GrantBinding {
    let mut binding = serde_json::json!({
        "client_id": "shop", "redirect": "https://shop.example/oauth2/idpresponse",
    });
    if challenged {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        binding.as_object_mut().unwrap().insert("challenge".to_owned(), challenge.into());
    }
    from_json(binding)
}

pub(super) fn scopes(names: &[&str]) -> Vec<silta_oidc::Scope> {
    names.iter().map(|name| from_json((*name).into())).collect()
}

pub(super) fn login() -> LoginId {
    from_json("A4M94AWY".into())
}

pub(super) fn from_json<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

pub(super) fn octet(at: usize) -> u8 {
    u8::try_from(at).unwrap()
}

/// A request that a client pushed.
pub(super) fn pushed_request() -> PushedRecord {
    let request =
        "client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&state=H4sI&nonce=n-0S6";
    PushedRecord { client: from_json("shop".into()), request: from_json(request.into()) }
}

pub(super) fn shared_metadata() -> SharedMetadata {
    let document =
        b"<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>".to_vec();
    SharedMetadata { fetched_at: NOON, document: DocumentOctets(document) }
}

pub(super) fn newest_metadata() -> NewestMetadata {
    NewestMetadata { fetched_at: NOON, digest: Octets([7; 32]) }
}

pub(super) fn configurations() -> Configurations {
    Configurations(vec![RunningConfiguration { hash: Octets([7; 32]), at: NOON }])
}
