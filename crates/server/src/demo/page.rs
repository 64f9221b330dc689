//! What the demo's pages look like.

use actix_web::HttpResponse;
use maud::Markup;

use crate::html_page::{HTML, html_page};

/// A page with `content`.
pub(super) fn show(title: &str, content: &Markup) -> HttpResponse {
    let page = html_page("en", title, STYLE, content);
    HttpResponse::Ok().content_type(HTML).body(page.into_string())
}

const STYLE: &str = "body{font:1.05rem/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#f4f5f7}\
main{max-width:62rem;margin:2rem auto;padding:2rem 1.5rem;background:#fff;border-radius:.5rem}\
h1{font-size:1.6rem;margin:.2rem 0 1rem}h2{font-size:1.1rem}\
.tag{display:inline-block;margin:0;padding:.1rem .6rem;border-radius:1rem;background:#fff0c2;font-size:.85rem}\
button,a.button{font:inherit;display:inline-block;padding:.6rem 1.2rem;border:0;border-radius:.3rem;\
background:#003479;color:#fff;text-decoration:none;cursor:pointer}\
button.person{display:block;width:100%;margin:.4rem 0;text-align:left;background:#e8eefb;color:#003479}\
button.quiet{background:none;color:#003479;text-decoration:underline;padding-left:0}\
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1.5rem}\
dl{margin:0}dt{font-size:.8rem;color:#555;margin-top:.5rem;overflow-wrap:anywhere}\
dd{margin:0;overflow-wrap:anywhere}.empty{color:#767676}";
