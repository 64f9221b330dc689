//! `silta check --against`: what one file changes against another.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use silta_testkit::silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

fn checked(new: &Path, old: &Path, more: &[&str]) -> Output {
    let files = ["check", "--config", new.to_str().unwrap(), "--against", old.to_str().unwrap()];
    silta::run(&[&files[..], more].concat())
}

#[test]
fn what_a_file_changes_is_told_and_people_become_others_only_on_demand() {
    let dir = TestDir::new();
    let old = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let text = fs::read_to_string(&old).unwrap();

    let same = checked(&old, &old, &[]);
    assert_eq!(
        (same.status.code(), same.stdout.as_slice()),
        (Some(0), &b"as far as the files say, both mean the same\n"[..])
    );

    let claims = dir.write("claims.yaml", text.replacen("FI_firstName:", "first:", 1));
    let output = checked(&claims, &old, &[]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("claims: shop gains first; loses FI_firstName\n"), "{told}");
    assert!(
        told.ends_with("\nas far as the files say, it can be used without a restart\n"),
        "{told}"
    );

    let subject = text.replacen("subject: [nationalIdentificationNumber]", "subject: [mail]", 1);
    let subject = dir.write("subject.yaml", subject.replacen("127.0.0.1:0", "127.0.0.1:1", 1));
    for (more, code) in
        [(&["--output=json"][..], 1), (&["--output=json", "--subjects-may-change"], 0)]
    {
        let output = checked(&subject, &old, more);
        assert_eq!(output.status.code(), Some(code));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["subjects"][0], "people of idp: subject changed");
        assert_eq!(
            (&told["without_restart"], &told["restart_for"][0]),
            (&false.into(), &"listen changed".into())
        );
        assert_ne!(told["before"], told["after"]);
    }

    let broken = dir.write("broken.yaml", "clients: [\n");
    for (new, against) in [(&broken, &old), (&old, &broken)] {
        let output = checked(new, against, &[]);
        assert_eq!(output.status.code(), Some(64));
        assert!(String::from_utf8(output.stderr).unwrap().contains("broken.yaml"));
    }
}
