//! The `claims` parameter [OIDC Core §5.5].

use serde_json::{Map, Value};

use crate::{
    op::authorize::AuthorizeRuleError,
    wire::{json::read_object, params::Params},
};

/// What a request asks for by `claims`. Whether a claim is wished for the ID token or for userinfo makes
/// no difference: both say the same of a person.
#[derive(Default)]
pub(crate) struct ClaimsRequest {
    /// The claims that are asked for by name.
    pub(crate) names: Vec<String>,
    /// The wished `acr`.
    pub(crate) acr: Option<RequestedAcr>,
    /// The `sub` of the only person who will do.
    pub(crate) sub: Option<String>,
}

/// A wish for `acr` [OIDC Core §5.5.1.1].
pub(crate) struct RequestedAcr {
    /// The levels that will do.
    pub(crate) values: Vec<String>,
    /// Whether no other will.
    pub(crate) essential: bool,
}

impl ClaimsRequest {
    /// Reads the parameter. Members that we do not know are ignored, as [OIDC Core §5.5] wants.
    pub(crate) fn read(params: &Params) -> Result<Self, AuthorizeRuleError> {
        let Some(text) = params.one("claims")? else { return Ok(Self::default()) };
        let members = read_object(text.as_bytes(), MAX_LENGTH);
        let members = members.map_err(|_| AuthorizeRuleError::Claims)?;
        let mut request = Self::default();
        for place in ["id_token", "userinfo"] {
            match members.get(place) {
                None | Some(Value::Null) => {}
                Some(Value::Object(claims)) => request.add(claims)?,
                Some(_) => return Err(AuthorizeRuleError::Claims),
            }
        }
        Ok(request)
    }

    fn add(&mut self, claims: &Map<String, Value>) -> Result<(), AuthorizeRuleError> {
        for (name, wish) in claims {
            let wish = Wish::read(wish)?;
            match name.as_str() {
                // Nobody can have an `acr` or `sub` that is no text.
                "acr" | "sub" if wish.is_unmeetable => return Err(AuthorizeRuleError::Claims),
                "acr" => self.acr = Some(self.joined_acr(wish)?),
                "sub" => self.add_sub(&wish)?,
                _ if self.names.contains(name) => {}
                _ => self.names.push(name.clone()),
            }
        }
        Ok(())
    }

    /// Of two wishes the essential one counts; both at once must agree.
    fn joined_acr(&mut self, wish: Wish) -> Result<RequestedAcr, AuthorizeRuleError> {
        let new = RequestedAcr { values: wish.values, essential: wish.essential };
        match self.acr.take() {
            Some(old) if old.essential && new.essential && old.values != new.values => {
                Err(AuthorizeRuleError::Claims)
            }
            Some(old) if old.essential => Ok(old),
            Some(_) | None => Ok(new),
        }
    }

    fn add_sub(&mut self, wish: &Wish) -> Result<(), AuthorizeRuleError> {
        match (wish.values.as_slice(), &self.sub) {
            ([], _) => Ok(()),
            ([sub], None) => {
                self.sub = Some(sub.clone());
                Ok(())
            }
            ([sub], Some(known)) if sub == known => Ok(()),
            // Nobody is two people.
            _ => Err(AuthorizeRuleError::Claims),
        }
    }
}

/// What is wished of one claim.
struct Wish {
    values: Vec<String>,
    essential: bool,
    /// A value is wished, and one of them is no text, or there is none.
    is_unmeetable: bool,
}

impl Wish {
    fn read(wish: &Value) -> Result<Self, AuthorizeRuleError> {
        let members = match wish {
            Value::Null => {
                return Ok(Self { values: vec![], essential: false, is_unmeetable: false });
            }
            Value::Object(members) => members,
            _ => return Err(AuthorizeRuleError::Claims),
        };
        let essential = match members.get("essential") {
            None => false,
            Some(essential) => essential.as_bool().ok_or(AuthorizeRuleError::Claims)?,
        };
        let wished = match (members.get("value"), members.get("values")) {
            (None, None) => return Ok(Self { values: vec![], essential, is_unmeetable: false }),
            (Some(one), None) => std::slice::from_ref(one),
            (None, Some(Value::Array(several))) => several.as_slice(),
            _ => return Err(AuthorizeRuleError::Claims),
        };
        if wished.len() > MAX_VALUES {
            return Err(AuthorizeRuleError::Claims);
        }
        // Only claims that are texts are compared with what is wished.
        let texts = wished.iter().filter_map(|value| value.as_str().map(str::to_owned));
        let values: Vec<_> = texts.collect();
        let is_unmeetable = values.is_empty() || values.len() < wished.len();
        Ok(Self { values, essential, is_unmeetable })
    }
}

/// As for every other list of a request.
const MAX_VALUES: usize = 16;
/// As long as the parameter may be.
const MAX_LENGTH: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::samples::params;

    fn read(text: &str) -> Result<ClaimsRequest, AuthorizeRuleError> {
        ClaimsRequest::read(&params([("claims", text)]))
    }

    #[test]
    fn names_and_wishes_are_read_from_both_places() {
        let request = read(
            r#"{"userinfo":{"given_name":{"essential":true},"nickname":null,"email":null},
                "id_token":{"email":{"value":"a@b.example"},"auth_time":{"essential":true},
                            "acr":{"values":["urn:b","urn:a"]},"sub":{"value":"c3Vi"}},
                "verified_claims":[1]}"#,
        );
        let request = request.unwrap();
        assert_eq!(request.names, ["email", "auth_time", "given_name", "nickname"]);
        let acr = request.acr.unwrap();
        assert_eq!((acr.values, acr.essential), (vec!["urn:b".into(), "urn:a".into()], false));
        assert_eq!(request.sub.as_deref(), Some("c3Vi"));
    }

    #[test]
    fn of_two_wishes_for_acr_the_essential_one_counts() {
        for (text, essential) in [
            (
                r#"{"id_token":{"acr":{"essential":true,"value":"urn:a"}},"userinfo":{"acr":null}}"#,
                true,
            ),
            (
                r#"{"id_token":{"acr":null},"userinfo":{"acr":{"essential":true,"value":"urn:a"}}}"#,
                true,
            ),
            (r#"{"id_token":{"acr":{"value":"urn:a"}}}"#, false),
        ] {
            let acr = read(text).unwrap().acr.unwrap();
            assert_eq!(
                (acr.values, acr.essential),
                (vec!["urn:a".to_owned()], essential),
                "{text}"
            );
        }
    }

    #[test]
    fn what_has_no_one_reading_is_refused() {
        let many = (0..17).map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(",");
        for text in [
            "{",
            "[]",
            r#"{"id_token":{},"id_token":{}}"#,
            r#"{"id_token":[]}"#,
            r#"{"userinfo":{"email":true}}"#,
            r#"{"userinfo":{"email":{"essential":"yes"}}}"#,
            r#"{"id_token":{"acr":{"value":"a","values":["b"]}}}"#,
            r#"{"id_token":{"acr":{"values":"a"}}}"#,
            &format!(r#"{{"id_token":{{"acr":{{"values":[{many}]}}}}}}"#),
            r#"{"id_token":{"acr":{"essential":true,"value":2}}}"#,
            r#"{"id_token":{"acr":{"essential":true,"values":[]}}}"#,
            r#"{"id_token":{"acr":{"values":["urn:a",2]}}}"#,
            r#"{"id_token":{"sub":{"value":5}}}"#,
            r#"{"id_token":{"sub":{"values":["a","b"]}}}"#,
            r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
            r#"{"id_token":{"acr":{"essential":true,"value":"a"}},
                "userinfo":{"acr":{"essential":true,"value":"b"}}}"#,
        ] {
            assert_eq!(read(text).err(), Some(AuthorizeRuleError::Claims), "{text}");
        }
        let nested = format!("{}{}", "{\"a\":".repeat(400), "}".repeat(400));
        assert_eq!(read(&nested).err(), Some(AuthorizeRuleError::Claims));
        assert!(read("{}").is_ok());
        // What other claims may be is for their readers.
        assert!(read(r#"{"id_token":{"updated_at":{"essential":true,"value":5}}}"#).is_ok());
    }
}
