//! Configuration and secrets as a task on Fargate has them: in variables, and at AWS.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use silta_testkit::test_dir::TestDir;

/// Names and values; `SILTA_CONFIG` is the configuration.
pub(crate) type Variables = BTreeMap<String, String>;

/// Those for the configuration in `file`, with one in place of each file of `dir` that it names.
pub(crate) fn in_place_of_files(dir: &TestDir, file: &Path) -> Variables {
    let mut config = fs::read_to_string(file).unwrap();
    let mut variables = BTreeMap::new();
    for entry in fs::read_dir(dir.folder()).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let variable = format!("SILTA_{}", name.replace(['.', '-'], "_").to_uppercase());
        let named = config.replace(&format!("file:{name}"), &format!("env:{variable}"));
        if named != config {
            variables.insert(variable, fs::read_to_string(entry.path()).unwrap());
            config = named;
        }
    }
    assert!(!config.contains("file:"), "everything is in a variable");
    variables.insert("SILTA_CONFIG".to_owned(), config);
    variables
}

/// `examples/fargate/silta.yaml`, and what its task definition sets beside it, with the keys of
/// `dir`.
pub(crate) fn for_fargate(dir: &TestDir) -> Variables {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fargate/silta.yaml");
    let variables = [
        ("SILTA_CONFIG", fs::read_to_string(example).unwrap()),
        ("SILTA_REDIS_URL", "rediss://:password@redis.example:6379".to_owned()),
        ("SILTA_SEAL", read(dir, "seal")),
        ("SILTA_SUBJECT", read(dir, "subject")),
        ("SILTA_TRUSTED_PROXIES", "10.0.0.0/16".to_owned()),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The secret `silta/keys` that the same example refers to, with the keys of `dir`.
pub(crate) fn secret_for_fargate(dir: &TestDir) -> String {
    silta_tests::secret_for_fargate(dir.folder(), "other.secret")
}

fn read(dir: &TestDir, file: &str) -> String {
    fs::read_to_string(dir.folder().join(file)).unwrap()
}
