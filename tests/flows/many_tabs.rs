//! Many logins in one browser, and pages that begin them behind a person's back.

use reqwest::redirect::Policy;
use serde_json::json;
use silta_testkit::peers::{answer_of_idp, chromium};
use silta_testkit::test_dir::TestDir;

use crate::demo::demo;
use crate::fixture::{Fixture, browser, eventually};
use crate::shop::Answer;

#[tokio::test]
async fn of_seventy_tabs_the_sixty_youngest_finish_and_the_oldest_go_first() {
    let fixture = Fixture::start().await;
    let (shop, mut browser) = (fixture.shop(), browser());
    let oldest = answer_of_idp(&mut browser, &shop.authorize(&[])).await;
    for _ in 1..10 {
        browser.get(&shop.authorize(&[])).await;
    }
    let tenth_last = answer_of_idp(&mut browser, &shop.authorize(&[])).await;
    for _ in 11..69 {
        browser.get(&shop.authorize(&[])).await;
    }
    let youngest = answer_of_idp(&mut browser, &shop.authorize(&[])).await;

    let sent = browser.cookies().iter().map(|one| one.name.len() + one.value.len() + 3);
    let sent: usize = sent.sum();
    assert!((5 * 1024..=6 * 1024).contains(&sent), "{sent} octets of cookies");
    let page = browser.submit(&oldest).await;
    assert_eq!(fixture.refusal(&page).await["reason"], "cookie_missing");
    assert!(browser.submit(&tenth_last).await.told("code").is_some());
    assert!(browser.submit(&youngest).await.told("code").is_some());
}

#[tokio::test]
async fn what_is_no_navigation_begins_no_login() {
    let fixture = Fixture::start().await;
    let authorize = fixture.shop().authorize(&[]);
    let path = authorize.strip_prefix(&fixture.url()).unwrap();
    let (endpoint, form) = path.split_once('?').unwrap();
    for (mode, dest) in [("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")] {
        let said = |request: reqwest::RequestBuilder| {
            request.header("sec-fetch-mode", mode).header("sec-fetch-dest", dest)
        };
        let post = fixture.shop().post(endpoint).body(form.to_owned());
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        for request in [fixture.shop().get(path), post] {
            let answer = Answer::of(said(request)).await;
            assert_eq!(answer.status, 403, "{dest}");
            assert!(!answer.headers.contains_key("set-cookie"), "{dest}");
            assert!(!answer.headers.contains_key("location"), "{dest}");
        }
    }
    let refusal = fixture.logged(|line| line["reason"] == "not_a_navigation").await;
    assert_eq!((&refusal["level"], &refusal["client"]), (&"WARN".into(), &"".into()));
    assert!(!fixture.log().iter().any(|line| line["message"] == "login started"));
    let page = fixture.shop().get(path).header("sec-fetch-mode", "navigate");
    assert_eq!(Answer::of(page.header("sec-fetch-dest", "document")).await.status, 303);
}

#[tokio::test]
async fn hidden_images_of_a_hostile_page_disturb_no_login_in_chromium() {
    let (demo, url) = demo();
    // Where the demo's client sends people is what a hostile page would load.
    let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let login = http.get(format!("{url}/login")).send().await.unwrap();
    let authorize = login.headers()["location"].to_str().unwrap().replace('&', "&amp;");
    let dir = TestDir::new();
    let image = |at| format!("<img hidden src=\"{authorize}&amp;at={at}\">");
    let images: String = (0..22).map(image).collect();
    let hostile = dir.write("hostile.html", format!("<p>Look here</p>{images}"));

    let visit = json!({ "url": url, "steps": [
        { "click": ".button" },
        { "expect": "Who do you want to be?" },
        { "open": format!("file://{}", hostile.display()) },
        { "expect": "Look here" },
        { "back": true },
        { "click": "Aino Åström-O'Brien, Ähtäri" },
        { "expect": "You are logged in" },
    ]});
    let seen = tokio::task::spawn_blocking(move || chromium(&visit)).await.unwrap();
    let said = eventually("end of the login in the log", async || {
        let said = demo.said();
        said.iter().any(|line| line.contains("login finished")).then_some(said)
    })
    .await;
    let count = |what: &str| said.iter().filter(|line| line.contains(what)).count();
    assert_eq!(count("not_a_navigation"), 22, "{seen:#}");
    assert_eq!((count("login started"), count("login finished")), (1, 1), "{seen:#}");
}
