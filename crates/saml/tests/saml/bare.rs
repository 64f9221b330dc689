//! An unsigned Response around a signed plain assertion: it need not say who sends it, nor where to.

use silta_saml::{MessageError, Part, ResponseError, SignedParts};
use silta_testkit::forge::EditPoint::{Assertion, Encrypted, Response, SignedResponse};
use silta_testkit::forge::{ACS, FakeIdp, ForgedResponse, IDP_ENTITY, NOON, SP_ENTITY, text};
use silta_testkit::keys;

use crate::fixture::{accepted, good, mismatch, refusal, unproven};

/// What the Response says of itself would be anybody's word [SAML2Prof §4.1.4.2, SAML2Bind §3.5.5.2].
#[test]
fn an_unsigned_response_may_lack_issuer_and_destination() {
    let idp = by_assertion();
    let bare = || idp.response().plain().unsigned_response();
    for made in [
        without_issuer(bare()),
        without_destination(bare()),
        without_issuer(without_destination(bare())),
        // Also where it carries what no assertion knows of.
        without_issuer(bare())
            .edit(Response, |xml| text::before(xml, "<samlp:Status>", "<samlp:Extensions/>")),
    ] {
        assert_eq!(accepted(&idp, &made, NOON), good());
    }
}

/// Whoever says it says it rightly, also where nobody has to.
#[test]
fn refuses_an_issuer_or_destination_that_is_there_and_wrong() {
    let idp = by_assertion();
    let bare = || idp.response().plain().unsigned_response();
    let own =
        format!("<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{IDP_ENTITY}<");
    for other in ["https://other.example/entity", "https://idp.example/entity/", "", " "] {
        let new = own.replace(IDP_ENTITY, other);
        let made = without_destination(bare()).swap(Response, &own, &new);
        let (part, mismatch) = (Part::Response, unproven(IDP_ENTITY));
        let wrong = ResponseError::WrongIssuer { part, mismatch };
        assert_eq!(refusal(&idp, &made, NOON), wrong, "{other:?}");
    }
    for other in ["", " ", "https://broker.example/saml/acs/", "http://broker.example/saml/acs"] {
        let new = format!(" Destination=\"{other}\"");
        let made = without_issuer(bare()).swap(Response, DESTINATION, &new);
        let wrong = ResponseError::WrongDestination(unproven(ACS));
        assert_eq!(refusal(&idp, &made, NOON), wrong, "{other:?}");
    }
    let format = "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\"";
    let made = bare().swap(Response, "<saml:Issuer xmlns", &format!("{format} xmlns"));
    let wrong = ResponseError::Message(MessageError::IssuerFormat { part: Part::Response });
    assert_eq!(refusal(&idp, &made, NOON), wrong);
}

/// A signature vouches for what is there, so it must be there [SAML2Prof §4.1.4.2].
#[test]
fn refuses_a_signed_response_that_lacks_either() {
    for signed in [SignedParts::Both, SignedParts::Response, SignedParts::Assertion] {
        let idp = FakeIdp::plain().requiring(signed);
        for made in [idp.response(), idp.response().plain()] {
            assert_eq!(refusal(&idp, &without_issuer(made), NOON), missing());
        }
        for made in [idp.response(), idp.response().plain()] {
            let refused = refusal(&idp, &without_destination(made), NOON);
            assert_eq!(refused, ResponseError::WrongDestination(mismatch(ACS, &[])));
        }
    }
}

/// Who cannot see whose assertion it is has to be told [SAML2Prof §4.1.4.2].
#[test]
fn refuses_either_missing_around_an_encrypted_assertion() {
    let idp = by_assertion();
    let made = || idp.response().unsigned_response();
    assert_eq!(refusal(&idp, &without_issuer(made()), NOON), missing());
    let refused = refusal(&idp, &without_destination(made()), NOON);
    assert_eq!(refused, ResponseError::WrongDestination(unproven(ACS)));
    // Nor does a plain assertion beside it help.
    let plain = idp.response().plain().xml();
    let plain = text::element(&plain, "saml:Assertion").to_owned();
    let made = without_issuer(made()).edit(Encrypted, move |xml| format!("{xml}{plain}"));
    assert_eq!(refusal(&idp, &made, NOON), missing());
}

/// Nothing else is forgiven with them: the assertion must be signed, by this peer, for us.
#[test]
fn a_bare_response_proves_nothing_by_itself() {
    let idp = by_assertion();
    let bare = || without_issuer(without_destination(idp.response().plain().unsigned_response()));
    assert_eq!(refusal(&idp, &bare().unsigned_assertion(), NOON), missing());
    let rogue = refusal(&idp, &bare().assertion_signed_by(&keys::ROGUE), NOON);
    assert_eq!(rogue.reason(), "signature_no_key_matches");
    let other = bare().audience("https://other.example/entity");
    let named = mismatch(SP_ENTITY, &["https://other.example/entity"]);
    assert_eq!(refusal(&idp, &other, NOON), ResponseError::WrongAudience(named));
    let own = format!("<saml:Issuer>{IDP_ENTITY}<");
    let mixed = bare().swap(Assertion, &own, "<saml:Issuer>https://other.example/entity<");
    let (part, mismatch_there) =
        (Part::Assertion, mismatch(IDP_ENTITY, &["https://other.example/entity"]));
    let wrong = ResponseError::WrongIssuer { part, mismatch: mismatch_there };
    assert_eq!(refusal(&idp, &mixed, NOON), wrong);
    let elsewhere = bare().swap(Assertion, " Recipient=\"https://broker", " Recipient=\"https://x");
    let named = mismatch(ACS, &["https://x.example/saml/acs"]);
    assert_eq!(refusal(&idp, &elsewhere, NOON), ResponseError::WrongRecipient(named));
    let unasked = bare().edit(SignedResponse, |xml| {
        xml.replacen(" InResponseTo=\"_0123456789abcdef0123456789abcdef\"", "", 1)
    });
    let refused = ResponseError::Unsolicited { part: Part::Response };
    assert_eq!(refusal(&idp, &unasked, NOON), refused);
}

/// A peer that promises to sign its Responses, or may encrypt, is held to it.
#[test]
fn refuses_a_bare_response_where_more_is_promised() {
    let unsigned = ResponseError::Message(MessageError::Unsigned { part: Part::Response });
    for signed in [SignedParts::Either, SignedParts::Both, SignedParts::Response] {
        let idp = FakeIdp::plain().requiring(signed);
        let made = without_issuer(idp.response().plain().unsigned_response());
        assert_eq!(refusal(&idp, &made, NOON), missing(), "{signed:?}");
        let made = without_destination(idp.response().plain().unsigned_response());
        assert_eq!(refusal(&idp, &made, NOON), unsigned, "{signed:?}");
    }
    let idp = FakeIdp::default().requiring(SignedParts::Assertion);
    let made = without_issuer(idp.response().plain().unsigned_response());
    assert_eq!(refusal(&idp, &made, NOON), ResponseError::NotEncrypted);
}

fn by_assertion() -> FakeIdp {
    FakeIdp::plain().requiring(SignedParts::Assertion)
}

fn without_issuer(forged: ForgedResponse) -> ForgedResponse {
    forged.edit(SignedResponse, |xml| text::without(xml, "saml:Issuer"))
}

fn without_destination(forged: ForgedResponse) -> ForgedResponse {
    forged.swap(Response, DESTINATION, "")
}

fn missing() -> ResponseError {
    ResponseError::Message(MessageError::Missing { element: "Issuer" })
}

const DESTINATION: &str = " Destination=\"https://broker.example/saml/acs\"";
