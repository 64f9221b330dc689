//! What the sections `session` of clients, service providers and upstreams come to.

use std::time::Duration;

use silta_broker::SessionPolicy;

use super::super::*;
use super::mistakes::{Files, GOOD, problems};

/// The good file, with `session` behind each of these lines.
fn with(sessions: &[(&str, &str)]) -> String {
    sessions.iter().fold(GOOD.to_owned(), |text, (line, session)| {
        assert!(text.contains(line), "{line}");
        text.replacen(line, &format!("{line}\n    session: {session}"), 1)
    })
}

/// The policies of the clients and the service provider.
fn policies(text: &str) -> Vec<(String, SessionPolicy)> {
    let (files, no) = (&Files::new(), &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    let (config, _) = load("silta.yaml", text, &sources).unwrap();
    let clients = config.clients.iter().map(|(client, policy)| (client.id().to_string(), policy));
    let providers = config.saml_idp.iter().flat_map(|idp| &idp.policies);
    let providers = providers.map(|(name, policy)| (name.to_string(), policy));
    clients.chain(providers).map(|(name, policy)| (name, policy.session)).collect()
}

#[test]
fn sessions_are_shared_where_client_and_upstream_say_so_and_brief_otherwise() {
    let minutes = Duration::from_mins;
    let brief = |life| SessionPolicy::brief(minutes(life), Duration::from_hours(8));
    let named = |[shop, alb, vpn]: [SessionPolicy; 3]| {
        [("shop", shop), ("alb", alb), ("vpn", vpn)].map(|(name, one)| (name.to_owned(), one))
    };
    assert_eq!(policies(GOOD), named([brief(5), brief(5), brief(0)]));
    let text = with(&[
        (IDP, "{ sso: true }"),
        (ALB, "{ sso: true }"),
        (VPN, "{ sso: true, idle: 10m, absolute: 20m }"),
    ]);
    let alb = SessionPolicy::Shared { idle: minutes(30), absolute: Duration::from_hours(8) };
    let vpn = SessionPolicy::Shared { idle: minutes(10), absolute: minutes(20) };
    assert_eq!(policies(&text), named([brief(5), alb, vpn]));
}

/// An upstream that logs out may have it.
#[test]
fn a_session_that_nothing_uses_has_its_absolute_end_all_the_same() {
    let all = policies(&with(&[(ALB, "{ absolute: 1h }"), (VPN, "{ absolute: 2h }")]));
    let brief =
        |life, hours| SessionPolicy::brief(Duration::from_mins(life), Duration::from_hours(hours));
    assert_eq!(
        all.iter().map(|(_, one)| *one).collect::<Vec<_>>(),
        [brief(5, 8), brief(5, 1), brief(0, 2)]
    );
}

#[test]
fn the_sessions_of_a_client_that_refreshes_are_kept_and_answer_nobody_else() {
    let text = with(&[(ALB, "{ idle: 10m, absolute: 20m }")]);
    let text = text.replacen(ALB, &format!("{ALB}\n    refresh_tokens: true"), 1);
    let minutes = Duration::from_mins;
    let kept = SessionPolicy::Kept { idle: Some(minutes(10)), absolute: minutes(20) };
    assert_eq!(policies(&text)[1], ("alb".to_owned(), kept));
    let both = text.replacen("{ idle: 10m", "{ sso: true, idle: 10m", 1);
    let both = both.replacen(IDP, &format!("{IDP}\n    session: {{ sso: true }}"), 1);
    let shared = SessionPolicy::Shared { idle: minutes(10), absolute: minutes(20) };
    assert_eq!(policies(&both)[1], ("alb".to_owned(), shared));
    let late = text.replacen("idle: 10m", "idle: 5m", 1);
    let told = problems(&late, &Files::new()).to_string();
    assert!(told.contains("clients.alb.session.idle: it is not 70 seconds longer than access"));
}

#[test]
fn a_session_that_its_code_and_tokens_outlive_is_refused() {
    let refresh = "refresh_tokens: true";
    let logout = "post_logout_redirect_uris: [https://app.example/out]";
    for (life, key, length, uses, said) in [
        ("5m", "idle", "6m", "sso", true),
        ("5m", "idle", "371s", "sso", false),
        ("5m", "idle", "6m", refresh, true),
        ("5m", "idle", "6m", logout, false),
        ("30m", "idle", "30m", "sso", true),
        ("1h", "idle", "1h", "sso", true),
        ("1h", "idle", "62m", "sso", false),
        ("5m", "absolute", "369s", "sso", true),
        ("5m", "absolute", "370s", "sso", false),
        ("1h", "absolute", "1h", refresh, true),
        ("1h", "absolute", "1h", logout, true),
        ("1h", "absolute", "62m", logout, false),
        ("1h", "absolute", "5m", "", false),
    ] {
        let sso = uses == "sso";
        let other = if key == "idle" { "absolute: 9h" } else { "idle: 2h" };
        let session = format!("{{ sso: {sso}, {key}: {length}, {other} }}");
        let text = with(&[(IDP, "{ sso: true }"), (ALB, &session)]);
        let uses = if sso { "" } else { uses };
        let keys = format!("{ALB}\n    access_token_life: {life}\n    {uses}");
        let told = problems(&text.replacen(ALB, &keys, 1), &Files::new()).to_string();
        let what = format!(
            "clients.alb.session.{key}: it is not 70 seconds longer than access_token_life; \
             write a longer one, or a shorter access_token_life"
        );
        assert_eq!(told.contains(&what), said, "{life} {key} {length} {uses}: {told}");
        assert_eq!(told.lines().count(), usize::from(said), "{told}");
    }
}

#[test]
fn an_upstream_whose_section_is_wrong_does_not_make_its_clients_wrong() {
    let text = with(&[(IDP, "{ sso: perhaps }"), (ALB, "{ sso: true }")]);
    let told = problems(&text, &Files::new()).to_string();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("upstreams.idp.session.sso: "), "{told}");
}

#[test]
fn a_session_that_the_tokens_of_another_client_outlive_is_refused() {
    let (shop, vpn) = ("    secret: file:shop.secret", VPN);
    let told = |beginning: &str, idle: &str, life: &str| {
        let session = format!("{{ sso: true, idle: {idle} }}");
        let text = with(&[
            (IDP, "{ sso: true }"),
            (beginning, &session),
            (ALB, "{ sso: true, idle: 2h }"),
        ]);
        // It has no FirstName.
        let text = text.replacen("[givenName, FirstName]", "givenName", 1);
        let text = text.replacen(SHOPS, "upstream: idp", 1);
        let keys = format!("{ALB}\n    access_token_life: {life}");
        problems(&text.replacen(ALB, &keys, 1), &Files::new()).to_string()
    };
    for (beginning, path, idle, life, said) in [
        (shop, "clients.shop", "31m", "30m", true),
        (shop, "clients.shop", "1871s", "30m", false),
        (vpn, "service_providers.vpn", "1h", "1h", true),
        (vpn, "service_providers.vpn", "62m", "1h", false),
    ] {
        let told = told(beginning, idle, life);
        let what = format!(
            "{path}.session.idle: it is not 70 seconds longer than access_token_life of alb, whose \
             requests these sessions answer too; write a longer one, or a shorter access_token_life there"
        );
        assert_eq!(told.contains(&what), said, "{beginning} {idle} {life}: {told}");
        assert_eq!(told.lines().count(), usize::from(said), "{told}");
    }
}

const SHOPS: &str = "upstream: suomifi\n    min_acr: http://ftn.ficora.fi/2017/loa3";
const IDP: &str = "    entity_id: https://idp.example/metadata";
const ALB: &str = "    secret: file:alb.secret";
const VPN: &str = "    acs: http://127.0.0.1:35001";
