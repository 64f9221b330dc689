//! Silta as AWS's services see it: at `https://login.example`, behind a load balancer.

use std::fs;

use reqwest::Client;
use silta_testkit::authority::Authority;
use silta_testkit::balancer::{Balancer, Rules, State};
use silta_testkit::browser::Browser;
use silta_testkit::peers::Pysaml2;
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};
pub(crate) use silta_tests::now;

use crate::person::NORDEA;

/// One replica behind a load balancer, and an identity provider by pysaml2.
pub(crate) struct Cloud {
    // Fields are dropped in this order: the replica first, the folder last.
    _silta: Silta,
    pub(crate) balancer: Balancer,
    /// The way past the load balancer.
    pub(crate) front: TcpFront,
    pub(crate) idp: Pysaml2,
    _place: TestDir,
}

impl Cloud {
    /// Everything is well, and Nordea Demo is at the browser.
    pub(crate) async fn start() -> Self {
        Self::with_sections("").await
    }

    /// The same with these sections at the end of its configuration.
    pub(crate) async fn with_sections(sections: &str) -> Self {
        Self::with_config(|text| text + sections).await
    }

    /// The same with another configuration.
    pub(crate) async fn with_config(change: impl FnOnce(String) -> String) -> Self {
        let (dir, front) = (TestDir::new(), TcpFront::start());
        let authority = Authority::new("public authority");
        let balancer = Balancer::start(&authority, "login.example", Rules::quick());
        // It trusts no authority of ours, and metadata is the same wherever it is read.
        let idp = Pysaml2::start(&dir, &front.url());
        let (entity_id, sso) = (idp.entity_id(), idp.sso());
        let params =
            ConfigParams { idp: entity_id, sso, ..ConfigParams::without_idp(balancer.url()) };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        let silta = Silta::start(&dir.write("silta.yaml", change(text)));
        front.route_to(&[silta.address()]);
        balancer.register(silta.address(), silta.admin());
        balancer.wait_for(silta.address(), State::Healthy).await;
        idp.identify(&NORDEA.released()).await;
        Self { _silta: silta, balancer, front, idp, _place: dir }
    }

    /// What a relying party calls the broker with.
    pub(crate) fn client(&self) -> Client {
        self.balancer.client().build().unwrap()
    }

    /// A person who goes to `authorize`, logs in, and comes back to `callback`: the query there.
    pub(crate) async fn person_goes_to(&self, authorize: &str, callback: &str) -> String {
        self.goes_to(&mut self.browser(callback), authorize).await
    }

    /// A browser whose relying party has this callback.
    pub(crate) fn browser(&self, callback: &str) -> Browser {
        Browser::with(self.balancer.client(), callback)
    }

    /// The same with this browser.
    pub(crate) async fn goes_to(&self, browser: &mut Browser, authorize: &str) -> String {
        let page = browser.follow(authorize).await;
        let location = page.location().expect("a redirect to the relying party");
        location.query().expect("a query").to_owned()
    }
}
