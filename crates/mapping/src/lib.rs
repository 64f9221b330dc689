//! Attributes in, claims out, by rules compiled once
