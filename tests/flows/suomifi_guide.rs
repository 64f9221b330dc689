//! The guide to Suomi.fi, followed command by command by somebody who begins with an empty folder.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Output};

use jiff::SignedDuration;
use serde_json::{Value, json};
use silta_testkit::guide::blocks;
use silta_testkit::keys::{IDP, KeyPair, ROGUE};
use silta_testkit::peers::{imported_sp, judged_by_schema};
use silta_testkit::quick_idp::{quick_metadata, signed_metadata};
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::{Silta, binary};
use silta_testkit::test_dir::{QUICK_IDP, TestDir};

use crate::fixture::browser;
use crate::shop::Shop;

#[tokio::test]
async fn whoever_follows_the_guide_to_suomifi_has_metadata_that_lacks_nothing() {
    let (mut reader, redis) = (Reader::new(), RedisServer::start());
    let guide = include_str!("../../docs/how-to/connect-suomifi.md");
    // The one address that is another's here.
    assert_eq!(guide.matches(REDIS).count(), 1);
    let guide = guide.replace(REDIS, &redis.url());
    let mut expected = COMMANDS.iter();
    for (language, block) in blocks(&guide) {
        if language == "yaml" {
            reader.write(block);
            continue;
        }
        assert_eq!(language, "sh", "{block}");
        for line in block.lines() {
            let (begin, code, said) = expected.next().expect("what this command does");
            assert!(line.starts_with(begin), "{line}");
            if line.starts_with("silta serve") {
                reader.serves(line).await;
                continue;
            }
            let output = reader.runs(line);
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert_eq!(output.status.code(), Some(*code), "{line}: {text}");
            let mut lines = text.lines().filter(|line| !line.starts_with("next: "));
            let is_as_told = match said {
                Said::Each(part) => lines.all(|one| one.contains(part)),
                Said::Among(parts) => parts.iter().all(|part| text.contains(part)),
            };
            assert!(is_as_told, "{line}: {text}");
            if line.starts_with("export ") {
                reader.exported.push(line.to_owned());
            }
        }
    }
    assert_eq!(expected.next().map(|(begin, ..)| begin), None, "the guide does not say so");
}

/// What a command of the guide says.
enum Said {
    /// This, on every line.
    Each(&'static str),
    /// Each of these.
    Among(&'static [&'static str]),
}

/// How each command of the guide begins, its exit code, and what it says.
const COMMANDS: [(&str, i32, Said); 11] = [
    ("silta keys keys", 0, Said::Among(&["made: keys and secrets in keys/"])),
    ("curl --fail --output suomifi-metadata.xml ", 0, Said::Each("")),
    (
        "silta metadata lint suomifi-metadata.xml --signer keys/suomifi-signer.crt",
        0,
        Said::Among(&["https://testi.apro.tunnistus.fi/idp1", "Redirect/SSO", "Redirect/SLO"]),
    ),
    ("export SILTA_REDIS_URL=", 0, Said::Each("")),
    ("silta check --config silta.yaml", 0, Said::Among(&[])),
    ("silta metadata sp suomifi --config silta.yaml --lint", 0, Said::Each("nothing is missing")),
    ("silta metadata sp suomifi --config silta.yaml >silta-metadata.xml", 0, Said::Each("")),
    ("silta serve --config silta.yaml", 0, Said::Among(&[])),
    ("curl --fail --output suomifi-production.xml ", 0, Said::Each("")),
    ("sed ", 0, Said::Each("")),
    ("silta metadata sp suomifi --config production.yaml --lint", 1, Said::Each("is self-signed")),
];

/// Somebody with an empty folder.
struct Reader {
    dir: TestDir,
    _bin: TestDir,
    path: String,
    /// What the shell was told so far.
    exported: Vec<String>,
}

impl Reader {
    /// They have got the certificates of those who sign metadata, and a network in which there is this metadata alone.
    fn new() -> Self {
        let (dir, bin) = (TestDir::new(), TestDir::new());
        fs::create_dir(dir.folder().join("keys")).unwrap();
        symlink(binary(), bin.folder().join("silta")).unwrap();
        let mut curl = "#!/bin/sh\n[ \"$1 $2\" = '--fail --output' ] || exit 2\n".to_owned();
        for (address, host, name) in [
            (ADDRESS, SUOMIFI, "suomifi-signer"),
            (PRODUCTION_ADDRESS, PRODUCTION, "suomifi-production-signer"),
        ] {
            let signer = KeyPair::rsa("metadata-signing");
            dir.write(&format!("keys/{name}.crt"), signer.certificate_pem());
            let published = bin.write(name, suomifi_metadata(host, &signer));
            let copy =
                format!("[ \"$4\" = {address} ] && cp {} \"$3\" && exit 0\n", published.display());
            curl.push_str(&copy);
        }
        curl.push_str("exit 6\n");
        fs::set_permissions(bin.write("curl", curl), Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", bin.folder().display(), std::env::var("PATH").unwrap());
        Self { dir, _bin: bin, path, exported: vec![] }
    }

    /// What a block of YAML says to write: the whole file, a part of the upstream, or another way that would do as well.
    fn write(&self, block: &str) {
        if block.starts_with("public_url:") {
            self.dir.write("silta.yaml", block);
            return;
        }
        let text = fs::read_to_string(self.dir.folder().join("silta.yaml")).unwrap();
        let (before, clients) = text.split_once("\nclients:").unwrap();
        if block.starts_with("    metadata:") {
            let (before, _) = before.split_once("    metadata:").unwrap();
            self.dir.write("other-way.yaml", format!("{before}{block}\nclients:{clients}"));
            let output = self.runs("silta check --config other-way.yaml");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{said}");
            return;
        }
        self.dir.write("silta.yaml", format!("{before}{block}\nclients:{clients}"));
    }

    /// A command, in the shell that every Debian has.
    fn runs(&self, line: &str) -> Output {
        self.shell(line).output().expect("a shell")
    }

    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("dash");
        let script = format!("{}\n{line}", self.exported.join("\n"));
        shell.args(["-c", &script]).env("PATH", &self.path).current_dir(self.dir.folder());
        shell
    }

    /// The broker that the guide ends with: a person is sent to Suomi.fi, and our metadata is the file that was uploaded.
    async fn serves(&self, line: &str) {
        let text = fs::read_to_string(self.dir.folder().join("silta.yaml")).unwrap();
        self.dir.write("silta.yaml", format!("listen: 127.0.0.1:0\n{text}"));
        let silta = Silta::by(&mut self.shell(&format!("exec {line}")));
        let shop = Shop::at(&silta);
        let published = shop.get("/saml/suomifi/metadata").send().await.unwrap();
        let uploaded = fs::read_to_string(self.dir.folder().join("silta-metadata.xml")).unwrap();
        assert_eq!(published.text().await.unwrap().trim(), uploaded.trim());
        let (_, document) = uploaded.split_once('\n').expect("a declaration");
        assert_eq!(judged_by_schema(document), "");
        for taken in imported_sp(&uploaded) {
            assert_eq!(taken, expected_of_importers());
        }
        let redirect = [("redirect_uri", "https://shop.example/callback")];
        let left = browser().get(&shop.authorize(&redirect)).await;
        let to = left.location().expect("a redirect to Suomi.fi");
        assert!(
            to.as_str().starts_with(&format!("{SUOMIFI}/idp/profile/SAML2/Redirect/SSO?")),
            "{to}"
        );
        self.dir.write("silta.yaml", text);
    }
}

/// As Suomi.fi's: two signing keys, and single logout.
fn suomifi_metadata(host: &str, signer: &KeyPair) -> String {
    let binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
    let slo = format!(
        "<md:SingleLogoutService Binding=\"{binding}\" Location=\"{host}/idp/profile/SAML2/Redirect/SLO\"/>\
         <md:SingleSignOnService"
    );
    let document = quick_metadata(&[&IDP, &ROGUE])
        .replace(QUICK_IDP, &format!("{host}/idp1"))
        .replace("https://idp.example/sso", &format!("{host}/idp/profile/SAML2/Redirect/SSO"))
        .replacen("<md:SingleSignOnService", &slo, 1);
    signed_metadata(&document, signer, SignedDuration::from_hours(24))
}

/// What Suomi.fi needs to know of the service of the guide, as other software reads it of our metadata.
fn expected_of_importers() -> Value {
    let slo = "https://login.example/saml/suomifi/slo";
    let natural = "http://eidas.europa.eu/attributes/naturalperson";
    json!({
        "entity_id": "https://login.example/saml/suomifi/metadata",
        "display_name": ["Asiointi", "Ärenden", "Services"],
        "entity_attributes": {
            "FinnishAuthMethod": [
                "http://ftn.ficora.fi/2017/loa2",
                "http://ftn.ficora.fi/2017/loa3",
                "http://eidas.europa.eu/LoA/substantial",
                "http://eidas.europa.eu/LoA/high",
                "urn:oid:1.2.246.517.3002.110.999",
            ],
            "urn:oid:1.2.246.517.3003.111.3": ["false"],
            "urn:oid:1.2.246.517.3003.111.4": ["false"],
            "urn:oid:1.2.246.517.3003.111.14": ["full"],
            "urn:oid:1.2.246.517.3003.111.26": ["AES-GCM"],
        },
        "requested": [
            format!("{natural}/CurrentFamilyName"),
            format!("{natural}/CurrentGivenName"),
            format!("{natural}/PersonIdentifier"),
            "urn:oid:1.2.246.21",
            "urn:oid:1.2.246.517.3002.111.17",
            "urn:oid:2.5.4.4",
            "urn:oid:2.5.4.42",
        ],
        "acs": ["https://login.example/saml/suomifi/acs"],
        "slo": [slo, slo],
        "contacts": ["technical", "administrative"],
    })
}

const REDIS: &str = "redis://127.0.0.1:6379";
const SUOMIFI: &str = "https://testi.apro.tunnistus.fi";
const ADDRESS: &str = "https://static.apro.tunnistus.fi/static/metadata/idp-metadata.xml";
const PRODUCTION: &str = "https://tunnistautuminen.suomi.fi";
const PRODUCTION_ADDRESS: &str = "https://tunnistus.suomi.fi/static/metadata/idp-metadata.xml";
