//! The page that asks whether to log out, in real browsers, and what a hostile page can do with it.

use reqwest::redirect::Policy;
use serde_json::{Value, json};
use silta_testkit::peers::{chromium, firefox};
use silta_testkit::test_dir::TestDir;

use crate::demo::demo;

#[tokio::test]
async fn a_hostile_page_logs_nobody_out_and_the_person_can_in_chromium() {
    let seen = visited(chromium).await;
    let framed = "frame-ancestors";
    let console = seen["console"].as_array().unwrap();
    assert!(console.iter().any(|line| line.as_str().unwrap().contains(framed)), "{seen:#}");
}

#[tokio::test]
async fn a_hostile_page_logs_nobody_out_and_the_person_can_in_firefox() {
    visited(firefox).await;
}

/// A person logs in, opens hostile pages, which try to log them out, and then logs out.
async fn visited(browser: fn(&Value) -> Value) -> Value {
    let (_demo, url) = demo();
    let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let login = http.get(format!("{url}/login")).send().await.unwrap();
    let authorize = login.headers()["location"].to_str().unwrap();
    let logout = authorize.split_once("/authorize").unwrap().0.to_owned() + "/logout";

    let dir = TestDir::new();
    let framing = dir.write(
        "framing.html",
        format!("<p>Win a prize</p><iframe src=\"{logout}\"></iframe><img src=\"{logout}\">"),
    );
    let posting = dir.write(
        "posting.html",
        format!(
            "<form method=\"post\" action=\"{logout}\"><input name=\"confirmation\" value=\"{}\"></form>\
             <script>document.forms[0].submit()</script>",
            "A".repeat(43)
        ),
    );
    let visit = json!({ "url": url, "steps": [
        { "click": ".button" },
        { "click": "Aino Åström-O'Brien, Ähtäri" },
        { "expect": "You are logged in" },
        { "open": format!("file://{}", framing.display()) },
        { "expect": "Win a prize" },
        { "open": format!("file://{}", posting.display()) },
        // Nothing has ended: otherwise nobody would be asked.
        { "expect": "Do you want to log out?" },
        { "open": &logout },
        { "expect": "Do you want to log out?" },
        { "click": "[type=submit]" },
        { "expect": "You are logged out" },
        { "open": &logout },
        { "expect": "You are not logged in" },
    ]});
    tokio::task::spawn_blocking(move || browser(&visit)).await.unwrap()
}
