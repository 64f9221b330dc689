//! `silta check`, and the examples that people start from.

use std::fs;
use std::path::Path;
use std::process::Command;

use silta_testkit::keys::IDP;
use silta_testkit::moto::Moto;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{self, Silta};
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::shop::{Answer, Shop, changed};

#[test]
fn every_mistake_of_a_file_is_told_at_once_with_its_place_and_what_to_write() {
    let dir = TestDir::new();
    dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let file = dir.write("wrong.yaml", WRONG);
    let path = file.to_str().unwrap();

    let checked = silta::run(&["check", "--output", "json", "--config", path]);
    let served = silta::run(&["serve", "--config", path]);
    let in_log = String::from_utf8(served.stdout).unwrap();
    for (code, said) in
        [(checked.status.code(), silta::said(&checked)), (served.status.code(), in_log)]
    {
        assert_eq!(code, Some(64));
        let said: Vec<_> = said.lines().collect();
        assert_eq!(said.len(), MISTAKES.len(), "{said:#?}");
        for (said, (dir, what, instead)) in said.iter().zip(MISTAKES) {
            assert!(said.starts_with(&format!("{path}:{dir}: ")), "{dir} in {said}");
            assert!(said.contains(what), "{what} in {said}");
            assert!(said.contains(&format!("; {instead}")), "{instead} in {said}");
        }
    }
}

#[test]
fn a_configuration_may_be_the_text_of_an_environment_variable() {
    let dir = TestDir::new();
    let file = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let check = |variable: &str, text: &str| {
        let mut command = Command::new(silta::binary());
        command.args(["check", "--output", "json", "--config", variable]);
        command.current_dir(dir.folder()).env("CONFIGURATION", text);
        let output = command.output().unwrap();
        (output.status.code(), silta::said(&output))
    };
    let (code, said) = check("env:CONFIGURATION", &fs::read_to_string(file).unwrap());
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = check("env:CONFIGURATION", "public_url: 1");
    assert!(
        said.contains("env:CONFIGURATION:1:13  public_url: it is a number, not a URL"),
        "{said}"
    );
    assert_eq!(code, Some(64));
    let (code, said) = check("env:NOT_THERE", "");
    assert_eq!(code, Some(64));
    let wanted =
        "env:NOT_THERE: cannot be read: this environment variable is not set; set it to the text";
    assert!(said.starts_with(wanted), "{said}");
}

#[test]
fn a_configuration_that_would_undo_its_own_protection_is_refused() {
    let dir = TestDir::new();
    let good = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let good = fs::read_to_string(good).unwrap();
    for (from, to, what) in [
        ("[file:idp.crt]", "[file:saml-signing.crt]", "a certificate in it is our own"),
        ("subject: file:subject", "subject: file:seal", "seal and subject are the same secret"),
        ("subject: [nationalIdentificationNumber]", "subject: [vtjVerified]", "does not identify"),
        ("signed: both", "response_limit: 8KiB", "it is not between 16KiB and 385KiB"),
        ("signed: both", "response_limit: 64k", "it is not a size"),
        (
            "listen: 127.0.0.1:0\nadmin_listen: 127.0.0.1:0",
            "listen: 127.0.0.1:8080\nadmin_listen: 127.0.0.1:8080",
            "listen and admin_listen are the same",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let file = dir.write("wrong.yaml", good.replace(from, to));
        let output = silta::run(&["check", "--output", "json", "--config", file.to_str().unwrap()]);
        let said = silta::said(&output);
        assert_eq!(output.status.code(), Some(64), "{said}");
        assert!(said.contains(what), "{what} in {said}");
    }
}

#[test]
fn a_file_that_is_no_yaml_or_not_there_is_told_so() {
    let dir = TestDir::new();
    let file = dir.write("wrong.yaml", "public_url: \"https://login.example\nstore: memory\n");
    for (path, what) in [
        (file.to_str().unwrap(), "the quote that begins here does not end"),
        ("/nowhere/silta.yaml", "cannot be read"),
    ] {
        let output = silta::run(&["check", "--config", path]);
        assert_eq!((output.status.code(), output.stdout), (Some(64), vec![]));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(path), "{said}");
        assert!(said.contains(what), "{said}");
    }
}

#[tokio::test]
async fn the_minimal_example_is_well_and_starts() {
    let (dir, config) = example("minimal", "listen: 127.0.0.1:8080");
    assert_eq!(checked(&config, &[]), (Some(0), "all is well".to_owned()));
    let silta = Silta::start(&config);
    let callback = "http://127.0.0.1:3000/callback";
    leads_to_its_idp(&silta, ("my-app", callback), "https://idp.example/sso?").await;
    drop(dir);
}

#[tokio::test]
async fn the_suomifi_and_cognito_example_is_well_and_starts() {
    let redis = RedisServer::start();
    let environment = [("SILTA_REDIS_URL", &*redis.url())];
    let (dir, config) = example("suomifi-cognito", "listen: 0.0.0.0:8080");
    assert_eq!(checked(&config, &environment), (Some(0), "all is well".to_owned()));
    let silta = Silta::start_with(&config, &environment);
    let callback = "https://my-pool.auth.eu-north-1.amazoncognito.com/oauth2/idpresponse";
    leads_to_its_idp(&silta, ("cognito", callback), "https://testi.apro.tunnistus.fi/").await;
    drop(dir);
}

#[tokio::test]
async fn the_fargate_example_is_well_and_starts_with_variables_and_one_secret_at_aws() {
    let (redis, moto) = (RedisServer::start(), Moto::start());
    let (dir, config) = example("fargate", "listen: 0.0.0.0:8080");
    let keys = dir.folder().join("keys");
    let content = |file: &str| fs::read_to_string(keys.join(file)).unwrap();
    moto.create_secret("silta/keys", &silta_tests::secret_for_fargate(&keys, "client.secret"))
        .await;
    let mut environment = moto.environment();
    environment.push(("SILTA_SEAL", content("seal")));
    environment.push(("SILTA_SUBJECT", content("subject")));
    environment.push(("SILTA_REDIS_URL", redis.url()));
    environment.push(("SILTA_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::/48".to_owned()));
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fs::remove_dir_all(&keys).unwrap();
    assert_eq!(checked(&config, &environment), (Some(0), "all is well".to_owned()));
    let silta = Silta::start_with(&config, &environment);
    let callback = "https://my-pool.auth.eu-north-1.amazoncognito.com/oauth2/idpresponse";
    leads_to_its_idp(&silta, ("cognito", callback), "https://testi.apro.tunnistus.fi/").await;
}

/// A copy of an example, prepared as its first lines say; it listens on a free port instead.
pub(crate) fn example(name: &str, listen: &str) -> (TestDir, std::path::PathBuf) {
    let dir = TestDir::new();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let keys = dir.folder().join("keys");
    let made = silta::run(&["keys", keys.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::write(keys.join("idp.crt"), IDP.certificate_pem()).unwrap();
    let text = fs::read_to_string(examples.join(name).join("silta.yaml")).unwrap();
    let text = text.replace("admin_listen: 0.0.0.0:9000", "admin_listen: 127.0.0.1:0");
    let mut text = text.replace(listen, "listen: 127.0.0.1:0");
    if !text.contains("\nlisten: ") {
        text.push_str("\nlisten: 127.0.0.1:0\n");
    }
    let config = dir.write("silta.yaml", text);
    (dir, config)
}

/// The exit code of `silta check`, and what it says about the file as a whole.
fn checked(config: &Path, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(silta::binary())
        .args(["check", "--config"])
        .arg(config)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let first = said.lines().next().unwrap_or_default();
    let verdict = first.strip_prefix(&format!("{}: ", config.display())).unwrap_or(first);
    (output.status.code(), verdict.to_owned())
}

/// A login of a client gets as far as the identity provider.
async fn leads_to_its_idp(silta: &Silta, (client, callback): (&str, &str), idp: &str) {
    let shop = Shop::at(silta);
    let parameters = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", callback),
        ("scope", "openid"),
    ];
    let answer = Answer::of(shop.get(&format!("/authorize?{}", changed(&parameters, &[])))).await;
    assert_eq!(answer.status, 303);
    let location = answer.headers["location"].to_str().unwrap();
    assert!(location.starts_with(idp), "{location}");
}

const WRONG: &str = "\
public_url: http://login.example
listen: 8080
store: memry
telemetri: { log: info }
keys:
  id_token: [file:id-token.pem]
  saml_signing: [{ key: file:saml-signing.pem, certificate: file:nowhere.crt }]
  saml_encryption: [{ key: file:saml-encryption.pem, certificate: file:saml-encryption.crt }]
  seal: [file:shop.secret]
  subject: the secret itself
upstreams:
  idp:
    entity_id: https://idp.example/metadata
    sso: { redirect: ftp://idp.example/sso }
    signing_certificates: [file:idp.key]
    loa: [http://ftn.ficora.fi/2017/loa2]
    subject: [emplyeeNumber]
clients:
  shop:
    secret: env:SILTA_TEST_OF_A_VARIABLE_THAT_IS_NOT_SET
    redirect_uris: [https://*.rp.example/callback]
    upstream: idp
    id_token_life: 5
    claims:
      sub: employeeNumber
      street: VakinainenLahiosoite
      name: { from: displayName, requird: true }
telemetry: { log: loud }
trusted_proxies: [10.0.0.0/8, 10.0.0.0/33]
";

/// Line, column and path; what is wrong; what to write instead.
const MISTAKES: [(&str, &str, &str); 18] = [
    ("1:13  public_url", "it does not start with https://", "write https://"),
    ("2:9  listen", "it is a number, not an address and a port", "write one such as 0.0.0.0:8080"),
    ("3:8  store", "not a word that is known", "did you mean memory?"),
    ("4:1  telemetri", "not a key that is known", "telemetry is there already"),
    ("7:61  keys.saml_signing[0].certificate", "nowhere.crt cannot be read", "give a path"),
    ("9:10  keys.seal[0]", "not 32 octets in base64", "use the output of: openssl rand -base64 32"),
    (
        "10:12  keys.subject",
        "it is not a reference",
        "write file:PATH, env:NAME or aws-sm:NAME#MEMBER",
    ),
    ("14:22  upstreams.idp.sso.redirect", "it does not start with https://", "write https://"),
    ("15:28  upstreams.idp.signing_certificates[0]", "it is a private key", "give the certificate"),
    (
        "17:15  upstreams.idp.subject[0]",
        "emplyeeNumber is not in the attribute dictionary",
        "did you mean employeeNumber?",
    ),
    ("20:13  clients.shop.secret", "_IS_NOT_SET is not set", "set it, or refer to another place"),
    ("21:21  clients.shop.redirect_uris[0]", "it holds a wildcard", "list every URL in full"),
    (
        "23:20  clients.shop.id_token_life",
        "it is a number without a unit",
        "write 5m, if minutes are meant",
    ),
    ("25:12  clients.shop.claims.sub", "is set by the protocol", "choose another name"),
    (
        "26:15  clients.shop.claims.street",
        "VakinainenLahiosoite is not in the attribute dictionary",
        "define it under attributes",
    ),
    (
        "27:34  clients.shop.claims.name.requird",
        "not a key that is known",
        "did you mean required?",
    ),
    ("28:19  telemetry.log", "not a word that is known", "write one of error, warn, info"),
    (
        "29:31  trusted_proxies[1]",
        "it is not an address or a network",
        "write one such as 192.0.2.7",
    ),
];
