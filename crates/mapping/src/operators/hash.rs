//! `hash`.

use base16ct::lower::encode_string as hex;
use openssl::sha::{sha256, sha512};

use crate::Operator;
use crate::operator::{Field, FieldForm, each};

pub(super) const OPERATOR: Operator = Operator {
    name: "hash",
    fields: &[Field {
        name: "algorithm",
        form: FieldForm::Word(&["sha256", "sha512"]),
        is_optional: true,
        sentence: "`sha256` or `sha512`; without it `sha256`.",
        example: "sha512",
    }],
    sentence: "The hash of the value in hexadecimal. It hides nothing that can be guessed: an identity code is found \
               by trying them all. Where that matters, write `keyed_hash`.",
    empty: "is left out",
    several: "each by itself",
    example: "{ hash: sha256 }",
    build: |arguments| {
        let is_long = arguments.get("algorithm") == Some("sha512");
        Ok(each(move |value, _| {
            let octets = value.as_bytes();
            let hash = if is_long { hex(&sha512(octets)) } else { hex(&sha256(octets)) };
            (!value.is_empty()).then_some(hash)
        }))
    },
};

#[cfg(test)]
mod tests {
    use crate::operator::tests::made;

    #[test]
    fn a_value_becomes_its_hash() {
        // [FIPS 180-4], the example of one block.
        let short = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(made("hash", &[], &["abc", ""]), [short]);
        let long = made("hash", &[("algorithm", "sha512")], &["abc"]);
        assert!(long.iter().all(|hash| hash.starts_with("ddaf35a193617abacc417349ae204131")));
        assert_eq!(long.iter().map(String::len).collect::<Vec<_>>(), [128]);
    }
}
