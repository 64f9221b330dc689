//! Statements that nobody here asks for: what is dropped, and what only looks like it.

use silta_saml::{MessageError, ResponseError};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::text;

use crate::fixture::{accepts, good, refuses};

/// A decision about a resource is none of ours [SAML2Core §2.7.4].
#[test]
fn a_decision_about_a_resource_is_dropped() {
    let evidence = "<saml:Evidence><saml:AssertionIDRef>_x</saml:AssertionIDRef></saml:Evidence>";
    for inside in ["", "<saml:Action Namespace=\"urn:x\">read</saml:Action>", evidence] {
        for place in PLACES {
            let statement = format!(
                "<saml:AuthzDecisionStatement Resource=\"urn:x\" Decision=\"Deny\">{inside}\
                 </saml:AuthzDecisionStatement>"
            );
            let made = accepts(|fine| {
                let statement = statement.clone();
                fine.edit(Assertion, move |xml| text::before(xml, place, &statement))
            });
            assert_eq!(made, [good(), good()], "{place}");
        }
    }
}

/// Such as XACML's, which says what somebody may do.
#[test]
fn a_statement_of_somebody_elses_type_is_dropped() {
    for kind in [
        "xmlns:x=\"urn:x\" xsi:type=\"x:XACMLPolicyStatementType\"",
        "xmlns:x=\"urn:x\" xsi:type=\" x:AuthnStatementType\n\"",
        "xmlns=\"urn:x\" xsi:type=\"AttributeStatementType\"",
    ] {
        for place in PLACES {
            let statement = statement(kind, "<y xmlns=\"urn:y\">text</y>");
            let made = accepts(|fine| {
                let statement = statement.clone();
                fine.edit(Assertion, move |xml| text::before(xml, place, &statement))
            });
            assert_eq!(made, [good(), good()], "{kind} {place}");
        }
    }
}

/// It could be a second statement about the authentication, or attributes that others would read.
#[test]
fn refuses_a_statement_that_is_one_of_samls_by_another_name_or_of_no_type() {
    let unexpected = ResponseError::Message(MessageError::UnexpectedElement {
        element: "Statement",
        inside: "Assertion",
    });
    for kind in [
        "",
        "xsi:type=\"\"",
        "xsi:type=\"Unprefixed\"",
        "xsi:type=\"nobody:Declared\"",
        "type=\"x:Type\" xmlns:x=\"urn:x\"",
        "xsi:type=\"saml:AuthnStatementType\"",
        "xsi:type=\"saml:AttributeStatementType\"",
        "xmlns:x=\"urn:oasis:names:tc:SAML:2.0:assertion\" xsi:type=\"x:AuthnStatementType\"",
        "xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" xsi:type=\"AuthnStatementType\"",
    ] {
        for place in PLACES {
            let statement = statement(kind, "");
            refuses(&unexpected, |good| {
                let statement = statement.clone();
                good.edit(Assertion, move |xml| text::before(xml, place, &statement))
            });
        }
    }
}

/// What is dropped is looked into all the same: evidence may be an assertion [SAML2Core §2.7.4.3].
#[test]
fn refuses_an_assertion_inside_a_statement_that_is_dropped() {
    let evil = "<saml:Assertion ID=\"_evil\"/>";
    for statement in [
        format!(
            "<saml:AuthzDecisionStatement><saml:Evidence>{evil}</saml:Evidence>\
             </saml:AuthzDecisionStatement>"
        ),
        statement("xmlns:x=\"urn:x\" xsi:type=\"x:Type\"", evil),
        statement("xmlns:x=\"urn:x\" xsi:type=\"x:Type\"", &format!("<x:Advice>{evil}</x:Advice>")),
    ] {
        refuses(&ResponseError::AssertionCount, |good| {
            let statement = statement.clone();
            good.edit(Assertion, move |xml| text::before(xml, "</saml:Assertion>", &statement))
        });
    }
}

fn statement(kind: &str, content: &str) -> String {
    format!(
        "<saml:Statement xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" {kind}>{content}\
         </saml:Statement>"
    )
}

const PLACES: [&str; 3] = ["<saml:AuthnStatement", "<saml:AttributeStatement", "</saml:Assertion>"];
