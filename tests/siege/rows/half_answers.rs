//! Row 3: long answers at the ACS of which the last octet never comes.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::{Answers, LoginStarter, send_and_stay};
use crate::siege::rows::Sent;

/// Three waves: the longest that there are, without a cookie; many shorter ones; and the longest
/// with cookies of logins that are open.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let within = form.of(Duration::from_secs(25), Duration::from_secs(4));
    let waves = [
        (form.of(700, 150), 390_000, 0),
        (form.of(2_000, 200), 120_000, 0),
        (form.of(700, 150), 390_000, form.of(100, 20)),
    ];
    let (mut told, mut wrong) = (vec![], vec![]);
    for (many, length, logins) in waves {
        let cookies = cookies(deployment, logins).await;
        let mut lines = JoinSet::new();
        for turn in 0..many {
            let cookie = cookies.get(turn % cookies.len().max(1)).cloned().unwrap_or_default();
            let to = deployment.hostile_address();
            let (mut request, body) = half_of(length, &cookie);
            request.extend_from_slice(&body);
            let request = Arc::new(request);
            lines.spawn(async move { send_and_stay(to, &request, within).await });
        }
        let mut answers = Answers::default();
        for ended in lines.join_all().await {
            answers.add(ended.status);
        }
        // Longer than an answer may be; a connection that had to make room gets none, or what a proxy
        // says of that.
        wrong.extend(answers.beside(&["413", "no answer", "502"]));
        told.push(format!("{many} of {length} octets, {logins} cookies: {answers}"));
    }
    Sent { what: told.join("; "), wrong, open: 0 }
}

/// Header lines of logins that were begun for this.
async fn cookies(deployment: &Deployment, many: usize) -> Vec<String> {
    let beginner = LoginStarter::at(deployment);
    let mut cookies = vec![];
    for _ in 0..many {
        cookies.extend(beginner.begin().await.map(|begun| begun.cookie));
    }
    cookies
}

/// A head that announces `length` octets, and all of them but the last.
fn half_of(length: usize, cookie: &str) -> (Vec<u8>, Vec<u8>) {
    let head = format!(
        "POST /saml/idp/acs HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n{cookie}\r\n"
    );
    let field = "SAMLResponse=";
    let body = format!("{field}{}", "a".repeat(length - 1 - field.len()));
    (head.into_bytes(), body.into_bytes())
}
