//! `silta demo`: a broker, a test identity provider and a client in one process on this machine.

mod client;
mod idp;
mod page;
mod persons;
mod single_logout;
mod texts;
mod walk;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::web::Data;
use anyhow::{Context as _, anyhow};
use client::Client;
use idp::Idp;
use silta_saml::algorithm::{DigestAlgorithm, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AcsUrl, EncryptionKey, KeyError, Recipient, RegisteredServiceProvider, RequestSignature,
    SigningKey, VerificationKey,
};
use single_logout::SingleLogout;

use crate::app_state::CurrentState;
use crate::assemble::{Services, assemble};
use crate::config::{self, Nowhere, Sources};
use crate::in_memory_files::InMemoryFiles;
use crate::log_writer::{LOG_LIMIT, LogWriter};
use crate::metrics::Metrics;
use crate::new_keys::TOKEN_BITS;
use crate::system::{SystemClock, SystemEntropy};
use crate::{console, http, new_keys, telemetry};

/// Runs the demo until it is interrupted, or for one login; at `address` and the two ports above it, or
/// at ports that are free where there is none or its port is 0.
pub(crate) fn run(once: bool, address: Option<SocketAddr>) -> ExitCode {
    let clock = Arc::new(SystemClock);
    // The output of one login is what the client learnt.
    let log = if once { LogWriter::start_on_stderr(clock) } else { LogWriter::start(clock) };
    let ran = log.map_err(anyhow::Error::from).and_then(|log| {
        let ran = actix_web::rt::System::new().block_on(demo(once, address, &log));
        log.finish(LOG_LIMIT);
        ran
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::print_error(&format!("the demo failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn demo(once: bool, address: Option<SocketAddr>, log: &Arc<LogWriter>) -> anyhow::Result<()> {
    let setup = DemoSetup::made(once, address, log)?;
    let Listeners { broker, idp, client } = setup.listeners;
    for server in [
        http::serve(setup.current, setup.metrics, broker, || {})?,
        idp::serve(setup.idp, idp)?,
        client::serve(setup.client.clone(), client)?,
    ] {
        actix_web::rt::spawn(server);
    }
    if once {
        return log_in_once(&setup.client).await;
    }
    console::say(&format!(
        "\nSilta demo. Open this address in a browser and log in:\n\n    {}\n\n\
         Everything lives in this process and is gone when it ends (Ctrl-C).\n",
        setup.client.url
    ));
    tokio::signal::ctrl_c().await?;
    Ok(())
}

async fn log_in_once(client: &Client) -> anyhow::Result<()> {
    let start = client.start().await?;
    let callback = walk::walk(&client.http, &start, &format!("{}/callback", client.url)).await?;
    let value = |name: &str| {
        let mut pairs = callback.query_pairs();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    if let Some(error) = value("error") {
        return Err(anyhow!("{error}: {}", value("error_description").unwrap_or_default()));
    }
    let (state, code) = (value("state").context("no state")?, value("code").context("no code")?);
    let learnt = client.finish(&state, &code).await?;
    console::say(&format!("{}\n", serde_json::to_string_pretty(&learnt)?));
    Ok(())
}

/// The three parties, ready to be served.
struct DemoSetup {
    listeners: Listeners,
    current: Arc<CurrentState>,
    metrics: Arc<Metrics>,
    idp: Idp,
    client: Data<Client>,
}

struct Listeners {
    broker: TcpListener,
    idp: TcpListener,
    client: TcpListener,
}

impl Listeners {
    fn bind(once: bool, address: Option<SocketAddr>) -> anyhow::Result<Self> {
        let [broker, idp, client] = [0, 1, 2].map(|nth| match address {
            Some(first) => {
                let port = if first.port() == 0 { 0 } else { first.port().saturating_add(nth) };
                let at = SocketAddr::new(first.ip(), port);
                http::bind(at).with_context(|| format!("cannot listen at {at}"))
            }
            // One login needs no fixed address; a person may want to reload the page after a restart.
            None if once => Ok(http::bind(at_loopback(0))?),
            // Where a port is taken, any other will do.
            None => Ok(http::bind(at_loopback(FIRST_PORT + nth))
                .or_else(|_| http::bind(at_loopback(0)))?),
        });
        Ok(Self { broker: broker?, idp: idp?, client: client? })
    }
}

impl DemoSetup {
    fn made(once: bool, address: Option<SocketAddr>, log: &Arc<LogWriter>) -> anyhow::Result<Self> {
        let listeners = Listeners::bind(once, address)?;
        let broker_url = url(&listeners.broker)?;
        let idp_url = url(&listeners.idp)?;
        let client_url = url(&listeners.client)?;

        let idp_pair = new_keys::p256("silta demo identity provider", A_DAY)?;
        let saml_signing = new_keys::p256("silta demo broker, signing", A_DAY)?;
        let saml_encryption = new_keys::rsa("silta demo broker, encryption", TOKEN_BITS, A_DAY)?;
        let id_token = new_keys::rsa("silta demo broker, ID tokens", TOKEN_BITS, A_DAY)?;
        let random = || new_keys::octets32(&SystemEntropy);
        let secret = random();
        let files = [
            ("id-token.pem", &id_token.key),
            ("saml-signing.pem", &saml_signing.key),
            ("saml-signing.crt", &saml_signing.certificate),
            ("saml-encryption.pem", &saml_encryption.key),
            ("saml-encryption.crt", &saml_encryption.certificate),
            ("idp.crt", &idp_pair.certificate),
            ("seal", &random().into_bytes()),
            ("subject", &random().into_bytes()),
            ("demo-shop.secret", &secret.clone().into_bytes()),
        ];
        let files = files.map(|(name, content)| (name.to_owned(), content.clone()));
        let text = include_str!("demo/silta.yaml")
            .replace("PUBLIC_URL", &broker_url)
            .replace("IDP_URL", &idp_url)
            .replace("CLIENT_URL", &client_url);
        let (files, no) = (InMemoryFiles(files.into()), &Nowhere);
        let sources = Sources { files: &files, variables: no, secrets: no, keys: no };
        let (config, _) = config::load("silta.yaml", &text, &sources)
            .map_err(|problems| anyhow!("{problems}"))?;
        if once {
            telemetry::start_lines(tracing::Level::WARN, log);
        } else {
            telemetry::start(&config.telemetry, log);
        }

        let signing = SigningKey::from_pem(
            &idp_pair.key,
            &idp_pair.certificate,
            SignatureAlgorithm::EcdsaSha256,
        )?;
        let signed = VerificationKey::from_certificate_pem(&saml_signing.certificate)?;
        let (entity_id, slo) = (format!("{idp_url}/metadata"), format!("{idp_url}/slo"));
        let broker = format!("{broker_url}/saml/testi");
        let answers = format!("{broker}/slo");
        let broker = (format!("{broker}/metadata"), signed.clone(), answers);
        let logout = SingleLogout::new((slo, entity_id.clone()), broker)?;
        let services = Services::new(&config, log.clone());
        Ok(Self {
            metrics: services.metrics.clone(),
            current: Arc::new(CurrentState::new(assemble(config, &services, None)?)),
            idp: Idp {
                entity_id,
                logout,
                signing,
                sso_url: format!("{idp_url}/sso"),
                broker: RegisteredServiceProvider::new(
                    format!("{broker_url}/saml/testi/metadata"),
                    vec![AcsUrl { url: format!("{broker_url}/saml/testi/acs"), index: None }],
                    RequestSignature {
                        required: true,
                        keys: vec![signed],
                        algorithms: SignatureAlgorithm::ALL.to_vec(),
                    },
                )?,
                broker_encryption: recipient(&saml_encryption.certificate)?,
            },
            client: Data::new(Client {
                issuer: broker_url,
                url: client_url,
                secret,
                // The broker is on this machine, and speaks plain http.
                http: reqwest::Client::builder()
                    .no_proxy()
                    .tls_certs_only([])
                    .redirect(reqwest::redirect::Policy::none())
                    .build()?,
                waiting: std::sync::Mutex::default(),
            }),
            listeners,
        })
    }
}

/// The broker as the identity provider encrypts to it.
fn recipient(certificate: &[u8]) -> Result<Recipient, KeyError> {
    let oaep = RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 };
    Recipient::by_rsa_oaep(&EncryptionKey::from_certificate_pem(certificate)?, oaep)
}

fn at_loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Where a browser finds it: one that listens at all addresses is on this machine for a browser, too.
fn url(listener: &TcpListener) -> std::io::Result<String> {
    let address = listener.local_addr()?;
    if address.ip().is_unspecified() {
        return Ok(format!("http://localhost:{}", address.port()));
    }
    Ok(format!("http://{address}"))
}

const CLIENT_ID: &str = "demo-shop";
/// As long as its certificates hold.
const A_DAY: u32 = 1;
/// The broker's; the identity provider and the client have the next two.
const FIRST_PORT: u16 = 7301;
