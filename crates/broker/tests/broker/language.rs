//! The person's language, from whoever says it.

use silta_broker::{InboundRequest, Language, Protocol, Visitor, accepted_languages};

use crate::fixture::{CALLBACK, Fixture, asked, party, source_of};
use crate::wire::form;

/// What the upstream is told, and what our pages are in, for a request with these `ui_locales` by a
/// browser with this `Accept-Language`.
async fn languages(
    fixture: &Fixture,
    ui_locales: &str,
    accepted: &str,
) -> (Vec<String>, Option<Language>) {
    let query = form(&[
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("ui_locales", ui_locales),
    ]);
    let languages = accepted_languages(accepted);
    let visitor = Visitor { languages, ..source_of(1).into() };
    let request = InboundRequest::Query(&query);
    let started = fixture.broker.start_login(Protocol::Oidc, request, visitor).await;
    let started = asked(started.unwrap());
    let asked = fixture.idp.script(|script| script.requests.last().cloned()).unwrap();
    (asked.ui_locales, started.language)
}

#[tokio::test]
async fn the_request_the_browser_the_client_and_the_installation_say_it_in_this_order() {
    let fixture = Fixture::with(|settings| {
        settings.language = Some(Language::Finnish);
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.language = Some(Language::English);
    });
    for (ui_locales, accepted, expected, ours) in [
        ("sv", "fi;q=0.5,de", &["sv", "de", "fi", "en"][..], Language::Swedish),
        ("se", "fi;q=0.5,sv-FI", &["se", "sv-FI", "fi", "en"], Language::Swedish),
        ("", "sv;q=0.4,fi;q=0.9", &["fi", "sv", "en"], Language::Finnish),
        ("", "de", &["de", "en", "fi"], Language::English),
        ("", "", &["en", "fi"], Language::English),
    ] {
        let (told, page) = languages(&fixture, ui_locales, accepted).await;
        assert_eq!(told, expected, "{ui_locales} {accepted}");
        assert_eq!(page, Some(ours), "{ui_locales} {accepted}");
    }
}

#[tokio::test]
async fn nothing_is_said_where_nobody_says_anything() {
    assert_eq!(languages(&Fixture::new(), "", "").await, (vec![], None));
}

#[tokio::test]
async fn no_more_languages_than_anybody_reads_are_passed_on() {
    let many: Vec<_> = (b'a'..=b'z').map(|letter| format!("x{}", char::from(letter))).collect();
    let (told, _) = languages(&Fixture::new(), &many[..10].join(" "), &many[8..].join(",")).await;
    assert_eq!(told, many[..16]);
}
