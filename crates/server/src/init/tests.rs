#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::sync::LazyLock;

use silta_saml::IdentityProviderMetadata;
use silta_testkit::keys::{IDP, ROGUE};
use silta_testkit::test_dir::TestDir;

use super::*;

/// Each profile with each client.
fn all() -> impl Iterator<Item = (String, Starter)> {
    let of = |profile| {
        let with =
            move |client| (format!("{profile}, {client}"), Starter::of(profile, client).unwrap());
        Starter::clients().map(with)
    };
    Starter::profiles().flat_map(of)
}

/// Made once, because that takes long.
static KEY_FILES: LazyLock<Vec<NewFile>> = LazyLock::new(|| new_keys(KEYS_FOLDER).unwrap());

async fn made(options: &Options) -> Result<Made, String> {
    super::made(options, || Ok(KEY_FILES.clone())).await
}

fn key_files() -> Vec<NewFile> {
    let mut files = KEY_FILES.clone();
    for (name, pair) in [
        ("suomifi-signer", &IDP),
        ("suomifi-test-signer", &IDP),
        ("eid-server-signing", &IDP),
        ("eid-server-encryption", &ROGUE),
    ] {
        let content = pair.certificate_pem();
        files.push(NewFile { path: format!("{KEYS_FOLDER}{name}.crt"), content });
    }
    files
}

/// Everything that can be said by options.
fn known() -> Known {
    Known {
        public_url: Some("https://login.example".to_owned()),
        metadata: Some(an_address()),
        entity_id: Some(NOBODY.to_owned()),
        loa: vec![],
        subject: vec![],
        redirect_uris: vec!["https://app.example/oauth2/idpresponse".to_owned()],
    }
}

/// The text with what its comments ask for.
fn filled_in(text: &str) -> String {
    let line = |line: &str| match line.split_once(FILL_IN) {
        None => line.to_owned(),
        Some((key, hint)) => {
            let found = ANSWERS.iter().find(|(asked, _)| key.trim_start().starts_with(asked));
            let (asked, answer) = found.unwrap_or_else(|| unreachable!("{key}# {hint}"));
            key.trim_end().replacen(asked, answer, 1)
        }
    };
    text.lines().map(|one| line(one) + "\n").collect()
}

#[test]
fn every_profile_with_every_client_passes_the_check_when_it_is_filled_in() {
    let (files, mut wrong) = (key_files(), vec![]);
    for (name, starter) in all() {
        let text = filled_in(&starter.text_of_what_fits(&known()).unwrap());
        match load(&text, &files) {
            Ok((_, doubts)) => {
                let doubts = doubts.all().iter().map(|one| &*one.what);
                let new = doubts.filter(|doubt| !DOUBTS.iter().any(|known| doubt.contains(known)));
                wrong.extend(new.map(|doubt| format!("{name}: {doubt}")));
            }
            Err(problems) => wrong.push(format!("{name}: {problems}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_profile_with_every_client_lacks_only_what_is_to_be_filled_in() {
    for (name, starter) in all() {
        let text = starter.text(&Known::default()).unwrap();
        let problems = load(&text, &KEY_FILES).err().unwrap();
        let open = open(&text, &problems).unwrap_or_else(|why| unreachable!("{name}: {why}"));
        assert_eq!(open.len(), text.matches(FILL_IN).count(), "{name}: {problems}");
    }
}

/// A new folder, with the options that say all there is to say.
fn options(dir: &TestDir) -> Options {
    let known = Known { subject: vec!["uid".to_owned()], ..known() };
    Options {
        starter: Starter::of("keycloak", "app").unwrap(),
        folder: dir.folder().join("new/silta"),
        known: Known { metadata: None, entity_id: None, ..known },
        idp_metadata: None,
        json: false,
    }
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[actix_web::test]
async fn what_is_written_is_for_its_owner_alone() {
    let dir = TestDir::new();
    let options = options(&dir);
    let made = made(&options).await.unwrap();
    let folder = &options.folder;
    assert_eq!([mode(folder), mode(&folder.join("keys"))], [0o700; 2]);
    for file in &made.files {
        assert_eq!(mode(&folder.join(&file.path)), 0o600, "{}", file.path);
        assert_eq!(fs::read(folder.join(&file.path)).unwrap(), file.content);
    }
    let secret = fs::read_to_string(folder.join("keys/client.secret")).unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|one| one.is_ascii_hexdigit()));
    let ours = fs::read_to_string(folder.join(OUR_METADATA)).unwrap();
    assert!(ours.contains("https://login.example/saml/keycloak/acs"), "{ours}");
    // Where it logs out, too, which the identity provider may be able to.
    assert!(ours.contains("https://login.example/saml/keycloak/slo"), "{ours}");
    let config = folder.join(CONFIGURATION).display().to_string();
    let text = made.text();
    assert!(text.contains("upstreams.keycloak.metadata: file:PATH of its metadata"), "{text}");
    assert!(text.ends_with(&format!("next: silta check --config {config}\n")), "{text}");
    let json: serde_json::Value = serde_json::from_str(&made.json()).unwrap();
    let says = |place| json.pointer(place).and_then(serde_json::Value::as_str).unwrap();
    assert_eq!(says("/fill_in/0/path"), "upstreams.keycloak.metadata");
    assert_eq!(says("/next"), format!("silta check --config {config}"));
}

#[actix_web::test]
async fn nothing_is_written_where_one_of_its_files_is_there() {
    for name in [CONFIGURATION, OUR_METADATA, IDP_METADATA, KEYS] {
        let dir = TestDir::new();
        let options = Options { folder: dir.folder().to_owned(), ..options(&dir) };
        let path = dir.write(name, "mine");
        let why = made(&options).await.err().unwrap();
        let wanted = format!(
            "{} is there already, and nothing is written over it; name a folder without one",
            path.display()
        );
        assert_eq!(why, wanted);
        let there: Vec<_> = fs::read_dir(dir.folder()).unwrap().collect();
        assert_eq!((there.len(), fs::read_to_string(path).unwrap()), (1, "mine".to_owned()));
    }
}

/// Somebody else may write to the folder between the look and the writing.
#[test]
fn what_was_written_is_taken_back_when_something_else_cannot_be() {
    let dir = TestDir::new();
    let files = NewFiles::below(dir.folder().join("new"));
    let file = |path: &str| NewFile { path: path.to_owned(), content: b"x".to_vec() };
    let why = files.write(&[file("a"), file("keys/b"), file("a")]).unwrap_err();
    assert!(why.contains("new/a is there already"), "{why}");
    assert!(!dir.folder().join("new").exists());
}

#[actix_web::test]
async fn each_mistake_is_one_line_and_writes_nothing() {
    let dir = TestDir::new();
    let plain = dir.write("plain", "x");
    let with = |change: fn(&mut Options)| {
        let mut options = options(&dir);
        change(&mut options);
        options
    };
    for (options, wanted) in [
        (
            with(|it| it.known.public_url = Some("login.example".to_owned())),
            "public_url: it is not an absolute URL; write it in full",
        ),
        (
            with(|it| it.known.subject = vec!["employeNumber".to_owned()]),
            "employeNumber is not in the attribute dictionary; did you mean employeeNumber?",
        ),
        (
            with(|it| it.starter = Starter::of("suomifi", "app").unwrap()),
            "--subject means nothing with the profile suomifi, which has no place for it; leave it out",
        ),
        (
            with(|it| it.known.redirect_uris = vec!["https://*.example/".to_owned()]),
            "redirect_uris[0]: it holds a wildcard, but URLs are compared whole; list",
        ),
        (
            with(|it| it.idp_metadata = Some("nowhere.xml".to_owned())),
            "nowhere.xml; name one that is there",
        ),
        (
            with(|it| it.idp_metadata = Some("http://idp.example/".to_owned())),
            "http://idp.example/: ",
        ),
        (with(|it| it.folder = "/sys/silta".into()), "nothing can be written to /sys/silta"),
        (
            Options { folder: plain.join("below"), ..options(&dir) },
            "plain/below is no folder; name one",
        ),
        (
            Options { idp_metadata: Some(plain.display().to_string()), ..options(&dir) },
            "plain would be refused (not_well_formed)",
        ),
    ] {
        let why = made(&options).await.err().unwrap();
        assert!(why.contains(wanted) && why.lines().count() == 1, "{wanted}: {why}");
        assert!(!options.folder.exists());
    }
}

#[actix_web::test]
async fn the_metadata_of_an_identity_provider_is_copied_beside_the_configuration() {
    let dir = TestDir::new();
    let octets = metadata("urn:idp");
    let given = dir.write("given.xml", &octets).display().to_string();
    let options = Options { idp_metadata: Some(given), ..options(&dir) };
    made(&options).await.unwrap();
    assert_eq!(fs::read_to_string(options.folder.join(IDP_METADATA)).unwrap(), octets);
    let text = fs::read_to_string(options.folder.join(CONFIGURATION)).unwrap();
    assert!(text.contains("    metadata: file:idp-metadata.xml #"), "{text}");
}

#[actix_web::test]
async fn a_profile_of_one_identity_provider_takes_the_metadata_of_no_other() {
    let dir = TestDir::new();
    let given = |entity_id: &str| dir.write("given.xml", metadata(entity_id)).display().to_string();
    let options = |idp_metadata| Options {
        starter: Starter::of("suomifi", "app").unwrap(),
        idp_metadata: Some(idp_metadata),
        known: Known::default(),
        ..options(&dir)
    };
    let other = options(given("urn:idp"));
    let why = made(&other).await.err().unwrap();
    assert!(why.contains("given.xml would be refused (metadata_entity_missing)"), "{why}");
    assert!(!other.folder.exists());
    let own = options(given("https://tunnistautuminen.suomi.fi/idp1"));
    made(&own).await.unwrap();
    assert!(own.folder.join(IDP_METADATA).exists());
}

/// Whoever else can write there can put a link or a file in the place of a key.
#[actix_web::test]
async fn a_folder_that_others_can_write_to_gets_no_keys() {
    for mode in [0o770, 0o707] {
        let dir = TestDir::new();
        let options = Options { folder: dir.folder().to_owned(), ..options(&dir) };
        fs::set_permissions(dir.folder(), fs::Permissions::from_mode(mode)).unwrap();
        let why = made(&options).await.err().unwrap();
        assert!(why.contains("can be written to by others; name another folder"), "{why}");
        let files = NewFiles::below(dir.folder().to_owned());
        assert_eq!(files.check_free(&keys::NAMES), Err(why.clone()));
        // The look comes again when everything is ready.
        let file = NewFile { path: "seal".to_owned(), content: vec![] };
        assert_eq!(files.write(&[file]), Err(why));
        assert_eq!(fs::read_dir(dir.folder()).unwrap().count(), 0);
    }
}

/// It may have come after the look, with links in it or for somebody else.
#[test]
fn the_folder_of_keys_is_made_and_never_taken_over() {
    let (dir, elsewhere) = (TestDir::new(), TestDir::new());
    let files = NewFiles::below(dir.folder().to_owned());
    let file = |path: &str| NewFile { path: path.to_owned(), content: b"x".to_vec() };
    symlink(elsewhere.folder(), dir.folder().join("keys")).unwrap();
    let why = files.write(&[file("a"), file("keys/b")]).unwrap_err();
    assert!(why.contains("keys is there already"), "{why}");
    symlink(elsewhere.folder().join("c"), dir.folder().join("c")).unwrap();
    let why = files.write(&[file("c")]).unwrap_err();
    assert!(why.contains("c is there already"), "{why}");
    assert_eq!(fs::read_dir(elsewhere.folder()).unwrap().count(), 0);
    assert!(!dir.folder().join("a").exists());
}

/// Of an identity provider of this name.
fn metadata(entity_id: &str) -> String {
    let document = IdentityProviderMetadata {
        entity_id,
        sso_url: "https://idp.example/sso",
        signing: &[IDP.certificate()],
        want_authn_requests_signed: false,
        name_id_formats: &[],
    };
    document.to_xml()
}

/// What an administrator answers to each line that asks.
const ANSWERS: &[(&str, &str)] = &[
    ("loa:", "loa: [urn:example:low]"),
    ("subject:", "subject: [uid]"),
    ("nameid_formats:", "nameid_formats: [urn:oasis:names:tc:SAML:2.0:nameid-format:persistent]"),
    ("min_acr:", "min_acr: urn:example:low"),
    ("allow:", "allow: everyone"),
    ("name_id: { email_domain: }", "name_id: { email_domain: vpn.example }"),
    ("identifiers_for:", "identifiers_for: FI"),
    ("entity_id:", "entity_id: https://eid.example"),
    ("sso: { post: }", "sso: { post: https://eid.example/sso }"),
    ("signers:", "signers:"),
    ("signing_certificates:", "signing_certificates:"),
    ("encryption_certificate:", "encryption_certificate:"),
    ("service_name: { it: }", "service_name: { it: Servizi }"),
    ("name: { it: }", "name: { it: Comune }"),
    ("display_name: { it: }", "display_name: { it: Comune }"),
    ("url: { it: }", "url: { it: https://www.comune.example }"),
    ("company:", "company: Comune"),
    ("email:", "email: spid@comune.example"),
    ("elements:", "elements: { IPACode: c_h501, Public: '' }"),
    ("display_name:", "display_name: { fi: Palvelu, sv: Tjänst, en: Service }"),
    ("description:", "description: { fi: Palvelu, sv: Tjänst, en: Service }"),
    ("service_name:", "service_name: { fi: Palvelu, sv: Tjänst, en: Service }"),
    ("name:", "name: { fi: Kunta, sv: Kommun, en: Municipality }"),
    ("url:", "url: { fi: 'https://a.example', sv: 'https://b.example', en: 'https://c.example' }"),
    (
        "privacy_statement_url:",
        "privacy_statement_url: { fi: 'https://a.example', sv: 'https://b.example', en: 'https://c.example' }",
    ),
    ("logo:", "logo: { url: 'https://a.example/logo.png', height: 60, width: 80 }"),
    (
        "- { type: technical, given_name: , surname: , email: }",
        "- { type: technical, given_name: A, surname: B, email: c@d.example }",
    ),
    (
        "- { type: administrative, given_name: , surname: , email: }",
        "- { type: administrative, given_name: A, surname: B, email: c@d.example }",
    ),
];

/// What is warned of where nothing is wrong.
const DOUBTS: &[&str] = &[
    "whoever controls its host, or its name, can let anybody in as anybody",
    "after a logout Cognito's own session lives on",
];
