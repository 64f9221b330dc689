//! What Suomi.fi tests of each service, by an identity provider that behaves as its own: a transient name anew
//! at each login, with both qualifiers; hidden frames without cookies; a page on which the person confirms.
//! A person logs in at one replica, and everything after that happens at the other, because the first is gone.

use silta_testkit::browser::Page;
use silta_testkit::quick_idp::LogoutStatus;

use crate::logout_fixture::{AFTER_LOGOUT, Deployment, browser, frame};

const SLO: &str = "https://idp.example/slo";

/// Its answer by this binding, in the browser of the person.
fn answered(deployment: &Deployment, page: &Page, by_post: bool) -> String {
    if by_post {
        let form = page.form().expect("a form that submits itself");
        assert_eq!(form.action.as_str(), SLO);
        return deployment.idp.posted_logout_answer(&form);
    }
    deployment.answer(page).0
}

async fn six_cases(by_post: bool) {
    let binding = if by_post { "post" } else { "redirect" };
    let mut deployment = Deployment::start(&format!("{{ {binding}: {SLO} }}"));
    deployment.front.route_to(&[deployment.a.address()]);
    // 1, 2: an AuthnRequest is sent, whose signature the identity provider verifies, and its Response received.
    let (mut first, mut second) = (browser(), browser());
    let leaving = deployment.login_in(&mut first, 1).await;
    let staying = deployment.login_in(&mut second, 2).await;
    let tokens = deployment.shop().redeem(&leaving.code).await;
    deployment.a.kill();
    deployment.front.route_to(&[deployment.b.address()]);

    // 3: a LogoutRequest is sent, when the session here is over.
    let wanted =
        [("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", AFTER_LOGOUT)];
    let left = first.get(&deployment.logout_url(&wanted)).await;
    let userinfo = deployment.shop().userinfo(tokens.text("access_token")).await;
    assert_eq!(userinfo.status, 401);
    // 4: the person confirms there, and the LogoutResponse is received.
    let back = if by_post {
        let form = left.form().expect("a form that submits itself");
        let asked = deployment.idp.posted_logout_request(&form);
        assert_eq!(asked.name_id().value, "_transient1");
        assert_eq!(asked.name_id().name_qualifier.as_deref(), Some(IDP));
        let us = leaving.request.issuer.as_str();
        assert_eq!(asked.name_id().sp_name_qualifier.as_deref(), Some(us));
        assert_eq!(asked.session_indexes(), ["_session1"]);
        let answer = deployment.answer_posted_logout(&form, LogoutStatus::Success);
        first.submit(&answer.form()).await
    } else {
        let asked = deployment.idp.logout_request(left.location().unwrap().as_str());
        for (name, value) in [("NameQualifier", IDP), ("SPNameQualifier", &leaving.request.issuer)]
        {
            let attribute = format!(" {name}=\"{value}\"");
            assert_eq!(asked.xml().matches(&attribute).count(), 1, "{}", asked.xml());
        }
        first.get(&deployment.answer_logout(&left, LogoutStatus::Success).url()).await
    };
    assert_eq!(back.headers["location"].to_str().unwrap(), AFTER_LOGOUT);
    assert!(!deployment.is_over(&staying).await, "nobody else is logged out");

    // 5, 6: a LogoutRequest is received in a frame without cookies, and a LogoutResponse sent.
    let again = deployment.login_in(&mut second, 3).await;
    let logout = deployment.logout(&again);
    let page = if by_post {
        frame().submit(&logout.form(Some("handle"))).await
    } else {
        frame().get(&logout.url(Some("handle"))).await
    };
    assert_eq!(answered(&deployment, &page, by_post), "Success");
    assert!(deployment.is_over(&again).await);
}

#[tokio::test]
async fn the_six_cases_of_suomifi_work_by_redirect_at_a_replica_that_is_left() {
    six_cases(false).await;
}

#[tokio::test]
async fn the_six_cases_of_suomifi_work_by_post_at_a_replica_that_is_left() {
    six_cases(true).await;
}

const IDP: &str = "https://idp.example/metadata";
