//! What peers really send, and what must therefore be accepted.

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::{EXC_C14N, SAML};
use silta_saml::{Response, SignedParts, Unverified};
use silta_testkit::forge::EditPoint::{
    Assertion, Encrypted, Response as Whole, SignedAssertion, SignedResponse,
};
use silta_testkit::forge::{
    ACS, AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, digest, resigned, text,
};
use silta_testkit::keys;

use crate::fixture::{Identity, accepted, accepts, accepts_at, at, good};

#[test]
fn the_good_world_is_accepted_in_both_forms_and_read_in_full() {
    let [encrypted, plain] = accepts(|forged| forged);
    assert_eq!(encrypted, plain);
    assert_eq!(plain.id, "_assertion");
    assert_eq!(plain.name(), "person-7");
    let name_id = plain.name_id.clone().unwrap();
    assert_eq!(name_id.name_qualifier.as_deref(), Some("https://idp.example/entity"));
    assert_eq!(name_id.sp_name_qualifier.as_deref(), Some("https://broker.example/entity"));
    assert!(name_id.format.unwrap().ends_with(":transient"));
    assert_eq!(plain.authn_context, AUTHN_CONTEXTS[1]);
    assert_eq!(plain.authn_instant, at(-60));
    assert_eq!(plain.session_index.as_deref(), Some("session-7"));
    assert_eq!(plain.session_not_on_or_after, None);
    assert_eq!(plain.valid_until, at(5 * 60 + 60), "five minutes and the skew");
    assert_eq!(plain.values("urn:oid:1.2.246.21"), ["010190-999X"]);
    assert_eq!(plain.values("urn:oid:2.5.4.4"), ["Meikäläinen"]);
}

#[test]
fn every_signature_algorithm_is_accepted_from_a_key_of_its_kind() {
    use SignatureAlgorithm as A;
    let curves = [&*keys::IDP_P256, &*keys::IDP_P384, &*keys::IDP_P521];
    let rsa = [&*keys::IDP];
    for algorithm in A::ALL {
        let elliptic = matches!(algorithm, A::EcdsaSha256 | A::EcdsaSha384 | A::EcdsaSha512);
        for pair in if elliptic { &curves[..] } else { &rsa[..] } {
            let fixture = || FakeIdp::plain().signing_with(pair, algorithm);
            assert_eq!(accepts_at(NOON, fixture, |good| good), [good(), good()], "{algorithm:?}");
        }
    }
}

#[test]
fn a_listed_prefix_is_canonicalized_as_the_signer_did() {
    // This assertion is written in canonical form, so its own text is what must be digested: `xs` is
    // used by no name, and only the list keeps its declaration.
    let canonical = |forged: ForgedResponse| {
        forged.edit(Assertion, |_| canonical_assertion(" xmlns:xs=\"urn:example:xs\""))
    };
    let listed = |signed: &str| listing("xs #default", signed);
    let [encrypted, plain] = accepts(|good| canonical(good).edit(SignedAssertion, listed));
    assert_eq!(encrypted, plain);
    assert_eq!(plain.name(), "person-7");
}

#[test]
fn a_prefix_list_may_stand_in_the_canonicalization_method_too() {
    let bare =
        format!("<ds:CanonicalizationMethod Algorithm=\"{EXC_C14N}\"></ds:CanonicalizationMethod>");
    let list = format!(
        "<ds:CanonicalizationMethod Algorithm=\"{EXC_C14N}\"><ec:InclusiveNamespaces \
         xmlns:ec=\"{EXC_C14N}\" PrefixList=\"ds\"></ec:InclusiveNamespaces>\
         </ds:CanonicalizationMethod>"
    );
    assert_eq!(accepts(|good| good.resigned(&bare, &list)), [good(), good()]);
}

#[test]
fn a_document_in_the_default_namespace_is_read_like_one_with_prefixes() {
    let [encrypted, plain] = accepts(|good| {
        good.edit(Assertion, |xml| {
            let bare = xml.replace("<saml:", "<").replace("</saml:", "</");
            text::swapped(&bare, "xmlns:saml=", "xmlns=")
        })
        .edit(Whole, |xml| {
            let bare = xml.replace("<samlp:", "<").replace("</samlp:", "</");
            text::swapped(&bare, "xmlns:samlp=", "xmlns=")
        })
    });
    assert_eq!([encrypted, plain], [good(), good()]);
}

#[test]
fn signatures_and_ciphertexts_may_be_broken_into_lines() {
    let broken = |xml: &str, name: &str| {
        let open = format!("<{name}>");
        let start = xml.find(&open).unwrap() + open.len();
        let end = start + xml[start..].find('<').unwrap();
        let lines: Vec<_> = xml.as_bytes()[start..end]
            .chunks(76)
            .map(|line| String::from_utf8(line.to_vec()).unwrap())
            .collect();
        format!("{}\n{}\r\n\t {}", &xml[..start], lines.join("&#13;\n"), &xml[end..])
    };
    let [encrypted, plain] = accepts(|good| {
        good.edit(SignedAssertion, move |xml| broken(xml, "ds:SignatureValue"))
            .edit(Encrypted, move |xml| broken(xml, "xenc:CipherValue"))
    });
    assert_eq!([encrypted, plain], [good(), good()]);
}

#[test]
fn the_posted_value_may_be_broken_into_lines() {
    let idp = FakeIdp::default();
    let post = idp.response().post();
    let lines: Vec<_> =
        post.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
    let response = Unverified::<Response>::from_post(&lines.join("\r\n")).unwrap();
    assert_eq!(Identity::of(&response.verify(&idp.expectation(), NOON).unwrap()), good());
}

#[test]
fn values_come_through_as_they_were_said() {
    let odd = "Åsa O'Brien & <söner> \"7\" \u{1F600}\r\n\t]]>";
    let made = accepts(|good| {
        good.name_id(odd).attributes(&[
            ("urn:a", &[odd, "", " "]),
            ("urn:b", &[""]),
            ("urn:c", &[]),
        ])
    });
    for identity in made {
        assert_eq!(identity.name(), odd);
        assert_eq!(identity.values("urn:a"), [odd, "", " "]);
        assert_eq!(identity.values("urn:b"), [""]);
        assert_eq!(identity.values("urn:c"), [""; 0]);
    }
}

#[test]
fn what_describes_an_attribute_decides_nothing() {
    let value = "<saml:AttributeValue>010190-999X";
    let typed = "<saml:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                 xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xsi:type=\"xs:anything\" \
                 xml:lang=\"fi\">010190-999X";
    let made = accepts(|good| {
        good.swap(Assertion, value, typed)
            .swap(Assertion, "attrname-format:uri", "attrname-format:basic")
            .swap(Assertion, "<saml:Attribute Name", "<saml:Attribute FriendlyName=\"x\" Name")
    });
    assert_eq!(made, [good(), good()]);
}

#[test]
fn any_of_several_trusted_keys_may_have_signed() {
    let both =
        || FakeIdp::plain().trusting(vec![keys::IDP_P256.verification(), keys::IDP.verification()]);
    assert_eq!(accepts_at(NOON, both, |good| good), [good(), good()]);
}

#[test]
fn a_signed_response_alone_vouches_for_all_of_it_where_the_profile_says_so() {
    let fixture = || FakeIdp::plain().requiring(SignedParts::Response);
    let made = accepts_at(NOON, fixture, ForgedResponse::unsigned_assertion);
    assert_eq!(made, [good(), good()]);
}

#[test]
fn a_signed_assertion_alone_is_enough_where_the_profile_says_so() {
    let fixture = || FakeIdp::plain().requiring(SignedParts::Assertion);
    assert_eq!(accepts_at(NOON, fixture, ForgedResponse::unsigned_response), [good(), good()]);
}

#[test]
fn the_default_profile_takes_a_signed_encrypted_assertion_in_an_unsigned_response() {
    let idp = FakeIdp::default();
    assert_eq!(accepted(&idp, &idp.response().unsigned_response(), NOON), good());
}

#[test]
fn the_default_profile_takes_a_plain_unsigned_assertion_only_inside_a_signed_response() {
    let idp = FakeIdp::plain();
    let made = idp.response().plain().unsigned_assertion();
    assert_eq!(accepted(&idp, &made, NOON), good());
}

#[test]
fn both_signatures_are_enough_where_both_are_wanted() {
    let fixture = || FakeIdp::plain().requiring(SignedParts::Both);
    assert_eq!(accepts_at(NOON, fixture, |good| good), [good(), good()]);
}

#[test]
fn white_space_between_elements_means_nothing() {
    let made = accepts(|good| {
        good.edit(Assertion, |xml| xml.replace("><", ">\r\n\t <"))
            .edit(Whole, |xml| text::swapped(xml, "><samlp:Status", ">\n<samlp:Status"))
    });
    assert_eq!(made, [good(), good()]);
}

#[test]
fn a_byte_order_mark_and_a_declaration_may_stand_first() {
    for prolog in [
        "\u{feff}",
        "<?xml version=\"1.0\"?>",
        DECLARATION,
        "\u{feff}<?xml version='1.0' encoding='utf-8' standalone='yes'?>\n",
    ] {
        let made = accepts(|good| {
            let prolog = prolog.to_owned();
            good.edit(SignedResponse, move |xml| format!("{prolog}{xml}"))
        });
        assert_eq!(made, [good(), good()], "{prolog:?}");
    }
    let idp = FakeIdp::default();
    let made = idp.response().edit(SignedAssertion, |xml| format!("{DECLARATION}{xml}"));
    assert_eq!(accepted(&idp, &made, NOON), good());
}

#[test]
fn an_issuer_may_be_written_with_space_around_it() {
    let made = accepts(|good| good.issuer("\n  https://idp.example/entity\t"));
    assert_eq!(made, [good(), good()]);
}

#[test]
fn extensions_and_status_messages_are_let_be() {
    let made = accepts(|good| {
        good.edit(Whole, |xml| {
            let message = "<samlp:StatusMessage>fine</samlp:StatusMessage>\
                           <samlp:StatusDetail><x xmlns=\"urn:x\">y</x></samlp:StatusDetail>";
            let xml = text::before(xml, "</samlp:Status>", message);
            let extensions = "<samlp:Extensions><y xmlns=\"urn:y\"/></samlp:Extensions>";
            text::before(&xml, "<samlp:Status>", extensions)
        })
    });
    assert_eq!(made, [good(), good()]);
}

#[test]
fn an_assertion_without_a_name_id_or_attributes_is_accepted() {
    let [encrypted, plain] = accepts(|good| {
        good.attributes(&[]).edit(Assertion, |xml| text::without(xml, "saml:NameID"))
    });
    assert_eq!(encrypted, plain);
    assert_eq!((plain.name_id, plain.attributes.len()), (None, 0));
}

#[test]
fn the_attributes_may_stand_before_the_authentication() {
    let made = accepts(|good| {
        good.edit(Assertion, |xml| {
            let statement = text::element(xml, "saml:AttributeStatement").to_owned();
            let rest = text::without(xml, "saml:AttributeStatement");
            text::before(&rest, "<saml:AuthnStatement", &statement)
        })
    });
    assert_eq!(made, [good(), good()]);
}

/// A signed text that is in canonical form, signed anew with a list of prefixes, all of which it declares.
pub(crate) fn listing(prefixes: &str, signed: &str) -> String {
    let list = format!(
        "<ds:Transform Algorithm=\"{EXC_C14N}\"><ec:InclusiveNamespaces \
         xmlns:ec=\"{EXC_C14N}\" PrefixList=\"{prefixes}\"></ec:InclusiveNamespaces>\
         </ds:Transform>"
    );
    let expected = digest(&text::without(signed, "ds:Signature"));
    resigned(signed, &keys::IDP, |info| {
        let plain = format!("<ds:Transform Algorithm=\"{EXC_C14N}\"></ds:Transform>");
        let info = text::swapped(info, &plain, &list);
        let value = format!("<ds:DigestValue>{expected}</ds:DigestValue>");
        text::replaced(&info, "ds:DigestValue", &value)
    })
}

/// An assertion in canonical form, with more namespaces on its root.
pub(crate) fn canonical_assertion(namespaces: &str) -> String {
    let [audience, high] = ["https://broker.example/entity", AUTHN_CONTEXTS[2]];
    format!(
        "<saml:Assertion xmlns:saml=\"{SAML}\"{namespaces} ID=\"_assertion\" \
         IssueInstant=\"2026-11-21T12:00:00Z\" Version=\"2.0\">\
         <saml:Issuer>https://idp.example/entity</saml:Issuer>\
         <saml:Subject><saml:NameID>person-7</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
         <saml:SubjectConfirmationData InResponseTo=\"_0123456789abcdef0123456789abcdef\" \
         NotOnOrAfter=\"2026-11-21T12:05:00Z\" Recipient=\"{ACS}\"></saml:SubjectConfirmationData>\
         </saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>\
         </saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"2026-11-21T11:59:00Z\"><saml:AuthnContext>\
         <saml:AuthnContextClassRef>{high}</saml:AuthnContextClassRef></saml:AuthnContext>\
         </saml:AuthnStatement></saml:Assertion>"
    )
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
