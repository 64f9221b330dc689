//! A foreign judge: xmlsec1 signs metadata with comments in both canonical forms, and says what it
//! thinks of the same documents when they were changed.

use silta_saml::namespace::{DS, ENVELOPED, EXC_C14N};
use silta_testkit::forge::text;
use silta_testkit::peers::{xmlsec1_at, xmlsec1_sign};
use silta_testkit::test_dir::TestDir;

use super::fixture::{SIGNER, entity, federation, read_signed, signed};

/// Signs a document at xmlsec1's, with these algorithms for `SignedInfo` and for the root, and by
/// this reference. Comments with line ends of every kind stand in both.
fn foreign(dir: &TestDir, document: &str, [info, root]: [&str; 2], uri: &str) -> String {
    let template = format!(
        "<ds:Signature>\r\n<ds:SignedInfo><!--in\r\nsigned-info\r--><ds:CanonicalizationMethod Algorithm=\"{info}\"/>\n\
         <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/><!-- & < > \" -->\n\
         <ds:Reference URI=\"{uri}\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"/>\
         <ds:Transform Algorithm=\"{root}\"/></ds:Transforms><ds:DigestMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue></ds:DigestValue>\
         </ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue></ds:Signature>"
    );
    let first = "<md:IDPSSODescriptor ";
    let document = text::before(document, first, "<!--in\r\nroot\r--><!---->\r\n");
    let start = document.find('>').unwrap() + 1;
    let template = format!("{}{template}{}", &document[..start], &document[start..]);
    let template = dir.write("template.xml", template);
    xmlsec1_sign(&template, &dir.write("signer.pem", SIGNER.key_pem()))
}

/// Whether xmlsec1 verifies the signature of the root.
fn judged(dir: &TestDir, document: &str) -> bool {
    let certificate = dir.write("signer.crt", SIGNER.certificate_pem());
    let signature = format!("/*/*[local-name()='Signature' and namespace-uri()='{DS}']");
    xmlsec1_at(&signature, &dir.write("document.xml", document), &certificate).is_ok()
}

/// We and it agree, on what it signed and on every change of a comment.
#[test]
fn xmlsec1_and_we_agree_on_comments_in_both_canonical_forms() {
    let dir = TestDir::new();
    let with = format!("{EXC_C14N}WithComments");
    let forms = [[EXC_C14N, EXC_C14N], [EXC_C14N, &with], [&with, EXC_C14N], [&with, &with]];
    for (document, id) in [(entity(), "#_entity"), (federation(), "#_group")] {
        for form in forms {
            for uri in [id, ""] {
                let signed = foreign(&dir, &document, form, uri);
                assert!(judged(&dir, &signed), "{form:?} {uri}");
                read_signed(&signed).unwrap();
                let info_counts = form[0] == with;
                for (from, to, holds) in [
                    // A reference that is no XPointer covers no comments [XMLDSig §4.4.3.3].
                    ("<!---->", "<!--a-->", true),
                    ("<!---->", "", true),
                    ("<!-- &", "<!-- ", !info_counts),
                    ("signed-info", "other", !info_counts),
                    ("/sso\"", "/evil\"", false),
                ] {
                    let changed = text::swapped(&signed, from, to);
                    assert_eq!(judged(&dir, &changed), holds, "xmlsec1: {form:?} {uri} {from}");
                    assert_eq!(read_signed(&changed).is_ok(), holds, "we: {form:?} {uri} {from}");
                }
            }
        }
    }
}

/// And it verifies what we take of our own.
#[test]
fn xmlsec1_verifies_what_the_tests_sign() {
    let dir = TestDir::new();
    for document in [entity(), federation()] {
        let signed = signed(&document);
        assert!(judged(&dir, &signed));
        assert!(!judged(&dir, &text::swapped(&signed, "/sso\"", "/evil\"")));
    }
}
