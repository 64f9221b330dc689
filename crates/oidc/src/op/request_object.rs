//! A request object [OIDC Core §6], which is refused: only where the refusal goes is read of it.

use serde_json::{Map, Value};

use crate::{jose::jws::unverified_claims, wire::params::Params};

/// What a refused request object says, signed or not: nothing is verified. A client may send
/// `response_mode`, `state` and `redirect_uri` in it alone, so the refusal needs them. Nothing of it is
/// trusted: each value is checked as if it were a parameter, which anybody can write just as well.
pub(crate) struct RefusedRequestObject(Map<String, Value>);

impl RefusedRequestObject {
    /// The object that came as `request`; one that cannot be read says nothing.
    pub(crate) fn of(params: &Params) -> Self {
        let compact = params.one("request").ok().flatten();
        Self(compact.and_then(unverified_claims).unwrap_or_default())
    }

    /// The text that it has under this name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::samples::{params, unsigned_object};

    fn says(request: &str, name: &str) -> Option<String> {
        let object = RefusedRequestObject::of(&params([("request", request)]));
        object.text(name).map(str::to_owned)
    }

    #[test]
    fn an_object_says_where_its_refusal_goes_signed_or_not() {
        let claims = r#"{"response_mode":"form_post","state":"a \" b","max_age":1}"#;
        for signature in ["", "c2ln"] {
            let object = unsigned_object(claims) + signature;
            assert_eq!(says(&object, "response_mode").unwrap(), "form_post");
            assert_eq!(says(&object, "state").unwrap(), "a \" b");
            assert_eq!(says(&object, "max_age"), None);
            assert_eq!(says(&object, "redirect_uri"), None);
        }
    }

    #[test]
    fn what_has_no_one_reading_says_nothing() {
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let plain = encoded(r#"{"state":"x"}"#);
        for request in [
            String::new(),
            "x".to_owned(),
            format!("e30.{plain}"),
            format!("e30.{plain}.."),
            format!("e30.{plain}=."),
            format!("e30.{}.", encoded(r#"{"state":"x","state":"x"}"#)),
            format!("e30.{}.", encoded(r#"["state","x"]"#)),
            format!("e30.{}.", encoded(&"[".repeat(400))),
        ] {
            assert_eq!(says(&request, "state"), None, "{request}");
        }
        assert!(says(&format!("e30.{plain}."), "state").is_some());
    }
}
