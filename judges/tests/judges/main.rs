//! Silta and the judges, over what is made up here.

mod canonicalization;
mod decryption;
mod signatures;
mod vectors;
