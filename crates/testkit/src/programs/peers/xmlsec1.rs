//! The `xmlsec1` tool, which verifies and makes signatures.

use std::path::Path;
use std::process::Command;

/// Whether the `xmlsec1` tool verifies the signature of an AuthnRequest; what it says if not.
///
/// # Errors
/// What it says.
///
/// # Panics
/// When it is not installed.
pub fn xmlsec1(request: &Path, certificate: &Path) -> Result<(), String> {
    xmlsec1_at("/*/*[local-name()='Signature']", request, certificate)
}

/// Whether the `xmlsec1` tool verifies the signature that a path finds in a message of ours;
/// what it says if not.
///
/// # Errors
/// What it says.
///
/// # Panics
/// When it is not installed.
pub fn xmlsec1_at(signature: &str, message: &Path, certificate: &Path) -> Result<(), String> {
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--enabled-key-data", "key-name,x509"]);
    let output = with_ids(&mut command)
        .args(["--node-xpath", signature, "--pubkey-cert-pem"])
        .args([certificate, message])
        .output()
        .expect("xmlsec1 starts; tests/peers/setup installs it");
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Has the `xmlsec1` tool fill in the template of a signature that a document holds, and returns the
/// document.
///
/// # Panics
/// When it is not installed, or does not sign.
#[must_use]
pub fn xmlsec1_sign(template: &Path, key: &Path) -> String {
    let mut command = Command::new("xmlsec1");
    let output = with_ids(command.arg("--sign"))
        .arg("--privkey-pem")
        .args([key, template])
        .output()
        .expect("xmlsec1 starts; tests/peers/setup installs it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "xmlsec1 does not sign: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Without a schema the tool knows no IDs.
fn with_ids(command: &mut Command) -> &mut Command {
    for element in [AUTHN_REQUEST, RESPONSE, ASSERTION, ENTITY, ENTITIES] {
        command.args(["--id-attr:ID", element]);
    }
    command
}

const AUTHN_REQUEST: &str = "urn:oasis:names:tc:SAML:2.0:protocol:AuthnRequest";
const RESPONSE: &str = "urn:oasis:names:tc:SAML:2.0:protocol:Response";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion:Assertion";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor";
const ENTITIES: &str = "urn:oasis:names:tc:SAML:2.0:metadata:EntitiesDescriptor";
