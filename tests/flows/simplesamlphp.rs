//! SimpleSAMLphp as the identity provider: it knows sessions, and ends them everywhere.

use silta_testkit::browser::{Browser, Page};
use silta_testkit::simplesamlphp::SimpleSamlPhp;
use silta_testkit::test_dir::CALLBACK;

use crate::fixture::browser;
use crate::logging_out_idp::{Deployment, IdpSection};
use crate::person::NORDEA;
use crate::shop::Answer;

/// `binding` is how messages of a logout travel to the identity provider.
fn start(binding: &str) -> Deployment<SimpleSamlPhp> {
    let section = |idp: &SimpleSamlPhp| IdpSection {
        entity_id: idp.entity_id(),
        sso: idp.sso(),
        post: false,
        single_logout: (binding.to_owned(), idp.single_logout()),
        lines: "    passive: true\n".to_owned(),
    };
    let idp = |dir: &_, url: &str| SimpleSamlPhp::start(dir, url, &NORDEA.released());
    Deployment::start(idp, section, |text| text)
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
        person.follow(&format!("{}?ReturnTo={CALLBACK}", self.idp.single_logout())).await
    }
}

#[tokio::test]
async fn a_person_of_simplesamlphp_logs_in_and_out_there() {
    for binding in ["redirect", "post"] {
        let deployment = start(binding);
        let (mut person, mut other) = (browser(), browser());
        let tokens = deployment.login(&mut person).await;
        let others = deployment.login(&mut other).await;
        let told = deployment.shop().userinfo(tokens.text("access_token")).await;
        NORDEA.is_who_was_told_of(&told.json);

        let page = deployment.log_out_there(&mut person).await;
        let ended_at = page.location().map(|url| url.to_string());
        assert_eq!(ended_at.as_deref(), Some(CALLBACK), "{binding}");
        assert!(!deployment.counts(&tokens).await && deployment.counts(&others).await, "{binding}");
        deployment.one_logout_was_received().await;
    }
}

/// The client asks, and the session of the identity provider ends as well: nobody is logged in
/// silently any more.
#[tokio::test]
async fn a_client_logs_its_person_out_at_simplesamlphp_too() {
    for binding in ["redirect", "post"] {
        let deployment = start(binding);
        let mut person = browser();
        let tokens = deployment.login(&mut person).await;
        assert!(deployment.silently(&mut person).await.told("code").is_some(), "{binding}");
        deployment.its_client_logs_out(&mut person, &tokens).await;
        let silent = deployment.silently(&mut person).await;
        assert_eq!(silent.told("error").as_deref(), Some("login_required"), "{binding}");
    }
}
