//! What is said of the keys that are published at `/jwks`.

use openssl::nid::Nid;
use silta_testkit::keys::KeyPair;

use super::mistakes::{Files, GOOD, problems};

/// Nine keys beside the one of the good file.
const NAMES: [&str; 9] =
    ["1.pem", "2.pem", "3.pem", "4.pem", "5.pem", "6.pem", "7.pem", "8.pem", "9.pem"];

#[test]
fn more_keys_than_a_load_balancer_reads_are_doubted() {
    let files = NAMES.into_iter().fold(Files::new(), |files, name| {
        files.with(name, KeyPair::ec(name, Nid::X9_62_PRIME256V1).key_pem())
    });
    let files = files.with("10.pem", KeyPair::rsa("the tenth").key_pem());
    let nine = NAMES.map(|name| format!("file:{name}")).join(", ");
    let pss = ("    id_token_life: 5m", "    id_token_life: 5m\n    id_token_alg: PS256");
    for (keys, client, published) in [
        (nine.clone(), None, None),
        (format!("{nine}, file:10.pem"), None, Some(11)),
        // Each RSA key is published for PS256 too.
        (nine.clone(), Some(pss), Some(11)),
        (format!("{nine}, file:10.pem"), Some(pss), Some(13)),
    ] {
        let keys = format!("[file:id-token.pem, {keys}]");
        let mut text = GOOD.replacen("[file:id-token.pem]", &keys, 1);
        if let Some((line, with)) = client {
            assert!(text.contains(line), "{text}");
            text = text.replacen(line, with, 1);
        }
        let said = problems(&text, &files).to_string();
        let expected = published.map(|count| {
            format!(
                "keys.id_token: {count} keys are published at /jwks, and a load balancer that \
                 verifies tokens reads 10"
            )
        });
        assert_eq!(said.lines().count(), usize::from(expected.is_some()), "{said}");
        assert!(said.contains(&expected.unwrap_or_default()), "{said}");
    }
}
