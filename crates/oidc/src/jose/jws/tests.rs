#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv\
                      bS9pc19yb290Ijp0cnVlfQ";

fn verified(token: &str, jwk: &Value) -> Result<Map<String, Value>, JwsError> {
    let keys = JwkSet::read(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
    verified_claims(token, "JWT", &SignatureAlgorithm::ALL, &keys)
}

/// The claims that both examples sign.
fn check(token: &str, jwk: &Value) {
    let claims = Value::Object(verified(token, jwk).unwrap());
    let expected =
        json!({ "iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true });
    assert_eq!(claims, expected);
    let (input, signature) = token.rsplit_once('.').unwrap();
    // A character in the middle of the signature.
    let (left, right) = signature.split_at(40);
    let changed = if right.starts_with('A') { "B" } else { "A" };
    let forged = format!("{input}.{left}{changed}{}", right.split_at(1).1);
    assert_eq!(verified(&forged, jwk), Err(JwsError::Signature));
}

#[test]
fn the_rs256_example_of_the_rfc_is_verified() {
    // [RFC 7515 §A.2]
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz\
             P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf6\
             3kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw\
             Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW\
             yuXpoQ";
    let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Q\
                     c_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTy\
                     WzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwu\
                     sC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5A\
                     XLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    check(
        &format!("eyJhbGciOiJSUzI1NiJ9.{CLAIMS}.{signature}"),
        &json!({ "kty": "RSA", "n": n, "e": "AQAB" }),
    );
}

#[test]
fn the_es256_example_of_the_rfc_is_verified() {
    // [RFC 7515 §A.3]
    let jwk = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let input = format!("eyJhbGciOiJFUzI1NiJ9.{CLAIMS}");
    check(&format!("{input}.{signature}"), &jwk);

    // Zeros, which a library once took for a signature of everything; a DER signature; half of one.
    for octets in [vec![0; 64], vec![0x30; 70], vec![1; 32]] {
        let forged = format!("{input}.{}", URL_SAFE_NO_PAD.encode(octets));
        assert_eq!(verified(&forged, &jwk), Err(JwsError::Signature));
    }
}

#[test]
fn the_unsecured_example_of_the_rfc_is_refused() {
    // [RFC 7515 §A.5]
    let jwk = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xFF; 256]), "e": "AQAB" });
    let token = format!("eyJhbGciOiJub25lIn0.{CLAIMS}.");
    assert_eq!(verified(&token, &jwk), Err(JwsError::Unsigned));
}
