//! Names and attributes that are encrypted by themselves and that somebody uses: opened after the signature
//! held, by the rules of an encrypted assertion, and read as if they had stood there in the open.

use silta_saml::algorithm::DataCipher;
use silta_saml::{
    CheckOutcome, DecryptionError, ExplainedRequest, Explanation, MessageError, Part, PartCount,
    ResponseError, SignatureError, SignedParts, UsedContent, VerificationStep, XmlError,
};
use silta_testkit::forge::EditPoint::{self, Assertion, Response, SignedAssertion};
use silta_testkit::forge::{
    AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, encrypted_by_itself, encrypted_part, text,
};
use silta_testkit::keys;

use crate::fixture::{Identity, accepted, accepts, good, refusal, refuses};

#[test]
fn an_encrypted_name_and_encrypted_attributes_are_read_as_if_they_were_plain() {
    for cipher in DataCipher::ALL {
        let made = accepts(|fine| {
            fine.edit(Assertion, move |xml| encrypting(xml, NAME_ID, cipher))
                .edit(Assertion, move |xml| encrypting(xml, ATTRIBUTE, cipher))
        });
        assert_eq!(made, [good(), good()], "{cipher:?}");
    }
    // Each attribute stays at its place among the others.
    let made = accepts(|fine| fine.edit(Assertion, |xml| encrypting(xml, ATTRIBUTE, GCM)));
    assert_eq!(made, [good(), good()]);
    let second = accepts(|fine| {
        fine.edit(Assertion, |xml| {
            let (first, rest) = xml.split_once("</saml:Attribute>").unwrap();
            format!("{first}</saml:Attribute>{}", encrypting(rest, ATTRIBUTE, GCM))
        })
    });
    assert_eq!(second, [good(), good()]);
}

#[test]
fn the_encrypted_key_of_a_part_may_stand_beside_its_data() {
    let made = accepts(|fine| {
        fine.edit(Assertion, |xml| {
            let encrypted = encrypting(xml, NAME_ID, GCM);
            let key = text::element(&encrypted, "xenc:EncryptedKey").to_owned();
            let without = text::without(&encrypted, "ds:KeyInfo");
            text::after(&without, "</xenc:EncryptedData>", &key)
        })
    });
    assert_eq!(made, [good(), good()]);
}

/// The Response vouches for an assertion that has no signature of its own, and so for what is in it.
#[test]
fn parts_of_an_unsigned_assertion_inside_a_signed_response_are_opened() {
    let idp = FakeIdp::plain().requiring(SignedParts::Response);
    for made in [idp.response(), idp.response().plain()] {
        let made = made
            .unsigned_assertion()
            .edit(Assertion, |xml| encrypting(&encrypting(xml, NAME_ID, CBC), ATTRIBUTE, CBC));
        assert_eq!(accepted(&idp, &made, NOON), good());
    }
}

/// Inside an unsigned Response too: the signature of the assertion covers the ciphertext, so CBC will do.
#[test]
fn cbc_is_opened_where_only_the_assertion_is_signed() {
    let idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    let made = idp.response().plain().unsigned_response();
    let made = made.edit(Assertion, |xml| encrypting(xml, NAME_ID, CBC));
    assert_eq!(accepted(&idp, &made, NOON), good());
}

#[test]
fn only_what_is_used_is_opened() {
    let encrypted = |fine: ForgedResponse| {
        fine.plain()
            .edit(Assertion, |xml| encrypting(&encrypting(xml, NAME_ID, GCM), ATTRIBUTE, GCM))
    };
    let (all, none) = (PartCount { name_id: true, attributes: 1 }, PartCount::default());
    let name = PartCount { name_id: true, attributes: 0 };
    let attribute = PartCount { name_id: false, attributes: 1 };
    for (uses, opened, unused) in [
        (UsedContent::ALL, all, none),
        (UsedContent::NONE, none, all),
        (UsedContent { name_id: true, attributes: false }, name, attribute),
        (UsedContent { name_id: false, attributes: true }, attribute, name),
    ] {
        let idp = FakeIdp::plain().using(uses);
        let forged = encrypted(idp.response());
        let verified = forged.sign().verify(&idp.expectation(), NOON).unwrap();
        let parts = verified.encrypted_parts();
        assert_eq!((parts.opened, parts.unused), (opened, unused));
        let read = Identity::of(&verified);
        assert_eq!(read.name_id.is_some(), uses.name_id);
        assert_eq!(read.attributes.len(), 1 + usize::from(uses.attributes));
        let explained =
            Explanation::of(&forged.post(), &idp.expectation(), ExplainedRequest::Expected, NOON);
        let outcome = if opened.is_none() { CheckOutcome::NotNeeded } else { CheckOutcome::Passed };
        assert_eq!(explained.checks.last().unwrap().1, outcome);
        assert_eq!(explained.judged.unwrap().encrypted_parts, parts);
    }
}

/// A stranger who has our public key asks no private key of ours for anything: whatever is inside, the
/// signature is judged first.
#[test]
fn nothing_is_opened_before_a_signature_held() {
    let garbled = |xml: &str| {
        let encrypted = encrypting(xml, NAME_ID, GCM);
        text::octets(&encrypted, "xenc:CipherValue", 0, |octets| vec![0x5a; octets.len()])
    };
    let unsigned = ResponseError::Message(MessageError::Unsigned { part: Part::Assertion });
    let idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    let stranger = idp.response().plain().unsigned_response().unsigned_assertion();
    assert_eq!(refusal(&idp, &stranger.edit(Assertion, garbled), NOON), unsigned);
    // Put in the place of the name after the assertion was signed.
    let changed = idp.response().plain().unsigned_response().edit(SignedAssertion, garbled);
    assert_eq!(refusal(&idp, &changed, NOON), digest_mismatch(Part::Assertion));
    let changed = idp.response().plain().edit(EditPoint::SignedResponse, garbled);
    assert_eq!(refusal(&idp, &changed, NOON), digest_mismatch(Part::Response));
}

/// What stands elsewhere is not read in the place of what is missing.
#[test]
fn an_encrypted_name_elsewhere_names_nobody() {
    let evil = || part("EncryptedID", &name_id("evil"));
    let outside = format!("<samlp:Extensions><x>{}</x></samlp:Extensions>", evil());
    refuses(&ResponseError::EncryptedContent, |good| {
        let outside = outside.clone();
        good.edit(Response, move |xml| text::before(xml, "<samlp:Status>", &outside))
    });
    for place in ["</saml:Assertion>", "<saml:Conditions", "<saml:AuthnStatement"] {
        refuses(&ResponseError::EncryptedContent, |good| {
            good.edit(Assertion, move |xml| text::before(xml, place, &evil()))
        });
    }
    let advice = format!("</saml:Conditions><saml:Advice>{}</saml:Advice>", evil());
    let mut nameless = good();
    nameless.name_id = None;
    let made = accepts(|fine| {
        let advice = advice.clone();
        fine.edit(Assertion, |xml| text::without(xml, "saml:NameID"))
            .edit(Assertion, move |xml| text::swapped(xml, "</saml:Conditions>", &advice))
    });
    assert_eq!(made, [nameless.clone(), nameless]);
}

#[test]
fn as_many_are_opened_as_one_message_may_have_and_each_costs_a_step() {
    let idp = FakeIdp::plain();
    let holding = |count: usize| {
        let attributes = part("EncryptedAttribute", &attribute("urn:x", "<x/>")).repeat(count);
        idp.response().plain().edit(Assertion, move |xml| {
            let encrypted = encrypting(xml, NAME_ID, GCM);
            text::before(&encrypted, "</saml:AttributeStatement>", &attributes)
        })
    };
    assert_eq!(accepted(&idp, &holding(7), NOON), good());
    let too_many = ResponseError::TooManyEncrypted { limit: 8 };
    assert_eq!(refusal(&idp, &holding(8), NOON), too_many);
    let names_only = idp.clone().using(UsedContent { name_id: true, attributes: false });
    assert!(holding(40).sign().verify(&names_only.expectation(), NOON).is_ok());

    // The first private operation is made with the judgement, and each other one in a step of its own.
    let steps = |forged: &ForgedResponse| {
        let expect = idp.expectation();
        let mut step = forged.sign().verify_in_steps(&expect, NOON).unwrap();
        let mut further = 0;
        while let VerificationStep::Further(rest) = step {
            further += 1;
            step = rest.step().unwrap();
        }
        further
    };
    assert_eq!(steps(&holding(7)), 7);
    assert_eq!(steps(&holding(0)), 0);
    let inside = idp.response().edit(Assertion, |xml| encrypting(xml, NAME_ID, GCM));
    assert_eq!(steps(&inside), 1);
}

/// Whatever made it fail.
#[test]
fn every_failure_to_open_a_part_is_refused_alike() {
    let undecryptable = ResponseError::Decryption(DecryptionError::Undecryptable);
    let spoils: [(DataCipher, Spoil); 6] = [
        // The wrapped key.
        (GCM, |xml| text::octets(xml, "xenc:CipherValue", 0, |octets| vec![0x5a; octets.len()])),
        // The tag, the vector, the length.
        (GCM, |xml| {
            text::octets(xml, "xenc:CipherValue", 1, |mut octets| {
                *octets.last_mut().unwrap() ^= 1;
                octets
            })
        }),
        (GCM, |xml| {
            text::octets(xml, "xenc:CipherValue", 1, |mut octets| {
                octets[0] ^= 1;
                octets
            })
        }),
        (GCM, |xml| text::octets(xml, "xenc:CipherValue", 1, |octets| octets[..20].to_vec())),
        (CBC, |xml| text::octets(xml, "xenc:CipherValue", 1, |octets| octets[..17].to_vec())),
        // The padding, by what stands before its block.
        (CBC, |xml| {
            text::octets(xml, "xenc:CipherValue", 1, |mut octets| {
                let at = octets.len() - 17;
                octets[at] ^= 0xff;
                octets
            })
        }),
    ];
    for (number, (cipher, spoil)) in spoils.into_iter().enumerate() {
        for kind in [NAME_ID, ATTRIBUTE] {
            let refused = spoilt(kind, cipher, spoil);
            assert_eq!(refused, undecryptable, "{number} {kind}");
        }
    }
    let mut keyless = FakeIdp::plain();
    keyless.provider.decryption_keys = vec![keys::OTHER_SP.decryption()];
    let made = keyless.response().plain().edit(Assertion, |xml| encrypting(xml, NAME_ID, GCM));
    assert_eq!(refusal(&keyless, &made, NOON), undecryptable);
}

#[test]
fn refuses_a_part_whose_ciphertext_or_key_is_elsewhere_or_unclear() {
    let structure = ResponseError::Decryption(DecryptionError::Structure);
    let spoils: [Spoil; 8] = [
        |xml| text::replaced(xml, "xenc:CipherValue", REFERENCE),
        |xml| {
            let (head, tail) = xml.rsplit_once("<xenc:CipherValue>").unwrap();
            let (_, tail) = tail.split_once("</xenc:CipherValue>").unwrap();
            format!("{head}{REFERENCE}{tail}")
        },
        |xml| text::replaced(xml, "xenc:EncryptedKey", &retrieval("https://evil.example/key")),
        |xml| text::replaced(xml, "xenc:EncryptedKey", &retrieval("#_elsewhere")),
        |xml| text::without(xml, "ds:KeyInfo"),
        |xml| text::swapped(xml, "xmlenc#Element", "xmlenc#Content"),
        |xml| {
            let data = text::element(xml, "xenc:EncryptedData").to_owned();
            text::after(xml, "</xenc:EncryptedData>", &data)
        },
        |xml| text::without(xml, "xenc:EncryptedData"),
    ];
    for (number, spoil) in spoils.into_iter().enumerate() {
        for kind in [NAME_ID, ATTRIBUTE] {
            assert_eq!(spoilt(kind, GCM, spoil), structure, "{number} {kind}");
        }
    }
}

#[test]
fn a_part_may_be_encrypted_only_as_the_assertion_may_be() {
    let algorithm = |refused: &ResponseError| {
        matches!(refused, ResponseError::Decryption(DecryptionError::Algorithm { .. }))
    };
    let weak: [Spoil; 2] = [
        |xml| {
            text::swapped(
                xml,
                "http://www.w3.org/2009/xmlenc11#rsa-oaep\"",
                "http://www.w3.org/2001/04/xmlenc#rsa-1_5\"",
            )
        },
        |xml| {
            text::swapped(
                xml,
                "http://www.w3.org/2009/xmlenc11#aes256-gcm",
                "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
            )
        },
    ];
    for spoil in weak {
        for kind in [NAME_ID, ATTRIBUTE] {
            let refused = spoilt(kind, GCM, spoil);
            assert!(algorithm(&refused), "{refused:?}");
        }
    }
    let gcm_only = FakeIdp::plain()
        .with_profile(|profile| profile.ciphers.retain(|cipher| cipher.authenticates()));
    let made = gcm_only.response().edit(Assertion, |xml| encrypting(xml, NAME_ID, CBC));
    assert!(algorithm(&refusal(&gcm_only, &made, NOON)));
}

/// It is a document of its own, under the rules of every message.
#[test]
fn what_a_part_opens_to_is_judged_like_any_document() {
    let name = || name_id("person-7");
    let value = || attribute("urn:x", "y");
    let malformed = |part, cause| ResponseError::Message(MessageError::Malformed { part, cause });
    let wrong_root = |part| ResponseError::Message(MessageError::WrongRoot { part });
    for (kind, part, one) in
        [("EncryptedID", Part::NameId, name()), ("EncryptedAttribute", Part::Attribute, value())]
    {
        let other = if part == Part::NameId { value() } else { name() };
        let assertion = format!("<saml:Assertion {NAMESPACE} ID=\"_evil\"/>");
        for (plaintext, expected) in [
            (format!("{one}{one}"), malformed(part, XmlError::NotWellFormed)),
            (format!("{one}junk"), malformed(part, XmlError::NotWellFormed)),
            (String::new(), malformed(part, XmlError::NotWellFormed)),
            (one.replace(NAMESPACE, ""), malformed(part, XmlError::NotWellFormed)),
            (one.replace("</saml:", "<!-- --></saml:"), malformed(part, XmlError::Comment)),
            (format!("<!DOCTYPE x>{one}"), malformed(part, XmlError::Doctype)),
            (format!("<?x y?>{one}"), malformed(part, XmlError::ProcessingInstruction)),
            (format!("<x>{one}</x>"), wrong_root(part)),
            (other, wrong_root(part)),
            (assertion, wrong_root(part)),
            (one.replace(":assertion\"", ":protocol\""), wrong_root(part)),
        ] {
            assert_eq!(opened(kind, &plaintext), expected, "{kind} {plaintext}");
        }
    }
}

#[test]
fn refuses_inside_a_part_what_is_looked_for_elsewhere() {
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    let data = "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>";
    for (inside, expected) in [
        (signature, ResponseError::StraySignature),
        ("<saml:Assertion ID=\"_evil\"/>", ResponseError::AssertionCount),
        ("<saml:EncryptedAssertion/>", ResponseError::AssertionCount),
        ("<saml:EncryptedID/>", ResponseError::EncryptedContent),
        ("<saml:EncryptedAttribute/>", ResponseError::EncryptedContent),
        (data, ResponseError::EncryptedContent),
    ] {
        for (kind, plaintext) in
            [("EncryptedID", name_id(inside)), ("EncryptedAttribute", attribute("urn:x", inside))]
        {
            assert_eq!(opened(kind, &plaintext), expected, "{kind} {inside}");
        }
    }
    let unexpected =
        MessageError::UnexpectedElement { element: "another element", inside: "NameID" };
    assert_eq!(opened("EncryptedID", &name_id("<x/>")), ResponseError::Message(unexpected));
    let nameless = format!("<saml:Attribute {NAMESPACE}/>");
    let missing = MessageError::MissingAttribute { attribute: "Name" };
    assert_eq!(opened("EncryptedAttribute", &nameless), ResponseError::Message(missing));
}

/// A part of an attribute would say something else, encrypted or not.
#[test]
fn an_attribute_is_left_out_whole_where_an_encrypted_part_of_it_is_no_text() {
    let structured = part("EncryptedAttribute", &attribute("urn:oid:1.2.246.21", "<x/>"));
    for place in ["</saml:AttributeStatement>", "<saml:Attribute "] {
        let made = accepts(|fine| {
            let structured = structured.clone();
            fine.edit(Assertion, move |xml| text::before(xml, place, &structured))
        });
        for made in made {
            let names: Vec<_> = made.attributes.iter().map(|one| one.name.as_str()).collect();
            assert_eq!(names, ["urn:oid:2.5.4.4"]);
        }
    }
}

/// Whoever is known at too low a level can log out by an encrypted name too, and the level is why they
/// are not let in.
#[test]
fn a_level_that_is_too_weak_is_the_reason_whatever_is_encrypted() {
    let idp = FakeIdp::plain().requiring_level(2);
    let weak = |edit: Spoil| {
        let made = idp.response().plain().authn_context(AUTHN_CONTEXTS[0]);
        made.edit(Assertion, edit)
    };
    let expect = idp.expectation();
    let good = weak(|xml| encrypting(xml, NAME_ID, GCM));
    let step = good.sign().verify_in_steps(&expect, NOON).unwrap();
    let VerificationStep::TooWeak(proven) = step else { unreachable!("the level is too weak") };
    assert_eq!(proven.assertion().name_id().unwrap().value, "person-7");
    let bad = weak(|xml| text::replaced(xml, "saml:NameID", "<saml:EncryptedID/>"));
    assert!(matches!(refusal(&idp, &bad, NOON), ResponseError::WeakAuthnContext(_)));
}

/// Why a good response is refused in which this part was spoilt before it was signed.
fn spoilt(kind: &'static str, cipher: DataCipher, spoil: Spoil) -> ResponseError {
    let idp = FakeIdp::plain();
    let made = idp.response().plain().edit(Assertion, move |xml| {
        let encrypted = encrypting(xml, kind, cipher);
        let name = if kind == NAME_ID { "saml:EncryptedID" } else { "saml:EncryptedAttribute" };
        let whole = text::element(&encrypted, name).to_owned();
        text::replaced(&encrypted, name, &spoil(&whole))
    });
    refusal(&idp, &made, NOON)
}

/// Why a response is refused that holds this, encrypted, at the place of its kind.
fn opened(kind: &str, plaintext: &str) -> ResponseError {
    let idp = FakeIdp::plain();
    let (part, is_name) = (part(kind, plaintext), kind == "EncryptedID");
    let made = idp.response().plain().edit(Assertion, move |xml| {
        if is_name {
            text::replaced(xml, NAME_ID, &part)
        } else {
            text::before(xml, "</saml:AttributeStatement>", &part)
        }
    });
    refusal(&idp, &made, NOON)
}

/// The text with the first element of this name encrypted to us.
pub(crate) fn encrypting(xml: &str, kind: &str, cipher: DataCipher) -> String {
    let name = if kind == NAME_ID { "EncryptedID" } else { "EncryptedAttribute" };
    text::replaced(xml, kind, &encrypted_part(name, kind, xml, (&keys::SP, cipher)))
}

/// Any text encrypted to us.
fn part(name: &str, plaintext: &str) -> String {
    encrypted_by_itself(name, plaintext, (&keys::SP, GCM))
}

fn name_id(inside: &str) -> String {
    format!("<saml:NameID {NAMESPACE}>{inside}</saml:NameID>")
}

fn attribute(name: &str, inside: &str) -> String {
    format!(
        "<saml:Attribute {NAMESPACE} Name=\"{name}\"><saml:AttributeValue>{inside}\
         </saml:AttributeValue></saml:Attribute>"
    )
}

fn retrieval(uri: &str) -> String {
    format!("<ds:RetrievalMethod URI=\"{uri}\"/>")
}

fn digest_mismatch(part: Part) -> ResponseError {
    let cause = SignatureError::DigestMismatch;
    ResponseError::Message(MessageError::Signature { part, cause })
}

type Spoil = fn(&str) -> String;

pub(crate) const NAME_ID: &str = "saml:NameID";
pub(crate) const ATTRIBUTE: &str = "saml:Attribute";
const GCM: DataCipher = DataCipher::Aes256Gcm;
const CBC: DataCipher = DataCipher::Aes128Cbc;
const NAMESPACE: &str = "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
const REFERENCE: &str = "<xenc:CipherReference URI=\"https://evil.example/octets\"/>";
