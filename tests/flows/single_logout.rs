//! An identity provider ends sessions, by both bindings and without a cookie, at whatever replica.

use silta_testkit::quick_idp::QuickLogout;

use crate::logout_fixture::{Deployment, REDIRECT, frame};

#[tokio::test]
async fn a_session_that_began_at_a_killed_replica_ends_at_the_other_without_a_cookie() {
    let mut deployment = Deployment::start(REDIRECT);
    deployment.front.route_to(&[deployment.a.address()]);
    let [login, other] = [deployment.login(1).await, deployment.login(2).await];
    let tokens = deployment.shop().redeem(&deployment.login(3).await.code).await;

    deployment.a.kill();
    deployment.front.route_to(&[deployment.b.address()]);
    let page = frame().get(&deployment.logout(&login).url(Some("a b+&\"<"))).await;

    let told = deployment.answer(&page);
    assert_eq!(told, ("Success".to_owned(), Some("a b+&\"<".to_owned())));
    assert!(deployment.is_over(&login).await);
    // Nobody else was logged out.
    assert!(!deployment.is_over(&other).await);
    let userinfo = deployment.shop().userinfo(tokens.text("access_token")).await;
    assert_eq!(userinfo.status, 200);
    let line = deployment.b.log("end", |line| line["message"] == "logout received");
    assert_eq!((&line["upstream"], &line["reason"]), (&"idp".into(), &"done".into()));
}

#[tokio::test]
async fn an_access_token_is_good_for_nothing_once_its_session_was_ended() {
    let deployment = Deployment::start(REDIRECT);
    let login = deployment.login(1).await;
    let tokens = deployment.shop().redeem(&login.code).await;
    assert_eq!(deployment.shop().userinfo(tokens.text("access_token")).await.status, 200);
    deployment.answer(&frame().get(&deployment.logout(&login).url(None)).await);
    assert_eq!(deployment.shop().userinfo(tokens.text("access_token")).await.status, 401);
}

/// By POST the answer is a form, which that identity provider's pages alone may show in a frame.
#[tokio::test]
async fn a_posted_request_is_answered_by_a_form_that_this_identity_provider_may_frame() {
    let deployment = Deployment::start("{ post: 'https://idp.example/slo?x=1' }");
    let login = deployment.login(1).await;
    let page = frame().submit(&deployment.logout(&login).form(Some("handle"))).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors https://idp.example;"), "{policy}");
    let form = page.form().expect("a form");
    assert_eq!(form.action.as_str(), "https://idp.example/slo?x=1");
    assert_eq!(form.field("RelayState"), "handle");
    assert!(!form.field("SAMLResponse").is_empty());
    assert!(deployment.is_over(&login).await);
    // Pages that are no answer may be framed by nobody.
    let refused = frame().submit(&deployment.logout(&login).form(None)).await;
    assert_eq!(refused.status, 400);
    let policy = refused.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(refused.headers["x-frame-options"], "DENY");
}

#[tokio::test]
async fn a_request_counts_once_at_all_replicas_and_a_changed_one_never() {
    let deployment = Deployment::start(REDIRECT);
    let [login, other] = [deployment.login(1).await, deployment.login(2).await];
    let url = deployment.logout(&login).url(None);
    deployment.front.route_to(&[deployment.a.address()]);
    assert_eq!(deployment.answer(&frame().get(&url).await).0, "Success");
    deployment.front.route_to(&[deployment.b.address()]);
    let again = frame().get(&url).await;
    assert_eq!(again.status, 400);
    // Unsigned, or signed for something else: nothing changes.
    let url = deployment.logout(&other).url(Some("x"));
    for (forged, reason) in [
        (url.split("&SigAlg=").next().unwrap().to_owned(), "unsigned"),
        (url.replace("RelayState=x", "RelayState=y"), "signature_no_key_matches"),
        (format!("{url}&SAMLResponse=x"), "two_messages"),
        (
            url.replace("RelayState=x", &format!("RelayState={}", "x".repeat(81))),
            "relay_state_too_long",
        ),
    ] {
        let page = frame().get(&forged).await;
        assert_eq!(page.status, 400, "{reason}");
        let reference = page.reference().expect("a reference").to_owned();
        let refused = deployment.logged(|line| {
            line["message"] == "logout refused" && line["login"] == reference.as_str()
        });
        assert_eq!(refused.await["reason"], reason);
    }
    assert!(!deployment.is_over(&other).await);
}

/// A name that differs in a qualifier is another person's, and a guessed session nobody's.
#[tokio::test]
async fn who_names_a_session_wrongly_ends_none() {
    let deployment = Deployment::start(REDIRECT);
    let login = deployment.login(1).await;
    let unknown = ("Requester UnknownPrincipal".to_owned(), None);
    let good = deployment.logout(&login);
    let spoilt: [fn(&mut QuickLogout); 6] = [
        |logout| logout.session = Some("_session2".to_owned()),
        |logout| logout.session = Some(String::new()),
        |logout| logout.name_id.value = "_transient2".to_owned(),
        |logout| logout.name_id.name_qualifier = Some("https://other.example".to_owned()),
        |logout| logout.name_id.sp_name_qualifier = Some("https://other.example".to_owned()),
        |logout| logout.name_id.format = None,
    ];
    for (number, spoil) in spoilt.into_iter().enumerate() {
        let mut logout = good.clone();
        logout.id = format!("_spoilt{number}");
        spoil(&mut logout);
        let page = frame().get(&logout.url(None)).await;
        assert_eq!(deployment.answer(&page), unknown, "{number}");
    }
    // What may be left out stands for what it is left out for.
    let mut logout = good.clone();
    logout.name_id.name_qualifier = None;
    logout.name_id.sp_name_qualifier = None;
    logout.session = None;
    assert_eq!(deployment.answer(&frame().get(&logout.url(None)).await).0, "Success");
    assert!(deployment.is_over(&login).await);
}

/// What an upstream without single logout has at this address, and what we say of it.
#[tokio::test]
async fn only_an_upstream_that_can_log_out_has_the_address_and_names_it() {
    let deployment = Deployment::start(REDIRECT);
    let metadata = frame().get(&format!("{}/saml/idp/metadata", deployment.front.url())).await;
    let location = format!("Location=\"{}/saml/idp/slo\"", deployment.front.url());
    assert_eq!(metadata.body.matches(&location).count(), 2, "both bindings");
    let nobody = frame().get(&format!("{}/saml/other/slo", deployment.front.url())).await;
    assert_eq!(nobody.status, 404);
    let empty = frame().get(&format!("{}/saml/idp/slo", deployment.front.url())).await;
    assert_eq!(empty.status, 400);
}
