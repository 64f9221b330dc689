//! An ID token as a provider could make it that is trusted and means harm, or is broken: any octets
//! as its claims, signed.

use serde_json::Value;

use crate::Verdict;
use crate::openid_provider::{CLIENT_ID, ISSUER, NONCE, NOON, sign, verify};

/// What is accepted is from this provider, for us alone, of this login and not over, as another
/// reader of JSON has it.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Some(verified) = verify(&sign(octets)) else { return Verdict::Refused };
    let read: Value = serde_json::from_slice(octets).expect("accepted, and no JSON");
    assert_eq!(read["iss"], ISSUER, "another provider");
    let audiences = read["aud"].as_array().cloned().unwrap_or_else(|| vec![read["aud"].clone()]);
    assert!(audiences.iter().all(|one| one == CLIENT_ID), "for somebody else");
    assert!(read.get("azp").is_none_or(|azp| azp == CLIENT_ID), "issued to somebody else");
    assert_eq!(read["nonce"], NONCE.as_str(), "another login");
    assert_eq!(read["sub"], verified.subject().as_str(), "another person");
    let noon = f64::from(i32::try_from(NOON.as_second()).unwrap());
    assert!(read["exp"].as_f64().unwrap() > noon - 60.0, "over");
    assert!(read["iat"].as_f64().unwrap() <= noon + 60.0, "from the future");
    Verdict::Accepted
}
