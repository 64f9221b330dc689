//! samlify, samlp, Lasso and crewjam/saml as the identity provider, by metadata alone.

use silta_testkit::browser::Browser;
use silta_testkit::scripted_idp::{SamlLibrary, ScriptedIdp};
use silta_testkit::test_dir::LOA;

use crate::fixture::browser;
use crate::logging_out_idp::Deployment;
use crate::person::AINO;
use crate::shop::Answer;

/// `loa` is what it asserts of every login.
async fn start(library: SamlLibrary, loa: &str) -> Deployment<ScriptedIdp> {
    let idp = |dir: &_| ScriptedIdp::start(library, dir, &AINO.released());
    Deployment::start(idp, &format!("    loa: [{loa}]\n")).await
}

impl Deployment<ScriptedIdp> {
    /// What a login gives.
    async fn login(&self, person: &mut Browser) -> Answer {
        let page = person.follow(&self.shop().authorize(&[])).await;
        let code = page.told("code");
        let refused = || self.logged("login refused");
        self.shop().redeem(&code.unwrap_or_else(|| panic!("{:?}", refused()))).await
    }
}

/// The identity provider ends a session, and is asked to end another one.
async fn a_person_logs_in_and_out_from_either_side(library: SamlLibrary) {
    let deployment = start(library, LOA).await;
    let (mut person, mut other) = (browser(), browser());
    let tokens = deployment.login(&mut person).await;
    let others = deployment.login(&mut other).await;
    let told = deployment.shop().userinfo(tokens.text("access_token")).await;
    AINO.is_who_was_told_of(&told.json);

    let page = person.follow(&deployment.idp.logout()).await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "logged out"));
    assert!(!deployment.counts(&tokens).await && deployment.counts(&others).await);
    deployment.one_logout_was_received().await;

    deployment.its_client_logs_out(&mut other, &others).await;
    let answered = deployment.first_logged("logout answered").await;
    assert_eq!(answered["reason"], "done");
}

#[tokio::test]
async fn a_person_of_samlify_logs_in_and_out_from_either_side() {
    a_person_logs_in_and_out_from_either_side(SamlLibrary::Samlify).await;
}

#[tokio::test]
async fn a_person_of_samlp_logs_in_and_out_from_either_side() {
    a_person_logs_in_and_out_from_either_side(SamlLibrary::Samlp).await;
}

#[tokio::test]
async fn a_person_of_lasso_logs_in_and_out_from_either_side() {
    a_person_logs_in_and_out_from_either_side(SamlLibrary::Lasso).await;
}

/// It has no single logout, and its metadata says so: a logout ends here.
#[tokio::test]
async fn a_person_of_crewjam_saml_logs_in_and_is_logged_out_here_alone() {
    let deployment = start(SamlLibrary::Crewjam, PASSWORD_PROTECTED_TRANSPORT).await;
    let mut person = browser();
    let tokens = deployment.login(&mut person).await;
    let told = deployment.shop().userinfo(tokens.text("access_token")).await;
    AINO.is_who_was_told_of(&told.json);
    deployment.its_client_logs_out(&mut person, &tokens).await;
    assert_eq!(deployment.logged("logout asked"), Vec::<serde_json::Value>::new());
}

/// What crewjam/saml asserts of every login.
const PASSWORD_PROTECTED_TRANSPORT: &str =
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
