//! Row 4: XML that takes longer to read than an honest message of its size.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_testkit::test_dir::TestDir;
use tokio::task::JoinSet;
use url::form_urlencoded::Serializer;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::{Answers, LoginStarter, exchange, post};
use crate::siege::rows::Sent;

/// Each answer takes a login that was begun for it.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let messages = SHAPES.map(|shape| STANDARD.encode(shape()));
    let lengths = messages.each_ref().map(String::len);
    let turn = AtomicUsize::new(0);
    let answers = answer_logins(deployment, form, move |_| {
        messages[turn.fetch_add(1, Ordering::Relaxed) % messages.len()].clone()
    });
    let answers = answers.await;
    let mut wrong = answers.beside(&["303 server_error"]);
    wrong.extend(deployment.refused_for_other_reasons(&REASONS));
    let what = format!("{lengths:?} octets of base64, {WORKERS} at a time: {answers}");
    Sent { what, wrong, open: 0 }
}

/// Begins logins and answers each with what `message` makes of it, some at a time.
pub(super) async fn answer_logins(
    deployment: &Deployment,
    form: Form,
    message: impl Fn(&crate::siege::hostile::StartedLogin) -> String + Send + Sync + 'static,
) -> Answers {
    let end = Instant::now() + form.of(Duration::from_secs(20), Duration::from_secs(4));
    let (beginner, message) = (Arc::new(LoginStarter::at(deployment)), Arc::new(message));
    let to = deployment.hostile_address();
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (beginner, message) = (beginner.clone(), message.clone());
        workers.spawn(async move {
            let (mut statuses, mut open) = (vec![], None);
            while Instant::now() < end {
                let Some(begun) = beginner.begin().await else {
                    statuses.push(None);
                    continue;
                };
                let form = [("SAMLResponse", &message(&begun)), ("RelayState", &begun.relay_state)];
                let form = Serializer::new(String::new()).extend_pairs(form).finish();
                let request = post("/saml/idp/acs", &begun.cookie, &form);
                statuses.push(exchange(&mut open, to, &request).await);
            }
            statuses
        });
    }
    let mut answers = Answers::default();
    for status in workers.join_all().await.into_iter().flatten() {
        answers.add(status);
    }
    answers
}

/// Answers as long as any may be are let in, as an operator may have to.
pub(super) fn configured(_: &TestDir, text: &str) -> String {
    text.replace("    signed: both\n", "    signed: both\n    response_limit: 385KiB\n")
}

/// What takes long in a reader that does not look out for it; each as long as a message may be.
const SHAPES: [fn() -> String; 4] = [many_prefixes, long_namespace, many_pointers, many_elements];

/// Sixty prefixes of 800 characters, all in scope of elements that each declare one more.
fn many_prefixes() -> String {
    let declared =
        (0..60).map(|number| format!(" xmlns:{}{number}=\"u:{number}\"", "p".repeat(798)));
    let declared = declared.collect::<Vec<_>>().concat();
    format!("<a{declared}>{}</a>", "<a xmlns:z=\"z:\"/>".repeat(2_800))
}

/// Elements with sixty attributes, all in one namespace of 40,000 characters.
fn long_namespace() -> String {
    let attributes = (0..60).map(|number| format!(" p:a{number}=\"\""));
    let element = format!("<a{}/>", attributes.collect::<Vec<_>>().concat());
    format!("<a xmlns:p=\"u:{}\">{}</a>", "u".repeat(40_000), element.repeat(80))
}

/// Two thousand pointers to two thousand keys.
fn many_pointers() -> String {
    let namespaces = format!("xmlns:x=\"{XENC}\" xmlns:d=\"{DS}\" xmlns:samlp=\"{SAMLP}\"");
    let pointers = "<d:RetrievalMethod URI=\"#a\"/>".repeat(1_900);
    let keys = "<x:EncryptedKey/>".repeat(2_000);
    format!("<samlp:Response {namespaces}><d:KeyInfo>{pointers}</d:KeyInfo>{keys}</samlp:Response>")
}

/// As many elements as are let through to the parser.
fn many_elements() -> String {
    let elements = "<a></a>".repeat(4_500);
    let blank = " ".repeat(60_000);
    format!("<samlp:Response xmlns:samlp=\"{SAMLP}\">{elements}{blank}</samlp:Response>")
}

/// Of the first two a name is too long; the others are read whole, and name no version.
const REASONS: [&str; 2] = ["namespace_too_long", "wrong_version"];
const WORKERS: usize = 4;
const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
