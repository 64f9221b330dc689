//! The person's language, on our page and at the identity provider.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fixture::Fixture;

/// The page that posts the request, and the language in the request.
async fn page_and_request(
    fixture: &Fixture,
    ui_locales: &str,
    accepted: &str,
) -> (String, Option<String>) {
    let url = fixture.shop().authorize(&[("ui_locales", ui_locales)]);
    let path = url.strip_prefix(&fixture.url()).unwrap();
    let request = fixture.shop().get(path).header("accept-language", accepted);
    let page = request.send().await.unwrap().text().await.unwrap();
    let (_, rest) = page.split_once("name=\"SAMLRequest\" value=\"").unwrap();
    let xml = STANDARD.decode(rest.split_once('"').unwrap().0).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    let asked = xml.split_once("<LG>").map(|(_, rest)| rest.split_once('<').unwrap().0.to_owned());
    let language = page.split_once("<html lang=\"").unwrap().1;
    (language.split_once('"').unwrap().0.to_owned(), asked)
}

#[tokio::test]
async fn a_swedish_browser_behind_a_client_that_says_nothing_meets_swedish_everywhere() {
    let fixture = Fixture::with_config(true, |text| {
        let text =
            text.replace("    signed: both\n", "    signed: both\n    request_language: vetuma\n");
        text.replacen("    upstream: idp\n", "    upstream: idp\n    language: en\n", 1)
            + "language: fi\n"
    });
    let fixture = fixture.await;
    for (ui_locales, accepted, language) in [
        ("", "sv-FI,sv;q=0.9,en;q=0.8", "sv"),
        ("", "en;q=0.1,sv;q=0.2", "sv"),
        ("fi", "sv", "fi"),
        ("de", "sv", "sv"),
        ("", "de", "en"),
    ] {
        let (page, request) = page_and_request(&fixture, ui_locales, accepted).await;
        assert_eq!((page.as_str(), request.as_deref()), (language, Some(language)), "{accepted}");
    }
    // Without anybody's word the installation's counts, on a page that is nobody's too.
    let nobody = fixture.shop().get("/authorize").send().await.unwrap().text().await.unwrap();
    assert!(nobody.contains("<html lang=\"fi\">"), "{nobody}");
}
