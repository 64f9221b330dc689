//! Every kept seed still reaches what it is kept for.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use silta_fuzz::{TARGETS, Verdict};

/// The folder of a target's seeds. The name of a seed begins with what becomes of it.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join(target);
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let read = |path: PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
    };
    files.map(read).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

#[test]
fn every_seed_is_accepted_or_refused_as_its_name_says() {
    for target in TARGETS {
        for (name, octets) in seeds(target.name) {
            let expected = match name.split('-').next() {
                Some("accepted") => Verdict::Accepted,
                Some("refused") => Verdict::Refused,
                _ => panic!("{}/{name} does not say what becomes of it", target.name),
            };
            assert_eq!((target.run)(&octets), expected, "{}/{name}", target.name);
        }
    }
}

#[test]
fn every_target_has_seeds_of_both_kinds_and_every_folder_has_a_target() {
    for target in TARGETS {
        for kind in ["accepted-", "refused-"] {
            let found = seeds(target.name).iter().any(|(name, _)| name.starts_with(kind));
            assert!(found, "{} has no seed that is {kind}", target.name);
        }
    }
    let folders = fs::read_dir(folder()).unwrap();
    let folders: BTreeSet<_> =
        folders.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    let names: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(folders, names);
}
