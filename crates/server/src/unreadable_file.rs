//! What is said of a file that cannot be read.

use std::io::{self, ErrorKind};
use std::path::Path;

/// Why the file at a path cannot be read, where it was looked for, and what to do.
pub(crate) fn why(error: &io::Error, path: &Path) -> String {
    if path.starts_with("~") {
        return "a ~ is expanded by a shell alone, and there neither in quotes nor behind =; write the whole path"
            .to_owned();
    }
    if path.starts_with("https:") || path.starts_with("http:") {
        return "an address is not asked here; save what it gives, and name that file".to_owned();
    }
    let tried = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let tried = tried.display();
    match error.kind() {
        ErrorKind::NotFound => format!("there is no file {tried}; name one that is there"),
        ErrorKind::PermissionDenied => {
            format!("permission denied for {tried}; let the user that Silta runs as read it")
        }
        ErrorKind::IsADirectory => format!("{tried} is a folder; name the file in it"),
        other => format!("{other} at {tried}; check the disk that it is on"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_names_no_file_is_told_where_it_was_looked_for_and_what_to_do() {
        let missing = io::Error::from(ErrorKind::NotFound);
        let said = why(&missing, Path::new("/nowhere/idp.xml"));
        assert_eq!(said, "there is no file /nowhere/idp.xml; name one that is there");
        let said = why(&missing, Path::new("https://idp.example/metadata"));
        assert_eq!(said, "an address is not asked here; save what it gives, and name that file");
        let said = why(&missing, Path::new("~/idp.xml"));
        assert!(said.ends_with("write the whole path"), "{said}");
    }
}
