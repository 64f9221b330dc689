//! What is said of software that no logout reaches.

use super::mistakes::{Files, GOOD, problems};

#[test]
fn software_that_no_logout_reaches_is_doubted_where_an_upstream_logs_out() {
    let files = Files::new();
    let alb = Some("clients.alb.preset: after a logout the load balancer's own session lives on");
    let cognito = Some("clients.alb.preset: after a logout Cognito's own session lives on");
    let told = "backchannel_logout_uri: https://app.example/told";
    let after = "post_logout_redirect_uris: [https://app.example/out]";
    for (preset, more, upstream, doubt) in [
        ("alb", "", "suomifi", alb),
        ("alb", after, "suomifi", alb),
        ("alb", "refresh_tokens: true", "suomifi", None),
        ("alb", told, "suomifi", None),
        // Neither logs out as it stands in the file.
        ("alb", "", "idp", None),
        ("alb", "", "op", None),
        ("alb", "", "op-that-logs-out", alb),
        ("cognito", "", "suomifi", cognito),
        ("cognito", "", "idp", None),
        ("cognito", told, "suomifi", None),
        ("cognito", after, "suomifi", None),
    ] {
        let op = format!("{OP}\n    logout: true");
        let text = GOOD.replacen(OP, if upstream == "op-that-logs-out" { &op } else { OP }, 1);
        let upstream = upstream.trim_end_matches("-that-logs-out");
        let client = format!(
            "    preset: {preset}\n    {more}\n    upstream: {upstream}\n    \
             claims: {{ email: {{ from: mail, emit_empty: true }} }}"
        );
        assert!(text.contains(CLIENT), "{text}");
        let said = problems(&text.replacen(CLIENT, &client, 1), &files).to_string();
        assert_eq!(said.lines().count(), usize::from(doubt.is_some()), "{said}");
        assert!(said.contains(doubt.unwrap_or_default()), "{preset} {more} {upstream}: {said}");
        assert_eq!(said.contains("doubtful"), doubt.is_some(), "{said}");
    }
}

const OP: &str = "    issuer: https://op.example";
const CLIENT: &str = "    upstream: idp\n    claims: { email: mail }";
