//! Whether a person goes somewhere, or a page fetches something behind their back.

use actix_web::http::header::HeaderMap;
use silta_broker::Window;

/// Where the answer to a request is shown; `None` for an image, a script, a fetch, or what the browser
/// loads in advance. Older browsers and programs do not say; they count as people [Fetch Metadata §2].
pub(super) fn window(headers: &HeaderMap) -> Option<Window> {
    let says = |name: &str, wanted: &str| {
        headers
            .get(name)
            .is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let in_advance = headers.get("sec-purpose").is_some_and(|value| {
        let octets = value.as_bytes();
        octets.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"prefetch"))
    });
    if in_advance || !says("sec-fetch-mode", "navigate") {
        return None;
    }
    if says("sec-fetch-dest", "document") {
        return Some(Window::Page);
    }
    let framed = says("sec-fetch-dest", "iframe") || says("sec-fetch-dest", "frame");
    framed.then_some(Window::Frame)
}

/// Whether a request is a page that a person opens.
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    window(headers) == Some(Window::Page)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn navigates(said: &[(&'static str, &'static str)]) -> bool {
        let request = said
            .iter()
            .fold(TestRequest::default(), |request, header| request.insert_header(*header));
        is_navigation(request.to_http_request().headers())
    }

    #[test]
    fn a_page_that_a_person_opens_is_one() {
        assert!(navigates(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]));
        assert!(navigates(&[("sec-fetch-mode", "navigate")]));
        assert!(navigates(&[]));
    }

    #[test]
    fn what_a_page_loads_by_itself_is_none() {
        for (mode, dest) in [
            ("no-cors", "image"),
            ("no-cors", "script"),
            ("cors", "empty"),
            ("navigate", "iframe"),
            ("navigate", "object"),
            ("websocket", "websocket"),
        ] {
            assert!(!navigates(&[("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]), "{dest}");
        }
        assert!(!navigates(&[("sec-fetch-dest", "image")]));
        assert!(!navigates(&[("sec-fetch-mode", "cors")]));
    }

    #[test]
    fn what_a_browser_loads_in_advance_is_none() {
        let page = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        for purpose in ["prefetch", "prefetch;prerender"] {
            assert!(!navigates(&[page[0], page[1], ("sec-purpose", purpose)]), "{purpose}");
        }
    }

    #[test]
    fn a_frame_is_told_from_what_else_a_page_loads() {
        for (mode, dest, expected) in [
            ("navigate", "document", Some(Window::Page)),
            ("navigate", "iframe", Some(Window::Frame)),
            ("navigate", "frame", Some(Window::Frame)),
            ("navigate", "object", None),
            ("navigate", "embed", None),
            ("no-cors", "iframe", None),
        ] {
            let request = TestRequest::default().insert_header(("sec-fetch-mode", mode));
            let request = request.insert_header(("sec-fetch-dest", dest)).to_http_request();
            assert_eq!(window(request.headers()), expected, "{mode} {dest}");
        }
    }
}
