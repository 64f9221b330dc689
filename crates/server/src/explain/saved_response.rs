//! What somebody saved of a response: base64, a whole form, or XML.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use silta_broker::Callback;
use silta_saml::{MessageParameter, post_value};

use crate::unreadable_file;

/// Reads a file, or standard input for `-`, and makes of it what stood in the form field `SAMLResponse`.
///
/// # Errors
/// Why it cannot be used, and what to do.
pub(super) fn read(file: &Path) -> Result<String, String> {
    posted(&text(file)?)
}

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// Why it cannot be used, and what to do.
pub(crate) fn text(file: &Path) -> Result<String, String> {
    let mut octets = vec![];
    let mut read = |from: &mut dyn Read| from.take(LIMIT + 1).read_to_end(&mut octets);
    let done = if file == Path::new("-") {
        read(&mut io::stdin().lock())
    } else {
        File::open(file).and_then(|mut file| read(&mut file))
    };
    match done {
        Err(error) => Err(format!("cannot be read: {}", unreadable_file::why(&error, file))),
        Ok(length) if length as u64 > LIMIT => {
            Err(format!("it is longer than {LIMIT} octets, and no response is"))
        }
        Ok(_) => String::from_utf8(octets)
            .map_err(|_| "it is not UTF-8; save base64, the form, or XML in UTF-8".to_owned()),
    }
}

/// What was posted, whichever form it was saved in. XML is judged as it stands, white space and all.
fn posted(text: &str) -> Result<String, String> {
    let trimmed = text.trim_start_matches('\u{feff}').trim_ascii();
    if trimmed.is_empty() {
        return Err("it is empty".to_owned());
    }
    if trimmed.starts_with('<') {
        return Ok(post_value(text));
    }
    let field = MessageParameter::Response.name();
    if !trimmed.contains(&format!("{field}=")) {
        return Ok(trimmed.to_owned());
    }
    let form = Callback::from_form(trimmed).map_err(|error| {
        format!("it looks like a form, and cannot be read as one ({error}): save the body as it was sent")
    })?;
    match form.one(field) {
        Ok(Some(value)) => Ok(value.to_owned()),
        Ok(None) => Err(format!("{field} is empty")),
        Err(_) => Err(format!("{field} stands in it twice")),
    }
}

/// Four times as much as a form may have whose every octet is escaped.
const LIMIT: u64 = 2 * 1024 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use silta_testkit::test_dir::TestDir;

    use super::*;

    #[test]
    fn a_response_is_read_in_each_form_that_it_is_saved_in() {
        let (xml, value) = ("<a/>\n", post_value("<a/>\n"));
        for saved in [
            xml.to_owned(),
            value.clone(),
            format!("\n{value}\r\n"),
            format!("RelayState=x&SAMLResponse={}\n", value.replace('=', "%3D")),
            format!("SAMLResponse={}&RelayState=", value.replace('=', "%3D")),
        ] {
            let dir = TestDir::new();
            assert_eq!(read(&dir.write("saved", saved.as_str())).unwrap(), value, "{saved}");
        }
        let late = "\n<?xml version=\"1.0\"?><a/>";
        assert_eq!(posted(late).unwrap(), post_value(late));
    }

    #[test]
    fn what_cannot_be_used_is_told_with_what_to_do() {
        let long = usize::try_from(LIMIT).unwrap() + 1;
        let dir = TestDir::new();
        for (saved, why) in [
            (b"".to_vec(), "it is empty"),
            (b" \n".to_vec(), "it is empty"),
            (b"\xff".to_vec(), "it is not UTF-8"),
            (b"SAMLResponse=%".to_vec(), "cannot be read as one"),
            (b"SAMLResponse=".to_vec(), "SAMLResponse is empty"),
            (b"SAMLResponse=a&SAMLResponse=b".to_vec(), "twice"),
            (vec![b'a'; long], "it is longer than"),
        ] {
            let told = read(&dir.write("saved", saved)).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
        assert!(read(&dir.folder().join("nowhere")).unwrap_err().contains("cannot be read"));
    }
}
