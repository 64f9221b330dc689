//! Whole logins of clients that others wrote, with every check that they have.

use std::process::Command;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AdditionalClaims, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope,
    TokenResponse as _, UserInfoClaims,
};
use openssl::nid::Nid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use silta_testkit::browser::Browser;
use silta_testkit::keys::KeyPair;
use silta_testkit::peers::{Library, RelyingParty};
use silta_testkit::test_dir::{CALLBACK, LOA, OTHER_SECRET, SHOP_SECRET, TestDir};

use crate::fixture::{Fixture, browser, public_client};
use crate::person::NORDEA;
use crate::shop::Answer;

#[tokio::test]
async fn openid_client_logs_in_with_basic_and_with_post() {
    let fixture = Fixture::start().await;
    let basic = json!({ "client_id": "shop-with-pkce", "pkce": true, "auth_method": "client_secret_basic" });
    login(&fixture.url(), Library::OpenidClient, basic).await;
    let post = json!({ "client_id": "shop", "pkce": false, "auth_method": "client_secret_post" });
    login(&fixture.url(), Library::OpenidClient, post).await;
}

#[tokio::test]
async fn authlib_logs_in_with_basic_and_with_post() {
    let fixture = Fixture::start().await;
    // It puts the secret into the header without form-urlencoding it, with its + and %.
    let basic = json!({ "client_id": "shop", "pkce": false, "auth_method": "client_secret_basic" });
    login(&fixture.url(), Library::Authlib, basic).await;
    let post =
        json!({ "client_id": "shop-with-pkce", "pkce": true, "auth_method": "client_secret_post" });
    login(&fixture.url(), Library::Authlib, post).await;
}

#[tokio::test]
async fn pyoidc_logs_in_with_basic_and_with_post() {
    let fixture = Fixture::start().await;
    let basic = json!({ "client_id": "shop-with-pkce", "pkce": true, "auth_method": "client_secret_basic" });
    login(&fixture.url(), Library::Pyoidc, basic).await;
    let post = json!({ "client_id": "shop", "pkce": false, "auth_method": "client_secret_post" });
    login(&fixture.url(), Library::Pyoidc, post).await;
}

#[tokio::test]
async fn every_library_takes_an_answer_that_is_posted() {
    let fixture = Fixture::start().await;
    for library in [Library::OpenidClient, Library::Authlib, Library::Pyoidc] {
        let options = json!({
            "client_id": "shop-with-pkce", "pkce": true, "auth_method": "client_secret_basic",
            "response_mode": "form_post",
        });
        login(&fixture.url(), library, options).await;
    }
}

/// Twice, because the last refresh token that was used may come again for a while; then the first one
/// comes again, and ends all of its kind.
#[tokio::test]
async fn every_library_refreshes_until_a_refresh_token_comes_again() {
    let fixture = Fixture::with_config(false, |text| {
        let may = "  shop-with-pkce:\n    refresh_tokens: true\n";
        text.replace("  shop-with-pkce:\n", may)
    });
    let fixture = fixture.await;
    for library in [Library::OpenidClient, Library::Authlib, Library::Pyoidc] {
        let options = json!({
            "client_id": "shop-with-pkce", "pkce": true, "auth_method": "client_secret_basic",
            "response_mode": "form_post", "scope": "openid profile offline_access", "refresh": true,
        });
        let learnt = login(&fixture.url(), library, options).await;
        NORDEA.is_who_was_told_of(&learnt["refreshed"]);
        for claim in ["sub", "auth_time", "acr", "sid"] {
            assert_eq!(
                learnt["refreshed"][claim], learnt["id_token"][claim],
                "{library:?}: {claim}"
            );
        }
        assert_eq!(learnt["refresh_replayed"], "invalid_grant", "{library:?}");
        assert_eq!(learnt["family_ended"], "invalid_grant", "{library:?}");
    }
}

/// The state that the libraries send has every character that must be escaped.
#[tokio::test]
async fn every_library_logs_out_and_its_person_comes_back_with_its_state() {
    let fixture = Fixture::with_config(false, |text| {
        let back = format!("  shop-with-pkce:\n    post_logout_redirect_uris: [{LOGGED_OUT}]\n");
        text.replace("  shop-with-pkce:\n", &back)
    });
    let fixture = fixture.await;
    for library in [Library::OpenidClient, Library::Authlib, Library::Pyoidc] {
        let options = json!({
            "client_id": "shop-with-pkce", "pkce": true, "auth_method": "client_secret_basic",
            "logout": LOGGED_OUT,
        });
        let mut person = browser();
        let learnt = login_in(&mut person, &fixture.url(), library, options).await;
        let left = person.follow(learnt["logout"].as_str().expect("an address")).await;
        let back = left.location().unwrap_or_else(|| panic!("{library:?}: {}", left.body));
        assert!(back.as_str().starts_with(LOGGED_OUT), "{library:?}: {back}");
        assert_eq!(left.told("state").as_deref(), Some("a b+&é"), "{library:?}");
        // It was this browser's only session.
        let asked = format!("{}/logout?client_id=shop-with-pkce", fixture.url());
        assert!(person.get(&asked).await.body.contains("You are not logged in"), "{library:?}");
    }
}

#[tokio::test]
async fn openid_client_and_authlib_log_in_as_public_clients() {
    let fixture = Fixture::with_sections(&public_client("app", CALLBACK)).await;
    for library in [Library::OpenidClient, Library::Authlib] {
        let given = json!({ "client_id": "app", "pkce": true, "auth_method": "none", "client_secret": null });
        login(&fixture.url(), library, given).await;
    }
}

#[tokio::test]
async fn openid_client_and_authlib_verify_id_tokens_by_each_algorithm() {
    let place = TestDir::new();
    let curve = KeyPair::ec("id token", Nid::X9_62_PRIME256V1);
    let curve = place.write("curve.pem", curve.key_pem());
    let clients = ["RS256", "PS256", "ES256"].map(|alg| {
        format!(
            "  by-{alg}:\n    secret: file:other.secret\n    id_token_alg: {alg}\n    redirect_uris: \
             [https://rp.example/callback]\n    upstream: idp\n    claims: *claims\n"
        )
    });
    let fixture = Fixture::with_config(false, |text| {
        let keys = format!("[file:id-token.pem, file:{}]", curve.display());
        text.replace("[file:id-token.pem]", &keys) + &clients.concat()
    });
    let fixture = fixture.await;
    for library in [Library::OpenidClient, Library::Authlib] {
        for alg in ["RS256", "PS256", "ES256"] {
            let given = json!({
                "client_id": format!("by-{alg}"),
                "client_secret": OTHER_SECRET,
                "pkce": true,
                "auth_method": "client_secret_post",
                "id_token_alg": alg,
            });
            login(&fixture.url(), library, given).await;
        }
    }
    let supported =
        fixture.shop().discovery().await["id_token_signing_alg_values_supported"].clone();
    assert_eq!(supported, json!(["RS256", "PS256", "ES256"]));
    let keys = Answer::of(fixture.shop().get("/jwks")).await.json["keys"].clone();
    let algorithms: Vec<_> =
        keys.as_array().unwrap().iter().map(|key| key["alg"].clone()).collect();
    assert_eq!(algorithms, ["RS256", "ES256", "PS256"]);
}

#[tokio::test]
async fn curl_redeems_a_code_with_a_secret_that_it_does_not_encode() {
    let fixture = Fixture::start().await;
    let redeem = |code: &str, user: &str| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--noproxy", "*", "--user", user]);
        let redirect = format!("redirect_uri={CALLBACK}");
        for field in ["grant_type=authorization_code", &format!("code={code}"), &redirect] {
            curl.args(["--data-urlencode", field]);
        }
        let said = curl.arg(format!("{}/token", fixture.url())).output().expect("curl");
        serde_json::from_slice::<Value>(&said.stdout).expect("JSON")
    };
    let page = browser().follow(&fixture.shop().authorize(&[])).await;
    let code = page.told("code").expect("a code");
    // What a form decoder makes of the secret's + is not the secret.
    let almost = format!("shop:{}", SHOP_SECRET.replace('+', " "));
    assert_eq!(redeem(&code, &almost)["error"], "invalid_client");
    let tokens = redeem(&code, &format!("shop:{SHOP_SECRET}"));
    assert!(tokens["id_token"].is_string(), "{:?}", tokens["error"]);
}

/// One login of a library, which ends by redeeming its code again.
pub(crate) async fn login(issuer: &str, library: Library, given: Value) -> Value {
    login_in(&mut browser(), issuer, library, given).await
}

/// The same in this browser.
async fn login_in(person: &mut Browser, issuer: &str, library: Library, given: Value) -> Value {
    let mut login = json!({
        "issuer": issuer, "client_secret": SHOP_SECRET, "redirect_uri": CALLBACK, "scope": "openid profile"
    });
    let (login_members, given) = (login.as_object_mut().unwrap(), given.as_object().unwrap());
    login_members.extend(given.clone());

    let party = RelyingParty::start(library, &login);
    let page = person.follow(party.authorize()).await;
    let learnt = match page.location() {
        Some(callback) => party.finish(callback.as_str()),
        None => party.finish_by_form(&page.form().expect("a redirect or a form")),
    };

    NORDEA.is_who_was_told_of(&learnt["id_token"]);
    NORDEA.is_who_was_told_of(&learnt["userinfo"]);
    assert_eq!(learnt["id_token"]["acr"], LOA);
    assert_eq!(learnt["replayed"], "invalid_grant");
    learnt
}

#[tokio::test]
async fn the_openidconnect_crate_logs_in_with_basic_and_pkce() {
    let fixture = Fixture::start().await;
    log_in_by_crate(&fixture, "shop-with-pkce", AuthType::BasicAuth, true).await;
}

#[tokio::test]
async fn the_openidconnect_crate_logs_in_with_post_and_without_pkce() {
    let fixture = Fixture::start().await;
    log_in_by_crate(&fixture, "shop", AuthType::RequestBody, false).await;
}

/// Its answers are posted. The first refresh token comes again after two others, and ends all of its kind.
#[tokio::test]
async fn the_openidconnect_crate_refreshes_and_logs_out() {
    let fixture = Fixture::with_config(false, |text| {
        let may = format!(
            "  shop:\n    refresh_tokens: true\n    post_logout_redirect_uris: [{LOGGED_OUT}]\n"
        );
        text.replace("  shop:\n", &may)
    });
    let fixture = fixture.await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let fetch = |request| fetch(&http, request);
    let issuer = IssuerUrl::new(fixture.url()).unwrap();
    let metadata = ProviderMetadataWithLogout::discover_async(issuer, &fetch).await.unwrap();
    let end_session = metadata.additional_metadata().end_session_endpoint.clone().expect("one");
    let secret = ClientSecret::new(SHOP_SECRET.to_owned());
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new("shop".to_owned()),
        Some(secret),
    )
    .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap())
    .set_auth_type(AuthType::BasicAuth);

    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
    let request = request.add_scope(Scope::new("offline_access".to_owned()));
    let request = request.add_extra_param("response_mode", "form_post");
    let (url, state, nonce) = request.url();
    let mut person = browser();
    let form = person.follow(url.as_str()).await.form().expect("a posted answer");
    assert_eq!(form.field("state"), state.secret());
    let code = AuthorizationCode::new(form.field("code").to_owned());
    let first = client.exchange_code(code).unwrap().request_async(&fetch).await.expect("tokens");
    let refresh = async |tokens: &CoreTokenResponse| {
        let token = tokens.refresh_token().expect("a refresh token").clone();
        client.exchange_refresh_token(&token).unwrap().request_async(&fetch).await
    };
    let second = refresh(&first).await.expect("tokens");
    let third = refresh(&second).await.expect("tokens");
    let id_token = third.id_token().expect("an ID token").clone();
    // One that came by refreshing needs no nonce [OIDC Core §12.2].
    let no_nonce = |_: Option<&Nonce>| Ok(());
    let verifier = client.id_token_verifier();
    let subject = id_token.claims(&verifier, no_nonce).expect("a valid ID token").subject().clone();
    let before = first.id_token().unwrap().claims(&verifier, &nonce).expect("a valid ID token");
    assert_eq!(&subject, before.subject());
    for used in [&first, &third] {
        let Err(RequestTokenError::ServerResponse(refused)) = refresh(used).await else {
            panic!("a refresh token of a family that was stolen is good")
        };
        assert_eq!(refused.error().to_string(), "invalid_grant");
    }

    let logout = LogoutRequest::from(end_session)
        .set_id_token_hint(&id_token)
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(LOGGED_OUT.to_owned()).unwrap())
        .set_state(CsrfToken::new("a b+&é".to_owned()));
    let left = person.follow(logout.http_get_url().as_str()).await;
    assert!(left.location().expect("a redirect").as_str().starts_with(LOGGED_OUT));
    assert_eq!(left.told("state").as_deref(), Some("a b+&é"));
    let asked = format!("{}/logout?client_id=shop", fixture.url());
    assert!(person.get(&asked).await.body.contains("You are not logged in"));
}

/// Where the clients' people go after a logout; nothing listens there.
const LOGGED_OUT: &str = "https://rp.example/callback/logged-out";

/// Userinfo with every mapped claim.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mapped(Map<String, Value>);

impl AdditionalClaims for Mapped {}

async fn log_in_by_crate(fixture: &Fixture, id: &str, auth: AuthType, pkce: bool) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let fetch = |request| fetch(&http, request);
    let issuer = IssuerUrl::new(fixture.url()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &fetch).await.unwrap();
    let secret = ClientSecret::new(SHOP_SECRET.to_owned());
    let client =
        CoreClient::from_provider_metadata(metadata, ClientId::new(id.to_owned()), Some(secret))
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap())
            .set_auth_type(auth);

    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let mut request = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scope(Scope::new("profile".to_owned()));
    // Its verifier can be used once, so this keeps the text for the second attempt.
    let proof = pkce.then(PkceCodeChallenge::new_random_sha256);
    if let Some((challenge, _)) = &proof {
        request = request.set_pkce_challenge(challenge.clone());
    }
    let (url, state, nonce) = request.url();
    let page = browser().follow(url.as_str()).await;
    assert_eq!(page.told("state").as_ref(), Some(state.secret()));
    let code = page.told("code").expect("a code");
    let redeem = || {
        let mut request = client.exchange_code(AuthorizationCode::new(code.clone())).unwrap();
        if let Some((_, verifier)) = &proof {
            let verifier = openidconnect::PkceCodeVerifier::new(verifier.secret().clone());
            request = request.set_pkce_verifier(verifier);
        }
        request
    };

    let tokens = redeem().request_async(&fetch).await.expect("tokens");
    let id_token = tokens.id_token().expect("an ID token");
    let claims = id_token.claims(&client.id_token_verifier(), &nonce).expect("a valid ID token");
    assert_eq!(claims.auth_context_ref().map(|acr| acr.as_str()), Some(LOA));
    let subject = Some(claims.subject().clone());
    let userinfo: UserInfoClaims<Mapped, CoreGenderClaim> = client
        .user_info(tokens.access_token().clone(), subject)
        .unwrap()
        .request_async(&fetch)
        .await
        .expect("userinfo of the same subject");
    NORDEA.is_who_was_told_of(&serde_json::to_value(&userinfo).unwrap());

    let Err(RequestTokenError::ServerResponse(refused)) = redeem().request_async(&fetch).await
    else {
        panic!("the code was redeemed again")
    };
    assert_eq!(refused.error().to_string(), "invalid_grant");
}

async fn fetch(
    http: &reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, reqwest::Error> {
    let answer = http.execute(request.try_into()?).await?;
    let mut response = HttpResponse::new(vec![]);
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await?.to_vec();
    Ok(response)
}
