//! Row 5: an encrypted assertion with four session keys, none of which is for us.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_testkit::forge::FakeIdp;
use silta_testkit::keys::KeyPair;
use silta_testkit::test_dir::QUICK_IDP;
use silta_testkit::test_dir::TestDir;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::StartedLogin;
use crate::siege::rows::Sent;
use crate::siege::rows::costly_xml::answer_logins;

/// The Response is unsigned, as the configuration allows here: anybody can make one.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let template = {
        let strangers: [KeyPair; 4] = std::array::from_fn(|_| KeyPair::rsa_of(3072, "stranger"));
        let holders: Vec<_> = strangers.iter().map(|one| (one, None)).collect();
        let response = FakeIdp::default().response().unsigned_response().held_by(&holders);
        let response = response.issuer(QUICK_IDP).issued(crate::now());
        response.acs_url("THE-ACS").audience("THE-AUDIENCE").in_response_to("THE-REQUEST").xml()
    };
    let message = move |begun: &StartedLogin| {
        let request = &begun.request;
        let acs_url = request.acs_url.as_deref().expect("an ACS");
        let xml = template.replace("THE-ACS", acs_url).replace("THE-REQUEST", &request.id);
        let xml = xml.replace("THE-AUDIENCE", &request.issuer);
        STANDARD.encode(xml)
    };
    let answers = answer_logins(deployment, form, message).await;
    let mut wrong = answers.beside(&["303 server_error"]);
    wrong.extend(deployment.refused_for_other_reasons(&["undecryptable"]));
    Sent { what: format!("four at a time: {answers}"), wrong, open: 0 }
}

/// Seven keys of 3,072 bits beside the one that honest answers are for, and a Response that need not
/// be signed.
pub(super) fn configured(dir: &TestDir, text: &str) -> String {
    let first = "{ key: file:saml-encryption.pem, certificate: file:saml-encryption.crt }";
    let mut all = first.to_owned();
    for number in 0..7 {
        let pair = KeyPair::rsa_of(3072, "sp");
        dir.write(&format!("encryption-{number}.pem"), pair.key_pem());
        dir.write(&format!("encryption-{number}.crt"), pair.certificate_pem());
        let _ = write!(
            all,
            ", {{ key: file:encryption-{number}.pem, certificate: file:encryption-{number}.crt }}"
        );
    }
    assert!(text.contains(first) && text.contains("signed: both"), "the configuration of tests");
    text.replace(first, &all).replace("signed: both", "signed: assertion")
}
