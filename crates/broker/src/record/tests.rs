#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::hex::hex;

/// What the previous release wrote of each kind, and the kind as it is written now.
const FORMER: [(&str, &str); 8] = [
    (
        "awaiting_idp.2",
        r#"{"awaiting_idp.1":{"login":"A4M94AWY","upstream":"suomifi","since":"2026-11-21T12:00:00Z","request":{"client_id":"shop","redirect":"https://shop.example/oauth2/idpresponse","state":"H4sI+/=& \"\\ä","nonce":"n-0S6_WzA2Mj","challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","scopes":["openid","profile"],"prompt_none":false,"prompt_login":true,"max_age":{"secs":60,"nanos":0},"acr_values":["urn:a"],"ui_locales":["fi","sv"]},"begun":{"request_id":"_0123456789abcdef0123456789abcdef","authenticated_since":"2026-11-21T12:00:00Z","max_age":{"secs":60,"nanos":0},"weakest":"http://ftn.ficora.fi/2017/loa2"}}}"#,
    ),
    (
        "awaiting_idp.2",
        r#"{"awaiting_idp.1":{"login":"A4M94AWY","upstream":"suomifi","since":"2026-11-21T12:00:00Z","request":{"client_id":"shop","redirect":"https://shop.example/oauth2/idpresponse","state":null,"nonce":null,"challenge":null,"scopes":["openid"],"prompt_none":false,"prompt_login":false,"max_age":null,"acr_values":[],"ui_locales":[]},"begun":{"request_id":"_0123456789abcdef0123456789abcdef","authenticated_since":null,"max_age":null,"weakest":"http://ftn.ficora.fi/2017/loa2"}}}"#,
    ),
    ("answered.1", r#""answered.1""#),
    ("used_assertion.1", r#""used_assertion.1""#),
    (
        "grant.1",
        r#"{"grant.1":{"login":"A4M94AWY","binding":{"client_id":"shop","redirect":"https://shop.example/oauth2/idpresponse","challenge":null},"nonce":"n-0S6_WzA2Mj","scopes":["openid"],"person":{"sub":"c3ViamVjdA","acr":"http://ftn.ficora.fi/2017/loa2","auth_time":"2026-11-21T12:00:00Z","claims":{"given_name":"Nordea","groups":["a \"b\"",""],"level":3,"adult":true}}}}"#,
    ),
    (
        "spent.2",
        r#"{"spent.1":{"login":"A4M94AWY","access_token":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,255]}}"#,
    ),
    ("spent.2", r#"{"spent.1":{"login":"A4M94AWY","access_token":null}}"#),
    (
        "access.1",
        r#"{"access.1":{"login":"A4M94AWY","person":{"sub":"c3ViamVjdA","acr":"http://ftn.ficora.fi/2017/loa2","auth_time":"2026-11-21T12:00:00Z","claims":{"given_name":"Nordea"}}}}"#,
    ),
];

/// The same records as they are written now: kind and octets in hexadecimal, in the same order.
const GOLDEN: &str = include_str!("golden.txt");

fn previous(which: usize) -> Record {
    from_octets(FORMER.get(which).unwrap().1.as_bytes()).unwrap()
}

fn pending_login(state: &str, nonce: &str) -> Record {
    let Record::PendingLogin(mut pending_login) = previous(0) else { unreachable!("it waits") };
    pending_login.state = Some(serde_json::from_value(state.into()).unwrap());
    pending_login.nonce = Some(nonce.to_owned());
    Record::PendingLogin(pending_login)
}

fn from_hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn what_the_previous_release_wrote_is_read_and_written_as_ever() {
    let written = (0..FORMER.len()).map(|which| {
        let octets = to_octets(&previous(which)).unwrap();
        format!("{} {}", FORMER.get(which).unwrap().0, hex(&octets))
    });
    assert_eq!(written.collect::<Vec<_>>(), GOLDEN.lines().collect::<Vec<_>>());
}

#[test]
fn what_is_written_is_read_again() {
    for line in GOLDEN.lines() {
        let (kind, octets) = line.split_once(' ').unwrap();
        let octets = from_hex(octets);
        assert!(octets.windows(kind.len()).any(|at| at == kind.as_bytes()), "{kind}");
        assert_eq!(to_octets(&from_octets(&octets).unwrap()).unwrap(), octets, "{kind}");
    }
}

#[test]
fn octets_that_are_no_record_are_refused() {
    for octets in [&b""[..], b"{", b"\"", b"\"answered.2\"", b"{\"awaiting_idp.1\":{}}", &[0xff]] {
        assert!(from_octets(octets).is_none(), "{octets:?}");
    }
    for line in GOLDEN.lines() {
        let octets = from_hex(line.split_once(' ').unwrap().1);
        for length in 0..octets.len() {
            assert!(from_octets(octets.get(..length).unwrap()).is_none(), "{length} of {line}");
        }
    }
}

#[test]
fn no_text_makes_a_record_longer_than_a_tenth_more_than_what_came() {
    for text in ["x", "\"", "\\", "ä", "\u{a0}", "\u{ffff}", "\u{1F600}", "<%&"] {
        let (state, nonce) = (text.repeat(8192 / text.len()), text.repeat(1024 / text.len()));
        let record = to_octets(&pending_login(&state, &nonce)).unwrap().len() + SEAL;
        let came = state.len() + nonce.len();
        assert!(record * 10 <= came * 11, "{text}: {record} octets for {came}");
    }
}

#[test]
fn a_plain_login_is_smaller_than_it_was() {
    let (before, after) = (FORMER.get(1).unwrap().1.len(), to_octets(&previous(1)).unwrap().len());
    assert!(after * 3 < before * 2, "{after} octets, {before} before");
}

#[test]
fn what_only_marks_an_end_costs_tens_of_octets() {
    for (which, most) in [(2, 40), (3, 46), (5, 100), (6, 100)] {
        let sealed = to_octets(&previous(which)).unwrap().len() + SEAL;
        assert!(sealed <= most, "{}: {sealed}", FORMER.get(which).unwrap().0);
    }
}

/// What sealing adds: a nonce and a tag.
const SEAL: usize = 28;
