//! The container image, run as an orchestrator runs it: with nothing but its own files and
//! variables, as its user, as process 1, on a file system that cannot be written. Needs root, or
//! subordinate user ids.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests, which print what they measure"
)]

mod container;
mod settings;
mod tls;

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Instant;

use serde_json::json;
use silta_testkit::login_runner::LoginRunner;
use silta_testkit::moto::Moto;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use container::Image;
use settings::Variables;
use tls::RedisOverTls;

static IMAGE: LazyLock<Image> = LazyLock::new(Image::unpacked);

#[test]
fn it_says_what_runs_as_whom_and_how_it_is_stopped() {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    assert_eq!(IMAGE.config["architecture"], architecture);
    assert_eq!(IMAGE.config["os"], "linux");
    let config = &IMAGE.config["config"];
    assert_eq!(config["User"], "65532:65532");
    assert_eq!(config["Entrypoint"], json!(["/silta"]));
    assert_eq!(config["Cmd"], json!(["serve", "--config", "env:SILTA_CONFIG"]));
    assert_eq!(config["StopSignal"], "SIGTERM");
    assert_eq!(config["ExposedPorts"], json!({ "8080/tcp": {} }));
}

#[test]
fn it_holds_the_binary_its_libraries_and_certificates_and_nobody_can_write_them() {
    let mut seen = vec![];
    for line in IMAGE.listing.lines() {
        let columns: Vec<_> = line.split_whitespace().collect();
        let (mode, owner, path) = (columns[0], columns[1], columns[5]);
        assert_eq!(owner, "0/0", "{line}");
        if path.starts_with("lib") && path.contains(".so.") {
            assert_eq!(mode, "-r-xr-xr-x", "{line}");
        } else if path.ends_with('/') {
            assert_eq!(mode, "drwxr-xr-x", "{line}");
        } else {
            seen.push(format!("{mode} /{path}"));
        }
    }
    seen.sort_unstable();
    let texts = ["/etc/group", "/etc/passwd", BUNDLE].map(|path| format!("-r--r--r-- {path}"));
    assert_eq!(seen, [&texts[..], &["-r-xr-xr-x /silta".to_owned()]].concat());
}

#[tokio::test]
async fn the_example_for_fargate_is_well_with_its_variables_and_one_secret_at_aws() {
    let (dir, moto) = (TestDir::new(), Moto::start());
    dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    let mut variables = settings::for_fargate(&dir);
    let aws = moto.environment().into_iter().map(|(name, value)| (name.to_owned(), value));
    variables.extend(aws);
    let (code, said) = check(&variables);
    assert_eq!(code, Some(64));
    assert!(said.contains("silta/keys cannot be had: AWS does not know it"), "{said}");

    moto.create_secret("silta/keys", &settings::secret_for_fargate(&dir)).await;
    let (code, said) = check(&variables);
    assert!(said.starts_with("env:SILTA_CONFIG: all is well\n"), "{said}");
    assert_eq!(code, Some(0));

    variables.remove("SILTA_SEAL");
    let (code, said) = check(&variables);
    assert_eq!(code, Some(64));
    assert!(said.contains("keys.seal"), "{said}");
}

#[tokio::test]
async fn it_serves_logins_over_tls_with_no_rights_and_ends_when_told_to() {
    let dir = TestDir::new();
    let redis = RedisOverTls::start(&dir);
    let params = ConfigParams {
        redis: Some(redis.url()),
        ..ConfigParams::without_idp("https://login.example".to_owned())
    };
    let variables = settings::in_place_of_files(&dir, &dir.configure(&params));
    // Both are files that engines put in place of the image's, or beside them.
    let bundle = redis.trusted_beside(&IMAGE.root.join(BUNDLE.trim_start_matches('/')));
    let mounts = [(bundle.as_path(), BUNDLE), (Path::new("/etc/hosts"), "/etc/hosts")];
    let serve = || {
        let mut command = IMAGE.run(&mounts);
        command.args(["serve", "--config", "env:SILTA_CONFIG"]).envs(&variables);
        command
    };

    let mut silta = Silta::by(&mut serve());
    for (name, map) in [("Uid", "uid_map"), ("Gid", "gid_map")] {
        let ids = silta.status(name);
        let inside = ids.split('\t').map(|id| inside(&silta.told(map), id.parse().unwrap()));
        assert_eq!(inside.collect::<Vec<_>>(), [Some(65532); 4], "{name}");
    }
    assert_eq!((silta.status("Groups").as_str(), silta.status("NoNewPrivs").as_str()), ("", "1"));
    assert_eq!((silta.status("CapPrm"), silta.status("CapEff")), (none(), none()));
    assert_eq!(silta.status("NSpid").split('\t').next_back(), Some("1"), "it is process 1");
    let mounted = silta.told("mountinfo");
    let root = mounted.lines().find(|line| line.split(' ').nth(4) == Some("/")).expect("a root");
    assert!(root.split(' ').nth(5).unwrap().starts_with("ro,"), "the root is {root}");

    let told = LoginRunner::at(&silta, &dir).one(LOGINS).await;
    assert_eq!(told["FI_lastname"], "Meikäläinen");
    LoginRunner::at(&silta, &dir).many(LOGINS).await;
    let memory = silta.resident() / 1024;
    silta.terminate();
    silta.ended_well();

    let mut starts: Vec<_> = (0..STARTS).map(|_| milliseconds_to_ready(&mut serve())).collect();
    starts.sort_unstable();
    println!(
        "image: start to ready, median of {STARTS}: {} ms, its namespaces included",
        starts[STARTS / 2]
    );
    println!("image: resident memory after {LOGINS} logins: {memory} MiB");
}

/// The exit code of `silta check`, and what it says.
fn check(variables: &Variables) -> (Option<i32>, String) {
    let mut command = IMAGE.run(&[]);
    let output = command.args(["check", "--config", "env:SILTA_CONFIG"]).envs(variables).output();
    let output = output.expect("unshare starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// What an id of this machine is called in a user namespace with that map.
fn inside(map: &str, outside: u32) -> Option<u32> {
    map.lines().find_map(|line| {
        let row: Vec<u32> = line.split_whitespace().map(|column| column.parse().unwrap()).collect();
        let nth = outside.checked_sub(row[1]).filter(|nth| *nth < row[2])?;
        Some(row[0] + nth)
    })
}

fn milliseconds_to_ready(serve: &mut Command) -> u128 {
    let began = Instant::now();
    let silta = Silta::by(serve);
    let elapsed = began.elapsed().as_millis();
    drop(silta);
    elapsed
}

/// No capability, as the kernel writes it.
fn none() -> String {
    "0".repeat(16)
}

const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
const LOGINS: u32 = 1_000;
const STARTS: usize = 5;
