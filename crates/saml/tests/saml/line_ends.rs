//! Ends of lines: CR LF and CR are LF to every reader, wherever they stand [XML §2.11].

use silta_saml::{MessageError, Part, ResponseError, SignatureError};
use silta_testkit::forge::EditPoint::{Assertion, SignedAssertion};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON};

use crate::fixture::{accepts, refusal};

/// The signer wrote LF, or read it so: its signature holds over each way to write the end of a line.
#[test]
fn a_signature_holds_over_every_end_of_a_line() {
    for (signed, read, written) in [
        ("x\n&amp;y", "x\n&y", &["x\r&amp;y", "x\r\n&amp;y"][..]),
        ("x&amp;\n", "x&\n", &["x&amp;\r", "x&amp;\r\n"]),
        ("x&amp;\ny", "x&\ny", &["x&amp;\ry"]),
        ("a\n\n&lt;", "a\n\n<", &["a\r\r\n&lt;", "a\r\r&lt;", "a\n\r&lt;", "a\r\n\r\n&lt;"]),
        ("&#13;\n&#13;", "\r\n\r", &["&#13;\r&#13;", "&#13;\r\n&#13;"]),
        ("&#13;\n", "\r\n", &["&#xD;\r"]),
        ("<![CDATA[a\n]]>", "a\n", &["<![CDATA[a\r]]>", "<![CDATA[a\r\n]]>"]),
        ("a\n<![CDATA[\nb]]>", "a\n\nb", &["a\r<![CDATA[\nb]]>", "a\r<![CDATA[\r\nb]]>"]),
    ] {
        for written in written {
            for made in accepts(|fine| in_text(fine, signed, written)) {
                assert_eq!(made.values("urn:oid:2.5.4.4"), [read], "{written:?}");
            }
        }
    }
}

/// In the value of an attribute each LF is then a space [XML §3.3.3].
#[test]
fn a_signature_holds_over_every_end_of_a_line_in_an_attribute() {
    for (signed, read, written) in [
        ("s 7", "s 7", &["s\r7", "s\r\n7", "s\n7"][..]),
        ("s &amp;7", "s &7", &["s\r&amp;7", "s\r\n&amp;7"]),
        ("s&amp; ", "s& ", &["s&amp;\r", "s&amp;\r\n"]),
        ("s  &#13;7", "s  \r7", &["s\r\r\n&#13;7", "s\r\r&#xD;7"]),
    ] {
        for written in written {
            for made in accepts(|fine| {
                fine.swap(Assertion, "session-7", signed).swap(
                    SignedAssertion,
                    &format!("SessionIndex=\"{signed}\""),
                    &format!("SessionIndex=\"{written}\""),
                )
            }) {
                assert_eq!(made.session_index.as_deref(), Some(read), "{written:?}");
            }
        }
    }
}

/// A CR that is written as a reference is another text than the end of a line, both ways.
#[test]
fn a_carriage_return_that_is_a_reference_stays_one() {
    for (signed, written) in [
        ("x&#13;y", "x\ry"),
        ("x&#13;&amp;", "x\r&amp;"),
        ("x&#13;&#10;", "x\r\n"),
        ("x\n&amp;", "x&#13;&amp;"),
        ("x\n&amp;", "x&#13;\n&amp;"),
        ("x\n\n&amp;", "x\r\n&amp;"),
    ] {
        let idp = FakeIdp::plain();
        let refused = ResponseError::Message(MessageError::Signature {
            part: Part::Assertion,
            cause: SignatureError::DigestMismatch,
        });
        for forged in [idp.response(), idp.response().plain()] {
            let made = in_text(forged, signed, written);
            assert_eq!(refusal(&idp, &made, NOON), refused, "{signed:?} as {written:?}");
        }
    }
}

/// The name of a person with this text, signed as one and then written as the other.
fn in_text(forged: ForgedResponse, signed: &str, written: &str) -> ForgedResponse {
    let value = |text: &str| format!("<saml:AttributeValue>{text}</saml:AttributeValue>");
    forged.swap(Assertion, &value("Meikäläinen"), &value(signed)).swap(
        SignedAssertion,
        &value(signed),
        &value(written),
    )
}
