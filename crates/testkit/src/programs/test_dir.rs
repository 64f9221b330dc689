//! A temporary folder with keys, certificates, secrets and `silta.yaml`.

use std::fs::DirBuilder;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::nid::Nid;

use crate::keys::{self, KeyPair};

/// A temporary folder with everything that a configuration refers to. Dropping it removes it.
#[derive(Debug)]
pub struct TestDir {
    folder: PathBuf,
}

/// The parameters of a test's configuration.
#[derive(Debug, Clone)]
pub struct ConfigParams {
    /// `public_url`: the address that browsers use.
    pub public_url: String,
    /// The URL of a Redis; without one, records stay in memory.
    pub redis: Option<String>,
    /// The identity provider's entityID.
    pub idp: String,
    /// Its single sign-on address.
    pub sso: String,
    /// Whether it takes HTTP-POST; otherwise HTTP-Redirect.
    pub post: bool,
    /// The algorithm that requests are signed with; the key is made to fit.
    pub request_algorithm: &'static str,
    /// `telemetry`, in YAML's flow style; empty for none.
    pub telemetry: String,
}

impl ConfigParams {
    /// Parameters with an identity provider that does not exist, for tests that never reach it.
    #[must_use]
    pub fn without_idp(public_url: String) -> Self {
        Self {
            public_url,
            redis: None,
            idp: QUICK_IDP.to_owned(),
            sso: "https://idp.example/sso".to_owned(),
            post: false,
            request_algorithm: "rsa-sha256",
            telemetry: String::new(),
        }
    }
}

impl TestDir {
    /// An empty folder.
    ///
    /// # Panics
    /// When there is no place for one.
    #[must_use]
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("silta-test-{}-{count}", process::id()));
        // Whatever the umask: a folder in which others can write is doubtful.
        let made = DirBuilder::new().recursive(true).mode(0o755).create(&folder);
        made.expect("a temporary folder");
        Self { folder }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.join(name);
        let mut file = fs::File::options();
        // As an operator should keep keys: nobody else reads them.
        let file = file.write(true).create(true).truncate(true).mode(0o600).open(&path);
        let written = file.and_then(|mut file| file.write_all(content.as_ref()));
        written.expect("a file in a temporary folder");
        path
    }

    /// Writes the identity provider's key and certificate, and returns their folder.
    #[must_use]
    pub fn idp_keys(&self) -> &Path {
        self.write("idp.key", keys::IDP.key_pem());
        self.write("idp.crt", keys::IDP.certificate_pem());
        &self.folder
    }

    /// Writes keys, secrets and `silta.yaml`, and returns the path of the latter. Every replica can
    /// be started with it: each listens on a free port.
    pub fn configure(&self, params: &ConfigParams) -> PathBuf {
        let signing = match params.request_algorithm {
            "ecdsa-sha256" => &*SIGNING_P256,
            "ecdsa-sha384" => &*SIGNING_P384,
            _ => &*SIGNING,
        };
        let _ = self.idp_keys();
        self.write("id-token.pem", ID_TOKEN.key_pem());
        self.write("saml-signing.pem", signing.key_pem());
        self.write("saml-signing.crt", signing.certificate_pem());
        self.write("saml-encryption.pem", keys::SP.key_pem());
        self.write("saml-encryption.crt", keys::SP.certificate_pem());
        self.write("seal", STANDARD.encode([7; 32]));
        self.write("subject", STANDARD.encode([8; 32]));
        self.write("shop.secret", SHOP_SECRET);
        self.write("other.secret", OTHER_SECRET);
        let store = match &params.redis {
            Some(url) => {
                self.write("redis.url", url);
                "{ redis: file:redis.url }"
            }
            None => "memory",
        };
        let text = CONFIGURATION
            .replace("ATTRIBUTES", ATTRIBUTES)
            .replace("PUBLIC_URL", &params.public_url)
            .replace("STORE", store)
            .replace(
                "TELEMETRY",
                if params.telemetry.is_empty() { "{}" } else { &params.telemetry },
            )
            .replace("ALGORITHM", params.request_algorithm)
            .replace("ENTITY_ID", &params.idp)
            .replace("BINDING", if params.post { "post" } else { "redirect" })
            .replace("SSO_URL", &params.sso)
            .replace("COGNITO_CALLBACK", COGNITO_CALLBACK)
            .replace("ALB_CALLBACK", ALB_CALLBACK)
            .replace("CALLBACK", CALLBACK);
        self.write("silta.yaml", text)
    }
}

impl Default for TestDir {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDir {
    fn drop(&mut self) {
        // A folder left behind harms nobody, and a panic in here would hide the test's own.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The redirect URI of every client but the next two: nothing listens there, so browsers stop in front of it.
pub const CALLBACK: &str = "https://rp.example/callback";
/// The redirect URI of the client `cognito`, whose secret is [`SHOP_SECRET`].
pub const COGNITO_CALLBACK: &str =
    "https://silta-test.auth.eu-north-1.amazoncognito.com/oauth2/idpresponse";
/// The redirect URI of the client `alb`, whose secret is [`SHOP_SECRET`].
pub const ALB_CALLBACK: &str = "https://app.alb.localhost/oauth2/idpresponse";
/// The secret of the clients `shop` and `shop-with-pkce`: every character that must be escaped when
/// it is sent in a form or, twice, in a header [RFC 6749 §2.3.1].
pub const SHOP_SECRET: &str = "a secret/of+32=octets:and%more&\"it\"";
/// The secret of the client `other`, whose only rule is that everybody spells it alike.
pub const OTHER_SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
/// The entityID of the [`QuickIdp`](crate::quick_idp::QuickIdp), which [`ConfigParams::without_idp`] names.
pub const QUICK_IDP: &str = "https://idp.example/metadata";
/// The assurance level that the identity provider asserts.
pub const LOA: &str = "http://ftn.ficora.fi/2017/loa2";

static ID_TOKEN: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("id token"));
static SIGNING: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("sp signing"));
static SIGNING_P256: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::ec("sp signing", Nid::X9_62_PRIME256V1));
static SIGNING_P384: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::ec("sp signing", Nid::SECP384R1));

/// What the peers of tests send as Suomi.fi does, in one line.
const ATTRIBUTES: &str = "attributes: { nationalIdentificationNumber: { names: 'urn:oid:1.2.246.21' }, \
    PersonIdentifier: { names: 'http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier' }, \
    FirstName: { names: 'http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName' }, \
    FamilyName: { names: 'http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName' }, \
    KotikuntaKuntanumero: { names: 'urn:oid:1.2.246.517.2002.2.18' }, \
    KotikuntaKuntaS: { names: 'urn:oid:1.2.246.517.2002.2.19' }, \
    VakinainenKotimainenLahiosoiteS: { names: 'urn:oid:1.2.246.517.2002.2.4' }, \
    VakinainenKotimainenLahiosoitePostinumero: { names: 'urn:oid:1.2.246.517.2002.2.6' }, \
    VakinainenKotimainenLahiosoitePostitoimipaikkaS: { names: 'urn:oid:1.2.246.517.2002.2.7' }, \
    vtjVerified: { names: 'urn:oid:1.2.246.517.3002.111.2', sensitive: false } }";

const CONFIGURATION: &str = "\
public_url: PUBLIC_URL
listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
store: STORE
telemetry: TELEMETRY

keys:
  id_token: [file:id-token.pem]
  saml_signing: [{ key: file:saml-signing.pem, certificate: file:saml-signing.crt, algorithm: ALGORITHM }]
  saml_encryption: [{ key: file:saml-encryption.pem, certificate: file:saml-encryption.crt }]
  seal: [file:seal]
  subject: file:subject
ATTRIBUTES
upstreams:
  idp:
    entity_id: ENTITY_ID
    sso: { BINDING: SSO_URL }
    signing_certificates: [file:idp.crt]
    signed: both
    loa: [http://ftn.ficora.fi/2017/loa2, http://ftn.ficora.fi/2017/loa3]
    subject: [nationalIdentificationNumber]

clients:
  shop:
    secret: file:shop.secret
    redirect_uris: [CALLBACK]
    upstream: idp
    claims: &claims
      FI_nationalIN: { from: nationalIdentificationNumber, required: true }
      FI_firstName: { from: [givenName, FirstName], take: first, emit_empty: true }
      FI_lastname: { from: [sn, FamilyName], take: first, emit_empty: true }
      FI_displayName: { from: displayName, emit_empty: true }
      FI_commonName: { from: cn, emit_empty: true }
      FI_vtjVerified: { from: vtjVerified, emit_empty: true }
      FI_KotikuntaKuntanro: { from: KotikuntaKuntanumero, emit_empty: true }
      FI_KotikuntaKuntaS: { from: KotikuntaKuntaS, emit_empty: true }
      FI_VKLahiosoite: { from: VakinainenKotimainenLahiosoiteS, emit_empty: true }
      FI_VKPostinumero: { from: VakinainenKotimainenLahiosoitePostinumero, emit_empty: true }
      FI_VKPostitoimip: { from: VakinainenKotimainenLahiosoitePostitoimipaikkaS, emit_empty: true }
  shop-with-pkce:
    secret: file:shop.secret
    redirect_uris: [CALLBACK]
    upstream: idp
    require_pkce: true
    claims: *claims
  other:
    secret: file:other.secret
    redirect_uris: [CALLBACK]
    upstream: idp
    claims: *claims
  cognito:
    secret: file:shop.secret
    redirect_uris: [COGNITO_CALLBACK]
    upstream: idp
    claims: *claims
  alb:
    secret: file:shop.secret
    redirect_uris: [ALB_CALLBACK]
    upstream: idp
    claims: *claims
";
