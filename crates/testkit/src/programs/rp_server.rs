//! Relying parties that are whole servers, by others: each behind an address that is known before
//! it starts, because the provider must know it, and it asks the provider at its start.

use std::ffi::OsStr;
use std::fs;
use std::net::Ipv4Addr;
use std::process::Command;

use crate::installed::installed;
use crate::peers::script;
use crate::program::Program;
use crate::programs::listening::started_at_a_free_port;
use crate::tcp_front::TcpFront;
use crate::test_dir::TestDir;

/// A relying party that runs. Dropping it kills it.
#[derive(Debug)]
pub struct RpServer {
    _program: Program,
}

impl RpServer {
    /// Apache with mod_auth_openidc, which protects `/protected`; `settings` are lines of its
    /// configuration, and `/protected/callback` is the redirect URI.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn mod_auth_openidc(dir: &TestDir, front: &TcpFront, settings: &str) -> Self {
        let folder = dir.folder().display().to_string();
        // Readable for everybody: started by root, it reads pages as somebody who may do nothing.
        let pages = dir.folder().join("htdocs");
        fs::create_dir_all(pages.join("protected")).expect("a temporary folder");
        fs::write(pages.join("protected/index.html"), "protected").expect("a page");
        fs::write(pages.join("index.html"), "open to all").expect("a page");
        let settings = APACHE
            .replace("FOLDER", &folder)
            .replace("REDIRECT_URI", &format!("{}/protected/callback", front.url()))
            .replace("SETTINGS", settings);
        let start = |port: u16| {
            let config = settings.replace("PORT", &port.to_string());
            let config = dir.write("apache.conf", config);
            let mut command = Command::new("/usr/sbin/apache2");
            command.args([OsStr::new("-DFOREGROUND"), OsStr::new("-f"), config.as_os_str()]);
            Program::start("mod_auth_openidc", &mut command)
        };
        Self::at(front, start)
    }

    /// oauth2-proxy with these flags; `/oauth2/callback` is the redirect URI.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn oauth2_proxy(front: &TcpFront, flags: &[&str]) -> Self {
        let start = |port: u16| {
            let mut command = Command::new(installed("oauth2-proxy/oauth2-proxy"));
            command
                .args(["--provider=oidc", "--cookie-secure=false", "--email-domain=*"])
                .args(["--upstream=static://200", "--skip-provider-button=true"])
                // It is used for nothing but this test's cookies.
                .arg("--cookie-secret=0123456789abcdef0123456789abcdef")
                .arg(format!("--redirect-url={}/oauth2/callback", front.url()))
                .arg(format!("--http-address=127.0.0.1:{port}"))
                .args(flags);
            Program::start("oauth2-proxy", &mut command)
        };
        Self::at(front, start)
    }

    /// Spring Security, as `SpringClient.java` describes; `/login/oauth2/code/silta` is the redirect
    /// URI.
    ///
    /// # Panics
    /// When it does not get ready, with everything that it said.
    #[must_use]
    pub fn spring_security(front: &TcpFront, settings: &[String]) -> Self {
        let mut command = Command::new("java");
        command
            .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"])
            .arg(installed("spring").join("*"))
            .arg(script("spring/SpringClient.java"))
            .arg("--server.port=0")
            .arg("--server.address=127.0.0.1")
            .args(settings);
        let program = Program::start("Spring Security", &mut command);
        let port = program.wait_for_start("port", |line| {
            line.strip_prefix("listening on ").and_then(|port| port.parse().ok())
        });
        front.route_to(&[(Ipv4Addr::LOCALHOST, port).into()]);
        Self { _program: program }
    }

    fn at(front: &TcpFront, start: impl Fn(u16) -> Program) -> Self {
        let (program, address) = started_at_a_free_port(start);
        front.route_to(&[address]);
        Self { _program: program }
    }
}

/// Only where root starts it `User` counts.
const APACHE: &str = "\
ServerRoot FOLDER
ServerName 127.0.0.1
Listen 127.0.0.1:PORT
PidFile FOLDER/apache.pid
ErrorLog /dev/stderr
LogLevel warn
DefaultRuntimeDir FOLDER
Mutex pthread
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule authz_user_module /usr/lib/apache2/modules/mod_authz_user.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule auth_openidc_module /usr/lib/apache2/modules/mod_auth_openidc.so
User #65534
Group #65534
DocumentRoot FOLDER/htdocs
OIDCCryptoPassphrase nothing-but-this-tests-cookies
OIDCRedirectURI REDIRECT_URI
OIDCInfoHook access_token id_token userinfo refresh_token session
SETTINGS
<Location /protected>
    AuthType openid-connect
    Require valid-user
</Location>
";
