//! What a login costs inside the broker, beside the cryptography that no broker can avoid.
//!
//! Both sides are measured in one run on one thread by the CPU time of that thread, so that the
//! ratio says something on any machine. The login is whole: sign the request, verify, decrypt and
//! verify the response, map, seal, sign the ID token, and show the claims. A logout ends one such login.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark, which prints"
)]

mod fixture;
mod floor;
mod mapping;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use silta_broker::{AccessRule, AllowedUpstream, RelyingPartyPolicy, SessionPolicy, UpstreamName};
use silta_mapping::{ClaimRule, ClaimRules, Otherwise, ValueRule};
use silta_oidc::{Client, ClientId, ClientSecret, RESERVED_CLAIMS, RegisteredRedirect};
use silta_testkit::bench::rounds;
use silta_testkit::dictionary::suomifi;
use silta_testkit::forge::ForgedLogout;
use silta_testkit::this_process::cpu_nanos;

use crate::fixture::{Fixture, IDP, NOON, name_id};
use crate::floor::Floor;
use crate::mapping::Mapping;

fn main() {
    // `cargo test` builds and starts benchmarks too; it has nothing to learn from this one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let fixture = Fixture::new(client(), *LOGINS + WARM_UP);
    for _ in 0..WARM_UP {
        fixture.login();
    }
    let login = measured(*LOGINS, || drop(fixture.login()));
    let floor = Floor::new(&fixture);
    let parts = [
        ("2 RSA-2048 signatures (AuthnRequest, ID token)", measured(*LOGINS, || floor.sign())),
        ("1 RSA-2048 decryption (session key)", measured(*LOGINS, || floor.unwrap())),
        ("2 RSA-2048 verifications (Response, Assertion)", measured(*LOGINS, || floor.verify())),
        ("AES-256-GCM (assertion, records)", measured(*LOGINS, || floor.aes())),
        ("SHA-256 (digests, keys, sub)", measured(*LOGINS, || floor.digest())),
    ];
    let rsa: f64 = parts.iter().take(3).map(|(_, micros)| micros).sum();
    let sum: f64 = parts.iter().map(|(_, micros)| micros).sum();
    println!("one login in the broker            {login:8.1} us CPU");
    for (name, micros) in parts {
        println!("  {name:<49} {micros:8.1} us");
    }
    println!("sum of its cryptography            {sum:8.1} us CPU");
    println!("ratio, login to cryptography       {:8.2}", login / sum);
    let mapping = Mapping::new();
    let mapping = measured(*LOGINS * 10, || mapping.apply());
    println!("mapping Suomi.fi's to Cognito's    {mapping:8.1} us CPU");
    println!("mapping as part of a login's RSA   {:8.2} %", 100.0 * mapping / rsa);
    println!("response of the benchmark          {:8} octets of base64", fixture.size());
    let refresh = refresh();
    println!("one refresh in the broker          {refresh:8.1} us CPU");
    println!("ratio, refresh to login            {:8.2}", refresh / login);
    let signature = measured(*LOGINS, || floor.sign()) / 2.0;
    println!("ratio, refresh to its signature    {:8.2}", refresh / signature);
    let verification = measured(*LOGINS, || floor.verify()) / 2.0;
    let by_client = logout_by_client();
    println!("one logout by a client's hint      {by_client:8.1} us CPU");
    println!("ratio, that to its verification    {:8.2}", by_client / verification);
    let by_idp = logout_by_idp();
    println!("one by the identity provider       {by_idp:8.1} us CPU");
    println!("ratio, that to verify and sign     {:8.2}", by_idp / (verification + signature));
}

/// Microseconds of a refresh: each exchanges the token that the one before it gave.
fn refresh() -> f64 {
    let (client, policy) = client();
    let session = SessionPolicy::Kept { idle: Some(SESSION), absolute: 16 * SESSION };
    let policy = RelyingPartyPolicy { session, ..policy };
    let fixture = Fixture::new((client.with_refresh_tokens(), policy), 1);
    let mut token = fixture.login()["refresh_token"].as_str().unwrap().to_owned();
    let mut exchange = || token = fixture.refresh(&token);
    for _ in 0..WARM_UP {
        exchange();
    }
    measured(*LOGINS, exchange)
}

/// Microseconds of a logout that a client asks for with its ID token, at an upstream that cannot log out.
fn logout_by_client() -> f64 {
    let (client, policy) = client();
    let client = client.with_post_logout_redirect_uri(
        RegisteredRedirect::parse("https://shop.example/out").unwrap(),
    );
    let session = SessionPolicy::Kept { idle: None, absolute: 16 * SESSION };
    let policy = RelyingPartyPolicy { session, ..policy };
    let fixture = Fixture::new((client, policy), *LOGINS + WARM_UP);
    let mut logins: Vec<_> = (0..*LOGINS + WARM_UP).map(|_| fixture.login()).collect();
    let first = logins[0].clone();
    let mut log_out = || fixture.log_out(logins.pop().unwrap()["id_token"].as_str().unwrap());
    for _ in 0..WARM_UP {
        log_out();
    }
    let micros = measured(*LOGINS, log_out);
    assert!(!fixture.opens(&first), "its session is over");
    micros
}

/// Microseconds of a logout that the identity provider asks for and is answered, both by redirect.
fn logout_by_idp() -> f64 {
    let fixture = Fixture::logging_out(client(), *LOGINS + WARM_UP);
    let logins: Vec<_> = (0..*LOGINS + WARM_UP).map(|_| fixture.login()).collect();
    let request = |at| {
        let request = ForgedLogout::request().issuer(IDP).issued(NOON).id(&format!("_logout{at}"));
        request.naming(name_id(at)).sessions(&["_session"]).query()
    };
    let mut requests: Vec<_> = (0..*LOGINS + WARM_UP).map(request).collect();
    let mut log_out = || fixture.receive_logout(&requests.pop().unwrap());
    for _ in 0..WARM_UP {
        log_out();
    }
    let micros = measured(*LOGINS, log_out);
    assert!(!logins.iter().any(|login| fixture.opens(login)), "all sessions are over");
    micros
}

/// Microseconds of this thread's CPU time for one call.
fn measured(times: u32, mut work: impl FnMut()) -> f64 {
    let before = cpu_nanos();
    for _ in 0..times {
        work();
    }
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of seconds fit")]
    let nanos = (cpu_nanos() - before) as f64;
    nanos / f64::from(times) / 1000.0
}

fn client() -> (Client, RelyingPartyPolicy) {
    let upstream = UpstreamName::parse("idp").unwrap();
    let id = ClientId::parse("shop").unwrap();
    let rules = ["givenName", "sn", "displayName", "cn", "KotikuntaKuntaS"].map(|name| ClaimRule {
        otherwise: Otherwise::Blank,
        ..ClaimRule::new(format!("FI_{name}"), ValueRule::from(&[name]))
    });
    let client = Client::new(
        id,
        ClientSecret::new(&"a-secret-of-the-benchmark".into()).unwrap(),
        RegisteredRedirect::parse("https://shop.example/cb").unwrap(),
    );
    let rules = ClaimRules::compile(&[&suomifi()], rules.to_vec(), &RESERVED_CLAIMS).unwrap();
    (
        client,
        RelyingPartyPolicy {
            upstreams: vec![AllowedUpstream { name: upstream, min_acr: None }],
            rules,
            access: AccessRule::Everyone,
            deny: vec![],
            missing: BTreeMap::new(),
            sector: "shop".to_owned(),
            language: None,
            session: SessionPolicy::brief(std::time::Duration::from_mins(5), 16 * SESSION),
        },
    )
}

static LOGINS: LazyLock<u32> = LazyLock::new(|| rounds(2_000));
const WARM_UP: u32 = 50;
const SESSION: std::time::Duration = std::time::Duration::from_mins(30);
