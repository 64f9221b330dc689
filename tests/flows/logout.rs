//! A client asks for a logout: here first, then at the identity provider, and back, over two replicas.

use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::quick_idp::LogoutStatus;

use crate::logout_fixture::{AFTER_LOGOUT, Deployment, Login, REDIRECT, browser, frame};
use crate::shop::Shop;

/// A person who is logged in at the shop, with what the shop holds.
struct LoggedIn {
    browser: Browser,
    id_token: String,
    access_token: String,
}

impl LoggedIn {
    async fn at(deployment: &Deployment, turn: u32) -> Self {
        let mut browser = browser();
        let login = deployment.login_in(&mut browser, turn).await;
        let tokens = deployment.shop().redeem(&login.code).await;
        Self {
            browser,
            id_token: tokens.text("id_token").to_owned(),
            access_token: tokens.text("access_token").to_owned(),
        }
    }

    /// Whether what the shop holds is still good.
    async fn has_session(&self, deployment: &Deployment) -> bool {
        match deployment.shop().userinfo(&self.access_token).await.status {
            200 => true,
            401 => false,
            other => unreachable!("{other}"),
        }
    }

    /// By its hint, with where to go afterwards.
    async fn log_out(&mut self, deployment: &Deployment) -> Page {
        let wanted = [
            ("id_token_hint", self.id_token.as_str()),
            ("post_logout_redirect_uri", AFTER_LOGOUT),
            ("state", Shop::STATE),
        ];
        self.browser.get(&deployment.logout_url(&wanted)).await
    }
}

fn shows(page: &Page, text: &str) {
    assert_eq!((page.status.as_u16(), page.location()), (200, None));
    assert!(page.body.contains(text), "{}", page.body);
}

/// By the time that the identity provider is asked, nothing here is good any more; its answer may come to
/// any replica.
#[tokio::test]
async fn a_logout_ends_the_session_here_then_at_the_identity_provider_and_goes_back() {
    let mut deployment = Deployment::start(REDIRECT);
    deployment.front.route_to(&[deployment.a.address()]);
    let mut person = LoggedIn::at(&deployment, 1).await;
    let other = LoggedIn::at(&deployment, 2).await;
    let left = person.log_out(&deployment).await;
    assert!(!person.has_session(&deployment).await);
    assert!(other.has_session(&deployment).await, "nobody else is logged out");
    let asked = deployment.idp.logout_request(left.location().unwrap().as_str());
    for part in [
        "NameQualifier=\"https://idp.example/metadata\"",
        "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\"",
        ">_transient1</saml:NameID>",
        "<samlp:SessionIndex>_session1</samlp:SessionIndex>",
    ] {
        assert!(asked.xml().contains(part), "{part}: {}", asked.xml());
    }
    let answer = deployment.answer_logout(&left, LogoutStatus::Success);
    deployment.a.kill();
    deployment.front.route_to(&[deployment.b.address()]);
    let back = person.browser.get(&answer.url()).await;
    let state = Shop::STATE.replace(' ', "%20");
    let location = back.headers["location"].to_str().unwrap();
    assert_eq!(location, format!("{AFTER_LOGOUT}&state={state}"));
    // The answer counts once.
    assert_eq!(person.browser.get(&answer.url()).await.status, 400);
}

/// Whoever may not be logged out everywhere is told so, and goes on by a link.
#[tokio::test]
async fn what_the_identity_provider_says_of_the_logout_is_shown() {
    let deployment = Deployment::start(REDIRECT);
    for (turn, status, told) in [
        (1, LogoutStatus::Partial, "perhaps not of every service"),
        (2, LogoutStatus::UnknownPrincipal, "did not know your session"),
        (3, LogoutStatus::Failed, "did not confirm the logout"),
    ] {
        let mut person = LoggedIn::at(&deployment, turn).await;
        let left = person.log_out(&deployment).await;
        let page = person.browser.get(&deployment.answer_logout(&left, status).url()).await;
        shows(&page, told);
        assert!(page.body.contains("href=\"https://rp.example/logged-out?tenant=a&amp;state="));
        assert!(!person.has_session(&deployment).await);
    }
}

#[tokio::test]
async fn a_logout_goes_by_post_and_is_answered_by_post() {
    let deployment = Deployment::start("{ post: 'https://idp.example/slo?x=1' }");
    let mut person = LoggedIn::at(&deployment, 1).await;
    let page = person.log_out(&deployment).await;
    let form = page.form().expect("a form that submits itself");
    assert_eq!(form.action.as_str(), "https://idp.example/slo?x=1");
    assert!(!form.field("SAMLRequest").is_empty());
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let answer = deployment.answer_posted_logout(&form, LogoutStatus::Success).form();
    let back = person.browser.submit(&answer).await;
    assert!(back.headers["location"].to_str().unwrap().starts_with(AFTER_LOGOUT));
}

/// Applications behind Cognito hold no ID token of ours: they name themselves, and the person says yes.
#[tokio::test]
async fn without_a_hint_the_person_is_asked_on_a_page_that_nobody_frames() {
    let deployment = Deployment::start(REDIRECT);
    let mut person = LoggedIn::at(&deployment, 1).await;
    let url = format!("{}/logout/shop", deployment.front.url());
    let page = person.browser.get(&url).await;
    shows(&page, "Do you want to log out?");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.headers["x-frame-options"], "DENY");
    assert_eq!(page.headers["cache-control"], "no-store");
    let form = page.form().unwrap();
    assert_eq!(form.action.as_str(), format!("{}/logout", deployment.front.url()));
    assert!(person.has_session(&deployment).await);
    // A page of another site posts what it can know.
    let guessed = form.clone().with("confirmation", &"A".repeat(43));
    for forged in [form.clone().without("confirmation"), guessed] {
        shows(&person.browser.submit(&forged).await, "Do you want to log out?");
        assert!(person.has_session(&deployment).await);
    }
    // And so does somebody else's browser with what was shown here.
    shows(&browser().submit(&form).await, "You are not logged in");
    assert!(person.has_session(&deployment).await);

    let left = person.browser.submit(&form).await;
    assert!(!person.has_session(&deployment).await);
    let answer = deployment.answer_logout(&left, LogoutStatus::Success);
    let back = person.browser.get(&answer.url()).await;
    assert_eq!(back.headers["location"].to_str().unwrap(), AFTER_LOGOUT);
    // Nobody is logged in any more: no question, and nobody is sent on without a page.
    let again = person.browser.get(&url).await;
    shows(&again, "You are not logged in");
    assert!(again.body.contains("href=\"https://rp.example/logged-out?tenant=a\""));
    assert_eq!(person.browser.get(&format!("{url}x")).await.status, 400);
}

/// Two windows of one browser, in which logins end at the same moment: each answer is made from the cookies of
/// before.
#[tokio::test]
async fn logins_that_end_at_one_moment_are_all_logged_out() {
    let deployment = Deployment::start(REDIRECT);
    let mut window = browser();
    let mut codes = vec![];
    let mut other = window.clone();
    for (turn, browser) in [(1, &mut window), (2, &mut other)] {
        codes.push(deployment.login_in(browser, turn).await);
    }
    for cookie in other.cookies() {
        window.plant(cookie.clone());
    }
    let page = window.get(&format!("{}/logout/shop", deployment.front.url())).await;
    window.submit(&page.form().expect("a question")).await;
    for login in &codes {
        assert!(deployment.is_over(login).await);
    }
}

/// One client lets nobody in whose municipality is not told, another asks for a level that the person does not
/// reach. The identity provider knows them all the same.
#[tokio::test]
async fn who_is_not_let_in_logs_out_at_the_identity_provider() {
    let client = |name: &str, more: &str| {
        format!(
            "  {name}:\n    secret: file:other.secret\n    upstream: idp\n    redirect_uris: \
             [https://rp.example/callback]\n{more}"
        )
    };
    let municipality =
        "    claims:\n      municipality: { from: KotikuntaKuntanumero, required: true }\n";
    let level = "    min_acr: http://ftn.ficora.fi/2017/loa3\n    claims: { name: displayName }\n";
    let clients = client("crm", municipality) + &client("vault", level);
    let deployment = Deployment::start_with(REDIRECT, |text| text + &clients);
    for (client, error, turn) in
        [("crm", "server_error", 1), ("vault", "unmet_authentication_requirements", 3)]
    {
        let (mut person, client) = (browser(), [("client_id", client)]);
        let (page, _) = deployment.finished_login(&mut person, turn, &client).await;
        assert_eq!(page.told("error").as_deref(), Some(error));

        let page = person.get(&deployment.logout_url(&client)).await;
        shows(&page, "Do you want to log out?");
        let left = person.submit(&page.form().unwrap()).await;
        let asked = deployment.idp.logout_request(left.location().unwrap().as_str());
        let index = format!("<samlp:SessionIndex>_session{turn}</samlp:SessionIndex>");
        assert!(asked.xml().contains(&index));
        let answer = deployment.answer_logout(&left, LogoutStatus::Success);
        shows(&person.get(&answer.url()).await, "You are logged out");
        shows(&person.get(&deployment.logout_url(&client)).await, "You are not logged in");

        // And where it is the identity provider that begins, without a cookie.
        let turn = turn + 1;
        let (_, request) = deployment.finished_login(&mut person, turn, &client).await;
        let login = Login { request, turn, code: String::new() };
        let page = frame().get(&deployment.logout(&login).url(None)).await;
        assert_eq!(deployment.answer(&page).0, "Success");
    }
}

/// Neither with nor without a hint.
#[tokio::test]
async fn what_a_page_or_a_browser_loads_by_itself_logs_nobody_out() {
    let deployment = Deployment::start(REDIRECT);
    let mut person = LoggedIn::at(&deployment, 1).await;
    let hinted = deployment.logout_url(&[("id_token_hint", &person.id_token)]);
    for url in [hinted.as_str(), &format!("{}/logout/shop", deployment.front.url())] {
        let image = person.browser.image(url).await;
        assert_eq!(image.status, 403);
        let path = url.strip_prefix(&deployment.front.url()).unwrap();
        let prefetch = deployment.shop().get(path).header("sec-purpose", "prefetch").send().await;
        assert_eq!(prefetch.unwrap().status(), 403);
        assert!(person.has_session(&deployment).await);
    }
}

#[tokio::test]
async fn the_page_and_the_identity_provider_speak_the_persons_language() {
    let deployment = Deployment::start(REDIRECT);
    let mut person = LoggedIn::at(&deployment, 1).await;
    let page = person.browser.get(&deployment.logout_url(&[("ui_locales", "de sv")])).await;
    shows(&page, "Vill du logga ut?");
    assert!(page.body.contains("<html lang=\"sv\""));
    let left = person.browser.submit(&page.form().unwrap()).await;
    let answer = deployment.answer_logout(&left, LogoutStatus::Success);
    shows(&person.browser.get(&answer.url()).await, "You are logged out");
}

/// A form of another kind is refused as everywhere.
#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused() {
    let deployment = Deployment::start(REDIRECT);
    let action = format!("{}/logout", deployment.front.url());
    let twice = [("client_id", "shop"), ("client_id", "shop")];
    let fields = twice.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let page = browser().submit(&Form { action: action.parse().unwrap(), fields }).await;
    assert_eq!(page.status, 400);
    assert!(page.reference().is_some());
    let json = deployment.shop().post("/logout").header("content-type", "application/json");
    let json = json.body("{}").send().await.unwrap();
    assert_eq!(json.status(), 415);
    let told = json.text().await.unwrap();
    assert!(told.contains("The request to log out could not be read"), "{told}");
    let long = deployment.shop().post_form("/logout", "a".repeat(65 * 1024)).await;
    assert_eq!(long.status, 413);
    let methods = deployment.shop().post("/logout/shop").send().await.unwrap();
    assert_eq!(methods.status(), 405);
}
