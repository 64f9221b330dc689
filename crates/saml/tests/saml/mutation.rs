//! Any one octet of what is accepted, changed to anything else: refused, or the very same meaning.

use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use silta_saml::algorithm::{DataCipher, SignatureAlgorithm};
use silta_saml::{
    Certificate, EncryptionRule, LogoutExpectation, LogoutMessage, LogoutStatus, NameId, Response,
    SignedParts, Unverified,
};
use silta_testkit::forge::{EditPoint, FakeIdp, ForgedLogout, ForgedResponse, NOON, SLO, text};

use crate::encrypted_parts::{ATTRIBUTE, NAME_ID, encrypting};
use crate::fixture::Identity;
use crate::idp_metadata::fixture::{entity, read_signed, signed};

/// What was understood of a message.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Person(Box<Identity>),
    /// Of a logout or of metadata, in words.
    Words(String),
}

/// A message that is accepted, in the octets that are changed.
struct Shape {
    name: &'static str,
    octets: Vec<u8>,
    /// The octets that matter there.
    sharp: &'static [u8],
    /// How a broker reads such octets, by each profile that takes them, and by those that do not.
    takes: Vec<Judge>,
    refuses: Vec<Judge>,
}

type Judge = Box<dyn Fn(&[u8]) -> Option<Meaning> + Send + Sync>;

/// What became of the mutants of one message.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    refused: usize,
    same: usize,
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures say how far the test reached")]
fn a_changed_octet_never_changes_the_identity() {
    let shapes = shapes();
    let count = env::var("MUTATIONS").map_or(IN_CI, |count| count.parse().unwrap());
    let rounds = count / shapes.len();
    println!("{} messages, {rounds} mutants of each", shapes.len());
    let same = AtomicUsize::new(0);
    thread::scope(|scope| {
        for half in 0..2 {
            let same = &same;
            let shapes = shapes.iter().enumerate().filter(move |(at, _)| at % 2 == half);
            scope.spawn(move || {
                for (at, shape) in shapes {
                    let outcome = shape.mutated(rounds, at as u64);
                    println!("{}: {outcome:?}", shape.name);
                    // Spaces in tags, base64 and key hints may change; nearly everything else may not.
                    assert!(outcome.refused > rounds / 3, "{}: {outcome:?}", shape.name);
                    // Of a large ciphertext or a query nearly every octet counts.
                    same.fetch_add(outcome.same, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(same.into_inner() > count / 100, "so many may change");
}

/// The test above would else compare nothing.
#[test]
fn every_message_is_taken_by_one_profile_and_every_profile_takes_one() {
    let shapes = shapes();
    assert!(shapes.iter().all(|shape| !shape.takes.is_empty()));
    for shape in shapes.iter().filter(|shape| shape.takes.len() + shape.refuses.len() > 1) {
        assert_eq!(shape.takes.len() + shape.refuses.len(), profiles().len(), "{}", shape.name);
        for refuses in &shape.refuses {
            assert_eq!(refuses(&shape.octets), None, "{}", shape.name);
        }
    }
    for profile in profiles() {
        assert!(responses().iter().any(|(_, made)| person(&profile, &made.post()).is_some()));
    }
}

impl Shape {
    /// Changes one octet so often; every other time to one that matters there.
    fn mutated(&self, rounds: usize, seed: u64) -> Outcome {
        let mut random = SplitMix(seed);
        let mut outcome = Outcome::default();
        let expected: Vec<_> =
            self.takes.iter().map(|takes| takes(&self.octets).unwrap()).collect();
        for round in 0..rounds {
            let mut octets = self.octets.clone();
            let at = random.below(octets.len());
            let other = if round % 2 == 0 {
                self.sharp[random.below(self.sharp.len())]
            } else {
                u8::try_from(random.below(256)).unwrap()
            };
            if octets[at] == other {
                octets[at] ^= 1;
            } else {
                octets[at] = other;
            }
            let which = random.below(expected.len());
            let change =
                || format!("{}: octet {at} became {:?}", self.name, char::from(octets[at]));
            match self.takes[which](&octets) {
                None => outcome.refused += 1,
                Some(meaning) => {
                    assert_eq!(meaning, expected[which], "{}", change());
                    outcome.same += 1;
                }
            }
            // What a profile refuses, no single octet makes it take.
            if round % 16 == 0 && !self.refuses.is_empty() {
                let which = random.below(self.refuses.len());
                assert_eq!(self.refuses[which](&octets), None, "{}", change());
            }
        }
        outcome
    }
}

/// Every response twice, as XML and in its base64, and what else is signed.
fn shapes() -> Vec<Shape> {
    let mut shapes = vec![];
    for (name, made) in responses() {
        let (xml, post) = (made.xml(), made.post());
        let by = |wanted: bool, encoded: bool| {
            let profiles = profiles().into_iter();
            let profiles = profiles.filter(|idp| person(idp, &post).is_some() == wanted);
            let judge = move |idp: FakeIdp| -> Judge {
                Box::new(move |octets| {
                    let post = if encoded {
                        String::from_utf8(octets.to_vec()).ok()?
                    } else {
                        openssl::base64::encode_block(octets)
                    };
                    person(&idp, &post)
                })
            };
            profiles.map(judge).collect::<Vec<_>>()
        };
        for encoded in [false, true] {
            shapes.push(Shape {
                name,
                octets: if encoded { post.clone().into_bytes() } else { xml.clone().into_bytes() },
                sharp: if encoded { ALPHABET } else { SHARP },
                takes: by(true, encoded),
                refuses: by(false, encoded),
            });
        }
    }
    let request = || ForgedLogout::request().sessions(&["_session_1", "_session_2"]);
    let answer = ForgedLogout::response(LogoutStatus::Success);
    shapes.extend([
        alone("LogoutRequest by POST", request().signed_xml().into_bytes(), SHARP, |octets| {
            let post = openssl::base64::encode_block(octets);
            logout(LogoutMessage::from_post(Some(&post), None, None).ok()?)
        }),
        alone("LogoutRequest by redirect", request().query().into_bytes(), IN_QUERY, |octets| {
            logout(LogoutMessage::from_redirect(str::from_utf8(octets).ok()?).ok()?)
        }),
        alone("LogoutResponse by redirect", answer.query().into_bytes(), IN_QUERY, |octets| {
            logout(LogoutMessage::from_redirect(str::from_utf8(octets).ok()?).ok()?)
        }),
        alone("signed metadata", signed(&entity()).into_bytes(), SHARP, |octets| {
            let read = read_signed(str::from_utf8(octets).ok()?).ok()?;
            let keys: Vec<_> = read.signing().iter().map(Certificate::base64).collect();
            Some(Meaning::Words(format!("{read:?} {keys:?}")))
        }),
    ]);
    shapes
}

fn alone(
    name: &'static str,
    octets: Vec<u8>,
    sharp: &'static [u8],
    judge: impl Fn(&[u8]) -> Option<Meaning> + Send + Sync + 'static,
) -> Shape {
    Shape { name, octets, sharp, takes: vec![Box::new(judge)], refuses: vec![] }
}

/// Eight responses; each is taken by one profile at least.
fn responses() -> Vec<(&'static str, ForgedResponse)> {
    let idp = FakeIdp::plain();
    let more = |xml: &str| {
        let advice = "<saml:Advice><saml:Assertion/></saml:Advice>";
        let xml = text::after(xml, "</saml:Conditions>", advice);
        encrypting(
            &encrypting(&xml, NAME_ID, DataCipher::Aes256Gcm),
            ATTRIBUTE,
            DataCipher::Aes128Cbc,
        )
    };
    vec![
        ("encrypted, both signed", idp.response()),
        ("encrypted, the Response signed", idp.response().unsigned_assertion()),
        ("encrypted, the assertion signed", idp.response().unsigned_response()),
        ("encrypted by CBC, both signed", idp.response().cipher(DataCipher::Aes256Cbc)),
        ("plain, both signed", idp.response().plain()),
        ("plain, the Response signed", idp.response().plain().unsigned_assertion()),
        ("plain, the assertion signed", idp.response().plain().unsigned_response()),
        (
            "plain, with Advice, EncryptedID and EncryptedAttribute",
            idp.response().plain().edit(EditPoint::Assertion, more),
        ),
    ]
}

/// Brokers whose profiles of the same identity provider differ.
fn profiles() -> [FakeIdp; 5] {
    [
        FakeIdp::default(),
        FakeIdp::plain().requiring(SignedParts::Assertion),
        FakeIdp::plain().requiring(SignedParts::Response),
        FakeIdp::plain().requiring(SignedParts::Both),
        FakeIdp::default().with_profile(|profile| {
            profile.signed = SignedParts::Both;
            profile.encryption = EncryptionRule::Required;
            profile.signature_algorithms = vec![SignatureAlgorithm::RsaSha256];
            profile.ciphers.retain(|cipher| cipher.authenticates());
        }),
    ]
}

fn person(idp: &FakeIdp, post: &str) -> Option<Meaning> {
    let response = Unverified::<Response>::from_post(post).ok()?;
    let verified = response.verify(&idp.expectation(), NOON).ok()?;
    Some(Meaning::Person(Box::new(Identity::of(&verified))))
}

fn logout(message: LogoutMessage<'_>) -> Option<Meaning> {
    let idp = FakeIdp::default();
    let asked = idp.expectation();
    let expect = LogoutExpectation { provider: asked.provider, idp: asked.idp, slo_url: SLO };
    let words = match message {
        LogoutMessage::Request(request) => {
            let read = request.verify(&expect, NOON).ok()?;
            let name = words_of(read.name_id());
            let sessions = read.session_indexes().join(" ");
            let relay_state = read.relay_state().unwrap_or("-");
            format!("{} {} {name} {sessions} {relay_state}", read.id(), read.valid_until())
        }
        LogoutMessage::Response(response) => {
            format!("{:?}", response.verify(&expect, NOON).ok()?)
        }
    };
    Some(Meaning::Words(words))
}

/// A NameID with all that tells it from others.
fn words_of(name: &NameId) -> String {
    let all = [&name.format, &name.name_qualifier, &name.sp_name_qualifier];
    let all = all.map(|part| part.as_deref().unwrap_or("-")).join(" ");
    format!("{} {all}", name.value)
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

/// Mutants of all messages together; `just mutations` takes more.
const IN_CI: usize = 20_000;
const SHARP: &[u8] = b"<>&\"'/= \t\r\n:!?-[]#;_\0";
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \r\n\t";
const IN_QUERY: &[u8] = b"&=%+?#;/ABCDEFabcdef0123456789xyzXYZ \0";
