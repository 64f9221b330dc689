//! Any one octet of an accepted response, changed to anything else: refused, or the very same person.

use std::thread;

use silta_saml::{Response, SignedParts, Unverified};
use silta_testkit::forge::{FakeIdp, NOON};

use crate::fixture::{Identity, good};

/// What became of the mutants of one message.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    refused: usize,
    same: usize,
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures say how far the test reached")]
fn a_changed_octet_never_changes_the_identity() {
    let both = FakeIdp::plain().requiring(SignedParts::Both);
    let outer = FakeIdp::plain().requiring(SignedParts::Response);
    let messages = [
        ("encrypted, both signed", both.response().xml(), both.clone()),
        ("plain, both signed", both.response().plain().xml(), both),
        (
            "plain, one signature",
            outer.response().plain().unsigned_assertion().xml(),
            outer.clone(),
        ),
        ("encrypted, one signature", outer.response().unsigned_assertion().xml(), outer),
    ];
    let expected = good();
    thread::scope(|scope| {
        for half in messages.chunks(2) {
            let expected = &expected;
            scope.spawn(move || {
                for (name, xml, idp) in half {
                    let seed = xml.len() as u64;
                    let decoded = decoded(xml, idp, expected, seed);
                    let encoded = encoded(xml, idp, expected, seed);
                    println!("{name}: in the XML {decoded:?}, in the base64 {encoded:?}");
                    // Spaces in tags, base64 and key hints may change; nearly everything else may not.
                    for outcome in [decoded, encoded] {
                        assert!(outcome.refused > ROUNDS / 3 && outcome.same > 0, "{outcome:?}");
                    }
                }
            });
        }
    });
}

/// Changes one octet of the decoded message; every other time to one that XML cares about.
fn decoded(xml: &str, idp: &FakeIdp, expected: &Identity, seed: u64) -> Outcome {
    let mut random = SplitMix(seed);
    let mut outcome = Outcome::default();
    for round in 0..ROUNDS {
        let mut octets = xml.as_bytes().to_vec();
        let at = random.below(octets.len());
        let other = if round % 2 == 0 {
            SHARP[random.below(SHARP.len())]
        } else {
            u8::try_from(random.below(256)).unwrap()
        };
        if octets[at] == other {
            octets[at] ^= 1;
        } else {
            octets[at] = other;
        }
        let post = openssl::base64::encode_block(&octets);
        outcome.judge(&post, idp, expected, || {
            format!("octet {at} became {:?}", char::from(octets[at]))
        });
    }
    outcome
}

/// Changes one character of the posted value.
fn encoded(xml: &str, idp: &FakeIdp, expected: &Identity, seed: u64) -> Outcome {
    let mut random = SplitMix(!seed);
    let mut outcome = Outcome::default();
    let post = openssl::base64::encode_block(xml.as_bytes());
    for round in 0..ROUNDS {
        let at = random.below(post.len());
        let other = if round % 16 == 0 {
            char::from(u8::try_from(random.below(256)).unwrap())
        } else {
            char::from(ALPHABET[random.below(ALPHABET.len())])
        };
        if post[at..].starts_with(other) {
            continue;
        }
        let mutant = format!("{}{other}{}", &post[..at], &post[at + 1..]);
        outcome.judge(&mutant, idp, expected, || format!("character {at} became {other:?}"));
    }
    outcome
}

impl Outcome {
    fn judge(
        &mut self,
        post: &str,
        idp: &FakeIdp,
        expected: &Identity,
        change: impl Fn() -> String,
    ) {
        let judged = Unverified::<Response>::from_post(post)
            .and_then(|response| response.verify(&idp.expectation(), NOON));
        match judged {
            Err(_) => self.refused += 1,
            Ok(verified) => {
                assert_eq!(Identity::of(&verified), *expected, "{}", change());
                self.same += 1;
            }
        }
    }
}

/// Sebastiano Vigna's `SplitMix64`: the same numbers in every run.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
}

/// Mutants of each message, in each of its two codings.
const ROUNDS: usize = 2_500;
const SHARP: &[u8] = b"<>&\"'/= \t\r\n:!?-[]#;_\0";
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \r\n\t";
