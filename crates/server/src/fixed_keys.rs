//! What is used once, at the start, and so cannot change while the process runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use silta_config::secrets::Reference;
use silta_config::{Change, Document};

use crate::config::SeenFile;

/// The places of such keys, and why each is fixed.
const FIXED: [(&[&str], &str); 8] = [
    (&["listen"], "the process listens there from its start on"),
    (&["admin_listen"], "the process listens there from its start on"),
    (&["control"], "the process listens there from its start on"),
    (&["public_url"], "every link, cookie and token that is out names it"),
    (&["store"], "logins and sessions are in it"),
    (&["keys", "seal"], "records in the store are sealed with it, and other replicas open them"),
    (&["keys", "subject"], "everybody would become somebody else"),
    (&["telemetry"], "lines, spans and metrics go there from the start on"),
];

/// A file that such a key refers to and that changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FixedFile {
    place: &'static [&'static str],
    why: &'static str,
    path: PathBuf,
}

/// Whether it is a change of such a key.
pub(crate) fn is_fixed(change: &Change) -> bool {
    FIXED.iter().any(|(place, _)| change.touches(place))
}

/// What of `changes` cannot be, as one sentence; `None` where all can.
pub(crate) fn refusal(changes: &[Change], files: &[FixedFile]) -> Option<String> {
    let of_keys = FIXED.iter().flat_map(|(place, why)| {
        let touching = changes.iter().filter(move |change| change.touches(place));
        touching.map(move |change| format!("{change}, and {why}"))
    });
    let of_files = files.iter().map(|FixedFile { place, why, path }| {
        format!("the file {} of {} changed, and {why}", path.display(), place.join("."))
    });
    let told: Vec<_> = of_keys.chain(of_files).collect();
    let instead = "take that back, or restart with it: of this configuration nothing is used";
    (!told.is_empty()).then(|| format!("{}; {instead}", told.join("; ")))
}

/// The files that fixed keys of the document refer to and that are others than `before`, each with the key.
pub(crate) fn changed_files(
    document: &Document<'_>,
    folder: &Path,
    before: &BTreeMap<PathBuf, SeenFile>,
    after: &BTreeMap<PathBuf, SeenFile>,
) -> Vec<FixedFile> {
    let mut found = vec![];
    for (place, why) in FIXED {
        for text in document.texts_at(place) {
            let Ok(Reference::File(path)) = Reference::parse(text) else { continue };
            let path = folder.join(path);
            let digest = |seen: &BTreeMap<PathBuf, SeenFile>| Some(seen.get(&path)?.digest);
            if digest(before) != digest(after) {
                found.push(FixedFile { place, why, path });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use silta_config::ChangeKind;

    use super::*;

    fn change(place: &[&str], kind: ChangeKind) -> Change {
        Change { place: place.iter().map(|name| (*name).to_owned()).collect(), kind }
    }

    #[test]
    fn what_is_used_at_the_start_cannot_change_and_is_named() {
        for place in [
            &["listen"] as &[&str],
            &["admin_listen"],
            &["control", "socket"],
            &["public_url"],
            &["store"],
            &["store", "redis"],
            &["keys", "seal"],
            &["keys", "subject"],
            &["telemetry", "traces", "otlp"],
        ] {
            let changes = [
                change(&["clients", "shop"], ChangeKind::Added),
                change(place, ChangeKind::Changed),
            ];
            let told = refusal(&changes, &[]).unwrap_or_default();
            let wanted = format!("{} changed, and ", place.join("."));
            assert!(told.starts_with(&wanted) && !told.contains("shop"), "{told}");
            assert!(told.ends_with("of this configuration nothing is used"), "{told}");
        }
    }

    #[test]
    fn everything_else_can_change() {
        for place in [
            &["clients", "shop"] as &[&str],
            &["upstreams", "suomifi", "signing_certificates"],
            &["service_providers", "crm", "acs"],
            &["keys", "id_token"],
            &["keys", "saml_signing"],
            &["secrets", "refresh"],
            &["trusted_proxies"],
            &["language"],
            &["attributes", "mail"],
        ] {
            assert_eq!(refusal(&[change(place, ChangeKind::Changed)], &[]), None);
        }
    }

    #[test]
    fn all_keys_together_are_no_way_around() {
        let told = refusal(&[change(&["keys"], ChangeKind::Removed)], &[]).unwrap_or_default();
        assert!(told.contains("keys removed, and everybody would become somebody else"), "{told}");
    }

    #[test]
    fn a_file_behind_a_fixed_key_is_fixed_too() {
        let text = "keys: { seal: [file:keys/seal, env:SEAL], subject: file:keys/subject }\n";
        let Ok(document) = Document::parse("silta.yaml", text) else { unreachable!("it is YAML") };
        let seen = |path: &str, octet| {
            let seen = SeenFile { digest: Some([octet; 32]), rights: None, limit: 1 };
            (Path::new("/etc/silta").join(path), seen)
        };
        let before = BTreeMap::from([seen("keys/seal", 1), seen("keys/subject", 2)]);
        let after = BTreeMap::from([seen("keys/seal", 3), seen("keys/subject", 2)]);
        let files = changed_files(&document, Path::new("/etc/silta"), &before, &after);
        let [FixedFile { place: ["keys", "seal"], .. }] = files.as_slice() else {
            unreachable!("keys.seal alone: {files:?}")
        };
        let told = refusal(&[], &files).unwrap_or_default();
        assert!(
            told.starts_with("the file /etc/silta/keys/seal of keys.seal changed, and "),
            "{told}"
        );
        assert_eq!(changed_files(&document, Path::new("/etc/silta"), &before, &before), []);
    }
}
