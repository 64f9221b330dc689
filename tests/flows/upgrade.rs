//! A replica meets what a newer release wrote, while both serve.

use std::fmt::Write as _;

use silta_testkit::peers::answer_of_idp;
use silta_testkit::seal;

use crate::fixture::{Fixture, browser};

#[tokio::test]
async fn a_login_of_a_newer_release_is_a_page_to_try_again_and_one_warning() {
    let fixture = Fixture::start().await;
    let mut person = browser();
    let answer = answer_of_idp(&mut person, &fixture.shop().authorize(&[])).await;
    as_a_newer_release_wrote(&fixture, "silta:login:*", "awaiting_idp.");

    let page = person.submit(&answer).await;
    assert_eq!(page.status, 503);
    let refusal = fixture.refusal(&page).await;
    assert_eq!((&refusal["reason"], &refusal["level"]), (&"record_newer".into(), &"WARN".into()));
    let lines = fixture.log();
    let warnings = lines.iter().filter(|line| line["reason"] == "record_newer");
    assert_eq!(warnings.count(), 1);
    assert!(lines.iter().all(|line| line["message"] != "login finished"));
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_code_of_a_newer_release_is_refused_for_now_with_one_warning() {
    let fixture = Fixture::start().await;
    let code = browser().follow(&fixture.shop().authorize(&[])).await.told("code").unwrap();
    as_a_newer_release_wrote(&fixture, "silta:code:*", "grant.");
    let refused = fixture.shop().redeem(&code).await;
    assert_eq!(refused.error(), (503, "temporarily_unavailable"));
    let line = fixture.logged(|line| line["message"] == "tokens refused").await;
    assert_eq!((&line["reason"], &line["level"]), (&"record_newer".into(), &"WARN".into()));
}

/// Replaces the only record of this kind by the same below the tag of a version to come.
fn as_a_newer_release_wrote(fixture: &Fixture, pattern: &str, tag: &str) {
    let keys = String::from_utf8(fixture.redis.ask(&["KEYS", pattern])).unwrap();
    let key = keys.trim();
    assert!(!key.contains('\n'), "one record: {keys}");
    let dump = "local hex = '' for at = 1, #redis.call('GET', KEYS[1]) do hex = hex .. \
                string.format('%02x', string.byte(redis.call('GET', KEYS[1]), at)) end return hex";
    let sealed = String::from_utf8(fixture.redis.ask(&["EVAL", dump, "1", key])).unwrap();
    let sealed: Vec<u8> = (0..sealed.trim().len() / 2)
        .map(|at| u8::from_str_radix(&sealed[at * 2..at * 2 + 2], 16).unwrap())
        .collect();
    let mut plain = seal::open(&SEAL_KEY, key, &sealed);
    let at = plain.windows(tag.len()).position(|at| at == tag.as_bytes()).unwrap() + tag.len();
    plain[at] = b'9';
    let sealed = seal::seal(&SEAL_KEY, key, &plain);
    let hex = sealed.iter().fold(String::new(), |mut hex, octet| {
        write!(hex, "{octet:02x}").unwrap();
        hex
    });
    let restore = "local octets = ARGV[1]:gsub('..', function(hex) \
                   return string.char(tonumber(hex, 16)) end) \
                   return redis.call('SET', KEYS[1], octets, 'KEEPTTL')";
    let _ = fixture.redis.ask(&["EVAL", restore, "1", key, &hex]);
}

/// `keys.seal` of every test's configuration.
const SEAL_KEY: [u8; 32] = [7; 32];
