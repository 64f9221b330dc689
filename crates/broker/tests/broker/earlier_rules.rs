//! A configuration is replaced while logins run: they end by the one that they began with, except for what was taken away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use silta_broker::{
    AccessRule, CallbackError, ConfigurationHash, LOGIN_LIFE, LoginError, Matching, Settings,
    StartedLogin, UpstreamName,
};
use silta_oidc::Client;
use silta_saml::ResponseError;
use silta_testkit::dictionary::suomifi;

use crate::fixture::{
    CALLBACK, Fixture, HETU, SEAL, SECOND_CALLBACK, allowed, client, clients, configured,
    one_claim, party, suomifi_name,
};
use crate::scripted_idp::ScriptedIdp;
use crate::wire::{claims, client_error, query_param};

/// A replica with the first configuration.
fn first() -> Fixture {
    let fixture = Fixture::new();
    let broker = Arc::into_inner(fixture.broker).unwrap().of_configuration(hash(1));
    Fixture { broker: Arc::new(broker), ..fixture }
}

/// The same replica with another configuration, which no upstream has lost a key in.
fn reloaded(before: &Fixture, number: u8, change: impl FnOnce(&mut Settings)) -> Fixture {
    reloaded_with(before, (number, clients(), &BTreeSet::new()), change)
}

fn reloaded_with(
    before: &Fixture,
    (number, clients, distrusted): (u8, Vec<Client>, &BTreeSet<UpstreamName>),
    change: impl FnOnce(&mut Settings),
) -> Fixture {
    let fixture = before.changed([SEAL, SEAL], clients, change);
    let broker = Arc::into_inner(fixture.broker).unwrap().of_configuration(hash(number));
    let broker = broker.replacing(&before.broker, distrusted);
    Fixture { broker: Arc::new(broker), ..fixture }
}

fn hash(number: u8) -> ConfigurationHash {
    ConfigurationHash::new([number; 32])
}

fn raise(settings: &mut Settings) {
    let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
    shop.upstreams[0].min_acr = Some("urn:higher".to_owned());
}

fn tell_the_family_name_alone(settings: &mut Settings) {
    let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
    shop.rules = one_claim(&suomifi(), "family", "sn", true);
}

/// Whether the shop was told the family name by its new rule, with tokens of today.
async fn is_told_by_the_new_rule(at: &Fixture, started: &StartedLogin) -> bool {
    let location = at.finish(started, started.relay_state.as_str()).await.unwrap();
    let tokens = at.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    let claims = claims(&tokens);
    assert_ne!(claims["family"].is_null(), claims["given_name"].is_null());
    !claims["family"].is_null()
}

#[tokio::test]
async fn a_login_ends_by_the_rules_that_it_began_with() {
    let before = first();
    let (started, weak) = (before.started().await, before.started().await);
    let after = reloaded(&before, 2, tell_the_family_name_alone);
    assert!(!is_told_by_the_new_rule(&after, &started).await);
    let later = reloaded(&after, 3, raise);
    later.finish(&weak, "_weak").await.unwrap();
    let since = later.started().await;
    let failed = later.finish(&since, "_since").await.unwrap_err();
    assert_eq!(failed.error, LoginError::LevelRaised);
}

#[tokio::test]
async fn a_login_ends_by_todays_rules_where_nobody_has_those_that_it_began_with() {
    let before = first();
    let started = before.started().await;
    // A replica that started meanwhile.
    let other = before.changed([SEAL, SEAL], clients(), tell_the_family_name_alone);
    assert!(is_told_by_the_new_rule(&other, &started).await);
    // This one, when half an hour was over and the next change came: the records are gone by then.
    let (late, after) = (before.started().await, reloaded(&before, 2, tell_the_family_name_alone));
    before.clock.advance(LOGIN_LIFE.saturating_sub(Duration::from_secs(1)));
    let soon = reloaded(&after, 3, tell_the_family_name_alone);
    assert!(!is_told_by_the_new_rule(&soon, &late).await);
}

#[tokio::test]
async fn a_login_that_begins_with_a_configuration_that_is_back_ends_by_it() {
    let before = first();
    let after = reloaded(&before, 2, tell_the_family_name_alone);
    let back = reloaded(&after, 1, |_| {});
    let started = before.started().await;
    assert!(!is_told_by_the_new_rule(&back, &started).await);
    let between = after.started().await;
    assert!(is_told_by_the_new_rule(&back, &between).await);
}

#[tokio::test]
async fn what_was_taken_away_is_gone_at_once() {
    let before = first();
    let elsewhere = |settings: &mut Settings| {
        let name = allowed("elsewhere").name;
        settings.upstreams.insert(name, configured(Arc::new(ScriptedIdp::default())));
    };
    let cases: [fn(&mut Settings); 2] = [
        |settings| {
            settings.relying_parties.remove(&party("shop"));
        },
        |settings| {
            let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
            shop.upstreams = vec![allowed("elsewhere")];
        },
    ];
    for change in cases {
        let started = before.started().await;
        let now = vec![client("shop", &[CALLBACK, SECOND_CALLBACK])];
        let after = reloaded_with(&before, (2, now, &BTreeSet::new()), |settings| {
            elsewhere(settings);
            change(settings);
        });
        let failed = after.finish(&started, started.relay_state.as_str()).await.unwrap_err();
        assert_eq!(failed.error, LoginError::Misconfigured);
        assert_eq!(client_error(&failed).as_deref(), Some("temporarily_unavailable"));
    }
    // A redirect URI, and the client with all of them: nobody can be told.
    for now in [vec![client("shop", &[CALLBACK])], vec![]] {
        let started = before.start(&[("redirect_uri", SECOND_CALLBACK)]).await.unwrap();
        let after = reloaded_with(&before, (2, now, &BTreeSet::new()), |_| {});
        let failed = after.finish(&started, started.relay_state.as_str()).await.unwrap_err();
        assert_eq!((&failed.error, client_error(&failed)), (&LoginError::Misconfigured, None));
    }
    // The upstream: its callback leads nowhere, so this is what a replica says that has it no more.
    let started = before.started().await;
    let after = reloaded(&before, 2, |settings| {
        elsewhere(settings);
        settings.upstreams.remove(&suomifi_name());
        for policy in settings.relying_parties.values_mut() {
            policy.upstreams = vec![allowed("elsewhere")];
        }
    });
    let failed = after.finish(&started, "_a").await.unwrap_err();
    assert_eq!((&failed.error, client_error(&failed)), (&LoginError::Misconfigured, None));
}

#[tokio::test]
async fn whoever_is_let_in_no_more_is_not_let_in_by_the_rule_of_before() {
    for (values, let_in) in [(vec![HETU.to_owned()], true), (vec!["010170-912X".to_owned()], false)]
    {
        let before = first();
        let started = before.started().await;
        let after = reloaded(&before, 2, |settings| {
            let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
            let attribute = "nationalIdentificationNumber".to_owned();
            shop.access = AccessRule::Has { attribute, values, matching: Matching::Any };
        });
        let finished = after.finish(&started, "_a").await;
        let error = finished.err().map(|failed| failed.error);
        assert_eq!(error, (!let_in).then_some(LoginError::NotAllowed));
    }
}

#[tokio::test]
async fn answers_of_an_upstream_that_lost_a_key_are_judged_by_todays_configuration() {
    for distrusted in [false, true] {
        let before = first();
        let started = before.started().await;
        let distrusted = distrusted.then(suomifi_name).into_iter().collect::<BTreeSet<_>>();
        let change = |settings: &mut Settings| {
            let stricter = ScriptedIdp::default();
            let error = CallbackError::from(ResponseError::AssertionCount);
            stricter.script(|script| script.callback_error = Some(error));
            settings.upstreams.insert(suomifi_name(), configured(Arc::new(stricter)));
        };
        let after = reloaded_with(&before, (2, clients(), &distrusted), change);
        let finished = after.finish(&started, "_a").await;
        let reason = finished.err().map(|failed| failed.error.reason());
        assert_eq!(reason, (!distrusted.is_empty()).then_some("assertion_count"));
    }
}

#[tokio::test]
async fn replicas_see_while_they_run_different_configurations() {
    let one = first();
    let another = one.changed([SEAL, SEAL], clients(), |_| {});
    let broker = Arc::into_inner(another.broker).unwrap().of_configuration(hash(2));
    let another = Fixture { broker: Arc::new(broker), ..another };
    assert_eq!(one.broker.note_configuration().await, Ok(0));
    assert_eq!(another.broker.note_configuration().await, Ok(1));
    assert_eq!(one.broker.note_configuration().await, Ok(1));
    one.clock.advance(Duration::from_secs(45));
    assert_eq!(one.broker.note_configuration().await, Ok(0));
    // Nobody knows of one without a hash.
    assert_eq!(Fixture::new().broker.note_configuration().await, Ok(0));
}
