//! The state that a user pool sends, in the form that was captured.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use silta_broker::ports::Entropy;

use super::AppRequest;
use crate::entropy::SeededEntropy;

/// Three parts between dots: the application's request and a seal over it, both gzip in base64url,
/// and a digit. It has 698 characters, and more when the application's own request is long.
pub(super) fn for_request(
    app: &AppRequest,
    pool: &str,
    provider: &str,
    entropy: &SeededEntropy,
) -> String {
    let request = json!({
        "userPoolId": pool, "providerName": provider, "providerType": "OIDC",
        "clientId": app.client_id, "redirectURI": app.redirect_uri, "responseType": "code",
        "state": app.state,
    });
    let mut request = request.to_string().into_bytes();
    // Whole groups of base64, so that the seal can fill what is left to the character.
    while !part(&request).len().is_multiple_of(4) {
        request.push(b' ');
    }
    let request = part(&request);
    let wanted = LENGTH.saturating_sub(request.len() + "..5".len());
    let mut seal = vec![0; SEAL];
    while part(&seal).len() < wanted {
        seal.push(0);
    }
    entropy.fill(&mut seal);
    format!("{request}.{}.5", part(&seal))
}

/// Stored, not compressed: its length then depends on nothing but that of `octets`.
fn part(octets: &[u8]) -> String {
    let mut gzip = GzEncoder::new(vec![], Compression::none());
    gzip.write_all(octets).unwrap();
    URL_SAFE_NO_PAD.encode(gzip.finish().unwrap())
}

const LENGTH: usize = 698;
/// Octets that no state goes below.
const SEAL: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn state(app_state: &str, entropy: &SeededEntropy) -> String {
        let app = AppRequest {
            client_id: "1example23456789".to_owned(),
            redirect_uri: "https://app.example/callback".to_owned(),
            state: app_state.to_owned(),
        };
        for_request(&app, "eu-north-1_Example", "Silta", entropy)
    }

    #[test]
    fn has_698_characters_in_three_parts_that_begin_as_gzip_does() {
        let entropy = SeededEntropy::from_seed(1);
        for length in 0..64 {
            let state = state(&"a".repeat(length), &entropy);
            assert_eq!(state.len(), 698);
            let parts: Vec<_> = state.split('.').collect();
            let [request, seal, digit] = parts[..] else { panic!("{} parts", parts.len()) };
            assert!(request.starts_with("H4sI") && seal.starts_with("H4sI"));
            assert!(digit.len() == 1 && digit.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn grows_with_the_applications_own_state() {
        let entropy = SeededEntropy::from_seed(1);
        assert!(state(&"a".repeat(3000), &entropy).len() > 4000);
        assert_ne!(state("a", &entropy), state("a", &entropy));
    }
}
