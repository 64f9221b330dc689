//! A login without a browser: follow redirects, submit forms, keep cookies.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response};
use url::Url;

/// Walks from `start` until a redirect leads to `goal`, and returns that address; forms are
/// submitted with the first button they have.
pub(super) async fn walk(http: &Client, start: &str, goal: &str) -> anyhow::Result<Url> {
    let mut jar = BTreeMap::new();
    let mut next = http.get(start);
    for _ in 0..STEPS {
        let response = send(next, &mut jar).await?;
        let here = response.url().clone();
        if let Some(location) = response.headers().get(LOCATION) {
            let to = here.join(location.to_str()?)?;
            if to.as_str().starts_with(goal) {
                return Ok(to);
            }
            next = http.get(to);
            continue;
        }
        let status = response.status();
        let page = response.text().await?;
        let form = Form::first(&page).with_context(|| format!("{here} answered {status}"))?;
        next = http.post(here.join(&form.action)?).form(&form.fields);
    }
    bail!("the login did not end")
}

/// Ports are different origins, but not different hosts: one jar serves them all, as in a browser.
async fn send(
    request: RequestBuilder,
    jar: &mut BTreeMap<String, String>,
) -> anyhow::Result<Response> {
    let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let response = request.header(COOKIE, cookies.join("; ")).send().await?;
    for cookie in response.headers().get_all(SET_COOKIE) {
        let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }
    Ok(response)
}

/// A form of one of the demo's own pages.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    fn first(page: &str) -> Option<Self> {
        let (_, form) = page.split_once("<form")?;
        let (form, _) = form.split_once("</form>")?;
        let (head, body) = form.split_once('>')?;
        let mut fields: Vec<_> = body
            .split("<input")
            .skip(1)
            .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
            .collect();
        let button = body.split("<button").nth(1)?;
        if let (Some(name), Some(value)) = (attribute(button, "name"), attribute(button, "value")) {
            fields.push((name, value));
        }
        Some(Self { action: attribute(head, "action")?, fields })
    }
}

/// An attribute of the first tag of `text`, unescaped.
fn attribute(text: &str, name: &str) -> Option<String> {
    let tag = text.split('>').next()?;
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = value.split_once('"')?;
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    Some(plain.iter().fold(value.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain)))
}

/// A login takes six steps.
const STEPS: usize = 12;
