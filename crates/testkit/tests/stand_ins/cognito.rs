//! What the user pool asks, and what it refuses.

use jiff::SignedDuration;
use serde_json::{Value, json};
use silta_testkit::back_channel::CallError;
use silta_testkit::cognito::{
    AppRequest, Attribute, Cognito, CognitoConfigError, CognitoError, Endpoint, Pool,
    Provider as Settings, SignedIn, UserInfoMethod,
};
use silta_testkit::id_token::IdTokenError;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::provider::{Change, ISSUER, NOON, OTHER, Provider, jwk, says};

pub(crate) fn pool() -> Pool {
    let attributes = ["given_name", "custom:FI_KotikuntaKuntanro"].map(Attribute::new).to_vec();
    let domain = "pool.auth.example".to_owned();
    Pool { id: "eu-north-1_Example".to_owned(), domain, attributes }
}

pub(crate) fn settings() -> Settings {
    let mapping = [
        ("username", "sub"),
        ("given_name", "given_name"),
        ("custom:FI_KotikuntaKuntanro", "municipality"),
    ];
    Settings {
        name: "Suomi.fi".to_owned(),
        client_id: "silta-client".to_owned(),
        client_secret: "a secret".to_owned(),
        oidc_issuer: ISSUER.to_owned(),
        authorize_scopes: "openid profile".to_owned(),
        attributes_request_method: UserInfoMethod::Get,
        mapping: mapping.map(|(key, claim)| (key.to_owned(), claim.to_owned())).to_vec(),
    }
}

pub(crate) async fn cognito(provider: &Provider) -> Cognito {
    Cognito::create(provider.clone(), pool(), settings()).await.unwrap()
}

pub(crate) async fn log_in(cognito: &mut Cognito) -> Result<SignedIn, CognitoError> {
    answer(cognito, &[("code", "c1")]).await
}

/// Begins a login, and answers it a second later with these parameters and its state.
async fn answer(cognito: &mut Cognito, params: &[(&str, &str)]) -> Result<SignedIn, CognitoError> {
    let state = sent_state(&cognito.authorize(&app(), NOON));
    let query =
        Serializer::new(String::new()).extend_pairs(params).append_pair("state", &state).finish();
    cognito.idpresponse(&query, NOON + SignedDuration::from_secs(1)).await
}

fn app() -> AppRequest {
    AppRequest {
        client_id: "app".to_owned(),
        redirect_uri: "https://app.example/back".to_owned(),
        state: "where the person was".to_owned(),
    }
}

fn sent_state(url: &Url) -> String {
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[tokio::test]
async fn a_configuration_that_breaks_a_rule_is_refused_by_it() {
    type Change = fn(&mut Pool, &mut Settings);
    let rules: [(CognitoConfigError, Change); 16] = [
        (CognitoConfigError::ProviderName, |_, it| it.name.clear()),
        (CognitoConfigError::ProviderName, |_, it| it.name = "a".repeat(33)),
        (CognitoConfigError::Credentials, |_, it| it.client_id.clear()),
        (CognitoConfigError::Credentials, |_, it| it.client_secret.clear()),
        (CognitoConfigError::TrailingSlash, |_, it| it.oidc_issuer.push('/')),
        (CognitoConfigError::NotHttps("issuer"), |_, it| {
            it.oidc_issuer = "http://op.example".to_owned();
        }),
        (CognitoConfigError::Port("issuer", 8443), |_, it| it.oidc_issuer.push_str(":8443")),
        (CognitoConfigError::NoOpenidScope, |_, it| it.authorize_scopes = "profile".to_owned()),
        (CognitoConfigError::TooManyAttributes, |pool, _| {
            pool.attributes.extend((0..50).map(|n| Attribute::new(&format!("custom:{n}"))));
        }),
        (CognitoConfigError::AttributeName("twenty_one_characters".to_owned()), |pool, _| {
            pool.attributes.push(Attribute::new("custom:twenty_one_characters"));
        }),
        (CognitoConfigError::AttributeName(String::new()), |pool, _| {
            pool.attributes.push(Attribute::new("custom:"));
        }),
        (CognitoConfigError::MappingKey(String::new()), |_, it| it.mapping[1].0.clear()),
        (CognitoConfigError::MappingKey("k".repeat(33)), |_, it| it.mapping[1].0 = "k".repeat(33)),
        (CognitoConfigError::NoSuchAttribute("custom:new".to_owned()), |_, it| {
            it.mapping[1].0 = "custom:new".to_owned();
        }),
        (CognitoConfigError::OtherIssuer, |_, it| it.oidc_issuer = "https://OP.example".to_owned()),
        (CognitoConfigError::OtherIssuer, |_, it| it.oidc_issuer.push_str(":443")),
    ];
    for (rule, change) in rules {
        let (mut pool, mut settings) = (pool(), settings());
        change(&mut pool, &mut settings);
        let created = Cognito::create(Provider::good(), pool, settings).await;
        assert_eq!(created.unwrap_err(), rule);
    }
}

#[tokio::test]
async fn a_discovery_document_that_breaks_a_rule_is_refused_by_it() {
    let rules: [(CognitoConfigError, Change); 5] = [
        (CognitoConfigError::OtherIssuer, |it| {
            it.discovery["issuer"] = "https://op.example/".into();
        }),
        (CognitoConfigError::NotHttps("jwks_uri"), |it| {
            it.discovery["jwks_uri"] = "http://a/b".into();
        }),
        (CognitoConfigError::Port("token_endpoint", 444), |it| {
            it.discovery["token_endpoint"] = "https://op.example:444/token".into();
        }),
        (CognitoConfigError::NoEndpoint("userinfo_endpoint"), |it| {
            it.discovery["userinfo_endpoint"] = Value::Null;
        }),
        (CognitoConfigError::Discovery(CallError::Status(404)), |it| {
            it.instead = Some(("/.well-known/openid-configuration", Ok(says(404, &json!({})))));
        }),
    ];
    for (rule, change) in rules {
        let provider = Provider::good();
        provider.change(change);
        assert_eq!(Cognito::create(provider, pool(), settings()).await.unwrap_err(), rule);
    }
}

#[tokio::test]
async fn the_authorization_request_has_five_parameters_and_no_more() {
    let url = cognito(&Provider::good()).await.authorize(&app(), NOON);
    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "redirect_uri", "scope", "response_type", "state"]);
    let query = url.query().unwrap();
    assert!(query.contains("&scope=openid+profile&response_type=code&"), "{query}");
    let redirect = "redirect_uri=https%3A%2F%2Fpool.auth.example%2Foauth2%2Fidpresponse&";
    assert!(query.contains(redirect), "{query}");
    assert_eq!(sent_state(&url).len(), 698);
}

#[tokio::test]
async fn a_login_calls_the_provider_as_captured() {
    let provider = Provider::good();
    let signed_in = log_in(&mut cognito(&provider).await).await.unwrap();
    assert_eq!(signed_in.state, "where the person was");
    let expected = json!({
        "username": "suomi.fi_s1",
        "given_name": "Aino",
        "cognito:groups": ["eu-north-1_Example_Suomi.fi"],
        "identities": [{
            "userId": "s1", "providerName": "Suomi.fi", "providerType": "OIDC", "issuer": null,
            "primary": true
        }],
    });
    assert_eq!(Value::Object(signed_in.claims), expected);

    let token = &provider.calls("/token")[0];
    let sent: Vec<_> = token.form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let redirect_uri = "https://pool.auth.example/oauth2/idpresponse";
    assert_eq!(
        sent,
        [
            ("grant_type", "authorization_code"),
            ("code", "c1"),
            ("redirect_uri", redirect_uri),
            ("client_id", "silta-client"),
            ("client_secret", "a secret"),
        ]
    );
    assert_eq!(token.header("authorization"), None);
    let userinfo = &provider.calls("/userinfo")[0];
    assert_eq!(userinfo.method, "GET");
    assert_eq!(userinfo.header("authorization"), Some("Bearer at"));
    assert_eq!(userinfo.header("user-agent"), Some("Amazon/Cognito"));
    assert_eq!(userinfo.header("accept-encoding"), Some("gzip,deflate"));
    assert_eq!(userinfo.header("accept"), None);
}

#[tokio::test]
async fn userinfo_can_be_asked_by_post() {
    let provider = Provider::good();
    let settings = Settings { attributes_request_method: UserInfoMethod::Post, ..settings() };
    let mut cognito = Cognito::create(provider.clone(), pool(), settings).await.unwrap();
    log_in(&mut cognito).await.unwrap();
    let userinfo = &provider.calls("/userinfo")[0];
    assert_eq!((userinfo.method.as_str(), userinfo.form.len()), ("POST", 0));
    assert_eq!(userinfo.header("authorization"), Some("Bearer at"));
}

#[tokio::test]
async fn the_keys_are_fetched_for_every_id_token_so_that_a_rotation_counts_at_once() {
    let provider = Provider::good();
    let mut cognito = cognito(&provider).await;
    log_in(&mut cognito).await.unwrap();
    provider.change(|it| {
        (it.key, it.header["kid"]) = (&OTHER, "2".into());
        it.jwks["keys"][0] = jwk("2", &OTHER);
    });
    log_in(&mut cognito).await.unwrap();
    assert_eq!(provider.calls("/jwks").len(), 2);
}

#[tokio::test]
async fn a_provider_that_breaks_a_rule_is_refused_by_it() {
    const FAULT: fn(IdTokenError) -> CognitoError = CognitoError::IdToken;
    let rules: Vec<(CognitoError, Change)> = vec![
        (FAULT(IdTokenError::Unreadable), |it| it.tokens["id_token"] = "a.b.c.d.e".into()),
        (FAULT(IdTokenError::Algorithm), |it| it.header["alg"] = "none".into()),
        (FAULT(IdTokenError::Algorithm), |it| it.header["alg"] = "HS256".into()),
        (FAULT(IdTokenError::NoKid), |it| it.header = json!({ "alg": "RS256" })),
        (FAULT(IdTokenError::UnknownKid), |it| it.header["kid"] = "2".into()),
        (FAULT(IdTokenError::UnknownKid), |it| it.jwks["keys"][0]["kty"] = "EC".into()),
        (FAULT(IdTokenError::Signature), |it| it.key = &OTHER),
        (FAULT(IdTokenError::Issuer), |it| it.claims["iss"] = "https://op.example/".into()),
        (FAULT(IdTokenError::Audience), |it| it.claims["aud"] = "another".into()),
        (FAULT(IdTokenError::Audience), |it| it.claims["aud"] = json!(["another"])),
        (FAULT(IdTokenError::Expired), |it| it.claims["exp"] = (NOON.as_second() + 1).into()),
        (FAULT(IdTokenError::Expired), |it| it.claims["exp"] = Value::Null),
        (FAULT(IdTokenError::NoSub), |it| it.claims["sub"] = "".into()),
        (CognitoError::TokenResponse("id_token"), |it| it.tokens["id_token"] = Value::Null),
        (CognitoError::TokenResponse("access_token"), |it| it.tokens["access_token"] = Value::Null),
        (CognitoError::TokenResponse("token_type"), |it| it.tokens["token_type"] = "DPoP".into()),
        (CognitoError::OtherSubject, |it| it.userinfo["sub"] = "S1".into()),
        (CognitoError::OtherSubject, |it| it.userinfo = json!({})),
        (CognitoError::Call(Endpoint::Token, CallError::TimedOut), |it| {
            it.instead = Some(("/token", Err(CallError::TimedOut)));
        }),
        (CognitoError::Call(Endpoint::Token, CallError::Status(502)), |it| {
            it.instead = Some(("/token", Ok(says(502, &json!({})))));
        }),
        (CognitoError::Call(Endpoint::Token, CallError::NotJson), |it| {
            it.instead = Some(("/token", Ok(says(200, &json!([])))));
        }),
        (CognitoError::Call(Endpoint::Jwks, CallError::Unreachable), |it| {
            it.instead = Some(("/jwks", Err(CallError::Unreachable)));
        }),
        (CognitoError::Call(Endpoint::UserInfo, CallError::Status(401)), |it| {
            it.instead = Some(("/userinfo", Ok(says(401, &json!({})))));
        }),
        (CognitoError::Call(Endpoint::UserInfo, CallError::NotJson), |it| {
            let mut signed = says(200, &it.userinfo);
            signed.content_type = "application/jwt".to_owned();
            it.instead = Some(("/userinfo", Ok(signed)));
        }),
    ];
    for (rule, change) in rules {
        let provider = Provider::good();
        let mut cognito = cognito(&provider).await;
        provider.change(change);
        assert_eq!(log_in(&mut cognito).await.unwrap_err(), rule);
    }
}

#[tokio::test]
async fn an_audience_among_others_is_enough() {
    let provider = Provider::good();
    provider.change(|it| it.claims["aud"] = json!(["another", "silta-client"]));
    log_in(&mut cognito(&provider).await).await.unwrap();
}

#[tokio::test]
async fn errors_are_told_to_the_application_in_the_providers_words() {
    let provider = Provider::good();
    let mut cognito = cognito(&provider).await;
    let denied = [("error", "access_denied"), ("error_description", "(reference ABC)")];
    let description = Some("(reference ABC)".to_owned());
    let relayed = CognitoError::Relayed { error: "access_denied".to_owned(), description };
    assert_eq!(answer(&mut cognito, &denied).await.unwrap_err(), relayed);

    let body = says(400, &json!({ "error": "invalid_grant" }));
    provider.change(|it| it.instead = Some(("/token", Ok(body))));
    let error = "invalid_grant".to_owned();
    let refused = CognitoError::TokenRefused { status: 400, error, description: None };
    assert_eq!(log_in(&mut cognito).await.unwrap_err(), refused);
}

#[tokio::test]
async fn an_answer_counts_once_with_its_own_state_and_a_code() {
    let mut cognito = cognito(&Provider::good()).await;
    let soon = NOON + SignedDuration::from_secs(1);
    let missing = cognito.idpresponse("code=c1", soon).await;
    assert_eq!(missing.unwrap_err(), CognitoError::MissingState);
    let state = sent_state(&cognito.authorize(&app(), NOON));
    let padded = cognito.idpresponse(&format!("code=c1&state={state}%3D"), soon).await;
    assert_eq!(padded.unwrap_err(), CognitoError::UnknownState);
    cognito.idpresponse(&format!("code=c1&state={state}"), soon).await.unwrap();
    let again = cognito.idpresponse(&format!("code=c1&state={state}"), soon).await;
    assert_eq!(again.unwrap_err(), CognitoError::UnknownState);
    assert_eq!(answer(&mut cognito, &[]).await.unwrap_err(), CognitoError::MissingCode);
}

#[tokio::test]
async fn a_login_has_five_minutes() {
    let provider = Provider::good();
    let mut cognito = cognito(&provider).await;
    provider.change(|it| it.claims["exp"] = (NOON.as_second() + 3600).into());
    let ends = NOON + SignedDuration::from_mins(5);
    let mut at = async |when| {
        let state = sent_state(&cognito.authorize(&app(), NOON));
        cognito.idpresponse(&format!("code=c1&state={state}"), when).await
    };
    at(ends - SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(at(ends).await.unwrap_err(), CognitoError::TooLate);
}
