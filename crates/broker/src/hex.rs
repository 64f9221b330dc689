//! Octets as lower-case hexadecimal digits.

pub(crate) use base16ct::lower::encode_string as hex;
