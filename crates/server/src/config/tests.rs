//! The description and its reader agree, and mistakes are told.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use silta_config::description::{every_section, upstreams};

use super::*;

mod mistakes;

/// Nothing that is referred to is there.
struct Nothing;

impl FileSource for Nothing {
    fn file(&self, _path: &str) -> Result<FileText, FileError> {
        Err(FileError::Missing)
    }
}

#[test]
fn every_key_that_is_described_is_read() {
    let mut asked = BTreeSet::new();
    let (files, no) = (&Nothing, &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    for text in [silta_config::whole_example(), OTHERS.to_owned()] {
        let document = Document::parse("example", &text).unwrap();
        assert!(document.read(|_| Some(())).is_ok(), "{:?}", document.read(|_| Some(())).err());
        asked.extend(document.asked(|root| config(root, &sources)));
    }
    for section in every_section() {
        for key in section.keys {
            // These are read when the file is completed.
            if [upstreams::PROFILE.name, upstreams::PROTOCOL.name].contains(&key.name) {
                continue;
            }
            let name = (section.name, key.name);
            assert!(
                asked.contains(&name),
                "{} of {} is described and never read",
                key.name,
                section.name
            );
        }
    }
}

/// What cannot stand beside the examples of the other keys.
const OTHERS: &str = "\
public_url: https://login.example
store: { redis: env:URL }
keys:
  id_token: [env:A]
  saml_signing: [{ key: env:A, certificate: env:B }]
  saml_encryption: [{ key: env:A, certificate: env:B }]
  seal: [env:A]
  subject: env:A
upstreams:
  idp:
    profile: suomifi-test
    sso: { post: https://idp.example/sso }
    signing_certificates: [env:A]
    subject: { source: people, least_level: http://ftn.ficora.fi/2017/loa2 }
clients:
  shop:
    secret: env:A
    redirect_uris: [https://shop.example/callback]
    upstreams: { idp: { min_acr: http://ftn.ficora.fi/2017/loa3 } }
    claims:
      kind: { constant: citizen }
      names: { from: displayName, take: { join: ', ' } }
service_providers:
  vpn:
    entity_id: urn:amazon:webservices:clientvpn
    acs: [{ url: 'http://127.0.0.1:35001', index: 0 }]
    requests: unsigned
    upstreams: { idp: { min_acr: http://ftn.ficora.fi/2017/loa3 } }
    allow: { attribute: mail, values: ['a@example.fi'] }
    name_id: { email_domain: vpn.example.fi }
    attributes: { mail: mail }
";
