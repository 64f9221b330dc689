//! A client whose errors are shown on our page (`errors: page`, and `preset: alb`).

use silta_testkit::test_dir::ALB_CALLBACK;

use crate::fixture::{Fixture, browser};

#[tokio::test]
async fn a_person_who_cancels_behind_a_load_balancer_reads_our_page_with_the_reference() {
    let fixture = Fixture::with_config(false, |text| {
        let redirect = format!("    redirect_uris: [{ALB_CALLBACK}]\n");
        text.replace(&redirect, &format!("{redirect}    preset: alb\n"))
    });
    let fixture = fixture.await;
    let alb = [("client_id", "alb"), ("redirect_uri", ALB_CALLBACK)];
    fixture.idp.cancel().await;
    let page = browser().follow(&fixture.shop().authorize(&alb)).await;
    assert_eq!((page.status.as_u16(), page.location()), (400, None));
    assert!(page.body.contains("<h1>You are not logged in</h1>"), "{}", page.body);
    let refusal = fixture.refusal(&page).await;
    assert_eq!(
        (&refusal["client"], &refusal["reason"]),
        (&"alb".into(), &"status_authn_failed".into())
    );
    // Another client is told itself.
    let page = browser().follow(&fixture.shop().authorize(&[])).await;
    assert_eq!(page.told("error").as_deref(), Some("access_denied"));
}
