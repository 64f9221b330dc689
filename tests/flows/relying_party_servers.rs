//! Whole logins at relying parties that are servers, by others, with their options on.

use serde_json::Value;
use silta_testkit::browser::Browser;
use silta_testkit::rp_server::RpServer;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::OTHER_SECRET;

use crate::fixture::Fixture;
use crate::person::NORDEA;

/// Silta, and where the server will be that it knows as the client `server`.
struct Deployment {
    silta: Fixture,
    front: TcpFront,
    callback: String,
}

impl Deployment {
    /// `callback` is the path of its redirect URI.
    async fn start(callback: &str) -> Self {
        let front = TcpFront::start();
        let callback = format!("{}{callback}", front.url());
        let client = CLIENT.replace("CALLBACK", &callback);
        let silta = Fixture::with_config(false, |text| text + &client).await;
        Self { silta, front, callback }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.front.url())
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
    let settings = [
        format!(
            "OIDCProviderMetadataURL {}/.well-known/openid-configuration",
            deployment.silta.url()
        ),
        "OIDCClientID server".to_owned(),
        format!("OIDCClientSecret {OTHER_SECRET}"),
        "OIDCProviderTokenEndpointAuth client_secret_basic".to_owned(),
        "OIDCScope \"openid profile\"".to_owned(),
        "OIDCPKCEMethod S256".to_owned(),
        "OIDCResponseMode form_post".to_owned(),
    ];
    let dir = &deployment.silta.dir;
    let _server = RpServer::mod_auth_openidc(dir, &deployment.front, &settings.join("\n"));

    let mut person = person();
    let page = person.follow(&deployment.at("/protected/index.html")).await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "protected"));
    let told = person.get(&deployment.at("/protected/callback?info=json")).await;
    let told: Value = serde_json::from_str(&told.body).expect("what it knows");
    NORDEA.is_who_was_told_of(&told["id_token"]);
    NORDEA.is_who_was_told_of(&told["userinfo"]);
    deployment.its_code_is_used_up(&person).await;
}

#[tokio::test]
async fn oauth2_proxy_logs_in_with_pkce() {
    let deployment = Deployment::start("/oauth2/callback").await;
    let issuer = format!("--oidc-issuer-url={}", deployment.silta.url());
    let secret = format!("--client-secret={OTHER_SECRET}");
    let flags = [
        issuer.as_str(),
        secret.as_str(),
        "--client-id=server",
        "--code-challenge-method=S256",
        "--scope=openid profile",
        "--oidc-email-claim=FI_displayName",
    ];
    let _server = RpServer::oauth2_proxy(&deployment.front, &flags);

    let mut person = person();
    let page = person.follow(&deployment.at("/")).await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "Authenticated"));
    let told = person.get(&deployment.at("/oauth2/userinfo")).await;
    let told: Value = serde_json::from_str(&told.body).expect("what it knows");
    assert!(NORDEA.told()["FI_displayName"] == told["email"], "another person");
    deployment.its_code_is_used_up(&person).await;
}

#[tokio::test]
async fn spring_security_logs_in_with_pkce_and_form_post() {
    let deployment = Deployment::start("/login/oauth2/code/silta").await;
    let _server = RpServer::spring_security(
        &deployment.front,
        &spring(&deployment.silta.url(), "openid,profile"),
    );

    let mut person = person();
    let page = person.follow(&deployment.at("/me")).await;
    assert_eq!(page.status, 200);
    let told: Value = serde_json::from_str(&page.body).expect("what it knows");
    NORDEA.is_who_was_told_of(&told["id_token"]);
    NORDEA.is_who_was_told_of(&told["userinfo"]);
    deployment.its_code_is_used_up(&person).await;
}

/// The registration of the client `server`, with answers by POST.
fn spring(issuer: &str, scopes: &str) -> Vec<String> {
    let registration = "--spring.security.oauth2.client.registration.silta";
    vec![
        format!("--spring.security.oauth2.client.provider.silta.issuer-uri={issuer}"),
        format!("{registration}.client-id=server"),
        format!("{registration}.client-secret={OTHER_SECRET}"),
        format!("{registration}.scope={scopes}"),
        "--response-mode=form_post".to_owned(),
    ]
}

const CLIENT: &str = "  server:
    secret: file:other.secret
    redirect_uris: [CALLBACK]
    upstream: idp
    require_pkce: true
    claims: *claims
";
