//! What the demo's pages look like.

use actix_web::{HttpResponse, HttpResponseBuilder};
use maud::Markup;

use super::texts::Text;
use crate::html_page::{HTML, html_page};
use crate::language::Language;

/// A page with `content`.
pub(super) fn show(language: Language, title: Text, content: &Markup) -> HttpResponse {
    show_with(HttpResponse::Ok(), language, title, content)
}

/// The same with another status.
pub(super) fn show_with(
    mut status: HttpResponseBuilder,
    language: Language,
    title: Text,
    content: &Markup,
) -> HttpResponse {
    let page = html_page(language.tag(), title.of(language), STYLE, content);
    status.content_type(HTML).body(page.into_string())
}

/// Where colours are forced, the border is what shows that a button is one.
const STYLE: &str = ":root{color-scheme:light dark;--text:#1a1a1a;--page:#f4f5f7;--card:#fff;--tag:#fff0c2;\
--tag-text:#1a1a1a;--button:#003479;--on-button:#fff;--choice:#e8eefb;--link:#003479;--faint:#555}\
@media(prefers-color-scheme:dark){:root{--text:#eee;--page:#161616;--card:#222;--tag:#5c4a00;--tag-text:#fff;\
--button:#9fc2ff;--on-button:#000;--choice:#2b3648;--link:#9fc2ff;--faint:#aaa}}\
body{font:1.05rem/1.5 system-ui,sans-serif;margin:0;color:var(--text);background:var(--page)}\
main{max-width:62rem;margin:2rem auto;padding:2rem 1.5rem;background:var(--card);border-radius:.5rem}\
h1{font-size:1.6rem;margin:.2rem 0 1rem}h2{font-size:1.1rem}a{color:var(--link)}\
.tag{display:inline-block;margin:0;padding:.1rem .6rem;border-radius:1rem;background:var(--tag);color:var(--tag-text);font-size:.85rem}\
button,a.button{font:inherit;display:inline-block;padding:.6rem 1.2rem;border:2px solid transparent;border-radius:.3rem;\
background:var(--button);color:var(--on-button);text-decoration:none;cursor:pointer}\
button.person{display:block;width:100%;margin:.4rem 0;text-align:left;background:var(--choice);color:var(--link)}\
button.quiet{background:none;color:var(--link);text-decoration:underline;padding-left:0}\
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1.5rem}\
dl{margin:0}dt{font-size:.8rem;color:var(--faint);margin-top:.5rem;overflow-wrap:anywhere}\
dd{margin:0;overflow-wrap:anywhere}.empty{color:var(--faint)}";
