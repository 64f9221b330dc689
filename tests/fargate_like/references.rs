//! References to Secrets Manager, as long as Silta does not follow them itself.

use serde_json::Value;
use silta_testkit::workplace::Workplace;

/// The same configuration with files in the place of secrets, and writes those files.
pub(super) fn as_files(text: &str, secrets: &[(&str, Value)], place: &Workplace) -> String {
    let mut text = text.to_owned();
    for (name, value) in secrets {
        for (member, content) in value.as_object().expect("a secret is an object") {
            let file = format!("{}.{member}", name.replace('/', "-"));
            place.write(&file, content.as_str().expect("a text"));
            // With its quotes, so that no name is taken for the beginning of a longer one.
            text =
                text.replace(&format!("\"aws-sm:{name}#{member}\""), &format!("\"file:{file}\""));
        }
    }
    text
}
