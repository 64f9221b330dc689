//! Configuration and secrets as ECS gives them to a task: in variables.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use silta_testkit::workplace::Workplace;

/// Names and values; `SILTA_CONFIG` is the configuration.
pub(crate) type Variables = BTreeMap<String, String>;

/// Those for the configuration in `file`, with one in place of each file of `place` that it names.
pub(crate) fn in_place_of_files(place: &Workplace, file: &Path) -> Variables {
    let mut config = fs::read_to_string(file).unwrap();
    let mut variables = BTreeMap::new();
    for entry in fs::read_dir(place.folder()).unwrap().map(Result::unwrap) {
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

/// `examples/fargate/silta.yaml`, with the keys of `place` in the variables that it names.
pub(crate) fn for_fargate(place: &Workplace) -> Variables {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fargate/silta.yaml");
    let read = |name: &str| fs::read_to_string(place.folder().join(name)).unwrap();
    let variables = [
        ("SILTA_CONFIG", fs::read_to_string(example).unwrap()),
        ("SILTA_REDIS_URL", "rediss://:password@redis.example:6379".to_owned()),
        ("SILTA_SEAL", read("seal")),
        ("SILTA_SUBJECT", read("subject")),
        ("SILTA_ID_TOKEN_KEY", read("id-token.pem")),
        ("SILTA_SAML_SIGNING_KEY", read("saml-signing.pem")),
        ("SILTA_SAML_SIGNING_CERTIFICATE", read("saml-signing.crt")),
        ("SILTA_SAML_ENCRYPTION_KEY", read("saml-encryption.pem")),
        ("SILTA_SAML_ENCRYPTION_CERTIFICATE", read("saml-encryption.crt")),
        ("SILTA_IDP_CERTIFICATES", read("idp.crt")),
        ("SILTA_CLIENT_SECRET", read("other.secret")),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).into()
}
