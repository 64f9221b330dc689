//! The JSON Schema of configurations, judged by check-jsonschema.

use std::fs;
use std::path::{Path, PathBuf};

use silta_testkit::peers;
use silta_testkit::silta;
use silta_testkit::test_dir::TestDir;

#[test]
fn a_foreign_judge_accepts_every_example() {
    let dir = TestDir::new();
    let schema = schema(&dir);
    let examples: Vec<_> = ["minimal", "suomifi-cognito", "fargate", "fargate-like"]
        .iter()
        .map(|name| examples().join(name).join("silta.yaml"))
        .collect();
    for example in &examples {
        let text = fs::read_to_string(example).unwrap();
        let first =
            "# yaml-language-server: $schema=../../docs/reference/configuration.schema.json\n";
        assert!(text.starts_with(first), "{}", example.display());
    }
    let (is_good, said) = peers::check_schema(&schema, &examples);
    assert!(is_good, "{said}");
}

#[test]
fn a_foreign_judge_refuses_what_check_refuses() {
    let dir = TestDir::new();
    let schema = schema(&dir);
    let good = fs::read_to_string(examples().join("minimal/silta.yaml")).unwrap();
    for (from, to) in [
        ("store: memory", "store: memry"),
        ("store: memory", "stoer: memory"),
        ("seal: [file:keys/seal]", "seal: [keys/seal]"),
        ("seal: [file:keys/seal]", "seal: []"),
        ("redirect_uris: [http://127.0.0.1:3000/callback]", "redirect_uri: http://127.0.0.1:3000"),
        ("    upstream: idp\n", ""),
        ("    upstream: idp\n", "    upstream: idp\n    upstreams: { idp: {} }\n"),
        ("    entity_id: https://idp.example/metadata\n", ""),
        ("    upstream: idp\n", "    upstream: idp\n    id_token_life: 300\n"),
        ("sso: { redirect: https://idp.example/sso }", "sso: { get: https://idp.example/sso }"),
        ("    sso:", "    protocol: oidc\n    sso:"),
        ("employee_number: { from: employeeNumber, required: true }", "n: { required: true }"),
    ] {
        assert!(good.contains(from), "{from}");
        let file = dir.write("wrong.yaml", good.replacen(from, to, 1));
        let (is_good, said) = peers::check_schema(&schema, std::slice::from_ref(&file));
        assert!(!is_good && said.contains('$'), "{to}: {said}");
        let output = silta::run(&["check", "--config", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(64), "{to}");
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn schema(dir: &TestDir) -> PathBuf {
    let output = silta::run(&["check", "--schema"]);
    assert_eq!(output.status.code(), Some(0));
    dir.write("schema.json", output.stdout)
}
