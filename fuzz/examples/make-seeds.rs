//! Writes the seeds that are signed with the kept keys: `cargo run --package silta-fuzz --example
//! make-seeds`. The others are written by hand, or were found by a fuzzer.

#![expect(clippy::unwrap_used, reason = "a tool for developers")]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use silta_fuzz::{
    IDP_KEY, RELAY_STATE, SLO, SP_AGREEMENT_KEY, SP_ENCRYPTION_KEY, SSO, answer, claims,
    logout_request, logout_response, request, sign, signed_metadata,
};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::namespace::SAML;
use silta_saml::{
    EcdhEs, KdfDigest, KeyWrap, MessageParameter, Recipient, StatusError, redirect_url,
    sign_enveloped,
};
use silta_testkit::forge::{encrypted_assertion, text};

fn main() {
    let (header, assertion) = answer();
    let signed = sign_enveloped(&assertion, &IDP_KEY).unwrap();
    let encrypted =
        |assertion: &str, cipher| encrypted_assertion(assertion, cipher, &by_rsa(), [7; 48]);
    let gcm = encrypted(&signed, DataCipher::Aes256Gcm);
    let cbc = encrypted(&signed, DataCipher::Aes256Cbc);
    let unsigned = encrypted(&assertion, DataCipher::Aes256Gcm);
    let response = |assertion: &str| header.response("_response", assertion);
    let sealed = |assertion: &str| sign_enveloped(&response(assertion), &IDP_KEY).unwrap();
    write("response/accepted-encrypted-both-signed", &sealed(&gcm));
    write("response/accepted-encrypted-cbc-both-signed", &sealed(&cbc));
    write("response/refused-encrypted-response-signed", &sealed(&unsigned));
    write("response/accepted-encrypted-assertion-signed", &response(&gcm));
    write("response/accepted-plain-both-signed", &sealed(&signed));
    write("response/accepted-plain-response-signed", &sealed(&assertion));
    write("response/refused-plain-assertion-signed", &response(&signed));
    write("response/refused-encrypted-cbc-unsigned", &response(&cbc));
    write("response/refused-two-assertions", &sealed(&format!("{signed}{assertion}")));
    agreements(&signed, &sealed);
    parts(&assertion, &sealed);
    signed_parts(&assertion, &response);
    let declined = header.error_response("_response", StatusError::AuthnFailed);
    write("response/refused-declined", &sign_enveloped(&declined, &IDP_KEY).unwrap());
    write("signed_response/accepted-plain", &response(&assertion));
    write("signed_response/accepted-encrypted", &response(&cbc));
    write("signed_response/refused-declined", &declined);
    requests();
    logouts();
    metadata();
    id_tokens();
}

/// Around an assertion whose session key is agreed on by ECDH-ES: what is seen before a key of ours is used, and after.
fn agreements(assertion: &str, sealed: &dyn Fn(&str) -> String) {
    let agreed = encrypted_assertion(assertion, DataCipher::Aes256Gcm, &by_agreement(), [7; 48]);
    write("response/accepted-agreed-both-signed", &sealed(&agreed));
    let point =
        |change: fn(Vec<u8>) -> Vec<u8>| text::octets(&agreed, "dsig11:PublicKey", 0, change);
    let off_the_curve = |mut octets: Vec<u8>| {
        octets.reverse();
        octets.rotate_right(1);
        octets
    };
    write("response/refused-agreed-off-the-curve", &sealed(&point(off_the_curve)));
    write("response/refused-agreed-at-infinity", &sealed(&point(|_| vec![0])));
    let party =
        |hex: &str| text::swapped(&agreed, "PartyUInfo=\"00\"", &format!("PartyUInfo=\"{hex}\""));
    write("response/refused-agreed-with-another-party", &sealed(&party("00AB")));
    write("response/refused-agreed-with-part-of-an-octet", &sealed(&party("03D8")));
    let key = text::element(&agreed, "ds:KeyValue");
    let named = text::swapped(&agreed, key, "<ds:KeyName>idp</ds:KeyName>");
    write("response/refused-agreed-by-a-name", &sealed(&named));
}

/// Around an assertion of which name and attributes are encrypted by themselves.
fn parts(assertion: &str, sealed: &dyn Fn(&str) -> String) {
    let signed = |assertion: &str| sign_enveloped(assertion, &IDP_KEY).unwrap();
    let to_rsa = with_parts(assertion, &by_rsa());
    write("response/accepted-parts-both-signed", &sealed(&signed(&to_rsa)));
    write("response/accepted-parts-response-signed", &sealed(&to_rsa));
    write("response/refused-parts-of-nobody", &sealed(&signed(&for_others(assertion))));
    let agreed = signed(&with_parts(assertion, &by_agreement()));
    let inside = encrypted_assertion(&agreed, DataCipher::Aes128Cbc, &by_agreement(), [7; 48]);
    write("response/accepted-parts-agreed-inside", &sealed(&inside));
    // Left out, so that the person is the same.
    let theirs = recipient_named(&part("EncryptedAttribute", "<x/>", &by_agreement()));
    let beside = text::before(assertion, "</saml:AttributeStatement>", &theirs);
    write("response/accepted-part-for-others", &sealed(&signed(&beside)));
    let attribute = declared(assertion, "saml:Attribute");
    let other = part("EncryptedID", &attribute, &by_agreement());
    let confused = text::replaced(assertion, "saml:NameID", &other);
    write("response/refused-part-of-another-kind", &sealed(&signed(&confused)));
}

/// The same for the target that signs.
fn signed_parts(assertion: &str, response: &dyn Fn(&str) -> String) {
    write("signed_response/accepted-parts", &response(&with_parts(assertion, &by_rsa())));
    write(
        "signed_response/accepted-parts-agreed",
        &response(&with_parts(assertion, &by_agreement())),
    );
    let signed = sign_enveloped(assertion, &IDP_KEY).unwrap();
    let agreed = encrypted_assertion(&signed, DataCipher::Aes192Gcm, &by_agreement(), [7; 48]);
    write("signed_response/accepted-agreed", &response(&agreed));
    write("signed_response/refused-parts-of-nobody", &response(&for_others(assertion)));
}

/// The assertion with its name and its first attribute encrypted by themselves.
fn with_parts(assertion: &str, recipient: &Recipient) -> String {
    let kinds = [("saml:NameID", "EncryptedID"), ("saml:Attribute", "EncryptedAttribute")];
    kinds.into_iter().fold(assertion.to_owned(), |assertion, (kind, name)| {
        text::replaced(&assertion, kind, &part(name, &declared(&assertion, kind), recipient))
    })
}

/// The assertion with a name that says it is for somebody else.
fn for_others(assertion: &str) -> String {
    let theirs = part("EncryptedID", &declared(assertion, "saml:NameID"), &by_rsa());
    text::replaced(assertion, "saml:NameID", &recipient_named(&theirs))
}

fn part(name: &str, plaintext: &str, recipient: &Recipient) -> String {
    let encrypted = encrypted_assertion(plaintext, DataCipher::Aes256Gcm, recipient, [7; 48]);
    text::swapped(&encrypted, "EncryptedAssertion", name)
}

fn recipient_named(part: &str) -> String {
    let named = "<xenc:EncryptedKey Recipient=\"https://other.example/entity\"";
    text::swapped(part, "<xenc:EncryptedKey", named)
}

/// The first element of this name, as a document of its own.
fn declared(assertion: &str, kind: &str) -> String {
    text::element(assertion, kind).replacen(kind, &format!("{kind} xmlns:saml=\"{SAML}\""), 1)
}

fn by_rsa() -> Recipient {
    let oaep = RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha1 };
    Recipient::by_rsa_oaep(&SP_ENCRYPTION_KEY, oaep).unwrap()
}

fn by_agreement() -> Recipient {
    let way = EcdhEs { digest: KdfDigest::Sha256, wrap: KeyWrap::Aes256 };
    Recipient::by_ecdh_es(&SP_AGREEMENT_KEY, way).unwrap()
}

fn requests() {
    let [signed, plain] = [request(true), request(false)];
    let sign = |xml: &str| sign_enveloped(xml, &IDP_KEY).unwrap();
    write("authn_request/accepted-signed", &sign(&signed));
    write("authn_request/accepted-signed-though-it-need-not", &sign(&plain));
    write("authn_request/accepted-unsigned", &plain);
    write("authn_request/refused-unsigned", &signed);
    let elsewhere = signed.replace("/acs?", "/other?");
    write("authn_request/refused-unlisted-acs", &sign(&elsewhere));

    let query = |xml: &str| signed_query(SSO, (MessageParameter::Request, xml));
    let unsigned = |xml: &str| query(xml).split_once("&SigAlg=").unwrap().0.to_owned();
    write("redirect/accepted-signed", &query(&signed));
    write("redirect/accepted-unsigned", &unsigned(&plain));
    write("redirect/refused-unsigned", &unsigned(&signed));
    write("redirect/refused-signed-inside", &unsigned(&sign(&signed)));
    write("redirect/refused-another-relay-state", &query(&signed).replace("a%2Bb", "a%2Bc"));
    let deflated = |xml: &str| {
        let mut encoder = DeflateEncoder::new(vec![], Compression::best());
        encoder.write_all(xml.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    write_octets("inflate/accepted-request", &deflated(&signed));
    write_octets("inflate/accepted-just-within", &deflated(&" ".repeat(131_072)));
    write_octets("inflate/refused-one-octet-more", &deflated(&" ".repeat(131_073)));
    write_octets("inflate/refused-a-thousandfold", &deflated(&" ".repeat(8 << 20)));
    write_octets("inflate/refused-cut", deflated(&signed).split_at(100).0);
}

fn logouts() {
    let [request, response] = [logout_request(), logout_response()];
    let sign = |xml: &str| sign_enveloped(xml, &IDP_KEY).unwrap();
    let asked = signed_query(SLO, (MessageParameter::Request, &request));
    let answered = signed_query(SLO, (MessageParameter::Response, &response));
    write("logout_request/accepted-posted", &sign(&request));
    write("logout_request/accepted-redirected", &asked);
    write("logout_request/refused-unsigned", &request);
    write("logout_request/refused-response", &sign(&response));
    let other = sign(&request).replace("person-7", "person-8");
    write("logout_request/refused-another-person", &other);
    let both = format!("{asked}&SAMLResponse=");
    write("logout_request/refused-beside-a-response", &both);
    write("logout_request/refused-another-relay-state", &asked.replace("a%2Bb", "a%2Bc"));
    write("logout_response/accepted-posted", &sign(&response));
    write("logout_response/accepted-redirected", &answered);
    write("logout_response/refused-unsigned", &response);
    write("logout_response/refused-request", &sign(&request));
    let (from, to) = ("PartialLogout", "AuthnFailed");
    write("logout_response/refused-another-status", &sign(&response).replace(from, to));
}

fn metadata() {
    let [entity, federation] = [false, true].map(silta_fuzz::metadata);
    let [signed, signed_federation] = [false, true].map(signed_metadata);
    write("metadata/accepted-entity", &entity);
    write("metadata/accepted-federation", &federation);
    write("metadata/accepted-entity-signed", &signed);
    write("metadata/accepted-federation-signed", &signed_federation);
    let moved = |document: &str| document.replace("/sso?", "/other?");
    write("metadata/accepted-another-address", &moved(&entity));
    write("metadata/refused-another-address-signed", &moved(&signed));
    let twice = entity.replace("</md:KeyDescriptor>", "</md:KeyDescriptor><!-- --><?evil?>");
    write("metadata/refused-instruction", &twice);
    let comment = entity.replace("</ds:X509Certificate>", "<!-- --></ds:X509Certificate>");
    write("metadata/refused-comment-in-text", &comment);
    write("metadata/refused-no-role", &entity.replace("IDPSSO", "SPSSO"));
    write("metadata/refused-expired", &entity.replace("validUntil=\"2026", "validUntil=\"2025"));
    let wrapped = format!(
        "{}{signed}</md:EntitiesDescriptor>",
        federation.split('>').next().unwrap().replace("_root", "_evil") + ">"
    );
    write("metadata/refused-wrapped", &wrapped);
}

fn id_tokens() {
    let good = claims();
    let token = sign(good.as_bytes());
    write("id_token/accepted-signed", &token);
    let [header, payload, signature] =
        <[&str; 3]>::try_from(token.split('.').collect::<Vec<_>>()).unwrap();
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let none = encode(r#"{"alg":"none"}"#);
    write("id_token/refused-alg-none", &format!("{none}.{payload}."));
    let hmac = encode(r#"{"alg":"HS256","kid":"op"}"#);
    write("id_token/refused-hmac", &format!("{hmac}.{payload}.{signature}"));
    let foreign = encode(r#"{"alg":"ES256","kid":"enc"}"#);
    write("id_token/refused-key-for-encryption", &format!("{foreign}.{payload}.{signature}"));
    let other = encode(&good.replace("person-7", "person-8"));
    write("id_token/refused-changed", &format!("{header}.{other}.{signature}"));
    write("id_token/refused-signature-of-zeros", &format!("{header}.{payload}.{}", "A".repeat(86)));

    write("signed_id_token/accepted-good", &good);
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let array = swap(r#""aud":"silta""#, r#""aud":["silta"],"azp":"silta""#);
    write("signed_id_token/accepted-audience-in-a-list", &array);
    let audiences = swap(r#""aud":"silta""#, r#""aud":["silta","other"],"azp":"silta""#);
    write("signed_id_token/refused-another-audience", &audiences);
    write("signed_id_token/refused-another-provider", &swap("op.example", "op2.example"));
    write("signed_id_token/refused-a-claim-twice", &swap("{", r#"{"sub":"person-8","#));
    write("signed_id_token/refused-another-nonce", &swap(r#""nonce":"Bw"#, r#""nonce":"Bx"#));
}

/// The query of a redirect that carries this message.
fn signed_query(to: &str, message: (MessageParameter, &str)) -> String {
    let url = redirect_url(to, message, Some(RELAY_STATE), IDP_KEY.credential()).unwrap();
    let signature = IDP_KEY.sign(url.octets()).unwrap();
    url.signed(&signature).as_str().split_once('?').unwrap().1.to_owned()
}

fn write(name: &str, seed: &str) {
    write_octets(name, seed.as_bytes());
}

fn write_octets(name: &str, seed: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, seed).unwrap();
}
