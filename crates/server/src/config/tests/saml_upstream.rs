//! A file with one SAML upstream, read as a whole.

use silta_saml::{
    Expectation, RequestId, Response, ResponseError, Unverified, UsedContent, VerifiedAssertion,
};
use silta_testkit::forge::{ForgedResponse, NOON, REQUEST};

use super::super::upstreams::{Peer, SamlPeer};
use super::super::*;
use super::mistakes::Files;

/// The upstream `idp` of a file, where its section has these lines beside certificate and `subject`.
pub(super) fn peer(lines: &str) -> SamlPeer {
    only_peer(load_with(lines).unwrap())
}

/// The upstream of a file of which nothing is said.
pub(super) fn only_peer((mut config, problems): (Config, Problems)) -> SamlPeer {
    assert!(problems.is_empty(), "{problems}");
    let (_, upstream) = config.upstreams.pop_first().unwrap();
    match upstream.peer {
        Peer::Saml(peer) => *peer,
        Peer::Oidc(_) => unreachable!("it is one by SAML"),
    }
}

/// The same where its section has these lines and no others, and no attributes are beside those of its profile.
pub(super) fn peer_alone(lines: &str) -> SamlPeer {
    let beside = "    signing_certificates: [file:idp.crt]\n    subject: [employeeNumber]\n";
    let (file, attributes) = (FILE.replace(beside, ""), "attributes:\n  employeeNumber");
    let (before, rest) = file.split_once(attributes).unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    only_peer(load_of(&format!("{before}{after}"), lines, &Files::new()).unwrap())
}

/// The same where these files are, of which `ec` decrypts beside `sp`.
pub(super) fn peer_alone_with(lines: &str, files: &Files) -> SamlPeer {
    let beside = "    signing_certificates: [file:idp.crt]\n    subject: [employeeNumber]\n";
    let only = "{ key: file:sp.pem, certificate: file:sp.crt }";
    let both = format!("{only}, {{ key: file:ec.pem, certificate: file:ec.crt }}");
    let file = FILE.replace(beside, "").replace(only, &both);
    let (before, rest) = file.split_once("attributes:\n  employeeNumber").unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    only_peer(load_of(&format!("{before}{after}"), lines, files).unwrap())
}

/// What is said of the same file.
pub(super) fn load_with(lines: &str) -> Result<(Config, Problems), Problems> {
    load_of(FILE, lines, &Files::new())
}

/// The same with other files.
pub(super) fn load_with_file(lines: &str, files: &Files) -> Result<(Config, Problems), Problems> {
    load_of(FILE, lines, files)
}

/// The same where these decrypt, of which the files are `sp` and those of the test.
pub(super) fn load_with_keys(
    names: &[&str],
    lines: &str,
    files: &Files,
) -> Result<(Config, Problems), Problems> {
    let keys =
        names.iter().map(|one| format!("{{ key: file:{one}.pem, certificate: file:{one}.crt }}"));
    let keys = keys.collect::<Vec<_>>().join(", ");
    let only = "{ key: file:sp.pem, certificate: file:sp.crt }";
    load_of(&FILE.replace(only, &keys), lines, files)
}

fn load_of(file: &str, lines: &str, files: &Files) -> Result<(Config, Problems), Problems> {
    // All lines but the first are as far in as the test that they stand in.
    let rest = lines.trim().lines().skip(1);
    let depth = rest.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines = lines.trim().lines().enumerate().map(|(at, line)| {
        let line = if at == 0 { line } else { &line[depth..] };
        format!("    {line}\n")
    });
    let text = file.replace("    LINES\n", &lines.collect::<String>());
    let no = &Nowhere;
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    load("silta.yaml", &text, &sources)
}

/// The verdict of that upstream on a response to a request of ours.
pub(super) fn judged(
    peer: &SamlPeer,
    response: &ForgedResponse,
) -> Result<VerifiedAssertion, ResponseError> {
    judged_at(peer, response.sign(), 0)
}

/// The same of a message, where no weaker level was asked for.
pub(super) fn judged_at(
    peer: &SamlPeer,
    response: Unverified<Response>,
    least_level: usize,
) -> Result<VerifiedAssertion, ResponseError> {
    let parties = &peer.upstream().unwrap().parties;
    let expect = Expectation {
        provider: &parties.service_provider,
        idp: &parties.idp,
        request: &RequestId::from_stored(REQUEST.to_owned()),
        authenticated_since: None,
        least_level,
        uses: UsedContent::ALL,
    };
    response.verify(&expect, NOON)
}

const FILE: &str = "\
public_url: https://broker.example
listen: 127.0.0.1:8080
store: memory
keys:
  id_token: [file:id-token.pem]
  saml_signing: [{ key: file:saml.pem, certificate: file:saml.crt }]
  saml_encryption: [{ key: file:sp.pem, certificate: file:sp.crt }]
  seal: [file:seal]
  subject: file:subject
upstreams:
  idp:
    LINES
    signing_certificates: [file:idp.crt]
    subject: [employeeNumber]
attributes:
  employeeNumber: { names: [employeeNumber, 'urn:oid:2.16.840.1.113730.3.1.3'] }
clients:
  shop:
    secret: file:shop.secret
    redirect_uris: [https://shop.example/callback]
    upstream: idp
    claims: { email: mail }
";
