//! What is wrong is told once, where it stands, and without its consequences.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{Document, People};

/// A file without a mistake, in which each line can be replaced.
const GOOD: &str = "\
public_url: https://login.example
store: memory
keys:
  id_token: [env:A]
  saml_signing: [{ key: env:A, certificate: env:B }]
  saml_encryption: [{ key: env:A, certificate: env:B }]
  seal: [env:A]
  subject: env:A
upstreams:
  idp:
    profile: suomifi-test
    signing_certificates: [env:A]
clients:
  shop:
    secret: env:A
    redirect_uris: [https://shop.example/callback]
    upstream: idp
    min_acr: http://ftn.ficora.fi/2017/loa3
    claims:
      name: displayName
";

/// What is said of a text: a line each.
fn said(text: &str) -> Vec<String> {
    let problems = match Document::parse("f", text) {
        Err(problems) => problems,
        Ok(document) => match document.read(|_| Some(())) {
            Ok(((), problems)) | Err(problems) => problems,
        },
    };
    problems.to_string().lines().map(str::to_owned).collect()
}

/// The good file with one part replaced.
#[track_caller]
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from}");
    said(&GOOD.replacen(from, to, 1))
}

#[test]
fn nothing_is_said_of_a_good_file() {
    assert_eq!(said(GOOD), [""; 0]);
}

#[test]
fn a_cause_is_told_and_its_consequences_are_not() {
    for (from, to, told) in [
        (
            "    upstream: idp",
            "    upstrem: idp",
            "f:17:5  clients.shop.upstrem: upstrem is not a key that is known here; did you mean upstream?",
        ),
        (
            "profile: suomifi-test",
            "profile: suomfi-test",
            "f:11:14  upstreams.idp.profile: it is not a word that is known here; did you mean suomifi-test?",
        ),
        (
            "profile: suomifi-test",
            "proflie: suomifi-test",
            "f:11:5  upstreams.idp.proflie: proflie is not a key that is known here; did you mean profile?",
        ),
        (
            "upstreams:",
            "upstraems:",
            "f:9:1  upstraems: upstraems is not a key that is known here; did you mean upstreams?",
        ),
        (
            "clients:",
            "client:",
            "f:13:1  client: client is not a key that is known here; did you mean clients?",
        ),
        (
            "    upstream: idp",
            "    upstream: pdi",
            "f:17:15  clients.shop.upstream: it is not the name of an upstream; write idp",
        ),
        (
            "    upstream: idp",
            "    upstreams: { idp: {} }",
            "f:18:5  clients.shop.min_acr: it says nothing without upstream; write it below each of upstreams for which it holds",
        ),
        (
            "    profile:",
            "    protocol: samll\n    profile:",
            "f:11:15  upstreams.idp.protocol: it is not a word that is known here; did you mean saml?",
        ),
        (
            "    profile:",
            "    protocl: oidc\n    issuer: https://op.example\n    profile:",
            "f:11:5  upstreams.idp.protocl: protocl is not a key that is known here; did you mean protocol?",
        ),
        (
            "public_url: https://login.example",
            "issuer: https://login.example",
            "f:1:1  issuer: issuer is not a key that is known here; did you mean public_url?",
        ),
        (
            "  seal: [env:A]\n",
            "",
            "f:4:3  keys: seal is missing; add seal: a list of references to 32 octets in base64; the first one seals",
        ),
    ] {
        assert_eq!(changed(from, to), [told], "{to}");
    }
}

/// With providers by OpenID Connect alone.
const OIDC: &str = "\
public_url: https://login.example
store: memory
keys: { id_token: [env:A], seal: [env:A], subject: env:A }
upstreams:
  op:
    protocol: oidc
    issuer: https://op.example
    client_id: silta
    client_secret: env:A
    loa: [low]
    subject: [mail]
clients:
  shop:
    secret: env:A
    redirect_uris: [https://shop.example/callback]
    upstream: op
    claims: { email: mail }
";

#[test]
fn keys_of_saml_are_asked_for_where_saml_is_used() {
    assert_eq!(said(OIDC), [""; 0]);
    let missing = |name: &str, rest: &str| {
        format!(
            "f:3:7  keys: {name} is missing; add {name}: a list of key: and certificate: references; {rest}"
        )
    };
    let signing = missing("saml_signing", "the first signs");
    let vpn = "service_providers:\n  vpn:\n    entity_id: urn:vpn\n    acs: http://127.0.0.1:35001\n    \
               requests: unsigned\n    upstream: op\n    min_acr: low\n    allow: everyone\n    \
               attributes: { mail: mail }\n";
    assert_eq!(said(&format!("{OIDC}{vpn}")), std::slice::from_ref(&signing));
    let idp = "upstreams:\n  idp: { profile: suomifi-test, signing_certificates: [env:A] }\n";
    let both = said(&OIDC.replace("upstreams:\n", idp));
    assert_eq!(both, [signing, missing("saml_encryption", "all decrypt")]);
    let misspelt = said(&OIDC.replace("protocol: oidc", "protocl: oidc"));
    assert_eq!(misspelt.len(), 1, "{misspelt:?}");
}

#[test]
fn whoever_forgot_to_say_oidc_is_not_told_to_make_saml_keys() {
    let asks_for_keys = |text: &str| said(text).iter().any(|line| line.contains("saml_signing"));
    let forgotten = OIDC.replace("    protocol: oidc\n", "");
    let told = said(&forgotten);
    assert!(told.iter().any(|line| line.contains("it belongs to protocol: oidc")), "{told:#?}");
    assert!(!asks_for_keys(&forgotten), "{told:#?}");
    // What could be either, or has keys of both, is what it says by saying nothing.
    for section in
        ["loa: [low]\n    subject: [mail]", "entity_id: urn:idp\n    issuer: https://op.example"]
    {
        let (before, rest) = forgotten.split_once("    issuer:").unwrap();
        let (_, clients) = rest.split_once("clients:").unwrap();
        let text = format!("{before}    {section}\nclients:{clients}");
        assert!(asks_for_keys(&text), "{text}");
    }
}

/// The effective file of the good one with these lines more of its upstream.
fn effective(upstream: &str) -> String {
    let profile = "    profile: suomifi-test\n";
    let text = GOOD.replacen(profile, &format!("{profile}{upstream}"), 1);
    assert_eq!(said(&text), [""; 0], "{text}");
    Document::parse("f", &text).unwrap().effective(People::Whole)
}

/// What another profile may say is not told as missing beside it.
#[test]
fn what_no_profile_says_is_missing_though_the_profile_is_misspelt() {
    let certificates = "    signing_certificates: [env:A]\n";
    assert!(GOOD.contains(certificates));
    let text = GOOD.replace(certificates, "").replace("suomifi-test", "suomfi-test");
    assert_eq!(
        said(&text),
        [
            "f:11:5  upstreams.idp: signing_certificates is missing; add signing_certificates: \
             references to the certificates it signs with",
            "f:11:14  upstreams.idp.profile: it is not a word that is known here; did you mean \
             suomifi-test?",
        ]
    );
}

/// Otherwise a logout would go from one identity provider to another one.
#[test]
fn a_profiles_single_logout_comes_only_with_its_own_sso() {
    let sso = "    sso: { redirect: https://idp.example/sso }\n";
    let slo = "    single_logout: { post: https://idp.example/slo }\n";
    let of_profile = "testi.apro.tunnistus.fi/idp/profile/SAML2/Redirect/SLO";
    for (upstream, has_own, has_profiles) in [
        ("", false, true),
        (sso, false, false),
        (slo, true, false),
        (&format!("{sso}{slo}"), true, false),
        // What else the file has is no other identity provider's.
        ("    entity_id: https://proxy.example\n", false, true),
    ] {
        let effective = effective(upstream);
        let has = |url: &str| effective.contains(url);
        assert_eq!(
            (has("idp.example/slo"), has(of_profile)),
            (has_own, has_profiles),
            "{upstream}"
        );
        assert_eq!(effective.contains(" single_logout:\n"), has_own || has_profiles, "{upstream}");
    }
}

#[test]
fn every_mistake_of_several_is_told() {
    let text = GOOD
        .replace("memory", "memori")
        .replace("idp\n    min_acr", "pdi\n    min_acr")
        .replace("displayName", "hetu")
        .replace("suomifi-test", "suomify");
    let said = said(&text);
    let wanted = [
        "f:2:8  store",
        "f:11:14  upstreams.idp.profile",
        "f:17:15  clients.shop.upstream",
        "f:20:13  clients.shop.claims.name",
    ];
    assert_eq!(said.len(), wanted.len(), "{said:#?}");
    for (said, wanted) in said.iter().zip(wanted) {
        assert!(said.starts_with(wanted), "{said}");
    }
}

#[test]
fn an_anchor_with_a_mistake_is_told_once() {
    let text = GOOD.replace("claims:", "claims: &claims")
        + "  other:\n    secret: env:A\n    redirect_uris: [https://a.example/callback]\n    upstream: idp\n    claims: *claims\n";
    assert_eq!(said(&text), [""; 0]);
    assert_eq!(said(&text.replace("displayName", "dispalyName")).len(), 1);
}

#[test]
fn what_the_parser_takes_and_nobody_means_is_refused() {
    for (from, to, told) in [
        (
            "store: memory",
            "store: memory\nstore: memory",
            "f:3:1  store stands here twice, first on line 2; keep one of the two",
        ),
        ("  shop:", "  1234:", "f:14:3  clients: 1234 is not text; put it in quotes: \"1234\":"),
        (
            "store: memory",
            "store: !secret memory",
            "f:2:8  store: YAML tags mean nothing here; remove the word with the exclamation mark",
        ),
        (
            "      name: displayName",
            "      <<: { name: displayName }",
            "f:20:7  clients.shop.claims: << does not merge anything here; write the keys out, or give the whole section an anchor and an alias",
        ),
        ("store: memory", "store:", "f:2:1  store: it is empty; write memory"),
    ] {
        let said = changed(from, to);
        assert_eq!(said, [told], "{to}");
    }
    assert_eq!(said(""), ["f:1:1  the file is empty; begin with public_url:, or copy an example"]);
    assert_eq!(
        said("# nothing\n"),
        ["f:1:1  the file is empty; begin with public_url:, or copy an example"]
    );
    assert_eq!(
        said("a: 1\n---\nb: 2\n"),
        ["f:1:1  it is not one YAML document; write exactly one"]
    );
}

#[test]
fn aliases_that_multiply_and_lists_without_end_are_bounded() {
    let mut bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..9 {
        let one = format!("*a{}", at - 1);
        bomb = format!("{bomb}b{at}: &a{at} [{}]\n", [one.as_str(); 10].join(", "));
    }
    assert!(said(&bomb).iter().any(|line| line.contains("more than two million values")));
    let deep = format!("a: {}{}", "[".repeat(60), "]".repeat(60));
    assert!(said(&deep).iter().any(|line| line.contains("nested too deeply")), "{:?}", said(&deep));
    let deep = "- ".repeat(100_000);
    assert!(said(&deep).iter().any(|line| line.contains("nested too deeply")));
}

#[test]
fn what_might_be_a_secret_or_a_person_is_not_repeated() {
    let secret = "hunter2-is-my-password";
    let person = "210281-9988";
    for (from, to) in [
        ("secret: env:A", format!("secret: {secret}")),
        ("store: memory", format!("store: {{ redis: 'rediss://:{secret}@host' }}")),
        ("store: memory", format!("store: {{ 'rediss://:{secret}@host': }}")),
        ("subject: env:A", format!("subject: {secret}")),
        ("name: displayName", format!("name: {person}")),
        ("name: displayName", format!("name: {{ from: {person} }}")),
        ("upstream: idp", format!("upstream: {person}")),
        ("upstream: idp", format!("{person}: idp")),
        ("min_acr: http://ftn.ficora.fi/2017/loa3", format!("min_acr: {person}")),
    ] {
        let said = changed(from, &to);
        assert!(!said.is_empty(), "nothing said of {to}");
        let all = said.join("\n");
        assert!(!all.contains(secret) && !all.contains(person), "{all}");
    }
}
