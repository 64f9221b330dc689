//! Whole logins at relying parties that are servers, by others, with their options on.

use serde_json::{Value, json};
use silta_testkit::browser::Browser;
use silta_testkit::rp_server::RpServer;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::OTHER_SECRET;
use url::Url;

use crate::fixture::{Fixture, eventually};
use crate::person::NORDEA;
use crate::shop::changed;

/// Silta, and where the server will be that it knows as the client `server`.
struct Deployment {
    silta: Fixture,
    front: TcpFront,
    callback: String,
}

impl Deployment {
    /// `callback` is the path of its redirect URI.
    async fn start(callback: &str) -> Self {
        Self::start_with(callback, "").await
    }

    /// The same with these lines for the client, where AT is the server's address.
    async fn start_with(callback: &str, lines: &str) -> Self {
        let front = TcpFront::start();
        let lines = lines.replace("AT", &front.url());
        let callback = format!("{}{callback}", front.url());
        let client = CLIENT.replace("CALLBACK", &callback) + &lines;
        let silta = Fixture::with_config(false, |text| text + &client).await;
        Self { silta, front, callback }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.front.url())
    }

    /// mod_auth_openidc with its options on.
    fn apache(&self) -> RpServer {
        let settings = APACHE.replace("ISSUER", &self.silta.url()).replace("SECRET", OTHER_SECRET);
        RpServer::mod_auth_openidc(&self.silta.dir, &self.front, &settings)
    }

    /// What mod_auth_openidc knows of this person.
    async fn apache_knows(&self, person: &mut Browser) -> Value {
        let told = person.get(&self.at("/protected/callback?info=json")).await;
        serde_json::from_str(&told.body).expect("what it knows")
    }

    /// oauth2-proxy with its options on; it refreshes after a second.
    fn oauth2_proxy(&self) -> RpServer {
        let issuer = format!("--oidc-issuer-url={}", self.silta.url());
        let secret = format!("--client-secret={OTHER_SECRET}");
        // Where it may send people, and what it shows everybody.
        let silta = format!("--whitelist-domain={}", self.silta.url().replace("http://", ""));
        let flags = [
            issuer.as_str(),
            silta.as_str(),
            "--skip-auth-route=^/out",
            secret.as_str(),
            "--client-id=server",
            "--code-challenge-method=S256",
            "--scope=openid profile offline_access",
            "--oidc-email-claim=FI_displayName",
            "--cookie-refresh=1s",
        ];
        RpServer::oauth2_proxy(&self.front, &flags)
    }

    /// Spring Security with its options on.
    fn spring(&self) -> RpServer {
        let registration = "--spring.security.oauth2.client.registration.silta";
        let settings = [
            format!(
                "--spring.security.oauth2.client.provider.silta.issuer-uri={}",
                self.silta.url()
            ),
            format!("{registration}.client-id=server"),
            format!("{registration}.client-secret={OTHER_SECRET}"),
            format!("{registration}.scope=openid,profile,offline_access"),
            "--response-mode=form_post".to_owned(),
        ];
        RpServer::spring_security(&self.front, &settings)
    }

    /// The person logs out at Silta, by the browser's cookie; the server hears of it by itself.
    async fn log_out_at_silta(&self, person: &mut Browser) {
        let page = person.follow(&format!("{}/logout?client_id=server", self.silta.url())).await;
        assert_eq!(page.status, 200);
        let line = self.silta.logged(|line| line["message"] == "client told of logout").await;
        assert_eq!(line["client"], "server");
    }

    /// The client asked for a logout, and the session is over.
    async fn logged_out(&self) {
        let line = self.silta.logged(|line| line["message"] == "logged out").await;
        assert_eq!(line["client"], "server");
    }

    /// Waits until it used a refresh token.
    async fn refreshed(&self) {
        let line = self.silta.logged(|line| line["message"] == "tokens refreshed").await;
        assert_eq!(line["client"], "server");
    }

    /// The code that this person brought counts no more, and who brings it again ends its tokens.
    async fn its_code_is_used_up(&self, person: &Browser) {
        let code = person.visited().iter().find_map(|page| {
            let posted = || page.form()?.fields.into_iter().find(|(name, _)| name == "code");
            page.told("code").or_else(|| posted().map(|(_, code)| code))
        });
        let again = [
            ("code", code.as_deref().expect("a code")),
            ("redirect_uri", &self.callback),
            ("client_id", "server"),
            ("client_secret", OTHER_SECRET),
        ];
        let refused = self.silta.shop().redeem_with(&again).await;
        assert_eq!(refused.error(), (400, "invalid_grant"));
        let noticed = |line: &Value| line["message"] == "code used again, its tokens are revoked";
        assert_eq!(self.silta.logged(noticed).await["client"], "server");
    }
}

/// A person's browser, which goes to the server too.
fn person() -> Browser {
    Browser::new("https://nowhere.example")
}

#[tokio::test]
async fn mod_auth_openidc_logs_in_with_pkce_and_form_post() {
    let deployment = Deployment::start("/protected/callback").await;
    let _server = deployment.apache();

    let mut person = person();
    let page = person.follow(&deployment.at("/protected/index.html")).await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "protected"));
    let told = deployment.apache_knows(&mut person).await;
    NORDEA.is_who_was_told_of(&told["id_token"]);
    NORDEA.is_who_was_told_of(&told["userinfo"]);
    deployment.its_code_is_used_up(&person).await;
}

/// It refreshes where an application asks it to, with the access token that it has.
#[tokio::test]
async fn mod_auth_openidc_refreshes_until_a_refresh_token_comes_again() {
    let deployment = Deployment::start("/protected/callback").await;
    let _server = deployment.apache();
    let mut person = person();
    person.follow(&deployment.at("/protected/index.html")).await;
    let mut known = deployment.apache_knows(&mut person).await;
    let first = known["refresh_token"].clone();
    for _ in 0..2 {
        let mut refresh: Url = deployment.callback.parse().unwrap();
        let token = known["access_token"].as_str().expect("an access token");
        let back = [("refresh", deployment.at("/index.html")), ("access_token", token.to_owned())];
        refresh.query_pairs_mut().extend_pairs(back);
        assert_eq!(person.follow(refresh.as_str()).await.body, "open to all");
        let after = deployment.apache_knows(&mut person).await;
        for name in ["access_token", "refresh_token"] {
            assert!(after[name].is_string() && after[name] != known[name], "{name} is as before");
        }
        known = after;
    }
    for (token, reason) in
        [(&first, "refresh_token_reused"), (&known["refresh_token"], "unknown_refresh_token")]
    {
        let again = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str().expect("a refresh token")),
            ("client_id", "server"),
            ("client_secret", OTHER_SECRET),
        ];
        let refused = deployment.silta.shop().post_form("/token", changed(&again, &[])).await;
        assert_eq!(refused.error(), (400, "invalid_grant"));
        deployment.silta.logged(|line| line["reason"] == reason).await;
    }
}

#[tokio::test]
async fn oauth2_proxy_logs_in_with_pkce() {
    let deployment = Deployment::start("/oauth2/callback").await;
    let _server = deployment.oauth2_proxy();

    let mut person = person();
    let page = person.follow(&deployment.at("/")).await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "Authenticated"));
    let told = person.get(&deployment.at("/oauth2/userinfo")).await;
    let told: Value = serde_json::from_str(&told.body).expect("what it knows");
    assert!(NORDEA.told()["FI_displayName"] == told["email"], "another person");
    // It counts the age of what it holds in seconds.
    let line = eventually("line of a refresh", async || {
        assert_eq!(person.get(&deployment.at("/")).await.status, 200);
        let mut lines = deployment.silta.log().into_iter();
        lines.find(|line| line["message"] == "tokens refreshed")
    });
    assert_eq!(line.await["client"], "server");
    deployment.its_code_is_used_up(&person).await;
}

#[tokio::test]
async fn spring_security_logs_in_with_pkce_and_form_post() {
    let deployment = Deployment::start("/login/oauth2/code/silta").await;
    let _server = deployment.spring();

    let mut person = person();
    let page = person.follow(&deployment.at("/me")).await;
    assert_eq!(page.status, 200);
    let told: Value = serde_json::from_str(&page.body).expect("what it knows");
    NORDEA.is_who_was_told_of(&told["id_token"]);
    NORDEA.is_who_was_told_of(&told["userinfo"]);
    let told = person.get(&deployment.at("/refresh")).await;
    let told: Value = serde_json::from_str(&told.body).expect("what is new");
    assert_eq!(told, json!({ "access_token": true, "refresh_token": true }));
    deployment.refreshed().await;
    deployment.its_code_is_used_up(&person).await;
}

#[tokio::test]
async fn mod_auth_openidc_logs_out_at_silta_and_is_logged_out_by_it() {
    let lines = "    post_logout_redirect_uris: [AT/index.html]
    backchannel_logout_uri: AT/protected/callback?logout=backchannel\n";
    let deployment = Deployment::start_with("/protected/callback", lines).await;
    let _server = deployment.apache();
    let (page, mut person) = (deployment.at("/protected/index.html"), person());
    person.follow(&page).await;
    let mut out: Url = deployment.callback.parse().unwrap();
    out.query_pairs_mut().append_pair("logout", &deployment.at("/index.html"));
    assert_eq!(person.follow(out.as_str()).await.body, "open to all");
    deployment.logged_out().await;
    assert_eq!(person.get(&page).await.status, 302);

    person.follow(&page).await;
    assert_eq!(person.get(&page).await.status, 200);
    deployment.log_out_at_silta(&mut person).await;
    assert_eq!(person.get(&page).await.status, 302);
}

#[tokio::test]
async fn oauth2_proxy_logs_out_at_silta() {
    let lines = "    post_logout_redirect_uris: [AT/out]\n";
    let deployment = Deployment::start_with("/oauth2/callback", lines).await;
    let _server = deployment.oauth2_proxy();
    let mut person = person();
    person.follow(&deployment.at("/")).await;
    let mut at_silta: Url = format!("{}/logout", deployment.silta.url()).parse().unwrap();
    at_silta.query_pairs_mut().append_pair("post_logout_redirect_uri", &deployment.at("/out"));
    let mut out: Url = deployment.at("/oauth2/sign_out").parse().unwrap();
    // It puts its ID token into the place of the braces.
    let back = format!("{at_silta}&id_token_hint={{id_token}}");
    out.query_pairs_mut().append_pair("rd", &back);
    let page = person.follow(out.as_str()).await;
    assert_eq!((page.url.path(), page.status.as_u16()), ("/out", 200));
    deployment.logged_out().await;
}

#[tokio::test]
async fn spring_security_logs_out_at_silta_and_is_logged_out_by_it() {
    let lines = "    post_logout_redirect_uris: [AT/]
    backchannel_logout_uri: AT/logout/connect/back-channel/silta\n";
    let deployment = Deployment::start_with("/login/oauth2/code/silta", lines).await;
    let _server = deployment.spring();
    let (page, mut person) = (deployment.at("/me"), person());
    person.follow(&page).await;
    let out = person.follow(&deployment.at("/logout")).await;
    assert_eq!((out.url.path(), out.body.as_str()), ("/", "nobody has to log in here"));
    deployment.logged_out().await;
    assert_eq!(person.get(&page).await.status, 302);

    person.follow(&page).await;
    assert_eq!(person.get(&page).await.status, 200);
    deployment.log_out_at_silta(&mut person).await;
    assert_eq!(person.get(&page).await.status, 302);
}

const APACHE: &str = "\
OIDCProviderMetadataURL ISSUER/.well-known/openid-configuration
OIDCClientID server
OIDCClientSecret SECRET
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCScope \"openid profile offline_access\"
OIDCPKCEMethod S256
OIDCResponseMode form_post
";
const CLIENT: &str = "  server:
    secret: file:other.secret
    redirect_uris: [CALLBACK]
    upstream: idp
    require_pkce: true
    refresh_tokens: true
    claims: *claims
";
