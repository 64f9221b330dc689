//! What every page is built around: no script, no file from elsewhere, legible on a phone.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A whole page with `content`, in the language of this tag.
pub(crate) fn html_page(language: &str, title: &str, style: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { main { (content) } }
        }
    }
}

/// The media type of a page.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
