//! Addresses after a logout that are nearly a registered one, or nothing of the kind.

use crate::logout_fixture::{AFTER_LOGOUT, Deployment, REDIRECT, browser};

/// Two hundred and more, made by rule of the registered URI: each part of it changed, moved, doubled or left
/// out, written in other ways, and put behind, before or into somebody else's.
pub(crate) fn hostile_uris(registered: &str) -> Vec<String> {
    let (scheme, rest) = registered.split_once("://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let (path, query) = path.split_once('?').unwrap();
    let whole = |scheme: &str, host: &str, path: &str| format!("{scheme}://{host}/{path}");
    let evil = "evil.example";
    let mut uris = vec![];

    // Other schemes, and other ways to write this one.
    for scheme in ["http", "HTTPS", "javascript", "data", "file", "ftp", "blob", "intent", ""] {
        uris.push(whole(scheme, host, &format!("{path}?{query}")));
    }
    for start in
        ["//", "/", "///", "\\\\", "/\\", "https:", "https:/", "https:///", "https:\\\\", "?", "#"]
    {
        uris.push(format!("{start}{rest}"));
        uris.push(format!("{start}{evil}/"));
    }
    // Other hosts, and other ways to write this one.
    for host in [
        evil.to_owned(),
        format!("{host}.{evil}"),
        format!("{evil}.{host}"),
        format!("{host}@{evil}"),
        format!("{evil}@{host}"),
        format!("a@b@{host}"),
        format!("user:password@{host}"),
        format!("{host}:443"),
        format!("{host}:8443"),
        format!("{host}:"),
        format!("{host}."),
        format!("{host}%2e"),
        format!("{evil}\\@{host}"),
        format!("{evil}#@{host}"),
        format!("{evil}?@{host}"),
        format!("{evil}\\.{host}"),
        format!("{evil}%00.{host}"),
        format!("{evil}%0d%0a.{host}"),
        format!("xn--{host}"),
        host.to_uppercase(),
        host.replace('e', "ｅ"),
        host.replace('e', "е"),
        host.replace('.', "。"),
        host.replace('.', "%2e"),
        format!("*.{host}"),
        format!("[::ffff:{host}]"),
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        "[::1]".to_owned(),
        "0".to_owned(),
        "2130706433".to_owned(),
        "169.254.169.254".to_owned(),
        String::new(),
    ] {
        uris.push(whole(scheme, &host, &format!("{path}?{query}")));
        uris.push(whole(scheme, &host, path));
    }
    // Other paths.
    for changed in [
        String::new(),
        format!("{path}/"),
        format!("{path}//"),
        format!("/{path}"),
        format!("./{path}"),
        format!("x/../{path}"),
        format!("x/%2e%2e/{path}"),
        format!("..;/{path}"),
        format!("{path}/..;/"),
        format!("{path}/../{path}"),
        format!("{path}%00"),
        format!("{path}%0a"),
        format!("{path}%20"),
        format!("{path};a=b"),
        format!("{path}x"),
        path[1..].to_owned(),
        path.to_uppercase(),
        path.replacen('l', "%6c", 1),
        path.replacen('l', "%256c", 1),
        format!("{path}/*"),
        "*".to_owned(),
        "callback".to_owned(),
    ] {
        uris.push(whole(scheme, host, &format!("{changed}?{query}")));
        uris.push(whole(scheme, host, &changed));
    }
    // Other queries and fragments.
    for tail in [
        String::new(),
        "?".to_owned(),
        format!("?{query}&"),
        format!("?{query}&foo=bar"),
        format!("?foo=bar&{query}"),
        format!("?{query}&{query}"),
        format!("?{query}&state=x"),
        format!("?{query}%26"),
        format!("?{query}#"),
        format!("?{query}#top"),
        format!("#?{query}"),
        format!("??{query}"),
        format!("?{}", query.to_uppercase()),
        format!("?{}", query.replace('=', "%3d")),
        format!("?{query}&next=https://{evil}/"),
        format!("?{query}%0d%0aLocation:%20https://{evil}/"),
    ] {
        uris.push(format!("{scheme}://{host}/{path}{tail}"));
    }
    // Octets before and behind it.
    for octet in [
        "\t", "\n", "\r\n", " ", "\u{a0}", "\u{200b}", "\u{feff}", "\u{2028}", "%20", "%09", "'",
        "\"", "<", ">", "`", "{", "}", "|", "^", "\\",
    ] {
        uris.push(format!("{registered}{octet}"));
        uris.push(format!("{octet}{registered}"));
        uris.push(format!("{scheme}://{octet}{host}/{path}?{query}"));
    }
    // Others that carry it.
    for other in [
        format!("https://{evil}/{registered}"),
        format!("https://{evil}/?{registered}"),
        format!("https://{evil}/#{registered}"),
        format!("https://{evil}?next={registered}"),
        format!("{registered} https://{evil}/"),
        format!("{registered},https://{evil}/"),
        format!("{registered};https://{evil}/"),
        format!("javascript:alert(1)//{registered}"),
        format!("javascript:location='https://{evil}/'//{registered}"),
        format!("data:text/html,<script>location='{registered}'</script>"),
        format!("vbscript:x//{registered}"),
        "javascript:alert(document.cookie)".to_owned(),
        "data:text/html;base64,PHNjcmlwdD4=".to_owned(),
        "about:blank".to_owned(),
        "view-source:https://evil.example/".to_owned(),
        "mailto:a@evil.example".to_owned(),
        "x".to_owned(),
        "null".to_owned(),
        "undefined".to_owned(),
    ] {
        uris.push(other);
    }
    uris
}

/// Neither with a hint nor without one, and never by a link on the page.
#[tokio::test]
async fn no_hostile_address_is_gone_to_after_a_logout() {
    let deployment = Deployment::start(REDIRECT);
    let mut browser = browser();
    let login = deployment.login_in(&mut browser, 1).await;
    let tokens = deployment.shop().redeem(&login.code).await;
    let uris = hostile_uris(AFTER_LOGOUT);
    let distinct: std::collections::BTreeSet<_> = uris.iter().collect();
    assert!(distinct.len() >= 200, "{}", distinct.len());
    assert!(!uris.iter().any(|uri| uri == AFTER_LOGOUT));
    let (hint, client) = (("id_token_hint", tokens.text("id_token")), ("client_id", "shop"));
    for uri in &uris {
        for by in [hint, client] {
            let address = ("post_logout_redirect_uri", uri.as_str());
            let page = browser.get(&deployment.logout_url(&[by, address, ("state", "x")])).await;
            assert_eq!((page.status.as_u16(), page.location()), (400, None), "{uri}");
            assert!(!page.body.contains("href") && page.form().is_none(), "{uri}");
        }
    }
    // Nothing has ended, and the registered one is gone to.
    assert_eq!(deployment.shop().userinfo(tokens.text("access_token")).await.status, 200);
}
