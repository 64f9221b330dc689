//! References: the file refers to secrets, and never holds them.

mod aws;
mod versions;

use crate::description::Material;
pub use versions::{Stage, Versions};

/// A kind of place that references lead to.
#[derive(Debug)]
pub struct Scheme {
    /// What a reference begins with.
    pub prefix: &'static str,
    /// How references are written.
    pub form: &'static str,
    /// Where they lead to, in Markdown.
    pub sentence: &'static str,
    place: SchemePlace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SchemePlace {
    File,
    Variable,
    Store,
    KeyStore,
}

/// Every scheme.
pub const SCHEMES: [Scheme; 4] = [
    Scheme {
        prefix: "file:",
        form: "file:PATH",
        sentence: "a file; relative paths start at the configuration's folder (with `--config env:NAME`, at the \
                   working directory)",
        place: SchemePlace::File,
    },
    Scheme {
        prefix: "env:",
        form: "env:NAME",
        sentence: "an environment variable",
        place: SchemePlace::Variable,
    },
    aws::SECRET,
    aws::KEY,
];

/// A reference, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'t> {
    /// The path of a file.
    File(&'t str),
    /// The name of a variable.
    Variable(&'t str),
    /// A secret that others keep.
    Stored {
        /// What it begins with.
        scheme: &'static str,
        /// Its name there.
        name: &'t str,
        /// A member of it, if it is an object.
        member: Option<&'t str>,
    },
    /// A key that others keep, and use for us.
    Key {
        /// What it begins with.
        scheme: &'static str,
        /// Its name there.
        id: &'t str,
    },
}

/// What is wrong with a reference, and what to write instead. Never holds what is written: it may be the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceError {
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub instead: String,
}

impl<'t> Reference<'t> {
    /// Takes a reference apart.
    ///
    /// # Errors
    /// [`ReferenceError`].
    pub fn parse(text: &'t str) -> Result<Self, ReferenceError> {
        let found = SCHEMES.iter().find_map(|one| Some((one, text.strip_prefix(one.prefix)?)));
        let Some((scheme, rest)) = found else { return Err(no_reference(text)) };
        let half = || ReferenceError {
            what: "it is half a reference".to_owned(),
            instead: format!("write {}", scheme.form),
        };
        match scheme.place {
            _ if rest.is_empty() => Err(half()),
            SchemePlace::File => Ok(Self::File(rest)),
            SchemePlace::Variable => Ok(Self::Variable(rest)),
            SchemePlace::KeyStore => Ok(Self::Key { scheme: scheme.prefix, id: rest }),
            SchemePlace::Store => {
                let (name, member) = match rest.split_once('#') {
                    Some((name, member)) => (name, Some(member)),
                    None => (rest, None),
                };
                if name.is_empty() || member.is_some_and(str::is_empty) {
                    return Err(half());
                }
                Ok(Self::Stored { scheme: scheme.prefix, name, member })
            }
        }
    }
}

/// Whether a text may hold references to what others keep.
#[must_use]
pub fn may_refer_elsewhere(text: &str) -> bool {
    let kept = |place| matches!(place, SchemePlace::Store | SchemePlace::KeyStore);
    SCHEMES.iter().any(|one| kept(one.place) && text.contains(one.prefix))
}

/// How references of a scheme are written.
#[must_use]
pub fn form_of(scheme: &str) -> &'static str {
    SCHEMES.iter().find(|one| one.prefix == scheme).map_or("a reference", |one| one.form)
}

/// Judges a reference by what it shall lead to.
pub(crate) fn check(text: &str, material: Material) -> Result<(), ReferenceError> {
    match (Reference::parse(text)?, material) {
        (Reference::Key { scheme, .. }, _) if material != Material::SigningKey => {
            Err(ReferenceError {
                what: format!("a key at {scheme} never leaves it, so it can only sign"),
                instead: format!("write {}", forms(|place| place != SchemePlace::KeyStore)),
            })
        }
        _ => Ok(()),
    }
}

fn no_reference(text: &str) -> ReferenceError {
    let what = if text.starts_with("-----BEGIN ") {
        "it is PEM itself, not a reference"
    } else {
        "it is not a reference"
    };
    let variable = text.starts_with('$') || text.starts_with("ENV:") || text.starts_with("Env:");
    let instead = if variable {
        "write env:NAME, with the name of the variable".to_owned()
    } else {
        let forms = forms(|place| place != SchemePlace::KeyStore);
        format!("write {forms}, never the secret itself")
    };
    ReferenceError { what: what.to_owned(), instead }
}

fn forms(which: impl Fn(SchemePlace) -> bool) -> String {
    let forms: Vec<_> = SCHEMES.iter().filter(|one| which(one.place)).map(|one| one.form).collect();
    match forms.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_reference_is_taken_apart() {
        let stored = |name, member| Reference::Stored { scheme: "aws-sm:", name, member };
        for (text, reference) in [
            ("file:keys/seal", Reference::File("keys/seal")),
            ("env:SEAL", Reference::Variable("SEAL")),
            ("aws-sm:silta/keys#seal", stored("silta/keys", Some("seal"))),
            ("aws-sm:silta/seal", stored("silta/seal", None)),
            ("aws-kms:alias/silta", Reference::Key { scheme: "aws-kms:", id: "alias/silta" }),
            ("file:aws-sm:x", Reference::File("aws-sm:x")),
        ] {
            assert_eq!(Reference::parse(text), Ok(reference), "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_is_told_what_to_write_and_never_shown() {
        for (text, what, instead) in [
            ("hunter2", "it is not a reference", "write file:PATH, env:NAME or aws-sm:NAME#MEMBER"),
            ("${HUNTER2}", "it is not a reference", "write env:NAME"),
            ("-----BEGIN HUNTER2-----", "it is PEM itself", "write file:PATH"),
            ("env:", "it is half a reference", "write env:NAME"),
            ("aws-sm:#hunter2", "it is half a reference", "write aws-sm:NAME#MEMBER"),
            ("aws-sm:name#", "it is half a reference", "write aws-sm:NAME#MEMBER"),
        ] {
            let error = Reference::parse(text).unwrap_err();
            assert!(
                error.what.starts_with(what) && error.instead.starts_with(instead),
                "{error:?}"
            );
            assert!(!format!("{error:?}").to_lowercase().contains("hunter2"), "{error:?}");
        }
        assert!(check("aws-kms:x", Material::SigningKey).is_ok());
        let error = check("aws-kms:x", Material::PrivateKey).unwrap_err();
        assert_eq!(error.what, "a key at aws-kms: never leaves it, so it can only sign");
    }
}
