//! SimpleSAMLphp as the identity provider: it knows sessions, and ends them everywhere.

use silta_testkit::browser::{Browser, Page};
use silta_testkit::simplesamlphp::SimpleSamlPhp;
use silta_testkit::test_dir::{CALLBACK, LOA};

use crate::fixture::browser;
use crate::logging_out_idp::Deployment;
use crate::person::NORDEA;
use crate::shop::Answer;

/// The identity provider takes messages of a logout by these bindings.
async fn start(bindings: &[&str]) -> Deployment<SimpleSamlPhp> {
    let idp = |dir: &_| SimpleSamlPhp::start(dir, bindings, &NORDEA.released());
    let lines = format!("    profile: simplesamlphp\n    loa: [{LOA}]\n    passive: true\n");
    Deployment::start(idp, &lines).await
}

impl Deployment<SimpleSamlPhp> {
    /// What a login gives.
    async fn login(&self, person: &mut Browser) -> Answer {
        let page = person.follow(&self.shop().authorize(&[])).await;
        self.shop().redeem(&page.told("code").expect("a code")).await
    }

    /// What a client is told that asks for a login without a page.
    async fn silently(&self, person: &mut Browser) -> Page {
        person.follow(&self.shop().authorize(&[("prompt", "none")])).await
    }

    /// The person logs out at the identity provider, which asks everybody in turn.
    async fn log_out_there(&self, person: &mut Browser) -> Page {
        person.follow(&format!("{}?ReturnTo={CALLBACK}", self.idp.logout())).await
    }
}

#[tokio::test]
async fn a_person_of_simplesamlphp_logs_in_and_out_there() {
    for bindings in BINDINGS {
        let deployment = start(bindings).await;
        let (mut person, mut other) = (browser(), browser());
        let tokens = deployment.login(&mut person).await;
        let others = deployment.login(&mut other).await;
        let told = deployment.shop().userinfo(tokens.text("access_token")).await;
        NORDEA.is_who_was_told_of(&told.json);

        let page = deployment.log_out_there(&mut person).await;
        let ended_at = page.location().map(|url| url.to_string());
        assert_eq!(ended_at.as_deref(), Some(CALLBACK), "{bindings:?}");
        assert!(
            !deployment.counts(&tokens).await && deployment.counts(&others).await,
            "{bindings:?}"
        );
        deployment.one_logout_was_received().await;
    }
}

/// The client asks, and the session of the identity provider ends as well: nobody is logged in
/// silently any more.
#[tokio::test]
async fn a_client_logs_its_person_out_at_simplesamlphp_too() {
    for bindings in BINDINGS {
        let deployment = start(bindings).await;
        let mut person = browser();
        let tokens = deployment.login(&mut person).await;
        assert!(deployment.silently(&mut person).await.told("code").is_some(), "{bindings:?}");
        deployment.its_client_logs_out(&mut person, &tokens).await;
        let silent = deployment.silently(&mut person).await;
        assert_eq!(silent.told("error").as_deref(), Some("login_required"), "{bindings:?}");
    }
}

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// Where there are both, we ask by redirect.
const BINDINGS: [&[&str]; 2] = [&[REDIRECT, POST], &[POST]];
